"""Every chart of a meeting as a picture of its own for slides, SVG and PNG, that can be read without the report.

A picture has a title, the meeting it is of, what is drawn, how to read it, and a last line that says where it comes from. It needs
nothing outside itself: colours are written out, fonts are asked for by their generic family, and what only a page would show
(tooltips, links) is taken away.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from importlib.metadata import version
from importlib.util import find_spec
from itertools import accumulate
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import TypeVar
from xml.etree import ElementTree as ET

import pandas as pd

from talkbalance.errors import MissingModel, Unavailable, UnreadableFile
from talkbalance.formats.files import write_atomically
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.timing import STEP, WINDOW
from talkbalance.metrics.turntaking import SILENCE
from talkbalance.pseudonyms import Names, shown_as
from talkbalance.summary import summary
from talkbalance.views import charts as charted
from talkbalance.views import figures, signs, verdicts, writing
from talkbalance.views.found import Found, find
from talkbalance.views.ranges import KEY, height, height_of, lines, ranges

WIDE, HIGH, MARGIN = 1920, 1080, 80
"""Pixels of a slide, and what stays free around it."""
TOP, BOTTOM = 176, 936
"""Where the picture on it begins and ends."""
INK, SOFT = "#1b1e23", "#565d68"
FONT = "sans-serif"
ABOVE = 0.3
"""Part of the room left over that stays above a picture."""
TITLE_SIGNS, TITLE_SIZE = 60, 46
"""Characters of a title that fit at this size; longer ones are written smaller."""
READABLE = 1.5
"""Least factor by which a picture is made larger, so that its text can be read from the back of a room."""
BALANCE = ("speaking_time", "share", "turn_length", "longest_stretch")
"""What stands below the bar of the balance."""

_VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^)]+)\)")
_SVG = "{http://www.w3.org/2000/svg}"
_NO_SIGNS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
HIDDEN = "tb-hit"
"""Class of what is there for the mouse only."""
_KEPT = frozenset({"svg", "g", "path", "rect", "line", "circle", "text", "tspan", "polyline", "polygon", "ellipse"})


@dataclass(frozen=True, slots=True)
class Slide:
    """A picture with the name of its file, its title and how it is to be read."""

    name: str
    title: str
    picture: str
    note: str


def charts(
    meeting: Meeting,
    folder: str | Path,
    *,
    language: Language | None = None,
    names: Names = "given",
) -> list[Path]:
    """Write every chart of a meeting as SVG and as PNG of 1920 × 1080 pixels.

    Parameters
    ----------
    folder
        Where they are written; made if it is not there.
    language
        Of titles and labels; None is that of messages.
    names
        "given", or "roles" (Agency 1, Client 1) for everybody's name.

    Returns
    -------
    list of Path
        The files: `balance`, `timeline`, `signs-…`, and others that the meeting can tell, each `.svg` and `.png`.

    Raises
    ------
    MissingModel
        Where what draws PNG is not installed.
    UnreadableFile
        Where the folder cannot be written to.
    """
    return writing.written_in(language, partial(_charts, meeting, Path(folder), names))


def _charts(meeting: Meeting, folder: Path, names: Names) -> list[Path]:
    require_png()
    measured, found = summary(meeting, meaning=True), find(meeting)
    if (roles := shown_as(meeting, names)) is not None:
        meeting, measured, found = roles.meeting, roles.table(measured), found.called(roles)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreadableFile("formats.closed", file=folder, why=error.strerror) from None
    written = []
    for slide in slides(meeting, measured, found):
        svg = drawn(slide, meeting)
        path = folder / f"{slide.name}.svg"
        write_atomically(path, svg)
        path.with_suffix(".png").write_bytes(png(svg))
        written += [path, path.with_suffix(".png")]
    return written


def slides(meeting: Meeting, measured: pd.DataFrame, found: Found) -> Iterator[Slide]:
    """Yield what can be drawn of a meeting.

    Parameters
    ----------
    measured
        The summary of the meeting.
    found
        Its interruptions and questions.
    """
    for name, draw, note in DRAWN:
        try:
            yield Slide(name, text(f"slides.{name}"), draw(meeting, measured, found), how_to_read(note))
        except Unavailable:  # a meeting without times or words has fewer pictures; the report says why
            continue
    held = verdicts.held(meeting, measured)
    for part, places in _parts({i: height_of(one) for i, one in enumerate(held)}):
        picture = lines(meeting, [held[i] for i in places]).svg
        yield Slide(f"lines{part.end}", part.of(text("slides.lines")), picture, how_to_read("dashed"))
    for name, measures in (*signs.GROUPS.items(), ("meeting", signs.OF_THE_MEETING)):
        title = text("slides.signs", group=text(f"signs.{name}"))
        tall = {measure: high for measure in measures if (high := height(measured, measure))}
        for part, page in _parts(tall):
            yield Slide(f"signs-{name}{part.end}", part.of(title), ranges(meeting, measured, page).svg, how_to_read("intervals"))


def how_to_read(name: str) -> str:
    """Return the sentence that says how a picture is to be read."""
    return text(f"slides.{name}", window=writing.plain(WINDOW), step=writing.plain(STEP), pause=writing.plain(SILENCE))


@dataclass(frozen=True, slots=True)
class Part:
    """One slide of several that belong together."""

    i: int
    n: int

    @property
    def end(self) -> str:
        """What its file's name ends with."""
        return f"-{self.i}" if self.n > 1 else ""

    def of(self, title: str) -> str:
        """Return the title of this part."""
        return text("slides.part", title=title, i=self.i, n=self.n) if self.n > 1 else title


