"""`talkbalance report` and what a report can be asked for."""

import re
from pathlib import Path

import pytest

from talkbalance.cli import main


@pytest.fixture
def call(samples: Path) -> str:
    return str(samples / "erstgespraech_de.meeting.json")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path_factory.mktemp("cache")))


def test_moments_roles_and_charts(call: str, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        "--clips",
        "--recording",
        str(samples / "erstgespraech_de.mp3"),
        "--names",
        "roles",
        "--charts",
        str(tmp_path / "charts"),
    ]
    assert main(["report", call, "-o", str(tmp_path / "call.html"), *asked, "--ui", "de"]) == 0
    html, sounds = re.subn(r'data-sound="[^"]+"', "", (tmp_path / "call.html").read_text(encoding="utf-8"))
    assert sounds > 10
    assert "Eva" not in html
    assert "Agentur 1" in html
    charts = list((tmp_path / "charts").iterdir())
    assert {path.suffix for path in charts} == {".svg", ".png"}
    assert not any("Eva" in path.read_text(encoding="utf-8") for path in charts if path.suffix == ".svg")
    written = capsys.readouterr().err.splitlines()
    assert written[-2:] == [f"geschrieben: {tmp_path / 'call.html'}", f"geschrieben: {tmp_path / 'charts'}"]


def test_words_that_may_be_names_are_said_at_the_terminal(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = str(samples / "zweitgespraech_de.meeting.json")
    assert main(["report", call, "-o", str(tmp_path / "call.html"), "--names", "roles", "--ui", "en"]) == 0
    assert "Jonas (1×, first at 3:35)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "{call}", "-o", "{folder}/a.html", "--clips"], "--recording"),
        (["report", "{call}", "-o", "{folder}/a.html", "--clips", "--recording", "gone.mp3"], "gone.mp3"),
        (["analyze", "eva.m4a", "baum.m4a", "--clips"], "--clips"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_before_the_work(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main([*(argument.format(call=call, folder=tmp_path) for argument in arguments), "--ui", "en"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert said in sentence
    assert list(tmp_path.iterdir()) == []
