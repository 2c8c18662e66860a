"""The headline figures of a meeting as tiles: value, interval, change, and the lines others have drawn; each opens its moments."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import floor, isnan, nan
from typing import Any

import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.summary import FAMILIES, Measured
from talkbalance.views.charts import Scale
from talkbalance.views.figures import side_colours
from talkbalance.views.pane import act
from talkbalance.views.verdicts import LINES, Line, verdict
from talkbalance.views.writing import NOTHING, QUOTIENTS, SECONDS, figure_of, number, side_name, unit_of, written

HEADLINE = ("share", "longest_stretch", "interruptions", "question_ratio", "response_time", "backchannels")
"""Measures of a tile each, in order."""
FULL = ("share", "question_ratio")
"""Measures whose gauge goes from nothing to all; others end a little beyond what is on them."""
GAUGE = 120.0
"""Units of a gauge's width."""

Row = Mapping[Any, Any]
Rows = Mapping[tuple[str, str], Row]


def first_figures(meeting: Meeting) -> dict[tuple[str, str], Row]:
    """Return the rows of the headline figures alone, with the intervals that need no chance: there before a summary is."""
    measured = Measured(meeting, runs=0, seed=0, meaning=False)
    found: dict[tuple[str, str], Row] = {}
    for family in FAMILIES:
        wanted = [measure for measure in HEADLINE if measure in family.measures]
        if not wanted:
            continue
        try:
            given = [figure for figure in family.of(measured) if figure.measure in wanted]
            found |= {(one.measure, one.side): _row(one.value, one.observed, one.unit, one.reason) for one in given}
        except Unavailable as reason:
            found |= {(measure, side): _row(nan, (nan, nan), "", str(reason)) for measure in wanted for side in measured.sides}
    return {key: {**row, "measure": key[0], "side": key[1]} for key, row in found.items()}


def _row(value: float, interval: tuple[float, float], unit: str, reason: str) -> Row:
    low, high = interval
    return {"value": value, "low": low, "high": high, "unit": unit, "available": not reason, "reason": reason}


def rows_of(measured: pd.DataFrame | None) -> dict[tuple[str, str], Row]:
    """Return the rows of a summary by measure and side."""
    if measured is None:
        return {}
    return {(row["measure"], row["side"]): row for row in measured.to_dict(orient="records")}


def change(row: Row, before: Row | None) -> tuple[str, str]:
    """Return how a figure has changed, as a signed step and in words; "" for both where what is written stays the same.

    Shares change by points.
    """
    if before is None or isnan(before["value"]) or isnan(row["value"]):
        return "", ""
    digits, was, now = _digits(row["measure"], row["unit"]), _shown(before, row), _shown(row, row)
    step = round(now, digits) - round(was, digits)
    if not step:
        return "", ""
    said = f"{'▲ +' if step > 0 else '▼ −'}{number(abs(step), digits)}"
    earlier, later = (written(one["value"], row["measure"], row["unit"]) for one in (before, row))
    return said, text("explorer.changed", name=name_of(row["measure"], row["side"]), was=earlier, now=later)


def _shown(row: Row, like: Row) -> float:
    """Return a value as it is written: shares as points, clocks in whole seconds."""
    value = float(row["value"])
    whole = like["unit"] == "s" and like["measure"] not in SECONDS
    return 100 * value if like["unit"] == "0-1" else floor(value) if whole else value


def _digits(measure: str, unit: str) -> int:
    return 1 if measure in SECONDS else 2 if measure in QUOTIENTS or unit == "1/min" else 0


def name_of(measure: str, side: str) -> str:
    """Return a measure with its side."""
    name = text(f"measures.{measure}")
    return f"{name} · {side_name(side)}" if side else name


def changes(rows: Rows, before: Rows) -> list[str]:
    """Return every change of a headline figure in words."""
    said = (change(row, before.get(key))[1] for key, row in rows.items() if key[0] in HEADLINE)
    return [words for words in said if words]


def tiles(meeting: Meeting, rows: Rows, before: Rows, *, settled: bool) -> str:
    """Return the tiles as HTML.

    Parameters
    ----------
    rows
        The headline figures, by measure and side.
    before
        Figures of the same meeting as it was, to show what has changed.
    settled
        Whether intervals are complete; else the tiles say that they follow.
    """
    colour = side_colours(meeting)
    made = "".join(_tile(measure, meeting.sides, rows, before, colour) for measure in HEADLINE)
    follow = "" if settled else f'<p class="tb-soft tb-follow">{escape(text("explorer.intervals_follow"))}</p>'
    heard = f'<p class="tb-soft">{escape(text("slides.heard"))}</p>' if meeting.source.models else ""
    return f'<div class="tb-tiles">{made}</div>{follow}{heard}'


