"""What is judged by hand, and what follows for the machine: no page, only tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from talkbalance import intervals
from talkbalance.agreement import kappa
from talkbalance.frames import Schema, records, table
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import LIKELY, interruptions
from talkbalance.metrics.questions import ASKS, questions
from talkbalance.metrics.ratio import Ratio
from talkbalance.views.writing import one_line

Judged = Literal["interruptions", "questions"]
Answer = Literal["yes", "no", "unsure"]
MEASURES: tuple[Judged, ...] = ("interruptions", "questions")

RESULTS: Schema = {
    "measure": "str",
    "side": "str",
    "judged": "int64",
    "hand": "int64",
    "machine": "int64",
    "difference": "int64",
    "kappa": "float64",
    "kappa_low": "float64",
    "kappa_high": "float64",
    "precision": "float64",
    "precision_low": "float64",
    "precision_high": "float64",
    "recall": "float64",
    "recall_low": "float64",
    "recall_high": "float64",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A candidate: something that may be an interruption or a question.

    Parameters
    ----------
    measure
        "interruptions" or "questions".
    start, end
        Seconds.
    speaker, side
        Who may have interrupted, or asked.
    to
        Who may have been interrupted.
    said
        The words of a question.
    counted
        Whether the machine counts it.
    """

    measure: Judged
    start: float
    end: float
    speaker: str
    side: str
    to: str
    said: str
    counted: bool

    @property
    def key(self) -> str:
        """What it is known by, whatever the thresholds: speaker, and start in milliseconds."""
        return f"{self.speaker}:{round(1000 * self.start)}"


@dataclass(frozen=True, slots=True)
class Judgements:
    """What somebody said of the cases of a measure.

    Parameters
    ----------
    answers
        By the key of a case; what was not judged is not there.
    missing
        `(seconds, speaker)` of those the list did not have.
    """

    answers: Mapping[str, Answer]
    missing: Sequence[tuple[float, str]] = ()


def cases(meeting: Meeting, measure: Judged, *, start: float = 0.0, end: float | None = None) -> tuple[Case, ...]:
    """Return every candidate that begins in a stretch, also those the machine finds unlikely.

    **Definition.** Of interruptions those of one side by another in which the holder would have been cut off, as the figures count
    them; of questions every sentence that might ask, tags left out.

    Parameters
    ----------
    measure
        "interruptions" or "questions".
    start, end
        Seconds; by default all.

    Raises
    ------
    Unavailable
        Where the meeting cannot tell.
    """
    last = meeting.length if end is None else end
    found = _interruptions(meeting) if measure == "interruptions" else _questions(meeting)
    return tuple(case for case in found if start <= case.start < last)


def _interruptions(meeting: Meeting) -> Iterator[Case]:
    for row in records(interruptions(meeting, threshold=0)):
        if row["kind"] == "taken" and row["interrupter_side"] != row["interrupted_side"]:
            sides = row["interrupter"], row["interrupter_side"], row["interrupted"]
            yield Case("interruptions", row["start"], max(row["start"], row["end"]), *sides, "", row["confidence"] >= LIKELY)


def _questions(meeting: Meeting) -> Iterator[Case]:
    for row in records(questions(meeting, threshold=0)):
        if row["kind"] != "tag" and row["start"] is not None:
            said = one_line(row["text"])
            yield Case("questions", row["start"], row["end"], row["speaker"], row["side"], "", said, row["confidence"] >= ASKS)


def results(meeting: Meeting, measure: Judged, found: Sequence[Case], judged: Judgements) -> pd.DataFrame:
    """Return how far hand and machine agree about the cases of one measure: of the meeting, and of each side.

    **Definition.** Only judged cases count, "unsure" ones do not. `hand`: those judged yes, and the missing ones. `machine`: those
    of the judged cases it counts. `precision`: of those the machine counts, the ones judged yes; `recall`: of those of the hand,
    the ones the machine counts. `kappa` is over judged cases and missing ones, not over all of time.

    Parameters
    ----------
    measure
        "interruptions" or "questions".
    found
        What `cases` returned.
    judged
        What was said of them.

    Returns
    -------
    DataFrame
        `measure`, `side` ("" for all), `judged` (cases), `hand`, `machine`, `difference` (machine less hand), and `kappa`,
        `precision`, `recall`, each with `_low` and `_high` at 95 %; NaN where nothing can be said.
    """
    sides = {speaker.name: meeting.side_of(speaker.name) for speaker in meeting.speakers}
    rows = []
    for side in ("", *meeting.sides):
        own = [case for case in found if side in ("", case.side)]
        missing = sum(side in ("", sides.get(speaker, "")) for _, speaker in judged.missing)
        rows.append(_row(measure, side, own, judged.answers, missing))
    return table(rows, RESULTS)


def _row(measure: str, side: str, own: Sequence[Case], answers: Mapping[str, Answer], missing: int) -> tuple[object, ...]:
    known = [(case.counted, answers.get(case.key)) for case in own if answers.get(case.key) in ("yes", "no")]
    right, wrong = known.count((True, "yes")), known.count((True, "no"))
    lost, neither = known.count((False, "yes")) + missing, known.count((False, "no"))
    agreed = kappa([[right, lost], [wrong, neither]])
    parts: list[float] = []
    for whole in (right + wrong, right + lost):
        parts += [Ratio(right, whole).value, *intervals.of_proportion(right, whole)]
    counts = len(known) + missing, right + lost, right + wrong, wrong - lost
    return measure, side, *counts, agreed.value, agreed.low, agreed.high, *parts
