"""The words a figure stands on: who said what around an interruption.

```
Baum  und dann wollten wir [eigentlich noch] |       [ ] said while both speak
Eva                        [Genau das      ] machen wir      | broken off here
```
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from talkbalance.floor import overlap
from talkbalance.frames import records
from talkbalance.meeting import Meeting, Utterance, times_of
from talkbalance.views.writing import one_line

CONTEXT_WORDS = 14
"""Words shown on either side of an overlap."""
CONTEXT_SECONDS = 10.0
"""Seconds on either side of an overlap from which they are taken."""
PAUSE = 2.0
"""Seconds of silence after which other words do not belong to it."""
LONGEST_WORDS = 40
"""Words shown of an utterance whose words have no times."""

WORDLESS = "(…)"
"""Stands for speech in which no words were recognised."""
MORE = "…"

OPENS, CLOSES, BREAKS = "⟦", "⟧", "‖"
"""Around what both say at once; where somebody breaks off."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What one person says before, during and after an overlap.

    `exact` is False where words have no times of their own: then `during` holds whole utterances and is not bracketed.
    `worded` is False where only voice was heard.
    """

    speaker: str
    before: str
    during: str
    after: str
    cut_off: bool
    exact: bool
    worded: bool

    @property
    def marked(self) -> str:
        """One line with the overlap in brackets and the point where it breaks off."""
        during = f"{OPENS}{self.during}{CLOSES}" if self.exact and self.during else self.during
        parts = (self.before, during, BREAKS if self.cut_off else "", self.after)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Event:
    """An interruption with its words; `across` tells whether it is one between the sides."""

    start: float
    end: float
    overlap: float
    interrupter: str
    interrupted: str
    kind: str
    resumed: bool | None
    confidence: float
    across: bool
    quotes: tuple[Quote, Quote]

    @property
    def worded(self) -> bool:
        """Whether there are words to show."""
        return any(quote.worded for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: float
    end: float
    text: str
    timed: bool


def events(meeting: Meeting, found: pd.DataFrame) -> tuple[Event, ...]:
    """Return the rows of an interruptions table with what both people say around each; the holder's words come first."""
    near = _nearby(meeting)
    return tuple(
        Event(
            row["start"],
            row["end"],
            row["overlap"],
            row["interrupter"],
            row["interrupted"],
            row["kind"],
            row["resumed"],
            row["confidence"],
            row["interrupter_side"] != row["interrupted_side"],
            (
                quote(near(row["interrupted"], row), row["start"], row["overlap"], cut_off=row["kind"] == "taken"),
                quote(near(row["interrupter"], row), row["start"], row["overlap"], cut_off=row["kind"] == "failed", enters=True),
            ),
        )
        for row in records(found)
    )


def _nearby(meeting: Meeting) -> Callable[[str, Mapping[str, float]], Sequence[Utterance]]:
    """Return what finds a speaker's utterances around a row: an hour has hundreds of interruptions, and thresholds are moved."""
    said = {speaker.name: [u for u in meeting.utterances if u.speaker == speaker.name] for speaker in meeting.speakers}
    times = {name: [times_of(one) for one in own] for name, own in said.items()}

    def near(name: str, row: Mapping[str, float]) -> Sequence[Utterance]:
        own = said[name]
        first = bisect_right(times[name], row["start"] - CONTEXT_SECONDS, key=lambda span: span[1])
        last = bisect_left(times[name], row["start"] + row["overlap"] + CONTEXT_SECONDS, key=lambda span: span[0])
        return own[first:last] or own  # one speaker's utterances follow one another, in starts and in ends

    return near


def quote(said: Sequence[Utterance], start: float, length: float, *, cut_off: bool, enters: bool = False) -> Quote:
    """Return what the speaker of the utterances `said` says around `[start, start + length)`, the time in which two speak.

    Only talk without a longer pause belongs to it: whoever `enters` has said nothing before it, and whoever is cut off says
    nothing after; what they take up later is another turn.
    """
    end = start + length
    pieces = _pieces(said, start - CONTEXT_SECONDS, end + CONTEXT_SECONDS)
    during = [p for p in pieces if overlap(p.start, p.end, start, end) > 0]
    before = [] if enters else _connected([p for p in pieces if p not in during and p.start < start])
    after = [] if cut_off else _connected([p for p in pieces if p not in during and p.start >= start], first=True)
    return Quote(
        said[0].speaker,
        _last_words(before, CONTEXT_WORDS),
        _last_words(during, LONGEST_WORDS) if cut_off else _first_words(during, LONGEST_WORDS),
        _first_words(after, CONTEXT_WORDS),
        cut_off,
        all(piece.timed for piece in during),
        any(piece.text != WORDLESS for piece in (*before, *during, *after)),
    )


def _connected(pieces: list[_Piece], *, first: bool = False) -> list[_Piece]:
    """Keep the pieces that no pause parts from the last one, or from the first one."""
    breaks = [i for i, (one, next_) in enumerate(pairwise(pieces), 1) if next_.start - one.end > PAUSE]
    return pieces[: min(breaks, default=None)] if first else pieces[max(breaks, default=0) :]


def _pieces(said: Sequence[Utterance], start: float, end: float) -> list[_Piece]:
    """Return the words, or the utterances where words have no times, that touch a span."""
    found: list[_Piece] = []
    for utterance in said:
        if overlap(*times_of(utterance), start, end) == 0:
            continue
        if utterance.words:
            found += [_Piece(w.start, w.end, one_line(w.text), True) for w in utterance.words]
        else:
            text = one_line(utterance.text)
            found.append(_Piece(*times_of(utterance), text or WORDLESS, not text))
    return [piece for piece in found if overlap(piece.start, piece.end, start, end) > 0]


def _last_words(pieces: Sequence[_Piece], most: int) -> str:
    said = " ".join(piece.text for piece in pieces).split()
    return " ".join([MORE] * (len(said) > most) + said[-most:])


def _first_words(pieces: Sequence[_Piece], most: int) -> str:
    said = " ".join(piece.text for piece in pieces).split()
    return " ".join(said[:most] + [MORE] * (len(said) > most))