What = TypeVar("What")


def _parts(tall: Mapping[What, float]) -> list[tuple[Part, list[What]]]:
    """Cut what is so tall into parts that can be read on one slide each, as equal as can be."""
    room = (BOTTOM - TOP) / READABLE - KEY
    number = ceil(sum(tall.values()) / room)
    pages: list[list[What]] = []
    filled = 0.0
    for one, high in tall.items():
        if not pages or filled + high / 2 > sum(tall.values()) / number:
            pages.append([])
            filled = 0.0
        pages[-1].append(one)
        filled += high
    return [(Part(i, len(pages)), page) for i, page in enumerate(pages, 1)]


def _balance(meeting: Meeting, measured: pd.DataFrame, _: Found) -> str:
    """Return the bar of the shares, and below it how sure the figures behind it are, as many as can be read."""
    bar = figures.balance(meeting, figures=measured).svg
    room = (BOTTOM - TOP) / READABLE - 2 * KEY - _size(_parsed(bar))[1]
    tall = accumulate(height(measured, measure) for measure in BALANCE)
    shown = [measure for measure, high in zip(BALANCE, tall, strict=True) if high <= room]
    return _stacked([bar, ranges(meeting, measured, shown or BALANCE[:1]).svg])


def _timeline(meeting: Meeting, _: pd.DataFrame, found: Found) -> str:
    """Return the timeline in as few strips as fill the slide."""
    lanes = len(meeting.speakers)
    strip = lanes * figures.LANE + figures.AXIS + figures.STRIP_GAP
    strips = max(1, int((BOTTOM - TOP) / READABLE / strip))
    return figures.draw(
        meeting, found.interruptions, found.questions, longest=max(figures.STRIP_SECONDS, meeting.length / strips)
    ).svg


DRAWN: tuple[tuple[str, Callable[[Meeting, pd.DataFrame, Found], str], str], ...] = (
    ("balance", _balance, "border"),
    ("timeline", _timeline, "marks"),
    ("balance_over_time", lambda meeting, *_: charted.balance_over_time(meeting, acts=False), "windows"),
    ("longest_stretches", lambda meeting, *_: charted.longest_stretches(meeting, acts=False), "stretches"),
    ("response_times", lambda meeting, *_: charted.response_times(meeting, acts=False), "median"),
    (
        "interruption_matrix",
        lambda meeting, _, found: charted.interruption_matrix(meeting, found.interruptions, acts=False),
        "counts",
    ),
    ("question_kinds", lambda meeting, _, found: charted.question_kinds(meeting, found.questions, acts=False), "kinds"),
    ("uptake_over_time", lambda meeting, *_: charted.uptake_over_time(meeting, acts=False), "uptake"),
)
"""Name of a picture and of its title, what draws it, and the sentence that says how to read it."""


# ---------------------------------------------------------------------------------------------------- one slide


def drawn(slide: Slide, meeting: Meeting) -> str:
    """Return a slide as SVG."""
    room = WIDE - 2 * MARGIN
    about = " · ".join(part for part in (_called(meeting), _day(meeting)) if part)
    size = TITLE_SIZE * min(1.0, TITLE_SIGNS / len(slide.title))
    below = wrap(" ".join(part for part in (slide.note, _heard(meeting)) if part), 150)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" '
        f'font-family="{FONT}" fill="{INK}"><title>{escape(slide.title)}</title>'
        f'<rect width="{WIDE}" height="{HIGH}" fill="#ffffff"/>'
        f'<text x="{MARGIN}" y="92" font-size="{size:.0f}" font-weight="700">{escape(slide.title)}</text>'
        f'<text x="{MARGIN}" y="136" font-size="25" fill="{SOFT}">{escape(figures.shorten(about, 110))}</text>'
        f"{_placed(slide.picture, MARGIN, TOP, room, BOTTOM - TOP)}"
        + "".join(
            f'<text x="{MARGIN}" y="{976 + 29 * i}" font-size="22">{escape(words)}</text>' for i, words in enumerate(below[:2])
        )
        + f'<text x="{MARGIN}" y="{HIGH - 34}" font-size="20" fill="{SOFT}">{escape(_source(meeting))}</text></svg>'
    )


