"""Short pieces of a recording that go into a report: a moment with two seconds before and after, ten seconds at most.

They are cut from the playback copy, whose packets all last equally long, without being encoded anew: a piece is the packets from
one moment to another, 4 kB a second.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from talkbalance.errors import UnusableSound
from talkbalance.meeting import Meeting

Key = tuple[str, str, int]
"""A moment: the measure that counts it, its speaker, its start in milliseconds."""
Chosen = bool | Iterable[Key]
"""Every moment a report lists, none, or some of them."""

AROUND = 2.0
"""Seconds before and after a moment."""
LONGEST = 10.0
"""Seconds of a piece at most."""


def recording_of(meeting: Meeting, recording: Path | None = None) -> Path:
    """Return where a meeting's sound is: the one given, or its own.

    Raises
    ------
    UnusableSound
        Where it is not at hand.
    """
    found = recording or meeting.recording
    if found is None:
        raise UnusableSound("clips.unknown")
    if not found.is_file():
        raise UnusableSound("clips.gone", file=found)
    return found


def cut(
    recording: Path, moments: Mapping[Key, tuple[float, float]], *, progress: Callable[[float], None] | None = None
) -> dict[Key, str]:
    """Return each moment's sound as an address that a page can play.

    Parameters
    ----------
    recording
        The sound; a playback copy of it is made in the user's cache where there is none yet.
    moments
        Start and end of each, in seconds.
    progress
        Called with the seconds of the playback copy that are made, where there is none yet.

    Returns
    -------
    dict
        `data:` addresses with MP3.

    Raises
    ------
    UnusableSound
        Where the recording cannot be decoded.
    """
    from talkbalance.speech.backend import silent
    from talkbalance.speech.playback import MIME, playable

    if not moments:
        return {}
    packets, length = _packets(playable(recording, progress=progress or silent))
    return {key: f"data:{MIME};base64,{b64encode(_piece(packets, length, *span)).decode()}" for key, span in moments.items()}


def _packets(copy: Path) -> tuple[list[bytes], float]:
    """Return the packets of a playback copy and how many seconds each lasts."""
    import av

    with av.open(str(copy)) as opened:
        stream = opened.streams.audio[0]
        packets = [packet for packet in opened.demux(stream) if packet.size]
        length = float((packets[0].duration or 0) * packets[0].time_base)
        return [bytes(packet) for packet in packets], length


def _piece(packets: list[bytes], length: float, start: float, end: float) -> bytes:
    first = max(0.0, start - AROUND)
    last = min(end + AROUND, first + LONGEST)
    return b"".join(packets[int(first / length) : int(last / length) + 1])
