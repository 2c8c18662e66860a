"""The review as a page of its own, for people without Jupyter: `talkbalance app`; of a store, the page of its clients.

A server on this machine, a browser tab, and a kernel that lives as long as the tab. What the kernel is to show it finds in its
environment, never in the page's address.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from talkbalance import i18n
from talkbalance.errors import MissingModel, TalkbalanceError, UnreadableFile
from talkbalance.views.local import HERE, door
from talkbalance.views.shipped import shipped

if TYPE_CHECKING:
    from talkbalance.views.page import Page
    from talkbalance.views.review import Review
    from talkbalance.views.serving import Ready

FILE, FOLDER, LANGUAGE = "TALKBALANCE_OPEN", "TALKBALANCE_FOLDER", "TALKBALANCE_LANGUAGE"
"""Variables by which the page's kernel is told what to open, where to save, and which language to speak."""


def app(file: Path | None = None, *, ready: "Ready", port: int | None = None) -> None:
    """Serve the page until the user ends it.

    Parameters
    ----------
    file
        The recording or transcript to begin with; without one, the page asks for one. Of a store of meetings its
        clients are shown.
    ready
        Called once the page is there: with its address, which lets in whoever knows it, and with one that lets in a single time,
        for starting a browser.
    port
        Where it is served on this machine; by default wherever there is room.

    Raises
    ------
    MissingModel
        Where Voilà is not installed.
    InvalidParameter
        Where the port is taken.
    UnreadableFile
        Where there is no such file, or a folder is no store.
    """
    if find_spec("voila") is None:
        raise MissingModel("app.no_voila")
    if file is not None:
        _check(file)
    with door(port) as found, _home() as home, _dropped() as dropped:
        os.environ.update(_environment(home, dropped, file))
        from talkbalance.views.serving import run

        run(found, home, ready)


def _check(file: Path) -> None:
    if file.is_dir():
        from talkbalance.views.relationship import is_store

        if not is_store(file):
            raise UnreadableFile("relationship.no_store", store=file)
    elif not file.is_file():
        raise UnreadableFile("drop.no_file", path=file)


def page() -> "Review | Page":
    """Return the page as the kernel of `talkbalance app` shows it: in the language, with the file and in the folder it was told."""
    os.chdir(os.environ.get(FOLDER, "."))
    language: i18n.Language = "de" if os.environ.get(LANGUAGE) == "de" else "en"
    i18n.set_language(language)
    given = os.environ.get(FILE)
    if given and Path(given).is_dir():
        return _clients(Path(given), language)
    from talkbalance.views.review import review

    shown = review(samples=shipped("samples"), language=language, open_sample=False)
    if given:
        _open(shown, Path(given))
    return shown


def _clients(store: Path, language: i18n.Language) -> "Page":
    """Return the page of a store's clients; what is wrong with the store is said in its place."""
    from talkbalance.views.page import Page, style
    from talkbalance.views.relationship import relationship

    try:
        return relationship(store, language=language).whole()
    except TalkbalanceError as error:
        shown = Page(language)
        shown.page.children = [style(), shown.message]
        shown.say(str(error), wrong=True)
        return shown


def _open(shown: "Review", file: Path) -> None:
    """Open the file; what cannot be read is said on the page, not in place of it."""
    shown.opening.drop.compact = True
    try:
        shown.open(file)
    except TalkbalanceError as error:
        shown.say(str(error), wrong=True)


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="talkbalance-app-") as home:
        yield Path(home)


@contextmanager
def _dropped() -> Iterator[Path]:
    """Yield a private folder for what is dropped onto the page; it goes when the page goes, however that ends."""
    from talkbalance.views.drop import shelf

    with tempfile.TemporaryDirectory(prefix="app-", dir=shelf(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _environment(home: Path, dropped: Path, file: Path | None) -> dict[str, str]:
    """Return the variables for server and kernel: folders of their own, so that nothing the user set for Jupyter is touched."""
    known = os.environ.get("JUPYTER_PATH")
    return {
        "JUPYTER_PATH": os.pathsep.join([str(HERE), *([known] if known else [])]),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_NO_CONFIG": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "TALKBALANCE_DROPPED": str(dropped),
        LANGUAGE: i18n.language(),
        FOLDER: str(Path.cwd()),
        FILE: "" if file is None else str(file.resolve()),
    }
