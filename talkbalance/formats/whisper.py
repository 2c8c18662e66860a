"""Whisper's JSON in its dialects: openai-whisper, faster-whisper, whisper-timestamped, WhisperX, aTrain, whisper.cpp, transformers.

All put what was said in a row, and so does a speaker given to each segment afterwards: overlaps have not survived. Where words
have speakers of their own (WhisperX), they decide, not the segment.

References
----------
Bain, M. and others (2023). WhisperX: time-accurate speech transcription of long-form audio. Interspeech.
"""

from collections.abc import Iterator

from talkbalance.formats.assemble import joined, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Growing, Values, chance, first, has, named, spoken
from talkbalance.meeting import Utterance, Word

_TITLE = "Whisper"


def _claims(file: File) -> bool:
    value = file.json
    if isinstance(value, list):  # faster-whisper has no file of its own: people dump its list of segments
        return has(first(value), "start", "end", "text") and not has(first(value), "speaker_name")
    if not isinstance(value, dict):
        return False
    segments = has(first(value.get("segments")), "start", "end", "text")
    chunks = has(first(value.get("chunks")), "timestamp", "text")
    return segments or chunks or has(first(value.get("transcription")), "offsets", "text")


def _read(file: File) -> Found:
    value = file.json
    about = value if isinstance(value, dict) else {}
    segments = list(_segments(value))
    if any(_mixed(segment) for segment in segments):
        spans: Iterator[Utterance | None] = joined(pair for segment in segments for pair in _words(segment))
    else:
        spans = (_utterance(segment) for segment in segments)
    language = about.get("language") or (about.get("result") or {}).get("language")
    worded = any(segment.get("words") for segment in segments)
    length = about.get("duration")
    return spoken(
        file,
        spans,
        service=_TITLE,
        times="word" if worded else "utterance",
        language=language,
        duration=None if length is None else float(length),
    )


def _segments(value: Values | list[Values]) -> Iterator[Values]:
    """Yield segments as openai-whisper writes them, whichever dialect they come in."""
    if isinstance(value, list):
        yield from value
    elif "segments" in value:
        yield from value["segments"]
    elif "transcription" in value:
        for entry in value["transcription"]:
            start, end = entry["offsets"]["from"] / 1000, entry["offsets"]["to"] / 1000
            yield {"start": start, "end": end, "text": entry["text"], "speaker": entry.get("speaker")}
    else:
        for entry in value.get("speakers") or value["chunks"]:
            start, end = entry["timestamp"]
            yield {"start": start, "end": start if end is None else end, "text": entry["text"], "speaker": entry.get("speaker")}


def _mixed(segment: Values) -> bool:
    """Whether its words belong to several, or to somebody else than the segment."""
    whose = {said["speaker"] for said in segment.get("words") or () if said.get("speaker")}
    return bool(whose - {segment.get("speaker")})


def _words(segment: Values) -> list[tuple[str, Word]]:
    """Return the words with times; one without (a number WhisperX could not align) goes with the word before it."""
    words: list[Growing] = []
    for said in segment.get("words") or ():
        written = str(said.get("word") or said.get("text") or "").strip()
        if said.get("start") is not None and said.get("end") is not None:
            sure = said.get("probability", said.get("confidence", said.get("score")))
            who = named(said.get("speaker") or segment.get("speaker"))
            words.append(Growing(who, float(said["start"]), float(said["end"]), [written], chance(sure)))
        elif words:
            words[-1].parts.append(f" {written}")
    return [growing.pair for growing in words]


def _utterance(segment: Values) -> Utterance | None:
    said = " ".join(str(segment["text"]).split())
    return span(
        float(segment["start"]), float(segment["end"]), named(segment.get("speaker")), said, [heard for _, heard in _words(segment)]
    )


FORMAT = Format(_TITLE, (".json",), _claims, _read, holds=("speakers", "text", "starts", "ends", "words", "duration", "origin"))
