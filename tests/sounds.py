"""Small sounds for tests: voices made of nothing, microphones that hear them, and files that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from talkbalance.speech.backend import RATE, Samples

Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Clip:
    """A sound in memory."""

    samples: Samples

    @property
    def duration(self) -> float:
        return len(self.samples) / RATE

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        return self.samples[round(start * RATE) : None if end is None else round(end * RATE)].copy()


def voice(seconds: float, spans: Spans, *, pitch: float = 120.0, seed: int = 0) -> Samples:
    """Something that goes up and down like a voice: syllables of a humming pitch and of hiss, only inside the spans."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE

    def wander(per_second: float, low: float, high: float) -> NDArray[np.float64]:
        points = random.uniform(low, high, round(seconds * per_second) + 2)
        return np.interp(time, np.arange(len(points)) / per_second, points)

    turn = np.cumsum(wander(2, 0.85, 1.15) * pitch) / RATE
    hum = sum((np.sin(2 * np.pi * k * turn) / k for k in range(1, 30)), np.zeros(len(time)))
    syllables = wander(1, 0.5, 1.0) * wander(10, 0.1, 1.0)
    inside = np.zeros(len(time))
    for start, end in spans:
        inside[round(start * RATE) : round(end * RATE)] = 1
    sound = 0.1 * (hum + 0.5 * random.standard_normal(len(time))) * syllables * inside
    return sound.astype(np.float32)


def hiss(count: int, *, level: float = 1e-3, seed: int = 1) -> Samples:
    """Background noise."""
    return (level * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


def microphones(voices: Sequence[Samples], gains: Sequence[Sequence[float]], *, noise: float = 1e-3) -> Samples:
    """(channels, n): each channel hears each voice with its gain, and hiss of its own."""
    heard = np.asarray(gains, np.float32) @ np.stack(voices)
    return np.stack([channel + hiss(len(channel), level=noise, seed=9 + i) for i, channel in enumerate(heard)])


def write(path: Path, samples: NDArray[np.floating], *, rate: int = RATE, codec: str = "pcm_s16le") -> Path:
    """Write (n,) or (channels, n) samples at `rate` with any encoder; the name says which container."""
    channels = np.atleast_2d(np.asarray(samples, np.float32))
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(channels)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, AudioStream)
        stream.layout = layout
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channels.T).reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size or 1024)
        for block in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return path
