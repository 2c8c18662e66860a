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
        return tuple(
            stem if stems.count(stem) == 1 else f"{stem} {stems[: i + 1].count(stem)}" for i, stem in enumerate(stems)
        )

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
    """Return the second of the common time line at which each recording begins; the first of them is at 0."""
    features = [_ups_and_downs(recording.mix) for recording in recordings]
    placed = {0: 0.0}
    waiting = list(range(1, len(recordings)))
    while waiting:
        found = [
            (trust, track, placed[other] + shift)
            for track in waiting
            for other in placed
            for shift, trust in [_coarse(features[other], features[track])]
        ]
        trust, track, start = max(found)
        if trust < FOUND:
            break
        other = min(placed, key=lambda i: -_coarse(features[i], features[track])[1])
        placed[track] = placed[other] + _fine(recordings[other].mix, recordings[track].mix, start - placed[other])
        waiting.remove(track)
    for track in waiting:
        placed[track] = 0.0
        if abs(recordings[track].duration - recordings[0].duration) > 1:
            names = {"file": recordings[track].name, "reference": recordings[0].name}
            warnings.warn(text("sound.same_start", **names), TalkbalanceWarning, stacklevel=3)
    earliest = min(placed.values())
    return tuple(round(placed[i] - earliest, 4) for i in range(len(recordings)))
