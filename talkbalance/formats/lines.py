"""Transcripts as people write and copy them: lines with names, with and without times.

A file keeps to one shape, so the shape that fits most lines is the one it is read in; every other line goes on with what was said
before it. The shapes:

```
Eva Brandt: Guten Tag.                       named          also **Eva Brandt:** in Markdown, several in a paragraph
[00:00:12] Eva Brandt: Guten Tag.            stamped        also 0:12 - 0:15, without brackets
S01: [00:00:12] Guten Tag.                   after_name     also Eva (0:12): …
Eva: Guten Tag. #00:00:12-4#                 f4             the time is when the paragraph ends; or begins, before the name
Eva Brandt  0:12                             heading        Otter, Teams; [Eva Brandt] 10:02:33 is a time of day (Zoom)
0:12 - Eva Brandt (Agentur)                  time_heading   Fathom
[00:00:12 --> 00:00:15] Guten Tag.           stamp_only     nobody named, or by a line of its own before (aTrain)
0:0:12.5 --> 0:0:15.2 / Eva Brandt           stanza         time, name and words on lines of their own (older Teams documents)
```
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from talkbalance.formats.assemble import bounded, span, starts_only
from talkbalance.meeting import UNKNOWN, Times, Utterance

_TIME = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,3})?"
_SPAN = rf"(?P<start>{_TIME})(?:\s?(?:-->|->|[-–—])\s?(?P<end>{_TIME}))?"
_NAME = r"(?P<name>[^\W\d_][^:\[\](){}<>#*|!?;\"„“”]{0,60}?)"
_ASIDE = r"(?:\s?\([^()]{1,80}\))?"
_F4 = r"#(?P<{}>\d{{2}}:\d{{2}}:\d{{2}})(?:-(?P<{}>\d))?#"
_HEARD = r"(?:(?:SPEAKER|Speaker|Sprecher|Sprecherin|Person|S)[ _]?\d{1,3}|Speaker undefined)"

_SHAPES = {
    "f4": re.compile(
        rf"^(?:{_F4.format('start', 'start_tenth')}\s?)?{_NAME}:\s(?P<words>.+?)(?:\s?{_F4.format('stop', 'stop_tenth')})?$"
    ),
    "stamped": re.compile(rf"^[\[(]?{_SPAN}[\])]?\s?[-–|:]?\s?{_NAME}{_ASIDE}:\s(?P<words>.+)$"),
    "after_name": re.compile(rf"^{_NAME}:?\s?[\[(]{_SPAN}[\])]:?\s(?P<words>.+)$"),
    "heading": re.compile(rf"^(?P<caption>\[)?{_NAME}\]?{_ASIDE}:?\s[\[(]?{_SPAN}[\])]?:?$"),
    "time_heading": re.compile(rf"^[\[(]?{_SPAN}[\])]?\s?[-–|]?\s?{_NAME}{_ASIDE}:?$"),
    "stanza": re.compile(rf"^{_SPAN}$"),
    "stamp_only": re.compile(rf"^[\[(]{_SPAN}[\])]\s?[-–]?\s?(?P<words>.+)$"),
    "heard": re.compile(rf"^(?P<name>{_HEARD})$"),
    "named": re.compile(rf"^{_NAME}{_ASIDE}:\s(?P<words>.+)$"),
}
"""Named by their shape; of two that fit about as many lines, the earlier one is the more exact."""

_STAMPED_NAME = re.compile(r"^#\d{2}:\d{2}:\d{2}(?:-\d)?#|#\d{2}:\d{2}:\d{2}(?:-\d)?#$")
_ONLY_TIME = re.compile(rf"^[\[(#]?{_TIME}(?:-\d#)?[\])]?$")
_BOLD_NAME = re.compile(r"\s+(?=\*\*[^*:]{1,60}:\*\*)")
_MARKDOWN = re.compile(r"^(?:#{1,6}\s+|>\s+)|\*\*")
_LINK = re.compile(r"\[@?([^\[\]()]{1,80})\]\([^()\s]{0,300}\)")
_PAUSE = re.compile(r"\(\d{1,4} [^\W\d]{3,12} [Pp]ause\)")
_INLINE = re.compile(rf"//\s?{_NAME}:\s(?P<words>[^/]*)(?://(?!\s?[^\W\d_][^:/]{{0,60}}:\s)|(?=//)|$)")
"""What is thrown in ends at its slashes, at the next one's, or with the paragraph."""

_INNER = re.compile(r"\s?\[\d{1,2}:\d{2}(?::\d{2})?\]\s?")
_SEVERAL = re.compile(r"\s(?=\[\d{2}:\d{2}:\d{2}\]\s-\s)")
_NO_NAME = re.compile(r"[:\[\](){}<>#*|!?;\"„“”/]")
_NAME_WORDS = 6
_LOOKED_AT = 2_000
"""Lines from which the shape is told."""

