"""The page of the notebook, driven without a kernel."""

import datetime
import time
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import escape

from talkbalance.errors import UnusableSound
from talkbalance.formats import write
from talkbalance.meeting import Meeting, Speaker
from talkbalance.pipeline import Watch
from talkbalance.summary import summary
from talkbalance.views.review import Review, review
from talkbalance.views.signs import groups

UPLOAD = {
    "name": "../own.meeting.json",
    "type": "application/json",
    "size": 1,
    "last_modified": datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC),
}


@pytest.fixture
def page(quarter: Meeting) -> Review:
    return review(quarter, language="en")


def test_moving_the_threshold_moves_the_figures(page: Review) -> None:
    assert page.min_overlap.disabled, "the probability alone decides"
    page.rule.value = "floor_taking"
    assert not page.min_overlap.disabled
    before, drawn = page.counted.value, page.timeline.value
    page.min_overlap.value = 0.8
    assert page.found is not None
    assert (page.found["overlap"] >= 0.8).sum() == (page.found["overlap"] > 0).sum()
    assert page.counted.value != before
    assert page.timeline.value != drawn


def test_the_rule_decides_whether_the_probability_counts(page: Review) -> None:
    assert page.found is not None
    likely = len(page.found)
    page.rule.value = "any_overlap"
    assert len(page.found) > likely
    assert page.threshold.disabled


