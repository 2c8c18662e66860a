"""Ratios pool."""

from math import isnan

from hypothesis import given
from hypothesis import strategies as st

from talkbalance.metrics.ratio import Ratio

counts = st.integers(0, 1000)


def test_nine_of_ten_and_ten_of_a_hundred_are_nineteen_of_a_hundred_and_ten() -> None:
    assert Ratio(9, 10) + Ratio(10, 100) == Ratio(19, 110)


def test_nothing_of_nothing_is_not_zero() -> None:
    assert isnan(Ratio(0, 0).value)


@given(counts, counts, counts, counts)
def test_a_pooled_ratio_lies_between_its_parts(a: int, b: int, c: int, d: int) -> None:
    one, other = Ratio(a, a + b), Ratio(c, c + d)
    if one.whole and other.whole:
        low, high = sorted((one.value, other.value))
        assert low - 1e-12 <= (one + other).value <= high + 1e-12
