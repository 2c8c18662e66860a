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

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp, inf, log
from typing import Literal, get_args

import pandas as pd

from talkbalance.errors import InvalidParameter
from talkbalance.frames import INTERRUPTIONS, table
from talkbalance.language import Language, is_cut_off, is_function_word, is_open, language_of, word_class, words
from talkbalance.meeting import Meeting, Utterance, milliseconds
from talkbalance.metrics.listening import require_overlaps
from talkbalance.metrics.talk import talk

Rule = Literal["likely", "floor_taking", "any_overlap"]

STRETCH = 0.5
"""Seconds of silence within which a speaker is still at it: people breathe while they fight for the floor."""
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
    goes on within `RESUMES` although the incomer outlasted them.
    """

    holder: Unit
    incomer: Unit
    kind: Literal["taken", "failed"]
    returns: float

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
    language = language_of(meeting)
    units = stretches(meeting)
    rows = []
    for candidate in candidates(units):
        confidence = probability(candidate, language)
        if threshold == 0 or _meets(candidate, confidence, rule, min_overlap, threshold):
            rows.append(_row(meeting, units, candidate, confidence, language))
    return table(rows, INTERRUPTIONS)


def _meets(candidate: Candidate, confidence: float, rule: Rule, min_overlap: float, threshold: float) -> bool:
    if rule == "likely":
        return confidence >= threshold
    if candidate.overlap < min_overlap:
        return False
    if rule == "any_overlap":
        return candidate.overlap > 0
    return candidate.is_attempt or candidate.takes_the_floor


def stretches(meeting: Meeting) -> tuple[Unit, ...]:
    """Return what claims the floor, each speaker's units joined over breaths; the boundaries are those of the units."""
    found = talk(meeting)
    longer, went = found.claims.joined(silence=STRETCH)
    said: list[list[Utterance]] = [[] for _ in range(len(longer))]
    for utterance, claim in zip(meeting.utterances, found.claim.tolist(), strict=True):
        if claim >= 0:
            said[went[claim]].append(utterance)
    return tuple(
        Unit(start, end, longer.speakers[who], tuple(own))
        for start, end, who, own in zip(longer.starts.tolist(), longer.ends.tolist(), longer.who.tolist(), said, strict=True)
    )


def candidates(units: Sequence[Unit]) -> Iterator[Candidate]:
    """Yield every start inside another's unit, and every start at once after one; `units` in order of start.

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
        yield Candidate(holder, incomer, kind, later[after] - cut_off.end if after < len(later) else inf)


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


def probability(candidate: Candidate, language: Language | None) -> float:
    """Return the probability that the candidate's `cut_off` unit stayed unfinished, by a logistic model.

    The features are a closed set: timing of the two units and the class of the last word. Fitted on the training meetings
    of MRDA by `python -m benchmarks.fit_interruptions`; see `interruptions.json` and NOTICE.
    """
    weights = _model()[candidate.kind]
    score = sum(weights.get(name, 0.0) * value for name, value in features(candidate, language).items())
    return 1 / (1 + exp(-score))


@cache
def _model() -> Mapping[str, Mapping[str, float]]:
    file = resources.files("talkbalance.metrics").joinpath("interruptions.json")
    model: Mapping[str, Mapping[str, float]] = json.loads(file.read_text(encoding="utf-8"))["weights"]
    return model


def features(candidate: Candidate, language: Language | None) -> dict[str, float]:
    """Return what the probability is computed from."""
    cut_off, other = candidate.cut_off, candidate.incomer if candidate.kind == "taken" else candidate.holder
    return {
        "one": 1.0,
        "no overlap": float(candidate.overlap == 0),
        "takes the floor": float(candidate.takes_the_floor),
        "overlap": log(0.1 + min(candidate.overlap, 3.0)),
        "length": log(0.1 + min(cut_off.duration, 10.0)),
        "other's length": log(0.1 + min(other.duration, 10.0)),
        "other goes on": log(0.1 + min(max(other.end - cut_off.end, 0.0), 10.0)),
        "returns": log(0.1 + min(candidate.returns, 10.0)),
        f"ends in {ending(cut_off, language)}": 1.0,
    }


def ending(unit: Unit, language: Language | None) -> str:
    """Return how a unit ends: without a word, broken off, open, or in a class of small words ("content" for any other)."""
    last = unit.text.split()[-1] if unit.text.split() else ""
    if not words(last):
        return "broken" if is_cut_off(unit.text) else "nothing"
    if is_cut_off(last):
        return "broken"
    if is_open(last, language):
        return "open"
    return word_class(last, language) or "content"


def _row(
    meeting: Meeting, units: Sequence[Unit], candidate: Candidate, confidence: float, language: Language | None
) -> tuple[object, ...]:
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
        confidence,
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
