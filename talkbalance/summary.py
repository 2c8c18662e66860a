"""Every measure with its interval: one row per meeting, measure and side.

Two sources of doubt are kept apart. *Observed*: how far the figure could be off if the same people talked on in the same way;
exact for counts (Poisson, Garwood 1936) and for parts of counted wholes (Clopper & Pearson 1934), by resampling blocks of the
meeting for parts of time. *Heard*: how far it could be off because the machine misheard; not known yet, so `low_heard` and
`high_heard` are missing, and `low` and `high` are the observed ones. What a meeting cannot tell has no value and a reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
import pandas as pd

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.floor import Floats, states, windows
from talkbalance.frames import SUMMARY, table
from talkbalance.meeting import AGENCY, CLIENT, Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import QuestionCounts, question_counts
from talkbalance.metrics.ratio import Ratio
from talkbalance.metrics.speaking import groups, shares
from talkbalance.metrics.turntaking import turns

LEVEL = 0.95
BLOCK = 150.0
"""Seconds of a block that is resampled: long enough to hold an exchange (MEASURES: 2-3 minutes)."""

Interval = tuple[float, float]
UNKNOWN_INTERVAL: Interval = (nan, nan)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the summary, before it becomes a row."""

    measure: str
    side: str
    value: float
    unit: str
    interval: Interval = UNKNOWN_INTERVAL
    part: float = nan
    whole: float = nan
    n: int | None = None
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How intervals are made."""

    runs: int
    seed: int


@dataclass(frozen=True, slots=True)
class Family:
    """Measures that are computed together, and so are unavailable together."""

    measures: tuple[str, ...]
    figures: Callable[[Meeting, Settings], Iterator[Figure]]
    of_the_meeting: bool = False


def summary(meeting: Meeting, *, runs: int = 200, seed: int = 0) -> pd.DataFrame:
    """Return every measure of a meeting with its interval.

    Parameters
    ----------
    runs
        How often blocks of the meeting are resampled for the intervals of times and shares; 0 leaves these out and keeps the
        exact intervals of counts.
    seed
        Of the resampling; the same seed gives the same table.

    Returns
    -------
    DataFrame
        One row per measure and side (`side` is "" where a measure belongs to the meeting): `value` in `unit`, with `low` and
        `high` at `level`; `part`, `whole` and `n` it was made of; the `rule` it follows; `available`, and the `reason` if not.

    Raises
    ------
    InvalidParameter
        For a negative number of runs.
    """
    if runs < 0:
        raise InvalidParameter("parameter.range", name="runs", value=runs, low=0, high=inf)
    name = meeting.details.id or meeting.title or meeting.source.file
    found = [figure for family in FAMILIES for figure in _figures(family, meeting, Settings(runs, seed))]
    return table((_row(name, figure) for figure in found), SUMMARY)


def _figures(family: Family, meeting: Meeting, settings: Settings) -> list[Figure]:
    try:
        return list(family.figures(meeting, settings))
    except Unavailable as reason:
        sides = ("",) if family.of_the_meeting else meeting.sides
        return [Figure(measure, side, nan, "", reason=str(reason)) for measure in family.measures for side in sides]


def _row(meeting: str, figure: Figure) -> tuple[object, ...]:
    low, high = figure.interval
    return (
        *(meeting, figure.measure, figure.side, figure.value),
        *(low, high, nan, nan, low, high, LEVEL),
        *(figure.unit, figure.part, figure.whole, figure.n, figure.rule, not figure.reason, figure.reason),
    )


def _poisson(n: float) -> Interval:
    """Return the exact interval of a count."""
    from scipy.special import gammaincinv

    tail = (1 - LEVEL) / 2
    return (float(gammaincinv(n, tail)) if n else 0.0, float(gammaincinv(n + 1, 1 - tail)))


def _proportion(ratio: Ratio) -> Interval:
    """Return the exact interval of a part of a counted whole."""
    from scipy.special import betaincinv

    if not ratio.whole:
        return UNKNOWN_INTERVAL
    tail, part, rest = (1 - LEVEL) / 2, ratio.part, ratio.whole - ratio.part
    low = float(betaincinv(part, rest + 1, tail)) if part else 0.0
    return low, float(betaincinv(part + 1, rest, 1 - tail)) if rest else 1.0


def _count(measure: str, side: str, n: int, rule: str = "") -> Figure:
    return Figure(measure, side, n, "1", _poisson(n), n=n, rule=rule)


def _rate(measure: str, side: str, n: int, seconds: float, rule: str = "") -> Figure:
    """Return events per minute of `seconds`."""
    minutes = seconds / 60
    low, high = _poisson(n)
    interval = (low / minutes, high / minutes) if minutes else UNKNOWN_INTERVAL
    return Figure(measure, side, Ratio(n, minutes).value, "1/min", interval, n, minutes, n, rule)


def _share(measure: str, side: str, ratio: Ratio, rule: str = "") -> Figure:
    """Return a part of a counted whole."""
    return Figure(measure, side, ratio.value, "0-1", _proportion(ratio), ratio.part, ratio.whole, int(ratio.whole), rule)


def _speaking(meeting: Meeting, settings: Settings) -> Iterator[Figure]:
    pieces = states(meeting)
    sides, member = groups(meeting, "side")
    time, solo = member @ pieces.speaking_time(), member @ pieces.solo_time()
    blocks = [member @ pieces.between(*block).speaking_time() for block in windows(meeting.length, window=BLOCK, step=BLOCK)]
    intervals = _resampled(np.array(blocks).reshape(-1, len(sides)), settings)
    spoken = turns(meeting)["side"].value_counts()
    for i, (side, ratio) in enumerate(zip(sides, shares(pieces, member), strict=True)):
        yield Figure("speaking_time", side, time[i], "s")
        yield Figure("share", side, ratio.value, "0-1", intervals[i], ratio.part, ratio.whole)
        of_meeting = Ratio(float(time[i]), meeting.length)
        yield Figure("share_of_meeting", side, of_meeting.value, "0-1", part=of_meeting.part, whole=of_meeting.whole)
        yield Figure("solo_time", side, solo[i], "s")
        yield Figure("overlap_time", side, time[i] - solo[i], "s")
        yield _count("turns", side, int(spoken.get(side, 0)))


def _resampled(blocks: Floats, settings: Settings) -> list[Interval]:
    """Return the interval of each column's share of the sum, by drawing blocks with replacement; at least three are needed."""
    if not settings.runs or len(blocks) < 3 or not blocks.any():
        return [UNKNOWN_INTERVAL] * blocks.shape[1]
    draws = np.random.default_rng(settings.seed).integers(len(blocks), size=(settings.runs, len(blocks)))
    sums = blocks[draws].sum(axis=1)
    with np.errstate(invalid="ignore"):
        drawn = sums / sums.sum(axis=1, keepdims=True)
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail], axis=0)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _listening(meeting: Meeting, _: Settings) -> Iterator[Figure]:
    signals = backchannels(meeting)
    time = _side_time(meeting)
    for side in meeting.sides:
        n = int((signals["side"] == side).sum())
        yield _count("backchannels", side, n)
        yield _rate("backchannel_rate", side, n, sum(time.values()) - time[side])


