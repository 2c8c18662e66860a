"""Where somebody speaks, cut into windows a transcriber can take in at once.

Whisper hears at most 30 seconds, invents words where nobody speaks and may go astray over the seam of two windows. So
we look for speech first, cut in its silences, and give each engine windows it can answer one by one. Memory stays flat:
a long recording is read in blocks, and what a block's end cuts into is left to the next block.

```
speech   |  ####  ## ###    ####### ###          ##  ####    |
windows  | [~~~~~~~~~~~~~~~~~~~~~~~~~~~]        [~~~~~~~~]   |
```
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from talkbalance.speech.backend import RATE, Samples, Sound

LONGEST = 20.0
"""Seconds of the longest window. Whisper hears 30, but the longer a window with two voices is, the more of its words it leaves out
(benchmarks/results/hearing.md)."""

BLOCK = 300.0
"""Seconds that are read and searched at a time."""

PAUSE = 0.2
"""Seconds of silence that end a stretch of speech."""

MARGIN = 0.3
"""Seconds of sound around speech that a window keeps: soft beginnings and ends lie there."""

Stretch = tuple[float, float]
"""Start and end of speech without a pause, seconds."""


@dataclass(frozen=True)
class Window:
    """A piece of a sound with speech in it: `samples` from `start` on, and where in the sound the `speech` lies."""

    start: float
    end: float
    samples: Samples
    speech: tuple[Stretch, ...]


def windows(sound: Sound, *, longest: float = LONGEST, block: float = BLOCK) -> Iterator[Window]:
    """Yield the windows of a sound in order of time; they never overlap, and nothing is spoken outside them.

    Parameters
    ----------
    longest
        Seconds of the longest window. Speech without any pause in it is cut there.
    block
        Seconds read at a time; at least twice `longest`.
    """
    at = 0.0
    while at < sound.duration:
        until = min(at + block, sound.duration)
        samples = sound.read(at, until)
        groups = _grouped([(at + a, at + b) for a, b in speech(samples, longest=longest)], longest)
        edges = _edges(groups, at, until)
        after = until
        if until < sound.duration and edges and edges[-1][1] > until - longest and edges[-1][0] > at:
            after = edges.pop()[0]  # perhaps not over yet: the next block begins with it
        for group, (start, end) in zip(groups, edges, strict=False):
            yield Window(start, end, samples[round((start - at) * RATE) : round((end - at) * RATE)], tuple(group))
        at = after


def speech(samples: Samples, *, longest: float = LONGEST) -> list[Stretch]:
    """Return where somebody speaks, in seconds from the first sample (Silero VAD as faster-whisper brings it).

    No stretch is longer than `longest`, margins included.
    """
    if not len(samples) or not np.any(samples):
        return []
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(max_speech_duration_s=longest - 2 * MARGIN, min_silence_duration_ms=int(1000 * PAUSE), speech_pad_ms=0)
    found = get_speech_timestamps(samples, options)
    return [(span["start"] / RATE, min(span["end"], len(samples)) / RATE) for span in found]


def _grouped(stretches: list[Stretch], longest: float) -> list[list[Stretch]]:
    """Put stretches together for as long as they fit a window with its margins."""
    groups: list[list[Stretch]] = []
    for stretch in stretches:
        if groups and stretch[1] - groups[-1][0][0] <= longest - 2 * MARGIN:
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return groups


def _edges(groups: list[list[Stretch]], at: float, until: float) -> list[Stretch]:
    """Return each group's window: a margin on both sides, and a silence too short for two margins is shared."""
    middles = [at, *((one[-1][1] + other[0][0]) / 2 for one, other in pairwise(groups)), until]
    return [
        (max(group[0][0] - MARGIN, left), min(group[-1][1] + MARGIN, right))
        for group, (left, right) in zip(groups, pairwise(middles), strict=False)
    ]
