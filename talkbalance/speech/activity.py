"""How many people speak at each moment, and which of a window's people: what `segmentation` says of a whole recording.

The network sees ten seconds at a time. Windows that overlap by four fifths see every moment five times; their answers are
averaged, the middle of a window counting more than its edges.

```
windows   [--------------------]
              [--------------------]
                  [--------------------]
nobody    #    ##                  #  ##     averaged over windows: how many speak needs no names
one        ####    ####    ########  #
two            #       ####
pieces     |--|    |--|    |---|---|  |      one voice alone, nobody else begins
```

Who it is that speaks stays with the windows: the first person of one is not the first of the next.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from talkbalance.speech.backend import RATE, Progress, Samples, Sound

Floats = NDArray[np.float32]
Frames = NDArray[np.intp]

WINDOW = 160_000
"""Samples the network was trained to see at once: 10 s."""

STRIDE = 270
"""Samples from one frame to the next: 16.9 ms."""

FIELD = 991
"""Samples one frame sees; the moment it speaks of is their middle."""

FRAMES = 589
"""Frames of one window."""

PEOPLE = 3
"""People a window can tell apart."""

SETS = np.array(
    [[person in together for person in range(PEOPLE)] for size in range(3) for together in combinations(range(PEOPLE), size)],
    dtype=np.float32,
)
"""(7, 3): which of them each answer names: nobody, one, or two."""

STEP = 120
"""Frames from one window to the next: 2.0 s."""

BATCH = 8
"""Windows that go through the network together."""

FRAME = STRIDE / RATE
"""Seconds of one frame."""

_REACH = 4
"""Frames looked back and ahead for a change of voice."""

_SHAPE: Floats = np.hamming(FRAMES).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Activity:
    """What the windows say together, and what each says of its own people.

    Parameters
    ----------
    count
        (frames, 3) probability that nobody, one, two speak, averaged over windows.
    change
        (frames,) probability that one takes over from another just there, averaged over windows.
    windows
        (windows, FRAMES, 3) probability that each of a window's people speaks; window `w` begins at frame `w * STEP`.
    """

    count: Floats
    change: Floats
    windows: NDArray[np.float16]

    def averaged(self, of_windows: Iterator[Floats], width: int) -> Floats:
        """Return (frames, width) scores averaged over windows, from (FRAMES, width) of each."""
        return _averaged(of_windows, width, len(self.count))


def seconds(frame: float) -> float:
    """Return where a frame begins: half a frame before the moment it speaks of."""
    return max(0.0, (frame * STRIDE + (FIELD - STRIDE) / 2) / RATE)


def listen(hear: Callable[[Samples], Floats], sound: Sound, progress: Progress) -> Activity:
    """Return the activity in a sound, read window by window.

    Parameters
    ----------
    hear
        (windows, FRAMES, 7) probabilities of `SETS`, from (windows, WINDOW) samples.
    """
    frames = max(1, round(sound.duration / FRAME))
    people: list[NDArray[np.float16]] = []

    def answers() -> Iterator[Floats]:
        for start, batch in _batches(sound):
            for answer in hear(batch):
                speaking = answer @ SETS
                people.append(speaking.astype(np.float16))
                count = np.add.reduceat(answer, [0, 1, 1 + PEOPLE], axis=1)
                yield np.column_stack([count, _change(speaking)])
            progress(min(sound.duration, (start + WINDOW) / RATE))

    scores = _averaged(answers(), 4, frames)
    return Activity(scores[:, :3], scores[:, 3], np.stack(people))


def pieces(activity: Activity, *, longest: float = 2.0, certain: float = 0.4) -> Frames:
    """Return (pieces, 2) frames, half-open, of stretches in which one voice speaks alone.

    Parameters
    ----------
    longest
        Seconds; a longer stretch is cut evenly, so that a change of voice nobody noticed costs little.
    certain
        Probability of a take-over at which a stretch is cut.
    """
    found: list[tuple[int, int]] = []
    for start, end in runs(activity.count[:, 1] > 0.5):
        edges = [start]
        for first, last in runs(activity.change[start:end] > certain):
            edge = start + (first + last) // 2
            if min(edge - edges[-1], end - edge) >= _REACH:
                edges.append(edge)
        for one, other in pairwise([*edges, end]):
            parts = int(np.ceil((other - one) * FRAME / longest))
            cuts = np.linspace(one, other, parts + 1).astype(int).tolist()
            found += list(pairwise(cuts))
    return np.array(found, np.intp).reshape(-1, 2)


def runs(true: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where a row of yes and no is yes, as half-open spans.

    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.diff(np.concatenate([[0], true.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def _change(speaking: Floats) -> Floats:
    """Return how far somebody of a window's people took over from another, between a moment ago and in a moment."""
    taken = np.zeros(len(speaking), np.float32)
    rise = speaking[2 * _REACH :] - speaking[: -2 * _REACH]
    taken[_REACH:-_REACH] = np.minimum(rise.clip(min=0).sum(1), (-rise).clip(min=0).sum(1))
    return taken


def _averaged(of_windows: Iterator[Floats], width: int, frames: int) -> Floats:
    total = np.zeros((frames, width), np.float32)
    weight = np.zeros(frames, np.float32)
    for rank, scores in enumerate(of_windows):
        start = rank * STEP
        size = min(FRAMES, frames - start)
        total[start : start + size] += scores[:size] * _SHAPE[:size, None]
        weight[start : start + size] += _SHAPE[:size]
    total /= np.maximum(weight, 1e-6)[:, None]
    return total


def _batches(sound: Sound) -> Iterator[tuple[int, Samples]]:
    """Yield the first sample of a batch's last window and (windows, samples); the end is filled with silence."""
    step = STEP * STRIDE
    count = max(1, int(np.ceil((sound.duration * RATE - FRAMES * STRIDE) / step)) + 1)
    for first in range(0, count, BATCH):
        last = min(count, first + BATCH) - 1
        samples = sound.read(first * step / RATE, min(sound.duration, (last * step + WINDOW) / RATE))
        filled = np.zeros((last - first) * step + WINDOW, np.float32)
        filled[: len(samples)] = samples[: len(filled)]
        yield last * step, np.stack([filled[rank * step : rank * step + WINDOW] for rank in range(last - first + 1)])
