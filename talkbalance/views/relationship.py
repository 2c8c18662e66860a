"""One client through the years, for people: measures over time, words that come up again, and what was left open.

`relationship()` makes the first part, in which a client is chosen; the others are made from it and shown by naming them in a cell
of their own: `years.over_time()`, `years.brought_up()`, `years.left_open()`; `years.whole()` is all of them below one another, as
`talkbalance app STORE` shows them. Only sides are shown, never people.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import floor, inf, isnan, log10
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ipywidgets as widgets
import numpy as np
import pandas as pd

from talkbalance.corpus.carried import brought_up, carried_over
from talkbalance.corpus.example import example
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.trends import FEWEST, LIKE, SIGNS, clients, told
from talkbalance.errors import UnreadableFile
from talkbalance.i18n import Language, text
from talkbalance.meeting import clock
from talkbalance.views.figures import LIGHT, shorten
from talkbalance.views.page import WIDE, Page, heading, note, row, soft, style
from talkbalance.views.writing import (
    NOTHING,
    SECONDS,
    day,
    figure_of,
    number,
    one_line,
    percent,
    plain,
    side_name,
    unit_of,
    written,
)

WIDTH, HEIGHT = 420.0, 190.0
"""Units of a chart."""
LEFT, RIGHT, TOP, BOTTOM = 56.0, 14.0, 12.0, 34.0
SHAPES = ("circle", "square", "diamond")
"""Of the groups of like meetings, in order."""
QUOTES, WORDS = 12, 10
"""Quotes and words that are shown before the rest is folded away."""
SIGNS_OF_A_QUOTE = 220
"""A quote is cut there: without marks a sentence can be a whole story."""


def relationship(store: str | Path | Store | None = None, *, language: Language | None = None) -> "Relationship":
    """Return the page of a store's clients; show it by naming it at the end of a cell, then its parts.

    Parameters
    ----------
    store
        A store, or its folder, as `talkbalance batch` writes it; by default a made-up one to try things on, and the page says so.
    language
        "de" or "en"; by default the system's. The page has a switch.

    Raises
    ------
    UnreadableFile
        Where the folder is no store, or no meeting in it names its client and its date.
    """
    if store is None or isinstance(store, Store):
        return Relationship(store, language)
    if "://" not in str(store) and not is_store(store):
        raise UnreadableFile("relationship.no_store", store=store)
    return Relationship(open_store(store), language)


def is_store(folder: str | Path) -> bool:
    """Return whether a folder of this machine is a store of meetings; none is begun by asking."""
    return (Path(folder) / "store.json").is_file()


class Relationship(Page):
    """Which client it is about, in which language.

    Parameters
    ----------
    store
        The meetings; None makes some up.
    language
        "de" or "en".
    """

    def __init__(self, store: Store | None, language: Language | None) -> None:
        super().__init__(language)
        self.made_up = store is None
        self._scratch = TemporaryDirectory(prefix="talkbalance-example-") if store is None else None
        self._stores: dict[Language, Store] = {}
        self._given = store
        self.parts: dict[type[Section], Section] = {}
        self.language_switch = widgets.ToggleButtons(options=[("Deutsch", "de"), ("English", "en")], value=self.spoken)
        self.choice = widgets.Dropdown(style=WIDE, layout=widgets.Layout(width="440px"))
        self.about = widgets.HTML()
        self.page.children = [style(), widgets.HTML(_STYLE), self.language_switch, row(self.choice), self.about, self.message]
        self.label()
        self.language_switch.observe(self.heeded(self._switch), "value")
        self.choice.observe(self.heeded(self._show), "value")

    @property
    def spoken(self) -> Language:
        """The language of all parts."""
        switched: Language = self.language_switch.value if hasattr(self, "language_switch") else self._language
        return switched

    @property
    def store(self) -> Store:
        """The meetings; made-up ones speak the language of the page."""
        if self._given is not None:
            return self._given
        assert self._scratch is not None  # noqa: S101 -- made where no store was given
        if self.spoken not in self._stores:
            self._stores[self.spoken] = example(Path(self._scratch.name) / self.spoken, chosen=self.spoken)
        return self._stores[self.spoken]

    @property
    def client(self) -> str:
        """The client that was chosen."""
        chosen: str = self.choice.value
        return chosen

    def label(self) -> None:
        """Write every label in the language of the page."""
        found = clients(self.store)
        found = found[found["first"].notna()]
        if found.empty:
            raise UnreadableFile("relationship.no_client", store=self.store.path)
        named, chosen = found["client"].tolist(), self.choice.value
        most = named[int(found["n"].to_numpy().argmax())]
        self.quiet, before = True, self.quiet
        self.choice.description = text("relationship.client") + ":"
        self.choice.options = [(_option(client, int(n)), client) for client, n in zip(named, found["n"], strict=True)]
        self.choice.value = chosen if chosen in named else most
        self.quiet = before
        said = note(text("relationship.made_up")) if self.made_up else ""
        self.about.value = said + soft(text("relationship.about", least=FEWEST))

    def _switch(self) -> None:
        self.label()
        self._show()

    def _show(self) -> None:
        for part in self.parts.values():
            part.draw()

    def whole(self) -> Page:
        """Return all parts below one another, each with its heading."""
        parts = [made(self, titled=True).page for made in (OverTime, BroughtUp, LeftOpen)]
        shown = Page(self.spoken)
        shown.page.children = [self.page, *parts]
        return shown

    def over_time(self) -> "OverTime":
        """Return the part with each measure over time."""
        return OverTime(self)

    def brought_up(self) -> "BroughtUp":
        """Return the part with the words the client keeps bringing up."""
        return BroughtUp(self)

    def left_open(self) -> "LeftOpen":
        """Return the part with unanswered questions and promises, as quotes."""
        return LeftOpen(self)


class Section(Page):
    """A part of the page; its language and client are those of the first part.

    Parameters
    ----------
    years
        The first part.
    titled
        Whether it says what it is: in a notebook the cell above does.
    """

    name = ""

    def __init__(self, years: Relationship, *, titled: bool = False) -> None:
        self.years = years
        self.titled = titled
        super().__init__(years.spoken)
        self.shown = widgets.HTML()
        self.page.children = [self.shown, self.message]
        years.parts[type(self)] = self  # run again, a cell shows a new one in place of the old
        self.draw()

    @property
    def spoken(self) -> Language:
        """The language of the page."""
        return self.years.spoken

    def draw(self) -> None:
        """Show the client that is chosen."""
        title = heading(text(f"relationship.{self.name}")) if self.titled else ""
        self.shown.value = title + self.html(self.years.store, self.years.client)

    def html(self, store: Store, client: str) -> str:
        """Return what the part shows of a client."""
        raise NotImplementedError


class OverTime(Section):
    """Each measure over time: what has changed for sure, then a chart each and what can be said of it."""

    name = "over_time"

    def html(self, store: Store, client: str) -> str:
        """Return a card per measure."""
        found, known = told(store, client=client)
        cards = []
        for measure, side in SIGNS:
            own = found[(found["measure"] == measure) & (found["side"] == side)]
            if len(own):
                cards.append(card(own, known[(known["measure"] == measure) & (known["side"] == side)]))
        return f'{changed(known)}<div class="tb-years">{"".join(cards)}</div>' if cards else note(text("relationship.nothing"))


class BroughtUp(Section):
    """The words a client keeps bringing up, and whether the agency spoke of them in the meeting after."""

    name = "brought_up"

    def html(self, store: Store, client: str) -> str:
        """Return a table of words."""
        found = brought_up(store, client=client)
        if found.empty:
            return note(text("relationship.no_words"))
        rows = [_word(row) for row in found.to_dict(orient="records")]
        return soft(text("relationship.words_how")) + _words(rows[:WORDS]) + _folded(rows[WORDS:], _words)


class LeftOpen(Section):
    """What was left open: the client's questions without an answer, and what sounds like a promise."""

    name = "left_open"

    def html(self, store: Store, client: str) -> str:
        """Return both lists, what nobody came back to first."""
        found = carried_over(store, client=client)
        parts = [soft(text("relationship.open_how"))]
        for kind in ("question", "promise"):
            own = found[found["kind"] == kind]
            parts.append(f"<h4>{escape(text(f'relationship.{kind}s'))}</h4>")
            parts.append(_quotes(own.to_dict(orient="records")) if len(own) else note(text(f"relationship.no_{kind}s")))
        return "".join(parts)


