"""Charts of a meeting as SVG: balance over time, who interrupted whom, response times, long stretches, uptake, kinds of questions.

Pure functions, a meeting in, a picture out, with units on their axes. A mark carries the act that opens the moments behind it
(`acts.act`), unless `acts` is off, as for a page that nobody clicks on. Sides are told apart by colour and by shape or place; text
has the colour of the page around it, sides the variables of `figures.palette`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import ceil, isnan

import numpy as np
import pandas as pd

from talkbalance import intervals
from talkbalance.errors import Unavailable
from talkbalance.floor import Floats, Ints
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, Meeting, clock
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.metrics.ratio import Ratio
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.talk import talk
from talkbalance.metrics.timing import STEP, WINDOW
from talkbalance.metrics.turntaking import LAPSE, require_ends, responses, stretches
from talkbalance.metrics.uptake import Answer, answers
from talkbalance.views.acts import act
from talkbalance.views.figures import LIGHT, colours, shorten, side_colours
from talkbalance.views.writing import interval, number, percent, side_name

WIDTH = 620.0
"""Units of a chart's width, about as many pixels as it has beside a list."""
LEFT, RIGHT, TOP, AXIS = 50.0, 16.0, 30.0, 40.0
"""Room for the labels of the axes and for the legend."""
TICKS = (10, 30, 60, 120, 300, 600, 900, 1800)
"""Seconds between the ticks of a time axis."""
TICK_ROOM = 60.0
FAINT = 30.0
"""Seconds of speech below which a window says little."""
NAME = 20
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of an axis lie on the picture."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        """Return where a value lies."""
        span = self.high - self.low
        return self.first + (value - self.low) / span * (self.last - self.first) if span else self.first


# ---------------------------------------------------------------------------------------------------- parts of a picture


def _svg(height: float, label: str, parts: Iterator[str], *, acts: bool) -> str:
    role = 'role="group" data-rove=""' if acts else 'role="img"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tb-chart" viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="100%" {role} '
        f'aria-label="{escape(label)}" font-family="system-ui,sans-serif" font-size="13" fill="currentColor" '
        f'style="max-width:{1.15 * WIDTH:.0f}px;display:block">{_stops(parts)}</svg>'
    )


def _stops(parts: Iterator[str]) -> str:
    """Join the parts; the tab key stops at the first clickable one, arrows go on from there."""
    return "".join(parts).replace('tabindex="-1"', 'tabindex="0"', 1)


def _text(x: float, y: float, words: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}"{" " * bool(extra)}{extra}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, opacity: float = 0.2, extra: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" '
        f'stroke-opacity="{opacity}"{" " * bool(extra)}{extra}/>'
    )


def _mark(shape: str, words: str, doing: str) -> str:
    """Return a shape with what it says; with `doing` it can be clicked and reached by keys."""
    title = f"<title>{escape(words)}</title>"
    if not doing:
        return f"<g>{shape}{title}</g>"
    return f'<g {doing} class="tb-act" role="button" tabindex="-1" aria-label="{escape(words)}">{shape}{title}</g>'


def _legend(entries: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield shapes with their colours and names above the picture."""
    x = LEFT
    for shape, colour, words in entries:
        yield _dot(shape, x + 6, 12, 5, colour)
        said = shorten(words, 34)
        yield _text(x + 17, 16, said)
        x += 17 + 6.9 * len(said) + 18


def _dot(shape: str, x: float, y: float, r: float, colour: str, opacity: float = 1.0) -> str:
    style = f'style="fill:{colour};fill-opacity:{opacity:g}"'
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}" {style}/>'
    if shape == "line":
        return f'<path d="M{x - r:.1f} {y:.1f}h{2 * r:g}" style="stroke:{colour};stroke-width:2;stroke-dasharray:4 3"/>'
    if shape == "diamond":
        return f'<path d="M{x - r:.1f} {y:.1f}l{r:g} {-r:g}l{r:g} {r:g}l{-r:g} {r:g}z" {style}/>'
    return f'<rect x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:g}" height="{2 * r:g}" {style}/>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" style="fill:{colour}"/>'


SHAPES = ("circle", "square", "diamond")


def _shape(place: int) -> str:
    return SHAPES[place % len(SHAPES)]


