"""How long hearing will take on this machine: tried on a piece of the recording itself, remembered, and corrected by what it took.

```
recording   |   ##  ####### ## ########   ### ##  #####  |      # speech
asked       | .    .    .    .    .    .    .    .    .  |      how much of it is speech
tried       |           [~~~~~~~]                        |      seconds per second of speech (words) and of sound (voices)
```

Words take as long as there is speech, voices as long as there is sound. What was tried is kept in the user's cache, by model: two
numbers, nothing of what was said.
"""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from talkbalance.speech.backend import Samples, Sound
from talkbalance.speech.loudness import audible
from talkbalance.speech.parallel import CORES
from talkbalance.speech.weights import cache_folder
from talkbalance.speech.windows import speech

SHORT, LONG = 20.0, 80.0
"""Seconds of sound that are tried: a window first, which also wakes the models; then, where that went fast, enough windows to keep
every worker busy."""

ENOUGH = 5.0
"""Seconds after which a trial of one window tells enough: models that big are slow at everything."""

PLACES, PLACE = 20, 15.0
"""At how many places, and for how many seconds, a recording is asked whether somebody speaks."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of work per second of speech (`words`) and per second of sound (`voices`), all cores at it."""

    words: float
    voices: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What lies ahead: seconds of sound, seconds of speech in all its channels, and seconds hearing will take."""

    duration: float
    speech: float
    seconds: float
    pace: Pace


@dataclass(frozen=True)
class Excerpt:
    """A piece of a sound, as a sound."""

    sound: Sound
    start: float
    end: float

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return the samples of `[start, end)` seconds of the piece."""
        last = self.duration if end is None else min(end, self.duration)
        return self.sound.read(self.start + min(start, last), self.start + last)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: who hears the words of one sound and the voices of all, and how many batches of words at a time."""

    name: str
    words: Callable[[Sound], object]
    voices: Callable[[Sequence[Sound]], object]
    workers: int = 1
    apart: bool = False
    """Whether every voice has a sound of its own: then words wait for voices."""


def forecast(trial: Trial, sounds: Sequence[Sound], *, anew: bool = True) -> Forecast:
    """Return how long hearing will take; pieces of the sounds are heard for it, unless these models were tried before.

    Parameters
    ----------
    anew
        Whether to try what was tried before again: a machine is not always equally busy.
    """
    duration = sounds[0].duration
    asked = [spoken(audible(sound)) for sound in sounds]
    said = duration * sum(part for part, _ in asked)
    known = _remembered(trial.name)
    pace = None if anew else known
    if pace is None:
        busiest = max(range(len(sounds)), key=lambda rank: asked[rank])
        pace = _tried(trial, sounds, busiest, asked[busiest][1])
        if pace.words and (known is None or pace.words < known.words):  # a machine that is busy today is not slow for ever
            _remember(trial.name, pace)
    words, voices = pace.words * said, pace.voices * duration * len(sounds)
    return Forecast(duration, said, words + voices if trial.apart else max(words + voices / CORES, voices), pace)


def learn(name: str, foretold: Forecast, seconds: float) -> None:
    """Remember how long a whole recording took: no trial is as true."""
    if foretold.pace.words and foretold.seconds:
        much = seconds / foretold.seconds
        _remember(name, Pace(much * foretold.pace.words, much * foretold.pace.voices))


def spoken(sound: Sound) -> tuple[float, float]:
    """Return which part of a sound is speech, and where it is densest, asked at places all over it."""
    step = max(sound.duration / PLACES, PLACE)
    starts = [rank * step for rank in range(PLACES) if rank * step < sound.duration]
    found = [(_seconds_of_speech(Excerpt(sound, at, min(at + PLACE, sound.duration))), at) for at in starts]
    heard = sum(min(PLACE, sound.duration - at) for at in starts)
    return (sum(seconds for seconds, _ in found) / heard if heard else 0.0), max(found, default=(0.0, 0.0))[1]


def _seconds_of_speech(sound: Sound) -> float:
    return sum(end - start for start, end in speech(sound.read()))


def _tried(trial: Trial, sounds: Sequence[Sound], busiest: int, start: float) -> Pace:
    """Hear a piece of the sounds, a longer one if that went fast; for words only the busiest is asked."""
    words = voices = 0.0
    for seconds, busy in ((SHORT, 1), (LONG, trial.workers)):
        end = min(start + seconds, sounds[0].duration)
        pieces = [Excerpt(sound, max(0.0, end - seconds), end) for sound in sounds]
        said = _seconds_of_speech(pieces[busiest])
        taken = _taken(trial.words, pieces[busiest])
        words = taken * busy / trial.workers / said if said else 0.0  # one window leaves the other workers idle
        voices = _taken(trial.voices, pieces) / sum(piece.duration for piece in pieces)
        if taken > ENOUGH:
            break
    return Pace(words, voices)


def _taken(work: Callable[[Any], object], given: object) -> float:
    begun = time.perf_counter()
    work(given)
    return time.perf_counter() - begun


def _place() -> Path:
    return cache_folder() / "paces.json"


def _all() -> dict[str, list[float]]:
    with suppress(OSError, ValueError):
        found = json.loads(_place().read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _remembered(name: str) -> Pace | None:
    with suppress(LookupError, TypeError, ValueError):
        words, voices = map(float, _all()[name])
        return Pace(words, voices)
    return None


def _remember(name: str, pace: Pace) -> None:
    scratch = _place().with_suffix(".part")
    with suppress(OSError):  # another run is just writing there, or the disk is full: no reason to end a run that has heard all
        scratch.touch(mode=0o600)
        scratch.write_text(json.dumps({**_all(), name: astuple(pace)}), encoding="utf-8")
        scratch.replace(_place())
