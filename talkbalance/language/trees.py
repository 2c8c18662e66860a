"""Boosted trees as numbers: read from a file, applied to many rows at once."""

import json
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Decision trees over a fixed list of features, all of the same shape; the sum of their leaves is a log-odds.

    A correction changes a few utterances of hundreds: rows that are as they were when the trees were last asked keep their answer.

    Parameters
    ----------
    features
        The names of the columns.
    rates
        Column to value of each code: a word class is as high as sentences with it there ask.
    base
        The log-odds before any tree.
    feature, threshold, missing_left, value
        One row per tree, one column per node.
    ways
        (trees, nodes, 2) which node follows to the right and to the left, counted over all trees; a leaf leads to itself.
    depth
        Steps from the root to the deepest leaf.
    """

    features: tuple[str, ...]
    rates: dict[int, Array]
    base: float
    feature: NDArray[np.int32]
    threshold: Array
    ways: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    value: Array
    depth: int
    last: "list[tuple[Array, Array]]" = field(default_factory=list, repr=False)
    """The rows that were last asked for, and their log-odds."""

    def log_odds(self, rows: Array) -> Array:
        """Return the log-odds of each row; nan is a value that is not known."""
        if not len(rows):
            return np.zeros(0)
        known = self.last[0] if self.last else None
        if known is None or known[0].shape != rows.shape:
            found = self._summed(rows)
        else:
            same = (rows == known[0]) | (np.isnan(rows) & np.isnan(known[0]))
            changed = np.flatnonzero(~same.all(axis=1))
            found = known[1].copy()
            found[changed] = self._summed(rows[changed])
        self.last[:] = [(rows.copy(), found.copy())]
        return found

    def _summed(self, rows: Array) -> Array:
        known = rows.copy()
        for column, rates in self.rates.items():
            codes = rows[:, column]
            given = ~np.isnan(codes)
            known[given, column] = rates[codes[given].astype(np.intp)]
        block = max(1, AT_ONCE // len(self.feature))
        summed = [self._leaves(known[start : start + block]) for start in range(0, len(known), block)]
        return np.concatenate(summed) + self.base if summed else np.zeros(0)

    def _leaves(self, known: Array) -> Array:
        """Return the sum over the leaves each row ends in."""
        trees, nodes = self.feature.shape
        feature, ways = self.feature.ravel(), self.ways.ravel()
        threshold, missing = self.threshold.ravel(), self.missing_left.ravel()
        place = np.arange(0, known.size, known.shape[1], dtype=np.int32)[:, None]
        node = np.broadcast_to(np.arange(0, trees * nodes, nodes, dtype=np.int32), (len(known), trees))
        flat = known.ravel()
        unknown = bool(np.isnan(flat).any())
        for _ in range(self.depth):
            seen = flat.take(feature.take(node) + place)
            goes_left = seen <= threshold.take(node)
            if unknown:
                goes_left |= np.isnan(seen) & missing.take(node)
            node = ways.take(2 * node + goes_left)
        found: Array = self.value.ravel().take(node).sum(axis=1)
        return found


AT_ONCE = 20_000
"""Places in trees that are looked at together: as many as lie near the processor."""


def read_trees(package: str, file: str) -> Trees:
    """Return the trees of a file as `benchmarks.fit_questions` writes it."""
    data: dict[str, Any] = json.loads(resources.files(package).joinpath(file).read_text(encoding="utf-8"))
    names = tuple(data["features"])
    nodes = max(len(tree["value"]) for tree in data["trees"])
    count = len(data["trees"])
    start = (np.arange(count) * nodes)[:, None]

    def filled(name: str, fill: float) -> Array:
        out = np.full((count, nodes), fill)
        for row, tree in zip(out, data["trees"], strict=True):
            row[: len(tree[name])] = tree[name]
        return out

    return Trees(
        names,
        {names.index(name): np.array(rates, float) for name, rates in data["rates"].items()},
        float(data["base"]),
        filled("feature", 0).astype(np.int32),
        filled("threshold", 0.0),
        np.stack([filled(side, 0) + start for side in ("right", "left")], axis=-1).astype(np.int32),
        filled("missing_left", 0) > 0,
        filled("value", 0.0),
        int(data["depth"]),
    )
