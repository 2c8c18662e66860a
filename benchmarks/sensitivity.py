"""How far each figure depends on its thresholds: `python -m benchmarks.sensitivity`.

Every figure is taken on every meeting with each of its thresholds set to another value, all else as it is. Nothing is compared with
labels here, and nothing is chosen by it. In research meetings and phone calls nobody sits on a side: everybody is a side of their
own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import groupby
from math import isnan, nan
from random import Random
from types import ModuleType
from unittest.mock import patch
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd

from benchmarks import mrda
from benchmarks.shared import data, publish, table
from talkbalance.errors import TalkbalanceWarning, Unavailable
from talkbalance.floor import IPU_SILENCE, Floats
from talkbalance.formats import read
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word, tidy, times_of
from talkbalance.metrics import interruptions as cutting
from talkbalance.metrics import listening as hearing
from talkbalance.metrics import questions as asking
from talkbalance.metrics import talk as floor
from talkbalance.metrics import timing
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import QuestionCounts, question_counts, questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.talk import talk
from talkbalance.metrics.turntaking import responses, silences, stretches

Of = Callable[[Meeting, float], float]
COLUMNS = ("figure", "threshold", "value", "MRDA", "AMI", "German calls")
WIDER = 0.25
"""Seconds by which a detector of voice that pads moves every boundary."""


@dataclass(frozen=True)
class Figure:
    """A figure, the threshold that is moved, its values (the default in the second place or alone), and how it is taken."""

    card: str
    name: str
    threshold: str
    values: Sequence[float]
    of: Of


def ami() -> Iterator[Meeting]:
    """Yield the AMI meetings, cut where 0.2 s are silent between words; the marks are the transcribers'."""
    rows = pd.read_csv(data("transcripts", "ami", "ami_words.csv.gz"), keep_default_na=False, low_memory=False)
    rows = rows[rows["kind"].isin(["w", "punc"])].astype({"start": "float64", "end": "float64"})
    for _, own in rows.groupby("meeting"):
        said = [u for speaker, spoken in own.groupby("speaker") for u in _utterances(str(speaker), spoken)]
        yield _meeting(said, "en", "word")


def _utterances(speaker: str, rows: pd.DataFrame) -> Iterator[Utterance]:
    """Yield a speaker's words, cut where 0.2 s are silent; a mark belongs to the word before it."""
    words: list[Word] = []
    for start, end, text, kind in zip(rows["start"], rows["end"], rows["text"], rows["kind"], strict=True):
        if kind == "punc" and words:
            words[-1] = replace(words[-1], text=words[-1].text + str(text))
        elif kind == "w" and round(end, 3) > round(start, 3):
            if words and round(start - words[-1].end, 3) >= IPU_SILENCE:
                yield _utterance(speaker, words)
                words = []
            words.append(Word(start, end, str(text)))
    if words:
        yield _utterance(speaker, words)


def _utterance(speaker: str, words: Sequence[Word]) -> Utterance:
    return Utterance(words[0].start, words[-1].end, speaker, " ".join(word.text for word in words), tuple(words))


def calls() -> Iterator[Meeting]:
    """Yield the German phone calls, from the first word written down to the last; there are no words, only who spoke when."""
    for path in sorted(data("transcripts", "callhome_de_rttm", "rttm").glob("*.rttm")):
        with catch_warnings():
            simplefilter("ignore", TalkbalanceWarning)  # some of a speaker's utterances overlap; clipped ones stay
            said = read(path).utterances
        first = times_of(said[0])[0]
        moved = [replace(u, start=times_of(u)[0] - first, end=times_of(u)[1] - first) for u in said]
        yield _meeting(moved, "de", "utterance")


def _meeting(said: Sequence[Utterance | None], language: str, times: str) -> Meeting:
    kept = tidy(said).utterances
    people = tuple(Speaker(name) for name in dict.fromkeys(u.speaker for u in kept))
    source = Source(times="word" if times == "word" else "utterance", overlap_observable=True)
    return Meeting(people, kept, max(times_of(u)[1] for u in kept), language=language, source=source)


def wider(meeting: Meeting, seconds: float) -> Meeting:
    """Return the meeting with every boundary moved outwards."""
    if not seconds:
        return meeting
    spans = [(u, *times_of(u)) for u in meeting.utterances]
    padded = [replace(u, start=max(0.0, start - seconds), end=end + seconds, words=()) for u, start, end in spans]
    kept = tidy(padded).utterances
    return replace(meeting, utterances=kept, duration=meeting.length + seconds)


