"""Partial results: what was heard already, so that a run that was stopped goes on from there.

One folder per recording and settings in the user's cache, one file per stage, private to the user: they hold what was said. What
takes long is written down while it is heard: words in a journal, what the networks say of voices on a tape. All are removed when
the meeting is done, and after seven days in any case.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talkbalance.meeting import Word
from talkbalance.speech.backend import Span, Transcript
from talkbalance.speech.weights import cache_folder

Floats = NDArray[np.float32]

KEPT = 7 * 24 * 3600
"""Seconds after which a partial result is removed."""


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
            self._write(self._file, [*place, [astuple(word) for word in words]])
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
        self._at: int | None = 0 if file is not None and file.is_file() else None
        """Where the next kept answer begins; None when all were given."""

    def answer(self, hear: Callable[[], Floats]) -> Floats:
        """Return the next answer, heard now if it was not before."""
        if self._file is None:
            return hear()
        if self._at is not None:
            with self._file.open("rb") as tape:
                tape.seek(self._at)
                with suppress(ValueError, EOFError):
                    found: Floats = np.load(tape, allow_pickle=False)
                    self._at = tape.tell()
                    return found
            os.truncate(self._file, self._at)  # a stop cut the last one short
            self._at = None
        heard = hear()
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.open("ab") as tape:
            np.save(tape, heard, allow_pickle=False)
        return heard


BLANK = Tape()


def _lines(file: Path) -> Iterator[tuple[tuple[float, float], tuple[Word, ...]]]:
    """Yield what was written down; a line that a stop cut short is heard again."""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError, TypeError):
            start, end, words = json.loads(line)
            yield (start, end), tuple(Word(*word) for word in words)


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
        try:
            return None if self.folder is None else json.loads((self.folder / f"{stage}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # not there: heard again
            return None

    def _write(self, stage: str, content: object) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = self.folder / f"{stage}.part"
        scratch.write_text(json.dumps(content), encoding="utf-8")
        scratch.replace(self.folder / f"{stage}.json")


NOTHING_KEPT = Partial()


def kept_of(identity: str, settings: Sequence[str], *, fresh: bool) -> Partial:
    """Return what was kept of a recording heard with these settings; `fresh` forgets it first."""
    shelf = cache_folder() / "partial"
    tidy(shelf)
    key = sha256("\0".join((identity, *settings)).encode()).hexdigest()[:32]
    kept = Partial(shelf / key)
    if fresh:
        kept.remove()
    return kept


def tidy(shelf: Path) -> None:
    """Remove the folders of a shelf that are older than seven days."""
    for folder in shelf.glob("*") if shelf.is_dir() else ():
        if time.time() - folder.stat().st_mtime > KEPT:
            shutil.rmtree(folder, ignore_errors=True)
