"""RTTM: who spoke when, no words. What any diarizer writes, so that it can stand in for ours.

References
----------
NIST (2009). The 2009 Rich Transcription evaluation plan, appendix A.
"""

import re
from math import isfinite

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, milliseconds, tidy, times_of

_FIELDS = 8
_LINE = re.compile(r"^(SPEAKER|SPKR-INFO|LEXEME|NON-LEX|SU|FILLER|IP|EDIT|CB|A/P|NON-SPEECH|NOSCORE|NO_RT_METADATA)\s")


def _claims(file: File) -> bool:
    lines = (line for line in file.lines if line.strip() and not line.startswith(";"))
    return bool(_LINE.match(next(lines, "")))


def _read(file: File) -> Found:
    spans: list[Utterance | None] = []
    names: dict[str, None] = {}
    recordings: set[str] = set()
    for number, line in enumerate(file.lines, 1):
        parts = line.split()
        if not parts or parts[0] != "SPEAKER":
            continue
        if len(parts) < _FIELDS:
            raise UnreadableFile("formats.broken_line", file=file.name, line=number, content=line[:80])
        try:
            start, duration = float(parts[3]), float(parts[4])
        except ValueError:
            raise UnreadableFile("formats.broken_line", file=file.name, line=number, content=line[:80]) from None
        recordings.add(parts[1])
        names[parts[7]] = None
        spans.append(_span(start, duration, parts[7]))
    if not spans:
        raise UnreadableFile("formats.no_speech", file=file.name)
    if len(recordings) > 1:
        raise UnreadableFile("formats.several", file=file.name, names=", ".join(sorted(recordings)[:5]), n=len(recordings))
    tidied = tidy(spans)
    meeting = Meeting(
        speakers=tuple(Speaker(name) for name in names),
        utterances=tidied.utterances,
        duration=max((times_of(u)[1] for u in tidied.utterances), default=0.0),
        title=recordings.pop(),
        source=Source(file.name, "RTTM", "utterance", overlap_observable=True, duration_given=False),
    )
    changed = tidied.clipped or tidied.dropped
    notes = (text("formats.tidied", clipped=tidied.clipped, dropped=tidied.dropped),) if changed else ()
    return Found(meeting, notes)


def _span(start: float, duration: float, name: str) -> Utterance | None:
    """None where there is no span: real files hold negative and zero durations."""
    sound = isfinite(start) and isfinite(duration) and start >= 0
    empty = not sound or milliseconds(start + duration) <= milliseconds(start)
    return None if empty else Utterance(start, start + duration, name)


def _write(meeting: Meeting) -> str:
    name = re.sub(r"\s+", "_", meeting.title or "meeting")
    lines = []
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        speaker = re.sub(r"\s+", "_", utterance.speaker)
        lines.append(f"SPEAKER {name} 1 {start:.3f} {end - start:.3f} <NA> <NA> {speaker} <NA> <NA>\n")
    return "".join(lines)


FORMAT = Format("RTTM", (".rttm",), _claims, _read, _write, holds=("speakers", "starts", "ends", "overlaps"))
