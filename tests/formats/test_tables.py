"""Tables of utterances: columns by their names, in CSV, Excel and Word, and nothing that a spreadsheet would run."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkbalance import i18n
from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.formats.tables import columns
from talkbalance.meeting import Meeting, Source, Speaker, Utterance

NASTY = ("=1+1", "+49 30", "-1", "@SUM(A1)", "'=x", '"Ja", sagte sie; dann\tnichts', "Größe – „so“", '=HYPERLINK("http://x","y")')
MEETING = Meeting(
    (Speaker("=Eva", "agency"), Speaker("Baum", "client"), Speaker("Özil", "client")),
    tuple(Utterance(2 * i, 2 * i + 2.5, ("=Eva", "Baum")[i % 2], words) for i, words in enumerate(NASTY)),
    60,
    source=Source(times="utterance", overlap_observable=True),
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        yield


def _csv(tmp_path: Path, content: str, encoding: str = "utf-8") -> Meeting:
    (tmp_path / "a.csv").write_bytes(content.encode(encoding))
    return read(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "content",
    [
        "speaker,start,end,text\nEva,0,1.5,Tag.\n",
        "Sprecher;Beginn (s);Ende (s);Äußerung\r\nEva;0,0;1,5;Tag.\r\n",
        "Name\tVon\tBis\tInhalt\nEva\t0:00\t0:01.5\tTag.\n",
        "text|speaker|start_ms|end_ms\nTag.|Eva|0|1500\n",
        "Gespräch vom 3. April,,,\nSpeaker Name,Start,Dur.,Transcription\nEva,00:00:00,1.5s,Tag.\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_columns_are_told_by_their_names(tmp_path: Path, content: str, encoding: str) -> None:
    assert _csv(tmp_path, content, encoding).utterances == (Utterance(0, 1.5, "Eva", "Tag."),)


def test_sides_come_along_and_rows_without_times_have_their_order(tmp_path: Path) -> None:
    meeting = _csv(tmp_path, "Seite,Sprecherin,Text\nAgentur,Eva,Tag.\nKunde,Baum,Ja.\n,Özil,Hm.\n")
    assert [(speaker.name, speaker.side) for speaker in meeting.speakers] == [("Eva", "agency"), ("Baum", "client"), ("Özil", "")]
    assert meeting.source.times == "none"


def test_a_number_behind_the_name_is_that_of_the_row(tmp_path: Path) -> None:
    rows = "".join(f"4.{name}.{i},{i},{i + 1},Ja.\n" for i in range(3) for name in ("Blau", "Rot"))
    assert {s.name for s in _csv(tmp_path, f"participant,start,end,text\n{rows}").speakers} == {"4.Blau", "4.Rot"}


def test_a_time_that_is_none_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.csv, line 3 .*Eva | bald | 2 | Ja"):
        _csv(tmp_path, "speaker,start,end,text\nEva,0,1,Tag.\nEva,bald,2,Ja.\n")


@pytest.mark.parametrize("header", [["a", "b"], ["speaker", "start"], ["text"], ["", None], []])
def test_what_is_no_header_of_utterances(header: list[object]) -> None:
    assert columns(header) is None


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_what_spreadsheets_would_run_stays_text(tmp_path: Path, ending: str) -> None:
    write(MEETING, tmp_path / f"a{ending}")
    again = read(tmp_path / f"a{ending}")
    assert [(u.start, u.end, u.speaker, u.text) for u in again.utterances] == [
        (u.start, u.end, u.speaker, " ".join(u.text.split())) for u in MEETING.utterances
    ]


def test_no_cell_of_a_csv_begins_a_formula(tmp_path: Path) -> None:
    write(MEETING, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_workbook_has_numbers_notes_and_no_formula(tmp_path: Path) -> None:
    import openpyxl

    i18n.set_language("de")
    write(MEETING, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["Äußerungen"]
    assert sheet["C1"].comment is not None
    assert sheet["C1"].comment.text.startswith("Sekunden")
    assert (sheet["C3"].value, sheet["C3"].data_type, sheet["C3"].number_format) == (2, "n", "0.000")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [row[0].value for row in book["Personen"].iter_rows(min_row=2)] == ["=Eva", "Baum", "Özil"]
    assert [(s.name, s.side) for s in read(tmp_path / "a.xlsx").speakers] == [(s.name, s.side) for s in MEETING.speakers]


def test_times_of_cells_are_read_as_times(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.create_sheet("Transkript", 0)
    sheet.append(["Sprecher", "Start", "Ende", "Text"])
    sheet.append(["Eva", datetime.time(0, 0, 1), datetime.time(0, 0, 2, 500_000), "Tag."])
    sheet.append(["Baum", datetime.timedelta(seconds=2), 4.5, 42])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").utterances == (Utterance(1, 2.5, "Eva", "Tag."), Utterance(2, 4.5, "Baum", "42"))


def test_a_workbook_without_such_a_sheet_says_what_it_needs(tmp_path: Path) -> None:
    import openpyxl

    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFile, match="speaker, side, start, end, text"):
        read(tmp_path / "a.xlsx")


def test_a_word_document_has_names_times_and_words(tmp_path: Path) -> None:
    import docx

    write(MEETING, tmp_path / "a.docx")
    assert docx.Document(str(tmp_path / "a.docx")).paragraphs[1].text == "[0:02] Baum: +49 30"
    assert [(u.start, u.speaker) for u in read(tmp_path / "a.docx").utterances][1] == (2, "Baum")


@pytest.mark.parametrize("cells", [["Tag."], ["Eva: Tag.", "Baum: Ja.", "Eva: Gut."]])
def test_a_word_document_is_read_as_lines(tmp_path: Path, cells: list[str]) -> None:
    import docx

    document = docx.Document()
    for cell in cells:
        document.add_paragraph(cell)
    document.save(str(tmp_path / "a.docx"))
    if len(cells) == 1:
        with pytest.raises(UnreadableFile, match="names nobody"):
            read(tmp_path / "a.docx")
    else:
        assert [u.speaker for u in read(tmp_path / "a.docx").utterances] == ["Eva", "Baum", "Eva"]


def test_teams_word_documents_have_name_and_time_before_the_words(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    for said in ("Eva Brandt   0:03\nTag.", "Herr Baum   0:07\nJa.\nUnd?"):
        document.add_paragraph(said)
    document.save(str(tmp_path / "a.docx"))
    assert [(u.start, u.speaker, u.text) for u in read(tmp_path / "a.docx").utterances] == [
        (3, "Eva Brandt", "Tag."),
        (7, "Herr Baum", "Ja. Und?"),
    ]


def _zip(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("part", ["word/document.xml", "xl/workbook.xml"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<a>" * 10, "cannot be unpacked"),
        (b"", "cannot be unpacked"),
        (b" " * (65 * 2**20), "larger than any transcript"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "cannot be unpacked"),
    ],
)
def test_broken_and_swollen_archives_are_one_sentence(tmp_path: Path, part: str, content: bytes, said: str) -> None:
    (tmp_path / "a.docx").write_bytes(_zip({part: content, "[Content_Types].xml": b"<Types/>"}))
    with pytest.raises(UnreadableFile, match=said):
        read(tmp_path / "a.docx")


@pytest.mark.parametrize("cut", [10, 200, 2000, -30])
@pytest.mark.parametrize("ending", [".docx", ".xlsx"])
def test_archives_cut_short_are_one_sentence(tmp_path: Path, ending: str, cut: int) -> None:
    path = tmp_path / f"a{ending}"
    write(MEETING, path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UnreadableFile, match="a" + ending):
        read(path)
