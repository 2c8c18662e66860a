"""One sheet of names for many files."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from talkbalance import i18n
from talkbalance.errors import InvalidMeeting, TalkbalanceWarning, UnknownSide, UnreadableFile
from talkbalance.formats import write
from talkbalance.formats.names import Named, names_in, read_names, with_names, write_names
from talkbalance.meeting import Speaker
from tests.drawing import draw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two meetings with one person under two names, and a numbered voice in each."""
    place = tmp_path / "calls"
    (place / "2026").mkdir(parents=True)
    write(draw("Eva_Brandt  |####    |ja\nS2          |    ####|so"), place / "a.stm")
    write(draw("eva.brandt  |##      |ja\nS2          |    ####|so\n=1+1  |       # |"), place / "2026" / "b.exb")
    (place / "notes.txt").write_text("Dies ist kein Transkript", encoding="utf-8")
    (place / "broken.stm").write_text("a 1 Eva 0 1 ja\na 1 Eva 2 3 ja\na 1 Eva 4 3 nein\n", encoding="utf-8")
    (place / "call.mp4").write_bytes(b"\0" * 100)
    return place


@pytest.fixture
def listed(folder: Path) -> pd.DataFrame:
    with pytest.warns(TalkbalanceWarning, match=r"passed over: broken\.stm"):
        return names_in(folder)


def test_every_name_is_listed_once_and_numbered_voices_per_file(listed: pd.DataFrame) -> None:
    rows = {(row.heard, row.file): (row.meetings, row.utterances) for row in listed.itertuples()}
    assert rows == {
        ("Eva_Brandt", ""): (1, 1),
        ("eva.brandt", ""): (1, 1),
        ("S2", "a.stm"): (1, 1),
        ("S2", "b.exb"): (1, 1),
        ("=1+1", ""): (1, 1),
    }


@pytest.mark.parametrize("name", ["names.csv", "names.xlsx"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_written_is_read_in_both_languages(
    listed: pd.DataFrame, tmp_path: Path, name: str, language: i18n.Language
) -> None:
    i18n.set_language(language)
    write_names(listed, tmp_path / name)
    read = read_names(tmp_path / name)
    assert {(row.heard, row.name, row.file) for row in read} == {
        (heard, heard, file) for heard, file in zip(listed["heard"], listed["file"], strict=True)
    }


def test_no_name_is_a_formula(listed: pd.DataFrame, tmp_path: Path) -> None:
    write_names(listed, tmp_path / "names.csv")
    assert "'=1+1,'=1+1," in (tmp_path / "names.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_is_put_right_stays_when_the_folder_is_listed_again(listed: pd.DataFrame, tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "names.csv"
    row = delimiter.join(("eva.brandt", " Eva  Brandt", "Agentur", "")) + "\r\n"
    path.write_text(delimiter.join(("Gefunden", "Name", "Seite", "Datei")) + "\r\n" + row, encoding="utf-8-sig")
    write_names(listed, path)
    assert Named("eva.brandt", "Eva Brandt", "agency") in read_names(path)
    assert Named("S2", "S2", "", "a.stm") in read_names(path)


def test_all_meetings_follow() -> None:
    sheet = [
        Named("Eva_Brandt", "Eva Brandt", "agency"),
        Named("eva.brandt", "Eva Brandt", "agency"),
        Named("S2", "Herr Baum", "client", "a.stm"),
    ]
    meeting = draw("eva.brandt  |## ##|\nS2   |  #  |\nEva_Brandt  |     #|")
    here, there = (replace(meeting, source=replace(meeting.source, file=file)) for file in ("a.stm", "b.exb"))
    assert with_names(here, sheet).speakers == (Speaker("Eva Brandt", "agency"), Speaker("Herr Baum", "client"))
    assert with_names(there, sheet).speakers == (Speaker("Eva Brandt", "agency"), Speaker("S2"))
    assert [u.speaker for u in with_names(here, sheet).utterances] == ["Eva Brandt", "Herr Baum", "Eva Brandt", "Eva Brandt"]


def test_one_person_cannot_sit_on_two_sides_nor_speak_at_once() -> None:
    meeting = draw("A  |##  |\nB  | ## |")
    with pytest.raises(UnknownSide, match="two sides"):
        with_names(meeting, [Named("A", "Eva", "agency"), Named("B", "Eva", "client")])
    with pytest.raises(InvalidMeeting, match="speak over themself"):
        with_names(meeting, [Named("A", "Eva"), Named("B", "Eva")])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("names.csv", "heard,name,side\nA,Eva,Gast\n", r'names\.csv, row 2: "Gast" is no side'),
        ("names.csv", "wer,was\nA,Eva\n", "no sheet of names"),
        ("names.csv", "", "is empty"),
    ],
)
def test_what_is_no_sheet_is_one_sentence(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=said):
        read_names(tmp_path / name)


def test_an_empty_folder_and_another_ending_are_one_sentence(listed: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "leer").mkdir()
    for place, said in ((tmp_path / "leer", "no transcript"), (tmp_path / "nirgends", "is no folder")):
        with pytest.raises(UnreadableFile, match=said):
            names_in(place)
    with pytest.raises(UnreadableFile, match=r"\.csv nor in \.xlsx"):
        write_names(listed, tmp_path / "names.docx")


def test_only_a_transcript_that_cannot_be_read_is_worth_a_word(folder: Path) -> None:
    with pytest.warns(TalkbalanceWarning) as said:
        names_in(folder)
    assert ["broken.stm" in str(warning.message) for warning in said] == [True]
