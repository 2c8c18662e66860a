"""Lines of fields, as NIST's formats have them: one record a line, fields by spaces, comments after `;;`.

Such a file may hold many recordings; a meeting is one of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import isfinite

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File
from talkbalance.formats.xml import broken
from talkbalance.i18n import text
from talkbalance.meeting import Meeting


def records(file: File, *, fields: int, last: int = -1) -> Iterator[tuple[int, list[str]]]:
    """Yield each line's number and fields, cut `last` times at most; comments and empty lines are passed over.

    Raises
    ------
    UnreadableFile
        Where a line has fewer fields than it must have.
    """
    for number, line in enumerate(file.lines, 1):
        parts = line.split(maxsplit=last)
        if not parts or parts[0].startswith((";", "#")):
            continue
        if len(parts) < fields:
            raise broken(file, number)
        yield number, parts


def first_records(file: File, *, limit: int = 20) -> list[list[str]]:
    """Return the fields of the first lines that are no comments; of a line cut off after 20,000 characters, what is there."""
    head = (line.split() for line in file.text[:20_000].split("\n"))
    return list(islice((parts for parts in head if parts and not parts[0].startswith((";", "#"))), limit))


def most(lines: Sequence[list[str]], fits: Callable[[list[str]], bool]) -> bool:
    """Whether more than half of the lines look like a format's: a broken one among them is told with its number then."""
    return 2 * sum(map(fits, lines)) > len(lines)


def number(value: str, file: File, line: int) -> float:
    """Return a field as a number."""
    try:
        found = float(value)
    except ValueError:
        raise broken(file, line) from None
    if not isfinite(found):
        raise broken(file, line)
    return found


def are_numbers(values: Iterable[str]) -> bool:
    """Whether all fields are numbers."""
    try:
        return all(isfinite(float(value)) for value in values)
    except ValueError:
        return False


def chosen(names: Iterable[str], file: File) -> str:
    """Return the recording that is read: the one that was asked for, else the only one.

    Raises
    ------
    UnreadableFile
        Where there are several and none was asked for, or it is not among them.
    """
    found = list(dict.fromkeys(names))
    listed = ", ".join(found[:10]) + (", …" if len(found) > 10 else "")
    if file.recording and file.recording not in found:
        raise UnreadableFile("formats.no_recording", file=file.name, recording=file.recording, names=listed)
    if not found:
        raise UnreadableFile("formats.no_speech", file=file.name)
    if len(found) > 1 and not file.recording:
        raise UnreadableFile("formats.several", file=file.name, names=listed, n=len(found), first=found[0])
    return file.recording or found[0]


def field(words: str, *, otherwise: str) -> str:
    """Return a text as one field: without spaces, and never empty.

    >>> field("Eva Brandt", otherwise="S1")
    'Eva_Brandt'
    """
    return "_".join(words.split()) or otherwise


def names(meeting: Meeting) -> dict[str, str]:
    """Return what each speaker is called in a field; two people never share a name there."""
    called: dict[str, str] = {}
    for speaker in meeting.speakers:
        name = plain = field(speaker.name, otherwise="unknown")
        again = 1
        while name in called.values():
            again += 1
            name = f"{plain}_{again}"
        called[speaker.name] = name
    return called


def renamed(meeting: Meeting) -> tuple[str, ...]:
    """Return what is to be said about names that are no fields as they are."""
    changed = [f"{before} → {after}" for before, after in names(meeting).items() if before != after]
    return (text("annotations.renamed", names=", ".join(changed[:5])),) if changed else ()


def lines_of(entries: Iterable[Iterable[object]]) -> str:
    """Return records as a file."""
    return "".join(" ".join(str(part) for part in entry).rstrip() + "\n" for entry in entries)
