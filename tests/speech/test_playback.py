"""The copy to listen to is what was written, byte for byte, or it is made again."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from talkbalance.errors import UnreadableFile, UnusableSound
from talkbalance.speech import playback
from talkbalance.speech.backend import Progress, Sound
from talkbalance.speech.playback import playable
from tests import sounds


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))
    return sounds.write(tmp_path / "call.wav", sounds.voice(3.0, [(0.5, 2.5)]))


def lying(tmp_path: Path) -> list[str]:
    return [path.suffix for path in (tmp_path / "cache" / "playback").rglob("*") if path.is_file()]


def shortened(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_a_bit_flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def emptied(content: bytes) -> bytes:
    return content[:0]


@pytest.mark.parametrize("damaged", [shortened, with_a_bit_flipped, emptied])
def test_a_damaged_copy_is_made_again(damaged: object, recording: Path, tmp_path: Path) -> None:
    assert callable(damaged)
    copy = playable(recording)
    content = copy.read_bytes()
    copy.write_bytes(damaged(content))
    assert playable(recording).read_bytes() == content
    assert lying(tmp_path) == [".mp3"]


def test_a_copy_that_a_killed_run_began_is_written_over(recording: Path, tmp_path: Path) -> None:
    copy = playable(recording)
    content = copy.read_bytes()
    copy.rename(copy.with_name("sound.part")).write_bytes(content[:100])
    assert playable(recording).read_bytes() == content
    assert lying(tmp_path) == [".mp3"]


def test_two_that_want_to_listen_make_one_copy(recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    write = playback._write

    def counted(sound: Sound, path: Path, progress: Progress) -> None:
        made.append(path)
        write(sound, path, progress)

    monkeypatch.setattr(playback, "_write", counted)
    with ThreadPoolExecutor(4) as listeners:
        copies = set(listeners.map(playable, [recording] * 4))
    assert len(copies) == len(made) == 1
    assert lying(tmp_path) == [".mp3"]


def test_what_cannot_be_decoded_leaves_nothing(recording: Path, tmp_path: Path) -> None:
    recording.write_bytes(b"no sound")
    with pytest.raises(UnusableSound):
        playable(recording)
    assert lying(tmp_path) == []


def test_a_cache_that_takes_nothing_is_said(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "cache")

    monkeypatch.setattr(playback, "_write", refused)
    with pytest.raises(UnreadableFile, match="cache"):
        playable(recording)
