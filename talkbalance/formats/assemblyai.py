"""AssemblyAI: words in milliseconds, utterances where speakers were told apart or channels heard one by one.

References
----------
AssemblyAI. API reference: get transcript.
"""

from talkbalance.formats.assemble import joined, span, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, chance, first, has, named, spoken
from talkbalance.meeting import Utterance, Word

_TITLE = "AssemblyAI"


def _claims(file: File) -> bool:
    value = file.json
    return has(value, "words", "text", "audio_duration") and (
        not value["words"] or has(first(value["words"]), "text", "start", "end")
    )


def _read(file: File) -> Found:
    value = file.json
    apart = bool(value.get("dual_channel")) or (value.get("multichannel") is True)
    spans = (
        (_utterance(entry) for entry in value["utterances"])
        if value.get("utterances")
        else joined((_who(entry), _word(entry)) for entry in value["words"])
    )
    length = value["audio_duration"]
    return spoken(
        file,
        spans,
        service=_TITLE,
        apart=apart,
        language=value.get("language_code"),
        duration=None if length is None else float(length),
    )


def _who(entry: Values) -> str:
    return named(entry.get("speaker") or entry.get("channel"))


def _word(entry: Values) -> Word:
    return word(entry["start"] / 1000, entry["end"] / 1000, entry["text"], chance(entry.get("confidence")))


def _utterance(entry: Values) -> Utterance | None:
    words = [_word(said) for said in entry.get("words", ())]
    return span(entry["start"] / 1000, entry["end"] / 1000, _who(entry), entry["text"], words)


FORMAT = Format(
    _TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps", "words", "duration", "origin")
)
