"""What a format is: how to recognise it, read it, write it, and what it can hold."""

from collections.abc import Callable
from dataclasses import dataclass

from talkbalance.meeting import Meeting


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader made of a file, and what the user should know about it."""

    meeting: Meeting
    notes: tuple[str, ...] = ()


def _no_losses(_: Meeting) -> tuple[str, ...]:
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
        Whether a content is in this format.
    read
        Content and file name to a meeting.
    write
        A meeting to a content; None where we only read.
    losses
        What would be lost of a meeting by writing it, in the user's words.
    """

    title: str
    endings: tuple[str, ...]
    claims: Callable[[str], bool]
    read: Callable[[str, str], Found]
    write: Callable[[Meeting], str] | None = None
    losses: Callable[[Meeting], tuple[str, ...]] = _no_losses
