"""The native file, `.meeting.json`: lossless, versioned, times in integer milliseconds."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.meeting import Check, Details, Meeting, Prosody, Source, Speaker, Utterance, Word

VERSION = 2
_MARK = "talkbalance"
_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: lambda document: {**document, "left_out": []}}
"""By version, what makes the next one of a document: 2 knows stretches that are left out, and checked events."""


def to_document(meeting: Meeting) -> dict[str, Any]:
    """Return a meeting as plain JSON values."""
    source, details = meeting.source, meeting.details
    return {
        _MARK: VERSION,
        "title": meeting.title,
        "language": meeting.language,
        "duration": _ms(meeting.duration),
        "speakers": [{"name": speaker.name, "side": speaker.side} for speaker in meeting.speakers],
        "utterances": [_utterance(utterance) for utterance in meeting.utterances],
        "source": {
            "file": source.file,
            "format": source.format,
            "times": source.times,
            "overlap_observable": source.overlap_observable,
            "duration_given": source.duration_given,
            "models": list(source.models),
            "options": dict(source.options),
            "versions": dict(source.versions),
        },
        "recording": None if meeting.recording is None else str(meeting.recording),
        "details": {
            **{field.name: getattr(details, field.name) for field in fields(Details)},
            "date": _iso(details.date),
            "retain_until": _iso(details.retain_until),
        },
        "left_out": [[_ms(start), _ms(end)] for start, end in meeting.left_out],
    }


def _utterance(utterance: Utterance) -> dict[str, Any]:
    """Only what is there: most utterances have no prosody, many no words."""
    document: dict[str, Any] = {
        "start": _ms(utterance.start),
        "end": _ms(utterance.end),
        "speaker": utterance.speaker,
        "text": utterance.text,
    }
    if utterance.confidence is not None:
        document["confidence"] = utterance.confidence
    if utterance.words:
        document["words"] = [[_ms(w.start), _ms(w.end), w.text, w.probability] for w in utterance.words]
    if utterance.checks:
        document["checks"] = [[c.measure, c.holds, c.by, _ms(c.start)] for c in utterance.checks]
    if utterance.prosody:
        document["prosody"] = [[_ms(p.start), _ms(p.end), p.slope, p.level, p.energy] for p in utterance.prosody]
    return document


def from_document(document: dict[str, Any]) -> Meeting:
    """Return the meeting of plain JSON values, as `to_document` made them, in this version or an earlier one."""
    for version in range(document[_MARK], VERSION):
        document = _MIGRATIONS[version](document)
    source, details = dict(document["source"]), dict(document["details"])
    recording = document["recording"]
    return Meeting(
        speakers=tuple(Speaker(entry["name"], entry["side"]) for entry in document["speakers"]),
        utterances=tuple(_from_utterance(entry) for entry in document["utterances"]),
        duration=_seconds(document["duration"]),
        title=document["title"],
        language=document["language"],
        source=Source(
            **{
                **source,
                "models": tuple(source["models"]),
                "options": tuple(source["options"].items()),
                "versions": tuple(source["versions"].items()),
            }
        ),
        recording=None if recording is None else Path(recording),
        details=Details(**{**details, "date": _date(details["date"]), "retain_until": _date(details["retain_until"])}),
        left_out=tuple((start / 1000, end / 1000) for start, end in document["left_out"]),
    )


def _from_utterance(entry: dict[str, Any]) -> Utterance:
    return Utterance(
        _seconds(entry["start"]),
        _seconds(entry["end"]),
        entry["speaker"],
        entry["text"],
        tuple(Word(a / 1000, b / 1000, text, probability) for a, b, text, probability in entry.get("words", ())),
        entry.get("confidence"),
        tuple(Prosody(a / 1000, b / 1000, *rest) for a, b, *rest in entry.get("prosody", ())),
        tuple(Check(measure, holds, by, _seconds(ms)) for measure, holds, by, ms in entry.get("checks", ())),
    )


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


def _claims(file: File) -> bool:
    return isinstance(file.json, dict) and _MARK in file.json


def _read(file: File) -> Found:
    document = file.json
    version = document.get(_MARK)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise UnreadableFile("formats.newer", file=file.name, version=version, known=VERSION)
    return Found(from_document(document))


def _write(meeting: Meeting) -> str:
    """One utterance a line: files stay readable and differences between two of them small."""
    document = to_document(meeting)
    utterances = document.pop("utterances")
    lines = ",\n  ".join(json.dumps(entry, ensure_ascii=False, allow_nan=False) for entry in utterances)
    body = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).removesuffix("\n}")
    return f'{body},\n "utterances": [\n  {lines}\n ]\n}}\n'


FORMAT = Format("talkbalance", (".meeting.json",), _claims, _read, _write, timeless=True)
