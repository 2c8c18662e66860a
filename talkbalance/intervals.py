"""How far a figure could be off if the same people talked on in the same way: exact where counting allows it.

Every function returns `(low, high)` at `LEVEL`, `UNKNOWN` where nothing can be said.

References
----------
Garwood, F. (1936). Fiducial limits for the Poisson distribution. Clopper, C. & Pearson, E. (1934). The use of confidence or
fiducial limits. Conover, W. (1999). Practical nonparametric statistics, 3.2 (quantiles). Zou, G. & Donner, A. (2008).
Construction of confidence limits about effect measures (MOVER).
"""

from collections.abc import Callable, Sequence
from math import exp, hypot, isfinite, isnan, log, nan

import numpy as np

from talkbalance.floor import Floats

LEVEL = 0.95

Interval = tuple[float, float]
UNKNOWN: Interval = (nan, nan)

FEWEST_BLOCKS = 3
"""Blocks of which resampling can say anything."""


def of_count(n: float) -> Interval:
    """Return the exact interval of a count.

    >>> [round(limit, 2) for limit in of_count(0)]
    [0.0, 3.69]
    """
    from scipy.special import gammaincinv

    tail = (1 - LEVEL) / 2
    return (float(gammaincinv(n, tail)) if n else 0.0, float(gammaincinv(n + 1, 1 - tail)))


def of_proportion(part: float, whole: float) -> Interval:
    """Return the exact interval of a part of a counted whole.

    >>> [round(limit, 2) for limit in of_proportion(1, 10)]
    [0.0, 0.45]
    """
    from scipy.special import betaincinv

    if not whole:
        return UNKNOWN
    tail, rest = (1 - LEVEL) / 2, whole - part
    low = float(betaincinv(part, rest + 1, tail)) if part else 0.0
    return low, float(betaincinv(part + 1, rest, 1 - tail)) if rest else 1.0


def of_ratio_of_counts(part: float, other: float) -> Interval:
    """Return the exact interval of one count ÷ another, both of the same stretch of talk."""
    low, high = of_proportion(part, part + other)
    return (nan, nan) if isnan(low) else (low / (1 - low), high / (1 - high) if high < 1 else np.inf)


def of_median(values: Floats) -> Interval:
    """Return the interval of a median between two of its own values, without a word about their distribution.

    Six values are needed: the outer two of five hold the median with less than 95 %.
    """
    from scipy.special import bdtrik

    n = len(values)
    if n < 6:
        return UNKNOWN
    below = int(np.ceil(float(bdtrik((1 - LEVEL) / 2, n, 0.5)))) - 1
    if below < 0:
        return UNKNOWN
    ordered = np.sort(values)
    return float(ordered[below]), float(ordered[n - 1 - below])


def of_difference(one: float, one_interval: Interval, other: float, other_interval: Interval) -> Interval:
    """Return the interval of one figure less another, from the intervals of both."""
    (low, high), (other_low, other_high) = one_interval, other_interval
    difference = one - other
    return difference - hypot(one - low, other_high - other), difference + hypot(high - one, other - other_low)


def of_quotient(one: float, one_interval: Interval, other: float, other_interval: Interval) -> Interval:
    """Return the interval of one positive figure ÷ another, from the intervals of both."""
    known = (one, *one_interval, other, *other_interval)
    if not all(isfinite(value) and value > 0 for value in known):
        return UNKNOWN
    low, high = of_difference(
        log(one), (log(one_interval[0]), log(one_interval[1])), log(other), (log(other_interval[0]), log(other_interval[1]))
    )
    return exp(low), exp(high)


def evenness(interval: Interval) -> Interval:
    """Return the interval of 1 - |2p - 1|, given that of p: how even two parts are."""
    low, high = interval
    if isnan(low):
        return UNKNOWN
    ends = 1 - abs(2 * low - 1), 1 - abs(2 * high - 1)
    return min(ends), 1.0 if low <= 0.5 <= high else max(ends)


def resampled(blocks: Floats, of: Callable[[Floats], Floats], *, runs: int, seed: int) -> Sequence[Interval]:
    """Return the interval of each number that is made of sums over blocks, by drawing blocks with replacement.

    Parameters
    ----------
    blocks
        (n, c) what each block adds.
    of
        (runs, c) sums in, (runs, numbers) out.
    """
    if not runs or len(blocks) < FEWEST_BLOCKS:
        return [UNKNOWN] * of(blocks[:1] if len(blocks) else np.zeros((1, blocks.shape[1]))).shape[1]
    draws = np.random.default_rng(seed).integers(len(blocks), size=(runs, len(blocks)))
    times = np.zeros((runs, len(blocks)))
    np.add.at(times, (np.arange(runs)[:, None], draws), 1.0)
    return quantiles(of(times @ blocks))


def quantiles(draws: Floats) -> Sequence[Interval]:
    """Return the middle `LEVEL` of each column of draws; unknown where no draw has a value."""
    tail = (1 - LEVEL) / 2
    found = []
    for column in draws.T:
        known = column[~np.isnan(column)]
        found.append((float(np.quantile(known, tail)), float(np.quantile(known, 1 - tail))) if len(known) else UNKNOWN)
    return found
