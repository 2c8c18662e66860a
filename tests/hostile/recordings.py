"""Recordings nobody would want to be given, made by code: cut, mislabelled, locked, empty, too loud, too many channels."""

import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from talkbalance.speech.backend import RATE, Samples
from tests import sounds

Result = Literal["heard", "refused", "either"]
"""What has to come of a file: figures, one sentence, or one of the two."""

SECONDS = 6.0
CUTS = (1, 16, 100, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
"""Where files are cut: bytes, or a part of the whole."""

CONTAINERS: Mapping[str, tuple[str, int]] = {
    "wav": ("pcm_s16le", 16000),
    "mp3": ("libmp3lame", 44100),
    "m4a": ("aac", 44100),
    "mp4": ("aac", 48000),
    "mov": ("aac", 48000),
    "flac": ("flac", 16000),
    "mkv": ("aac", 48000),
    "webm": ("libopus", 48000),
    "ogg": ("libopus", 48000),
    "aiff": ("pcm_s16be", 16000),
    "avi": ("pcm_s16le", 16000),
    "ts": ("aac", 48000),
}
RATES = 8000, 11025, 22050, 44100, 48000, 96000, 192_000
CHORD = 0, 4, 7, 12, 7, 4
LAYOUTS = "mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"
_LOCK = {
    "encryption_scheme": "cenc-aes-ctr",
    "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
    "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A recording and what has to come of it."""

    name: str
    make: Callable[[Path], Path]
    """Writes it into a folder."""
    result: Result

    def __str__(self) -> str:
        return self.name


@cache
def talk() -> Samples:
    """Two voices, one after the other, once at once."""
    return sounds.voice(SECONDS, [(0.5, 3)], pitch=120) + sounds.voice(SECONDS, [(2.8, 5.8)], pitch=220, seed=3)


def every() -> Iterator[Case]:
    """Yield every recording except the cut ones."""
    yield from mislabelled()
    yield from shapes()
    yield from contents()


def written(path: Path, samples: NDArray[np.floating], codec: str, rate: int, options: Mapping[str, str] | None = None) -> Path:
    """Write sound of 16 kHz with any encoder, resampled to its rate."""
    channels = np.atleast_2d(np.asarray(samples, np.float32))
    layout = LAYOUTS[len(channels) - 1]
    with av.open(str(path), "w", options=dict(options or {})) as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, AudioStream)
        stream.layout = layout
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channels.T).reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
        fitting = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size or 1024)
        for block in [*fitting.resample(frame), *fitting.resample(None)]:
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return path


