"""Conversations with exact truth, made of real voices and heard by us: `python -m benchmarks.simulated 240`.

Single-speaker clips are placed on a time line the way people take turns in real meetings, two minutes each, with shares and
interruptions varied. To have more than four voices, each is also played an eighth slower and faster, which makes another, lower
or higher voice of it. Five of six conversations are between voices of different people; one of six is between two voices made of
the same person, which are hard to tell apart. What the diarizers make of them is kept as RTTM, since hearing takes
longer than everything that is then computed from it; a stopped run goes on where it was.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pandas as pd
import soundfile
from scipy.signal import resample_poly

from benchmarks.shared import ROOT, data
from benchmarks.spans import read_rttm, write_rttm
from talkbalance.speech.backend import Span

HEARD = ROOT / "benchmarks" / ".heard"
"""Where what was heard is kept: it can always be made again."""

PEOPLE = ("03", "08", "11", "15")
SPEEDS = {"s": (9, 8), "": (1, 1), "f": (8, 9)}
"""Samples after and before, for each ending of a voice's name: slower and lower, as it is, faster and higher."""
MINUTES = 2.0
WAYS = ("mixed", "channels")
"""Both voices in one channel, or one per channel with the other 18 dB below."""


@dataclass(frozen=True)
class Conversation:
    """What was said and what was heard, in seconds."""

    name: str
    voices: tuple[str, str]
    duration: float
    truth: tuple[Span, ...]
    heard: tuple[Span, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Who speaks, as the truth names them."""
        return tuple(sorted({span.speaker for span in self.truth}))

    @property
    def people(self) -> frozenset[str]:
        """Whose voices these are."""
        return frozenset(voice[:2] for voice in self.voices)


def conversations(way: str) -> Iterator[Conversation]:
    """Yield every conversation that was heard this way, in order of seed."""
    for path in sorted(HEARD.glob(f"*.{way}.rttm")):
        name = path.name.split(".")[0]
        _, one, other = name.split("_")
        yield Conversation(name, (one, other), MINUTES * 60, read_rttm(path.with_name(f"{name}.truth.rttm")), read_rttm(path))


def voices() -> Path:
    """Return the folder with the clips of every voice, made if it is not there."""
    folder, source = HEARD / "clips", data("recordings", "emodb_clips")
    if (folder / "clips.csv").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    clips, spoken = (pd.read_csv(source / name, dtype={"speaker": str}) for name in ("clips.csv", "clip_words.csv"))
    made, said = [], []
    for ending, (up, down) in SPEEDS.items():
        for clip in clips["clip"]:
            samples, rate = soundfile.read(source / f"{clip}.flac", dtype="float32")
            soundfile.write(folder / f"{clip}{ending}.flac", resample_poly(samples, up, down), rate)
        slower = up / down
        made.append(
            clips.assign(clip=clips["clip"] + ending, speaker=clips["speaker"] + ending, duration=clips["duration"] * slower)
        )
        said.append(spoken.assign(clip=spoken["clip"] + ending, start=spoken["start"] * slower, end=spoken["end"] * slower))
    pd.concat(said).to_csv(folder / "clip_words.csv", index=False)
    pd.concat(made).to_csv(folder / "clips.csv", index=False)
    return folder


def pairs() -> Iterator[tuple[str, str]]:
    """Yield who talks to whom, for ever: five pairs of different people, then a person with their own other voice."""
    others = [(a + x, b + y) for (x, y) in product(SPEEDS, SPEEDS) for a, b in combinations(PEOPLE, 2)]
    same = [(a + x, a + y) for (x, y) in combinations(SPEEDS, 2) for a in PEOPLE]
    chance = Random(0)
    chance.shuffle(others)
    chance.shuffle(same)
    number = 0
    while True:
        rank = number - number // 6
        yield same[(number // 6) % len(same)] if number % 6 == 5 else others[rank % len(others)]
        number += 1


def make(name: str, voices_: tuple[str, str], seed: int, folder: Path) -> Path:
    """Make one conversation and return its path without ending."""
    chance = Random(seed)
    command = [sys.executable, str(data("simulate.py")), "make", "--clips", str(voices())]
    command += ["--timing", str(data("recordings", "simulated", "timing.json")), "--speakers", *voices_, "--seed", str(seed)]
    command += ["--name", name, "--out", str(folder), "--minutes", str(MINUTES), "--share", f"{chance.uniform(0.3, 0.7):.2f}"]
    command += ["--p-interrupt", f"{chance.uniform(0.2, 0.35):.2f}", "--p-fail", "0.4", "--backchannels", "7"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / name


def main(wanted: int) -> None:
    """Make and hear conversations until there are as many as wanted."""
    from talkbalance.speech.audio import open_recording
    from talkbalance.speech.channels import Channels
    from talkbalance.speech.overlap import Overlap

    HEARD.mkdir(exist_ok=True)
    mixed, channels = Overlap(), Channels()
    for number, between in zip(range(wanted), pairs(), strict=False):
        name = f"{number:03}_{between[0]}_{between[1]}"
        if (HEARD / f"{name}.mixed.rttm").exists():
            continue
        with TemporaryDirectory() as folder:
            made = make(name, between, 1000 + number, Path(folder))
            with open_recording(made.with_suffix(".stereo.flac")) as recording:
                write_rttm(HEARD / f"{name}.channels.rttm", channels.diarize(recording.channels))
            with open_recording(made.with_suffix(".mono.flac")) as recording:
                heard = mixed.diarize(recording.mix)
            (HEARD / f"{name}.truth.rttm").write_bytes(made.with_suffix(".rttm").read_bytes())
            (HEARD / f"{name}.events.csv").write_bytes(made.with_suffix(".events.csv").read_bytes())
            write_rttm(HEARD / f"{name}.mixed.rttm", heard)
        print(name, file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 240)
