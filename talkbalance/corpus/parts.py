"""One part of a store: the meetings whose identity begins with the same two digits, and their rows. What a worker does with it.

What was measured arrives as one file that holds the meeting, its corrections and its rows, and stays until all of that has its
place: whatever stops `settle`, doing it again ends with the same bytes. Rows are in order of identity: bytes depend on them alone.
"""

import io
import json
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pandas as pd

from talkbalance.corpus.places import copied_here, get, is_here, listed, put, remove, there
from talkbalance.corpus.tables import SCHEMAS, Settings, tables_of
from talkbalance.corrections import Correction, correct, log_beside
from talkbalance.errors import TalkbalanceError, UnreadableFile
from talkbalance.formats import read
from talkbalance.frames import table
from talkbalance.i18n import set_language, text
from talkbalance.language.content import content_words
from talkbalance.language.words import words
from talkbalance.meeting import Meeting

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
MARK = "talkbalance_store"
NATIVE = ".meeting.json"
DIGITS = 2
"""Hexadecimal digits of an identity that name the part it lies in: of 100,000 meetings a part holds some four hundred."""
AT_ONCE = 200
"""Meetings that are folded into a part at a time, so that memory does not grow with what has arrived."""
TYPES = {
    "str": "string",
    "float64": "double",
    "int64": "int64",
    "Int64": "int64",
    "bool": "bool",
    "boolean": "bool",
    "datetime64[s]": "date32",
}

Rows = pd.DataFrame | pd.Series | Mapping[str, object] | float | str | bool | None
"""What a function says of a meeting: rows, one row, or one value."""


def settings_in(mark: Path) -> Settings:
    """Return the settings of a store.

    Raises
    ------
    UnreadableFile
        Where it is none, or one of a later version.
    """
    try:
        content = get(mark)
    except OSError:
        raise UnreadableFile("corpus.no_store", store=mark.parent) from None
    return settings_of(content, mark.parent)


def settings_of(content: bytes, store: Path) -> Settings:
    """Return the settings that a content of `store.json` names."""
    try:
        document = json.loads(content)
        found = document[MARK]
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile("corpus.no_store", store=store) from None
    if found != VERSION:
        raise UnreadableFile("corpus.newer", store=store, version=found, known=VERSION)
    return Settings(**document["settings"])


def file_of(store: Path, identity: str) -> Path:
    """Return where a meeting lies."""
    return store / "meetings" / identity[:DIGITS] / f"{identity}{NATIVE}"


def meeting_in(store: Path, identity: str, *, as_heard: bool = False) -> Meeting:
    """Return a meeting of a store, its corrections made unless `as_heard`.

    Raises
    ------
    UnreadableFile
        Where there is none of this identity.
    """
    file = file_of(store, identity)
    if not there(file):
        raise UnreadableFile("corpus.no_meeting", meeting=identity, store=store)
    with copied_here(file) as own:
        found = read(own)
    log = log_beside(file)
    if as_heard or not there(log):
        return found
    with copied_here(log) as own:
        return correct(found, own)


# ------------------------------------------------------------------------------------------------ what arrives


