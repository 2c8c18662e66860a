"""The summary as a few lines of plain text, for a terminal."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, clock
from talkbalance.summary import summary
from talkbalance.views import verdicts
from talkbalance.views.writing import doubt, figure_of, one_line, side_name

MEASURES = (
    "share",
    "speaking_time",
    "turns",
    "longest_stretch",
    "response_time",
    "silences",
    "interruptions",
    "interruptions_floor_taking",
    "interruptions_failed",
    "backchannels",
    "questions",
    "question_ratio",
    "answered_share",
    "uptake",
)
"""A measure that the summary does not have is left out."""
LABEL, COLUMN, MOST = 38, 25, 4
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
        if rows.empty:
            continue
        name = text(f"measures.{measure}")
        label = name[:1].upper() + name[1:]
        if not rows["available"].all():
            missing.setdefault(str(rows["reason"].iloc[0]), []).append(label)
        elif len(sides) <= MOST or not rows["side"].iloc[0]:
            lines.append(_line(label, [_cell(row) for row in rows.to_dict("records")]))
        else:
            lines.append(label)
            lines += [_line(f"  {one_line(side_name(row['side']))}", [_cell(row)]) for row in rows.to_dict("records")]
    lines += ["", text("overview.heard" if meeting.source.models else "overview.by_hand")]
    lines += [said] if (said := doubt(figures)) else []
    lines += _lines(meeting, figures)
    lines += ["", *(f"{', '.join(labels)}: {reason}" for reason, labels in missing.items())] if missing else []
    lines += [] if meeting.sided else ["", _how_to_name(meeting)]
    return "\n".join(lines)


def _lines(meeting: Meeting, figures: pd.DataFrame) -> list[str]:
    """Say where figures lie to the lines others have drawn."""
    found = [f"{held.name} {held.value}, {held.line}: {held.said}. {held.origin}" for held in verdicts.held(meeting, figures)]
    return ["", f"{text('verdicts.title')}:", *found] if found else []


def _how_to_name(meeting: Meeting) -> str:
    """Say how the sides are named, with the names there are."""
    names = [one_line(speaker.name) for speaker in meeting.speakers if speaker.name != UNKNOWN]
    return text("overview.no_sides", first=names[0] if names else "S1", second=names[1] if len(names) > 1 else "S2")


def _line(label: str, cells: list[str]) -> str:
    return f"{label:{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def _heading(meeting: Meeting) -> str:
    parts = [meeting.title or meeting.source.file, clock(meeting.length) if meeting.timed else "", meeting.language or ""]
    return " · ".join(one_line(part) for part in parts if part)


def _cell(row: Mapping[Hashable, Any]) -> str:
    value, within = figure_of(row)
    return value + (f" [{within}]" if within else "")
