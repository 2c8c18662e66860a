"""Everything people look at, as pages a browser opens without a server: what is shown in notebook and app is drawn the same way.

Widgets of our own run their own JavaScript on a model played by the page; HTML widgets are put in as they are, as Jupyter does.
Fields and menus of ipywidgets are drawn by Jupyter alone, and looked at there.
"""

import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import pandas as pd

import talkbalance as tb
from talkbalance import formats, i18n
from talkbalance.corpus.store import open_store
from talkbalance.corpus.tables import Settings
from talkbalance.errors import TalkbalanceWarning
from talkbalance.meeting import Meeting
from talkbalance.views import checking, compared, figures, sensitivity
from talkbalance.views.checking.cases import MEASURES
from talkbalance.views.explorer import Explorer
from talkbalance.views.found import find
from talkbalance.views.relationship import relationship
from talkbalance.views.report import report
from talkbalance.views.review import review
from talkbalance.views.slides import drawn, slides
from talkbalance.views.tabs import TABS
from talkbalance.views.training import workshop
from tests.browser.payloads import corrections, plain

Made = Iterator[Path]
Surface = Callable[[Meeting, str, Path], Made]
"""Makes pages of a meeting, with one of its payloads for what people type, in a folder."""

HEAD = "<!doctype html><meta charset=utf-8>"
MODEL = """
const nothing = () => {};
const model = (state) => ({ get: (key) => state[key], set: nothing, on: nothing, off: nothing, send: nothing });
"""


def page_of(parts: list[Any], path: Path) -> Path:
    """Write a page with widgets, and everything in them, drawn by what draws them in a notebook."""
    body, scripts = [], []
    for number, widget in enumerate(_all(parts)):
        if isinstance(widget, anywidget.AnyWidget):
            state = {key: value for key, value in widget.get_state().items() if _plain(value)}
            script = str(widget._esm).replace("export default { render };", "")
            body.append(f"<style>{getattr(widget, '_css', '')}</style><div id=at{number}></div>")
            given = json.dumps(state).replace("</", "<\\/").replace("<!--", "<\\!--")
            shown = f'render({{ model: model({given}), el: document.getElementById("at{number}") }});'
            scripts.append(f"<script type=module data-own>{MODEL}{script}{shown}</script>")
        elif isinstance(widget, widgets.HTML):
            body.append(f"<div>{widget.value}</div>")
    path.write_text(HEAD + "".join(body + scripts), encoding="utf-8")
    return path


def _all(parts: list[Any]) -> Iterator[Any]:
    for part in parts:
        yield part
        yield from _all(list(getattr(part, "children", ())))


def _plain(value: object) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        yield


# ---------------------------------------------------------------------------------------------------- files


def reports(meeting: Meeting, _: str, folder: Path) -> Made:
    """The report, in both languages, with names and with roles, with sides and without."""
    yield report(meeting, folder / "de.html", language="de")
    yield report(meeting, folder / "roles.html", language="en", names="roles")
    nobody = replace(meeting, speakers=tuple(replace(one, side="") for one in meeting.speakers))
    yield report(nobody, folder / "unsided.html", language="en")


def reports_with_sound(meeting: Meeting, _: str, folder: Path) -> Made:
    """The report that runs a script of its own, to play moments."""
    import numpy as np

    from tests import sounds

    tone = np.sin(np.arange(int(meeting.length) * 16_000) / 10)
    heard = replace(meeting, recording=sounds.write(folder / "call.wav", tone))
    yield report(heard, folder / "sound.html", clips=True)


def pictures(meeting: Meeting, _: str, folder: Path) -> Made:
    """Every chart as a file of its own, and two as notebooks show them."""
    for slide in slides(meeting, tb.summary(meeting, runs=0, meaning=True), find(meeting)):
        path = folder / f"{slide.name}.svg"
        path.write_text(drawn(slide, meeting), encoding="utf-8")
        yield path
    shown = [figures.timeline(meeting), figures.balance(meeting), sensitivity.curve(meeting)]
    page = folder / "pictures.html"
    page.write_text(HEAD + "".join(one._repr_html_() for one in shown), encoding="utf-8")
    yield page


def transcripts(meeting: Meeting, _: str, folder: Path) -> Made:
    """Transcripts that a browser opens."""
    for ending in (".html", ".eaf", ".exb", ".vtt"):
        path = folder / f"written{ending}"
        formats.write(plain(meeting), path)
        yield path


def read_back(meeting: Meeting, _: str, folder: Path) -> Made:
    """The report of what other programs wrote."""
    for ending in (".meeting.json", ".vtt", ".srt", ".eaf", ".exb", ".seglst.json", ".csv"):
        path = folder / f"given{ending}"
        formats.write(plain(meeting), path)
        yield report(formats.read(path), folder / f"given{ending}.report.html")


# ---------------------------------------------------------------------------------------------------- pages


