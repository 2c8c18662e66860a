"""Speaking time, share and balance.

```
Eva   |########      |
Baum  |     #########|      speaking time: each their own; share: part of all speaking time
        ^^^ overlap counts for both
```

Shares are parts of all *speaking time*, so that they add up to 1; parts of the meeting are `share_of_meeting` in the summary.
Vendors differ: some divide by the meeting, some drop overlaps, some count words.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talkbalance.errors import InvalidParameter
from talkbalance.floor import Flags, Floats, States, states, windows
from talkbalance.frames import SPEAKING_TIME, columns
from talkbalance.language import words
from talkbalance.meeting import Meeting, Utterance, times_of
from talkbalance.metrics.talk import talk

By = Literal["side", "speaker"]
Counts = NDArray[np.int64]


def speaking_time(meeting: Meeting, *, by: By = "side", window: float | None = None, step: float | None = None) -> pd.DataFrame:
    """Return how long each side or speaker speaks, over the whole meeting or in windows.

    **Definition.** Seconds of voice; where two speak at once, both count. A side's time is the sum over its people. Solo
    time is the part in which nobody else speaks; speaking time is solo time plus overlap time.

    Parameters
    ----------
    by
        "side" or "speaker".
    window, step
        Seconds; None for the whole meeting. ConvoKit's talk-time sharing uses 150 and 30. Windows tile the meeting, the
        last one ends with it. Without a step they follow one another.

    Returns
    -------
    DataFrame
        Per window and side (or speaker): `side`|`speaker`, `start`, `end`, `speaking_time`, `solo_time`, `overlap_time` (s; the two
        last NaN where overlaps could not have survived), `share` (0-1 of all speaking time in the window; NaN where nobody
        speaks), `n_turns`, `n_words` (begun in the window).

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    InvalidParameter
        Where window and step cannot tile a meeting.

    References
    ----------
    Zhang et al. (2025). Time is of the essence: balance in talk-time sharing.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> meeting = Meeting([Speaker("Eva"), Speaker("Baum")], [Utterance(0, 6, "Eva"), Utterance(5, 8, "Baum")], 10)
    >>> speaking_time(meeting)[["side", "speaking_time", "solo_time", "overlap_time"]].values.tolist()
    [['Eva', 6.0, 5.0, 1.0], ['Baum', 3.0, 2.0, 1.0]]
    """
    if by not in ("side", "speaker"):
        raise InvalidParameter("parameter.choice", name="by", value=by, choices="side, speaker")
    pieces = states(meeting)
    names, member = groups(meeting, by)
    edges = np.array(windows(meeting.length, window=window, step=step))
    time, solo = (_inside(pieces, edges, what) @ member.T for what in (pieces.speaking, pieces.alone))
    if not meeting.overlap_observable:
        solo = np.full_like(solo, np.nan)
    n_turns, n_words = (_counts(begun, edges) for begun in _beginnings(meeting, by))
    n, k = time.shape
    values = (
        np.tile(np.array(names, dtype=object), n),
        *(np.repeat(edges[:, end], k) for end in (0, 1)),
        *(column.ravel() for column in (time, solo, np.maximum(0.0, time - solo), _parts(time), n_turns, n_words)),
    )
    return columns(values, {by: "str", **SPEAKING_TIME})


def balance(meeting: Meeting, *, window: float, step: float) -> Floats:
    """Return (windows, sides) each side's share of the speaking time in every window; NaN where nobody speaks.

    What `speaking_time` says of shares, and nothing else: for many meetings at once.

    >>> from talkbalance.meeting import Speaker
    >>> meeting = Meeting((Speaker("Eva"), Speaker("Baum")), (Utterance(0, 6, "Eva"), Utterance(6, 8, "Baum")), 8)
    >>> balance(meeting, window=4, step=4).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    pieces = states(meeting)
    _, member = groups(meeting, "side")
    edges = np.array(windows(meeting.length, window=window, step=step))
    return _parts(_inside(pieces, edges, pieces.speaking) @ member.T)


def _inside(pieces: States, edges: Floats, what: Flags) -> Floats:
    """Return (windows, speakers) the seconds in which each column of flags is true."""
    until = pieces.until(edges.ravel(), what).reshape(len(edges), 2, -1)
    seconds: Floats = until[:, 1] - until[:, 0]
    return seconds


def _parts(time: Floats) -> Floats:
    """Return each row as parts of its sum; NaN where nobody speaks."""
    whole = time.sum(axis=1, keepdims=True)
    parts: Floats = np.divide(time, whole, out=np.full(time.shape, np.nan), where=whole > 0)
    return parts


def _counts(begun: Sequence[Floats], edges: Floats) -> Counts:
    """Return (windows, groups) how many begin in each window."""
    if not begun:
        return np.zeros((len(edges), 0), dtype=np.int64)
    found: Counts = np.stack([np.diff(np.searchsorted(starts, edges), axis=1)[:, 0] for starts in begun], axis=1)
    return found


def groups(meeting: Meeting, by: By) -> tuple[tuple[str, ...], Floats]:
    """Return the names of the groups and the (groups, speakers) matrix of who belongs to which."""
    of = [meeting.side_of(s.name) if by == "side" else s.name for s in meeting.speakers]
    names = meeting.sides if by == "side" else tuple(of)
    return names, np.array([[float(group == name) for group in of] for name in names]).reshape(len(names), len(of))


def _beginnings(meeting: Meeting, by: By) -> tuple[list[Floats], list[Floats]]:
    """Return when the turns and the words of each group begin, in order; a word without a time of its own with its utterance."""
    found = talk(meeting)
    names, member = groups(meeting, by)
    of = member.argmax(axis=0) if len(names) else np.zeros(0, dtype=np.intp)
    turn_of, said_by = of[found.turns.who], of[found.said.spans.who]
    turns_begun = [found.turns.starts[turn_of == i] for i in range(len(names))]
    said: list[list[float]] = [[] for _ in names]
    numbers = found.said.traits["words"].tolist()
    for utterance, group, number in zip(meeting.utterances, said_by.tolist(), numbers, strict=True):
        said[group] += _word_starts(utterance, number)
    return turns_begun, [np.sort(np.array(starts, dtype=np.float64)) for starts in said]


def _word_starts(utterance: Utterance, number: int) -> list[float]:
    """Return when the words of an utterance begin, of which there are `number`."""
    spoken = utterance.words
    if len(spoken) == number:
        return [word.start for word in spoken]
    timed = [word.start for word in spoken for _ in words(word.text)]
    return timed or [times_of(utterance)[0]] * number
