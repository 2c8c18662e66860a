"""Lines others have drawn, and whether a figure lies beyond one: said only where the whole interval does, and never as a grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal

import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, Meeting
from talkbalance.views.writing import figure_of, side_name, written

Verdict = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Line:
    """A reference line: whose it is, how many talks it was drawn from and where stands in the texts under `name`.

    Parameters
    ----------
    name
        Of its text, `verdicts.NAME`.
    measure, side
        What it is held against; "" for a measure of the meeting.
    at
        The line, in the unit of the measure.
    """

    name: str
    measure: str
    side: str
    at: float


LINES = (
    Line("gong_share", "share", AGENCY, 0.43),
    Line("gong_most", "share", AGENCY, 0.65),
    Line("balance", "share", AGENCY, 0.6),
    Line("demodesk", "longest_stretch", AGENCY, 76.0),
    Line("gong_story", "longest_stretch", CLIENT, 240.0),
    Line("even", "interruption_asymmetry", "", 0.0),
    Line("miti_fair", "reflection_question_ratio", AGENCY, 1.0),
    Line("miti_good", "reflection_question_ratio", AGENCY, 2.0),
)
"""Presets. None of them was drawn from talks between agencies and their clients, and their texts say so."""


@dataclass(frozen=True, slots=True)
class Held:
    """A figure held against a line, written; `row` is the figure's of the summary, `at` where the line is."""

    name: str
    value: str
    line: str
    said: str
    origin: str
    row: Mapping[Any, Any]
    at: float


def verdict(low: float, high: float, line: float) -> Verdict | None:
    """Return on which side of a line an interval lies; None where it crosses it or is not known.

    >>> verdict(0.5, 0.6, 0.43)
    'above'
    >>> verdict(0.4, 0.6, 0.43) is None
    True
    """
    if isnan(low) or isnan(high):
        return None
    return "above" if low > line else "below" if high < line else None


def held(meeting: Meeting, measured: pd.DataFrame) -> list[Held]:
    """Return the figures of a meeting with sides held against every line; none without sides.

    Parameters
    ----------
    measured
        Its summary.
    """
    if not meeting.sided:
        return []
    rows = {(row["measure"], row["side"]): row for row in measured[measured["available"]].to_dict(orient="records")}
    found = []
    for line in LINES:
        row = rows.get((line.measure, line.side))
        if row is None or isnan(row["value"]):
            continue
        value, interval = figure_of(row)
        side = f" · {side_name(line.side)}" if line.side else ""
        found.append(
            Held(
                text(f"measures.{line.measure}") + side,
                f"{value} ({interval})" if interval else value,
                written(line.at, line.measure, row["unit"]),
                text(f"verdicts.{verdict(row['low'], row['high'], line.at) or 'open'}"),
                text(f"verdicts.{line.name}"),
                row,
                line.at,
            )
        )
    return found