def _side_time(meeting: Meeting) -> dict[str, float]:
    sides, member = groups(meeting, "side")
    return dict(zip(sides, (member @ states(meeting).speaking_time()).tolist(), strict=True))


LIKELY = "likely; overlap >= 0.3 s, probability >= 0.5"
FLOOR_TAKING = "floor_taking; overlap >= 0.3 s"


def _between_sides(found: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Colleagues who talk into one another do not interrupt the other side."""
    return found[(found["kind"] == kind) & (found["interrupter_side"] != found["interrupted_side"])]


def _likely(meeting: Meeting, _: Settings) -> Iterator[Figure]:
    """Without words nobody can tell an unfinished sentence from a finished one: then there is no count, and no zero either."""
    found = _between_sides(interruptions(meeting), "taken")
    if not any(utterance.text for utterance in meeting.utterances):
        raise Unavailable("unavailable.no_words_unfinished")
    time = _side_time(meeting)
    for side in meeting.sides:
        taken = found[found["interrupter_side"] == side]
        n, resumed = len(taken), int(taken["resumed"].sum())
        yield _count("interruptions", side, n, LIKELY)
        yield _rate("interruption_rate", side, n, sum(time.values()) - time[side], LIKELY)
        low, high = _proportion(Ratio(resumed, n))
        yield Figure("interruptions_resumed", side, resumed, "1", (low * n, high * n), resumed, n, n, LIKELY)


def _floor_taking(meeting: Meeting, _: Settings) -> Iterator[Figure]:
    found = interruptions(meeting, rule="floor_taking")
    for measure, kind in (("interruptions_floor_taking", "taken"), ("interruptions_failed", "failed")):
        own = _between_sides(found, kind)
        for side in meeting.sides:
            yield _count(measure, side, int((own["interrupter_side"] == side).sum()), FLOOR_TAKING)


def _asymmetry(meeting: Meeting, settings: Settings) -> Iterator[Figure]:
    """Difference of rates; the interval by MOVER (Zou & Donner 2008) from the exact ones."""
    if not meeting.sided:
        raise Unavailable("unavailable.no_sides")
    rates = {f.side: f for f in _likely(meeting, settings) if f.measure == "interruption_rate"}
    one, other = rates[AGENCY], rates[CLIENT]
    (low, high), (other_low, other_high) = one.interval, other.interval
    difference = one.value - other.value
    interval = (
        difference - sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2),
        difference + sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2),
    )
    yield Figure("interruption_asymmetry", "", difference, "1/min", interval, rule=LIKELY)


def _questions(meeting: Meeting, _: Settings) -> Iterator[Figure]:
    counts = question_counts(meeting)
    time = _side_time(meeting) if meeting.timed else {}
    for side in meeting.sides:
        own = counts.get(side, QuestionCounts())
        n = own.questions
        yield _count("questions", side, n)
        if meeting.timed:
            yield _rate("question_rate", side, n, time[side])
        else:
            yield Figure("question_rate", side, nan, "1/min", reason=str(Unavailable("unavailable.no_times")))
        yield _share("question_ratio", side, Ratio(n, own.sentences))
        yield _share("open_question_share", side, Ratio(own.open, n))
        yield _count("why_questions", side, own.why)


FAMILIES = (
    Family(("speaking_time", "share", "share_of_meeting", "solo_time", "overlap_time", "turns"), _speaking),
    Family(("backchannels", "backchannel_rate"), _listening),
    Family(("interruptions", "interruption_rate", "interruptions_resumed"), _likely),
    Family(("interruptions_floor_taking", "interruptions_failed"), _floor_taking),
    Family(("interruption_asymmetry",), _asymmetry, of_the_meeting=True),
    Family(("questions", "question_rate", "question_ratio", "open_question_share", "why_questions"), _questions),
)
