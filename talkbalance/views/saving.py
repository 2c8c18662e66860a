"""What is taken away from a page: the report, pictures for slides, the corrected meeting."""

import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import ipywidgets as widgets

from talkbalance.errors import TalkbalanceWarning
from talkbalance.formats import write
from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.pseudonyms import Names, pseudonymised
from talkbalance.views.clips import Chosen, Key
from talkbalance.views.download import Download, File
from talkbalance.views.page import heading, row, shown, soft
from talkbalance.views.report import report
from talkbalance.views.slides import charts


class Saving:
    """The part of a page on which things are saved (`part`).

    Parameters
    ----------
    meeting
        Returns the meeting as it stands.
    recording
        Returns its sound, if there is any.
    chosen
        Returns the moments that are to be heard in the report; all of them where none is chosen.
    """

    def __init__(
        self, meeting: Callable[[], Meeting | None], recording: Callable[[], Path | None], chosen: Callable[[], frozenset[Key]]
    ) -> None:
        self._meeting = meeting
        self._recording = recording
        self._chosen = chosen
        self.title, self.note = widgets.HTML(), widgets.HTML()
        wide = {"indent": False, "layout": widgets.Layout(width="auto")}
        self.sound, self.roles = widgets.Checkbox(value=False, **wide), widgets.Checkbox(value=False, **wide)
        self.roles.observe(lambda _: self._warn(), "value")
        self.report, self.charts, self.native = map(Download, (self.make_report, self.make_charts, self.make_meeting))
        self.part = widgets.VBox([self.title, row(self.sound, self.roles), row(self.report, self.charts, self.native), self.note])

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.title.value = heading(text("saving.title"))
        self.sound.description, self.roles.description = text("saving.sound"), text("saving.roles")
        for name, button in (("report", self.report), ("charts", self.charts), ("meeting", self.native)):
            button.label = text(f"saving.{name}")
        shown(self.sound, when=self._recording() is not None)
        self._warn()

    @property
    def _names(self) -> Names:
        return "roles" if self.roles.value else "given"

    def _warn(self) -> None:
        """Name what may be a name, and was not replaced."""
        meeting = self._meeting() if self.roles.value else None
        found = pseudonymised(meeting).unsure if meeting is not None else ()
        words = ", ".join(dict.fromkeys(unsure.word for unsure in found))
        self.note.value = soft(text("saving.to_check", names=words)) if words else ""

    def _named(self) -> tuple[Meeting, str]:
        """Return the meeting, and how its files are called; with roles, the name of a file would tell who was there."""
        meeting = self._meeting()
        if meeting is None:  # there is no button then
            raise RuntimeError
        stem = Path(meeting.source.file or meeting.title or "meeting").name.split(".")[0]
        return replace(meeting, recording=self._recording()), "meeting" if self.roles.value else stem

    def make_report(self) -> File:
        """Make the report."""
        meeting, stem = self._named()
        clips: Chosen = self.sound.value and (self._chosen() or True)
        with _folder() as folder:
            path = report(meeting, folder / "report.html", clips=clips, names=self._names)
            return File(f"{stem}.report.html", path.read_bytes(), "text/html")

    def make_charts(self) -> File:
        """Make the pictures."""
        meeting, stem = self._named()
        packed = BytesIO()
        with _folder() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in charts(meeting, folder, names=self._names):
                archive.write(path, path.name)
        return File(f"{stem}.charts.zip", packed.getvalue(), "application/zip")

    def make_meeting(self) -> File:
        """Make the file of the corrected meeting."""
        meeting, stem = self._named()
        with _folder() as folder:
            write(pseudonymised(meeting).meeting if self.roles.value else meeting, folder / "corrected.meeting.json")
            content = (folder / "corrected.meeting.json").read_bytes()
        return File(f"{stem}.corrected.meeting.json", content, "application/json")


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder for what is being made; what may be a name stands on the page already, and is no warning again."""
    with tempfile.TemporaryDirectory(prefix="talkbalance-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        yield Path(folder)