_TOPIC = re.compile(r"^(?:\W{0,3}\s)?(?:transcript|transcription|transkript|transkription)$", re.IGNORECASE)
_HEADER = 200
_ATTENDEES = re.compile(
    r"^(?:attendees|invited|participants|teilnehmer|teilnehmende|teilnehmerinnen|anwesend|anwesende|eingeladen)\s?:?\s?(.*)$",
    re.IGNORECASE,
)
_NOBODY_KNOWN = frozenset(("unknown", "unknown speaker", "speaker undefined", "unbekannt", "unbekannter sprecher"))
_NOBODY = re.compile(r"notetaker|presentation$|^präsentation von ", re.IGNORECASE)
_ENDS = re.compile(
    r"^(?:transcribed by https?://otter\.ai|(?:transcription|meeting) ended after .*|.{1,80} (?:started|stopped) transcription"
    r"|.{1,80} hat die transkription (?:gestartet|beendet))$",
    re.IGNORECASE,
)
"""What tools write above and below."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one line, and those that go on with it, say."""

    speaker: str
    words: str
    start: float | None = None
    end: float | None = None
    time_of_day: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A transcript of lines: what was said, who is listed as there, when the last one ended where that is told, and its shape."""

    said: tuple[Said, ...]
    attendees: tuple[str, ...] = ()
    last: float | None = None
    shape: str = ""

    @property
    def exported(self) -> bool:
        """Whether a program wrote it: nobody types a time above every paragraph."""
        return self.shape in ("heading", "time_heading", "stanza", "stamp_only", "heard")

    @property
    def times(self) -> Times:
        """The finest times there are: only what every line has counts."""
        if all(entry.end is not None and entry.start is not None for entry in self.said):
            return "utterance"
        return "start" if all(entry.start is not None for entry in self.said) else "none"

    def utterances(self) -> Iterator[Utterance | None]:
        """Yield the utterances, with as much of their times as all have."""
        match self.times:
            case "utterance":
                for entry in self.said:
                    yield span(entry.start or 0.0, entry.end or 0.0, entry.speaker, entry.words)
            case "start":
                yield from starts_only([(entry.start or 0.0, entry.speaker, entry.words) for entry in self.said], last=self.last)
            case _:
                yield from (Utterance(None, None, entry.speaker, entry.words) for entry in self.said)


def as_name(name: str, n: int) -> str:
    """Return a speaker's name as lines can hold it, the `n`-th speaker's where nothing is left of it.

    >>> as_name("Baum: <b>", 1), as_name("4.Blue", 2), as_name("Eva Brandt", 3)
    ('Baum b', 'S2 4.Blue', 'Eva Brandt')
    """
    kept = " ".join(" ".join(_NO_NAME.sub(" ", name)[:60].split()).split(" ")[:_NAME_WORDS])
    return kept if kept[:1].isalpha() else f"S{n} {kept}".strip()


def page(lines: Iterable[str], file: str = "") -> Page | None:
    """Return what lines say; None where they are no transcript: prose, a list, a letter.

    Raises
    ------
    UnreadableFile
        Where the file, named for that, holds more than any meeting.
    """
    clean = [piece for line in lines for piece in _pieces(line)]
    attendees = _attendees(clean[:_HEADER])
    topic = max((number for number, line in enumerate(clean[:_HEADER]) if _TOPIC.match(line)), default=-1)
    body = clean[topic + 1 :]
    shape = _shape([line for line in islice(body, _LOOKED_AT) if line])
    if not shape:
        return None
    entries = bounded(_read(body, shape), file)
    last = max((entry.end or 0.0 for entry in entries), default=None) if shape == "f4" else None
    said = tuple(part for entry in _retimed(entries, shape) for part in _apart(entry))
    return Page(said, attendees, last, shape) if said else None


def _pieces(line: str) -> Iterator[str]:
    """Yield a line without Markdown and pause notes, cut where a bold name stands within it."""
    for piece in _BOLD_NAME.split(line) if "**" in line else (line,):
        plain = _MARKDOWN.sub("", piece)
        plain = _LINK.sub(r"\1", plain) if "](" in plain else plain
        plain = _PAUSE.sub("", plain) if "ause)" in plain else plain
        yield " ".join(plain.split())


def _attendees(head: Sequence[str]) -> tuple[str, ...]:
    """Return who is listed as there, on the line of the word or the one after it."""
    for number, line in enumerate(head):
        if match := _ATTENDEES.match(line):
            listed = match[1] or next((after for after in head[number + 1 : number + 3] if after), "")
            names = (name.strip().rstrip(".") for name in listed.split(","))
            return tuple(dict.fromkeys(name for name in names if 0 < len(name) <= 80 and not _NOBODY.search(name)))
    return ()


def _shape(lines: Sequence[str]) -> str:
    """Return the shape most lines fit; empty where none is convincing."""
    names: dict[str, list[str]] = {}
    for shape, pattern in _SHAPES.items():
        found = [match for line in lines if (match := pattern.match(line)) and _sound(shape, line, match)]
        names[shape] = [match.groupdict().get("name") or "" for match in found]
    fits = {shape: len(found) for shape, found in names.items() if _convincing(shape, found, len(lines))}
    if 3 * fits.get("stamped", 0) >= fits.get("stamp_only", 0):
        fits.pop("stamp_only", None)  # what fits both has a name
    most = max(fits.values(), default=0)
    return next((shape for shape, k in fits.items() if 5 * k >= 4 * most), "")


def _sound(shape: str, line: str, match: re.Match[str]) -> bool:
    return _few_words(match) and (shape != "f4" or _STAMPED_NAME.search(line) is not None)


def _convincing(shape: str, names: Sequence[str], n: int) -> bool:
    """Whether so many lines of a shape, of `n`, make a transcript.

    Headings need lines below them; names without times must recur, and be few or stand on every other line.
    """
    k, people = len(names), len(set(names))
    match shape:
        case "heading" | "time_heading":
            return k > 0 and 3 * (n - k) >= k
        case "stanza":
            return k > 0 and n >= 3 * k
        case "named":
            return people < k and (2 * people <= k or 2 * k >= n)
        case "heard":
            return k > 1 and n > k
        case _:
            return k > 0


def _read(lines: Sequence[str], shape: str) -> Iterator[Said]:
    match shape:
        case "stanza":
            yield from (_stanza(match, below) for match, below in _headed(lines, shape))
        case "stamp_only" | "heard":
            yield from _under_names(lines)
        case _:
            yield from (_entry(match, below) for match, below in _headed(lines, shape))


def _headed(lines: Sequence[str], shape: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Yield each line of the shape with the lines that go on with it; what stands before the first is no speech."""
    head: re.Match[str] | None = None
    below: list[str] = []
    for line in lines:
        match = _SHAPES[shape].match(line)
        if match is not None and _few_words(match):
            if head is not None:
                yield head, below
            head, below = match, []
        elif line and not _ONLY_TIME.match(line) and not _ENDS.match(line):
            below.append(line)
    if head is not None:
        yield head, below


