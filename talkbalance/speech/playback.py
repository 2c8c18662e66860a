"""A copy of a recording to listen to in a browser: every browser plays it, and a click lands where it was meant to.

Many recordings cannot be trusted with that: in an MP3 of variable bit rate a browser lands seconds beside an hour's moment, and
others it does not play at all. The copy is MP3 of constant bit rate, one channel, 16 kHz. It holds voices: it is private to the
user, kept in their cache, and removed after seven days. A player would play a damaged copy without a word, another moment than the
one that was clicked: what is not, byte for byte, what was written is made again.
"""

import errno
from hashlib import file_digest, sha256
from pathlib import Path

import av
import numpy as np
from filelock import FileLock

from talkbalance.errors import UnreadableFile, UnusableSound
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Progress, Sound, silent
from talkbalance.speech.partial import tidy
from talkbalance.speech.weights import cache_folder

MIME = "audio/mpeg"
BITS = 32_000
"""Bits per second: 14 MB an hour."""
EFFORT = 7
"""LAME's own scale from 0, the slowest, to 9: twice as fast as its default, and speech sounds no different at this rate."""
BLOCK = 30.0


def playable(recording: Path, *, progress: Progress = silent) -> Path:
    """Return the copy of a recording, made if it is not there or no longer what was written.

    Parameters
    ----------
    progress
        Called with the seconds that are written.

    Raises
    ------
    UnusableSound
        Where the recording is missing or cannot be decoded, or the disk has no room for the copy.
    UnreadableFile
        Where the cache cannot be written to.
    """
    shelf = cache_folder() / "playback"
    tidy(shelf)
    folder = shelf / _key(recording)
    try:
        return _whole(folder) or _made(recording, folder, progress)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UnusableSound("sound.no_room", file=recording.name, folder=str(folder)) from None
        raise UnreadableFile("faults.closed", where=error.filename or folder) from None


def _whole(folder: Path) -> Path | None:
    """Return the copy in a folder if it is, byte for byte, what was written: its name is the checksum of its content."""
    there = next((file for file in folder.glob("*.mp3") if file.stem == _sum(file)), None)
    if there is not None:
        folder.touch()  # heard today
    return there


def _made(recording: Path, folder: Path, progress: Progress) -> Path:
    """Make the copy; of two that want to listen at once, the second takes what the first has made."""
    locks, scratch = cache_folder() / "locks", folder / "sound.part"
    locks.mkdir(mode=0o700, exist_ok=True)
    with FileLock(locks / folder.name):
        if (there := _whole(folder)) is not None:
            return there
        try:
            with open_recording(recording) as heard:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write(heard.mix, scratch, progress)
            for damaged in folder.glob("*.mp3"):
                damaged.unlink()
            return scratch.replace(folder / f"{_sum(scratch)}.mp3")
        finally:
            scratch.unlink(missing_ok=True)


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()[:16]


def copies(recording: Path) -> list[Path]:
    """Return the folders of all copies of a recording, earlier states of it too, also where it is gone."""
    return sorted((cache_folder() / "playback").glob(f"{_place(recording)}-*"))


def _place(recording: Path) -> str:
    return sha256(str(recording.resolve()).encode()).hexdigest()[:16]


def _key(recording: Path) -> str:
    """Return what names the copy: the file's place, and its size and last change, if there is a file."""
    state = recording.stat() if recording.is_file() else None
    known = f"{state.st_size} {state.st_mtime_ns}" if state else ""
    return f"{_place(recording)}-{sha256(known.encode()).hexdigest()[:16]}"


def _write(sound: Sound, path: Path, progress: Progress) -> None:
    with av.open(str(path), "w", format="mp3", options={"write_xing": "0"}) as copy:
        stream = copy.add_stream("libmp3lame", rate=RATE, options={"compression_level": str(EFFORT)})
        stream.bit_rate, stream.layout = BITS, "mono"
        at = 0
        for start in np.arange(0.0, sound.duration, BLOCK):
            samples = sound.read(float(start), min(sound.duration, float(start) + BLOCK))
            frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE, at
            at += len(samples)
            copy.mux(stream.encode(frame))
            progress(at / RATE)
        copy.mux(stream.encode(None))