def _time_axis(across: Scale, y: float, top: float) -> Iterator[str]:
    """Yield the ticks of a time axis in minutes."""
    room = (across.last - across.first) / max(across.high - across.low, 1.0)
    step = next((tick for tick in TICKS if tick * room >= TICK_ROOM), TICKS[-1])
    yield _line(across.first, y, across.last, y, 0.5)
    for at in range(0, int(across.high) + 1, step):
        x = across(at)
        yield _line(x, top, x, y + 5, 0.12)
        yield _text(x, y + 18, clock(at), 'text-anchor="middle"')
    yield _text(across.last, y + 34, text("explorer.axis_time"), 'text-anchor="end"')


def _share_axis(up: Scale, left: float, right: float, *, even: bool = False) -> Iterator[str]:
    """Yield the ticks of an axis of parts; `even` draws the line at one half."""
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        if part > up.high:
            return
        y, half = up(part), even and part == 0.5
        yield _line(left, y, right, y, 0.7 if half else 0.14, 'stroke-dasharray="4 3"' if half else "")
        yield _text(left - 6, y + 4, percent(part), 'text-anchor="end"')


# ---------------------------------------------------------------------------------------------------- balance over time


def balance_over_time(meeting: Meeting, *, acts: bool = True) -> str:
    """Return the share of each side in windows of 150 s, every 30 s.

    ```
    100 %  |   ●●●            |    windows in which nobody speaks are gaps,
     50 %  |---●---●●-----●●--|    those in which hardly anybody does are faint
      0 %  |●●        ■■      |
    ```

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    found = speaking_time(meeting, window=WINDOW, step=STEP)
    across = Scale(0.0, max(meeting.length, 1.0), LEFT, WIDTH - RIGHT)
    up = Scale(0.0, 1.0, TOP + 190, TOP)
    height = up.first + AXIS
    parts = _balance_parts(meeting, found, across, up, acts=acts)
    return _svg(height, text("explorer.balance_label", window=f"{WINDOW:g}", step=f"{STEP:g}"), parts, acts=acts)


def _balance_parts(meeting: Meeting, found: pd.DataFrame, across: Scale, up: Scale, *, acts: bool) -> Iterator[str]:
    colour = side_colours(meeting)
    yield from _legend([(_shape(i), colour[side], side_name(side)) for i, side in enumerate(meeting.sides)])
    yield from _share_axis(up, across.first, across.last, even=True)
    yield from _time_axis(across, up.first, up.last)
    rows = records(found)
    spoken: dict[float, float] = {}
    for row in rows:
        spoken[row["start"]] = spoken.get(row["start"], 0.0) + row["speaking_time"]
    for i, side in enumerate(meeting.sides):
        own = [row for row in rows if row["side"] == side]
        yield from _curve(own, spoken, colour[side], _shape(i), across, up)
    yield from _windows(rows, across, up, acts=acts)


def _curve(
    rows: Sequence[Mapping[str, float | None]], spoken: Mapping[float, float], colour: str, shape: str, across: Scale, up: Scale
) -> Iterator[str]:
    """Yield a side's line, broken where nobody speaks, with a mark for every window."""
    for known, run in groupby(rows, key=lambda row: row["share"] is not None):
        points = [(across(_middle(row)), up(row["share"] or 0.0), spoken[row["start"] or 0.0]) for row in run] if known else []
        if points:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in points)
            yield f'<path d="M{path}" fill="none" style="stroke:{colour};stroke-width:1.6;stroke-opacity:.55"/>'
        yield from (_dot(shape, x, y, 3.2, colour, 1.0 if time >= FAINT else 0.35) for x, y, time in points)


def _middle(row: Mapping[str, float | None]) -> float:
    return ((row["start"] or 0.0) + (row["end"] or 0.0)) / 2


def _windows(rows: Sequence[Mapping[str, object]], across: Scale, up: Scale, *, acts: bool) -> Iterator[str]:
    """Yield a band over each window that says its figures and opens its turns."""
    for span, run in groupby(rows, key=lambda row: (row["start"], row["end"])):
        start, end = float(str(span[0])), float(str(span[1]))
        middle, half = (start + end) / 2, min(STEP, end - start) / 2
        left, right = across(max(middle - half, 0.0)), across(middle + half)
        shares = [(str(row["side"]), row["share"]) for row in run]
        said = ", ".join(f"{side_name(side)} {percent(float(str(share)))}" for side, share in shares if share is not None)
        words = f"{clock(start)}–{clock(end)}: {said or text('explorer.nobody')}"
        band = (
            f'<rect class="tb-hit" x="{left:.1f}" y="{up.last:.1f}" width="{right - left:.1f}" height="{up.first - up.last:.1f}"/>'
        )
        yield _mark(band, words, act(do="between", start=start, end=end) if acts else "")