def _few_words(match: re.Match[str]) -> bool:
    """Whether what stands in the place of a name is as short as names are."""
    return len((match.groupdict().get("name") or "").split()) <= _NAME_WORDS


def _entry(match: re.Match[str], below: Sequence[str] = ()) -> Said:
    found = match.groupdict()
    start, end = _seconds(found.get("start"), found.get("start_tenth")), _seconds(found.get("end"))
    stop = _seconds(found.get("stop"), found.get("stop_tenth"))
    words = " ".join(part for part in (found.get("words") or "", *below) if part)
    return Said(_known(found.get("name") or ""), words, start, stop if end is None else end, time_of_day=bool(found.get("caption")))


def _stanza(match: re.Match[str], below: Sequence[str]) -> Said:
    """Return an entry of a line of time, a line of name, and lines of words."""
    name = below[0][:80].rstrip(":") if below else ""
    return Said(_known(name), " ".join(below[1:]), _seconds(match["start"]), _seconds(match["end"]))


def _known(name: str) -> str:
    name = " ".join(name.split())
    return UNKNOWN if not name or name.lower() in _NOBODY_KNOWN else name


def _retimed(entries: Sequence[Said], shape: str) -> Iterator[Said]:
    """Yield entries with times as ours are: from the beginning, and no end where none is told.

    f4's stamps are where paragraphs end; that the next begins there is assumed. Captions count from midnight.
    """
    reached = 0.0
    zero = (entries[0].start or 0.0) if entries and entries[0].time_of_day else 0.0
    for entry in entries:
        if shape == "f4":
            yield replace(entry, start=reached if entry.start is None else entry.start, end=None)
            reached = reached if entry.end is None else entry.end
        else:
            yield replace(entry, start=None if entry.start is None else entry.start - zero) if zero else entry


def _seconds(written: str | None, tenth: str | None = None) -> float | None:
    """Return the seconds of `1:02:03`, `2:03` or, as f4 writes them, with a digit of tenths."""
    if written is None:
        return None
    total = 0.0
    for part in written.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total + int(tenth or 0) / 10


def _under_names(lines: Sequence[str]) -> Iterator[Said]:
    """Yield each line with its time, if it has one, under the name that stood on a line of its own before it."""
    speaker = UNKNOWN
    begun = False
    for line in lines:
        if heard := _SHAPES["heard"].match(line):
            speaker, begun = _known(heard["name"]), True
        elif _SHAPES["stamp_only"].match(line):
            begun = True
            matches = (_SHAPES["stamp_only"].match(piece) for piece in _SEVERAL.split(line))
            yield from (replace(_entry(match), speaker=speaker) for match in matches if match)
        elif begun and line:
            yield Said(speaker, line)


def _apart(entry: Said) -> Iterator[Said]:
    """Yield what others threw in, `//S02: …//` within somebody's words, as said by them; times are shared by `starts_only`."""
    said = _INNER.sub(" ", entry.words).strip() if "[" in entry.words else entry.words
    at = 0
    for match in _INLINE.finditer(said) if "//" in said else ():
        if before := said[at : match.start()].strip():
            yield replace(entry, words=before, end=None)
        yield Said(match["name"].strip(), match["words"].strip(), entry.start)
        at = match.end()
    if rest := said[at:].strip():
        yield replace(entry, words=rest, end=None if at else entry.end)
