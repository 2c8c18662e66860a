"""Times of tokens from where a model looks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from talkbalance.speech.alignment import FRAME, begins, cheapest_path


def test_tokens_begin_where_the_bright_diagonal_reaches_them() -> None:
    true = [0, 20, 25, 60, 90]
    attention = np.full((3, 5, 120), 0.001)
    for token, (start, end) in enumerate(zip(true, [*true[1:], 120], strict=True)):
        attention[:, token, start:end] = 1.0
    assert begins(attention) == pytest.approx([start * FRAME for start in true])


def test_one_token_begins_at_the_beginning() -> None:
    assert begins(np.ones((2, 1, 50))) == [0.0]


@given(arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 12)), elements=st.floats(-9, 9)))
def test_the_way_found_is_as_cheap_as_any(cost: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    enters = cheapest_path(cost).tolist()
    assert enters == sorted(enters)
    assert enters[0] == 0
    best = np.full(cost.shape, np.inf)
    for row, column in np.ndindex(*cost.shape):
        before = [best[row - i, column - j] for i, j in ((1, 0), (0, 1), (1, 1)) if row >= i and column >= j]
        best[row, column] = cost[row, column] + min(before, default=0.0)
    assert _cheapest(cost, enters) == pytest.approx(best[-1, -1])


def _cheapest(cost: np.ndarray[tuple[int, int], np.dtype[np.float64]], enters: list[int]) -> float:
    """Return the cost of the cheapest way that enters each row where it is said to."""
    leaves = [[following - 1, following] for following in enters[1:]] + [[cost.shape[1] - 1]]
    return sum(
        min(float(cost[row, start : end + 1].sum()) for end in ends if end >= start)
        for row, (start, ends) in enumerate(zip(enters, leaves, strict=True))
    )
