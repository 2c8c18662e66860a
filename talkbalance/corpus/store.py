"""A store: a folder of meetings as native files, and of Parquet tables of all of them that pandas, Polars, DuckDB or Spark read.

```
store.json                         version and settings: what decides about every figure
meetings/3f/3f…e1.meeting.json     as it was heard, its corrections beside it
tables/summary/3f.parquet          the rows of all meetings whose identity begins with 3f, in order of identity
arrived/3f…e1/                     a meeting that was just measured, not yet in the tables
failures/3f…e1.json                a file that could not be measured, and why
```

A meeting arrives in one step: its files are written aside and the finished folder is renamed. `settle` folds what has arrived into
the tables, one part after the other, each replaced whole; stopped anywhere and done again, it ends with the same bytes. Only
settling and deleting take the lock of the store, so any number of writers may measure at once.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pandas as pd

from talkbalance.corpus.tables import SCHEMAS, Settings, tables_of
from talkbalance.corrections import Correction, Log, correct, log_beside
from talkbalance.errors import InvalidParameter, UnreadableFile
from talkbalance.formats import read
from talkbalance.formats.files import content_id, write_atomically
from talkbalance.formats.native import FORMAT
from talkbalance.frames import table
from talkbalance.meeting import Meeting

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
_MARK = "talkbalance_store"
_IDENTITY = re.compile(r"[0-9a-f]{16}")
_DIGITS = 2
"""Hexadecimal digits of an identity that name the part it lies in: of 100,000 meetings a part holds some four hundred."""
_TYPES = {
    "str": "string",
    "float64": "double",
    "int64": "int64",
    "Int64": "int64",
    "bool": "bool",
    "boolean": "bool",
    "datetime64[s]": "date32",
}
FEWEST_TRIES = 3
"""Times a meeting is laid down again when another writer takes its place just then."""

Mapper = Callable[[Callable[[str], None], Iterable[str]], Iterable[None]]
"""Does something for every part, as `map` does; a batch hands in one that does so on all its workers."""


class Store:
    """Meetings and their tables in a folder.

    Parameters
    ----------
    path
        The folder.
    settings
        What decides about the figures, for a new store; an old one has its own, and None takes them.

    Raises
    ------
    UnreadableFile
        Where the folder is something else, or a store of a later version.
    InvalidParameter
        Where the store was made with other settings.
    """

    def __init__(self, path: str | Path, *, settings: Settings | None = None) -> None:
        self.path = Path(path)
        mark = self.path / "store.json"
        if not mark.is_file():
            _begin(self.path, settings or Settings.usual())
        self.settings = _settings(mark)
        if settings is not None and settings != self.settings:
            raise InvalidParameter("corpus.other_settings", store=self.path)

    # ------------------------------------------------------------------------------------------------ what is in it

    def meetings(self) -> pd.DataFrame:
        """Return one row per meeting: title, client, date, kind, way of meeting, duration, and what its times allow to measure."""
        return self._table("meetings", None)

    def summary(self, *, meetings: Collection[str] | None = None) -> pd.DataFrame:
        """Return every measure of all meetings, or of some; columns as those of `talkbalance.summary`."""
        return self._table("summary", meetings)

    def events(self, *, meetings: Collection[str] | None = None) -> pd.DataFrame:
        """Return interruptions, questions, listener signals, answers and markers; `event` says which."""
        return self._table("events", meetings)

    def turns(self, *, meetings: Collection[str] | None = None) -> pd.DataFrame:
        """Return the turns; columns as those of `talkbalance.turns`."""
        return self._table("turns", meetings)

    def windows(self, *, meetings: Collection[str] | None = None) -> pd.DataFrame:
        """Return speaking time per side in windows; columns as those of `talkbalance.speaking_time`."""
        return self._table("windows", meetings)

    def sources(self) -> pd.DataFrame:
        """Return by meeting the hash of all it was made from: file, corrections, sides, names and details."""
        return self._table("sources", None)

    def meeting(self, identity: str, *, as_heard: bool = False) -> Meeting:
        """Return a meeting, its corrections made unless `as_heard`.

        Raises
        ------
        UnreadableFile
            Where there is none of this identity.
        """
        file = self.file(identity)
        if not file.is_file():
            raise UnreadableFile("corpus.no_meeting", meeting=identity, store=self.path)
        found, log = read(file), log_beside(file)
        return found if as_heard or not log.is_file() else correct(found, log)

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and self.file(identity).is_file()

    def __iter__(self) -> Iterator[str]:
        return (path.name.partition(".")[0] for path in sorted(self.path.glob("meetings/*/*.meeting.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def file(self, identity: str) -> Path:
        """Return where a meeting lies; its corrections lie beside it."""
        return self.path / "meetings" / identity[:_DIGITS] / f"{_checked(identity)}.meeting.json"

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer of DuckDB to a query over `meetings`, `summary`, `events`, `turns` and `windows`.

        Nothing outside the store can be read or written by it.

        Raises
        ------
        InvalidParameter
            Where it is no query DuckDB understands, in its words.
        """
        import duckdb

        with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as connection:
            for name in SCHEMAS:
                files = self.path / "tables" / name
                if any(files.glob("*.parquet")):
                    connection.read_parquet(str(files.resolve() / "*.parquet")).create_view(name)
                else:
                    connection.register(name, table([], SCHEMAS[name]))
            connection.execute("SET allowed_directories = ?", [[f"{self.path.resolve()}{os.sep}"]])
            connection.execute("SET enable_external_access = false")
            try:
                return connection.execute(query).df()
            except duckdb.Error as error:
                raise InvalidParameter("corpus.query", why=" ".join(str(error).split())) from None

    def _table(self, name: str, meetings: Collection[str] | None) -> pd.DataFrame:
        import pyarrow.parquet as pq

        folder = self.path / "tables" / name
        parts = None if meetings is None else {identity[:_DIGITS] for identity in meetings}
        files = [file for file in sorted(folder.glob("*.parquet")) if parts is None or file.stem in parts]
        chosen = None if meetings is None else [("meeting", "in", sorted(meetings))]
        found = [_frame(pq.read_table(file, filters=chosen), name) for file in files]
        return pd.concat(found, ignore_index=True) if found else table([], SCHEMAS[name])

    # ------------------------------------------------------------------------------------------------ what comes in

    def add(self, meeting: Meeting, *, log: Iterable[Correction] = ()) -> str:
        """Measure a meeting, with its corrections made, put it into the tables, and return its identity.

        Parameters
        ----------
        meeting
            As it was heard or read.
        log
            Its corrections; they are kept beside it.
        """
        identity = self.put(meeting, log=log)
        self.settle()
        return identity

    def put(self, meeting: Meeting, *, log: Iterable[Correction] = (), source: str = "") -> str:
        """Measure a meeting and lay it down, not yet in the tables; return its identity.

        Parameters
        ----------
        log
            As in `add`.
        source
            Hash of all it was made from; by default that of the meeting and its corrections.
        """
        identity = identity_of(meeting)
        as_heard = replace(meeting, details=replace(meeting.details, id=identity))
        native, lines = _native(as_heard), "".join(_line(correction) for correction in log)
        counted = correct(as_heard, [Correction(**json.loads(line)) for line in lines.splitlines()])
        measured = tables_of(counted, identity, settings=self.settings, source=source or content_id((native + lines).encode()))
        for attempt in range(FEWEST_TRIES):
            try:
                self._lay_down(identity, native, lines, measured)
                break
            except OSError:  # another writer just took this very place
                if attempt == FEWEST_TRIES - 1:
                    raise
        self.failure_file(identity).unlink(missing_ok=True)
        return identity

    def _lay_down(self, identity: str, native: str, lines: str, measured: Mapping[str, pd.DataFrame]) -> None:
        aside = self.path / "arrived" / f".{identity}-{uuid4().hex}"
        try:
            aside.mkdir()
            (aside / "meeting.json").write_text(native, encoding="utf-8")
            (aside / "corrections.jsonl").write_text(lines, encoding="utf-8")
            for name, found in measured.items():
                _lay(_arrow(found, name), aside / f"{name}.arrow")
            place = aside.with_name(identity)
            if place.exists():
                place.rename(aside.with_name(f"{aside.name}-before"))
            aside.rename(place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(aside.with_name(f"{aside.name}-before"), ignore_errors=True)

    def refresh(self, identity: str) -> None:
        """Measure a meeting of the store anew, after its corrections have changed."""
        heard = self.meeting(identity, as_heard=True)
        self.put(heard, log=Log(log_beside(self.file(identity))))
        self.settle()

    def settle(self, mapper: Mapper = map) -> None:
        """Fold what has arrived into the tables."""
        with self.locked:
            settling = self.path / "settling"
            settling.mkdir(exist_ok=True)
            for arrived in sorted((self.path / "arrived").glob("[0-9a-f]*")):
                place = settling / arrived.name
                shutil.rmtree(place, ignore_errors=True)
                with suppress(FileNotFoundError):  # its writer is just replacing it; it comes next time
                    arrived.rename(place)
            waiting = sorted({path.name[:_DIGITS] for path in settling.iterdir()})
            for _ in mapper(partial(_settle, self.path), waiting):
                pass
            self._forget_settled()
            settling.rename(self._settled)  # at once: what is half removed is never folded in again
            self._forget_settled()

    @property
    def _settled(self) -> Path:
        return self.path / "settled"

    def _forget_settled(self) -> None:
        shutil.rmtree(self._settled, ignore_errors=True)

    @cached_property
    def locked(self) -> Any:  # noqa: ANN401 -- a lock of a library that is loaded when it is needed
        """The lock of the tables; it goes with its process, however that ends."""
        from filelock import FileLock

        return FileLock(self.path / ".lock")

    # ------------------------------------------------------------------------------------------------ what goes out

    def delete(self, identity: str) -> None:
        """Remove a meeting with every trace: its file, corrections, rows, and whatever a stopped writer left of it.

        The file it was read from is not in the store; a batch over it would bring the meeting back.

        Raises
        ------
        UnreadableFile
            Where there is none of this identity.
        """
        known = identity in self or any(self.path.glob(f"*/*{_checked(identity)}*"))
        if not known:
            raise UnreadableFile("corpus.no_meeting", meeting=identity, store=self.path)
        with self.locked:
            self._forget_settled()
            for left in (*self.path.glob(f"arrived/*{identity}*"), *self.path.glob(f"settling/*{identity}*")):
                shutil.rmtree(left, ignore_errors=True)
            for name in SCHEMAS:
                place = self.path / "tables" / name / f"{identity[:_DIGITS]}.parquet"
                _fold(place, [identity], [])
                _unfinished(place).unlink(missing_ok=True)
            for file in (*self.file(identity).parent.glob(f"*{identity}*"), *self.path.glob(f"failures/*{identity}*")):
                file.unlink()

    # ------------------------------------------------------------------------------------------------ what failed

    def failures(self) -> pd.DataFrame:
        """Return the files that could not be measured: `meeting` (the identity it would have), `file`, `reason`, `source`."""
        rows = (json.loads(file.read_text(encoding="utf-8")) for file in sorted((self.path / "failures").glob("*.json")))
        return table(([row[name] for name in FAILURES] for row in rows), FAILURES)

    def fail(self, identity: str, file: str, reason: str, source: str) -> None:
        """Note that a file could not be measured, and why."""
        row = {"meeting": identity, "file": file, "reason": reason, "source": source}
        write_atomically(self.failure_file(identity), json.dumps(row, ensure_ascii=False) + "\n")

    def failure_file(self, identity: str) -> Path:
        """Return where the reason of a failure lies."""
        return self.path / "failures" / f"{_checked(identity)}.json"

    def sweep(self, identities: Collection[str]) -> None:
        """Remove what stopped writers left unfinished of some meetings."""
        for left in (self.path / "arrived").glob(".*"):
            if left.name[1:17] in identities:
                shutil.rmtree(left, ignore_errors=True)


FAILURES = {"meeting": "str", "file": "str", "reason": "str", "source": "str"}


def open_store(path: str | Path, *, settings: Settings | None = None) -> Store:
    """Open a store of meetings, or begin one.

    Parameters
    ----------
    path
        Its folder.
    settings
        What decides about the figures of a new store; the defaults if there is nothing.

    Returns
    -------
    Store
        `.meetings()`, `.summary()`, `.events()`, `.turns()`, `.windows()` as tables of all meetings; `.meeting(identity)`;
        `.sql(query)`.

    Raises
    ------
    UnreadableFile
        Where the folder is something else, or a store of a later version.
    InvalidParameter
        Where the store was made with other settings.
    """
    return Store(path, settings=settings)


def identity_of(meeting: Meeting) -> str:
    """Return what a meeting is called in a store: the hash of its content, its own where it has none."""
    own = meeting.details.id
    if _IDENTITY.fullmatch(own):
        return own
    return content_id(own.encode() or _native(meeting).encode())


def _checked(identity: str) -> str:
    """Return an identity that is one: it becomes the name of a file."""
    if not _IDENTITY.fullmatch(identity):
        raise UnreadableFile("corpus.no_identity", meeting=identity)
    return identity


def _native(meeting: Meeting) -> str:
    write = FORMAT.write
    assert write is not None  # noqa: S101 -- the native format can be written
    return str(write(meeting))


def _line(correction: Correction) -> str:
    return json.dumps(correction.document(), ensure_ascii=False, allow_nan=False) + "\n"


def _begin(path: Path, settings: Settings) -> None:
    """Make the folders of a store, private to whoever makes it: it holds what people said."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UnreadableFile("corpus.no_store", store=path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("meetings", "arrived", "failures", *(f"tables/{name}" for name in SCHEMAS)):
        (path / name).mkdir(parents=True, exist_ok=True)
    write_atomically(path / "store.json", json.dumps({_MARK: VERSION, **settings.document()}, indent=1) + "\n")


def _settings(mark: Path) -> Settings:
    try:
        document = json.loads(mark.read_text(encoding="utf-8"))
        found = document[_MARK]
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableFile("corpus.no_store", store=mark.parent) from None
    if found != VERSION:
        raise UnreadableFile("corpus.newer", store=mark.parent, version=found, known=VERSION)
    return Settings(**document["settings"])


# ------------------------------------------------------------------------------------------------ parts


def _settle(store: Path, part: str) -> None:
    """Fold all that arrived for one part into its tables, then move the meetings."""
    arrived = sorted(path for path in (store / "settling").iterdir() if path.name.startswith(part))
    identities = [path.name for path in arrived]
    for name in SCHEMAS:
        _fold(store / "tables" / name / f"{part}.parquet", identities, [path / f"{name}.arrow" for path in arrived])
    folder = store / "meetings" / part
    folder.mkdir(exist_ok=True)
    for path in arrived:
        _move(path, folder / f"{path.name}.meeting.json")


def _move(arrived: Path, file: Path) -> None:
    """Put the files of a meeting where they belong; its rows are in the tables already."""
    log = log_beside(file)
    lines = arrived / "corrections.jsonl"
    if lines.is_file() and lines.stat().st_size:
        lines.replace(log)
    elif lines.is_file():
        log.unlink(missing_ok=True)
    with suppress(FileNotFoundError):  # moved before this was stopped
        (arrived / "meeting.json").replace(file)


def _fold(place: Path, gone: Collection[str], arrived: Iterable[Path]) -> None:
    """Replace the rows of some meetings in one part of a table by those that arrived; a part without rows is no file."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found = [_laid(file) for file in arrived]
    if place.is_file():
        before = pq.read_table(place)
        found.append(before.filter(pc.invert(pc.is_in(before["meeting"], pa.array(list(gone), pa.string())))))
    if not found:
        return
    rows = pa.concat_tables(found)
    if rows.num_rows:
        order = rows["meeting"].to_pandas().argsort(kind="stable")
        _write(rows.take(pa.array(order.to_numpy())), place)
    else:
        place.unlink(missing_ok=True)


def _arrow(found: pd.DataFrame, name: str) -> "pa.Table":
    """Return a table in the types of the store, without what pandas would note about itself: bytes depend on the rows alone."""
    import pyarrow as pa

    types = {"date32": pa.date32(), "double": pa.float64(), "bool": pa.bool_(), "int64": pa.int64(), "string": pa.string()}
    schema = [pa.field(column, types[_TYPES[dtype]]) for column, dtype in SCHEMAS[name].items()]
    arrays = [pa.array(found[field.name], type=field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays(arrays, schema=pa.schema(schema, metadata={"talkbalance": str(VERSION)}))


def _frame(found: "pa.Table", name: str) -> pd.DataFrame:
    frame: pd.DataFrame = found.to_pandas(date_as_object=False)
    return frame.astype(dict(SCHEMAS[name]))


def _lay(rows: "pa.Table", place: Path) -> None:
    """Write what arrived as it lies in memory: it is read once, and soon."""
    import pyarrow as pa

    with pa.OSFile(str(place), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
        writer.write_table(rows)


def _laid(place: Path) -> "pa.Table":
    import pyarrow as pa

    with pa.OSFile(str(place), "rb") as file, pa.ipc.open_file(file) as reader:
        return reader.read_all()


def _write(rows: "pa.Table", place: Path) -> None:
    """Write a file that is whole or not there; what a stopped writer left lies under a name that is written over."""
    import pyarrow.parquet as pq

    unfinished = _unfinished(place)
    pq.write_table(rows, unfinished, compression="zstd")
    unfinished.replace(place)


def _unfinished(place: Path) -> Path:
    return place.with_name(f".{place.name}.part")
