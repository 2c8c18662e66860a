"""The page on which a meeting is reviewed, driven without a kernel."""

import json
import re
import time
import zipfile
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest

from talkbalance.corrections import log_beside
from talkbalance.errors import UnusableSound
from talkbalance.formats import read, write
from talkbalance.meeting import Meeting, Speaker
from talkbalance.metrics.interruptions import interruptions
from talkbalance.pipeline import Watch
from talkbalance.views.drop import shelf
from talkbalance.views.review import Review, review


@pytest.fixture
def page(quarter: Meeting) -> Review:
    return review(quarter, language="en")


def shares(page: Review) -> dict[str, float]:
    """Return who has which share on the page."""
    assert page.explorer.summary is not None
    found = page.explorer.summary.query("measure == 'share'")
    return dict(zip(found["side"], found["value"], strict=True))


# ---------------------------------------------------------------------------------------------------- who is who


def test_naming_a_side_moves_the_figures(in_a_row: Meeting) -> None:
    page = review(in_a_row, language="de")
    page.people.lines[0].called.value = "Eva"
    page.people.lines[0].sits.value = "agency"
    page.people.lines[1].called.value = "Baum"
    page.people.lines[1].sits.value = "client"
    assert page.meeting is not None
    assert page.meeting.speakers == (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    assert shares(page)["agency"] == pytest.approx(4 / 9)
    assert [line.do for line in page.log] == ["rename", "side", "rename", "side"]


def test_two_voices_of_one_name_are_one_person_and_where_they_speak_at_once_is_said(page: Review) -> None:
    assert page.meeting is not None
    one, other = page.meeting.speakers[:2]
    page.people.lines[1].called.value = one.name
    assert [speaker.name for speaker in page.meeting.speakers].count(one.name) == 1
    assert other.name not in [speaker.name for speaker in page.meeting.speakers]
    assert "speak at once" in page.message.value
    page.undo()
    assert page.meeting.speakers[1] == other


def test_a_side_that_is_clicked_while_the_name_is_still_on_its_way_is_that_of_the_voice(in_a_row: Meeting) -> None:
    page = review(in_a_row, language="en")
    line = page.people.lines[0]
    line.called.value = "Eva"
    line.sits.value = "agency"
    assert page.people.lines[0] is line
    assert page.meeting is not None
    assert page.meeting.speakers[0] == Speaker("Eva", "agency")


def test_a_name_that_was_emptied_comes_back(page: Review) -> None:
    name = page.people.lines[0].called.value
    page.people.lines[0].called.value = "  "
    assert page.people.lines[0].called.value == name
    assert not len(page.log)


def test_a_voice_is_heard_for_a_moment(samples: Path) -> None:
    page = review(samples=samples)
    page.people.lines[0].play.click()
    asked = page.explorer.player.request
    assert asked["start"] is not None
    assert asked["end"] is not None
    assert 0 < asked["end"] - asked["start"] <= 8


# ---------------------------------------------------------------------------------------------------- corrections


def test_a_correction_in_the_player_changes_the_figures_and_is_undone(page: Review) -> None:
    before = shares(page)
    assert page.meeting is not None
    said = next(u for u in page.meeting.utterances if page.meeting.side_of(u.speaker) == "agency")
    other = next(s.name for s in page.meeting.speakers if s.side == "client")
    overlap = [u for u in page.meeting.utterances if u.speaker == other]
    assert overlap
    on = {"speaker": said.speaker, "start": round((said.start or 0) * 1000)}
    page.explorer.player._asked(None, {"correct": {"do": "reassign", "on": on, "value": other}}, None)
    assert shares(page)["agency"] < before["agency"]
    page.correcting._act({"do": "undo"})
    assert shares(page) == before


def test_a_moment_that_is_said_to_be_none_no_longer_counts(meeting: Meeting) -> None:
    page = review(meeting, language="en")
    found = interruptions(meeting).iloc[0]
    on = {"measure": "interruptions", "speaker": found["interrupter"], "start": round(found["start"] * 1000)}
    page.explorer._act({"do": "judge", "what": "reject", "on": on})
    assert page.meeting is not None
    assert len(interruptions(page.meeting)) == len(interruptions(meeting)) - 1


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "dance", "on": "x"},
        {"do": "rename", "on": "Nobody", "value": "x"},
        {"do": "exclude", "on": {"start": "x"}},
        {"do": "text", "on": {"place": 0}, "value": None},
        {},
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(page: Review, sent: dict[str, object]) -> None:
    before = page.meeting
    page.explorer.player._asked(None, {"correct": sent}, None)
    assert "tb-wrong" in page.message.value
    assert (page.meeting, len(page.log)) == (before, 0)


