"""The player: what the page is told, and the sound it asks for."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest

from talkbalance import formats
from talkbalance.i18n import set_language, text
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.speech.playback import playable
from talkbalance.views.player import PIECE, Player, sound_of

SAID = Utterance(0, 2, "Eva", "Was <b>stört</b> Sie?"), Utterance(1.5, 4, "Baum", "Das Plakat.")
MEETING = Meeting((Speaker("Eva", "agency"), Speaker("Baum", "client")), SAID, duration=5, language="de")


class Page:
    """The other end of the widget: what it is sent."""

    def __init__(self, player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
        self.player = player
        self.messages: list[dict[str, Any]] = []
        self.pieces: list[bytes] = []
        monkeypatch.setattr(player, "send", self._receive)

    def _receive(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.messages.append(content)
        self.pieces += buffers or []

    def want(self, piece: int) -> None:
        self.player._asked(None, {"want": piece}, None)
        if self.player._making is not None:
            self.player._making.join()


def test_what_was_said_is_told_as_columns() -> None:
    player = Player(MEETING)
    assert player.spans == {"start": [0, 1.5], "end": [2, 4], "who": [0, 1], "text": ["Was <b>stört</b> Sie?", "Das Plakat."]}
    assert [one["name"] for one in player.people] == ["Eva", "Baum"]
    assert player.length == 5
    assert player.sound == 0


def test_moments_are_in_order_of_time(samples: Path) -> None:
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    player = Player(meeting)
    found, asked = interruptions(meeting), questions(meeting)
    player.mark(found, asked)
    assert len(player.moments["start"]) == len(found) + len(asked)
    assert player.moments["start"] == sorted(player.moments["start"])
    assert set(player.moments["kind"]) <= {"taken", "failed", "question"}
    player.mark(None, None)
    assert player.moments["start"] == []


def test_the_sound_is_fetched_in_pieces(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))
    monkeypatch.setattr("talkbalance.views.player.PIECE", 1 << 18)
    recording = samples / "erstgespraech_de.mp3"
    page = Page(Player(MEETING, recording=recording), monkeypatch)
    page.want(0)
    pieces = page.messages[-1]["of"]
    for piece in range(1, pieces):
        page.want(piece)
    assert [message["piece"] for message in page.messages if "piece" in message] == list(range(pieces))
    whole = tmp_path / "whole.mp3"
    whole.write_bytes(b"".join(page.pieces))
    with av.open(str(whole)) as copy, av.open(str(recording)) as original:
        length = sum(frame.samples for frame in copy.decode(audio=0)) / 16_000
        true = sum(frame.samples / frame.rate for frame in original.decode(audio=0))
    assert length == pytest.approx(true, abs=0.15)
    (folder,) = (tmp_path / "playback").iterdir()
    assert folder.stat().st_mode & 0o077 == 0


def test_the_copy_is_made_once(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))
    first = playable(samples / "erstgespraech_de.mp3")
    monkeypatch.setattr("talkbalance.speech.playback.open_recording", None)
    assert playable(samples / "erstgespraech_de.mp3") == first


def test_what_is_prepared_is_there_at_the_first_click(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))
    page = Page(Player(MEETING, recording=samples / "erstgespraech_de.mp3"), monkeypatch)
    page.player.prepare()
    assert page.player._making is not None
    page.player._making.join()
    assert page.messages == [], "nobody has asked yet"
    page.want(0)
    assert [message.get("piece") for message in page.messages] == [0]


def test_a_recording_that_cannot_be_heard_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))
    broken = tmp_path / "call.mp3"
    broken.write_bytes(b"no sound at all")
    page = Page(Player(MEETING, recording=broken), monkeypatch)
    page.want(0)
    assert "call.mp3" in page.messages[-1]["failed"]
    assert not list(tmp_path.glob("playback/*/*"))


def test_without_a_recording_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(Player(MEETING, recording=Path("not/there.mp3")), monkeypatch)
    page.want(0)
    assert page.messages == []


def test_a_new_recording_has_another_number(samples: Path) -> None:
    player = Player(MEETING, recording=samples / "erstgespraech_de.mp3")
    first = player.sound
    player.show(MEETING, recording=samples / "erstgespraech_de.mp3")
    assert player.sound == first
    player.show(MEETING, recording=samples / "first_meeting_en.mp3")
    assert player.sound not in (0, first)
    player.show(MEETING)
    assert player.sound == 0


def test_labels_follow_the_language() -> None:
    set_language("en")
    player = Player()
    assert player.labels["none"] == "None."
    set_language("de")
    player.label()
    assert player.labels["none"] == text("player.none") == "Keine."


def test_playing_is_asked_for_anew_each_time() -> None:
    player = Player(MEETING)
    player.play(1.0, 2.0)
    player.play(1.0, 2.0)
    assert player.request == {"start": 1.0, "end": 2.0, "n": 2}


def test_the_recording_beside_a_transcript_is_found(samples: Path, tmp_path: Path) -> None:
    assert sound_of(samples / "erstgespraech_de.meeting.json") == samples / "erstgespraech_de.mp3"
    assert sound_of(tmp_path / "call.vtt") is None


def test_pieces_are_small_enough_for_a_page() -> None:
    assert PIECE <= 1 << 20


def test_the_page_loads_nothing() -> None:
    for own in (Player._esm, Player._css):
        assert "http" not in str(own).replace("http://www.w3.org/2000/svg", "")
        assert "import " not in str(own)


def test_the_command_line_does_not_load_it() -> None:
    code = "import sys, talkbalance.cli; sys.exit('anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
