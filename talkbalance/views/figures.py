"""Pictures of a meeting as SVG: the balance of speaking time, and the timeline.

One builder serves notebooks and reports. Text takes the colour of the page around it, speakers take the variables of
`palette`, so that a page can be light or dark; without a page the light colours stand in. Blue and orange-red are told apart
with any colour vision, overlaps and marks do not rely on colour at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.floor import IPU_SILENCE, Spans
from talkbalance.formats.files import write_atomically
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, UNKNOWN, Meeting, clock
from talkbalance.metrics.interruptions import Rule, interruptions
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.talk import talk
from talkbalance.summary import summary
from talkbalance.views.writing import interval, percent, side_name

LIGHT: Mapping[str, Sequence[str]] = {
    AGENCY: ("#0072b2", "#56b4e9", "#00456b", "#8cb8d8"),
    CLIENT: ("#d55e00", "#e69f00", "#8a3b00", "#c98a4b"),
    "person": ("#0072b2", "#d55e00", "#009e73", "#b3568c", "#8a6d00", "#56b4e9"),
    UNKNOWN: ("#7d7d7d",),
}
DARK: Mapping[str, Sequence[str]] = {
    AGENCY: ("#56b4e9", "#2484be", "#a9d8f5", "#4b7fa3"),
    CLIENT: ("#f08a3c", "#e6b04a", "#c8601a", "#f5cfa0"),
    "person": ("#56b4e9", "#f08a3c", "#2fc79a", "#dc90bb", "#d8bc4a", "#2484be"),
    UNKNOWN: ("#a0a0a0",),
}
"""After Okabe & Ito (2008), each at a contrast of at least 3:1 to its page's ground where it is a group's first colour."""

WIDTH = 1000
"""Units of every picture's width; it scales to the page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a notebook shows and a page can take in.

    Parameters
    ----------
    svg
        The whole picture; it needs nothing outside itself.
    """

    svg: str

    def _repr_html_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> Path:
        """Write the picture to an SVG file and return its path."""
        path = Path(path)
        write_atomically(path, self.svg)
        return path


def palette(colours: Mapping[str, Sequence[str]]) -> str:
    """Return the colours as declarations of CSS variables."""
    return "".join(f"--tb-{group}-{i}:{value};" for group, values in colours.items() for i, value in enumerate(values))


def colours(meeting: Meeting) -> dict[str, str]:
    """Return each speaker's colour as a CSS value: one hue per side, one shade per person."""
    counts: dict[str, int] = {}
    found = {}
    for speaker in meeting.speakers:
        group = UNKNOWN if speaker.name == UNKNOWN else speaker.side if speaker.side in LIGHT else "person"
        i = counts.setdefault(group, 0) % len(LIGHT[group])
        counts[group] += 1
        found[speaker.name] = f"var(--tb-{group}-{i},{LIGHT[group][i]})"
    return found


def side_colours(meeting: Meeting) -> dict[str, str]:
    """Return each side's colour as a CSS value; a person who is a side of their own keeps theirs."""
    own = colours(meeting)
    return {side: f"var(--tb-{side}-0,{LIGHT[side][0]})" if side in (AGENCY, CLIENT) else own[side] for side in meeting.sides}