def test_the_questions_that_matter_most_are_asked_one_by_one(quarter: Meeting) -> None:
    page = review(quarter, language="en")
    page.correcting._act({"do": "ask"})
    page.correcting.wait()
    assert "1 of 20" in page.correcting.asking.html
    page.correcting._act({"do": "hear"})
    assert page.explorer.player.request["n"] == 1
    page.correcting._act({"do": "skip"})
    answer = re.findall(r'data-act="([^"]*answer[^"]*)"', page.correcting.asking.html)[0]
    page.correcting._act(json.loads(unescape(answer)))
    assert "3 of 20" in page.correcting.asking.html
    page.correcting._act(json.loads(unescape(answer)))
    page.correcting._act({"do": "answer", "answer": "dance", "at": 2})
    assert len(page.log) == 1, "a second click on an answer answers nothing else"


def test_corrections_lie_beside_the_file_and_are_there_again(meeting: Meeting, tmp_path: Path) -> None:
    file = tmp_path / "call.meeting.json"
    write(meeting, file)
    content = file.read_bytes()
    page = review(samples=tmp_path / "none", language="en")
    page.open(file)
    page.people.lines[0].called.value = "Eva"
    [line] = log_beside(file).read_text(encoding="utf-8").splitlines()
    assert json.loads(line) | {"at": "", "who": ""} == {"at": "", "who": "", "do": "rename", "on": "Eva Größe", "value": "Eva"}
    assert file.read_bytes() == content
    again = review(samples=tmp_path / "none", language="en")
    again.open(file)
    assert again.people.lines[0].called.value == "Eva"
    assert "call.corrections.jsonl" in again.correcting.log.html
    again.undo()
    assert not log_beside(file).exists()


def test_corrections_that_do_not_fit_are_left_untouched(meeting: Meeting, tmp_path: Path) -> None:
    file = tmp_path / "call.meeting.json"
    write(meeting, file)
    log_beside(file).write_text('{"do": "side", "on": "Nobody", "value": ""}\n', encoding="utf-8")
    page = review(samples=tmp_path / "none", language="en")
    page.open(file)
    assert page.meeting == read(file)
    assert "call.corrections.jsonl" in page.message.value
    page.people.lines[0].called.value = "Eva"
    assert "Nobody" in log_beside(file).read_text(encoding="utf-8")


def test_nothing_is_written_beside_a_sample(meeting: Meeting, tmp_path: Path) -> None:
    write(meeting, tmp_path / "a.meeting.json")
    page = review(samples=tmp_path, language="en")
    page.people.lines[0].called.value = "Eva"
    assert [file.name for file in tmp_path.iterdir()] == ["a.meeting.json"]


# ---------------------------------------------------------------------------------------------------- which meeting


def test_the_switch_changes_the_language_and_keeps_everything(page: Review) -> None:
    page.people.lines[1].called.value = "Jörn"
    page.language_switch.value = "de"
    assert "Wer sitzt auf welcher Seite?" in page.sides_title.value
    assert page.saving.report.label == "Bericht (HTML)"
    assert "heißt Jörn" in page.correcting.log.html
    assert page.people.lines[1].called.value == "Jörn"


def test_words_and_names_are_escaped(hostile: Meeting) -> None:
    page = review(hostile, language="de")
    page.correcting._act({"do": "ask"})
    page.correcting.wait()
    page.people.lines[0].called.value = "<script>alert(9)</script>"
    shown = page.correcting.asking.html + page.correcting.log.html + page.message.value
    shown += "".join(line.children[-1].value for line in page.people.part.children)
    assert "<script" not in shown
    assert "<img" not in shown


def test_samples_are_offered_and_the_first_is_open(meeting: Meeting, in_a_row: Meeting, tmp_path: Path) -> None:
    write(meeting, tmp_path / "a.meeting.json")
    write(in_a_row, tmp_path / "b.meeting.json")
    (tmp_path / "a.mp3").touch()
    page = review(samples=tmp_path, language="de")
    assert [label for label, _ in page.opening.samples.options] == ["a.meeting.json", "b.meeting.json", "a.mp3"]
    assert page.meeting == meeting
    page.opening.samples.value = str(tmp_path / "b.meeting.json")
    page.opening.try_button.click()
    assert page.meeting == in_a_row
    closed = review(samples=tmp_path, language="de", open_sample=False)
    assert closed.meeting is None
    assert closed.people.part.layout.display == "none"


def test_an_own_file_is_opened_by_its_path_or_the_reason_said(meeting: Meeting, tmp_path: Path) -> None:
    page = review(samples=tmp_path / "none", language="en")
    said: list[object] = []
    page.opening.drop.send = lambda content, *_: said.append(content)
    page.opening.drop._told(None, {"do": "path", "path": str(tmp_path / "no.vtt")}, [])
    assert "no.vtt" in str(said)
    write(meeting, tmp_path / "own.meeting.json")
    page.opening.drop._told(None, {"do": "path", "path": f'"{tmp_path / "own.meeting.json"}"'}, [])
    assert page.meeting == meeting
    assert page.people.part.layout.display is None


def _hand_over(page: Review, name: str, content: bytes) -> None:
    """Give a file to the page as a browser does."""
    page.opening.drop.send = lambda *_: None
    page.opening.drop._told(None, {"do": "begin", "file": "f", "name": name, "size": len(content)}, [])
    page.opening.drop._told(None, {"do": "slice", "file": "f", "at": 0}, [content])


