"""STM, CTM, SegLST and UEM; one recording of several."""

from pathlib import Path

import pytest

from talkbalance.errors import InvalidParameter, TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.formats.uem import within
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word
from talkbalance.metrics.speaking import speaking_time
from tests.drawing import draw

STM = """;; ein Kommentar
a 1 Eva 0.0 2.5 <o,f0,female> guten Tag
a 1 Baum 2.0 3.0
a 1 inter_segment_gap 3.0 3.5 <o,,>
a 1 Eva 4 5 IGNORE_TIME_SEGMENT_IN_SCORING
b 1 Jo 1 2 ja
"""
CTM = """a A 0.5 0.4 guten 0.9
a B 0.7 0.3 hallo 2
a A 0.9 0.5 Tag 0.8
a A 3.0 0.2 ja
"""
SEGLST = """[
 {"session_id": "a", "speaker": "Eva", "words": "guten Tag", "start_time": "0", "end_time": 2.5},
 {"session_id": "a", "speaker": "", "words": ["so", "so"], "start_time": 2, "end_time": 3},
 {"session_id": "b", "speaker": "Jo", "words": "ja", "start_time": 1, "end_time": 2}
]
"""


def _file(tmp_path: Path, content: str, name: str) -> Path:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path / name


def _said(meeting: Meeting) -> list[tuple[float | None, float | None, str, str]]:
    return [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances]


def test_an_utterance_a_line(tmp_path: Path) -> None:
    meeting = read(_file(tmp_path, STM, "a.stm"), recording="a")
    assert _said(meeting) == [(0, 2.5, "Eva", "guten Tag"), (2, 3, "Baum", "")]
    assert (meeting.title, meeting.overlap_observable) == ("a", True)


@pytest.mark.parametrize(("name", "content"), [("a.stm", STM), ("a.seglst.json", SEGLST)])
def test_of_several_recordings_one_is_named(tmp_path: Path, name: str, content: str) -> None:
    path = _file(tmp_path, content, name)
    with pytest.raises(UnreadableFile, match=r'2 recordings \(a, b\).*recording="a"'):
        read(path)
    with pytest.raises(UnreadableFile, match='no recording "c"'):
        read(path, recording="c")
    assert _said(read(path, recording="b")) == [(1, 2, "Jo", "ja")]


def test_a_file_of_one_recording_has_nothing_to_pick(tmp_path: Path) -> None:
    path = _file(tmp_path, "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Eva>Ja\n", "a.vtt")
    with pytest.raises(InvalidParameter, match="one recording only"):
        read(path, recording="a")


def test_what_looks_like_a_label_survives(tmp_path: Path) -> None:
    write(draw("Eva  |##|<b> ja"), tmp_path / "a.stm")
    assert read(tmp_path / "a.stm").utterances[0].text == "<b> ja"


@pytest.mark.parametrize("name", ["a.stm", "a.rttm"])
def test_two_names_that_differ_only_by_spaces_stay_two(tmp_path: Path, name: str) -> None:
    said = (Utterance(0, 2, "Eva B"), Utterance(1, 3, "Eva_B"))
    with pytest.warns(TalkbalanceWarning, match=r"Eva B → Eva_B, Eva_B → Eva_B_2"):
        write(Meeting((Speaker("Eva B"), Speaker("Eva_B")), said, 3, source=Source(times="utterance")), tmp_path / name)
    assert [u.speaker for u in read(tmp_path / name).utterances] == ["Eva_B", "Eva_B_2"]


def test_words_a_line_with_a_channel_a_person(tmp_path: Path) -> None:
    meeting = read(_file(tmp_path, CTM, "a.ctm"))
    assert _said(meeting) == [(0.5, 1.4, "A", "guten Tag"), (0.7, 1, "B", "hallo"), (3, 3.2, "A", "ja")]
    assert meeting.utterances[0].words == (Word(0.5, 0.9, "guten", 0.9), Word(0.9, 1.4, "Tag", 0.8))
    assert meeting.utterances[1].words[0].probability is None
    assert (meeting.source.times, meeting.source.overlap_observable) == ("word", True)


def test_one_channel_is_somebody_unknown_and_hides_overlaps(tmp_path: Path) -> None:
    meeting = read(_file(tmp_path, CTM.replace(" B ", " A "), "a.ctm"))
    assert {u.speaker for u in meeting.utterances} == {"unknown"}
    assert not meeting.overlap_observable


def test_words_without_durations_only_begin(tmp_path: Path) -> None:
    meeting = read(_file(tmp_path, "a 1 0 0 guten\na 1 0.8 0 Tag\na 1 5 0 ja\n", "a.ctm"))
    assert meeting.source.times == "start"
    assert [(u.start, u.text) for u in meeting.utterances] == [(0, "guten Tag"), (5, "ja")]


