"""Figures with how sure they are, as a picture: each measure a scale of its own, each side a point with its interval.

```
Redeanteil            0 % ├──────●━━━━━┤ 100 %   70 % (63–75 %)
                            ◆━━━━                30 % (25–37 %)
```

A point is hollow where its interval is wide: such a figure is only rough.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, isnan, log10
from textwrap import wrap
from typing import Any

import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.views.figures import WIDTH, Picture, label, line, shorten, side_colours, whole
from talkbalance.views.signs import is_rough
from talkbalance.views.verdicts import Held
from talkbalance.views.writing import figure_of, side_name, unit_of, written

NAME, FIRST, LAST, VALUE = 0.0, 372.0, 700.0, 770.0
"""Where names begin, where scales begin and end, where values are written."""
ROW, BETWEEN, KEY = 21.0, 13.0, 30.0
NAME_SIGNS, LINE = 42, 15.0
"""Characters of a line of a measure's name, and its height."""
RADIUS = 5.5
KEY_SIGNS = 28
"""Characters of a side's name in the key."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values of a measure lie on their line."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """Return where a value lies."""
        return FIRST + (value - self.low) / (self.high - self.low) * (LAST - FIRST)


def ranges(meeting: Meeting, measured: pd.DataFrame, measures: Sequence[str]) -> Picture:
    """Return measures below one another, each with its sides.

    Parameters
    ----------
    measured
        The summary of the meeting.
    measures
        Names of measures; those without a value are left out.

    Returns
    -------
    Picture
        As high as it has to be (`height`), with a key of the sides.
    """
    blocks = _blocks(measured, measures)
    colour = side_colours(meeting)
    sides = [side for side in meeting.sides if any(row["side"] == side for rows in blocks for row in rows)]
    key = _Key(sides, colour, rough=any(is_rough(row) for rows in blocks for row in rows))
    parts = list(key.parts())
    y = key.height
    for rows in blocks:
        parts += _block(rows, y, sides, colour)
        y += _height(rows)
    names = ", ".join(text(f"measures.{rows[0]['measure']}") for rows in blocks)
    return Picture(whole(y, text("report.ranges_label", measures=names), parts))


def lines(meeting: Meeting, found: Sequence[Held]) -> Picture:
    """Return figures beside lines others have drawn: where the line lies, where the figure does, and what can be said of it.

    ```
    Redeanteil · Agentur    0 % ├────╎───━━●━━──┤ 100 %   70 % (63–75 %)
    Linie 43 % (Gong, …)             ╎                    darüber
    ```

    Parameters
    ----------
    found
        What `verdicts.held` gives, or a part of it.
    """
    colour = side_colours(meeting)
    sides = [side for side in meeting.sides if any(one.row["side"] == side for one in found)]
    key = _Key(sides, colour, rough=any(is_rough(one.row) for one in found))
    parts = list(key.parts())
    y = key.height
    for one in found:
        parts += _beside(one, y, sides, colour)
        y += height_of(one)
    return Picture(whole(y, text("report.ranges_label", measures=", ".join(one.name for one in found)), parts))


def height_of(one: Held) -> float:
    """Return the units a figure beside its line takes."""
    return LINE * (1 + len(_origin(one))) + ROW / 2 + BETWEEN


def _origin(one: Held) -> list[str]:
    """Return where a line is and comes from, in lines."""
    return wrap(f"{text('verdicts.line')} {one.line}: {one.origin}", NAME_SIGNS + 9)


def _beside(one: Held, top: float, sides: Sequence[str], colour: Mapping[str, str]) -> Iterator[str]:
    scale = _scale([one.row, {**one.row, "value": one.at}])
    y = top + ROW / 2
    yield label(NAME, top + 14, one.name, 'font-weight="600"')
    for i, words in enumerate(_origin(one), 1):
        yield label(NAME, top + 14 + LINE * i, words, 'font-size="11" fill-opacity="0.75"')
    for value, x, anchor in ((scale.low, FIRST - 9, "end"), (scale.high, LAST + 9, "start")):
        said = written(value, one.row["measure"], one.row["unit"])
        yield label(x, y + 4, said, f'text-anchor="{anchor}" font-size="11" fill-opacity="0.75"')
    yield from _row(one.row, y, scale, sides, colour)
    yield line(scale.x(one.at), top - 2, scale.x(one.at), top + ROW + 6, 1, 'stroke-width="1.6" stroke-dasharray="4 3"')
    for i, words in enumerate(wrap(one.said, 32), 1):
        yield label(VALUE, y + 4.5 + LINE * i, words, 'font-size="12"')


def height(measured: pd.DataFrame, measure: str) -> float:
    """Return the units a measure takes, 0 where it has no value."""
    return sum(_height(rows) for rows in _blocks(measured, [measure]))


def _blocks(measured: pd.DataFrame, measures: Sequence[str]) -> list[list[Mapping[Any, Any]]]:
    known: list[Mapping[Any, Any]] = [*measured[measured["available"] & measured["value"].notna()].to_dict(orient="records")]
    found = [[row for row in known if row["measure"] == measure] for measure in measures]
    return [rows for rows in found if rows]


def _height(rows: Sequence[Mapping[Any, Any]]) -> float:
    lines = len(wrap(text(f"measures.{rows[0]['measure']}"), NAME_SIGNS))
    return max(ROW * len(rows), LINE * (lines + 1) + 4) + BETWEEN


def _block(rows: Sequence[Mapping[Any, Any]], top: float, sides: Sequence[str], colour: Mapping[str, str]) -> Iterator[str]:
    measure, unit = rows[0]["measure"], rows[0]["unit"]
    scale = _scale(rows)
    *lines, unit_line = [*wrap(text(f"measures.{measure}"), NAME_SIGNS), unit_of(measure, unit)]
    for i, words in enumerate(lines):
        yield label(NAME, top + 14 + LINE * i, words)
    yield label(NAME, top + 14 + LINE * len(lines), unit_line, 'font-size="11" fill-opacity="0.75"')
    middle = top + ROW * len(rows) / 2
    for value, x, anchor in ((scale.low, FIRST - 9, "end"), (scale.high, LAST + 9, "start")):
        yield label(x, middle + 4, written(value, measure, unit), f'text-anchor="{anchor}" font-size="11" fill-opacity="0.75"')
    for x in (FIRST, LAST, *([scale.x(0)] if scale.low < 0 else [])):
        yield line(x, top + 2, x, top + ROW * len(rows) - 2, 0.35)
    for i, row in enumerate(rows):
        yield from _row(row, top + ROW * i + ROW / 2, scale, sides, colour)


def _row(row: Mapping[Any, Any], y: float, scale: Scale, sides: Sequence[str], colour: Mapping[str, str]) -> Iterator[str]:
    own = colour.get(row["side"], "currentColor")
    value, interval = figure_of(row)
    said = f"{value} ({interval})" if interval else value
    yield line(FIRST, y, LAST, y, 0.18)
    if not (isnan(row["low"]) or isnan(row["high"])):
        yield (
            f'<line x1="{scale.x(row["low"]):.1f}" y1="{y:.1f}" x2="{scale.x(row["high"]):.1f}" y2="{y:.1f}" '
            f'style="stroke:{own}" stroke-width="3.5" stroke-linecap="round"/>'
        )
    place = sides.index(row["side"]) if row["side"] in sides else 0
    yield _point(scale.x(row["value"]), y, place, own, hollow=is_rough(row), words=said)
    yield label(VALUE, y + 4.5, said)


def _point(x: float, y: float, place: int, colour: str, *, hollow: bool, words: str = "") -> str:
    """Return a point; sides differ in shape as well as in colour."""
    r = RADIUS
    shapes = (
        f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 -{2 * r} 0z",
        f"M{x:.1f} {y - r - 1:.1f}l{r + 1} {r + 1}l-{r + 1} {r + 1}l-{r + 1} -{r + 1}z",
        f"M{x - r + 0.5:.1f} {y - r + 0.5:.1f}h{2 * r - 1}v{2 * r - 1}h-{2 * r - 1}z",
        f"M{x:.1f} {y - r:.1f}l{r} {2 * r - 1}h-{2 * r}z",
    )
    fill = "var(--ground,#fff)" if hollow else colour
    title = f"<title>{escape(words)}</title>" if words else ""
    return f'<path d="{shapes[place % len(shapes)]}" style="fill:{fill};stroke:{colour}" stroke-width="2">{title}</path>'


def _scale(rows: Sequence[Mapping[Any, Any]]) -> Scale:
    """Return a scale from zero, or from a round number below it, to a round number; shares go to 100 %."""
    known = [row[name] for row in rows for name in ("value", "low", "high") if not isnan(row[name])]
    low = -_round_up(-min(known)) if min(known) < 0 else 0.0
    least = 60.0 if rows[0]["unit"] == "s" and max(known) > 60 else 1.0  # whole minutes
    high = 1.0 if rows[0]["unit"] == "0-1" else least * _round_up(max(known) / least) if max(known) > 0 else 1.0
    return Scale(low, high)


def _round_up(value: float) -> float:
    """Return the next round number: 1, 2, 3, 4, 5, 6 or 8 times a power of ten.

    >>> _round_up(0.7), _round_up(13.6), _round_up(147)
    (0.8, 20.0, 200.0)
    """
    power = 10.0 ** floor(log10(value))
    return round(next((step for step in (1, 2, 3, 4, 5, 6, 8) if step * power >= value * (1 - 1e-9)), 10) * power, 6)


@dataclass(frozen=True, slots=True)
class _Key:
    """The sides with their signs above the scales, in as many lines as they need."""

    sides: Sequence[str]
    colour: Mapping[str, str]
    rough: bool

    @property
    def height(self) -> float:
        """Units it takes."""
        return KEY + ROW * (self._places()[-1][1] if self.sides or self.rough else 0)

    def parts(self) -> Iterator[str]:
        """Yield what is drawn."""
        for i, (x, row) in enumerate(self._places()):
            y, side = 9 + ROW * row, self.sides[i] if i < len(self.sides) else ""
            colour = self.colour.get(side, "currentColor")
            yield _point(x + RADIUS, y, i if side else 0, colour, hollow=not side)
            yield label(x + 18, y + 4.5, self._words()[i], 'font-weight="600"' if side else "")

    def _words(self) -> list[str]:
        named = [shorten(side_name(side), KEY_SIGNS) for side in self.sides]
        return [*named, text("report.key_rough")] if self.rough else named

    def _places(self) -> list[tuple[float, int]]:
        """Return where each entry begins and in which line; few of them stand above the scales, many begin at the left."""
        widths = [18 + 8.0 * len(words) + 26 for words in self._words()]
        first = FIRST if FIRST + sum(widths) <= WIDTH else NAME
        places, x, row = [], first, 0
        for width in widths:
            if x > first and x + width > WIDTH:
                x, row = first, row + 1
            places.append((x, row))
            x += width
        return places
