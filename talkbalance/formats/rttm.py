"""RTTM: who spoke when, no words. What any diarizer writes, so that it can stand in for ours.

References
----------
NIST (2009). The 2009 Rich Transcription evaluation plan, appendix A.
"""

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.records import chosen, field, first_records, lines_of, names, number, records, renamed
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
    return is_rttm(first_records(file, limit=1))


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
    """Only spans: a list of silent people (SPKR-INFO) is allowed, but not every program that reads RTTM knows it."""
    recording, called = field(meeting.title, otherwise="meeting"), names(meeting)
    lines = []
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        times = f"{start:.3f}", f"{end - start:.3f}"
        lines.append(("SPEAKER", recording, 1, *times, "<NA>", "<NA>", called[utterance.speaker], "<NA>", "<NA>"))
    return lines_of(lines)


_HOLDS: tuple[Trait, ...] = ("speakers", "starts", "ends", "overlaps")

FORMAT = Format("RTTM", (".rttm",), _claims, _read, _write, _HOLDS, several=True, changes=renamed)
