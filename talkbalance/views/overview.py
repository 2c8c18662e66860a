"""The summary as a few lines of plain text, for a terminal."""

from collections.abc import Hashable, Mapping
from typing import Any

from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.summary import summary
from talkbalance.views.writing import figure, interval, one_line, side_name

MEASURES = (
    "share",
    "speaking_time",
    "turns",
    "interruptions",
    "interruptions_floor_taking",
    "interruptions_failed",
    "backchannels",
    "questions",
    "question_ratio",
)
LABEL, COLUMN, MOST = 38, 20, 4
"""Characters of the first column and of the others; with more sides than `MOST` every side has lines of its own."""


def overview(meeting: Meeting) -> str:
    """Return the main figures side by side, each with its interval in brackets, and what could not be measured."""
    figures = summary(meeting)
    sides = meeting.sides
    lines = [_heading(meeting), ""]
    lines += [_line("", [one_line(side_name(side)) for side in sides])] if len(sides) <= MOST else []
    missing: dict[str, list[str]] = {}
    for measure in MEASURES:
        rows = figures[figures["measure"] == measure]
        name = text(f"measures.{measure}")
        label = name[:1].upper() + name[1:]
        if not rows["available"].all():
            missing.setdefault(str(rows["reason"].iloc[0]), []).append(label)
        elif len(sides) <= MOST:
            lines.append(_line(label, [_cell(row) for row in rows.to_dict("records")]))
        else:
            lines.append(label)
            lines += [_line(f"  {one_line(side_name(row['side']))}", [_cell(row)]) for row in rows.to_dict("records")]
    lines += ["", text("overview.heard" if meeting.source.models else "overview.by_hand")]
    lines += ["", *(f"{', '.join(labels)}: {reason}" for reason, labels in missing.items())] if missing else []
    lines += [] if meeting.sided else ["", text("overview.no_sides")]
    return "\n".join(lines)


def _line(label: str, cells: list[str]) -> str:
    return f"{label:{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def _heading(meeting: Meeting) -> str:
    parts = [meeting.title or meeting.source.file, clock(meeting.length) if meeting.timed else "", meeting.language or ""]
    return " · ".join(one_line(part) for part in parts if part)


def _cell(row: Mapping[Hashable, Any]) -> str:
    within = interval(row["low"], row["high"], row["unit"])
    return figure(row["value"], row["unit"]) + (f" [{within}]" if within else "")
