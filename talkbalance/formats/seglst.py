"""SegLST: a JSON list of segments with speaker, words, and times, as CHiME and MeetEval exchange them.

References
----------
von Neumann, T., et al. (2023). MeetEval: a toolkit for computation of word error rates for meeting transcription systems.
"""

import json
from collections.abc import Iterator
from typing import Any

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.records import chosen, number
from talkbalance.meeting import UNKNOWN, Meeting, Source, Utterance, times_of


def _claims(file: File) -> bool:
    if not (file.looks_like_json and '"session_id"' in file.text):
        return False
    value = file.json
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "session_id" in value[0]


def _read(file: File) -> Found:
    entries = list(_entries(file))
    recording = chosen((str(entry["session_id"]) for _, entry in entries), file)
    own = [(line, entry) for line, entry in entries if str(entry["session_id"]) == recording]
    timed = any(entry.get("start_time") is not None for _, entry in own)
    return assemble(
        _utterances(own, file, timed=timed),
        source=Source(file.name, "SegLST", "utterance" if timed else "none", overlap_observable=True),
        speakers=list(dict.fromkeys(_speaker(entry) for _, entry in own)),
        title=recording,
    )


def _entries(file: File) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the segments with the lines on which they begin."""
    decoder, content = json.JSONDecoder(), file.text
    at, line, counted = content.index("[") + 1, 1, 0
    while True:
        at = _next(content, at)
        if content.startswith("]", at):
            return
        line, counted = line + content.count("\n", counted, at), at
        entry, at = decoder.raw_decode(content, at)
        if not isinstance(entry, dict) or "session_id" not in entry:
            raise UnreadableFile("formats.broken_line", file=file.name, line=line, content=str(entry)[:80])
        yield line, entry


def _next(content: str, at: int) -> int:
    """Return where the next value begins; the list is known to be whole."""
    while content[at] in " \t\n,":
        at += 1
    return at


def _utterances(entries: list[tuple[int, dict[str, Any]]], file: File, *, timed: bool) -> Iterator[Utterance | None]:
    for line, entry in entries:
        said = entry.get("words") or ""
        words = " ".join((" ".join(map(str, said)) if isinstance(said, list) else str(said)).split())
        if not timed:
            yield Utterance(None, None, _speaker(entry), words)
            continue
        start, end = (number(str(entry.get(key)), file, line) for key in ("start_time", "end_time"))
        yield span(start, end, _speaker(entry), words)


def _speaker(entry: dict[str, Any]) -> str:
    return " ".join(str(entry.get("speaker") or "").split()) or UNKNOWN


def _write(meeting: Meeting) -> str:
    segments = []
    for utterance in meeting.utterances:
        segment: dict[str, object] = {
            "session_id": meeting.title or "meeting",
            "speaker": utterance.speaker,
            "words": utterance.text,
        }
        if meeting.timed:
            segment["start_time"], segment["end_time"] = times_of(utterance)
        segments.append(json.dumps(segment, ensure_ascii=False))
    return "[\n  " + ",\n  ".join(segments) + "\n]\n"


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps")

FORMAT = Format("SegLST", (".seglst.json",), _claims, _read, _write, _HOLDS, timeless=True, several=True)
