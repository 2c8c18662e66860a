"""The moments a figure stands on: for every measure and side when it happened, who spoke, what was said, and how sure that is.

A moment is known by its kind, its speaker and its start in milliseconds, whatever the thresholds by which it was found.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.floor import states
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Utterance, clock, times_of
from talkbalance.metrics.interruptions import LIKELY as THRESHOLD
from talkbalance.metrics.interruptions import MIN_OVERLAP, Rule, interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.talk import talk
from talkbalance.metrics.timing import DOMINATED, FIRST, LISTENED, LONG, STEP, WINDOW
from talkbalance.metrics.turntaking import SILENCE, require_ends, responses, stretches, transitions, turns
from talkbalance.metrics.uptake import markers, uptake
from talkbalance.views.evidence import events
from talkbalance.views.explain import notes
from talkbalance.views.figures import shorten
from talkbalance.views.writing import number, one_line, percent, question_kinds, side_name

QUOTE = 220
"""Characters of what was said at a moment."""
BEFORE_AFTER = 12
"""Words of what was said before and after an answer began."""

Key = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that can be listened to.

    Parameters
    ----------
    measure
        Its kind, by the name of the measure that counts it: "interruptions", "questions", "turns", …
    speaker
        Who did it; of a silence nobody, of a window or a stretch the side.
    start, end
        Seconds; NaN without times.
    said
        Who said what, the words of each in one line.
    notes
        What else is known.
    confidence
        The probability that it is what it is called; NaN where nothing is in doubt but the hearing.
    to
        The other one, where there is one.
    kind
        Of an interruption: taken or failed.
    """

    measure: str
    speaker: str
    start: float
    end: float
    said: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    confidence: float = nan
    to: str = ""
    kind: str = ""

    @property
    def key(self) -> Key:
        """What the moment is known by: kind, speaker, start in milliseconds (None without times)."""
        return self.measure, self.speaker, None if isnan(self.start) else round(1000 * self.start)

    @property
    def timed(self) -> bool:
        """Whether there is something to play."""
        return not isnan(self.start)


