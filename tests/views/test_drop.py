"""A file that a page hands over, driven without a page."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from talkbalance.errors import UnreadableFile
from talkbalance.i18n import set_language
from talkbalance.views.drop import SLICE, Drop

SOUND = bytes(range(256)) * 30


class Page:
    """The other end: what it sends, what it is told, and what arrives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.setenv("TALKBALANCE_DROPPED", str(folder))
        self.folder = folder
        self.told: list[dict[str, Any]] = []
        self.arrived: list[tuple[Path, Callable[[], None]]] = []
        self.drop = Drop(lambda path, done: self.arrived.append((path, done)))
        monkeypatch.setattr(self.drop, "send", self.told.append)

    def say(self, do: str, *buffers: bytes, file: str | None = "a", **content: object) -> dict[str, Any]:
        """Send a message and return the last answer."""
        self.drop._told(None, {"do": do, "file": file, **content}, [memoryview(one) for one in buffers])
        return self.told[-1] if self.told else {}

    def left(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Page]:
    made = Page(monkeypatch, tmp_path / "dropped")
    yield made
    made.drop._forget()
    for _, done in made.arrived:
        done()


def test_a_file_arrives_slice_by_slice_and_is_removed_when_done(page: Page) -> None:
    assert page.say("begin", name="Erstgespräch.mp4", size=len(SOUND)) == {"file": "a", "got": 0}
    for at in range(0, len(SOUND), 1000):
        page.say("slice", SOUND[at : at + 1000], at=at)
        assert {"file": "a", "got": min(at + 1000, len(SOUND))} in page.told, "acknowledged"
    ((path, done),) = page.arrived
    assert page.told[-1] == {"file": "a", "there": True}
    assert page.drop.compact
    assert path.name == "Erstgespräch.mp4"
    assert path.read_bytes() == SOUND
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent, page.folder)] == [0o600, 0o700, 0o700]
    done()
    assert page.left() == []


def test_a_slice_that_comes_twice_or_too_early_is_written_once(page: Page) -> None:
    page.say("begin", name="a.wav", size=30)
    for at, content in ((0, b"a" * 10), (0, b"b" * 10), (20, b"d" * 10), (10, b"c" * 10), (20, b"e" * 10)):
        page.say("slice", content, at=at)
    assert page.arrived[0][0].read_bytes() == b"a" * 10 + b"c" * 10 + b"e" * 10


def test_after_a_hiccup_it_goes_on_where_it_was(page: Page) -> None:
    page.say("begin", name="a.wav", size=30)
    page.say("slice", b"a" * 10, at=0)
    assert page.say("where", again=7) == {"file": "a", "got": 10, "again": 7}
    assert page.say("begin", name="a.wav", size=30) == {"file": "a", "got": 10}, "the page was loaded anew"


def test_another_file_takes_the_place_of_an_unfinished_one(page: Page) -> None:
    page.say("begin", name="a.wav", size=30)
    page.say("slice", b"a" * 10, at=0)
    page.say("begin", file="b", name="b.wav", size=30)
    assert [path.name for path in page.left()] == ["b.wav"]
    assert page.say("where", again=1)["failed"], "the first one is gone"
    page.say("cancel", file="b")
    assert page.left() == []


def test_an_empty_file_is_there_at_once(page: Page) -> None:
    page.say("begin", name="a.vtt", size=0)
    assert page.arrived[0][0].read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\call.mp4", "call.mp4"),
        ("..", "file"),
        ("", "file"),
        ("a\0b\n<c>.wav", "a_b__c_.wav"),
        ("ä" * 300 + ".wav", "ä" * 98 + ".wav"),
    ],
)
def test_a_name_is_only_a_name(page: Page, name: str, kept: str) -> None:
    page.say("begin", name=name, size=10)
    (path,) = page.left()
    assert path.name == kept
    assert page.folder in path.parents


def test_more_than_was_announced_is_refused(page: Page) -> None:
    page.say("begin", name="a.wav", size=5)
    assert "once more" in page.say("slice", b"a" * 10, at=0)["failed"]
    assert page.left() == []


def test_what_does_not_fit_on_the_disk_is_refused_at_once(page: Page) -> None:
    set_language("de")
    page.drop.label()
    assert "(1000000,0 GB)" in page.say("begin", name="a.wav", size=10**15)["failed"]
    assert page.left() == []


def test_a_disk_that_refuses_is_one_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.say("begin", name="a.wav", size=30)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    assert page.say("slice", b"a" * 10, at=0)["failed"] == "The file cannot be stored: No space left on device."
    monkeypatch.undo()
    assert page.left() == []


def test_what_cannot_be_used_is_said_and_removed(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, _: Callable[[], None]) -> None:
        raise UnreadableFile("drop.no_file", path=path.name)

    monkeypatch.setattr(page.drop, "_on_file", refuse)
    page.say("begin", name="a.vtt", size=1)
    assert "a.vtt" in page.say("slice", b"a", at=0)["failed"]
    assert not page.drop.compact
    assert page.left() == []


def test_a_path_is_taken_where_it_lies(page: Page, tmp_path: Path) -> None:
    call = tmp_path / "call.vtt"
    call.write_text("WEBVTT")
    assert page.say("path", file=None, path=f' "{call}" ') == {"file": None, "there": True}
    ((path, done),) = page.arrived
    done()
    assert path == call
    assert call.is_file()
    for wrong in (str(tmp_path), str(tmp_path / "none"), " "):
        assert page.say("path", file=None, path=wrong)["failed"]


def test_a_slice_is_no_larger_than_the_channel_bears() -> None:
    assert Drop(lambda *_: None).slice == SLICE <= 1_000_000


def test_labels_follow_the_language(page: Page) -> None:
    set_language("de")
    page.drop.label()
    assert page.drop.page.labels["open"] == "Öffnen"
