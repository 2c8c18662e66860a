"""What hearing gets wrong, and whether the intervals hold: `python -m benchmarks.coverage`.

Conversations with exact truth (`benchmarks.simulated` makes and hears them) are compared with what was heard of them. From the
differences the error profile is made; then every true figure is looked for in its interval. Nothing is judged by itself: the
profile for a conversation comes only from conversations in which neither of its two voices speaks.

`python -m benchmarks.coverage --write` also writes the profile of all conversations to `talkbalance/error_profile.json`.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import chain, combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment, minimize_scalar
from scipy.stats import binomtest
from scipy.stats import f as f_distribution

from benchmarks.shared import ROOT, data, publish, table
from benchmarks.simulated import HEARD, PEOPLE, WAYS, Conversation, conversations
from benchmarks.spans import read_rttm, write_rttm
from talkbalance.floor import Floats, overlap
from talkbalance.intervals import LEVEL
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, tidy
from talkbalance.metrics.said import said
from talkbalance.metrics.talk import talk_of
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import Span
from talkbalance.uncertainty import (
    CLASSES,
    LEAST_DOUBT,
    TAIL,
    Heard,
    Profile,
    confidences,
    figures,
    played,
    profiles,
    relative_doubt,
    spread_of,
)

TARGET = ROOT / "talkbalance" / "error_profile.json"
RUNS = 100
NEAR = 0.5
"""Seconds within which a heard and a true boundary are the same one."""
QUANTILES = np.linspace(0, 100, 21)


def meeting_of(spans: Sequence[Span], people: Sequence[str], duration: float) -> Meeting:
    """Return spans as a meeting without words."""
    cut = (Utterance(s.start, min(s.end, duration), s.speaker, confidence=s.confidence) for s in spans if s.start < duration)
    source = Source(times="utterance", overlap_observable=True)
    return Meeting(tuple(Speaker(name) for name in people), tidy(cut).utterances, duration, language="de", source=source)


def pair(conversation: Conversation) -> tuple[Meeting, Meeting]:
    """Return what was heard and what was true, the heard voices named after the people they overlap with most."""
    people = conversation.names
    voices = sorted({span.speaker for span in conversation.heard})
    together = np.array([[_together(conversation, voice, person) for person in people] for voice in voices])
    names = {voices[i]: people[j] for i, j in zip(*linear_sum_assignment(-together), strict=True)} if voices else {}
    names |= {voice: people[int(together[i].argmax())] for i, voice in enumerate(voices) if voice not in names}
    named = tuple(replace(span, speaker=names[span.speaker]) for span in conversation.heard)
    return tuple(meeting_of(spans, people, conversation.duration) for spans in (named, conversation.truth))  # type: ignore[return-value]


def _together(conversation: Conversation, voice: str, person: str) -> float:
    return sum(
        overlap(h.start, h.end, t.start, t.end)
        for h in conversation.heard
        if h.speaker == voice
        for t in conversation.truth
        if t.speaker == person
    )


class Errors:
    """What was heard wrongly in one conversation."""

    def __init__(self, heard: Meeting, truth: Meeting) -> None:
        self.start: list[float] = []
        self.end: list[float] = []
        self.missed: list[float] = []
        self.inside = 0
        self.minutes = truth.length / 60
        self.doubts: list[tuple[int, float, bool, bool]] = []  # class of length, confidence, false, confused
        true = [(u.start or 0.0, u.end or 0.0, u.speaker) for u in truth.utterances]
        got = [(u.start or 0.0, u.end or 0.0, u.speaker) for u in heard.utterances]
        for (start, end, speaker), sure in zip(got, confidences(heard).tolist(), strict=True):
            self._judge(start, end, speaker, true, sure)
        for start, end, speaker in true:
            if not any(overlap(start, end, s, e) > 0 for s, e, who in got if who == speaker):
                self.missed.append(end - start)
                self.inside += any(overlap(start, end, s, e) > 0 for s, e, who in true if who != speaker)

    def _judge(self, start: float, end: float, speaker: str, true: Sequence[tuple[float, float, str]], sure: float) -> None:
        size = int(np.searchsorted(CLASSES, end - start))
        own = [(s, e) for s, e, who in true if who == speaker and overlap(start, end, s, e) > 0]
        if not own:
            others = sum(overlap(start, end, s, e) for s, e, who in true if who != speaker)
            other = others > (end - start) / 2
            self.doubts.append((size, sure, not other, other))
            return
        self.doubts.append((size, sure, False, False))
        first = min(own, key=lambda span: abs(span[0] - start))[0]
        last = min(own, key=lambda span: abs(span[1] - end))[1]
        if abs(first - start) <= NEAR:
            self.start.append(first - start)
        if abs(last - end) <= NEAR:
            self.end.append(last - end)


def fit(errors: Sequence[Errors]) -> Profile:
    """Return the profile of conversations, without scales."""
    starts, ends, missed = (
        np.array(list(chain.from_iterable(getattr(e, name) for e in errors))) for name in ("start", "end", "missed")
    )
    minutes = sum(e.minutes for e in errors)
    known = np.array([row for e in errors for row in e.doubts])
    usual = float(np.exp(np.log((1 - known[:, 1]).clip(LEAST_DOUBT)).mean()))
    false, confused = (_rates(errors, kind, usual) for kind in (2, 3))
    rates = np.array([float(len(e.missed)) for e in errors])
    return Profile(
        start=_quantiles(starts),
        end=_quantiles(ends),
        drift=(_drift([e.start for e in errors]), _drift([e.end for e in errors])),
        false=false.by_length,
        confused=confused.by_length,
        usual=round(usual, 4),
        grows=(false.grows, confused.grows),
        missed=round(len(missed) / minutes, 3),
        missed_inside=round(sum(e.inside for e in errors) / max(1, len(missed)), 3),
        missed_length=_quantiles(missed if len(missed) else np.zeros(1)),
        spread=(false.spread, confused.spread, _spread(rates, np.full(len(rates), rates.mean()))),
        scale={},
    )


@dataclass(frozen=True)
class Rates:
    """How often an error happens, by class of length, how it grows with doubt, and how it differs between conversations."""

    by_length: tuple[float, ...]
    grows: float
    spread: float


def _rates(errors: Sequence[Errors], kind: int, usual: float) -> Rates:
    """Fit how often an error happens, by Poisson likelihood."""
    known = np.array([row for e in errors for row in e.doubts])
    whose = np.concatenate([np.full(len(e.doubts), i) for i, e in enumerate(errors)])
    size, doubt, wrong = known[:, 0].astype(int), relative_doubt(known[:, 1], usual), known[:, kind]
    classes = len(CLASSES) + 1
    totals = np.bincount(size, wrong, minlength=classes)
    if not totals.sum():
        return Rates((0.0,) * classes, 0.0, 0.0)

    def expected(power: float) -> Floats:
        weight = doubt**power
        level = totals / np.bincount(size, weight, minlength=classes).clip(1e-9)
        found: Floats = level[size] * weight
        return found

    def unlikely(power: float) -> float:
        given = expected(power).clip(1e-12)
        return float((given - wrong * np.log(given)).sum())

    power = round(float(minimize_scalar(unlikely, bounds=(0.0, 4.0), method="bounded").x), 2)
    level = totals / np.bincount(size, doubt**power, minlength=classes).clip(1e-9)
    found, given = (np.bincount(whose, values, minlength=len(errors)).astype(np.float64) for values in (wrong, expected(power)))
    return Rates(tuple(level.round(4).tolist()), power, _spread(found, given))


def _spread(found: Floats, expected: Floats) -> float:
    """Return the standard deviation of the logarithm of a rate, beyond what counting makes of it."""
    if not expected.sum():
        return 0.0
    extra = float((((found - expected) ** 2) - expected).sum() / (expected**2).sum())
    return round(float(np.sqrt(np.log1p(max(0.0, extra)))), 3)


def _quantiles(values: Floats) -> tuple[float, ...]:
    return tuple(np.percentile(values, QUANTILES).round(3).tolist())


def _drift(values: Sequence[Sequence[float]]) -> float:
    """Return how much the mean differs between conversations beyond what chance makes of single ones."""
    means = np.array([np.mean(own) for own in values if own])
    noise = np.mean([np.var(own) / len(own) for own in values if own])
    return round(float(np.sqrt(max(0.0, means.var() - noise))), 4)


@dataclass(frozen=True)
class Case:
    """What was played through of one conversation, and what is true."""

    people: tuple[str, ...]
    draws: dict[str, Floats]
    value: dict[str, Floats]
    truth: dict[str, Floats]

    def whose(self, measure: str, column: int) -> str:
        """Return whose voice a figure stands on: a person's, or everybody's for a figure of the meeting."""
        return self.people[column] if len(self.truth[measure]) > 1 else " ".join(self.people)


def case(conversation: Conversation, profile: Profile, *, seed: int = 0) -> Case:
    """Play one conversation through."""
    heard, truth = pair(conversation)
    columns = said(heard)
    draws = played(columns, confidences(heard), profile, runs=RUNS, seed=seed)
    people = tuple(name.removeprefix("emodb")[:2] for name in conversation.names)  # a voice at any speed is its person's
    return Case(people, draws, figures(talk_of(columns)), figures(talk_of(said(truth))))


def scales(cases: Sequence[Case]) -> dict[str, tuple[float, float, float]]:
    """Return how far the truth lies from the middle of what was played through, by measure."""
    found = {}
    for measure in cases[0].draws:
        known = [(number, whose, row) for number, one in enumerate(cases) for whose, row in _deviations(one, measure)]
        if known:
            conversation, voice, rows = zip(*known, strict=True)
            found[measure] = _scale(np.array(rows), (np.array(conversation), np.array(voice)))
    return found


def _deviations(one: Case, measure: str) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Yield whose figure it is, and truth less middle with both halves of the spread, of each side."""
    for column, truth in enumerate(one.truth[measure]):
        middle, low, high = spread_of(one.draws[measure][:, column])
        if not np.isnan(truth + middle):
            yield one.whose(measure, column), (truth - middle, middle - low, high - middle)


