"""Any recording in, sound at 16 kHz out: decoded in blocks, kept on disk, read in pieces.

A four-hour meeting is half a gigabyte per channel even at 16 kHz. It is therefore decoded once into scratch files that have
no name (nobody else can open them, and they vanish with the process, whatever happens to it), and read from there piece by
piece.

Time is the player's: zero is where the file starts to play, and where sound is missing inside the file, because it is
damaged or was never recorded, there is silence of that length. The duration is that of the decoded sound; what a file says
about its own length is used only to notice that a part is missing.
"""

import errno
import hashlib
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import numpy as np

from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.i18n import text
from talkbalance.meeting import clock
from talkbalance.speech.backend import RATE, Progress, Samples, Sound, silent
from talkbalance.speech.layout import Layout, inspect
from talkbalance.speech.weights import cache_folder

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

GAP = 0.1
"""Seconds by which a frame may come late before silence is put in its place: above the jitter of any container."""

HOLE = 0.5
"""Seconds of missing sound worth a warning; shorter ones are filled without a word."""

SHORTFALL = 0.25
"""Seconds by which decoded sound may fall short of what the file promises: encoders round to their own frames."""

PATIENCE = 200
"""Failures in a row after which a file is given up: a damaged stretch is long, but not endless."""

FULL_SCALE = 32768

_LARGEST_INDEX = 64 * 2**20
_LARGEST_PAGE = 65_307
"""Bytes of a page of Ogg."""


class Channel:
    """One channel in its scratch file: 16-bit samples, mapped only while they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._samples = file.seek(0, 2) // 2

    @property
    def duration(self) -> float:
        """Seconds."""
        return self._samples / RATE

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return (n,) float32 samples in [-1, 1] of `[start, end)` seconds, up to the end if None."""
        first = min(max(round(start * RATE), 0), self._samples)
        last = self._samples if end is None else min(max(round(end * RATE), first), self._samples)
        if first == last:
            return np.zeros(0, np.float32)
        mapped = np.memmap(self._file, np.int16, "r", offset=2 * first, shape=(last - first,))
        return mapped.astype(np.float32) / np.float32(FULL_SCALE)


