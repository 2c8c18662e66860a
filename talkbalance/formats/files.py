"""Files as the readers and writers need them: decoded text in, whole files out."""

import codecs
import hashlib
import os
import tempfile
from pathlib import Path

from talkbalance.errors import UnreadableFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """Return a file's text with plain line ends: by its byte order mark, else as UTF-8, else as Windows-1252."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile("formats.missing", file=path) from None
    except IsADirectoryError:
        raise UnreadableFile("formats.folder", file=path) from None
    except OSError as error:
        raise UnreadableFile("formats.closed", file=path, why=error.strerror) from None
    if not content.strip():
        raise UnreadableFile("formats.empty", file=path.name)
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None and b"\0" in content:
        raise UnreadableFile("formats.binary", file=path.name)
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def content_id(content: bytes) -> str:
    """Return the identity of a content: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def write_atomically(path: Path, text: str) -> None:
    """Write a file that is whole or not there, also when the disk is full or two processes write at once."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=path.parent)
    except OSError as error:
        raise UnreadableFile("formats.closed", file=path, why=error.strerror) from None
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise UnreadableFile("formats.closed", file=path, why=error.strerror) from None
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
