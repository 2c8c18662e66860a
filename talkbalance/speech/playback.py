"""A copy of a recording to listen to in a browser: every browser plays it, and a click lands where it was meant to.

Many recordings cannot be trusted with that: in an MP3 of variable bit rate a browser lands seconds beside an hour's moment, and
others it does not play at all. The copy is MP3 of constant bit rate, one channel, 16 kHz. It holds voices: it is private to the
user, kept in their cache, and removed after seven days.
"""

from hashlib import sha256
from pathlib import Path

import av
import numpy as np

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
    """Return the copy of a recording, made if it is not there.

    Parameters
    ----------
    progress
        Called with the seconds that are written.

    Raises
    ------
    UnusableSound
        Where the recording is missing or cannot be decoded.
    """
    shelf = cache_folder() / "playback"
    tidy(shelf)
    made = shelf / _key(recording) / "sound.mp3"
    if made.is_file():
        made.parent.touch()
        return made
    with open_recording(recording) as heard:
        made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = made.with_suffix(".part")
        _write(heard.mix, scratch, progress)
        scratch.replace(made)
    return made


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
