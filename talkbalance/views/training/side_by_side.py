"""Two meetings side by side: their balance, their sound, and what changed for sure."""

from html import escape

import ipywidgets as widgets
import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.views import figures
from talkbalance.views.page import ROW, heard_by, note, row, shown, small_player, soft
from talkbalance.views.player import Player, sound_of
from talkbalance.views.training.changes import Change, changes
from talkbalance.views.training.part import AFTER, BEFORE, Part


class BeforeAndAfter(Part):
    """Two meetings side by side: their balance, their sound, and what changed for sure.

    Nothing is shown before somebody asks for it: it stands on the same page as what is to be guessed.
    """

    def build(self) -> None:
        """Make the widgets."""
        self.table = widgets.HTML()
        self.players: dict[str, Player] = {which: small_player() for which in (BEFORE, AFTER)}
        self.heads = {which: widgets.HTML() for which in (BEFORE, AFTER)}
        sides = [widgets.VBox([self.heads[which], self.players[which]]) for which in (BEFORE, AFTER)]
        self.pair = widgets.HBox(sides, layout=widgets.Layout(flex_flow=ROW))
        self.pair.add_class("tb-pair")
        self.reveal = self.button(self._reveal, icon="eye", button_style="primary")
        self.open = False
        self.page.children = [self.title, row(self.reveal), self.pair, self.table, self.message]

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = soft(text("training.both_how"))
        self.reveal.description = text("training.both_show")
        for player in self.players.values():
            player.label()
        self._draw()

    def show(self) -> None:
        """Begin anew with the meetings that are chosen."""
        self.open = False
        for which, player in self.players.items():
            player.show(self.lesson.meeting(which), recording=sound_of(self.lesson.file(which)))
        self._draw()

    def _reveal(self) -> None:
        self.open = True
        self.say(text("training.computing"))
        self._draw()
        self.say("")

    def _draw(self) -> None:
        self.reveal.disabled = self.open
        for part in (self.pair, self.table):
            shown(part, when=self.open)
        if not self.open:
            self.table.value = ""
            return
        for which, head in self.heads.items():
            meeting = self.lesson.meeting(which)
            title = f"{text(f'training.{which}')}: {meeting.title or self.lesson.file(which).name}"
            head.value = f"<h4>{escape(title)}</h4>{_balance(meeting, self.lesson.measured(which))}"
        meetings = self.lesson.meeting(BEFORE), self.lesson.meeting(AFTER)
        self.table.value = changes_table(*meetings, self.lesson.measured(BEFORE), self.lesson.measured(AFTER))


def _balance(meeting: Meeting, measured: pd.DataFrame) -> str:
    try:
        return figures.balance(meeting, figures=measured, legend=False).svg
    except Unavailable as reason:
        return note(str(reason))


def changes_table(before: Meeting, after: Meeting, measured_before: pd.DataFrame, measured_after: pd.DataFrame) -> str:
    """Return what changed from one meeting to another as HTML, or why that cannot be said."""
    if not (before.sided and after.sided):
        return note(str(Unavailable("unavailable.no_sides")))
    heads = "".join(f'<th scope="col">{escape(text(f"training.{name}"))}</th>' for name in ("sign", BEFORE, AFTER, "change"))
    rows = "".join(
        f'<tr><th scope="row">{escape(one.name)}</th>{_cells(one)}</tr>' for one in changes(measured_before, measured_after)
    )
    table = f'<table class="tb-signs tb-plain"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return table + soft(text("training.change_note")) + heard_by(before, after)


def _cells(one: Change) -> str:
    return "".join(f"<td>{escape(said)}</td>" for said in (one.before, one.after, one.said))
