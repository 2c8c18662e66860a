"""A real browser: Chromium, the system's own; where there is none, these tests say so and are left out."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.servers import Served, lab, voila

__all__ = ["browser", "lab", "page", "visitor", "voila"]

NAMES = "chromium", "chromium-browser", "google-chrome"
FLAGS = "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"
NOISE = ("Unsatisfied version", "No satisfying version")
"""What Voilà says of its own parts, which are older than JupyterLab's."""
INSIDE = ("data:", "blob:", "file:", "about:", "chrome:", "devtools:")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the browser, without a window."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here: `apt-get install chromium`, or Google Chrome, for the tests of the pages")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS), chromium_sandbox=False)
        yield opened
        opened.close()


@contextmanager
def watched(browser: Browser, origin: str | None = None, **settings: object) -> Iterator[Page]:
    """Yield an empty page; at the end nothing may have gone wrong on it, and nothing been asked but of one origin."""
    wrong: list[str] = []
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    opened = context.new_page()
    own = (origin, origin.replace("http", "ws", 1)) if origin else ()

    def elsewhere(url: str) -> None:
        if not url.startswith((*INSIDE, *own)):
            wrong.append(url)

    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("request", lambda request: elsewhere(request.url))
    opened.on("websocket", lambda socket: elsewhere(socket.url))
    yield opened
    context.close()
    assert not [one for one in wrong if not one.startswith(NOISE)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page; at the end nothing may have gone wrong on it, and nothing been asked of a network."""
    with watched(browser, viewport={"width": 1180, "height": 640}) as opened:
        yield opened


Visitor = Callable[..., Page]
"""Opens a page of a server; everything it asks for has to come from there."""


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Return what opens an empty page that may speak to one server; it is watched until the test is over."""
    with ExitStack() as stack:
        yield lambda server, **settings: stack.enter_context(
            watched(browser, server.origin, **{"viewport": {"width": 1440, "height": 900}, **settings})
        )


def drawn(shown: Page) -> bool:
    """Return whether there is something to see: not one colour nearly everywhere, and no sentence of a page that failed."""
    with Image.open(BytesIO(shown.screenshot())) as picture:
        colours = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    most = max(number for number, _ in colours)
    failed = any(shown.get_by_text(words).count() for words in ("Error displaying widget", "model not found", "Traceback"))
    return len(colours) > 20 and most < 0.985 * sum(number for number, _ in colours) and not failed


def lab_page(opened: Page, server: Served, notebook: str) -> Page:
    """Open a notebook in JupyterLab and run all of it."""
    opened.goto(server.url.replace("review_a_meeting.ipynb", notebook) + "&reset")
    opened.wait_for_selector(".jp-Notebook", timeout=60_000)
    opened.wait_for_function(READY, timeout=90_000)
    opened.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    return opened


READY = """() => {
  const kernel = window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel;
  return kernel?.status === "idle" && kernel.connectionStatus === "connected";
}"""
"""The kernel is idle and connected: before, what is to be run is lost."""
