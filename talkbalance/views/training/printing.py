"""The button that writes the sheet."""

from pathlib import Path
from typing import TYPE_CHECKING

from talkbalance.i18n import text
from talkbalance.views.page import row, soft
from talkbalance.views.training.part import Part
from talkbalance.views.training.sheet import sheet

if TYPE_CHECKING:
    from talkbalance.views.training.workshop import Workshop


class Printing(Part):
    """A button that writes the sheet."""

    def __init__(self, lesson: "Workshop", path: Path) -> None:
        self.path = path
        super().__init__(lesson)

    def build(self) -> None:
        """Make the widgets."""
        self.save = self.button(self._save, icon="print", button_style="primary")
        self.page.children = [self.title, row(self.save), self.message]

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = soft(text("training.sheet_how"))
        self.save.description = text("training.sheet_save")

    def show(self) -> None:
        """Nothing of a meeting is shown before the sheet is written."""

    def _save(self) -> None:
        self.say(text("training.sheet_saved", path=sheet(self.lesson, self.path)))
