"""A stretch of a meeting, as a meeting of its own."""

from dataclasses import replace
from typing import TypeVar

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.meeting import Check, Meeting, Prosody, Utterance, Word, times_of


def excerpt(meeting: Meeting, *, start: float = 0.0, end: float | None = None) -> Meeting:
    """Return a stretch of a meeting as a meeting of its own, from 0 on.

    ```
    Eva   |####  [##|####]   |        |##|####|
    Baum  |   ###[  |    ]###|   ->   |  |    |
    ```

    What is cut keeps the words that begin inside; without times for words it keeps its text where its middle lies inside. The
    recording stays behind, since its times are others.

    Raises
    ------
    InvalidParameter
        For an end that does not lie after the start.
    Unavailable
        Where the transcript has no times.
    """
    if not meeting.timed:
        raise Unavailable("unavailable.no_times")
    end = meeting.length if end is None else min(end, meeting.length)
    if not 0 <= start < end:
        raise InvalidParameter("parameter.range", name="end", value=end, low=start, high=meeting.length)
    kept = tuple(u for u in (_cut(utterance, start, end) for utterance in meeting.utterances) if u is not None)
    left_out = tuple((max(a, start) - start, min(b, end) - start) for a, b in meeting.left_out if a < end and b > start)
    return replace(meeting, utterances=kept, duration=end - start, left_out=left_out, recording=None)


def _cut(utterance: Utterance, start: float, end: float) -> Utterance | None:
    """Return what lies in `[start, end)` of an utterance, counted from there; None where nothing does."""
    first, last = times_of(utterance)
    at, until = round(max(first, start) - start, 3), round(min(last, end) - start, 3)
    if at >= until:
        return None
    said = tuple(_moved(word, start) for word in utterance.words if start <= word.start < end)
    pitch = tuple(_moved(one, start) for one in utterance.prosody if start <= one.start < end)
    checks = tuple(_moved(one, start) for one in utterance.checks if one.start is None or start <= one.start < end)
    words_of = utterance.text
    if (at, until) != (round(first - start, 3), round(last - start, 3)):
        inside = start <= (first + last) / 2 < end
        words_of = " ".join(w.text for w in said) if utterance.words else utterance.text if inside else ""
    return replace(utterance, start=at, end=until, text=words_of, words=said, prosody=pitch, checks=checks)


Timed = TypeVar("Timed", Word, Prosody, Check)


def _moved(one: Timed, start: float) -> Timed:
    """Return something with its times counted from `start`."""
    times = {name: round(at - start, 3) for name in ("start", "end") if (at := getattr(one, name, None)) is not None}
    return replace(one, **times)