@cache
def whole(container: str) -> bytes:
    """Return the talk in a container."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return written(Path(folder) / f"talk.{container}", talk(), *CONTAINERS[container]).read_bytes()


def cut(content: bytes, where: float) -> bytes:
    """Return the beginning of a file: so many bytes, or such a part."""
    return content[: where if isinstance(where, int) else int(where * len(content))]


# ---------------------------------------------------------------------------------------------------- what they say they are


def mislabelled() -> Iterator[Case]:
    """Yield files that are not what they are called, and files that are no recordings at all."""
    for container, ending in (("wav", "mp3"), ("mp3", "wav"), ("mp4", "mp3"), ("flac", "m4a"), ("ogg", "wav"), ("webm", "")):
        yield Case(f"{container} called {ending or 'nothing'}", _bytes(f"call.{ending}".rstrip("."), whole(container)), "heard")
    nothing = {
        "zero bytes": b"",
        "zeros": bytes(50_000),
        "noise in bytes": np.random.default_rng(0).bytes(50_000),
        "text": b"Das ist kein Ton. " * 50,
        "page": b"<!doctype html><title>404</title><p>Not found</p>" * 20,
        "PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" * 30,
        "ZIP": b"PK\x03\x04" + bytes(2000),
        "program": b"\x7fELF\x02\x01\x01" + bytes(2000),
        "playlist of addresses": b"#EXTM3U\n#EXTINF:3,\nhttp://192.0.2.1/call.mp3\n",
        "playlist of files": b"#EXTM3U\n#EXTINF:3,\n/etc/passwd\n",
        "list to be joined": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "WAV header only": whole("wav")[:44],
        "WAV of no size": whole("wav")[:40] + bytes(4),
    }
    for name, content in nothing.items():
        yield Case(name, _bytes("call.mp3", content), "refused")
    yield Case("locked MP4 (CENC)", lambda folder: written(folder / "call.mp4", talk(), "aac", 48000, _LOCK), "refused")
    yield Case("locked M4P", _bytes("call.m4p", _locked(whole("m4a"))), "refused")
    yield Case("video without sound", _film, "refused")
    yield Case("folder", _folder, "refused")
    yield Case("link to nothing", _link, "refused")


def _bytes(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def _locked(content: bytes) -> bytes:
    """Return an MPEG-4 file as shops sell it: its sound is scrambled, and it says so."""
    start = content.index(b"mdat") + 4
    end = content.index(b"moov", start) - 4
    scrambled: bytes = np.random.default_rng(2).bytes(end - start)
    return content[:start] + scrambled + content[end:].replace(b"mp4a", b"drms")


def _film(folder: Path) -> Path:
    path = folder / "call.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return path


def _folder(folder: Path) -> Path:
    path = folder / "call.wav"
    path.mkdir()
    return path


def _link(folder: Path) -> Path:
    path = folder / "call.wav"
    path.symlink_to(folder / "gone.wav")
    return path


# ---------------------------------------------------------------------------------------------------- rates, channels, numbers


def shapes() -> Iterator[Case]:
    """Yield the same talk at every rate, in one to eight channels, and in numbers that are none."""
    for rate in RATES:
        yield Case(f"{rate} Hz", lambda folder, rate=rate: written(folder / "call.wav", talk(), "pcm_s16le", rate), "heard")  # type: ignore[misc]
    for count in range(1, len(LAYOUTS) + 1):
        alike = np.stack([talk()] * count)
        yield Case(f"{count} channels", lambda folder, them=alike: written(folder / "call.wav", them, "pcm_s16le", 16000), "heard")  # type: ignore[misc]
    yield Case("samples that are no numbers", lambda folder: _floats(folder, np.nan), "heard")
    yield Case("samples without end", lambda folder: _floats(folder, np.inf), "heard")
    yield Case("only samples that are no numbers", lambda folder: _floats(folder, np.nan, every=1), "either")
    yield Case("a header that promises a day", _promises, "heard")
    yield Case("a hundred thousand tags", _tagged, "heard")


def _floats(folder: Path, value: float, *, every: int = 100) -> Path:
    """Write 32-bit floats, some of them no usable number."""
    samples = talk().copy()
    samples[::every] = value
    path, data = folder / "call.wav", samples.tobytes()
    rate = RATE.to_bytes(4, "little")
    form = b"\x03\0\x01\0" + rate + (4 * RATE).to_bytes(4, "little") + b"\x04\0\x20\0"
    size = (36 + len(data)).to_bytes(4, "little")
    path.write_bytes(b"RIFF" + size + b"WAVEfmt \x10\0\0\0" + form + b"data" + len(data).to_bytes(4, "little") + data)
    return path


def _promises(folder: Path) -> Path:
    content = bytearray(whole("wav"))
    at = content.index(b"data") + 4
    content[at : at + 4] = (2 * RATE * 24 * 3600 % 2**32).to_bytes(4, "little")
    path = folder / "call.wav"
    path.write_bytes(content)
    return path


def _tagged(folder: Path) -> Path:
    path = folder / "call.mp3"
    path.write_bytes(b"TAG" + b"A" * 125 + whole("mp3") + b"TAG" * 100_000)
    return path


# ---------------------------------------------------------------------------------------------------- what is heard in them


def contents() -> Iterator[Case]:
    """Yield silence, noise, music, clipping, a crowd, one word, and almost nothing."""
    random = np.random.default_rng(5)
    time = np.arange(round(SECONDS * RATE)) / RATE
    notes = np.array([220 * 2 ** (step / 12) for step in CHORD])[(time % len(CHORD)).astype(int)]
    music = sum((0.1 * np.sin(2 * np.pi * notes * overtone * time) for overtone in (1, 2, 3)), 0 * time)
    found: dict[str, tuple[NDArray[np.floating], Result]] = {
        "silence": (np.zeros(round(SECONDS * RATE)), "either"),
        "almost silence": (1e-4 * talk(), "either"),
        "noise": (0.3 * random.standard_normal(round(SECONDS * RATE)), "either"),
        "one click": (np.eye(1, round(SECONDS * RATE), RATE).ravel(), "either"),
        "music": (music, "either"),
        "clipping": (np.clip(40 * talk(), -1, 1), "either"),
        "a constant": (np.full(round(SECONDS * RATE), 0.5), "either"),
        "twenty voices": (crowd(), "either"),
        "one word": (sounds.voice(1.0, [(0.3, 0.7)]), "either"),
        "a tenth of a second": (talk()[8000:9600], "either"),
        "ten samples": (talk()[8000:8010], "either"),
    }
    for name, (samples, result) in found.items():
        yield Case(name, lambda folder, samples=samples: _plain(folder / "call.wav", samples), result)  # type: ignore[misc]


def crowd() -> Samples:
    """Twenty voices, two seconds each, one after the other."""
    return np.concatenate([sounds.voice(2.0, [(0.1, 1.9)], pitch=80 + 11 * i, seed=i) for i in range(20)])


def _plain(path: Path, samples: NDArray[np.floating]) -> Path:
    """Write 16-bit samples as they are, without an encoder that would want a whole frame."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path
