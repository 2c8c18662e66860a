"""Fathom's JSON, as its API and webhooks give it: names, texts, and the moment each begins.

References
----------
Fathom. API reference: webhook payload of a new meeting.
"""

from datetime import datetime

from talkbalance.formats.assemble import starts_only
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, first, has, named, seconds, spoken

_TITLE = "Fathom"


def _claims(file: File) -> bool:
    value = file.json
    return isinstance(value, dict) and has(first(value.get("transcript")), "speaker", "text", "timestamp")


def _read(file: File) -> Found:
    value = file.json
    length = _length(value)
    said = [(seconds(entry["timestamp"]), _who(entry), " ".join(entry["text"].split())) for entry in value["transcript"]]
    language = value.get("transcript_language")
    return spoken(
        file,
        starts_only(said, last=length),
        service=_TITLE,
        times="start",
        language=None if language == "unknown" else language,
        duration=length,
        title=str(value.get("meeting_title") or value.get("title") or ""),
    )


def _who(entry: Values) -> str:
    speaker = entry["speaker"]
    return named(speaker["display_name"] if isinstance(speaker, dict) else speaker)


def _length(value: Values) -> float | None:
    """Return how long the recording is, where both its ends are told and make sense."""
    start, end = value.get("recording_start_time"), value.get("recording_end_time")
    if not (isinstance(start, str) and isinstance(end, str)):
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "duration", "origin"))
