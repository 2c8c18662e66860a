"""Three moments to be heard; everybody writes what they would have asked, then sees what was counted there."""

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from talkbalance.i18n import text
from talkbalance.meeting import clock
from talkbalance.views.kept import Saved
from talkbalance.views.page import WIDE, note, row, small_player, soft
from talkbalance.views.player import sound_of
from talkbalance.views.training.part import Part
from talkbalance.views.training.playlist import Listing
from talkbalance.views.training.telling import Clip, telling

if TYPE_CHECKING:
    from talkbalance.views.training.workshop import Workshop

HEARD = 3
"""How many moments are heard."""


class Hear(Part):
    """Three moments to be heard; everybody writes what they would have asked, then sees what was counted there."""

    def build(self) -> None:
        """Make the widgets."""
        self.player, self.cards = small_player(), widgets.VBox()
        self.clips: tuple[Clip, ...] = ()
        self.page.children = [self.title, self.player, self.message, self.cards]

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = soft(text("training.hear_how"))
        self.player.label()
        self._draw()

    def show(self) -> None:
        """Show the moments of the meeting that is chosen."""
        meeting = self.lesson.meeting()
        self.clips = telling(meeting, most=HEARD) if meeting.timed else ()
        self.player.show(meeting, recording=sound_of(self.lesson.file()))
        self._draw()

    def _draw(self) -> None:
        self.cards.children = [self._card(i, clip) for i, clip in enumerate(self.clips, 1)]
        if not self.clips:
            self.cards.children = [widgets.HTML(note(text("training.no_moments")))]

    def _card(self, place: int, clip: Clip) -> Any:  # noqa: ANN401 -- a widget
        """Return a moment with what one would have asked, and what was counted there, to be opened."""
        kept = self.lesson.notes.of(self.lesson.meeting(), "asked").get(clip.key, "")
        asked = widgets.Textarea(
            value=str(kept),
            placeholder=text("training.ask_hint"),
            description=text("training.ask"),
            continuous_update=False,
            style=WIDE,
            layout=widgets.Layout(width="96%"),
        )
        told = widgets.HTML()
        head = widgets.HTML(f"<h4>{escape(text('training.moment', n=place, at=clock(clip.start)))}</h4>")
        asked.observe(self.heeded(lambda: self._keep(clip, asked.value)), "value")
        listen = self.button(
            lambda: self.player.play(*clip.span(self.lesson.meeting().length)), icon="play", description=text("training.play")
        )
        tell = self.button(lambda: _told(told, clip), icon="eye", description=text("training.tell"))
        save = self.button(lambda: self._save(clip), icon="bookmark", description=text("training.save_moment"))
        card = widgets.VBox([head, row(listen, save), asked, row(tell), told])
        card.add_class("tb-card")
        return card

    def _keep(self, clip: Clip, said: str) -> None:
        noted = self.lesson.notes.of(self.lesson.meeting(), "asked")
        self.lesson.notes.keep(self.lesson.meeting(), "asked", {**noted, clip.key: said})

    def _save(self, clip: Clip) -> None:
        save_clip(self.lesson, clip)
        self.say(text("training.saved_moment", file=self.lesson.saved.path))


def _told(told: Any, clip: Clip) -> None:  # noqa: ANN401 -- a widget
    said = f"<p class='tb-quote'>{escape(clip.said)}</p>" if clip.said else ""
    told.value = f"<p><b>{escape(clip.what)}</b></p>{said}"


def save_clip(lesson: "Workshop", clip: Clip, written: str = "") -> None:
    """Save a moment of the first meeting in the playlist."""
    meeting = lesson.meeting()
    start, end = clip.span(meeting.length)
    lesson.saved.add(lesson.file(), Saved("", meeting.title or lesson.file().name, start, end, clip.what, written))
    listing = lesson.parts.get(Listing)
    if listing is not None:
        listing.reshow()