def shorten(name: str, most: int) -> str:
    """Cut a long name so that it fits its place."""
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def whole(height: float, said: str, parts: Sequence[str]) -> str:
    """Return a picture made of its parts; `said` stands for it where it cannot be seen."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="100%" role="img" '
        f'aria-label="{escape(said)}" font-family="system-ui,sans-serif" font-size="13" fill="currentColor" '
        f'style="max-width:{WIDTH * 1.06:.0f}px;display:block">{"".join(parts)}</svg>'
    )


def label(x: float, y: float, words: str, extra: str = "") -> str:
    """Return words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}"{" " * bool(extra)}{extra}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, opacity: float = 0.25, extra: str = "") -> str:
    """Return a line in the colour of the text."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" '
        f'stroke-opacity="{opacity}"{" " * bool(extra)}{extra}/>'
    )


# ---------------------------------------------------------------------------------------------------- the balance

EDGE = 26.0
"""Room at the right, and beside the bar: half a label of the axis."""
BAR_TOP, BAR = 30.0, 36.0
LEGEND_ROW = 22.0


def balance(meeting: Meeting, *, figures: pd.DataFrame | None = None, legend: bool = True) -> Picture:
    """Return the speaking time as one bar: sides one after the other, their people in shades.

    Parameters
    ----------
    figures
        A summary of this meeting, if there is one already.
    legend
        Whether the people are named below the bar.

    Returns
    -------
    Picture
        With two sides, the line under the bar shows where their border could lie (95 %).

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    by_person = {row["speaker"]: row for row in records(speaking_time(meeting, by="speaker"))}
    ordered = [s for side in meeting.sides for s in meeting.speakers if meeting.side_of(s.name) == side]
    colour = colours(meeting)
    shares = [(s.name, by_person[s.name]["share"] or 0.0) for s in ordered]
    side_shares = {side: sum(v for name, v in shares if meeting.side_of(name) == side) for side in meeting.sides}
    parts = [*_scale(), *_segments(shares, colour), *_side_labels(side_shares)]
    figures = summary(meeting) if figures is None else figures
    parts += _border(figures, meeting.sides)
    height = BAR_TOP + BAR + 34
    if legend:
        parts += _legend([(colour[name], f"{name} {percent(share)}") for name, share in shares], height)
        height += LEGEND_ROW * ceil(len(shares) / 3) + 4
    said = ", ".join(f"{side_name(side)} {percent(share)}" for side, share in side_shares.items())
    return Picture(whole(height, text("report.balance_label", shares=said), parts))


def _across(share: float) -> float:
    return EDGE + share * (WIDTH - 2 * EDGE)


def _scale() -> Iterator[str]:
    for i in range(5):
        x = _across(i / 4)
        bottom = BAR_TOP + BAR + 8
        yield line(x, BAR_TOP - 4 if i == 2 else bottom - 6, x, bottom, 0.6)
        yield label(x, bottom + 20, percent(i / 4), f'text-anchor="{("start", "middle", "middle", "middle", "end")[i]}"')


def _segments(shares: Sequence[tuple[str, float]], colour: Mapping[str, str]) -> Iterator[str]:
    done = 0.0
    for name, share in shares:
        if share > 0:
            width = max(_across(done + share) - _across(done) - 1.5, 0.5)
            yield (
                f'<rect x="{_across(done):.1f}" y="{BAR_TOP}" width="{width:.1f}" height="{BAR}" '
                f'style="fill:{colour[name]}"><title>{escape(name)} {percent(share)}</title></rect>'
            )
        done += share
    x = _across(0.5)
    yield line(x, BAR_TOP - 4, x, BAR_TOP + BAR + 8, 0.9, 'stroke-dasharray="3 3"')


def _side_labels(shares: Mapping[str, float]) -> Iterator[str]:
    """Only two sides have a place each: at the ends of the bar."""
    if len(shares) != 2:
        return
    for (side, share), x, anchor in zip(shares.items(), (_across(0), _across(1)), ("start", "end"), strict=True):
        said = f"{shorten(side_name(side), 40)} {percent(share)}"
        yield label(x, BAR_TOP - 11, said, f'text-anchor="{anchor}" font-size="16" font-weight="600"')


def _border(figures: pd.DataFrame, sides: Sequence[str]) -> Iterator[str]:
    rows = figures[(figures["measure"] == "share") & (figures["side"] == sides[0])] if len(sides) == 2 else figures[:0]
    for row in records(rows):
        if row["low"] is None or row["high"] is None:
            continue
        low, high, y = _across(row["low"]), _across(row["high"]), BAR_TOP + BAR + 5
        said = f"{side_name(sides[0])}: {interval(row['low'], row['high'], '0-1')}"
        yield f"<g><title>{escape(said)}</title>"
        yield line(low, y, high, y, 1, 'stroke-width="2.5"')
        yield line(low, y - 4, low, y + 4, 1, 'stroke-width="2"') + line(high, y - 4, high, y + 4, 1, 'stroke-width="2"')
        yield "</g>"


