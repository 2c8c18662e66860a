"""Programs in disguise in every text of a meeting, on every page there is: `python -m benchmarks.payloads [--together 1]`.

The browser is a real one. A payload *ran* where its call, a dialog, a request to its host, or an element made of it is seen
(`tests/browser/payloads.py`); a test shows that all of this is seen where nothing is escaped.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from playwright.sync_api import Browser, Page

from benchmarks.browsing import chromium
from benchmarks.shared import publish, table
from tests.browser.conftest import lab_page
from tests.browser.in_jupyter import CDN, exported, notebook, use, written
from tests.browser.payloads import PAYLOADS, carrying, shown, trapped
from tests.browser.servers import Served, served
from tests.browser.surfaces import SURFACES, made
from tests.browser.test_lab import DONE

COLUMNS = ("page", "payloads tried", "of these to be read on it", "ran")


@dataclass(slots=True)
class Tried:
    """What came of a page: how many payloads were tried, which could be read on it, and what ran."""

    tried: int = 0
    read: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)


def main() -> None:
    """Try all, each in a meeting of its own or some of them together, and write `results/payloads.md`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--together", type=int, default=1, help="payloads in one text")
    options = parser.parse_args(None if sys.argv[0].endswith("payloads.py") else [])
    found = tried(options.together)
    rows = [(page, one.tried, len(one.read), len(one.ran)) for page, one in found.items()]
    ran = "\n".join(f"- {page}: {what}" for page, one in found.items() for what in one.ran) or "Nothing ran."
    about = (__doc__ or "").split("\n\n", 1)[1].strip()
    command = f"Command: `python -m benchmarks.payloads --together {options.together}`; so many in one text."
    publish("payloads", "# Programs in disguise", about, command, table(COLUMNS, rows), ran)


def tried(together: int) -> dict[str, Tried]:
    """Try every payload on every page, so many in one text."""
    found: dict[str, Tried] = {}
    with TemporaryDirectory() as scratch, chromium() as browser:
        place = Path(scratch)
        for server in ("lab", "app"):
            (place / server).mkdir()
        with served(place / "lab", "lab", ".") as lab, served(place / "app", "app") as app:
            for names in batched(PAYLOADS, together):
                for page, (allowed, show) in _pages(place, lab, app).items():
                    _try(browser, names, found.setdefault(page, Tried()), allowed, show)
                print(*names, sum(len(one.ran) for one in found.values()), file=sys.stderr, flush=True)
    return found


Show = Callable[[Page, str, Callable[[], None]], None]
"""Shows pages with a payload, and calls back at each of them."""


def batched(names: Iterable[str], together: int) -> Iterator[tuple[str, ...]]:
    """Yield names, so many at a time."""
    left = iter(names)
    while batch := tuple(islice(left, together)):
        yield batch


def _try(browser: Browser, names: tuple[str, ...], tried: Tried, allowed: tuple[str, ...], show: Show) -> None:
    tried.tried += len(names)
    with trapped(browser, *allowed) as (page, trap):

        def look() -> None:
            tried.read |= shown(page, names)
            trap.look(page)

        show(page, " ".join(PAYLOADS[name] for name in names), look)
        tried.ran += [f"{', '.join(names)}: {what}" for what in trap.caught]


def _pages(folder: Path, lab: Served, app: Served) -> Mapping[str, tuple[tuple[str, ...], Show]]:
    def file(surface: str) -> Show:
        def show(page: Page, payload: str, look: Callable[[], None]) -> None:
            for path in made(surface, carrying([payload]), payload, folder):
                page.goto(path.as_uri())
                look()

        return show

    def in_lab(page: Page, payload: str, look: Callable[[], None]) -> None:
        cells = notebook(written(carrying([payload]), payload, folder / "lab"), payload)
        nbformat.write(cells, lab.folder / "notebooks" / "hostile.ipynb")  # type: ignore[no-untyped-call]
        lab_page(page, lab, "hostile.ipynb").wait_for_function(DONE, timeout=180_000)
        look()

    def in_app(page: Page, payload: str, look: Callable[[], None]) -> None:
        page.goto(app.url)
        use(page, written(carrying([payload]), payload, folder / "app"), [payload])
        look()

    def executed(page: Page, payload: str, look: Callable[[], None]) -> None:
        page.route("http*://**", lambda route: route.abort())
        page.goto(exported(written(carrying([payload]), payload, folder / "notebook"), payload).as_uri())
        look()

    own: dict[str, tuple[tuple[str, ...], Show]] = {surface: ((), file(surface)) for surface in SURFACES}
    return {
        **own,
        "JupyterLab: review, explorer, training, judging, tables": (lab.origins, in_lab),
        "app, with files dropped and corrections": (app.origins, in_app),
        "notebook, executed and exported": (CDN, executed),
    }


if __name__ == "__main__":
    main()
