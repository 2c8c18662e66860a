"""A reference and a hypothesis of the same meeting: how far apart they are, on the figures that matter.

```
reference   Eva  |########    ##|        hypothesis   S2  |######  ## ##|
            Baum |     #######  |                     S1  |     ###  #  |
DER         |      mm     fm   |         m missed, f false, c given to the wrong one
```

Voices are matched one to one, so that they share as much time as possible, and take their names and sides from the reference;
without times they are matched by name. Every duration is exact, summed over the pieces in which nobody starts or stops
(`floor`), not counted in frames. Then come the figures of the summary, both as they are computed from each: an interruption
that was lost because an overlap was not heard shows up there, whatever the diarization error says.

References
----------
NIST (2009). The RT-09 evaluation plan, on the diarization error. Neumann et al. (2023). MeetEval, on word errors per speaker.
Mesaros et al. (2016). Metrics for polyphonic sound event detection, on events. Cohen (1960), on kappa.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import inf, isnan, nan
from typing import TypeVar

import numpy as np
import pandas as pd

from talkbalance.agreement import cohen
from talkbalance.errors import InvalidParameter, TalkbalanceWarning, Unavailable
from talkbalance.floor import Flags, Floats, Spans, spans
from talkbalance.frames import COMPARISON, table
from talkbalance.i18n import text
from talkbalance.language import Language, language_of, words
from talkbalance.language.words import is_hum, lexicon
from talkbalance.meeting import Check, Meeting, Prosody, Utterance, Word, clock, times_of
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import question_counts, questions
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
EVENTS = ("interruptions", "questions")


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
        `measure`, `side`, `reference`, `hypothesis`, `difference` (hypothesis less reference). In the rows of errors `reference` is
        what a perfect hypothesis has, 0 or 1. What one of both cannot tell is NaN.

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


def excerpt(meeting: Meeting, *, start: float = 0.0, end: float | None = None) -> Meeting:
    """Return a stretch of a meeting as a meeting of its own, from 0 on.

    ```
    Eva   |####  [##|####]   |        |##|####|
    Baum  |   ###[  |    ]###|   ->   |  |    |
    ```

    What is cut keeps the words that begin inside; without times for words it keeps its text where its middle lies inside. The
    recording stays behind, since its times are others.

    Raises
    ------
    InvalidParameter
        For an end that does not lie after the start.
    Unavailable
        Where the transcript has no times.
    """
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    end = meeting.length if end is None else min(end, meeting.length)
    if not 0 <= start < end:
        raise InvalidParameter("parameter.range", name="end", value=end, low=start, high=meeting.length)
    kept = tuple(u for u in (_cut(utterance, start, end) for utterance in meeting.utterances) if u is not None)
    left_out = tuple((max(a, start) - start, min(b, end) - start) for a, b in meeting.left_out if a < end and b > start)
    return replace(meeting, utterances=kept, duration=end - start, left_out=left_out, recording=None)


def _cut(utterance: Utterance, start: float, end: float) -> Utterance | None:
    """Return what lies in `[start, end)` of an utterance, counted from there; None where nothing does."""
    first, last = times_of(utterance)
    at, until = round(max(first, start) - start, 3), round(min(last, end) - start, 3)
    if at >= until:
        return None
    said = tuple(_moved(word, start) for word in utterance.words if start <= word.start < end)
    pitch = tuple(_moved(one, start) for one in utterance.prosody if start <= one.start < end)
    checks = tuple(_moved(one, start) for one in utterance.checks if one.start is None or start <= one.start < end)
    words_of = utterance.text
    if (at, until) != (round(first - start, 3), round(last - start, 3)):
        inside = start <= (first + last) / 2 < end
        words_of = " ".join(w.text for w in said) if utterance.words else utterance.text if inside else ""
    return replace(utterance, start=at, end=until, text=words_of, words=said, prosody=pitch, checks=checks)


Timed = TypeVar("Timed", Word, Prosody, Check)


def _moved(one: Timed, start: float) -> Timed:
    """Return something with its times counted from `start`."""
    times = {name: round(at - start, 3) for name in ("start", "end") if (at := getattr(one, name, None)) is not None}
    return replace(one, **times)


def _lengths(reference: Meeting, hypothesis: Meeting) -> None:
    """Say that one of both ends much earlier."""
    if not (reference.timed and hypothesis.timed):
        return
    short, long = sorted((reference.length, hypothesis.length))
    if short < SAME_LENGTH * long:
        lengths = {"reference": clock(reference.length), "hypothesis": clock(hypothesis.length)}
        warnings.warn(text("comparison.lengths", **lengths), TalkbalanceWarning, stacklevel=3)


# ---------------------------------------------------------------------------------------------------- the same people


@dataclass(frozen=True)
class Both:
    """A reference and a hypothesis on their way to a comparison.

    Parameters
    ----------
    reference, given
        Both meetings, the second one with its own names.
    collar, overlap_tolerance, event_tolerance
        Seconds.
    """

    reference: Meeting
    given: Meeting
    collar: float
    overlap_tolerance: float
    event_tolerance: float

    @cached_property
    def timed(self) -> bool:
        """Whether both have times."""
        return self.reference.timed and self.given.timed

    @cached_property
    def voices(self) -> "Voices":
        """Who speaks in both, piece by piece."""
        return voices(self.reference, self.given, collar=self.collar)

    @cached_property
    def matched(self) -> dict[str, str]:
        """The speaker of the reference each one of the hypothesis is; those who are nobody are left out."""
        if not self.timed:
            known = {speaker.name for speaker in self.reference.speakers}
            return {speaker.name: speaker.name for speaker in self.given.speakers if speaker.name in known}
        names = [[speaker.name for speaker in meeting.speakers] for meeting in (self.given, self.reference)]
        return {names[0][voice]: names[1][person] for person, voice in self.voices.matched}

    @cached_property
    def hypothesis(self) -> Meeting:
        """The hypothesis with the names and sides of the reference."""
        return renamed(self.given, self.matched, self.reference)

    @cached_property
    def language(self) -> Language | None:
        """The language both are read in."""
        return language_of(self.reference) or language_of(self.given)


def renamed(meeting: Meeting, matched: dict[str, str], reference: Meeting) -> Meeting:
    """Return a meeting whose speakers have the names and sides of those of the reference they are matched with.

    Who was not heard is listed all the same, with a share of 0; voices that are nobody and say nothing are left out.
    """
    people = {speaker.name: speaker for speaker in reference.speakers}
    speaking = {utterance.speaker for utterance in meeting.utterances}
    others = [s for s in meeting.speakers if s.name not in matched and s.name in speaking]
    names = dict(matched)
    for speaker in others:
        names[speaker.name] = _free(speaker.name, {*people, *names.values()})
    listed = (*people.values(), *(replace(speaker, name=names[speaker.name]) for speaker in others))
    utterances = tuple(replace(u, speaker=names[u.speaker]) for u in meeting.utterances)
    return replace(meeting, speakers=listed, utterances=utterances)


def _free(name: str, taken: set[str]) -> str:
    """Return a name nobody has: of two who are called the same only one is the person."""
    while name in taken:
        name += "*"
    return name


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """Two meetings cut where anybody starts or stops in either.

    Parameters
    ----------
    seconds
        (n,) how long each piece counts.
    people, heard
        (n, p) and (n, h) who speaks in it, in the reference and in the hypothesis.
    matched
        Pairs of a person and the voice that is theirs.
    """

    seconds: Floats
    people: Flags
    heard: Flags
    matched: tuple[tuple[int, int], ...]

    @property
    def total(self) -> float:
        """Speaking time of the reference."""
        return float(self.seconds @ self.people.sum(axis=1))

    @property
    def errors(self) -> tuple[float, float, float]:
        """Seconds missed, heard where nobody speaks, given to the wrong one."""
        true, found = self.people.sum(axis=1), self.heard.sum(axis=1)
        right = sum((self.people[:, i] & self.heard[:, j] for i, j in self.matched), np.zeros(len(self.seconds)))
        parts = np.maximum(true - found, 0), np.maximum(found - true, 0), np.minimum(true, found) - right
        missed, false, confused = (float(self.seconds @ part) for part in parts)
        return missed, false, confused

    @property
    def kappa(self) -> float:
        """Cohen's kappa over time: the class is who of those that are matched speaks, and how many others."""
        columns = [i for i, _ in self.matched], [j for _, j in self.matched]
        classes = [
            np.column_stack([who[:, own], np.delete(who, own, axis=1).sum(axis=1)])
            for who, own in zip((self.people, self.heard), columns, strict=True)
        ]
        found, place = np.unique(np.concatenate(classes), axis=0, return_inverse=True)
        true, heard = np.split(place.ravel(), 2)
        counts = np.zeros((len(found), len(found)))
        np.add.at(counts, (true, heard), self.seconds)
        return cohen(counts)


