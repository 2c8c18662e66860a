"""Times as annotation programs want them: every point has one, and words lie one after the other inside what was said."""

from collections.abc import Sequence

import numpy as np

from talkbalance.meeting import Utterance, times_of


def filled(points: Sequence[float | None]) -> list[float] | None:
    """Return the times of all points, in their order; None where fewer than two are known, so that nothing can be told.

    ```
    known      0         6
    points     |..:..:..:|        2, 4 lie between
    ```

    A point before the first known one gets its time, a point after the last known one that one's.

    >>> filled([0, None, None, 6, None])
    [0.0, 2.0, 4.0, 6.0, 6.0]
    """
    known = [(i, point) for i, point in enumerate(points) if point is not None]
    if len(known) < 2:
        return None
    at, times = zip(*known, strict=True)
    return [float(time) for time in np.interp(range(len(points)), at, times)]


def words_inside(utterance: Utterance) -> list[tuple[float, float, str]]:
    """Return start, end and text of the words of an utterance, cut so that none reaches into another or out of it.

    Without words, or where one would be left without time, there are none.
    """
    reached, limit = times_of(utterance)
    inside = []
    for word in utterance.words:
        start, end = max(word.start, reached), min(word.end, limit)
        if start >= end:
            return []
        inside.append((start, end, word.text))
        reached = end
    return inside
