"""Pictures of every page, to be looked at: `python -m benchmarks.screenshots [DIR] [WORD…]`.

Light and dark, 1440 and 1024 pixels wide; the app and the report in German and English, every notebook as it stands. With words,
only pictures whose name holds one of them.
"""

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from benchmarks.browsing import chromium
from benchmarks.shared import ROOT
from talkbalance import i18n
from talkbalance.corpus.example import example
from talkbalance.formats import read
from talkbalance.i18n import Language
from talkbalance.views.report import report
from tests.browser.conftest import lab_page
from tests.browser.servers import Served, served
from tests.browser.test_lab import DONE

FOLDER = ROOT / "demo" / "screenshots"
WIDTHS = (1440, 1024)
HEIGHTS = {"page": 1800, "clients": 4800, "notebook": 3200}
"""Of the window: notebooks scroll inside it, and only what is inside is drawn."""
SAMPLES: dict[Language, str] = {"de": "erstgespraech_de.meeting.json", "en": "first_meeting_en.meeting.json"}
SETTLED = 1500
"""Milliseconds after which intervals have come and pictures are drawn."""


def main() -> None:
    """Make the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    words = sys.argv[2:]
    with chromium() as browser, TemporaryDirectory() as scratch:
        for name, shot in pictures(browser, Path(scratch)):
            if not words or any(word in name for word in words):
                shot.screenshot(path=folder / f"{name}.png", full_page=True)
                print(folder / f"{name}.png")


def pictures(browser: Browser, scratch: Path) -> Iterator[tuple[str, Page]]:
    """Yield every page with the name of its picture, once it has settled."""
    for language in SAMPLES:
        yield from _report(browser, scratch, language)
        yield from _app(browser, scratch / language, language)
        yield from _clients(browser, scratch / f"clients_{language}", language)
    yield from _notebooks(browser, scratch / "lab")


def _views(browser: Browser, kind: str) -> Iterator[tuple[str, Page]]:
    """Yield a window for every scheme and width, with what its pictures are called by."""
    for scheme, width in product(("light", "dark"), WIDTHS):
        context = browser.new_context(viewport={"width": width, "height": HEIGHTS[kind]}, color_scheme=scheme)  # type: ignore[arg-type]
        yield f"{scheme}_{width}", context.new_page()
        context.close()


def _report(browser: Browser, scratch: Path, language: Language) -> Iterator[tuple[str, Page]]:
    i18n.set_language(language)
    path = report(read(ROOT / "samples" / SAMPLES[language]), scratch / f"{language}.html")
    for view, page in _views(browser, "page"):
        page.goto(path.as_uri())
        yield f"report_{language}_{view}", page


def _app(browser: Browser, folder: Path, language: Language) -> Iterator[tuple[str, Page]]:
    folder.mkdir()
    with served(folder, "app", language=language) as server:
        for view, page in _views(browser, "page"):
            page.goto(server.url)
            page.wait_for_selector(".tb-drop", timeout=60_000)
            yield f"app_empty_{language}_{view}", page
            page.locator(".tb-drop-path input").fill(str(ROOT / "samples" / SAMPLES[language]))
            page.keyboard.press("Enter")
            page.wait_for_selector(".tb-tile", timeout=60_000)
            i18n.set_language(language)
            page.get_by_text(i18n.text("explorer.intervals_follow")).wait_for(state="hidden", timeout=60_000)
            page.wait_for_timeout(SETTLED)
            yield f"app_{language}_{view}", page


def _clients(browser: Browser, folder: Path, language: Language) -> Iterator[tuple[str, Page]]:
    folder.mkdir()
    store = example(folder / "store", chosen=language).path
    with served(folder, "app", str(store), language=language) as server:
        for view, page in _views(browser, "clients"):
            page.goto(server.url)
            page.locator(".tb-years-list").nth(1).wait_for(timeout=60_000)
            page.wait_for_timeout(SETTLED)
            yield f"clients_{language}_{view}", page


def _notebooks(browser: Browser, folder: Path) -> Iterator[tuple[str, Page]]:
    folder.mkdir()
    with served(folder, "lab", ".") as server:
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
            for view, page in _views(browser, "notebook"):
                yield f"{notebook.stem}_{view}", _run(page, server, notebook.name)


def _run(page: Page, server: Served, notebook: str) -> Page:
    lab_page(page, server, notebook)
    page.wait_for_function(DONE, timeout=120_000)
    page.wait_for_timeout(SETTLED)
    return page


if __name__ == "__main__":
    main()
