"""SubRip: numbered cues; names, where there are any, stand before a colon."""

import re
from collections.abc import Iterator

from talkbalance.errors import UnreadableFile
from talkbalance.formats.cues import TIME, Cue, meeting_of, seconds
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.plain import names
from talkbalance.formats.webvtt import NOTHING, stamp
from talkbalance.meeting import Meeting, times_of

_CUE = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(?:\s|$)")


def _claims(file: File) -> bool:
    first = [line for line in file.text[:1000].removeprefix("\ufeff").split("\n") if line.strip()][:2]
    numbered = bool(first) and first[0].strip().isdecimal()
    if any(_CUE.match(line) for line in first[: 2 if numbered else 1]):
        return True
    return numbered and file.name.lower().endswith(".srt")  # a broken one is still a subtitle file


def _read(file: File) -> Found:
    return meeting_of(_cues(file), file=file, title="SubRip", heard_by="SubRip")


def _cues(file: File) -> Iterator[Cue]:
    """Yield the cues; a blank line inside one belongs to it, a number without a time line is a broken cue."""
    lines = file.lines
    at = 0
    while at < len(lines):
        if not lines[at].strip() or (at == 0 and lines[0] == "\ufeff"):
            at += 1
            continue
        if lines[at].strip().removeprefix("\ufeff").isdecimal():
            at += 1
        match = _CUE.match(lines[at].removeprefix("\ufeff")) if at < len(lines) else None
        if match is None:
            line = min(at, len(lines) - 1)
            raise UnreadableFile("formats.broken_line", file=file.name, line=line + 1, content=lines[line].strip()[:80])
        groups = match.groups()
        first = at + 1
        at = _end(lines, first)
        yield Cue(seconds(groups[:3]), seconds(groups[3:]), "\n".join(lines[first:at]))


def _end(lines: list[str], at: int) -> int:
    """Return where a cue's text ends: at a blank line before a number or a time line, or at the end of the file."""
    while at < len(lines):
        if not lines[at].strip():
            following = next((line.strip() for line in lines[at : at + 20] if line.strip()), "")
            if not following or following.isdecimal() or "-->" in following:
                return at
        elif "-->" in lines[at]:
            return at - 1 if lines[at - 1].strip().isdecimal() else at
        at += 1
    return at


def _write(meeting: Meeting) -> str:
    called = names(meeting)
    cues = []
    for number, utterance in enumerate(meeting.utterances, 1):
        start, end = times_of(utterance)
        words = " ".join(utterance.text.split()).replace("<", "‹").replace(">", "›") or NOTHING
        cues.append(f"{number}\n{stamp(start, ',')} --> {stamp(end, ',')}\n{called[utterance.speaker]}: {words}\n")
    return "\n".join(cues)


FORMAT = Format("SubRip", (".srt",), _claims, _read, _write, holds=("speakers", "text", "starts", "ends", "overlaps"))
