"""Names across files: a sheet of everybody named in a folder, put right once, and every meeting follows.

The same person is "Eva Brandt", "eva.brandt" and "Brandt, Eva (extern)" in three exports. `names_in` lists each name once, with
where and how much it speaks; a person writes beside it what it should be, and the side; `with_names` gives a meeting these names.
Voices that were only numbered ("S2", "SPEAKER_01") are listed per file: number 2 of one file is nobody in another.
"""

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isnan
from pathlib import Path

import pandas as pd

from talkbalance.errors import TalkbalanceError, TalkbalanceWarning, UnknownSide, UnreadableFile
from talkbalance.formats import formats, read
from talkbalance.formats.files import File, open_file, write_atomically
from talkbalance.formats.tables import SIDES, harmless, plain, restored
from talkbalance.formats.xlsx import sheets, typed
from talkbalance.frames import Schema, table
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, Speaker, called, times_of

NAMES: Schema = {
    "heard": "str",
    "name": "str",
    "side": "str",
    "file": "str",
    "meetings": "int64",
    "utterances": "int64",
    "minutes": "float64",
    "like": "str",
}

PROPOSED = "?"
"""What ends a name that is only proposed: it counts for nothing until a person takes this away."""

_HEADERS = {"heard": ("heard", "gefunden"), "name": ("name",), "side": ("side", "seite"), "file": ("file", "datei")}
"""What the columns that are read are called, in either language."""

_NO_TRANSCRIPTS = frozenset(("formats.unknown", "formats.nobody", "formats.chat", "formats.binary", "annotations.regions_alone"))
"""What a file is told to be that may well lie beside transcripts: notes, a list, a chat."""

