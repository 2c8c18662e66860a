"""What all readers share: from what a file says to a meeting that keeps the rules, bounded in length and people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, islice, pairwise, zip_longest
from math import isfinite
from operator import itemgetter
from typing import TypeVar

from talkbalance.errors import UnreadableFile
from talkbalance.formats.format import Found, overlapping
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Source, Speaker, Tidied, Utterance, Word, clock, milliseconds, tidy

Item = TypeVar("Item")

MOST_UTTERANCES = 200_000
"""Two days of somebody new every second."""

MOST_SPEAKERS = 2_000
LONGEST = 7 * 24 * 3600.0
"""Seconds: later times are mistakes, mostly clocks that count from another day."""

SHORTEST_WORD = 0.001

SILENCE = 1.0
"""Seconds of silence that end an utterance where a service tells words only; as where words of nobody are joined in hearing."""

LETTERS_A_SECOND = 15.0
"""How fast people talk, about: only for the last utterance of a file that does not tell its end."""


def assemble(
    spans: Iterable[Utterance | None],
    *,
    source: Source,
    speakers: Sequence[str] = (),
    sides: Sequence[tuple[str, str]] = (),
    title: str = "",
    language: str | None = None,
    duration: float | None = None,
    notes: Sequence[str] = (),
) -> Found:
    """Return the meeting of what was read, and what had to be changed for it.

    Parameters
    ----------
    spans
        Utterances in any order; None for a span that was empty to begin with, so that it is counted. Without times, their
        order counts. Consumed as far as a meeting may go, so that a generator stays small.
    source
        As the reader sees it; whether the duration was given is filled in here, and so is whether overlaps can be seen, where the
        reader leaves it open: they have survived where two people do overlap.
    speakers
        Who is known to have been there, in the order of the tables; everybody else follows in the order of first speech.
    sides
        Names with their sides, where the file tells.
    duration
        Seconds, where the file tells; never shorter than what was said.

    Raises
    ------
    UnreadableFile
        Where nothing was said, or more, longer, or by more people than any meeting.
    """
    given = bounded(spans, source.file)
    timed = source.times != "none"
    tidied = tidy(_gathered(given)) if timed else Tidied(tuple(u for u in given if u is not None))
    if not tidied.utterances:
        raise UnreadableFile("formats.no_speech", file=source.file)
    names = tuple(dict.fromkeys((*speakers, *(utterance.speaker for utterance in tidied.utterances))))
    if len(names) > MOST_SPEAKERS:
        raise UnreadableFile("formats.crowd", file=source.file, n=MOST_SPEAKERS)
    side = dict(sides)
    seen = source.overlap_observable
    if seen is None:
        seen = timed and overlapping(tidied.utterances)
    changed = tidied.clipped or tidied.dropped
    tidying = (text("formats.tidied", clipped=tidied.clipped, dropped=tidied.dropped),) if changed else ()
    meeting = Meeting(
        speakers=tuple(Speaker(name, side.get(name, "")) for name in names),
        utterances=tidied.utterances,
        duration=_duration(tidied.utterances, duration, source.file) if timed else None,
        title=title,
        language=language,
        source=replace(source, duration_given=timed and duration is not None, overlap_observable=seen),
    )
    return Found(meeting, (*notes, *tidying))


def bounded(items: Iterable[Item], file: str) -> list[Item]:
    """Return what a file holds, as far as a meeting may go.

    Raises
    ------
    UnreadableFile
        Where there is more.
    """
    kept = list(islice(items, MOST_UTTERANCES + 1))
    if len(kept) > MOST_UTTERANCES:
        raise UnreadableFile("formats.too_many", file=file, n=MOST_UTTERANCES)
    return kept


def _gathered(spans: Sequence[Utterance | None]) -> list[Utterance | None]:
    """Make one utterance of all that one speaker begins at the same moment: captions cut long ones in lines."""
    groups: dict[object, list[Utterance]] = {}
    for this in spans:
        if this is not None:
            groups.setdefault((this.start, this.speaker), []).append(this)
    empty = [None] * sum(this is None for this in spans)
    return [*(group[0] if len(group) == 1 else _one(group) for group in groups.values()), *empty]


def _one(group: Sequence[Utterance]) -> Utterance:
    said = " ".join(this.text for this in group if this.text)
    words = tuple(heard for this in group for heard in this.words)
    return replace(group[0], end=max(this.end or 0.0 for this in group), text=said, words=words)


def _duration(utterances: tuple[Utterance, ...], given: float | None, file: str) -> float:
    longest = max(utterance.end or 0.0 for utterance in utterances)
    duration = longest if given is None or not isfinite(given) else max(longest, milliseconds(given))
    if duration > LONGEST:
        raise UnreadableFile("formats.too_long", file=file, time=clock(duration), hours=round(LONGEST / 3600))
    return duration


def span(
    start: float, end: float, speaker: str, words: str = "", timed: Iterable[Word] = (), confidence: float | None = None
) -> Utterance | None:
    """Return an utterance; None where there is no span: real files hold negative, empty and endless ones.

    >>> span(1, 1.0004, "Eva") is None
    True
    """
    sound = isfinite(start) and isfinite(end) and start >= 0
    if not sound or milliseconds(end) <= milliseconds(start):
        return None
    return Utterance(start, end, speaker, words, tuple(timed), confidence)


def word(start: float, end: float, spoken: str, probability: float | None = None) -> Word:
    """Return a word; services give words of no length, which then last a millisecond, and odd probabilities, which go.

    >>> word(1, 1, "ja")
    Word(start=1.0, end=1.001, text='ja', probability=None)
    """
    start = max(0.0, milliseconds(start))
    sound = probability is not None and 0 <= probability <= 1
    return Word(start, max(milliseconds(end), start + SHORTEST_WORD), spoken, probability if sound else None)


def joined(heard: Iterable[tuple[str, Word]]) -> Iterator[Utterance]:
    """Yield the utterances of words with their speakers, in the order they were said in.

    ```
    Eva   |## ###      ## |
    Baum  |       ##      |   ->  Eva 2, Baum 1, Eva 1
    ```

    One ends where somebody else speaks, or nobody for a second.
    """
    run: list[Word] = []
    whose = ""
    for speaker, this in heard:
        if run and (speaker != whose or this.start < run[-1].start or this.start - run[-1].end >= SILENCE):
            yield _utterance(whose, run)
            run = []
        whose = speaker
        run.append(this)
    if run:
        yield _utterance(whose, run)


def _utterance(speaker: str, words: list[Word]) -> Utterance:
    end = max(heard.end for heard in words)
    return Utterance(words[0].start, end, speaker, " ".join(heard.text for heard in words), tuple(words))


def starts_only(said: Iterable[tuple[float, str, str]], *, last: float | None = None) -> Iterator[Utterance | None]:
    """Yield the utterances of a file that tells beginnings only, `(start, speaker, text)`: each ends where the next begins.

    ```
    Eva   |#####      |
    Baum  |     ######|        the last one ends with the file, or after as long as its words take
    ```

    Those that begin at the same moment share the time to the next beginning, by the length of their texts.
    """
    ordered = sorted(islice(said, MOST_UTTERANCES + 1), key=itemgetter(0))
    groups = [list(group) for _, group in groupby(ordered, key=itemgetter(0))]
    for group, following in zip_longest(groups, groups[1:]):
        letters = [len(words) + 1 for _, _, words in group]
        start = group[0][0]
        end = following[0][0] if following else max(last or 0.0, start + sum(letters) / LETTERS_A_SECOND)
        cuts = [start + (end - start) * reached / sum(letters) for reached in accumulate(letters, initial=0)]
        for (_, speaker, words), (begins, ends) in zip(group, pairwise(cuts), strict=True):
            yield span(begins, ends, speaker, words)
