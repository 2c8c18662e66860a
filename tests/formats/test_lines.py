"""Lines of names, in the shapes people export and type them, and what only looks like it."""

import warnings
from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.formats.lines import page
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions

EVA, BAUM = "Eva Brandt", "Herr Baum"

SHAPES = {
    "names": (
        "Eva Brandt: Tag.\nHerr Baum: Also: los.\nEva Brandt: Ja.",
        [(EVA, "Tag.", None), (BAUM, "Also: los.", None), (EVA, "Ja.", None)],
    ),
    "paragraphs": (
        "Eva: Tag.\nNoch etwas.\n\nBaum: Ja.\nEva: Gut.",
        [("Eva", "Tag. Noch etwas.", None), ("Baum", "Ja.", None), ("Eva", "Gut.", None)],
    ),
    "brackets": ("[00:00:01] Eva Brandt: Tag.\n[00:00:04] Herr Baum: Ja.", [(EVA, "Tag.", 1), (BAUM, "Ja.", 4)]),
    "no brackets": ("0:01 Eva Brandt: Tag.\n1:00:04 Herr Baum: Ja.", [(EVA, "Tag.", 1), (BAUM, "Ja.", 3604)]),
    "ranges": ("[0:00 - 0:05] Eva Brandt: Tag.\n[0:04 - 0:07] Herr Baum: Ja.", [(EVA, "Tag.", 0), (BAUM, "Ja.", 4)]),
    "after the name": ("S01: [00:00:12] Tag.\n\nS00: [00:00:36] Ja.", [("S01", "Tag.", 12), ("S00", "Ja.", 36)]),
    "Otter": (
        "Unknown Speaker  0:01  \nTag.\n\nHerr Baum  0:04  \nJa.\n\nTranscribed by https://otter.ai\n",
        [("unknown", "Tag.", 1), (BAUM, "Ja.", 4)],
    ),
    "Teams": ("Eva Brandt   0:03\nTag.\nUnd?\n\nHerr Baum   0:07\nJa.\n", [(EVA, "Tag. Und?", 3), (BAUM, "Ja.", 7)]),
    "older Teams": (
        "0:0:0.0 --> 0:0:3.540\nEva Brandt\nTag.\n0:0:3.540 --> 0:0:7.23\nHerr Baum\nJa.\nNein.",
        [(EVA, "Tag.", 0), (BAUM, "Ja. Nein.", 3.54)],
    ),
    "Zoom captions": (
        "[Eva Brandt] 10:02:33\nTag.\n\n[Herr Baum] 10:02:40\nAlso: ja.\n",
        [(EVA, "Tag.", 0), (BAUM, "Also: ja.", 7)],
    ),
    "Fathom": (
        "Titel - Mai\nhttps://fathom.video/share/x\n\n---\n\n0:00 - Eva Brandt (GmbH)\n  Tag.\n\n0:05 - Herr Baum\n  Ja.\n",
        [(EVA, "Tag.", 0), (BAUM, "Ja.", 5)],
    ),
    "Fathom in Markdown": (
        "[@0:09](https://fathom.video/x?t=9.3) - **Eva Brandt**\n\nTag.\n\n[@0:12](https://x) - **Herr Baum**\n\nJa.",
        [(EVA, "Tag.", 9), (BAUM, "Ja.", 12)],
    ),
    "Rev": ("Speaker 1 (00:00):\nTag.\n\nSpeaker 2 (00:04):\nJa.", [("Speaker 1", "Tag.", 0), ("Speaker 2", "Ja.", 4)]),
    "f4": ("I: Wie geht es? #00:00:05-4#\n\nB: Gut. #00:00:09-1#\n", [("I", "Wie geht es?", 0), ("B", "Gut.", 5.4)]),
    "f4 before": ("#00:00:00-0# I: Wie geht es?\n#00:00:05-4# B: Gut.\n", [("I", "Wie geht es?", 0), ("B", "Gut.", 5.4)]),
    "aTrain": (
        "Transcription for a.mp3\n\nSPEAKER_00\n[00:00:01] - Tag.\n[00:00:03] - Und?\n\nSPEAKER_01\n[00:00:05] - Ja.\n",
        [("SPEAKER_00", "Tag.", 1), ("SPEAKER_00", "Und?", 3), ("SPEAKER_01", "Ja.", 5)],
    ),
    "aTrain for MAXQDA": (
        "Transcription for a\n\nSPEAKER_00\n[00:00:01] - Tag. [00:00:03] - Und? \n\nSpeaker undefined\n[00:00:05] - Ja. ",
        [("SPEAKER_00", "Tag.", 1), ("SPEAKER_00", "Und?", 3), ("unknown", "Ja.", 5)],
    ),
    "aTrain without times": (
        "Transcription for a\n\nSPEAKER_00\nTag.\nUnd?\n\nSPEAKER_01\nJa.\n",
        [("SPEAKER_00", "Tag.", None), ("SPEAKER_00", "Und?", None), ("SPEAKER_01", "Ja.", None)],
    ),
    "Whisper": (
        "[00:00:00.000 --> 00:00:05.000]   Guten Tag.\n[00:00:05.000 --> 00:00:07.000]  Ja.\n",
        [("unknown", "Guten Tag.", 0), ("unknown", "Ja.", 5)],
    ),
    "Meet": (
        "Attendees\nEva Brandt, Herr Baum\n# Transcript\n**Eva Brandt:** Tag. **Herr Baum:** Ja.\n00:05:00\n**Eva Brandt:** Gut.",
        [(EVA, "Tag.", None), (BAUM, "Ja.", None), (EVA, "Gut.", None)],
    ),
    "thrown in": (
        "S01: [00:00:10] Ich //S02: Ach! // gehe //S00: Nein. //S02: Doch.//\nS02: [00:00:20] Ja.",
        [
            ("S01", "Ich", 10),
            ("S02", "Ach!", 10),
            ("S01", "gehe", 10),
            ("S00", "Nein.", 10),
            ("S02", "Doch.", 10),
            ("S02", "Ja.", 20),
        ],
    ),
}

