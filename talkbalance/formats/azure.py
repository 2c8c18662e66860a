"""Azure AI Speech: batch results (`recognizedPhrases`), fast transcription (`phrases`), and lists of real-time results.

Times are in ticks of 100 nanoseconds. Each channel is heard by itself.

References
----------
Microsoft. Azure AI Speech: get batch transcription results; fast transcription; detailed recognition results.
"""

from talkbalance.formats.assemble import span, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, chance, first, has, named, spoken
from talkbalance.meeting import Utterance

_TITLE = "Azure Speech"
_TICK = 1e-7


def _claims(file: File) -> bool:
    value = file.json
    fast = has(value, "combinedPhrases", "phrases")
    return fast or has(value, "recognizedPhrases") or has(first(value), "RecognitionStatus", "Offset", "Duration")


def _read(file: File) -> Found:
    value = file.json
    if isinstance(value, list):
        good = [
            entry for entry in value if entry["RecognitionStatus"] == "Success" and (entry.get("NBest") or "DisplayText" in entry)
        ]
        return spoken(file, (_real_time(entry) for entry in good), service=_TITLE, times="utterance")
    if "phrases" in value:
        phrases, length = value["phrases"], value.get("durationMilliseconds")
        spans = [_fast(entry) for entry in phrases]
        length = None if length is None else length / 1000
    else:
        phrases, length = value["recognizedPhrases"], value.get("durationInTicks", value.get("durationTicks"))
        spans = [_phrase(entry) for entry in phrases if entry.get("recognitionStatus", "Success") == "Success"]
        length = None if length is None else length * _TICK
    apart = len({entry.get("channel", 0) for entry in phrases}) > 1
    language = next((entry["locale"] for entry in phrases if entry.get("locale")), None)
    return spoken(file, spans, service=_TITLE, apart=apart, language=language, duration=length)


def _who(entry: Values) -> str:
    """Return the speaker; where voices were not told apart, the channel."""
    if "speaker" in entry:
        return named(entry["speaker"])
    return named(entry["channel"]) if "channel" in entry else named(None)


def _phrase(entry: Values) -> Utterance | None:
    best = entry["nBest"][0]
    words = [
        word(
            item["offsetInTicks"] * _TICK,
            (item["offsetInTicks"] + item["durationInTicks"]) * _TICK,
            item["word"],
            chance(item.get("confidence")),
        )
        for item in best.get("displayWords") or best.get("words") or ()
        if "word" in item
    ]
    start = entry["offsetInTicks"] * _TICK
    return span(start, start + entry["durationInTicks"] * _TICK, _who(entry), best["display"], words)


def _fast(entry: Values) -> Utterance | None:
    words = [
        word(item["offsetMilliseconds"] / 1000, (item["offsetMilliseconds"] + item["durationMilliseconds"]) / 1000, item["text"])
        for item in entry.get("words", ())
    ]
    start = entry["offsetMilliseconds"] / 1000
    return span(start, start + entry["durationMilliseconds"] / 1000, _who(entry), entry["text"], words)


def _real_time(entry: Values) -> Utterance | None:
    said = entry["NBest"][0]["Display"] if entry.get("NBest") else entry["DisplayText"]
    start = entry["Offset"] * _TICK
    return span(start, start + entry["Duration"] * _TICK, named(entry.get("SpeakerId")), said)


FORMAT = Format(
    _TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps", "words", "duration", "origin")
)
