"""`talkbalance lab`, in a real browser: every notebook runs from top to bottom, and nobody is asked for news."""

import pytest

from tests.browser.conftest import Visitor, drawn, lab_page
from tests.browser.servers import Served
from tests.conftest import ROOT

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
DONE = """() => {
  const shown = window.jupyterapp.shell.currentWidget;
  const code = shown.content.widgets.filter((cell) => cell.model.type === "code");
  return code.every((cell) => cell.model.executionCount !== null) && shown.sessionContext.session.kernel.status === "idle";
}"""


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom(visitor: Visitor, lab: Served, notebook: str) -> None:
    page = lab_page(visitor(lab), lab, notebook)
    page.wait_for_function(DONE, timeout=120_000)
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-OutputArea-output").count() > 0
    assert drawn(page)
    assert page.get_by_text("official Jupyter news").count() == 0


def test_the_page_stands_in_the_notebook_and_is_heard(visitor: Visitor, lab: Served) -> None:
    page = lab_page(visitor(lab), lab, "review_a_meeting.ipynb")
    page.locator(".tb-tile button").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="English").click()
    page.get_by_role("region", name="Cut in").get_by_role("button").first.click()
    page.locator(".tb-moments .tb-play").first.click()
    page.wait_for_function("Number(document.querySelector('.tb-player').dataset.time) > 1", timeout=60_000)
