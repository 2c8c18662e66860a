"""WebVTT as meeting tools write it: speakers by `<v Name>` or by `Name:` at the start of a cue.

Speakers and times are what we read a file for, so both are taken as they are found in the wild: hours may be missing,
numbers unpadded, cues out of order. Zoom puts everybody in a row; Teams lets cues overlap. Whether overlaps could have
survived is seen from the file: they could where at least one pair of cues of different speakers overlaps.

References
----------
W3C (2019). WebVTT: The Web Video Text Tracks Format.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, Source, Speaker, Utterance, milliseconds, tidy, times_of

_TIME = r"(?:(\d+):)?(?:(\d+):)?(\d+(?:[.,]\d+)?)"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[^>]*>")
_PREFIX = re.compile(r"^\s*(?:>>\s*)?([^:<>.!?,;]{1,60}):\s+(?=\S)")
_NAME_WORDS = 5

LABELLED_THROUGHOUT = 0.8
"""From this share of labelled cues on, a cue without a name is somebody unknown; below it, the last speaker goes on."""

LABELLED_AT_ALL = 0.2
"""Below this share of cues with `Name:` the colons are taken as part of what was said, unless a name recurs."""


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    line: int
    payload: str


def _claims(file: File) -> bool:
    return file.text.lstrip("\ufeff \n").startswith("WEBVTT")


def _read(file: File) -> Found:
    cues = list(_cues(file))
    if not cues:
        raise UnreadableFile("formats.no_speech", file=file.name)
    spoken = [part for cue, names in zip(cues, _speakers(cues), strict=True) for part in _parts(cue, names)]
    tidied = tidy(spoken)
    names = dict.fromkeys(u.speaker for u in tidied.utterances)
    meeting = Meeting(
        speakers=tuple(Speaker(name) for name in names),
        utterances=tidied.utterances,
        duration=max((times_of(u)[1] for u in tidied.utterances), default=0.0),
        source=Source(file.name, "WebVTT", "utterance", _overlaps(tidied.utterances), duration_given=False),
        language=_language(file.text),
    )
    changed = tidied.clipped or tidied.dropped
    notes = (text("formats.tidied", clipped=tidied.clipped, dropped=tidied.dropped),) if changed else ()
    return Found(meeting, notes)


def _cues(file: File) -> Iterator[_Cue]:
    """Yield the cues; a block without a time line is a comment, a style, or the header."""
    lines = file.lines
    at = 0
    while at < len(lines):
        if "-->" not in lines[at]:
            at += 1
            continue
        match = _CUE.match(lines[at])
        if match is None:
            raise UnreadableFile("formats.broken_line", file=file.name, line=at + 1, content=lines[at].strip()[:80])
        first = at
        at += 1
        payload = []
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            payload.append(lines[at])
            at += 1
        groups = match.groups()
        yield _Cue(_seconds(groups[:3]), _seconds(groups[3:]), first + 1, "\n".join(payload))


def _seconds(groups: tuple[str | None, ...]) -> float:
    """Two numbers are minutes and seconds, three have hours before them, one is seconds."""
    first, second, last = groups
    value = float((last or "0").replace(",", "."))
    if second is not None:
        return int(first or 0) * 3600 + int(second) * 60 + value
    return int(first or 0) * 60 + value


def _speakers(cues: list[_Cue]) -> Iterator[list[tuple[str, str]]]:
    """Yield for each cue its parts as (speaker, text)."""
    marked = [_marked(cue.payload) for cue in cues]
    labelled = sum(bool(parts and parts[0][0]) for parts in marked) / len(cues)
    if labelled == 0:
        prefixes = _prefixes(cues)
        marked = [_prefixed(cue.payload, prefixes) for cue in cues]
        labelled = sum(bool(parts and parts[0][0]) for parts in marked) / len(cues)
    last = UNKNOWN
    for parts in marked:
        named = []
        for name, words in parts:
            last = name or (last if labelled < LABELLED_THROUGHOUT else UNKNOWN)
            named.append((last, words))
        yield named


def _marked(payload: str) -> list[tuple[str, str]]:
    """Cut a cue at its voice tags; what stands before the first has no speaker."""
    pieces = _VOICE.split(payload)
    parts = [("", _plain(pieces[0]))]
    parts += [(_plain(name), _plain(words)) for name, words in zip(pieces[1::2], pieces[2::2], strict=True)]
    return [part for part in parts if part[1]]


def _prefixes(cues: list[_Cue]) -> set[str]:
    """Return what stands before a colon and is a name: it recurs, or nearly every cue has one."""
    found = Counter(name for cue in cues if (name := _prefix(cue.payload)[0]))
    if sum(found.values()) >= LABELLED_THROUGHOUT * len(cues):
        return set(found)
    recurring = {name for name, count in found.items() if count > 1}
    return recurring if sum(found[name] for name in recurring) >= LABELLED_AT_ALL * len(cues) else set()


def _prefix(payload: str) -> tuple[str, str]:
    words = _plain(payload)
    match = _PREFIX.match(words)
    if match is None or len(match[1].split()) > _NAME_WORDS or not match[1].strip()[0].isalnum():
        return "", words
    return match[1].strip(), words[match.end() :]


def _prefixed(payload: str, prefixes: set[str]) -> list[tuple[str, str]]:
    name, rest = _prefix(payload)
    words = rest if name in prefixes else _plain(payload)
    return [(name if name in prefixes else "", words)] if words else []


def _plain(payload: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", payload)).split())


def _parts(cue: _Cue, parts: list[tuple[str, str]]) -> list[Utterance | None]:
    """Give each part of a cue its share of the time, by length; most cues have one."""
    letters = [len(words) for _, words in parts]
    cuts = [cue.start + (cue.end - cue.start) * sum(letters[:i]) / max(1, sum(letters)) for i in range(len(parts) + 1)]
    return [
        Utterance(start, end, name, words) if milliseconds(start) < milliseconds(end) else None
        for (start, end), (name, words) in zip(pairwise(cuts), parts, strict=True)
    ]


def _overlaps(utterances: tuple[Utterance, ...]) -> bool:
    """Whether any two utterances of different speakers overlap; within one speaker `tidy` has seen to it."""
    reached = 0.0
    for utterance in utterances:
        start, end = times_of(utterance)
        if start < reached:
            return True
        reached = max(reached, end)
    return False


def _language(content: str) -> str | None:
    header = content.split("\n\n", 1)[0]
    match = re.search(r"^Language:\s*([A-Za-z-]+)", header, re.MULTILINE)
    return match[1].lower() if match else None


def _write(meeting: Meeting) -> str:
    header = "WEBVTT" + (f"\nLanguage: {meeting.language}" if meeting.language else "")
    cues = []
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        speaker = html.escape(utterance.speaker, quote=False)
        words = html.escape(utterance.text, quote=False) or "…"
        cues.append(f"{_stamp(start)} --> {_stamp(end)}\n<v {speaker}>{words}</v>\n")
    return "\n\n".join([header, *cues]).replace("\n\n\n", "\n\n")


def _stamp(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


FORMAT = Format("WebVTT", (".vtt",), _claims, _read, _write, holds=("speakers", "text", "starts", "ends", "overlaps"))
