"""A store's clients in a real browser: as a page of the app, and as a notebook that follows its first switch."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from talkbalance.corpus.example import MEETINGS, example
from tests.browser.conftest import Visitor, drawn, lab_page
from tests.browser.servers import Served, served


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example(tmp_path_factory.mktemp("years") / "store", chosen="de").path


def test_the_clients_of_a_store_are_a_page_of_the_app(visitor: Visitor, store: Path, tmp_path: Path) -> None:
    with served(tmp_path, "app", str(store), language="de") as server:
        page = visitor(server, viewport={"width": 1024, "height": 800})
        page.goto(server.url)
        expect(page.get_by_role("heading", name="Was offen blieb")).to_be_visible(timeout=60_000)
        assert drawn(page)
        assert page.locator(".tb-years-card svg").count() == 12
        narrow = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert narrow, "nothing stands out on the right"
        page.get_by_label("Kunde:").select_option(index=0)
        page.get_by_text("aus 3 Gesprächen").first.wait_for(timeout=30_000)
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", name="What was left open")).to_be_visible(timeout=30_000)
        page.get_by_text("from 3 meetings").first.wait_for()
        page.close()  # before its server goes


def test_the_parts_of_the_notebook_follow_its_first_switch(visitor: Visitor, lab: Served) -> None:
    page = lab_page(visitor(lab, viewport={"width": 1440, "height": 3200}), lab, "follow_a_relationship.ipynb")
    page.get_by_text(f"aus {MEETINGS} Gesprächen").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="English").click()
    page.get_by_text(f"from {MEETINGS} meetings").first.wait_for(timeout=60_000)
    assert page.get_by_text("What has changed").count() == 1
    assert drawn(page)
