"""What a format is: how to recognise it, read it, write it, and what it can hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from talkbalance.formats.files import File
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, Utterance, times_of

Trait = Literal[
    "speakers",
    "text",
    "starts",
    "ends",
    "overlaps",
    "words",
    "sides",
    "silent",
    "duration",
    "confidence",
    "prosody",
    "checks",
    "origin",
]
"""What a transcript may tell: who spoke, what was said, when each utterance begins and ends, whether ends go beyond the next
beginning, when each word was said, who sits on which side, who was there and said nothing, how long it took, how sure a
speaker is, how the voice moved, what people checked, and that a machine heard it or a tool put everybody in a row: without the
last, a meeting counts as written down by hand, with all that could be heard."""

TRAITS: tuple[Trait, ...] = get_args(Trait)


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader made of a file, and what the user should know about it."""

    meeting: Meeting
    notes: tuple[str, ...] = ()


def _nothing(_: Meeting) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """One format of transcripts.

    Parameters
    ----------
    title
        As people call it.
    endings
        With their dots, lower case; the first is the usual one.
    claims
        Whether a file is in this format. Never raises; two formats that claim the same file are told to the user.
    read
        A file to a meeting. What it raises besides our own errors is told as a file that is not what it seems.
    write
        A meeting to a content; None where we only read.
    holds
        What it can tell, as read; what a writer of ours puts in is the same.
    timeless
        Whether a meeting without times can be written to it.
    several
        Whether a file can hold several recordings, of which `File.recording` names one.
    general
        Whether it is one of the loose formats (plain text, Word), which are asked where no other claims a file; their times are
        written to the second.
    changes
        What else is not the same after writing a meeting, in the user's words: names that had to be put another way.
    """

    title: str
    endings: tuple[str, ...]
    claims: Callable[[File], bool]
    read: Callable[[File], Found]
    write: Callable[[Meeting], str | bytes] | None = None
    holds: tuple[Trait, ...] = TRAITS
    timeless: bool = False
    several: bool = False
    general: bool = False
    changes: Callable[[Meeting], tuple[str, ...]] = _nothing

    def losses(self, meeting: Meeting) -> tuple[str, ...]:
        """Return what would be lost of a meeting by writing it, in the user's words."""
        lost = (trait for trait in TRAITS if trait not in self.holds and has(meeting, trait))
        return (*(text(f"formats.loses_{trait}") for trait in lost), *self.changes(meeting))


def has(meeting: Meeting, trait: Trait) -> bool:
    """Whether a meeting tells something of this kind.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> has(Meeting([Speaker("Eva")], [Utterance(0, 2, "Eva", "Ja.")], duration=10), "silent")
    False
    """
    return _TELLS[trait](meeting)


def _silent(meeting: Meeting) -> bool:
    return bool({speaker.name for speaker in meeting.speakers} - {utterance.speaker for utterance in meeting.utterances})


def _duration(meeting: Meeting) -> bool:
    """Whether it is known to have gone on after the last word."""
    return meeting.source.duration_given and meeting.length > max((u.end or 0.0 for u in meeting.utterances), default=0.0)


def overlapping(utterances: Sequence[Utterance]) -> bool:
    """Whether two of a meeting's utterances overlap; those of one speaker never do."""
    reached = 0.0
    for utterance in utterances:
        start, end = times_of(utterance)
        if start < reached:
            return True
        reached = max(reached, end)
    return False


_TELLS: dict[Trait, Callable[[Meeting], bool]] = {
    "speakers": lambda meeting: any(speaker.name != UNKNOWN for speaker in meeting.speakers),
    "text": lambda meeting: any(utterance.text for utterance in meeting.utterances),
    "starts": lambda meeting: meeting.timed,
    "ends": lambda meeting: meeting.source.times in ("utterance", "word"),
    "overlaps": lambda meeting: meeting.timed and meeting.overlap_observable and overlapping(meeting.utterances),
    "words": lambda meeting: any(utterance.words for utterance in meeting.utterances),
    "sides": lambda meeting: any(speaker.side for speaker in meeting.speakers),
    "silent": _silent,
    "duration": _duration,
    "confidence": lambda meeting: any(utterance.confidence is not None for utterance in meeting.utterances),
    "prosody": lambda meeting: any(utterance.prosody for utterance in meeting.utterances),
    "checks": lambda meeting: bool(meeting.left_out) or any(utterance.checks for utterance in meeting.utterances),
    "origin": lambda meeting: bool(meeting.source.models) or meeting.source.overlap_observable is False,
}
