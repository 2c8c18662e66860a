"""Speed and shares beside ConvoKit, edu-convokit and team-comm-tools on the same meetings: `python -m benchmarks.peers`."""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import talkbalance as tb
from benchmarks.mrda import read
from benchmarks.shared import ROOT, publish, table
from talkbalance.meeting import Meeting, Speaker
from talkbalance.metrics.speaking import balance

RUNS = 3
LARGEST = 1e-9
HOME = ROOT / "benchmarks" / ".peers"
REQUIREMENTS = ROOT / "benchmarks" / "peers_requirements.txt"
INTRODUCTION = """# Peers

`python -m benchmarks.peers`: {meetings} MRDA meetings, {hours:.1f} hours. Medians of {runs} runs, interleaved; reading the data and
building each library's own objects is not timed. ConvoKit knows two groups: here the first speaker and all the others.
Each peer runs in an environment of its own; only what its measured functions use is installed, the rest is stood in for by
empty names that are never called."""
COMPUTED = {
    "ours, every measure": "`tb.summary(meeting, runs=0)`: every measure, with counting intervals",
    "ours, balance": "`speaking.balance(meeting, window=150, step=30)`: the share of both sides in every window",
    "ours, speaking time": "`tb.speaking_time(meeting, window=150, step=30)`: seconds, turns and words of both sides as well",
    "convokit": "`TalkTimeSharing().transform`: share of the larger group, and which group leads in windows of 150 s every 30 s",
    "edu-convokit": "`Annotator.get_talktime`, timestamps, proportion, summed per speaker",
    "team-comm-tools": "`get_turn` (turn-taking index) and `get_gini` of the speakers' seconds",
}


class Peers:
    """The peers in their own process; what is asked is answered with seconds and values."""

    def __init__(self, meetings: Mapping[str, Meeting], folder: Path) -> None:
        rows = {
            name: [(u.start, u.end, u.speaker, meeting.side_of(u.speaker), u.text) for u in meeting.utterances]
            for name, meeting in meetings.items()
        }
        file = folder / "meetings.json"
        file.write_text(json.dumps(rows), encoding="utf-8")
        command = [interpreter(), ROOT / "benchmarks" / "peers_run.py", file]
        self._log = (folder / "errors.txt").open("w+", encoding="utf-8")
        home = {**os.environ, "HOME": str(folder), "USERPROFILE": str(folder)}  # ConvoKit writes a configuration there
        pipe, log = subprocess.PIPE, self._log
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, env=home)

    def run(self, name: str) -> tuple[float, dict[str, Any]]:
        """Return the seconds a peer takes, and what it finds."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError(name)
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._log.seek(0)
            sys.exit(self._log.read()[-2000:])
        found = json.loads(answer)
        return found["seconds"], found["values"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        self._log.close()


def interpreter() -> Path:
    """Return the peers' Python, its environment made where it is not there or its requirements are newer."""
    python = HOME / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    done = HOME / "installed.txt"
    if not done.exists() or done.read_text(encoding="utf-8") != REQUIREMENTS.read_text(encoding="utf-8"):
        venv.create(HOME, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "setuptools==80.9.0", "wheel==0.45.1"], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-r", str(REQUIREMENTS)], check=True)
        done.write_text(REQUIREMENTS.read_text(encoding="utf-8"), encoding="utf-8")
    return python


def meetings() -> dict[str, Meeting]:
    """Return the meetings, the first speaker on one side, all others on the other."""
    found = {}
    for split in ("train", "val"):
        for labelled in read(split):
            speakers = [Speaker(s.name, "client" if i else "agency") for i, s in enumerate(labelled.meeting.speakers)]
            found[labelled.name] = replace(labelled.meeting, speakers=tuple(speakers))
    return found


def timed(measure: Callable[[Meeting], object], of: Mapping[str, Meeting]) -> float:
    """Return the seconds a measure takes on all meetings."""
    begun = time.perf_counter()
    for meeting in of.values():
        measure(meeting)
    return time.perf_counter() - begun


def seconds(peers: Peers, of: Mapping[str, Meeting]) -> dict[str, float]:
    """Return the median seconds of each, interleaved."""
    taken: dict[str, list[float]] = {name: [] for name in COMPUTED}
    for _ in range(RUNS):
        taken["ours, every measure"].append(timed(lambda meeting: tb.summary(meeting, runs=0), of))
        taken["ours, balance"].append(timed(lambda meeting: balance(meeting, window=150, step=30), of))
        taken["ours, speaking time"].append(timed(lambda meeting: tb.speaking_time(meeting, window=150, step=30), of))
        for name in ("convokit", "edu-convokit", "team-comm-tools"):
            taken[name].append(peers.run(name)[0])
    return {name: median(values) for name, values in taken.items()}


def differences(peers: Peers, of: Mapping[str, Meeting]) -> dict[str, float]:
    """Return the largest difference from each peer over all meetings."""
    (_, balance), (_, talktime), (_, words), (_, gini) = (
        peers.run(name) for name in ("convokit whole", "edu-convokit", "edu-convokit words", "team-comm-tools")
    )
    largest = dict.fromkeys(("convokit", "edu-convokit", "edu-convokit words", "team-comm-tools"), 0.0)
    for name, meeting in of.items():
        sides, people = tb.speaking_time(meeting), tb.speaking_time(meeting, by="speaker").set_index("speaker")
        spoken, n = people["speaking_time"].to_numpy(), len(people)
        spread = float(abs(spoken[:, None] - spoken).sum() / (2 * n * spoken.sum()))
        counted = people["n_words"] / people["n_words"].sum()
        found = {
            "convokit": abs(sides["share"].max() - balance[name]),
            "edu-convokit": max(abs(people["share"][who] - share) for who, share in talktime[name].items()),
            "edu-convokit words": max(abs(counted[who] - share) for who, share in words[name].items()),
            "team-comm-tools": abs(spread - gini[name]),
        }
        largest = {peer: max(largest[peer], float(found[peer])) for peer in largest}
    return largest


def main() -> None:
    """Print and write seconds and differences; stop where equal definitions give unequal numbers."""
    of = meetings()
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(of, Path(folder))
        try:
            differing, taken = differences(peers, of), seconds(peers, of)
        finally:
            peers.close()
    equal = {name: value for name, value in differing.items() if name != "edu-convokit words"}
    if max(equal.values()) > LARGEST:
        sys.exit(f"Equal definitions, unequal numbers: {equal}")
    ratios = {name: taken["convokit"] / value for name, value in taken.items()}
    speed = [(name, COMPUTED[name], taken[name], f"{ratios[name]:.1f}") for name in COMPUTED]
    what = {
        "convokit": "share of the larger group, first and last utterance kept",
        "edu-convokit": "speakers' shares of all seconds",
        "team-comm-tools": "Gini coefficient of the speakers' seconds (ours in the summary is this × n/(n-1))",
        "edu-convokit words": "speakers' shares of words: they split at spaces, we count words; not expected to be equal",
    }
    hours = sum(meeting.length for meeting in of.values()) / 3600
    publish(
        "peers",
        INTRODUCTION.format(meetings=len(of), hours=hours, runs=RUNS),
        table(("who", "computes", "s", "times as fast as ConvoKit's balance"), speed),
        f"The same work, balance in the same windows: {ratios['ours, balance']:.0f} times as fast as ConvoKit's (to reach: 50).",
        f"Largest difference over all meetings; more than {LARGEST:g} where definitions are equal is an error.",
        table(("peer", "definition", "difference"), [(name, what[name], f"{differing[name]:.1e}") for name in what]),
    )


if __name__ == "__main__":
    main()
