"""The command line, as a user meets it."""

import json
import shutil
from pathlib import Path
from threading import Thread

import pytest

from talkbalance import i18n
from talkbalance.cli import main
from talkbalance.cli.terminal import progress

TALK = "WEBVTT\n\n" + "\n\n".join(
    f"00:0{i}.000 --> 00:0{i}.{9 if i % 3 else 10:02}0\n<v {name}>{said}</v>"
    for i, (name, said) in enumerate(
        [("Eva", "Was ist Ihnen wichtig?"), ("Herr Baum", "Die Größe."), ("Eva", "Gut."), ("Herr Baum", "Ja.")]
    )
)


@pytest.fixture
def call(tmp_path: Path) -> Path:
    path = tmp_path / "call.vtt"
    path.write_text(TALK, encoding="utf-8")
    return path


def test_measure_prints_one_json_document(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(call), "--json", "--agency", "Eva", "--client", "Herr Baum"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["meeting"]["utterances"][1] == {"start": 1000, "end": 1090, "speaker": "Herr Baum", "text": "Die Größe."}
    assert document["interruptions"] is None
    assert "WebVTT" in document["unavailable"]["interruptions"]
    assert [row["text"] for row in document["questions"]] == ["Was ist Ihnen wichtig?"]
    assert {row["side"] for row in document["speaking_time"]} == {"agency", "client"}
    reasons = {row["measure"]: row["reason"] for row in document["summary"]}
    assert reasons["interruptions"]
    assert "misheard" in reasons["share"]  # a tool wrote the file, and nobody has measured how often it is wrong


def test_measure_prints_csv_and_a_readable_summary(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(call), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("meeting,measure,side,value")
    assert main(["measure", str(call), "--ui", "de"]) == 0
    assert "Redeanteil" in capsys.readouterr().out


def test_convert_and_measure_the_result(call: Path, tmp_path: Path) -> None:
    assert main(["convert", str(call), str(tmp_path / "call.meeting.json")]) == 0
    assert main(["convert", str(tmp_path / "call.meeting.json"), str(tmp_path / "again.vtt")]) == 0
    assert main(["measure", str(tmp_path / "again.vtt"), "--csv"]) == 0


def test_sides_come_from_a_file(call: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = tmp_path / "sides.toml"
    sides.write_text('agency = ["Eva=Eva Brandt"]\nclient = ["Herr Baum"]\n', encoding="utf-8")
    assert main(["measure", str(call), "--sides", str(sides), "--json"]) == 0
    speakers = json.loads(capsys.readouterr().out)["meeting"]["speakers"]
    assert speakers == [{"name": "Eva Brandt", "side": "agency"}, {"name": "Herr Baum", "side": "client"}]


def test_a_report_is_one_file(call: Path, tmp_path: Path) -> None:
    assert main(["report", str(call), "-o", str(tmp_path / "call.html")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call.html", "call.vtt"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "none.vtt"], "none.vtt"),
        (["measure", "{call}", "--agency", "Nobody"], "Nobody"),
        (["measure", "{call}", "--sides", "{call}"], "who sits where"),
        (["convert", "{call}", "{folder}/a.pdf"], "a.pdf"),
        (["convert", "{call}", "{folder}/no/a.vtt"], "a.vtt"),
        (["report", "{call}", "-o", "{folder}"], "folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    call: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    filled = [argument.format(call=call, folder=call.parent) for argument in arguments]
    assert main([*filled, "--ui", "en"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (sentence,) = captured.err.strip().splitlines()
    assert sentence.startswith("talkbalance: ")
    assert said in sentence
    assert [path.name for path in call.parent.iterdir()] == ["call.vtt"]


@pytest.mark.parametrize("arguments", [[], ["measure"], ["dance"], ["measure", "a", "--json", "--csv"]])
def test_wrong_usage_is_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(("code", "word"), [("de", "Aufruf:"), ("en", "usage:")])
def test_help_in_both_languages(code: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        [],
        ["analyze"],
        ["transcribe"],
        ["measure"],
        ["report"],
        ["app"],
        ["lab"],
        ["convert"],
        ["doctor"],
        ["formats"],
    ):
        with pytest.raises(SystemExit) as stopped:
            main([*command, "--ui", code, "--help"])
        assert stopped.value.code == 0
        assert word in capsys.readouterr().out


def test_formats_and_doctor_say_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    assert "WebVTT" in capsys.readouterr().out
    assert main(["doctor"]) == 0
    assert "CAM++" in capsys.readouterr().out


@pytest.mark.parametrize("others", [0, 1])
def test_a_stop_is_one_sentence_and_waits_for_nobody(
    others: int, call: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []
    monkeypatch.setattr("os._exit", left.append)
    monkeypatch.setattr("threading.active_count", lambda: 1 + others)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("talkbalance.formats.read", stopped)
    assert main(["measure", str(call), "--ui", "en"]) == 1
    assert capsys.readouterr().err == "talkbalance: stopped; nothing was written.\n"
    assert left == [1] * others


def test_bars_are_named_in_the_language_of_the_page_and_stand_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    i18n.set_language("de")
    with progress() as watch:
        watch("decode", 3.0, 0.0)
        thread = Thread(target=lambda: (watch("words", 0.0, 60.0), watch("voices", 30.0, 60.0)))  # knows no language
        thread.start()
        thread.join()
    said = capsys.readouterr().err
    assert "dekodieren" in said
    assert "Wörter " in said
    assert "Stimmen  50%" in said


def test_corrections_beside_a_meeting_count_and_are_named(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "call.meeting.json"
    shutil.copy(samples / "erstgespraech_de.meeting.json", file)
    log = tmp_path / "call.corrections.jsonl"
    log.write_text('{"do": "rename", "on": "Eva Brandt", "value": "Frau Neu"}\n', encoding="utf-8")
    assert main(["measure", str(file), "--json"]) == 0
    said = capsys.readouterr()
    assert "Frau Neu" in said.out
    assert "call.corrections.jsonl" in said.err
    assert main(["measure", str(file), "--json", "--as-heard"]) == 0
    assert "Frau Neu" not in capsys.readouterr().out
    assert main(["report", str(file), "-o", str(tmp_path / "r.html"), "--corrections", str(tmp_path / "none.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err
