"""Deepgram: channels with words, and utterances where they were asked for.

References
----------
Deepgram. Documentation: pre-recorded audio, response.
"""

from talkbalance.formats.assemble import span, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, chance, channels, has, named, spoken
from talkbalance.meeting import Utterance, Word

_TITLE = "Deepgram"


def _claims(file: File) -> bool:
    value = file.json
    return has(value, "results") and has(value["results"], "channels") and isinstance(value["results"]["channels"], list)


def _read(file: File) -> Found:
    results = file.json["results"]
    heard = results["channels"]
    apart = len(heard) > 1
    about = file.json.get("metadata") or {}
    spans = (
        (_utterance(entry, apart) for entry in results["utterances"])
        if results.get("utterances")
        else channels(_words(channel, number if apart else None) for number, channel in enumerate(heard))
    )
    return spoken(
        file,
        spans,
        service=_TITLE,
        apart=apart,
        language=heard[0].get("detected_language"),
        duration=None if about.get("duration") is None else float(about["duration"]),
    )


def _word(entry: Values) -> Word:
    said = entry.get("punctuated_word") or entry["word"]
    return word(float(entry["start"]), float(entry["end"]), said, chance(entry.get("confidence")))


def _utterance(entry: Values, apart: bool) -> Utterance | None:
    label = entry.get("channel") if apart else entry.get("speaker")
    words = [_word(said) for said in entry.get("words", ())]
    return span(float(entry["start"]), float(entry["end"]), named(label), entry["transcript"], words)


def _words(channel: Values, number: int | None) -> list[tuple[str, Word]]:
    entries = channel["alternatives"][0].get("words", ())
    return [(named(entry.get("speaker") if number is None else number), _word(entry)) for entry in entries]


FORMAT = Format(
    _TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps", "words", "duration", "origin")
)
