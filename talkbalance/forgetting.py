"""What there is of a meeting on this machine, and removing it: files of ours, what was kept on the way, rows of stores.

What was given to us, a recording or another tool's transcript, is never touched: whoever has it decides about it.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from talkbalance.corpus.jobs import STORE
from talkbalance.corpus.places import below, path_to, there
from talkbalance.corpus.prints import Prints
from talkbalance.corrections import log_beside
from talkbalance.errors import TalkbalanceError, UnreadableFile
from talkbalance.formats import read
from talkbalance.meeting import Meeting
from talkbalance.speech.partial import partials
from talkbalance.speech.playback import copies
from talkbalance.speech.weights import cache_folder

Kind = Literal["meeting", "corrections", "partial", "playback", "dropped", "table", "report", "voices", "store"]

MEETING = ".meeting.json"
RESULTS = (".summary.csv", ".speaking_time.csv", ".interruptions.csv", ".questions.csv", ".report.html")
"""What `talkbalance analyze` writes beside a meeting."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of a meeting: what it is, and where; in a store, the identity of the meeting there, or "" for all of them."""

    kind: Kind
    path: Path
    identity: str = ""

    def remove(self) -> None:
        """Remove it; what is gone already is no mistake."""
        if self.kind == "store":
            from talkbalance.corpus.store import open_store

            open_store(self.path).delete(self.identity)
        elif self.kind == "voices":
            Prints(self.path).remove(self.identity) if self.identity else Prints(self.path).forget()
        elif self.path.is_dir():
            shutil.rmtree(self.path)
        else:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What is needed to find a meeting: its identity, its files of ours, and its recording."""

    identity: str
    files: tuple[Path, ...] = ()
    recording: Path | None = None


def known(of: str) -> Known:
    """Return what is known of a meeting.

    Parameters
    ----------
    of
        A meeting file, its recording, another tool's transcript, or the identity of a meeting.

    Raises
    ------
    UnreadableFile
        Where it is none of these.
    """
    path = Path(of)
    if not path.is_file():
        if len(of) == 16 and set(of) <= set("0123456789abcdef"):
            return Known(of)
        raise UnreadableFile("forget.unknown", what=of)
    if path.name.endswith(MEETING):
        meeting = read(path)
        return Known(meeting.details.id, (path,), meeting.recording)
    with path.open("rb") as file:
        identity = file_digest(file, "sha256").hexdigest()[:16]
    beside = (found for found, meeting in meetings(path.parent) if meeting.details.id == identity)
    return Known(identity, tuple(beside), path)


def traces(meeting: Known, *, results: bool = False, stores: Sequence[Path] = ()) -> tuple[Trace, ...]:
    """Return everything there is of a meeting.

    Parameters
    ----------
    results
        Whether tables and report beside its file belong to it too.
    stores
        Stores that may hold it.
    """
    return tuple(_traces(meeting, results=results, stores=stores))


def expired(folders: Sequence[Path], *, stores: Sequence[Path] = (), today: date | None = None) -> Iterator[Known]:
    """Yield every meeting below folders and in stores whose day of retention is over; without such a day, none.

    Parameters
    ----------
    today
        The day it is; until the end of `Details.retain_until` a meeting is kept.
    """
    day = today or date.today()
    for folder in folders:
        for file, meeting in meetings(folder, below=True):
            if _is_over(meeting, day):
                yield Known(meeting.details.id, (file,), meeting.recording)
    for store in stores:
        from talkbalance.corpus.store import open_store

        opened = open_store(store)
        for identity in opened:
            meeting = opened.meeting(identity)
            if _is_over(meeting, day):
                yield Known(identity, (), meeting.recording)


def meetings(folder: Path, *, below: bool = False) -> Iterator[tuple[Path, Meeting]]:
    """Yield the meeting files of a folder that can be read, in order of name, those of stores left out."""
    for file in sorted(folder.rglob(f"*{MEETING}") if below else folder.glob(f"*{MEETING}")):
        if any((parent / "store.json").is_file() for parent in file.parents):
            continue
        try:
            yield file, read(file)
        except TalkbalanceError:  # nobody's meeting that could be read
            continue


def _is_over(meeting: Meeting, day: date) -> bool:
    until = meeting.details.retain_until
    return until is not None and until < day


def _traces(meeting: Known, *, results: bool, stores: Sequence[Path]) -> Iterator[Trace]:
    for file in meeting.files:
        yield Trace("meeting", file)
        if (log := log_beside(file)).is_file():
            yield Trace("corrections", log)
        for suffix in RESULTS if results else ():
            if (result := file.with_name(file.name.removesuffix(MEETING) + suffix)).is_file():
                yield Trace("report" if suffix.endswith("html") else "table", result)
    if meeting.identity:
        yield from (Trace("partial", folder) for folder in partials(meeting.identity))
    if meeting.recording is not None:
        yield from (Trace("playback", folder) for folder in copies(meeting.recording))
    yield from (Trace("dropped", folder) for folder in _dropped(meeting.identity))
    yield from _in_stores(meeting.identity, stores)


def _dropped(identity: str) -> Iterator[Path]:
    """Yield the folders of files that were given to a page, and are this recording."""
    for file in sorted((cache_folder() / "dropped").glob("*/*")):
        if identity and file.is_file():
            with file.open("rb") as content:
                if file_digest(content, "sha256").hexdigest().startswith(identity):
                    yield file.parent


def _in_stores(identity: str, stores: Sequence[Path]) -> Iterator[Trace]:
    for store in stores:
        from talkbalance.corpus.store import open_store

        if identity:
            yield from (Trace("voices", store, identity) for _ in Prints(store).left(identity)[:1])
        if identity and identity in open_store(store):
            yield Trace("store", store, identity)


def voices(of: str | Path) -> tuple[Trace, ...]:
    """Return the voice prints of all meetings of a store, if there are any.

    Raises
    ------
    UnreadableFile
        Where it is no store.
    """
    store = path_to(of)
    if not there(store / STORE):
        raise UnreadableFile("corpus.no_store", store=store)
    return (Trace("voices", store),) if below(Prints(store).folder) else ()
