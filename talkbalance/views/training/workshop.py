"""The first part of a workshop: which meetings it is about, in which language; it makes all others."""

from contextlib import suppress
from functools import cache
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from talkbalance.errors import TalkbalanceError, UnreadableFile
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting
from talkbalance.summary import summary
from talkbalance.views.kept import Notes, Playlist, opened
from talkbalance.views.page import WIDE, Page, row, soft, style
from talkbalance.views.training.guess import Guess
from talkbalance.views.training.hear import Hear
from talkbalance.views.training.part import AFTER, BEFORE, Part
from talkbalance.views.training.playlist import Listing
from talkbalance.views.training.printing import Printing
from talkbalance.views.training.rate import Rate
from talkbalance.views.training.side_by_side import BeforeAndAfter

MOST_READ = 12
"""Meetings that are read to find one of the same people."""


def workshop(
    folder: str | Path | None = None,
    *,
    notes: str | Path = "workshop.json",
    moments: str | Path = "moments.json",
    language: Language | None = None,
) -> "Workshop":
    """Return the workshop; show it by naming it at the end of a cell, then its parts.

    Parameters
    ----------
    folder
        Where the meetings lie; by default `samples` here or one folder up.
    notes
        The file in which what is guessed, written and rated is kept.
    moments
        The file of the playlist.
    language
        "de" or "en"; by default the system's. The first part has a switch.

    Raises
    ------
    UnreadableFile
        Where there is no meeting.
    """
    places = [Path(folder)] if folder is not None else [Path("samples"), Path("..") / "samples"]
    files = [file for place in places if place.is_dir() for file in sorted(place.glob("*.meeting.json"))]
    return Workshop(files, Notes(Path(notes)), Playlist(Path(moments)), language, places[0])


class Workshop(Page):
    """Which meetings the workshop is about, in which language.

    Parameters
    ----------
    files
        The meetings one can choose from.
    notes, saved
        Where what people type, and moments, are kept.
    language
        "de" or "en".
    folder
        Where meetings were looked for, to say so where there are none.
    """

    def __init__(self, files: list[Path], notes: Notes, saved: Playlist, language: Language | None, folder: Path) -> None:
        super().__init__(language)
        if not files:
            raise UnreadableFile("training.no_meetings", folder=folder)
        self.notes, self.saved = notes, saved
        self.parts: dict[type[Part], Part] = {}
        self.meeting_in = cache(opened)
        self.measured_in = cache(lambda file: summary(self.meeting_in(file)))
        names = [(file.name, file) for file in files]
        self.language_switch = widgets.ToggleButtons(options=[("Deutsch", "de"), ("English", "en")], value=self.spoken)
        self.choices = {
            which: widgets.Dropdown(options=names, value=files[place], style=WIDE, layout=widgets.Layout(width="440px"))
            for which, place in ((BEFORE, 0), (AFTER, min(len(files) - 1, self._same_people(files))))
        }
        self.about = widgets.HTML()
        self.page.children = [style(), self.language_switch, row(*self.choices.values()), self.about, self.message]
        self.label()
        self.language_switch.observe(self.heeded(self._switch), "value")
        for choice in self.choices.values():
            choice.observe(self.heeded(self._show), "value")

    def _same_people(self, files: list[Path]) -> int:
        """Return the first other meeting of the same people, or the second one there is; not every meeting of a year is read."""
        people = {speaker.name for speaker in self.meeting_in(files[0]).speakers}
        for place, file in enumerate(files[1:MOST_READ], 1):
            with suppress(TalkbalanceError):
                if {speaker.name for speaker in self.meeting_in(file).speakers} == people:
                    return place
        return 1

    @property
    def spoken(self) -> Language:
        """The language of all parts."""
        switched: Language = self.language_switch.value if hasattr(self, "language_switch") else self._language
        return switched

    def file(self, which: str = BEFORE) -> Path:
        """Return the file of a meeting that was chosen."""
        chosen: Path = self.choices[which].value
        return chosen

    def meeting(self, which: str = BEFORE) -> Meeting:
        """Return a meeting that was chosen; the first one is what is guessed, heard and rated."""
        return self.meeting_in(self.file(which))

    def measured(self, which: str = BEFORE) -> pd.DataFrame:
        """Return the summary of a meeting that was chosen."""
        return self.measured_in(self.file(which))

    def label(self) -> None:
        """Write every label in the language of the page."""
        for which, choice in self.choices.items():
            choice.description = text(f"training.{which}") + ":"
        self.about.value = soft(text("training.about", notes=self.notes.path, moments=self.saved.path))

    def _switch(self) -> None:
        self.label()
        for part in self.parts.values():
            part.relabel()

    def _show(self) -> None:
        for part in self.parts.values():
            part.reshow()

    def guess(self) -> "Guess":
        """Return the part in which shares and counts are guessed before they are seen."""
        return Guess(self)

    def hear(self) -> "Hear":
        """Return the part in which moments are heard, and one writes what one would have asked."""
        return Hear(self)

    def rate(self) -> "Rate":
        """Return the part in which several people rate moments, and see how far they agree."""
        return Rate(self)

    def before_and_after(self) -> "BeforeAndAfter":
        """Return the part that shows two meetings side by side."""
        return BeforeAndAfter(self)

    def playlist(self) -> "Listing":
        """Return the part with the moments that were saved, across meetings."""
        return Listing(self)

    def sheet(self, path: str | Path = "workshop.html") -> "Printing":
        """Return the part that writes everything as a sheet to print."""
        return Printing(self, Path(path))