def constant(module: ModuleType, name: str, of: Callable[[Meeting], float]) -> Of:
    """Return the figure with a threshold that has a name in the package instead of a parameter."""

    def figure(meeting: Meeting, value: float) -> float:
        changed: AbstractContextManager[object] = patch.object(module, name, value)
        with changed:
            return of(meeting)

    return figure


def hourly(n: float, meeting: Meeting) -> float:
    """Return events per hour."""
    return n / (meeting.length / 3600)


def _shares(meeting: Meeting, what: str) -> Floats:
    frame = speaking_time(meeting, by="speaker")
    seconds = frame[what].to_numpy(dtype=np.float64)
    return timing.divided(seconds, float(seconds.sum()))


def _of_words(meeting: Meeting, _: float) -> float:
    return _moved(_shares(meeting, "speaking_time"), _shares(meeting, "n_words"))


def _of_solo(meeting: Meeting, _: float) -> float:
    return _moved(_shares(meeting, "speaking_time"), _shares(meeting, "solo_time"))


def _confused(meeting: Meeting, part: float) -> float:
    """Return how far a share moves where a part of the utterances is given to somebody else."""
    chance, names = Random(0), [speaker.name for speaker in meeting.speakers]
    mixed = [
        replace(u, speaker=chance.choice([n for n in names if n != u.speaker])) if chance.random() < part else u
        for u in meeting.utterances
    ]
    return _moved(_shares(meeting, "speaking_time"), _shares(replace(meeting, utterances=tidy(mixed).utterances), "speaking_time"))


def _widened_share(meeting: Meeting, seconds: float) -> float:
    return _moved(_shares(meeting, "speaking_time"), _shares(wider(meeting, seconds), "speaking_time"))


def _moved(one: Floats, other: Floats) -> float:
    return 100 * float(np.abs(one - other).max())


def _balanced(meeting: Meeting, window: float, dominated: float) -> float:
    frame = speaking_time(meeting, by="speaker", window=window, step=timing.STEP)
    shares = frame.groupby("start")["share"].max().dropna()
    return float((shares <= dominated).mean())


def _participation(meeting: Meeting, seconds: float) -> float:
    return timing.participation(speaking_time(wider(meeting, seconds), by="speaker")["speaking_time"].to_numpy())[0]


def _longest(meeting: Meeting, pause: float) -> float:
    starts, ends, _ = stretches(talk(meeting), pause=pause)
    return float((ends - starts).max())


def _long(meeting: Meeting, seconds: float) -> float:
    starts, ends, _ = stretches(talk(meeting))
    lengths = ends - starts
    return float(lengths[lengths >= seconds].sum()) / meeting.length


def _first(meeting: Meeting, minutes: float) -> float:
    if meeting.length < 900:
        return nan
    frame = speaking_time(meeting, by="speaker", window=300, step=300)
    time = frame[frame["end"] <= 900].pivot_table(index="start", columns="speaker", values="speaking_time").cumsum().to_numpy()
    shares = time / time.sum(axis=1, keepdims=True)
    return _moved(shares[int(minutes / 5) - 1], shares[1])


def _turns(meeting: Meeting) -> float:
    return hourly(len(talk(meeting).turns), meeting)


def _turn_length(meeting: Meeting) -> float:
    return float(np.median(talk(meeting).turns.durations))


def _response(meeting: Meeting, seconds: float) -> float:
    return float(responses(wider(meeting, seconds))["offset"].median())


def _immediate(meeting: Meeting, seconds: float) -> float:
    return float((responses(meeting)["offset"] < seconds).mean())


def _lapse(meeting: Meeting, seconds: float) -> float:
    return float((responses(meeting)["offset"] >= seconds).mean())


def _silences(meeting: Meeting, seconds: float) -> float:
    return hourly(len(silences(talk(meeting).said.spans.states(), longer_than=seconds)), meeting)


def _switches(meeting: Meeting) -> float:
    return (len(talk(meeting).turns) - 1) / (meeting.length / 60)


def _signals(meeting: Meeting, threshold: float) -> float:
    return hourly(len(hearing.backchannels(meeting, threshold=threshold)), meeting)


def _plain_signals(meeting: Meeting) -> float:
    return hourly(len(hearing.backchannels(meeting, rule="plain")), meeting)


def _coverage(meeting: Meeting) -> float:
    part, whole = timing.coverage(talk(meeting))
    return float(part.sum() / whole.sum())


