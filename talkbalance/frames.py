"""The tables we return: columns, types, units.

A schema is a mapping from column to dtype; `table` makes every table from one, so an empty table has the same columns and
types as a full one. Times are seconds, shares 0-1. What a meeting cannot tell is missing (NaN, NA or None), never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

Schema = Mapping[str, str]
Row = Sequence[Any]

SUMMARY: Schema = {
    "meeting": "str",
    "measure": "str",
    "side": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "low_heard": "float64",
    "high_heard": "float64",
    "low_observed": "float64",
    "high_observed": "float64",
    "level": "float64",
    "unit": "str",
    "part": "float64",
    "whole": "float64",
    "n": "Int64",
    "rule": "str",
    "available": "bool",
    "reason": "str",
}
SPEAKING_TIME: Schema = {
    "start": "float64",
    "end": "float64",
    "speaking_time": "float64",
    "solo_time": "float64",
    "overlap_time": "float64",
    "share": "float64",
    "n_turns": "int64",
    "n_words": "int64",
}
"""Preceded by `speaker` or `side`."""
TURNS: Schema = {
    "turn": "int64",
    "speaker": "str",
    "side": "str",
    "start": "float64",
    "end": "float64",
    "duration": "float64",
    "n_words": "int64",
    "text": "str",
}
TRANSITIONS: Schema = {
    "start": "float64",
    "end": "float64",
    "duration": "float64",
    "kind": "str",
    "speaker_from": "str",
    "speaker_to": "str",
}
RESPONSES: Schema = {
    "start": "float64",
    "end": "float64",
    "offset": "float64",
    "kind": "str",
    "speaker_from": "str",
    "speaker_to": "str",
    "side_from": "str",
    "side_to": "str",
}
INTERRUPTIONS: Schema = {
    "start": "float64",
    "end": "float64",
    "overlap": "float64",
    "interrupter": "str",
    "interrupted": "str",
    "cut_off": "str",
    "interrupter_side": "str",
    "interrupted_side": "str",
    "kind": "str",
    "resumed": "boolean",
    "confidence": "float64",
}
BACKCHANNELS: Schema = {
    "start": "float64",
    "end": "float64",
    "speaker": "str",
    "side": "str",
    "to": "str",
    "text": "str",
    "confidence": "float64",
}
QUESTIONS: Schema = {
    "start": "float64",
    "end": "float64",
    "speaker": "str",
    "side": "str",
    "text": "str",
    "kind": "str",
    "open": "boolean",
    "why": "boolean",
    "follow_up": "boolean",
    "answered": "boolean",
    "confidence": "float64",
}
UPTAKE: Schema = {
    "start": "float64",
    "end": "float64",
    "speaker": "str",
    "side": "str",
    "text": "str",
    "uptake": "float64",
    "similarity": "float64",
    "words": "str",
}
MARKERS: Schema = {
    "start": "float64",
    "end": "float64",
    "speaker": "str",
    "side": "str",
    "kind": "str",
    "text": "str",
}
MINUTES: Schema = {
    "measure": "str",
    "side": "str",
    "start": "float64",
    "end": "float64",
    "part": "float64",
}
REVIEW_QUEUE: Schema = {
    "start": "float64",
    "end": "float64",
    "question": "str",
    "measure": "str",
    "expected_change": "float64",
    "expected_narrowing": "float64",
}
COMPARISON: Schema = {
    "measure": "str",
    "side": "str",
    "reference": "float64",
    "hypothesis": "float64",
    "difference": "float64",
    "reason": "str",
}


def table(rows: Iterable[Row], schema: Schema) -> pd.DataFrame:
    """Make a table with the columns and types of `schema`, also of no rows at all.

    >>> table([], TURNS).dtypes["start"]
    dtype('float64')
    """
    return columns(list(zip(*rows, strict=True)) or [()] * len(schema), schema)


def columns(values: Sequence[Any], schema: Schema) -> pd.DataFrame:
    """Make a table of whole columns, in the order of `schema`."""
    return pd.DataFrame({name: _column(column, dtype) for (name, dtype), column in zip(schema.items(), values, strict=True)})


def _column(values: Sequence[Any], dtype: str) -> ExtensionArray | NDArray[Any]:
    """Return values as an array: of arrays a table is made several times as fast as of series, which are aligned first."""
    if dtype in ("float64", "int64", "bool"):
        return np.asarray(values, dtype=dtype)
    made: ExtensionArray = pd.array(values, dtype=dtype)  # type: ignore[call-overload]  # its stubs know only literal names
    return made


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain Python values for JSON; what is missing is None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict(orient="records")]