class Moments:
    """The moments of a meeting; each table is made when it is first asked for."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting

    @cached_property
    def likely(self) -> pd.DataFrame:
        """The interruptions the figures count."""
        return interruptions(self.meeting)

    @cached_property
    def by_timing(self) -> pd.DataFrame:
        """The interruptions and attempts by the rule of timing."""
        return interruptions(self.meeting, rule="floor_taking")

    @cached_property
    def asked(self) -> pd.DataFrame:
        """The questions."""
        return questions(self.meeting)

    @cached_property
    def signals(self) -> pd.DataFrame:
        """The listener signals."""
        return backchannels(self.meeting)

    @cached_property
    def turns(self) -> pd.DataFrame:
        """The turns."""
        return turns(self.meeting)

    @cached_property
    def answers(self) -> pd.DataFrame:
        """The answering turns with what they take up."""
        return uptake(self.meeting, meaning=False)

    @cached_property
    def markers(self) -> pd.DataFrame:
        """The quotes."""
        return markers(self.meeting)

    @cached_property
    def responses(self) -> pd.DataFrame:
        """The changes of the floor with the last words before and the first words after, in `before` and `after`."""
        require_ends(self.meeting)
        found = responses(self.meeting)
        said = self.turns["text"].tolist()
        return found.assign(before=said[:-1] if said else [], after=said[1:])

    @cached_property
    def windows(self) -> pd.DataFrame:
        """The balance over time."""
        return speaking_time(self.meeting, window=WINDOW, step=STEP)

    def behind(self, measure: str, side: str = "") -> tuple[Moment, ...]:
        """Return the moments a figure of the summary stands on, those that matter most first where that can be said.

        Parameters
        ----------
        measure
            A name of the summary.
        side
            "" for all sides.

        Raises
        ------
        Unavailable
            Where the meeting cannot tell.
        """
        return tuple(BEHIND[measure](self, side))

    def counted(self, rule: Rule, min_overlap: float = MIN_OVERLAP, threshold: float = THRESHOLD) -> pd.DataFrame:
        """Return the interruptions by any rule."""
        return interruptions(self.meeting, rule=rule, min_overlap=min_overlap, threshold=threshold)

    def cuts(self, found: pd.DataFrame) -> Iterator[Moment]:
        """Yield interruptions with their words."""
        for event in events(self.meeting, found):
            said = tuple((quote.speaker, quote.marked) for quote in event.quotes if quote.worded)
            what = (text(f"explain.{event.kind}"), *notes(event))
            span = event.start, max(event.start, event.end)
            yield Moment("interruptions", event.interrupter, *span, said, what, event.confidence, event.interrupted, event.kind)

    def questions(self, found: pd.DataFrame) -> Iterator[Moment]:
        """Yield questions."""
        for row in records(found):
            said = ((row["speaker"], shorten(one_line(row["text"]), QUOTE)),)
            yield Moment("questions", row["speaker"], *_span(row), said, tuple(question_kinds(row)), row["confidence"])

    def spoken(self, found: pd.DataFrame) -> Iterator[Moment]:
        """Yield turns, with how long each is."""
        for row in records(found):
            said = ((row["speaker"], shorten(one_line(row["text"]), QUOTE)),) if row["text"] else ()
            length = () if row["duration"] is None else (seconds(row["duration"]),)
            yield Moment("turns", row["speaker"], *_span(row), said, length)

    def between(self, start: float, end: float, side: str = "") -> tuple[Moment, ...]:
        """Return the turns that touch a stretch of time."""
        found = of_side(self.turns, side)
        return tuple(self.spoken(found[(found["end"] > start) & (found["start"] < end)]))

    def passed(self, found: pd.DataFrame) -> Iterator[Moment]:
        """Yield response times, with the last words before and the first words after."""
        for row in records(found):
            said = (row["speaker_from"], _last_words(row["before"])), (row["speaker_to"], _first_words(row["after"]))
            span = sorted((row["start"], row["end"]))
            note = (seconds(row["offset"]),)
            yield Moment("response_time", row["speaker_to"], span[0], span[1], said, note, to=row["speaker_from"])

    def longest(self, side: str = "", *, least: float = 0.0, until: float = np.inf) -> Iterator[Moment]:
        """Yield the stretches in which one side holds the floor, the longest first, with how they begin."""
        require_ends(self.meeting)
        found = talk(self.meeting)
        starts, ends, sides = stretches(found)
        for i in np.argsort(starts - ends, kind="stable").tolist():
            whose, span = found.said.sides[sides[i]], (float(starts[i]), float(ends[i]))
            if (side and whose != side) or span[1] - span[0] < least or span[0] >= until:
                continue
            yield Moment("longest_stretch", whose, *span, self._begins(whose, *span), (clock(span[1] - span[0]),))

    def _begins(self, side: str, start: float, end: float) -> tuple[tuple[str, str], ...]:
        of = self.meeting.side_of
        own = [one for one in self.heard(start, end) if one.text and of(one.speaker) == side]
        return ((own[0].speaker, shorten(one_line(" ".join(one.text for one in own)), QUOTE)),) if own else ()

    def heard(self, start: float, end: float) -> list[Utterance]:
        """Return what begins in a stretch of time."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return list(self.meeting.utterances[first:last])

    @cached_property
    def _starts(self) -> list[float]:
        return [times_of(one)[0] for one in self.meeting.utterances]


def of_side(found: pd.DataFrame, side: str, column: str = "side") -> pd.DataFrame:
    """Return the rows of a side; of all sides for ""."""
    return found[found[column] == side] if side else found


def seconds(value: float) -> str:
    """Write a short time in seconds with tenths, a long one as a clock."""
    return clock(value) if value >= 60 else f"{number(value, 1)}\u00a0s"


def _last_words(said: str) -> str:
    spoken = one_line(said).split()
    return " ".join(["…"] * (len(spoken) > BEFORE_AFTER) + spoken[-BEFORE_AFTER:])


def _first_words(said: str) -> str:
    spoken = one_line(said).split()
    return " ".join(spoken[:BEFORE_AFTER] + ["…"] * (len(spoken) > BEFORE_AFTER))


def _span(row: Mapping[str, Any]) -> tuple[float, float]:
    return (nan, nan) if row["start"] is None else (row["start"], row["end"])


