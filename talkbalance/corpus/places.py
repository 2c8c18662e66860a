"""Where meetings lie: folders of this machine, and what stands for folders elsewhere (`s3://`, `az://`, `memory://`), by fsspec.

An object store cannot rename, and knows no folders and no locks. What it can do is enough: an object is put whole or not at all,
and of two who make the same new one, one is told that it is there. So everything is written by `put`, and `lock` is a file that the
system lets go of on this machine, an object elsewhere. Both kinds of paths have the same methods, and are `Path` in annotations.
"""

import logging
import re
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from talkbalance.errors import MissingModel, TalkbalanceError, UnreadableFile

PATIENCE = 60.0
"""Seconds after which a lock elsewhere is taken over from somebody who no longer renews it."""
PAUSE = 0.2
"""Seconds between two looks at a lock that somebody else has."""

_MAGIC = re.compile(r"[*?\[]")
_log = logging.getLogger(__name__)


def path_to(given: str | Path) -> Path:
    """Return the path of a place: a folder, a file, or what is meant by an address such as `s3://bucket/calls`.

    Raises
    ------
    UnreadableFile
        Where nobody knows such addresses.
    MissingModel
        Where the library that knows them is not installed.

    >>> path_to("calls").as_posix(), path_to("file:///srv/calls").as_posix(), str(path_to("memory://calls/one.vtt"))
    ('calls', '/srv/calls', 'memory://calls/one.vtt')
    """
    if not isinstance(given, str) or "://" not in given:
        return cast("Path", given) if hasattr(given, "fs") else Path(given)
    protocol = given.partition("://")[0]
    try:
        from fsspec.implementations.local import LocalFileSystem
        from upath import UPath
    except ImportError:
        raise MissingModel("corpus.no_dask") from None
    if protocol in LocalFileSystem.protocol:
        return Path(LocalFileSystem._strip_protocol(given))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what fsspec knows and upath does not is no less good
            found = UPath(given)
            with reaching(found):
                _ = found.fs
    except ImportError as error:
        raise MissingModel("corpus.no_package", protocol=protocol, why=" ".join(str(error).split())) from None
    except ValueError:
        raise UnreadableFile("corpus.no_protocol", place=given, protocol=protocol) from None
    return cast("Path", found)


def is_here(path: object) -> bool:
    """Return whether a path leads to a file of this machine, or of a folder it shares with others."""
    return isinstance(path, Path)


@contextmanager
def reaching(path: object) -> Iterator[None]:
    """Say in one sentence why a place elsewhere cannot be reached; what is not there stays a `FileNotFoundError`."""
    try:
        yield
    except (TalkbalanceError, FileNotFoundError, FileExistsError, ImportError):
        raise
    except PermissionError:
        raise UnreadableFile("corpus.denied", place=path) from None
    except Exception as error:  # every library has errors of its own for this
        if is_here(path):
            raise
        why = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise UnreadableFile("corpus.unreachable", place=path, why=why) from None


# ------------------------------------------------------------------------------------------------ looking


def there(path: Path) -> bool:
    """Return whether there is such a file, as things are now."""
    if is_here(path):
        return path.is_file()
    fs = _storage(path, fresh=True)
    try:
        with reaching(path):
            return bool(fs.info(_inside(path))["type"] == "file")
    except FileNotFoundError:
        return False


def listed(folder: Path) -> list[Path]:
    """Return what lies directly in a folder, in order of name, hidden files too; nothing where there is no such folder."""
    if is_here(folder):
        with suppress(FileNotFoundError):
            return sorted(folder.iterdir())
        return []
    fs = _storage(folder, fresh=True)
    with suppress(FileNotFoundError), reaching(folder):
        names = {found.rstrip("/").rpartition("/")[2] for found in fs.ls(_inside(folder), detail=False)}
        return [folder / name for name in sorted(names - {folder.name, ""})]
    return []


def below(folder: Path) -> list[Path]:
    """Return every file below a folder, in order of name."""
    if is_here(folder):
        return [path for path in sorted(folder.rglob("*")) if path.is_file()]
    fs, inside = _storage(folder, fresh=True), _inside(folder).rstrip("/")
    with reaching(folder):
        found = fs.find(inside)
    return [folder / name.removeprefix(f"{inside}/") for name in sorted(found) if not name.endswith("/")]


def fitting(pattern: str) -> list[Path]:
    """Return the files elsewhere that a pattern such as `s3://bucket/calls/*.vtt` stands for."""
    folder = path_to(_MAGIC.split(pattern, maxsplit=1)[0].rpartition("/")[0])
    with reaching(folder):
        found = _storage(folder, fresh=True).glob(_inside(path_to(pattern)), detail=True)
    inside = f"{_inside(folder).rstrip('/')}/"
    return [folder / name.removeprefix(inside) for name, about in sorted(found.items()) if about["type"] == "file"]


