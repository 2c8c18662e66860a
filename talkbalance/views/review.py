"""The page on which a meeting is reviewed: open it, say who is who, see and hear the figures, correct them, take the report away.

```
 opening     a file, or a sample                      opening.py
 people      who sits on which side                   people.py
 explorer    figures, player, moments                 explorer.py
 correcting  what to check, what was corrected        correcting.py
 saving      report, pictures, corrected meeting      saving.py
```

Every correction is one line of a log beside the file; the meeting itself stays as it was heard.
"""

import getpass
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from talkbalance import i18n
from talkbalance.corrections import Correction, Log, corrected, log_beside
from talkbalance.errors import ImpossibleCorrection, TalkbalanceError, UnreadableFile
from talkbalance.i18n import Language, text
from talkbalance.meeting import Check, Meeting, clock, times_of
from talkbalance.views.correcting import MEASURES, Correcting
from talkbalance.views.drop import nothing
from talkbalance.views.explorer import Explorer
from talkbalance.views.moments import Moment
from talkbalance.views.opening import SOUND, Opened, Opening
from talkbalance.views.page import Page, heading, shown, style
from talkbalance.views.pane import Act, act
from talkbalance.views.people import People
from talkbalance.views.saving import Saving

HEARD = ("interruptions", "questions", "reflections", "dismissals", "pitch_runs", "callback_rate")
"""Measures whose moments can be heard in a report."""


def review(
    meeting: Meeting | None = None,
    *,
    samples: str | Path | None = None,
    language: Language | None = None,
    open_sample: bool = True,
) -> "Review":
    """Return the page; show it by naming it at the end of a cell.

    Parameters
    ----------
    meeting
        The meeting to begin with; its corrections are kept in memory only.
    samples
        The folder of the sample meetings; by default `samples` here or one folder up.
    language
        "de" or "en"; by default the system's. The page has a switch.
    open_sample
        Whether the first sample is opened where no meeting is given.
    """
    page = Review(_samples(samples), language or i18n.language())
    if meeting is not None:
        page.show(meeting)
    elif page.samples and open_sample:
        page.open(page.samples[0])
    else:
        page.say(text("review.nothing"))
    return page


def _samples(folder: str | Path | None) -> list[Path]:
    """Return the samples: the ready ones first, then the recordings, to be heard anew."""
    places = [Path(folder)] if folder is not None else [Path("samples"), Path("..") / "samples"]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        return []
    files = sorted(found.iterdir())
    ready = [file for file in files if file.name.endswith(".meeting.json")]
    return ready + [file for file in files if file.suffix.lower() in SOUND or file.suffix.lower() == ".vtt"]


