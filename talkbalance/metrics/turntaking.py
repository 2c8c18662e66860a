"""Turns, transitions and listener signals: how the floor passes.

Everything here stands on inter-pausal units (`floor.ipus`). Two rules decide whose turn it is: a listener signal never takes
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

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import nan
from typing import NamedTuple

import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.floor import Unit, cut, ipus
from talkbalance.frames import BACKCHANNELS, TRANSITIONS, TURNS, table
from talkbalance.language import is_backchannel, language_of, words
from talkbalance.meeting import Meeting, Utterance

BACKCHANNEL_LONGEST = 1.0
"""Seconds; a longer unit claims the floor (VAP; Ekstedt & Skantze 2022)."""

GOES_ON = 1.0
"""Seconds within which the listener's own further talk makes a "ja" the beginning of a turn."""

CONFIDENCE_WORDS, CONFIDENCE_WORDLESS = 0.81, 0.7
"""Precision of the rule on hand-labelled talk where words were recognised (benchmarks/results/interruptions.md); less without."""


class Backchannel(NamedTuple):
    """A listener signal and the one it is given to."""

    unit: Unit
    to: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A meeting's units, split by what they do: claim the floor or signal listening."""

    claims: tuple[Unit, ...]
    backchannels: tuple[Backchannel, ...]


def talk(meeting: Meeting) -> Talk:
    """Split a meeting's units into claims to the floor and listener signals.

    A listener signal is a unit of at most `BACKCHANNEL_LONGEST` seconds and three words, all of them in the lexicon (or none
    recognised), while the other holds the floor: they speak on over it, or after it before anyone else does. What answers
    a question is an answer, and what its speaker goes on from within `GOES_ON` is the beginning of a turn.
    """
    language = language_of(meeting)
    units = ipus(meeting)
    short = [u.duration <= BACKCHANNEL_LONGEST and is_backchannel(u.text, language) for u in units]
    clear = [unit for unit, maybe in zip(units, short, strict=True) if not maybe]
    claims: list[Unit] = []
    signals: list[Backchannel] = []
    for unit, maybe in zip(units, short, strict=True):
        to = _listens_to(unit, clear) if maybe else None
        if to is None:
            claims.append(unit)
        else:
            signals.append(Backchannel(unit, to))
    return Talk(tuple(claims), tuple(signals))


def _start(unit: Unit) -> tuple[float, float]:
    return unit.start, unit.end


def _listens_to(unit: Unit, claims: Sequence[Unit]) -> str | None:
    """Return who holds the floor around a short unit, or None where it is no listener signal; `claims` in order of start."""
    at = bisect_left(claims, (unit.start, unit.end), key=_start)
    before = next((c for c in reversed(claims[:at]) if c.speaker != unit.speaker), None)
    own_before = next((c for c in reversed(claims[:at]) if c.speaker == unit.speaker), None)
    if before is None or (own_before is not None and own_before.end > before.end):
        return None
    own_next = next((c for c in claims[at:] if c.speaker == unit.speaker), None)
    if own_next is not None and own_next.start - unit.end < GOES_ON:
        return None
    if before.end > unit.end:
        return before.speaker
    following = claims[at] if at < len(claims) else None
    if following is None or following.speaker != before.speaker or before.text.rstrip().endswith("?"):
        return None
    return before.speaker


def turn_units(claims: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the claims that take the floor: all but those inside another person's unit."""
    taking: list[Unit] = []
    reached: dict[str, float] = {}
    for unit in claims:
        inside = any(end >= unit.end for name, end in reached.items() if name != unit.speaker)
        reached[unit.speaker] = max(reached.get(unit.speaker, 0.0), unit.end)
        if not inside:
            taking.append(unit)
    return tuple(taking)


def turns(meeting: Meeting) -> pd.DataFrame:
    """Return the turns: one speaker's utterances joined until someone else holds the floor.

    **Definition.** Consecutive units of one speaker, pauses included; listener signals and units inside another person's
    unit neither end a turn nor make one. Without times, consecutive utterances of one speaker.

    Returns
    -------
    DataFrame
        One row per turn in order: `turn` (from 1), `speaker`, `side`, `start`, `end`, `duration` (s), `n_words`, `text`.
    """
    if meeting.timed:
        runs = [list(run) for _, run in groupby(turn_units(talk(meeting).claims), key=lambda unit: unit.speaker)]
        spoken = [(run[0].start, run[-1].end, [u for unit in run for u in unit.utterances]) for run in runs]
    else:
        grouped = groupby(meeting.utterances, key=lambda utterance: utterance.speaker)
        spoken = [(nan, nan, list(run)) for _, run in grouped]
    return table((_turn(meeting, i, *parts) for i, parts in enumerate(spoken, 1)), TURNS)


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
    units = ipus(meeting)
    names = tuple(speaker.name for speaker in meeting.speakers)
    pieces = cut([(u.start, u.end) for u in units], [u.speaker for u in units], names, meeting.length)
    how_many = pieces.how_many.clip(max=2)
    alone = {i: names[int(pieces.speaking[i].argmax())] for i in (how_many == 1).nonzero()[0].tolist()}
    solo = sorted(alone)
    rows = []
    for level, run in groupby(range(len(how_many)), key=lambda i: int(how_many[i])):
        indices = list(run)
        before, after = bisect_left(solo, indices[0]) - 1, bisect_right(solo, indices[-1])
        if level == 1 or before < 0 or after == len(solo):
            continue
        come, go = alone[solo[before]], alone[solo[after]]
        start, end = float(pieces.starts[indices[0]]), float(pieces.ends[indices[-1]])
        kind = ("pause" if come == go else "gap") if level == 0 else ("within" if come == go else "between") + "_overlap"
        rows.append((start, end, end - start, kind, come, go))
    return table(rows, TRANSITIONS)


def backchannels(meeting: Meeting) -> pd.DataFrame:
    """Return the listener signals: short units that claim no floor ("mhm", "genau", "right").

    See `talk` for the rule. With a recogniser this is a lower bound: it drops many of them.

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
    rows = []
    for unit, to in talk(meeting).backchannels:
        confidence = CONFIDENCE_WORDS if unit.text else CONFIDENCE_WORDLESS
        rows.append((unit.start, unit.end, unit.speaker, meeting.side_of(unit.speaker), to, unit.text, confidence))
    return table(rows, BACKCHANNELS)


def require_overlaps(meeting: Meeting) -> None:
    """Raise `Unavailable` with the reason where overlaps and listener signals could not have survived."""
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    if meeting.source.times == "start":
        raise Unavailable("unavailable.start_only")
    if not meeting.overlap_observable:
        raise Unavailable("unavailable.overlap_unseen", format=meeting.source.format or "?")
