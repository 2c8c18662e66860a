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

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import inf, isnan, nan
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from talkbalance.errors import InvalidParameter
from talkbalance.floor import Flags, Floats, Ints, Spans
from talkbalance.frames import INTERRUPTIONS, columns
from talkbalance.language import is_function_word, language_of, words
from talkbalance.meeting import Meeting
from talkbalance.metrics.listening import require_overlaps
from talkbalance.metrics.said import ANYBODY, NOBODY
from talkbalance.metrics.talk import Talk, talk
from talkbalance.metrics.unfinished import STRETCH, cut_off_by, unfinished
from talkbalance.once import once

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
MIN_OVERLAP, LIKELY = 0.3, 0.5
"""Seconds both speak where the floor is taken or wanted, and the probability from which an interruption is likely."""


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """The candidates of a talk as columns, in order of the later one's start.

    An utterance that ends `inside` a stretch, because its speaker goes on after a breath, may have been cut off too; no rule of
    timing counts it.

    Parameters
    ----------
    holder, incomer
        (m,) which speaker held the floor, and which one started while they did.
    utterance
        (m,) at the end of which of the talk's utterances somebody was cut off.
    taken
        (m,) whether that was the holder; else it was the incomer, who gave up.
    start, end
        (m,) seconds: the incomer's start, and when the one cut off stops.
    inside
        (m,) whether that one goes on after a breath.
    takes_the_floor
        (m,) whether the incomer outlasts a holder who had the floor and does not come back at once.
    attempt
        (m,) whether the incomer gave up after saying enough for it to count as wanting in.
    checked
        (m,) what a person said of it: 1 an interruption, -1 none, 0 nobody has checked.
    """

    holder: Ints
    incomer: Ints
    utterance: Ints
    taken: Flags
    start: Floats
    end: Floats
    inside: Flags
    takes_the_floor: Flags
    attempt: Flags
    checked: Ints

    @property
    def overlap(self) -> Floats:
        """(m,) seconds both speak."""
        return _to_the_millisecond(np.maximum(0.0, self.end - self.start))

    def chosen(self, which: Flags | Ints) -> "Cuts":
        """Return some of the candidates."""
        return Cuts(*(getattr(self, name)[which] for name in self.__slots__))

    def across(self, side: Ints) -> Flags:
        """(m,) whether they lie between two sides, given the side of each speaker: colleagues do not interrupt the other side."""
        found: Flags = side[self.holder] != side[self.incomer]
        return found


def interruptions(
    meeting: Meeting, *, rule: Rule = "likely", min_overlap: float = MIN_OVERLAP, threshold: float = LIKELY
) -> pd.DataFrame:
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
    found = interrupting(meeting, rule=rule, min_overlap=min_overlap, threshold=threshold)
    names = [speaker.name for speaker in meeting.speakers]
    sides = [meeting.side_of(name) for name in names]
    cut = found.cuts
    values = (
        *(cut.start, cut.end, cut.overlap),
        *([names[i] for i in which] for which in (cut.incomer, cut.holder, np.where(cut.taken, cut.holder, cut.incomer))),
        *([sides[i] for i in which] for which in (cut.incomer, cut.holder)),
        *([KINDS[i] for i in cut.taken.astype(np.intp)], [None if isnan(back) else bool(back) for back in found.resumed.tolist()]),
        found.confidence,
    )
    return columns(values, INTERRUPTIONS)


class Interrupting(NamedTuple):
    """The candidates a rule chose; (m,) how likely each is one, and (m,) whether who was cut off got back to it (1, 0, NaN)."""

    cuts: Cuts
    confidence: Floats
    resumed: Floats


@once
def interrupting(
    meeting: Meeting, *, rule: Rule = "likely", min_overlap: float = MIN_OVERLAP, threshold: float = LIKELY
) -> Interrupting:
    """Return the interruptions by a stated rule as columns; parameters and errors are those of `interruptions`."""
    if rule not in get_args(Rule):
        raise InvalidParameter("parameter.choice", name="rule", value=rule, choices=", ".join(get_args(Rule)))
    for name, value, high in (("min_overlap", min_overlap, inf), ("threshold", threshold, 1)):
        if not 0 <= value <= high:
            raise InvalidParameter("parameter.range", name=name, value=value, low=0, high=high)
    require_overlaps(meeting)
    found = talk(meeting)
    cut = cuts(found)
    sure = np.where(cut.checked == 0, cut_off(found)[cut.utterance], cut.checked > 0)
    if threshold > 0:
        chosen = np.flatnonzero(_meets(cut, sure, rule, min_overlap, threshold))
        cut, sure = cut.chosen(chosen), sure[chosen]
    return Interrupting(cut, sure, resumed(meeting, found, cut.utterance))