class Review(Page):
    """The page (`page`, a widget) and what it shows.

    Attributes
    ----------
    meeting
        The meeting with every correction made; None where none is open.
    log
        Its corrections.
    opening, people, explorer, correcting, saving
        The parts of the page.
    """

    def __init__(self, samples: list[Path], language: Language) -> None:
        super().__init__(language)
        self.samples = samples
        self.log = Log()
        self._steps: list[Meeting] = []
        self._recording: Path | None = None
        self._chosen: set[tuple[str, str, int]] = set()
        self._done: Callable[[], None] = nothing
        self.language_switch = widgets.ToggleButtons(options=[("Deutsch", "de"), ("English", "en")], value=language)
        self.opening = Opening(self, samples, self._show_opened)
        self.explorer = Explorer(language=language)
        self.explorer.player.let_correct(self._from_page)
        self.explorer.actions = self._actions
        self.explorer.acts.append(self._act)
        self.people = People(self, self.correct, self._listen)
        self.correcting = Correcting(lambda one: self._try(one.do, one.on, one.value), self.undo, self._listen)
        self.saving = Saving(lambda: self.meeting, lambda: self._recording, lambda: frozenset(self._chosen))
        self.title, self.sides_title = widgets.HTML(), widgets.HTML()
        self._parts: list[Any] = [
            *(self.title, self.sides_title, self.people.part, self.explorer.page, self.correcting.part, self.saving.part)
        ]
        self.page.children = [style(), self.language_switch, self.opening.part, *self._parts]
        self.language_switch.observe(self.heeded(self._switch), "value")
        self._label()

    @property
    def meeting(self) -> Meeting | None:
        """The meeting as it stands."""
        return self._steps[-1] if self._steps else None

    @property
    def busy(self) -> bool:
        """Whether a recording is being heard."""
        return self.opening.busy

    # ------------------------------------------------------------------------------------------ language

    def _switch(self) -> None:
        self._language = self.language_switch.value
        i18n.set_language(self._language)
        self._label()
        if self.meeting is None:
            self.say(text("review.nothing"))

    def _label(self) -> None:
        """Write every label in the language of the page; nothing is computed anew by that."""
        self.sides_title.value = heading(text("review.sides"))
        for part in (self.opening, self.people, self.explorer, self.correcting, self.saving):
            part.label()
        self._entitle()
        for widget in self._parts:
            shown(widget, when=self.meeting is not None)

    def _entitle(self) -> None:
        """Say which meeting is open."""
        if self.meeting is not None:
            file = self.meeting.source.file
            parts = [clock(self.meeting.length) if self.meeting.timed else "", file if file != self.meeting.title else ""]
            known = " · ".join(filter(None, parts))
            name = escape(self.meeting.title or file or text("review.untitled"))
            self.title.value = f'<h2>{name} <small class="tb-soft">{escape(known)}</small></h2>'

    # ------------------------------------------------------------------------------------------ which meeting

    def open(self, file: Path) -> None:
        """Open a transcript, or hear a recording in the background."""
        self.opening.open(file)

    def show(self, meeting: Meeting, *, recording: Path | None = None) -> None:
        """Show a meeting; its corrections are kept in memory only."""
        self._show(meeting, Log(), recording or meeting.recording, nothing)

    def _show_opened(self, opened: Opened) -> None:
        """Show what was opened, with the corrections that lie beside it."""
        path = log_beside(opened.file) if opened.kept else None
        try:
            log, steps = _replayed(opened.meeting, path)
        except (ImpossibleCorrection, UnreadableFile) as error:
            log, steps = Log(), [opened.meeting]
            self.say(text("correcting.unreplayed", name=path.name if path else "", why=str(error)), wrong=True)
        self._show(opened.meeting, log, opened.recording, opened.done, steps)
        self.explorer.player.prepare()

    def _show(
        self, meeting: Meeting, log: Log, recording: Path | None, done: Callable[[], None], steps: list[Meeting] | None = None
    ) -> None:
        self._done()
        self._done, self.log = done, log
        self._steps = steps or [meeting]
        self._chosen.clear()
        self.opening.drop.compact = True
        self._entitle()
        self._recording = recording if recording is not None and recording.is_file() else None
        for widget in self._parts:
            shown(widget, when=True)
        self._refresh(before=False)

    def _refresh(self, *, before: bool = True) -> None:
        """Show the meeting as it stands; figures say how they have changed."""
        meeting = self.meeting
        if meeting is None:
            return
        earlier = self.explorer.figures if before else None
        self.explorer.show(meeting, recording=self._recording, before=earlier)
        self.people.show(meeting)
        self.correcting.show(meeting, tuple(self.log), self.log.path.name if self.log.path and len(self.log) else "")
        self.saving.label()

    # ------------------------------------------------------------------------------------------ corrections

    def correct(self, correction: Correction) -> None:
        """Make a correction: it is in the log before its figures are shown.

        Raises
        ------
        ImpossibleCorrection
            Where it speaks of something that is not there; nothing is changed then.
        """
        if self.meeting is None:
            return
        made = replace(correction, who=correction.who or _user())
        if made.do == "merge":
            self._mention_overlaps(self.meeting, made)
        step = corrected(self.meeting, made)
        self.log.add(made)
        self._steps.append(step)
        self._refresh()

    def undo(self) -> None:
        """Take the last correction back."""
        if len(self._steps) > 1 and self.log.undo() is not None:
            self._steps.pop()
            self.say("")
            self._refresh()

    def _mention_overlaps(self, meeting: Meeting, made: Correction) -> None:
        """Say where voices that become one person speak at once: then they may be two after all."""
        one, other = (str(name) for name in (*made.on, made.value)[:2])
        own = [times_of(u) for u in meeting.utterances if u.speaker == one and u.start is not None]
        theirs = [times_of(u) for u in meeting.utterances if u.speaker == other and u.start is not None]
        at_once = sum(min(b, d) > max(a, c) for a, b in own for c, d in theirs)
        self.say(text("correcting.overlap", one=one, other=other, n=at_once) if at_once else "")

    def _from_page(self, sent: dict[str, Any]) -> None:
        """Make a correction that somebody made in the player."""
        self._try(sent.get("do"), sent.get("on"), sent.get("value"))

    def _act(self, given: Act) -> None:
        """Heed what somebody said of a listed moment: that it counts, or not, or that it is to be heard in the report."""
        if given.get("do") == "judge":
            self._try(given.get("what"), given.get("on"), None)
        elif given.get("do") == "choose" and isinstance(given.get("start"), int):
            self._chosen ^= {(str(given.get("measure")), str(given.get("speaker")), int(given["start"]))}
            self.explorer.redraw()

    def _try(self, do: object, on: object, value: object) -> None:
        """Make a correction the page sent, which is not to be trusted: what makes no sense is said and left."""
        i18n.set_language(self.spoken)
        self.say("")
        try:
            self.correct(Correction(do, on, value))  # type: ignore[arg-type]  # checked there
        except TalkbalanceError as error:
            self.say(str(error), wrong=True)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            self.say(text("review.trouble", kind=type(error).__name__, what=str(error)[:200]), wrong=True)

    def _actions(self, moment: Moment) -> str:
        """Return what else can be done with a listed moment: say that it counts or does not, and keep it for the report."""
        measure, speaker, start = moment.key
        if start is None or self.meeting is None:
            return ""
        on = {"measure": measure, "speaker": speaker, "start": start}
        found = []
        if measure in MEASURES:
            judged = (("add", "✓", "player.right"), ("reject", "✗", "player.wrong"))
            found = [_button(sign, text(words), do="judge", what=what, on=on) for what, sign, words in judged]
        if measure in HEARD and self._recording is not None:
            star = "★" if (measure, speaker, start) in self._chosen else "☆"
            found.append(_button(star, text("saving.choose"), do="choose", **on))
        checked = _checked(self.meeting, measure, speaker, start)
        if checked is not None:
            known = text("correcting.checked_yes" if checked.holds else "correcting.checked_no")
            found.append(f'<span class="tb-soft">{escape(known)}</span>')
        return "".join(found)

    def _listen(self, start: float, end: float) -> None:
        self.explorer.player.play(start, end)


