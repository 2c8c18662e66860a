"""Nothing people say, are called, or call a file becomes a program on any page, tried in a real browser."""

import html
import unicodedata
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jinja2 import Environment, TemplateError
from playwright.sync_api import Browser

from tests.browser.conftest import lab_page
from tests.browser.in_jupyter import CDN, exported, notebook, use, written
from tests.browser.payloads import PAYLOADS, carrying, shown, trapped
from tests.browser.servers import Served
from tests.browser.surfaces import HEAD, SURFACES, made
from tests.browser.test_lab import DONE

BUNDLES = 6
"""In how many texts all payloads stand: what one swallows of another is found where each is tried alone (`make soak`)."""
SHORT = 10
"""Payloads to be read on the page of a relationship, which shows a few quotes."""


def bundled() -> list[str]:
    """Return texts that carry all payloads, each a part of them."""
    return [" ".join(list(PAYLOADS.values())[first::BUNDLES]) for first in range(BUNDLES)]


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_runs(browser: Browser, surface: str, tmp_path: Path) -> None:
    seen: set[str] = set()
    with trapped(browser) as (page, trap):
        for path in made(surface, carrying(bundled()), bundled()[0], tmp_path):
            page.goto(path.as_uri())
            assert trap.look(page) == [], path.name
            seen |= shown(page, PAYLOADS)
    assert len(seen) >= (SHORT if surface == "relationship" else len(PAYLOADS)), sorted(set(PAYLOADS) - seen)


ORDERED = """() => [...document.querySelectorAll(".tb-head, .tb-pane .tb-moments p")]
  .map((one) => [...one.querySelectorAll("b, .tb-soft")].map((part) => part.getBoundingClientRect()))
  .filter((parts) => parts.length > 1).map(([one, next]) => one.right <= next.left + 1)"""


@pytest.mark.parametrize("surface", ["report", "explorer and player"])
def test_a_name_that_turns_its_letters_turns_nothing_beside_it(browser: Browser, surface: str, tmp_path: Path) -> None:
    """U+202E writes what follows from right to left: another name, or how sure something is, would be read as its mirror."""
    with trapped(browser) as (page, _):
        page.goto(made(surface, carrying(["Eva\u202e"]), "Eva", tmp_path)[0].as_uri())
        order = page.evaluate(ORDERED)
    assert order
    assert all(order)


# ---------------------------------------------------------------------------------------------------- in Jupyter


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """Return a file of a meeting that carries everything."""
    return written(carrying(bundled()), bundled()[0], tmp_path)


def test_nothing_runs_in_jupyterlab(browser: Browser, lab: Served, call: Path) -> None:
    nbformat.write(notebook(call, bundled()[0]), lab.folder / "notebooks" / "hostile.ipynb")  # type: ignore[no-untyped-call]
    with trapped(browser, *lab.origins) as (page, trap):
        lab_page(page, lab, "hostile.ipynb").wait_for_function(DONE, timeout=180_000)
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
        page.locator(".tb-tile").first.wait_for()
        assert trap.look(page) == []
        assert shown(page, PAYLOADS) == set(PAYLOADS)


def test_nothing_runs_in_what_is_exported(browser: Browser, call: Path) -> None:
    """Nor in a notebook that was executed, as nbconvert writes it, with what its widgets hold; it gets nothing from a network."""
    with trapped(browser, *CDN) as (page, trap):
        page.route("http*://**", lambda route: route.abort())
        page.goto(exported(call, bundled()[0]).as_uri())
        assert trap.look(page) == []
        assert shown(page, PAYLOADS) == set(PAYLOADS)


def test_nothing_runs_in_the_app(browser: Browser, voila: Served, call: Path) -> None:
    with trapped(browser, *voila.origins) as (page, trap):
        page.goto(voila.url)
        use(page, call, list(PAYLOADS.values())[::12])
        assert trap.look(page) == []
        assert shown(page, PAYLOADS) == set(PAYLOADS)


# ---------------------------------------------------------------------------------------------------- what the trap is worth

PLACES = (
    "<p>№</p>",
    '<p title="№">x</p>',
    "<p title='№'>x</p>",
    "<p title=№>x</p>",
    "<title>№</title>",
    "<textarea>№</textarea>",
    "<style>p { color: № }</style><p>x</p>",
    '<style>p::after { content: "№" }</style><p>x</p>',
    "<style>№</style>",
    '<p style="color:№">x</p>',
    '<script>const said = "№"</script>',
    "<script>const said = '№'</script>",
    "<script>const said = `№`</script>",
    "<script>// №\n</script>",
    '<a href="№">x</a>',
    "<svg><text>№</text></svg>",
    "<!-- № -->",
)
"""Where a text may stand without being escaped."""


def _template(said: str) -> str:
    try:
        return Environment(autoescape=False).from_string(said).render()
    except TemplateError:
        return said


READ: tuple[Callable[[str], str], ...] = (
    str,
    html.unescape,
    lambda said: unicodedata.normalize("NFKC", said),
    lambda said: "".join(sign for sign in said if unicodedata.category(sign) != "Cf"),
    _template,
)
"""What a page may do to a text before it shows it."""
ELSEWHERE = {"mathematics", "cell", "markdown"}
"""What only MathJax, a spreadsheet or a reader of Markdown takes for something: tried in JupyterLab and in what is exported."""


def test_the_trap_catches_each_where_nothing_is_escaped(browser: Browser, tmp_path: Path) -> None:
    unseen = []
    with trapped(browser) as (page, trap):
        for name in PAYLOADS.keys() - ELSEWHERE:
            read = {read(PAYLOADS[name]) for read in READ}
            frames = [html.escape(place.replace("№", said)) for place in PLACES for said in read]
            file = tmp_path / "open.html"
            file.write_text(HEAD + "".join(f'<iframe srcdoc="{frame}"></iframe>' for frame in frames), encoding="utf-8")
            page.goto(file.as_uri())
            if not trap.look(page):
                unseen.append(name)
            trap.caught.clear()
    assert unseen == []