def _meets(cut: Cuts, sure: Floats, rule: Rule, min_overlap: float, threshold: float) -> Flags:
    if rule == "likely":
        return sure >= threshold
    long = ~cut.inside & (cut.overlap >= min_overlap) & (cut.checked >= 0)
    return long & (cut.overlap > 0 if rule == "any_overlap" else cut.takes_the_floor | cut.attempt)


KINDS = ("failed", "taken")


@once
def cut_off(found: Talk) -> Floats:
    """Return (n,) how likely each utterance was cut off by another; 0 for listener signals, which hold no floor."""
    claiming = np.flatnonzero(found.claim >= 0)
    claims = replace(found.said, spans=found.said.spans.chosen(claiming), traits=found.said.traits[claiming])
    sure = np.zeros(len(found.said.spans))
    sure[claiming] = unfinished(claims).probability
    return sure


@once
def cuts(found: Talk) -> Cuts:
    """Return every candidate of a talk.

    A stretch is a speaker's units joined over breaths; its boundaries are theirs. Candidates are every start inside another's
    stretch and every start at once after one, and the ends of utterances inside a stretch near which somebody else speaks.
    Where several hold the floor at the incomer's start, the one who has held it longest was interrupted.
    """
    claiming = np.flatnonzero(found.claim >= 0)
    spans = found.said.spans.chosen(claiming)
    stretches, went = spans.joined(silence=STRETCH)
    said = np.bincount(went, found.said.traits["words"][claiming], minlength=len(stretches))
    last = np.zeros(len(stretches), dtype=np.intp)
    last[went] = np.arange(len(spans))  # in order of start: the last of a stretch stays
    entered = _entered(stretches, last, said.astype(np.float64))
    by = cut_off_by(spans)
    by[entered.utterance] = -1
    inner = _inside(spans, stretches, went, by)
    both = _together(entered, inner)
    both = _checked(found, replace(both, utterance=claiming[both.utterance]))
    return both.chosen(np.lexsort((both.end, both.start)))


def _together(one: Cuts, other: Cuts) -> Cuts:
    return Cuts(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in Cuts.__slots__))


def _checked(found: Talk, cut: Cuts) -> Cuts:
    """Return the candidates with what a person said of them.

    One they named that is no candidate is added, at the end of the utterance that was cut off.
    """
    traits, spans = found.said.traits, found.said.spans
    stopped, spared = traits["stopped_by"], traits["spared_by"]
    if not ((stopped != NOBODY) | (spared != NOBODY)).any():
        return cut
    of, by = cut.utterance, cut.incomer
    holds, fails = ((named[of] == ANYBODY) | (named[of] == by) for named in (stopped, spared))
    known = {(u, i) for u, i in zip(of[holds].tolist(), by[holds].tolist(), strict=True)}
    at = np.array([u for u in np.flatnonzero(stopped >= 0).tolist() if (u, int(stopped[u])) not in known], dtype=np.intp)
    named = stopped[at].astype(np.intp)
    at, named = at[named != spans.who[at]], named[named != spans.who[at]]
    never = np.zeros(len(at), dtype=bool)
    added = Cuts(spans.who[at], named, at, ~never, spans.ends[at], spans.ends[at], ~never, never, never, np.ones(len(at), np.intp))
    return _together(replace(cut, checked=np.where(holds, 1, np.where(fails, -1, 0))), added)


def _entered(stretches: Spans, last: Ints, said: Floats) -> Cuts:
    """Return every start inside another's stretch or at once after one.

    Parameters
    ----------
    last, said
        (stretches,) the last utterance of each, and how many words it has.
    """
    into = _holder(stretches)
    incomer = np.flatnonzero(into >= 0)
    holder = into[incomer]
    starts, ends, who = stretches.starts, stretches.ends, stretches.who
    taken: Flags = ends[incomer] > ends[holder]
    ended = np.where(taken, holder, incomer)
    after = stretches.following(ends[ended])[np.arange(len(ended)), who[ended]]
    returns = np.where(after < 0, inf, _to_the_millisecond(np.append(starts, inf)[after] - ends[ended]))
    had = _to_the_millisecond(starts[incomer] - starts[holder]) >= HELD
    outlasts = _to_the_millisecond(ends[incomer] - ends[holder]) >= GOES_ON
    enough = (_to_the_millisecond(stretches.durations[incomer]) >= ATTEMPT_SECONDS) | (said[incomer] >= ATTEMPT_WORDS)
    return Cuts(
        holder=who[holder],
        incomer=who[incomer],
        utterance=last[ended],
        taken=taken,
        start=starts[incomer],
        end=ends[ended],
        inside=np.zeros(len(ended), dtype=bool),
        takes_the_floor=taken & had & outlasts & (returns >= RESUMES),
        attempt=~taken & enough,
        checked=np.zeros(len(ended), dtype=np.intp),
    )


