"""What is kept beside a notebook: what people wrote, guessed and rated, and the moments that were saved, across meetings.

Two JSON files, written whole or not at all. What stands in them was typed by people, or came from another machine: it is checked
when read, and escaped where it is shown.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os.path import relpath
from pathlib import Path
from typing import Any

from talkbalance.corrections import Log, correct, log_beside
from talkbalance.errors import UnreadableFile
from talkbalance.formats import read
from talkbalance.formats.files import write_atomically
from talkbalance.meeting import Meeting

NAMES = ("rename", "side", "merge")
"""Corrections that only say who is who."""


def opened(file: Path, *, names_only: bool = False) -> Meeting:
    """Read a meeting with the corrections that lie beside it.

    Parameters
    ----------
    file
        In any known format.
    names_only
        Whether only names and sides are corrected: what the machine made of the rest is then still to be judged.

    Raises
    ------
    UnreadableFile
        Where the file, or the log beside it, cannot be read.
    """
    meeting, path = read(file), log_beside(file)
    if not path.is_file():
        return meeting
    return correct(meeting, [line for line in Log(path) if not names_only or line.do in NAMES])


class Notes:
    """What was written about meetings: per meeting and topic whatever JSON can hold.

    Parameters
    ----------
    path
        The file; it is made with the first note.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, meeting: Meeting, topic: str) -> dict[str, Any]:
        """Return what was noted of a meeting; nothing is an empty mapping."""
        noted = self._read().get(key_of(meeting), {})
        found = noted.get(topic, {}) if isinstance(noted, dict) else None
        if not isinstance(found, dict):
            raise UnreadableFile("training.broken_file", file=self.path.name)
        return found

    def keep(self, meeting: Meeting, topic: str, noted: Mapping[str, Any]) -> None:
        """Note something of a meeting, in place of what was noted under the same topic."""
        whole = self._read()
        whole.setdefault(key_of(meeting), {})[topic] = dict(noted)
        write_atomically(self.path, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")

    def _read(self) -> dict[str, Any]:
        found = _json(self.path, {})
        if not isinstance(found, dict) or not all(isinstance(noted, dict) for noted in found.values()):
            raise UnreadableFile("training.broken_file", file=self.path.name)
        return found


def key_of(meeting: Meeting) -> str:
    """Return what a meeting is known by across files."""
    return meeting.details.id or meeting.source.file or meeting.title


@dataclass(frozen=True, slots=True)
class Saved:
    """A moment of a playlist.

    Parameters
    ----------
    file
        The meeting, as a path from the folder of the playlist.
    title
        What the meeting is called.
    start, end
        Seconds that are played.
    what
        What is to be heard.
    note
        What somebody wrote about it.
    """

    file: str
    title: str
    start: float
    end: float
    what: str
    note: str = ""


class Playlist:
    """Saved moments, in the order in which they were added.

    Parameters
    ----------
    path
        The file; it is made with the first moment.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def moments(self) -> tuple[Saved, ...]:
        """The moments.

        Raises
        ------
        UnreadableFile
            Where the file is no playlist.
        """
        rows = _json(self.path, [])
        try:
            if isinstance(rows, list):
                return tuple(_saved(row) for row in rows)
        except (TypeError, ValueError, KeyError):
            pass
        raise UnreadableFile("training.broken_file", file=self.path.name)

    def add(self, meeting: Path, saved: Saved) -> None:
        """Add a moment of the meeting in a file; the same one is not added twice, its note is then the new one."""
        entry = Saved(self._from_here(meeting), saved.title, saved.start, saved.end, saved.what, saved.note)
        place = (entry.file, entry.start, entry.end)
        others = [one for one in self.moments if (one.file, one.start, one.end) != place]
        self._write((*others, entry))

    def remove(self, place: int) -> None:
        """Take the moment at a place out."""
        self._write(tuple(one for i, one in enumerate(self.moments) if i != place))

    def file_of(self, saved: Saved) -> Path:
        """Return where the meeting of a moment lies."""
        return self.path.parent / saved.file

    def _from_here(self, meeting: Path) -> str:
        return Path(relpath(meeting.resolve(), self.path.resolve().parent)).as_posix()

    def _write(self, moments: tuple[Saved, ...]) -> None:
        write_atomically(self.path, json.dumps([asdict(one) for one in moments], ensure_ascii=False, indent=1) + "\n")


def _saved(row: Any) -> Saved:  # noqa: ANN401 -- whatever JSON holds
    texts = {name: row[name] for name in ("file", "title", "what", "note")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError
    start, end = float(row["start"]), float(row["end"])
    if not 0 <= start < end:
        raise ValueError
    return Saved(start=start, end=end, **texts)


def _json(path: Path, empty: object) -> Any:  # noqa: ANN401 -- whatever JSON holds
    if not path.exists():
        return empty
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnreadableFile("training.broken_file", file=path.name) from None
