"""What the peers compute, run by their own interpreter: `python peers_run.py MEETINGS.json`, a peer's name a line on stdin.

Only what the measured functions use is installed. What the peers' modules import beside that (language models, networks) is
stood in for by empty names; none of it is called.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pandas as pd

Rows = list[tuple[float, float, str, str, str]]  # start, end, speaker, side, text
Run = Callable[[], dict[str, Any]]
UNUSED = ("spacy", "torch", "transformers", "edu_convokit.uptake_utils")


def convokit(meetings: dict[str, Rows], *, whole: bool) -> Run:
    """Talk-time sharing of two groups: share of the larger, and windows of 2.5 minutes every 30 s.

    `whole` keeps the first and last utterance, which ConvoKit drops by default.
    """
    kit: Any = import_module("convokit")
    sharing: Any = import_module("convokit.talktimesharing")
    utterances = []
    for name, rows in meetings.items():
        speakers = {row[2]: kit.Speaker(id=f"{name}-{row[2]}") for row in rows}
        for i, (start, end, speaker, side, text) in enumerate(rows):
            meta = {"start": start, "stop": end, "utt_group": "groupA" if side == "agency" else "groupB"}
            of = {"speaker": speakers[speaker], "conversation_id": f"{name}-0", "reply_to": f"{name}-{i - 1}" if i else None}
            utterances.append(kit.Utterance(id=f"{name}-{i}", text=text, timestamp=start, meta=meta, **of))
    corpus = kit.Corpus(utterances=utterances)
    transformer = sharing.TalkTimeSharing(remove_first_last_utt=not whole)

    def run() -> dict[str, Any]:
        transformer.transform(corpus)
        return {talk.id.removesuffix("-0"): talk.meta["balance_score"] for talk in corpus.iter_conversations()}

    return run


def edu_convokit(meetings: dict[str, Rows], *, unit: str) -> Run:
    """Talk time of every utterance as a proportion of all, by "timestamps" or "words", summed per speaker."""
    for name in UNUSED:
        sys.modules[name] = MagicMock()
    annotator: Any = import_module("edu_convokit.annotation").Annotator()
    tables = _tables(meetings)
    columns = {"text_column": "text", "time_start_column": "start", "time_end_column": "end", "output_column": "talktime"}

    def run() -> dict[str, Any]:
        found = {}
        for name, rows in tables.items():
            talk = annotator.get_talktime(rows.copy(), analysis_unit=unit, representation="proportion", **columns)
            found[name] = talk.groupby("speaker")["talktime"].sum().to_dict()
        return found

    return run


def team_comm_tools(meetings: dict[str, Rows]) -> Run:
    """Turn-taking index per meeting, and the Gini coefficient of the speakers' seconds."""
    spec = find_spec("team_comm_tools")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError("team_comm_tools")
    package = ModuleType("team_comm_tools")  # its own __init__ loads every model it has
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["team_comm_tools"] = package
    turns: Any = import_module("team_comm_tools.features.turn_taking_features")
    gini: Any = import_module("team_comm_tools.utils.gini_coefficient")
    said = pd.concat([rows.assign(meeting=name) for name, rows in _tables(meetings).items()], ignore_index=True)
    said["seconds"] = said["end"] - said["start"]

    def run() -> dict[str, Any]:
        turns.get_turn(said, "meeting", "speaker")
        seconds = said.groupby(["meeting", "speaker"], as_index=False)["seconds"].sum()
        spread = gini.get_gini(seconds, "seconds", "meeting")
        return dict(zip(spread["meeting"], spread["gini_coefficient_seconds"], strict=True))

    return run


def _tables(meetings: dict[str, Rows]) -> dict[str, pd.DataFrame]:
    columns = ["start", "end", "speaker", "side", "text"]
    return {name: pd.DataFrame(rows, columns=columns) for name, rows in meetings.items()}


def main() -> None:
    """Load everything first; then answer each name with its seconds and values."""
    answers, sys.stdout = sys.stdout, sys.stderr  # the peers print notes of their own
    meetings: dict[str, Rows] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    runs = {
        "convokit": convokit(meetings, whole=False),
        "convokit whole": convokit(meetings, whole=True),
        "edu-convokit": edu_convokit(meetings, unit="timestamps"),
        "edu-convokit words": edu_convokit(meetings, unit="words"),
        "team-comm-tools": team_comm_tools(meetings),
    }
    for line in sys.stdin:
        begun = time.perf_counter()
        values = runs[line.strip()]()
        print(json.dumps({"seconds": time.perf_counter() - begun, "values": values}), flush=True, file=answers)


if __name__ == "__main__":
    main()
