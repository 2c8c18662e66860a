"""How far a figure can be off, given how the meeting was heard.

Whatever hears makes errors of a known kind: boundaries are early or late, short speech is missed or imagined, a stretch is given
to the wrong person. How often, was measured on conversations with known truth, per way of hearing (`error_profile.json`). Here
these errors are undone at random, many times: each time gives a meeting that could have been heard like this one, and its
figures. How far these spread, times a factor that was measured too, so that 95 % of true figures lie inside, is the interval.

```
heard   Eva  |#######   #####  |      played through   |######    ###### |    |#######   ###    | …
        Baum |      ###      ##|                       |      ##       ##|    |      ### ##   ##|
```

Words go with whoever says them, and what only a probability decides is drawn by it (`metrics.wording`); the words themselves stay
as they were recognised. A meeting made by hand (`source.models == ()`) has no such doubt.

References
----------
Vovk, V. et al. (2005). Algorithmic learning in a random world (conformal intervals). `python -m benchmarks.coverage` measures the
errors and shows how often the truth lies inside.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from math import hypot, isnan, nan

import numpy as np
import pandas as pd
from numpy.random import Generator

from talkbalance.floor import Flags, Floats, Ints, Spans, States
from talkbalance.frames import MINUTES, table
from talkbalance.intervals import UNKNOWN, Interval
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import Cuts, cuts, floor_taking
from talkbalance.metrics.said import WORDLESS, Said
from talkbalance.metrics.talk import Talk, talk, talk_of
from talkbalance.metrics.timing import Values, timing
from talkbalance.metrics.wording import Worded, wording

CLASSES = (0.5, 1.0, 2.0)
"""Seconds that part the classes of length in which errors are counted: the shorter, the more of them."""
SHORTEST = 0.05
"""Seconds; what would be shorter is not there."""
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Profile:
    """What one way of hearing gets wrong, as measured on conversations with truth.

    Parameters
    ----------
    start, end
        Quantiles (0, 5, …, 100 %) of true minus heard boundary, seconds.
    drift
        Standard deviations of a whole recording's mean of both, seconds.
    false, confused
        Per class of length, how much of what was heard nobody said, and somebody else said, at the usual doubt.
    usual, grows
        That doubt (1 - confidence), and the power of it with which both grow.
    missed
        Stretches a minute that were said and not heard; `missed_inside` of them while another speaks.
    missed_length
        Quantiles of their length, seconds.
    spread
        How much the three rates (false, confused, missed) differ from recording to recording: standard deviation of their
        logarithm.
    scale
        By measure: how far the truth lies from the middle of what was played through, in units of its spread, at 2.5 and 97.5 %;
        then what is added to the spread.
    """

    start: tuple[float, ...]
    end: tuple[float, ...]
    drift: tuple[float, float]
    false: tuple[float, ...]
    confused: tuple[float, ...]
    usual: float
    grows: tuple[float, float]
    missed: float
    missed_inside: float
    missed_length: tuple[float, ...]
    spread: tuple[float, float, float]
    scale: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes that drive the width of an interval.

    Parameters
    ----------
    start, end
        Seconds.
    part
        How much of the figure's variance moves with what is said in the one of them that drives it most, 0-1.
    """

    start: float
    end: float
    part: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the figures of a meeting could be.

    Parameters
    ----------
    draws
        By measure: (runs, sides) or (runs, 1).
    scale
        As in `Profile`.
    spoken, edges
        (runs, minutes, speakers) seconds of voice in each minute of these meetings, and where the minutes begin and end.
    """

    draws: Mapping[str, Floats]
    scale: Mapping[str, tuple[float, float, float]]
    spoken: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    edges: Floats = field(default_factory=lambda: np.zeros(1))

    def interval(self, measure: str, column: int, value: float) -> Interval:
        """Return where the true figure lies; unknown where nothing was played through. The heard `value` lies inside."""
        if measure not in self.draws or isnan(value):
            return UNKNOWN
        middle, low, high = spread_of(self.draws[measure][:, column])
        if isnan(middle):
            return UNKNOWN
        below, above, more = self.scale.get(measure, (-1.0, 1.0, 0.0))
        ends = middle + below * (middle - low + more), middle + above * (high - middle + more)
        bottom, top = bounds(measure)
        return max(bottom, min(*ends, value)), min(top, max(*ends, value))

    def minutes(self, measure: str, column: int) -> tuple[Minutes, ...]:
        """Return the minutes that drive the width of an interval, neighbours as one, in order; none where none stands out.

        **Definition.** A minute drives a figure as far as the figure moves with what a speaker says in that minute: the square of
        their correlation. It stands out from a tenth on, if that many runs do not give as much by chance, and if most others do not
        stand out as well.
        """
        runs = len(self.spoken)
        if measure not in self.draws or not runs:
            return ()
        explained = _moves_with(self.draws[measure][:, column], self.spoken)
        driving = explained >= max(DRIVES, BY_CHANCE / runs)
        driving &= 2 * driving.sum() <= max(2, len(driving))
        begins = np.flatnonzero(np.diff(driving.astype(np.int8), prepend=0) > 0)
        ends = np.flatnonzero(np.diff(driving.astype(np.int8), append=0) < 0) + 1
        return tuple(
            Minutes(float(self.edges[first]), float(self.edges[last]), float(explained[first:last].max()))
            for first, last in zip(begins.tolist(), ends.tolist(), strict=True)
        )


class Exact(Heard):
    """A meeting in which nothing was misheard."""

    def interval(self, measure: str, column: int, value: float) -> Interval:
        """Return the value itself."""
        del measure, column
        return value, value


SHARES = frozenset(
    {
        *("share", "share_of_meeting", "first_ten_share", "dominated_windows", "balanced_windows"),
        *("participation_entropy", "participation_gini"),
        *("response_immediate", "response_lapse", "backchannel_coverage"),
        *("question_ratio", "open_question_share", "follow_up_share", "answered_share"),
        *("uptake", "reciprocity_questions", "reciprocity_backchannels", "reciprocity_uptake"),
    }
)
OF_THE_MEETING = frozenset(
    {
        *("turn_length_asymmetry", "balanced_windows", "participation_entropy", "participation_gini"),
        *("switch_rate", "silences", "silence_time", "longest_silence", "interruption_asymmetry"),
    }
)
SIGNED = frozenset({"response_time", "interruption_asymmetry", "uptake_similarity"})


BLOCK = 60.0
"""Seconds of a stretch that can be named as the one that drives an interval."""
DRIVES, BY_CHANCE = 0.1, 15.0
"""Part of a figure's variance from which a minute drives it, and the part, times the runs, that chance alone reaches in one of
several hundred minutes and voices in one meeting of twenty (the squared correlation times the runs is chi-squared)."""


def bounds(measure: str) -> Interval:
    """Return the least and the greatest value a measure can have; colleagues who speak at once have more than the meeting."""
    if measure in SHARES and measure != "share_of_meeting":
        return 0.0, 1.0
    return (-np.inf if measure in SIGNED else 0.0), np.inf


def spread_of(draws: Floats) -> tuple[float, float, float]:
    """Return the middle of draws and the limits of their middle 95 %, NaN where there is none."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return nan, nan, nan
    middle, low, high = np.quantile(known, [0.5, TAIL, 1 - TAIL])
    return float(middle), float(low), float(high)


