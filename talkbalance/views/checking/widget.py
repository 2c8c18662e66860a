"""The page on which a stretch is judged by hand: one candidate after the other, and a button for what the list lacks."""

from collections.abc import Mapping
from html import escape
from math import isnan
from pathlib import Path
from typing import Any, cast

import ipywidgets as widgets
import pandas as pd

from talkbalance.errors import Unavailable, UnreadableFile
from talkbalance.frames import records
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting, clock
from talkbalance.views.checking.cases import MEASURES, RESULTS, Answer, Case, Judged, Judgements, cases, results
from talkbalance.views.checking.here import Here
from talkbalance.views.kept import Notes, opened
from talkbalance.views.page import WIDE, Page, note, row, small_player, soft, style
from talkbalance.views.player import sound_of
from talkbalance.views.writing import NOTHING, number, percent, side_name

STRETCH = 600.0
"""Seconds that are judged: the first ten minutes."""
BEFORE, AFTER = 5.0, 3.0
"""Seconds played before a candidate and after it."""
SAME = 1.0
"""Seconds from a candidate within which what somebody heard is that candidate."""
ANSWERS: tuple[Answer, ...] = ("yes", "no", "unsure")


def check(
    file: str | Path,
    *,
    recording: str | Path | None = None,
    stretch: tuple[float, float] = (0.0, STRETCH),
    labels: str | Path = "labels.json",
    language: Language | None = None,
) -> "Check":
    """Return the page; show it by naming it at the end of a cell.

    Parameters
    ----------
    file
        The meeting, in any known format, with times. Of corrections beside it only names and sides are taken.
    recording
        Its sound; by default the one that lies beside it under the same name.
    stretch
        From which second to which it is judged.
    labels
        The file in which what was judged is kept.
    language
        "de" or "en"; by default the system's. The page has a switch.

    Raises
    ------
    UnreadableFile
        Where the meeting cannot be read.
    Unavailable
        Where it has no times.
    """
    path = Path(file)
    sound = sound_of(path) if recording is None else Path(recording)
    return Check(opened(path, names_only=True), sound, stretch, Notes(Path(labels)), language)


