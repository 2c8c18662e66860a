"""Speechmatics: words and marks as items of their own (version 2), or words beside spans of speakers (version 1).

References
----------
Speechmatics. Documentation: transcript JSON v2.
"""

from itertools import groupby

from talkbalance.formats.assemble import joined
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Growing, Turns, Values, chance, channels, first, has, named, seconds, spoken
from talkbalance.meeting import UNKNOWN, Word

_TITLE = "Speechmatics"
_NOBODY = "UU"


def _claims(file: File) -> bool:
    value = file.json
    if not isinstance(value, dict):
        return False
    newer = has(first(value.get("results")), "type", "start_time", "alternatives")
    return newer or (has(value, "speakers", "words", "job") and has(first(value["words"]), "time", "duration"))


def _read(file: File) -> Found:
    value = file.json
    if "results" not in value:
        return _older(file, value)
    results = value["results"]
    config = (value.get("metadata") or {}).get("transcription_config") or {}
    length = (value.get("job") or {}).get("duration")
    streams = [
        _words(list(part), named(channel) if channel else None)
        for channel, part in groupby(sorted(results, key=_channel), key=_channel)
    ]
    return spoken(
        file,
        channels(streams),
        service=_TITLE,
        apart=len(streams) > 1,
        language=config.get("language"),
        duration=None if length is None else float(length),
    )


def _channel(item: Values) -> str:
    return str(item.get("channel", ""))


def _words(items: list[Values], channel: str | None) -> list[tuple[str, Word]]:
    """Return the words with the marks that belong to them: before, behind, or between two that are one."""
    words: list[Growing] = []
    before: list[str] = []
    tied = False
    for item in items:
        if not item.get("alternatives"):
            continue
        best = item["alternatives"][0]
        written, place = best["content"], item.get("attaches_to", "previous")
        if item["type"] == "punctuation" and place == "next":
            before.append(written)
            continue
        if item["type"] == "punctuation":
            if words:
                words[-1].parts.append(f" {written}" if place == "none" else written)
                tied = place == "both"
            continue
        if tied:
            words[-1].parts.append(written)
            words[-1].end = float(item["end_time"])
        else:
            who = channel or (UNKNOWN if best.get("speaker") == _NOBODY else named(best.get("speaker")))
            start, end = float(item["start_time"]), float(item["end_time"])
            words.append(Growing(who, start, end, [*before, written], chance(best.get("confidence"))))
        before, tied = [], False
    return [growing.pair for growing in words]


def _older(file: File, value: Values) -> Found:
    starts = ((seconds(entry["time"]), seconds(entry["duration"]), named(entry["name"])) for entry in value["speakers"])
    turns = Turns((start, start + length, name) for start, length, name in starts)
    words: list[Growing] = []
    for entry in value["words"]:
        start = seconds(entry["time"])
        if entry["name"] in (".", ",", "?", "!") and words:
            words[-1].parts.append(entry["name"])
        else:
            words.append(Growing("", start, start + seconds(entry["duration"]), [entry["name"]], chance(entry.get("confidence"))))
    heard = (growing.pair[1] for growing in words)
    job = value["job"]
    return spoken(
        file,
        joined((turns.at(said), said) for said in heard),
        service=_TITLE,
        language=job.get("lang"),
        duration=float(job["duration"]),
    )


FORMAT = Format(
    _TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps", "words", "duration", "origin")
)