def _scale(rows: Floats, groups: Sequence[NDArray[Any]]) -> tuple[float, float, float]:
    """Return the limits of the deviations in units of the spread; where there is little spread, something is added to it."""
    away, below, above = rows.T
    more = float(np.quantile(np.abs(away), 0.5)) * 0.5
    unit = np.where(away < 0, below, above) + more
    score = np.divide(away, unit, out=np.zeros_like(away), where=unit > 0)
    n, independent = len(score), min(_independent(score, group) for group in groups)
    # conformal: as many values as may lie outside, of one more than there are; those that are alike count as one
    beyond = int(np.floor((independent + 1) * TAIL) / independent * n)
    ordered = np.sort(score)
    low, high = float(ordered[max(0, beyond - 1)]), float(ordered[min(n - 1, n - max(1, beyond))])
    return round(min(low, -0.05), 3), round(max(high, 0.05), 3), round(more, 4)


def _independent(score: Floats, group: NDArray[Any]) -> float:
    """Return how many independent values these are worth, given how alike those of one group are (Kish's design effect).

    Where groups do not differ beyond chance (F test), all are.
    """
    _, of = np.unique(group, return_inverse=True)
    size = np.bincount(of).astype(np.float64)
    n, k = len(score), len(size)
    if k < 2 or k == n:
        return float(n)
    mean = np.bincount(of, score) / size
    between = float((size * (mean - score.mean()) ** 2).sum()) / (k - 1)
    within = float(((score - mean[of]) ** 2).sum()) / (n - k)
    if between <= within * float(f_distribution.ppf(1 - CHANCE, k - 1, n - k)):
        return float(n)
    usual = (n - float((size**2).sum()) / n) / (k - 1)
    alike = (between - within) / (between + (usual - 1) * within)
    return n / (1 + (n / k - 1) * alike)


