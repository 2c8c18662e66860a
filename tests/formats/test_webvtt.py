"""WebVTT keeps speakers and times, as meeting tools write them."""

import warnings
from pathlib import Path

import pytest
from hypothesis import given

from talkbalance.errors import TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.formats import read, webvtt, write
from talkbalance.formats.files import File
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.interruptions import interruptions
from tests.meetings import meetings

ZOOM = """WEBVTT

1
00:00:04.859 --> 00:00:07.410
Eva Brandt: Okay, also: wir nehmen auf.

2
00:00:09.540 --> 00:00:12.990
Herr Baum: Gut.

3
00:00:13.000 --> 00:00:14.000
Und das

4
00:00:14.100 --> 00:00:15.000
Herr Baum: Ja.

5
00:00:15.100 --> 00:00:16.000
Herr Baum: Nein.

6
00:00:16.100 --> 00:00:17.000
Eva Brandt: Doch.
"""
TEAMS = """WEBVTT

5d/5-0
00:00:23.830 --> 00:00:29.882
<v Eva Brandt>Ein langes
Wochenende.</v>

5d/24-0
00:00:25.990 --> 00:00:26.110
<v Herr &lt;Baum&gt;>Ja.</v>
"""


def _read(tmp_path: Path, content: str, encoding: str = "utf-8") -> Meeting:
    path = tmp_path / "call.vtt"
    path.write_text(content, encoding=encoding)
    return read(path)


def test_zoom_names_stand_before_a_colon(tmp_path: Path) -> None:
    meeting = _read(tmp_path, ZOOM)
    assert [s.name for s in meeting.speakers] == ["Eva Brandt", "Herr Baum", "unknown"]
    assert meeting.utterances[0] == Utterance(4.859, 7.41, "Eva Brandt", "Okay, also: wir nehmen auf.")
    assert meeting.utterances[2].speaker == "unknown"
    assert meeting.source.overlap_observable is False


def test_zoom_refuses_interruptions_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="WebVTT"):
        interruptions(_read(tmp_path, ZOOM))


def test_teams_names_stand_in_voice_tags_and_cues_overlap(tmp_path: Path) -> None:
    meeting = _read(tmp_path, TEAMS)
    assert [(u.speaker, u.text) for u in meeting.utterances] == [
        ("Eva Brandt", "Ein langes Wochenende."),
        ("Herr <Baum>", "Ja."),
    ]
    assert meeting.overlap_observable


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("00:01.67", 1.67), ("1.5", 1.5), ("1:02:03.004", 3723.004), ("0:0:1.2", 1.2), ("00:00:01,250", 1.25)],
)
def test_times_of_every_form(tmp_path: Path, time: str, seconds: float) -> None:
    meeting = _read(tmp_path, f"WEBVTT\n\n0:00.000 --> {time}\n<v Eva>Ja\n")
    assert meeting.utterances[0].end == seconds


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_umlauts_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    meeting = _read(tmp_path, "WEBVTT\r\n\r\n00:00.000 --> 00:02.000\r\n<v Jürgen>Größe\r\n", encoding)
    assert (meeting.utterances[0].speaker, meeting.utterances[0].text) == ("Jürgen", "Größe")


def test_comments_styles_and_numbers_are_no_speech(tmp_path: Path) -> None:
    content = (
        "WEBVTT - Titel\nKind: captions\nLanguage: de\n\nNOTE nur so\n\nSTYLE\n::cue{}\n\n"
        "7\n00:00.000 --> 00:01.000 align:start\n<c.x>Ja</c> &amp; <00:00.500>nein\n"
    )
    meeting = _read(tmp_path, content)
    assert [u.text for u in meeting.utterances] == ["Ja & nein"]
    assert meeting.language == "de"


def test_a_speaker_named_once_goes_on(tmp_path: Path) -> None:
    names = {0: "Eva: ", 2: "Baum: ", 4: "Eva: ", 6: "Baum: "}
    cues = [f"00:0{i}.000 --> 00:0{i}.900\n{names.get(i, '')}Satz." for i in range(8)]
    meeting = _read(tmp_path, "WEBVTT\n\n" + "\n\n".join(cues))
    assert [u.speaker for u in meeting.utterances] == ["Eva", "Eva", "Baum", "Baum"] * 2


def test_a_colon_in_a_sentence_is_no_speaker(tmp_path: Path) -> None:
    cues = "\n\n".join(f"00:0{i}.000 --> 00:0{i}.900\n{'Also: los' if i == 3 else 'Satz'}" for i in range(9))
    assert [s.name for s in _read(tmp_path, "WEBVTT\n\n" + cues).speakers] == ["unknown"]


def test_empty_cues_are_counted(tmp_path: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="1"):
        meeting = _read(tmp_path, "WEBVTT\n\n00:01.000 --> 00:01.000\n<v Eva>Ja\n\n00:02.000 --> 00:03.000\n<v Eva>Nein\n")
    assert len(meeting.utterances) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("WEBVTT\n\n00:01.000 -->\nJa\n", "3"),
        ("WEBVTT\n\nNOTE leer\n", "call.vtt"),
        ("Dies ist kein Transkript.", "call.vtt"),
        ("  \n ", "call.vtt"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_with_the_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        _read(tmp_path, content)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.vtt"):
        with pytest.raises(UnreadableFile):
            read(path)


@given(meetings())
def test_what_it_can_hold_survives(meeting: Meeting) -> None:
    if not meeting.utterances:
        return
    again = webvtt.FORMAT.read(File.of(webvtt.FORMAT.write(meeting), "a.vtt")).meeting  # type: ignore[misc, arg-type]
    kept = [(u.start, u.end, u.speaker, u.text or "…") for u in meeting.utterances]
    assert [(u.start, u.end, u.speaker, u.text) for u in again.utterances] == kept


def test_lines_within_what_was_said_do_not_end_a_cue(tmp_path: Path) -> None:
    said = (Utterance(0, 1, "Eva", "Ja.\n\n00:00.000 --> 00:09.000\nNein."), Utterance(2, 3, "Eva", "Gut."))
    write(Meeting((Speaker("Eva"),), said, 3), tmp_path / "a.vtt")
    assert [u.text for u in read(tmp_path / "a.vtt").utterances] == ["Ja. 00:00.000 --> 00:09.000 Nein.", "Gut."]


def test_a_loss_is_said(tmp_path: Path) -> None:
    meeting = _read(tmp_path, ZOOM).with_sides({"agency": ["Eva Brandt"], "client": ["Herr Baum"]})
    with pytest.warns(TalkbalanceWarning):
        write(meeting, tmp_path / "again.vtt")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read(tmp_path / "again.vtt").utterances) == 6


def test_a_name_that_ends_like_an_arrow_is_no_time(tmp_path: Path) -> None:
    for name in ("Eva --", "<!--", "-->", "a--b"):
        meeting = Meeting((Speaker(name),), (Utterance(0, 1, name, "Ja --"),), 1.0)
        write(meeting, tmp_path / "call.vtt")
        (said,) = read(tmp_path / "call.vtt").utterances
        assert (said.speaker, said.text) == (name, "Ja --")