ORDERS: Mapping[str, str] = {
    **dict.fromkeys(("speaking_time", "share", "share_of_meeting", "solo_time", "turns", "turn_length"), "longest"),
    **dict.fromkeys(("turn_length_asymmetry", "participation_entropy", "participation_gini", "first_ten_share"), "longest"),
    **dict.fromkeys(("overlap_time", "longest_stretch", "long_stretch_time", "first_ten_longest"), "longest"),
    **dict.fromkeys(("silences", "silence_time", "longest_silence"), "longest"),
    **dict.fromkeys(("response_time", "response_immediate", "response_lapse"), "slowest"),
    **dict.fromkeys(("uptake", "uptake_similarity", "reciprocity_uptake"), "most_taken"),
    "answered_share": "unanswered",
    "backchannel_coverage": "unheard",
}
"""By measure which moments come first; those of others are in order of time."""

Behind = Callable[[Moments, str], Iterable[Moment]]


def _across(found: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return what one side did to another: colleagues who talk into one another are not counted."""
    return of_side(found[found["interrupter_side"] != found["interrupted_side"]], side, "interrupter_side")


def _likely(known: Moments, side: str, *, resumed: bool = False) -> Iterator[Moment]:
    if not any(utterance.text for utterance in known.meeting.utterances):
        raise Unavailable("unavailable.no_words_unfinished")
    found = _across(known.likely, side)
    found = found[found["kind"] == "taken"]
    return known.cuts(found[found["resumed"].fillna(value=False).astype(bool)] if resumed else found)


def _timing(known: Moments, side: str, *, kind: str) -> Iterator[Moment]:
    found = _across(known.by_timing, side)
    return known.cuts(found[found["kind"] == kind])


def _questions(known: Moments, side: str, *, column: str = "") -> Iterator[Moment]:
    found = of_side(known.asked, side)
    found = found[found["kind"] != "tag"]
    return known.questions(found[found[column].fillna(value=False).astype(bool)] if column else found)


def _answered(known: Moments, side: str) -> Iterator[Moment]:
    """Yield the questions of which it is known whether they were answered, those that were not first."""
    found = of_side(known.asked, side)
    found = found[(found["kind"] != "tag") & found["answered"].notna()]
    return known.questions(found.sort_values("answered", kind="stable"))


def _signals(known: Moments, side: str) -> Iterator[Moment]:
    for row in records(of_side(known.signals, side)):
        said = ((row["speaker"], one_line(row["text"])),) if row["text"] else ()
        yield Moment("backchannels", row["speaker"], *_span(row), said, (), row["confidence"], row["to"])


def _coverage(known: Moments, side: str) -> Iterator[Moment]:
    """Yield the longer turns of the others, those without a listener signal first."""
    found, given = known.turns, of_side(known.signals, side)
    found = found[(found["duration"] >= LISTENED) & (found["side"] != side)]
    got = [_signals_in(given, row) for row in records(found)]
    found = found.assign(got=got).sort_values("got", kind="stable")
    for moment, n in zip(known.spoken(found), found["got"].tolist(), strict=True):
        note = text("explain.signals", n=n) if n else text("explain.no_signal")
        yield Moment(moment.measure, moment.speaker, moment.start, moment.end, moment.said, (*moment.notes, note))


def _signals_in(given: pd.DataFrame, turn: Mapping[str, Any]) -> int:
    return int((given["start"].between(turn["start"], turn["end"]) & (given["side"] != turn["side"])).sum())


def _turns(known: Moments, side: str, *, until: float = np.inf) -> Iterator[Moment]:
    """Yield the turns, the longest first: they are what makes a share."""
    found = of_side(known.turns, side)
    found = found[~(found["start"] >= until)]
    return known.spoken(found.sort_values("duration", ascending=False, kind="stable"))


def _responses(known: Moments, side: str, *, kind: str = "") -> Iterator[Moment]:
    """Yield the answers to another side, the slowest first."""
    found = known.responses
    found = of_side(found[found["side_from"] != found["side_to"]], side, "side_to")
    found = found[found["kind"] == kind] if kind else found
    return known.passed(found.sort_values("offset", ascending=False, kind="stable"))


def _changes(known: Moments, _: str) -> Iterator[Moment]:
    return known.passed(known.responses)


def _overlaps(known: Moments, side: str) -> Iterator[Moment]:
    """Yield the stretches in which more than one speaks, the longest first."""
    found = transitions(known.meeting)
    found = found[found["kind"].isin(("between_overlap", "within_overlap"))]
    of = known.meeting.side_of
    for row in records(found.sort_values("duration", ascending=False, kind="stable")):
        if not side or side in (of(row["speaker_from"]), of(row["speaker_to"])):
            note = (seconds(row["duration"]),)
            yield Moment("overlap_time", row["speaker_to"], *_span(row), (), note, to=row["speaker_from"])


def _silences(known: Moments, _: str) -> Iterator[Moment]:
    require_ends(known.meeting)
    pieces = states(known.meeting)
    spoken = np.flatnonzero(pieces.how_many)
    inner = slice(spoken[0], spoken[-1]) if len(spoken) else slice(0)
    quiet = (pieces.how_many[inner] == 0) & (pieces.durations[inner] > SILENCE)
    spans = zip(pieces.starts[inner][quiet].tolist(), pieces.ends[inner][quiet].tolist(), strict=True)
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        yield Moment("silences", "", start, end, (), (seconds(end - start),))


def _windows(known: Moments, side: str, *, balanced: bool = False) -> Iterator[Moment]:
    found = known.windows
    highest = found.groupby("start")["share"].transform("max")
    chosen = found[(highest <= DOMINATED) & (found["share"] == highest)] if balanced else found[found["share"] > DOMINATED]
    for row in records(of_side(chosen, side)):
        note = f"{side_name(row['side'])} {percent(row['share'])}"
        yield Moment("dominated_windows", row["side"], row["start"], row["end"], (), (note,))


def _uptake(known: Moments, side: str) -> Iterator[Moment]:
    """Yield the answering turns, those that take up most first."""
    found = of_side(known.answers, side).sort_values("uptake", ascending=False, kind="stable")
    for row in records(found):
        said = ((row["speaker"], shorten(one_line(row["text"]), QUOTE)),)
        told = (percent(row["uptake"]),) if row["uptake"] is not None else ()
        yield Moment("uptake", row["speaker"], *_span(row), said, (*told, *filter(None, (one_line(row["words"]),))))


def _marked(known: Moments, side: str, *, kind: str, measure: str) -> Iterator[Moment]:
    found = of_side(known.markers, side)
    for row in records(found[found["kind"] == kind]):
        yield Moment(measure, row["speaker"], *_span(row), ((row["speaker"], shorten(one_line(row["text"]), QUOTE)),))


def _stretches(known: Moments, side: str, *, least: float = 0.0, until: float = np.inf) -> Iterator[Moment]:
    return known.longest(side, least=least, until=until)


BEHIND: Mapping[str, Behind] = {
    **dict.fromkeys(("speaking_time", "share", "share_of_meeting", "solo_time", "turns", "turn_length"), _turns),
    **dict.fromkeys(("turn_length_asymmetry", "participation_entropy", "participation_gini"), _turns),
    "overlap_time": _overlaps,
    "longest_stretch": _stretches,
    "long_stretch_time": partial(_stretches, least=LONG),
    "first_ten_longest": partial(_stretches, until=FIRST),
    "first_ten_share": partial(_turns, until=FIRST),
    "dominated_windows": _windows,
    "balanced_windows": partial(_windows, balanced=True),
    "response_time": _responses,
    "response_immediate": partial(_responses, kind="immediate"),
    "response_lapse": partial(_responses, kind="lapse"),
    "switch_rate": _changes,
    **dict.fromkeys(("silences", "silence_time", "longest_silence"), _silences),
    **dict.fromkeys(("backchannels", "backchannel_rate", "reciprocity_backchannels"), _signals),
    "backchannel_coverage": _coverage,
    **dict.fromkeys(("interruptions", "interruption_rate", "interruption_asymmetry"), _likely),
    "interruptions_resumed": partial(_likely, resumed=True),
    "interruptions_floor_taking": partial(_timing, kind="taken"),
    "interruptions_failed": partial(_timing, kind="failed"),
    **dict.fromkeys(("questions", "question_rate", "question_ratio", "reciprocity_questions"), _questions),
    "open_question_share": partial(_questions, column="open"),
    "why_questions": partial(_questions, column="why"),
    "follow_up_share": partial(_questions, column="follow_up"),
    "answered_share": _answered,
    **dict.fromkeys(("uptake", "uptake_similarity", "reciprocity_uptake"), _uptake),
    "callback_rate": partial(_marked, kind="callback", measure="callback_rate"),
    **dict.fromkeys(("reflections", "reflection_question_ratio"), partial(_marked, kind="reflection", measure="reflections")),
    "dismissals": partial(_marked, kind="dismissal", measure="dismissals"),
    "pitch_runs": partial(_marked, kind="pitch", measure="pitch_runs"),
}
"""By measure what finds its moments."""
