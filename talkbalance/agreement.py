"""How far people agree beyond chance, with what so few cases allow to say about it.

Every function returns an `Agreement`; its value is NaN where agreement cannot be told from chance, because everybody said the
same of everything. Intervals come from draws in which half a count stands in every cell, or half a case was judged by chance: a
few cases on which all agree are not certain.

References
----------
Cohen, J. (1960). A coefficient of agreement for nominal scales. Krippendorff, K. (2011). Computing Krippendorff's
alpha-reliability. Rubin, D. (1981). The Bayesian bootstrap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Literal

import numpy as np

from talkbalance.floor import Floats
from talkbalance.intervals import UNKNOWN, Interval, quantiles

RUNS = 2000
"""Draws an interval is taken from."""
FEWEST = 3
"""Cases of which an interval can be given."""

Scale = Literal["nominal", "ordinal"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement: 1 is perfect, 0 what chance gives; `n` cases it rests on."""

    value: float
    low: float
    high: float
    n: int


def kappa(counts: Sequence[Sequence[float]], *, seed: int = 0) -> Agreement:
    """Return Cohen's kappa of two judges, with its interval.

    Parameters
    ----------
    counts
        Square table: how many cases one judge (rows) and the other (columns) put into each class.
    seed
        Of the draws the interval comes from.

    >>> found = kappa([[20, 5], [10, 15]])
    >>> round(found.value, 3), round(found.low, 2), round(found.high, 2), found.n
    (0.4, 0.15, 0.62, 50)
    """
    table = np.asarray(counts, dtype=np.float64)
    n = float(table.sum())
    value = cohen(table)
    if n < FEWEST or isnan(value):
        return Agreement(value, *UNKNOWN, int(n))
    prior = 2 / table.size  # half a count per cell of a table of two classes
    drawn = np.random.default_rng(seed).dirichlet(table.ravel() + prior, size=RUNS)
    return Agreement(value, *_around(value, _kappa(drawn.reshape(RUNS, *table.shape))), int(n))


def cohen(counts: Floats) -> float:
    """Return Cohen's kappa alone, of counts or of seconds, (classes, classes)."""
    whole = counts.sum()
    return float(_kappa(counts[None] / whole)[0]) if whole else nan


def _kappa(parts: Floats) -> Floats:
    """Return the kappa of each (classes, classes) table of parts."""
    same = np.trace(parts, axis1=1, axis2=2)
    chance = (parts.sum(axis=1) * parts.sum(axis=2)).sum(axis=1)
    certain = np.isclose(chance, 1)
    found: Floats = np.where(certain, nan, (same - chance) / np.where(certain, 1, 1 - chance))
    return found


def alpha(ratings: Sequence[Sequence[float]], *, scale: Scale = "ordinal", seed: int = 0) -> Agreement:
    """Return Krippendorff's alpha of any number of judges, some of whom may have left cases out.

    Parameters
    ----------
    ratings
        (cases, judges) what each said, as numbers; NaN where somebody said nothing. Cases that fewer than two judged do not count.
    scale
        "ordinal" (default): classes in an order, near ones disagree less; "nominal": they only differ.
    seed
        Of the draws the interval comes from.

    >>> round(alpha([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]]).value, 2)
    0.89
    """
    given = np.asarray(ratings, dtype=np.float64)
    given = given[(~np.isnan(given)).sum(axis=1) >= 2] if given.ndim == 2 and given.size else np.zeros((0, 2))
    cases = len(given)
    classes = np.unique(given[~np.isnan(given)])
    if len(classes) < 2:
        return Agreement(nan, *UNKNOWN, cases)
    pairs = _pairs(given, classes)
    total = pairs.sum(axis=0)
    apart = _apart(total.sum(axis=0), scale)
    value = float(_alpha(total[None], apart)[0])
    if cases < FEWEST:
        return Agreement(value, *UNKNOWN, cases)
    with_chance = np.concatenate([pairs, _by_chance(total)[None] / cases])
    weights = np.random.default_rng(seed).dirichlet([*[1.0] * cases, 0.5], size=RUNS) * cases
    return Agreement(value, *_around(value, _alpha(np.tensordot(weights, with_chance, axes=1), apart)), cases)


def _pairs(given: Floats, classes: Floats) -> Floats:
    """Return (cases, classes, classes) how often two judgements of a case fall into each pair of classes."""
    said = (given[:, :, None] == classes).astype(np.float64).sum(axis=1)
    both = said[:, :, None] * said[:, None, :] - said[:, :, None] * np.eye(len(classes))
    found: Floats = both / (said.sum(axis=1) - 1)[:, None, None]
    return found


def _by_chance(total: Floats) -> Floats:
    """Return the pairs that judging by chance would give, as many as there are."""
    n = total.sum(axis=0)
    found: Floats = (np.outer(n, n) - np.diag(n)) / (n.sum() - 1)
    return found


def _apart(n: Floats, scale: Scale) -> Floats:
    """Return how far two classes are apart, squared, given how often each was used."""
    if scale == "nominal":
        return 1 - np.eye(len(n))
    upto = np.cumsum(n)
    middle = upto - n / 2
    found: Floats = (middle[:, None] - middle[None, :]) ** 2
    return found


def _alpha(pairs: Floats, apart: Floats) -> Floats:
    """Return the alpha of each (classes, classes) table of pairs."""
    observed = (pairs * apart).sum(axis=(1, 2))
    n = pairs.sum(axis=1)
    whole = n.sum(axis=1)
    expected = np.einsum("ri,rj,ij->r", n, n, apart) / (whole - 1)
    found: Floats = 1 - observed / np.where(expected > 0, expected, nan)
    return found


def _around(value: float, drawn: Floats) -> Interval:
    """Return the middle of the draws, widened to hold the value itself."""
    ((low, high),) = quantiles(drawn[:, None])
    return min(low, value), max(high, value)
