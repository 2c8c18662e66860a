"""Both meetings as rows: every measure, then what was heard otherwise."""

import warnings
from collections.abc import Iterator
from itertools import chain
from math import inf, isnan, nan

import numpy as np
import pandas as pd

from talkbalance.comparison.events import EVENTS, events, overlaps
from talkbalance.comparison.excerpt import excerpt
from talkbalance.comparison.people import Both
from talkbalance.comparison.spelling import word_errors
from talkbalance.errors import InvalidParameter, TalkbalanceWarning, Unavailable
from talkbalance.floor import spans
from talkbalance.frames import COMPARISON, table
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.listening import require_overlaps
from talkbalance.metrics.ratio import Ratio
from talkbalance.summary import summary

OVERLAP_TOLERANCE = 0.25
"""Seconds by which an overlap may lie beside one of the other and still be found."""
EVENT_TOLERANCE = 0.5
"""Seconds that may lie between an event and the one it is matched with."""
SAME_LENGTH = 0.95
"""Part of the longer meeting the shorter one has to cover for nothing to be said about it."""

ERRORS = ("der", "der_missed", "der_false", "der_confused", "wer", "wer_wrong", "wer_left_out", "wer_added", "wer_by_speaker")
"""Rows in which 0 is perfect."""


def compare(
    reference: Meeting,
    hypothesis: Meeting,
    *,
    start: float = 0.0,
    end: float | None = None,
    collar: float = 0.0,
    overlap_tolerance: float = OVERLAP_TOLERANCE,
    event_tolerance: float = EVENT_TOLERANCE,
) -> pd.DataFrame:
    """Return how far a hypothesis is from a reference: every measure of both, then errors of voices, words and events.

    **Definition.** `der`: time in which somebody was missed, somebody heard who was not there, or speech given to the wrong one
    (`der_missed`, `der_false`, `der_confused`), ÷ speaking time of the reference. `overlap_…`: of the time in which two or more
    speak in one of the two, what lies within `overlap_tolerance` of such time in the other. `share_error`: the largest difference
    of a speaker's share. `wer`: words wrong, left out or added ÷ words of the reference, all in order of time; `wer_by_speaker`:
    the same for each speaker by themself, so that a word given to the wrong one counts twice. `interruptions_…`, `questions_…`:
    likely interruptions between sides and questions, matched one to one where the same speaker began them and at most
    `event_tolerance` lies between them. Their kappa takes as cases every candidate of the reference; that of `speaking_kappa` is
    exact over time, with who speaks as the class.

    Parameters
    ----------
    reference
        Made by hand, or otherwise taken as true.
    hypothesis
        What a machine, or another person, made of the same meeting.
    start, end
        Seconds between which both are compared; by default all. Give them where only a stretch was done by hand.
    collar
        Seconds on each side of each boundary of the reference that the diarization error leaves out; 0 by default, .25 in many
        publications.
    overlap_tolerance, event_tolerance
        Seconds, .25 and .5 by default: more than hand and machine differ by in placing a boundary.

    Returns
    -------
    DataFrame
        `measure`, `side`, `reference`, `hypothesis`, `difference` (hypothesis less reference), `reason`. In the rows of errors
        `reference` is what a perfect hypothesis has, 0 or 1. What one of both cannot tell is NaN, and `reason` says why.

    Raises
    ------
    InvalidParameter
        For negative seconds, or an end that does not lie after the start.

    Warns
    -----
    TalkbalanceWarning
        Where one of both ends much earlier: what only the other covers counts as missed or false.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> said = Utterance(0, 8, "Eva"), Utterance(8, 10, "Baum")
    >>> heard = Utterance(0, 7, "S1"), Utterance(8, 10, "S2")
    >>> found = compare(Meeting((Speaker("Eva"), Speaker("Baum")), said, 10), Meeting((Speaker("S1"), Speaker("S2")), heard, 10))
    >>> found[found["measure"] == "der"][["reference", "hypothesis", "difference"]].values.tolist()
    [[0.0, 0.1, 0.1]]
    """
    for name, value in (("collar", collar), ("overlap_tolerance", overlap_tolerance), ("event_tolerance", event_tolerance)):
        if not 0 <= value < inf:
            raise InvalidParameter("parameter.range", name=name, value=value, low=0, high=inf)
    if start or end is not None:
        reference, hypothesis = (excerpt(one, start=start, end=end) for one in (reference, hypothesis))
    else:
        _lengths(reference, hypothesis)
    both = Both(reference, hypothesis, collar, overlap_tolerance, event_tolerance)
    return table(chain(_measures(both), _errors(both)), COMPARISON)