class Check(Page):
    """The page, and what was judged on it: `results()` as a table."""

    def __init__(
        self, meeting: Meeting, sound: Path | None, stretch: tuple[float, float], labels: Notes, language: Language | None
    ) -> None:
        super().__init__(language)
        if not meeting.timed:
            raise Unavailable("unavailable.no_times")
        self.meeting, self.labels = meeting, labels
        self.found: tuple[Case, ...] = ()
        self._known: dict[tuple[Judged, float, float], tuple[Case, ...]] = {}
        self.reason, self.place, self.opened = "", 0, False
        self._make(stretch)
        self.player.show(meeting, recording=sound)
        self._label()
        self._connect()
        self._choose()

    @property
    def spoken(self) -> Language:
        """The language of the page."""
        switched: Language = self.switch.value if hasattr(self, "switch") else self._language
        return switched

    @property
    def measure(self) -> Judged:
        """What is judged now."""
        return cast("Judged", self.what.value)

    # ------------------------------------------------------------------------------------------ the parts of the page

    def _make(self, stretch: tuple[float, float]) -> None:
        last = max(1.0, self.meeting.length)
        self.switch = widgets.ToggleButtons(options=[("Deutsch", "de"), ("English", "en")], value=self._language)
        self.what = widgets.ToggleButtons(options=list(MEASURES), value=MEASURES[0], style={"button_width": "auto"})
        self.stretch = widgets.FloatRangeSlider(
            value=(min(stretch[0], last), min(stretch[1], last)),
            min=0,
            max=last,
            step=1,
            readout=False,
            continuous_update=False,
            style=WIDE,
            layout=widgets.Layout(width="560px"),
        )
        self.times, self.player = widgets.HTML(), small_player()
        self.progress = widgets.IntProgress(min=0, layout=widgets.Layout(width="260px"))
        self.done, self.case = widgets.HTML(), widgets.HTML()
        self.back = self.button(lambda: self._go(-1), icon="arrow-left")
        self.listen = self.button(self._play, icon="play", button_style="primary")
        self.answers = {answer: self.button(self._answering(answer)) for answer in ANSWERS}
        self.forward = self.button(lambda: self._go(1), icon="arrow-right")
        self.here = Here(lambda at: self.heeded(lambda: self._missing(at))(None))
        self.who = widgets.Dropdown(options=[s.name for s in self.meeting.speakers], style=WIDE)
        self.lacking = widgets.VBox()
        self.evaluate = self.button(self._open, icon="calculator")
        self.result = widgets.HTML()
        judging = widgets.VBox([self.case, row(self.listen, *self.answers.values(), self.back, self.forward)])
        judging.add_class("tb-card")
        self.about = widgets.HTML()
        self.judging = judging
        self.page.children = [
            *(style(), self.switch, self.about, self.what, row(self.stretch, self.times), self.player),
            *(row(self.progress, self.done), judging, row(self.here, self.who), self.lacking, self.message),
            *(row(self.evaluate), self.result),
        ]

    def _label(self) -> None:
        self.quiet = True
        chosen = self.what.value
        self.what.options = [(text(f"checking.{measure}"), measure) for measure in MEASURES]
        self.what.value = chosen
        self.about.value = soft(text("checking.about", file=self.labels.path))
        self.stretch.description = text("checking.stretch")
        self.listen.description = text("training.play")
        for answer, button in self.answers.items():
            button.description = text(f"checking.{answer}")
        self.back.tooltip, self.forward.tooltip = text("checking.back"), text("checking.forward")
        self.here.label, self.who.description = text("checking.here"), text("checking.who")
        self.evaluate.description = text("checking.evaluate")
        self.player.label()
        self.quiet = False

    def _connect(self) -> None:
        self.switch.observe(self.heeded(self._switched), "value")
        self.what.observe(self.heeded(self._choose), "value")
        self.stretch.observe(self.heeded(self._choose), "value")

    def _switched(self) -> None:
        self._label()
        self._choose()

    # ------------------------------------------------------------------------------------------ judging

    def judgements(self, measure: Judged) -> Judgements:
        """Return what was said of the candidates of a measure."""
        noted = self.labels.of(self.meeting, measure)
        first, last = self.stretch.value
        try:
            known = {key: answer for key, answer in noted.get("answers", {}).items() if answer in ANSWERS}
            missing = tuple((float(at), str(who)) for at, who in noted.get("missing", []))
        except (AttributeError, TypeError, ValueError):
            raise UnreadableFile("training.broken_file", file=self.labels.path.name) from None
        return Judgements(known, tuple((at, who) for at, who in missing if first <= at < last))

    def results(self) -> pd.DataFrame:
        """Return how far hand and machine agree, as a table: every measure, of the meeting and of each side."""
        parts = []
        for measure in MEASURES:
            try:
                found = self._cases(measure)
            except Unavailable:
                continue
            parts.append(results(self.meeting, measure, found, self.judgements(measure)))
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({name: [] for name in RESULTS})

    def _cases(self, measure: Judged) -> tuple[Case, ...]:
        first, last = self.stretch.value
        key = measure, first, last
        if key not in self._known:
            self._known[key] = cases(self.meeting, measure, start=first, end=last)
        return self._known[key]

    def _choose(self) -> None:
        """Show the candidates of the measure and the stretch that are chosen, from the first that was not judged."""
        try:
            self.found, self.reason = self._cases(self.measure), ""
        except Unavailable as reason:
            self.found, self.reason = (), str(reason)
        judged = self.judgements(self.measure).answers
        self.place = next((i for i, case in enumerate(self.found) if case.key not in judged), 0)
        self._draw()

    def _draw(self) -> None:
        first, last = self.stretch.value
        judged = self.judgements(self.measure)
        self.times.value = f"<span>{clock(first)}–{clock(last)}</span>"
        known = sum(case.key in judged.answers for case in self.found)
        self.progress.max, self.progress.value = max(1, len(self.found)), known
        self.done.value = f"<span>{escape(text('checking.done', n=known, all=len(self.found)))}</span>"
        self._draw_case(judged)
        self.lacking.children = [self._lacked(at, who) for at, who in judged.missing]
        if self.opened:
            self.result.value = results_table(self.results())

    def _draw_case(self, judged: Judgements) -> None:
        for part in self.judging.children[1].children:
            part.disabled = not self.found
        if not self.found:
            self.case.value = note(self.reason or text("checking.no_case"))
            return
        case = self.found[self.place]
        head = text("checking.case", n=self.place + 1, all=len(self.found), at=clock(case.start))
        asked = text(f"checking.ask_{case.measure}", one=case.speaker, other=case.to)
        said = f"<p class='tb-quote'>{escape(case.said)}</p>" if case.said else ""
        self.case.value = f"<h4>{escape(head)}</h4><p>{escape(asked)}</p>{said}"
        for answer, button in self.answers.items():
            (button.add_class if judged.answers.get(case.key) == answer else button.remove_class)("tb-chosen")

    def _play(self) -> None:
        case = self.found[self.place]
        self.player.play(max(0.0, case.start - BEFORE), min(self.meeting.length, case.end + AFTER))

    def _go(self, step: int) -> None:
        self.place = min(max(0, self.place + step), max(0, len(self.found) - 1))
        self._draw()

    def _answering(self, answer: Answer) -> Any:  # noqa: ANN401 -- an act
        def act() -> None:
            """Keep the answer and go on to the next candidate, which is played at once."""
            self._keep(answers={**self.judgements(self.measure).answers, self.found[self.place].key: answer})
            if self.place + 1 < len(self.found):
                self.place += 1
                self._play()
            self._draw()

        return act

    def _keep(self, **changed: object) -> None:
        self.labels.keep(self.meeting, self.measure, {**self.labels.of(self.meeting, self.measure), **changed})

    # ------------------------------------------------------------------------------------------ what the list lacks

    def _missing(self, at: float) -> None:
        """Note one the list does not have; where it has it, that one is shown instead."""
        near = next((i for i, case in enumerate(self.found) if case.speaker == self.who.value and self._same(case, at)), None)
        if near is not None:
            self.place = near
            self._draw()
            self.say(text("checking.listed", n=near + 1))
            return
        self._keep(missing=sorted([*self._all_missing(), [round(at, 1), self.who.value]]))
        self._draw()

    @staticmethod
    def _same(case: Case, at: float) -> bool:
        return case.start - SAME <= at <= case.end + SAME

    def _all_missing(self) -> list[list[Any]]:
        missing: list[list[Any]] = self.labels.of(self.meeting, self.measure).get("missing", [])
        return missing

    def _lacked(self, at: float, who: str) -> Any:  # noqa: ANN401 -- a widget
        narrow = widgets.Layout(width="3em")
        listen = self.button(lambda: self.player.play(max(0.0, at - BEFORE), at + AFTER), icon="play", layout=narrow)
        remove = self.button(lambda: self._found_after_all(at, who), icon="trash", tooltip=text("training.remove"), layout=narrow)
        said = text("checking.lacking", at=clock(at), who=who)
        return row(listen, remove, widgets.HTML(f"<span>{escape(said)}</span>"))

    def _found_after_all(self, at: float, who: str) -> None:
        self._keep(missing=[one for one in self._all_missing() if one != [at, who]])
        self._draw()

    # ------------------------------------------------------------------------------------------ what follows

    def _open(self) -> None:
        self.opened = True
        self._draw()