def test_naming_a_side_moves_the_balance(in_a_row: Meeting) -> None:
    page = review(in_a_row, language="de")
    for (_, called, sits), (name, side) in zip(page.people, (("Eva", "agency"), ("Baum", "client")), strict=True):
        called.value, sits.value = name, side
    assert page.meeting is not None
    assert page.meeting.speakers == (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    assert "Agentur 44" in page.balance.value
    assert "hintereinander" in page.cuts.value, "the reason, no zero"
    assert page.counted.value == ""


def test_all_signs_stand_side_by_side_as_in_the_report(meeting: Meeting) -> None:
    page = review(meeting, language="en")
    for group in groups(meeting, summary(meeting, meaning=True)):
        for sign in group.signs:
            assert escape(sign.name) in page.signs.value
            assert all(interval in page.signs.value for _, interval, _ in sign.cells)
    page.language_switch.value = "de"
    assert "Alle Zeichen nebeneinander" in page.signs.value


def test_two_voices_that_speak_at_once_are_not_made_one(page: Review) -> None:
    page.people[1][1].value = page.people[0][1].value
    assert "tb-wrong" in page.message.value


def test_the_switch_changes_the_language_and_keeps_everything(page: Review) -> None:
    page.min_overlap.value = 0.4
    page.people[1][1].value = "Jörn"
    page.language_switch.value = "de"
    assert "Zeitverlauf" in page.timeline.value
    assert page.save_button.description == "Bericht speichern"
    assert page.min_overlap.value == 0.4
    assert page.people[1][1].value == "Jörn"
    assert page.meeting is not None
    assert "Jörn" in [speaker.name for speaker in page.meeting.speakers]


def test_words_and_names_are_escaped(hostile: Meeting) -> None:
    page = review(hostile, language="de")
    shown = "".join(part.value for part in (page.balance, page.timeline, page.cuts, page.asked, page.counted))
    shown += "".join(line.children[-1].value for line in page.sides_box.children)
    assert "<script" not in shown
    assert "&lt;ol" not in shown, "and our own markup is not"
    assert "<img" not in shown


def test_samples_are_offered_and_the_first_is_open(meeting: Meeting, in_a_row: Meeting, tmp_path: Path) -> None:
    write(meeting, tmp_path / "a.meeting.json")
    write(in_a_row, tmp_path / "b.meeting.json")
    (tmp_path / "a.mp3").touch()
    page = review(samples=tmp_path, language="de")
    assert [label for label, _ in page.choice.options] == ["a.meeting.json", "b.meeting.json", "a.mp3", "eine eigene Datei …"]
    assert page.meeting == meeting
    page.choice.value = str(tmp_path / "b.meeting.json")
    assert page.meeting == in_a_row


def test_an_own_file_is_opened_or_the_reason_said(meeting: Meeting, tmp_path: Path) -> None:
    page = review(samples=tmp_path, language="en")
    assert page.sides_box.layout.display == "none"
    page.open_button.click()
    assert "enter the path" in page.message.value
    page.path.value = str(tmp_path / "no.vtt")
    page.open_button.click()
    assert "does not exist" in page.message.value
    write(meeting, tmp_path / "own.meeting.json")
    page.path.value = f'"{tmp_path / "own.meeting.json"}"'
    page.open_button.click()
    assert page.meeting == meeting
    assert page.sides_box.layout.display is None


def test_an_uploaded_file_does_not_stay(meeting: Meeting, tmp_path: Path) -> None:
    write(meeting, tmp_path / "own.meeting.json")
    page = review(samples=tmp_path / "none", language="en")
    page.upload.value = ({**UPLOAD, "content": (tmp_path / "own.meeting.json").read_bytes()},)
    assert page.meeting == meeting
    assert not (tmp_path.parent / "own.meeting.json").exists()


def _wait(page: Review) -> None:
    for _ in range(200):
        if not page.busy:
            return
        time.sleep(0.02)
    pytest.fail("still busy")


def test_sound_is_heard_in_the_background_with_progress(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    page = review(samples=tmp_path, language="de")

    def transcribe(_: Path, *, progress: Watch, **__: object) -> Meeting:
        for stage, done, total in (("decode", 3.0, 0.0), ("voices", 15.0, 30.0), ("words", 6.0, 30.0)):
            progress(stage, done, total)
            seen.append([f"{bar.description} {bar.value:.1f}" for bar in page.bars.values() if bar.layout.display != "none"])
        return meeting

    monkeypatch.setattr("talkbalance.pipeline.transcribe", transcribe)
    page.path.value = str(tmp_path / "call.mp3")
    page.open_button.click()
    _wait(page)
    voices = "Stimmen unterscheiden 0:15 / 0:30 0.5"
    assert seen == [["Aufnahme lesen 0:03 0.0"], [voices], ["Wörter hören 0:06 / 0:30 0.2", voices]]
    assert page.meeting == meeting
    assert {bar.layout.display for bar in page.bars.values()} == {"none"}


def test_an_uploaded_recording_can_be_listened_to_until_another_is_opened(
    meeting: Meeting, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Path] = []

    def transcribe(path: Path, **_: object) -> Meeting:
        kept.append(path)
        return replace(meeting, recording=path)

    monkeypatch.setattr("talkbalance.pipeline.transcribe", transcribe)
    page = review(samples=tmp_path / "none", language="en")
    page.upload.value = ({**UPLOAD, "name": "call.mp3", "content": b"voices"},)
    _wait(page)
    assert kept[0].is_file()
    assert page.player.sound > 0
    page.open(samples / "erstgespraech_de.meeting.json")
    assert not kept[0].exists()


def test_a_recording_that_cannot_be_heard_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def transcribe(path: Path, **_: object) -> Meeting:
        raise UnusableSound("pipeline.no_speech", file=path.name)

    monkeypatch.setattr("talkbalance.pipeline.transcribe", transcribe)
    page = review(samples=tmp_path, language="de")
    page.path.value = str(tmp_path / "stille.wav")
    page.open_button.click()
    _wait(page)
    assert "stille.wav" in page.message.value


def test_the_report_is_saved_where_the_notebook_is(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = review(meeting, language="de")
    page.save_button.click()
    assert (tmp_path / "erstgespraech.report.html").exists()
    assert "erstgespraech.report.html" in page.saved.value


def test_voices_and_moments_can_be_heard(samples: Path) -> None:
    page = review(samples=samples)
    page.open(samples / "erstgespraech_de.meeting.json")
    assert page.player.sound > 0
    assert page.found is not None
    assert page.asked_for is not None
    assert len(page.player.moments["start"]) == len(page.found) + len(page.asked_for)
    page.sides_box.children[0].children[-2].click()
    assert page.player.request["n"] == 1
    page.rule.value = "any_overlap"
    assert len(page.player.moments["start"]) == len(page.found) + len(page.asked_for)
