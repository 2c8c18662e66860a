"""Who is who: a line for every voice, with a name, a side and a moment at which to hear it."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as widgets

from talkbalance.corrections import Correction
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, Meeting, Speaker, Utterance, clock, times_of
from talkbalance.views import figures
from talkbalance.views.page import WIDE, Page, row
from talkbalance.views.writing import side_name

EXCERPT = 8.0
"""Seconds of a voice that are played."""


@dataclass(frozen=True, slots=True)
class Line:
    """The widgets of a voice."""

    called: Any
    sits: Any
    play: Any
    moment: Any


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
        self._writing = False
        self.lines: list[Line] = []
        self.part = widgets.VBox()

    def show(self, meeting: Meeting) -> None:
        """Show who speaks.

        The lines stay the same widgets as long as there are as many voices: what somebody clicks while a name is being
        changed is meant for the voice, whatever it is called by then.
        """
        self._meeting = meeting
        if len(self.lines) != len(meeting.speakers):
            self.lines = [self._line(place) for place in range(len(meeting.speakers))]
            self.part.children = [row(line.called, line.sits, line.play, line.moment) for line in self.lines]
        self.label()

    def label(self) -> None:
        """Write the lines in the language of the page."""
        if self._meeting is None:
            return
        self._writing = True
        for line, speaker in zip(self.lines, self._meeting.speakers, strict=True):
            line.called.description, line.called.value = text("review.name"), speaker.name
            line.sits.options = [(text("review.no_side"), ""), (side_name(AGENCY), AGENCY), (side_name(CLIENT), CLIENT)]
            line.sits.value = speaker.side if speaker.side in (AGENCY, CLIENT) else ""
            moment = self._meeting.clear_moment(speaker.name)
            line.play.tooltip, line.play.disabled = text("player.play"), moment is None
            line.moment.value = _told(moment)
        self._writing = False

    def _line(self, place: int) -> Line:
        called = widgets.Text(continuous_update=False, style=WIDE)
        sits = widgets.ToggleButtons(style={"button_width": "7em"})
        play = widgets.Button(icon="play", layout=widgets.Layout(width="3em"))
        called.observe(self._heeded(lambda: self._call(place, called.value.strip())), "value")
        sits.observe(self._heeded(lambda: self._seat(place, sits.value)), "value")
        play.on_click(lambda _: self._play(place))
        return Line(called, sits, play, widgets.HTML())

    def _heeded(self, act: Callable[[], None]) -> Callable[[object], None]:
        """Make an observer that heeds people, not what is written by the page itself."""
        heed = self._page.heeded(act)

        def observer(change: object) -> None:
            if not self._writing:
                heed(change)

        return observer

    def _speaker(self, place: int) -> Speaker | None:
        """Return whose line it is; None where nobody's is any more."""
        if self._meeting is None or place >= len(self._meeting.speakers):
            return None
        return self._meeting.speakers[place]

    def _call(self, place: int, given: str) -> None:
        """Give a voice a name; one that somebody has already makes them one person."""
        speaker = self._speaker(place)
        if speaker is None or self._meeting is None:
            return
        if not given or given == speaker.name:
            self.label()
        elif any(other.name == given for other in self._meeting.speakers):
            self._correct(Correction("merge", [given, speaker.name], given))
        else:
            self._correct(Correction("rename", speaker.name, given))

    def _seat(self, place: int, side: str | None) -> None:
        speaker = self._speaker(place)
        if speaker is not None and (side or "") != speaker.side:
            self._correct(Correction("side", speaker.name, side or ""))

    def _play(self, place: int) -> None:
        """Play the moment at which a voice is clearest."""
        speaker = self._speaker(place)
        moment = self._meeting.clear_moment(speaker.name) if self._meeting is not None and speaker is not None else None
        if moment is not None:
            start, end = times_of(moment)
            self._listen(start, min(end, start + EXCERPT))


def _told(moment: Utterance | None) -> str:
    if moment is None:
        return f'<span class="tb-soft">{text("review.silent")}</span>'
    start, end = times_of(moment)
    words = figures.shorten(moment.text, 70)
    said = text("review.hear_words" if words else "review.hear_at", start=clock(start), end=clock(end), words=words)
    return f'<span class="tb-soft">{escape(said)}</span>'
