"""Whose meeting it is, when, of which kind, and how people met: from a sheet, from what a command says, or from the file's name.

A sheet (CSV or Excel) has a row per file, its columns in German or English:

```
file, client, date, kind, mode, consent, retain_until
Datei, Kunde, Datum, Art, Form, Einwilligung, Aufbewahren bis
```

Where it leaves a cell empty, what a command says counts; then what the meeting says of itself; then its file's name and folder.
"""

import csv
import datetime
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from importlib import resources
from pathlib import Path

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import open_file
from talkbalance.formats.tables import plain
from talkbalance.formats.xlsx import sheets
from talkbalance.meeting import Details

_COLUMNS = {
    "file": ("file", "datei"),
    "client": ("client", "kunde", "kundin", "auftraggeber"),
    "date": ("date", "datum", "tag"),
    "kind": ("kind", "art", "anlass"),
    "mode": ("mode", "form", "weg"),
    "consent": ("consent", "einwilligung"),
    "retain_until": ("retain until", "retain_until", "aufbewahren bis", "löschen am"),
}
"""What the columns of a sheet are called, in either language."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_DATES = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_.]?(?P<month>0[1-9]|1[0-2])[-_.]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>(?:19|20)\d\d)(?!\d)"),
)
"""A day as 2026-03-02 or 20260302, and as 2.3.2026."""

Given = Mapping[str, Details]
"""By name of a file what a sheet says of it."""


def day_in(name: str) -> datetime.date | None:
    """Return the day a name speaks of; None where it speaks of none.

    >>> day_in("2026-03-02 Briefing.mp4"), day_in("Anruf_2.3.2026"), day_in("20260302_zoom"), day_in("Los 20261399")
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 2), datetime.date(2026, 3, 2), None)
    """
    for shape in _DATES:
        for found in shape.finditer(name):
            try:
                return datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:  # the 31st of a month that has thirty days
                continue
    return None


def named(path: Path, *, below: Path | None = None) -> Details:
    """Return what a file's name and folder say of its meeting.

    Parameters
    ----------
    below
        The folder that was asked for: the first folder below it that holds the file is the client's.

    >>> found = named(Path("calls/Pinkpanda/2026-03-02 briefing zoom.vtt"), below=Path("calls"))
    >>> found.client, found.date, found.kind, found.mode
    ('Pinkpanda', datetime.date(2026, 3, 2), 'briefing', 'remote')
    """
    words = "_" + "_".join(word.lower() for word in _WORD.findall(path.name.partition(".")[0])) + "_"
    known = {what: next((name for word, name in _said(what) if f"_{word}_" in words), "") for what in ("kind", "mode")}
    folders = path.relative_to(below).parts[:-1] if below is not None and path.is_relative_to(below) else ()
    return Details(date=day_in(path.name), client=folders[0] if folders else "", kind=known["kind"], mode=known["mode"])


@cache
def _said(what: str) -> Sequence[tuple[str, str]]:
    """Return by word what it says of a meeting's kind or way."""
    content = resources.files("talkbalance.corpus").joinpath("kinds.toml").read_text(encoding="utf-8")
    return [(word, name) for name, listed in tomllib.loads(content)[what].items() for word in listed.split()]


def together(*sources: Details) -> Details:
    """Return details of which each is taken from the first source that knows it.

    >>> together(Details(client="Pinkpanda"), Details(client="calls", kind="briefing"))
    Details(id='', date=None, client='Pinkpanda', kind='briefing', mode='', consent=None, retain_until=None)
    """
    known = {field.name: next(filter(None, (getattr(source, field.name) for source in sources)), None) for field in fields(Details)}
    return replace(Details(), **{name: value for name, value in known.items() if value is not None})


def read_details(path: Path) -> Given:
    """Return what a sheet says of meetings.

    Raises
    ------
    UnreadableFile
        Where it is no such sheet, or a date in it is none: with the row.
    """
    rows = list(_rows(path))
    header = [plain(cell).strip().lower() for cell in rows[0][1]] if rows else []
    at = {what: header.index(name) for what, names in _COLUMNS.items() for name in names if name in header}
    if "file" not in at or len(at) == 1:
        raise UnreadableFile("corpus.no_sheet", file=path.name)
    found = {}
    for number, cells in rows[1:]:
        row = {what: plain(cells[place]).strip() for what, place in at.items() if place < len(cells)}
        if name := row.get("file", ""):
            date, until = (_day(path.name, number, row.get(what, "")) for what in ("date", "retain_until"))
            client, kind, mode = (row.get(what, "") for what in ("client", "kind", "mode"))
            found[name] = Details("", date, client, kind, mode, row.get("consent") or None, until)
    return found


def _rows(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    file = open_file(path)
    if file.parts:
        file.check_parts()
        yield from next(sheets(file), [])
        return
    content = file.text.removeprefix("\ufeff")
    first = content.partition("\n")[0]
    try:
        yield from enumerate(csv.reader(io.StringIO(content, newline=""), delimiter=max(",;\t", key=first.count)), 1)
    except csv.Error:
        raise UnreadableFile("corpus.no_sheet", file=path.name) from None


def _day(file: str, line: int, written: str) -> datetime.date | None:
    if not written:
        return None
    found = day_in(written)
    if found is None:
        raise UnreadableFile("corpus.no_day", file=file, line=line, day=written)
    return found
