"""A store: a folder of meetings as native files, and of Parquet tables of all of them that pandas, Polars, DuckDB or Spark read.

```
store.json                         version and settings: what decides about every figure
meetings/3f/3f…e1.meeting.json     as it was heard, its corrections beside it
tables/summary/3f.parquet          the rows of all meetings whose identity begins with 3f, in order of identity
arrived/3f/3f…e1-000001-9c4e02ab   a meeting that was just measured, not yet in the tables
anew/…/summary/3f.parquet          tables with other settings, until all are there and take the place of the old ones
failures/3f…e1.json                a file that could not be measured, and why
voices/3f/3f…e1.92f29b94.voices    what its voices sound like, only where a batch was told to keep it (`prints`)
```

A meeting arrives as one file. `settle` folds what has arrived into the tables, one part after the other (`parts`), each replaced
whole; stopped anywhere and done again, it ends with the same bytes. Only settling, deleting and replacing the tables take the lock,
so any number of writers may measure at once. Nothing is renamed: a store can lie on object storage as well (`places`).
"""

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from talkbalance.corpus import parts
from talkbalance.corpus.clusters import cluster, each
from talkbalance.corpus.parts import DIGITS, MARK, NATIVE, VERSION, Rows, file_of, meeting_in, settings_in, settings_of
from talkbalance.corpus.places import (
    below,
    copied_here,
    dataset,
    get,
    is_here,
    listed,
    lock,
    path_to,
    put,
    remove,
    remove_below,
    there,
    unfinished,
)
from talkbalance.corpus.prints import Prints
from talkbalance.corpus.tables import SCHEMAS, Settings
from talkbalance.corrections import Correction, Log, log_beside
from talkbalance.errors import InvalidParameter, UnreadableFile
from talkbalance.formats.files import content_id
from talkbalance.formats.native import FORMAT
from talkbalance.frames import table
from talkbalance.meeting import Meeting

if TYPE_CHECKING:
    from distributed import Client

_IDENTITY = re.compile(r"[0-9a-f]{16}")
FEWEST_TRIES = 3
"""Times a meeting is laid down again when somebody tidies up in this very place."""


