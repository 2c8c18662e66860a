"""The player's page in a real browser, with the widget's own state and the sound of a sample."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from talkbalance import formats
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.speech.playback import playable
from talkbalance.views.player import AROUND, Player

STATE = ("people", "spans", "moments", "length", "left_out", "editable", "sound", "around", "labels", "request", "meeting")
MODEL = """
const state = %s, heard = {}, sound = Uint8Array.from(atob("%s"), (one) => one.charCodeAt(0)), size = 1 << 18;
window.model = {
  get: (key) => state[key],
  set: (key, value) => { state[key] = value; (heard["change:" + key] || []).forEach((act) => act()); },
  on: (event, act) => { (heard[event] ||= []).push(act); },
  off: (event, act) => { heard[event] = (heard[event] || []).filter((one) => one !== act); },
  sent: [],
  send: ({ want, correct }) => correct ? window.model.sent.push(correct) : setTimeout(() => {
    const piece = new DataView(sound.slice(want * size, (want + 1) * size).buffer);
    const message = { piece: want, of: Math.ceil(sound.length / size), mime: "audio/mpeg" };
    (heard["msg:custom"] || []).forEach((act) => act(message, [piece]));
  }),
};
"""


def opened(page: Page, folder: Path, player: Player, sound: bytes = b"") -> None:
    """Open a page with a player on it."""
    state = json.dumps({name: getattr(player, name) for name in STATE}).replace("</", "<\\/")
    model = MODEL % (state, base64.b64encode(sound).decode())
    script = str(player._esm).replace("export default { render };", "").replace("export function", "function")
    style = f"<style>{player._css}</style>"
    shown = 'render({ model: window.model, el: document.getElementById("here") });'
    content = f"<!doctype html><meta charset=utf-8>{style}<div id=here></div><script type=module>{script}{model}{shown}</script>"
    file = folder / "page.html"
    file.write_text(content, encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_selector(".tb-window svg")


@pytest.fixture
def heard(page: Page, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Return the page of the German first meeting with its sound."""
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    player = Player(meeting, recording=samples / "erstgespraech_de.mp3")
    player.mark(interruptions(meeting), questions(meeting))
    opened(page, tmp_path, player, playable(samples / "erstgespraech_de.mp3").read_bytes())
    return page


def at(page: Page) -> float:
    """Return the second the player is at."""
    return float(page.evaluate("document.querySelector('.tb-player').dataset.time"))


