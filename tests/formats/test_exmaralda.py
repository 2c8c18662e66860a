"""EXMARaLDA and the TEI that is made of it."""

from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.meeting import Meeting
from tests.drawing import draw

EXB = """<?xml version="1.0" encoding="UTF-8"?>
<basic-transcription>
<head><speakertable>
<speaker id="SPK0"><abbreviation>AW</abbreviation><languages-used><language lang="deu"/></languages-used></speaker>
<speaker id="SPK1"><abbreviation>AW</abbreviation></speaker>
</speakertable></head>
<basic-body><common-timeline>
<tli id="T0" time="0.0"/>
<tli id="T1"/>
<tli id="T2" time="4.0"/>
<tli id="T3" time="6.0"/>
</common-timeline>
<tier id="TIE0" speaker="SPK0" category="v" type="t" display-name="AW [v]">
<event start="T0" end="T1">guten </event>
<event start="T1" end="T2">((lacht)) Tag (0.5)</event>
<event start="T2" end="T3">zusammen.</event>
</tier>
<tier id="TIE1" speaker="SPK1" category="v" type="t" display-name="GL [v]">
<event start="T0" end="T1">hallo</event>
<event start="T2" end="T3">ja</event>
</tier>
<tier id="TIE2" category="nn" type="d"><event start="T0" end="T3">((Musik))</event></tier>
</basic-body>
</basic-transcription>
"""
TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><profileDesc><particDesc>
<person xml:id="SPK0" n="AW"><persName><abbr>AW</abbr></persName></person>
<person xml:id="SPK1" n="GL"/>
</particDesc></profileDesc></teiHeader>
<text xml:lang="de"><timeline unit="s">
<when xml:id="T0" absolute="00:00:01"/>
<when xml:id="T1" interval="PT1.5S" since="#T0"/>
<when xml:id="T2" interval="3" since="#T0"/>
</timeline><body>
<annotationBlock who="#SPK0" start="#T0" end="#T2"><u>
<seg type="utterance" subtype="interrogative"><w>Wer</w> <w>ist</w> <anchor synch="#T1"/><w>da</w></seg>
<incident><desc>hustet</desc></incident></u><spanGrp><span>Kode</span></spanGrp></annotationBlock>
<u who="#SPK1" start="#T1" end="#T2">na <pause/>ich, <vocal><desc>lacht</desc></vocal> wer sonst</u>
</body></text></TEI>
"""


def _read(tmp_path: Path, content: str, name: str) -> Meeting:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return read(tmp_path / name)


def _said(meeting: Meeting) -> list[tuple[float | None, float | None, str, str]]:
    return [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances]


def test_events_that_touch_are_one_utterance_and_points_without_time_lie_between(tmp_path: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="1 of 4"):
        meeting = _read(tmp_path, EXB, "a.exb")
    assert _said(meeting) == [(0, 2, "AW (SPK1)", "hallo"), (0, 6, "AW", "guten Tag zusammen."), (4, 6, "AW (SPK1)", "ja")]
    assert meeting.language == "de"


def test_without_times_the_order_counts(tmp_path: Path) -> None:
    content = EXB.replace(' time="0.0"', "").replace(' time="4.0"', "")
    meeting = _read(tmp_path, content, "a.exb")
    assert meeting.source.times == "none"
    assert [u.text for u in meeting.utterances] == ["hallo", "guten Tag zusammen.", "ja"]


@pytest.mark.parametrize(
    ("old", "new", "line"), [('time="4.0"', 'time="vier"', 10), ('start="T1"', 'start="T9"', 15), ("</tier>", "", 23)]
)
def test_what_makes_no_sense_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in EXB
    with pytest.raises(UnreadableFile, match=rf"a\.exb, line {line}\b"):
        _read(tmp_path, EXB.replace(old, new, 1), "a.exb")


def test_sides_and_length_come_back(tmp_path: Path) -> None:
    meeting = draw("Eva (agency)  |## ## |ja/nein\nBaum (client) | ###  |so\nJo (client)   |      |")
    write(meeting, tmp_path / "a.exb")
    again = read(tmp_path / "a.exb")
    assert (again.speakers, again.length, _said(again)) == (meeting.speakers, 6, _said(meeting))


def test_utterances_of_tei_their_words_and_how_they_end(tmp_path: Path) -> None:
    meeting = _read(tmp_path, TEI, "a.xml")
    assert _said(meeting) == [(1, 4, "AW", "Wer ist da?"), (2.5, 4, "GL", "na ich, wer sonst")]
    assert meeting.language == "de"


def test_points_of_tei_without_a_time_lie_between(tmp_path: Path) -> None:
    for unknown in ("PT..S", ""):
        with pytest.warns(TalkbalanceWarning, match="1 of 3"):
            meeting = _read(tmp_path, TEI.replace('interval="PT1.5S"', f'interval="{unknown}"'), "a.xml")
        assert meeting.utterances[1].start == 2.5


def test_tei_without_a_timeline_has_no_times(tmp_path: Path) -> None:
    content = '<TEI><text><body><u who="#A">Ja.</u>\n<u who="#B">Nein.</u></body></text></TEI>'
    assert [(u.start, u.speaker) for u in _read(tmp_path, content, "a.tei").utterances] == [(None, "A"), (None, "B")]


@pytest.mark.parametrize(
    ("old", "new", "line"), [('start="#T1"', 'start="#T8"', 13), ("00:00:01", "gestern", 6), ("</body>", "</bodie>", 14)]
)
def test_broken_tei_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in TEI
    with pytest.raises(UnreadableFile, match=rf"a\.xml, line {line}\b"):
        _read(tmp_path, TEI.replace(old, new, 1), "a.xml")


def test_utterances_that_touch_become_one_and_that_is_said(tmp_path: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="1 utterances become one"):
        write(draw("Eva  |##+# |ja/nein"), tmp_path / "a.exb")
    assert _said(read(tmp_path / "a.exb")) == [(0, 4, "Eva", "ja nein")]