def combined(measure: str, value: float, heard: Interval, observed: Interval) -> Interval:
    """Return the interval of both doubts: the distances from the value, added as independent errors are."""
    known = [limits for limits in (heard, observed) if not any(map(isnan, limits))]
    if not known:
        return UNKNOWN
    below = [max(0.0, value - low) for low, _ in known]
    above = [max(0.0, high - value) for _, high in known]
    bottom, top = bounds(measure)
    return max(bottom, value - hypot(*below)), min(top, value + hypot(*above))


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the error profiles by way of hearing."""
    file = resources.files("talkbalance").joinpath("error_profile.json")
    return {way: _profile(data) for way, data in json.loads(file.read_text(encoding="utf-8"))["ways"].items()}


def _profile(data: Mapping[str, object]) -> Profile:
    return Profile(**{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()})  # type: ignore[arg-type]


def way_of(meeting: Meeting) -> str:
    """Return the way a meeting was heard: "by hand", "channels" or "mixed"; what nobody has measured counts as mixed."""
    if not meeting.source.models:
        return "by hand"
    layout = dict(meeting.source.options).get("layout", "")
    return "channels" if layout in ("one_per_channel", "tracks") else "mixed"


def heard(meeting: Meeting, found: Talk, *, runs: int, seed: int, said: Worded | None = None) -> Heard:
    """Return what the figures of a meeting could be, given how it was heard.

    Parameters
    ----------
    found
        The same meeting as columns.
    runs
        How often its errors are undone.
    seed
        Of the chance in it.
    said
        What its words say; without it figures of words are not played through.
    """
    way = way_of(meeting)
    if way == "by hand":
        return Exact({}, {})
    profile = profiles()[way]
    edges = np.append(np.arange(0.0, meeting.length, BLOCK), meeting.length)
    drawn, spoken = [], []
    for again in _played(found.said, confidences(meeting), profile, runs=runs, seed=seed, said=said):
        drawn.append(again.values)
        spoken.append(np.diff(again.pieces.until(edges, again.pieces.speaking), axis=0))
    return Heard(_stacked(drawn), profile.scale, np.array(spoken), edges)


def confidences(meeting: Meeting) -> Floats:
    """Return (n,) how sure each utterance is: NaN where nobody says, 1 where a person checked it."""
    return np.array([nan if u.confidence is None else u.confidence for u in meeting.utterances], dtype=np.float64)


def played(columns: Said, confidence: Floats, profile: Profile, *, runs: int, seed: int) -> dict[str, Floats]:
    """Return the figures of time of meetings that could have been heard as this one.

    Parameters
    ----------
    confidence
        (n,) as `confidences` gives it.

    Returns
    -------
    dict
        By measure: (runs, sides) or (runs, 1).
    """
    return _stacked([again.values for again in _played(columns, confidence, profile, runs=runs, seed=seed)])


@dataclass(frozen=True, slots=True)
class _Played:
    """The figures of a meeting that could have been heard as this one, and when who speaks in it."""

    values: Values
    pieces: States


def _played(
    columns: Said, confidence: Floats, profile: Profile, *, runs: int, seed: int, said: Worded | None = None
) -> Iterator[_Played]:
    chance, of_words = np.random.default_rng(seed), np.random.default_rng([seed, 1])  # with words or without, times are the same
    for _ in range(runs):
        again, origin = undone(columns, confidence, profile, chance)
        found, pieces = talk_of(again), again.spans.states()
        cut = cuts(found)
        values = figures(found, pieces, cut)
        yield _Played(values if said is None else values | wording(found, cut, origin, said, values, of_words), pieces)


def _stacked(drawn: Sequence[Values]) -> dict[str, Floats]:
    return {measure: np.array([values[measure] for values in drawn]) for measure in drawn[0]} if drawn else {}


def figures(found: Talk, pieces: States | None = None, cut: Cuts | None = None) -> Values:
    """Return every figure that times alone give.

    Parameters
    ----------
    pieces, cut
        The pieces of the same talk, and the candidates in it, if they are at hand.
    """
    return timing(found, pieces) | floor_taking(found, cuts(found) if cut is None else cut)


@dataclass(frozen=True, slots=True)
class Chances:
    """Of each utterance, how likely it is that nobody said it, that somebody else did, and whether its boundaries may be off."""

    false: Floats
    confused: Floats
    unchecked: Flags


def chances(heard_: Spans, confidence: Floats, profile: Profile) -> Chances:
    """Return what may be wrong with each utterance.

    The less sure it is, the likelier an error; how likely, the profile says. What a person has checked (confidence 1) is right.
    """
    length = np.searchsorted(CLASSES, heard_.durations)
    unchecked = confidence != 1.0
    doubt = relative_doubt(confidence, profile.usual)
    false, confused = (
        np.array(rates)[length] * doubt**power * unchecked
        for rates, power in zip((profile.false, profile.confused), profile.grows, strict=True)
    )
    return Chances(false.clip(0, 0.9), confused.clip(0, 0.5), unchecked)


def relative_doubt(confidence: Floats, usual: float) -> Floats:
    """Return (n,) how much more doubt there is about each utterance than usual; as usual where no confidence is given."""
    doubt = np.where(np.isnan(confidence), usual, 1 - confidence)
    return doubt.clip(LEAST_DOUBT, 1.0) / usual


LEAST_DOUBT = 0.005
"""What a machine is at least in doubt."""


def undone(columns: Said, confidence: Floats, profile: Profile, chance: Generator) -> tuple[Said, Ints]:
    """Return a meeting that could have been heard as this one: boundaries moved, false speech gone, missed speech back.

    Returns
    -------
    Said, Ints
        The meeting, and which utterance as heard each of its utterances is; -1 for what was missed.
    """
    heard_ = columns.spans
    n, k = len(heard_), len(heard_.speakers)
    rate = np.exp(chance.normal(0.0, profile.spread))
    wrong = chances(heard_, confidence, profile)
    keep = chance.random(n) >= wrong.false * rate[0]
    flip = chance.random(n) < wrong.confused * rate[1]
    shift = chance.normal(0.0, profile.drift)
    starts = heard_.starts + wrong.unchecked * (shift[0] + _drawn(profile.start, n, chance))
    ends = heard_.ends + wrong.unchecked * (shift[1] + _drawn(profile.end, n, chance))
    who = np.where(flip, _someone_else(heard_.who, k, chance), heard_.who)
    new = _missed(heard_, profile, rate[2], chance)
    times = Spans(
        np.concatenate([starts[keep], new.starts]),
        np.concatenate([ends[keep], new.ends]),
        np.concatenate([who[keep], new.who]),
        heard_.speakers,
        heard_.duration,
        heard_.left_out,
    )
    return _tidied(columns, times, np.concatenate([np.flatnonzero(keep), np.full(len(new), -1)]))


def _drawn(quantiles: Sequence[float], n: int, chance: Generator) -> Floats:
    """Draw from a distribution given by evenly spaced quantiles."""
    drawn: Floats = np.interp(chance.random(n), np.linspace(0, 1, len(quantiles)), quantiles)
    return drawn


def _someone_else(who: Ints, k: int, chance: Generator) -> Ints:
    return (who + chance.integers(1, k, size=len(who))) % k if k > 1 else who


def _missed(heard_: Spans, profile: Profile, rate: float, chance: Generator) -> Spans:
    """Draw stretches that were said and not heard, most of them while another speaks."""
    k = len(heard_.speakers)
    n = int(chance.poisson(profile.missed * rate * heard_.duration / 60)) if k > 1 and len(heard_) else 0
    inside = chance.random(n) < profile.missed_inside
    durations = heard_.durations
    under = chance.choice(len(heard_), size=n, p=durations / durations.sum()) if n else np.zeros(0, dtype=np.intp)
    starts = np.where(inside, heard_.starts[under] + chance.random(n) * durations[under], chance.random(n) * heard_.duration)
    who = _someone_else(heard_.who[under], k, chance)
    return replace(heard_, starts=starts, ends=starts + _drawn(profile.missed_length, n, chance), who=who)


def _tidied(columns: Said, times: Spans, index: Ints) -> tuple[Said, Ints]:
    """Put spans in order, keep them inside the meeting, and let nobody overlap with themself: who speaks already goes on."""
    starts, ends = times.starts.clip(0.0, times.duration), times.ends.clip(0.0, times.duration)
    order = np.lexsort((starts, times.who))
    starts, ends, who, index = starts[order], ends[order], times.who[order], index[order]
    apart = who * (times.duration + 1.0)  # one speaker's times after another's, so that one maximum serves all
    reached = np.maximum.accumulate(np.append(-1.0, apart + ends))[:-1] - apart
    starts = np.maximum(starts, reached)
    long = np.flatnonzero(ends - starts >= SHORTEST)
    in_time = long[np.lexsort((who[long], ends[long], starts[long]))]
    spans = replace(times, starts=np.round(starts[in_time], 3), ends=np.round(ends[in_time], 3), who=who[in_time])
    origin = index[in_time]
    traits = np.concatenate([columns.traits, WORDLESS])[origin]
    return Said(spans, traits, columns.side, columns.sides), origin


WIDE = 0.2
"""Points of a share from which an interval is wide."""


def wide(measure: str, value: float, low: float, high: float, *, unit: str = "") -> bool:
    """Return whether an interval is wide.

    A share's is from 20 points on; that of what can be negative is if it holds zero; any other is if it is wider than its value,
    and one of seconds if it also spans one.

    >>> wide("share", 0.5, 0.35, 0.6), wide("interruptions", 4, 1, 9), wide("response_time", 0.3, 0.1, 0.9)
    (True, True, False)
    """
    if isnan(low) or isnan(high):
        return False
    if measure in SIGNED:
        return low < 0 < high
    if measure in SHARES:
        return high - low > WIDE
    return high - low > max(value, 1.0 if unit == "s" else 0.0)


def source_of(heard_: Interval, observed: Interval) -> str:
    """Return which of the two doubts makes an interval wide: "heard", "observed", or "" where neither is known.

    >>> source_of((0.4, 0.6), (0.45, 0.55))
    'heard'
    """
    widths = {"heard": heard_[1] - heard_[0], "observed": observed[1] - observed[0]}
    known = {name: width for name, width in widths.items() if width > 0}
    return max(known, key=lambda name: known[name]) if known else ""


def minutes(meeting: Meeting, *, runs: int = 200, seed: int = 0) -> pd.DataFrame:
    """Return which minutes of a heard meeting drive the width of each figure of time.

    **Definition.** The meeting is played through as for the intervals; see `Heard.minutes`.

    Parameters
    ----------
    runs, seed
        As in `summary`.

    Returns
    -------
    DataFrame
        `measure`, `side` ("" for the meeting), `start`, `end` (s), `part` (0-1 of the variance that moves with the minute that
        drives most). Empty for a meeting made by hand.
    """
    if not meeting.timed or not meeting.length:
        return table([], MINUTES)
    found = talk(meeting)
    known = heard(meeting, found, runs=runs, seed=seed)
    return table(
        (
            (measure, side, driving.start, driving.end, driving.part)
            for measure in known.draws
            for column, side in enumerate([""] if measure in OF_THE_MEETING else found.said.sides)
            for driving in known.minutes(measure, column)
        ),
        MINUTES,
    )


def _moves_with(draws: Floats, spoken: Floats) -> Floats:
    """Return (minutes,) how much of a figure's variance goes with each minute, whoever speaks in it."""
    known = ~np.isnan(draws)
    away, by = draws[known] - draws[known].mean() if known.any() else draws[known], spoken[known]
    by = by - by.mean(axis=0) if len(by) else by
    both = np.einsum("r,rms->ms", away, by) ** 2
    single = np.einsum("r,r->", away, away) * np.einsum("rms,rms->ms", by, by)
    explained: Floats = np.divide(both, single, out=np.zeros_like(both), where=single > 1e-12).max(axis=1)
    return explained
