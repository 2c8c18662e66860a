"""The ICSI meetings with dialogue acts (MRDA) as meetings of ours, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pandas as pd

from benchmarks.shared import data
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word, tidy


@dataclass(frozen=True)
class Labelled:
    """A meeting and its labelled units, in order of start."""

    name: str
    meeting: Meeting
    units: pd.DataFrame


def read(split: str, *, marks: bool = True, asked: bool = False) -> Iterator[Labelled]:
    """Yield the meetings of a split ("train" or "val").

    Without `marks`, broken-off words lose their hyphen; if `asked`, units labelled as questions get their question mark.
    """
    units, words = _tables()
    units = units[units["split"] == split]
    for name, own in units.groupby("meeting"):
        spoken: dict[str, list[Word]] = {}
        said = words[words["meeting"] == name]
        for start, end, text, unit in zip(said["start"], said["end"], said["text"], said["utt_id"], strict=True):
            if round(end, 3) > round(start, 3):
                spoken.setdefault(str(unit), []).append(Word(start, end, str(text)))
        yield Labelled(str(name), _meeting(own, spoken, marks, asked), own)


@cache
def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = data("transcripts", "mrda")
    units, words = (pd.read_csv(folder / f"mrda_{part}.csv.gz", keep_default_na=False) for part in ("units", "words"))
    flags = ["is_question", "is_backchannel_strict", "is_backchannel_loose", "is_interrupted", "is_abandoned", "is_labelled"]
    units[flags] = units[flags].astype(str) == "1"
    return units, words


def _meeting(units: pd.DataFrame, spoken: dict[str, list[Word]], marks: bool, asked: bool) -> Meeting:
    said: list[Utterance | None] = []
    columns = ("start", "end", "speaker", "text_without_punctuation", "utt_id", "is_question")
    for start, end, speaker, text, unit, asks in zip(*(units[column] for column in columns), strict=True):
        heard = str(text) if marks else str(text).replace("- ", " ").removesuffix("-")
        heard += "?" if asked and asks else ""
        whole = round(end, 3) > round(start, 3)
        said.append(Utterance(start, end, str(speaker), heard, tuple(spoken.get(str(unit), ()))) if whole else None)
    utterances = tidy(said).utterances
    return Meeting(
        tuple(Speaker(name) for name in dict.fromkeys(u.speaker for u in utterances)),
        utterances,
        max(u.end or 0 for u in utterances),
        language="en",
        source=Source(times="word", overlap_observable=True),
    )