# ---------------------------------------------------------------------------------------------------- who interrupted whom

CELL_HEIGHT, ROW_NAMES = 46.0, 160.0


def interruption_matrix(meeting: Meeting, found: pd.DataFrame | None = None, *, acts: bool = True) -> str:
    """Return how often each person cut off each other one, with exact intervals, and how often they wanted in and gave up.

    Parameters
    ----------
    found
        Interruptions by any rule; by default the likely ones.

    Raises
    ------
    Unavailable
        Where overlaps could not have survived.
    """
    found = interruptions(meeting) if found is None else found
    people = [speaker.name for speaker in meeting.speakers]
    counts = {kind: _pairs(found[found["kind"] == kind]) for kind in ("taken", "failed")}
    height = TOP + 34 + CELL_HEIGHT * len(people) + 8
    parts = _matrix_parts(meeting, people, counts, acts=acts)
    return _svg(height, text("explorer.matrix_label", n=len(found[found["kind"] == "taken"])), parts, acts=acts)


Pairs = Mapping[tuple[str, str], int]


def _pairs(found: pd.DataFrame) -> Pairs:
    return Counter(zip(found["interrupter"].tolist(), found["interrupted"].tolist(), strict=True))


def _matrix_parts(meeting: Meeting, people: Sequence[str], counts: Mapping[str, Pairs], *, acts: bool) -> Iterator[str]:
    colour = colours(meeting)
    most = max(counts["taken"].values(), default=1)
    width = min(150.0, (WIDTH - ROW_NAMES - 6) / max(len(people), 1))
    yield _text(0, 14, text("explorer.matrix_rows"), 'font-weight="600"')
    yield _text(ROW_NAMES, 14, text("explorer.matrix_columns"), 'font-weight="600"')
    letters = max(4, int(width / 7) - 2)
    for i, name in enumerate(people):
        yield _dot("square", ROW_NAMES + i * width + 6, TOP + 16, 5, colour[name])
        said = f"<title>{escape(name)}</title>"
        yield f'<text x="{ROW_NAMES + i * width + 15:.1f}" y="{TOP + 20:.1f}">{escape(shorten(name, letters))}{said}</text>'
    for row, one in enumerate(people):
        y = TOP + 30 + row * CELL_HEIGHT
        yield _dot("square", 6, y + CELL_HEIGHT / 2 - 4, 5, colour[one])
        yield f'<text x="15" y="{y + CELL_HEIGHT / 2:.1f}">{escape(shorten(one, NAME))}<title>{escape(one)}</title></text>'
        for column, other in enumerate(people):
            if one != other:
                yield _cell(meeting, (one, other), counts, most, ROW_NAMES + column * width, y, width, acts=acts)


def _cell(
    meeting: Meeting, pair: tuple[str, str], counts: Mapping[str, Pairs], most: int, x: float, y: float, width: float, *, acts: bool
) -> str:
    taken, failed = counts["taken"].get(pair, 0), counts["failed"].get(pair, 0)
    low, high = intervals.of_count(taken)
    inside = meeting.side_of(pair[0]) == meeting.side_of(pair[1])
    dashed = ' stroke-dasharray="4 3"' if inside else ""
    middle = x + width / 2
    shape = (
        f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{width - 4:.1f}" height="{CELL_HEIGHT - 4:.1f}" rx="3" stroke="currentColor" '
        f'stroke-opacity=".35"{dashed} style="fill:var(--tb-agency-0,{LIGHT[AGENCY][0]});fill-opacity:{0.5 * taken / most:.2f}"/>'
        + _text(middle, y + 18, str(taken), 'text-anchor="middle" font-size="16" font-weight="600"')
        + _text(middle, y + 33, _counted(low, high, failed), 'text-anchor="middle" font-size="11"')
    )
    words = text("explorer.matrix_cell", one=pair[0], other=pair[1], taken=taken, low=number(low), high=number(high), failed=failed)
    words += f" {text('explain.colleagues')}" if inside else ""
    return _mark(shape, words, act(do="pair", one=pair[0], other=pair[1]) if acts and taken + failed else "")


