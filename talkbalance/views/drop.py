"""A file given to a page: dragged onto it, chosen, or named by its path.

The browser hands a file over in slices of at most 1 MB and sends the next one only when this one is on disk. So neither the page
nor the channel nor this process ever holds more than one slice, however long the recording is; after a hiccup, and after the same
file was given once more, it goes on where it was. What was handed over lies in a folder private to the user until it is no longer
needed.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError, UnreadableFile
from talkbalance.i18n import text
from talkbalance.speech.partial import tidy
from talkbalance.speech.weights import cache_folder
from talkbalance.views.writing import number

SLICE = 1_000_000
"""Bytes that come from the page at once: more stalls it."""
PATIENCE = 5.0
"""Seconds after which the page asks again how far it got."""
LONGEST_NAME = 200
"""Bytes kept of a file's name, from its end: file systems hold no more than 255."""
LABELS = (
    *("drop", "one", "choose", "path", "path_hint", "open", "cancel"),
    *("handing", "soon", "waiting", "there", "unreadable", "private"),
)
SLOTS = {name: f"{{{name}}}" for name in ("name", "got", "size", "left")}
"""What the page fills in itself."""

Given = Callable[[Path, Callable[[], None]], None]
"""What to do with a file: its path, and what to call when it is no longer needed."""

_STATIC = resources.files("talkbalance.views") / "static"


class Drop(anywidget.AnyWidget):
    """The widget.

    Parameters
    ----------
    on_file
        Called with the path of a file that is there, and with what removes it again: to be called when it is no longer needed. What
        was named by its path stays where it is, and there it removes nothing.
    """

    _esm = _STATIC.joinpath("drop.js").read_text(encoding="utf-8")
    _css = _STATIC.joinpath("drop.css").read_text(encoding="utf-8")
    labels = traitlets.Dict().tag(sync=True)
    slice = traitlets.Int(SLICE).tag(sync=True)
    patience = traitlets.Float(PATIENCE).tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)
    """Whether it takes little room: there is a file already, and it is about that one now."""

    def __init__(self, on_file: Given) -> None:
        self._on_file = on_file
        self._arriving: _Arriving | None = None
        self._spoken = i18n.language()
        super().__init__()
        self.label()
        self.on_msg(self._told)

    @property
    def page(self) -> "Drop":
        """What to put on a page: the widget itself."""
        return self

    def label(self) -> None:
        """Write every label in the language of the page."""
        self._spoken = i18n.language()
        self.labels = {name: text(f"drop.{name}", **SLOTS) for name in LABELS}

    def _told(self, _: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Heed the page; a callback runs in a context of its own, without the page's language."""
        i18n.set_language(self._spoken)
        try:
            self._heed(content, buffers)
        except TalkbalanceError as error:
            self._give_up(content, str(error))
        except OSError as error:
            self._give_up(content, text("drop.unwritable", reason=error.strerror or type(error).__name__))

    def _give_up(self, content: dict[str, Any], why: str) -> None:
        if self._arriving is not None and self._arriving.file == content.get("file"):
            self._forget()
        self.send({"file": content.get("file"), "failed": why})

    def _heed(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        file = content.get("file")
        match content.get("do"):
            case "begin":
                self._begin(str(file), str(content["name"]), int(content["size"]))
            case "slice" if self._arriving is not None and self._arriving.file == file:
                self._arriving.take(int(content["at"]), buffers[0])
                self._acknowledge(self._arriving)
            case "where" if self._arriving is not None and self._arriving.file == file:
                self.send({"file": file, "got": self._arriving.got, "again": content.get("again")})
            case "where":
                raise UnreadableFile("drop.lost")
            case "cancel":
                self._forget()
            case "path":
                self._take_path(str(content.get("path", "")))

    def _begin(self, file: str, name: str, size: int) -> None:
        """Begin with a file, or go on with it."""
        if self._arriving is None or self._arriving.file != file:
            self._forget()
            self._arriving = _arriving(file, name, size)
        self._acknowledge(self._arriving)

    def _acknowledge(self, arriving: "_Arriving") -> None:
        """Say how far it got; what is there as a whole is handed on."""
        self.send({"file": arriving.file, "got": arriving.got})
        if arriving.got == arriving.size:
            self._arriving = None
            self.send({"file": arriving.file, "there": True})
            self._hand_on(arriving)

    def _hand_on(self, arriving: "_Arriving") -> None:
        try:
            self._on_file(arriving.path, arriving.folder.cleanup)
        except TalkbalanceError:
            arriving.folder.cleanup()
            raise
        self.compact = True

    def _take_path(self, written: str) -> None:
        path = Path(written.strip().strip("\"'")).expanduser()
        if not path.is_file():
            raise UnreadableFile("drop.no_file" if written.strip() else "drop.no_path", path=path)
        self.send({"file": None, "there": True})
        self._on_file(path, nothing)
        self.compact = True

    def _forget(self) -> None:
        if self._arriving is not None:
            self._arriving.folder.cleanup()
            self._arriving = None


@dataclass(slots=True)
class _Arriving:
    """A file that is being handed over: `file` names it between page and widget."""

    file: str
    path: Path
    size: int
    folder: "tempfile.TemporaryDirectory[str]"
    got: int = 0

    def take(self, at: int, content: Any) -> None:  # noqa: ANN401 -- bytes, as the channel gives them
        """Write a slice; one that was written already, or comes too early, is left alone."""
        if at != self.got:
            return
        if at + len(content) > self.size:
            raise UnreadableFile("drop.changed")
        with self.path.open("ab") as file:
            file.write(content)
        self.got += len(content)


def _arriving(file: str, name: str, size: int) -> _Arriving:
    """Make a private place for a file, where there is room for it."""
    place = shelf()
    if shutil.disk_usage(place).free < size:
        raise UnreadableFile("drop.no_room", size=number(size / 1e9, 1))
    folder = tempfile.TemporaryDirectory(prefix="file-", dir=place)
    path = Path(folder.name) / _plain(name)
    path.touch(mode=0o600)
    return _Arriving(file, path, size, folder)


def shelf() -> Path:
    """Return the folder for what is handed over: on disk, where temporary folders may be memory; `TALKBALANCE_DROPPED` moves it."""
    named = os.environ.get("TALKBALANCE_DROPPED")
    place = Path(named) if named else cache_folder() / "dropped"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    tidy(place)
    return place


def _plain(name: str) -> str:
    r"""Return a name for a file from what a browser says it is called: without a path, and short enough.

    >>> _plain("..\\..\\Erstgespräch.mp4"), _plain("../")
    ('Erstgespräch.mp4', 'file')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isprintable() and sign not in '<>:"|?*' else "_" for sign in last).strip(". ")
    return kept.encode()[-LONGEST_NAME:].decode(errors="ignore") or "file"


def nothing() -> None:
    """Nothing to remove."""