@dataclass(frozen=True)
class Arrived:
    """A meeting that was just measured: as it was heard, its corrections as lines, its settings and its rows."""

    native: str
    lines: str
    settings: Settings
    rows: Mapping[str, "pa.Table"]

    def packed(self) -> bytes:
        """Return all of it as the content of one file."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("meeting.json", self.native)
            archive.writestr("corrections.jsonl", self.lines)
            archive.writestr("settings.json", self.settings.freeze())
            for name, rows in self.rows.items():
                archive.writestr(f"{name}.arrow", _streamed(rows))
        return packed.getvalue()

    @classmethod
    def unpacked(cls, content: bytes) -> "Arrived":
        """Return what was packed."""
        import pyarrow as pa

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            native, lines = (archive.read(name).decode() for name in ("meeting.json", "corrections.jsonl"))
            settings = Settings(**json.loads(archive.read("settings.json"))["settings"])
            rows = {name: pa.ipc.open_stream(archive.read(f"{name}.arrow")).read_all() for name in SCHEMAS}
        return cls(native, lines, settings, rows)


def measured(identity: str, native: str, lines: str, meeting: Meeting, settings: Settings, source: str) -> Arrived:
    """Return a meeting with its rows.

    Parameters
    ----------
    native, lines
        The meeting as it was heard, and its corrections, as they are written.
    meeting
        As it was heard.
    source
        Hash of all it was made from.
    """
    counted = correct(meeting, [Correction(**json.loads(line)) for line in lines.splitlines()])
    return Arrived(native, lines, settings, rows_of(counted, identity, settings, source))


def rows_of(meeting: Meeting, identity: str, settings: Settings, source: str) -> dict[str, "pa.Table"]:
    """Return the rows of a meeting in every table, in the types of the store."""
    found = tables_of(meeting, identity, settings=settings, source=source)
    return {name: _arrow(frame, name) for name, frame in found.items()}


def lay_down(store: Path, identity: str, arrived: Arrived) -> None:
    """Let a meeting arrive: of several of one identity, the last counts."""
    folder = store / "arrived" / identity[:DIGITS]
    before = [path for path in listed(folder) if path.name.startswith(identity)]
    number = 1 + max((int(path.name.split("-")[1]) for path in before), default=0)
    put(folder / f"{identity}-{number:06}-{uuid4().hex[:8]}", arrived.packed())
    for path in before:
        remove(path)


def waiting(store: Path, part: str) -> list[Path]:
    """Return what has arrived for a part, of one identity the last at the end."""
    return [path for path in listed(store / "arrived" / part) if not path.name.startswith(".")]


# ------------------------------------------------------------------------------------------------ what workers do


def settle(part: str, store: Path) -> None:
    """Fold all that arrived for one part into its tables, and put the meetings where they belong."""
    settings = settings_in(store / "store.json")
    arrived = waiting(store, part)
    for first in range(0, len(arrived), AT_ONCE):
        some = arrived[first : first + AT_ONCE]
        newest = {path.name.partition("-")[0]: path for path in some}
        found = dict(_opened(newest, settings))
        for name in SCHEMAS:
            fold(store / "tables" / name / f"{part}.parquet", list(found), [one.rows[name] for one in found.values()])
        for identity, one in found.items():
            _place(one, file_of(store, identity))
        for path in some:  # the last of an identity goes last: an earlier one alone would count again
            remove(path)


def _opened(arrived: Mapping[str, Path], settings: Settings) -> Iterator[tuple[str, Arrived]]:
    """Yield what has arrived; what was measured with other settings than the store has by now is measured again."""
    for identity, path in arrived.items():
        try:
            one = Arrived.unpacked(get(path))
        except FileNotFoundError:  # somebody is just replacing it; the new one comes next time
            continue
        if one.settings != settings:
            source = one.rows["sources"]["source"][0].as_py()
            heard = _read_native(one.native)
            one = measured(identity, one.native, one.lines, heard, settings, source)
        yield identity, one


def _read_native(native: str) -> Meeting:
    from talkbalance.formats.files import File
    from talkbalance.formats.native import FORMAT

    return FORMAT.read(File.of(native)).meeting


def _place(arrived: Arrived, file: Path) -> None:
    """Put a meeting and its corrections where they belong; its rows are in the tables already."""
    put(file, arrived.native.encode())
    if arrived.lines:
        put(log_beside(file), arrived.lines.encode())
    else:
        remove(log_beside(file))


def measure(part: str, store: Path, folder: Path, settings: Settings) -> int:
    """Measure every meeting of a part again, with other settings, into a folder of tables beside; return how many there are.

    The table of sources comes last: where it is, the part is done.
    """
    found: list[Mapping[str, pa.Table]] = []
    for identity, source in _sources(store, part).items():
        try:
            meeting = meeting_in(store, identity)
        except UnreadableFile:
            if identity in _sources(store, part):
                raise
            continue  # it was deleted just now
        found.append(rows_of(meeting, identity, settings, source))
        forget_words()
    for name in (*(name for name in SCHEMAS if name != "sources"), "sources"):
        place = folder / name / f"{part}.parquet"
        remove(place)
        fold(place, [], [rows[name] for rows in found])
    return len(found)


def _sources(store: Path, part: str) -> dict[str, str]:
    """Return of every meeting of a part that is in the tables what it was made from."""
    try:
        rows = read_rows(store / "tables" / "sources" / f"{part}.parquet")
    except FileNotFoundError:
        return {}
    return dict(zip(*(rows[name].to_pylist() for name in ("meeting", "source")), strict=True))


def mapped(part: str, store: Path, function: Callable[[Meeting], Rows]) -> pd.DataFrame:
    """Return the rows a function makes of every meeting of a part; `error` says of which meetings it makes none, and why."""
    set_language(settings_in(store / "store.json").language)
    found = []
    for file in listed(store / "meetings" / part):
        if not file.name.endswith(NATIVE) or file.name.startswith("."):
            continue
        identity = file.name.removesuffix(NATIVE)
        try:
            rows = _rows(function(meeting_in(store, identity)))
        except TalkbalanceError as error:
            rows = pd.DataFrame({"error": [str(error)]})
        except Exception as error:  # a function of anybody's; the other meetings still count
            rows = pd.DataFrame({"error": [" ".join(f"{type(error).__name__}: {error}".split())[:300]]})
        rows = rows.drop(columns="meeting", errors="ignore")
        rows.insert(0, "meeting", identity)
        found.append(rows if "error" in rows else rows.assign(error=""))
        forget_words()
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"meeting": [], "error": []}, dtype="str")


def _rows(answer: Any) -> pd.DataFrame:  # noqa: ANN401 -- whatever a function returns
    match answer:
        case pd.DataFrame():
            return answer.reset_index(drop=True)
        case pd.Series() | Mapping():
            return pd.DataFrame([dict(answer)])
        case None:
            return pd.DataFrame()
        case str() | bool() | int() | float():
            return pd.DataFrame({"value": [answer]})
    if hasattr(answer, "item"):  # a number of numpy's
        return pd.DataFrame({"value": [answer.item()]})
    raise TypeError(text("corpus.no_rows", kind=type(answer).__name__))


def forget_words() -> None:
    """Forget what is remembered of one meeting's texts: it is of no use to the next, and fills a worker's memory."""
    words.cache_clear()
    content_words.cache_clear()


# ------------------------------------------------------------------------------------------------ rows


def fold(place: Path, gone: Collection[str], arrived: Sequence["pa.Table"]) -> None:
    """Replace the rows of some meetings in one part of a table by those that arrived; a part without rows is no file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = list(arrived)
    if there(place):
        before = read_rows(place)
        found.append(before.filter(pc.invert(pc.is_in(before["meeting"], pa.array(list(gone), pa.string())))))
    if not found:
        return
    rows = pa.concat_tables(found)
    if rows.num_rows:
        order = rows["meeting"].to_pandas().argsort(kind="stable")
        _write(rows.take(pa.array(order.to_numpy())), place)
    else:
        remove(place)


