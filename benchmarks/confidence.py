"""What the confidence of an utterance says: `python -m benchmarks.confidence`.

Of the spans heard in the conversations of `python -m benchmarks.simulated`, the part of their time in which the voice they are
given to speaks, by what their confidence says. Voices are matched to people as pyannote.metrics does. How the confidence of mixed
sound is made of what the windows say was chosen on these conversations and on the recordings with truth.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyannote.core import Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from benchmarks.shared import publish, table
from benchmarks.simulated import WAYS, conversations
from benchmarks.spans import annotation

LEVELS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)


def spans(way: str) -> pd.DataFrame:
    """Return the spans heard in one way: their confidence, their seconds, and how many of those are right."""
    rows = []
    for one in conversations(way):
        true, found = annotation(one.truth), annotation(one.heard)
        matched = DiarizationErrorRate().optimal_mapping(true, found)
        for span in one.heard:
            own = true.label_timeline(matched[span.speaker]) if span.speaker in matched else Timeline()
            rows.append((span.confidence, span.end - span.start, own.crop(Segment(span.start, span.end)).duration()))
    return pd.DataFrame(rows, columns=["confidence", "seconds", "right"])


def rows(way: str) -> Iterator[tuple[object, ...]]:
    """Yield how often spans are right, by their confidence."""
    found = spans(way)
    for level, own in found.groupby(pd.cut(found["confidence"], LEVELS), observed=True):
        said = float(np.average(own["confidence"], weights=own["seconds"]))
        yield way, str(level), len(own), said, float(own["right"].sum() / own["seconds"].sum())


def main() -> None:
    """Write the table."""
    publish(
        "confidence",
        "# What confidence says",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        "Command: `python -m benchmarks.confidence`, after `python -m benchmarks.simulated`.",
        table(
            ("way of hearing", "confidence", "spans", "confidence, mean", "right, part of the time"),
            [row for way in WAYS for row in rows(way)],
        ),
    )


if __name__ == "__main__":
    main()
