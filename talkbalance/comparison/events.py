"""Overlaps, interruptions and questions of both: found rightly, of what was found and of what there was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np
import pandas as pd

from talkbalance.agreement import cohen
from talkbalance.comparison.people import Both, joined
from talkbalance.errors import Unavailable
from talkbalance.floor import Floats, spans
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import question_counts, questions
from talkbalance.metrics.ratio import Ratio

EVENTS = ("interruptions", "questions")


def _found(name: str, precision: float, recall: float) -> dict[str, float]:
    """Return what was found rightly, of what was found and of what there was, and both in one: 0 where nothing was right."""
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": f1}


def overlaps(both: Both) -> dict[str, float]:
    """Compare the time in which two or more speak."""
    if not (both.timed and both.reference.overlap_observable and both.given.overlap_observable):
        return _found("overlap", nan, nan)
    true, found = (_together(meeting) for meeting in (both.reference, both.given))
    near = both.overlap_tolerance
    return _found("overlap", _covered(found, true, near), _covered(true, found, near))


def _together(meeting: Meeting) -> Floats:
    pieces = spans(meeting).states()
    two = pieces.how_many >= 2
    return joined(np.column_stack([pieces.starts[two], pieces.ends[two]]))


def _covered(one: Floats, other: Floats, tolerance: float) -> float:
    """Return which part of some stretches lies within `tolerance` of others; NaN of none."""
    wide = joined(other + np.array([-tolerance, tolerance]))
    before = np.append(0.0, np.cumsum(wide[:, 1] - wide[:, 0]))

    def until(times: Floats) -> Floats:
        """Return for how many seconds of `wide` it was, up to each time."""
        at = np.searchsorted(wide[:, 0], times, side="right")
        last = np.append(-inf, wide[:, 1])[at]
        found: Floats = before[at] - np.maximum(0.0, np.where(at > 0, last - times, 0.0))
        return found

    return Ratio(float((until(one[:, 1]) - until(one[:, 0])).sum()), float((one[:, 1] - one[:, 0]).sum())).value


@dataclass(frozen=True, slots=True)
class Events:
    """What happened in a meeting, `(start, end, who)` each, and among how many candidates."""

    found: tuple[tuple[float, float, str], ...]
    candidates: int


def _interruptions(meeting: Meeting) -> Events:
    if not any(utterance.text for utterance in meeting.utterances):
        raise Unavailable("unavailable.no_words_unfinished")
    every, likely = (
        found[(found["kind"] == "taken") & (found["interrupter_side"] != found["interrupted_side"])]
        for found in (interruptions(meeting, threshold=0), interruptions(meeting))
    )
    return Events(_spanned(likely, "interrupter"), len(every))


def _questions(meeting: Meeting) -> Events:
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    asked = questions(meeting)
    counted = asked[~asked["kind"].isin(["tag"])]
    sentences = sum(count.sentences for count in question_counts(meeting).values())
    return Events(_spanned(counted, "speaker"), sentences)


def _spanned(found: pd.DataFrame, who: str) -> tuple[tuple[float, float, str], ...]:
    ends = found[["start", "end"]].max(axis=1)
    return tuple(zip(found["start"].tolist(), ends.tolist(), found[who].tolist(), strict=True))


COUNTED: dict[str, Callable[[Meeting], Events]] = {"interruptions": _interruptions, "questions": _questions}


def events(both: Both, event: str) -> dict[str, float]:
    """Compare what happened; without a trace of it in one of both nothing can be said."""
    try:
        true, found = COUNTED[event](both.reference), COUNTED[event](both.hypothesis)
    except Unavailable:
        return {**_found(event, nan, nan), f"{event}_kappa": nan}
    right = matches(true.found, found.found, tolerance=both.event_tolerance)
    only_true, only_found = len(true.found) - right, len(found.found) - right
    neither = max(0, true.candidates - len(true.found) - only_found)
    agreed = cohen(np.array([[right, only_true], [only_found, neither]], dtype=np.float64))
    precision, recall = Ratio(right, len(found.found)), Ratio(right, len(true.found))
    return {**_found(event, precision.value, recall.value), f"{event}_kappa": agreed}


def matches(
    reference: Sequence[tuple[float, float, str]], hypothesis: Sequence[tuple[float, float, str]], *, tolerance: float
) -> int:
    """Return how many events are the same: one to one, begun by the same, at most `tolerance` seconds between them.

    >>> matches([(1, 2, "Eva"), (5, 6, "Eva")], [(2.3, 3, "Eva"), (5, 6, "Baum")], tolerance=0.5)
    1
    """
    from scipy.optimize import linear_sum_assignment

    if not (reference and hypothesis):
        return 0
    near = np.array([[who == same and max(a, c) - min(b, d) <= tolerance for c, d, same in hypothesis] for a, b, who in reference])
    rows, columns = linear_sum_assignment(~near)
    return int(near[rows, columns].sum())
