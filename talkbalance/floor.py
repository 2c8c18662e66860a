"""Who is speaking at each moment: the meeting cut into pieces of time in which the set of speakers does not change.

```
Eva   |####  ####  |
Baum  |   ###   ###|
states|ooo++oooo+oo|     + two speak, o one speaks
```

Time, share, gaps, overlaps and windows are sums or runs over these pieces. Boundaries are used as they are: neither padded
nor merged. (Speech that is cut into inter-pausal units joins one speaker's silences below 0.2 s; see `ipus`.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.meeting import Meeting, Utterance, Word, milliseconds, times_of

IPU_SILENCE = 0.2
"""Seconds of silence that end an inter-pausal unit (Heldner & Edlund 2010)."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def overlap(start: float, end: float, other_start: float, other_end: float) -> float:
    """Return how long two spans run together, in seconds; never negative.

    >>> overlap(0, 10, 4, 6)
    2
    >>> overlap(0, 1, 2, 3)
    0
    """
    return max(0, min(end, other_end) - max(start, other_start))


@dataclass(frozen=True, slots=True)
class States:
    """The pieces of a meeting, in order, without a hole between them.

    Parameters
    ----------
    starts, ends
        (n,) seconds; `starts[0]` is 0, `ends[-1]` the duration, `starts[i + 1] == ends[i]`.
    speaking
        (n, k) whether each of the k speakers is speaking.
    speakers
        k names.
    """

    starts: Floats
    ends: Floats
    speaking: Flags
    speakers: tuple[str, ...]

    @property
    def durations(self) -> Floats:
        """(n,) seconds."""
        return self.ends - self.starts

    @property
    def how_many(self) -> NDArray[np.int64]:
        """(n,) number of people speaking."""
        number: NDArray[np.int64] = self.speaking.sum(axis=1, dtype=np.int64)
        return number

    def between(self, start: float, end: float) -> Self:
        """Return the pieces inside `[start, end)`, cut at both."""
        inside = (self.ends > start) & (self.starts < end)
        return type(self)(
            np.maximum(self.starts[inside], start), np.minimum(self.ends[inside], end), self.speaking[inside], self.speakers
        )

    def speaking_time(self) -> Floats:
        """(k,) seconds of voice per speaker; overlap counts for everybody in it."""
        total: Floats = self.durations @ self.speaking
        return total

    def solo_time(self) -> Floats:
        """(k,) seconds in which a speaker speaks alone."""
        alone = self.how_many == 1
        total: Floats = self.durations[alone] @ self.speaking[alone]
        return total


def states(meeting: Meeting) -> States:
    """Cut a meeting at every start and end.

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    spans = [times_of(u) for u in meeting.utterances]
    names = tuple(speaker.name for speaker in meeting.speakers)
    return cut(spans, [u.speaker for u in meeting.utterances], names, meeting.length)


def cut(spans: Sequence[tuple[float, float]], who: Sequence[str], speakers: tuple[str, ...], duration: float) -> States:
    """Cut `[0, duration)` at every start and end of spans that belong to speakers."""
    column = {name: i for i, name in enumerate(speakers)}
    times = np.array(spans, dtype=np.float64).reshape(-1, 2)
    columns = np.array([column[name] for name in who], dtype=np.intp)
    cuts = np.unique(np.concatenate([times.ravel(), [0.0, duration]]))
    change = np.zeros((len(cuts), len(speakers)), dtype=np.int64)
    np.add.at(change, (np.searchsorted(cuts, times[:, 0]), columns), 1)
    np.add.at(change, (np.searchsorted(cuts, times[:, 1]), columns), -1)
    return States(cuts[:-1], cuts[1:], np.cumsum(change, axis=0)[:-1] > 0, speakers)


@dataclass(frozen=True, slots=True)
class Unit:
    """An inter-pausal unit: one speaker's utterances joined while the silence between them is short."""

    start: float
    end: float
    speaker: str
    utterances: tuple[Utterance, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start

    @property
    def words(self) -> tuple[Word, ...]:
        """The words with times of their own."""
        return tuple(word for utterance in self.utterances for word in utterance.words)

    @property
    def text(self) -> str:
        """What was said, in one line."""
        return " ".join(u.text for u in self.utterances if u.text)


def ipus(meeting: Meeting, *, silence: float = IPU_SILENCE) -> tuple[Unit, ...]:
    """Join each speaker's utterances while the silence between them is below `silence` seconds; in order of start.

    ```
    utterances  |### ####     ##|
    units       |########     ##|
    ```

    References
    ----------
    Heldner, M. & Edlund, J. (2010). Pauses, gaps and overlaps in conversations. Journal of Phonetics 38.
    """
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    return join((Unit(*times_of(u), u.speaker, (u,)) for u in meeting.utterances), silence=silence)


def join(units: Iterable[Unit], *, silence: float) -> tuple[Unit, ...]:
    """Join each speaker's units while the silence between them is below `silence` seconds; in order of start.

    Parameters
    ----------
    units
        In order of start.
    silence
        Seconds.
    """
    runs: dict[str, list[list[Unit]]] = {}
    for unit in units:
        own = runs.setdefault(unit.speaker, [])
        # to the millisecond, as all times: 1.2 - 1.0 is not below 0.2
        if own and milliseconds(unit.start - own[-1][-1].end) < silence:
            own[-1].append(unit)
        else:
            own.append([unit])
    joined = (
        Unit(run[0].start, run[-1].end, name, tuple(u for unit in run for u in unit.utterances))
        for name, own in runs.items()
        for run in own
    )
    return tuple(sorted(joined, key=lambda unit: (unit.start, unit.end, unit.speaker)))


def windows(duration: float, *, window: float | None, step: float | None) -> tuple[tuple[float, float], ...]:
    """Tile `[0, duration)` with windows; the last one ends with the meeting, shorter if need be.

    >>> windows(10, window=4, step=4)
    ((0.0, 4.0), (4.0, 8.0), (8.0, 10.0))
    >>> windows(10, window=4, step=2)
    ((0.0, 4.0), (2.0, 6.0), (4.0, 8.0), (6.0, 10.0))
    >>> windows(10, window=None, step=None)
    ((0.0, 10.0),)
    """
    if window is None:
        return ((0.0, float(duration)),)
    step = window if step is None else step
    if not (window > 0 and 0 < step <= window):
        raise InvalidParameter("parameter.window", window=window, step=step)
    tiles: list[tuple[float, float]] = []
    start = 0.0
    while True:
        tiles.append((start, float(min(start + window, duration))))
        if start + window >= duration:
            return tuple(tiles)
        start += step