def test_segments_of_a_list(tmp_path: Path) -> None:
    meeting = read(_file(tmp_path, SEGLST, "a.json"), recording="a")
    assert _said(meeting) == [(0, 2.5, "Eva", "guten Tag"), (2, 3, "unknown", "so so")]


def test_a_meeting_without_times_goes_through_a_list(tmp_path: Path) -> None:
    said = (Utterance(None, None, "Eva", "ja"), Utterance(None, None, "Baum", "nein"))
    write(Meeting((Speaker("Eva"), Speaker("Baum")), said, None, source=Source(times="none")), tmp_path / "a.seglst.json")
    again = read(tmp_path / "a.seglst.json")
    assert (again.source.times, again.utterances) == ("none", said)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.stm", STM.replace("2.0 3.0", "3.0 2.0"), 3),
        ("a.stm", STM.replace("a 1 Baum 2.0 3.0", "a 1 Baum"), 3),
        ("a.stm", STM.replace("2.0 3.0", "2.0 inf"), 3),
        ("a.ctm", CTM.replace("0.9 0.5", "null 0.5"), 3),
        ("a.ctm", CTM.replace(" Tag 0.8", ""), 3),
        (
            "a.seglst.json",
            SEGLST.replace('"a", "speaker": ""', '"a", "speakr": "", "start_time": "x"').replace('"start_time": 2,', ""),
            3,
        ),
        ("a.seglst.json", SEGLST.replace('{"session_id": "b", "sp', '{"session": "b", "sp'), 4),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(tmp_path: Path, name: str, content: str, line: int) -> None:
    recording = "" if name == "a.ctm" else "a"
    with pytest.raises(UnreadableFile, match=rf"{name}, line {line}\b"):
        read(_file(tmp_path, content, name), recording=recording)


def test_only_the_stretches_of_a_uem_count(tmp_path: Path) -> None:
    meeting = draw("Eva   |#####   ###    |eins zwei/drei\nBaum  |     ##        |vier")
    path = _file(tmp_path, "x 1 3 6\nx 1 9 13\n", "a.uem")
    inside = within(meeting, path)
    assert _said(inside) == [(3, 5, "Eva", "eins zwei"), (5, 6, "Baum", "vier"), (9, 11, "Eva", "drei")]
    assert list(inside.left_out) == [(0, 3), (6, 9)]
    assert (inside.length, inside.counted) == (13, 7)
    assert speaking_time(inside, by="speaker").set_index("speaker")["speaking_time"].to_dict() == {"Eva": 4, "Baum": 1}


def test_stretches_that_touch_are_one(tmp_path: Path) -> None:
    meeting = draw("Eva   |## ####|eins zwei/drei")
    inside = within(meeting, _file(tmp_path, "x 1 0 4\nx 1 3 7\n", "a.uem"))
    assert (inside.utterances, inside.left_out) == (meeting.utterances, ())


def test_words_go_with_the_part_they_lie_in(tmp_path: Path) -> None:
    said = Utterance(0, 4, "Eva", "eins zwei", (Word(0, 2, "eins"), Word(2, 4, "zwei")))
    meeting = Meeting((Speaker("Eva"),), (said,), 4, title="b")
    inside = within(meeting, _file(tmp_path, "a 1 0 1\nb 1 2.5 4\n", "a.uem"))
    assert [(u.start, u.text) for u in inside.utterances] == [(2.5, "zwei")]


def test_a_uem_is_no_transcript_and_needs_times(tmp_path: Path) -> None:
    path = _file(tmp_path, "x 1 0 1\n", "a.uem")
    with pytest.raises(UnreadableFile, match="not who spoke"):
        read(path)
    untimed = Meeting((Speaker("Eva"),), (Utterance(None, None, "Eva", "ja"),), None, source=Source(times="none"))
    with pytest.raises(Unavailable):
        within(untimed, path)
    with pytest.raises(UnreadableFile, match=r"b\.uem, line 1\b"):
        within(draw("Eva |##|"), _file(tmp_path, "x 1 2 1\n", "b.uem"))


def test_lines_beyond_any_meeting_are_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "SPEAKER a 1 0.1 0.1 <NA> <NA> S1\n" * 300_000, "a.rttm")
    with pytest.raises(UnreadableFile, match="more than"):
        read(path)


def test_people_who_only_stand_in_the_list_of_an_rttm_were_there(tmp_path: Path) -> None:
    content = "SPKR-INFO a 1 <NA> <NA> <NA> unknown S9 <NA> <NA>\nSPEAKER a 1 0 1 <NA> <NA> S1\nSPEAKER a 1 2 -1 <NA> <NA> S1\n"
    with pytest.warns(TalkbalanceWarning, match="1 empty"):
        assert [speaker.name for speaker in read(_file(tmp_path, content, "a.rttm")).speakers] == ["S9", "S1"]
