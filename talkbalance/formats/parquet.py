"""Parquet: the utterances as a table for other programs (pandas, R, DuckDB), with what else is known in its notes.

References
----------
Apache Parquet. Format specification: file metadata, dictionary encoding.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from talkbalance.errors import MissingModel, UnreadableFile
from talkbalance.formats.assemble import MOST_UTTERANCES, assemble, span
from talkbalance.formats.files import LARGEST, File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.header import MARK, header, restored
from talkbalance.meeting import UNKNOWN, Meeting, Source, Utterance

_MAGIC = b"PAR1"
_COLUMNS = {"speaker": "string", "side": "string", "start": "double", "end": "double", "text": "string", "confidence": "double"}
_NEEDED = ("speaker", "start", "end", "text")


def _claims(file: File) -> bool:
    return file.content.startswith(_MAGIC)


def _read(file: File) -> Found:
    arrow, parquet = _libraries()
    try:
        opened = parquet.ParquetFile(io.BytesIO(file.content), read_dictionary=["speaker", "text"])
        _check(opened, file)
        known = [name for name in _COLUMNS if name in opened.schema_arrow.names]
        columns = {name: _values(opened.read([name]).column(0)) for name in known}
        note = (opened.schema_arrow.metadata or {}).get(MARK.encode(), b"").decode(errors="replace")
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise UnreadableFile("formats.broken_zip", file=file.name, why=type(error).__name__) from None
    timed = any(value is not None for name in ("start", "end") for value in columns[name])
    sides = [(str(name), str(side)) for name, side in zip(columns["speaker"], columns.get("side", ()), strict=False) if side]
    found = assemble(
        _utterances(columns, timed=timed),
        source=Source(file.name, "Parquet", "utterance" if timed else "none", overlap_observable=True),
        sides=sides,
    )
    return restored(found, note)


def _libraries() -> tuple[Any, Any]:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise MissingModel("annotations.no_pyarrow") from None
    return arrow, parquet


def _check(opened: Any, file: File) -> None:  # noqa: ANN401 -- pyarrow ships no types
    """Raise where columns are missing, or the table would be larger than any meeting, before it is unpacked."""
    meta = opened.metadata
    if missing := [name for name in _NEEDED if name not in opened.schema_arrow.names]:
        raise UnreadableFile("annotations.no_columns", file=file.name, names=", ".join(missing))
    if meta.num_rows > MOST_UTTERANCES:
        raise UnreadableFile("formats.too_many", file=file.name, n=MOST_UTTERANCES)
    parts = [meta.row_group(i).column(j) for i in range(meta.num_row_groups) for j in range(meta.num_columns)]
    if sum(part.total_uncompressed_size for part in parts) > LARGEST:
        raise UnreadableFile("formats.too_large", file=file.name, mib=LARGEST // 2**20)


def _values(column: Any) -> list[Any]:  # noqa: ANN401
    """Return the values of a column; a text that stands in many rows is one object, however long it is."""
    values: list[Any] = []
    for chunk in column.chunks:
        if hasattr(chunk, "dictionary"):
            known = chunk.dictionary.to_pylist()
            values.extend(None if i is None else known[i] for i in chunk.indices.to_pylist())
        else:
            values.extend(chunk.to_pylist())
    return values


def _utterances(columns: dict[str, list[Any]], *, timed: bool) -> Iterator[Utterance | None]:
    confidences: Sequence[Any] = columns.get("confidence") or [None] * len(columns["text"])
    for name, start, end, words, confidence in zip(*(columns[key] for key in _NEEDED), confidences, strict=True):
        speaker, said = str(name or UNKNOWN), str(words or "")
        if not timed:
            yield Utterance(None, None, speaker, said, confidence=confidence)
        elif start is None or end is None:
            yield None
        else:
            yield span(float(start), float(end), speaker, said, confidence=confidence)


def _write(meeting: Meeting) -> bytes:
    arrow, parquet = _libraries()
    sides = {speaker.name: speaker.side for speaker in meeting.speakers}
    rows = [(u.speaker, sides[u.speaker], u.start, u.end, u.text, u.confidence) for u in meeting.utterances]
    schema = arrow.schema(list(_COLUMNS.items())).with_metadata({MARK: header(meeting)})
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    target = io.BytesIO()
    parquet.write_table(arrow.table([list(column) for column in columns], schema=schema), target)
    return target.getvalue()


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "sides", "duration", "confidence", "origin")

FORMAT = Format("Parquet", (".parquet",), _claims, _read, _write, _HOLDS, timeless=True)