def _counted(low: float, high: float, failed: int) -> str:
    between = f"{number(low)}–{number(high)}"
    return f"{between} · {text('explorer.attempts', n=failed)}" if failed else between


# ---------------------------------------------------------------------------------------------------- response times

BIN, EARLIEST = 0.25, -2.0
"""Seconds of a bar, and where the first one begins: earlier ones are in it."""
ROW = 96.0


def response_times(meeting: Meeting, *, acts: bool = True) -> str:
    """Return how the response times of each side are spread, with the median and its interval; lapses in a bar of their own.

    Raises
    ------
    Unavailable
        Where there are no times of the ends of utterances.
    """
    require_ends(meeting)
    found = responses(meeting)
    found = found[found["side_from"] != found["side_to"]]
    across = Scale(EARLIEST, LAPSE + 2 * BIN, LEFT, WIDTH - RIGHT)
    height = TOP + ROW * len(meeting.sides) + AXIS
    return _svg(height, text("explorer.responses_label"), _response_parts(meeting, found, across, acts=acts), acts=acts)


def _response_parts(meeting: Meeting, found: pd.DataFrame, across: Scale, *, acts: bool) -> Iterator[str]:
    colour = side_colours(meeting)
    offsets = {side: found.loc[found["side_to"] == side, "offset"].to_numpy(dtype=np.float64) for side in meeting.sides}
    edges = np.append(np.arange(EARLIEST, LAPSE + BIN / 2, BIN), np.inf)
    counted = {side: np.histogram(own.clip(min=EARLIEST), edges)[0] for side, own in offsets.items()}
    most = max((int(n.max(initial=0)) for n in counted.values()), default=0)
    bottom = TOP + ROW * len(meeting.sides)
    yield from _offset_axis(across, bottom)
    for i, (side, own) in enumerate(offsets.items()):
        base = TOP + ROW * (i + 1) - 14
        up = Scale(0, max(most, 1), base, base - ROW + 34)
        yield _line(across.first, base, across.last, base, 0.5)
        yield _text(across.first - 6, up.last + 4, str(most), 'text-anchor="end"') + _text(
            across.first - 6, base, "0", 'text-anchor="end"'
        )
        yield _text(across.first, base - ROW + 26, _median_said(side, own), 'font-weight="600"')
        yield from _bars(side, counted[side], edges, colour[side], across, up, acts=acts)
        yield from _median(own, across, base)


def _median_said(side: str, own: Floats) -> str:
    if not len(own):
        return f"{side_name(side)}: {text('explorer.no_answers')}"
    low, high = intervals.of_median(own)
    between = "" if isnan(low) else f" ({number(low, 1)}{text('signs.to')}{number(high, 1)})"
    lapses = int((own >= LAPSE).sum())
    return text(
        "explorer.median", side=side_name(side), value=number(float(np.median(own)), 1), interval=between, n=len(own), lapses=lapses
    )


def _bars(
    side: str,
    counted: Ints,
    edges: Floats,
    colour: str,
    across: Scale,
    up: Scale,
    *,
    acts: bool,
) -> Iterator[str]:
    for i, n in enumerate(counted.tolist()):
        if not n:
            continue
        low, high = float(edges[i]), float(edges[i + 1])
        late = high == np.inf
        x, width = across(low) + (6 if late else 0.5), across(low + BIN) - across(low) - 1
        bar = _rect(x, up(n), width, up.first - up(n), colour)
        words = (
            text("explorer.late", n=n, low=number(low))
            if late
            else text("explorer.offsets", n=n, low=number(low, 2), high=number(high, 2))
        )
        doing = act(do="offsets", side=side, low=low if i else None, high=None if late else high) if acts else ""
        yield _mark(bar, f"{side_name(side)}: {words}", doing)


def _median(own: Floats, across: Scale, base: float) -> Iterator[str]:
    """Yield a line at the median, and one below the axis over its interval."""
    if not len(own):
        return
    at = across(float(np.clip(np.median(own), EARLIEST, LAPSE)))
    yield _line(at, base - ROW + 36, at, base + 5, 1, 'stroke-width="1.6"')
    low, high = (across(float(np.clip(end, EARLIEST, LAPSE))) for end in intervals.of_median(own))
    if not isnan(low):
        yield _line(low, base + 5, high, base + 5, 1, 'stroke-width="3"')


