"""Which pieces are one voice, and how many voices there are.

A piece of one or two seconds gives a voice with much chance in it: two pieces of one person may be as unlike as two people.
Five seconds do not. So there are two steps:

1. `near`: within half a minute, pieces that sound alike are taken for one person's; what they say is joined, and the voice
   of the joined stretch is heard anew.
2. `group`: the joined stretches of the whole recording are put together, the most alike first, until no two groups are alike
   enough to be one person. A group that says too little to be a voice of the meeting is left out.

```
pieces      a  a   b b a  |  b  a  a  b   |  a   a    b
joined      A: aaa  B: bb |  A: aa  B: bb |  A: aa (b is too short)
alike       .7 and more within A, within B; .3 between them
```

Similarities are the cosine as CAM++ gives it: joined stretches of one person are mostly at .6 to .85, of two people at .1 to .4.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

Floats = NDArray[np.float32]
Labels = NDArray[np.intp]
Tree = NDArray[np.float64]

NEAR, LIKELY = 30.0, 0.35
"""Seconds within which pieces are joined, and how alike they must be on average."""

ENOUGH = 1.2
"""Seconds a joined stretch has at least."""

SAME = 0.45
"""How alike two groups of joined stretches are on average, if they are one person's."""

ONE = 0.6
"""More alike than this is one person: where the number of voices is given, somebody who says little is looked for before such
a group is cut in two."""

USUAL = 0.45
"""Similarity of two pieces of one person."""

LEAST, SHORTEST, LONGEST = 0.06, 1.5, 10.0
"""A voice has at least this part of the joined speech; at least 1.5 s, but more than 10 s is asked of nobody."""

COUNTS = 8
"""Seconds; a longer stretch says no more about its voice."""

ROWS = 3000
"""Stretches count once per second, and in a long recording less, so that there are about as many to compare."""


def near(voices: Floats, seconds: Floats, starts: Floats) -> Iterator[Labels]:
    """Yield the pieces that are joined to one stretch, the longest first.

    Parameters
    ----------
    voices
        (pieces, 192), of length 1.
    seconds
        Length of each piece.
    starts
        Second each piece begins at.
    """
    blocks = (starts // NEAR).astype(int)
    for block in np.unique(blocks):
        within = np.flatnonzero(blocks == block)
        labels = np.ones(1, np.intp) if len(within) == 1 else _groups(_tree(voices[within]), 1 - LIKELY, "distance")
        for label in np.unique(labels):
            together = within[labels == label]
            if seconds[together].sum() >= ENOUGH:
                yield together[np.argsort(-seconds[together], kind="stable")]


def group(voices: Floats, seconds: Floats, *, speakers: int | None = None, least_voices: int = 1) -> Floats:
    """Return the voices that were found: (speakers, 192), of length 1, who says most first.

    Parameters
    ----------
    voices
        (stretches, 192), of length 1.
    seconds
        How much was said in each.
    speakers
        Number of voices; None to estimate it. Fewer are found where there are not as many stretches.
    least_voices
        Voices there must be, when the number is estimated: two where two were heard at once.
    """
    if len(voices) == 1:
        return voices
    capped = np.minimum(seconds, COUNTS)
    copies = np.maximum(1, np.round(capped / max(1.0, float(capped.sum()) / ROWS))).astype(int)
    tree, first = _tree(np.repeat(voices, copies, axis=0)), np.cumsum(copies) - copies
    least = min(LONGEST, max(SHORTEST, LEAST * float(seconds.sum())))
    if speakers is None:
        labels = _groups(tree, 1 - SAME, "distance")[first]
        large = _large(labels, seconds, least)
        if len(large) >= least_voices:
            return _centres(voices, capped, labels, large)
    wanted = min(speakers or least_voices, len(voices))
    cuts = [cut for said in (least, 0.0) if (cut := _cut(tree, first, seconds, wanted, said))]
    labels, large, _ = next((cut for cut in cuts if cut[2] < ONE), cuts[0])
    return _centres(voices, capped, labels, large[:wanted])


def alike(voices: Floats, seconds: Floats, labels: Labels, count: int) -> Floats:
    """Return (count,) how alike each group of pieces is to the one most like it; -inf where there is no other.

    What counts is the similarity between two groups against the similarity within each, a piece never compared with itself:
    near 1 when one person was cut in two, near 0 for two people who have nothing in common.

    Parameters
    ----------
    voices
        (pieces, 192), of length 1.
    seconds
        Length of each piece: how much it counts.
    labels
        (pieces,) which group each belongs to.
    """
    member = np.eye(count, dtype=np.float32)[labels] * seconds[:, None]
    sums = member.T @ voices
    between = sums @ sums.T
    weight = np.outer(member.sum(0), member.sum(0))
    itself = (member**2).sum(0)
    # A group of few pieces says little about itself: it starts from what is usual, as if six pairs had been seen.
    usual = 6 * float((seconds**2).mean())
    within = (np.diag(between) - itself + USUAL * usual) / (np.diag(weight) - itself + usual)
    scale = np.sqrt(np.maximum(within, 0.05))
    similar = between / np.maximum(weight, 1e-9) / np.outer(scale, scale)
    np.fill_diagonal(similar, -np.inf)
    most: Floats = similar.max(axis=1)
    return most


def _tree(voices: Floats) -> Tree:
    found: Tree = linkage(voices, "average", "cosine")
    return found


def _groups(tree: Tree, limit: float, kind: Literal["maxclust", "distance"]) -> Labels:
    return fcluster(tree, limit, kind).astype(np.intp)


def _cut(tree: Tree, first: Labels, seconds: Floats, wanted: int, least: float) -> tuple[Labels, Labels, float] | None:
    """Return the coarsest grouping with as many large groups as wanted, those groups, and how alike the parts are it cuts."""
    for count in range(wanted, len(first) + 1):
        labels = _groups(tree, count, "maxclust")[first]
        large = _large(labels, seconds, least)
        if len(large) >= wanted:
            return labels, large, 1 - float(tree[1 - count, 2]) if count > 1 else 0.0
    return None


def _large(labels: Labels, seconds: Floats, least: float) -> Labels:
    """Return the groups that say at least so many seconds, the largest first; the largest one always."""
    said = np.bincount(labels, seconds)
    order = np.argsort(-said, kind="stable")
    return order[: max(1, int((said[order] >= max(least, 1e-9)).sum()))]


def _centres(voices: Floats, seconds: Floats, labels: Labels, groups: Labels) -> Floats:
    member = (labels[:, None] == groups) * seconds[:, None]
    centres: Floats = member.T.astype(np.float32) @ voices
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return centres
