"""Who holds the floor: a meeting's units split into claims and listener signals, and joined into turns.

Everything here stands on inter-pausal units. Two rules decide whose turn it is: a listener signal (by the plain rule) never takes
the floor, and neither does a unit that lies inside another person's unit.

```
Eva   |#########  ######     |
Baum  |   ##  mh        #####|      mh a listener signal, ## contained: Eva's turn goes on
turns |1111111111111111122222|
```

References
----------
Heldner, M. & Edlund, J. (2010). Pauses, gaps and overlaps in conversations. Journal of Phonetics 38.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from talkbalance.floor import IPU_SILENCE, Flags, Ints, Spans
from talkbalance.meeting import Meeting
from talkbalance.metrics.listening import SIGNALS, Listening, likely, listening
from talkbalance.metrics.said import Said, said
from talkbalance.once import once


@dataclass(frozen=True)
class Talk:
    """The columns of a meeting and who holds the floor in it.

    Parameters
    ----------
    said
        The utterances.
    listening
        Which of them claim no floor by the plain rule, and whom they listen to.
    claims, claim
        The units that claim the floor, and (n,) which of them each utterance went into; -1 for those that claim none.
    turns, turn
        The turns, from the start of their first unit to the end of their last, and (m,) which of them each claim went into;
        -1 for claims inside another person's unit.
    """

    said: Said
    listening: Listening
    claims: Spans
    claim: Ints
    turns: Spans
    turn: Ints

    @cached_property
    def signals(self) -> Ints:
        """The indices of the likely listener signals among the utterances; one that begins its speaker's turn is in it, too."""
        return np.flatnonzero(likely(self.said, self.listening).probability >= SIGNALS)


@once
def talk(meeting: Meeting) -> Talk:
    """Return who holds the floor in a meeting.

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    return talk_of(said(meeting))


def talk_of(columns: Said) -> Talk:
    """Return who holds the floor, given the columns of a meeting."""
    heard = listening(columns)
    claiming = np.flatnonzero(heard.probability < SIGNALS)
    claims, went = columns.spans.chosen(claiming).joined(silence=IPU_SILENCE)
    claim = np.full(len(columns.spans), -1, dtype=np.intp)
    claim[claiming] = went
    taking = np.flatnonzero(_takes_the_floor(claims))
    turn = np.full(len(claims), -1, dtype=np.intp)
    floor = claims.chosen(taking)
    begins = np.ones(len(floor), dtype=bool)
    begins[1:] = (floor.who[1:] != floor.who[:-1]) | floor.interrupted(floor.ends[:-1], floor.starts[1:])
    first = np.flatnonzero(begins)
    turn[taking] = np.cumsum(begins) - 1
    last = np.maximum.reduceat(floor.ends, first) if len(first) else floor.ends
    turns = replace(floor, starts=floor.starts[first], ends=last, who=floor.who[first])
    return Talk(columns, heard, claims, claim, turns, turn)


def _takes_the_floor(claims: Spans) -> Flags:
    """Return which units do not lie inside another person's unit that began before."""
    n, k = len(claims), len(claims.speakers)
    reached = np.full((n + 1, k), -np.inf)
    reached[np.arange(1, n + 1), claims.who] = claims.ends
    before = np.maximum.accumulate(reached, axis=0)[:-1]
    before[np.arange(n), claims.who] = -np.inf
    furthest: Flags = before.max(axis=1, initial=-np.inf) < claims.ends
    return furthest
