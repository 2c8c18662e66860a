"""Names that are programs, paths or endless, and times that cannot be: shown as what they are, or refused in one sentence."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from talkbalance import i18n, read, write
from talkbalance.cli import main
from talkbalance.formats import formats
from tests.hostile.transcripts import NAMES, crowd, times

ENDINGS = [entry.endings[0] for entry in formats() if entry.write is not None]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "call.meeting.json"
    write(crowd(), path)
    return path


class Page(HTMLParser):
    """What a browser would make of a page: every element with its attributes."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_a_report_shows_every_name_and_runs_none(call: Path, tmp_path: Path, code: str) -> None:
    path = tmp_path / "report.html"
    assert main(["report", str(call), "-o", str(path), "--ui", code]) == 0
    page = Page(path.read_text(encoding="utf-8"))
    shown = "".join(page.texts)
    for kind in ("script", "picture", "entity", "template", "braces", "emoji", "formula"):
        assert NAMES[kind] in shown, kind
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes), tag
        assert not any((attributes.get(name) or "").startswith("javascript:") for name in ("href", "src", "action")), tag
        assert tag not in ("iframe", "object", "embed", "base", "form")
    assert not [attributes for tag, attributes in page.elements if tag == "script" and "src" in attributes]
    assert not [
        attributes for tag, attributes in page.elements if tag == "img" and not (attributes["src"] or "").startswith("data:")
    ]
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_json_holds_every_name_as_it_is(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(call), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [speaker["name"] for speaker in document["meeting"]["speakers"]] == list(NAMES.values())


def test_no_cell_of_a_table_is_a_formula(call: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = call.read_text(encoding="utf-8").replace('"side": "agency"', '"side": ""').replace('"side": "client"', '"side": ""')
    unsided = tmp_path / "unsided.meeting.json"
    unsided.write_text(text, encoding="utf-8")  # every person is then a side, and stands in the table
    assert main(["measure", str(unsided), "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    sides = {row[rows[0].index("side")] for row in rows[1:]}
    assert f"'{NAMES['formula']}" in sides
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r")) or cell[:2] == "-2"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_holds_every_name_or_says_so(
    call: Path, tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"out{ending}"
    ended = main(["convert", str(call), str(out), "--ui", "en"])
    said = capsys.readouterr().err
    assert "went wrong" not in said
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ([] if ended else [out.name])
    if ending == ".meeting.json":
        assert read(out) == read(call)


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "=1+1", "👩 Eva", "\u202eavE", "a" * 200, "-o", "%s {0}", "Eva\nBaum"]
)
def test_a_file_may_be_called_anything(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / f"{name}.srt", tmp_path / "out"
    path.write_text("1\n00:00:00,000 --> 00:00:02,000\nEva: Ja?\n\n2\n00:00:03,000 --> 00:00:04,000\nBaum: Ja.\n", encoding="utf-8")
    out.mkdir()
    assert main(["report", str(path), "-o", str(out / "report.html")]) == 0, capsys.readouterr().err
    page = Page((out / "report.html").read_text(encoding="utf-8"))
    assert not any("onerror" in attributes for _, attributes in page.elements)
    assert [entry.name for entry in out.iterdir()] == ["report.html"]


@pytest.mark.parametrize("kind", list(times()))
def test_times_that_cannot_be_are_left_out_or_refused(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, content = times()[kind]
    path, out = tmp_path / name, tmp_path / "out.meeting.json"
    path.write_text(content, encoding="utf-8")
    for code in i18n.LANGUAGES:
        ended = main(["convert", str(path), str(out), "--ui", code])
        captured = capsys.readouterr()
        assert captured.out == ""
        if ended:
            (sentence,) = captured.err.strip().splitlines()
            assert sentence.startswith("talkbalance: ")
            assert name in sentence
            assert not out.exists()
            continue
        meeting = read(out)
        for utterance in meeting.utterances:
            assert utterance.start is None or utterance.end is None or 0 <= utterance.start < utterance.end <= meeting.length
        if len(meeting.utterances) < 2:
            assert captured.err, "what is left out is said"
        out.unlink()