def _button(sign: str, words: str, **what: object) -> str:
    words = escape(words)
    return f'<button type="button" {act(**what)} title="{words}" aria-label="{words}">{sign}</button>'


def _replayed(meeting: Meeting, path: Path | None) -> tuple[Log, list[Meeting]]:
    """Return the log that lies beside a meeting, and the meeting after each of its lines."""
    log, steps = Log(path), [meeting]
    for number, line in enumerate(log, 1):
        try:
            steps.append(corrected(steps[-1], line))
        except (TypeError, KeyError, ValueError) as error:
            raise ImpossibleCorrection("corrections.line", number=number, why=str(error)) from None
    return log, steps


def _checked(meeting: Meeting, measure: str, speaker: str, start: int) -> Check | None:
    """Return what a person said of a moment, if anybody did."""
    for utterance in meeting.utterances:
        for check in utterance.checks:
            if check.measure != measure:
                continue
            own = check.by == speaker if measure == "interruptions" else utterance.speaker == speaker
            at = check.start if check.start is not None else utterance.start
            near = utterance.start is not None and utterance.start * 1000 <= start + 5000 and times_of(utterance)[1] * 1000 >= start
            if own and (near if measure == "interruptions" else at is not None and round(at * 1000) == start):
                return check
    return None


def _user() -> str:
    """Return who is at the machine, for the log; "" where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