CHANCE = 0.05
"""How often groups that do not differ are taken to differ."""


def inside(one: Case, measure: str, scale: Mapping[str, tuple[float, float, float]]) -> tuple[bool, float] | None:
    """Return whether the truth lies in the interval, and how wide that is; of the first side, since the other often mirrors it."""
    truth, value = float(one.truth[measure][0]), float(one.value[measure][0])
    low, high = Heard(one.draws, scale).interval(measure, 0, value)
    return None if np.isnan(low + truth) else (low - 1e-6 <= truth <= high + 1e-6, high - low)


def held_out(way: str) -> dict[str, list[tuple[bool, float]]]:
    """Look for every true figure in its interval, with a profile made from other voices."""
    known = list(conversations(way))
    errors = {c.name: Errors(*pair(c)) for c in known}
    results: dict[str, list[tuple[bool, float]]] = {}
    for people in combinations(PEOPLE, 2):
        others = [c for c in known if not c.people & set(people)]
        profile = fit([errors[c.name] for c in others])
        scale = scales([case(c, profile) for c in others])
        for conversation in (c for c in known if c.people == set(people)):
            judged = case(conversation, profile)
            for measure in judged.draws:
                if (found := inside(judged, measure, scale)) is not None:
                    results.setdefault(measure, []).append(found)
    return results


