"""The explorer in a real browser: its panes alone, and the whole of it in JupyterLab, as a person would use it."""

import json
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from talkbalance import formats
from talkbalance.views import charts
from talkbalance.views.pane import Pane, act
from talkbalance.views.tabs import bar
from tests.browser.conftest import Visitor, lab_page
from tests.browser.servers import Served

# ---------------------------------------------------------------------------------------------------- a pane alone

MODEL = """
const state = %s, heard = {};
window.sent = [];
window.model = {
  get: (key) => state[key],
  set: (key, value) => { state[key] = value; (heard["change:" + key] || []).forEach((act) => act()); },
  on: (event, act) => { (heard[event] ||= []).push(act); },
  off: (event, act) => { heard[event] = (heard[event] || []).filter((one) => one !== act); },
  send: (message) => window.sent.push(message.act),
};
"""


def opened(page: Page, folder: Path, html: str) -> None:
    """Open a page with one pane on it."""
    pane = Pane(html)
    state = json.dumps({"html": html, "status": "", "reveal": 0}).replace("</", "<\\/")
    script = str(pane._esm).replace("export default { render };", "")
    shown = 'render({ model: window.model, el: document.getElementById("here") });'
    content = f"<!doctype html><meta charset=utf-8><style>{pane._css}</style><div id=here></div><script type=module>"
    file = folder / "page.html"
    file.write_text(f"{content}{script}{MODEL % state}{shown}</script>", encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_selector(".tb-pane", state="attached")


def sent(page: Page) -> list[dict[str, object]]:
    found: list[dict[str, object]] = page.evaluate("window.sent")
    return found


def put(page: Page, html: str) -> None:
    page.evaluate("(html) => model.set('html', html)", html)


BUTTONS = f"<button {act(do='one')}>1</button><b><button {act(do='two', who='<i>')}>2</button></b>"


def test_a_click_says_what_was_asked_for(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, BUTTONS)
    page.get_by_text("2").click()
    assert sent(page) == [{"do": "two", "who": "<i>"}]


@pytest.mark.parametrize("key", ["Enter", " "])
def test_keys_do_what_a_click_does_and_do_it_once(page: Page, tmp_path: Path, key: str) -> None:
    mark = f'<svg><g {act(do="mark")} tabindex="0" role="button"><rect width="9" height="9"/></g></svg>'
    opened(page, tmp_path, BUTTONS + mark)
    page.locator("button").first.focus()
    page.keyboard.press(key)
    page.locator("g").focus()
    page.keyboard.press(key)
    assert [one["do"] for one in sent(page)] == ["one", "mark"]


def test_arrows_walk_over_the_marks_of_a_chart(page: Page, tmp_path: Path, samples: Path) -> None:
    chart = charts.balance_over_time(formats.read(samples / "erstgespraech_de.meeting.json"))
    opened(page, tmp_path, chart)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    (asked,) = sent(page)
    marks = page.evaluate("[...document.querySelectorAll('[data-act]')].map((one) => JSON.parse(one.dataset.act))")
    assert asked == marks[1]
    assert page.locator('[tabindex="0"]').count() == 1


def test_arrows_choose_a_tab(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, bar("balance"))
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    put(page, bar("interruptions"))
    assert sent(page) == [{"do": "tab", "tab": "interruptions"}]
    assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"


def test_focus_and_place_stay_when_the_content_changes(page: Page, tmp_path: Path) -> None:
    rows = "".join(f"<li><button {act(do='play', i=i)}>{i}</button></li>" for i in range(60))
    html = f'<p>before</p><ol data-keep="list" style="height:90px;overflow:auto">{rows}</ol>'
    opened(page, tmp_path, html)
    page.locator("li button").nth(40).focus()
    place = page.evaluate("document.querySelector('ol').scrollTop")
    assert place > 0
    put(page, html.replace("before", "after"))
    assert page.locator("p").first.text_content() == "after"
    assert page.evaluate("document.activeElement.textContent") == "40"
    assert page.evaluate("document.querySelector('ol').scrollTop") == place


def test_what_changed_is_said(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, "")
    page.evaluate("model.set('status', 'share: was 47%, is now 49%')")
    assert page.get_by_role("status").text_content() == "share: was 47%, is now 49%"


def test_what_cannot_be_done_is_not_sent(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, f"<button disabled {act(do='play')}>1</button>")
    page.get_by_text("1").click(force=True)
    assert sent(page) == []


# ---------------------------------------------------------------------------------------------------- in JupyterLab

CODE = """import talkbalance as tb
from pathlib import Path
meeting = tb.read({transcript!r})
tb.explore(meeting, recording=Path({recording!r}), language="en")"""
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
"""Without it JupyterLab asks which one to take."""


@pytest.fixture
def explorer(visitor: Visitor, lab: Served, samples: Path) -> Page:
    """Return the explorer of the German first meeting in JupyterLab."""
    transcript, recording = (str(samples / f"erstgespraech_de.{ending}") for ending in ("meeting.json", "mp3"))
    cell = nbformat.v4.new_code_cell(CODE.format(transcript=transcript, recording=recording))  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=KERNEL)  # type: ignore[no-untyped-call]
    nbformat.write(notebook, lab.folder / "notebooks" / "explore.ipynb")  # type: ignore[no-untyped-call]
    page = lab_page(visitor(lab), lab, "explore.ipynb")
    page.wait_for_selector(".tb-tile", timeout=60_000)
    return page


