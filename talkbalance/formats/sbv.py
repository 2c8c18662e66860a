"""SubViewer as YouTube and Google Meet write it: a line of two times, the text, a blank line."""

import re
from collections.abc import Iterator

from talkbalance.errors import UnreadableFile
from talkbalance.formats.cues import Cue, meeting_of, seconds
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found

_TIME = r"(\d+):(\d+):(\d+\.\d+)"
_CUE = re.compile(rf"^{_TIME},{_TIME}\s*$")


def _claims(file: File) -> bool:
    return bool(_CUE.match(file.text[:200].lstrip("\ufeff \n").split("\n", 1)[0]))


def _read(file: File) -> Found:
    return meeting_of(_cues(file), file=file, title="SubViewer", heard_by="SubViewer")


def _cues(file: File) -> Iterator[Cue]:
    at = 0
    lines = [line.strip().removeprefix("\ufeff") for line in file.lines]
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        match = _CUE.match(lines[at])
        if match is None:
            raise UnreadableFile("formats.broken_line", file=file.name, line=at + 1, content=lines[at][:80])
        at += 1
        first = at
        while at < len(lines) and lines[at]:
            at += 1
        groups = match.groups()
        yield Cue(seconds(groups[:3]), seconds(groups[3:]), "\n".join(lines[first:at]))


FORMAT = Format("SubViewer", (".sbv",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps"))