def read_rows(file: Path, *, meetings: Collection[str] | None = None) -> "pa.Table":
    """Return the rows of a part, or of some of its meetings."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    chosen = None if meetings is None else [("meeting", "in", sorted(meetings))]
    return pq.read_table(file if is_here(file) else pa.BufferReader(get(file)), filters=chosen)


def frame_of(found: "pa.Table", name: str) -> pd.DataFrame:
    """Return rows as a table with the types it promises."""
    frame: pd.DataFrame = found.to_pandas(date_as_object=False)
    return frame.astype(dict(SCHEMAS[name]))


def nothing(name: str) -> pd.DataFrame:
    """Return a table without rows."""
    return table([], SCHEMAS[name])


def _arrow(found: pd.DataFrame, name: str) -> "pa.Table":
    """Return a table in the types of the store, without what pandas would note about itself: bytes depend on the rows alone."""
    import pyarrow as pa

    types = {"date32": pa.date32(), "double": pa.float64(), "bool": pa.bool_(), "int64": pa.int64(), "string": pa.string()}
    schema = [pa.field(column, types[TYPES[dtype]]) for column, dtype in SCHEMAS[name].items()]
    arrays = [pa.array(found[field.name], type=field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays(arrays, schema=pa.schema(schema, metadata={"talkbalance": str(VERSION)}))


def _streamed(rows: "pa.Table") -> bytes:
    """Return rows as they lie in memory: they are read once, and soon."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue().to_pybytes())


def _write(rows: "pa.Table", place: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    put(place, sink.getvalue().to_pybytes())
