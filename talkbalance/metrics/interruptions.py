"""Interruptions: one starts while the other holds the floor, and one of the two is cut off.

```
holder   |##########           |   taken: the incomer starts before the holder's end and goes on;
incomer  |       ##############|   the holder is cut off at ^
                   ^
holder   |#####################|   failed: the incomer wanted in, and gave up;
incomer  |       ######        |   the incomer is cut off at ^
                      ^
```

Timing alone does not find interruptions: most overlaps are early starts at a sentence's end, which nobody minds. So every
overlap is a *candidate* with a probability that somebody's unit stayed unfinished (`confidence`), fitted on meetings in which
people marked just that, and three named rules choose among the candidates. Listener signals are never candidates. People
themselves agree on "interruption" at a kappa of .31-.35 only: say the rule with the number.

References
----------
Heldner & Edlund (2010) on units; Shriberg et al. (2004), The ICSI Meeting Recorder Dialog Act corpus, on the mark `%-`, "cut
off by another speaker"; Fu et al. (2023) on failed attempts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal, get_args

import numpy as np
import pandas as pd

from talkbalance.errors import InvalidParameter
from talkbalance.floor import Ints, Spans
from talkbalance.frames import INTERRUPTIONS, table
from talkbalance.language import Language, is_function_word, language_of, words
from talkbalance.meeting import Meeting, Utterance, milliseconds, times_of
from talkbalance.metrics.listening import require_overlaps
from talkbalance.metrics.talk import talk
from talkbalance.metrics.unfinished import STRETCH, unfinished

Rule = Literal["likely", "floor_taking", "any_overlap"]

HELD = 0.5
"""Seconds the holder must have had before the other starts."""
GOES_ON = 0.2
"""Seconds the incomer must go on after the holder's end to have taken the floor."""
RESUMES = 1.0
"""Seconds within which a holder who speaks again was not stopped."""
AT_ONCE = 0.3
"""Seconds after an unfinished unit within which the other's start is a candidate without overlap."""
ATTEMPT_SECONDS, ATTEMPT_WORDS = 0.7, 3
"""A failed attempt has at least this length or this many words (Fu et al. 2023)."""
RESUMPTION = 30.0
"""Seconds within which the interrupted one may get back to it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One speaker's utterances joined over breaths."""

    start: float
    end: float
    speaker: str
    utterances: tuple[Utterance, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start

    @property
    def text(self) -> str:
        """What was said, in one line."""
        return " ".join(u.text for u in self.utterances if u.text)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An overlap that could be an interruption, and what is known about it.

    `returns` is how many seconds after being cut off that person speaks again (infinite: never), `resumes` whether the holder
    goes on within `RESUMES` although the incomer outlasted them. `confidence` is the probability that `cut_off` was cut off. An
    utterance that ends `inside` a stretch, because its speaker goes on after a breath, may have been cut off too; no rule of
    timing counts it.
    """

    holder: Unit
    incomer: Unit
    kind: Literal["taken", "failed"]
    returns: float
    confidence: float
    inside: bool = False

    @property
    def cut_off(self) -> Unit:
        """The unit that stays unfinished."""
        return self.holder if self.kind == "taken" else self.incomer

    @property
    def overlap(self) -> float:
        """Seconds both speak."""
        return milliseconds(max(0.0, self.cut_off.end - self.incomer.start))

    @property
    def takes_the_floor(self) -> bool:
        """Whether the incomer outlasts a holder who had the floor and does not come back at once."""
        return (
            self.kind == "taken"
            and self.incomer.start - self.holder.start >= HELD
            and self.incomer.end - self.holder.end >= GOES_ON
            and self.returns >= RESUMES
        )

    @property
    def is_attempt(self) -> bool:
        """Whether the incomer said enough for it to count as wanting in."""
        long = self.incomer.duration >= ATTEMPT_SECONDS or len(words(self.incomer.text)) >= ATTEMPT_WORDS
        return self.kind == "failed" and long


def interruptions(meeting: Meeting, *, rule: Rule = "likely", min_overlap: float = 0.3, threshold: float = 0.5) -> pd.DataFrame:
    """Return the interruptions by a stated rule, with who was cut off.

    **Definition.** "any_overlap": somebody starts inside the other's unit, no listener signal. "floor_taking": of these,
    `taken` ones where the incomer starts more than `min_overlap` before the holder's end, goes on at least 0.2 s after it, the
    holder had the floor for at least 0.5 s and does not resume within 1 s; and `failed` ones of at least 0.7 s or three
    words. "likely": the overlaps, and the units that the other follows at once, in which somebody's unit stayed unfinished
    with a probability of at least `threshold`. How long both speak, who goes on and who comes back is part of the
    probability; as conditions besides, they would lose half of those rightly found.

    Parameters
    ----------
    rule
        "likely" (default), "floor_taking" or "any_overlap".
    min_overlap
        Seconds, for "floor_taking" and "any_overlap"; 0.3 by default; show results at 0.2, 0.3 and 0.5, since counts depend on it.
    threshold
        Least `confidence` for "likely"; 0 returns every candidate whatever `rule` and `min_overlap` say.

    Returns
    -------
    DataFrame
        `start` (of the later one), `end` (when `cut_off` stops), `overlap` (s), `interrupter`, `interrupted` (who held the
        floor), `cut_off`, `interrupter_side`, `interrupted_side`, `kind` (taken, failed), `resumed` (does `cut_off` get back
        to it within 30 s), `confidence` (that the unit stayed unfinished).

    Raises
    ------
    Unavailable
        Where overlaps could not have survived: then nothing is counted, and never 0 returned.
    InvalidParameter
        For an unknown rule, a negative overlap, or a threshold outside 0-1.
    """
    if rule not in get_args(Rule):
        raise InvalidParameter("parameter.choice", name="rule", value=rule, choices=", ".join(get_args(Rule)))
    for name, value, high in (("min_overlap", min_overlap, inf), ("threshold", threshold, 1)):
        if not 0 <= value <= high:
            raise InvalidParameter("parameter.range", name=name, value=value, low=0, high=high)
    require_overlaps(meeting)
    units, found = candidates(meeting)
    language = language_of(meeting)
    chosen = (c for c in found if threshold == 0 or _meets(c, rule, min_overlap, threshold))
    return table((_row(meeting, units, candidate, language) for candidate in chosen), INTERRUPTIONS)


def _meets(candidate: Candidate, rule: Rule, min_overlap: float, threshold: float) -> bool:
    if rule == "likely":
        return candidate.confidence >= threshold
    if candidate.inside or candidate.overlap < min_overlap:
        return False
    if rule == "any_overlap":
        return candidate.overlap > 0
    return candidate.is_attempt or candidate.takes_the_floor


def candidates(meeting: Meeting) -> tuple[Sequence[Unit], Sequence[Candidate]]:
    """Return the stretches that claim the floor, and every candidate among them in order of the later one's start.

    A stretch is a speaker's units joined over breaths; its boundaries are theirs. Candidates are every start inside another's
    stretch and every start at once after one, and the ends of utterances inside a stretch near which somebody else speaks.
    """
    found = talk(meeting)
    claiming = np.flatnonzero(found.claim >= 0)
    columns = replace(found.said, spans=found.said.spans.chosen(claiming), traits=found.said.traits[claiming])
    sure = unfinished(columns)
    longer, went = columns.spans.joined(silence=STRETCH)
    said = [meeting.utterances[i] for i in claiming]
    units = _stretches(longer, went, said)
    by_end = {(u.speaker, u.end): float(p) for u, p in zip(said, sure.probability, strict=True)}
    whole = list(_entered(units, by_end))
    known = {(c.cut_off.speaker, c.cut_off.end) for c in whole}
    ends = [i for i, u in enumerate(said) if sure.by[i] >= 0 and (u.speaker, u.end) not in known]
    inner = [_inside(said, i, units[went[i]], units[went[sure.by[i]]], float(sure.probability[i])) for i in ends]
    return units, sorted([*whole, *inner], key=lambda c: (c.incomer.start, c.cut_off.end))


def _stretches(longer: Spans, went: Ints, said: Sequence[Utterance]) -> tuple[Unit, ...]:
    own: list[list[Utterance]] = [[] for _ in range(len(longer))]
    for utterance, stretch in zip(said, went.tolist(), strict=True):
        own[stretch].append(utterance)
    times = zip(longer.starts.tolist(), longer.ends.tolist(), longer.who.tolist(), own, strict=True)
    return tuple(Unit(start, end, longer.speakers[who], tuple(spoken)) for start, end, who, spoken in times)


def _entered(units: Sequence[Unit], sure: Mapping[tuple[str, float | None], float]) -> Iterator[Candidate]:
    """Yield every start inside another's stretch, and every start at once after one; `units` in order of start.

    Where several hold the floor at the incomer's start, the one who has held it longest was interrupted.
    """
    starts: dict[str, list[float]] = {}
    for unit in units:
        starts.setdefault(unit.speaker, []).append(unit.start)
    for i, incomer in enumerate(units):
        holder = _holder(units, i)
        if holder is None:
            continue
        kind: Literal["taken", "failed"] = "failed" if incomer.end <= holder.end else "taken"
        cut_off = incomer if kind == "failed" else holder
        later = starts[cut_off.speaker]
        after = bisect_left(later, cut_off.end)
        returns = later[after] - cut_off.end if after < len(later) else inf
        yield Candidate(holder, incomer, kind, returns, sure[cut_off.speaker, cut_off.end])


def _inside(said: Sequence[Utterance], at: int, own: Unit, other: Unit, confidence: float) -> Candidate:
    """Return the candidate of an utterance that ends inside its speaker's stretch, cut off by another's."""
    start, end = times_of(said[at])
    spoken = tuple(u for u in own.utterances if times_of(u)[0] <= start)
    cut = Unit(own.start, end, own.speaker, spoken)
    if other.start > own.start:
        return Candidate(cut, other, "taken", 0.0, confidence, inside=True)
    return Candidate(other, cut, "failed", 0.0, confidence, inside=True)


REACH = 60
"""How many units back a holder is looked for; more than that many never start within one unit."""


def _holder(units: Sequence[Unit], at: int) -> Unit | None:
    """Return whose floor `units[at]` enters: the earliest unit still running, else the one that ended just before."""
    incomer = units[at]
    others = [u for u in units[max(0, at - REACH) : at] if u.speaker != incomer.speaker and u.start < incomer.start]
    running = [u for u in others if u.end > incomer.start]
    if running:
        return min(running, key=lambda u: u.start)
    just_ended = [u for u in others if incomer.start - u.end < AT_ONCE]
    return max(just_ended, key=lambda u: u.end, default=None)


def _row(meeting: Meeting, units: Sequence[Unit], candidate: Candidate, language: Language | None) -> tuple[object, ...]:
    holder, incomer = candidate.holder.speaker, candidate.incomer.speaker
    return (
        candidate.incomer.start,
        candidate.cut_off.end,
        candidate.overlap,
        incomer,
        holder,
        candidate.cut_off.speaker,
        meeting.side_of(incomer),
        meeting.side_of(holder),
        candidate.kind,
        _resumed(units, candidate, language),
        candidate.confidence,
    )


def _resumed(units: Sequence[Unit], candidate: Candidate, language: Language | None) -> bool | None:
    """Return whether the one cut off takes up a content word of the cut unit within 30 s; None where no word was heard."""
    cut_off = candidate.cut_off
    content = {word for word in words(cut_off.text) if not is_function_word(word, language)}
    if not content:
        return None
    first = bisect_right(units, cut_off.end, key=lambda unit: unit.start)
    for unit in units[first:]:
        if unit.start > cut_off.end + RESUMPTION:
            break
        if unit.speaker == cut_off.speaker and content & set(words(unit.text)):
            return True
    return False