def _legend(entries: Sequence[tuple[str, str]], top: float) -> Iterator[str]:
    step = (WIDTH - 2 * EDGE) / 3
    for i, (colour, words) in enumerate(entries):
        x, y = EDGE + step * (i % 3), top + LEGEND_ROW * (i // 3) + 14
        yield f'<rect x="{x:.1f}" y="{y - 11:.1f}" width="13" height="13" style="fill:{colour}"/>'
        yield label(x + 20, y, shorten(words, 42))


# ---------------------------------------------------------------------------------------------------- the timeline

GUTTER = 150.0
"""Where the names stand."""
STRIP_SECONDS = 600.0
"""Longest stretch in one strip: longer ones would hide an overlap of half a second."""
MARKS, VOICE, SIGNAL, LANE = 13.0, 14.0, 5.0, 31.0
MARK = 10.0
AXIS, STRIP_GAP = 24.0, 14.0
TICKS = (1, 5, 10, 15, 30, 60, 120, 300)
"""Seconds between ticks."""
TICK_ROOM = 76.0
SHADES = {"both": 1, "out": 0.14}
"""How dark a sign is in the key; every other one stands for colours."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of the meeting, and how time runs across the picture in it."""

    start: float
    end: float
    span: float
    top: float

    def x(self, seconds: float) -> float:
        """Return where a moment lies."""
        return GUTTER + (seconds - self.start) / self.span * (WIDTH - GUTTER - EDGE)

    def bars(self, spans: Sequence[tuple[float, float]], y: float, height: float, least: float) -> str:
        """Return the path of the parts of `spans` that lie in this strip, each at least so wide that it can be seen."""
        return "".join(
            f"M{self.x(max(a, self.start)):.1f} {y:.1f}h{self._width(a, b, least):.1f}v{height:.0f}"
            f"h-{self._width(a, b, least):.1f}z"
            for a, b in spans
            if a < self.end and b > self.start
        )

    def _width(self, a: float, b: float, least: float) -> float:
        return max(self.x(min(b, self.end)) - self.x(max(a, self.start)), least)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a moment, to be drawn above its speaker's lane."""

    at: float
    speaker: str
    kind: str
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One speaker's line: talk, listener signals, and the time they share with somebody else."""

    name: str
    colour: str
    talk: tuple[tuple[float, float], ...]
    signals: tuple[tuple[float, float], ...]
    shared: tuple[tuple[float, float], ...]


def timeline(meeting: Meeting, *, rule: Rule = "likely", min_overlap: float = 0.3, threshold: float = 0.5) -> Picture:
    """Return who spoke when, one lane per person, in strips of at most ten minutes.

    ```
    Eva   |######   ▼####    |      ▼ cuts in, ▽ wanted in, ? asks
    Baum  |    ?###%%%    |  |      % both speak (drawn dark), small: listener signal
          0         1 min
    ```

    Parameters
    ----------
    rule, min_overlap, threshold
        Which interruptions are marked, as in `interruptions`.

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    try:
        found = interruptions(meeting, rule=rule, min_overlap=min_overlap, threshold=threshold)
    except Unavailable:
        if not meeting.timed:
            raise
        found = None
    try:
        asked = questions(meeting)
    except Unavailable:
        asked = None
    return draw(meeting, found, asked)


def draw(
    meeting: Meeting,
    found: pd.DataFrame | None,
    asked: pd.DataFrame | None,
    *,
    linked: bool = False,
    longest: float = STRIP_SECONDS,
) -> Picture:
    """Return the timeline with given interruptions and questions, in strips of at most `longest` seconds.

    `linked` marks lead to `#i1`, `#q1`, … in the same page.
    """
    lanes = _lanes(meeting)
    marks = [*_cuts(found, linked=linked), *_asked(asked, linked=linked)]
    parts: list[str] = []
    strips = _strips(meeting.length, len(lanes), longest)
    for strip in strips:
        parts += _left_out(strip, meeting.left_out, len(lanes))
        parts += _drawn(strip, lanes, marks)
    bottom = strips[-1].top + len(lanes) * LANE + AXIS + STRIP_GAP
    parts += _key(bottom, observable=meeting.overlap_observable, left_out=bool(meeting.left_out))
    said = text(
        "report.timeline_label",
        people=", ".join(lane.name for lane in lanes),
        duration=clock(meeting.length),
        interruptions=sum(mark.kind in ("taken", "failed") for mark in marks),
        questions=sum(mark.kind == "question" for mark in marks),
    )
    return Picture(whole(bottom + 24, said, parts))


def _lanes(meeting: Meeting) -> tuple[Lane, ...]:
    """Split each speaker's units; a listener signal makes no overlap, it is drawn as what it is."""
    found = talk(meeting)
    spans = found.said.spans
    signals = spans.chosen(found.signals)
    units = spans.chosen(np.delete(np.arange(len(spans)), found.signals)).joined(silence=IPU_SILENCE)[0]
    pieces = units.states()
    both = pieces.how_many >= 2
    colour = colours(meeting)
    lanes = []
    for i, name in enumerate(units.speakers):
        here = both & pieces.speaking[:, i]
        lanes.append(
            Lane(
                name,
                colour[name],
                _pairs(units.chosen(units.who == i)),
                _pairs(signals.chosen(signals.who == i)),
                tuple(zip(pieces.starts[here].tolist(), pieces.ends[here].tolist(), strict=True)),
            )
        )
    return tuple(lanes)


def _pairs(spans: Spans) -> tuple[tuple[float, float], ...]:
    return tuple(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))


