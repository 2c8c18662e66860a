"""A meeting to listen to: who spoke when, the moments that were counted, every one of them to be played.

One widget for notebooks and pages. Its JavaScript lies in the package and loads nothing; the sound is a playback copy that is made
and fetched only when somebody wants to hear it, in pieces of at most 1 MB. Nothing of it is stored in the notebook.
"""

import threading
from collections.abc import Callable
from importlib import resources
from math import ceil
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, times_of
from talkbalance.views import figures

PIECE = 1 << 20
"""Bytes that go to the page at once: more stalls it."""
AROUND = 2.0
"""Seconds played before and after a moment."""
QUOTE = 90
"""Characters of what was said at a moment."""
SOUNDS = (".mp3", ".m4a", ".mp4", ".wav", ".flac", ".ogg", ".opus", ".webm", ".mkv", ".mov", ".aac")
SPANS, MOMENTS = ("start", "end", "who", "text"), ("start", "end", "kind", "text", "measure", "speaker")
"""Columns the page gets: rows would be longer on the way."""
LABELS = (
    *("player", "play", "before", "after", "speed", "nearer", "farther", "moments", "said", "none", "silent", "keys", "lanes"),
    *("press", "unplayable", "keys_editing", "edit", "speaker", "words", "save", "cancel", "new_person", "new_name", "nobody"),
    *("right", "wrong", "hear", "leave_out", "give", "interrupts", "listens"),
)

_STATIC = resources.files("talkbalance.views") / "static"

Corrected = Callable[[dict[str, Any]], None]
"""Takes a correction as the page sends it: `do`, `on` and `value`."""


