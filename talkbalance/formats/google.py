"""Google Speech-to-Text, versions 1 and 2: results with words, and speaker tags where voices were told apart.

With tags, the last result repeats all words with their tags. With several channels, each result names its own.

References
----------
Google Cloud. Cloud Speech-to-Text reference: SpeechRecognitionResult.
"""

from collections.abc import Iterator
from itertools import groupby

from talkbalance.formats.assemble import joined, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Values, chance, channels, first, has, named, seconds, spoken
from talkbalance.meeting import Word

_TITLE = "Google Speech-to-Text"
_TAGS = ("speakerTag", "speakerLabel", "speaker_tag", "speaker_label")
_STARTS, _ENDS = ("startTime", "startOffset", "start_time", "start_offset"), ("endTime", "endOffset", "end_time", "end_offset")


def _results(value: object) -> object:
    """Return the list of results, at the top or in the answer of a long job."""
    inner = value["response"] if has(value, "response") and isinstance(value, dict) else value
    return inner["results"] if isinstance(inner, dict) and "results" in inner else None


def _claims(file: File) -> bool:
    results = _results(file.json)
    if not isinstance(results, list):
        return False
    best = (first(result["alternatives"]) for result in results if has(result, "alternatives"))
    words = (first(entry["words"]) for entry in best if isinstance(entry, dict) and "words" in entry)
    return any(isinstance(entry, dict) and any(key in entry for key in _ENDS) for entry in words)


def _read(file: File) -> Found:
    results = [result for result in _results(file.json) or () if result.get("alternatives")]  # type: ignore[attr-defined]
    language = next((found for result in results if (found := result.get("languageCode"))), None)
    tagged = [words for result in results if (words := list(_words(result))) and _tagged(result)]
    numbers = sorted({result["channelTag"] for result in results if "channelTag" in result})
    if tagged:
        return spoken(file, joined(tagged[-1]), service=_TITLE, language=language)
    if len(numbers) > 1:
        parts = groupby(sorted(results, key=lambda result: int(result["channelTag"])), key=lambda result: result["channelTag"])
        streams = [[(named(tag), heard) for result in part for _, heard in _words(result)] for tag, part in parts]
        return spoken(file, channels(streams), service=_TITLE, apart=True, language=language)
    return spoken(file, joined(pair for result in results for pair in _words(result)), service=_TITLE, language=language)


def _tagged(result: Values) -> bool:
    return any(entry.get(tag) for entry in result["alternatives"][0].get("words", ()) for tag in _TAGS)


def _words(result: Values) -> Iterator[tuple[str, Word]]:
    """Yield the words of a result; a start of zero is left out of the file."""
    for entry in result["alternatives"][0].get("words", ()):
        start = seconds(next((entry[key] for key in _STARTS if key in entry), 0))
        end = seconds(next((entry[key] for key in _ENDS if key in entry), "?"))
        tag = next((entry[key] for key in _TAGS if entry.get(key)), None)
        yield named(tag), word(start, end, entry["word"], chance(entry.get("confidence")))


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "overlaps", "words", "origin"))
