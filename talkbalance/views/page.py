"""What the pages of the notebooks share: one language, callbacks that say errors on the page, and one look, light and dark."""

from collections.abc import Callable
from html import escape
from importlib import resources
from typing import Any

import ipywidgets as widgets

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting
from talkbalance.views import figures
from talkbalance.views.player import Player

WIDE = {"description_width": "initial"}
ROW = "row wrap"


class Page:
    """A page, or a part of one: `page` is the widget; show it by naming it at the end of a cell.

    Parameters
    ----------
    language
        "de" or "en"; by default the system's.
    """

    def __init__(self, language: Language | None = None) -> None:
        self._language: Language = language or i18n.language()
        i18n.set_language(self._language)
        self.quiet = False
        self.message = widgets.HTML()
        self.page = widgets.VBox()
        self.page.add_class("tb-review")
        self.page.add_class("tb-lesson")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.page)  # type: ignore[no-untyped-call]

    @property
    def spoken(self) -> Language:
        """The language of the page."""
        return self._language

    def heeded(self, act: Callable[[], None]) -> Callable[[object], None]:
        """Make an observer of an act: in the page's language, with errors said on the page.

        A callback runs in a context of its own, where the language of another cell is not set.
        """

        def observer(_: object) -> None:
            if self.quiet:
                return
            i18n.set_language(self.spoken)
            self.say("")
            try:
                act()
            except TalkbalanceError as error:
                self.say(str(error), wrong=True)

        return observer

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something to whoever looks at the page; "" takes it back."""
        self.message.value = note(words, wrong=wrong) if words else ""

    def button(self, act: Callable[[], None], **look: Any) -> widgets.Button:  # noqa: ANN401 -- passed on as they are
        """Return a button that does something."""
        made = widgets.Button(**{"layout": widgets.Layout(width="auto"), **look})
        made.on_click(self.heeded(act))
        return made


def note(words: str, *, wrong: bool = False) -> str:
    """Return a remark as HTML, escaped."""
    return f'<p class="{"tb-wrong" if wrong else "tb-note"}" role="status">{escape(words)}</p>'


def soft(words: str) -> str:
    """Return a quiet explanation as HTML, escaped."""
    return f'<p class="tb-soft">{escape(words)}</p>'


def heard_by(*meetings: Meeting) -> str:
    """Return a remark as HTML where a machine heard one of these meetings, else ""."""
    return soft(text("slides.heard")) if any(meeting.source.models for meeting in meetings) else ""


def heading(words: str) -> str:
    """Return a heading as HTML, escaped."""
    return f"<h3>{escape(words)}</h3>"


def style() -> widgets.HTML:
    """Return the look of the pages; once on each of them."""
    templates = resources.files("talkbalance.views") / "templates"
    sheets = "".join(templates.joinpath(name).read_text(encoding="utf-8") for name in ("review.css", "lesson.css"))
    dark = f'[data-jp-theme-light="false"] .tb-lesson {{{figures.palette(figures.DARK)}}}'
    return widgets.HTML(f"<style>{sheets}{dark}</style>")


def row(*parts: Any) -> widgets.HBox:  # noqa: ANN401 -- widgets
    """Return parts beside one another, below where there is no room."""
    return widgets.HBox(list(parts), layout=widgets.Layout(flex_flow=ROW, align_items="center"))


def small_player(meeting: Meeting | None = None) -> Player:
    """Return a player without its lists: they would tell what is to be guessed."""
    made = Player(meeting)
    made.add_class("tb-small-player")
    return made


def shown(part: Any, *, when: bool) -> None:  # noqa: ANN401 -- a widget
    """Show a part or hide it."""
    part.layout.display = None if when else "none"