def _called(meeting: Meeting) -> str:
    return writing.one_line(meeting.title or meeting.source.file or text("report.untitled"))


def _day(meeting: Meeting) -> str:
    return writing.day(meeting.details.date) if meeting.details.date else ""


def _heard(meeting: Meeting) -> str:
    return text("slides.heard") if meeting.source.models else ""


def _source(meeting: Meeting) -> str:
    """Return where the figures come from, in a line."""
    parts = [
        text("slides.source", file=meeting.source.file) if meeting.source.file else "",
        clock(meeting.length) if meeting.timed else "",
        text("slides.left_out", time=clock(meeting.length - meeting.counted)) if meeting.left_out else "",
        ", ".join(meeting.source.models),
        text("slides.corrected") if dict(meeting.source.options).get("corrections") else "",
        text("slides.made_by", version=version("talkbalance")),
    ]
    return figures.shorten(" · ".join(writing.one_line(part) for part in parts if part), 150)


def _placed(picture: str, left: float, top: float, width: float, high: float) -> str:
    """Return a picture as a group that fills a place as far as its shape allows."""
    root = _parsed(picture)
    w, h = _size(root)
    scale = min(width / w, high / h)
    top += ABOVE * (high - h * scale)
    group = ET.Element(f"{_SVG}g", {name: root.attrib[name] for name in ("font-size", "fill") if name in root.attrib})
    group.set("transform", f"translate({left + (width - w * scale) / 2:.1f} {top:.1f}) scale({scale:.4f})")
    group.extend(list(root))
    _plain(group)
    ET.register_namespace("", _SVG[1:-1])
    return ET.tostring(group, encoding="unicode").replace(f' xmlns="{_SVG[1:-1]}"', "", 1)


def _stacked(pictures: Sequence[str]) -> str:
    """Return pictures of one width below one another as one."""
    roots = [_parsed(picture) for picture in pictures]
    whole = ET.Element(f"{_SVG}svg", roots[0].attrib)
    top = 0.0
    for root in roots:
        group = ET.SubElement(whole, f"{_SVG}g", {"transform": f"translate(0 {top:.1f})"})
        group.extend(list(root))
        top += _size(root)[1] + KEY / 2
    whole.set("viewBox", f"0 0 {figures.WIDTH} {top:.0f}")
    return ET.tostring(whole, encoding="unicode")


def _parsed(picture: str) -> ET.Element:
    """Return a picture as elements; signs that XML cannot hold may come from a transcript."""
    return ET.fromstring(_NO_SIGNS.sub("", picture))  # noqa: S314 -- drawn by us, every text in it escaped


def _size(root: ET.Element) -> tuple[float, float]:
    """Return width and height of a picture."""
    _, _, width, high = (float(one) for one in root.attrib["viewBox"].split())
    return width, high


def _plain(element: ET.Element) -> None:
    """Write colours out, and take away what only a page would show; programs for slides know neither variables nor styles."""
    for child in list(element):
        if child.tag.removeprefix(_SVG) not in _KEPT or child.get("class") == HIDDEN:
            element.remove(child)
        else:
            _plain(child)
    for name in ("class", "tabindex", "role", "aria-label", "pointer-events"):
        element.attrib.pop(name, None)
    for name in [name for name in element.attrib if name.startswith("data-")]:
        del element.attrib[name]
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if value:
            element.set(name.strip(), value.strip())
    for name, value in element.attrib.items():
        element.set(name, _VARIABLE.sub(r"\1", value).replace("currentColor", INK))


# ---------------------------------------------------------------------------------------------------- pixels


def png(svg: str) -> bytes:
    """Return an SVG as PNG, with the same letters on every machine.

    Raises
    ------
    MissingModel
        Where what draws it is not installed.
    """
    require_png()
    import resvg_py

    fonts = [str(_fonts() / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return resvg_py.svg_to_bytes(
        svg_string=svg, width=WIDE, height=HIGH, font_files=fonts, font_family="DejaVu Sans", sans_serif_family="DejaVu Sans"
    )


def _fonts() -> Path:
    """Return the folder of the letters: they come with matplotlib, so that a machine without fonts can write too."""
    spec = find_spec("matplotlib")
    place = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    return place / "mpl-data" / "fonts" / "ttf"


def require_png() -> None:
    """Raise `MissingModel` where what draws PNG is not installed."""
    for package in ("resvg_py", "matplotlib"):
        if find_spec(package) is None:
            raise MissingModel("slides.missing", what=package)
