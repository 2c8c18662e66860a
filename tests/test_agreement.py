"""Agreement beyond chance: published values, and intervals that hold what they should."""

from math import isnan, nan

import numpy as np
import pytest

from talkbalance.agreement import Scale, alpha, cohen, kappa

A = [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan]
B = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3]
C = [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan]
D = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan]
"""Krippendorff (2011), example C: four observers, twelve units."""


@pytest.mark.parametrize(("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_is_the_published_one(scale: Scale, published: float) -> None:
    found = alpha(np.array([A, B, C, D]).T.tolist(), scale=scale)
    assert found.value == pytest.approx(published, abs=0.001)
    assert found.n == 11, "one unit was judged by one observer only"
    assert found.low < found.value < found.high


@pytest.mark.parametrize("seed", range(5))
def test_kappa_and_alpha_are_those_of_a_library_others_keep(seed: int) -> None:
    from nltk.metrics.agreement import AnnotationTask

    rng = np.random.default_rng(seed)
    ratings = rng.integers(0, 3, (40, 3)).astype(float)
    ratings[rng.random(ratings.shape) < 0.1] = nan
    said = [(coder, unit, int(ratings[unit, coder])) for unit, coder in np.argwhere(~np.isnan(ratings)).tolist()]
    kept = [entry for entry in said if (~np.isnan(ratings[entry[1]])).sum() >= 2]
    assert alpha(ratings.tolist(), scale="nominal").value == pytest.approx(AnnotationTask(kept).alpha())
    both = ratings[~np.isnan(ratings[:, :2]).any(axis=1), :2].astype(int)
    pairs = [(coder, unit, int(both[unit, coder])) for coder in range(2) for unit in range(len(both))]
    counts = np.zeros((3, 3))
    np.add.at(counts, (both[:, 0], both[:, 1]), 1)
    assert cohen(counts) == pytest.approx(AnnotationTask(pairs).kappa())


def test_kappa_is_that_of_the_textbook() -> None:
    found = kappa([[20, 5], [10, 15]])
    assert found.value == pytest.approx(0.4)
    assert found.low < 0.4 < found.high


def test_a_few_cases_on_which_all_agree_are_not_certain() -> None:
    for found in (kappa([[5, 0], [0, 5]]), alpha([[1, 1], [2, 2], [3, 3], [1, 1]])):
        assert found.value == pytest.approx(1)
        assert found.high == 1
        assert found.low < 0.6


@pytest.mark.parametrize("counts", [[[0, 0], [0, 0]], [[7, 0], [0, 0]]])
def test_kappa_is_not_known_where_chance_alone_gives_it(counts: list[list[float]]) -> None:
    found = kappa(counts)
    assert isnan(found.value)
    assert isnan(found.low)


@pytest.mark.parametrize("ratings", [[], [[1.0, nan], [nan, 2.0]], [[2.0, 2.0], [2.0, 2.0]]])
def test_alpha_is_not_known_where_nobody_agrees_with_anybody_about_a_difference(ratings: list[list[float]]) -> None:
    assert isnan(alpha(ratings).value)


def test_two_cases_have_no_interval() -> None:
    assert isnan(alpha([[1, 1], [2, 2]]).low)
    assert isnan(kappa([[1, 0], [0, 1]]).low)


def test_the_interval_of_kappa_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([[0.2, 0.05], [0.1, 0.65]])
    found = [kappa(rng.multinomial(30, truth.ravel()).reshape(2, 2).tolist()) for _ in range(200)]
    held = np.mean([one.low <= cohen(truth) <= one.high for one in found])
    assert held > 0.9
