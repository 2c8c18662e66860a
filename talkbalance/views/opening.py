"""Which meeting: a file that is dropped, chosen or named, or a sample; transcripts are read, recordings heard beside the page."""

import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import ipywidgets as widgets

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError, TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.views.drop import Drop, nothing
from talkbalance.views.page import WIDE, Page, shown
from talkbalance.views.player import sound_of

STAGES = ("decode", "words", "voices")
"""What `pipeline.Watch` is told of."""
SOUND = (".mp3", ".mp4", ".m4a", ".wav", ".flac", ".ogg", ".opus", ".webm", ".mkv", ".mov", ".aac", ".wma", ".aiff")
"""Endings that are heard without being tried as a transcript first."""
MOST_VOICES = 8
KNOWN_AFTER = 4.0, 0.03
"""Seconds and part of the work after which the time left can be told."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A meeting that was opened.

    Parameters
    ----------
    meeting
        As it was read or heard.
    file
        The file it was read or heard from.
    recording
        Its sound, if there is any at hand.
    done
        Removes the file, if it was handed over only for this; to be called when the meeting gives way to another.
    kept
        Whether the file stays where it is, so that corrections can lie beside it.
    """

    meeting: Meeting
    file: Path
    recording: Path | None
    done: Callable[[], None]
    kept: bool


class Opening:
    """The part of a page on which a meeting is opened (`part`).

    Parameters
    ----------
    page
        The page it stands on.
    samples
        Files that can be tried.
    opened
        Called with what was opened; from another thread where it was heard.
    """

    def __init__(self, page: Page, samples: list[Path], opened: Callable[[Opened], None]) -> None:
        self._page = page
        self._opened = opened
        self._samples = samples
        self._began = 0.0
        self._parts: dict[str, float] = {}
        self.worker: threading.Thread | None = None
        self.drop = Drop(self.open)
        self.samples = widgets.Dropdown(style=WIDE, layout=widgets.Layout(width="380px"))
        self.try_button = page.button(self._try)
        self.voices = widgets.Dropdown(style=WIDE, layout=widgets.Layout(width="260px"))
        self.bars = {stage: widgets.FloatProgress(min=0, max=1, style=WIDE) for stage in STAGES}
        for bar in self.bars.values():
            bar.layout = widgets.Layout(width="560px", display="none")
        self.left = widgets.HTML()
        tried = widgets.HBox([self.samples, self.try_button, self.voices], layout=widgets.Layout(flex_flow="row wrap"))
        tried.add_class("tb-opening")
        shown(self.samples, when=bool(samples))
        shown(self.try_button, when=bool(samples))
        self.part = widgets.VBox([self.drop, tried, page.message, *self.bars.values(), self.left])

    def label(self) -> None:
        """Write every label in the language of the page."""
        self.drop.label()
        self.samples.description, chosen = text("review.sample"), self.samples.value
        self.samples.options = [(file.name, str(file)) for file in self._samples]
        self.samples.value = chosen if chosen is not None else next((str(file) for file in self._samples), None)
        self.try_button.description = text("review.try")
        self.voices.description, voices = text("review.speakers"), self.voices.value
        numbers = [(str(n), n) for n in range(1, MOST_VOICES + 1)]
        self.voices.options = [(text("review.speakers_unknown"), 0), *numbers]
        self.voices.value = voices or 0

    @property
    def busy(self) -> bool:
        """Whether a recording is being heard."""
        return self.worker is not None and self.worker.is_alive()

    def _try(self) -> None:
        self.open(Path(self.samples.value))

    def open(self, file: Path, done: Callable[[], None] = nothing) -> None:
        """Read a transcript, or hear a recording in the background; `done` removes the file when it is no longer needed.

        Raises
        ------
        TalkbalanceError
            Where a transcript cannot be read; what goes wrong while hearing is said on the page.
        """
        if self.busy:
            done()
            self._page.say(text("review.busy"), wrong=True)
            return
        if file.suffix.lower() not in SOUND and self._read(file, done):
            return
        self._page.say(text("review.hearing"))
        self.worker = threading.Thread(target=self._hear, args=(file, done), daemon=True)
        self.worker.start()

    def _read(self, file: Path, done: Callable[[], None]) -> bool:
        """Read a transcript; False where the file is none, but may be a recording."""
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always", TalkbalanceWarning)
            try:
                meeting = read(file)
            except UnreadableFile as error:
                if error.key == "formats.binary":
                    return False
                done()
                raise
        self._page.say(" ".join(str(note.message) for note in notes))
        self._opened(Opened(meeting, file, sound_of(file) or meeting.recording, done, self._stays(file, done)))
        return True

    def _hear(self, file: Path, done: Callable[[], None]) -> None:
        """Hear a recording. A thread begins without the language of the one that started it."""
        from talkbalance.pipeline import transcribe

        i18n.set_language(self._page.spoken)
        self._began, self._parts = 0.0, {}
        kept = self._stays(file, done)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                meeting = transcribe(file, speakers=self.voices.value or None, progress=self._watch)
            self._page.say(self._keep(meeting, file) if kept else "")
            self._opened(Opened(meeting, file, meeting.recording or file, done, kept))
            done = nothing
        except TalkbalanceError as error:
            self._page.say(str(error), wrong=True)
        except Exception as error:  # nobody sees a thread's traceback
            self._page.say(text("review.trouble", kind=type(error).__name__, what=str(error)[:200]), wrong=True)
        finally:
            done()
            self._hide_bars()

    def _stays(self, file: Path, done: Callable[[], None]) -> bool:
        """Whether a file is the user's own and stays where it is; what is tried on a sample leaves nothing beside it."""
        return done is nothing and file not in self._samples

    @staticmethod
    def _keep(meeting: Meeting, file: Path) -> str:
        """Save what was heard beside its recording, so that it need not be heard again; nothing there is written over."""
        beside = file.with_name(f"{file.stem}.meeting.json")
        with suppress(TalkbalanceError, OSError):
            if not beside.exists():
                write(meeting, beside)
                return text("review.kept", name=beside.name)
        return ""

    def _watch(self, stage: str, seconds: float, total: float) -> None:
        """Move the bar of a stage; words and voices, heard beside one another, have one each, below that of decoding."""
        bar = self.bars[stage]
        said = f"{text(f'review.stage_{stage}')} {clock(seconds)}" + (f" / {clock(total)}" if total else "")
        if said != bar.description:
            bar.description, bar.value, bar.layout.display = said, min(seconds / total, 1.0) if total else 0.0, None
        if stage != "decode":
            self.bars["decode"].layout.display = "none"
            self._forecast(stage, seconds, total)

    def _forecast(self, stage: str, seconds: float, total: float) -> None:
        """Say how long it still takes: as long for the rest as for what is done, of the stage that is behind."""
        self._began = self._began or time.monotonic()
        self._parts[stage] = seconds / total if total else 0.0
        passed, done = time.monotonic() - self._began, min(self._parts.values())
        if passed > KNOWN_AFTER[0] and KNOWN_AFTER[1] < done < 1:
            left = ceil(passed * (1 - done) / done / 5) * 5
            self.left.value = f'<p class="tb-soft">{text("review.left", left=clock(left))}</p>'

    def _hide_bars(self) -> None:
        self.left.value = ""
        for bar in self.bars.values():
            bar.layout.display, bar.value, bar.description = "none", 0.0, ""
