"""Word documents: Teams' and Meet's transcripts, tables of utterances, and lines of names as in plain text."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from talkbalance.errors import UnreadableFile
from talkbalance.formats import plain, tables
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.lines import page
from talkbalance.formats.tables import Columns, Row, columns
from talkbalance.formats.webvtt import NOTHING
from talkbalance.meeting import Meeting, clock

if TYPE_CHECKING:
    from docx.document import Document

LARGEST_BODY = 16 * 2**20
"""Bytes of text and markup: each of its elements takes twenty times as much in memory, and a day of talk is a tenth of it."""

_BODY = "word/document.xml"
_TITLE = "Word"
_LOOKED_AT = 5
_TABS = re.compile(r"\t+")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _claims(file: File) -> bool:
    return _BODY in file.parts


def _read(file: File) -> Found:
    """Read the longest table of utterances, else paragraphs that are rows of one, else lines of names."""
    document = _opened(file)
    lines = [line for paragraph in document.paragraphs for line in paragraph.text.split("\n")]
    tabbed: list[Row] = [(number, _TABS.split(line)) for number, line in enumerate(lines, 1) if "\t" in line]
    headed = [(rows, header) for rows in _tables(document) if (header := _header(rows))]
    if not headed and (header := _header(tabbed)):
        headed = [(tabbed, header)]
    if headed:
        rows, (found, above) = max(headed, key=lambda candidate: len(candidate[0]))
        return tables.meeting_of(rows[above:], found, file, _TITLE)
    found_page = page(lines, file.name)
    if found_page is None:
        raise UnreadableFile("formats.nobody", file=file.name)
    return plain.meeting_of(found_page, file, _TITLE, "\n".join(lines))


def _opened(file: File) -> "Document":
    import docx

    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        if archive.getinfo(_BODY).file_size > LARGEST_BODY:
            raise UnreadableFile("formats.too_large", file=file.name, mib=LARGEST_BODY // 2**20)
    try:
        return docx.Document(io.BytesIO(file.content))
    except Exception as error:  # lxml, zipfile and the library itself raise what they like on broken files
        raise UnreadableFile("formats.broken_zip", file=file.name, why=type(error).__name__) from None


def _tables(document: "Document") -> Iterator[list[Row]]:
    """Yield the tables; the cells are taken from the rows themselves, which is quick also in long ones."""
    for table in document.tables:
        yield [
            (number, ["".join(part.text or "" for part in cell.iter() if part.tag.endswith("}t")) for cell in row.tc_lst])
            for number, row in enumerate(table._tbl.tr_lst, 1)
        ]


def _header(rows: list[Row]) -> tuple[Columns, int] | None:
    for number, (_, cells) in enumerate(rows[:_LOOKED_AT]):
        if found := columns(cells):
            return found, number + 1
    return None


def _write(meeting: Meeting) -> bytes:
    """One paragraph an utterance: the name in bold, the time it begins in grey, then what was said."""
    import docx
    from docx.shared import RGBColor

    document = docx.Document()
    document.core_properties.author = "talkbalance"
    if title := _clean(meeting.title):
        document.add_heading(title, 1)
    called = plain.names(meeting)
    for utterance in meeting.utterances:
        paragraph = document.add_paragraph()
        if utterance.start is not None:
            time = paragraph.add_run(f"[{clock(utterance.start)}] ")
            time.font.color.rgb = RGBColor(0x59, 0x59, 0x59)
        paragraph.add_run(f"{_clean(called[utterance.speaker])}: ").bold = True
        paragraph.add_run(_clean(utterance.text) or NOTHING)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _clean(words: str) -> str:
    """Return a text without what XML cannot hold."""
    return " ".join(_FORBIDDEN.sub("", words).split())


FORMAT = Format(_TITLE, (".docx",), _claims, _read, _write, holds=("speakers", "text", "starts"), timeless=True, general=True)
