"""The page of a notebook on which a meeting is looked at: choose it, name the sides, move a threshold, read the moments."""

import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError, TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.formats import read
from talkbalance.frames import records
from talkbalance.i18n import Language, text
from talkbalance.meeting import AGENCY, CLIENT, UNKNOWN, Meeting, clock, times_of
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.summary import summary
from talkbalance.views import figures, signs
from talkbalance.views.evidence import events
from talkbalance.views.explain import MIN_OVERLAP, THRESHOLD, rule_text
from talkbalance.views.player import Player, sound_of
from talkbalance.views.report import environment, report
from talkbalance.views.writing import side_name

STAGES = ("decode", "words", "voices")
"""What `pipeline.Watch` is told of."""

SOUND = (".mp3", ".mp4", ".m4a", ".wav", ".flac", ".ogg", ".opus", ".webm", ".mkv", ".mov", ".aac", ".wma", ".aiff")
"""Endings that are heard without being tried as a transcript first."""
OWN = "own"
RULES = ("likely", "floor_taking", "any_overlap")
MOST_VOICES = 8
WIDE = {"description_width": "initial"}


def review(meeting: Meeting | None = None, *, samples: str | Path | None = None, language: Language | None = None) -> "Review":
    """Return the page; show it by naming it at the end of a cell.

    Parameters
    ----------
    meeting
        The meeting to begin with; without one, the first sample.
    samples
        The folder of the sample meetings; by default `samples` here or one folder up.
    language
        "de" or "en"; by default the system's. The page has a switch.
    """
    return Review(meeting, _samples(samples), language or i18n.language())


def _samples(folder: str | Path | None) -> list[Path]:
    """Return the samples: the ready ones first, then the recordings, to be heard anew."""
    places = [Path(folder)] if folder is not None else [Path("samples"), Path("..") / "samples"]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        return []
    files = sorted(found.iterdir())
    ready = [file for file in files if file.name.endswith(".meeting.json")]
    return ready + [file for file in files if file.suffix.lower() in SOUND or file.suffix.lower() == ".vtt"]


def _nothing() -> None:
    """Nothing to tidy up."""