class Store:
    """Meetings and their tables in a folder.

    Parameters
    ----------
    path
        The folder, or an address such as `s3://bucket/store`.
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
        self.path = path_to(path)
        mark = self.path / "store.json"
        if not there(mark):
            _begin(self.path, settings or Settings.usual())
        self.settings = settings_in(mark)
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
        return meeting_in(self.path, _checked(identity), as_heard=as_heard)

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and there(self.file(identity))

    def __iter__(self) -> Iterator[str]:
        return (path.name.removesuffix(NATIVE) for path in below(self.path / "meetings") if path.name.endswith(NATIVE))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def file(self, identity: str) -> Path:
        """Return where a meeting lies; its corrections lie beside it."""
        return file_of(self.path, _checked(identity))

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer of DuckDB to a query over `meetings`, `summary`, `events`, `turns` and `windows`.

        Nothing outside the store can be read or written by it.

        Raises
        ------
        InvalidParameter
            Where it is no query DuckDB understands, in its words.
        """
        return self._steadily(lambda: self._answer(query))

    def _answer(self, query: str) -> pd.DataFrame:
        import duckdb

        with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as connection:
            for name in SCHEMAS:
                files = self._files(name)
                if not files:
                    connection.register(name, table([], SCHEMAS[name]))
                elif is_here(self.path):
                    connection.read_parquet([str(file.resolve()) for file in files]).create_view(name)
                else:
                    connection.register(name, dataset(files))
            connection.execute("SET allowed_directories = ?", [[f"{self.path.resolve()}{os.sep}"]])
            connection.execute("SET enable_external_access = false")
            try:
                return connection.execute(query).df()
            except duckdb.Error as error:
                raise InvalidParameter("corpus.query", why=" ".join(str(error).split())) from None

    def _table(self, name: str, meetings: Collection[str] | None) -> pd.DataFrame:
        among = None if meetings is None else {identity[:DIGITS] for identity in meetings}

        def read() -> pd.DataFrame:
            files = [file for file in self._files(name) if among is None or file.stem in among]
            found = [parts.frame_of(parts.read_rows(file, meetings=meetings), name) for file in files]
            return pd.concat(found, ignore_index=True) if found else table([], SCHEMAS[name])

        return self._steadily(read)

    def _steadily(self, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return what is read from the tables; again, if new tables took the place of old ones meanwhile."""
        while True:
            self._finish()
            before = get(self.path / "store.json")
            try:
                found = read()
            except FileNotFoundError:  # the last meeting of a part was just deleted
                continue
            if get(self.path / "store.json") == before and not there(self.path / "anew.json"):
                self.settings = settings_of(before, self.path)
                return found

    def _files(self, name: str) -> list[Path]:
        return [file for file in listed(self.path / "tables" / name) if file.suffix == ".parquet"]

    def map(self, function: Callable[[Meeting], Rows], *, client: "Client | None" = None) -> pd.DataFrame:
        """Return what a function of your own says of every meeting, as one table.

        Parameters
        ----------
        function
            Takes a meeting, with its corrections made, and returns a table, a mapping (one row), or one value.
        client
            A Dask cluster; None for one of this machine's cores. A script that calls this needs its
            `if __name__ == "__main__":`, as everything that starts processes does.

        Returns
        -------
        DataFrame
            `meeting`, then the columns of the function (`value` where it returns one value), last `error`: "" , or why the function
            made no rows of this meeting. In order of identity.
        """
        among = sorted({identity[:DIGITS] for identity in self})
        with cluster(client, len(among)) as own:
            found = dict(each(own, parts.mapped, among, self.path, function))
        rows = [found[part] for part in among if len(found[part])]
        whole = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame({"meeting": [], "error": []}, dtype="str")
        return whole[[*(column for column in whole if column != "error"), "error"]]

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
        made_of = source or content_id((native + lines).encode())
        arrived = parts.measured(identity, native, lines, as_heard, self.settings, made_of)
        for attempt in range(FEWEST_TRIES):
            try:
                parts.lay_down(self.path, identity, arrived)
                break
            except FileNotFoundError:
                if attempt == FEWEST_TRIES - 1:
                    raise
        remove(self.failure_file(identity))
        return identity

    def refresh(self, identity: str) -> None:
        """Measure a meeting of the store anew, after its corrections have changed."""
        log = log_beside(self.file(identity))
        heard = self.meeting(identity, as_heard=True)
        with copied_here(log) if there(log) else nullcontext(None) as own:
            self.put(heard, log=Log(own))
        self.settle()

    def settle(self, client: "Client | None" = None) -> None:
        """Fold what has arrived into the tables, in this process or on a Dask cluster."""
        with self.locked:
            self._finish()
            self._tidy()
            arrived = (path for path in below(self.path / "arrived") if not path.name.startswith("."))
            among = sorted({path.name[:DIGITS] for path in arrived})
            for part, _ in each(client, parts.settle, among, self.path):
                self._void(part)

    def _tidy(self) -> None:
        """Remove what stopped writers left beside the tables; nobody else writes there while this one has the lock."""
        for folder in (self.path, *(self.path / "tables" / name for name in SCHEMAS)):
            for left in unfinished(folder):
                remove(left)

    @cached_property
    def locked(self) -> Any:  # noqa: ANN401 -- a lock of one of two kinds
        """The lock of the tables."""
        return lock(self.path / ".lock")

    # ------------------------------------------------------------------------------------------------ other settings

    def measure(
        self, settings: Settings | None = None, *, client: "Client | None" = None, watch: Callable[[int], object] = int
    ) -> None:
        """Measure every meeting again, with other settings or by another release, without hearing anything again.

        A part of the store is a task of Dask. The old tables stay as they are until all new ones are there; stopped in any way, it
        goes on with the parts that are missing. The tables are those of a store filled with these settings, byte for byte.

        Parameters
        ----------
        settings
            From now on those of the store; None keeps them.
        client
            A Dask cluster; None for one of this machine's cores.
        watch
            Told of every part how many meetings were measured.
        """
        mark = _mark(settings or self.settings)
        chosen, folder = settings or self.settings, self.path / "anew" / content_id(mark)
        with cluster(client, max(1, len(self._files("sources")))) as own:
            while True:
                self.settle(own)
                for _, meetings in each(own, parts.measure, self._missing(folder), self.path, folder, chosen):
                    watch(meetings)
                with self.locked:
                    if not self._missing(folder):  # else some came meanwhile
                        put(self.path / "anew.json", mark)
                        self._finish()
                        return

    def _missing(self, folder: Path) -> list[str]:
        """Return the parts of which a folder beside does not have the tables of just these meetings."""
        missing = []
        there_already = {file.stem: file for file in listed(folder / "sources") if file.suffix == ".parquet"}
        for file in self._files("sources"):
            done = there_already.get(file.stem)
            if done is None or not parts.read_rows(done).equals(parts.read_rows(file)):
                missing.append(file.stem)
        return missing

    def _void(self, part: str) -> None:
        """Remove what was measured anew of a part in which something has changed."""
        for file in below(self.path / "anew"):
            if file.name.removeprefix(".").startswith(f"{part}.parquet"):
                remove(file)

    def _finish(self) -> None:
        """Let new tables take the place of the old ones where that was begun; once begun, it ends, whoever does it."""
        begun = self.path / "anew.json"
        if not there(begun):
            return
        with self.locked:
            if there(begun):
                mark = get(begun)
                folder = self.path / "anew" / content_id(mark)
                for name in SCHEMAS:
                    new = {file.name: file for file in listed(folder / name) if file.suffix == ".parquet"}
                    for file in self._files(name):
                        if file.name not in new:
                            remove(file)
                    for file in new.values():
                        put(self.path / "tables" / name / file.name, get(file))
                put(self.path / "store.json", mark)
                remove(begun)
            remove_below(self.path / "anew")
            self.settings = settings_in(self.path / "store.json")

    # ------------------------------------------------------------------------------------------------ what goes out

    def delete(self, identity: str) -> None:
        """Remove a meeting with every trace: its file, corrections, rows, voice prints, and whatever a stopped writer left of it.

        The file it was read from is not in the store; a batch over it would bring the meeting back.

        Raises
        ------
        UnreadableFile
            Where there is none of this identity.
        """
        part, prints = _checked(identity)[:DIGITS], Prints(self.path)
        folders = [self.path / "arrived" / part, self.file(identity).parent, self.path / "failures"]
        if not any(identity in file.name for folder in folders for file in listed(folder)) and not prints.left(identity):
            raise UnreadableFile("corpus.no_meeting", meeting=identity, store=self.path)
        with self.locked:
            self._finish()
            self._void(part)
            for name in SCHEMAS:
                parts.fold(self.path / "tables" / name / f"{part}.parquet", [identity], [])
            self._tidy()
            for file in [file for folder in folders for file in listed(folder)]:
                if identity in file.name:
                    remove(file)
            prints.remove(identity)

    # ------------------------------------------------------------------------------------------------ what failed

    def failures(self) -> pd.DataFrame:
        """Return the files that could not be measured: `meeting` (the identity it would have), `file`, `reason`, `source`."""
        files = [file for file in listed(self.path / "failures") if file.suffix == ".json" and not file.name.startswith(".")]
        rows = [json.loads(get(file)) for file in files]
        return table(([row[name] for name in FAILURES] for row in rows), FAILURES)

    def fail(self, identity: str, file: str, reason: str, source: str) -> None:
        """Note that a file could not be measured, and why."""
        row = {"meeting": identity, "file": file, "reason": reason, "source": source}
        put(self.failure_file(identity), (json.dumps(row, ensure_ascii=False) + "\n").encode())

    def failure_file(self, identity: str) -> Path:
        """Return where the reason of a failure lies."""
        return self.path / "failures" / f"{_checked(identity)}.json"

    def sweep(self, identities: Collection[str]) -> None:
        """Remove what stopped writers left unfinished of some meetings."""
        for left in (*below(self.path / "arrived"), *below(self.path / "failures")):
            if left.name.startswith(".") and left.name[1:17] in identities:
                remove(left)


FAILURES = {"meeting": "str", "file": "str", "reason": "str", "source": "str"}


def open_store(path: str | Path, *, settings: Settings | None = None) -> Store:
    """Open a store of meetings, or begin one.

    Parameters
    ----------
    path
        Its folder, or an address such as `s3://bucket/store`, for which the library that knows such addresses has to be installed.
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
    """Begin a store in a place where nothing is; a folder is private to whoever makes it: it holds what people said."""
    mark = path / "store.json"
    if is_here(path):
        if path.exists() and (not path.is_dir() or {*path.iterdir()} - {*unfinished(path)}):  # that one was begun, and stopped
            raise UnreadableFile("corpus.no_store", store=path)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif listed(path):
        raise UnreadableFile("corpus.no_store", store=path)
    put(mark, _mark(settings))


def _mark(settings: Settings) -> bytes:
    """Return the content of `store.json`."""
    return (json.dumps({MARK: VERSION, **settings.document()}, indent=1) + "\n").encode()
