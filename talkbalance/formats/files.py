"""Files as the readers and writers need them: bytes, decoded text, JSON, the parts of a ZIP; whole files out.

Everything here is bounded: a file may come from anybody.
"""

import codecs
import hashlib
import io
import json
import os
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import Any

from talkbalance.errors import UnreadableFile

LARGEST = 64 * 2**20
"""Bytes of the largest transcript that is opened, and of the largest part of a ZIP: forty hours of the wordiest service."""

_MOST_VALUES = 4_000_000
"""Lists and objects in a JSON file: what fits into one gigabyte of memory."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP = b"PK\x03\x04"


_HALF = "\\ud"
"""How the half of a sign is written in JSON; alone it is no text that could be written again."""


@dataclass(frozen=True)
class File:
    """A file as readers get it. What it is in other shapes is worked out once, when it is first asked for.

    Parameters
    ----------
    name
        Without its folder: for sentences and `Source.file`.
    content
        Its bytes.
    recording
        Name of the recording that is meant, where the file holds several.
    """

    name: str
    content: bytes
    recording: str = ""

    @classmethod
    def of(cls, text: str, name: str = "") -> "File":
        """Return the file a text would be."""
        return cls(name, text.encode())

    @cached_property
    def text(self) -> str:
        """The text with plain line ends: by its byte order mark, else UTF-8, else Windows-1252; empty where it is none."""
        encoding = next((name for mark, name in _MARKS if self.content.startswith(mark)), None)
        if encoding is None and (b"\0" in self.content or self.content.startswith(_ZIP)):
            return ""
        try:
            text = self.content.decode(encoding or "utf-8")
        except UnicodeDecodeError:
            text = self.content.decode(encoding or "cp1252", errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, cut at line ends only: a form feed is no line end to whoever counts lines."""
        return self.text.split("\n")

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 -- whatever the file holds
        """The value of a JSON file; None where it is none, or none whole."""
        try:
            return self._parse()
        except (ValueError, RecursionError, UnreadableFile):
            return None

    @property
    def looks_like_json(self) -> bool:
        """Whether it begins as a JSON file does, broken ones too."""
        head = self.text[:2000].lstrip("\ufeff \t\n")
        return head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in ("{", "[", "]", '"'))

    def check_json(self) -> None:
        """Raise with the line where a JSON file breaks off or is too deep or too large."""
        try:
            self._parse()
        except json.JSONDecodeError as error:
            raise UnreadableFile("formats.broken_json", file=self.name, line=error.lineno) from None
        except (ValueError, RecursionError):
            raise UnreadableFile("formats.deep_json", file=self.name) from None

    def _parse(self) -> Any:  # noqa: ANN401
        if not self.looks_like_json:
            raise ValueError
        if self.text.count("[") + self.text.count("{") > _MOST_VALUES:
            raise UnreadableFile("formats.too_many_values", file=self.name, n=_MOST_VALUES)
        value = json.loads(self.text)
        return _whole(value) if _HALF in self.text.lower() else value

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of a ZIP (DOCX, XLSX); empty where it is none."""
        if not self.content.startswith(_ZIP):
            return ()
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                return tuple(archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return ()

    def check_parts(self) -> None:
        """Raise where a ZIP would unpack to more than is opened: by what comes out, not by what it says of itself."""
        try:
            size = _unpacked(self.content)
        except Exception as error:  # zipfile and its decoders raise what they like on broken files
            raise UnreadableFile("formats.broken_zip", file=self.name, why=type(error).__name__) from None
        if size > LARGEST:
            raise UnreadableFile("formats.too_large", file=self.name, mib=LARGEST // 2**20)


def _unpacked(content: bytes) -> int:
    """Return how many bytes a ZIP unpacks to, without keeping them; no further than just beyond what is opened."""
    size = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            with archive.open(part) as stream:
                while size <= LARGEST and (piece := len(stream.read(2**20))):
                    size += piece
    return size


def open_file(path: Path) -> File:
    """Return a file that may hold a transcript.

    Raises
    ------
    UnreadableFile
        Where it is not there, a folder, empty, larger than any transcript, or a recording.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise UnreadableFile("formats.missing", file=path) from None
    except IsADirectoryError:
        raise UnreadableFile("formats.folder", file=path) from None
    except OSError as error:
        raise UnreadableFile("formats.closed", file=path, why=error.strerror) from None
    file = File(path.name, content)
    if not content.strip():
        raise UnreadableFile("formats.empty", file=file.name)
    if len(content) > LARGEST:
        key = "formats.too_large" if b"\0" not in content[:4096] else "formats.binary"
        raise UnreadableFile(key, file=file.name, mib=LARGEST // 2**20)
    return file


def read_text(path: Path) -> str:
    """Return the text of a file that is no transcript but goes with one: sides, a vocabulary."""
    file = open_file(path)
    if not file.text:
        raise UnreadableFile("formats.binary", file=file.name)
    return file.text


def content_id(content: bytes) -> str:
    """Return the identity of a content: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file that is whole or not there, also when the disk is full or two processes write at once."""
    beginning = f".{path.name[:40]}-"
    try:
        _sweep(path.parent, beginning)
        handle, name = tempfile.mkstemp(prefix=f"{beginning}{os.getpid()}-", dir=path.parent)
    except OSError as error:
        raise UnreadableFile("formats.closed", file=path, why=error.strerror) from None
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise UnreadableFile("formats.closed", file=path, why=error.strerror) from None
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _sweep(folder: Path, beginning: str) -> None:
    """Remove what processes that were killed while they wrote this file left of it: it holds what the file would."""
    for left in folder.glob(f"{escape(beginning)}*-????????"):
        process = left.name.removeprefix(beginning).partition("-")[0]
        if process.isdecimal() and not _runs(int(process)):
            with suppress(OSError):  # somebody else removed it, or has it open
                left.unlink()


def _runs(process: int) -> bool:
    """Whether a process runs; where that cannot be asked without ending it, what it has open cannot be removed anyway."""
    if os.name == "nt":
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _whole(value: Any) -> Any:  # noqa: ANN401 -- what a JSON file holds
    """Return a value in which halves of signs that stand alone are the sign for what cannot be read."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(name): _whole(one) for name, one in value.items()}
    return value
