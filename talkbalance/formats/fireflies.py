"""Fireflies' JSON: sentences with names, as its API gives them, alone or in the answer to a query.

References
----------
Fireflies.ai. API documentation: schema Sentence, schema Transcript.
"""

from talkbalance.formats.assemble import span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, first, has, named, seconds, spoken
from talkbalance.meeting import Utterance

_TITLE = "Fireflies"


def _transcript(value: object) -> Values:
    """Return the object that holds the sentences, or an empty one."""
    for key in ("data", "transcript"):
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            value = value[key]
    if isinstance(value, list):
        value = {"sentences": value}
    fitting = isinstance(value, dict) and has(first(value.get("sentences")), "speaker_name", "start_time", "end_time", "text")
    return value if fitting and isinstance(value, dict) else {}


def _claims(file: File) -> bool:
    return bool(_transcript(file.json))


def _read(file: File) -> Found:
    value = _transcript(file.json)
    minutes = value.get("duration")
    return spoken(
        file,
        (_sentence(entry) for entry in value["sentences"]),
        service=_TITLE,
        times="utterance",
        duration=None if minutes is None else float(minutes) * 60,
        title=str(value.get("title") or ""),
    )


def _sentence(entry: Values) -> Utterance | None:
    who = named(entry["speaker_name"] or entry.get("speaker_id"))
    return span(seconds(entry["start_time"]), seconds(entry["end_time"]), who, " ".join(entry["text"].split()))


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "duration", "origin"))