@dataclass(frozen=True)
class Mix:
    """Several channels heard as one: their mean."""

    channels: tuple[Sound, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.channels[0].duration

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return (n,) float32 samples in [-1, 1] of `[start, end)` seconds, up to the end if None."""
        total = self.channels[0].read(start, end)
        for channel in self.channels[1:]:
            total += channel.read(start, end)
        return total / np.float32(len(self.channels))


@dataclass(frozen=True)
class Recording:
    """A decoded recording; closing it, or leaving its `with` block, removes the decoded sound.

    Parameters
    ----------
    path
        The file.
    sha256
        Hash of the file's bytes, hexadecimal: the same content has the same one under any name.
    channels
        The channels that hold sound of their own: silent ones and copies are left out, unless all are silent.
    layout
        How the channels relate: "mono", "identical" (copies of one), "one_per_channel" (a person each, with or without
        the others bleeding in) or "room" (every microphone hears everybody).
    damaged
        Stretches `(start, end)` in seconds that hold no sound because the file is damaged or has a hole there; where the
        length of what is missing is not known, `start == end`.
    """

    path: Path
    sha256: str
    channels: tuple[Sound, ...]
    layout: Layout
    damaged: tuple[tuple[float, float], ...] = ()
    _scratch: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    @property
    def duration(self) -> float:
        """Seconds of decoded sound."""
        return self.channels[0].duration

    @cached_property
    def mix(self) -> Sound:
        """All voices as one sound: the mean of the channels, or the only one."""
        return self.channels[0] if len(self.channels) == 1 else Mix(self.channels)

    def close(self) -> None:
        """Remove the decoded sound; reading it afterwards is an error."""
        self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_recording(path: Path | str, *, progress: Progress = silent) -> Recording:
    """Decode a recording to 16 kHz, channel by channel, ready to be read in pieces.

    Parameters
    ----------
    path
        Any sound or video file ffmpeg can read.
    progress
        Called with the seconds that are decoded; how many there will be is not known before the end.

    Returns
    -------
    Recording
        A context manager: the decoded sound is gone when it is closed.

    Raises
    ------
    UnusableSound
        Where the file is missing, empty, no recording, without sound, or too damaged to decode at all.

    Warns
    -----
    TalkbalanceWarning
        Where only a part can be decoded: it says from when to when.
    """
    path = Path(path)
    _check_file(path)
    with ExitStack() as scratch:
        decoded = _Decoder(path, scratch, progress)
        decoded.run()
        layout, kept = inspect([Channel(file) for file in decoded.files])
        digest = _sha256(path)
        damaged = _merge(decoded.damaged)
        _warn(path, damaged, decoded.position, decoded.promised)
        return Recording(path, digest, kept, layout, damaged, scratch.pop_all())


def check(path: Path | str) -> None:
    """Raise where a file can be no recording, as `open_recording` does, before anything that takes long is loaded."""
    path = Path(path)
    _check_file(path)
    with _opened(path):
        pass


@contextmanager
def _opened(path: Path) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Yield a file and its sound, not yet decoded."""
    import av
    from av.audio.stream import AudioStream

    try:
        # A playlist may name addresses; nothing here may reach for the network.
        container = av.open(str(path.absolute()), options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, ValueError):
        raise UnusableSound("sound.no_index" if _lacks_index(path) else "sound.not_audio", file=path.name) from None
    with container:
        stream = container.streams.best("audio")
        if not isinstance(stream, AudioStream):
            raise UnusableSound("sound.no_track", file=path.name)
        if _is_locked(path):
            raise UnusableSound("sound.locked", file=path.name)
        yield container, stream


def _check_file(path: Path) -> None:
    """Raise where there is nothing that could be decoded, with the reason a person would give."""
    if path.is_dir():
        raise UnusableSound("sound.folder", file=path.name)
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise UnusableSound("sound.empty", file=path.name)
    except FileNotFoundError:
        raise UnusableSound("sound.no_file", file=str(path)) from None
    except OSError as error:
        raise UnusableSound("sound.no_access", file=path.name, why=error.strerror) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Decoder:
    """One run through a file: frames in, 16 kHz samples into one scratch file per channel.

    `position` is the time in seconds up to which sound was written, `promised` the duration the file claims, if it can be
    trusted.
    """

    def __init__(self, path: Path, scratch: ExitStack, progress: Progress) -> None:
        self.path = path
        self.files: list[IO[bytes]] = []
        self.damaged: list[tuple[float, float]] = []
        self.position = 0.0
        self.promised: float | None = None
        self._scratch = scratch
        self._progress = progress
        self._reported = 0.0
        self._origin: float | None = None
        self._layout = ""
        self._format: tuple[object, ...] = ()
        self._resampler: AudioResampler | None = None
        self._written = 0

    def run(self) -> None:
        """Decode everything that can be decoded; raise where that is nothing."""
        with _opened(self.path) as (container, stream):
            self.promised = _promised(self.path, container, stream)
            if container.start_time is not None:
                self._origin = container.start_time / 1e6
            try:
                for frame in self._frames(container, stream):
                    self._place(frame)
                    self._write(frame)
                self._flush()
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise UnusableSound("sound.no_room", file=self.path.name, folder=str(_folder())) from None
                raise
        if not self._written:
            raise UnusableSound("sound.nothing_decodes", file=self.path.name)
        self.position = self._written / RATE
        for file in self.files:
            file.truncate(2 * self._written)
            file.flush()
        self._progress(self.position)

    def _frames(self, container: "InputContainer", stream: "AudioStream") -> "Iterator[AudioFrame]":
        """Yield what can be decoded and note where something cannot."""
        import av

        failures = 0
        packets = container.demux(stream)
        following: int | None = None
        while failures < PATIENCE:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:
                failures += 1
                self.damaged.append((self.position, self.position))
                packets = container.demux(stream)  # reading goes on behind the damage
                continue
            if container.format.name == "flac" and packet.pos is not None:
                # The only sign of garbage between two frames is the place of the next one.
                if following is not None and packet.pos > following:
                    self.damaged.append((self.position, self.position))
                following = packet.pos + packet.size
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                failures += 1
                self.damaged.append((self.position, self.position))
                continue
            if frames:
                failures = 0
            yield from frames

    def _place(self, frame: "AudioFrame") -> None:
        """Bring the frame to the time it belongs to: fill what is missing before it with silence."""
        if frame.time is None:
            return
        if self._origin is None:
            self._origin = frame.time
        late = frame.time - self._origin - self.position
        if late <= -1 or (self.promised is not None and self.position + late > self.promised + 1):
            self._origin = frame.time - self.position  # a clock that jumps tells nothing; start over from here
        elif late > GAP:
            self._flush()
            if late > HOLE and self._written:
                self.damaged.append((self.position, self.position + late))
            self.position += late
            missing = max(round(self.position * RATE) - self._written, 0)
            self._prepare(frame)
            for file in self.files:
                file.seek(2 * missing, 1)
            self._written += missing

    def _write(self, frame: "AudioFrame") -> None:
        """Resample a frame and append it; `position` moves on by its length."""
        self._prepare(frame)
        assert self._resampler is not None  # noqa: S101 -- for the type checker
        for block in self._resampler.resample(frame):
            self._append(block)
        self.position += frame.samples / frame.sample_rate
        if self.position - self._reported >= 1:
            self._reported = self.position
            self._progress(self.position)

    def _prepare(self, frame: "AudioFrame") -> None:
        """Have a scratch file per channel, and a resampler that fits the frame: formats may change inside a file."""
        import av

        if not self.files:
            self._layout = frame.layout.name
            for _ in range(frame.layout.nb_channels):
                file = TemporaryFile(dir=_folder())  # noqa: SIM115 -- the stack closes it
                self.files.append(self._scratch.enter_context(file))
        given = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or given != self._format:
            self._flush()
            self._format = given
            # Packed: planar frames of eight channels and more cannot be read out.
            self._resampler = av.AudioResampler(format="flt", layout=self._layout, rate=RATE, frame_size=RATE)

    def _flush(self) -> None:
        """Write what the resampler still holds back, and be done with it."""
        if self._resampler is not None:
            for block in self._resampler.resample(None):
                self._append(block)
            self._resampler = None

    def _append(self, block: "AudioFrame") -> None:
        samples = block.to_ndarray().reshape(-1, len(self.files)).astype(np.float32, copy=False)
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0) * FULL_SCALE
        whole = np.clip(np.rint(samples), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        for file, column in zip(self.files, whole.T, strict=True):
            file.write(column.tobytes())
        self._written += len(whole)


def _folder() -> Path:
    """Return the folder of the scratch files: in the user's cache, as /tmp may lie in memory; closed to others."""
    folder = cache_folder() / "scratch"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _boxes(path: Path) -> "Iterator[tuple[bytes, int, int]]":
    """Yield kind, place and size of the outermost boxes of an MPEG-4 file, as far as they can be followed; of another, nothing."""
    with path.open("rb") as file:
        if file.read(12)[4:8] != b"ftyp":
            return
        at = 0
        while len(header := (file.seek(at), file.read(16))[1]) >= 8:
            size = int.from_bytes(header[8:]) if header[:4] == b"\0\0\0\1" else int.from_bytes(header[:4])
            yield header[4:8], at, size
            if size < 8:
                return
            at += size


def _lacks_index(path: Path) -> bool:
    """Whether this is an MPEG-4 file without its index ("moov"), or with a part of it, as a cut download leaves it."""
    found = {kind: at + size <= path.stat().st_size for kind, at, size in _boxes(path)}
    return bool(found) and not found.get(b"moov", False)


def _is_locked(path: Path) -> bool:
    """Whether the index of an MPEG-4 file says that its sound is encrypted ("sinf"): what comes out of it is noise."""
    for kind, at, size in _boxes(path):
        if kind == b"moov" and size <= _LARGEST_INDEX:
            with path.open("rb") as file:
                file.seek(at)
                index = file.read(size)
            return b"sinf" in index or b"drms" in index
    return False


def _promised(path: Path, container: "InputContainer", stream: "AudioStream") -> float | None:
    """Return the seconds of sound the file says it has, None where it does not say or only lets it be guessed."""
    kind = container.format.name
    if kind == "wav":
        return _promised_by_wav(path, stream)
    if kind == "mp3" and not _counts_its_frames(path):
        return None
    if kind in ("mp3", "flac", "aiff") or "mp4" in kind:
        return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    if "matroska" in kind and len(container.streams) == 1 and container.duration:
        return container.duration / 1e6
    return None


def _promised_by_wav(path: Path, stream: "AudioStream") -> float | None:
    """Return the seconds the header of a WAV file promises; the decoder only sees what is there.

    Programs that write while they record put a huge number there, which promises nothing.
    """
    bytes_per_second = (stream.codec_context.bit_rate or 0) / 8
    with path.open("rb") as file:
        if file.read(12)[:4] != b"RIFF" or not bytes_per_second:
            return None
        while len(header := file.read(8)) == 8:
            size = int.from_bytes(header[4:], "little")
            if header[:4] == b"data":
                return size / bytes_per_second if 0 < size < 0x7FFF_0000 else None
            file.seek(size + size % 2, 1)
    return None


def _counts_its_frames(path: Path) -> bool:
    """Whether an MP3 file says how many frames it has; without that its duration is a guess from the bit rate."""
    with path.open("rb") as file:
        head = file.read(10)
        tag = 0
        if head[:3] == b"ID3":  # its size has seven bits in each byte
            tag = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(tag)
        first = file.read(256)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def _ends_open(path: Path) -> bool:
    """Whether an Ogg file stops without the page that closes it, as a cut download or a recorder that was killed leaves it."""
    with path.open("rb") as file:
        if file.read(4) != b"OggS":
            return False
        file.seek(max(0, file.seek(0, 2) - 2 * _LARGEST_PAGE))
        tail = file.read()
    last = tail.rfind(b"OggS")
    return last >= 0 and not tail[last + 5 : last + 6] > b"\3"  # the third bit closes a stream


def _merge(damaged: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Join damages that lie within half a second of one another: nobody wants to hear of forty."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(damaged):
        if merged and start - merged[-1][1] <= HOLE:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _warn(path: Path, damaged: tuple[tuple[float, float], ...], duration: float, promised: float | None) -> None:
    """Say from when to when the sound is readable, if that is not all of it."""
    missing = 0.0 if promised is None else promised - duration
    if not damaged and missing <= SHORTFALL:
        if _ends_open(path):
            warnings.warn(text("sound.open_end", file=path.name, end=clock(duration)), TalkbalanceWarning, stacklevel=3)
        return
    edges = [0.0, *(edge for span in damaged for edge in span), duration]
    pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > HOLE / 2]
    readable = ", ".join(f"{clock(a)}–{clock(b)}" for a, b in pieces[:6]) + (", …" if len(pieces) > 6 else "")
    readable = readable if duration >= 1 else text("sound.moment")
    if missing > SHORTFALL and promised is not None:
        message = text("sound.cut_short", file=path.name, readable=readable, promised=clock(promised))
    else:
        message = text("sound.damaged", file=path.name, readable=readable)
    warnings.warn(message, TalkbalanceWarning, stacklevel=3)
