"""The native file loses nothing."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given

from talkbalance.errors import UnreadableFile
from talkbalance.formats import read, write
from talkbalance.formats.native import from_document, to_document
from talkbalance.meeting import Check, Details, Meeting, Prosody, Source, Speaker, Utterance, Word
from tests.meetings import meetings

FULL = Meeting(
    speakers=(Speaker("Eva", "agency"), Speaker("Łukasz <b>", "client"), Speaker("unknown")),
    utterances=(
        Utterance(
            0.001,
            2.5,
            "Eva",
            'Größe – „so“ "oder" so?',
            (Word(0.001, 0.4, "Größe", 0.123456789), Word(0.4, 2.5, "so?")),
            0.7,
            (Prosody(2.0, 2.5, 1.5, -2.25, 60.0),),
            (Check("questions", True, start=0.001), Check("interruptions", False, "Łukasz <b>")),
        ),
        Utterance(1.0, 3.0, "Łukasz <b>"),
    ),
    duration=3600.123,
    title="Erstgespräch",
    language="de",
    source=Source("a.mp4", "sound", "word", True, True, ("whisper",), (("language", "de"),), (("torch", "2.13"),)),
    recording=Path("a.mp4"),
    details=Details("abc", date(2026, 11, 22), "Baum GmbH", "first", "room", "yes", date(2027, 1, 1)),
    left_out=((10.0, 20.5), (3000.0, 3600.123)),
)


@given(meetings())
def test_what_is_written_is_read(meeting: Meeting) -> None:
    assert from_document(json.loads(json.dumps(to_document(meeting)))) == meeting


def test_every_field_survives_a_file(tmp_path: Path) -> None:
    write(FULL, tmp_path / "a.meeting.json")
    assert read(tmp_path / "a.meeting.json") == FULL


def test_a_meeting_without_times_survives(tmp_path: Path) -> None:
    said = (Utterance(None, None, "Eva", "Guten Tag"),)
    meeting = Meeting((Speaker("Eva"),), said, None, source=Source(times="none"), details=Details("x"))
    write(meeting, tmp_path / "a.meeting.json")
    assert read(tmp_path / "a.meeting.json") == meeting


def test_times_are_integer_milliseconds() -> None:
    document = to_document(FULL)
    assert (document["duration"], document["utterances"][0]["start"]) == (3600123, 1)


def test_a_file_of_the_first_version_is_read() -> None:
    document = to_document(replace(FULL, left_out=()))
    del document["left_out"]
    assert from_document({**document, "talkbalance": 1}) == replace(FULL, left_out=())


def test_a_newer_file_is_refused_with_its_version(tmp_path: Path) -> None:
    path = tmp_path / "a.meeting.json"
    path.write_text(json.dumps({**to_document(FULL), "talkbalance": 99}), encoding="utf-8")
    with pytest.raises(UnreadableFile, match="99"):
        read(path)


@pytest.mark.parametrize("cut", [1, 50, 400, 900])
def test_a_file_cut_short_is_one_sentence(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.meeting.json"
    write(FULL, path)
    path.write_text(path.read_text(encoding="utf-8")[:cut], encoding="utf-8")
    with pytest.raises(UnreadableFile):
        read(path)


@pytest.mark.parametrize(
    "change", [{"speakers": []}, {"duration": 1}, {"utterances": [{}]}, {"source": {"times": 3}}, {"details": None}]
)
def test_a_file_that_is_no_meeting_is_one_sentence(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "a.meeting.json"
    path.write_text(json.dumps({**to_document(FULL), **change}), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"a\.meeting\.json"):
        read(path)


def test_writing_leaves_nothing_behind_when_it_fails(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        write(FULL, tmp_path / "missing" / "a.meeting.json")
    with pytest.raises(UnreadableFile, match=r"\.meeting\.json"):
        write(FULL, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_identity_is_the_content(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nEva: Ja.\n", encoding="utf-8")
    one, other = read(tmp_path / "a.vtt"), read(tmp_path / "b.vtt")
    assert one.details.id == other.details.id != ""
    assert replace(one, details=Details()) == replace(other, details=Details(), source=one.source)
