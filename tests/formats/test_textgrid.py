"""TextGrid: long and short are one; what a tier's name says of it."""

from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.formats.layers import Layer, layer_of
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word
from tests.drawing import draw

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
4
<exists>
2
"IntervalTier"
"Eva"
0
4
3
0
1
"sagt ""ja"" dazu"
1
2
""
2
4
"so"
"IntervalTier"
"Baum"
0
4
2
0
1.5
"sil"
1.5
4
"…"
"""
WORDS = """File type = "ooTextFile short"
"TextGrid"
0 3 ! the whole sound
<exists> 3
"IntervalTier" "Eva - words" 0 3 4  0 1 "guten" 1 2 "Tag" 2 2.5 "" 2.5 3 "ja"
"IntervalTier" "Eva - phones" 0 3 1  0 3 "gu:"
"TextTier" "klicks" 0 3 1  1.5 "!"
"""


def _read(tmp_path: Path, content: str, encoding: str = "utf-8") -> Meeting:
    (tmp_path / "call.TextGrid").write_text(content, encoding=encoding)
    return read(tmp_path / "call.TextGrid")


def _said(meeting: Meeting) -> list[tuple[float | None, float | None, str, str]]:
    return [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "cp1252"])
def test_tiers_are_people_and_empty_labels_silence(tmp_path: Path, encoding: str) -> None:
    meeting = _read(tmp_path, SHORT, encoding)
    assert _said(meeting)[0] == (0, 1, "Eva", 'sagt "ja" dazu')
    if encoding != "cp1252":
        assert _said(meeting)[1:] == [(1.5, 4, "Baum", ""), (2, 4, "Eva", "so")]
    assert meeting.length == 4


def test_long_and_short_are_one(tmp_path: Path) -> None:
    meeting = _read(tmp_path, SHORT)
    write(meeting, tmp_path / "long.TextGrid")
    assert "intervals [2]:" in (tmp_path / "long.TextGrid").read_text(encoding="utf-8")
    assert _said(read(tmp_path / "long.TextGrid")) == _said(meeting)


def test_words_without_utterances_are_joined_where_they_touch(tmp_path: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="Eva - phones, klicks"):
        meeting = _read(tmp_path, WORDS)
    assert _said(meeting) == [(0, 2, "Eva", "guten Tag"), (2.5, 3, "Eva", "ja")]
    assert meeting.utterances[0].words == (Word(0, 1, "guten"), Word(1, 2, "Tag"))
    assert meeting.source.times == "word"


def test_words_go_into_utterances_where_there_are_both(tmp_path: Path) -> None:
    both = WORDS.replace("Eva - phones", "Eva - utterances").replace("gu:", "Guten Tag. Ja.")
    with pytest.warns(TalkbalanceWarning, match="klicks"):
        meeting = _read(tmp_path, both)
    assert _said(meeting) == [(0, 3, "Eva", "Guten Tag. Ja.")]
    assert [word.text for word in meeting.utterances[0].words] == ["guten", "Tag", "ja"]


def test_silent_and_sounding_are_speech_without_words(tmp_path: Path) -> None:
    content = SHORT.replace('"sagt ""ja"" dazu"', '"sounding"').replace('"so"', '"silent"')
    assert _said(_read(tmp_path, content)) == [(0, 1, "Eva", ""), (1.5, 4, "Baum", "")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("\n1.5\n", "\neins\n", 28),
        ('"Baum"', "Baum", 23),
        ("\n2\n0\n1.5", "\n1e999\n0\n1.5", 26),
        ("\n2\n0\n1.5", "\n-2\n0\n1.5", 26),
        ('"so"\n"IntervalTier"', '"so"\n"PolyTier"', 22),
        ('"…"\n', "", 31),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in SHORT
    with pytest.raises(UnreadableFile, match=rf"call\.TextGrid, line {line}\b"):
        _read(tmp_path, SHORT.replace(old, new, 1))


def test_a_silent_person_and_a_quoted_name_survive(tmp_path: Path) -> None:
    write(draw('Eva "E."  |## |ja\nBaum  |   |'), tmp_path / "a.TextGrid")
    assert [speaker.name for speaker in read(tmp_path / "a.TextGrid").speakers] == ['Eva "E."', "Baum"]


@pytest.mark.parametrize(
    ("name", "person", "layer"),
    [
        ("Eva Brandt", "Eva Brandt", ""),
        ("Herr Satz", "Herr Satz", ""),
        ("Eva_Satz", "Eva", "speech"),
        ("KAN-MAU", "", "sounds"),
        ("utterance@Herr Baum", "Herr Baum", "speech"),
        ("SPK1 [v]", "SPK1 [v]", ""),
        ("Eva Kommentar", "Eva", "codes"),
        ("", "", ""),
        ("Müller-Lüdenscheidt - words", "Müller-Lüdenscheidt", "words"),
        ("words@Eva", "Eva", "words"),
        ("Music Event GmbH", "Music Event GmbH", ""),
    ],
)
def test_what_a_tier_holds_is_in_its_name(name: str, person: str, layer: Layer) -> None:
    assert layer_of(name) == (person, layer)


def test_words_of_people_with_signs_in_their_names_come_back(tmp_path: Path) -> None:
    said = Utterance(0, 2, "Müller-Lüdenscheidt", "guten Tag", (Word(0, 1.5, "guten"), Word(1.2, 2.5, "Tag")))
    write(Meeting((Speaker("Müller-Lüdenscheidt"),), (said,), 3, source=Source(times="word")), tmp_path / "a.TextGrid")
    again = read(tmp_path / "a.TextGrid")
    assert [speaker.name for speaker in again.speakers] == ["Müller-Lüdenscheidt"]
    assert again.utterances[0].words == (Word(0, 1.5, "guten"), Word(1.5, 2, "Tag"))
