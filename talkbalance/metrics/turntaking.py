"""Turns, transitions, response times and silences: how the floor passes.

```
Eva   |######  ####              |    pause inside Eva's talk
Baum  |               ####  #####|    response: from the end of Eva's turn to the start of Baum's, here a gap
       ^turn 1     ^  ^turn 2
```

References
----------
Heldner, M. & Edlund, J. (2010). Pauses, gaps and overlaps in conversations. Journal of Phonetics 38.
Stivers, T. et al. (2009). Universals and cultural variation in turn-taking in conversation. PNAS 106.
"""

from itertools import groupby
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.floor import Flags, Floats, Ints, Spans, States, ipus
from talkbalance.frames import RESPONSES, TRANSITIONS, TURNS, table
from talkbalance.language import words
from talkbalance.meeting import Meeting, Utterance
from talkbalance.metrics.talk import Talk, talk

IMMEDIATE = 0.25
"""Seconds below which an answer comes at once: too fast to be a reaction to the end itself (Heldner 2011)."""
LAPSE = 5.0
"""Seconds from which on the talk had lapsed."""
SILENCE = 2.0
"""Seconds above which a silence is one that people notice."""


def turns(meeting: Meeting) -> pd.DataFrame:
    """Return the turns: one speaker's utterances joined until someone else holds the floor.

    **Definition.** Consecutive units of one speaker, pauses included; listener signals and units inside another person's
    unit neither end a turn nor make one. Without times, consecutive utterances of one speaker.

    Returns
    -------
    DataFrame
        One row per turn in order: `turn` (from 1), `speaker`, `side`, `start`, `end`, `duration` (s), `n_words`, `text`.
    """
    if not meeting.timed:
        grouped = groupby(meeting.utterances, key=lambda utterance: utterance.speaker)
        return table((_turn(meeting, i, nan, nan, list(run)) for i, (_, run) in enumerate(grouped, 1)), TURNS)
    found = talk(meeting)
    times = zip(found.turns.starts.tolist(), found.turns.ends.tolist(), utterances_of(meeting, found), strict=True)
    return table((_turn(meeting, i, *parts) for i, parts in enumerate(times, 1)), TURNS)


def utterances_of(meeting: Meeting, found: Talk) -> list[list[Utterance]]:
    """Return the utterances of each turn, in order."""
    said: list[list[Utterance]] = [[] for _ in range(len(found.turns))]
    for utterance, claim in zip(meeting.utterances, found.claim.tolist(), strict=True):
        if claim >= 0 and found.turn[claim] >= 0:
            said[found.turn[claim]].append(utterance)
    return said


def _turn(meeting: Meeting, number: int, start: float, end: float, said: list[Utterance]) -> tuple[object, ...]:
    text = " ".join(u.text for u in said if u.text)
    name = said[0].speaker
    return number, name, meeting.side_of(name), start, end, end - start, len(words(text)), text


def transitions(meeting: Meeting) -> pd.DataFrame:
    """Return every silence and every overlap between two stretches of one person alone.

    ```
    Eva   |####  ####      ####|
    Baum  |         #####  |   |     pause, between_overlap, gap; within_overlap where the floor stays
    ```

    Returns
    -------
    DataFrame
        `start`, `end`, `duration` (s), `kind` (gap, pause, between_overlap, within_overlap), `speaker_from`, `speaker_to`.

    References
    ----------
    Heldner & Edlund (2010), figure 1.
    """
    units = ipus(meeting)[0]
    return table(_transitions(units, units.states()), TRANSITIONS)


def _transitions(units: Spans, pieces: States) -> list[tuple[object, ...]]:
    level = pieces.how_many.clip(max=2)
    solo = np.flatnonzero(level == 1)
    first = np.flatnonzero(np.diff(level, prepend=-1))
    last = np.append(first[1:], len(level)) - 1
    before, after = np.searchsorted(solo, first) - 1, np.searchsorted(solo, last, side="right")
    between = np.flatnonzero((level[first] != 1) & (before >= 0) & (after < len(solo)))
    who = pieces.speaking.argmax(axis=1)
    come, go = who[solo[before[between]]], who[solo[after[between]]]
    starts, ends = pieces.starts[first[between]], pieces.ends[last[between]]
    kinds = np.where(level[first[between]] == 0, 0, 2) + (come != go)
    known = ~units.interrupted(starts, ends)
    columns = (column[known].tolist() for column in (starts, ends, kinds, come, go))
    return [
        (start, end, end - start, TRANSITION_KINDS[kind], pieces.speakers[a], pieces.speakers[b])
        for start, end, kind, a, b in zip(*columns, strict=True)
    ]


TRANSITION_KINDS = ("pause", "gap", "within_overlap", "between_overlap")