def profile_of(way: str) -> Profile:
    """Return the profile of all conversations."""
    known = list(conversations(way))
    profile = fit([Errors(*pair(c)) for c in known])
    return replace(profile, scale=scales([case(c, profile) for c in known]))


def rows_of(way: str) -> list[tuple[object, ...]]:
    """Return a line per measure."""
    rows: list[tuple[object, ...]] = []
    for measure, found in held_out(way).items():
        hits, n = sum(hit for hit, _ in found), len(found)
        chance = binomtest(hits, n).proportion_ci(method="exact")
        holds = "yes" if chance.low <= LEVEL <= chance.high else "no"
        rows.append(
            (way, measure, n, hits / n, f"{chance.low:.3f}-{chance.high:.3f}", holds, float(np.median([w for _, w in found])))
        )
    return rows


RECORDINGS = {
    "mixed": (
        "ami/*.flac",
        "german_therapy/*.flac",
        "simulated/*.mono.flac",
        "pyannote_sample/*.flac",
        "picovoice/leopard_3spk.flac",
    ),
    "channels": ("german_therapy/AusschnittTherapieDJIMic2.flac", "simulated/*.stereo.flac"),
}


def real(way: str) -> Iterator[tuple[str, Conversation]]:
    """Yield the recordings with truth, none of which has a part in the profile; what was heard of them is kept."""
    from talkbalance.speech.channels import Channels
    from talkbalance.speech.overlap import Overlap

    for path in sorted(path for pattern in RECORDINGS[way] for path in data("recordings").glob(pattern)):
        name = path.name.split(".")[0]
        kept = HEARD / "recordings" / f"{path.stem}.{way}.rttm"
        with open_recording(path) as recording:
            duration = recording.duration
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                heard = Overlap().diarize(recording.mix) if way == "mixed" else Channels().diarize(recording.channels)
                write_rttm(kept, heard)
        yield path.name, Conversation(name, ("", ""), duration, read_rttm(path.with_name(f"{name}.rttm")), read_rttm(kept))


def recording_rows(way: str) -> Iterator[tuple[object, ...]]:
    """Yield a line per recording and measure: the share of whoever spoke most, and the time two spoke at once."""
    profile = profiles()[way]
    for name, conversation in real(way):
        judged = case(conversation, profile)
        most = int(np.argmax(judged.truth["speaking_time"]))
        known = Heard(judged.draws, profile.scale)
        for measure in ("share", "overlap_time", "response_time", "turns"):
            truth, value = float(judged.truth[measure][most]), float(judged.value[measure][most])
            low, high = known.interval(measure, most, value)
            if not np.isnan(truth + low):
                yield way, name, measure, value, truth, low, high, "yes" if low <= truth <= high else "no"


