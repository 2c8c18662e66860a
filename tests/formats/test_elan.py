"""ELAN: tiers of people, of words, and of everything else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.meeting import Meeting, Source, Word
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.summary import summary
from tests.drawing import draw

TIER = '<TIER TIER_ID="{name}"{more}>{marks}</TIER>'
MARK = (
    '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{id}" TIME_SLOT_REF1="{a}" TIME_SLOT_REF2="{b}">'
    "<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
)
TALK = """
    Eva (agency)  |####  ##  | Was meinen Sie damit?/ja
    Baum (client) |   ####   | das ist so
"""
ROW = """
    Eva (agency)  |####   ## | Was meinen Sie damit?/ja
    Baum (client) |    ###   | das ist so
"""


def _document(*tiers: tuple[str, str, list[tuple[int, int, str]]], unit: str = "milliseconds") -> str:
    slots = sorted({edge for _, _, marks in tiers for start, end, _ in marks for edge in (start, end)})
    order = "".join(f'<TIME_SLOT TIME_SLOT_ID="ts{slot}" TIME_VALUE="{slot}"/>\n' for slot in slots)
    body = "\n".join(
        TIER.format(
            name=name,
            more=more and " " + more,
            marks="".join(MARK.format(id=f"a{s}", a=f"ts{s}", b=f"ts{e}", value=value) for s, e, value in marks),
        )
        for name, more, marks in tiers
    )
    return (
        f'<ANNOTATION_DOCUMENT>\n<HEADER TIME_UNITS="{unit}"/>\n<TIME_ORDER>\n{order}</TIME_ORDER>\n{body}\n</ANNOTATION_DOCUMENT>'
    )


def _read(tmp_path: Path, content: str) -> Meeting:
    (tmp_path / "call.eaf").write_text(content, encoding="utf-8")
    return read(tmp_path / "call.eaf")


def test_tiers_are_people_and_may_overlap(tmp_path: Path) -> None:
    meeting = _read(
        tmp_path, _document(("Eva", "", [(0, 2000, "Guten &amp; Tag")]), ("B", 'PARTICIPANT="Herr Baum"', [(1500, 3000, "")]))
    )
    assert [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances] == [
        (0, 2, "Eva", "Guten & Tag"),
        (1.5, 3, "Herr Baum", ""),
    ]
    assert meeting.overlap_observable
    assert meeting.source.times == "utterance"


def test_words_are_the_tier_that_cuts_up_what_was_said(tmp_path: Path) -> None:
    words = [(0, 900, "Guten"), (900, 2000, "Tag")]
    tiers = [
        ("Eva", "", [(0, 2000, "Guten Tag"), (3000, 4000, "anders")]),
        ("w@Eva", 'PARENT_REF="Eva"', [*words, (3000, 4000, "als")]),
    ]
    meeting = _read(tmp_path, _document(*tiers))
    assert meeting.utterances[0].words == (Word(0, 0.9, "Guten"), Word(0.9, 2, "Tag"))
    assert meeting.utterances[1].words == ()
    assert meeting.source.times == "word"


def test_words_stand_on_the_tier_that_is_called_so(tmp_path: Path) -> None:
    tiers = [
        ("Eva", "", [(0, 2000, "Guten Tag")]),
        ("Eva-Geste", 'PARENT_REF="Eva"', [(0, 1000, "winkt")]),
        ("Eva-Wörter", 'PARENT_REF="Eva"', [(0, 900, "Guten"), (900, 2000, "Tag")]),
    ]
    assert [word.text for word in _read(tmp_path, _document(*tiers)).utterances[0].words] == ["Guten", "Tag"]


def test_codes_comments_and_second_tiers_of_one_person_are_left_out_and_named(tmp_path: Path) -> None:
    content = _document(
        ("Eva-Rede", 'PARTICIPANT="Eva"', [(0, 2000, "Guten Tag zusammen")]),
        ("Eva-Hand", 'PARTICIPANT="Eva"', [(0, 5000, "hebt")]),
        ("Kommentar", "", [(0, 9000, "laut hier, sehr laut, man versteht nichts")]),
        ("xds@Eva", 'PARENT_REF="Eva-Rede"', []),
    )
    with pytest.warns(TalkbalanceWarning, match="Eva-Hand, Kommentar"):
        meeting = _read(tmp_path, content)
    assert [(u.speaker, u.text) for u in meeting.utterances] == [("Eva", "Guten Tag zusammen")]


def test_frames_are_a_unit_too(tmp_path: Path) -> None:
    assert _read(tmp_path, _document(("Eva", "", [(25, 50, "ja")]), unit="PAL-frames")).utterances[0].start == 1


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('TIME_VALUE="0"', 'TIME_VALUE="null"', 4),
        ('TIER_ID="Eva"', "", 7),
        ('TIME_UNITS="milliseconds"', 'TIME_UNITS="fortnights"', 2),
        ("</TIER>", "", 8),
        (' TIME_SLOT_REF2="ts2000"', "", 7),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    content = _document(("Eva", "", [(0, 2000, "ja")]))
    assert old in content
    with pytest.raises(UnreadableFile, match=rf"call\.eaf, line {line}\b"):
        _read(tmp_path, content.replace(old, new, 1))


def test_without_speech_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no speech"):
        _read(tmp_path, _document(("Eva", "", [])))


def test_a_corrected_file_changes_the_figures(tmp_path: Path) -> None:
    heard = draw(TALK)
    write(heard, tmp_path / "a.eaf")
    corrected = (tmp_path / "a.eaf").read_text(encoding="utf-8").replace('TIME_VALUE="4000"', 'TIME_VALUE="3000"', 1)
    (tmp_path / "b.eaf").write_text(corrected.replace("das ist so", "was ist so?"), encoding="utf-8")
    before, after = read(tmp_path / "a.eaf"), read(tmp_path / "b.eaf")
    assert speaking_time(before, by="side")["speaking_time"].tolist() == [6, 4]
    assert speaking_time(after, by="side")["speaking_time"].tolist() == [5, 4]
    figures = [summary(meeting, runs=0).set_index(["measure", "side"])["value"] for meeting in (before, after)]
    assert figures[0]["questions", "client"] == 0
    assert figures[1]["questions", "client"] == 1
    assert before.details.id != after.details.id


def test_sides_length_and_silent_people_come_back(tmp_path: Path) -> None:
    meeting = replace(draw(TALK + "    Jo (client)   |          |\n"), title="Erstgespräch", duration=60)
    write(meeting, tmp_path / "a.eaf")
    again = read(tmp_path / "a.eaf")
    assert (again.speakers, again.length, again.title, again.language) == (meeting.speakers, 60, "Erstgespräch", "de")


def test_what_a_tool_put_in_a_row_does_not_become_observable(tmp_path: Path) -> None:
    source = Source("zoom.vtt", "WebVTT", "utterance", overlap_observable=False)
    write(replace(draw(ROW), source=source), tmp_path / "a.eaf")
    with pytest.raises(Unavailable, match="WebVTT"):
        interruptions(read(tmp_path / "a.eaf"))


def test_who_lets_two_speak_at_once_in_a_corrected_file_has_heard_it(tmp_path: Path) -> None:
    source = Source("zoom.vtt", "WebVTT", "utterance", overlap_observable=False)
    write(replace(draw(ROW), source=source), tmp_path / "a.eaf")
    content = (tmp_path / "a.eaf").read_text(encoding="utf-8")
    before, _, after = content.rpartition('TIME_VALUE="7000"')  # where Baum ends; Eva goes on at the same moment
    (tmp_path / "b.eaf").write_text(f'{before}TIME_VALUE="8000"{after}', encoding="utf-8")
    assert not read(tmp_path / "a.eaf").overlap_observable
    assert read(tmp_path / "b.eaf").overlap_observable


def test_what_a_machine_heard_stays_heard(tmp_path: Path) -> None:
    meeting = draw(TALK)
    write(replace(meeting, source=replace(meeting.source, models=("whisper-base",))), tmp_path / "a.eaf")
    assert read(tmp_path / "a.eaf").source.models == ("whisper-base",)


def test_a_broken_note_adds_nothing(tmp_path: Path) -> None:
    write(draw(TALK), tmp_path / "a.eaf")
    content = (tmp_path / "a.eaf").read_text(encoding="utf-8").replace("&quot;duration&quot;: 10000", "&quot;duration&quot;: []")
    (tmp_path / "a.eaf").write_text(content, encoding="utf-8")
    assert len(read(tmp_path / "a.eaf").utterances) == 3


def test_names_of_recordings_and_clients_stay_out(tmp_path: Path) -> None:
    meeting = draw(TALK)
    details = replace(meeting.details, client="Baum GmbH", consent="ja")
    write(replace(meeting, details=details, recording=Path("/home/eva/geheim/call.mp4")), tmp_path / "a.eaf")
    content = (tmp_path / "a.eaf").read_text(encoding="utf-8")
    assert 'RELATIVE_MEDIA_URL="./call.mp4"' in content
    assert "geheim" not in content
    assert "GmbH" not in content


def test_names_with_marks_survive(tmp_path: Path) -> None:
    meeting = draw('Eva "<b>" & Co  |##|a < b & "c"\nEva-words  |##|ja')
    write(meeting, tmp_path / "a.eaf")
    assert [(u.speaker, u.text) for u in read(tmp_path / "a.eaf").utterances] == [(u.speaker, u.text) for u in meeting.utterances]


def test_people_called_as_a_tier_of_codes_stay_people(tmp_path: Path) -> None:
    write(draw("Notes  |## |ja\nKommentar  | ##|nein"), tmp_path / "a.eaf")
    assert [u.speaker for u in read(tmp_path / "a.eaf").utterances] == ["Notes", "Kommentar"]


def test_no_two_annotations_share_a_slot(tmp_path: Path) -> None:
    write(draw(ROW), tmp_path / "a.eaf")
    used = re.findall(r'TIME_SLOT_REF\d="(\w+)"', (tmp_path / "a.eaf").read_text(encoding="utf-8"))
    assert len(used) == len(set(used)) == 6
