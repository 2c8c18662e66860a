"""When each token was said, from where the model looked while it wrote it: pure.

A decoder's cross-attention says, token by token, which frames of the sound it draws on. Some of its heads follow the
sound in step. Their mean is a picture with a bright diagonal, and the times of the tokens are the path along it.

```
        frames →
token   # # . . . . . .
  ↓     . . # . . . . .        token 0 begins at frame 0, token 1 at 2, token 2 at 3
        . . . # # # # #
```

References
----------
J. Kang and others, the word times of openai-whisper, after: H. Sakoe, S. Chiba, "Dynamic programming algorithm
optimization for spoken word recognition", IEEE Trans. ASSP 26(1), 1978.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

FRAME = 0.02
"""Seconds of one frame of Whisper's encoder."""

SMOOTHED = 7
"""Frames over which attention is smoothed: the width openai-whisper uses."""


def begins(attention: NDArray[np.floating[Any]]) -> list[float]:
    """Return the second at which each token begins.

    Parameters
    ----------
    attention
        (heads, tokens, frames), the attention of the heads that follow the sound, each row summing to one.

    Returns
    -------
    Seconds, one for each token, never decreasing.
    """
    mean, spread = attention.mean(axis=1, keepdims=True), attention.std(axis=1, keepdims=True)
    standard = (attention - mean) / np.maximum(spread, 1e-9)  # a frame every token looks at says nothing
    smooth = median_filter(standard, size=(1, 1, SMOOTHED), mode="reflect")
    path: list[int] = cheapest_path(-smooth.mean(axis=0)).tolist()
    return [column * FRAME for column in path]


def cheapest_path(cost: NDArray[np.floating[Any]]) -> NDArray[np.intp]:
    """Return for each row the column in which the cheapest way from the first cell to the last enters it.

    The way goes right, down, or both at once.

    >>> cheapest_path(np.array([[0, 0, 9, 9], [9, 9, 0, 9], [9, 9, 9, 0]]))
    array([0, 2, 3])
    """
    rows, columns = cost.shape
    total = np.empty((rows, columns))
    total[0] = np.cumsum(cost[0])
    for row in range(1, rows):
        above = np.minimum(total[row - 1], np.concatenate([[np.inf], total[row - 1, :-1]]))
        walked = np.cumsum(cost[row])  # a row is entered once and then walked to the right: the best entry so far
        total[row] = walked + np.minimum.accumulate(above - np.concatenate([[0.0], walked[:-1]]))
    enters = np.zeros(rows, dtype=np.intp)
    row, column = rows - 1, columns - 1
    while row:
        diagonal = total[row - 1, column - 1] if column else np.inf
        up, left = total[row - 1, column], total[row, column - 1] if column else np.inf
        if left < min(diagonal, up):
            column -= 1
            continue
        enters[row] = column
        row, column = row - 1, column - (diagonal <= up)
    return enters
