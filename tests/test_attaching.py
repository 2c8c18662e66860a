"""A transcript and its recording: names and words of the one, times and overlaps of the other."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.attaching import attach, attached
from talkbalance.cli import main
from talkbalance.comparison import compare
from talkbalance.errors import InvalidMeeting, Unavailable, UnusableSound
from talkbalance.formats import read
from talkbalance.language.matching import LARGEST, matched
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word
from talkbalance.metrics.interruptions import interruptions

ZOOM = """WEBVTT

1
00:00:00.000 --> 00:00:04.000
Eva: Guten Tag, Herr Baum, wie geht es Ihnen?

2
00:00:04.000 --> 00:00:06.000
Baum: Mir geht es gut, danke.
"""


def heard(*said: tuple[float, float, str, str], layout: str = "") -> Meeting:
    """Return a meeting as it is heard: the words of a stretch share its time."""
    utterances = []
    for start, end, voice, text in said:
        parts = text.split()
        step = (end - start) / max(1, len(parts))
        words = tuple(Word(start + i * step, start + (i + 1) * step, part, 0.9) for i, part in enumerate(parts))
        utterances.append(Utterance(start, end, voice, text, words, 0.8))
    source = Source("call.mp4", "sound", "word", True, models=("some recogniser",), options=(("layout", layout),))
    return Meeting(tuple(map(Speaker, dict.fromkeys(u.speaker for u in utterances))), tuple(utterances), 60, source=source)


def transcript(*said: tuple[str, str], sides: bool = False) -> Meeting:
    """Return a transcript without times."""
    names = dict.fromkeys(name for name, _ in said)
    people = tuple(Speaker(name, ("agency", "client")[i % 2] if sides else "") for i, name in enumerate(names))
    source = Source("call.txt", "Text", "none", overlap_observable=False)
    return Meeting(people, tuple(Utterance(None, None, *entry) for entry in said), None, source=source)


def spans(meeting: Meeting) -> list[tuple[float | None, float | None, str, str]]:
    return [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances]


def test_zoom_refuses_interruptions_and_with_its_recording_they_are_measured(tmp_path: Path) -> None:
    (tmp_path / "call.vtt").write_text(ZOOM)
    zoom = read(tmp_path / "call.vtt")
    with pytest.raises(Unavailable):
        interruptions(zoom)
    sound = heard(
        (1, 4.5, "S1", "guten tag herr baum wie geht es ihnen"), (3.5, 6, "S2", "mir geht es gut danke"), (5, 5.4, "S1", "")
    )
    meeting = attached(zoom, sound)
    assert spans(meeting) == [
        (1, 4.5, "Eva", "Guten Tag, Herr Baum, wie geht es Ihnen?"),
        (3.5, 6, "Baum", "Mir geht es gut, danke."),
        (5, 5.4, "Eva", ""),
    ]
    assert len(interruptions(meeting, rule="any_overlap")) >= 1
    assert (meeting.source.format, meeting.source.times) == ("WebVTT (Zoom) + sound", "word")
    assert meeting.source.models == ("some recogniser",)


def test_words_have_the_times_they_were_heard_at() -> None:
    meeting = attached(transcript(("Eva", "Eins, zwei – drei!")), heard((0, 3, "S1", "eins zwo drei")))
    assert [(word.start, word.end, word.text) for word in meeting.utterances[0].words] == [
        (0, 1, "Eins,"),
        (1, 1.3, "zwei –"),
        (2, 3, "drei!"),
    ]


def test_a_stretch_of_two_people_is_cut_where_the_other_has_the_floor() -> None:
    said = transcript(("Eva", "eins zwei drei vier"), ("Baum", "fünf sechs sieben"), ("Eva", "acht neun zehn"))
    meeting = attached(said, heard((0, 10, "S1", "eins zwei drei vier fünf sechs sieben acht neun zehn")))
    assert spans(meeting) == [
        (0, 4, "Eva", "eins zwei drei vier"),
        (4, 7, "Baum", "fünf sechs sieben"),
        (7, 10, "Eva", "acht neun zehn"),
    ]


def test_a_word_put_in_overlaps_whoever_goes_on() -> None:
    said = transcript(("Eva", "eins zwei drei vier"), ("Baum", "ja"), ("Eva", "fünf sechs"))
    meeting = attached(said, heard((0, 7, "S1", "eins zwei drei vier ja fünf sechs")))
    assert spans(meeting) == [(0, 7, "Eva", "eins zwei drei vier fünf sechs"), (4, 5, "Baum", "ja")]


def test_a_word_heard_in_the_others_stretch_goes_to_whoever_said_it() -> None:
    said = transcript(("Eva", "eins zwei drei vier fünf"), ("Baum", "sechs sieben acht neun"))
    sound = heard((0, 6, "S1", "eins zwei drei vier fünf sechs"), (5, 8, "S2", "sieben acht neun"))
    assert spans(attached(said, sound)) == [(0, 6, "Eva", "eins zwei drei vier fünf"), (5, 8, "Baum", "sechs sieben acht neun")]


def test_channels_are_not_cut() -> None:
    said = transcript(("Eva", "eins zwei drei vier fünf"), ("Baum", "sechs sieben acht"), ("Eva", "neun"))
    sound = heard((0, 9, "S1", "eins zwei drei vier fünf sechs sieben acht neun"), layout="one_per_channel")
    assert spans(attached(said, sound))[0] == (0, 9, "Eva", "eins zwei drei vier fünf neun")


def test_words_nobody_heard_are_not_lost() -> None:
    said = transcript(("Eva", "eins zwei drei"), ("Baum", "mhm"), ("Eva", "vier fünf sechs"), ("Özil", "ja"))
    sound = heard((0, 3, "S1", "eins zwei drei"), (3.1, 3.3, "S2", ""), (4, 7, "S1", "vier fünf sechs"))
    meeting = attached(said, sound)
    there = " ".join(u.text for u in meeting.utterances)
    assert sorted(there.split()) == sorted(["eins", "zwei", "drei", "mhm", "vier", "fünf", "sechs", "ja"])
    assert {"Baum", "Özil"} <= {u.speaker for u in meeting.utterances}


def test_silent_people_and_sides_stay_and_a_voice_without_a_name_keeps_its_label() -> None:
    said = replace(
        transcript(("Eva", "eins zwei drei vier"), sides=True), speakers=(Speaker("Eva", "agency"), Speaker("Baum", "client"))
    )
    meeting = attached(said, heard((0, 4, "S1", "eins zwei drei vier"), (5, 6, "S2", "huch")))
    assert [(speaker.name, speaker.side) for speaker in meeting.speakers] == [("Eva", "agency"), ("Baum", "client"), ("S2", "")]


def test_another_talk_is_refused() -> None:
    with pytest.raises(UnusableSound, match=r"call\.mp4 says something else than call\.txt"):
        attached(transcript(("Eva", "eins zwei drei vier fünf")), heard((0, 4, "S1", "sechs sieben acht neun zehn eins")))


def test_what_was_left_out_by_hand_must_wait() -> None:
    timed = Meeting((Speaker("Eva"),), (Utterance(0, 1, "Eva", "eins"),), 10, left_out=((5, 6),))
    with pytest.raises(InvalidMeeting, match="left out by hand"):
        attached(timed, heard((0, 1, "S1", "eins")))


def test_a_recording_is_heard_for_as_many_as_speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "call.vtt").write_text(ZOOM)
    asked: dict[str, object] = {}

    def transcribe(recording: Path, **settings: object) -> Meeting:
        asked.update(settings, recording=recording)
        return heard((1, 4.5, "S1", "guten tag herr baum wie geht es ihnen"), (4.6, 6, "S2", "mir geht es gut danke"))

    monkeypatch.setattr("talkbalance.attaching.transcribe", transcribe)
    attach(read(tmp_path / "call.vtt"), tmp_path / "call.mp4", language="de")
    assert (asked["recording"], asked["speakers"], asked["language"]) == (tmp_path / "call.mp4", 2, "de")


def test_the_command_line_takes_the_transcript_beside_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "call.vtt").write_text(ZOOM)
    sound = heard((1, 4.5, "S1", "guten tag herr baum wie geht es ihnen"), (3.5, 6, "S2", "mir geht es gut danke"))
    monkeypatch.setattr("talkbalance.attaching.transcribe", lambda *_, **__: sound)
    out = tmp_path / "call.meeting.json"
    hear = ["transcribe", str(tmp_path / "call.mp4"), "--transcript", str(tmp_path / "call.vtt"), "-o", str(out)]
    assert main([*hear, "--agency", "Eva", "--client", "Baum"]) == 0
    assert [(speaker.name, speaker.side) for speaker in read(out).speakers] == [("Eva", "agency"), ("Baum", "client")]
    assert main([*hear, "--agency", "Niemand"]) == 1


@given(
    kept=st.lists(st.integers(0, 40), max_size=60),
    names=st.lists(st.sampled_from(("Eva", "Baum", "Özil")), min_size=1, max_size=8),
    voices=st.lists(st.sampled_from(("S1", "S2")), min_size=1, max_size=8),
)
def test_no_word_of_the_transcript_is_lost_whatever_was_heard(kept: list[int], names: list[str], voices: list[str]) -> None:
    spoken = [f"w{i}" for i in range(40)]
    size = -(-len(spoken) // len(names))
    said = transcript(
        *((name, " ".join(spoken[i * size : (i + 1) * size])) for i, name in enumerate(names) if spoken[i * size : (i + 1) * size])
    )
    parts = [f"w{i}" if i in set(kept) else "äh" for i in range(40)]
    length = -(-len(parts) // len(voices))
    pieces = [(voice, parts[i * length : (i + 1) * length]) for i, voice in enumerate(voices)]
    sound = heard(*((2.0 * i, 2.0 * i + 1.9, voice, " ".join(part)) for i, (voice, part) in enumerate(pieces) if part))
    try:
        meeting = attached(said, sound)
    except UnusableSound:
        return
    assert sorted(word for u in meeting.utterances for word in u.text.split()) == sorted(spoken)
    assert meeting == attached(said, sound)


def test_long_texts_are_matched_at_once() -> None:
    ours = [f"w{i % 700}" if i % 3 else f"selten{i}" for i in range(20_000)]
    theirs = [word for i, word in enumerate(ours) if i % 11]
    assert len(ours) * len(theirs) > LARGEST
    pairs = matched(ours, theirs)
    assert len(pairs) > 0.98 * len(theirs)
    assert all(ours[i] == theirs[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


@pytest.mark.models
def test_with_its_recording_a_zoom_transcript_shows_overlaps_and_corrects_what_was_heard(samples: Path) -> None:
    meeting = attach(read(samples / "first_meeting_en.zoom.vtt"), samples / "first_meeting_en.mp3")
    rows = compare(read(samples / "first_meeting_en.meeting.json"), meeting).set_index("measure")["hypothesis"]
    assert rows["overlap_f1"] > 0.8
    assert rows["wer_by_speaker"] < 0.03
    assert {speaker.name for speaker in meeting.speakers} == {"Mark Ellis", "Sarah Cole"}
    interruptions(meeting)
