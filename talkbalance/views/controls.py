"""The controls of a page: what counts as an interruption, and which questions are looked at."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import pandas as pd

from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.views.charts import KINDS
from talkbalance.views.explain import MIN_OVERLAP, THRESHOLD, rule_text
from talkbalance.views.moments import Moments
from talkbalance.views.writing import number, percent, side_name

RULES = ("likely", "floor_taking", "any_overlap")
FLAGS = ("open", "why", "follow_up", "answered")
"""Columns of questions that are true, false or not known."""
ANY = ""
WIDE = {"description_width": "initial"}

Changed = Callable[[], None]


class _Controls:
    """A row of controls that tells when something was chosen; labelling it tells nobody."""

    def __init__(self, parts: Sequence[Any], changed: Changed) -> None:
        self._changed = changed
        self._quiet = False
        self.box = widgets.HBox(list(parts), layout=widgets.Layout(flex_flow="row wrap"))
        self.box.add_class("tb-controls")
        for part in parts:
            part.observe(self._chosen, "value")

    def _chosen(self, _: object) -> None:
        if not self._quiet:
            self._changed()

    def _choices(self, part: Any, name: str, options: Sequence[tuple[str, str]]) -> None:  # noqa: ANN401 -- a widget
        """Label a list of choices and keep what is chosen, if it is still there."""
        chosen, self._quiet = part.value, True
        part.description, part.options = name, options
        values = [value for _, value in options]
        part.value = chosen if chosen in values else values[0]
        self._quiet = False


class CutControls(_Controls):
    """What counts as an interruption: a rule and its thresholds."""

    def __init__(self, changed: Changed) -> None:
        self.rule = widgets.Dropdown(options=RULES, style=WIDE, layout=widgets.Layout(width="340px"))
        wide = {"step": 0.05, "readout": False, "style": WIDE, "layout": widgets.Layout(width="330px")}
        self.min_overlap = widgets.FloatSlider(value=MIN_OVERLAP, min=0, max=1, **wide)
        self.threshold = widgets.FloatSlider(value=THRESHOLD, min=0.05, max=1, **wide)
        super().__init__((self.rule, self.min_overlap, self.threshold), changed)

    def label(self) -> None:
        """Write every label in the language of the page."""
        self._choices(self.rule, text("review.rule"), [(text(f"review.rule_{name}"), name) for name in RULES])
        self._read()

    def _read(self) -> None:
        """Write the thresholds as people of the language do."""
        self.min_overlap.description = text("explorer.min_overlap", seconds=number(self.min_overlap.value, 2))
        self.threshold.description = text("explorer.threshold", percent=percent(self.threshold.value))

    def found(self, known: Moments) -> pd.DataFrame:
        """Return the interruptions by what is chosen; the threshold that does not matter to the rule cannot be moved."""
        self._read()
        self.threshold.disabled, self.min_overlap.disabled = self.rule.value != "likely", self.rule.value == "likely"
        return known.counted(self.rule.value, self.min_overlap.value, self.threshold.value)

    def said(self) -> str:
        """Say in a sentence what is counted."""
        return rule_text(self.rule.value, self.min_overlap.value, self.threshold.value)


class QuestionControls(_Controls):
    """Which questions are looked at: by side, kind and what is known about them, and by words."""

    def __init__(self, changed: Changed) -> None:
        def choice() -> Any:  # noqa: ANN401 -- a widget
            return widgets.Dropdown(options=[("", ANY)], style=WIDE, layout=widgets.Layout(width="auto"))

        self.side, self.kind = choice(), choice()
        self.flags = {name: choice() for name in FLAGS}
        self.search = widgets.Text(style=WIDE, layout=widgets.Layout(width="240px"))
        super().__init__((self.side, self.kind, *self.flags.values(), self.search), changed)

    def label(self, meeting: Meeting | None) -> None:
        """Write every label in the language of the page; the sides are those of the meeting."""
        every = (text("explorer.every"), ANY)
        sides = meeting.sides if meeting else ()
        self._choices(self.side, text("explorer.side"), [every, *((side_name(side), side) for side in sides)])
        self._choices(self.kind, text("explorer.kind"), [every, *((text(f"explain.kind_{kind}"), kind) for kind in KINDS)])
        for name, flag in self.flags.items():
            yes_no = [every, (text("explorer.yes"), "yes"), (text("explorer.no"), "no")]
            self._choices(flag, text(f"explorer.{name}"), yes_no)
        self.search.description, self.search.placeholder = text("explorer.search"), text("explorer.search_hint")

    def found(self, known: Moments) -> pd.DataFrame:
        """Return the questions that are chosen; what is not known is neither yes nor no."""
        found = known.asked
        for column, part in (("side", self.side), ("kind", self.kind)):
            found = found[found[column] == part.value] if part.value != ANY else found
        for column, part in self.flags.items():
            if part.value != ANY:
                found = found[found[column].eq(part.value == "yes").fillna(value=False).astype(bool)]
        if wanted := self.search.value.strip().casefold():
            said = (found["speaker"] + " " + found["text"]).str.casefold()
            found = found[said.str.contains(wanted, regex=False)]
        return found
