"""RTTM: who spoke when, no words. What any diarizer writes, so that it can stand in for ours.

References
----------
NIST (2009). The 2009 Rich Transcription evaluation plan, appendix A.
"""

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.records import chosen, field, first_records, lines_of, names, number, records
from talkbalance.formats.xml import broken
from talkbalance.meeting import Meeting, Source, Utterance, times_of

_KINDS = frozenset(
    (
        "SPEAKER",
        "SPKR-INFO",
        "LEXEME",
        "NON-LEX",
        "SU",
        "FILLER",
        "IP",
        "EDIT",
        "CB",
        "A/P",
        "NON-SPEECH",
        "NOSCORE",
        "NO_RT_METADATA",
    )
)
_FIELDS = 8


def _claims(file: File) -> bool:
    return is_rttm(first_records(file, most=1))


def is_rttm(lines: list[list[str]]) -> bool:
    """Whether a file's lines begin with a kind of record."""
    return bool(lines) and lines[0][0] in _KINDS


def _read(file: File) -> Found:
    lines = [(line, parts) for line, parts in records(file, fields=1) if parts[0] in ("SPEAKER", "SPKR-INFO")]
    if short := next((line for line, parts in lines if len(parts) < _FIELDS), None):
        raise broken(file, short)
    recording = chosen((parts[1] for _, parts in lines if parts[0] == "SPEAKER"), file)
    own = [(line, parts) for line, parts in lines if parts[1] == recording]
    return assemble(
        (_span(parts, file, line) for line, parts in own if parts[0] == "SPEAKER"),
        source=Source(file.name, "RTTM", "utterance", overlap_observable=True),
        speakers=list(dict.fromkeys(parts[7] for _, parts in own)),
        title=recording,
    )


def _span(parts: list[str], file: File, line: int) -> Utterance | None:
    start = number(parts[3], file, line)
    return span(start, start + number(parts[4], file, line), parts[7])


def _write(meeting: Meeting) -> str:
    recording, called = field(meeting.title, otherwise="meeting"), names(meeting)
    silent = [name for name in called if all(utterance.speaker != name for utterance in meeting.utterances)]
    info = [("SPKR-INFO", recording, 1, *["<NA>"] * 3, "unknown", called[name], "<NA>", "<NA>") for name in silent]
    spans = [
        ("SPEAKER", recording, 1, f"{start:.3f}", f"{end - start:.3f}", "<NA>", "<NA>", called[speaker], "<NA>", "<NA>")
        for speaker, (start, end) in ((u.speaker, times_of(u)) for u in meeting.utterances)
    ]
    return lines_of([*info, *spans])


_HOLDS: tuple[Trait, ...] = ("speakers", "starts", "ends", "overlaps", "silent")

FORMAT = Format("RTTM", (".rttm",), _claims, _read, _write, _HOLDS, several=True)
