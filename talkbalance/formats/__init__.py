"""A file in, a `Meeting` out, and back: one module per format, one registry.

A new format is a module with a `FORMAT` and its name in `MODULES`. Files are recognised by what they hold; the ending only
decides how to write.
"""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from talkbalance.errors import InvalidParameter, TalkbalanceError, TalkbalanceWarning, UnreadableFile
from talkbalance.formats.files import File, content_id, open_file, write_atomically
from talkbalance.formats.format import Format, Found
from talkbalance.formats.present import with_present
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Sides

MODULES = (
    "native",
    "webvtt",
    "srt",
    "sbv",
    "amazon",
    "assemblyai",
    "azure",
    "deepgram",
    "delimited",
    "docx",
    "fathom",
    "fireflies",
    "google",
    "ibm",
    "kaldi",
    "noscribe",
    "plain",
    "podcast",
    "readai",
    "speechmatics",
    "whisper",
    "xlsx",
    "rttm",
    "stm",
    "ctm",
    "seglst",
    "uem",
    "elan",
    "textgrid",
    "exmaralda",
    "tei",
    "chat",
    "transcriber",
    "spokendata",
    "parquet",
)


@cache
def formats() -> tuple[Format, ...]:
    """Return every format, in the order in which a file is tried on them."""
    return tuple(import_module(f"{__name__}.{module}").FORMAT for module in MODULES)


def read(
    path: str | Path,
    *,
    sides: Sides | None = None,
    kind: str | None = None,
    recording: str = "",
    present: Sequence[str | Path] = (),
) -> Meeting:
    """Read a transcript in any known format.

    Parameters
    ----------
    path
        The file; what it is, is seen from its content.
    sides
        Side to speakers, as in `Meeting.with_sides`.
    kind
        Title of the format, where two claim the file; as `talkbalance formats` lists it.
    recording
        Name of the recording, where the file holds several (RTTM, STM, CTM, SegLST).
    present
        Files that say who else was there: a list of participants (Zoom, Teams), a saved chat (Zoom).

    Raises
    ------
    UnreadableFile
        Where the file is not there, no format claims it or two do, or a line of it makes no sense: file, line and what to do.
    UnknownSide
        Where a side names somebody who does not speak.
    InvalidParameter
        Where there is no such kind, or a recording is named in a file that holds only one.
    """
    file = replace(open_file(Path(path)), recording=recording)
    entry = recognise(file, kind=kind)
    if recording and not entry.several:
        raise InvalidParameter("formats.one_recording", file=file.name, recording=recording)
    found = _read_as(entry, file)
    for note in found.notes:
        warnings.warn(f"{file.name}: {note}", TalkbalanceWarning, stacklevel=2)
    meeting = found.meeting
    if not meeting.details.id:
        meeting = replace(meeting, details=replace(meeting.details, id=content_id(file.content)))
    for listed in present:
        meeting = with_present(meeting, listed)
    return meeting.with_sides(sides) if sides else meeting


def recognise(file: File, *, kind: str | None = None) -> Format:
    """Return the one format a file is in, the loose ones asked last.

    Raises
    ------
    UnreadableFile
        Where none claims it, or several do: their names.
    """
    if kind is not None:
        return _named(kind)
    if file.parts:
        file.check_parts()
    for general in (False, True):
        claimed = [entry for entry in formats() if entry.general is general and entry.claims(file)]
        if len(claimed) > 1:
            names = ", ".join(entry.title for entry in claimed)
            raise UnreadableFile("formats.ambiguous", file=file.name, names=names, first=claimed[0].title)
        if claimed:
            return claimed[0]
    if file.looks_like_json:
        file.check_json()
    if not file.text:
        raise UnreadableFile("formats.binary", file=file.name)
    raise UnreadableFile("formats.unknown", file=file.name)


def _named(kind: str) -> Format:
    for entry in formats():
        if entry.title.lower() == kind.lower():
            return entry
    known = ", ".join(entry.title for entry in formats())
    raise InvalidParameter("formats.no_such_kind", kind=kind, known=known)


def _read_as(entry: Format, file: File) -> Found:
    """Read a file; whatever is missing or of another kind inside it is told the same way, by every reader."""
    try:
        return entry.read(file)
    except UnreadableFile:
        raise
    except TalkbalanceError as error:
        raise UnreadableFile("formats.broken_meeting", file=file.name, why=str(error)) from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:80]}"
        raise UnreadableFile("formats.malformed", file=file.name, title=entry.title, why=why) from None


def write(meeting: Meeting, path: str | Path) -> None:
    """Write a meeting in the format of the file's ending; the file is whole or not there.

    What a format cannot hold is said in a warning.

    Raises
    ------
    UnreadableFile
        Where no format has this ending, the format needs times that the meeting has not, or the place cannot be written to.
    """
    path = Path(path)
    entry = _by_ending(path.name)
    if entry is None or entry.write is None:
        raise UnreadableFile("formats.unwritable", file=path.name, endings=", ".join(_endings(timeless=False)))
    if not (meeting.timed or entry.timeless):
        endings = ", ".join(_endings(timeless=True))
        raise UnreadableFile("formats.needs_times", file=path.name, title=entry.title, endings=endings)
    write_atomically(path, entry.write(meeting))
    for loss in entry.losses(meeting):
        warnings.warn(text("formats.loss", file=path.name, loss=loss), TalkbalanceWarning, stacklevel=2)


def _by_ending(name: str) -> Format | None:
    """Return the format that is written with the longest ending of a name: `.meeting.json` before `.json`."""
    fitting = [
        (len(ending), number, entry)
        for number, entry in enumerate(formats())
        for ending in entry.endings
        if entry.write is not None and name.lower().endswith(ending)
    ]
    return max(fitting, key=lambda found: (found[0], -found[1]))[2] if fitting else None


def _endings(*, timeless: bool) -> list[str]:
    return [entry.endings[0] for entry in formats() if entry.write is not None and (entry.timeless or not timeless)]
