"""A comparison as text for a terminal and as a table for a page: what was heard otherwise first, then every measure of both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import isnan
from textwrap import wrap
from typing import Any

import pandas as pd

from talkbalance import i18n
from talkbalance.cards import CARD_OF
from talkbalance.i18n import Language, text
from talkbalance.views.writing import NOTHING, number, one_line, side_name

COLUMN = 13
"""Characters of a column of numbers."""
LABEL = 64
"""Characters of a name."""
COUNTS = (
    *("speakers", "turns", "silences", "backchannels", "interruptions", "interruptions_resumed", "interruptions_floor_taking"),
    *("interruptions_failed", "questions", "why_questions", "reflections", "dismissals", "pitch_runs"),
)
"""Measures that are whole numbers."""
HEADS = ("reference", "hypothesis", "difference")

Row = Mapping[Any, Any]


def compared(found: pd.DataFrame) -> str:
    """Return a comparison as text, with the errors first.

    Parameters
    ----------
    found
        What `compare` returned.
    """
    errors, measures = _parted(found)
    lines: list[str] = []
    for title, rows in (("errors", errors), ("measures", measures)):
        lines += [*_line(text(f"comparison.{title}"), [text(f"comparison.{head}") for head in HEADS])]
        for row in rows:
            lines += _line(f"  {one_line(name(row))}", [_number(row, head) for head in HEADS])
        lines.append("")
    for names, why in _reasons(found):
        lines += [*wrap(f"{names}: {why}", LABEL + COLUMN * len(HEADS), subsequent_indent="  "), ""]
    return "\n".join([*lines, *wrap(text("comparison.note"), LABEL + COLUMN * len(HEADS))])


def table(found: pd.DataFrame) -> str:
    """Return a comparison as HTML: errors, measures that differ, and folded away those that do not; names are escaped."""
    errors, measures = _parted(found)
    apart = [row for row in measures if row["difference"] != 0]
    same = [row for row in measures if row["difference"] == 0]
    folded = f"<details><summary>{escape(text('comparison.same', n=len(same)))}</summary>{_grid('measures', same)}</details>"
    parts = (_grid("errors", errors), _grid("measures", apart) if apart else "", folded if same else "")
    untold = "".join(f'<p class="tb-small"><b>{escape(names)}:</b> {escape(why)}</p>' for names, why in _reasons(found))
    return f'{"".join(parts)}{untold}<p class="tb-small">{escape(text("comparison.note"))}</p>'


def _reasons(found: pd.DataFrame) -> list[tuple[str, str]]:
    """Return each reason why something cannot be told once, with what it is about."""
    about: dict[str, list[str]] = {}
    for row in found[found["reason"] != ""].to_dict(orient="records"):
        about.setdefault(row["reason"], []).append(one_line(name(row)))
    return [(", ".join(names), why) for why, names in about.items()]


def _grid(title: str, rows: list[Row]) -> str:
    heads = "".join(f'<th scope="col">{escape(text(f"comparison.{head}"))}</th>' for head in HEADS)
    first = f'<th scope="col" {LEFT}>{escape(text(f"comparison.{title}"))}</th>'
    cells = "".join(f'<tr><th scope="row" {LEFT}>{escape(name(row))}</th>{_cells(row)}</tr>' for row in rows)
    return f'<table class="tb-signs"><thead><tr>{first}{heads}</tr></thead><tbody>{cells}</tbody></table>'


LEFT = 'style="text-align:left;font-weight:400;width:52%"'
"""A notebook aligns every cell at the right."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison that a notebook shows as a table; `text` is the same for a terminal."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def shown(found: pd.DataFrame, *, language: Language | None = None) -> Shown:
    """Return a comparison for a notebook.

    Parameters
    ----------
    found
        What `compare` returned.
    language
        "de" or "en"; by default that of the messages.
    """
    if language is not None:
        i18n.set_language(language)
    return Shown(table(found), compared(found))


def name(row: Row) -> str:
    """Return what a row is about: a measure of the summary, or an error."""
    measure = row["measure"]
    named = text(f"measures.{measure}" if measure in CARD_OF else f"comparison.{measure}")
    return f"{named} · {side_name(row['side'])}" if row["side"] else named


def _parted(found: pd.DataFrame) -> tuple[list[Row], list[Row]]:
    """Return the rows of errors, and those of measures that at least one of both has."""
    rows = found.to_dict(orient="records")
    known: list[Row] = [row for row in rows if not (isnan(row["reference"]) and isnan(row["hypothesis"]))]
    return [row for row in known if row["measure"] not in CARD_OF], [row for row in known if row["measure"] in CARD_OF]


def _cells(row: Row) -> str:
    return "".join(f"<td>{_number(row, head)}</td>" for head in HEADS)


def _number(row: Row, head: str) -> str:
    """Write a figure of a row; a difference has its sign."""
    value = row[head]
    if isnan(value):
        return NOTHING
    written = number(value, 0 if row["measure"] in COUNTS else 2).replace("-", "−")
    return f"+{written}" if head == "difference" and value > 0 and written.strip("0.,") else written


def _line(label: str, cells: list[str]) -> Iterator[str]:
    *first, last = wrap(label, LABEL - 1, initial_indent="", subsequent_indent="    ", drop_whitespace=True)
    yield from first
    yield f"{last:{LABEL}}{''.join(f'{cell:>{COLUMN}}' for cell in cells)}"
