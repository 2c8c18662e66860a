"""Tables of utterances, whatever they stand in (CSV, XLSX, DOCX): one row each, columns told by their names.

Names are understood in German and English, times as seconds, as clock times, or in milliseconds where the name says so.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import assemble, bounded, span, starts_only
from talkbalance.formats.files import File
from talkbalance.formats.format import Found
from talkbalance.meeting import AGENCY, CLIENT, UNKNOWN, Meeting, Source, Times, Utterance

Row = tuple[int, Sequence[object]]
"""The number of a row, for whoever has to find it, and its cells."""

HEADER = ("speaker", "side", "start", "end", "text")
"""The columns that are written; start and end in seconds."""

_NAMES = {
    "speaker": "speaker participant name person who speaker_name sprecher sprecherin sprecher*in sprecher:in sprechende teilnehmer"
    " teilnehmerin teilnehmende wer",
    "side": "side seite",
    "start": "start begin start_time starttime begin_time from onset tmin beginn anfang von startzeit time timestamp timecode zeit"
    " zeitstempel zeitmarke",
    "end": "end stop end_time endtime to offset tmax ende bis endzeit",
    "duration": "duration dur dur. length dauer länge",
    "text": "text sentence utterance transcript transcription transcribed_text content words said value äußerung aussage inhalt"
    " transkript wortlaut satz gesagtes",
}
_MEANS = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
_UNIT = re.compile(r"\s*[\[(_]?\s*(ms|msec|milliseconds|millisekunden|s|sec|seconds|sekunden|hh:mm:ss(?:\.\w+)?)?\s*[\])]?$")
_CLOCK = re.compile(r"#?(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,6})?)(?:-(\d))?#?")
_COUNTED = re.compile(r"(.*\S)[._ -](\d{1,6})")
SIDES = {"agency": AGENCY, "agentur": AGENCY, "client": CLIENT, "kunde": CLIENT, "kundin": CLIENT, "kundschaft": CLIENT}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what, and whether its times are in milliseconds."""

    at: dict[str, int]
    milliseconds: bool = False

    def get(self, cells: Sequence[object], what: str) -> object:
        """Return the cell of a column, None where there is neither."""
        number = self.at.get(what)
        return cells[number] if number is not None and number < len(cells) else None


def columns(header: Sequence[object]) -> Columns | None:
    """Return what the columns of a header hold; None where it is no header of utterances.

    >>> columns(["Sprecher", "Beginn (ms)", "Äußerung"])
    Columns(at={'speaker': 0, 'start': 1, 'text': 2}, milliseconds=True)
    """
    at: dict[str, int] = {}
    milliseconds = False
    names = [str(cell or "").strip().lower().removeprefix("\ufeff") for cell in header[:64]]
    for number, name in enumerate(names):
        if not name or len(name) > 60:
            continue
        unit = _UNIT.search(name)
        bare = name[: unit.start()].strip() if unit and unit[1] else name
        meaning = _MEANS.get(name.replace(" ", "_")) or _MEANS.get(bare.replace(" ", "_"))
        if meaning is None or meaning in at:
            continue
        at[meaning] = number
        milliseconds = milliseconds or (meaning in ("start", "end") and bool(unit and (unit[1] or "").startswith(("ms", "milli"))))
    if "text" not in at or not {"speaker", "start"} & set(at):
        return None
    whisper = [name for name in names if name] == ["start", "end", "text"]  # whose TSV is in milliseconds and does not say so
    return Columns(at, milliseconds or whisper)