def playing(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('.tb-player').dataset.playing === '1'"))


def test_a_moment_is_played_with_what_was_before_it(heard: Page) -> None:
    second = heard.evaluate("model.get('moments').start[1]")
    heard.locator(".tb-scroll button").nth(1).click()
    heard.wait_for_function("document.querySelector('.tb-player').dataset.playing === '1'")
    heard.wait_for_function(f"Number(document.querySelector('.tb-player').dataset.time) > {second - AROUND + 0.2}")
    assert second - AROUND <= at(heard) < second + 1


def test_it_stops_after_the_moment(heard: Page) -> None:
    heard.evaluate("model.set('request', { start: 10.0, end: 10.6, n: 1 })")
    heard.wait_for_function("document.querySelector('.tb-player').dataset.playing === '0'")
    assert at(heard) == pytest.approx(10.6, abs=0.5)


def test_keys_play_pause_and_go_to_moments(heard: Page) -> None:
    heard.locator(".tb-player").focus()
    heard.keyboard.press(" ")
    heard.wait_for_function("document.querySelector('.tb-player').dataset.playing === '1'")
    heard.keyboard.press(" ")
    heard.wait_for_function("document.querySelector('.tb-player').dataset.playing === '0'")
    heard.keyboard.press("ArrowDown")
    heard.wait_for_function("document.querySelector('.tb-player').dataset.playing === '1'")
    assert heard.locator(".tb-scroll").first.locator("button.tb-now").count() == 1
    heard.keyboard.press("ArrowRight")
    heard.wait_for_function("Number(document.querySelector('.tb-player').dataset.time) > 6")


def test_a_click_lands_where_it_points(heard: Page) -> None:
    box = heard.locator(".tb-window svg").bounding_box()
    assert box is not None
    heard.mouse.click(box["x"] + box["width"] / 2, box["y"] + 45)
    heard.wait_for_function("document.querySelector('.tb-player').dataset.playing === '1'")
    assert at(heard) == pytest.approx(heard.evaluate("model.get('length')") / 2, abs=2)


def test_what_was_said_follows_along(heard: Page) -> None:
    heard.evaluate("model.set('request', { start: 60.0, end: 70.0, n: 1 })")
    heard.wait_for_selector(".tb-scroll >> nth=1 >> button.tb-now")
    place = heard.evaluate("[...document.querySelectorAll('.tb-scroll')[1].children].findIndex((n) => n.matches('.tb-now'))")
    starts = heard.evaluate("model.get('spans').start")
    assert starts[place] == max(one for one in starts if one <= at(heard) + 0.3)


def test_every_moment_has_a_mark_and_a_line(heard: Page) -> None:
    moments = len(heard.evaluate("model.get('moments').start"))
    assert heard.locator("[data-moment]").count() == moments
    assert heard.locator(".tb-scroll").first.locator("button").count() == moments


def test_words_are_words(page: Page, tmp_path: Path) -> None:
    evil = '<img src=x onerror="throw 1"></script><b>'
    said = Utterance(0, 2, evil, evil), Utterance(1, 3, "B", evil)
    opened(page, tmp_path, Player(Meeting((Speaker(evil), Speaker("B")), said, duration=4)))
    assert page.locator("img, b").count() == 0
    assert evil in str(page.locator(".tb-scroll").last.text_content())


def test_without_a_recording_it_says_so_and_nothing_plays(page: Page, samples: Path, tmp_path: Path) -> None:
    opened(page, tmp_path, Player(formats.read(samples / "erstgespraech_de.meeting.json")))
    page.locator(".tb-window svg").click()
    page.locator(".tb-player").focus()
    page.keyboard.press(" ")
    assert "nothing to hear" in str(page.locator(".tb-state").text_content())
    assert not playing(page)


@pytest.mark.parametrize(
    ("spans", "shared"),
    [
        ({"start": [0, 1], "end": [2, 3]}, [[1, 2]]),
        ({"start": [0, 2], "end": [2, 3]}, []),
        ({"start": [0, 1, 1.5], "end": [4, 2, 3]}, [[1, 3]]),
        ({"start": [], "end": []}, []),
    ],
)
def test_where_two_speak_is_shown(page: Page, tmp_path: Path, spans: dict[str, list[float]], shared: list[list[float]]) -> None:
    script = str(Player._esm).replace("export default { render };", "").replace("export function", "function")
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><script type=module>{script} window.together = together;</script>")
    page.goto(file.as_uri())
    assert page.evaluate("(spans) => together(spans)", spans) == shared


@pytest.fixture
def edited(page: Page, samples: Path, tmp_path: Path) -> Page:
    """Return the page of a meeting that can be corrected; nothing is to be heard."""
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    player = Player(replace(meeting, recording=None))
    player.let_correct(lambda _: None)
    player.mark(interruptions(meeting), questions(meeting))
    opened(page, tmp_path, player)
    return page


def test_words_and_speaker_of_an_utterance_are_corrected(edited: Page) -> None:
    said = edited.locator(".tb-scroll").nth(1)
    said.locator("button").nth(2).hover()
    edited.get_by_role("button", name="Correct this utterance").click()
    edited.get_by_label("What was said").fill("ganz andere Worte")
    names = edited.evaluate("model.get('people').map((one) => one.name)")
    who = edited.evaluate("model.get('spans').who[2]")
    edited.locator("form select").select_option(names[1 - who])
    edited.get_by_role("button", name="Apply").click()
    start = edited.evaluate("Math.round(model.get('spans').start[2] * 1000)")
    on = {"speaker": names[who], "start": start}
    assert edited.evaluate("model.sent") == [
        {"do": "text", "on": on, "value": "ganz andere Worte"},
        {"do": "reassign", "on": on, "value": names[1 - who]},
    ]


def test_a_moment_is_said_to_be_wrong_by_keyboard(edited: Page) -> None:
    edited.locator(".tb-scroll button").first.focus()
    edited.keyboard.press("Tab")
    edited.keyboard.press("Tab")
    edited.keyboard.press("Enter")
    [sent] = edited.evaluate("model.sent")
    assert (sent["do"], sent["on"]["measure"]) == ("reject", edited.evaluate("model.get('moments').measure[0]"))
    assert sent["on"]["start"] == edited.evaluate("Math.round(model.get('moments').start[0] * 1000)")


def test_a_stretch_that_is_dragged_over_does_not_count(edited: Page) -> None:
    lanes = edited.locator(".tb-window svg").bounding_box()
    assert lanes is not None
    y = lanes["y"] + 30
    edited.mouse.move(lanes["x"] + 100, y)
    edited.mouse.down()
    edited.mouse.move(lanes["x"] + 300, y, steps=4)
    edited.mouse.up()
    edited.get_by_role("button", name="Do not count").click()
    [sent] = edited.evaluate("model.sent")
    length = edited.evaluate("model.get('length')")
    assert sent["do"] == "exclude"
    assert sent["on"]["start"] == pytest.approx(100 / lanes["width"] * length * 1000, abs=300)
    assert sent["on"]["end"] == pytest.approx(300 / lanes["width"] * length * 1000, abs=300)


def test_what_nobody_may_correct_offers_nothing(heard: Page) -> None:
    heard.locator(".tb-scroll").nth(1).locator("button").nth(2).hover()
    assert heard.locator(".tb-small").count() == 0
