"""UEM: which stretches of a recording count, `recording channel start end` a line. It goes with a transcript and is none itself.

References
----------
NIST (2009). The 2009 Rich Transcription evaluation plan, appendix A.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from talkbalance.errors import Unavailable, UnreadableFile
from talkbalance.formats.assemble import span
from talkbalance.formats.files import File, open_file
from talkbalance.formats.format import Format, Found
from talkbalance.formats.records import are_numbers, chosen, first_records, most, number, records
from talkbalance.formats.xml import broken
from talkbalance.meeting import Meeting, Utterance, times_of

_FIELDS = 4


def within(meeting: Meeting, path: str | Path) -> Meeting:
    """Return a meeting of which only the stretches in a UEM file count.

    ```
    UEM   |   #####   ####|
    Eva   |#####   ###    |   ->   |   ##      ##    |     the rest is left out: nobody speaks, no time passes
    ```

    Parameters
    ----------
    meeting
        With times.
    path
        The UEM; where it holds several recordings, the one with the meeting's title counts.

    Raises
    ------
    UnreadableFile
        Where a line makes no sense or the recording is not among those of the file.
    Unavailable
        Where the meeting has no times.
    """
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    regions = _regions(open_file(Path(path)), meeting.title)
    length = max(end for _, end in regions)
    edges = [(0.0, 0.0), *regions, (length, length)]
    left_out = [(before, after) for (_, before), (after, _) in pairwise(edges) if before < after]
    utterances = [part for utterance in meeting.utterances for part in _inside(utterance, regions)]
    source = replace(meeting.source, duration_given=True)
    return replace(meeting, utterances=tuple(utterances), duration=length, left_out=tuple(left_out), source=source)


def _regions(file: File, title: str) -> list[tuple[float, float]]:
    """Return the stretches of one recording in order, those that touch made one."""
    lines = list(records(file, fields=_FIELDS))
    names = [parts[0] for _, parts in lines]
    recording = chosen(names, replace(file, recording=title if title in names else ""))
    found: list[tuple[float, float]] = []
    own = [(number(parts[2], file, line), number(parts[3], file, line), line) for line, parts in lines if parts[0] == recording]
    for start, end, line in sorted(own):
        if not 0 <= start < end:
            raise broken(file, line)
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _inside(utterance: Utterance, regions: Sequence[tuple[float, float]]) -> list[Utterance]:
    """Return the parts of an utterance that count; words go with the part they lie in, else what was said with the longest."""
    start, end = times_of(utterance)
    parts = [part for low, high in regions if (part := span(max(start, low), min(end, high), utterance.speaker)) is not None]
    if parts == [span(start, end, utterance.speaker)]:
        return [utterance]
    if not utterance.words:
        longest = max(parts, key=lambda part: times_of(part)[1] - times_of(part)[0], default=None)
        return [replace(part, text=utterance.text if part is longest else "", confidence=utterance.confidence) for part in parts]
    cut = []
    for part in parts:
        low, high = times_of(part)
        words = tuple(word for word in utterance.words if low <= (word.start + word.end) / 2 < high)
        cut.append(replace(part, text=" ".join(word.text for word in words), words=words, confidence=utterance.confidence))
    return cut


def _claims(file: File) -> bool:
    return most(first_records(file), lambda parts: len(parts) == _FIELDS and are_numbers(parts[2:]))


def _read(file: File) -> Found:
    raise UnreadableFile("annotations.regions_alone", file=file.name)


FORMAT = Format("UEM", (".uem",), _claims, _read, None, ("duration",))
