"""The explorer: the figures of a meeting, the moments behind each of them, and the meeting to listen to.

```
 tiles      share 47 % ▲ +2   cut in 4   response time 0.6 s …      every figure opens its moments
 player     lanes, sound, what was said                             the moments that are open are marked in it
 views      balance | interruptions | …       chart | moments      every moment plays
```
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import partial
from html import escape
from math import inf, isnan
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError, Unavailable
from talkbalance.i18n import Language, text
from talkbalance.language.meaning import available as meaning_available
from talkbalance.meeting import Meeting, clock
from talkbalance.review_queue import Doubt, doubts
from talkbalance.summary import summary
from talkbalance.uncertainty import minutes
from talkbalance.views import figures, tabs
from talkbalance.views.apart import beside
from talkbalance.views.controls import CutControls, QuestionControls
from talkbalance.views.figures import shorten
from talkbalance.views.listing import SHOWN, Actions, Listed, about, listing, titled
from talkbalance.views.moments import BEHIND, ORDERS, QUOTE, Key, Moment, Moments, of_side
from talkbalance.views.pane import Act, Pane
from talkbalance.views.player import AROUND, MOMENTS, Player
from talkbalance.views.tabs import TABS, Unsure
from talkbalance.views.tiles import Rows, change, changes, first_figures, rows_of, tiles
from talkbalance.views.writing import number, one_line, side_name

SETTLES = 0.25
"""Seconds without another change after which intervals are computed."""
SENT = 0.01
"""Seconds left to the thread that sends the headline figures before the rest is computed: they are seen so much earlier."""
RUNS = 200
"""How often the meeting is misheard anew for them."""
MARKED = 110
"""Characters of a moment that is marked in the player."""
JUDGED = ("interruptions", "questions", "backchannels")
"""Measures whose moments a person can say to be right or wrong."""
QUEUE = 30
"""Moments of the review queue that are listed."""

FIRST: Mapping[str, Act] = {
    "interruptions": {"do": "counted"},
    "questions": {"do": "chosen"},
    "responses": {"do": "open", "measure": "response_time", "side": ""},
    "stretches": {"do": "open", "measure": "longest_stretch", "side": ""},
    "uptake": {"do": "open", "measure": "uptake", "side": ""},
    "unsure": {"do": "queue"},
}
"""What a view lists when it is opened; the others keep the list that is there."""


def explore(meeting: Meeting, *, recording: Path | None = None, language: Language | None = None) -> "Explorer":
    """Return the explorer of a meeting; show it by naming it at the end of a cell.

    Parameters
    ----------
    meeting
        What is looked at.
    recording
        Its sound; by default the meeting's own, where that is at hand.
    language
        "de" or "en"; by default that of messages.

    Returns
    -------
    Explorer
        `page` is the widget, `summary` the table behind the figures.
    """
    return Explorer(meeting, recording=recording, language=language)


class Explorer:
    """The page of a meeting (`page`, a widget): headline figures, player, views, and the moments behind what was clicked.

    Parameters
    ----------
    meeting
        What is shown; another one follows with `show`.
    recording
        Its sound; by default the meeting's own.
    language
        "de" or "en"; by default that of messages.

    Attributes
    ----------
    player
        The player; its marks are the moments that are listed.
    actions
        Returns what else can be done with a listed moment, as HTML with `pane.act`; None for nothing.
    acts
        Called, one after the other, with every act that is not the explorer's own.
    """

    def __init__(self, meeting: Meeting | None = None, *, recording: Path | None = None, language: Language | None = None) -> None:
        self.spoken = language or i18n.language()
        self.meeting: Meeting | None = None
        self.actions: Actions | None = None
        self.acts: list[Callable[[Act], None]] = []
        self._before: Rows = {}
        self._rows: Rows = {}
        self._summary: pd.DataFrame | None = None
        self._settled = False
        self._unsure: Unsure | None = None
        self._tab = TABS[0]
        self._asked: Act = {}
        self._listed = Listed("")
        self._shown = SHOWN
        self._now: Key | None = None
        self._number = 0
        self._lock = threading.RLock()
        self._later: threading.Timer | None = None
        self._make()
        self._speaking(self._label)
        if meeting is not None:
            self.show(meeting, recording=recording)

    def _make(self) -> None:
        self.player = Player()
        self._head, self._bar, self._body, self._list = (Pane(on_act=self._act) for _ in range(4))
        self.cuts = CutControls(partial(self._speaking, self._chosen))
        self.questions = QuestionControls(partial(self._speaking, self._chosen))
        self._controls = {"interruptions": self.cuts.box, "questions": self.questions.box}
        self._body.add_class("tb-body")
        self._list.add_class("tb-list")
        light, dark = figures.palette(figures.LIGHT), figures.palette(figures.DARK)
        wide = ".tb-explorer{max-width:1180px}.tb-explorer .tb-player{max-width:none}"
        style = f'{wide}.tb-explorer{{{light}}}[data-jp-theme-light="false"] .tb-explorer{{{dark}}}'
        below = widgets.HBox([self._body, self._list], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
        self._parts = [self.player, self._bar, below]
        above = [widgets.HTML(f"<style>{style}</style>"), self._head, self.player, self._bar]
        self.page = widgets.VBox([*above, *self._controls.values(), below])
        self.page.add_class("tb-explorer")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.page)  # type: ignore[no-untyped-call]

    def _speaking(self, do: Callable[..., None], *given: object) -> None:
        """Do something in the language of the page: a callback, or a thread, runs where another may be set."""
        context = copy_context()
        context.run(i18n.set_language, self.spoken)
        with self._lock:
            context.run(do, *given)

    @property
    def summary(self) -> pd.DataFrame | None:
        """The summary of the meeting; without intervals from chance until those are there, None without a meeting."""
        if self._summary is None and self.meeting is not None:
            self._summary = summary(self.meeting, runs=0)
        return self._summary

    @property
    def figures(self) -> Rows:
        """The figures that are shown, by measure and side: the headlines until the others are computed."""
        return dict(self._rows)

    @property
    def listed(self) -> tuple[Moment, ...]:
        """The moments behind what was clicked last."""
        return self._listed.moments

    # ------------------------------------------------------------------------------------------ which meeting

    def show(self, meeting: Meeting, *, recording: Path | None = None, before: pd.DataFrame | Rows | None = None) -> None:
        """Show a meeting: first its headline figures, then the rest; intervals follow when they are computed.

        Parameters
        ----------
        recording
            Its sound; by default the meeting's own.
        before
            A summary of the meeting as it was, or its `figures`: figures then show how they have changed.
        """
        with self._lock:
            self.meeting = meeting
            self._before = rows_of(before) if isinstance(before, pd.DataFrame) else before or {}
            self._known = Moments(meeting)
            self._speaking(self._begin, meeting)
            self._speaking(self._show, meeting, recording)

    def _begin(self, meeting: Meeting) -> None:
        """Show the headline figures; what was computed of another meeting, or in another language, is let go."""
        if self._later is not None:
            self._later.cancel()
        self._number += 1
        self._summary, self._unsure, self._settled = None, None, False
        beside().let_go()
        self._rows = first_figures(meeting)
        self._draw_head()
        time.sleep(SENT)
        self._later = threading.Timer(SETTLES, self._settle, (self._number, meeting))
        self._later.daemon = True
        self._later.start()

    def _show(self, meeting: Meeting, recording: Path | None) -> None:
        self.player.show(meeting, recording=recording)
        self.questions.label(meeting)
        self._draw_view()
        self._open(self._asked)
        self._look_for_doubt()

    def _settle(self, number_: int, meeting: Meeting) -> None:
        """Compute the whole summary, then its intervals, beside the page, for as long as the meeting is the one that is shown."""
        i18n.set_language(self.spoken)  # a thread begins without one
        for runs, meaning in ((0, False), (RUNS, meaning_available())):
            found = beside().do(self._shows(number_), summary, meeting, runs=runs, meaning=meaning)
            if found is not None:
                self._speaking(self._arrived, number_, found, bool(runs))

    def _shows(self, number_: int) -> Callable[[], bool]:
        """Return what tells whether a meeting is still the one that is shown."""
        return lambda: number_ == self._number

    def _arrived(self, number_: int, found: pd.DataFrame, settled: bool) -> None:
        if number_ != self._number:
            return
        self._summary, self._rows, self._settled = found, rows_of(found), settled
        self._draw_head()
        if self._tab in ("signs", "unsure"):
            self._draw_view()
        if self._asked.get("do") == "open":
            self._open(self._asked, again=True)

    def wait(self) -> None:
        """Wait until the intervals are there."""
        if self._later is not None:
            self._later.join()

    def label(self) -> None:
        """Write everything in the language of messages as it is now."""
        changed, self.spoken = self.spoken != i18n.language(), i18n.language()
        self._speaking(self._label)
        if self.meeting is not None:
            if changed:
                self._speaking(self._begin, self.meeting)
            self._speaking(self._relabel)

    def _label(self) -> None:
        self.player.label()
        self.cuts.label()
        self.questions.label(self.meeting)
        if self.meeting is None:
            self._head.html = f'<p class="tb-note">{escape(text("explorer.nothing"))}</p>'
        self._draw_bar()

    def _relabel(self) -> None:
        self._draw_head()
        self._draw_view()
        self._open(self._asked, again=True)
        self._look_for_doubt()

    # ------------------------------------------------------------------------------------------ what is seen

    def _draw_head(self) -> None:
        if self.meeting is None:
            return
        self._head.html = tiles(self.meeting, self._rows, self._before, settled=self._settled)
        if said := changes(self._rows, self._before):
            self._head.status = ". ".join(said)
        self._draw_bar()

    def _draw_bar(self) -> None:
        self._bar.html = tabs.bar(self._tab)
        for part in self._parts:
            part.layout.display = None if self.meeting is not None else "none"
        for tab, box in self._controls.items():
            box.layout.display = None if self.meeting is not None and tab == self._tab else "none"

    def _draw_view(self) -> None:
        try:
            self._body.html = self._view()
        except Unavailable as error:
            self._body.html = tabs.reason(error)

    def _view(self) -> str:
        """Return the chosen view; nothing of the others is computed."""
        known = self._known
        views: Mapping[str, Callable[[], str]] = {
            "balance": lambda: tabs.balance(known),
            "interruptions": lambda: tabs.interruptions(known, self.cuts.found(known), self.cuts.said()),
            "questions": lambda: tabs.questions(known, self.questions.found(known)),
            "responses": lambda: tabs.responses(known),
            "stretches": lambda: tabs.stretches(known),
            "uptake": lambda: tabs.uptake(known),
            "signs": lambda: tabs.signs(known.meeting, rows_of(self.summary), self._before),
            "unsure": lambda: tabs.unsure(known.meeting, self._unsure, self._rows),
        }
        return views[self._tab]()

    def _chosen(self) -> None:
        """Follow the controls at once."""
        if self.meeting is None:
            return
        self._draw_view()
        self._open(FIRST[self._tab])

    # ------------------------------------------------------------------------------------------ what is done

    def _act(self, given: Act) -> None:
        self._speaking(self._do, given)

    def _do(self, given: Act) -> None:
        """Do what was clicked; what comes from the page and makes no sense is left alone."""
        do = given.get("do")
        if self.meeting is None or not isinstance(do, str):
            return
        if do == "tab" and given.get("tab") in TABS:
            self._choose(str(given["tab"]))
        elif do == "play":
            self._play(given.get("i"))
        elif do == "more":
            self._shown += SHOWN
            self._draw_list()
        elif do in self._lists:
            self._open(given)
            self._list.bring()
        else:
            for heed in self.acts:
                heed(given)

    def _choose(self, tab: str) -> None:
        self._tab = tab
        self._draw_bar()
        self._draw_view()
        if tab in FIRST:
            self._open(FIRST[tab])
        self._look_for_doubt()

    def _look_for_doubt(self) -> None:
        """Begin to look for what makes the figures unsure, where somebody wants to see it."""
        if self._tab == "unsure" and self._unsure is None and self.meeting is not None:
            threading.Thread(target=self._doubt, args=(self._number, self.meeting), daemon=True).start()

    def _doubt(self, number_: int, meeting: Meeting) -> None:
        """Look for what makes the figures unsure; that takes a second or two."""
        i18n.set_language(self.spoken)
        queue = beside().do(self._shows(number_), doubts, meeting, most=QUEUE)
        moved = beside().do(self._shows(number_), minutes, meeting)
        if queue is not None and moved is not None:
            self._speaking(self._doubted, number_, Unsure(moved, [doubt for doubt, _ in queue]))

    def _doubted(self, number_: int, found: Unsure) -> None:
        if number_ == self._number:
            self._unsure = found
            if self._tab == "unsure":
                self._draw_view()
                self._open(FIRST["unsure"])

    def _play(self, place: object) -> None:
        if not isinstance(place, int) or not 0 <= place < len(self.listed) or self.meeting is None:
            return
        moment = self.listed[place]
        if moment.timed:
            self._now = moment.key
            self.player.play(max(0.0, moment.start - AROUND), min(self.meeting.length, moment.end + AROUND))
            self._draw_list()

    # ------------------------------------------------------------------------------------------ the moments

    def _open(self, asked: Act, *, again: bool = False) -> None:
        """List the moments behind an act, and mark them in the player."""
        if not again or asked != self._asked:
            self._shown = SHOWN
        self._asked = asked
        try:
            self._listed = self._lists[asked["do"]](asked) if asked else Listed("")
        except Unavailable as error:
            self._listed = Listed(text("explorer.moments"), reason=str(error))
        except (KeyError, TypeError, ValueError, TalkbalanceError):
            return  # the page asked for something there is not
        self._draw_list()
        self._mark()

    @property
    def _lists(self) -> Mapping[object, Callable[[Act], Listed]]:
        return {
            "open": self._behind,
            "between": self._between,
            "pair": self._pair,
            "offsets": self._offsets,
            "kind": self._kind,
            "counted": self._counted,
            "chosen": self._asked_for,
            "queue": self._queue,
        }

    def _draw_list(self) -> None:
        if self.meeting is None:
            return
        if not self._listed.title:
            self._list.html = f"<h4>{escape(text('explorer.moments'))}</h4>{tabs.note(text('explorer.moments_hint'))}"
            return
        sound = bool(self.player.sound)
        self._list.html = listing(self.meeting, self._listed, shown=self._shown, sound=sound, actions=self.actions, now=self._now)

    def redraw(self) -> None:
        """List the same moments again, when `actions` has something else to say."""
        self._speaking(self._draw_list)

    def _mark(self) -> None:
        """Mark in the player what is listed; what was counted, as long as nothing is."""
        if not self._listed.title:
            with_cuts, with_questions = self._default_marks()
            self.player.mark(with_cuts, with_questions)
            return
        shown = sorted((one for one in self.listed[: self._shown] if one.timed), key=lambda one: one.start)
        rows = [_marked(one) for one in shown]
        self.player.moments = {name: [row[place] for row in rows] for place, name in enumerate(MOMENTS)}
        self.player.labels = {**self.player.labels, "moments": self._listed.title}

    def _default_marks(self) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
        return _known_or_none(lambda: self._known.likely), _known_or_none(lambda: self._known.asked)

    def _behind(self, asked: Act) -> Listed:
        measure, side = str(asked["measure"]), str(asked["side"])
        if measure not in BEHIND:
            raise KeyError(measure)
        row = self._rows.get((measure, side)) or rows_of(self.summary).get((measure, side))
        title = titled(row) if row is not None else text(f"measures.{measure}")
        if row is not None and not row["available"]:
            return Listed(title, reason=str(row["reason"]))
        told = about(row, change(row, self._before.get((measure, side)))[1]) if row is not None else ""
        at = asked.get("at")
        found = self._known.behind(measure, side)
        if at is not None:  # the one that was pointed at is shown, whatever its place
            found = tuple(sorted(found, key=lambda moment: moment.key[2] != at))
        order = text(f"explorer.order_{ORDERS[measure]}") if measure in ORDERS else ""
        return Listed(title, found, told, order, at=int(at) if at is not None else None)

    def _between(self, asked: Act) -> Listed:
        start, end = float(asked["start"]), float(asked["end"])
        title = text("explorer.where_between", start=clock(start), end=clock(end))
        return Listed(title, self._known.between(start, end))

    def _pair(self, asked: Act) -> Listed:
        one, other = str(asked["one"]), str(asked["other"])
        found = self.cuts.found(self._known)
        found = found[(found["interrupter"] == one) & (found["interrupted"] == other)]
        return Listed(text("explorer.where_pair", one=one, other=other), tuple(self._known.cuts(found)))

    def _offsets(self, asked: Act) -> Listed:
        side, low, high = str(asked["side"]), asked["low"], asked["high"]
        found = self._known.responses
        found = of_side(found[found["side_from"] != found["side_to"]], side, "side_to")
        low_, high_ = -inf if low is None else float(low), inf if high is None else float(high)
        found = found[(found["offset"] >= low_) & (found["offset"] < high_)]
        said = [
            text(f"explorer.{word}") if end is None else f"{number(end, 2)}\u00a0s"
            for end, word in ((low, "earliest"), (high, "latest"))
        ]
        title = text("explorer.where_offsets", side=side_name(side), low=said[0], high=said[1])
        return Listed(title, tuple(self._known.passed(found)))

    def _kind(self, asked: Act) -> Listed:
        side, kind = str(asked["side"]), str(asked["kind"])
        found = self.questions.found(self._known)
        found = of_side(found, side)
        title = f"{text(f'explain.kind_{kind}')} · {side_name(side)}"
        return Listed(title, tuple(self._known.questions(found[found["kind"] == kind])))

    def _counted(self, _: Act) -> Listed:
        found = self.cuts.found(self._known)
        return Listed(text("explorer.where_counted"), tuple(self._known.cuts(found)))

    def _asked_for(self, _: Act) -> Listed:
        found = self.questions.found(self._known)
        return Listed(text("explorer.where_questions"), tuple(self._known.questions(found)))

    def _queue(self, _: Act) -> Listed:
        title = text("explorer.unsure_queue")
        if self._unsure is None:
            return Listed(title, reason=text("explorer.computing"))
        found = (
            Moment(doubt.measure, doubt.speaker, doubt.start, doubt.end, self._to_check(doubt), (doubt.question,))
            for doubt in self._unsure.queue
        )
        return Listed(title, tuple(found), tabs.note(text("explorer.unsure_queue_note")))

    def _to_check(self, doubt: Doubt) -> tuple[tuple[str, str], ...]:
        """Return what is said where something is to be checked; a question quotes its words itself."""
        if doubt.measure == "questions" or isnan(doubt.start):
            return ()
        heard = self._known.heard(doubt.start, max(doubt.end, doubt.start + AROUND))
        return tuple((one.speaker, shorten(one_line(one.text), QUOTE)) for one in heard[:2] if one.text)


def _known_or_none(of: Callable[[], pd.DataFrame]) -> pd.DataFrame | None:
    try:
        return of()
    except Unavailable:
        return None


def _marked(one: Moment) -> tuple[float, float, str, str, str, str]:
    """Return a moment as the player takes them; only what can be judged there carries its measure."""
    words = next((said for who, said in one.said if who in (one.speaker, "")), "")
    told = text(f"player.{one.kind}", one=one.speaker, other=one.to) if one.kind else " ".join(filter(None, (*one.notes, words)))
    named = told if one.kind or not one.speaker else f"{side_name(one.speaker)}: {told}"
    return (
        one.start,
        one.end,
        one.kind or "question",
        shorten(named, MARKED),
        one.measure if one.measure in JUDGED else "",
        one.speaker,
    )