class Review:
    """The page (`page`, a widget) and what it shows: `meeting`, with names and sides, and `found`, its interruptions."""

    def __init__(self, meeting: Meeting | None, samples: list[Path], language: Language) -> None:
        self.spoken = language
        self.heard: Meeting | None = None
        self.recording: Path | None = None
        self.meeting: Meeting | None = None
        self.found: pd.DataFrame | None = None
        self.asked_for: pd.DataFrame | None = None
        self.worker: threading.Thread | None = None
        self.people: list[tuple[str, Any, Any]] = []
        self._quiet = False
        self._listened: Callable[[], None] = _nothing
        i18n.set_language(language)
        self._make_choice(samples)
        self._make_thresholds()
        self._make_views()
        self.page = widgets.VBox(self._arranged())
        self.page.add_class("tb-review")
        self._label()
        self._connect()
        if meeting is not None:
            self.show(meeting)
        elif samples:
            self.open(samples[0])
        else:
            self._say(text("review.nothing"))

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.page)  # type: ignore[no-untyped-call]

    # ------------------------------------------------------------------------------------------ the parts of the page

    def _make_choice(self, samples: list[Path]) -> None:
        self.language_switch = widgets.ToggleButtons(options=[("Deutsch", "de"), ("English", "en")], value=self.spoken)
        self.choice = widgets.Dropdown(
            options=[(file.name, str(file)) for file in samples] + [(text("review.own"), OWN)],
            style=WIDE,
            layout=widgets.Layout(width="440px"),
        )
        self.path = widgets.Text(style=WIDE, layout=widgets.Layout(width="420px"))
        self.voices = widgets.Dropdown(style=WIDE, layout=widgets.Layout(width="200px"))
        self.open_button = widgets.Button(button_style="primary")
        self.upload = widgets.FileUpload(multiple=False)
        self.own = widgets.HBox([self.path, self.voices, self.open_button, self.upload])
        self.message = widgets.HTML()
        self.bars = {stage: widgets.FloatProgress(min=0, max=1, style=WIDE) for stage in STAGES}
        for bar in self.bars.values():
            bar.layout = widgets.Layout(width="560px", display="none")
        self.sides_title = widgets.HTML()
        self.sides_box = widgets.VBox()

    def _make_thresholds(self) -> None:
        self.thresholds_title = widgets.HTML()
        self.rule = widgets.Dropdown(style=WIDE, layout=widgets.Layout(width="360px"))
        wide = {"style": WIDE, "layout": widgets.Layout(width="360px"), "continuous_update": True}
        self.min_overlap = widgets.FloatSlider(value=MIN_OVERLAP, min=0, max=1, step=0.05, readout_format=".2f", **wide)
        self.threshold = widgets.FloatSlider(value=THRESHOLD, min=0.05, max=1, step=0.05, readout_format=".0%", **wide)

    def _make_views(self) -> None:
        self.balance, self.signs, self.counted, self.timeline, self.cuts, self.asked = (widgets.HTML() for _ in range(6))
        self.player = Player()
        self.save_button, self.saved = widgets.Button(icon="save"), widgets.HTML()

    def _arranged(self) -> list[Any]:
        style = resources.files("talkbalance.views").joinpath("templates", "review.css").read_text(encoding="utf-8")
        dark = f'[data-jp-theme-light="false"] .tb-review {{{figures.palette(figures.DARK)}}}'
        return [
            widgets.HTML(f"<style>{style}{dark}</style>"),
            self.language_switch,
            self.choice,
            self.own,
            self.message,
            *self.bars.values(),
            self.sides_title,
            self.sides_box,
            self.player,
            self.balance,
            self.signs,
            self.thresholds_title,
            widgets.HBox([self.rule, self.min_overlap, self.threshold], layout=widgets.Layout(flex_flow="row wrap")),
            self.timeline,
            self.counted,
            self.cuts,
            self.asked,
            widgets.HBox([self.save_button, self.saved]),
        ]

    def _label(self) -> None:
        """Write every label in the language of the page; nothing is recomputed by that."""
        self._quiet = True
        self.choice.description, chosen = text("review.what"), self.choice.value
        self.choice.options = [*(pair for pair in self.choice.options if pair[1] != OWN), (text("review.own"), OWN)]
        self.choice.value = chosen
        self.path.description, self.path.placeholder = text("review.path"), text("review.path_hint")
        self.voices.description, voices = text("review.speakers"), self.voices.value
        numbers = [(str(n), n) for n in range(1, MOST_VOICES + 1)]
        self.voices.options = [(text("review.speakers_unknown"), None), *numbers]
        self.voices.value = voices
        self.open_button.description, self.upload.description = text("review.open"), text("review.upload")
        self.rule.description, rule = text("review.rule"), self.rule.value or RULES[0]
        self.rule.options = [(text(f"review.rule_{name}"), name) for name in RULES]
        self.rule.value = rule
        self.min_overlap.description, self.threshold.description = text("review.min_overlap"), text("review.threshold")
        self.sides_title.value = f"<h3>{text('review.sides')}</h3>"
        self.thresholds_title.value = f"<h3>{text('review.thresholds')}</h3>"
        self.save_button.description = text("review.save")
        self.player.label()
        self._quiet = False

    def _connect(self) -> None:
        self.language_switch.observe(self._heeded(self._switch_language), "value")
        self.choice.observe(self._heeded(self._choose), "value")
        self.open_button.on_click(self._heeded(self._open_path))
        self.upload.observe(self._heeded(self._open_upload), "value")
        for control in (self.rule, self.min_overlap, self.threshold):
            control.observe(self._heeded(self._draw_events), "value")
        self.save_button.on_click(self._heeded(self._save))
        self._reveal()

    def _heeded(self, act: Callable[[], None]) -> Callable[[object], None]:
        """Make an observer of an act: in the page's language, with errors said on the page.

        A callback runs in a context of its own, where the language of another cell is not set.
        """

        def observer(_: object) -> None:
            if self._quiet:
                return
            i18n.set_language(self.spoken)
            try:
                act()
            except TalkbalanceError as error:
                self._say(str(error), wrong=True)

        return observer

    def _say(self, words: str, *, wrong: bool = False) -> None:
        kind = "tb-wrong" if wrong else "tb-note"
        self.message.value = f'<p class="{kind}" role="status">{escape(words)}</p>' if words else ""

    # ------------------------------------------------------------------------------------------ which meeting

    def _switch_language(self) -> None:
        self.spoken = self.language_switch.value
        i18n.set_language(self.spoken)
        self._label()
        if self.heard is not None:
            self._ask_sides(self._people_now())
            self._draw()
        else:
            self._say(text("review.nothing"))

    def _choose(self) -> None:
        self._reveal()
        if self.choice.value != OWN:
            self.open(Path(self.choice.value))

    def _reveal(self) -> None:
        """Show what there is something to do with."""
        self.own.layout.display = None if self.choice.value == OWN else "none"
        if not self.busy:
            self._hide_bars()
        shown = None if self.meeting is not None else "none"
        for part in self.page.children[self.page.children.index(self.sides_title) :]:
            part.layout.display = shown

    @property
    def busy(self) -> bool:
        """Whether a recording is being heard."""
        return self.worker is not None and self.worker.is_alive()

    def _open_path(self) -> None:
        written = self.path.value.strip().strip("\"'")
        if written:
            self.open(Path(written).expanduser())
        else:
            self._say(text("review.no_path"), wrong=True)

    def _open_upload(self) -> None:
        """Keep an uploaded file only while it is read, or can be listened to: it holds voices."""
        if not self.upload.value:
            return
        given = self.upload.value[0]
        folder = tempfile.TemporaryDirectory(prefix="talkbalance-")
        file = Path(folder.name) / Path(given["name"]).name
        file.write_bytes(given["content"])
        self.open(file, done=folder.cleanup)

    def open(self, file: Path, done: Callable[[], None] = _nothing) -> None:
        """Read a transcript, or hear a recording in the background; `done` is called when the file is no longer needed.

        That is once a transcript was read, and, since one wants to listen to it, once a recording gives way to another meeting.
        """
        if self.busy:
            done()
            self._say(text("review.busy"), wrong=True)
            return
        if file.suffix.lower() not in SOUND:
            try:
                self._read(file)
            except UnreadableFile as error:
                if error.key != "formats.binary":
                    done()
                    raise
            else:
                done()
                return
        self._say(text("review.hearing"))
        self.worker = threading.Thread(target=self._hear, args=(file, done), daemon=True)
        self.worker.start()

    def _read(self, file: Path) -> None:
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always", TalkbalanceWarning)
            self.show(read(file), recording=sound_of(file))
        self._say(" ".join(str(note.message) for note in notes))

    def _hear(self, file: Path, done: Callable[[], None]) -> None:
        """Hear a recording. A thread begins without the language of the one that started it."""
        from talkbalance.pipeline import transcribe

        i18n.set_language(self.spoken)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                meeting = transcribe(file, speakers=self.voices.value, progress=self._watch)
            self.show(meeting)
            self._listened, done = done, _nothing
            self._say("")
        except TalkbalanceError as error:
            self._say(str(error), wrong=True)
        except Exception as error:  # nobody sees a thread's traceback
            self._say(text("review.trouble", kind=type(error).__name__, what=str(error)[:200]), wrong=True)
        finally:
            done()
            self._hide_bars()

    def _watch(self, stage: str, seconds: float, total: float) -> None:
        """Move the bar of a stage; words and voices, heard beside one another, have one each, below that of decoding."""
        bar = self.bars[stage]
        said = f"{text(f'review.stage_{stage}')} {clock(seconds)}" + (f" / {clock(total)}" if total else "")
        if said != bar.description:
            bar.description, bar.value, bar.layout.display = said, min(seconds / total, 1.0) if total else 0.0, None
        if stage != "decode":
            self.bars["decode"].layout.display = "none"

    def _hide_bars(self) -> None:
        for bar in self.bars.values():
            bar.layout.display, bar.value, bar.description = "none", 0.0, ""

    def show(self, meeting: Meeting, *, recording: Path | None = None) -> None:
        """Show a meeting, and let its recording be heard: the one given, or the meeting's own."""
        self._listened()
        self._listened = _nothing
        self.heard = self.meeting = meeting
        self.recording = recording
        self.saved.value = ""
        self._ask_sides({speaker.name: (speaker.name, speaker.side) for speaker in meeting.speakers})
        self._reveal()
        self._draw()

    # ------------------------------------------------------------------------------------------ who sits where

    def _ask_sides(self, people: Mapping[str, tuple[str, str]]) -> None:
        """Make a line for every voice: a name, a side, and a moment to hear who it is."""
        self.people = []
        lines = []
        for heard, (name, side) in people.items():
            called = widgets.Text(value=name, description=text("review.name"), continuous_update=False, style=WIDE)
            options = [(text("review.no_side"), ""), (side_name(AGENCY), AGENCY), (side_name(CLIENT), CLIENT)]
            sits = widgets.ToggleButtons(
                options=options, value=side if side in (AGENCY, CLIENT) else "", style={"button_width": "7em"}
            )
            for control in (called, sits):
                control.observe(self._heeded(self._name), "value")
            self.people.append((heard, called, sits))
            lines.append(widgets.HBox([called, sits, self._listen(heard), widgets.HTML(self._moment(heard))], layout=_wrapping()))
        self.sides_box.children = lines

    def _listen(self, heard: str) -> Any:  # noqa: ANN401 -- a widget
        """Return a button that plays the moment at which a voice is clearest."""
        button = widgets.Button(icon="play", tooltip=text("player.play"), layout=widgets.Layout(width="3em"))
        moment = self.heard.clear_moment(heard) if self.heard else None
        if moment is None:
            button.disabled = True
        else:
            button.on_click(lambda _: self.player.play(*times_of(moment)))
        return button

    def _moment(self, heard: str) -> str:
        moment = self.heard.clear_moment(heard) if self.heard else None
        if moment is None:
            return f'<span class="tb-soft">{text("review.silent")}</span>'
        start, end = times_of(moment)
        words = figures.shorten(moment.text, 70)
        said = text("review.hear_words" if words else "review.hear_at", start=clock(start), end=clock(end), words=words)
        return f'<span class="tb-soft">{escape(said)}</span>'

    def _people_now(self) -> dict[str, tuple[str, str]]:
        return {heard: (called.value.strip() or heard, sits.value) for heard, called, sits in self.people}

    def _name(self) -> None:
        """Give the meeting the names and sides of the page; two voices of one name become one person."""
        if self.heard is None:
            return
        entries: dict[str, list[str]] = {}
        for heard, (name, side) in self._people_now().items():
            if heard != UNKNOWN or name != UNKNOWN or side:
                entries.setdefault(side, []).append(f"{heard}={name}")
        self.meeting = self.heard.with_sides(entries)
        self._say("")
        self._draw()

    # ------------------------------------------------------------------------------------------ what is seen

    def _draw(self) -> None:
        if self.meeting is None:
            return
        self.player.show(self.meeting, recording=self.recording)
        measured = summary(self.meeting, meaning=True)
        try:
            picture = figures.balance(self.meeting, figures=measured).svg
        except Unavailable as reason:
            picture = _reason(reason)
        self.balance.value = f"<h3>{text('report.balance')}</h3>{picture}"
        self._draw_signs(self.meeting, measured)
        self._draw_questions(self.meeting)
        self._draw_events()

    def _draw_events(self) -> None:
        """Count and draw the interruptions anew: this is what follows the thresholds."""
        if self.meeting is None:
            return
        rule, least, threshold = self.rule.value, self.min_overlap.value, self.threshold.value
        self.threshold.disabled, self.min_overlap.disabled = rule != "likely", rule == "likely"
        try:
            found = interruptions(self.meeting, rule=rule, min_overlap=least, threshold=threshold)
        except Unavailable as reason:
            self.found, self.counted.value = None, ""
            self.cuts.value = f"<h3>{text('report.interruptions')}</h3>{_reason(reason)}"
        else:
            self.found = found
            self.counted.value = self._counts(found)
            listed = "".join(_parts().event(self.meeting, event) for event in events(self.meeting, found))
            said = f'<p class="tb-soft">{escape(rule_text(rule, least, threshold))}</p>{_parts().signs_line()}'
            self.cuts.value = f"<h3>{text('report.interruptions')}</h3>{said}{_list(listed)}"
        self._draw_timeline(self.meeting)

    def _draw_timeline(self, meeting: Meeting) -> None:
        try:
            picture = figures.draw(meeting, self.found, self.asked_for).svg
        except Unavailable as reason:
            picture = _reason(reason)
        self.timeline.value = f"<h3>{text('report.timeline')}</h3>{picture}"
        self.player.mark(self.found, self.asked_for)

    def _draw_signs(self, meeting: Meeting, measured: pd.DataFrame) -> None:
        """Show all signs side by side, as the report does; they follow the usual thresholds, not those of the page."""
        shown = "".join(f"<h4>{escape(group.name)}</h4>{_parts().signs_of(group)}" for group in signs.groups(meeting, measured))
        note = f'<p class="tb-soft">{escape(text("signs.note"))} {escape(text("review.usual"))}</p>'
        self.signs.value = f"<h3>{text('signs.title')}</h3>{note}{shown}"

    def _draw_questions(self, meeting: Meeting) -> None:
        try:
            self.asked_for = questions(meeting)
        except Unavailable as reason:
            self.asked_for, shown = None, _reason(reason)
        else:
            shown = _list("".join(_parts().question(meeting, row) for row in records(self.asked_for)))
        self.asked.value = f"<h3>{text('report.questions')}</h3>{shown}"

    def _counts(self, found: pd.DataFrame) -> str:
        """Return a small table: which side cut in on which, how often, with success or without."""
        pairs = found[["interrupter_side", "interrupted_side"]].drop_duplicates().itertuples(index=False, name=None)
        rows = "".join(self._count_row(found, str(one), str(other)) for one, other in pairs)
        taken, failed = (int((found["kind"] == kind).sum()) for kind in ("taken", "failed"))
        heads = "".join(f"<th>{text(f'explain.{kind}')}</th>" for kind in ("taken", "failed"))
        return (
            f"<table class='tb-counts'><caption>{text('review.counted')}</caption>"
            f"<tr><th>{text('review.who')}</th>{heads}</tr>{rows}"
            f"<tr class='tb-sum'><th>Σ</th><td>{taken}</td><td>{failed}</td></tr></table>"
        )

    @staticmethod
    def _count_row(found: pd.DataFrame, one: str, other: str) -> str:
        pair = (found["interrupter_side"] == one) & (found["interrupted_side"] == other)
        taken, failed = (int((found.loc[pair, "kind"] == kind).sum()) for kind in ("taken", "failed"))
        who = f"{side_name(one)} → {side_name(other)}"
        return f"<tr><th>{escape(who)}</th><td>{taken}</td><td>{failed}</td></tr>"

    def _save(self) -> None:
        if self.meeting is None:
            return
        stem = Path(self.meeting.source.file or self.meeting.title or "meeting").stem.removesuffix(".meeting")
        path = report(self.meeting, Path(f"{stem}.report.html"))
        said = f"{text('review.saved', path=path)} {text('review.saved_defaults')}"
        self.saved.value = f'<span class="tb-soft">{escape(said)}</span>'


def _wrapping() -> widgets.Layout:
    return widgets.Layout(flex_flow="row wrap")


def _parts() -> Any:  # noqa: ANN401 -- what a template defines has no type
    """Return the macros that the report uses too; they escape what they are given."""
    return environment().get_template("parts.html.j2").module


def _list(entries: str) -> str:
    return f'<ol class="tb-list">{entries}</ol>' if entries else f"<p>{text('explain.none')}</p>"


def _reason(reason: Unavailable) -> str:
    return f'<p class="tb-note">{escape(str(reason))}</p>'
