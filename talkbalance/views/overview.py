"""The summary as plain text, for a terminal: the same signs as in the report, as wide as the terminal is."""

from collections.abc import Iterator
from shutil import get_terminal_size
from textwrap import wrap

import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, clock
from talkbalance.summary import summary
from talkbalance.views import verdicts
from talkbalance.views.signs import Group, groups
from talkbalance.views.writing import changes, doubt, one_line

COLUMN = 27
"""Characters of a column: a time of an hour with its interval, and a sign where it is only rough."""
ROUGH = "≈"
LABEL = 24
"""Characters of a label at least; where the columns leave it less, every side has lines of its own."""
WIDEST = 100
"""Characters of a line at most: a longer one is hard to read."""
INDENT = "  "


def overview(meeting: Meeting, *, width: int | None = None) -> str:
    """Return all signs side by side, each with its interval in brackets, and what could not be measured.

    Parameters
    ----------
    width
        Characters of a line; by default what the terminal has, 100 at most.
    """
    width = min(get_terminal_size().columns, WIDEST) if width is None else width
    figures = summary(meeting, meaning=True)
    lines = [*_wrapped(_heading(meeting), width)]
    shown = groups(meeting, figures)
    for group in shown:
        lines += ["", *_group(group, width)]
    rough = any(any(sign.rough) for group in shown for sign in group.signs)
    brackets = text("overview.heard" if meeting.source.models else "overview.by_hand")
    said = [f"{brackets} {text('overview.rough', sign=ROUGH)}" if rough else brackets, doubt(figures), *changes(meeting)]
    for part in said:
        lines += ["", *_wrapped(part, width)] if part else []
    lines += [*_lines(meeting, figures, width), *_unmeasured(figures, width)]
    lines += [] if meeting.sided or len(meeting.speakers) < 2 else ["", *_wrapped(_how_to_name(meeting), width)]
    return "\n".join(lines)


def _group(group: Group, width: int) -> Iterator[str]:
    """Yield the signs of a group with the sides as columns, or below one another where the columns leave no room for names."""
    columns = [one_line(column) for column in group.columns]
    label = width - COLUMN * len(columns)
    beside = label >= LABEL and all(len(column) < COLUMN for column in columns)
    yield from _line(group.name, columns if beside else [], label if beside else width)
    for sign in group.signs:
        cells = [_cell(value, interval, rough=rough) for (value, interval, _), rough in zip(sign.cells, sign.rough, strict=True)]
        if beside:
            yield from _line(INDENT + one_line(sign.name), cells, label)
            continue
        yield from _line(INDENT + one_line(sign.name), [], width)
        for column, cell in zip(columns, cells, strict=True):
            yield from _line(2 * INDENT + column, [cell], width - COLUMN)
    for reason, names in group.notes:
        yield from _wrapped(f"{names}: {reason}", width)


def _line(label: str, cells: list[str], width: int) -> Iterator[str]:
    """Yield a label and its values in columns; a long label takes several lines, the last of them with the values."""
    indent = label[: len(label) - len(label.lstrip())]
    *first, last = wrap(label, width - 1, subsequent_indent=indent)
    yield from first
    yield f"{last:{width}}{''.join(f'{cell:>{COLUMN}}' for cell in cells)}".rstrip()


def _cell(value: str, interval: str, *, rough: bool) -> str:
    return (ROUGH if rough else "") + value + (f" [{interval}]" if interval else "")


def _wrapped(said: str, width: int) -> list[str]:
    """Return a sentence in lines; what goes on is indented."""
    return wrap(one_line(said), width, subsequent_indent=INDENT, break_on_hyphens=False)


def _lines(meeting: Meeting, figures: pd.DataFrame, width: int) -> Iterator[str]:
    """Say where figures lie to the lines others have drawn."""
    held = verdicts.held(meeting, figures)
    yield from ["", f"{text('verdicts.title')}:"] if held else []
    for entry in held:
        yield from _wrapped(f"{entry.name} {entry.value}, {text('verdicts.line')} {entry.line}: {entry.said}", width)
        yield from wrap(entry.origin, width, initial_indent=2 * INDENT, subsequent_indent=2 * INDENT)


def _unmeasured(figures: pd.DataFrame, width: int) -> Iterator[str]:
    missing: dict[str, dict[str, None]] = {}
    for measure, reason in figures.loc[~figures["available"], ["measure", "reason"]].itertuples(index=False, name=None):
        missing.setdefault(reason, {})[text(f"measures.{measure}")] = None
    yield from [""] if missing else []
    for reason, names in missing.items():
        yield from _wrapped(f"{', '.join(names)}: {reason}", width)


def _how_to_name(meeting: Meeting) -> str:
    """Say how the sides are named, with the names there are."""
    names = [one_line(speaker.name) for speaker in meeting.speakers if speaker.name != UNKNOWN]
    return text("overview.no_sides", first=names[0] if names else "S1", second=names[1] if len(names) > 1 else "S2")


def _heading(meeting: Meeting) -> str:
    parts = [meeting.title or meeting.source.file, clock(meeting.length) if meeting.timed else "", meeting.language or ""]
    return " · ".join(one_line(part) for part in parts if part)
