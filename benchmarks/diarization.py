"""Who spoke when: the `overlap` diarizer against human labels.

Speakers found, diarization error and its parts, overlap, and the share of each speaker, per recording and pooled over
recordings of a kind. Pooled means: seconds are added up, never rates averaged.

- Diarization error: German recordings with half a second on both sides of every boundary left out, because their labels
  begin early; all others to the letter. Overlap is always scored.
- Overlap: of the time two or more speak in one of the two, the part that lies within .25 s of such time in the other.
- Share error: the largest difference of any speaker's share, in points, with speakers matched as well as possible. It counts
  for recordings of a minute and more.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from benchmarks.shared import data, publish, table
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import Span
from talkbalance.speech.overlap import Overlap

KINDS = {
    "AMI": ["ami/*.flac"],
    "German": ["german_therapy/*.flac"],
    "simulated": ["simulated/*.mono.flac"],
    "phone, short": ["pyannote_sample/*.flac", "picovoice/leopard_3spk.flac"],
}
COLLAR = {"German": 1.0}
TOLERANCE = 0.25
LONG = 60.0
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


def read_rttm(path: Path) -> list[Span]:
    """Return the spans of an RTTM file."""
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("SPEAKER")]
    return [Span(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows]


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


def measure(diarizer: Overlap, path: Path, kind: str) -> tuple[Score, int, int, float]:
    """Return the score of one recording, speakers true and found, and its share error."""
    reference = read_rttm(path.with_name(path.name.split(".")[0] + ".rttm"))
    with open_recording(path) as recording:
        sound = recording.mix
        wall, cpu = perf_counter(), process_time()
        spans = diarizer.diarize(sound)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        duration = sound.duration
    true, found = annotation(reference), annotation(spans)
    metric = DiarizationErrorRate(collar=COLLAR.get(kind, 0.0))
    parts = metric(true, found, uem=Segment(0, duration), detailed=True)
    score = Score(
        parts["total"],
        parts["missed detection"],
        parts["false alarm"],
        parts["confusion"],
        overlap_counts(reference, spans, duration),
        wall,
        cpu,
        duration,
    )
    share = share_error(true, found, metric.optimal_mapping(true, found))
    return score, len(true.labels()), len(found.labels()), share


def main() -> None:
    """Measure every recording that has human labels, and write the table."""
    diarizer = Overlap()
    rows: list[list[object]] = []
    pooled: list[list[object]] = []
    long: list[float] = []
    for kind, patterns in KINDS.items():
        total, right, count, worst = Score(), 0, 0, 0.0
        for path in [path for pattern in patterns for path in sorted(data("recordings").glob(pattern))]:
            score, true, found, share = measure(diarizer, path, kind)
            rows.append(score.row(path.name.split(".")[0], true, found, share))
            print(*rows[-1], file=sys.stderr)
            total, right, count, worst = total + score, right + (true == found), count + 1, max(worst, share)
            if score.duration >= LONG:
                long.append(share)
        pooled.append(total.row(kind, f"{count} recordings", f"{right} right", worst))
    publish(
        "diarization",
        "# Who spoke when",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        f"Command: `python -m benchmarks.diarization`. Diarizer: {diarizer.name}; the number of speakers is not given.",
        table(COLUMNS, rows),
        "Pooled; the share error is the largest of the kind.",
        table(["kind", "recordings", "number of speakers", *COLUMNS[3:]], pooled),
        f"Share error, recordings of a minute and more ({len(long)}): median {np.median(long):.1f}, worst {max(long):.1f} points.",
    )


if __name__ == "__main__":
    main()