def results_table(found: pd.DataFrame) -> str:
    """Return the results as an HTML table, or say that nothing was judged yet."""
    judged = [one for one in records(found) if one["judged"]]
    if not judged:
        return note(text("checking.nothing_judged"))
    heads = "".join(f'<th scope="col">{escape(text(f"checking.{name}"))}</th>' for name in HEADS)
    rows = "".join(f"<tr>{_cells(one)}</tr>" for one in judged)
    table = f'<table class="tb-signs tb-plain"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return table + soft(text("checking.note"))


HEADS = ("measure", "hand", "machine", "difference", "kappa", "precision", "recall")


def _cells(one: Mapping[str, Any]) -> str:
    side = side_name(one["side"]) if one["side"] else text("checking.all")
    measure = text(f"checking.{one['measure']}")
    difference = f"+{one['difference']}" if one["difference"] > 0 else str(one["difference"]).replace("-", "−")
    agreed = _with_interval(one, "kappa", lambda value: number(value, 2).replace("-", "−"))
    shares = [_with_interval(one, part, percent) for part in ("precision", "recall")]
    cells = (str(one["hand"]), str(one["machine"]), difference, agreed, *shares)
    return f'<th scope="row">{escape(f"{measure} · {side}")}</th>' + "".join(f"<td>{cell}</td>" for cell in cells)


def _with_interval(one: Mapping[str, Any], part: str, written: Any) -> str:  # noqa: ANN401 -- writes a number
    value, low, high = one[part], one[f"{part}_low"], one[f"{part}_high"]
    if value is None or isnan(value):
        return NOTHING
    if low is None or isnan(low):
        return str(written(value))
    return f'{written(value)} <span class="tb-interval">({written(low)}{text("signs.to")}{written(high)})</span>'
