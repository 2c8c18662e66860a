"""Every measure with its interval: one row per meeting, measure and side.

Two sources of doubt are kept apart. *Observed* (`low_observed`, `high_observed`): how far the figure could be off if the same
people talked on in the same way; exact for counts, parts of counted wholes and medians, by resampling blocks of the meeting for
sums of time (`intervals`). *Heard* (`low_heard`, `high_heard`): how far the machine may have misheard this meeting, by playing
through what it usually mishears (`uncertainty`); a meeting made by hand has no such doubt. Times move, what is said goes with
whoever says it, and what only a probability decides is drawn by it; the words themselves stay as they were recognised, and
meanings are compared once. `low` and `high` hold both. `reason` says what makes a wide interval wide, and in which minutes. What a
meeting cannot tell has no value, and `reason` says why.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import ceil, inf, isnan, nan

import numpy as np
import pandas as pd

from talkbalance import cards, intervals
from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.floor import Floats, Ints, States
from talkbalance.frames import SUMMARY, table
from talkbalance.i18n import text
from talkbalance.intervals import LEVEL, UNKNOWN, Interval
from talkbalance.language.meaning import available as meaning_available
from talkbalance.language.meaning import similarities
from talkbalance.meeting import AGENCY, CLIENT, Meeting
from talkbalance.metrics import timing
from talkbalance.metrics.interruptions import interrupting
from talkbalance.metrics.listening import require_overlaps
from talkbalance.metrics.questions import QuestionCounts, question_counts
from talkbalance.metrics.ratio import Ratio
from talkbalance.metrics.talk import Talk, talk
from talkbalance.metrics.timing import Values
from talkbalance.metrics.turntaking import IMMEDIATE, LAPSE, require_ends, response_columns, turns
from talkbalance.metrics.uptake import Answer, answers, marker_counts
from talkbalance.metrics.wording import worded
from talkbalance.uncertainty import Heard, Minutes, combined, figures, heard, source_of, wide

BLOCK, FEWEST_BLOCKS, SHORTEST_BLOCK = 150.0, 6, 20.0
"""Seconds of a block that is resampled: long enough to hold an exchange, two to three minutes. A short meeting is cut into six
blocks, as long as each holds 20 s."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the summary, before it becomes a row."""

    measure: str
    side: str
    value: float
    unit: str
    observed: Interval = UNKNOWN
    part: float = nan
    whole: float = nan
    n: int | None = None
    rule: str = ""
    reason: str = ""