def _events(rule: cutting.Rule, kind: str) -> Of:
    def figure(meeting: Meeting, min_overlap: float) -> float:
        return hourly(int((interruptions(meeting, rule=rule, min_overlap=min_overlap)["kind"] == kind).sum()), meeting)

    return figure


def _kind(rule: cutting.Rule, kind: str) -> Callable[[Meeting], float]:
    return lambda meeting: _events(rule, kind)(meeting, 0.3)


def _padded(rule: cutting.Rule, kind: str) -> Of:
    return lambda meeting, seconds: _events(rule, kind)(wider(meeting, seconds), 0.3)


def _probable(meeting: Meeting, threshold: float) -> float:
    _require_words(meeting)
    return hourly(int((interruptions(meeting, threshold=threshold)["kind"] == "taken").sum()), meeting)


def _resumed(meeting: Meeting) -> float:
    _require_words(meeting)
    found = interruptions(meeting)
    resumed = found.loc[found["kind"] == "taken", "resumed"].dropna()
    return float(resumed.astype("float64").mean())


def _require_words(meeting: Meeting) -> None:
    if not any(u.text for u in meeting.utterances):
        raise Unavailable("unavailable.no_words_unfinished")


def _asked(part: str, whole: str) -> Of:
    def figure(meeting: Meeting, threshold: float) -> float:
        counts = sum(question_counts(meeting, threshold=threshold).values(), QuestionCounts())
        return float(getattr(counts, part)) / (getattr(counts, whole) or nan)

    return figure


def _answered(meeting: Meeting) -> float:
    return _asked("answered", "answerable")(meeting, 0.5)


def _tags(meeting: Meeting, threshold: float) -> float:
    found = questions(meeting, threshold=threshold)
    return float((found["kind"] == "tag").mean())


FIGURES = (
    Figure("share", "change of a share, points", "words instead of seconds", (1,), _of_words),
    Figure("share", "change of a share, points", "overlaps count for nobody", (1,), _of_solo),
    Figure("share", "change of a share, points", "utterances given to somebody else", (0.05, 0.1, 0.2), _confused),
    Figure("share", "change of a share, points", "boundaries wider by, s", (0.1, WIDER), _widened_share),
    Figure("balance", "part of windows that nobody dominates", "window, s", (60, 150, 300), lambda m, x: _balanced(m, x, 0.6)),
    Figure(
        "balance", "part of windows that nobody dominates", "dominated above", (0.55, 0.6, 0.7), lambda m, x: _balanced(m, 150, x)
    ),
    Figure("participation", "evenness (entropy)", "boundaries wider by, s", (0, 0.1, WIDER), _participation),
    Figure("longest_stretch", "longest stretch, s", "pause that ends it, s", (1, 2, 4), _longest),
    Figure("longest_stretch", "part of the meeting in long stretches", "long from, s", (45, 60, 90), _long),
    Figure("first_ten", "change of a share against ten minutes, points", "minutes", (5, 15), _first),
    Figure("turn_length", "turns an hour", "silence that ends a unit, s", (0.1, 0.2, 0.5), constant(floor, "IPU_SILENCE", _turns)),
    Figure(
        "turn_length",
        "median turn, s",
        "silence that ends a unit, s",
        (0.1, 0.2, 0.5),
        constant(floor, "IPU_SILENCE", _turn_length),
    ),
    Figure("turn_length", "median turn, s", "listener signals end a turn", (1,), constant(floor, "SIGNALS", _turn_length)),
    Figure("response_time", "median response time, s", "boundaries wider by, s", (0, 0.1, WIDER), _response),
    Figure("response_time", "part of answers at once", "below, s", (0.1, 0.25, 0.4), _immediate),
    Figure("response_time", "part of lapses", "from, s", (3, 5, 10), _lapse),
    Figure("silences", "silences an hour", "longer than, s", (1, 2, 3), _silences),
    Figure(
        "switches",
        "switches a minute",
        "silence that ends a unit, s",
        (0.1, 0.2, 0.5),
        constant(floor, "IPU_SILENCE", _switches),
    ),
    Figure("switches", "switches a minute", "listener signals end a turn", (1,), constant(floor, "SIGNALS", _switches)),
    Figure("listener_signals", "signals an hour", "probability of at least", (0.3, 0.5, 0.7), _signals),
    Figure(
        "listener_signals",
        "signals an hour, plain rule",
        "at most, s",
        (0.7, 1, 1.5),
        constant(hearing, "BACKCHANNEL_LONGEST", _plain_signals),
    ),
    Figure(
        "listener_signals",
        "signals an hour, plain rule",
        "own talk not within, s",
        (0.5, 1, 2),
        constant(hearing, "GOES_ON", _plain_signals),
    ),
    Figure(
        "listener_signals",
        "part of long turns with a signal",
        "long from, s",
        (2, 3, 5),
        constant(timing, "LISTENED", _coverage),
    ),
    Figure("floor_taking", "floor taken, an hour", "overlap of at least, s", (0.2, 0.3, 0.5), _events("floor_taking", "taken")),
    Figure("floor_taking", "floor taken, an hour", "boundaries wider by, s", (0, 0.1, WIDER), _padded("floor_taking", "taken")),
    Figure(
        "floor_taking",
        "floor taken, an hour",
        "goes on for, s",
        (0.1, 0.2, 0.5),
        constant(cutting, "GOES_ON", _kind("floor_taking", "taken")),
    ),
    Figure(
        "floor_taking",
        "floor taken, an hour",
        "holder not back within, s",
        (0.5, 1, 2),
        constant(cutting, "RESUMES", _kind("floor_taking", "taken")),
    ),
    Figure("likely_interruptions", "likely interruptions an hour", "probability of at least", (0.3, 0.5, 0.7), _probable),
    Figure(
        "failed_attempts", "failed attempts an hour", "overlap of at least, s", (0.2, 0.3, 0.5), _events("floor_taking", "failed")
    ),
    Figure(
        "failed_attempts",
        "failed attempts an hour",
        "lasts, s",
        (0.5, 0.7, 1),
        constant(cutting, "ATTEMPT_SECONDS", _kind("floor_taking", "failed")),
    ),
    Figure("resumption", "part resumed", "within, s", (10, 30, 60), constant(cutting, "RESUMPTION", _resumed)),
    Figure("questions", "question ratio", "probability of at least", (0.3, 0.5, 0.7), _asked("questions", "sentences")),
    Figure("question_kinds", "part of open questions", "probability of at least", (0.3, 0.5, 0.7), _asked("open", "questions")),
    Figure("question_kinds", "part of tags among what asks", "probability of at least", (0.3, 0.5, 0.7), _tags),
    Figure("follow_up", "part of follow-ups", "probability of at least", (0.3, 0.5, 0.7), _asked("follow_up", "questions")),
    Figure("answered", "part answered", "within, s", (5, 10, 20), constant(asking, "ANSWERED_WITHIN", _answered)),
)


