"""Who is speaking at each moment: the meeting cut into pieces of time in which the set of speakers does not change.

```
Eva   |####  ####  |
Baum  |   ###   ###|
states|ooo++oooo+oo|     + two speak, o one speaks
```

Time, share, gaps, overlaps and windows are sums or runs over these pieces. Boundaries are used as they are: neither padded
nor merged. (Speech that is cut into inter-pausal units joins one speaker's silences below 0.2 s; see `ipus`.)
"""

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.meeting import Meeting, times_of

IPU_SILENCE = 0.2
"""Seconds of silence that end an inter-pausal unit (Heldner & Edlund 2010)."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.intp]


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
    """The pieces of a meeting, in order, without a hole between them; no time passes in what is left out.

    Parameters
    ----------
    starts, ends
        (n,) seconds; `starts[0]` is 0, `ends[-1]` the duration, `starts[i + 1] == ends[i]`.
    speaking
        (n, k) whether each of the k speakers is speaking.
    speakers
        k names.
    counted
        (n,) False for what is left out.
    """

    starts: Floats
    ends: Floats
    speaking: Flags
    speakers: tuple[str, ...]
    counted: Flags

    @property
    def durations(self) -> Floats:
        """(n,) seconds that count."""
        found: Floats = (self.ends - self.starts) * self.counted
        return found

    @property
    def how_many(self) -> NDArray[np.int64]:
        """(n,) number of people speaking."""
        number: NDArray[np.int64] = self.speaking.sum(axis=1, dtype=np.int64)
        return number

    def between(self, start: float, end: float) -> Self:
        """Return the pieces inside `[start, end)`, cut at both."""
        inside = (self.ends > start) & (self.starts < end)
        return type(self)(
            np.maximum(self.starts[inside], start),
            np.minimum(self.ends[inside], end),
            self.speaking[inside],
            self.speakers,
            self.counted[inside],
        )

    @property
    def alone(self) -> Flags:
        """(n, k) whether each speaker speaks and nobody else does."""
        found: Flags = self.speaking & (self.how_many == 1)[:, None]
        return found

    def until(self, times: Floats, what: Flags) -> Floats:
        """Return (m, c) for how many seconds each column of `what`, (n, c), was true before each time."""
        if not len(self.ends):
            return np.zeros((len(times), what.shape[1]))
        edges = np.append(self.starts[:1], self.ends)
        total = np.zeros((len(edges), what.shape[1]))
        np.cumsum(self.durations[:, None] * what, axis=0, out=total[1:])
        return np.array([np.interp(times, edges, column) for column in total.T]).reshape(-1, len(times)).T

    def speaking_time(self) -> Floats:
        """(k,) seconds of voice per speaker; overlap counts for everybody in it."""
        total: Floats = self.durations @ self.speaking
        return total

    def solo_time(self) -> Floats:
        """(k,) seconds in which a speaker speaks alone."""
        alone = self.how_many == 1
        total: Floats = self.durations[alone] @ self.speaking[alone]
        return total


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of speech as columns, in order of start. Those of one speaker do not overlap.

    Parameters
    ----------
    starts, ends
        (n,) seconds.
    who
        (n,) which of the `speakers`.
    speakers
        k names.
    duration
        Seconds of the meeting.
    left_out
        Stretches of it that do not count, in seconds.
    """

    starts: Floats
    ends: Floats
    who: Ints
    speakers: tuple[str, ...]
    duration: float
    left_out: tuple[tuple[float, float], ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def counted(self) -> float:
        """Seconds of the meeting that count."""
        return self.duration - sum(end - start for start, end in self.left_out)

    def interrupted(self, since: Floats, until: Floats) -> Flags:
        """Return (m,) whether something is left out between two moments; what spans it took no time anybody knows."""
        found: Flags = np.zeros(len(since), dtype=bool)
        for start, end in self.left_out:
            found |= (since <= start) & (end <= until)
        return found

    @property
    def durations(self) -> Floats:
        """(n,) seconds."""
        return self.ends - self.starts

    def chosen(self, which: Flags | Ints) -> "Spans":
        """Return some of the spans; an index has to keep their order."""
        return replace(self, starts=self.starts[which], ends=self.ends[which], who=self.who[which])

    def states(self) -> States:
        """Cut the meeting at every start and end."""
        k = len(self.speakers)
        edges = [edge for stretch in self.left_out for edge in stretch]
        cuts = np.unique(np.concatenate([self.starts, self.ends, [0.0, self.duration, *edges]]))
        change = np.zeros(len(cuts) * k, dtype=np.int64)
        np.add.at(change, np.searchsorted(cuts, self.starts) * k + self.who, 1)
        np.add.at(change, np.searchsorted(cuts, self.ends) * k + self.who, -1)
        counted = np.ones(len(cuts) - 1, dtype=bool)
        for start, end in self.left_out:
            counted[np.searchsorted(cuts, start) : np.searchsorted(cuts, end)] = False
        speaking = (np.cumsum(change.reshape(len(cuts), k), axis=0)[:-1] > 0) & counted[:, None]
        return States(cuts[:-1], cuts[1:], speaking, self.speakers, counted)

    def joined(self, *, silence: float) -> "tuple[Spans, Ints]":
        """Join each speaker's spans while the silence between them is below `silence` seconds.

        Returns
        -------
        Spans, Ints
            The longer spans in order of start, and (n,) which of them each span went into.
        """
        if not len(self):
            return self, np.zeros(0, dtype=np.intp)
        order = np.lexsort((self.starts, self.who))
        starts, ends, who = self.starts[order], self.ends[order], self.who[order]
        begins = np.ones(len(order), dtype=bool)
        # to the millisecond, as all times: 1.2 - 1.0 is not below 0.2
        begins[1:] = (who[1:] != who[:-1]) | (np.round(starts[1:] - ends[:-1], 3) >= silence)
        first = np.flatnonzero(begins)
        longer = replace(self, starts=starts[first], ends=np.maximum.reduceat(ends, first), who=who[first])
        in_time = np.lexsort((longer.who, longer.ends, longer.starts))
        place = np.empty(len(first), dtype=np.intp)
        place[in_time] = np.arange(len(first))
        went = np.empty(len(order), dtype=np.intp)
        went[order] = place[np.cumsum(begins) - 1]
        return longer.chosen(in_time), went

    def latest(self, times: Floats, *, side: Literal["left", "right"] = "left") -> Ints:
        """Return (m, k) each speaker's last span that starts before each time ("right": or at it); -1 where there is none."""
        return self._beside(times, side, -1)

    def following(self, times: Floats, *, side: Literal["left", "right"] = "left") -> Ints:
        """Return (m, k) each speaker's first span that starts at or after each time ("right": after it); -1 where none does."""
        return self._beside(times, side, 0)

    def _beside(self, times: Floats, side: Literal["left", "right"], shift: int) -> Ints:
        found = np.full((len(times), len(self.speakers)), -1, dtype=np.intp)
        for column in range(len(self.speakers)):
            own = np.flatnonzero(self.who == column)
            at = np.searchsorted(self.starts[own], times, side=side) + shift
            inside = (at >= 0) & (at < len(own))
            found[inside, column] = own[at[inside]]
        return found


def spans(meeting: Meeting) -> Spans:
    """Return a meeting's utterances as columns, in their order.

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    names = tuple(speaker.name for speaker in meeting.speakers)
    column = {name: i for i, name in enumerate(names)}
    times = np.array([times_of(u) for u in meeting.utterances], dtype=np.float64).reshape(-1, 2)
    who = np.array([column[u.speaker] for u in meeting.utterances], dtype=np.intp)
    return Spans(times[:, 0], times[:, 1], who, names, meeting.length, meeting.left_out)


def states(meeting: Meeting) -> States:
    """Cut a meeting at every start and end.

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    return spans(meeting).states()


def ipus(meeting: Meeting, *, silence: float = IPU_SILENCE) -> tuple[Spans, Ints]:
    """Return the inter-pausal units: each speaker's utterances joined while the silence between them is short.

    ```
    utterances  |### ####     ##|
    units       |########     ##|
    ```

    Returns
    -------
    Spans, Ints
        The units, and which of them each utterance went into.

    References
    ----------
    Heldner, M. & Edlund, J. (2010). Pauses, gaps and overlaps in conversations. Journal of Phonetics 38.
    """
    return spans(meeting).joined(silence=silence)


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
    if not 0 < step <= window:
        raise InvalidParameter("parameter.window", window=window, step=step)
    tiles: list[tuple[float, float]] = []
    start = 0.0
    while True:
        tiles.append((start, float(min(start + window, duration))))
        if start + window >= duration:
            return tuple(tiles)
        start += step
