"""What a meeting tells beside its utterances, for formats that have a place for other programs' notes.

Annotation programs keep such notes when they save. So a file that was corrected there still knows who sits on which side, how
long the meeting took, and how it was heard: what a machine heard, or a tool put in a row, does not become handwork by passing
through a file. Names of recordings, clients and consent stay out: annotated files are passed on.
"""

import json
from dataclasses import replace

from talkbalance.formats.format import Found, overlapping
from talkbalance.formats.native import from_document, to_document
from talkbalance.meeting import Details, Meeting, Speaker

MARK = "talkbalance"
"""Name of the note."""


def header(meeting: Meeting) -> str:
    """Return the note of a meeting, as one line of JSON."""
    bare = replace(meeting, utterances=(), recording=None, details=Details())
    return json.dumps(to_document(bare), ensure_ascii=False, allow_nan=False)


def restored(found: Found, note: str) -> Found:
    """Return what was read with what its note adds; a note that makes no sense adds nothing.

    People and utterances are those of the file, as whoever corrected it left them; who lets two speak at once there has heard it.
    """
    try:
        noted = from_document(json.loads(note))
    except Exception:  # a file may come from anybody, and its utterances stand without the note
        return found
    read = found.meeting
    side = {speaker.name: speaker.side for speaker in noted.speakers}
    corrected = read.timed and overlapping(read.utterances)
    meeting = replace(
        read,
        speakers=tuple(Speaker(speaker.name, side.get(speaker.name, speaker.side)) for speaker in read.speakers),
        duration=max(noted.length, read.length) if read.timed else None,
        title=noted.title or read.title,
        language=noted.language or read.language,
        source=replace(
            noted.source,
            file=read.source.file,
            times=read.source.times,
            overlap_observable=corrected or (read.overlap_observable and noted.overlap_observable),
            duration_given=noted.source.duration_given or read.source.duration_given,
        ),
    )
    return Found(meeting, found.notes)
