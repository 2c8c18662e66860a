"""All measures in groups, sides side by side: no grade, no ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.uncertainty import wide
from talkbalance.views.writing import figure_of, side_name, unit_of

GROUPS: Mapping[str, tuple[str, ...]] = {
    "speaking": (
        *("speaking_time", "share", "share_of_meeting", "solo_time", "overlap_time", "turns", "turn_length"),
        *("longest_stretch", "long_stretch_time", "first_ten_share", "first_ten_longest", "dominated_windows"),
    ),
    "turntaking": ("response_time", "response_immediate", "response_lapse"),
    "signals": ("backchannels", "backchannel_rate", "backchannel_coverage"),
    "interruptions": (
        *("interruptions", "interruption_rate", "interruptions_resumed"),
        *("interruptions_floor_taking", "interruptions_failed"),
    ),
    "questions": (
        *("questions", "question_rate", "question_ratio", "open_question_share", "why_questions"),
        *("follow_up_share", "answered_share"),
    ),
    "uptake": (
        *("uptake", "uptake_similarity", "callback_rate", "reflections", "reflection_question_ratio"),
        *("dismissals", "pitch_runs"),
    ),
}
"""Measures of a side."""

OF_THE_MEETING = (
    *("turn_length_asymmetry", "balanced_windows", "participation_entropy", "participation_gini"),
    *("switch_rate", "silences", "silence_time", "longest_silence", "interruption_asymmetry"),
    *("reciprocity_questions", "reciprocity_backchannels", "reciprocity_uptake"),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A measure: its name, its unit, and by column value, interval and what it was counted in, written.

    `rough` says of each column whether the interval is wide; `higher` which of two sides has the higher value, "" where that is
    not asked.
    """

    name: str
    unit: str
    cells: tuple[tuple[str, str, str], ...]
    rough: tuple[bool, ...] = ()
    higher: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Measures under one heading; `notes`: what makes intervals wide, or what they do not hold, each with the signs it is about."""

    name: str
    columns: tuple[str, ...]
    signs: tuple[Sign, ...]
    notes: tuple[tuple[str, str], ...]


def groups(meeting: Meeting, measured: pd.DataFrame) -> list[Group]:
    """Return the measures that have a value, by group; those of the meeting last.

    Parameters
    ----------
    measured
        The summary of the meeting.
    """
    rows: dict[tuple[str, str], Mapping[Any, Any]] = {
        (row["measure"], row["side"]): row for row in measured[measured["available"]].to_dict(orient="records")
    }
    named = [(name, meeting.sides, measures) for name, measures in GROUPS.items()]
    found = [
        Group(
            text(f"signs.{name}"),
            tuple(side_name(side) if side else text("signs.value") for side in sides),
            tuple(
                _sign(measure, [rows.get((measure, side)) for side in sides])
                for measure in measures
                if any((measure, side) in rows for side in sides)
            ),
            _notes([rows[measure, side] for measure in measures for side in sides if (measure, side) in rows]),
        )
        for name, sides, measures in (*named, ("meeting", ("",), OF_THE_MEETING))
    ]
    return [group for group in found if group.signs]


def _notes(rows: list[Mapping[Any, Any]]) -> tuple[tuple[str, str], ...]:
    """Return each reason once with the signs it is about; what is said of every meeting is not said of each sign again."""
    about: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if row["reason"] not in ("", text("width.observed"), text("width.heard")):
            sides = about.setdefault(row["reason"], {}).setdefault(text(f"measures.{row['measure']}"), [])
            sides += [side_name(row["side"])] if row["side"] else []
    return tuple(
        (reason, "; ".join(f"{name} · {', '.join(sides)}" if sides else name for name, sides in named.items()))
        for reason, named in about.items()
    )


def _sign(measure: str, rows: list[Mapping[Any, Any] | None]) -> Sign:
    unit = next(row["unit"] for row in rows if row is not None)
    return Sign(
        text(f"measures.{measure}"),
        unit_of(measure, unit),
        tuple(_cell(row) for row in rows),
        tuple(row is not None and is_rough(row) for row in rows),
        _higher(rows),
    )


def is_rough(row: Mapping[Any, Any]) -> bool:
    """Return whether the interval of a row of the summary is wide, so that its value is only a rough one."""
    return wide(row["measure"], row["value"], row["low"], row["high"], unit=row["unit"])


def _higher(rows: Sequence[Mapping[Any, Any] | None]) -> str:
    """Return which of two sides has the higher value: said only where their intervals lie apart."""
    if len(rows) != 2:
        return ""
    one, other = rows
    if one is None or other is None or any(isnan(row[end]) for row in (one, other) for end in ("low", "high")):
        return ""
    first = one["low"] > other["high"]
    return side_name((one if first else other)["side"]) if first or other["low"] > one["high"] else text("signs.undecided")


def _cell(row: Mapping[Any, Any] | None) -> tuple[str, str, str]:
    if row is None:
        return text("signs.nothing"), "", ""
    value, interval = figure_of(row)
    counted = row["n"]
    n = "" if pd.isna(counted) or row["value"] == counted else text("signs.n", n=int(counted))
    return value, interval, n