def measured(meetings: Iterator[Meeting]) -> dict[tuple[int, float], list[float]]:
    """Return each figure at each value on every meeting."""
    found: dict[tuple[int, float], list[float]] = {}
    for meeting in meetings:
        for number, figure in enumerate(FIGURES):
            for value in figure.values:
                found.setdefault((number, value), []).append(_taken(figure, meeting, value))
    return found


def _taken(figure: Figure, meeting: Meeting, value: float) -> float:
    try:
        return figure.of(meeting, value)
    except Unavailable:
        return nan


def cell(values: Sequence[float]) -> str:
    """Return the median over meetings and the quartiles around it."""
    known = [value for value in values if not isnan(value)]
    if not known:
        return ""
    low, middle, high = np.percentile(known, [25, 50, 75])
    digits = 2 if middle < 1 else 1
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _value(figure: Figure, value: float) -> str:
    return f"{value:g}" if len(figure.values) > 1 else "yes"


def main() -> None:
    """Print and write the tables, one per card."""
    corpora = [
        measured(labelled.meeting for split in ("train", "val") for labelled in mrda.read(split)),
        measured(ami()),
        measured(calls()),
    ]
    parts = []
    for card, group in groupby(enumerate(FIGURES), key=lambda pair: pair[1].card):
        rows = [
            (figure.name, figure.threshold, _value(figure, value), *(cell(corpus[number, value]) for corpus in corpora))
            for number, figure in group
            for value in figure.values
        ]
        parts.append(f"## {card}\n\n{table(COLUMNS, rows)}")
    publish(
        "sensitivity",
        "# How far each figure depends on its thresholds",
        "`python -m benchmarks.sensitivity`; median over meetings (quartiles). MRDA: 63 research meetings, three to ten people. "
        "AMI: 60 design meetings of four; word ends there are stretched over pauses below about a second. German calls: 60 phone "
        "calls of mostly two people (CallHome), utterances without words.",
        *parts,
    )


if __name__ == "__main__":
    main()