class Measured:
    """A meeting on its way to a summary: what several measures need is computed once."""

    def __init__(self, meeting: Meeting, *, runs: int, seed: int, meaning: bool) -> None:
        self.meeting = meeting
        self.meaning = meaning
        self.runs = runs
        self.seed = seed
        self.sides = meeting.sides

    @cached_property
    def talk(self) -> Talk:
        """Who holds the floor."""
        return talk(self.meeting)

    @cached_property
    def pieces(self) -> States:
        """The meeting cut at every start and end."""
        return self.talk.said.spans.states()

    @cached_property
    def values(self) -> Values:
        """All figures of time."""
        return figures(self.talk, self.pieces)

    @cached_property
    def member(self) -> Floats:
        """(sides, speakers) who belongs to which side."""
        return timing.membership(self.talk)

    @cached_property
    def heard(self) -> Heard | None:
        """What the machine may have misheard; None where nobody asks."""
        if not self.runs or not self.meeting.timed:
            return None
        said = worded(self.meeting, self.talk) if self.meeting.source.models else None
        return heard(self.meeting, self.talk, runs=self.runs, seed=self.seed, said=said)

    @cached_property
    def cut_off(self) -> tuple[Ints, Floats]:
        """The likely interruptions of one side by another, the side that began each and whether the other got back to it.

        Colleagues who talk into one another do not interrupt the other side.
        """
        found, side = interrupting(self.meeting), self.talk.said.side
        across = found.cuts.taken & found.cuts.across(side)
        return side[found.cuts.incomer[across]], found.resumed[across]

    @cached_property
    def markers(self) -> Mapping[tuple[str, str], int]:
        """How many markers of each kind each side has."""
        return marker_counts(self.meeting)

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """The turns that follow one of another side."""
        return answers(self.meeting)

    @cached_property
    def asked(self) -> Mapping[str, QuestionCounts]:
        """How many questions each side asked."""
        return question_counts(self.meeting)

    @cached_property
    def edges(self) -> Floats:
        """Where blocks begin, and where the last one ends."""
        blocks = max(1, ceil(self.meeting.length / self.block - 1e-6))  # six sixths of a length are six blocks
        return np.append(np.arange(blocks) * self.block, self.meeting.length)

    @cached_property
    def block(self) -> float:
        """Seconds of a block."""
        return max(SHORTEST_BLOCK, min(BLOCK, self.meeting.length / FEWEST_BLOCKS))

    def blocks(self, what: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
        """Return (blocks, columns) the seconds in which each column of flags over the pieces is true."""
        return np.diff(self.pieces.until(self.edges, what), axis=0)

    def resampled(self, blocks: Floats, of: Callable[[Floats], Floats]) -> list[Interval]:
        """Return the interval of each number made of sums over blocks."""
        return list(intervals.resampled(blocks, of, runs=self.runs, seed=self.seed))

    def per_side(self, measure: str, unit: str, observed: Callable[[int], Interval], rule: str = "") -> Iterator[Figure]:
        """Yield a figure of time for each side."""
        for i, side in enumerate(self.sides):
            yield Figure(measure, side, float(self.values[measure][i]), unit, observed(i), rule=rule)

    def of_meeting(self, measure: str, unit: str, observed: Interval, rule: str = "", n: int | None = None) -> Figure:
        """Return a figure of time that belongs to the meeting."""
        return Figure(measure, "", float(self.values[measure][0]), unit, observed, n=n, rule=rule)


Figures = Callable[[Measured], Iterator[Figure]]


@dataclass(frozen=True, slots=True)
class Family:
    """Measures that are computed together, and so are unavailable together; those `between` sides take two of them."""

    measures: tuple[str, ...]
    figures: Figures
    of_the_meeting: bool = False
    between: bool = False

    def of(self, measured: Measured) -> list[Figure]:
        """Return the figures of a meeting.

        Raises
        ------
        Unavailable
            Where the meeting cannot tell.
        """
        if self.between:
            _require_two(measured.sides)
        return list(self.figures(measured))


def _require_two(sides: Sequence[str]) -> None:
    if len(sides) < 2:
        raise Unavailable("unavailable.one_side")


def _require_people(meeting: Meeting) -> None:
    if len(meeting.speakers) < 2:
        raise Unavailable("unavailable.one_speaker")


def summary(meeting: Meeting, *, runs: int = 200, seed: int = 0, meaning: bool = False) -> pd.DataFrame:
    """Return every measure of a meeting with its interval.

    Parameters
    ----------
    runs
        How often the meeting is misheard anew and its blocks are resampled, 200 by default; 0 leaves both out and keeps the
        exact intervals of counts and medians.
    seed
        Of both; the same seed gives the same table.
    meaning
        Whether to compare the meanings of turns for `uptake_similarity`; takes the extra `meaning`, and a second or more the first
        time a meeting is measured.

    Returns
    -------
    DataFrame
        One row per measure and side (`side` is "" where a measure belongs to the meeting): `value` in `unit`, with `low` and
        `high` at `level`; `part`, `whole` and `n` it was made of; the `rule` it follows and the card that explains it;
        `available`, and the `reason` if not, or what makes the interval wide (`uncertainty.wide`).

    Raises
    ------
    InvalidParameter
        For a negative number of runs.
    """
    if runs < 0:
        raise InvalidParameter("parameter.range", name="runs", value=runs, low=0, high=inf)
    name = meeting.details.id or meeting.title or meeting.source.file
    measured = Measured(meeting, runs=runs, seed=seed, meaning=meaning)
    found = [figure for family in FAMILIES for figure in _figures(family, measured)]
    return table((_row(name, figure, measured) for figure in found), SUMMARY)


def _figures(family: Family, measured: Measured) -> list[Figure]:
    try:
        return family.of(measured)
    except Unavailable as reason:
        sides = ("",) if family.of_the_meeting else measured.sides
        return [Figure(measure, side, nan, "", reason=str(reason)) for measure in family.measures for side in sides]


def require(meeting: Meeting, measure: str) -> None:
    """Raise `Unavailable` with the reason where a meeting cannot tell a measure."""
    family = next(family for family in FAMILIES if measure in family.measures)
    family.of(Measured(meeting, runs=0, seed=0, meaning=False))


def _row(meeting: str, figure: Figure, measured: Measured) -> tuple[object, ...]:
    doubt, driving = UNKNOWN, NOBODY_ASKS
    if not figure.reason and measured.heard is not None:
        column = measured.sides.index(figure.side) if figure.side else 0
        doubt = measured.heard.interval(figure.measure, column, figure.value)
        driving = partial(measured.heard.minutes, figure.measure, column)
    low, high = combined(figure.measure, figure.value, doubt, figure.observed)
    return (
        *(meeting, figure.measure, figure.side, figure.value),
        *(low, high, *doubt, *figure.observed, LEVEL),
        *(figure.unit, figure.part, figure.whole, figure.n, _rule(figure), not figure.reason),
        figure.reason or _width(figure, (low, high), doubt, driving) or _missing(figure, measured),
    )


Driving = Callable[[], Sequence[Minutes]]
NOBODY_ASKS: Driving = tuple


def _width(figure: Figure, both: Interval, doubt: Interval, driving: Driving) -> str:
    """Say what makes an interval wide and, where it is what may have been misheard, in which minutes; "" where it is not wide."""
    if not wide(figure.measure, figure.value, *both, unit=figure.unit):
        return ""
    if source_of(doubt, figure.observed) == "observed":
        return text("width.observed")
    most = sorted(driving(), key=lambda found: -found.part)[:MOST_MINUTES]
    named = [f"{found.start / 60:.0f}–{ceil(found.end / 60)}" for found in sorted(most, key=lambda found: found.start)]
    return text("width.heard_minutes", minutes=", ".join(named)) if named else text("width.heard")


MOST_MINUTES = 3
"""Stretches of minutes that are named at most."""


def _missing(figure: Figure, measured: Measured) -> str:
    """Say which doubt an interval does not hold."""
    unheard = figure.measure == "uptake_similarity" and measured.meeting.source.models
    return text("width.similarity") if unheard else ""


def _rule(figure: Figure) -> str:
    """Return the rule of a figure, with the card that explains it: the same in every language, for tables are compared."""
    card = f"see docs/measures/{{de,en}}/{cards.CARD_OF[figure.measure]}.md"
    return f"{figure.rule}; {card}" if figure.rule else card


def _count(measure: str, side: str, n: int, rule: str = "") -> Figure:
    return Figure(measure, side, n, "1", intervals.of_count(n), n=n, rule=rule)


def _rate(measure: str, side: str, n: int, seconds: float, rule: str = "") -> Figure:
    """Return events per minute of `seconds`."""
    minutes = seconds / 60
    low, high = intervals.of_count(n)
    interval = (low / minutes, high / minutes) if minutes else UNKNOWN
    return Figure(measure, side, Ratio(n, minutes).value, "1/min", interval, n, minutes, n, rule)


def _share(measure: str, side: str, ratio: Ratio, rule: str = "") -> Figure:
    """Return a part of a counted whole."""
    interval = intervals.of_proportion(ratio.part, ratio.whole)
    return Figure(measure, side, ratio.value, "0-1", interval, ratio.part, ratio.whole, int(ratio.whole), rule)


def _speaking(measured: Measured) -> Iterator[Figure]:
    values, pieces, member = measured.values, measured.pieces, measured.member
    time = measured.blocks(pieces.speaking) @ member.T
    whole = measured.blocks(pieces.counted[:, None])
    sums = measured.resampled(time, lambda drawn: drawn)
    shares = measured.resampled(time, lambda drawn: timing.divided(drawn, drawn.sum(axis=1, keepdims=True)))
    of_meeting = measured.resampled(np.hstack([time, whole]), lambda drawn: timing.divided(drawn[:, :-1], drawn[:, -1:]))
    spoken, duration = float(values["speaking_time"].sum()), measured.meeting.counted
    for i, side in enumerate(measured.sides):
        own = float(values["speaking_time"][i])
        yield Figure("speaking_time", side, own, "s", sums[i])
        yield Figure("share", side, float(values["share"][i]), "0-1", shares[i], own, spoken)
        yield Figure("share_of_meeting", side, float(values["share_of_meeting"][i]), "0-1", of_meeting[i], own, duration)


def _alone(measured: Measured) -> Iterator[Figure]:
    """Where nobody could have been heard speaking into another's speech, nobody knows who spoke alone."""
    _require_people(measured.meeting)
    require_overlaps(measured.meeting)
    pieces, k = measured.pieces, len(measured.sides)
    time = measured.blocks(pieces.speaking) @ measured.member.T
    solo = measured.blocks(pieces.speaking & (pieces.how_many == 1)[:, None]) @ measured.member.T
    sums = measured.resampled(np.hstack([solo, time - solo]), lambda drawn: drawn)
    yield from measured.per_side("solo_time", "s", lambda i: sums[i])
    yield from measured.per_side("overlap_time", "s", lambda i: sums[k + i])


def _turns(measured: Measured) -> Iterator[Figure]:
    found = measured.talk
    side = found.said.side[found.turns.who]
    medians = [intervals.of_median(found.turns.durations[side == i]) for i in range(len(measured.sides))]
    for i, name in enumerate(measured.sides):
        n = int(measured.values["turns"][i])
        yield _count("turns", name, n)
        yield Figure("turn_length", name, float(measured.values["turn_length"][i]), "s", medians[i], n=n, rule=MEDIAN)
    yield from measured.per_side("longest_stretch", "s", lambda _: UNKNOWN, STRETCH)
    yield from measured.per_side("long_stretch_time", "s", lambda _: UNKNOWN, f"{STRETCH}; of 60 s and more")
    yield from measured.per_side("first_ten_longest", "s", lambda _: UNKNOWN, f"{STRETCH}; minutes 0-10")
    first = measured.edges[measured.edges < timing.FIRST]
    edges = np.append(first, min(timing.FIRST, measured.meeting.length))
    blocks = np.diff(measured.pieces.until(edges, measured.pieces.speaking), axis=0) @ measured.member.T
    shares = measured.resampled(blocks, lambda drawn: timing.divided(drawn, drawn.sum(axis=1, keepdims=True)))
    yield from measured.per_side("first_ten_share", "0-1", lambda i: shares[i], "minutes 0-10")


MEDIAN = "median"
STRETCH = "pauses <= 2 s and listener signals do not end it"


def _turns_untimed(measured: Measured) -> Iterator[Figure]:
    if measured.meeting.timed:
        yield from _turns(measured)
        return
    reason = str(Unavailable("unavailable.no_times"))
    spoken = turns(measured.meeting)["side"].value_counts()
    for side in measured.sides:
        yield _count("turns", side, int(spoken.get(side, 0)))
        yield from (Figure(measure, side, nan, "", reason=reason) for measure in TURN_MEASURES if measure != "turns")


def _asymmetry_of_turns(measured: Measured) -> Iterator[Figure]:
    if not measured.meeting.sided:
        raise Unavailable("unavailable.no_sides")
    lengths = {f.side: f for f in _turns(measured) if f.measure == "turn_length"}
    one, other = lengths[AGENCY], lengths[CLIENT]
    interval = intervals.of_quotient(one.value, one.observed, other.value, other.observed)
    yield measured.of_meeting("turn_length_asymmetry", "1", interval, "median agency turn ÷ median client turn")


def _windows(measured: Measured) -> tuple[Floats, int]:
    """Return (blocks, sides + 2) how many windows that begin in each block a side dominates, nobody does, and there are."""
    by_side, spoken = timing.dominating(measured.talk, measured.pieces, measured.member)
    starts = timing.tiles(measured.meeting.length)[:, 0]
    columns = np.column_stack([by_side & spoken[:, None], spoken & ~by_side.any(axis=1), spoken]).astype(np.float64)
    block = (starts // measured.block).astype(np.intp)
    blocks = np.zeros((int(block.max(initial=0)) + 1, columns.shape[1]))
    np.add.at(blocks, block, columns)
    return blocks, int(spoken.sum())


def _dominated(measured: Measured) -> Iterator[Figure]:
    blocks, n = _windows(measured)
    found = measured.resampled(blocks, lambda drawn: timing.divided(drawn[:, :-1], drawn[:, -1:]))
    for i, side in enumerate(measured.sides):
        part = float(blocks[:, i].sum())
        yield Figure("dominated_windows", side, Ratio(part, n).value, "0-1", found[i], part, n, n, WINDOWS)


WINDOWS = "window 150 s, step 30 s, share > .60"


def _evenness(measured: Measured) -> Iterator[Figure]:
    blocks, n = _windows(measured)
    found = measured.resampled(blocks, lambda drawn: timing.divided(drawn[:, :-1], drawn[:, -1:]))
    part = float(blocks[:, -2].sum())
    kind = dynamics(measured)
    rule = f"{WINDOWS}; dynamics: {kind}" if kind else WINDOWS
    yield Figure("balanced_windows", "", Ratio(part, n).value, "0-1", found[-1], part, n, n, rule)


def _participation(measured: Measured) -> Iterator[Figure]:
    _require_people(measured.meeting)
    time = measured.blocks(measured.pieces.speaking)
    spread = measured.resampled(time, lambda drawn: np.array([timing.participation(row) for row in drawn]))
    people = len(measured.meeting.speakers)
    yield measured.of_meeting("participation_entropy", "0-1", spread[0], "normalised", people)
    yield measured.of_meeting("participation_gini", "0-1", spread[1], "Gini × n/(n-1)", people)


def dynamics(measured: Measured) -> str:
    """Return how the balance moves over the meeting, "" where nobody speaks.

    "dominating throughout": one side dominates at least 75 % of the windows; "back and forth": at least 60 % are balanced;
    "alternating": each of two sides dominates more than 25 %; "mixed" otherwise (Zhang et al. 2025).
    """
    dominated, balanced = measured.values["dominated_windows"], float(measured.values["balanced_windows"][0])
    if isnan(balanced):
        return ""
    if dominated.max() >= 0.75:
        return "dominating throughout"
    if balanced >= 0.6:
        return "back and forth"
    return "alternating" if (dominated > 0.25).sum() >= 2 else "mixed"


def _responses(measured: Measured) -> Iterator[Figure]:
    require_ends(measured.meeting)
    offsets, side = timing.answers(measured.talk)
    for i, name in enumerate(measured.sides):
        own = offsets[side == i]
        n = len(own)
        median = float(measured.values["response_time"][i])
        yield Figure("response_time", name, median, "s", intervals.of_median(own), n=n, rule=MEDIAN)
        yield _share("response_immediate", name, Ratio(float((own < IMMEDIATE).sum()), n), "< .25 s")
        yield _share("response_lapse", name, Ratio(float((own >= LAPSE).sum()), n), ">= 5 s")


def _switches(measured: Measured) -> Iterator[Figure]:
    _require_people(measured.meeting)
    if not measured.pieces.speaking.any():
        raise Unavailable("unavailable.silent")
    yield _rate("switch_rate", "", len(response_columns(measured.talk).began), measured.meeting.counted, "between people")


def _silences(measured: Measured) -> Iterator[Figure]:
    if not measured.pieces.speaking.any():
        raise Unavailable("unavailable.silent")
    n = int(measured.values["silences"][0])
    yield _count("silences", "", n, SILENCE)
    yield measured.of_meeting("silence_time", "s", UNKNOWN, SILENCE, n)
    yield measured.of_meeting("longest_silence", "s", UNKNOWN, SILENCE, n)


SILENCE = "> 2 s, between words"


def _listening(measured: Measured) -> Iterator[Figure]:
    require_overlaps(measured.meeting)
    time, given = measured.values["speaking_time"], measured.values["backchannels"]
    part, whole = timing.coverage(measured.talk)
    rule = LIKELY if measured.talk.said.traits["candidate"].any() else WITHOUT_WORDS
    for i, side in enumerate(measured.sides):
        n = int(given[i])
        yield _count("backchannels", side, n, rule)
        yield _rate("backchannel_rate", side, n, float(time.sum() - time[i]))
        yield _share("backchannel_coverage", side, Ratio(float(part[i]), float(whole[i])), "turns >= 3 s of the others")


LIKELY = "likely; probability >= 0.5"
WITHOUT_WORDS = "plain; <= 1 s, no words recognised"
FLOOR_TAKING = "floor_taking; overlap >= 0.3 s"


def _likely(measured: Measured) -> Iterator[Figure]:
    """Without words nobody can tell an unfinished sentence from a finished one: then there is no count, and no zero either."""
    by, back = measured.cut_off
    if not any(utterance.text for utterance in measured.meeting.utterances):
        raise Unavailable("unavailable.no_words_unfinished")
    time = measured.values["speaking_time"]
    for i, side in enumerate(measured.sides):
        own = back[by == i]
        n, resumed = len(own), int(np.nansum(own))
        yield _count("interruptions", side, n, LIKELY)
        yield _rate("interruption_rate", side, n, float(time.sum() - time[i]), LIKELY)
        low, high = intervals.of_proportion(resumed, n)
        yield Figure("interruptions_resumed", side, resumed, "1", (low * n, high * n), resumed, n, n, LIKELY)


def _floor_taking(measured: Measured) -> Iterator[Figure]:
    require_overlaps(measured.meeting)
    for measure in ("interruptions_floor_taking", "interruptions_failed"):
        for side, n in zip(measured.sides, measured.values[measure].tolist(), strict=True):
            yield _count(measure, side, int(n), FLOOR_TAKING)


def _asymmetry(measured: Measured) -> Iterator[Figure]:
    if not measured.meeting.sided:
        raise Unavailable("unavailable.no_sides")
    rates = {f.side: f for f in _likely(measured) if f.measure == "interruption_rate"}
    one, other = rates[AGENCY], rates[CLIENT]
    interval = intervals.of_difference(one.value, one.observed, other.value, other.observed)
    yield Figure("interruption_asymmetry", "", one.value - other.value, "1/min", interval, rule=LIKELY)


def _questions(measured: Measured) -> Iterator[Figure]:
    counts = measured.asked
    untimed = "" if measured.meeting.timed else str(Unavailable("unavailable.no_times"))
    alone = "" if len(measured.sides) > 1 else str(Unavailable("unavailable.one_side"))
    for i, side in enumerate(measured.sides):
        own = counts.get(side, QuestionCounts())
        n = own.questions
        yield _count("questions", side, n)
        if untimed:
            yield Figure("question_rate", side, nan, "1/min", reason=untimed)
        else:
            yield _rate("question_rate", side, n, float(measured.values["speaking_time"][i]))
        yield _share("question_ratio", side, Ratio(n, own.sentences))
        yield _share("open_question_share", side, Ratio(own.open, n))
        yield _count("why_questions", side, own.why)
        if alone:
            yield Figure("follow_up_share", side, nan, "0-1", reason=alone)
        else:
            yield _share("follow_up_share", side, Ratio(own.follow_up, n))
        if alone or untimed:
            yield Figure("answered_share", side, nan, "0-1", reason=alone or untimed)
        else:
            yield _share("answered_share", side, Ratio(own.answered, own.answerable), "within 10 s")


def _even(measure: str, parts: Mapping[str, float]) -> Figure:
    """Return how even a count is between agency and client."""
    one, other = parts[AGENCY], parts[CLIENT]
    share = Ratio(one, one + other).value
    observed = intervals.evenness(intervals.of_proportion(one, one + other))
    return Figure(measure, "", 1 - abs(2 * share - 1), "0-1", observed, min(one, other), one + other, rule=RECIPROCITY)


RECIPROCITY = "1 - |share of the agency - share of the client|"


def _give_and_take(measure: str, of: Figures, counted: str) -> Family:
    """Return the family of how even a count is between agency and client."""

    def figures(measured: Measured) -> Iterator[Figure]:
        if not measured.meeting.sided:
            raise Unavailable("unavailable.no_sides")
        yield _even(measure, {f.side: f.value for f in of(measured) if f.measure == counted})

    return Family((measure,), figures, of_the_meeting=True, between=True)


MEANING = "cosine of sentence meanings, mean over answering turns"
WORDS_TAKEN = "of the turn before, weighed by how much each word tells"


def _uptake(measured: Measured) -> Iterator[Figure]:
    found = measured.answers
    for side in measured.sides:
        own = np.array([(a.part, a.whole) for a in found if a.turn.side == side]).reshape(-1, 2)
        part, whole = own.sum(axis=0).tolist()
        (observed,) = measured.resampled(own, lambda drawn: timing.divided(drawn[:, :1], drawn[:, 1:]))
        yield Figure("uptake", side, Ratio(part, whole).value, "0-1", observed, part, whole, len(own), WORDS_TAKEN)


def _similarity(measured: Measured) -> Iterator[Figure]:
    """Meanings take a model and a second or more: only who asks for them waits for them."""
    if not measured.meaning:
        raise Unavailable("unavailable.meaning_not_asked")
    if not meaning_available():
        raise Unavailable("unavailable.meaning_model")
    found = measured.answers
    close = np.array(similarities([(a.said.text, a.turn.text) for a in found]))
    for side in measured.sides:
        own = close[np.array([a.turn.side == side for a in found], dtype=bool)]
        columns = np.column_stack([own, np.ones(len(own))])
        (observed,) = measured.resampled(columns, lambda drawn: timing.divided(drawn[:, :1], drawn[:, 1:]))
        mean = float(own.mean()) if len(own) else nan
        yield Figure("uptake_similarity", side, mean, "0-1", observed, n=len(own), rule=MEANING)


def _markers(measured: Measured) -> Iterator[Figure]:
    found = measured.markers
    for side in measured.sides:
        yield _count("reflections", side, found.get((side, "reflection"), 0))
        yield _count("dismissals", side, found.get((side, "dismissal"), 0))


def _callbacks(measured: Measured) -> Iterator[Figure]:
    found, time = measured.markers, measured.values["speaking_time"]
    for i, side in enumerate(measured.sides):
        yield _rate("callback_rate", side, found.get((side, "callback"), 0), float(time.sum() - time[i]), "absent for 4 turns")


def _reflections_per_question(measured: Measured) -> Iterator[Figure]:
    found, asked = measured.markers, measured.asked
    for side in measured.sides:
        n, whole = found.get((side, "reflection"), 0), asked[side].questions
        value, observed = Ratio(n, whole).value, intervals.of_ratio_of_counts(n, whole) if whole else UNKNOWN
        yield Figure("reflection_question_ratio", side, value, "1", observed, n, whole, n)


def _pitches(measured: Measured) -> Iterator[Figure]:
    if not measured.meeting.timed:
        raise Unavailable("unavailable.no_times")
    if not measured.meeting.sided:
        raise Unavailable("unavailable.no_sides")
    yield _count("pitch_runs", AGENCY, measured.markers.get((AGENCY, "pitch"), 0), "> 60 s without a question, we >= 3 a minute")


def _give_and_take_of_uptake(measured: Measured) -> Iterator[Figure]:
    if not measured.meeting.sided:
        raise Unavailable("unavailable.no_sides")
    found = {f.side: f for f in _uptake(measured)}
    one, other = found[AGENCY], found[CLIENT]
    share = Ratio(one.value, one.value + other.value).value
    quotient = intervals.of_quotient(one.value, one.observed, other.value, other.observed)
    observed = intervals.evenness((quotient[0] / (1 + quotient[0]), quotient[1] / (1 + quotient[1])))
    yield Figure("reciprocity_uptake", "", 1 - abs(2 * share - 1), "0-1", observed, rule=RECIPROCITY)


TURN_MEASURES = ("turns", "turn_length", "longest_stretch", "long_stretch_time", "first_ten_longest", "first_ten_share")

FAMILIES = (
    Family(("speaking_time", "share", "share_of_meeting"), _speaking),
    Family(("solo_time", "overlap_time"), _alone),
    Family(TURN_MEASURES, _turns_untimed),
    Family(("turn_length_asymmetry",), _asymmetry_of_turns, of_the_meeting=True, between=True),
    Family(("dominated_windows",), _dominated, between=True),
    Family(("balanced_windows",), _evenness, of_the_meeting=True, between=True),
    Family(("participation_entropy", "participation_gini"), _participation, of_the_meeting=True),
    Family(("response_time", "response_immediate", "response_lapse"), _responses, between=True),
    Family(("switch_rate",), _switches, of_the_meeting=True),
    Family(("silences", "silence_time", "longest_silence"), _silences, of_the_meeting=True),
    Family(("backchannels", "backchannel_rate", "backchannel_coverage"), _listening, between=True),
    Family(("interruptions", "interruption_rate", "interruptions_resumed"), _likely, between=True),
    Family(("interruptions_floor_taking", "interruptions_failed"), _floor_taking, between=True),
    Family(("interruption_asymmetry",), _asymmetry, of_the_meeting=True, between=True),
    Family(
        (
            *("questions", "question_rate", "question_ratio", "open_question_share", "why_questions"),
            *("follow_up_share", "answered_share"),
        ),
        _questions,
    ),
    Family(("uptake",), _uptake, between=True),
    Family(("uptake_similarity",), _similarity, between=True),
    Family(("callback_rate",), _callbacks, between=True),
    Family(("reflections", "dismissals"), _markers, between=True),
    Family(("reflection_question_ratio",), _reflections_per_question, between=True),
    Family(("pitch_runs",), _pitches),
    _give_and_take("reciprocity_questions", _questions, "questions"),
    _give_and_take("reciprocity_backchannels", _listening, "backchannels"),
    Family(("reciprocity_uptake",), _give_and_take_of_uptake, of_the_meeting=True, between=True),
)
