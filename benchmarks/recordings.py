"""The whole way, recording to figures, on every recording with truth: `python -m benchmarks.recordings`.

Words are compared after one normaliser for both languages: our word rule (lower case, no punctuation, apostrophes and inner hyphens
kept), numbers as they are written. Reference words are put in order of time, so where people talk at once the order may differ by
itself. Heard voices are mapped to people as pyannote.metrics does for the diarization error; shares are compared person by person
and the largest difference counts. German recordings: boundaries are hand-made to about half a second, so `collar=1.0` (its whole
width); the others none.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jiwer
import pandas as pd
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

import talkbalance as tb
from benchmarks.shared import data, publish, table
from talkbalance.floor import states
from talkbalance.language import words
from talkbalance.meeting import Meeting, times_of


@dataclass(frozen=True)
class Case:
    """A recording, its truth, and how exact the truth is."""

    group: str
    sound: Path
    rttm: Path
    texts: Path
    language: str
    collar: float = 0.0


def cases() -> Iterator[Case]:
    """Yield every recording that has truth."""
    folder = data("recordings")
    for sound in sorted((folder / "ami").glob("*.flac")):
        yield Case("AMI", sound, sound.with_suffix(".rttm"), sound.with_suffix(".words.csv"), "en")
    german = folder / "german_therapy"
    for name in ("AusschnittTherapieDJIMic2.flac", "AusschnittTherapieDJIMic2.m4a", "BeltzSchwierigeSituation_1.flac"):
        sound = german / name
        yield Case("German", sound, sound.with_suffix(".rttm"), sound.with_suffix(".csv"), "de", 1.0)
    for sound in sorted((folder / "simulated").glob("*.flac")):
        stem = sound.name.split(".")[0]
        yield Case("simulated", sound, sound.parent / f"{stem}.rttm", sound.parent / f"{stem}.words.csv", "de")
    phone = folder / "pyannote_sample" / "sample.flac"
    yield Case("phone", phone, phone.with_suffix(".rttm"), phone.with_suffix(".csv"), "en")
    three = folder / "picovoice" / "leopard_3spk.flac"
    yield Case("phone", three, three.with_suffix(".rttm"), three.with_suffix(".words.csv"), "en")


@dataclass(frozen=True)
class Result:
    """What one recording gave."""

    case: Case
    heard: Meeting
    reference: Meeting
    errors: dict[str, float]
    wrong_words: int
    all_words: int
    seconds: float

    @property
    def share_error(self) -> float:
        """Return the largest difference of a person's share, in points."""
        mapping = DiarizationErrorRate().optimal_mapping(annotation(self.reference), annotation(self.heard))
        true, found = shares(self.reference), shares(self.heard)
        mapped = {mapping.get(name, name): share for name, share in found.items()}
        return 100 * max(abs(true.get(name, 0.0) - mapped.get(name, 0.0)) for name in {*true, *mapped})


def shares(meeting: Meeting) -> dict[str, float]:
    """Return each person's share of speaking time."""
    pieces = states(meeting)
    time_of = pieces.speaking_time()
    return {name: float(own / time_of.sum()) for name, own in zip(pieces.speakers, time_of, strict=True)}


def overlap(meeting: Meeting) -> float:
    """Return the seconds in which two or more speak."""
    pieces = states(meeting)
    return float(pieces.durations[pieces.how_many > 1].sum())


def annotation(meeting: Meeting) -> Annotation:
    """Return a meeting as pyannote.metrics wants it."""
    found = Annotation()
    for i, utterance in enumerate(meeting.utterances):
        found[Segment(*times_of(utterance)), i] = utterance.speaker
    return found


def reference_words(case: Case) -> list[str]:
    """Return what was said, in order of time."""
    rows = pd.read_csv(case.texts, keep_default_na=False)
    if "kind" in rows:
        rows = rows[rows["kind"] == "w"]
    if "start" in rows and not (rows["start"] == "").any():
        rows = rows.sort_values("start", kind="stable")
    return [word for text in rows["text"] for word in words(str(text))]


def measure(case: Case) -> Result:
    """Hear one recording and compare it with its truth."""
    begun = time.perf_counter()
    heard = tb.transcribe(case.sound, language=case.language)
    seconds = time.perf_counter() - begun
    reference = tb.read(case.rttm)
    error = DiarizationErrorRate(collar=case.collar)(annotation(reference), annotation(heard), detailed=True)
    true = reference_words(case)
    spoken = [word for u in sorted(heard.utterances, key=times_of) for word in words(u.text)]
    by_time = [w.text for w in sorted((w for u in heard.utterances for w in u.words), key=lambda w: w.start)]
    spoken = [word for text in by_time for word in words(text)] or spoken
    compared = jiwer.process_words(" ".join(true), " ".join(spoken) or "-")
    wrong = compared.substitutions + compared.deletions + compared.insertions
    return Result(case, heard, reference, dict(error), wrong, len(true), seconds)


def _row(result: Result) -> tuple[object, ...]:
    heard, reference, case = result.heard, result.reference, result.case
    voices = len([s for s in heard.speakers if s.name != "unknown"])
    return (
        case.sound.name,
        f"{heard.length:.0f}",
        f"{voices}/{len(reference.speakers)}",
        f"{result.share_error:.1f}",
        f"{result.errors['diarization error rate']:.3f}",
        f"{result.wrong_words / max(1, result.all_words):.3f}",
        f"{overlap(heard):.1f}/{overlap(reference):.1f}",
        f"{result.seconds / heard.length:.2f}",
    )


def _pooled(results: list[Result]) -> Iterator[tuple[object, ...]]:
    for group in dict.fromkeys(result.case.group for result in results):
        own = [result for result in results if result.case.group == group]
        total = sum(r.errors["total"] for r in own)
        parts = [sum(r.errors[p] for r in own) / total for p in ("missed detection", "false alarm", "confusion")]
        wrong, said = sum(r.wrong_words for r in own), sum(r.all_words for r in own)
        yield (group, len(own), sum(parts), *parts, wrong / said, max(r.share_error for r in own))


def main() -> None:
    """Print and write both tables."""
    tb.transcribe(data("recordings", "picovoice", "leopard_en.flac"), language="en")  # loading models is not hearing
    results = [measure(case) for case in cases()]
    columns = (
        "recording",
        "s",
        "voices found/true",
        "share error, points",
        "DER",
        "WER",
        "overlap found/true, s",
        "time / length",
    )
    pooled = ("group", "recordings", "DER", "missed", "false alarm", "confusion", "WER", "worst share error, points")
    publish(
        "recordings",
        "# From recording to figures\n\n`python -m benchmarks.recordings`; packaged models, two cores, speakers estimated.",
        str(__doc__).split("\n\n", 1)[1].strip(),
        table(columns, map(_row, results)),
        "## Pooled\n\n" + table(pooled, _pooled(results)),
    )


if __name__ == "__main__":
    main()