# ---------------------------------------------------------------------------------------------------- words and quotes


def _words(rows: Sequence[str]) -> str:
    names = ("word", "meetings", "times", "taken_up", "first", "last", "quote")
    heads = "".join(f'<th scope="col">{escape(text(f"relationship.{name}"))}</th>' for name in names)
    return f'<table class="tb-years-words"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _word(found: Mapping[Any, Any]) -> str:
    taken = text("relationship.of", n=found["taken_up"], whole=found["chances"]) if found["chances"] else NOTHING
    cells = (found["meetings"], found["times"], taken, day(found["first"]), day(found["last"]))
    figures = "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
    quote = f'<td class="tb-years-quote">{_quoted(found["quote"])}</td>'
    never = ' class="tb-years-never"' if found["chances"] and not found["taken_up"] else ""
    return f'<tr{never}><th scope="row">{escape(found["word"])}</th>{figures}{quote}</tr>'


def _quoted(words: str) -> str:
    """Return what was said, escaped, in quotation marks."""
    return escape(text("relationship.quoted", words=shorten(one_line(words), SIGNS_OF_A_QUOTE)))


def _folded(rest: Sequence[str], shown: Callable[[Sequence[str]], str]) -> str:
    """Return what is too much to be seen at once, behind a line that says how much it is."""
    summary = escape(text("relationship.more", n=len(rest)))
    return f"<details><summary>{summary}</summary>{shown(rest)}</details>" if rest else ""