def meeting_of(
    rows: Iterable[Row],
    found: Columns,
    file: File,
    title: str,
    *,
    sides: Sequence[tuple[str, str]] = (),
    people: Sequence[str] = (),
) -> Found:
    """Return the meeting of the rows below a header."""
    filled = (entry for number, cells in rows if (entry := _entry(cells, found, file, number)) is not None)
    entries = bounded(filled, file.name)
    names = _uncounted([entry.speaker for entry in entries])
    times = _times(entries)
    named_sides = dict(sides) | {name: entry.side for name, entry in zip(names, entries, strict=True) if entry.side}
    return assemble(
        _spans(entries, names, times),
        source=Source(file.name, title, times, models=() if "speaker" in found.at else (title,)),
        sides=tuple(named_sides.items()),
        speakers=people,
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    speaker: str
    side: str
    start: float | None
    end: float | None
    text: str


def _entry(cells: Sequence[object], found: Columns, file: File, number: int) -> _Entry | None:
    """Return what a row says, None where it is empty."""
    if not any(str(cell).strip() for cell in cells if cell is not None):
        return None
    scale = 1000 if found.milliseconds else 1
    try:
        start, end, length = (_seconds(found.get(cells, what), scale) for what in ("start", "end", "duration"))
    except ValueError:
        content = " | ".join("" if cell is None else str(cell) for cell in cells)[:80]
        raise UnreadableFile("formats.broken_line", file=file.name, line=number, content=content) from None
    if end is None and start is not None and length is not None:
        end = start + length
    side = str(found.get(cells, "side") or "").strip()
    return _Entry(
        " ".join(plain(found.get(cells, "speaker")).split()) or UNKNOWN,
        SIDES.get(side.lower(), ""),
        start,
        end,
        " ".join(plain(found.get(cells, "text")).split()),
    )


def _seconds(cell: object, scale: int) -> float | None:
    """Return the seconds of a cell, whatever its type; None where it is empty."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell / scale
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds()
    if isinstance(cell, datetime.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    return _written(str(cell).strip(), scale) if cell is not None else None


def _written(time: str, scale: int) -> float | None:
    """Return the seconds of a written time: of a clock, or a number with a point or a comma."""
    match = _CLOCK.fullmatch(time)
    if match is None:
        return float(time.removesuffix("s").replace(",", ".")) / scale if time else None
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", ".")) + int(match[4] or 0) / 10


def plain(cell: object) -> str:
    """Return the text of a cell, without quotes around all of it."""
    written = "" if cell is None else str(cell).strip()
    quoted = len(written) > 1 and written[0] == written[-1] == '"'
    return written[1:-1] if quoted and '"' not in written[1:-1] else written


def _times(entries: Sequence[_Entry]) -> Times:
    if entries and all(entry.start is not None and entry.end is not None for entry in entries):
        return "utterance"
    return "start" if entries and all(entry.start is not None for entry in entries) else "none"


def _uncounted(names: Sequence[str]) -> list[str]:
    """Return names without the number of the utterance, where every row has one: `4.Blue.1`, `4.Blue.2` are one person."""
    matches = [_COUNTED.fullmatch(name) for name in names]
    if len(set(names)) < len(names) or not all(matches):
        return list(names)
    bare = [match[1] for match in matches if match]
    return bare if 2 * len(Counter(bare)) <= len(bare) else list(names)


def _spans(entries: Sequence[_Entry], names: Sequence[str], times: Times) -> Iterator[Utterance | None]:
    match times:
        case "utterance":
            for entry, name in zip(entries, names, strict=True):
                yield span(entry.start or 0.0, entry.end or 0.0, name, entry.text)
        case "start":
            yield from starts_only((entry.start or 0.0, name, entry.text) for entry, name in zip(entries, names, strict=True))
        case _:
            yield from (Utterance(None, None, name, entry.text) for entry, name in zip(entries, names, strict=True))


def rows_of(meeting: Meeting) -> Iterator[tuple[str, str, float | None, float | None, str]]:
    """Yield a meeting's utterances as rows of `HEADER`."""
    sides = {speaker.name: speaker.side for speaker in meeting.speakers}
    for utterance in meeting.utterances:
        yield utterance.speaker, sides[utterance.speaker], utterance.start, utterance.end, utterance.text


def harmless(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula: what people said is nobody's program.

    >>> harmless("=1+1"), harmless("Ja.")
    ("'=1+1", 'Ja.')
    """
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def restored(cell: str) -> str:
    """Return what `harmless` was given.

    >>> restored(harmless("=1+1")), restored("'s ist")
    ('=1+1', "'s ist")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