def _lengths(reference: Meeting, hypothesis: Meeting) -> None:
    """Say that one of both ends much earlier."""
    if not (reference.timed and hypothesis.timed):
        return
    short, long = sorted((reference.length, hypothesis.length))
    if short < SAME_LENGTH * long:
        lengths = {"reference": clock(reference.length), "hypothesis": clock(hypothesis.length)}
        warnings.warn(text("comparison.lengths", **lengths), TalkbalanceWarning, stacklevel=3)


Row = tuple[str, str, float, float, float, str]
Known = tuple[float, str]
"""A value, and why there is none."""
NOT_THERE: Known = nan, ""


def _row(measure: str, side: str, reference: float, hypothesis: float, reason: str = "") -> Row:
    return measure, side, reference, hypothesis, hypothesis - reference, reason


def _measures(both: Both) -> Iterator[Row]:
    """Yield every figure of the summary; a side only one of both has is NaN in the other."""
    true, found = (_known(meeting) for meeting in (both.reference, both.hypothesis))
    for key in [*true, *(key for key, (value, _) in found.items() if key not in true and not isnan(value))]:
        (one, why), (other, why_not) = true.get(key, NOT_THERE), found.get(key, NOT_THERE)
        yield _row(*key, one, other, why or why_not)


def _known(meeting: Meeting) -> dict[tuple[str, str], Known]:
    """Return the figures of a meeting by measure and side, with the reason where there is none."""
    rows = summary(meeting, runs=0)
    reasons = rows["reason"].where(~rows["available"], "")
    return dict(zip(zip(rows["measure"], rows["side"], strict=True), zip(rows["value"], reasons, strict=True), strict=True))


def _errors(both: Both) -> Iterator[Row]:
    """Yield the rows of what was heard otherwise; a perfect hypothesis has 0 in errors, 1 in what was found."""
    yield _row("speakers", "", float(_speaking(both.reference)), float(_speaking(both.given)))
    found = {**_voices(both), **overlaps(both), "share_error": share_error(both), **word_errors(both)}
    for event in EVENTS:
        found |= events(both, event)
    for measure, value in found.items():
        yield _row(measure, "", 0.0 if measure in (*ERRORS, "share_error") else 1.0, value, _untold(both, measure, value))


def _untold(both: Both, measure: str, value: float) -> str:
    """Say why an error of voices or events cannot be told, "" where nothing keeps it from being told."""
    if not isnan(value) or measure.startswith(("wer", "questions")):
        return ""
    try:
        for meeting in (both.reference, both.given):
            require_overlaps(meeting)
    except Unavailable as reason:
        return str(reason)
    return ""


def _speaking(meeting: Meeting) -> int:
    """Return how many people speak; who is silent was not heard, and cannot have been."""
    return len({utterance.speaker for utterance in meeting.utterances})


def _voices(both: Both) -> dict[str, float]:
    names = ("der", "der_missed", "der_false", "der_confused")
    if not both.timed:
        return dict.fromkeys((*names, "speaking_kappa"), nan)
    errors = both.voices.errors
    values = [Ratio(part, both.voices.total).value for part in (sum(errors), *errors)]
    return {**dict(zip(names, values, strict=True)), "speaking_kappa": both.voices.kappa}


def share_error(both: Both) -> float:
    """Return the largest difference of a speaker's share; one who is nobody in the other has a share of 0 there."""
    if not both.timed:
        return nan
    true, found = (_shares(meeting) for meeting in (both.reference, both.hypothesis))
    if not (true and found):
        return nan
    return max(abs(true.get(name, 0.0) - found.get(name, 0.0)) for name in {**true, **found})


def _shares(meeting: Meeting) -> dict[str, float]:
    own = spans(meeting)
    time = np.bincount(own.who, own.durations, minlength=len(own.speakers))
    return dict(zip(own.speakers, (time / time.sum()).tolist(), strict=True)) if len(own) else {}
