"""Spans against human labels: diarization error and its parts, overlap, and the share of each speaker.

- Diarization error (pyannote.metrics) has its seconds added up over recordings, its rates never averaged.
- Overlap: of the time two or more speak in one of the two, the part that lies within .25 s of such time in the other.
- Share error: the largest difference of any speaker's share, in points, with speakers matched as well as possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyannote.core import Annotation, Segment

from talkbalance.speech.backend import Span

TOLERANCE = 0.25
TICK = 0.01
COLUMNS = [
    *("recording", "speakers true", "found", "DER", "miss", "false alarm", "confusion"),
    *("overlap P", "overlap R", "overlap F1", "share error", "time / duration", "CPU / duration"),
]


@dataclass(frozen=True)
class Score:
    """Counts of one recording, or of several: they add up."""

    seconds: float = 0.0
    miss: float = 0.0
    false_alarm: float = 0.0
    confusion: float = 0.0
    overlap: tuple[int, int, int, int] = (0, 0, 0, 0)
    wall: float = 0.0
    cpu: float = 0.0
    duration: float = 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.seconds + other.seconds,
            self.miss + other.miss,
            self.false_alarm + other.false_alarm,
            self.confusion + other.confusion,
            tuple(np.add(self.overlap, other.overlap).tolist()),
            self.wall + other.wall,
            self.cpu + other.cpu,
            self.duration + other.duration,
        )

    def row(self, name: str, true: object, found: object, share: object) -> list[object]:
        """Return the row of the table."""
        parts = [part / self.seconds for part in (self.miss, self.false_alarm, self.confusion)]
        right_found, all_found, right_true, all_true = self.overlap
        precision, recall = right_found / max(all_found, 1), right_true / max(all_true, 1)
        overlap: list[object] = ["", "", ""]
        if all_true:
            overlap = [precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)]
        times = [self.wall / self.duration, self.cpu / self.duration]
        return [name, true, found, sum(parts), *parts, *overlap, share, *times]


def read_rttm(path: Path) -> tuple[Span, ...]:
    """Return the spans of an RTTM file; their confidence, if it is there, is in the ninth column."""
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("SPEAKER")]
    return tuple(
        Span(float(row[3]), float(row[3]) + float(row[4]), row[7], None if row[8] == "<NA>" else float(row[8])) for row in rows
    )


def write_rttm(path: Path, spans: tuple[Span, ...]) -> None:
    """Write spans with their confidence in the ninth column."""
    lines = [f"SPEAKER x 1 {s.start:.3f} {s.end - s.start:.3f} <NA> <NA> {s.speaker} {s.confidence} <NA>" for s in spans]
    path.write_text("\n".join(lines).replace(" None ", " <NA> ") + "\n", encoding="utf-8")


def annotation(spans: Sequence[Span]) -> Annotation:
    """Return the spans as pyannote.metrics takes them; where labels of one speaker overlap, that is still one voice."""
    found = Annotation()
    for rank, span in enumerate(spans):
        found[Segment(span.start, span.end), rank] = span.speaker
    return found.support()


def two_at_once(spans: Sequence[Span], duration: float) -> NDArray[np.bool_]:
    """Return, for every hundredth of a second, whether two or more people speak."""
    moments = (np.arange(round(duration / TICK)) + 0.5) * TICK
    count = np.zeros(len(moments), int)
    for speaker in {span.speaker for span in spans}:
        own = [(moments >= span.start) & (moments < span.end) for span in spans if span.speaker == speaker]
        count += np.any(own, axis=0)
    return count > 1


def overlap_counts(reference: Sequence[Span], hypothesis: Sequence[Span], duration: float) -> tuple[int, int, int, int]:
    """Return overlap found and near to true, found, true and near to found, true."""
    true, found = two_at_once(reference, duration), two_at_once(hypothesis, duration)
    reach = np.ones(2 * round(TOLERANCE / TICK) + 1)
    near_true, near_found = (np.convolve(row, reach, "same") > 0 for row in (true, found))
    return int((found & near_true).sum()), int(found.sum()), int((true & near_found).sum()), int(true.sum())


def share_error(reference: Annotation, hypothesis: Annotation, matched: dict[str, str]) -> float:
    """Return the largest difference of a share, in points; a speaker without a match has a share of 0 in the other."""
    true, found = dict(reference.chart(percent=True)), dict(hypothesis.chart(percent=True))
    pairs = [(true[name], found.get(voice, 0.0)) for voice, name in matched.items()]
    pairs += [(share, 0.0) for name, share in true.items() if name not in matched.values()]
    pairs += [(0.0, share) for voice, share in found.items() if voice not in matched]
    return float(100 * max(abs(one - other) for one, other in pairs))
