"""What is to be checked, and what was corrected: one question after the other, and the log with its undo."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from html import escape
from math import isnan
from typing import Any

import ipywidgets as widgets

from talkbalance import i18n
from talkbalance.corrections import Correction
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.review_queue import Doubt, doubts
from talkbalance.views.pane import Act, Pane, act
from talkbalance.views.player import AROUND
from talkbalance.views.writing import side_name

ASKED = 20
"""Moments that are asked about, before it is computed anew which ones matter."""
LISTED = 8
"""Corrections that are listed, the last ones."""
YES, NO = "add", "reject"


class Correcting:
    """The part of a page on which corrections are asked for and taken back (`part`).

    Parameters
    ----------
    correct
        Called with every correction.
    undo
        Takes the last one back.
    listen
        Plays from a second to another.
    """

    def __init__(
        self, correct: Callable[[Correction], None], undo: Callable[[], None], listen: Callable[[float, float], None]
    ) -> None:
        self._correct = correct
        self._undo = undo
        self._listen = listen
        self._meeting: Meeting | None = None
        self._made: Sequence[Correction] = ()
        self._where = ""
        self._open: list[Doubt] | None = None
        self._at = 0
        self._spoken = i18n.language()
        self._looking: threading.Thread | None = None
        self.asking = Pane(on_act=self._act)
        self.log = Pane(on_act=self._act)
        self.part = widgets.VBox([self.asking, self.log])

    def show(self, meeting: Meeting, made: Sequence[Correction], where: str) -> None:
        """Show a meeting and what was corrected in it.

        Parameters
        ----------
        where
            The name of the file the corrections are kept in, "" where they are not.
        """
        if self._meeting is None or meeting.details.id != self._meeting.details.id or not made:
            self._open, self._at = None, 0
        self._meeting, self._made, self._where = meeting, made, where
        self.label()

    def label(self) -> None:
        """Write everything in the language of the page."""
        self._spoken = i18n.language()
        self.asking.html = "".join(self._question())
        self.log.html = "".join(self._corrections())

    # ------------------------------------------------------------------------------------------ what to check

    def _question(self) -> Iterator[str]:
        if self._meeting is None or not self._meeting.timed:
            return
        yield f"<h4>{escape(text('correcting.title'))}</h4>"
        if self._open is None:
            busy = self._looking is not None and self._looking.is_alive()
            said = text("correcting.looking") if busy else text("correcting.hint")
            yield f'<p class="tb-soft">{escape(said)}</p>'
            if not busy:
                yield f'<button type="button" {act(do="ask")}>{escape(text("correcting.ask"))}</button>'
            return
        if self._at >= len(self._open):
            yield f'<p class="tb-soft">{escape(text("correcting.done"))}</p>'
            yield f'<button type="button" {act(do="ask")}>{escape(text("correcting.again"))}</button>'
            return
        doubt = self._open[self._at]
        number = text("correcting.number", number=self._at + 1, of=len(self._open), measure=text(f"measures.{doubt.measure}"))
        yield f'<p><b>{escape(doubt.question)}</b> <span class="tb-soft">{escape(number)}</span></p><p class="tb-actions">'
        yield f'<button type="button" class="tb-play" {act(do="hear")}>▶ {clock(doubt.start)}</button>'
        yield from (
            f'<button type="button" {act(do="answer", answer=answer, at=self._at)}>{escape(words)}</button>'
            for answer, words in self._answers(self._meeting, doubt)
        )
        yield f'<button type="button" class="tb-link" {act(do="skip")}>{escape(text("correcting.skip"))}</button></p>'

    @staticmethod
    def _answers(meeting: Meeting, doubt: Doubt) -> list[tuple[str, str]]:
        if doubt.measure == "share":
            people = [speaker.name for speaker in meeting.speakers]
            return [*((name, name) for name in people), ("", text("player.nobody"))]
        return [(YES, text("explorer.yes")), (NO, text("explorer.no"))]

    def _act(self, given: Act) -> None:
        i18n.set_language(self._spoken)
        do = given.get("do")
        if do == "ask":
            self._ask()
        elif do == "undo":
            self._undo()
        elif self._open is not None and self._at < len(self._open):
            self._heed(do, given, self._open[self._at])

    def _heed(self, do: object, given: Act, doubt: Doubt) -> None:
        if do == "hear":
            self._listen(max(0.0, doubt.start - AROUND), doubt.end + AROUND)
        elif do == "skip":
            self._at += 1
            self.label()
        elif do == "answer" and given.get("at") == self._at and self._meeting is not None:
            answer = str(given.get("answer"))
            if answer in dict(self._answers(self._meeting, doubt)):
                self._at += 1
                self._correct(_answered(doubt, answer))

    def _ask(self) -> None:
        """Find out what matters most; that takes a second or two, and the page goes on meanwhile."""
        if self._meeting is None or (self._looking is not None and self._looking.is_alive()):
            return
        self._open = None
        context = copy_context()
        self._looking = threading.Thread(target=context.run, args=(self._look, self._meeting), daemon=True)
        self._looking.start()
        self.label()

    def _look(self, meeting: Meeting) -> None:
        i18n.set_language(self._spoken)
        found = [doubt for doubt, _ in doubts(meeting, most=ASKED) if not isnan(doubt.start)]
        if self._meeting is not None and meeting.details.id == self._meeting.details.id:
            self._open, self._at = found, 0
            self.label()

    def wait(self) -> None:
        """Wait until the questions are there."""
        if self._looking is not None:
            self._looking.join()

    # ------------------------------------------------------------------------------------------ what was corrected

    def _corrections(self) -> Iterator[str]:
        yield f"<h4>{escape(text('correcting.log', n=len(self._made)))}</h4>"
        if not self._made:
            yield f'<p class="tb-soft">{escape(text("correcting.none"))}</p>'
            return
        yield f'<p class="tb-actions"><button type="button" {act(do="undo")}>{escape(text("correcting.undo"))}</button></p>'
        yield '<ol class="tb-made" reversed>'
        yield from (f"<li>{escape(told(one))}</li>" for one in reversed(self._made[-LISTED:]))
        yield "</ol>"
        if self._where:
            yield f'<p class="tb-soft">{escape(text("correcting.where", name=self._where))}</p>'


def _answered(doubt: Doubt, answer: str) -> Correction:
    moment = {"speaker": doubt.speaker, "start": round(doubt.start * 1000)}
    if doubt.measure == "share":
        return Correction("reassign", moment, answer)
    return Correction("add" if answer == YES else "reject", {"measure": doubt.measure, **moment})


def told(one: Correction) -> str:
    """Return a correction in words."""
    on: dict[str, Any] = one.on if isinstance(one.on, dict) else {}
    start, end = (clock(on[name] / 1000) if isinstance(on.get(name), int | float) else "?" for name in ("start", "end"))
    value = side_name(str(one.value)) if one.do == "side" and one.value else str(one.value or "–")
    measure = text(f"correcting.a_{on['measure']}") if on.get("measure") in MEASURES else ""
    who = ", ".join(map(str, one.on)) if isinstance(one.on, list) else str(on.get("speaker", one.on))
    return text(f"correcting.{one.do}", who=who, value=value, start=start, end=end, measure=measure)


MEASURES = ("interruptions", "questions", "backchannels")
