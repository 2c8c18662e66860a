"""The two seams of hearing: what a transcriber and a diarizer are given, and what they promise.

Both get a `Sound` and give plain data back: words with times, and spans of who speaks. Neither knows the other;
`attribution` brings them together. A new engine is one module with one class that keeps these promises; the contract tests
in `tests/speech/test_backend.py` run over every one of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from talkbalance.meeting import Word

RATE = 16_000
"""Samples per second of all sound inside: what every model here was trained on."""

Samples = NDArray[np.float32]

Progress = Callable[[float], None]
"""Called with the seconds of sound that are done, never decreasing, at the end with the sound's duration."""


def silent(seconds: float) -> None:
    """Report progress to nobody."""


class Sound(Protocol):
    """One voice track: mono, 16 kHz, read in pieces, so that a long recording never lies in memory as a whole."""

    @property
    def duration(self) -> float:
        """Seconds."""
        ...

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return (n,) float32 samples in [-1, 1] of `[start, end)` seconds, up to the end if None."""
        ...


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said: words in order of time, punctuation inside them, and the language they are in ("de", "en", …)."""

    words: tuple[Word, ...]
    language: str
    language_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which one voice speaks; spans of different voices may overlap, those of one may not.

    `confidence` is the probability that this voice, and not another or none, is speaking there.
    """

    start: float
    end: float
    speaker: str
    confidence: float | None = None


class Transcriber(Protocol):
    """Words from sound.

    Promises: words in order of start; 0 <= start < end <= duration; probabilities in [0, 1]; no words on silence; the
    language it was given, or one it found; `progress` called as `Progress` says.
    """

    @property
    def name(self) -> str:
        """Engine and model, as `Source.models` records it, e.g. "faster-whisper base"."""
        ...

    def transcribe(
        self, sound: Sound, *, language: str | None = None, vocabulary: str = "", progress: Progress = silent
    ) -> Transcript:
        """Return the words of `sound`; `vocabulary` holds names and terms the model should expect."""
        ...


class Diarizer(Protocol):
    """Who speaks when, overlaps included.

    Promises: spans in order of start; 0 <= start < end <= duration; voices named S1, S2, … by first speech; no span on
    silence; with `speakers` given, exactly that many voices where as many can be told apart, never more.
    """

    @property
    def name(self) -> str:
        """As `Source.models` records it."""
        ...

    def diarize(self, sound: Sound, *, speakers: int | None = None, progress: Progress = silent) -> tuple[Span, ...]:
        """Return the spans; `speakers` is the number of voices, None to estimate it."""
        ...