def _offset_axis(across: Scale, y: float) -> Iterator[str]:
    for at in range(int(EARLIEST), int(LAPSE) + 1):
        x = across(at) + (12 if at == LAPSE else 0)
        said = f"≥ {at}" if at == LAPSE else f"≤ {number(at)}" if at == EARLIEST else number(at)
        yield _text(x, y + 12, said, 'text-anchor="middle"')
        yield _line(across(at), TOP, across(at), y, 0.5 if at == 0 else 0.12)
    yield _text(across.last, y + 30, text("explorer.axis_offset"), 'text-anchor="end"')


# ---------------------------------------------------------------------------------------------------- longest stretches

MOST, BAR_ROW = 10, 26.0
BAR_LEFT = 136.0


def longest_stretches(meeting: Meeting, *, acts: bool = True) -> str:
    """Return the ten longest stretches in which one side holds the floor.

    Raises
    ------
    Unavailable
        Where there are no times of the ends of utterances.
    """
    require_ends(meeting)
    found = talk(meeting)
    starts, ends, sides = stretches(found)
    order = np.argsort(starts - ends, kind="stable")[:MOST].tolist()
    rows = [(found.said.sides[sides[i]], float(starts[i]), float(ends[i])) for i in order]
    across = Scale(0.0, max((end - start for _, start, end in rows), default=1.0), BAR_LEFT, WIDTH - RIGHT - 44)
    height = TOP + BAR_ROW * max(len(rows), 1) + AXIS
    return _svg(height, text("explorer.stretches_label", n=len(rows)), _stretch_parts(meeting, rows, across, acts=acts), acts=acts)


def _stretch_parts(meeting: Meeting, rows: Sequence[tuple[str, float, float]], across: Scale, *, acts: bool) -> Iterator[str]:
    colour = side_colours(meeting)
    yield from _legend([("square", colour[side], side_name(side)) for side in meeting.sides])
    if not rows:
        yield _text(LEFT, TOP + 18, text("explain.none"))
        return
    yield from _time_axis(across, TOP + BAR_ROW * len(rows), TOP)
    for i, (side, start, end) in enumerate(rows):
        y, length = TOP + i * BAR_ROW + 3, end - start
        bar = (
            _text(BAR_LEFT - 8, y + 14, f"{shorten(side_name(side), 9)} {clock(start)}", 'text-anchor="end"')
            + _rect(BAR_LEFT, y, across(length) - BAR_LEFT, BAR_ROW - 7, colour[side])
            + _text(across(length) + 6, y + 14, clock(length), 'font-weight="600"')
        )
        words = text("explorer.stretch", side=side_name(side), start=clock(start), length=clock(length))
        yield _mark(bar, words, act(do="open", measure="longest_stretch", side="", at=round(1000 * start)) if acts else "")


# ---------------------------------------------------------------------------------------------------- uptake


def uptake_over_time(meeting: Meeting, *, acts: bool = True) -> str:
    """Return how much each answer takes up of what the other side just said; without times in the order of the talk.

    Raises
    ------
    Unavailable
        Where no words were recognised, or in a language other than German and English.
    """
    found = [answer for answer in answers(meeting) if answer.whole]
    if not found:
        raise Unavailable("explorer.no_uptake")
    timed = meeting.timed
    places = [answer.turn.start if timed else float(i) for i, answer in enumerate(found, 1)]
    across = Scale(0.0, max(meeting.length if timed else len(found), 1.0), LEFT, WIDTH - RIGHT)
    most = ceil(4 * max(answer.ratio.value for answer in found)) / 4
    up = Scale(0.0, max(most, 0.25), TOP + 190, TOP)

    def parts() -> Iterator[str]:
        colour, shape = side_colours(meeting), {side: _shape(i) for i, side in enumerate(meeting.sides)}
        yield from _legend([(shape[side], colour[side], _pooled(found, side)) for side in meeting.sides])
        yield from _share_axis(up, across.first, across.last)
        yield from _time_axis(across, up.first, up.last) if timed else _order_axis(across, up.first)
        for answer, place in zip(found, places, strict=True):
            side, value = answer.turn.side, answer.ratio.value
            when = f"{clock(place)} " if timed else ""
            words = f"{when}{answer.turn.speaker}: {percent(value)} {', '.join(answer.words)}"
            dot = _dot(shape[side], across(place), up(value), 4, colour[side], 0.75)
            doing = act(do="open", measure="uptake", side=side, at=round(1000 * place)) if acts and timed else ""
            yield _mark(dot, words, doing)

    return _svg(up.first + AXIS, text("explorer.uptake_label"), parts(), acts=acts)


