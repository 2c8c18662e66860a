"""Hostile meetings where Jupyter draws them: a notebook with everything on it, what is exported of it, and the app in use."""

import json
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Page

from talkbalance import formats
from talkbalance.corrections import Log, log_beside
from talkbalance.meeting import Meeting
from tests.browser.payloads import corrections

CELLS = (
    """import talkbalance as tb, warnings
from talkbalance.views import checking, compared, figures, sensitivity
from talkbalance.views.overview import overview
from talkbalance.views.review import review
from talkbalance.views.training import workshop
from tests.browser.payloads import corrections
import pandas as pd
warnings.simplefilter("ignore")
pd.set_option("display.max_colwidth", None)
call, folder, payload = {given}
meeting = tb.read(call)
page = review(meeting, language="en")
for one in corrections(payload):
    page._try(one.do, one.on, one.value)
page""",
    "tb.explore(meeting, language='en')",
    """lesson = workshop(folder, notes=folder + "/notes.json", moments=folder + "/moments.json", language="en")
guess, hear, rate = lesson.guess(), lesson.hear(), lesson.rate()
guess.name.value = payload
guess.enter.click()
guess.reveal.click()
rate.names.value = payload
display(lesson, guess, hear, rate, lesson.before_and_after(), lesson.playlist())""",
    "checking.check(call, labels=folder + '/labels.json', language='en')",
    """display(figures.timeline(meeting), figures.balance(meeting), sensitivity.curve(meeting))
display(compared.shown(tb.compare(meeting, meeting)), tb.turns(meeting), tb.questions(meeting), tb.interruptions(meeting))
print(tb.explain(meeting, "interruptions"), overview(meeting))
meeting""",
)
CDN = ("https://cdnjs.cloudflare.com/", "https://cdn.jsdelivr.net/", "https://unpkg.com/")
"""Where what nbconvert writes looks for scripts of its own."""
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(call: Path, payload: str) -> nbformat.NotebookNode:
    """Return a notebook on which a meeting is reviewed, explored, trained with, judged and tabulated."""
    given = json.dumps([str(call), str(call.parent), payload])
    sources = ["import sys\nsys.path.insert(0, " + repr(str(Path(__file__).parents[2])) + ")", *CELLS]
    cells = [nbformat.v4.new_code_cell(source.replace("{given}", given)) for source in sources]  # type: ignore[no-untyped-call]
    made: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)  # type: ignore[no-untyped-call]
    return made


def written(meeting: Meeting, payload: str, folder: Path) -> Path:
    """Write a meeting, with corrections beside it that people made, and return its file."""
    folder.mkdir(exist_ok=True)
    call = folder / "call.meeting.json"
    formats.write(meeting, call)
    log_beside(call).unlink(missing_ok=True)
    log = Log(log_beside(call))
    for one in corrections(payload):
        log.add(one)
    return call


def exported(call: Path, payload: str) -> Path:
    """Execute the notebook and write it as HTML, with the state of its widgets."""
    executed, folder = notebook(call, payload), call.parent
    NotebookClient(executed, timeout=180, store_widget_state=True, resources={"metadata": {"path": folder}}).execute()
    path = folder / "notebook.html"
    path.write_text(HTMLExporter().from_notebook_node(executed)[0], encoding="utf-8")  # type: ignore[no-untyped-call]
    return path


def use(page: Page, call: Path, names: Iterable[str]) -> None:
    """Use the app as somebody would who was given hostile files: their names, the meeting, its views, its corrections."""
    page.wait_for_selector(".tb-drop", timeout=60_000)
    for name in names:
        safe = "".join(sign for sign in name if sign.isprintable() and sign not in "/\\")[:120]
        page.set_input_files(".tb-drop input[type=file]", {"name": f"{safe}.vtt", "mimeType": "text/vtt", "buffer": b"WEBVTT\n\nx"})
        page.locator(".tb-drop-wrong").wait_for()
    page.get_by_label("Or the path").fill(str(call))
    page.keyboard.press("Enter")
    page.locator(".tb-tile").first.wait_for(timeout=60_000)
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(150)
    page.locator(".tb-tile button").first.click()
    page.locator(".tb-moments li").first.wait_for()
    entry = page.locator(".tb-player .tb-scroll").last.get_by_role("button").first
    entry.hover()
    page.locator(".tb-player .tb-small").last.click()
    page.locator(".tb-form textarea").wait_for()