def voices(reference: Meeting, hypothesis: Meeting, *, collar: float) -> Voices:
    """Return both meetings on one time line, their speakers matched to share as much time as possible."""
    from scipy.optimize import linear_sum_assignment

    own, other = spans(reference), spans(hypothesis)
    near = _left_out(reference, hypothesis, own, collar)
    length = max(own.duration, other.duration)
    people, heard = len(own.speakers), len(other.speakers)
    names = tuple(str(i) for i in range(people + heard + 1))
    line = Spans(
        np.concatenate([own.starts, other.starts, near[:, 0]]),
        np.concatenate([own.ends, other.ends, np.minimum(near[:, 1], length)]),
        np.concatenate([own.who, other.who + people, np.full(len(near), people + heard, dtype=np.intp)]),
        names,
        length,
    )
    pieces = line.states()
    counts = pieces.durations * ~pieces.speaking[:, -1]
    true, found = pieces.speaking[:, :people], pieces.speaking[:, people:-1]
    shared = (true * counts[:, None]).T @ found
    rows, columns = linear_sum_assignment(-shared)
    pairs = tuple((int(i), int(j)) for i, j in zip(rows, columns, strict=True) if shared[i, j] > 0)
    return Voices(counts, true, found, pairs)


def _left_out(reference: Meeting, hypothesis: Meeting, own: Spans, collar: float) -> Floats:
    """Return (m, 2) what does not count: around the boundaries of the reference, and what either meeting leaves out itself."""
    edges = np.concatenate([own.starts, own.ends]) if collar else np.zeros(0)
    around = np.column_stack([np.maximum(0, edges - collar), edges + collar])
    given = np.array([*reference.left_out, *hypothesis.left_out], dtype=np.float64).reshape(-1, 2)
    return joined(np.concatenate([around, given]))


