"""What every part of a workshop does: it follows the language and the meetings of the first one."""

from typing import TYPE_CHECKING

import ipywidgets as widgets

from talkbalance.i18n import Language
from talkbalance.views.page import Page

if TYPE_CHECKING:
    from talkbalance.views.training.workshop import Workshop

BEFORE, AFTER = "before", "after"
"""The two meetings of a workshop; the first one is guessed, heard and rated."""


class Part(Page):
    """A part of the workshop: its language and meetings are those of the first part."""

    def __init__(self, lesson: "Workshop") -> None:
        self.lesson = lesson
        super().__init__(lesson.spoken)
        self.title = widgets.HTML()
        self.build()
        self.relabel()
        self.reshow()
        lesson.parts[type(self)] = self  # run again, a cell shows a new one in place of the old

    @property
    def spoken(self) -> Language:
        """The language of the workshop."""
        return self.lesson.spoken

    def relabel(self) -> None:
        """Write every label anew, without anybody noticing."""
        self.quiet = True
        self.label()
        self.quiet = False

    def reshow(self) -> None:
        """Show the meetings that are chosen now, or say why that cannot be."""
        self.quiet = True
        try:
            self.show()
        finally:
            self.quiet = False

    def build(self) -> None:
        """Make the widgets."""
        raise NotImplementedError

    def label(self) -> None:
        """Write every label in the language of the page."""
        raise NotImplementedError

    def show(self) -> None:
        """Show the meetings that are chosen."""
        raise NotImplementedError
