"""Points in time of which some have no time: they are put in evenly between those that have."""

from collections.abc import Sequence

import numpy as np


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
