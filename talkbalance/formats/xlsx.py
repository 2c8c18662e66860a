"""Excel workbooks: a sheet of utterances with named columns, one of people; what people said is never a formula."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import MOST_UTTERANCES
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.tables import HEADER, Columns, Row, columns, meeting_of, rows_of
from talkbalance.i18n import text
from talkbalance.meeting import Meeting

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TITLE = "Excel"
_LOOKED_AT = 20
_WIDEST = 64
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTHS = (22, 10, 12, 12, 90)


def _claims(file: File) -> bool:
    return "xl/workbook.xml" in file.parts


def _read(file: File) -> Found:
    """Read the first sheet whose header names columns of utterances; one with names and sides tells who else was there."""
    main: tuple[list[Row], Columns] | None = None
    people: list[tuple[str, str]] = []
    for rows in sheets(file):
        layout = next(((number, found) for number, (_, cells) in enumerate(rows[:_LOOKED_AT]) if (found := columns(cells))), None)
        if layout is not None and main is None:
            main = rows[layout[0] + 1 :], layout[1]
        elif rows and [str(cell).lower() for cell in rows[0][1][:2]] == list(HEADER[:2]):
            people = [(str(cells[0]), str(cells[1] or "")) for _, cells in rows[1:] if cells[0]]
    if main is None:
        raise UnreadableFile("formats.no_columns", file=file.name, columns=", ".join(HEADER))
    names = [name for name, _ in people]
    return meeting_of(main[0], main[1], file, _TITLE, sides=[(name, side) for name, side in people if side], people=names)


def sheets(file: File) -> Iterator[list[Row]]:
    """Yield the rows of each sheet; a workbook that says it has a million empty rows is believed as far as a meeting goes."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(file.content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its own size is not to be relied on
            cells = sheet.iter_rows(max_col=_WIDEST, max_row=MOST_UTTERANCES + _LOOKED_AT, values_only=True)
            yield [(number, row) for number, row in enumerate(cells, 1) if any(cell is not None for cell in row)]
        book.close()
    except (KeyError, ValueError, TypeError, SyntaxError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise UnreadableFile("formats.broken_zip", file=file.name, why=type(error).__name__) from None


def _write(meeting: Meeting) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    del book["Sheet"]
    sheet = book.create_sheet(text("formats.sheet_utterances"))
    _headed(sheet, HEADER, _WIDTHS)
    for row in rows_of(meeting):
        typed(sheet, row)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    people = book.create_sheet(text("formats.sheet_speakers"))
    _headed(people, HEADER[:2], _WIDTHS[:2])
    for speaker in meeting.speakers:
        typed(people, (speaker.name, speaker.side))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _headed(sheet: "Worksheet", header: tuple[str, ...], widths: tuple[int, ...]) -> None:
    """Write a header with a note on each column: its unit, and what an empty cell means."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.append(header)
    for number, (name, width) in enumerate(zip(header, widths, strict=True), 1):
        cell = sheet.cell(1, number)
        cell.font = Font(bold=True)
        cell.comment = Comment(text(f"formats.note_{name}"), "talkbalance")
        sheet.column_dimensions[get_column_letter(number)].width = width


def typed(sheet: "Worksheet", row: tuple[Any, ...]) -> None:
    """Write numbers as numbers and text as text, also where it begins as a formula would."""
    number = sheet.max_row + 1
    for column, value in enumerate(row, 1):
        if value is None or value == "":
            continue
        cell = sheet.cell(number, column)
        if isinstance(value, str):
            cell.value = _CONTROL.sub("", value)[:32_767]  # the most a cell can hold
            cell.data_type = "s"
            cell.style = "Normal"
            cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
        else:
            cell.value = value
            cell.number_format = "0.000"


FORMAT = Format(
    _TITLE,
    (".xlsx",),
    _claims,
    _read,
    _write,
    holds=("speakers", "text", "starts", "ends", "overlaps", "sides", "silent"),
    timeless=True,
)