def _cuts(found: pd.DataFrame | None, *, linked: bool) -> Iterator[Mark]:
    for i, row in enumerate(records(found) if found is not None else [], 1):
        words = f"{clock(row['start'])} {row['interrupter']} → {row['interrupted']}: {text('explain.' + row['kind'])}"
        yield Mark(row["start"], row["interrupter"], row["kind"], words, f"#i{i}" if linked else "")


def _asked(asked: pd.DataFrame | None, *, linked: bool) -> Iterator[Mark]:
    for i, row in enumerate(records(asked) if asked is not None else [], 1):
        if row["start"] is not None:
            words = f"{clock(row['start'])} {row['speaker']}: {row['text']}"
            yield Mark(row["start"], row["speaker"], "question", words, f"#q{i}" if linked else "")


def _strips(duration: float, lanes: int, longest: float) -> list[Strip]:
    """Cut a meeting into strips of equal length, whole minutes where there are several."""
    duration = max(duration, 1.0)
    number = ceil(duration / longest)
    span = duration if number == 1 else ceil(duration / number / 60) * 60.0
    number = ceil(duration / span)
    height = lanes * LANE + AXIS + STRIP_GAP
    return [Strip(i * span, min((i + 1) * span, duration), span, i * height) for i in range(number)]


def _left_out(strip: Strip, stretches: Sequence[tuple[float, float]], lanes: int) -> Iterator[str]:
    """Shade what does not count."""
    if path := strip.bars(stretches, strip.top + 2, lanes * LANE, 2.0):
        yield f'<path class="tb-out" d="{path}" fill="currentColor" fill-opacity="0.14"/>'


