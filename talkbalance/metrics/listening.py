"""Listener signals: short units that claim no floor ("mhm", "genau", "right").

```
Eva   |#########  ######     |
Baum  |   ##        ##  #####|      ## a listener signal: Eva holds the floor
```
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.floor import IPU_SILENCE, Flags, Floats, Ints, Spans
from talkbalance.frames import BACKCHANNELS, table
from talkbalance.language.words import SIGNAL_WORDS
from talkbalance.meeting import Meeting
from talkbalance.metrics.said import Said, said

BACKCHANNEL_LONGEST = 1.0
"""Seconds; a longer unit claims the floor (VAP; Ekstedt & Skantze 2022)."""
GOES_ON = 1.0
"""Seconds within which the listener's own further talk makes a "ja" the beginning of a turn."""
CONFIDENCE_WORDS, CONFIDENCE_WORDLESS = 0.81, 0.7
"""Precision of the rule on hand-labelled talk where words were recognised (benchmarks/results/interruptions.md); less without."""


class Listening(NamedTuple):
    """Of each utterance the probability that it is a listener signal, and which speaker it is given to (-1: none)."""

    probability: Floats
    to: Ints


def listening(columns: Said) -> Listening:
    """Tell listener signals from claims to the floor.

    A listener signal is a unit of at most `BACKCHANNEL_LONGEST` seconds and three words, all of them in the lexicon (or none
    recognised), while the other holds the floor: they speak on over it, or after it before anyone else does. What answers
    a question is an answer, and what its speaker goes on from within `GOES_ON` is the beginning of a turn.
    """
    units, went = columns.spans.joined(silence=IPU_SILENCE)
    traits = columns.traits
    n = len(units)
    if not n:
        return Listening(np.zeros(0), np.zeros(0, dtype=np.intp))
    words = np.bincount(went, traits["words"], minlength=n)
    signal = np.bincount(went, ~traits["signal"], minlength=n) == 0
    asks = np.zeros(n, dtype=bool)
    asks[went] = traits["asks"]
    short = signal & (words <= SIGNAL_WORDS) & (np.round(units.durations, 3) <= BACKCHANNEL_LONGEST)
    to = _listens_to(units, short, asks)
    probability = np.where(to < 0, 0.0, np.where(words > 0, CONFIDENCE_WORDS, CONFIDENCE_WORDLESS))
    return Listening(probability[went], to[went])


def _listens_to(units: Spans, short: Flags, asks: Flags) -> Ints:
    """Return who holds the floor around each short unit, -1 where it is no listener signal."""
    to = np.full(len(units), -1, dtype=np.intp)
    at = np.flatnonzero(short)
    clear = np.flatnonzero(~short)
    if not len(at) or not len(clear):
        return to
    claims = units.chosen(clear)
    own = units.who[at]
    rows = np.arange(len(at))
    latest = claims.latest(units.starts[at])
    ends = np.where(latest < 0, -np.inf, claims.ends[latest])
    starts = np.where(latest < 0, -np.inf, claims.starts[latest])
    own_end = ends[rows, own].copy()
    starts[rows, own] = -np.inf
    holder = starts.argmax(axis=1)
    before = latest[rows, holder]
    valid = np.isfinite(starts[rows, holder]) & (own_end <= ends[rows, holder])
    following = claims.following(units.starts[at])
    next_start = np.where(following < 0, np.inf, claims.starts[following])
    valid &= next_start[rows, own] - units.ends[at] >= GOES_ON
    goes_on = (next_start.argmin(axis=1) == holder) & np.isfinite(next_start.min(axis=1)) & ~asks[clear][before]
    valid &= (ends[rows, holder] > units.ends[at]) | goes_on
    to[at[valid]] = holder[valid]
    return to


def backchannels(meeting: Meeting) -> pd.DataFrame:
    """Return the listener signals: short units that claim no floor ("mhm", "genau", "right").

    See `listening` for the rule. With a recogniser this is a lower bound: it drops many of them.

    Returns
    -------
    DataFrame
        `start`, `end` (s), `speaker`, `side`, `to` (who is being listened to), `text`, `confidence`.

    Raises
    ------
    Unavailable
        Where overlaps cannot be seen: tools that put everybody in a row drop them.
    """
    require_overlaps(meeting)
    found = listening(said(meeting))
    rows = []
    for i in np.flatnonzero(found.probability >= SIGNALS):
        utterance = meeting.utterances[i]
        to = meeting.speakers[found.to[i]].name
        side = meeting.side_of(utterance.speaker)
        rows.append((utterance.start, utterance.end, utterance.speaker, side, to, utterance.text, found.probability[i]))
    return table(rows, BACKCHANNELS)


SIGNALS = 0.5
"""Least probability of a listener signal."""


def require_overlaps(meeting: Meeting) -> None:
    """Raise `Unavailable` with the reason where overlaps and listener signals could not have survived."""
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    if meeting.source.times == "start":
        raise Unavailable("unavailable.start_only")
    if not meeting.overlap_observable:
        raise Unavailable("unavailable.overlap_unseen", format=meeting.source.format or "?")
