"""The place to drop a file, in a real browser, with a kernel played by the page."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from talkbalance.views.drop import Drop

KERNEL = """
const state = %s, listeners = {};
window.kernel = { written: [], sent: [], got: 0, deaf: 0, late: false };
const answer = (message) => (listeners["msg:custom"] || []).forEach((act) => act(message, []));
window.model = {
  get: (key) => state[key],
  on: (event, act) => { (listeners[event] ||= []).push(act); },
  off: (event, act) => { listeners[event] = (listeners[event] || []).filter((one) => one !== act); },
  send: (content, _, buffers) => {
    kernel.sent.push(content);
    if (content.do === "begin") kernel.size = content.size;
    if (content.do === "path") { setTimeout(() => answer({ file: null, failed: `no ${content.path}` })); return; }
    if (content.do === "cancel") return;
    if (content.do === "slice" && content.at === kernel.got) {
      kernel.written.push(...new Uint8Array(buffers[0]));
      kernel.got += buffers[0].byteLength;
    }
    if (content.do === "slice" && kernel.deaf-- > 0) return;
    setTimeout(() => {
      answer({ file: content.file, got: kernel.got, again: content.again });
      if (kernel.got === kernel.size) answer({ file: content.file, there: true });
    }, kernel.late ? 400 : 0);
  },
};
"""
SOUND = bytes(range(256)) * 4


@pytest.fixture
def zone(page: Page, tmp_path: Path) -> Page:
    """Return a page with a place to drop a file, in slices of 100 bytes."""
    drop = Drop(lambda *_: None)
    state = json.dumps({"labels": drop.labels, "slice": 100, "patience": 0.2, "compact": False})
    script = str(drop._esm).replace("export default { render };", "")
    shown = 'render({ model: window.model, el: document.getElementById("here") });'
    html = f"<!doctype html><meta charset=utf-8><style>{drop._css}</style><div id=here></div>"
    file = tmp_path / "page.html"
    file.write_text(f"{html}<script type=module>{script}{KERNEL % state}{shown}</script>", encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_selector(".tb-drop")
    return page


def give(zone: Page, name: str = "Erstgespräch.mp4", content: bytes = SOUND) -> None:
    zone.set_input_files("input[type=file]", {"name": name, "mimeType": "video/mp4", "buffer": content})


def there(zone: Page, name: str = "Erstgespräch.mp4") -> None:
    zone.wait_for_function("(name) => document.querySelector('.tb-drop-said').textContent === `${name} is here.`", arg=name)


def test_a_file_is_handed_over_slice_by_slice(zone: Page) -> None:
    give(zone)
    there(zone)
    assert bytes(zone.evaluate("kernel.written")) == SOUND
    assert zone.evaluate("kernel.sent.filter((one) => one.do === 'slice').length") == 11
    assert zone.locator(".tb-drop-choose").is_visible()


def test_a_dropped_file_is_taken_and_two_are_not(zone: Page) -> None:
    dropped = """(names) => {
      const carried = new DataTransfer();
      for (const name of names) carried.items.add(new File(["WEBVTT"], name));
      const event = new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
      document.querySelector(".tb-drop").dispatchEvent(event);
    }"""
    zone.evaluate(dropped, ["a.vtt", "b.vtt"])
    assert zone.locator(".tb-drop-wrong").text_content() == "One file at a time, please."
    zone.evaluate(dropped, ["a.vtt"])
    there(zone, "a.vtt")
    assert bytes(zone.evaluate("kernel.written")) == b"WEBVTT"


def test_lost_answers_and_late_ones_write_nothing_twice(zone: Page) -> None:
    zone.evaluate("kernel.deaf = 2")
    give(zone)
    there(zone)
    assert bytes(zone.evaluate("kernel.written")) == SOUND
    assert "where" in zone.evaluate("kernel.sent.map((one) => one.do)")


def test_a_stalled_connection_is_said_and_gone_on_from(zone: Page) -> None:
    zone.evaluate("kernel.late = true")
    give(zone, content=SOUND[:250])
    zone.wait_for_function("document.querySelector('.tb-drop-state').textContent.includes('stalled')")
    there(zone)
    assert bytes(zone.evaluate("kernel.written")) == SOUND[:250]


def test_the_time_left_is_said_and_it_can_be_cancelled(zone: Page) -> None:
    zone.evaluate("kernel.late = true")
    give(zone, content=SOUND * 10)
    zone.wait_for_function("/MB, \\d+ (s|min) left/.test(document.querySelector('.tb-drop-state').textContent)")
    zone.get_by_role("button", name="Cancel").click()
    assert zone.evaluate("kernel.sent.at(-1).do") == "cancel"
    assert zone.locator(".tb-drop-choose").is_visible()
    assert zone.evaluate("document.activeElement.className") == "tb-drop-choose"


def test_a_path_is_asked_for_and_a_wrong_one_said(zone: Page) -> None:
    zone.get_by_label("Or the path").fill("<b>call</b>.mp4")
    zone.keyboard.press("Enter")
    zone.wait_for_selector(".tb-drop-wrong")
    assert zone.locator(".tb-drop-said").text_content() == "no <b>call</b>.mp4"


def test_an_empty_file_and_the_same_one_once_more(zone: Page) -> None:
    for _ in range(2):
        zone.evaluate("kernel.got = 0; kernel.written = []; document.querySelector('.tb-drop-said').textContent = ''")
        give(zone, "empty.vtt", b"")
        there(zone, "empty.vtt")
