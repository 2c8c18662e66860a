"""Files of researchers and sheets of names at the command line."""

import json
from pathlib import Path

import pytest

from talkbalance.cli import main
from talkbalance.formats import read

CTM = "a 1 0.5 0.4 guten\na 1 0.9 0.5 Tag?\na 1 2.1 0.4 gern\n"
RTTM = "SPEAKER a 1 0 1.5 <NA> <NA> Eva\nSPEAKER a 1 1 2 <NA> <NA> Baum\nSPEAKER b 1 0 1 <NA> <NA> Jo\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ctm").write_text(CTM, encoding="utf-8")
    (tmp_path / "a.rttm").write_text(RTTM, encoding="utf-8")
    (tmp_path / "a.uem").write_text("a 1 1 3\n", encoding="utf-8")
    return tmp_path


def test_words_and_speakers_from_two_files_become_one(folder: Path) -> None:
    assert main(["convert", str(folder / "a.ctm"), str(folder / "a.eaf"), "--rttm", str(folder / "a.rttm")]) == 0
    meeting = read(folder / "a.eaf")
    assert [(u.speaker, u.text, len(u.words)) for u in meeting.utterances] == [("Eva", "guten Tag?", 2), ("Baum", "gern", 1)]


def test_only_stretches_of_a_uem_are_measured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["measure", str(folder / "a.ctm"), "--json", "--rttm", str(folder / "a.rttm"), "--uem", str(folder / "a.uem")]
    assert main(command) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["side"]: row["speaking_time"] for row in document["speaking_time"]} == {"Eva": 0.5, "Baum": 2.0}
    assert document["meeting"]["left_out"] == [[0, 1000]]


def test_one_recording_of_several_is_picked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(folder / "a.rttm"), str(folder / "b.TextGrid")]) == 1
    assert "--pick" in capsys.readouterr().err
    assert main(["convert", str(folder / "a.rttm"), str(folder / "b.TextGrid"), "--pick", "b"]) == 0
    assert [speaker.name for speaker in read(folder / "b.TextGrid").speakers] == ["Jo"]


def test_what_gets_lost_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(folder / "a.ctm"), str(folder / "a.stm")]) == 0
    assert "times of single words are lost" in capsys.readouterr().err


@pytest.mark.parametrize("ui", ["de", "en"])
def test_a_sheet_of_names_is_written_put_right_and_used(folder: Path, capsys: pytest.CaptureFixture[str], ui: str) -> None:
    (folder / "a.rttm").write_text(RTTM.replace("SPEAKER b 1 0 1 <NA> <NA> Jo\n", ""), encoding="utf-8")
    sheet = folder / "names.csv"
    assert main(["names", str(folder), "-o", str(sheet), "--ui", ui]) == 0
    said = capsys.readouterr().err
    assert f"--people {sheet}" in said
    sign = ";" if ui == "de" else ","
    content = sheet.read_text(encoding="utf-8-sig")
    row = sign.join(("Eva", "Eva", "", ""))
    assert row in content
    side = "Agentur" if ui == "de" else "agency"
    sheet.write_text(content.replace(row, sign.join(("Eva", "Eva Brandt", side, ""))), encoding="utf-8-sig")
    assert main(["names", str(folder), "-o", str(sheet), "--ui", ui]) == 0
    capsys.readouterr()
    assert main(["measure", str(folder / "a.rttm"), "--people", str(sheet), "--json"]) == 0
    speakers = json.loads(capsys.readouterr().out)["meeting"]["speakers"]
    assert speakers == [{"name": "Eva Brandt", "side": "agency"}, {"name": "Baum", "side": ""}]