def explorers(meeting: Meeting, _: str, folder: Path) -> Made:
    """Tiles, player, every view, and the moments behind every measure."""
    explorer = Explorer(meeting)
    found = []
    for tab in TABS:
        explorer._act({"do": "tab", "tab": tab})
        found += [widgets.HTML(explorer._body.html), widgets.HTML(explorer._list.html)]
    for measure, side in list(explorer.figures):
        explorer._act({"do": "open", "measure": measure, "side": side})
        found.append(widgets.HTML(explorer._list.html))
    explorer._act({"do": "open", "measure": "questions", "side": meeting.sides[0]})
    yield page_of([explorer.page, *found], folder / "explorer.html")


def reviews(meeting: Meeting, payload: str, folder: Path) -> Made:
    """The page of the app, with corrections, and with what it says when something cannot be done."""
    shown = review(meeting)
    for one in corrections(payload):
        if any(speaker.name == payload for speaker in meeting.speakers) or one.do == "text":
            shown._try(one.do, one.on, one.value)
    states = [widgets.HTML(part.html) for part in (shown.correcting.asking, shown.correcting.log)]
    for do, on in (
        ("rename", f"nobody {payload}"),
        (payload, payload),
        ("reject", {"measure": payload, "speaker": payload, "start": 1}),
    ):
        shown._try(do, on, payload)
        states.append(widgets.HTML(shown.message.value))
    shown.saving.roles.value = True
    yield page_of([shown.page, *states], folder / "review.html")


def lessons(meeting: Meeting, payload: str, folder: Path) -> Made:
    """The training page and its sheet, with guesses, names and notes people typed."""
    for name in ("a", "b"):
        formats.write(meeting, folder / f"{name}.meeting.json")
    lesson = workshop(folder, notes=folder / "notes.json", moments=folder / "moments.json")
    guess, hear, rate = lesson.guess(), lesson.hear(), lesson.rate()
    guess.name.value = payload
    guess.enter.click()
    guess.reveal.click()
    rate.names.value = payload.replace(",", " ")
    parts = [guess, hear, rate, lesson.before_and_after(), lesson.playlist()]
    for widget in _all([hear.page]):
        if isinstance(widget, widgets.Textarea):
            widget.value = payload
        if isinstance(widget, widgets.Button):
            widget.click()
    sheet = lesson.sheet(folder / "sheet.html")
    sheet.save.click()
    yield folder / "sheet.html"
    yield page_of([lesson.page, *(part.page for part in parts)], folder / "lesson.html")


def checks(meeting: Meeting, __: str, folder: Path) -> Made:
    """The page for judging by hand, each measure, every case."""
    formats.write(meeting, folder / "call.meeting.json")
    page = checking.check(folder / "call.meeting.json", labels=folder / "labels.json")
    states = []
    for measure in MEASURES:
        page.what.value = measure
        for _ in page.found:
            states.append(widgets.HTML(page.case.value))
            page.answers["yes"].click()
        page._missing(1.0)
    page._open()
    yield page_of([page.page, *states], folder / "check.html")


def comparisons(meeting: Meeting, _: str, folder: Path) -> Made:
    """A comparison as a notebook shows it, and tables as pandas does."""
    other = replace(meeting, utterances=meeting.utterances[:-1])
    tables = [tb.turns(meeting), tb.questions(meeting), tb.interruptions(meeting, threshold=0), tb.summary(meeting, runs=0)]
    page = folder / "compared.html"
    shown = compared.shown(tb.compare(meeting, other))._repr_html_()
    with pd.option_context("display.max_colwidth", None, "display.max_rows", None):
        page.write_text(HEAD + shown + "".join(one._repr_html_() for one in tables), encoding="utf-8")  # type: ignore[operator]
    yield page


def years(meeting: Meeting, payload: str, folder: Path) -> Made:
    """A client through the years."""
    store = open_store(folder / "store", settings=Settings(runs=2, language=i18n.language()))
    for number, month in enumerate((1, 5, 9)):
        day = meeting.details.date.replace(month=month) if meeting.details.date else None
        store.put(replace(meeting, title=f"{payload} {number}", details=replace(meeting.details, date=day)))
    store.settle()
    shown = relationship(store)
    parts = [shown.over_time(), shown.brought_up(), shown.left_open()]
    yield page_of([shown.page, *(part.page for part in parts)], folder / "years.html")


SURFACES: Mapping[str, Surface] = {
    "report": reports,
    "report with sound": reports_with_sound,
    "charts as SVG": pictures,
    "transcripts as files": transcripts,
    "report of VTT, JSON, EAF, …": read_back,
    "explorer and player": explorers,
    "review with corrections": reviews,
    "training page and sheet": lessons,
    "judging by hand": checks,
    "comparison and tables": comparisons,
    "relationship": years,
}


def made(name: str, meeting: Meeting, payload: str, folder: Path) -> list[Path]:
    """Return the pages of a surface."""
    place = folder / "".join(sign if sign.isalnum() else "_" for sign in name)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with _quiet():
        return list(SURFACES[name](meeting, payload, place))
