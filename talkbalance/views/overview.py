"""The summary as a few lines of plain text, for a terminal."""

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, Meeting, clock
from talkbalance.summary import summary

ROWS = (
    ("share", "share"),
    ("speaking_time", "time"),
    ("turns", "count"),
    ("interruptions", "count"),
    ("interruptions_floor_taking", "count"),
    ("interruptions_failed", "count"),
    ("backchannels", "count"),
    ("questions", "count"),
    ("question_ratio", "share"),
)
"""Measures of the overview and how they are written."""

LABEL, COLUMN = 34, 22


def side_name(side: str) -> str:
    """Return a side in the user's language; a person is their own side."""
    return text(f"overview.{side}") if side in (AGENCY, CLIENT) else side


def overview(meeting: Meeting) -> str:
    """Return the main figures side by side, each with its interval in brackets, and what could not be measured."""
    figures = summary(meeting)
    lines = [_heading(meeting), "", " " * LABEL + "".join(f"{side_name(side):>{COLUMN}}" for side in meeting.sides)]
    missing: dict[str, list[str]] = {}
    for measure, style in ROWS:
        rows = figures[figures["measure"] == measure]
        label = text(f"overview.{measure}")
        if rows["available"].all():
            lines.append(f"{label:{LABEL}}" + "".join(f"{_cell(row, style):>{COLUMN}}" for row in rows.to_dict("records")))
        else:
            missing.setdefault(str(rows["reason"].iloc[0]), []).append(label)
    lines += ["", text("overview.intervals")]
    lines += ["", *(f"{', '.join(labels)}: {reason}" for reason, labels in missing.items())] if missing else []
    if not meeting.sided:
        lines += ["", text("overview.no_sides")]
    return "\n".join(lines)


def _heading(meeting: Meeting) -> str:
    parts = [meeting.title or meeting.source.file, clock(meeting.length) if meeting.timed else "", meeting.language or ""]
    return " · ".join(part for part in parts if part)


def _cell(row: Mapping[Hashable, Any], style: str) -> str:
    value, low, high = row["value"], row["low"], row["high"]
    if isnan(value):
        return "-"
    if style == "time":
        return clock(value)
    if style == "count":
        return f"{value:.0f}" + ("" if isnan(low) else f" [{low:.0f}-{high:.0f}]")
    return f"{value:.0%}" + ("" if isnan(low) else f" [{low:.0%}-{high:.0%}]")
