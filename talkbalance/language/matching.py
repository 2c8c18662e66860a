"""Which words of two versions of one talk are the same: a tool's transcript and what was heard in its recording.

Runs of words that stand only once in each version are believed first, the longest runs first, as far as they stand in the same
order; what lies between them is compared by itself. So two hours take no longer than two hours' worth of single minutes.

References
----------
Cohen, B. (2010). Patience diff advantages. -- Ratcliff, J. W., Metzener, D. E. (1988). Pattern matching: the gestalt approach.
Dr. Dobb's Journal 13(7).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

RUNS = (4, 3, 2, 1)
"""Lengths of the runs that are looked for, in words."""

LARGEST = 400_000
"""Pairs of words in a stretch without such runs, up to which it is compared word by word: ten minutes of both."""

Pair = tuple[int, int]


def matched(ours: Sequence[str], theirs: Sequence[str]) -> list[Pair]:
    """Return the places at which both have the same word, in order in both.

    >>> matched("guten tag herr baum".split(), "gut tag lieber herr baum".split())
    [(1, 1), (2, 3), (3, 4)]
    """
    found: list[Pair] = []
    waiting = [(0, len(ours), 0, len(theirs))]
    while waiting:
        a, b, c, d = waiting.pop()
        pairs = list(_between(ours[a:b], theirs[c:d], a, c))
        found += pairs
        if pairs and (b - a) * (d - c) > LARGEST:
            waiting += _gaps([(a - 1, c - 1), *pairs, (b, d)])
    return sorted(found)


def _between(ours: Sequence[str], theirs: Sequence[str], a: int, c: int) -> Iterator[Pair]:
    """Yield pairs of two stretches that begin at `a` and `c`: all of them in short ones, those of unique runs in long ones."""
    if len(ours) * len(theirs) <= LARGEST:
        for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
            yield from ((a + block.a + i, c + block.b + i) for i in range(block.size))
        return
    for length in RUNS:
        if runs := _in_order(_unique(ours, theirs, length)):
            last = -1, -1
            for i, j in runs:
                for pair in ((i + k, j + k) for k in range(length)):
                    if pair[0] > last[0] and pair[1] > last[1]:
                        yield a + pair[0], c + pair[1]
                        last = pair
            return


def _unique(ours: Sequence[str], theirs: Sequence[str], length: int) -> list[Pair]:
    """Return where runs stand that each version has exactly once, in order of the first."""
    places = [_once(version, length) for version in (ours, theirs)]
    return [(at, places[1][run]) for run, at in places[0].items() if run in places[1]]


def _once(version: Sequence[str], length: int) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    again: set[tuple[str, ...]] = set()
    for at in range(len(version) - length + 1):
        run = tuple(version[at : at + length])
        if run in found:
            again.add(run)
        found[run] = at
    return {run: at for run, at in found.items() if run not in again}


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the most pairs whose second places increase as the first ones do.

    >>> _in_order([(0, 5), (1, 1), (2, 2), (3, 9)])
    [(1, 1), (2, 2), (3, 9)]
    """
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [j], [number]
    kept = []
    number = last[-1] if last else -1
    while number >= 0:
        kept.append(pairs[number])
        number = before[number]
    return kept[::-1]


def _gaps(pairs: Sequence[Pair]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches between pairs in which both have something."""
    for (i, j), (k, m) in pairwise(pairs):
        if k - i > 1 and m - j > 1:
            yield i + 1, k, j + 1, m