def _drawn(strip: Strip, lanes: Sequence[Lane], marks: Sequence[Mark]) -> Iterator[str]:
    bottom = strip.top + len(lanes) * LANE
    yield from _axis(strip, bottom)
    for i, lane in enumerate(lanes):
        y = strip.top + i * LANE + MARKS
        name = f"{escape(shorten(lane.name, 18))}<title>{escape(lane.name)}</title>"
        yield f'<text x="{GUTTER - 10}" y="{y + 12:.0f}" text-anchor="end">{name}</text>'
        yield line(GUTTER, y + VOICE, strip.x(strip.end), y + VOICE, 0.2)
        for spans, top, height, least in ((lane.talk, y, VOICE, 0.6), (lane.signals, y + VOICE - SIGNAL, SIGNAL, 2.0)):
            if path := strip.bars(spans, top, height, least):
                yield f'<path d="{path}" style="fill:{lane.colour}"/>'
        if path := strip.bars(lane.shared, y, VOICE, 1.6):
            yield f'<path class="tb-both" d="{path}" fill="currentColor"/>'
        here = [mark for mark in marks if _here(mark, lane, strip)]
        yield from (_mark(mark, strip.x(mark.at) + _aside(mark, here, strip), y - 2) for mark in here)


def _here(mark: Mark, lane: Lane, strip: Strip) -> bool:
    return mark.speaker == lane.name and strip.start <= mark.at < strip.end


def _aside(mark: Mark, marks: Sequence[Mark], strip: Strip) -> float:
    """Move a question mark aside where an interruption is marked at the same place."""
    near = any(other.kind != "question" and abs(strip.x(other.at) - strip.x(mark.at)) < MARK for other in marks)
    return MARK if mark.kind == "question" and near else 0.0


def _mark(mark: Mark, x: float, base: float) -> str:
    if mark.kind == "question":
        shape = f'<text x="{x:.1f}" y="{base:.1f}" text-anchor="middle" font-size="12" font-weight="700">?</text>'
    else:
        fill = "currentColor" if mark.kind == "taken" else "none"
        shape = (
            f'<path d="M{x - 5:.1f} {base - 9:.1f}h10l-5 8.5z" fill="{fill}" stroke="currentColor" stroke-width="1.2" '
            'pointer-events="all"/>'
        )
    drawn = f'<g class="tb-{mark.kind}">{shape}<title>{escape(mark.words)}</title></g>'
    return f'<a href="{escape(mark.link)}" tabindex="-1">{drawn}</a>' if mark.link else drawn


def _axis(strip: Strip, y: float) -> Iterator[str]:
    room = strip.x(strip.start + 1) - strip.x(strip.start)
    step = next((tick for tick in TICKS if tick * room >= TICK_ROOM), TICKS[-1])
    yield line(GUTTER, y + 2, strip.x(strip.end), y + 2, 0.5)
    for second in range(ceil(strip.start / step) * step, int(strip.end) + 1, step):
        x = strip.x(second)
        yield line(x, strip.top + 2, x, y + 6, 0.14)
        said = f"{second} s" if strip.end <= 60 else f"{second // 60} min" if step >= 60 else f"{clock(second)} min"
        yield label(x, y + 19, said, 'text-anchor="middle" font-size="12"')


def _key(y: float, *, observable: bool, left_out: bool) -> Iterator[str]:
    """Explain the signs; what this meeting cannot show is not explained."""
    x, base = GUTTER, y + 12
    signs = ["talk", *(("both", "signal", "taken", "failed") if observable else ()), "question", *(("out",) if left_out else ())]
    for sign in signs:
        words = text(f"report.key_{sign}")
        if sign in ("taken", "failed", "question"):
            yield _mark(Mark(0, "", sign, words), x + 6, base)
        else:
            height = SIGNAL if sign == "signal" else 11.0
            colour = f'fill="currentColor" fill-opacity="{SHADES.get(sign, 0.45)}"'
            yield f'<rect x="{x:.0f}" y="{base - height:.0f}" width="13" height="{height:.0f}" {colour}/>'
        yield label(x + 19, base, words, 'font-size="12"')
        x += 19 + 6.6 * len(words) + 22