def get(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    """
    if is_here(path):
        return path.read_bytes()
    with reaching(path):
        return bytes(_storage(path).cat_file(_inside(path)))


def dataset(files: Sequence[Path]) -> Any:  # noqa: ANN401 -- of a library that is loaded when it is needed
    """Return the Parquet files of one table elsewhere as a dataset of Arrow, of which only what is asked for is fetched."""
    from pyarrow.dataset import dataset as of

    return of([_inside(file) for file in files], filesystem=_storage(files[0], fresh=True), format="parquet")


@contextmanager
def copied_here(path: Path) -> Iterator[Path]:
    """Yield a file of this machine with the content of one that may lie elsewhere, in a private folder that is gone afterwards.

    What a killed process leaves is removed by `talkbalance forget`, else after seven days, like every file that was handed over.
    """
    if is_here(path):
        yield path
        return
    from talkbalance.speech.partial import tidy
    from talkbalance.speech.weights import cache_folder

    shelf = cache_folder() / "dropped"
    shelf.mkdir(mode=0o700, exist_ok=True)
    tidy(shelf)
    with tempfile.TemporaryDirectory(prefix="copy-", dir=shelf) as folder:
        copy = Path(folder) / path.name
        try:
            with reaching(path):
                _storage(path).get_file(_inside(path), str(copy))
        except FileNotFoundError:
            raise UnreadableFile("formats.missing", file=path) from None
        yield copy


# ------------------------------------------------------------------------------------------------ writing


def put(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there, and make its folder; whoever reads meanwhile reads what was there before."""
    if not is_here(path):
        try:
            with reaching(path):
                _storage(path).pipe_file(_inside(path), content)
        except FileNotFoundError:  # there is no such bucket
            raise UnreadableFile("formats.missing", file=path) from None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def unfinished(folder: Path) -> list[Path]:
    """Return what stopped writers left in a folder; elsewhere nothing is ever written by halves."""
    found = listed(folder) if is_here(folder) else []
    return [file for file in found if file.name.startswith(".") and file.name.endswith(".part")]


def remove(path: Path) -> None:
    """Remove a file; what is gone already is no mistake."""
    if is_here(path):
        path.unlink(missing_ok=True)
        return
    with suppress(FileNotFoundError), reaching(path):
        _storage(path).rm_file(_inside(path))


def remove_below(folder: Path) -> None:
    """Remove a folder with all in it."""
    if is_here(folder):
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in below(folder):
        remove(path)


def lock(path: Path) -> Any:  # noqa: ANN401 -- of a library that is loaded when it is needed
    """Return a lock, to be used in `with`, again and again; on this machine it goes with its process, however that ends."""
    if is_here(path):
        from filelock import FileLock

        return FileLock(path)
    return Lease(path)


class Lease:
    """A lock elsewhere: an object that one of several can make, and renews as long as it lives.

    Whoever waits sees whether it is renewed, by their own clock alone, and takes it over when it is not. Somebody who was asleep
    for longer than that and goes on is no danger to what the lock guards as long as that can be done twice.

    Parameters
    ----------
    path
        The object.
    patience
        Seconds without a renewal after which it is taken over.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path, self.patience = path, patience
        self._mine = uuid4().hex
        self._thread = threading.RLock()
        self._depth = 0
        self._end = threading.Event()
        self._renewing: threading.Thread | None = None

    def __enter__(self) -> "Lease":
        self._thread.acquire()
        if not self._depth:
            self._wait()
            self._end.clear()
            self._renewing = threading.Thread(target=self._renew, daemon=True)
            self._renewing.start()
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth and self._renewing is not None:
            self._end.set()
            self._renewing.join()
            if self._seen().startswith(self._mine):
                remove(self.path)
        self._thread.release()

    def _wait(self) -> None:
        """Make the object, or take it over from somebody who does not renew it."""
        seen, since = "", time.monotonic()
        while not self._made():
            now = self._seen()
            if now != seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > self.patience and self._seen() == seen:
                _log.info("%s is no longer renewed; taken over", self.path)
                remove(self.path)
                continue
            time.sleep(PAUSE)

    def _made(self) -> bool:
        try:
            with reaching(self.path):
                _storage(self.path, fresh=True).pipe_file(_inside(self.path), f"{self._mine} 0".encode(), mode="create")
        except FileExistsError:
            return False
        return self._seen().startswith(self._mine)  # of two whose storage tells neither, the later one has it

    def _seen(self) -> str:
        try:
            return get(self.path).decode()
        except FileNotFoundError:
            return ""

    def _renew(self) -> None:
        number = 0
        while not self._end.wait(self.patience / 4):
            number += 1
            with suppress(TalkbalanceError):  # next time, perhaps
                if not self._seen().startswith(self._mine):
                    return  # taken over while this process was asleep
                put(self.path, f"{self._mine} {number}".encode())


# ------------------------------------------------------------------------------------------------ elsewhere


def _storage(path: Path, *, fresh: bool = False) -> Any:  # noqa: ANN401 -- fsspec ships no types
    fs = cast("Any", path).fs
    if fresh:
        fs.invalidate_cache()  # others write there too
    return fs


def _inside(path: Path) -> str:
    """Return what a path is called within its storage."""
    return str(cast("Any", path).path)
