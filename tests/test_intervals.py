"""Intervals against published values and against what they promise."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from talkbalance import intervals


@pytest.mark.parametrize(("n", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)])  # Garwood 1936
def test_a_count(n: int, low: float, high: float) -> None:
    assert intervals.of_count(n) == pytest.approx((low, high), abs=1e-2)


@given(st.integers(0, 500))
def test_the_limits_of_a_count_leave_two_and_a_half_percent_on_each_side(n: int) -> None:
    low, high = intervals.of_count(n)
    assert poisson.cdf(n, high) == pytest.approx(0.025, rel=1e-6)
    assert n == 0 or poisson.sf(n - 1, low) == pytest.approx(0.025, rel=1e-6)


@given(st.integers(1, 300), st.data())
def test_a_proportion_lies_inside_its_exact_interval(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    low, high = intervals.of_proportion(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    assert high == 1 or binom.cdf(part, whole, high) == pytest.approx(0.025, rel=1e-6)


def test_of_nothing_nothing_is_known() -> None:
    assert all(isnan(limit) for limit in intervals.of_proportion(0, 0))
    assert all(isnan(limit) for limit in intervals.of_median(np.arange(5.0)))
    assert all(isnan(limit) for limit in intervals.evenness(intervals.UNKNOWN))


@pytest.mark.parametrize("n", [6, 7, 20, 101])
def test_a_median_lies_between_two_of_its_values_as_surely_as_promised(n: int) -> None:
    low, high = intervals.of_median(np.arange(1.0, n + 1))
    below = int(low) - 1
    assert 1 - 2 * binom.cdf(below, n, 0.5) >= 0.95
    assert 1 - 2 * binom.cdf(below + 1, n, 0.5) < 0.95
    assert high == n - below


def test_a_ratio_of_counts_and_of_figures() -> None:
    low, high = intervals.of_ratio_of_counts(6, 3)
    assert low < 2 < high
    assert intervals.of_ratio_of_counts(2, 0)[1] == inf
    low, high = intervals.of_quotient(4, (3, 5), 2, (1.5, 3))
    assert low < 2 < high
    assert all(isnan(limit) for limit in intervals.of_quotient(4, (0, 5), 2, (1, 3)))


def test_a_difference_has_the_squares_of_both_distances() -> None:
    assert intervals.of_difference(5, (2, 9), 1, (-3, 4)) == pytest.approx((4 - 18**0.5, 4 + 32**0.5))


def test_evenness_is_whole_where_the_half_is_inside() -> None:
    assert intervals.evenness((0.4, 0.7)) == pytest.approx((0.6, 1))
    assert intervals.evenness((0.6, 0.7)) == pytest.approx((0.6, 0.8))


def test_blocks_that_are_alike_leave_no_doubt_and_the_same_seed_gives_the_same() -> None:
    alike = np.tile([[3.0, 1.0]], (5, 1))
    assert intervals.resampled(alike, lambda sums: sums[:, :1] / sums.sum(axis=1, keepdims=True), runs=50, seed=1) == [(0.75, 0.75)]
    rough = np.random.default_rng(0).random((8, 1))
    one, again, other = (intervals.resampled(rough, lambda sums: sums, runs=100, seed=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert all(isnan(limit) for limit in intervals.resampled(rough[:2], lambda sums: sums, runs=100, seed=1)[0])
