"""STM: one utterance a line, `recording channel speaker start end <labels> words`, as references for recognisers are kept.

References
----------
NIST. SCTK documentation: "stm" reference file format.
"""

import re
from collections.abc import Iterator

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.records import are_numbers, chosen, field, first_records, lines_of, most, names, number, records, renamed
from talkbalance.formats.rttm import is_rttm
from talkbalance.formats.xml import broken
from talkbalance.meeting import Meeting, Source, Utterance, times_of

_FIELDS = 5
_LABEL = re.compile(r"<[^\s<>]*>(?=\s|$)")
_NOT_SCORED = "ignore_time_segment_in_scoring"
_GAPS = frozenset(("inter_segment_gap", "excluded_region"))


def _claims(file: File) -> bool:
    return is_stm(first_records(file))


def is_stm(lines: list[list[str]]) -> bool:
    """Whether most lines have a start and an end behind three other fields, and none begins as a record of RTTM."""
    return not is_rttm(lines) and most(lines, _fits)


def _fits(parts: list[str]) -> bool:
    return len(parts) >= _FIELDS and are_numbers(parts[3:5]) and float(parts[3]) <= float(parts[4])


def _read(file: File) -> Found:
    lines = list(records(file, fields=_FIELDS, last=_FIELDS))
    recording = chosen((parts[0] for _, parts in lines), file)
    own = [(line, parts) for line, parts in lines if parts[0] == recording and parts[2].lower() not in _GAPS]
    return assemble(
        _utterances(own, file),
        source=Source(file.name, "STM", "utterance", overlap_observable=True),
        speakers=list(dict.fromkeys(parts[2] for _, parts in own)),
        title=recording,
    )


def _utterances(lines: list[tuple[int, list[str]]], file: File) -> Iterator[Utterance | None]:
    for line, parts in lines:
        start, end = number(parts[3], file, line), number(parts[4], file, line)
        if end < start:
            raise broken(file, line)
        said = _LABEL.sub("", parts[5], count=1).strip() if len(parts) > _FIELDS and parts[5][0] == "<" else "".join(parts[5:])
        if said.lower() != _NOT_SCORED:
            yield span(start, end, parts[2], " ".join(said.split()))


def _write(meeting: Meeting) -> str:
    recording, called = field(meeting.title, otherwise="meeting"), names(meeting)
    lines = []
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        label = "<o,f0,unknown> " if utterance.text.startswith("<") else ""  # else what was said would be taken for a label
        said = label + " ".join(utterance.text.split())
        lines.append((recording, 1, called[utterance.speaker], f"{start:.3f}", f"{end:.3f}", said))
    return lines_of(lines)


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps")

FORMAT = Format("STM", (".stm",), _claims, _read, _write, _HOLDS, several=True, changes=renamed)
