"""Several files of one meeting, a person each: put on a common time line.

Recorders that were started one after the other leave tracks that begin at different moments. Where the tracks share sound
(the voice of one is faintly heard in the microphone of the other) the moment is found in two steps: the ups and downs of a
few frequency bands, compared at every shift, give it to a hundredth of a second; the waveforms around that shift, every
frequency weighing the same, give it to the sample.

```
eva.m4a     |####      ###     |                  offset 0
baum.m4a          |....####...###  |              offset 3.7 s: its faint parts fit Eva's loud ones
```

Where they share nothing, as headsets in a remote meeting do, they are taken to start together.

References
----------
Knapp, C. H., Carter, G. C. (1976). The generalized correlation method for estimation of time delay. IEEE Transactions on
Acoustics, Speech, and Signal Processing 24(4).
"""

import warnings
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.i18n import text
from talkbalance.speech.audio import Mix, Recording, open_recording
from talkbalance.speech.backend import RATE, Progress, Samples, Sound, silent

HOP = RATE // 100
"""Samples between two frames of the coarse search: 10 ms."""

EDGES = (200, 400, 700, 1100, 1600, 2300, 3400)
"""Hz, between which the bands of the coarse search lie: where voices are, and telephone lines too."""

FOUND = 9.0
"""Standard deviations by which the best shift must stand out; chance reaches 6 among the shifts of four hours."""

TOGETHER = 0.02
"""Seconds below which tracks count as started together: sound takes that long from one seat to another."""

UNEQUAL = 1.0
"""Seconds by which lengths have to differ before the start of tracks that share nothing is in doubt."""

BLOCK = 30.0

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shifted:
    """A sound on the common time line: silence, the sound from `offset` on, silence up to `duration`, all in seconds."""

    sound: Sound
    offset: float
    duration: float

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return (n,) float32 samples in [-1, 1] of `[start, end)` seconds, up to the end if None."""
        total = round(self.duration * RATE)
        first = min(max(round(start * RATE), 0), total)
        last = total if end is None else min(max(round(end * RATE), first), total)
        there = round(self.offset * RATE)
        samples = np.zeros(last - first, np.float32)
        if last > there:
            own = self.sound.read(max(first - there, 0) / RATE, (last - there) / RATE)
            begin = max(there - first, 0)
            samples[begin : begin + len(own)] = own
        return samples


@dataclass(frozen=True)
class Tracks:
    """One file per participant on a common time line; closing it removes the decoded sound.

    Parameters
    ----------
    recordings
        The files as they were opened.
    offsets
        Seconds after the common start at which each begins; at least one is 0.
    """

    recordings: tuple[Recording, ...]
    offsets: tuple[float, ...]
    _scratch: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The speakers: the stem of each file, numbered where two are called alike."""
        stems = [recording.path.stem for recording in self.recordings]
        return tuple(stem if stems.count(stem) == 1 else f"{stem} {stems[: i + 1].count(stem)}" for i, stem in enumerate(stems))

    @property
    def duration(self) -> float:
        """Seconds from the start of the first to the end of the last track."""
        ends = [offset + recording.duration for offset, recording in zip(self.offsets, self.recordings, strict=True)]
        return max(ends)

    @property
    def sounds(self) -> tuple[Sound, ...]:
        """Each track, all of them equally long and at the same time."""
        pairs = zip(self.recordings, self.offsets, strict=True)
        return tuple(Shifted(recording.mix, offset, self.duration) for recording, offset in pairs)

    @property
    def mix(self) -> Sound:
        """All tracks as one sound: their mean."""
        return Mix(self.sounds)

    def close(self) -> None:
        """Remove the decoded sound of every track."""
        self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_tracks(paths: Iterable[Path | str], *, progress: Progress = silent) -> Tracks:
    """Decode one file per participant and put them on a common time line.

    Parameters
    ----------
    paths
        The files of one meeting, at least one.
    progress
        Called with the seconds that are decoded, all tracks taken together.

    Returns
    -------
    Tracks
        A context manager, as `open_recording` gives.

    Raises
    ------
    UnusableSound
        Where one of the files cannot be used; none of the others stays open.

    Warns
    -----
    TalkbalanceWarning
        Where tracks of different length share no sound, so that they can only be assumed to start together.
    """
    with ExitStack() as scratch:
        recordings: list[Recording] = []
        for path in paths:
            done = sum(recording.duration for recording in recordings)
            opened = open_recording(path, progress=lambda seconds, done=done: progress(done + seconds))  # type: ignore[misc]
            recordings.append(scratch.enter_context(opened))
        if not recordings:
            raise UnusableSound("sound.no_tracks")
        return Tracks(tuple(recordings), offsets(recordings), scratch.pop_all())


