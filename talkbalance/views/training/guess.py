"""Everybody guesses, then all see the figures with their intervals."""

from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, Meeting
from talkbalance.views import figures
from talkbalance.views.page import WIDE, heard_by, note, row, soft
from talkbalance.views.training.part import Part
from talkbalance.views.writing import figure_of, number, percent, side_name

GUESSED = ("share", "interruptions", "questions")
"""What is guessed before it is seen."""


class Guess(Part):
    """Everybody guesses, then all see the figures with their intervals."""

    def build(self) -> None:
        """Make the widgets."""
        self.result = widgets.HTML()
        wide = {"style": {"description_width": "230px"}, "layout": widgets.Layout(width="600px")}
        self.name = widgets.Text(style=WIDE, layout=widgets.Layout(width="260px"))
        self.sliders = {
            "share": widgets.IntSlider(value=50, min=0, max=100, readout_format="d", **wide),
            "interruptions": widgets.IntSlider(value=5, min=0, max=60, **wide),
            "questions": widgets.IntSlider(value=10, min=0, max=80, **wide),
        }
        self.enter = self.button(self._enter, icon="check", button_style="primary")
        self.reveal = self.button(self._reveal, icon="eye")
        self.guessed = widgets.HTML()
        self.page.children = [
            *(self.title, *self.sliders.values(), row(self.name, self.enter, self.reveal)),
            *(self.guessed, self.message, self.result),
        ]
        self.open = False

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = soft(text("training.guess_how"))
        side = side_name(self._side())
        for measure, slider in self.sliders.items():
            slider.description = text(f"training.guess_{measure}", side=side)
        self.name.description, self.name.placeholder = text("training.name"), text("training.name_hint")
        self.enter.description, self.reveal.description = text("training.enter"), text("training.reveal")
        self._draw()

    def show(self) -> None:
        """Begin anew with another meeting."""
        self.open = False
        self.label()

    def _side(self) -> str:
        meeting = self.lesson.meeting()
        return AGENCY if meeting.sided else meeting.sides[0]

    def _guesses(self) -> dict[str, Any]:
        return self.lesson.notes.of(self.lesson.meeting(), "guesses")

    def _enter(self) -> None:
        name = self.name.value.strip() or text("training.nobody", n=len(self._guesses()) + 1)
        given = {**self._guesses(), name: {measure: slider.value for measure, slider in self.sliders.items()}}
        self.lesson.notes.keep(self.lesson.meeting(), "guesses", given)
        self.name.value = ""
        self._draw()

    def _reveal(self) -> None:
        if not self._guesses():
            self._enter()
        self.open = True
        self.say(text("training.computing"))
        self._draw()
        self.say("")

    def _draw(self) -> None:
        guesses = self._guesses()
        names = ", ".join(guesses)
        self.guessed.value = soft(text("training.guessed", names=names)) if guesses else ""
        self.reveal.disabled = self.open
        self.result.value = guess_table(self.lesson.meeting(), self.lesson.measured(), guesses) if self.open else ""
        if self.open and self.lesson.meeting().timed:
            self.result.value += figures.balance(self.lesson.meeting(), figures=self.lesson.measured()).svg


def guess_table(meeting: Meeting, measured: pd.DataFrame, guesses: dict[str, Any]) -> str:
    """Return what was guessed beside what was measured, as HTML; guesses inside the interval are marked."""
    side = AGENCY if meeting.sided else meeting.sides[0]
    rows = [_guess_row(measured, measure, side, guesses) for measure in GUESSED]
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in guesses)
    heads = f'<th scope="col">{escape(side_name(side))}</th><th scope="col">{escape(text("training.measured"))}</th>{names}'
    said = (note(text("training.guess_note")) if guesses else "") + heard_by(meeting)
    return f'<table class="tb-signs tb-plain"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>{said}'


def _guess_row(measured: pd.DataFrame, measure: str, side: str, guesses: dict[str, Any]) -> str:
    (found,) = measured[(measured["measure"] == measure) & (measured["side"] == side)].to_dict(orient="records")
    value, interval = figure_of(found)
    name = escape(text(f"measures.{measure}"))
    if not found["available"]:
        return f'<tr><th scope="row">{name}</th><td colspan="{1 + len(guesses)}">{escape(found["reason"])}</td></tr>'
    seen = f'{value} <span class="tb-interval">{f"({interval})" if interval else ""}</span>'
    cells = "".join(f"<td>{_guess_cell(found, given.get(measure))}</td>" for given in guesses.values())
    return f'<tr><th scope="row">{name}</th><td>{seen}</td>{cells}</tr>'


def _guess_cell(found: dict[Any, Any], guess: object) -> str:
    if not isinstance(guess, (int, float)):
        return "–"
    share = found["unit"] == "0-1"
    inside = found["low"] <= (guess / 100 if share else guess) <= found["high"]
    said = percent(guess / 100) if share else number(guess)
    return f'<span class="tb-hit">✓ {said}</span>' if inside else said