_NUMBERED = re.compile(
    r"(?:s|spk|spkr|speaker|sprecher(?:in)?|person|participant|teilnehmer(?:in)?|voice|stimme|channel|kanal)?[\s_-]*\d*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a sheet says of one name: what it should be, and the side; in one file only, where one is named."""

    heard: str
    name: str
    side: str = ""
    file: str = ""


@dataclass(slots=True)
class _Entry:
    """What is known of one name, or of one numbered voice of one file."""

    side: str = ""
    files: set[str] = field(default_factory=set)
    utterances: int = 0
    seconds: float = 0.0


def numbered(name: str) -> bool:
    """Whether a name is only a number that a machine gave a voice.

    >>> numbered("SPEAKER_01"), numbered("S2"), numbered("Eva")
    (True, True, False)
    """
    return _NUMBERED.fullmatch(name) is not None


def names_in(folder: str | Path) -> pd.DataFrame:
    """List everybody who is named in the transcripts of a folder and the folders in it.

    Parameters
    ----------
    folder
        Files that are no transcripts are passed over; a transcript that cannot be read is said in a warning. May be a store.

    Returns
    -------
    DataFrame
        One row per name, those that speak most first: `heard` (the name in the files), `name` and `side` (to be put right),
        `file` (empty: in all files; else the one this numbered voice belongs to), `meetings`, `utterances`, `minutes` (of
        speaking, NaN without times), `like` (whose voice it is like; "" here, see `corpus.voices`).

    Raises
    ------
    UnreadableFile
        Where the folder is not there or holds no transcript.
    """
    found: dict[tuple[str, str], _Entry] = {}
    for meeting in _meetings(Path(folder)):
        for speaker in meeting.speakers:
            entry = found.setdefault((speaker.name, meeting.source.file if numbered(speaker.name) else ""), _Entry())
            said = [utterance for utterance in meeting.utterances if utterance.speaker == speaker.name]
            entry.side = entry.side or speaker.side
            entry.files.add(meeting.details.id)
            entry.utterances += len(said)
            spans = (times_of(utterance) for utterance in said if meeting.timed)
            entry.seconds += sum(end - start for start, end in spans) if meeting.timed else float("nan")
    if not found:
        raise UnreadableFile("names.none", folder=folder)
    ordered = sorted(found.items(), key=lambda item: (-item[1].utterances, item[0]))
    return table(
        (
            (heard, heard, entry.side, file, len(entry.files), entry.utterances, round(entry.seconds / 60, 1), "")
            for (heard, file), entry in ordered
            if heard != UNKNOWN
        ),
        NAMES,
    )


def _meetings(folder: Path) -> Iterator[Meeting]:
    """Yield the meetings of a folder; what is not called as a transcript is not opened."""
    if not folder.is_dir():
        raise UnreadableFile("names.no_folder", folder=folder)
    endings = tuple({ending for entry in formats() for ending in entry.endings})
    within = folder / "meetings" if (folder / "store.json").is_file() else folder  # beside them, a store has tables of the same
    for path in sorted(within.rglob("*")):
        if not (path.is_file() and path.name.lower().endswith(endings)):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", TalkbalanceWarning)
                meeting = read(path)
        except TalkbalanceError as error:
            if error.key in _NO_TRANSCRIPTS:
                continue
            warnings.warn(text("names.passed_over", why=error), TalkbalanceWarning, stacklevel=3)
            continue
        yield replace(meeting, source=replace(meeting.source, file=meeting.source.file or path.name))


def write_names(names: pd.DataFrame, path: str | Path) -> None:
    """Write a sheet of names as CSV or XLSX; what a sheet that is there already says of a name is kept.

    Raises
    ------
    UnreadableFile
        Where the ending is neither `.csv` nor `.xlsx`, what is there is no sheet of names, or it cannot be written.
    """
    path = Path(path)
    kept = {(known.heard, known.file): known for known in read_names(path)} if path.exists() else {}
    rows = []
    for heard, name, side, file, *counts in names.itertuples(index=False):
        known = kept.get((heard, file), Named(heard, name, side, file))
        rows.append((heard, known.name if known.name != heard else name, known.side, file, *counts))
    header = [text(f"names.{column}") for column in NAMES]
    match path.suffix.lower():
        case ".csv":
            write_atomically(path, _csv(header, rows))
        case ".xlsx":
            write_atomically(path, _xlsx(header, rows))
        case _:
            raise UnreadableFile("names.ending", file=path.name)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """With a byte order mark and the delimiter of the user's language, so that a double click opens it in columns."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=text("names.delimiter"), lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _cell(cell: object) -> str:
    if isinstance(cell, float):  # minutes; none without times. A German Excel takes 3.5 for the third of May
        return "" if isnan(cell) else str(cell).replace(".", text("names.decimal"))
    return harmless(str(cell))


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(header))
    for row in rows:
        typed(sheet, tuple(None if isinstance(cell, float) and isnan(cell) else cell for cell in row))
    sheet.freeze_panes = "A2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read_names(path: str | Path) -> tuple[Named, ...]:
    """Return what a sheet of names says; rows in which nothing is put right, or only something proposed, say nothing.

    Raises
    ------
    UnreadableFile
        Where it is no sheet of names, or a side in it is neither agency nor client: with the row.
    """
    file = open_file(Path(path))
    rows = list(_rows(file))
    at = _columns(rows[0][1]) if rows else None
    if at is None:
        raise UnreadableFile("names.no_sheet", file=file.name)
    found = []
    for number, cells in rows[1:]:
        heard, name, side, where = (
            plain(cells[at[column]]) if at.get(column, len(cells)) < len(cells) else "" for column in _HEADERS
        )
        if not heard:
            continue
        if side and side.lower() not in SIDES:
            raise UnreadableFile("names.no_side", file=file.name, line=number, side=side)
        name = " ".join(name.split())
        found.append(Named(heard, heard if not name or name.endswith(PROPOSED) else name, SIDES.get(side.lower(), ""), where))
    return tuple(found)


def _rows(file: File) -> Iterator[tuple[int, Sequence[object]]]:
    if file.parts:
        file.check_parts()
        yield from next(sheets(file), [])
        return
    content = file.text.removeprefix("\ufeff")
    first = content.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter), 1):
            yield number, [restored(cell) for cell in cells]
    except csv.Error:
        raise UnreadableFile("names.no_sheet", file=file.name) from None


def _columns(header: Sequence[object]) -> dict[str, int] | None:
    """Return where the columns stand; None without those for what was found and what it should be."""
    cells = [str(cell or "").strip().lower() for cell in header]
    at = {column: cells.index(name) for column, names in _HEADERS.items() for name in names if name in cells}
    return at if {"heard", "name"} <= at.keys() else None


def with_names(meeting: Meeting, names: str | Path | Iterable[Named]) -> Meeting:
    """Return a meeting with the names and sides of a sheet; who is not in the sheet stays as they are.

    Parameters
    ----------
    meeting
        As it was read; its `source.file` decides which numbered voices are meant.
    names
        The sheet, or what `read_names` made of it. Two that were heard may be one person, as long as they never speak at once.

    Raises
    ------
    UnreadableFile
        Where it is no sheet of names.
    UnknownSide
        Where one person is on two sides.

    >>> from talkbalance.meeting import Utterance
    >>> meeting = Meeting([Speaker("eva.b")], [Utterance(0, 2, "eva.b")], duration=2)
    >>> with_names(meeting, [Named("eva.b", "Eva Brandt", "agency")]).speakers
    (Speaker(name='Eva Brandt', side='agency'),)
    """
    given = read_names(names) if isinstance(names, str | Path) else tuple(names)
    known = {entry.heard: entry for entry in given if not entry.file}
    known |= {entry.heard: entry for entry in given if entry.file and entry.file == meeting.source.file}
    renamed = {speaker.name: known[speaker.name].name for speaker in meeting.speakers if speaker.name in known}
    people: dict[str, Speaker] = {}
    for speaker in meeting.speakers:
        entry = known.get(speaker.name, Named(speaker.name, speaker.name))
        side = entry.side or speaker.side
        before = people.get(entry.name)
        if before and before.side and side and before.side != side:
            raise UnknownSide("sides.both", name=entry.name)
        people[entry.name] = Speaker(entry.name, side or (before.side if before else ""))
    utterances = tuple(called(utterance, renamed) for utterance in meeting.utterances)
    return replace(meeting, speakers=tuple(people.values()), utterances=utterances)
