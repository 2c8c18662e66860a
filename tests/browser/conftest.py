"""A real browser: Chromium, the system's own; where there is none, these tests say so and are left out."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = "chromium", "chromium-browser", "google-chrome"
FLAGS = "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the browser, without a window; its pages reach nothing but files."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here: `apt-get install chromium`, or Google Chrome, for the tests of the pages")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS), chromium_sandbox=False)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page; at the end nothing may have gone wrong on it, and nothing been asked of a network."""
    wrong: list[str] = []
    opened = browser.new_page(viewport={"width": 1180, "height": 640})
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("request", lambda request: wrong.append(request.url) if request.url.startswith(("http", "ws")) else None)
    yield opened
    opened.close()
    assert not wrong
