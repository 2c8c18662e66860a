"""Speechmatics: words and marks as items of their own (version 2), or words beside spans of speakers (version 1).

References
----------
Speechmatics. Documentation: transcript JSON v2.
"""

from itertools import groupby

from talkbalance.formats.assemble import joined, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Turns, Values, chance, channels, first, has, named, seconds, spoken
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
    words: list[tuple[str, Word]] = []
    before, tied = "", False
    for item in items:
        if not item.get("alternatives"):
            continue
        best = item["alternatives"][0]
        written, place = best["content"], item.get("attaches_to", "previous")
        if item["type"] == "punctuation":
            if place == "next":
                before += written
            elif words:
                words[-1] = _longer(words[-1], f" {written}" if place == "none" else written, words[-1][1].end)
                tied = place == "both"
            continue
        if tied:
            words[-1] = _longer(words[-1], written, float(item["end_time"]))
        else:
            label = best.get("speaker")
            who = UNKNOWN if label == _NOBODY else named(label)
            heard = word(float(item["start_time"]), float(item["end_time"]), before + written, chance(best.get("confidence")))
            words.append((channel or who, heard))
        before, tied = "", False
    return words


def _longer(pair: tuple[str, Word], more: str, end: float) -> tuple[str, Word]:
    speaker, heard = pair
    return speaker, word(heard.start, end, heard.text + more, heard.probability)


def _older(file: File, value: Values) -> Found:
    starts = ((seconds(entry["time"]), seconds(entry["duration"]), named(entry["name"])) for entry in value["speakers"])
    turns = Turns((start, start + length, name) for start, length, name in starts)
    heard: list[tuple[str, Word]] = []
    for entry in value["words"]:
        start = seconds(entry["time"])
        if entry["name"] in (".", ",", "?", "!") and heard:
            heard[-1] = _longer(heard[-1], entry["name"], heard[-1][1].end)
            continue
        said = word(start, start + seconds(entry["duration"]), entry["name"], chance(entry.get("confidence")))
        heard.append((turns.at(said), said))
    job = value["job"]
    return spoken(file, joined(heard), service=_TITLE, language=job.get("lang"), duration=float(job["duration"]))


FORMAT = Format(
    _TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps", "words", "duration", "origin")
)
