"""Speaking time, share and balance.

```
Eva   |########      |
Baum  |     #########|      speaking time: each their own; share: part of all speaking time
        ^^^ overlap counts for both
```

Shares are parts of all *speaking time*, so that they add up to 1; parts of the meeting are `share_of_meeting` in the summary.
Vendors differ: some divide by the meeting, some drop overlaps, some count words.
"""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from talkbalance.errors import InvalidParameter
from talkbalance.floor import Floats, States, states, windows
from talkbalance.frames import SPEAKING_TIME, table
from talkbalance.language import words
from talkbalance.meeting import Meeting, Word, times_of
from talkbalance.metrics.ratio import Ratio
from talkbalance.metrics.turntaking import turns

By = Literal["side", "speaker"]


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
        Per window and side (or speaker): `side`|`speaker`, `start`, `end`, `speaking_time`, `solo_time`, `overlap_time` (s),
        `share` (0-1 of all speaking time in the window; NaN where nobody speaks), `n_turns`, `n_words` (begun in the window).

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
    begun = _beginnings(meeting, by)
    rows = []
    for start, end in windows(meeting.length, window=window, step=step):
        inside = pieces.between(start, end)
        time, solo = member @ inside.speaking_time(), member @ inside.solo_time()
        for i, name in enumerate(names):
            n_turns, n_words = (_count(starts[name], start, end) for starts in begun)
            share = Ratio(time[i], time.sum()).value
            rows.append((name, start, end, time[i], solo[i], time[i] - solo[i], share, n_turns, n_words))
    return table(rows, {by: "str", **SPEAKING_TIME})


def groups(meeting: Meeting, by: By) -> tuple[tuple[str, ...], Floats]:
    """Return the names of the groups and the (groups, speakers) matrix of who belongs to which."""
    of = [meeting.side_of(s.name) if by == "side" else s.name for s in meeting.speakers]
    names = meeting.sides if by == "side" else tuple(of)
    return names, np.array([[float(group == name) for group in of] for name in names]).reshape(len(names), len(of))


def shares(pieces: States, member: Floats) -> tuple[Ratio, ...]:
    """Return each group's speaking time as part of everybody's."""
    time = member @ pieces.speaking_time()
    return tuple(Ratio(float(part), float(time.sum())) for part in time)


def _beginnings(meeting: Meeting, by: By) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return when the turns and the words of each group begin, in order."""
    names, _ = groups(meeting, by)
    table_of_turns = turns(meeting)
    begun = {name: table_of_turns.loc[table_of_turns[by] == name, "start"].to_numpy() for name in names}
    said: dict[str, list[float]] = {name: [] for name in names}
    for utterance in meeting.utterances:
        group = meeting.side_of(utterance.speaker) if by == "side" else utterance.speaker
        said[group] += _word_starts(utterance.words) or [times_of(utterance)[0]] * len(words(utterance.text))
    return begun, {name: np.sort(np.array(starts, dtype=np.float64)) for name, starts in said.items()}


def _word_starts(spoken: Iterable[Word]) -> list[float]:
    return [word.start for word in spoken for _ in words(word.text)]


def _count(starts: Floats, start: float, end: float) -> int:
    first, last = np.searchsorted(starts, [start, end])
    return int(last - first)