class Player(anywidget.AnyWidget):
    """The widget.

    Parameters
    ----------
    meeting
        What is shown; it needs times.
    recording
        Its sound; None looks for the meeting's own, and leaves the page silent where that is not at hand.
    """

    _esm = "".join(_STATIC.joinpath(file).read_text(encoding="utf-8") for file in ("correcting.js", "player.js"))
    _css = _STATIC.joinpath("player.css").read_text(encoding="utf-8")
    people: "traitlets.List[dict[str, str]]" = traitlets.List().tag(sync=True)
    spans = traitlets.Dict().tag(sync=True)
    moments = traitlets.Dict().tag(sync=True)
    length = traitlets.Float(0.0).tag(sync=True)
    sound = traitlets.Int(0).tag(sync=True)
    """Which recording it is: 0 for none, another number for every other one."""
    left_out: "traitlets.List[tuple[float, float]]" = traitlets.List().tag(sync=True)
    editable = traitlets.Bool(False).tag(sync=True)
    around = traitlets.Float(AROUND).tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)
    request: "traitlets.Dict[str, float | None]" = traitlets.Dict().tag(sync=True)
    meeting = traitlets.Int(0).tag(sync=True)
    """How many meetings were shown: changes last, when everything else of a new one is there."""

    def __init__(self, meeting: Meeting | None = None, *, recording: Path | None = None) -> None:
        self._recording: Path | None = None
        self._recordings = self._requests = 0
        self._copy: Path | None = None
        self._making: threading.Thread | None = None
        self._awaited = False
        self._lock = threading.Lock()
        self._spoken = i18n.language()
        self._on_correct: Corrected | None = None
        super().__init__(spans=_columns([], SPANS), moments=_columns([], MOMENTS))
        self.label()
        self.on_msg(self._asked)
        if meeting is not None:
            self.show(meeting, recording=recording)

    def let_correct(self, on_correct: Corrected) -> None:
        """Offer corrections, and tell of each; without this, nothing can be corrected here."""
        self._on_correct, self.editable = on_correct, True

    def label(self) -> None:
        """Write every label in the language of the page."""
        self._spoken = i18n.language()
        self.labels = {name: text(f"player.{name}", around=f"{AROUND:g}") for name in LABELS}

    def show(self, meeting: Meeting, *, recording: Path | None = None) -> None:
        """Show a meeting, without moments until `mark` names some."""
        found = recording or meeting.recording
        found = found if found is not None and found.is_file() else None
        if found != self._recording:
            with self._lock:
                self._recording, self._copy, self._making, self._awaited = found, None, None, False
            self._recordings += 1
        colours = figures.colours(meeting)
        places = {speaker.name: place for place, speaker in enumerate(meeting.speakers)}
        timed = [utterance for utterance in meeting.utterances if utterance.start is not None]
        with self.hold_sync():
            self.people = [{"name": name, "colour": colours[name]} for name in places]
            self.spans = _columns([(*times_of(one), places[one.speaker], one.text) for one in timed], SPANS)
            self.moments = _columns([], MOMENTS)
            self.length = meeting.length
            self.left_out = list(meeting.left_out)
            self.sound = 0 if found is None else self._recordings
            self.meeting += 1

    def mark(self, cuts: pd.DataFrame | None, asked: pd.DataFrame | None) -> None:
        """Show the interruptions and questions of these tables as moments, in order of time."""
        rows = [
            (
                *(row["start"], row["end"], row["kind"]),
                text(f"player.{row['kind']}", one=row["interrupter"], other=row["interrupted"]),
                *("interruptions", row["interrupter"]),
            )
            for row in ([] if cuts is None else records(cuts))
        ]
        rows += [
            (
                *(row["start"], row["end"], "question", f"{row['speaker']}: {figures.shorten(row['text'], QUOTE)}"),
                *("questions", row["speaker"]),
            )
            for row in ([] if asked is None else records(asked))
            if row["start"] == row["start"]  # without times there is nothing to play
        ]
        self.moments = _columns(sorted(rows), MOMENTS)

    def play(self, start: float, end: float | None = None) -> None:
        """Play from a second on, to another if one is given."""
        self._requests += 1
        self.request = {"start": start, "end": end, "n": self._requests}

    def _asked(self, _: object, content: dict[str, Any], __: object) -> None:
        """Heed the page: a correction, or a piece of the sound, for which the playback copy is made where there is none."""
        if self._on_correct is not None and isinstance(content.get("correct"), dict):
            self._on_correct(content["correct"])
            return
        wanted = content.get("want")
        if not isinstance(wanted, int) or self._recording is None:
            return
        with self._lock:
            copy, self._awaited = self._copy, self._copy is None
        if copy is not None:
            self._give(copy, wanted)
        else:
            self.send({"state": text("player.preparing")})
            self.prepare()

    def prepare(self) -> None:
        """Make the playback copy, if there is none yet, so that nobody waits for it at the first click."""
        if self._recording is not None and self._copy is None and (self._making is None or not self._making.is_alive()):
            self._making = threading.Thread(target=self._make, args=(self._recording,), daemon=True)
            self._making.start()

    def _make(self, recording: Path) -> None:
        from talkbalance.speech.playback import playable

        i18n.set_language(self._spoken)
        try:
            copy = playable(recording)
        except TalkbalanceError as error:
            if self._awaited:
                self.send({"failed": str(error)})
            return
        with self._lock:
            if recording != self._recording:
                return
            self._copy, awaited = copy, self._awaited
        if awaited:
            self._give(copy, 0)

    def _give(self, copy: Path, piece: int) -> None:
        from talkbalance.speech.playback import MIME

        with copy.open("rb") as sound:
            sound.seek(piece * PIECE)
            content = sound.read(PIECE)
        pieces = ceil(copy.stat().st_size / PIECE)
        self.send({"piece": piece, "of": pieces, "mime": MIME, "state": text("player.loading")}, [content])


def sound_of(file: Path) -> Path | None:
    """Return the recording that lies beside a transcript under the same name, if there is one.

    `call.meeting.json` and `call.vtt` belong to `call.mp4`.
    """
    stem = file.name.split(".")[0]
    return next((found for ending in SOUNDS if (found := file.with_name(stem + ending)).is_file()), None)


def _columns(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