def _quotes(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return quotes, those nobody came back to first, the newest first among them; many are folded away."""
    ordered = sorted(rows, key=lambda found: (_state(found) != "not_taken", -found["date"].value))
    items = [_item(found) for found in ordered]
    return _listed(items[:QUOTES]) + _folded(items[QUOTES:], _listed)


def _listed(items: Sequence[str]) -> str:
    return f'<ul class="tb-years-list">{"".join(items)}</ul>'


def _state(found: Mapping[Any, Any]) -> str:
    taken = found["taken_up"]
    return "no_next" if not found["next"] else "unclear" if pd.isna(taken) else "taken" if taken else "not_taken"


def _item(found: Mapping[Any, Any]) -> str:
    state = _state(found)
    where = [side_name(found["side"]), day(found["date"])] + ([] if isnan(found["start"]) else [clock(found["start"])])
    said = text(f"relationship.{state}", words=found["words"])
    return (
        f'<li class="tb-years-{state}"><span class="tb-quote">{_quoted(found["text"])}</span> '
        f'<span class="tb-interval">{escape(", ".join(where))} · {escape(said)}</span></li>'
    )


# ---------------------------------------------------------------------------------------------------- charts


def changed(known: pd.DataFrame) -> str:
    """Return what has changed for sure, in a list, and of how many measures nothing can be said."""
    rows = known.to_dict(orient="records")
    sure = [found for found in rows if found["direction"] in ("rising", "falling") or not pd.isna(found["change"])]
    tried = sum(bool(found["direction"]) for found in rows)
    if not tried:
        return ""
    items = [f"<li><strong>{escape(_title(found))}</strong>: {escape(_sure(found, rows))}</li>" for found in sure]
    rest = text("relationship.unchanged" if sure else "relationship.none_changed", n=tried - len(sure), whole=tried)
    return (f"<p>{escape(text('relationship.changed'))}</p>{_listed(items)}" if sure else "") + soft(rest)


def _title(found: Mapping[Any, Any]) -> str:
    measure, side = str(found["measure"]), str(found["side"])
    return f"{text(f'measures.{measure}')} · {side_name(side)}"


def _sure(found: Mapping[Any, Any], rows: Sequence[Mapping[Any, Any]]) -> str:
    """Say how a measure has changed: at once, or little by little; of which group, where there are several."""
    several = sum((one["measure"], one["side"]) == (found["measure"], found["side"]) for one in rows) > 1
    return (f"{_group(found)}: " if several else "") + _moves(found)


def _moves(found: Mapping[Any, Any]) -> str:
    """Say from when on a measure is on another level, or else where it tends; "" of too few meetings."""
    measure, unit = str(found["measure"]), str(found["unit"])
    if not pd.isna(found["change"]):
        before, after = (written(found[when], measure, unit) for when in ("before", "after"))
        return text("relationship.change", date=day(found["change"]), before=before, after=after)
    if found["slope_low"] == found["slope_high"] == 0:
        return text("relationship.even")
    return text(f"relationship.{found['direction']}", slope=_slope(found, unit)) if found["direction"] else ""


def card(own: pd.DataFrame, known: pd.DataFrame) -> str:
    """Return a measure over time as HTML: its name, what can be said in words, and the chart."""
    first = own.iloc[0].to_dict()
    measure, unit = str(first["measure"]), str(first["unit"])
    title = _title(first)
    said = "".join(f"<p>{escape(words)}</p>" for words in _said(known, measure, unit))
    return (
        f'<section class="tb-years-card"><h4>{escape(title)}</h4><p class="tb-soft">{escape(unit_of(measure, unit))}</p>'
        f"{chart(own, known, title)}{said}{_table(own)}</section>"
    )


def _said(known: pd.DataFrame, measure: str, unit: str) -> Iterator[str]:
    """Yield what can be said of each group of like meetings, and why no more."""
    rows = known.to_dict(orient="records")
    for found in rows:
        name = f"{_group(found)}: " if len(rows) > 1 else ""
        level = {"value": found["level"], "low": found["level_low"], "high": found["level_high"], "measure": measure, "unit": unit}
        yield name + text("relationship.level" if found["n"] > 1 else "relationship.level_one", level=_valued(level), n=found["n"])
        if found["shrunk"] and found["n"] < FEWEST:
            yield text("relationship.shrunk")
        if moves := _moves(found):
            yield moves if pd.isna(found["change"]) else f"{moves} {text('relationship.line')}"
        if found["reason"]:
            yield found["reason"]


def _valued(found: Mapping[Any, Any]) -> str:
    """Write a value with its interval, which ends where values do: only response times lie below nothing."""
    least, most = -inf if found["measure"] == "response_time" else 0.0, 1.0 if found["unit"] == "0-1" else inf
    inside = {**found, "low": max(least, found["low"]), "high": min(most, found["high"])} if not isnan(found["low"]) else found
    value, bounds = figure_of(inside)
    return f"{value} ({bounds})" if bounds else value


def _slope(found: Mapping[Any, Any], unit: str) -> str:
    """Write a slope with its interval: shares in points."""
    scale, digits = (100.0, 0) if unit == "0-1" else (1.0, 2)
    low, value, high = (_signed(scale * found[name], digits) for name in ("slope_low", "slope", "slope_high"))
    way = {"0-1": "points", "1/min": "rate", "s": "seconds"}.get(unit, "plain")
    return text(f"relationship.by_{way}", value=value, low=low, high=high)


def _signed(value: float, digits: int) -> str:
    said = number(abs(value), digits)
    nought = not said.strip("0.,")
    return said if nought else f"{'+' if value > 0 else '−'}{said}"


def _option(client: str, n: int) -> str:
    return text("relationship.option" if n > 1 else "relationship.option_one", client=client, n=n)


def _group(found: Mapping[Any, Any]) -> str:
    kind = text(f"relationship.kind_{found['kind']}") if found["kind"] in KINDS else found["kind"] or text("relationship.kind_none")
    mode = text(f"relationship.mode_{found['mode']}") if found["mode"] in MODES else found["mode"]
    heard = text("relationship.by_machine") if found["by_machine"] else ""
    return ", ".join(part for part in (kind, mode, heard) if part)


KINDS = ("first_meeting", "pitch", "briefing", "review", "status", "workshop", "complaint")
MODES = ("room", "remote", "phone")


def _table(own: pd.DataFrame) -> str:
    """Return the figures behind a chart, folded away."""
    heads = "".join(f'<th scope="col">{escape(text(f"relationship.{name}"))}</th>' for name in ("date", "value", "interval"))
    rows = "".join(
        f'<tr><th scope="row">{escape(day(found["date"]))}</th><td>{escape(value)}</td><td>{escape(bounds or NOTHING)}</td></tr>'
        for found in own.to_dict(orient="records")
        for value, bounds in (figure_of(found),)
    )
    return (
        f"<details><summary>{escape(text('relationship.figures'))}</summary><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def chart(own: pd.DataFrame, known: pd.DataFrame, title: str) -> str:
    """Return a measure over time as SVG: a mark per meeting with its interval, the team's band, the slope, a change.

    ```
     60 % |  ●      ░░░░░░░   band: where the team's meetings with other clients lie
     40 % |    ●  ● ┊ ■ ■     ┊ a change; ● ■ meetings of two kinds
          +---------------
            2025      2026
    ```
    """
    days = own["date"].astype("int64").to_numpy(dtype=np.float64)
    bottom, top = _ends(own, known, str(own["unit"].iloc[0]))
    across = _scale(float(days.min()), float(days.max()), LEFT + 8, WIDTH - RIGHT - 8)
    up = _scale(bottom, top, HEIGHT - BOTTOM, TOP)
    colour = f"var(--tb-{own['side'].iloc[0]}-0,{LIGHT[str(own['side'].iloc[0])][0]})"
    groups = [key for key, _ in own.groupby(list(LIKE), sort=False)]
    parts = [*_band(known, up), *_axes(own, across, up), *_lines(own, known, across, up, colour)]
    for found, at in zip(own.to_dict(orient="records"), days, strict=True):
        shape = SHAPES[groups.index(tuple(found[name] for name in LIKE)) % len(SHAPES)]
        parts.append(_mark(found, across(float(at)), up, shape, colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tb-chart" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="100%" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui,sans-serif" font-size="12" fill="currentColor">{"".join(parts)}</svg>'
    )


class _scale:  # noqa: N801 -- used as a function
    """How values of an axis lie on the picture."""

    def __init__(self, low: float, high: float, first: float, last: float) -> None:
        self.low, self.high, self.first, self.last = low, high, first, last

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.first + self.last) / 2
        part = (value - self.low) / (self.high - self.low)
        return self.first + min(1.0, max(0.0, part)) * (self.last - self.first)


def _ends(own: pd.DataFrame, known: pd.DataFrame, unit: str) -> tuple[float, float]:
    """Return where the axis begins and ends: a little beyond the values, at all of a share; long intervals may leave the picture.

    It begins at nothing, or below: who answers before the other has ended takes less than no time.
    """
    if unit == "0-1" and own["value"].max() > 0.35:
        return 0.0, 1.0
    highest = float(np.nanmax([own["value"].max(), *known["band_high"].tolist(), own["high"].quantile(0.75)]))
    lowest = float(np.nanmin([own["value"].min(), *known["band_low"].tolist()]))
    if lowest >= 0:
        return 0.0, _beyond(highest or 1.0)
    return -_beyond(-lowest), _beyond(highest) if highest > 0 else 0.0


def _beyond(value: float) -> float:
    """Return a round number a little above a positive value."""
    ten = 10.0 ** floor(log10(value))
    return next(step * ten for step in (1, 2, 4, 6, 8, 10, 20) if step * ten >= 1.1 * value)


def _band(known: pd.DataFrame, up: _scale) -> Iterator[str]:
    seen = known[known["band_n"] > 0].head(1)
    for found in seen.to_dict(orient="records"):
        y, low = up(found["band_high"]), up(found["band_low"])
        middle = up(found["band_middle"])
        title = escape(text("relationship.band", n=found["band_n"]))
        yield (
            f'<g><rect x="{LEFT}" y="{y:.1f}" width="{WIDTH - LEFT - RIGHT:.1f}" height="{max(2.0, low - y):.1f}" '
            f'fill="currentColor" fill-opacity=".1"/><path d="M{LEFT} {middle:.1f}H{WIDTH - RIGHT:.1f}" stroke="currentColor" '
            f'stroke-opacity=".35" stroke-dasharray="2 3"/><title>{title}</title></g>'
        )


def _axes(own: pd.DataFrame, across: _scale, up: _scale) -> Iterator[str]:
    measure, unit = str(own["measure"].iloc[0]), str(own["unit"].iloc[0])
    for at in sorted({up.low, 0.0 if up.low < 0 else up.high / 2, up.high}):
        y, said = up(at), _tick(at, measure, unit)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT:.1f}" stroke="currentColor" stroke-opacity=".2"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(said)}</text>'
    first, last = own["date"].iloc[0], own["date"].iloc[-1]
    for at, anchor in ((first, "start"), (last, "end"))[: 1 if first == last else 2]:
        x = across(float(at.timestamp()))
        place = LEFT if anchor == "start" else WIDTH - RIGHT
        yield f'<path d="M{x:.1f} {HEIGHT - BOTTOM:.1f}v5" stroke="currentColor" stroke-opacity=".5"/>'
        yield f'<text x="{place:.1f}" y="{HEIGHT - 12:.1f}" text-anchor="{anchor}">{escape(day(at))}</text>'


def _tick(value: float, measure: str, unit: str) -> str:
    """Write a round number at an axis, with the digits it has; the unit stands above the chart."""
    if unit == "0-1":
        return percent(value)
    return clock(value) if unit == "s" and measure not in SECONDS else plain(value)


def _lines(own: pd.DataFrame, known: pd.DataFrame, across: _scale, up: _scale, colour: str) -> Iterator[str]:
    """Yield the slope of each group through its middle, where its direction is sure, and where a change is."""
    for found in known.to_dict(orient="records"):
        if found["direction"] in ("rising", "falling") and pd.isna(found["change"]):
            like = own[(own[list(LIKE)] == pd.Series({name: found[name] for name in LIKE})).all(axis=1)]
            years = (like["date"] - like["date"].iloc[0]).dt.days.to_numpy(dtype=np.float64) / 365.25
            base = float(np.median(like["value"].to_numpy() - found["slope"] * years))
            ends = [(float(like["date"].iloc[i].timestamp()), base + found["slope"] * years[i]) for i in (0, -1)]
            (x1, y1), (x2, y2) = ((across(x), up(y)) for x, y in ends)
            yield f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" style="stroke:{colour};stroke-width:2;stroke-dasharray:6 4"/>'
        if not pd.isna(found["change"]):
            x = across(float(found["change"].timestamp())) - 8
            yield f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM:.1f}" stroke="currentColor" stroke-dasharray="3 3"/>'


def _mark(found: Mapping[Any, Any], x: float, up: _scale, shape: str, colour: str) -> str:
    """Return a meeting: its value, its interval, and what it says when pointed at."""
    y = up(found["value"])
    whisker = ""
    if not isnan(found["low"]) and not isnan(found["high"]):
        ends = up(found["low"]), up(found["high"])
        whisker = f'<path d="M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}" style="stroke:{colour};stroke-opacity:.55;stroke-width:1.5"/>'
    said = f"{day(found['date'])}: {_valued(found)}, {_group(found)}"
    size = 4.5
    drawn = {
        "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" style="fill:{colour}"/>',
        "square": f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" style="fill:{colour}"/>',
        "diamond": f'<path d="M{x - 5.5:.1f} {y:.1f}l5.5 -5.5l5.5 5.5l-5.5 5.5z" style="fill:{colour}"/>',
    }
    return f"<g>{whisker}{drawn[shape]}<title>{escape(said)}</title></g>"


_STYLE = """<style>
.tb-years { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 14px; }
.tb-years-card { border: 1px solid var(--jp-border-color2, #ccd1d8); border-radius: 6px; padding: .5rem .9rem .7rem; min-width: 0; }
.tb-years-card h4 { margin: .1rem 0; }
.tb-years-card p { margin: .15rem 0; }
.tb-years-card svg { display: block; max-width: 560px; }
.tb-years-words td, .tb-years-words th { vertical-align: top; }
.tb-review .tb-years-words th:last-child { text-align: left; }
.tb-review .tb-years-words td, .tb-review .tb-years-words th { padding: .2rem .6rem; }
.tb-review .tb-years-words td:nth-child(4) { white-space: nowrap; }
.tb-review .tb-years-words .tb-years-quote { text-align: left; max-width: 46ch; }
.tb-review .tb-years-never td:nth-child(4) { font-weight: 600; }
.tb-years-quote { color: var(--jp-ui-font-color2, #565d68); }
.tb-years-list { padding-left: 1.1rem; max-width: 100ch; }
.tb-years-list li { margin: .35rem 0; line-height: 1.45; }
.tb-years-not_taken { font-weight: 600; }
.tb-years-not_taken .tb-interval { font-weight: 400; }
.tb-years-list .tb-interval { white-space: normal; }
</style>"""