class Responses(NamedTuple):
    """Changes of the floor: when the last turn ended, when the answer began, and whose they were (indices of speakers)."""

    ended: Floats
    began: Floats
    come: Ints
    go: Ints

    @property
    def offset(self) -> Floats:
        """Seconds from the end to the start; negative where the answer began before the end."""
        return np.round(self.began - self.ended, 3)


def response_columns(found: Talk) -> Responses:
    """Return the changes of the floor as columns."""
    floor = found.turns
    known = ~floor.interrupted(floor.ends[:-1], floor.starts[1:])
    return Responses(floor.ends[:-1][known], floor.starts[1:][known], floor.who[:-1][known], floor.who[1:][known])


def responses(meeting: Meeting, *, immediate: float = IMMEDIATE, lapse: float = LAPSE) -> pd.DataFrame:
    """Return how long answers take: from the end of a turn to the start of the next person's.

    **Definition.** The floor transfer offset, signed: negative where the next turn begins before the last one has ended.
    Listener signals and units inside another person's unit are no answers.

    ```
    Eva   |########|              |
    Baum  |        |-----|########|      offset
    ```

    Parameters
    ----------
    immediate
        Seconds below which an answer is "immediate", 0.25 by default (Heldner 2011: a reaction takes longer).
    lapse
        Seconds from which on the talk has lapsed, 5 by default.

    Returns
    -------
    DataFrame
        `start` (end of the last turn), `end` (start of the answer), `offset` = `end` - `start` (s), `kind` (immediate, measured,
        lapse), `speaker_from`, `speaker_to`, `side_from`, `side_to`. Medians of `offset`, never means: it is skewed.

    Raises
    ------
    Unavailable
        Where there are no times of the ends of utterances.
    InvalidParameter
        Where `lapse` is not above `immediate`.

    References
    ----------
    Heldner, M. (2011). Detection thresholds for gaps, overlaps, and no-gap-no-overlaps. JASA 130.
    Stivers et al. (2009).

    >>> from talkbalance.meeting import Speaker
    >>> meeting = Meeting([Speaker("Eva"), Speaker("Baum")], [Utterance(0, 4, "Eva"), Utterance(4.5, 8, "Baum")], 8)
    >>> responses(meeting)[["offset", "kind", "speaker_to"]].values.tolist()
    [[0.5, 'measured', 'Baum']]
    """
    if not immediate < lapse:
        raise InvalidParameter("parameter.range", name="lapse", value=lapse, low=immediate, high=float("inf"))
    require_ends(meeting)
    found = response_columns(talk(meeting))
    names = [speaker.name for speaker in meeting.speakers]
    sides = [meeting.side_of(name) for name in names]
    columns = (column.tolist() for column in (found.ended, found.began, found.offset, found.come, found.go))
    rows = [
        (start, end, offset, _kind(offset, immediate, lapse), names[a], names[b], sides[a], sides[b])
        for start, end, offset, a, b in zip(*columns, strict=True)
    ]
    return table(rows, RESPONSES)


def _kind(offset: float, immediate: float, lapse: float) -> str:
    return "immediate" if offset < immediate else "lapse" if offset >= lapse else "measured"


def silences(pieces: States, *, longer_than: float = SILENCE) -> Floats:
    """Return how long the silences last that people notice, in seconds; before the first and after the last word is none.

    Parameters
    ----------
    longer_than
        Seconds, 2 by default.
    """
    quiet = pieces.how_many == 0
    spoken = np.flatnonzero(~quiet)
    if not len(spoken):
        return np.zeros(0)
    quiet[: spoken[0]] = quiet[spoken[-1] :] = False
    found: Floats = pieces.durations[quiet & (pieces.durations > longer_than)]
    return found


def stretches(found: Talk, *, pause: float = SILENCE) -> tuple[Floats, Floats, Ints]:
    """Return the stretches in which one side holds the floor: starts, ends and sides.

    ```
    Eva   |####  ######        ####|     pauses up to 2 s and listener signals end no stretch, longer silences do
    Baum  |        mh              |
    ```

    Parameters
    ----------
    pause
        Seconds of silence that end a stretch, 2 by default.
    """
    taking = np.flatnonzero(found.turn >= 0)
    floor = found.claims.chosen(taking)
    side = found.said.side[floor.who]
    if not len(floor):
        return floor.starts, floor.ends, side
    reached = np.maximum.accumulate(floor.ends)
    begins: Flags = np.ones(len(floor), dtype=bool)
    begins[1:] = (side[1:] != side[:-1]) | (np.round(floor.starts[1:] - reached[:-1], 3) > pause)
    first = np.flatnonzero(begins)
    return floor.starts[first], np.maximum.reduceat(floor.ends, first), side[first]


def require_ends(meeting: Meeting) -> None:
    """Raise `Unavailable` with the reason where nobody knows when utterances end."""
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    if meeting.source.times == "start":
        raise Unavailable("unavailable.start_only")