def offsets(recordings: Sequence[Recording]) -> tuple[float, ...]:
    """Return the seconds after the earliest start at which each recording begins.

    Each track is placed by the one among those already placed that it shares most with, the clearest pair first.
    """
    features = [_ups_and_downs(recording.mix) for recording in recordings]
    pairs = {(a, b): _coarse(features[a], features[b]) for a, b in combinations(range(len(features)), 2)}
    placed = {0: 0.0}
    while reachable := [pair for pair in pairs if (pair[0] in placed) != (pair[1] in placed)]:
        a, b = max(reachable, key=lambda pair: pairs[pair][1])
        shift, trust = pairs[a, b]
        if trust < FOUND:
            break
        shift = _fine(recordings[a].mix, recordings[b].mix, shift)
        shift = 0.0 if abs(shift) < TOGETHER else shift
        if a in placed:
            placed[b] = placed[a] + shift
        else:
            placed[a] = placed[b] - shift
    for i, recording in enumerate(recordings):
        if i not in placed:
            placed[i] = 0.0
            if abs(recording.duration - recordings[0].duration) > UNEQUAL:
                named = {"file": recording.name, "reference": recordings[0].name}
                warnings.warn(text("sound.same_start", **named), TalkbalanceWarning, stacklevel=3)
    earliest = min(placed.values())
    return tuple(round(placed[i] - earliest, 4) for i in range(len(recordings)))


def _ups_and_downs(sound: Sound) -> Floats:
    """Return (bands, frames) how the level of each band changes, every 10 ms, clear of the band's usual level."""
    size = 2 * HOP
    window = np.hanning(size)
    pitch = np.fft.rfftfreq(size, 1 / RATE)
    bands = [(pitch >= low) & (pitch < high) for low, high in pairwise(EDGES)]
    found = []
    for start in np.arange(0.0, sound.duration, BLOCK):
        samples = sound.read(start, start + BLOCK + HOP / RATE)
        frames = max(0, (len(samples) - size) // HOP + 1)
        cut = np.lib.stride_tricks.sliding_window_view(samples, size)[::HOP][:frames] if frames else np.zeros((0, size))
        power = np.abs(np.fft.rfft(cut * window)) ** 2
        found.append(np.stack([power[:, band].sum(axis=1) for band in bands]))
    power = np.concatenate(found, axis=1)
    if power.shape[1] < 3:
        return np.zeros((len(bands), 3), np.float32)
    background = np.percentile(power, 20, axis=1, keepdims=True) + 1e-9
    level = np.log(power + background)
    rise = np.diff(level, axis=1)
    return np.asarray(rise / (rise.std(axis=1, keepdims=True) + 1e-9), np.float32)


def _coarse(a: Floats, b: Floats) -> tuple[float, float]:
    """Return the seconds by which `b` begins after `a`, and by how many standard deviations that stands out."""
    size = next_fast_len(a.shape[1] + b.shape[1])
    likeness = np.zeros(size, np.float32)
    for of_a, of_b in zip(a, b, strict=True):
        likeness += irfft(rfft(of_a, size) * np.conj(rfft(of_b, size)), size)
    shifts = np.arange(size)
    shifts[size // 2 :] -= size
    shared = np.minimum(a.shape[1], b.shape[1] + shifts) - np.maximum(0, shifts)
    usable = shared >= max(100, min(a.shape[1], b.shape[1]) // 4)
    if not usable.any():
        return 0.0, 0.0
    score = np.where(usable, likeness / np.sqrt(np.maximum(shared, 1)), 0.0)
    spread = float(score[usable].std())
    best = int(score.argmax())
    return float(shifts[best]) * HOP / RATE, float(score[best]) / spread if spread else 0.0


def _fine(a: Sound, b: Sound, shift: float) -> float:
    """Return the shift to the sample, near a coarse one: waveforms compared with every frequency weighing the same."""
    size = round(BLOCK * RATE)
    padded = next_fast_len(2 * size)
    reach = 3 * HOP
    summed = np.zeros(2 * reach + 1)
    start, end = max(0.0, shift), min(a.duration, shift + b.duration)
    for at in np.arange(start, end, BLOCK):
        mine, theirs = a.read(at, min(at + BLOCK, end)), b.read(at - shift, min(at + BLOCK, end) - shift)
        if min(len(mine), len(theirs)) < RATE:
            continue
        cross = rfft(mine, padded) * np.conj(rfft(theirs, padded))
        whitened = irfft(cross / (np.abs(cross) + 1e-9), padded)
        summed += np.concatenate([whitened[-reach:], whitened[: reach + 1]])
    return shift + float(int(summed.argmax()) - reach) / RATE if summed.any() else shift
