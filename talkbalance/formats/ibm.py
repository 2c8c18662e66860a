"""IBM Watson Speech to Text: words with times, and labels of speakers that refer to them by their start.

References
----------
IBM Cloud. Speech to Text API reference: SpeechRecognitionResults.
"""

from collections.abc import Iterator

from talkbalance.formats.assemble import joined, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, chance, first, has, named, spoken
from talkbalance.meeting import Word

_TITLE = "IBM Watson"
_PAUSE = "%HESITATION"


def _answers(value: object) -> list[Values]:
    """Return the answers in a file: itself, or those of an asynchronous job."""
    outer = value.get("results") if isinstance(value, dict) else None
    if isinstance(outer, list) and has(first(outer), "results"):
        return outer
    return [value] if isinstance(value, dict) else []


def _claims(file: File) -> bool:
    answer = first(_answers(file.json))
    results = answer.get("results") if isinstance(answer, dict) else None
    found = [result for result in results if has(result, "alternatives")] if isinstance(results, list) else []
    return any(has(first(result["alternatives"]), "timestamps") for result in found)


def _read(file: File) -> Found:
    words = [pair for answer in _answers(file.json) for pair in _words(answer)]
    return spoken(file, joined(words), service=_TITLE)


def _words(answer: Values) -> Iterator[tuple[str, Word]]:
    whose = {label["from"]: named(label["speaker"]) for label in answer.get("speaker_labels", ())}
    for result in answer["results"]:
        best = result["alternatives"][0]
        sure = [chance(value) for _, value in best.get("word_confidence", ())]
        for number, (said, start, end) in enumerate(best["timestamps"]):
            if said != _PAUSE:
                yield whose.get(start, named(None)), word(start, end, said, sure[number] if number < len(sure) else None)


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "words", "origin"))
