"""`talkbalance app`, used as a person would: from the terminal's link to a saved report, and what a stranger gets to see."""

import http.client
import shutil
import time
import wave
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest
from playwright.sync_api import Page, expect

from talkbalance import formats
from talkbalance.corrections import Log, log_beside
from talkbalance.meeting import Speaker
from talkbalance.speech.audio import open_recording
from tests.browser.conftest import Visitor, drawn
from tests.browser.servers import Served, served

PLAYS = "document.querySelector('.tb-player').dataset.playing === '1'"
MOST_ACTIONS = 6
"""Clicks, choices and keys from the terminal's link to the first interruption."""


def welcome(visitor: Visitor, voila: Served) -> Page:
    """Open the link as the terminal shows it."""
    page = visitor(voila)
    page.goto(voila.url)
    page.wait_for_selector(".tb-drop", timeout=60_000)
    return page


def hears(page: Page, start: float) -> None:
    """Wait until the sound moves on from about a second."""
    page.wait_for_function(PLAYS, timeout=60_000)
    page.wait_for_function(f"Number(document.querySelector('.tb-player').dataset.time) > {start + 0.5}", timeout=30_000)
    assert float(page.evaluate("document.querySelector('.tb-player').dataset.time")) < start + 8


def seconds(said: str | None) -> int:
    """Return the second a line begins at: "▶ 1:23"."""
    minutes, rest = str(said).removeprefix("▶ ").split(":")
    return 60 * int(minutes) + int(rest)


def test_a_newcomer_hears_the_first_interruption_within_six_actions(visitor: Visitor, voila: Served) -> None:
    page = welcome(visitor, voila)
    actions = 1  # the link
    page.get_by_role("button", name="Look at it").click()
    actions += 1
    page.get_by_role("region", name="Cut in").get_by_role("button").first.click(timeout=60_000)
    actions += 1
    first = page.locator(".tb-moments .tb-play").first
    at = seconds(first.text_content())
    first.click()
    actions += 1
    hears(page, at - 2)
    assert actions <= MOST_ACTIONS


def test_with_a_file_its_first_interruption_is_three_actions_away(visitor: Visitor, samples: Path, tmp_path: Path) -> None:
    with served(tmp_path, "app", str(samples / "erstgespraech_de.meeting.json"), language="de") as server:
        page = visitor(server)
        page.goto(server.url)
        page.get_by_role("region", name="Ins Wort gefallen").get_by_role("button").first.click(timeout=60_000)
        page.locator(".tb-moments .tb-play").first.click()
        page.wait_for_function(PLAYS, timeout=60_000)
        assert page.evaluate("document.documentElement.lang") == "de"
        assert page.title() == "talkbalance"
        page.close()  # before its server goes


def test_a_meeting_is_opened_named_heard_and_taken_away(visitor: Visitor, voila: Served, samples: Path, tmp_path: Path) -> None:
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    heard = meeting.with_sides({"": ["Eva Brandt=S1", "Herr Baum=S2"]})
    assert heard.speakers == (Speaker("S1"), Speaker("S2"))
    formats.write(replace(heard, source=replace(heard.source, file="call.mp3")), tmp_path / "call.meeting.json")
    shutil.copyfile(samples / "erstgespraech_de.mp3", tmp_path / "call.mp3")
    page = welcome(visitor, voila)
    page.get_by_label("Or the path").fill(str(tmp_path / "call.meeting.json"))
    page.keyboard.press("Enter")
    name_sides(page)
    cut_in = page.get_by_role("region", name="Cut in").get_by_role("button").first
    cut_in.click()
    first = page.locator(".tb-moments .tb-play").first
    at = seconds(first.text_content())
    first.click()
    hears(page, at - 2)
    assert drawn(page)
    counted = cut_in.text_content()
    page.locator(".tb-moments").get_by_role("button", name="Wrong: it does not count").first.click()
    expect(cut_in).not_to_have_text(str(counted))
    made = Log(log_beside(tmp_path / "call.meeting.json"))
    assert [line.do for line in made] == [*["rename", "side"] * 2, "reject"]
    saved = save_report(page, tmp_path)
    report = visitor(voila)
    report.goto(saved.as_uri())
    assert drawn(report)
    assert "Eva" in str(report.locator("main").text_content())
    assert report.locator("svg").count() > 2