def _pooled(found: Sequence[Answer], side: str) -> str:
    """Name a side with what it takes up in all."""
    own = [answer for answer in found if answer.turn.side == side]
    whole = sum((answer.ratio for answer in own), Ratio(0, 0))
    return f"{side_name(side)}: {percent(whole.value) if own else text('explorer.no_answers')}"


def _order_axis(across: Scale, y: float) -> Iterator[str]:
    yield _line(across.first, y, across.last, y, 0.5)
    yield _text(across.last, y + 18, text("explorer.axis_order", n=int(across.high)), 'text-anchor="end"')


# ---------------------------------------------------------------------------------------------------- kinds of questions

KINDS = ("wh", "polar", "alternative", "declarative", "tag", "rhetorical")
KIND_LEFT, KIND_ROW = 200.0, 18.0


def question_kinds(meeting: Meeting, asked: pd.DataFrame | None = None, *, acts: bool = True) -> str:
    """Return how many questions of each kind each side asks, with exact intervals.

    Parameters
    ----------
    asked
        Questions; by default those of the meeting.

    Raises
    ------
    Unavailable
        Where no words were recognised, or in a language other than German and English.
    """
    asked = questions(meeting) if asked is None else asked
    counted = Counter(zip(asked["side"].tolist(), asked["kind"].tolist(), strict=True))
    kinds = [kind for kind in KINDS if any((side, kind) in counted for side in meeting.sides)]
    block = KIND_ROW * len(meeting.sides) + 10
    height = TOP + block * max(len(kinds), 1) + AXIS
    most = max((intervals.of_count(n)[1] for n in counted.values()), default=1.0)
    across = Scale(0.0, most, KIND_LEFT, WIDTH - RIGHT - 30)
    parts = _kind_parts(meeting, kinds, counted, across, block, acts=acts)
    return _svg(height, text("explorer.kinds_label", n=len(asked)), parts, acts=acts)


def _kind_parts(
    meeting: Meeting, kinds: Sequence[str], counted: Pairs, across: Scale, block: float, *, acts: bool
) -> Iterator[str]:
    colour = side_colours(meeting)
    yield from _legend([("square", colour[side], side_name(side)) for side in meeting.sides])
    if not kinds:
        yield _text(LEFT, TOP + 18, text("explain.none"))
        return
    yield from _count_axis(across, TOP + block * len(kinds))
    for i, kind in enumerate(kinds):
        top = TOP + i * block + 4
        yield _text(KIND_LEFT - 8, top + block / 2 - 1, text(f"explain.kind_{kind}"), 'text-anchor="end"')
        for j, side in enumerate(meeting.sides):
            yield _kind_bar(side, kind, counted.get((side, kind), 0), colour[side], across, top + j * KIND_ROW, acts=acts)


def _kind_bar(side: str, kind: str, n: int, colour: str, across: Scale, y: float, *, acts: bool) -> str:
    low, high = intervals.of_count(n)
    middle = y + 7
    shape = (
        _rect(across.first, y, max(across(n) - across.first, 0.5), 14, colour)
        + _line(across(low), middle, across(high), middle, 0.9, 'stroke-width="1.4"')
        + _line(across(high), middle - 4, across(high), middle + 4, 0.9)
        + _text(across(high) + 6, y + 11, str(n), 'font-weight="600"')
    )
    words = f"{side_name(side)}, {text(f'explain.kind_{kind}')}: {n} ({interval(low, high, '1')})"
    return _mark(shape, words, act(do="kind", side=side, kind=kind) if acts and n else "")


def _count_axis(across: Scale, y: float) -> Iterator[str]:
    step = max(1, ceil(across.high / 8 / 5) * 5 if across.high > 16 else 2)
    yield _line(across.first, y, across.last, y, 0.5)
    for at in range(0, int(across.high) + 1, step):
        yield _line(across(at), TOP, across(at), y + 5, 0.12)
        yield _text(across(at), y + 18, str(at), 'text-anchor="middle"')
    yield _text(across.last, y + 34, text("explorer.axis_count"), 'text-anchor="end"')
