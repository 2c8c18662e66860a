"""Questions in German recordings, heard as `transcribe` hears them: used by `python -m benchmarks.questions`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

import pandas as pd
from scipy.stats import binomtest

from benchmarks.shared import data
from benchmarks.sounds import Clip
from talkbalance.floor import overlap
from talkbalance.language import question
from talkbalance.language.words import lexicon
from talkbalance.meeting import Meeting, Utterance, times_of
from talkbalance.metrics.questions import RISE, questions
from talkbalance.pipeline import transcribe
from talkbalance.speech.audio import open_recording
from talkbalance.speech.engines import transcriber

MISSED = """What is missed is hardly in the words that were recognised: most of the marks missed stand on words spoken over by the
other, which were not recognised at all or are given to the other voice, and one on a tag that the recogniser closes with a point.
Pitch neither helps nor hurts at the threshold on these clips; it moves probabilities, and where two speak in one channel it is not
heard. False ones are marks the recogniser wrote."""

Span = tuple[float, float]
Way = Callable[[Meeting], list[Span]]

SHORTEST = 0.3
"""Seconds of a stretch without words that may be a question."""
AROUND = 0.3
"""Seconds of sound before and after such a stretch that are heard again with it."""
AT_ONCE = 0.3
"""Seconds after which a tag may follow what its speaker said."""


@cache
def clips() -> tuple[tuple[Meeting, tuple[Span, ...], str], ...]:
    """Return the clips as they are heard, with the times of the transcriber's question marks, and their files."""
    found = []
    for path in sorted(data("recordings", "german_therapy").glob("*.flac")):
        rows = pd.read_csv(path.with_suffix(".csv"), keep_default_na=False)
        rows = rows[rows["text"].str.contains("?", regex=False)]
        marks = tuple(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))
        found.append((transcribe(path, language="de", speakers=2), marks, str(path)))
    return tuple(found)


def found_by(meeting: Meeting, *, threshold: float = 0.5) -> list[Span]:
    """Return the times of the questions that are found."""
    ours = questions(meeting, threshold=threshold)
    return list(zip(ours["start"].tolist(), ours["end"].tolist(), strict=True))


def without_pitch(meeting: Meeting) -> list[Span]:
    """Return the questions that are found without pitch."""
    return found_by(replace(meeting, utterances=tuple(replace(u, prosody=()) for u in meeting.utterances)))


def wordless(meeting: Meeting) -> list[Utterance]:
    """Return the stretches in which a voice was heard and no word recognised."""
    return [u for u in meeting.utterances if not u.text and times_of(u)[1] - times_of(u)[0] >= SHORTEST]


def with_wordless(meeting: Meeting) -> list[Span]:
    """Return the questions and every stretch without words."""
    return found_by(meeting) + [times_of(u) for u in wordless(meeting)]


def with_rising(meeting: Meeting) -> list[Span]:
    """Return the questions and every stretch without words whose pitch rises."""
    return found_by(meeting) + [times_of(u) for u in wordless(meeting) if any(heard.slope > 0 for heard in u.prosody)]


def with_tags(meeting: Meeting) -> list[Span]:
    """Return the questions and every tag word that rises as a sentence of its own after what its speaker said."""
    tags = lexicon("de").words("tag") | lexicon("de").words("weak_tag")
    rising = []
    for u in meeting.utterances:
        for before, word in zip(u.words, u.words[1:], strict=False):
            rises = any(abs(heard.end - word.end) <= AT_ONCE and heard.slope >= RISE for heard in u.prosody)
            if word.text.lower().strip(" .,!?") in tags and word.start - before.end <= AT_ONCE and rises:
                rising.append((word.start, word.end))
    return found_by(meeting) + rising


def heard_again(meeting: Meeting) -> list[Span]:
    """Return the questions, and the stretches without words that ask when their sound alone is heard once more."""
    engine = transcriber()
    more = []
    path = next(file for known, _, file in clips() if known is meeting)
    with open_recording(path) as recording:
        for u in wordless(meeting):
            start, end = times_of(u)
            piece = Clip(recording.mix.read(max(0.0, start - AROUND), end + AROUND))
            text = " ".join(word.text for word in engine.transcribe(piece, language="de").words)
            asked = question(text, "de", marked="?" in text)
            if asked is not None and asked.confidence >= 0.5:
                more.append((start, end))
    return found_by(meeting) + more


def score(name: str, way: Way) -> tuple[object, ...]:
    """Return recall and precision of the times a way finds, both clips together."""
    asked = found = hits = right = 0
    for meeting, marks, _ in clips():
        spans = way(meeting)
        asked, found = asked + len(marks), found + len(spans)
        hits += sum(any(_same(mark, span) for span in spans) for mark in marks)
        right += sum(any(_same(mark, span) for mark in marks) for span in spans)
    return name, asked, found, _wilson(hits, asked), _wilson(right, found)


def _same(one: Span, other: Span) -> bool:
    """Return whether half of the shorter overlaps, or an end is within a second."""
    shorter = min(one[1] - one[0], other[1] - other[0])
    return overlap(*one, *other) >= shorter / 2 or abs(one[0] - other[0]) <= 1 or abs(one[1] - other[1]) <= 1


def _wilson(part: int, whole: int) -> str:
    low, high = binomtest(part, whole).proportion_ci(method="wilson")
    return f"{part}/{whole} = {part / whole:.2f} [{low:.2f}, {high:.2f}]"


def with_sound() -> Iterator[tuple[object, ...]]:
    """Yield how well questions are found, with pitch and without."""
    yield score("with pitch", found_by)
    yield score("without pitch", without_pitch)


def tried_with_sound() -> Iterator[tuple[object, ...]]:
    """Yield how well questions are found in other ways."""
    for threshold in (0.3, 0.1, 0.05):
        yield score(f"threshold {threshold}", partial(found_by, threshold=threshold))
    yield score("and tag words that rise, after talk of one's own", with_tags)
    yield score("and every stretch in which no word was recognised", with_wordless)
    yield score("and those of them that rise", with_rising)
    yield score("and those of them that ask when their sound is heard again", heard_again)
