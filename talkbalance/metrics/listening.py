"""Listener signals: short utterances that show somebody listens ("mhm", "genau", "right").

```
Eva   |#########  ######     |
Baum  |   ##        ##  #####|      ## a listener signal: Eva holds the floor
```

Two questions are kept apart. Whether an utterance *is* a listener signal has a probability (`likely`). Whether it *claims the
floor* is decided by a plain rule (`listening`) on which turns, answers and interruptions stand: the "ja" that begins its speaker's
own turn may have shown that they listened, and is part of that turn all the same.
"""

from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.floor import IPU_SILENCE, Flags, Floats, Ints, Spans
from talkbalance.frames import BACKCHANNELS, table
from talkbalance.language.words import SIGNAL_WORDS
from talkbalance.meeting import Meeting
from talkbalance.metrics.said import Said, said
from talkbalance.metrics.signals import judged

Rule = Literal["likely", "plain"]

BACKCHANNEL_LONGEST = 1.0
"""Seconds; a longer unit claims the floor (VAP; Ekstedt & Skantze 2022)."""
GOES_ON = 1.0
"""Seconds within which the listener's own further talk makes a "ja" the beginning of a turn."""
CONFIDENCE_WORDS, CONFIDENCE_WORDLESS = 0.81, 0.7
"""Precision of the plain rule on hand-labelled talk where words were recognised (benchmarks/results/interruptions.md), and less
without."""


class Listening(NamedTuple):
    """Of each utterance the probability that it is a listener signal, and which speaker it is given to (-1: none)."""

    probability: Floats
    to: Ints


def likely(columns: Said, plain: Listening) -> Listening:
    """Return how likely each utterance is a listener signal; where no word was recognised, what the `plain` rule says."""
    found = judged(columns, plain.probability >= SIGNALS)
    probability, to = plain.probability.copy(), plain.to.copy()
    probability[found.at], to[found.at] = found.probability, found.to
    return _checked(columns, probability, to)


def listening(columns: Said) -> Listening:
    """Tell listener signals from claims to the floor by a plain rule.

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
    return _checked(columns, probability[went], to[went])


def _checked(columns: Said, probability: Floats, to: Ints) -> Listening:
    """Return what a person has said of an utterance in place of what the rules say; it listens to whoever spoke last."""
    at = np.flatnonzero(columns.traits["listens"] > 0)
    if len(at) and len(columns.spans.speakers) > 1:
        spans = columns.spans
        latest = spans.latest(spans.starts[at])
        latest[np.arange(len(at)), spans.who[at]] = -1
        spoke = np.where(latest < 0, -np.inf, spans.ends[latest]).argmax(axis=1)
        probability[at], to[at] = 1.0, np.where(to[at] < 0, spoke, to[at])
    return Listening(probability, to)


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


def backchannels(meeting: Meeting, *, rule: Rule = "likely", threshold: float = 0.5) -> pd.DataFrame:
    """Return the listener signals: short utterances that show somebody listens ("mhm", "genau", "right").

    **Definition.** "likely": up to five words, the first or the last one a signal word, that people would have marked as a
    listener signal with a probability of at least `threshold`, by the kinds of their words and by what their speaker and the
    others say before, meanwhile and after. "plain": at most 1 s and three words, all of them signal words, while the other holds
    the floor and is not asking, and their speaker does not go on within 1 s. Utterances in which no word was recognised, and
    those in languages without word lists, can only be judged by the plain rule. With a recogniser this is a lower bound: it
    drops many of them.

    ```
    Eva   |#########  ######     |
    Baum  |   ##        ##  #####|      ## a listener signal: Eva holds the floor
    ```

    Parameters
    ----------
    rule
        "likely" (default) or "plain", the one turns and interruptions stand on, whatever is chosen here.
    threshold
        Least `confidence` for "likely", 0.5 by default; 0 returns every candidate whatever `rule` says.

    Returns
    -------
    DataFrame
        `start`, `end` (s), `speaker`, `side`, `to` (who is being listened to), `text`, `confidence` (that it is one).

    Raises
    ------
    Unavailable
        Where overlaps cannot be seen: tools that put everybody in a row drop them.
    InvalidParameter
        For an unknown rule, or a threshold outside 0-1.

    References
    ----------
    Ekstedt, E. & Skantze, G. (2022), Voice Activity Projection, on the plain rule; Shriberg et al. (2004), The ICSI Meeting
    Recorder Dialog Act corpus, on the marks.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> said = [Utterance(0, 5, "Eva", "und dann wollten wir den Namen behalten"), Utterance(2, 2.4, "Baum", "mhm")]
    >>> backchannels(Meeting([Speaker("Eva"), Speaker("Baum")], said, 5, language="de"))[["speaker", "to", "text"]].values.tolist()
    [['Baum', 'Eva', 'mhm']]
    """
    if rule not in get_args(Rule):
        raise InvalidParameter("parameter.choice", name="rule", value=rule, choices=", ".join(get_args(Rule)))
    if not 0 <= threshold <= 1:
        raise InvalidParameter("parameter.range", name="threshold", value=threshold, low=0, high=1)
    require_overlaps(meeting)
    columns = said(meeting)
    plain = listening(columns)
    found = likely(columns, plain)
    if threshold == 0:
        chosen: Flags = np.maximum(found.to, plain.to) >= 0
    else:
        chosen = plain.probability >= SIGNALS if rule == "plain" else found.probability >= threshold
    return table((_row(meeting, i, found, plain) for i in np.flatnonzero(chosen).tolist()), BACKCHANNELS)


def _row(meeting: Meeting, i: int, found: Listening, plain: Listening) -> tuple[object, ...]:
    utterance = meeting.utterances[i]
    to = int(found.to[i]) if found.to[i] >= 0 else int(plain.to[i])
    name = meeting.speakers[to].name
    side = meeting.side_of(utterance.speaker)
    return utterance.start, utterance.end, utterance.speaker, side, name, utterance.text, float(found.probability[i])


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
