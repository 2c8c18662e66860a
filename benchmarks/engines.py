"""Three transcribers, one set of weights: what they get wrong in German, and how long they take.

Two therapy talks, read sentences and a simulated conversation, most of them with people talking into one another: this is what
meetings sound like, and harder than the clean speech error rates are usually given for. Recordings of two channels are heard as
their mean.

- Words are compared after our own word rule: lower case, no punctuation, apostrophes and inner hyphens kept, umlauts and
  numbers as they are written.
- Reference words stand in order of time; where people talk at once the order may differ by itself, for all engines alike.
- Pooled means: wrong words are added up and divided by all words, rates are never averaged.
- Start: how far the start of a word lies from the truth, in seconds, for the words of the simulated conversation, whose times
  are known exactly; a word counts where the same word is said within a second of it.
- The processor's time counts, not the clock's: seconds of one core per second of sound, models loaded before.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from time import process_time

import jiwer
import numpy as np
import pandas as pd

from benchmarks.shared import data, publish, table
from talkbalance.language import words
from talkbalance.meeting import Word
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import Transcriber
from talkbalance.speech.engines import ENGINES, transcriber

BOUND = 3.0
"""Points by which engines on the same weights may differ."""

NEAR = 1.0
"""Seconds within which the same word counts as this one."""


@dataclass(frozen=True)
class Case:
    """A recording and what is said in it, in order of time."""

    kind: str
    sound: Path
    said: pd.DataFrame

    @property
    def text(self) -> str:
        """The words, as they are compared."""
        return plain(self.said["text"])


@dataclass
class Score:
    """What one engine made of recordings: references and answers, times of words, processor time."""

    references: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    cpu: float = 0.0
    duration: float = 0.0

    def row(self, engine: str, kind: str) -> tuple[object, ...]:
        """Return the row of the table."""
        found = jiwer.process_words(self.references, self.answers)
        said = found.hits + found.substitutions + found.deletions
        parts = [part / said for part in (found.substitutions, found.deletions, found.insertions)]
        times = [float(np.percentile(np.abs(self.off), part)) for part in (50, 90)] if self.off else ["", ""]
        return (engine, kind, said, found.wer, *parts, *times, self.cpu / self.duration)


def plain(texts: Iterable[str]) -> str:
    """Return texts as they are compared."""
    return " ".join(word for text in texts for word in words(text))


def cases() -> Iterator[Case]:
    """Yield the German recordings whose words are known."""
    folder = data("recordings")
    for name in ("AusschnittTherapieDJIMic2", "BeltzSchwierigeSituation_1"):
        path = folder / "german_therapy" / f"{name}.flac"
        yield Case("therapy", path, _read(path.with_suffix(".csv")))
    for clip, said in _read(folder / "thorsten_de" / "references.csv").groupby("meeting"):
        yield Case("read", folder / "thorsten_de" / f"{clip}.flac", said)
    simulated = folder / "simulated" / "sim_de_01.mono.flac"
    yield Case("simulated", simulated, _read(folder / "simulated" / "sim_de_01.words.csv"))


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False).sort_values("start", kind="stable")


def measure(engine: Transcriber, case: Case, *scores: Score) -> None:
    """Hear one recording and add what comes out to the scores."""
    with open_recording(case.sound) as recording:
        begun = process_time()
        heard = engine.transcribe(recording.mix, language="de").words
        cpu = process_time() - begun
        duration = recording.mix.duration
    for score in scores:
        score.references.append(case.text)
        score.answers.append(plain([word.text for word in heard]))
        score.cpu += cpu
        score.duration += duration
        if case.kind == "simulated":
            score.off += list(_off(heard, case.said))


def _off(heard: Sequence[Word], said: pd.DataFrame) -> Iterator[float]:
    """Yield how far each word's start is from the nearest time the same word is said."""
    starts = said["start"].groupby(said["text"].map(lambda text: plain([text]))).apply(list)
    for word in heard:
        distances = [word.start - start for start in starts.get(plain([word.text]), [])]
        nearest = min(distances, key=abs, default=NEAR)
        if abs(nearest) < NEAR:
            yield nearest


def main() -> None:
    """Hear everything with every engine, and write the table."""
    rows, rates = [], {}
    for name in ENGINES:
        engine = transcriber(name)
        pooled, kinds = Score(), {case.kind: Score() for case in cases()}
        for case in cases():
            measure(engine, case, pooled, kinds[case.kind])
            print(name, case.sound.stem, file=sys.stderr)
        rows += [score.row(name, kind) for kind, score in kinds.items()] + [pooled.row(name, "pooled")]
        rates[name] = 100 * jiwer.wer(pooled.references, pooled.answers)
    apart = max(abs(rates[one] - rates[other]) for one, other in combinations(rates, 2))
    columns = ("engine", "recordings", "words", "WER", "wrong", "missed", "added", "start, median", "90 %", "CPU / duration")
    publish(
        "engines",
        "# Three transcribers, one set of weights",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        "Command: `python -m benchmarks.engines`. Weights: the packaged whisper-base.",
        table(columns, rows),
        f"Pooled, the engines lie within {apart:.1f} points of one another (bound: {BOUND:.0f}).",
    )


if __name__ == "__main__":
    main()
