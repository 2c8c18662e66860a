"""CSV and TSV with named columns, and the ones without that Whisper's tools write.

References
----------
Shafranovich, Y. (2005). Common format and MIME type for comma-separated values files. RFC 4180.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.tables import HEADER, Columns, Row, columns, harmless, meeting_of, restored, rows_of
from talkbalance.meeting import Meeting

_TITLE = "Table"
_DELIMITERS = "\t;,|"
_LOOKED_AT = 20


def _claims(file: File) -> bool:
    return bool(file.text) and not file.looks_like_json and _layout(file) is not None


def _layout(file: File) -> tuple[str, Columns, int] | None:
    """Return delimiter, columns, and the number of rows above the utterances; the header may stand below a title."""
    head = file.text[:20_000].removeprefix("\ufeff")
    for delimiter in _DELIMITERS:
        if delimiter not in head:
            continue
        rows = list(islice(_rows(head, delimiter), _LOOKED_AT))
        for number, (_, cells) in enumerate(rows):
            if found := columns(cells):
                return delimiter, found, number + 1
        if bare := _bare([cells for _, cells in rows[:3]]):
            return delimiter, bare, 0
    return None


def _bare(rows: Sequence[Sequence[object]]) -> Columns | None:
    """Return the columns of a file without a header: text and two times, in seconds, in this order or with the times first."""
    for at in ({"text": 0, "start": 1, "end": 2}, {"start": 0, "end": 1, "text": 2}):
        if rows and all(len(cells) == 3 and _span(cells[at["start"]], cells[at["end"]]) for cells in rows):
            return Columns(at)
    return None


def _span(start: object, end: object) -> bool:
    try:
        return 0 <= float(str(start)) < float(str(end))
    except ValueError:
        return False


def _rows(content: str, delimiter: str, file: str = "") -> Iterator[Row]:
    """Yield the rows with the number of the line each ends on, and what was kept from being a formula as it was said."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if not file:
                return
            raise UnreadableFile("formats.broken_line", file=file, line=reader.line_num, content="…") from None
        yield reader.line_num, [restored(cell) for cell in cells]


def _read(file: File) -> Found:
    layout = _layout(file)
    if layout is None:
        raise UnreadableFile("formats.no_speech", file=file.name)
    delimiter, found, above = layout
    rows = islice(_rows(file.text.removeprefix("\ufeff"), delimiter, file.name), above, None)
    return meeting_of(rows, found, file, _TITLE)


def _write(meeting: Meeting) -> bytes:
    """With a byte order mark: without one, a German Excel takes umlauts for something else."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(HEADER)
    for speaker, side, start, end, text in rows_of(meeting):
        times = ("" if moment is None else f"{moment:.3f}" for moment in (start, end))
        writer.writerow((harmless(speaker), side, *times, harmless(text)))
    return target.getvalue().encode("utf-8-sig")


FORMAT = Format(
    _TITLE,
    (".csv", ".tsv"),
    _claims,
    _read,
    _write,
    holds=("speakers", "text", "starts", "ends", "overlaps", "sides"),
    timeless=True,
)
