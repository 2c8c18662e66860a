"""Pitch and energy at the ends of sentences and where somebody comes in.

```
Eva   |Haben Sie das.gesehen?|        |
               [   1 s  /    ]           rises: slope in semitones/s of what is voiced there
Baum  |                       Ja.     |
```

Only the last second before each of these places is analysed, so an hour takes seconds. Where another voice is in the same sound,
or too little is voiced to tell, nothing is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from math import isfinite
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from talkbalance.meeting import Prosody, Utterance, times_of
from talkbalance.speech.backend import Samples, Sound
from talkbalance.speech.parallel import CORES, in_order

RATE = 16_000
BEFORE = 1.0
"""Seconds before the end of a sentence that are analysed."""
MOVES = 0.35
"""Seconds of voice at the end over which its movement is measured: the last accented syllable and what follows."""
VOICED = 0.6
"""Least confidence of a frame; swift-f0 calls .5 and more voiced."""
FEWEST = 7
"""Fewest voiced frames (16 ms each) that show a movement."""
JUMP = 8.0
"""Semitones from the median beyond which a frame is taken for an octave error or another voice."""
FASTEST = 60.0
"""Semitones/s no voice reaches over such a stretch: two voices, or octave errors."""
LOWEST, HIGHEST = 65.0, 500.0
"""Hz of speaking voices."""
CLEAR = 0.25
"""Most of a window during which another voice may speak in the same sound."""
PAUSE = 0.5
"""Seconds of silence inside an utterance that end a sentence without a mark; as in `language.sentences`."""
BATCH = 30
"""Windows that are heard at once, with silence between them."""
GAP = 0.2
ENDS = (".", "?", "!", "…")

Frames = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Track:
    """Pitch (Hz), confidence (0-1) and loudness (dB) per frame, and the seconds of one frame."""

    pitch: Frames
    confidence: Frames
    loudness: Frames
    step: float


class PitchDetector(Protocol):
    """What tells the pitch of 16 kHz samples."""

    def __call__(self, samples: Samples) -> Track:
        """Return one value per frame."""
        ...


def swift() -> PitchDetector | None:
    """Return swift-f0 (MIT), or None where it is not installed."""
    try:
        from swift_f0 import FRAME_PERIOD, SwiftF0
    except ImportError:
        return None
    detector = SwiftF0(threads=1, spin=False)

    def detect(samples: Samples) -> Track:
        found = detector.detect(samples, RATE, fmin=LOWEST, fmax=HIGHEST)
        return Track(found.pitch_hz, found.confidence, found.loudness_db, FRAME_PERIOD)

    return detect


def with_prosody(
    utterances: Sequence[Utterance], sounds: Mapping[str, Sound], detector: PitchDetector | None, *, apart: bool
) -> tuple[Utterance, ...]:
    """Return the utterances with the pitch at their sentence ends and where somebody comes in.

    Parameters
    ----------
    utterances
        In order of start.
    sounds
        Speaker to the sound he or she is heard in; speakers without one have no prosody.
    detector
        None leaves everything as it is.
    apart
        Whether every speaker has a sound of his or her own, so that others do not disturb.
    """
    if detector is None:
        return tuple(utterances)
    places = [
        (number, max(times_of(utterance)[0], end - BEFORE), end)
        for number, utterance in enumerate(utterances)
        if utterance.speaker in sounds
        for end in _places(number, utterances)
    ]
    clear = places if apart else [place for place in places if _is_clear(place, utterances)]
    heard: dict[int, list[tuple[Prosody, float]]] = {}
    for place, track in _tracks(clear, utterances, sounds, detector):
        if (found := _end(place, track)) is not None:
            heard.setdefault(place[0], []).append(found)
    usual = _usual(utterances, heard)
    return tuple(
        replace(utterance, prosody=tuple(_levelled(heard[number], usual[utterance.speaker]))) if number in heard else utterance
        for number, utterance in enumerate(utterances)
    )


Place = tuple[int, float, float]
"""Number of the utterance, start and end of the window."""


def _places(number: int, utterances: Sequence[Utterance]) -> list[float]:
    """Return where sentences of an utterance end, and where others come in, in order."""
    utterance = utterances[number]
    begin, end = times_of(utterance)
    found = {round(end, 3)} if not utterance.words else {round(utterance.words[-1].end, 3)}
    for word, following in pairwise(utterance.words):
        if word.text.rstrip("\"'”“»«’)]").endswith(ENDS) or following.start - word.end >= PAUSE:
            found.add(round(word.end, 3))
    found.update(round(start, 3) for start in _incoming(number, utterances))
    return sorted(place for place in found if place - begin >= FEWEST * 0.016)


def _incoming(number: int, utterances: Sequence[Utterance]) -> Iterator[float]:
    end = times_of(utterances[number])[1]
    for other in utterances[number + 1 :]:
        start = times_of(other)[0]
        if start >= end:
            return
        if other.speaker != utterances[number].speaker:
            yield start


def _is_clear(place: Place, utterances: Sequence[Utterance]) -> bool:
    """Return whether hardly anybody else speaks in a window."""
    number, start, end = place
    speaker = utterances[number].speaker
    near = (other for other in utterances[max(0, number - 20) : number + 21] if other.speaker != speaker)
    covered = sum(max(0.0, min(end, stop) - max(start, begin)) for begin, stop in map(times_of, near))
    return covered <= CLEAR * (end - start)


def _tracks(
    places: Sequence[Place], utterances: Sequence[Utterance], sounds: Mapping[str, Sound], detector: PitchDetector
) -> Iterator[tuple[Place, Track]]:
    """Hear windows in batches, each call having its price."""
    silence = np.zeros(int(GAP * RATE), np.float32)

    def hear(batch: Sequence[Place]) -> list[tuple[Place, Track]]:
        pieces = [sounds[utterances[number].speaker].read(start, end) for number, start, end in batch]
        track = detector(np.concatenate([part for piece in pieces for part in (piece, silence)]))
        found, at = [], 0.0
        for place, piece in zip(batch, pieces, strict=True):
            begin, end = round(at / track.step), round((at + len(piece) / RATE) / track.step)
            found.append((place, Track(track.pitch[begin:end], track.confidence[begin:end], track.loudness[begin:end], track.step)))
            at += len(piece) / RATE + GAP
        return found

    batches = (places[first : first + BATCH] for first in range(0, len(places), BATCH))
    return chain.from_iterable(in_order(hear, batches, CORES))


def _end(place: Place, track: Track) -> tuple[Prosody, float] | None:
    """Return the movement of the last voiced stretch, and its pitch in semitones; None where too little is voiced."""
    voiced = np.flatnonzero((track.confidence >= VOICED) & (track.pitch > 0))
    if len(voiced) < FEWEST:
        return None
    late = voiced[voiced > voiced[-1] - MOVES / track.step]
    tones = 12 * np.log2(track.pitch[late])
    kept = np.abs(tones - np.median(tones)) <= JUMP
    if kept.sum() < FEWEST:
        return None
    times, tones = late[kept] * track.step, tones[kept]
    one, two = np.triu_indices(len(times), 1)
    slope = float(np.median((tones[two] - tones[one]) / (times[two] - times[one])))
    energy = float(track.loudness[late].mean())
    level = float(np.median(tones))
    if not (abs(slope) <= FASTEST and isfinite(energy)):
        return None
    _, start, end = place
    return Prosody(round(start, 3), round(end, 3), round(slope, 2), 0.0, round(energy, 1)), level


def _usual(utterances: Sequence[Utterance], heard: Mapping[int, Iterable[tuple[Prosody, float]]]) -> dict[str, float]:
    by_speaker: dict[str, list[float]] = {}
    for number, found in heard.items():
        by_speaker.setdefault(utterances[number].speaker, []).extend(level for _, level in found)
    return {speaker: float(np.median(levels)) for speaker, levels in by_speaker.items()}


def _levelled(found: Iterable[tuple[Prosody, float]], usual: float) -> Iterator[Prosody]:
    return (replace(one, level=round(level - usual, 2)) for one, level in found)
