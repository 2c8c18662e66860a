"""Read.ai's JSON, as its webhook sends it when a meeting ends: blocks of a speaker's words.

Times are moments of the day, in milliseconds or seconds since 1970, or clock times from the start; the first block, or the
meeting's own start, is where ours begin.

References
----------
Read. Help: getting started with webhooks.
"""

from talkbalance.formats.assemble import span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, first, has, named, seconds, spoken

_TITLE = "Read.ai"
_MILLISECONDS = 1e11
"""From here on a moment since 1970 is in milliseconds: in seconds it would lie beyond the year 5000."""

_SINCE_1970 = 1e8


def _claims(file: File) -> bool:
    value = file.json
    inner = value.get("transcript") if isinstance(value, dict) else None
    return isinstance(inner, dict) and has(first(inner.get("speaker_blocks")), "speaker", "words", "start_time")


def _read(file: File) -> Found:
    value = file.json
    blocks = value["transcript"]["speaker_blocks"]
    first_start = min(_moment(block["start_time"]) for block in blocks)
    zero = first_start if first_start > _SINCE_1970 else 0.0
    spans = (
        span(_moment(block["start_time"]) - zero, _moment(block["end_time"]) - zero, _who(block), " ".join(block["words"].split()))
        for block in blocks
    )
    people = [named(entry["name"]) for entry in value["transcript"].get("speakers", ())]
    return spoken(file, spans, service=_TITLE, times="utterance", speakers=people, title=str(value.get("title") or ""))


def _moment(written: object) -> float:
    moment = seconds(written)
    return moment / 1000 if moment > _MILLISECONDS else moment


def _who(block: Values) -> str:
    return named(block["speaker"]["name"])


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "silent", "origin"))