def name_sides(page: Page) -> None:
    """Say who is who, as one does who has heard them: a name, and the side at once."""
    for line, (name, side) in enumerate((("Eva", "Agency"), ("Herr Baum", "Client"))):
        page.get_by_label("Name", exact=True).nth(line).fill(name, timeout=60_000)
        page.get_by_role("button", name=side, exact=True).nth(line).click()
    page.get_by_role("region", name="Cut in").get_by_text("Agency").wait_for()


def save_report(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Report (HTML)").click()
    path = folder / "report.html"
    download.value.save_as(path)
    return path


@pytest.mark.models
def test_a_recording_is_dropped_heard_and_played(visitor: Visitor, voila: Served, samples: Path, tmp_path: Path) -> None:
    with open_recording(samples / "erstgespraech_de.mp3") as sound, wave.open(str(tmp_path / "kurz.wav"), "wb") as short:
        short.setnchannels(1)
        short.setsampwidth(2)
        short.setframerate(16_000)
        short.writeframes((sound.mix.read(30.0, 50.0) * 32767).astype(np.int16).tobytes())
    page = welcome(visitor, voila)
    page.set_input_files(".tb-drop input[type=file]", tmp_path / "kurz.wav")
    page.wait_for_selector(".tb-tile", timeout=120_000)
    page.locator(".tb-below button").last.click()
    page.wait_for_function(PLAYS, timeout=60_000)
    dropped = list((voila.folder / "cache" / "dropped").rglob("kurz.wav"))
    assert len(dropped) == 1
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("Eva Brandt").first.wait_for(timeout=60_000)
    assert not dropped[0].exists(), "removed when it gives way to another"


def get(voila: Served, path: str, **headers: str) -> tuple[int, bytes, str]:
    """Ask the server as a program would: status, content, cookie."""
    connection = http.client.HTTPConnection(urlsplit(voila.url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read(), (answer.getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    return found


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/voila/static/voila.js", "/voila/files/app.ipynb", "/api/kernels"])
def test_a_stranger_sees_nothing(voila: Served, path: str) -> None:
    kernels = len(psutil.Process(voila.pid).children())
    status, content, cookie = get(voila, path)
    assert (status, cookie) == (403, "")
    assert b"talkbalance app" in content
    assert len(psutil.Process(voila.pid).children()) == kernels


def test_whoever_has_the_link_gets_the_page_and_no_file_of_the_disk(voila: Served) -> None:
    _, _, cookie = get(voila, "/?" + urlsplit(voila.url).query)
    assert get(voila, "/voila/static/voila.js", Cookie=cookie)[0] == 200
    for path in ("/voila/files/app.ipynb", "/voila/files/../app.py", "/voila/files/%2e%2e/app.py", "/voila/files//etc/passwd"):
        assert get(voila, path, Cookie=cookie)[0] in (403, 404)
    host = urlsplit(voila.url).netloc
    assert get(voila, "/voila/static/voila.js", Cookie=cookie, Host=f"evil.example:{urlsplit(voila.url).port}")[0] == 403
    assert get(voila, "/voila/static/voila.js", Cookie=cookie, Origin="http://evil.example")[0] == 403
    assert get(voila, "/voila/static/voila.js", Cookie=cookie, Origin=f"http://{host}")[0] == 200


def test_the_kernel_goes_with_its_tab(visitor: Visitor, voila: Served) -> None:
    page = welcome(visitor, voila)
    kernels = len(psutil.Process(voila.pid).children())
    page.goto("about:blank")
    until = time.monotonic() + 20
    while len(psutil.Process(voila.pid).children()) >= kernels and time.monotonic() < until:
        time.sleep(0.1)
    assert len(psutil.Process(voila.pid).children()) < kernels