def test_a_dropped_file_stays_as_long_as_it_is_open(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_DROPPED", str(tmp_path / "dropped"))
    write(meeting, tmp_path / "own.meeting.json")
    page = review(samples=tmp_path / "none", language="en")
    _hand_over(page, "own.meeting.json", (tmp_path / "own.meeting.json").read_bytes())
    assert page.meeting == meeting
    page.people.lines[0].called.value = "Eva"
    assert not list(shelf().rglob("*.jsonl"))
    page.open(tmp_path / "own.meeting.json")
    assert not list(shelf().rglob("own*"))


def _wait(page: Review) -> None:
    for _ in range(200):
        if not page.busy:
            return
        time.sleep(0.02)
    pytest.fail("still busy")


def test_sound_is_heard_in_the_background_with_progress(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    page = review(samples=tmp_path, language="de")
    bars = page.opening.bars

    def transcribe(_: Path, *, progress: Watch, **__: object) -> Meeting:
        for stage, done, total in (("decode", 3.0, 0.0), ("voices", 15.0, 30.0), ("words", 6.0, 30.0)):
            progress(stage, done, total)
            seen.append([f"{bar.description} {bar.value:.1f}" for bar in bars.values() if bar.layout.display != "none"])
        return meeting

    monkeypatch.setattr("talkbalance.pipeline.transcribe", transcribe)
    (tmp_path / "call.mp3").touch()
    page.open(tmp_path / "call.mp3")
    _wait(page)
    voices = "Stimmen unterscheiden 0:15 / 0:30 0.5"
    assert seen == [["Aufnahme lesen 0:03 0.0"], [voices], ["Wörter hören 0:06 / 0:30 0.2", voices]]
    assert page.meeting == meeting
    assert {bar.layout.display for bar in bars.values()} == {"none"}
    assert read(tmp_path / "call.meeting.json").utterances == meeting.utterances, "it need not be heard again"
    assert "call.meeting.json" in page.message.value


def test_the_time_left_is_that_of_the_stage_that_is_behind(page: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("talkbalance.views.opening.time.monotonic", lambda: now[0])
    page.opening._watch("words", 0.0, 600.0)
    now[0] += 30
    page.opening._watch("voices", 300.0, 600.0)
    assert page.opening.left.value == ""
    page.opening._watch("words", 150.0, 600.0)
    assert "About 1:30 minutes left" in page.opening.left.value


def test_a_dropped_recording_can_be_listened_to_until_another_is_opened(
    meeting: Meeting, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Path] = []

    def transcribe(path: Path, **_: object) -> Meeting:
        kept.append(path)
        return replace(meeting, recording=path)

    monkeypatch.setattr("talkbalance.pipeline.transcribe", transcribe)
    monkeypatch.setenv("TALKBALANCE_DROPPED", str(tmp_path / "dropped"))
    page = review(samples=tmp_path / "none", language="en")
    _hand_over(page, "call.mp3", b"voices")
    _wait(page)
    assert kept[0].is_file()
    assert page.explorer.player.sound > 0
    page.open(samples / "erstgespraech_de.meeting.json")
    assert not kept[0].exists()


def test_a_recording_that_cannot_be_heard_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def transcribe(path: Path, **_: object) -> Meeting:
        raise UnusableSound("pipeline.no_speech", file=path.name)

    monkeypatch.setattr("talkbalance.pipeline.transcribe", transcribe)
    page = review(samples=tmp_path, language="de")
    page.open(tmp_path / "stille.wav")
    _wait(page)
    assert "stille.wav" in page.message.value


# ---------------------------------------------------------------------------------------------------- to take away


def test_report_pictures_and_meeting_are_made_of_the_corrected_meeting(meeting: Meeting) -> None:
    page = review(meeting, language="de")
    page.people.lines[0].called.value = "Frau Neu"
    report = page.saving.make_report()
    assert report.name == "erstgespraech.report.html"
    assert "Frau Neu" in report.content.decode()
    with zipfile.ZipFile(BytesIO(page.saving.make_charts().content)) as archive:
        assert {"balance.svg", "balance.png"} <= set(archive.namelist())
    page.saving.roles.value = True
    made = page.saving.make_meeting()
    assert made.name == "meeting.corrected.meeting.json"
    assert "Frau Neu" not in made.content.decode()


def test_a_file_is_handed_over_in_pieces(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talkbalance.views.download.PIECE", 20_000)
    page = review(meeting, language="en")
    sent: list[tuple[dict[str, object], bytes]] = []
    button = page.saving.native
    button.send = lambda content, buffers=(): sent.append((content, b"".join(buffers)))
    button._prepare("en")
    pieces = sent[-1][0]["of"]
    assert isinstance(pieces, int)
    for number in range(1, pieces):
        button._asked(None, {"want": number}, None)
    assert b"".join(content for _, content in sent) == page.saving.make_meeting().content
    assert "browser keeps downloads" in str(sent[-1][0]["said"])
