"""CHAT, Transcriber and SpokenData."""

from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read
from talkbalance.meeting import Meeting

CHAT = """@UTF8
@Begin
@Languages:\tdeu, eng
@Participants:\tEVA Eva_Brandt Investigator, BAU Client, JO Jo Other
@Media:\tcall, audio
*EVA:\tguten Tag ‡ &-äh wir [/] wir ⌈haben⌉
\tdas +... \x151000_2500\x15
%com:\tleise
*BAU:\t<und dann> [//] das ist [: war] xxx +/. \x152000_3000\x15
*EVA:\tkurz ?
*BAU:\tähm@fp und länger als das .
*EVA:\t0 [=! laughs] . \x155000_6000\x15
*EVA:\twer ge(fragt) (0.5) hat ? \x156000_7000\x15
@End
"""
TRS = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE Trans SYSTEM "trans-14.dtd">
<Trans audio_filename="call" xml:lang="de">
<Speakers><Speaker id="s1" name="Jürgen"/><Speaker id="s2" name="Jürgen"/><Speaker id="s3" name="Jo"/></Speakers>
<Episode><Section type="report" startTime="0" endTime="9">
<Turn speaker="s1" startTime="0" endTime="4">
<Sync time="0"/>guten
<Event desc="lacht"/> Tag
<Sync time="2"/>
<Sync time="3"/>so
</Turn>
<Turn speaker="s1 s2" startTime="4" endTime="5">
<Sync time="4"/><Who nb="1"/>ja<Who nb="2"/>nein
</Turn>
<Turn startTime="5" endTime="6"><Sync time="5"/>wer?</Turn>
</Section></Episode></Trans>
"""


def _read(tmp_path: Path, content: str | bytes, name: str) -> Meeting:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(tmp_path / name)


def _said(meeting: Meeting) -> list[tuple[float | None, float | None, str, str]]:
    return [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances]


def test_a_line_of_chat_is_what_was_said(tmp_path: Path) -> None:
    meeting = _read(tmp_path, CHAT, "a.cha")
    assert [(u.speaker, u.text) for u in meeting.utterances] == [
        ("Eva Brandt", "guten Tag äh wir wir haben das…"),
        ("BAU", "und dann das war –"),
        ("Eva Brandt", "kurz?"),
        ("BAU", "ähm und länger als das."),
        ("Eva Brandt", ""),
        ("Eva Brandt", "wer gefragt hat?"),
    ]
    assert [speaker.name for speaker in meeting.speakers] == ["Eva Brandt", "BAU", "Jo"]
    assert (meeting.language, meeting.title, meeting.overlap_observable) == ("de", "call", True)


def test_lines_without_times_share_the_silence_by_length(tmp_path: Path) -> None:
    times = [(u.start, u.end) for u in _read(tmp_path, CHAT, "a.cha").utterances]
    assert times[:2] == [(1, 2.5), (2, 3)]
    assert (times[2][0], times[3][1], times[2][1]) == (3, 5, times[3][0])
    assert 3.2 < (times[2][1] or 0) < 3.6


def test_lines_that_find_no_room_are_counted(tmp_path: Path) -> None:
    content = CHAT.replace("\x155000_6000\x15", "\x153000_6000\x15")
    with pytest.warns(TalkbalanceWarning, match="2 empty"):
        assert len(_read(tmp_path, content, "a.cha").utterances) == 4


def test_without_any_times_the_order_counts(tmp_path: Path) -> None:
    meeting = _read(tmp_path, "@Begin\n*A:\tja .\n*B:\tnein .\n@End\n", "a.cha")
    assert meeting.source.times == "none"
    assert [(u.speaker, u.text) for u in meeting.utterances] == [("A", "ja."), ("B", "nein.")]


@pytest.mark.parametrize(
    ("old", "new", "line"), [("*BAU:\tähm", "*BAU ähm", 11), ("2000_3000", "4000_3000", 9), ("%com:\tleise", "leise", 8)]
)
def test_broken_chat_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in CHAT
    with pytest.raises(UnreadableFile, match=rf"a\.cha, line {line}\b"):
        _read(tmp_path, CHAT.replace(old, new, 1), "a.cha")


def test_turns_are_cut_at_moments_and_two_can_speak_at_once(tmp_path: Path) -> None:
    meeting = _read(tmp_path, TRS.encode("latin-1"), "a.trs")
    assert sorted(_said(meeting)) == [
        (0, 2, "Jürgen", "guten Tag"),
        (3, 4, "Jürgen", "so"),
        (4, 5, "Jürgen", "ja"),
        (4, 5, "Jürgen (s2)", "nein"),
        (5, 6, "unknown", "wer?"),
    ]
    assert [speaker.name for speaker in meeting.speakers] == ["Jürgen", "Jürgen (s2)", "Jo", "unknown"]
    assert (meeting.length, meeting.language, meeting.source.overlap_observable) == (9, "de", True)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [('endTime="4"', 'endTime="vier"', 6), ('<Sync time="2"/>', "<Sync/>", 9), ('nb="2"', 'nb="3"', 13), ("</Turn>", "", 16)],
)
def test_broken_turns_are_told_with_their_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in TRS
    with pytest.raises(UnreadableFile, match=rf"a\.trs, line {line}\b"):
        _read(tmp_path, TRS.replace(old, new, 1).encode("latin-1"), "a.trs")


def test_segments_of_a_service(tmp_path: Path) -> None:
    segment = "<segment><start>{}</start><end>{}</end><speaker>{}</speaker><text>{}</text></segment>\n"
    content = "<data>\n" + segment.format(0, 1.5, "A", "") + segment.format(2, 3, "B", "ja") + "</data>"
    meeting = _read(tmp_path, content, "a.xml")
    assert _said(meeting) == [(0, 1.5, "A", ""), (2, 3, "B", "ja")]
    assert (meeting.source.models, meeting.overlap_observable) == (("SpokenData",), False)
    with pytest.raises(UnreadableFile, match=r"a\.xml, line 3\b"):
        _read(tmp_path, content.replace("<end>3", "<end>drei"), "a.xml")
    with pytest.raises(UnreadableFile, match=r"a\.xml, line 3\b"):
        _read(tmp_path, content.replace("<end>3</end>", ""), "a.xml")
