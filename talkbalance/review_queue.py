"""What a person should listen to first: the moments whose correction would move or narrow the figures most.

Every moment in doubt is a question with two answers: was it this person, was this cut off, is this a question? How likely the
machine is wrong there, and what a figure would then be, give how much the answer is expected to move it and how much narrower
its interval becomes.

References
----------
Settles, B. (2012). Active learning (expected variance reduction).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.floor import Floats
from talkbalance.frames import REVIEW_QUEUE, records, table
from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.metrics.said import said
from talkbalance.metrics.talk import talk
from talkbalance.uncertainty import Profile, chances, confidences, heard, profiles, way_of

WIDE = 2 * 1.96
"""Standard deviations from one end of a 95 % interval to the other."""
LEAST = 0.005
"""Least chance of being wrong that is worth anybody's time."""
DECIDED = 0.5
"""Probability from which a moment counts."""
RUNS = 200
"""How often the meeting is misheard anew to see how wide the interval of its share is."""
SHOWN = 60
"""Characters of a quote in a question."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A moment, what to ask about it, and what a figure has to gain.

    Parameters
    ----------
    start, end
        Seconds.
    question
        What to ask.
    measure
        The figure it bears on.
    speaker
        Who is said to have spoken, cut in, or asked; with `measure` and `start` it tells the moment from all others.
    chance
        That the machine is wrong.
    effect
        By how much the figure is then off.
    variance
        What else checking takes away: the doubt about the boundaries.
    counted
        Whether the figure counts it as it stands.
    """

    start: float
    end: float
    question: str
    measure: str
    speaker: str
    chance: float
    effect: float
    variance: float = 0.0
    counted: bool = False

    @property
    def removed(self) -> float:
        """Variance of the figure that is gone once the moment is checked."""
        return self.chance * (1 - self.chance) * self.effect**2 + self.variance


def review_queue(meeting: Meeting, *, most: int | None = None) -> pd.DataFrame:
    """Return the moments to check, the one that helps most first.

    **Definition.** Three kinds of doubt: whose an utterance is (`share`), whether somebody was cut off (`interruptions`),
    whether a sentence asks (`questions`). `expected_change` is the chance that the machine is wrong times what the figure
    is then off; `expected_narrowing` is how much narrower the figure's interval becomes. Figures differ in unit, so moments are
    ordered by the part of the width they take away.

    Parameters
    ----------
    most
        Rows at most; None for all moments in which the machine is wrong with a chance of at least half a percent.

    Returns
    -------
    DataFrame
        `start`, `end` (s; NaN without times), `question` (in the language of messages), `measure`, `expected_change` and
        `expected_narrowing` in the unit of the measure.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> said = (Utterance(0, 4, "Eva", "Sie haben also gewartet, ja?"), Utterance(5, 9, "Baum", "Genau."))
    >>> review_queue(Meeting((Speaker("Eva"), Speaker("Baum")), said, 9, language="de"))["measure"].tolist()
    ['questions']
    """
    return table((_row(doubt, variance) for doubt, variance in doubts(meeting, most=most)), REVIEW_QUEUE)


def doubts(meeting: Meeting, *, most: int | None = None) -> Sequence[tuple[Doubt, float]]:
    """Return the moments of `review_queue` as they are, each with the variance of the figure it bears on."""
    found = [*_voices(meeting), *_cut_off(meeting), *_asked(meeting)]
    whole = {measure: _variance(measure, meeting, found) for measure in {doubt.measure for doubt in found}}
    worth = [(doubt.removed / whole[doubt.measure], doubt) for doubt in found if doubt.chance >= LEAST]
    worth.sort(key=lambda entry: (-entry[0], entry[1].start))
    return [(doubt, whole[doubt.measure]) for _, doubt in worth[:most]]


def _variance(measure: str, meeting: Meeting, doubts: Sequence[Doubt]) -> float:
    """Return the variance of a figure: what single moments add up to, and what nobody can take away by checking them."""
    own = [doubt for doubt in doubts if doubt.measure == measure]
    removable = sum(doubt.removed for doubt in own)
    if measure == "share":
        drawn = heard(meeting, talk(meeting), runs=RUNS, seed=0).draws["share"][:, 0]
        known = drawn[~np.isnan(drawn)]
        return max(removable, float(np.var(known)) if len(known) else 0.0)
    # a count could have been another even if all of it were known: Poisson, of at least one
    return removable + max(1.0, float(sum(doubt.counted for doubt in own)))


def _row(doubt: Doubt, whole: float) -> tuple[object, ...]:
    narrowing = WIDE * (sqrt(whole) - sqrt(max(0.0, whole - doubt.removed)))
    return doubt.start, doubt.end, doubt.question, doubt.measure, doubt.chance * doubt.effect, narrowing


def _voices(meeting: Meeting) -> Iterator[Doubt]:
    """Yield every utterance a machine gave to somebody."""
    way = way_of(meeting)
    if way == "by hand" or not meeting.timed or len(meeting.sides) < 2:
        return
    columns = said(meeting)
    profile = profiles()[way]
    wrong = chances(columns.spans, confidences(meeting), profile)
    whole = float(columns.spans.durations.sum())
    edges = wrong.unchecked * _edges(profile) / whole**2
    for i, utterance in enumerate(meeting.utterances):
        length = float(columns.spans.durations[i])
        chance = float(wrong.false[i] + wrong.confused[i])
        question = text("review_queue.voice", speaker=utterance.speaker)
        start, end = float(columns.spans.starts[i]), float(columns.spans.ends[i])
        yield Doubt(start, end, question, "share", utterance.speaker, chance, length / whole, float(edges[i]))


def _edges(profile: Profile) -> float:
    """Return the variance of an utterance's length that comes from its boundaries, in square seconds."""
    return float(np.var(_centres(profile.start)) + np.var(_centres(profile.end)))


def _centres(quantiles: tuple[float, ...]) -> Floats:
    edges = np.array(quantiles)
    centres: Floats = (edges[1:] + edges[:-1]) / 2
    return centres


def _cut_off(meeting: Meeting) -> Iterator[Doubt]:
    """Yield every candidate between the sides; without words the figure does not exist."""
    if not any(u.text for u in meeting.utterances):
        return
    try:
        found = interruptions(meeting, threshold=0)
    except Unavailable:
        return
    across = found[(found["kind"] == "taken") & (found["interrupter_side"] != found["interrupted_side"])]
    for row in records(across):
        question = text("review_queue.cut_off", cut_off=row["cut_off"], interrupter=row["interrupter"])
        end, sure = max(row["end"], row["start"]), row["confidence"]
        who = row["interrupter"]
        yield Doubt(row["start"], end, question, "interruptions", who, _wrong(sure), 1.0, counted=sure >= DECIDED)


def _asked(meeting: Meeting) -> Iterator[Doubt]:
    """Yield every sentence that may ask."""
    try:
        found = questions(meeting, threshold=0)
    except Unavailable:
        return
    for row in records(found):
        question = text("review_queue.asks", speaker=row["speaker"], text=_short(row["text"]))
        start, end = (nan if row[name] is None else row[name] for name in ("start", "end"))
        sure = row["confidence"]
        yield Doubt(start, end, question, "questions", row["speaker"], _wrong(sure), 1.0, counted=sure >= DECIDED)


def _wrong(confidence: float) -> float:
    """Return the chance that the decision at `DECIDED` is wrong."""
    return min(confidence, 1 - confidence)


def _short(quote: str) -> str:
    return quote if len(quote) <= SHOWN else quote[: SHOWN - 1].rsplit(" ", 1)[0] + " …"
