"""What changed from one meeting to another: a difference is said only where its interval leaves nought on one side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from talkbalance import intervals
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT
from talkbalance.views.writing import NOTHING, figure_of, side_name

SIGNS = (
    *(("share", AGENCY), ("longest_stretch", AGENCY), ("interruption_rate", AGENCY), ("question_rate", AGENCY)),
    *(("open_question_share", AGENCY), ("answered_share", CLIENT), ("backchannel_rate", AGENCY), ("uptake", AGENCY)),
    *(("response_time", AGENCY), ("callback_rate", AGENCY)),
)
"""Measures that do not grow with the length of a meeting, and the longest stretch, which everybody asks for."""


@dataclass(frozen=True, slots=True)
class Change:
    """A measure of two meetings, written: the value of each with its interval, and what can be said about the difference."""

    name: str
    before: str
    after: str
    said: str


def changes(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Change]:
    """Yield what changed from one meeting with sides to another; what neither has a case of is left out.

    Parameters
    ----------
    before, after
        The summaries of both.
    """
    rows = [{(row["measure"], row["side"]): row for row in one.to_dict(orient="records")} for one in (before, after)]
    for key in SIGNS:
        first, second = rows[0][key], rows[1][key]
        if isnan(first["value"]) and isnan(second["value"]) and first["available"] and second["available"]:
            continue
        name = f"{text(f'measures.{key[0]}')} · {side_name(key[1])}"
        yield Change(name, _written(first), _written(second), text(f"training.{direction(first, second)}"))


def direction(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> str:
    """Return "more", "less", or "open" where the interval of the difference holds nought or is not known."""
    one, other = (row["value"] for row in (before, after))
    low, high = intervals.of_difference(other, (after["low"], after["high"]), one, (before["low"], before["high"]))
    if isnan(low) or isnan(high):
        return "open"
    return "more" if low > 0 else "less" if high < 0 else "open"


def _written(row: Mapping[Any, Any]) -> str:
    if isnan(row["value"]):
        return row["reason"] or NOTHING
    value, interval = figure_of(row)
    return f"{value} ({interval})" if interval else value
