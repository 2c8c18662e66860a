"""A microphone per person: channels told apart, who spoke when, and tracks put on one time line.

- Layout: what `open_recording` makes of a file's channels.
- Who spoke when: the `channels` diarizer, scored as `benchmarks.hearing` scores: German recording with half a second on both
  sides of every boundary left out, because its labels begin early; simulated ones to the letter. Pooled by adding up seconds.
- Tracks: the two channels as two files, one of them started later; `pure` has the bleed taken out again, so that nothing is
  shared.
"""

import sys
import warnings
import wave
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from pyannote.core import Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from benchmarks.shared import data, publish, table
from benchmarks.spans import COLUMNS, Score, annotation, overlap_counts, read_rttm, share_error
from talkbalance.errors import TalkbalanceWarning
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.channels import Channels
from talkbalance.speech.layout import listen, separation
from talkbalance.speech.tracks import open_tracks

EXPECTED = {
    "german_therapy/AusschnittTherapieDJIMic2.m4a": "one_per_channel",
    "german_therapy/BeltzSchwierigeSituation_1.flac": "identical",
    "simulated/sim_de_01.stereo.flac": "one_per_channel",
    "simulated/sim_de_02.stereo.flac": "one_per_channel",
    "simulated/sim_de_01.mono.flac": "mono",
    "smoke/aws_sample1_2ch_identical.mp3": "identical",
    "smoke/google_two_channel_16k.wav": "one_per_channel",
    "smoke/stereo_diarization_1spk_per_channel.wav": "one_per_channel",
    "thorsten_de/thorsten_1386ecbb.flac": "identical",
    "thorsten_de/thorsten_eca9d4cc.flac": "identical",
}
SCORED = [name for name, layout in EXPECTED.items() if layout == "one_per_channel" and "smoke" not in name]
SIMULATED = [name for name in SCORED if name.startswith("simulated")]
LATER = 3.7
"""Seconds the second track starts later."""
BLEED = 10 ** (-18 / 20)
"""Of the simulated recordings."""


def layouts() -> Iterator[list[object]]:
    """Yield a row per file: what its channels were taken for."""
    for name, expected in EXPECTED.items():
        with open_recording(data("recordings", name)) as recording:
            apart: object = ""
            if len(recording.channels) == 2:
                apart = separation(listen(recording.channels), 0, 1)
            yield [Path(name).name, expected, recording.layout, apart]


def measure(diarizer: Channels, name: str) -> tuple[Score, list[object]]:
    """Return the score of one recording and its row."""
    path = data("recordings", name)
    reference = read_rttm(path.with_name(path.name.split(".")[0] + ".rttm"))
    with open_recording(path) as recording:
        wall, cpu = perf_counter(), process_time()
        spans = diarizer.diarize(recording.channels)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        duration = recording.duration
    true, found = annotation(reference), annotation(spans)
    metric = DiarizationErrorRate(collar=1.0 if name.startswith("german") else 0.0)
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
    return score, score.row(path.name, len(true.labels()), len(found.labels()), share)


def tracks() -> Iterator[list[object]]:
    """Yield a row per pair of files: how far off the second one was placed."""
    for name in SCORED:
        with open_recording(data("recordings", name)) as recording:
            heard = np.stack([channel.read() for channel in recording.channels])
        kinds = {"as recorded": heard}
        if name in SIMULATED:
            kinds["pure"] = ((heard - BLEED * heard[::-1]) / (1 - BLEED**2)).astype(np.float32)
        for kind, sound in kinds.items():
            with TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", TalkbalanceWarning)
                files = [Path(folder) / "first.wav", Path(folder) / "second.wav"]
                write(files[0], sound[0])
                write(files[1], sound[1][round(LATER * RATE) :])
                with open_tracks(files) as opened:
                    first, second = opened.offsets
            yield [Path(name).name, kind, LATER, second - first, "yes" if warned else "no"]


def write(path: Path, samples: Samples) -> None:
    """Write a WAV file of one channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def main() -> None:
    """Measure, and write the tables."""
    diarizer = Channels()
    total, rows = Score(), []
    for name in SCORED:
        score, row = measure(diarizer, name)
        print(*row, file=sys.stderr)
        rows.append(row)
        if name in SIMULATED:
            total += score
    publish(
        "channels",
        "# A microphone per person",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        f"Command: `python -m benchmarks.channels`. Diarizer: {diarizer.name}.",
        "## Layout\n\nDistance: dB between the level differences while one and while the other speaks.",
        table(["file", "expected", "found", "distance"], layouts()),
        "## Who spoke when",
        table(COLUMNS, [*rows, total.row("simulated, pooled", "", "", "")]),
        "## Tracks\n\nWhere nothing is shared, a warning says that a common start is assumed.",
        table(["file", "sound", "true offset (s)", "found (s)", "warned"], tracks()),
    )


if __name__ == "__main__":
    main()
