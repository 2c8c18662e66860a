"""WebVTT as meeting tools write it: Zoom, Teams, Google, Whisper, podcasts.

Speakers and times are what we read a file for, so both are taken as they are found in the wild: hours may be missing,
numbers unpadded, cues out of order. Zoom puts everybody in a row; Teams lets cues overlap.

References
----------
W3C (2019). WebVTT: The Web Video Text Tracks Format.
"""

import html
import re
from collections.abc import Iterator

from talkbalance.errors import UnreadableFile
from talkbalance.formats.cues import TIME, Cue, meeting_of, seconds
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.languages import short
from talkbalance.meeting import Meeting, times_of

_CUE = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(?:\s|$)")
_LANGUAGE = re.compile(r"^Language:\s*([A-Za-z-]{2,20})\s*$", re.MULTILINE)
_BY_HAND = "Made: by hand"
_ZOOM = re.compile(r"^WEBVTT\s*\n\n1\n[\d:.]+ --> [\d:.]+\n[^\n<>]")
_TEAMS = re.compile(r"^[0-9a-f-]{36}/\d+-\d+$", re.MULTILINE)
_TITLE = re.compile(r"WEBVTT[ \t]+(?:-\s+)?([^\n]{1,200})")


def _claims(file: File) -> bool:
    head = file.text[:3000].lstrip("\ufeff \n")
    return head.startswith("WEBVTT") and NOSCRIBE not in head


def _read(file: File) -> Found:
    head = file.text[:3000].lstrip("\ufeff \n")
    header = head.split("\n\n", 1)[0]
    language, titled = _LANGUAGE.search(header), _TITLE.match(header)
    tool = "Zoom" if _ZOOM.match(head) else "Teams" if _TEAMS.search(head) else ""
    return meeting_of(
        _cues(file),
        file=file,
        title=f"WebVTT ({tool})" if tool else "WebVTT",
        heard_by="" if _BY_HAND in header else tool or "WebVTT",
        language=short(language[1]) if language else None,
        titled=titled[1].strip() if titled else "",
    )


def _cues(file: File) -> Iterator[Cue]:
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
        at += 1
        first = at
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            at += 1
        groups = match.groups()
        yield Cue(seconds(groups[:3]), seconds(groups[3:]), "\n".join(lines[first:at]))


def _write(meeting: Meeting) -> str:
    header = f"WEBVTT {' '.join(meeting.title.replace('-->', '→').split())}".rstrip()
    header += f"\nLanguage: {meeting.language}" if meeting.language else ""
    header += "" if meeting.source.models else f"\n{_BY_HAND}"
    cues = []
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        speaker, words = (html.escape(" ".join(part.split()), quote=False) for part in (utterance.speaker, utterance.text))
        speaker = speaker.replace("--", "-&#45;")  # before the bracket it would be the arrow of a time
        cues.append(f"{stamp(start)} --> {stamp(end)}\n<v {speaker}>{words or NOTHING}</v>\n")
    return "\n\n".join([header, *cues]).replace("\n\n\n", "\n\n")


NOSCRIBE = "Transcribed with noScribe"
"""Its WebVTT is a format of its own: the time of a cue is that of its last part only."""

NOTHING = "…"
"""What stands for speech without words, where a format needs some."""


def stamp(moment: float, point: str = ".") -> str:
    """Write a time as subtitles do.

    >>> stamp(3723.004), stamp(61.5, ",")
    ('01:02:03.004', '00:01:01,500')
    """
    ms = round(moment * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


FORMAT = Format("WebVTT", (".vtt",), _claims, _read, _write, holds=("speakers", "text", "starts", "ends", "overlaps", "origin"))
