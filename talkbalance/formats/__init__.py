"""A file in, a `Meeting` out, and back: one module per format, one registry.

A new format is a module with a `FORMAT` and its name in `MODULES`. Files are recognised by what they hold; the ending only
decides how to write.
"""

import warnings
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats.files import content_id, read_text, write_atomically
from talkbalance.formats.format import Format
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Sides

MODULES = ("native", "webvtt", "rttm")


@cache
def formats() -> tuple[Format, ...]:
    """Return every format, in the order in which a file is tried on them."""
    return tuple(import_module(f"{__name__}.{module}").FORMAT for module in MODULES)


def read(path: str | Path, *, sides: Sides | None = None) -> Meeting:
    """Read a transcript in any known format.

    Parameters
    ----------
    path
        The file; what it is, is seen from its content.
    sides
        Side to speakers, as in `Meeting.with_sides`.

    Raises
    ------
    UnreadableFile
        Where the file is not there, no format claims it, or a line of it makes no sense: file, line and what to do.
    UnknownSide
        Where a side names somebody who does not speak.
    """
    path = Path(path)
    content = read_text(path)
    for candidate in formats():
        if candidate.claims(content):
            found = candidate.read(content, path.name)
            break
    else:
        known = ", ".join(f"{entry.title} ({entry.endings[0]})" for entry in formats())
        raise UnreadableFile("formats.unknown", file=path.name, known=known)
    for note in found.notes:
        warnings.warn(f"{path.name}: {note}", TalkbalanceWarning, stacklevel=2)
    meeting = found.meeting
    if not meeting.details.id:
        meeting = replace(meeting, details=replace(meeting.details, id=content_id(path.read_bytes())))
    return meeting.with_sides(sides) if sides else meeting


def write(meeting: Meeting, path: str | Path) -> None:
    """Write a meeting in the format of the file's ending; the file is whole or not there.

    What a format cannot hold is said in a warning.
    """
    path = Path(path)
    for candidate in formats():
        if candidate.write is not None and path.name.lower().endswith(candidate.endings):
            written = candidate.write(meeting)
            write_atomically(path, written)
            for loss in candidate.losses(meeting):
                warnings.warn(text("formats.loss", file=path.name, loss=loss), TalkbalanceWarning, stacklevel=2)
            return
    endings = ", ".join(entry.endings[0] for entry in formats() if entry.write is not None)
    raise UnreadableFile("formats.unwritable", file=path.name, endings=endings)
