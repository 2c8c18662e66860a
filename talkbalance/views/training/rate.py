"""Several people say of the same moments whether the agency listened, and see how far they agree."""

from html import escape
from math import isnan, nan
from typing import Any

import ipywidgets as widgets

from talkbalance.agreement import Agreement, alpha, kappa
from talkbalance.errors import InvalidParameter
from talkbalance.i18n import text
from talkbalance.meeting import clock
from talkbalance.views.page import WIDE, note, shown, small_player, soft
from talkbalance.views.player import sound_of
from talkbalance.views.training.part import Part
from talkbalance.views.training.telling import Clip, telling
from talkbalance.views.writing import number

RATED = 8
"""How many moments are rated."""
RATINGS, NOTHING_YET = (1, 2, 3), 0
"""No listening, some, listening; not rated yet."""
MOST_RATERS = 8
PLACE, CHOICE = "140px", "170px"
"""Widths of the columns."""


class Rate(Part):
    """Several people say of the same moments whether the agency listened, and see how far they agree."""

    def build(self) -> None:
        """Make the widgets."""
        self.player = small_player()
        self.names = widgets.Text(continuous_update=False, style=WIDE, layout=widgets.Layout(width="560px"))
        self.names.observe(self.heeded(self._name), "value")
        self.grid, self.agreed = widgets.VBox(), widgets.HTML()
        self.clips: tuple[Clip, ...] = ()
        self.given: dict[tuple[str, str], Any] = {}
        self.page.children = [self.title, self.names, self.player, self.grid, self.agreed, self.message]

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = soft(text("training.rate_how"))
        self.names.description, self.names.placeholder = text("training.raters"), text("training.raters_hint")
        self.player.label()
        self._draw()

    def show(self) -> None:
        """Show the moments of the meeting that is chosen."""
        meeting = self.lesson.meeting()
        self.clips = telling(meeting, most=RATED) if meeting.timed else ()
        self.names.value = ", ".join(self._kept())
        self.player.show(meeting, recording=sound_of(self.lesson.file()))
        self._draw()

    @property
    def raters(self) -> tuple[str, ...]:
        """Who rates."""
        written = (name.strip() for name in self.names.value.split(","))
        return tuple(dict.fromkeys(name for name in written if name))

    def _kept(self) -> dict[str, Any]:
        return self.lesson.notes.of(self.lesson.meeting(), "ratings")

    def _name(self) -> None:
        if len(self.raters) > MOST_RATERS:
            raise InvalidParameter("parameter.range", name=text("training.raters"), value=len(self.raters), low=1, high=MOST_RATERS)
        self._draw()

    def _draw(self) -> None:
        self.given = {}
        columns = f"{PLACE} 3.4em " + f"minmax(90px, {CHOICE}) " * len(self.raters)
        heads = [widgets.HTML(), widgets.HTML(), *(widgets.HTML(f"<b>{escape(name)}</b>") for name in self.raters)]
        lines = [part for i, clip in enumerate(self.clips, 1) for part in self._line(i, clip)]
        table = widgets.GridBox(heads + lines, layout=widgets.Layout(grid_template_columns=columns, align_items="center"))
        self.grid.children = [table] if self.clips else [widgets.HTML(note(text("training.no_moments")))]
        self._agree()

    def _line(self, place: int, clip: Clip) -> list[Any]:
        """Return a moment with a choice for everybody; what was counted there is not told."""
        head = widgets.HTML(f"<b>{escape(text('training.moment', n=place, at=clock(clip.start)))}</b>")
        listen = self.button(
            lambda: self.player.play(*clip.span(self.lesson.meeting().length)),
            icon="play",
            tooltip=text("training.play"),
            layout=widgets.Layout(width="3em"),
        )
        return [head, listen, *(self._choice(clip, rater) for rater in self.raters)]

    def _choice(self, clip: Clip, rater: str) -> Any:  # noqa: ANN401 -- a widget
        options = [("–", NOTHING_YET), *((text(f"training.rating_{value}"), value) for value in RATINGS)]
        kept = self._kept().get(rater, {}).get(clip.key)
        choice = widgets.Dropdown(
            options=options,
            value=kept if kept in RATINGS else NOTHING_YET,
            tooltip=f"{rater}, {clock(clip.start)}",
            layout=widgets.Layout(width="95%"),
        )
        choice.observe(self.heeded(self._rated), "value")
        self.given[clip.key, rater] = choice
        return choice

    def _rated(self) -> None:
        ratings = {
            rater: {clip.key: self.given[clip.key, rater].value for clip in self.clips if self.given[clip.key, rater].value}
            for rater in self.raters
        }
        self.lesson.notes.keep(self.lesson.meeting(), "ratings", {**self._kept(), **ratings})
        self._agree()

    def _agree(self) -> None:
        rows = [[_rating(self.given[clip.key, rater].value) for rater in self.raters] for clip in self.clips]
        shown(self.agreed, when=len(self.raters) >= 2 and bool(self.clips))
        self.agreed.value = agreement_text(rows) if len(self.raters) >= 2 and rows else ""


def _rating(value: int) -> float:
    return nan if value == NOTHING_YET else float(value)


def agreement_text(rows: list[list[float]]) -> str:
    """Say how far people agree, as HTML: alpha of everybody, and kappa where there are two."""
    found = [("training.alpha", alpha(rows))]
    if len(rows[0]) == 2:
        both = [one for one in rows if not any(map(isnan, one))]
        counts = [[float(sum(one == [a, b] for one in both)) for b in RATINGS] for a in RATINGS]
        found.append(("training.kappa", kappa(counts)))
    said = "".join(f'<p class="tb-agree">{escape(_agreed(key, agreement))}</p>' for key, agreement in found)
    return said + soft(text("training.agreement_note"))


def _agreed(key: str, found: Agreement) -> str:
    if isnan(found.value):
        return text("training.agreement_unknown", name=text(key), n=found.n)
    value = _signed(found.value)
    if isnan(found.low):
        return text("training.agreement_short", name=text(key), value=value, n=found.n)
    interval = f"{_signed(found.low)}{text('signs.to')}{_signed(found.high)}"
    return text("training.agreement", name=text(key), value=value, interval=interval, n=found.n)


def _signed(value: float) -> str:
    return number(value, 2).replace("-", "−")
