"""The moments that were saved: add one of the first meeting, play one of any meeting, take one out."""

from html import escape
from typing import Any

import ipywidgets as widgets

from talkbalance.errors import InvalidParameter
from talkbalance.i18n import text
from talkbalance.meeting import clock
from talkbalance.views.kept import Saved
from talkbalance.views.page import WIDE, note, row, small_player, soft
from talkbalance.views.player import sound_of
from talkbalance.views.training.part import Part
from talkbalance.views.training.telling import Clip, telling


class Listing(Part):
    """The playlist: add a moment of the first meeting, play one of any meeting, take one out."""

    def build(self) -> None:
        """Make the widgets."""
        self.player, self.list = small_player(), widgets.VBox()
        self.clips: tuple[Clip, ...] = ()
        self.choice = widgets.Dropdown(style=WIDE, layout=widgets.Layout(width="560px"))
        self.start, self.end = (widgets.Text(style=WIDE, layout=widgets.Layout(width="150px")) for _ in range(2))
        self.note = widgets.Text(style=WIDE, layout=widgets.Layout(width="440px"))
        self.add = self.button(self._add, icon="bookmark", button_style="primary")
        self.choice.observe(self.heeded(self._times), "value")
        self.page.children = [
            *(self.title, row(self.choice, self.start, self.end), row(self.note, self.add)),
            *(self.message, self.player, self.list),
        ]

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = soft(text("training.list_how"))
        self.start.description, self.end.description = text("training.from"), text("training.until")
        self.note.description, self.add.description = text("training.note"), text("training.add")
        self.choice.description = text("training.choose_moment")
        self.player.label()
        chosen = self.choice.index
        self.choice.options = [(f"{clock(clip.start)} {clip.what}", i) for i, clip in enumerate(self.clips)]
        self.choice.index = chosen if self.clips and chosen is not None and chosen < len(self.clips) else 0 if self.clips else None
        self._draw()

    def show(self) -> None:
        """Offer the moments of the first meeting; the playlist is that of all meetings."""
        meeting = self.lesson.meeting()
        self.clips = telling(meeting, most=None) if meeting.timed else ()
        self.player.show(meeting, recording=sound_of(self.lesson.file()))
        self.label()
        self._times()

    def _times(self) -> None:
        if self.choice.index is not None and self.clips:
            start, end = self.clips[self.choice.index].span(self.lesson.meeting().length)
            self.start.value, self.end.value = clock(start), clock(end)

    def _add(self) -> None:
        meeting, file = self.lesson.meeting(), self.lesson.file()
        start, end = seconds(self.start.value), seconds(self.end.value)
        if not 0 <= start < end <= meeting.length + 1:
            raise InvalidParameter("training.no_stretch", length=clock(meeting.length))
        what = self.clips[self.choice.index].what if self.clips and self.choice.index is not None else text("training.own_moment")
        entry = Saved("", meeting.title or file.name, start, end, what, self.note.value.strip())
        self.lesson.saved.add(file, entry)
        self.note.value = ""
        self._draw()

    def _draw(self) -> None:
        moments = self.lesson.saved.moments
        lines = [self._line(place, saved) for place, saved in enumerate(moments)]
        self.list.children = lines or [widgets.HTML(note(text("training.empty_list")))]

    def _line(self, place: int, saved: Saved) -> Any:  # noqa: ANN401 -- a widget
        narrow = widgets.Layout(width="3em")
        listen = self.button(lambda: self._play(saved), icon="play", tooltip=text("training.play"), layout=narrow)
        remove = self.button(lambda: self._remove(place), icon="trash", tooltip=text("training.remove"), layout=narrow)
        said = f"<b>{escape(saved.title)}</b>, {clock(saved.start)}–{clock(saved.end)}: {escape(saved.what)}"
        written = f"<br><i>{escape(saved.note)}</i>" if saved.note else ""
        return row(listen, remove, widgets.HTML(f"<span>{said}{written}</span>"))

    def _play(self, saved: Saved) -> None:
        file = self.lesson.saved.file_of(saved)
        self.player.show(self.lesson.meeting_in(file), recording=sound_of(file))
        self.player.play(saved.start, saved.end)

    def _remove(self, place: int) -> None:
        self.lesson.saved.remove(place)
        self._draw()


def seconds(written: str) -> float:
    """Return a time people wrote, `1:02:03`, `4:07` or `42`, in seconds.

    Raises
    ------
    InvalidParameter
        Where it is no time.

    >>> seconds("4:07"), seconds(" 42 "), seconds("1:00:30")
    (247.0, 42.0, 3630.0)
    """
    try:
        parts = [float(part.replace(",", ".")) for part in written.strip().split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or not all(0 <= part < 1e6 for part in parts):
        raise InvalidParameter("training.no_time", written=written)
    total = 0.0
    for part in parts:
        total = 60 * total + part
    return total
