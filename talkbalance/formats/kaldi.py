"""The BBC's Kaldi service: words with their punctuation, and spans of voices beside them."""

from talkbalance.formats.assemble import joined, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Turns, Values, chance, first, has, named, spoken
from talkbalance.meeting import Word

_TITLE = "BBC Kaldi"


def _inner(value: object) -> object:
    return value["retval"] if isinstance(value, dict) and "retval" in value else value


def _claims(file: File) -> bool:
    value = _inner(file.json)
    return isinstance(value, dict) and has(first(value.get("words")), "punct", "start", "end")


def _read(file: File) -> Found:
    value: Values = _inner(file.json)  # type: ignore[assignment]
    voices = value.get("segmentation") or {}
    segments = [(float(entry["start"]), float(entry["duration"]), _who(entry)) for entry in voices.get("segments", ())]
    turns = Turns((start, start + length, name) for start, length, name in segments)
    return spoken(file, joined((turns.at(said), said) for said in map(_word, value["words"])), service=_TITLE)


def _who(segment: Values) -> str:
    return named(segment["speaker"]["@id"])


def _word(entry: Values) -> Word:
    return word(float(entry["start"]), float(entry["end"]), entry["punct"], chance(entry.get("confidence")))


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "words", "origin"))
