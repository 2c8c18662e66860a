"""Who was there, from the files that go with a transcript: lists of participants and the chat.

A transcript names those who spoke. Whoever only listened stands in Zoom's or Teams' list of participants, or wrote in the chat.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File, open_file
from talkbalance.meeting import Meeting, Speaker

_NAMES = frozenset(
    (
        "name (original name)",
        "name (ursprünglicher name)",
        "name (originalname)",
        "name",
        "full name",
        "vollständiger name",
        "teilnehmer",
    )
)
_ORIGINAL = re.compile(r"\s+\([^()]*\)$")
_CHAT = re.compile(
    r"^\d{2}:\d{2}:\d{2}(?:\t([^\t\n:]{1,80}):\t|\s+From\s+([^\n:]{1,80}?)(?:\s+to\s+[^\n:]{1,80})?\s*:)", re.MULTILINE
)
_MOST = 2_000


def with_present(meeting: Meeting, path: str | Path) -> Meeting:
    """Return the meeting with everybody listed whom a file names as there.

    Parameters
    ----------
    path
        A list of participants (CSV, as Zoom and Teams export them) or a chat saved by Zoom.

    Raises
    ------
    UnreadableFile
        Where the file is neither.
    """
    file = open_file(Path(path))
    found = [name for name in islice(dict.fromkeys(_people(file)), _MOST) if name]
    if not found:
        raise UnreadableFile("formats.no_people", file=file.name)
    known = {speaker.name for speaker in meeting.speakers}
    return replace(meeting, speakers=(*meeting.speakers, *(Speaker(name) for name in found if name not in known)))


def _people(file: File) -> Iterator[str]:
    if written := _CHAT.findall(file.text.removeprefix("\ufeff")):
        yield from (" ".join((tabbed or told).split()) for tabbed, told in written)
        return
    column = None
    for cells in _rows(file):
        headings = [cell.strip().strip('"').lower() for cell in cells]
        if named := [number for number, heading in enumerate(headings) if heading in _NAMES]:
            column = named[0]
        elif len(cells) < 2:
            column = None  # Teams puts several lists into one file
        elif column is not None and column < len(cells):
            yield _ORIGINAL.sub("", " ".join(cells[column].split()))


def _rows(file: File) -> Iterator[list[str]]:
    delimiter = "\t" if "\t" in file.text[:5000] else ";" if ";" in file.text[:5000] else ","
    reader = csv.reader(file.lines, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableFile("formats.broken_line", file=file.name, line=reader.line_num, content="…") from None
