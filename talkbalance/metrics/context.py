"""What stands around a sentence: who spoke before and speaks next, how soon, and how that begins.

```
Eva   |Das ist schon fertig |         |
Baum  |                     .Ja, seit |  answered at once, with a yes: Eva will have asked
```

The values are the same in every language: times, and the word classes of `language.signs`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talkbalance.language import Sentence
from talkbalance.language.questions import Reading
from talkbalance.language.signs import SIGNS

FAR = 99.0
"""Seconds that stand for "nobody in sight"."""
NEAR = 30
"""Sentences within which another one counts as before or after."""
LISTENS = 6.0
"""Seconds after a sentence in which the talk of others is added up."""
NOBODY = -9.0
"""Log-odds that stand for a neighbour that is not there."""

TIMES = ("gap", "duration", "pace", "own_gap", "since_other", "since_own", "others_talk", "next_duration")
WORDS = (
    *("log_odds", "evidence", "first", "core_first", "words", "last", "own_next", "own_before"),
    *("next_log_odds", "next_words", "next_first", "next_second", "next_last", "next_evidence"),
    *("following_log_odds", "following_first", "following_evidence", "before_log_odds", "before_words", "before_evidence"),
    *("before_own_log_odds", "before_own_last", "before_own_evidence"),
)
COLUMNS = (*TIMES, *WORDS)
CODED = (
    *("evidence", "first", "core_first", "last", "next_first", "next_second", "next_last", "next_evidence"),
    *("following_first", "following_evidence", "before_evidence", "before_own_last", "before_own_evidence"),
)
_EVIDENCE, _FIRST, _SECOND, _CORE, _LAST = (SIGNS.index(name) for name in ("evidence", "first", "second", "core_first", "last"))


def context(said: Sequence[Sentence], read: Sequence[Reading], log_odds: Sequence[float], *, timed: bool) -> NDArray[np.float64]:
    """Return one row of `COLUMNS` per sentence; without times those that need them are nan."""
    speakers = [sentence.speaker for sentence in said]
    starts = [sentence.start or 0.0 for sentence in said]
    ends = [sentence.end or 0.0 for sentence in said]
    signs = [*(reading.signs for reading in read), (0,) * len(SIGNS)]
    odds = [*log_odds, NOBODY]
    words = [*(reading.words for reading in read), 0]
    rows: list[tuple[float, ...]] = []
    for at in range(len(said)):
        following, own_next = _after(at, speakers, ends, timed)
        before, own_before = _before(at, speakers)
        near = (following, own_next, before, own_before)
        times = _times(at, near, starts, ends, speakers, words[at]) if timed else _UNTIMED
        own, after, later, earlier, own_earlier = (signs[-1 if place is None else place] for place in (at, *near))
        next_, own_later, other, own_other = (-1 if place is None else place for place in near)
        rows.append(
            (
                *times,
                *(odds[at], own[_EVIDENCE], own[_FIRST], own[_CORE], words[at], own[_LAST]),
                own_next is not None and (following is None or own_next < following),
                own_before is not None and (before is None or own_before > before),
                *(odds[next_], words[next_], after[_FIRST], after[_SECOND], after[_LAST], after[_EVIDENCE]),
                *(odds[own_later], later[_FIRST], later[_EVIDENCE]),
                *(odds[other], words[other], earlier[_EVIDENCE]),
                *(odds[own_other], own_earlier[_LAST], own_earlier[_EVIDENCE]),
            )
        )
    return np.array(rows, float).reshape(len(said), len(COLUMNS))


_UNTIMED = (float("nan"),) * len(TIMES)


def _after(at: int, speakers: Sequence[str], ends: Sequence[float], timed: bool) -> tuple[int | None, int | None]:
    """Return the next sentence of another speaker that outlasts this one, and the next of the same speaker."""
    other = own = None
    for place in range(at + 1, min(at + NEAR, len(speakers))):
        if speakers[place] == speakers[at]:
            own = place if own is None else own
        elif other is None and (not timed or ends[place] > ends[at]):
            other = place
        if own is not None and other is not None:
            break
    return other, own


def _before(at: int, speakers: Sequence[str]) -> tuple[int | None, int | None]:
    other = own = None
    for place in range(at - 1, max(at - NEAR, -1), -1):
        if speakers[place] == speakers[at]:
            own = place if own is None else own
        elif other is None:
            other = place
        if own is not None and other is not None:
            break
    return other, own


def _times(
    at: int,
    near: tuple[int | None, int | None, int | None, int | None],
    starts: Sequence[float],
    ends: Sequence[float],
    speakers: Sequence[str],
    words: int,
) -> tuple[float, ...]:
    following, own_next, before, own_before = near
    begins, stops = starts[at], ends[at]
    talk = 0.0
    for place in range(at + 1, min(at + NEAR, len(starts))):
        if starts[place] > stops + LISTENS:
            break
        if speakers[place] != speakers[at]:
            talk += max(0.0, min(ends[place], stops + LISTENS) - max(starts[place], stops))
    return (
        FAR if following is None else starts[following] - stops,
        stops - begins,
        (stops - begins) / max(1, words),
        FAR if own_next is None else starts[own_next] - stops,
        FAR if before is None else begins - ends[before],
        FAR if own_before is None else begins - ends[own_before],
        talk,
        0.0 if following is None else ends[following] - starts[following],
    )
