"""What the views of the explorer show: a chart each with a word about it, the table of all signs, and what is unsure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import isnan

import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.metrics.timing import WINDOW
from talkbalance.review_queue import Doubt
from talkbalance.uncertainty import wide
from talkbalance.views import charts
from talkbalance.views.moments import Moments
from talkbalance.views.pane import act
from talkbalance.views.signs import GROUPS, OF_THE_MEETING
from talkbalance.views.tiles import Row, Rows, change, lines_of, name_of
from talkbalance.views.verdicts import verdict
from talkbalance.views.writing import figure_of, percent, side_name, unit_of, written

TABS = ("balance", "interruptions", "questions", "responses", "stretches", "uptake", "signs", "unsure")


def bar(chosen: str) -> str:
    """Return the row of tabs."""
    tabs = "".join(
        f'<button type="button" role="tab" {act(do="tab", tab=tab)} aria-selected="{str(tab == chosen).lower()}" '
        f'tabindex="{0 if tab == chosen else -1}">{escape(text(f"explorer.tab_{tab}"))}</button>'
        for tab in TABS
    )
    return f'<div class="tb-tabs" role="tablist" aria-label="{escape(text("explorer.tabs"))}" data-rove>{tabs}</div>'


def balance(known: Moments) -> str:
    """Return the balance over time."""
    return charts.balance_over_time(known.meeting) + note(text("explorer.balance_note", window=f"{WINDOW:g}"))


def interruptions(known: Moments, found: pd.DataFrame, said: str) -> str:
    """Return who interrupted whom by the chosen rule, and how many are counted."""
    taken, failed = (int((found["kind"] == kind).sum()) for kind in ("taken", "failed"))
    across = int((found["interrupter_side"] != found["interrupted_side"]).sum())
    counted = text("explorer.counted", taken=taken, failed=failed, across=across)
    below = note(f"{text('explorer.matrix_note')} {text('explorer.usual')}")
    told = f'<p class="tb-count">{escape(counted)}</p>'
    return told + charts.interruption_matrix(known.meeting, found) + note(said) + below


def questions(known: Moments, found: pd.DataFrame) -> str:
    """Return the kinds of the chosen questions."""
    return charts.question_kinds(known.meeting, found) + note(text("report.questions_note"))


def responses(known: Moments) -> str:
    """Return how response times are spread."""
    return charts.response_times(known.meeting)


def stretches(known: Moments) -> str:
    """Return the longest stretches."""
    return charts.longest_stretches(known.meeting)


def uptake(known: Moments) -> str:
    """Return how much each answer takes up."""
    return charts.uptake_over_time(known.meeting) + note(text("explorer.uptake_note"))


def note(said: str) -> str:
    """Return a sentence below a chart."""
    return f'<p class="tb-soft">{escape(said)}</p>'


def reason(error: Unavailable) -> str:
    """Return why something cannot be shown."""
    return f'<p class="tb-note">{escape(str(error))}</p>'


# ---------------------------------------------------------------------------------------------------- all signs


def signs(meeting: Meeting, rows: Rows, before: Rows) -> str:
    """Return all measures by group, sides side by side, each figure with its interval and the lines of others.

    What cannot be measured is there too, with its reason.
    """
    groups = [(name, meeting.sides, measures) for name, measures in GROUPS.items()]
    tables = "".join(_group(*group, rows, before) for group in (*groups, ("meeting", ("",), OF_THE_MEETING)))
    return note(text("explorer.signs_note")) + note(text("verdicts.note")) + tables


def _group(name: str, sides: Sequence[str], measures: Sequence[str], rows: Rows, before: Rows) -> str:
    heads = "".join(f'<th scope="col">{escape(side_name(side) if side else text("signs.value"))}</th>' for side in sides)
    lines = "".join(_measure(measure, sides, rows, before) for measure in measures)
    head = f'<tr><th scope="col">{escape(text("explorer.signs_measure"))}</th>{heads}</tr>'
    title = escape(text(f"signs.{name}"))
    return f'<table class="tb-signs"><caption>{title}</caption><thead>{head}</thead><tbody>{lines}</tbody></table>'


def _measure(measure: str, sides: Sequence[str], rows: Rows, before: Rows) -> str:
    own = [rows[measure, side] for side in sides if (measure, side) in rows]
    name = escape(text(f"measures.{measure}"))
    known = [row for row in own if row["available"]]
    if not known:
        why = escape(own[0]["reason"] if own else text("explorer.unmeasured"))
        return f'<tr class="tb-off"><th scope="row">{name}</th><td colspan="{len(sides)}">{why}</td></tr>'
    unit = escape(unit_of(measure, known[0]["unit"]))
    by_side = {row["side"]: row for row in own}
    cells = "".join(
        f"<td>{_cell(by_side[side], before.get((measure, side)))}</td>" if side in by_side else "<td></td>" for side in sides
    )
    lines = [words for row in known for words in _lines(row)]
    under = f'<tr class="tb-lines"><td colspan="{len(sides) + 1}">{"<br>".join(map(escape, lines))}</td></tr>' if lines else ""
    return f'<tr{" class=tb-lined" * bool(lines)}><th scope="row">{name} <small>{unit}</small></th>{cells}</tr>{under}'


def _cell(row: Row, before: Row | None) -> str:
    if not row["available"]:
        return f'<span class="tb-soft">{escape(row["reason"])}</span>'
    value, interval = figure_of(row)
    step, words = change(row, before)
    said = escape(f"{name_of(row['measure'], row['side'])}: {value}")
    doing = act(do="open", measure=row["measure"], side=row["side"])
    figure = f'<button type="button" class="tb-link" {doing} aria-label="{said}">{escape(value)}</button>'
    changed = f' <span class="tb-change" title="{escape(words)}">{escape(step)}</span>' if step else ""
    between = f' <span class="tb-between">({escape(interval)})</span>' if interval else ""
    unsure = f"<small>{escape(text('explorer.unsure'))}</small>" if _is_wide(row) else ""
    return figure + changed + between + unsure


def _lines(row: Row) -> Iterator[str]:
    """Say where a figure lies to the lines of others, and whose they are."""
    for line in lines_of(row["measure"], row["side"]):
        if not isnan(row["value"]):
            said = text(f"verdicts.{verdict(row['low'], row['high'], line.at) or 'open'}")
            at = written(line.at, row["measure"], row["unit"])
            whose = f"{side_name(row['side'])}: " if row["side"] else ""
            yield f"{whose}{text('explorer.to_the_line', line=at, said=said)}. {text(f'verdicts.{line.name}')}."


# ---------------------------------------------------------------------------------------------------- what is unsure


@dataclass(frozen=True, slots=True)
class Unsure:
    """What makes figures unsure: minutes by measure and side, and the moments to check first."""

    minutes: pd.DataFrame
    queue: Sequence[Doubt]


def unsure(meeting: Meeting, known: Unsure | None, rows: Rows) -> str:
    """Return which minutes make figures unsure; None while that is being computed."""
    head = f"<h4>{escape(text('explorer.unsure_minutes'))}</h4>"
    if not meeting.source.models:
        return head + note(text("explorer.unsure_by_hand"))
    if known is None:
        return head + note(text("explorer.computing"))
    found = [row for row in records(known.minutes) if _is_wide(rows.get((row["measure"], row["side"])))]
    if not found:
        return head + note(text("explorer.unsure_none"))
    return f'{head}<ul class="tb-minutes">{"".join(_minutes(row) for row in found)}</ul>'


def _is_wide(row: Row | None) -> bool:
    return row is not None and wide(row["measure"], row["value"], row["low"], row["high"], unit=row["unit"])


def _minutes(row: Mapping[str, float]) -> str:
    start, end = row["start"], row["end"]
    named = text("explorer.minute", start=f"{start / 60:.0f}", end=f"{-(-end // 60):.0f}")
    moves = text("explorer.moves", part=percent(row["part"]))
    name = name_of(str(row["measure"]), str(row["side"]))
    return (
        f'<li><button type="button" class="tb-link" {act(do="between", start=start, end=end)}>{escape(named)}</button> '
        f'{escape(name)} <span class="tb-soft">{escape(moves)}</span></li>'
    )
