"""Partial results: what was heard already, so that a run that was stopped goes on from there.

One folder per recording and settings in the user's cache, one file per stage, private to the user: they hold what was said. What
takes long is written down while it is heard: words in a journal, what the networks say of voices on a tape. All are removed when
the meeting is done, and after seven days in any case.

Nothing here is believed unseen: each line and each answer carries a checksum, and what a stop cut short or a disk spoiled is heard
again. Only one run at a time keeps what it hears of a recording; another one beside it hears all of it itself.
"""

import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from talkbalance.meeting import Word
from talkbalance.speech.backend import Span, Transcript
from talkbalance.speech.weights import cache_folder

Floats = NDArray[np.float32]

KEPT = 7 * 24 * 3600
"""Seconds after which a partial result is removed."""

_SHAPE = "4"
"""Of what is written here: another release may write it, or hear, in another way, and finds nothing of this one."""


class Journal:
    """Words as they are heard, stretch by stretch, one line of JSON each; without a file nothing is written down."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = Lock()
        self._heard = dict(_lines(file)) if file is not None and file.is_file() else {}

    def words(self, start: float, end: float, hear: Callable[[], Sequence[Word]]) -> tuple[Word, ...]:
        """Return the words of a stretch, heard now if they were not before."""
        place = round(start, 3), round(end, 3)
        if place in self._heard:
            return self._heard[place]
        words = tuple(hear())
        if self._file is not None:
            row = [*place, [astuple(word) for word in words]]
            self._write(self._file, [*row, _sum(row)])
        return words

    def _write(self, file: Path, row: object) -> None:
        with self._lock:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as journal:
                journal.write(f"\n{json.dumps(row)}")  # begins a line, so that one a stop cut short spoils itself only


FORGETFUL = Journal()


class Tape:
    """What networks answer, one array after the other in the order it is asked for; without a file nothing is written down."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._at = 0
        """Where the next answer begins."""
        self._recording = file is None or not file.is_file()
        """Whether all that was kept was given."""

    def answer(self, hear: Callable[[], Floats]) -> Floats:
        """Return the next answer, heard now if it was not before."""
        if self._file is None:
            return hear()
        if not self._recording:
            if (found := self._played(self._file)) is not None:
                return found
            self._recording = True
            os.truncate(self._file, self._at)  # a stop cut the last one short, or it was spoiled
        heard = hear()
        self._record(self._file, heard)
        return heard

    def _played(self, file: Path) -> Floats | None:
        with file.open("rb") as tape:
            tape.seek(self._at)
            head = tape.read(_HEAD)
            size, checked = int.from_bytes(head[:4]), int.from_bytes(head[4:])
            kept = tape.read(size) if len(head) == _HEAD else b""
            if not size or len(kept) != size or crc32(kept) != checked:
                return None
            self._at = tape.tell()
        found: Floats = np.load(io.BytesIO(kept), allow_pickle=False)
        return found

    def _record(self, file: Path, heard: Floats) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = io.BytesIO()
        np.save(written, heard, allow_pickle=False)
        kept = written.getvalue()
        with file.open("ab") as tape:
            if tape.tell() != self._at:  # somebody removed it, or wrote there too: what follows would be in no order
                self._file = None
                return
            tape.write(len(kept).to_bytes(4) + crc32(kept).to_bytes(4) + kept)
            self._at = tape.tell()


_HEAD = 8
"""Bytes before each answer on a tape: how many it has, and their checksum."""

BLANK = Tape()


def _lines(file: Path) -> Iterator[tuple[tuple[float, float], tuple[Word, ...]]]:
    """Yield what was written down; a line that a stop cut short, or that was spoiled, is heard again."""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError, TypeError):
            *row, checked = json.loads(line)
            if checked == _sum(row):
                start, end, words = row
                yield (start, end), tuple(Word(*word) for word in words)


def _sum(content: object) -> int:
    """Return the checksum of what JSON holds."""
    return crc32(json.dumps(content).encode())


@dataclass(frozen=True)
class Partial:
    """The stages of one recording under one set of settings; without a folder nothing is kept."""

    folder: Path | None = None

    @property
    def begun(self) -> bool:
        """Whether something was kept already."""
        return self.folder is not None and self.folder.is_dir()

    def spans(self, stage: str, hear: Callable[[], Sequence[Span]]) -> tuple[Span, ...]:
        """Return the spans of a stage, heard now if they were not before."""
        if (found := self._read(stage)) is not None:
            return tuple(Span(*row) for row in found)
        spans = tuple(hear())
        self._write(stage, [astuple(span) for span in spans])
        return spans

    def transcript(self, stage: str, hear: Callable[[], Transcript]) -> Transcript:
        """Return the words of a stage, heard now if they were not before."""
        if (found := self._read(stage)) is not None:
            language, probability, rows = found
            return Transcript(tuple(Word(*row) for row in rows), language, probability)
        said = hear()
        self._write(stage, [said.language, said.language_probability, [astuple(word) for word in said.words]])
        return said

    def journal(self, stage: str) -> Journal:
        """Return where the words of a stage are written down while they are heard."""
        return FORGETFUL if self.folder is None else Journal(self.folder / f"{stage}.jsonl")

    def tape(self, stage: str) -> Tape:
        """Return where the answers of the networks of a stage are written down while they are heard."""
        return BLANK if self.folder is None else Tape(self.folder / f"{stage}.npy")

    def remove(self) -> None:
        """Remove what was kept: the meeting is done."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, stage: str) -> Any:  # noqa: ANN401 -- what JSON holds
        if self.folder is None:
            return None
        try:
            content, checked = json.loads((self.folder / f"{stage}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):  # not there, or spoiled: heard again
            return None
        return content if checked == _sum(content) else None

    def _write(self, stage: str, content: object) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = self.folder / f"{stage}.part"
        scratch.write_text(json.dumps([content, _sum(content)]), encoding="utf-8")
        scratch.replace(self.folder / f"{stage}.json")


NOTHING_KEPT = Partial()


@contextmanager
def kept_of(identity: str, settings: Sequence[str], *, fresh: bool) -> Iterator[Partial]:
    """Yield what was kept of a recording heard with these settings; `fresh` forgets it first.

    While another run keeps what it hears of the same, nothing is kept.
    """
    shelf, locks = cache_folder() / "partial", cache_folder() / "locks"
    locks.mkdir(mode=0o700, exist_ok=True)
    tidy(shelf)
    tidy(locks)
    heard_with = sha256("\0".join((_SHAPE, *settings)).encode()).hexdigest()[:16]
    key = f"{identity}-{heard_with}"
    lock = FileLock(locks / key)  # gone with the process that holds it, however that ends
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield NOTHING_KEPT
        return
    kept = Partial(shelf / key)
    try:
        if fresh:
            kept.remove()
        yield kept
    finally:
        lock.release()


def partials(identity: str) -> list[Path]:
    """Return the folders of all that is kept of a recording, and the marks of who worked on it."""
    return sorted(path for shelf in ("partial", "locks") for path in (cache_folder() / shelf).glob(f"{identity}-*"))


def tidy(shelf: Path) -> None:
    """Remove what lies on a shelf for more than seven days."""
    for entry in shelf.glob("*") if shelf.is_dir() else ():
        with suppress(OSError):  # another run removed it
            if time.time() - entry.stat().st_mtime > KEPT:
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()
