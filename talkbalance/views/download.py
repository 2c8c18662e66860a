"""A button by which a file is saved: made when it is asked for, handed to the browser piece by piece, stored nowhere else.

Where the page stands does not matter: in a notebook, in the app, or on another machine's screen, the file ends where the browser
saves files.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from math import ceil
from typing import Any

import anywidget
import traitlets

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError
from talkbalance.i18n import text

PIECE = 1 << 20
"""Bytes that go to the page at once: more stalls it."""

_STATIC = resources.files("talkbalance.views") / "static"


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved."""

    name: str
    content: bytes
    mime: str


class Download(anywidget.AnyWidget):
    """The button.

    Parameters
    ----------
    make
        Makes the file; it runs beside the page, in the page's language.
    """

    _esm = _STATIC.joinpath("download.js").read_text(encoding="utf-8")
    _css = _STATIC.joinpath("download.css").read_text(encoding="utf-8")
    label = traitlets.Unicode("").tag(sync=True)
    ready = traitlets.Bool(True).tag(sync=True)

    def __init__(self, make: Callable[[], File], *, label: str = "") -> None:
        self._make = make
        self._file: File | None = None
        super().__init__(label=label)
        self.on_msg(self._asked)

    def _asked(self, _: object, content: dict[str, Any], __: object) -> None:
        wanted = content.get("want")
        if wanted == 0:
            threading.Thread(target=self._prepare, args=(i18n.language(),), daemon=True).start()
        elif isinstance(wanted, int) and self._file is not None:
            self._give(self._file, wanted)

    def _prepare(self, spoken: i18n.Language) -> None:
        i18n.set_language(spoken)
        self.send({"said": text("saving.making")})
        try:
            self._file = self._make()
        except TalkbalanceError as error:
            self.send({"said": str(error), "done": True})
            return
        except OSError as error:
            self.send({"said": text("saving.trouble", why=error.strerror or type(error).__name__), "done": True})
            return
        self._give(self._file, 0)

    def _give(self, file: File, piece: int) -> None:
        content = file.content[piece * PIECE : (piece + 1) * PIECE]
        pieces = max(1, ceil(len(file.content) / PIECE))
        said = text("saving.saved", name=file.name) if piece + 1 == pieces else text("saving.handing")
        self.send({"piece": piece, "of": pieces, "name": file.name, "mime": file.mime, "said": said}, [content])
        if piece + 1 == pieces:
            self._file = None