def _to_the_millisecond(seconds: Floats) -> Floats:
    """Return differences of times as exact as the times are: 1.2 - 1.0 is at least 0.2."""
    found: Floats = np.round(seconds, 3)
    return found


def _holder(stretches: Spans) -> Ints:
    """Return whose stretch each one enters: the earliest still running, else the one that ended just before; -1 for none."""
    n = len(stretches)
    if not n:
        return np.zeros(0, dtype=np.intp)
    rows = np.arange(n)
    latest = stretches.latest(stretches.starts)
    latest[rows, stretches.who] = -1
    ends = np.where(latest < 0, -inf, stretches.ends[latest])
    running = ends > stretches.starts[:, None]
    earliest = np.where(running, latest, n).min(axis=1)
    newest = ends.argmax(axis=1)
    just = _to_the_millisecond(stretches.starts - ends[rows, newest]) < AT_ONCE
    found: Ints = np.where(earliest < n, earliest, np.where(just, latest[rows, newest], -1))
    return found


def _inside(spans: Spans, stretches: Spans, went: Ints, by: Ints) -> Cuts:
    """Return the candidates of utterances that end inside their speaker's stretch, cut off by another's (`by`; -1: by nobody)."""
    at = np.flatnonzero(by >= 0)
    own, other = went[at], went[by[at]]
    taken: Flags = stretches.starts[other] > stretches.starts[own]
    holder, incomer = np.where(taken, own, other), np.where(taken, other, own)
    never = np.zeros(len(at), dtype=bool)
    return Cuts(
        holder=stretches.who[holder],
        incomer=stretches.who[incomer],
        utterance=at,
        taken=taken,
        start=stretches.starts[incomer],
        end=spans.ends[at],
        inside=~never,
        takes_the_floor=never,
        attempt=never,
        checked=np.zeros(len(at), dtype=np.intp),
    )


def resumed(meeting: Meeting, found: Talk, which: Ints) -> Floats:
    """Return whether somebody cut off at the end of an utterance gets back to it.

    **Definition.** They take up a content word of the cut stretch in one of their own that begins within 30 s.

    Parameters
    ----------
    which
        (m,) the utterances.

    Returns
    -------
    Floats
        (m,) 1 or 0; NaN where no content word was heard.
    """
    language = language_of(meeting)
    claiming = np.flatnonzero(found.claim >= 0)
    stretches, went = found.said.spans.chosen(claiming).joined(silence=STRETCH)
    said: list[list[int]] = [[] for _ in range(len(stretches))]
    for utterance, stretch in zip(claiming.tolist(), went.tolist(), strict=True):
        said[stretch].append(utterance)
    of = dict(zip(claiming.tolist(), went.tolist(), strict=True))
    own = {speaker: np.flatnonzero(stretches.who == speaker) for speaker in range(len(stretches.speakers))}
    starts = {speaker: stretches.starts[mine].tolist() for speaker, mine in own.items()}

    def back(utterance: int) -> float:
        heard = [word for i in said[of[utterance]] if i <= utterance for word in words(meeting.utterances[i].text)]
        content = {word for word in heard if not is_function_word(word, language)}
        if not content:
            return nan
        speaker, end = int(found.said.spans.who[utterance]), float(found.said.spans.ends[utterance])
        first, last = bisect_right(starts[speaker], end), bisect_right(starts[speaker], end + RESUMPTION)
        later = (i for stretch in own[speaker][first:last] for i in said[stretch])
        return float(any(not content.isdisjoint(words(meeting.utterances[i].text)) for i in later))

    return np.array([back(utterance) for utterance in which.tolist()], dtype=np.float64)


def floor_taking(found: Talk, cut: Cuts) -> dict[str, Floats]:
    """Return how often each side took the floor of another, and how often it wanted it and gave up, by the rule of timing."""
    long = (cut.overlap >= MIN_OVERLAP) & cut.across(found.said.side) & (cut.checked >= 0)
    return {
        "interruptions_floor_taking": by_interrupter(found, cut, long & cut.takes_the_floor),
        "interruptions_failed": by_interrupter(found, cut, long & cut.attempt),
    }


def by_interrupter(found: Talk, cut: Cuts, which: Flags) -> Floats:
    """Return (sides,) how many of some candidates each side began."""
    counts = np.bincount(found.said.side[cut.incomer[which]], minlength=len(found.said.sides))
    return counts.astype(np.float64)
