"""Which pieces are one voice, and how many voices there are.

A piece of one or two seconds gives a voice with much chance in it: two pieces of one person are less alike than the two
people are in the mean of many. So groups are compared by what remains when chance is taken out: the similarity *between*
two groups against the similarity *within* each, a piece never compared with itself:

    alike(a, b) = between(a, b) / sqrt(within(a) * within(b))

It is near 1 when one person was cut in two, whatever the room and the microphone do to all similarities, and near 0 for
two people who have nothing in common. Groups are added one by one as long as the two most alike stay below a limit. The
limit for the first cut is generous, because a meeting is of two or more, and two voices taken for one leave nothing to measure,
while one voice taken for two is put right by naming both.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

Floats = NDArray[np.float32]
Labels = NDArray[np.intp]

TWO, MORE = 0.72, 0.55
"""How alike two groups may be: for the first cut, and for every further one."""

USUAL = 0.45
"""Similarity of two pieces of one person, as CAM++ gives it."""

MOST = 10
"""Voices looked for where no number is given."""

LEAST, SHORTEST, LONGEST = 0.06, 1.5, 10.0
"""A voice has at least this part of the clear speech; at least 1.5 s, but more than 10 s is asked of nobody. Where the number
of voices is given, half of it: somebody who says little is then known to be there."""

PIECES = 1500
"""Pieces that are compared with one another; of a longer recording, that many are taken, evenly."""


def group(voices: Floats, seconds: Floats, *, speakers: int | None = None, least_voices: int = 1) -> Floats:
    """Return the voices that were found: (speakers, 192), of length 1.

    Parameters
    ----------
    voices
        (pieces, 192), of length 1.
    seconds
        Length of each piece: how much it counts.
    speakers
        Number of voices; None to estimate it. Fewer are found where there are not as many.
    least_voices
        Voices there must be, when the number is estimated: two where two were heard at once.
    """
    some = np.unique(np.linspace(0, len(voices) - 1, min(len(voices), PIECES)).astype(int))
    voices, seconds = voices[some], seconds[some]
    least = min(LONGEST, max(SHORTEST, LEAST * float(seconds.sum()))) / (1 if speakers is None else 2)
    found = _centres(voices, seconds, np.zeros(len(voices), np.intp), 1)
    for count in range(2, min(speakers or MOST, len(voices)) + 1):
        groupings = list(_groupings(voices, seconds, count))
        large = [labels for labels in groupings if np.bincount(labels, seconds, count).min() >= least]
        if speakers is None and not large:
            break
        labels = min(large or groupings, key=lambda labels: alike(voices, seconds, labels, count).max())
        limit = TWO if count == 2 else MORE
        if speakers is None and count > least_voices and alike(voices, seconds, labels, count).max() > limit:
            break
        found = _centres(voices, seconds, labels, count)
    return found


def alike(voices: Floats, seconds: Floats, labels: Labels, count: int) -> Floats:
    """Return (count,) how alike each group is to the one most like it, chance taken out; -inf where there is no other.

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


def _groupings(voices: Floats, seconds: Floats, count: int) -> Iterator[Labels]:
    """Yield ways to make `count` groups: grown from the largest branches of two trees, each cut at several heights."""
    for tree in (linkage(voices, "average", "cosine"), linkage(voices, "ward")):
        for branches in range(count, min(len(voices), count + 12) + 1):
            labels = fcluster(tree, branches, "maxclust")
            largest = np.argsort(-np.bincount(labels, seconds), kind="stable")[:count]
            if len(np.unique(labels)) < count:
                continue
            place = np.full(labels.max() + 1, -1)
            place[largest] = np.arange(count)
            settled = _settled(voices, seconds, place[labels].astype(np.intp), count)
            if len(np.unique(settled)) == count:
                yield settled


def _settled(voices: Floats, seconds: Floats, labels: Labels, count: int) -> Labels:
    """Return the grouping in which every piece is with the nearest voice; label -1 is still with none."""
    for _ in range(20):
        nearest = (voices @ _centres(voices, seconds, labels, count).T).argmax(1)
        if (nearest == labels).all():
            break
        labels = nearest
    return labels


def _centres(voices: Floats, seconds: Floats, labels: Labels, count: int) -> Floats:
    member = (labels[:, None] == np.arange(count)) * seconds[:, None]
    centres: Floats = member.T.astype(np.float32) @ voices
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return centres
