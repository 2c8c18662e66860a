"""The notebooks for trainers and researchers in JupyterLab, used as people would."""

import json

from playwright.sync_api import Page

from tests.browser.conftest import Visitor, lab_page
from tests.browser.servers import Served
from tests.browser.test_lab import DONE

PLAYED = "() => [...document.querySelectorAll('.tb-player')].some((one) => Number(one.dataset.time) > 1)"


def opened(visitor: Visitor, lab: Served, notebook: str) -> Page:
    page = lab_page(visitor(lab, viewport={"width": 1440, "height": 5200}), lab, notebook)
    page.wait_for_function(DONE, timeout=120_000)
    page.locator(".tb-lesson").first.wait_for()
    return page


def test_a_trainer_lets_people_guess_hear_write_and_rate(visitor: Visitor, lab: Served) -> None:
    page = opened(visitor, lab, "train_listening.ipynb")
    page.get_by_role("button", name="English").click()
    page.locator("input[placeholder='who guesses']").fill("Ann")
    page.locator(".tb-lesson button[title=Enter]").click()
    page.get_by_text("Guesses so far: Ann").wait_for()
    assert page.get_by_text("63–75").count() == 0, "no figure before it is revealed"
    page.locator(".tb-lesson button[title=Reveal]").click()
    page.get_by_text("63–75").first.wait_for()
    card = page.locator(".tb-card").first
    card.get_by_role("button", name="Listen").click()
    page.wait_for_function(PLAYED, timeout=60_000)
    card.locator("textarea").fill("Whom do you mean?")
    card.locator("textarea").blur()
    card.get_by_role("button", name="Uncover").click()
    card.get_by_text("interrupts").wait_for()
    page.locator("input[placeholder^='names with commas']").fill("Ann, Ben")
    page.locator("input[placeholder^='names with commas']").press("Enter")
    page.locator(".widget-gridbox select").first.wait_for()
    for place, rating in enumerate(("yes", "no", "partly", "yes", "no", "no")):
        page.locator(".widget-gridbox select").nth(place).select_option(rating)
    page.get_by_text("Krippendorff's alpha):").wait_for()
    page.get_by_role("button", name="Show both side by side").click()
    page.get_by_text("less than before").first.wait_for()
    page.get_by_role("button", name="Save the worksheet").click()
    page.get_by_text("workshop.html").wait_for()
    sheet = (lab.folder / "notebooks" / "workshop.html").read_text(encoding="utf-8")
    assert "Whom do you mean?" in sheet
    assert "Ben" in sheet


def test_a_researcher_judges_by_ear_and_sees_the_agreement(visitor: Visitor, lab: Served) -> None:
    page = opened(visitor, lab, "check_the_measures.ipynb")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Listen").click()
    page.wait_for_function(PLAYED, timeout=60_000)
    for answer in ("Yes", "No", "Yes", "Cannot tell", "No"):
        page.get_by_role("button", name=answer, exact=True).click()
        page.wait_for_timeout(300)
    page.get_by_text("5 of").wait_for()
    page.evaluate("document.querySelector('.tb-player').dataset.time = '12.30'")
    page.get_by_role("button", name="Here was one that is missing").click()
    page.get_by_text("Missing from the list: 0:12").wait_for()
    page.get_by_role("button", name="Evaluate").click()
    page.locator("th", has_text="Interruptions · all").wait_for()
    ((noted,),) = (one.values() for one in json.loads((lab.folder / "notebooks" / "labels.json").read_text()).values())
    assert len(noted["answers"]) == 5
    assert noted["missing"] == [[12.3, "Eva Brandt"]]
