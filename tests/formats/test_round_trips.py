"""What a format can hold survives writing and reading, in each format and from any one to any other."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.formats import formats, recognise
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Trait
from talkbalance.meeting import Meeting, Times, Word, tidy, times_of
from tests.meetings import meetings

WRITTEN = [entry for entry in formats() if entry.write is not None]
NAMED = [pytest.param(entry, id=entry.title) for entry in WRITTEN]
PAIRS = list(permutations(WRITTEN, 2))


def spoken(meeting: Meeting, *, scale: int = 1) -> Meeting:
    """Give every utterance words that share its time, and a moment of silence before the same person goes on.

    Formats that know no utterances join what touches. With a scale of 1000 all times are whole seconds.
    """
    said = []
    for utterance in meeting.utterances:
        start, end = (time * scale for time in times_of(utterance))
        end -= 0.005 * scale
        words = utterance.text.split()
        step = (end - start) / max(1, len(words))
        if step > 0.002:
            timed = tuple(Word(start + i * step, start + (i + 1) * step, word) for i, word in enumerate(words))
            said.append(replace(utterance, start=start, end=end, words=timed))
    times: Times = "word" if any(utterance.words for utterance in said) else "utterance"
    source = replace(meeting.source, times=times)
    return replace(meeting, utterances=tidy(said).utterances, duration=meeting.length * scale, source=source)


def fitting(meeting: Meeting, *entries: Format) -> Meeting:
    """Return a meeting as formats can tell it: to the second for loose ones, one beginning after the other without ends."""
    meeting = spoken(meeting, scale=1000 if any(entry.general for entry in entries) else 1)
    if all("ends" in entry.holds for entry in entries):
        return meeting
    begun = {utterance.start: utterance for utterance in meeting.utterances}
    return replace(meeting, utterances=tuple(begun.values()))


def again(entry: Format, meeting: Meeting) -> Meeting:
    """Return a meeting after a format; it must be recognised as what it is."""
    assert entry.write is not None
    content = entry.write(meeting)
    file = File(f"call{entry.endings[0]}", content.encode() if isinstance(content, str) else content)
    assert recognise(file) is entry
    return entry.read(file).meeting


def told(meeting: Meeting, traits: set[Trait]) -> list[tuple[object, ...]]:
    """Return what is compared of each utterance, as far as a format holds it; "…" is how wordless speech is written."""
    found = []
    for utterance in meeting.utterances:
        text = "" if utterance.text == "…" else utterance.text
        held: list[tuple[Trait, object]] = [
            ("starts", utterance.start),
            ("ends", utterance.end),
            ("speakers", utterance.speaker),
            ("text", text),
            ("words", tuple((word.start, word.end, word.text) for word in utterance.words)),
        ]
        found.append(tuple(value for trait, value in held if trait in traits))
    return sorted(found, key=repr)


def check(before: Meeting, after: Meeting, traits: set[Trait]) -> None:
    assert told(after, traits) == told(before, traits)
    if "silent" in traits:
        assert {speaker.name for speaker in after.speakers} == {speaker.name for speaker in before.speakers}
    if "sides" in traits:
        talks = {utterance.speaker for utterance in before.utterances}
        sides = [{s.name: s.side for s in meeting.speakers if s.name in talks} for meeting in (before, after)]
        assert sides[0] == sides[1]
    if "duration" in traits:
        assert after.duration == before.duration
    if "origin" in traits:
        assert after.source.models == before.source.models
        assert before.overlap_observable or not after.overlap_observable


@pytest.mark.parametrize("entry", NAMED)
@given(meeting=meetings())
def test_a_format_keeps_what_it_holds(entry: Format, meeting: Meeting) -> None:
    meeting = fitting(meeting, entry)
    if meeting.utterances:
        check(meeting, again(entry, meeting), set(entry.holds))


@given(meeting=meetings(), pair=st.sampled_from(PAIRS))
def test_one_format_to_another_keeps_what_both_hold(meeting: Meeting, pair: tuple[Format, Format]) -> None:
    first, second = pair
    meeting = fitting(meeting, first, second)
    if meeting.utterances:
        once = again(first, meeting)
        if (once.timed or second.timeless) and not second.changes(once):
            check(meeting, again(second, once), set(first.holds) & set(second.holds))