TRIED = (
    "With a channel each, of the time two talk at once too little is heard: .5 s on average, .8 s where person 08 speaks, "
    "whose soft beginnings and pauses are taken for silence. Profiles made without that voice do not know it: the true overlap "
    "lies inside in .88 of the 101 conversations with it, in .95 of the 99 others. In mixed sound 2.6 s too much are heard (6.2 s "
    "before an overlap ended at half of its highest probability; the interval was 12.7 s wide).\n\n"
    "The rest of this section was measured before silences were cut out. "
    "Errors go with voices. Of the six pairs of people, one (03 and 11) is heard worse than all others: counted over it "
    "alone, turns lay inside in .68, and with a channel each its speaking times come out 3.8 s long on average, those of "
    "the others 2.3 to 3.3 s. And both sides of a conversation are alike (correlation .98 for turns). So the figures that "
    "limits are taken from are worth fewer independent ones than there are. What was tried, for turns (mixed), speaking "
    "time (channels), and the width of a share (mixed):\n\n"
    "- every figure counted as independent, as before: .910, .915, .401;\n"
    "- one side of each conversation: .945, .895, .435;\n"
    "- each conversation once, by the worse of its sides: .945, .955, .491, and more figures above .95;\n"
    "- as many as are independent, given how alike those of one pair of people are: .935, .930, .401; those of one "
    "conversation: .945, .915, .401; those of one conversation or one person, whichever leaves fewer: .945, .955, .403, and "
    "speaking time mixed .985; the same, where they are alike beyond chance (F test at .05): .945, .930, .401. This is "
    "used.\n\n"
    "These ways were compared on these very conversations, so what is used may do a little worse on other voices. What "
    "still lies inside too often hardly varies, or is a count of few."
)


def main() -> None:
    """Print and write the table; with `--write` the profile too."""
    if "--write" in sys.argv:
        data = {"source": SOURCE, "talkbalance": version("talkbalance"), "ways": {way: asdict(profile_of(way)) for way in WAYS}}
        TARGET.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    rows = [row for way in WAYS for row in rows_of(way)]
    outside = [row for way in WAYS for row in recording_rows(way)]
    hits = sum(row[-1] == "yes" for row in outside)
    chance = binomtest(hits, len(outside)).proportion_ci(method="exact")
    publish(
        "coverage",
        "# Do the intervals hold?",
        "How often the true figure of a conversation lies in `low_heard` to `high_heard`, of 95 promised. `python -m"
        " benchmarks.coverage`; conversations made and heard by `python -m benchmarks.simulated 240`.",
        "## Simulated conversations, voices left out\n\nThe profile for each conversation comes only from conversations in which"
        " neither of its two people speaks, at any speed. Of each conversation the first side counts, since the other often mirrors"
        " it. Figures that are the same in nearly every conversation of two minutes (no silence, no lapse, no stretch of a minute)"
        " are right nearly always, and so above .95.",
        table(COLUMNS, rows),
        "### Why some did not hold\n\n" + TRIED,
        "## Recordings, all of them left out\n\nThe shipped profile was made without any of them. The labels of the German talk lie"
        " a few tenths of a second early and leave out listener signals; 30 s of AMI are little to tell three people apart.",
        table(("heard", "recording", "measure", "heard value", "true", "low", "high", "inside"), outside),
        f"Inside: {hits} of {len(outside)} (95 % of that: {chance.low:.2f}-{chance.high:.2f}).",
    )


SOURCE = "measured by benchmarks/coverage.py on conversations of real voices with exact truth"
COLUMNS = ("heard", "measure", "figures", "inside", "95 % of that", "holds .95", "median width")


if __name__ == "__main__":
    main()