def _tile(measure: str, sides: Sequence[str], rows: Rows, before: Rows, colour: Mapping[str, str]) -> str:
    own = [rows[measure, side] for side in sides if (measure, side) in rows]
    name = escape(text(f"explorer.tile_{measure}"))
    known = [row for row in own if row["available"]]
    if not known:
        reason = escape(own[0]["reason"] if own else text("explorer.nobody"))
        return f'<section class="tb-tile tb-off" aria-label="{name}"><h4>{name}</h4><p class="tb-soft">{reason}</p></section>'
    unit = escape(unit_of(measure, known[0]["unit"]))
    scale = _scale(measure, known)
    lines = "".join(_figure(row, before.get((measure, row["side"])), colour[row["side"]], scale) for row in known)
    return f'<section class="tb-tile" aria-label="{name}"><h4>{name} <small>{unit}</small></h4>{lines}</section>'


def _figure(row: Row, before: Row | None, colour: str, scale: Scale) -> str:
    """Return one side's figure as a button that opens its moments."""
    value, interval = figure_of(row)
    step, words = change(row, before)
    changed = f'<span class="tb-change" title="{escape(words)}">{escape(step)}</span>' if step else ""
    between = f'<span class="tb-between">{escape(interval)}</span>' if interval else ""
    verdicts = "".join(_verdict(row, line) for line in lines_of(row["measure"], row["side"])[:1])
    return (
        f'<button type="button" class="tb-figure" {act(do="open", measure=row["measure"], side=row["side"])}>'
        f'<span class="tb-side"><i style="background:{colour}"></i>{escape(side_name(row["side"]))}</span>'
        f'<span class="tb-value">{escape(value) or NOTHING}</span>{changed}{between}{_gauge(row, colour, scale)}{verdicts}</button>'
    )


def lines_of(measure: str, side: str) -> list[Line]:
    """Return the lines others have drawn for a figure."""
    return [line for line in LINES if (line.measure, line.side) == (measure, side)]


def _verdict(row: Row, line: Line) -> str:
    found = verdict(row["low"], row["high"], line.at)
    if isnan(row["low"]) or isnan(row["value"]):
        return ""
    said = text(f"verdicts.{found}") if found else text("explorer.undecided")
    at = written(line.at, row["measure"], row["unit"])
    title = escape(text(f"verdicts.{line.name}"))
    return f'<span class="tb-verdict" title="{title}">{escape(text("explorer.to_the_line", line=at, said=said))}</span>'


def _scale(measure: str, rows: Sequence[Row]) -> Scale:
    """Return the scale on which all sides of a measure are drawn: from zero, or from where the lowest interval begins."""
    if measure in FULL:
        return Scale(0.0, 1.0, 0.0, GAUGE)
    ends = [end for row in rows for end in (row["value"], row["low"], row["high"]) if not isnan(end)]
    lines = [line.at for row in rows for line in lines_of(measure, row["side"])[:1]]
    return Scale(1.1 * min((*ends, 0.0)), 1.1 * max((*ends, *lines), default=1.0) or 1.0, 0.0, GAUGE)


def _gauge(row: Row, colour: str, scale: Scale) -> str:
    """Return a scale with the interval as a bar, the value as a mark, and between the lines of others a grey band."""
    if isnan(row["value"]):
        return ""
    return (
        f'<svg class="tb-gauge" viewBox="0 0 {GAUGE:g} 14" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(_gauge_parts(row, colour, scale))}</svg>"
    )


def _gauge_parts(row: Row, colour: str, scale: Scale) -> Iterator[str]:
    def at(value: float) -> float:
        return min(max(scale(value), 0.0), GAUGE)

    yield f'<path d="M0 7H{GAUGE:g}M{at(0.0):.1f} 3v8" fill="none" stroke="currentColor" stroke-opacity=".3"/>'
    lines = [at(line.at) for line in lines_of(row["measure"], row["side"])]
    if len(lines) > 1:
        band = f'x="{min(lines):.1f}" y="0" width="{max(lines) - min(lines):.1f}" height="14"'
        yield f'<rect {band} fill="currentColor" fill-opacity=".16"/>'
    yield from (f'<path d="M{x:.1f} 0V14" stroke="currentColor" stroke-opacity=".6" stroke-dasharray="2 2"/>' for x in lines)
    if not isnan(row["low"]):
        low, high = at(row["low"]), at(row["high"])
        yield f'<rect x="{low:.1f}" y="4.5" width="{max(high - low, 1.0):.1f}" height="5" style="fill:{colour};fill-opacity:.45"/>'
    yield f'<rect x="{min(at(row["value"]), GAUGE - 3):.1f}" y="1" width="3" height="12" style="fill:{colour}"/>'