def test_a_number_opens_its_moments_and_a_moment_plays(explorer: Page) -> None:
    explorer.get_by_role("region", name="Cut in").get_by_role("button").first.click()
    expect(explorer.locator(".tb-moments li")).to_have_count(6)
    expect(explorer.locator(".tb-player [data-moment]")).to_have_count(6)
    play = explorer.locator(".tb-moments .tb-play").nth(2)
    minutes, seconds = str(play.text_content()).removeprefix("▶ ").split(":")
    play.click()
    at = 60 * int(minutes) + int(seconds) - 2
    explorer.wait_for_function(f"Number(document.querySelector('.tb-player').dataset.time) > {at + 0.5}", timeout=30_000)
    assert float(explorer.evaluate("document.querySelector('.tb-player').dataset.time")) < at + 10
    expect(explorer.locator(".tb-moments li.tb-now")).to_have_count(1)


def test_a_slider_counts_anew_and_a_word_chooses_questions(explorer: Page) -> None:
    explorer.get_by_role("tab", name="Interruptions").click()
    explorer.get_by_text("Counted: 6 cut in, 1 tried").wait_for()
    handles = explorer.locator(".tb-controls .noUi-handle:visible")
    handles.nth(1).focus()
    for _ in range(7):
        explorer.keyboard.press("ArrowRight")
    explorer.get_by_text("Probability from 85%").wait_for()
    explorer.get_by_text("Counted: 6 cut in").wait_for(state="detached")
    explorer.get_by_role("tab", name="Questions").click()
    explorer.get_by_text("Questions as chosen").first.wait_for()
    before = explorer.locator(".tb-moments li").count()
    explorer.locator(".tb-controls input:visible").last.fill("panda")
    explorer.locator(".tb-moments li").nth(before - 1).wait_for(state="detached")
    assert 0 < explorer.locator(".tb-moments li").count() < before


def test_every_view_is_drawn_when_it_is_chosen(explorer: Page) -> None:
    for tab in ("Response times", "Long stretches", "Uptake", "Balance over time"):
        explorer.get_by_role("tab", name=tab).click()
        explorer.wait_for_selector(f"[role=tab][aria-selected=true]:has-text('{tab}')")
        explorer.wait_for_selector(".tb-body .tb-chart")
        explorer.locator(".tb-body .tb-act").first.click()
        explorer.wait_for_selector(".tb-moments li")
    explorer.get_by_role("tab", name="All signs").click()
    explorer.locator(".tb-signs .tb-link").nth(3).click()
    explorer.get_by_text("could lie between").first.wait_for()