def joined(stretches: Floats) -> Floats:
    """Return stretches, (m, 2), in order, those that touch made one.

    >>> joined(np.array([[4.0, 6.0], [0.0, 2.0], [1.0, 3.0]])).tolist()
    [[0.0, 3.0], [4.0, 6.0]]
    """
    if not len(stretches):
        return np.zeros((0, 2))
    ordered = stretches[np.argsort(stretches[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.flatnonzero(np.append(True, ordered[1:, 0] > reach[:-1]))
    return np.column_stack([ordered[first, 0], np.maximum.reduceat(ordered[:, 1], first)])


# ---------------------------------------------------------------------------------------------------- the rows

Row = tuple[str, str, float, float, float]


def _row(measure: str, side: str, reference: float, hypothesis: float) -> Row:
    return measure, side, reference, hypothesis, hypothesis - reference


def _measures(both: Both) -> Iterator[Row]:
    """Yield every figure of the summary; a side only one of both has is NaN in the other."""
    true, found = (_values(meeting) for meeting in (both.reference, both.hypothesis))
    for key in [*true, *(key for key, value in found.items() if key not in true and not isnan(value))]:
        yield _row(*key, true.get(key, nan), found.get(key, nan))


def _values(meeting: Meeting) -> dict[tuple[str, str], float]:
    rows = summary(meeting, runs=0)
    return dict(zip(zip(rows["measure"], rows["side"], strict=True), rows["value"].tolist(), strict=True))


def _errors(both: Both) -> Iterator[Row]:
    """Yield the rows of what was heard otherwise; a perfect hypothesis has 0 in errors, 1 in what was found."""
    yield _row("speakers", "", *(float(_speaking(meeting)) for meeting in (both.reference, both.given)))
    found = {**_voices(both), **_overlaps(both), "share_error": share_error(both), **word_errors(both)}
    for event in EVENTS:
        found |= _events(both, event)
    for measure, value in found.items():
        yield _row(measure, "", 0.0 if measure in (*ERRORS, "share_error") else 1.0, value)


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


# ---------------------------------------------------------------------------------------------------- overlaps and events


def _found(name: str, precision: float, recall: float) -> dict[str, float]:
    """Return what was found rightly, of what was found and of what there was, and both in one: 0 where nothing was right."""
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": f1}


def _overlaps(both: Both) -> dict[str, float]:
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
    every = interruptions(meeting, threshold=0)
    every = every[(every["kind"] == "taken") & (every["interrupter_side"] != every["interrupted_side"])]
    likely = interruptions(meeting)
    likely = likely[(likely["kind"] == "taken") & (likely["interrupter_side"] != likely["interrupted_side"])]
    if not any(utterance.text for utterance in meeting.utterances):
        raise Unavailable("unavailable.no_words_unfinished")
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


def _events(both: Both, event: str) -> dict[str, float]:
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


# ---------------------------------------------------------------------------------------------------- words


def normalised(said: str, language: Language | None) -> list[str]:
    """Return the words of a text as they are compared.

    **Definition.** Lower case, without punctuation and without the hyphens and apostrophes between letters ("E-Mail" is "email",
    "geht's" is "gehts"); ß is ss. Every hum is "mhm", however long somebody wrote it. Hesitations of the language ("äh", "uh") are
    left out, since most recognisers never write them. Numbers stay as they are written: "3" is not "drei".

    >>> normalised("Äh, die Größe, hmm: per E-Mail geht’s.", "de")
    ['die', 'grösse', 'mhm', 'per', 'email', 'gehts']
    """
    hesitations = lexicon(language).phrases["role_filler"] if language else frozenset()
    return [
        "mhm" if is_hum(word) else word.replace("-", "").replace("'", "").replace("ß", "ss")
        for word in words(said)
        if (word,) not in hesitations
    ]


def word_errors(both: Both) -> dict[str, float]:
    """Return the word error rate with its parts, and that of each speaker by themself."""
    names = ("wer", "wer_wrong", "wer_left_out", "wer_added", "wer_by_speaker")
    meetings = both.reference, both.hypothesis
    by_word = all(meeting.timed and all(u.words for u in meeting.utterances if u.text) for meeting in meetings)
    true, found = ([*_in_order(meeting, both.language, by_word=by_word)] for meeting in meetings)
    if not (true and found):
        return dict.fromkeys(names, nan)
    counts = edits([word for _, word in true], [word for _, word in found])
    people = {who for who, _ in (*true, *found)}
    apart = sum(sum(edits([w for who, w in true if who == one], [w for who, w in found if who == one])) for one in sorted(people))
    return {name: part / len(true) for name, part in zip(names, (sum(counts), *counts, apart), strict=True)}


def _in_order(meeting: Meeting, language: Language | None, *, by_word: bool) -> Iterator[tuple[str, str]]:
    """Yield who said which word, in the order of words where each has a time, else in that of utterances."""
    said = [(u.speaker, u.text) for u in meeting.utterances]
    if by_word:
        timed = sorted(((w.start, u.speaker, w.text) for u in meeting.utterances for w in u.words), key=lambda one: one[0])
        said = [(who, word) for _, who, word in timed]
    yield from ((who, word) for who, words_of in said for word in normalised(words_of, language))


def edits(reference: Iterable[str], hypothesis: Iterable[str]) -> tuple[int, int, int]:
    """Return how many words are wrong, left out and added, with as few of them as possible.

    >>> edits("der rosa Panda auf der Karte".split(), "der Panda an der Karte hier".split())
    (1, 1, 1)
    """
    from rapidfuzz.distance import Levenshtein

    kinds = [step.tag for step in Levenshtein.editops(list(reference), list(hypothesis))]
    return kinds.count("replace"), kinds.count("delete"), kinds.count("insert")