NOT = {
    "a letter": "Sehr geehrte Damen und Herren,\nanbei: die Liste.\nMit Grüßen\nEva",
    "a form": "Datum: 3.4.\nOrt: Berlin\nThema: Karte\n",
    "prose": "Bonjour !",
    "nothing": "\n\n",
    "a programme": "10:00 Begrüßung\n11:00 Pause\n",
}


@pytest.mark.parametrize(("content", "said"), SHAPES.values(), ids=SHAPES)
def test_every_shape_is_read(content: str, said: list[tuple[str, str, float | None]]) -> None:
    found = page(content.split("\n"))
    assert found is not None
    assert [(entry.speaker, entry.words, entry.start) for entry in found.said] == said


@pytest.mark.parametrize("content", NOT.values(), ids=NOT)
def test_what_is_no_transcript_is_none(content: str) -> None:
    assert page(content.split("\n")) is None


@pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")
def test_what_a_program_wrote_may_be_misheard_and_what_a_person_typed_is_taken_as_it_is(tmp_path: Path) -> None:
    heard_by = {name: _read(tmp_path, content).source.models for name, (content, _) in SHAPES.items()}
    assert [name for name, models in heard_by.items() if not models] == [
        *("names", "paragraphs", "brackets", "no brackets", "ranges", "after the name", "f4", "f4 before", "Meet", "thrown in")
    ]
    assert (heard_by["Otter"], heard_by["aTrain"], heard_by["Teams"]) == (("Otter",), ("aTrain",), ("Text",))


def test_what_tools_write_above_and_below_is_no_speech() -> None:
    found = page(
        ["Titel", "Eva started transcription", "", "Eva   0:03", "Tag.", "", "Baum   0:07", "Ja.", "", "Eva stopped transcription"]
    )
    assert found is not None
    assert [entry.words for entry in found.said] == ["Tag.", "Ja."]


def test_attendees_are_listed_bots_and_shared_screens_are_not() -> None:
    listed = "### Attendees:\nEva, Baum, Fireflies.ai Notetaker Eva, Eva's Presentation, Özil.\n\nTranscript\n"
    found = page(f"{listed}Eva: a\nBaum: b\nEva: c".split("\n"))
    assert found is not None
    assert found.attendees == ("Eva", "Baum", "Özil")


def _read(tmp_path: Path, content: str) -> Meeting:
    (tmp_path / "call.txt").write_text(content, encoding="utf-8")
    return read(tmp_path / "call.txt")


def test_without_times_words_can_be_measured_and_nothing_that_takes_time(tmp_path: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="has no times"):
        meeting = _read(tmp_path, "Eva: Was ist Ihnen wichtig?\nBaum: Die Farbe.\nEva: Gut.")
    assert list(questions(meeting)["text"]) == ["Was ist Ihnen wichtig?"]
    with pytest.raises(Unavailable):
        interruptions(meeting)


def test_with_beginnings_an_utterance_ends_where_the_next_begins(tmp_path: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="not when it ends"):
        meeting = _read(tmp_path, SHAPES["f4"][0])
    assert [(u.start, u.end) for u in meeting.utterances] == [(0, 5.4), (5.4, 9.1)]
    assert not meeting.overlap_observable


def test_with_both_ends_overlaps_are_seen(tmp_path: Path) -> None:
    assert _read(tmp_path, SHAPES["ranges"][0]).overlap_observable


def test_a_file_that_names_nobody_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="a name and a colon"):
        _read(tmp_path, "Bonjour !")


@pytest.mark.parametrize("content", ["00:21:14\tEva:\tHallo\n", "00:21:14 From Eva to Everyone: Hallo\n"])
def test_a_chat_is_no_transcript(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFile, match="chat"):
        _read(tmp_path, content)


def test_two_names_that_are_alike_in_lines_stay_two(tmp_path: Path) -> None:
    people = (Speaker("Eva (1)"), Speaker("Eva [1]"), Speaker("4.Blau"))
    said = tuple(Utterance(10 * i, 10 * i + 9, speaker.name, "Ja.") for i, speaker in enumerate(people))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        write(Meeting(people, said, 60), tmp_path / "a.txt")
        assert [u.speaker for u in read(tmp_path / "a.txt").utterances] == ["Eva 1", "Eva 1 2", "S3 4.Blau"]
