"""Who is who: a line for every voice, with a name, a side and a moment at which to hear it."""

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from talkbalance.corrections import Correction
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, Meeting, clock, times_of
from talkbalance.views import figures
from talkbalance.views.page import WIDE, Page, row
from talkbalance.views.writing import side_name

EXCERPT = 8.0
"""Seconds of a voice that are played."""


class People:
    """The part of a page on which voices get names and sides (`part`); a name given twice makes one person of two voices.

    Parameters
    ----------
    page
        The page it stands on.
    correct
        Called with every correction.
    listen
        Plays from a second to another.
    """

    def __init__(self, page: Page, correct: Callable[[Correction], None], listen: Callable[[float, float], None]) -> None:
        self._page = page
        self._correct = correct
        self._listen = listen
        self._meeting: Meeting | None = None
        self.lines: list[tuple[str, Any, Any]] = []
        self.part = widgets.VBox()

    def show(self, meeting: Meeting) -> None:
        """Show who speaks; the lines stay as they are where nothing about them has changed."""
        before, self._meeting = self._meeting, meeting
        if before is None or before.speakers != meeting.speakers or not self.lines:
            self.label()

    def label(self) -> None:
        """Write the lines in the language of the page."""
        if self._meeting is None:
            return
        self.lines = [self._line(self._meeting, speaker.name, speaker.side) for speaker in self._meeting.speakers]
        self.part.children = [
            row(called, sits, self._excerpt(self._meeting, name), widgets.HTML(_moment(self._meeting, name)))
            for name, called, sits in self.lines
        ]

    def _line(self, meeting: Meeting, name: str, side: str) -> tuple[str, Any, Any]:
        called = widgets.Text(value=name, description=text("review.name"), continuous_update=False, style=WIDE)
        options = [(text("review.no_side"), ""), (side_name(AGENCY), AGENCY), (side_name(CLIENT), CLIENT)]
        sits = widgets.ToggleButtons(options=options, value=side if side in (AGENCY, CLIENT) else "", style={"button_width": "7em"})
        called.observe(self._page.heeded(lambda: self._call(meeting, name, called.value.strip())), "value")
        sits.observe(self._page.heeded(lambda: self._correct(Correction("side", name, sits.value))), "value")
        return name, called, sits

    def _call(self, meeting: Meeting, name: str, given: str) -> None:
        """Give a voice a name; one that somebody has already makes them one person."""
        if not given or given == name:
            self.label()
        elif any(speaker.name == given for speaker in meeting.speakers):
            self._correct(Correction("merge", [given, name], given))
        else:
            self._correct(Correction("rename", name, given))

    def _excerpt(self, meeting: Meeting, name: str) -> widgets.Button:
        """Return a button that plays the moment at which a voice is clearest."""
        button = widgets.Button(icon="play", tooltip=text("player.play"), layout=widgets.Layout(width="3em"))
        moment = meeting.clear_moment(name)
        if moment is None:
            button.disabled = True
        else:
            start, end = times_of(moment)
            button.on_click(lambda _: self._listen(start, min(end, start + EXCERPT)))
        return button


def _moment(meeting: Meeting, name: str) -> str:
    moment = meeting.clear_moment(name)
    if moment is None:
        return f'<span class="tb-soft">{text("review.silent")}</span>'
    start, end = times_of(moment)
    words = figures.shorten(moment.text, 70)
    said = text("review.hear_words" if words else "review.hear_at", start=clock(start), end=clock(end), words=words)
    return f'<span class="tb-soft">{escape(said)}</span>'
