"""A comparison as people read it: at a terminal, on a page, as JSON."""

import json
from pathlib import Path

import pytest

from talkbalance.cli import main
from talkbalance.comparison import compare
from talkbalance.formats import read
from talkbalance.i18n import Language
from talkbalance.meeting import Meeting
from talkbalance.views.compared import compared, shown, table


@pytest.fixture
def files(samples: Path) -> list[str]:
    return [str(samples / "first_meeting_en.meeting.json"), str(samples / "first_meeting_en.zoom.vtt")]


def test_the_command_prints_both_figures_and_the_errors(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["comparison"]
    assert set(rows[0]) == {"measure", "side", "reference", "hypothesis", "difference", "reason"}
    assert {row["measure"]: row["hypothesis"] for row in rows}["overlap_f1"] is None
    for language, said in (("de", "Wortfehler"), ("en", "Word errors")):
        assert main(["compare", *files, "--ui", language]) == 0
        assert said in capsys.readouterr().out


def test_the_command_says_in_one_sentence_what_it_cannot_read(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", files[0], str(tmp_path / "no.vtt"), "--ui", "en"]) == 1
    assert "no.vtt" in capsys.readouterr().err


def test_errors_come_first_and_what_cannot_be_told_is_no_nought(files: list[str], ui: Language) -> None:
    said = compared(compare(*(read(Path(file)) for file in files)))
    assert said.index("DER") < said.index("Redezeit" if ui == "de" else "Speaking time")
    line = next(line for line in said.splitlines() if "F1" in line)
    assert line.split()[-2:] == ["–", "–"]
    assert max(map(len, said.splitlines())) <= 110


def test_names_are_escaped_on_a_page(hostile: Meeting) -> None:
    assert "<script" not in table(compare(hostile, hostile))


def test_a_notebook_shows_the_table_in_its_language(files: list[str]) -> None:
    found = compare(*(read(Path(file)) for file in files))
    assert "Wortfehler" in shown(found, language="de")._repr_html_()
    assert "Word errors" in repr(shown(found, language="en"))
