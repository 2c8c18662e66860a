"""The report as people open it: from a folder, without a network, heard, printed."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from talkbalance import formats
from talkbalance.views.report import report

A4 = 595.0, 842.0
"""Points of a page."""


@pytest.fixture
def opened(page: Page, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Page]:
    """Return an opener of the German first meeting's report, with its moments."""
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))

    def show(names: str) -> Page:
        meeting = formats.read(samples / "erstgespraech_de.meeting.json")
        meeting = replace(meeting, recording=samples / "erstgespraech_de.mp3")
        path = report(meeting, tmp_path / "call.html", clips=True, names="roles" if names == "roles" else "given", language="de")
        page.goto(path.as_uri())
        return page

    return show


def wait(page: Page, until: str) -> None:
    """Wait for what a page's own policy does not let Playwright wait for inside it."""
    for _ in range(100):
        if page.evaluate(until):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"not within five seconds: {until}")


@pytest.mark.parametrize("names", ["given", "roles"])
def test_a_moment_is_heard_and_another_one_stops_it(opened: Callable[[str], Page], names: str) -> None:
    page = opened(names)
    first, second = (page.locator(".tb-play").nth(i) for i in (0, 1))
    first.click()
    wait(page, "playing && playing.audio.currentTime > 0.2")
    assert page.evaluate("playing.audio.duration") <= 10.1
    second.focus()
    page.keyboard.press("Enter")
    wait(page, "playing && playing.audio.currentTime > 0.1")
    assert [one.get_attribute("aria-pressed") for one in (first, second)] == ["false", "true"]
    second.click()
    assert page.evaluate("playing") is None


def test_a_mark_of_the_timeline_leads_to_its_moment(opened: Callable[[str], Page]) -> None:
    page = opened("given")
    page.locator("svg a").first.click(force=True)
    assert re.search(r"#[iq]\d+$", page.url)
    assert page.evaluate("document.querySelector(':target') !== null")


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hangs_over_the_edge(opened: Callable[[str], Page], width: int, scheme: str) -> None:
    page = opened("given")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_it_prints_on_white_pages_of_a4_without_buttons(opened: Callable[[str], Page], tmp_path: Path) -> None:
    page = opened("given")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".tb-play").first.is_visible()
    page.pdf(path=tmp_path / "call.pdf", prefer_css_page_size=True)
    content = (tmp_path / "call.pdf").read_bytes()
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert 5 < len(sizes) < 25
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {A4}
