"""How far the count of interruptions depends on where the line is drawn: as a table, and as curves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

import numpy as np
import pandas as pd

from talkbalance import i18n
from talkbalance.frames import Schema, table
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import LIKELY, MIN_OVERLAP, Rule, interruptions
from talkbalance.views.figures import LIGHT, WIDTH, Picture, shorten
from talkbalance.views.writing import plain, side_name

SENSITIVITY: Schema = {"rule": "str", "parameter": "str", "at": "float64", "side": "str", "n": "int64"}

THRESHOLDS = tuple(round(0.05 * i, 2) for i in range(1, 20))
OVERLAPS = tuple(round(0.05 * i, 2) for i in range(25))
"""Where the line is drawn: least probabilities, and least seconds both speak."""
BY_OVERLAP: tuple[Rule, ...] = ("floor_taking", "any_overlap")


def sensitivity(meeting: Meeting) -> pd.DataFrame:
    """Return how many interruptions each side has, for every rule and every place of its line.

    **Definition.** Counted are those of one side by another in which the holder was cut off, as the summary counts them: by the
    rule "likely" from a least probability (`threshold`), by "floor_taking" and "any_overlap" from a least time in which both
    speak (`min_overlap`).

    Returns
    -------
    DataFrame
        `rule`, `parameter`, `at` (probability 0-1, or seconds), `side` (who interrupts), `n`.

    Raises
    ------
    Unavailable
        Where overlaps could not have survived.
    """
    rows: list[tuple[object, ...]] = []
    every = _taken(interruptions(meeting, threshold=0))
    for side in meeting.sides:
        own = every.loc[every["interrupter_side"] == side, "confidence"].to_numpy()
        rows += [("likely", "threshold", at, side, int((own >= at).sum())) for at in THRESHOLDS]
    for rule in BY_OVERLAP:
        found = _taken(interruptions(meeting, rule=rule, min_overlap=0))
        for side in meeting.sides:
            own = found.loc[found["interrupter_side"] == side, "overlap"].to_numpy()
            rows += [(rule, "min_overlap", at, side, int((own >= at).sum())) for at in OVERLAPS]
    return table(rows, SENSITIVITY)


def _taken(found: pd.DataFrame) -> pd.DataFrame:
    return found[(found["kind"] == "taken") & (found["interrupter_side"] != found["interrupted_side"])]


# ---------------------------------------------------------------------------------------------------- curves

HEIGHT, TOP, LEFT, GAP = 330.0, 46.0, 60.0, 80.0
PANEL = (WIDTH - LEFT - GAP - 20) / 2
BASE = TOP + 210.0
DASHES: Mapping[str, str] = {"likely": "", "floor_taking": "", "any_overlap": "6 4"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One of both pictures: which rows it shows, where it stands, and how far its axes go."""

    parameter: str
    left: float
    most: float
    last: float
    usual: float

    def x(self, at: float) -> float:
        """Return where a place of the line lies."""
        return self.left + PANEL * at / self.last

    def y(self, n: float) -> float:
        """Return where a count lies."""
        return BASE - (BASE - TOP) * n / self.most


def curve(meeting: Meeting, *, language: Language | None = None) -> Picture:
    """Return the counts of `sensitivity` as curves: by probability on the left, by time in which both speak on the right.

    A dotted line marks the usual place. Sides differ in colour and in how thick their lines are, rules in how they are dashed.

    Parameters
    ----------
    language
        "de" or "en"; by default that of the messages.

    Raises
    ------
    Unavailable
        Where overlaps could not have survived.
    """
    if language is not None:
        i18n.set_language(language)
    found = sensitivity(meeting)
    most = float(max(4, 2 * ceil(found["n"].max() / 2) if len(found) else 4))
    panels = (
        Panel("threshold", LEFT, most, 1.0, LIKELY),
        Panel("min_overlap", LEFT + PANEL + GAP, most, max(OVERLAPS), MIN_OVERLAP),
    )
    parts = [part for panel in panels for part in (*_axes(panel), *_lines(panel, found, meeting.sides))]
    body = "".join([*parts, *_key(meeting.sides)])
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT:.0f}" width="100%" role="img" '
        f'aria-label="{escape(text("sensitivity.label"))}" font-family="system-ui,sans-serif" font-size="13" fill="currentColor" '
        f'style="max-width:{WIDTH}px;display:block">{body}</svg>'
    )


def _axes(panel: Panel) -> Iterator[str]:
    yield _said(panel.left, TOP - 24, text(f"sensitivity.{panel.parameter}"), 'font-weight="600"')
    for n in np.linspace(0, panel.most, 5 if panel.most % 4 == 0 else 3):
        y = panel.y(n)
        yield _line(panel.left, y, panel.left + PANEL, y, 'stroke-opacity=".18"')
        yield _said(panel.left - 8, y + 4, plain(n), 'text-anchor="end"')
    for at in np.linspace(0, panel.last, 5):
        yield _said(panel.x(at), BASE + 20, plain(round(float(at), 2)), 'text-anchor="middle"')
    x = panel.x(panel.usual)
    yield _line(x, TOP - 6, x, BASE, 'stroke-dasharray="2 3"')
    yield _said(x + 5, TOP + 4, text("sensitivity.usual", at=plain(panel.usual)), 'font-size="12"')
    axis = text(f"sensitivity.axis_{panel.parameter}")
    yield _said(panel.left + PANEL / 2, BASE + 40, axis, 'text-anchor="middle" font-size="12"')


def _line(x1: float, y1: float, x2: float, y2: float, extra: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" {extra}/>'


def _lines(panel: Panel, found: pd.DataFrame, sides: Sequence[str]) -> Iterator[str]:
    own = found[found["parameter"] == panel.parameter]
    for (rule, side), rows in own.groupby(["rule", "side"], sort=False):
        points = " ".join(f"{panel.x(at):.1f},{panel.y(n):.1f}" for at, n in zip(rows["at"], rows["n"], strict=True))
        words = escape(f"{side_name(str(side))}: {text(f'review.rule_{rule}')}")
        yield f'<polyline points="{points}" fill="none" {_stroke(sides, str(side), str(rule))}><title>{words}</title></polyline>'


def _stroke(sides: Sequence[str], side: str, rule: str) -> str:
    place = list(sides).index(side)
    group, number = (side, 0) if side in LIGHT else ("person", place % len(LIGHT["person"]))
    dash = f' stroke-dasharray="{DASHES[rule]}"' if DASHES[rule] else ""
    return f'style="stroke:var(--tb-{group}-{number},{LIGHT[group][number]})" stroke-width="{3 if place == 0 else 2}"{dash}'


def _key(sides: Sequence[str]) -> Iterator[str]:
    """Explain the lines: a colour for each side, a dash for the rule that counts every overlap."""
    x, y = LEFT, HEIGHT - 12
    entries = [(shorten(side_name(side), 24), _stroke(sides, side, "likely")) for side in sides[:4]]
    plain_line = 'style="stroke:currentColor" stroke-width="2"'
    entries += [(text(f"review.rule_{rule}"), plain_line + f' stroke-dasharray="{DASHES[rule]}"') for rule in BY_OVERLAP]
    for words, stroke in entries:
        yield f'<line x1="{x:.0f}" x2="{x + 26:.0f}" y1="{y - 4}" y2="{y - 4}" {stroke}/>'
        yield _said(x + 32, y, words, 'font-size="12"')
        x += 32 + 7.0 * len(words) + 22


def _said(x: float, y: float, words: str, extra: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{escape(words)}</text>'
