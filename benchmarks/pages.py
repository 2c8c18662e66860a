"""What a person waits for on the page, in a real browser: `python -m benchmarks.pages`.

The meeting is an hour long: the German first meeting, with its sound, played sixteen times. The page is that of `talkbalance app`,
in Chromium, driven as a person would. What is counted as sent goes from the kernel to the page.
"""

import os
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread

import numpy as np
import psutil
from playwright.sync_api import Page, WebSocket

from benchmarks.browsing import chromium
from benchmarks.shared import ROOT, publish, table
from talkbalance.formats import read, write
from talkbalance.meeting import Meeting, Utterance, times_of
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE
from talkbalance.views.drop import SLICE
from tests.browser.servers import Served, served

SAMPLE = ROOT / "samples" / "erstgespraech_de.meeting.json"
TIMES = 16
LARGE = 1000
"""Megabytes of the file that is handed over: an hour of video."""
CORRECTIONS = 5
PLAYS = "document.querySelector('.tb-player').dataset.playing === '1'"
SETTLED = "!document.body.textContent.includes('still being computed')"


def main() -> None:
    """Measure, and write `results/pages.md`."""
    with TemporaryDirectory() as scratch, chromium() as browser:
        folder = Path(scratch)
        meeting = an_hour(folder)
        with served(folder, "app") as server:
            rows = [*_review(browser.new_page(), server, meeting), *_handover(browser.new_page(), server, folder)]
    busy = f"{os.getloadavg()[0]:.1f} programs at work on average meanwhile."
    command = f"Command: `python -m benchmarks.pages`; two cores, {busy}"
    publish(
        "pages",
        "# What a person waits for",
        str(__doc__).partition("\n\n")[2].strip(),
        command,
        table(("what", "figure", "unit"), rows),
    )


def an_hour(folder: Path) -> Path:
    """Make the meeting and its recording, and return the meeting's file."""
    meeting = read(SAMPLE)
    shifts = [meeting.length * i for i in range(TIMES)]
    said = tuple(_shifted(utterance, by) for by in shifts for utterance in meeting.utterances)
    hour = replace(meeting, utterances=said, duration=meeting.length * TIMES, source=replace(meeting.source, file="hour.wav"))
    with open_recording(SAMPLE.with_name("erstgespraech_de.mp3")) as sound, wave.open(str(folder / "hour.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        samples = np.zeros(round(meeting.length * RATE), np.int16)
        heard = (sound.mix.read(0.0, sound.mix.duration) * 32767).astype(np.int16)[: len(samples)]
        samples[: len(heard)] = heard
        for _ in shifts:
            file.writeframes(samples.tobytes())
    write(replace(hour, recording=None), folder / "hour.meeting.json")
    return folder / "hour.meeting.json"


def _shifted(utterance: Utterance, by: float) -> Utterance:
    start, end = times_of(utterance)
    words = tuple(replace(word, start=word.start + by, end=word.end + by) for word in utterance.words)
    return replace(utterance, start=start + by, end=end + by, words=words, prosody=())


class Traffic:
    """Counts what the kernel sends to a page."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        page.on("websocket", self._count)

    def _count(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._add)

    def _add(self, frame: str | bytes) -> None:
        self.received += len(frame)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _review(page: Page, server: Served, meeting: Path) -> Iterator[tuple[str, float | int, str]]:
    """Yield what it takes to see, hear and correct the hour."""
    loading = median(_timed(lambda: read(meeting)) for _ in range(3))
    hour = read(meeting)
    yield from _size(hour)
    traffic = Traffic(page)

    def visit() -> None:
        page.goto(server.url)
        page.wait_for_selector(".tb-drop", timeout=60_000)

    yield "the link to a page that can be used", _timed(visit), "s"
    page.locator(".tb-drop-path input").fill(str(meeting))
    before = traffic.received

    def appear() -> None:
        page.keyboard.press("Enter")
        page.wait_for_selector(".tb-tile", timeout=60_000)

    seen = _timed(appear)
    yield "reading the meeting's file", loading, "s"
    yield "a file named, to its first figures seen", seen, "s"
    yield "first figures seen after the meeting is loaded", seen - loading, "s"
    page.wait_for_function(SETTLED, timeout=120_000)
    page.wait_for_timeout(1000)
    yield "sent for the hour before anything is played", (traffic.received - before) / 1e6, "MB"
    yield from _sound(page)
    yield from _corrections(page)
    page.close()


def _size(hour: Meeting) -> Iterator[tuple[str, float | int, str]]:
    yield "length", hour.length / 60, "min"
    yield "utterances", len(hour.utterances), ""
    yield "words", sum(len(utterance.words) for utterance in hour.utterances), ""


def _sound(page: Page) -> Iterator[tuple[str, float | int, str]]:
    """Yield the time from a click on a moment to its sound: with the copy still to be made, and with it at hand."""
    page.get_by_role("region", name="Cut in").get_by_role("button").first.click()
    plays = page.locator(".tb-moments .tb-play")
    plays.first.wait_for()

    def hear(which: int) -> None:
        plays.nth(which).click()
        page.wait_for_function(PLAYS, timeout=180_000)

    yield "a first click to its sound, the hour's copy for listening still to be made", _timed(lambda: hear(0)), "s"
    later = []
    for which in (20, 3, 40):
        page.evaluate("document.querySelector('.tb-player .tb-go').click()")
        page.wait_for_function("!(" + PLAYS + ")")
        later.append(_timed(lambda which=which: hear(which)))  # type: ignore[misc]
    yield "every later click to its sound", median(later), "s"


CORRECT = """() => new Promise((done) => {
  const figure = () => document.querySelector('[aria-label="Cut in"] button').textContent, before = figure();
  const began = performance.now();
  const watch = () => (figure() === before ? requestAnimationFrame(watch) : done(performance.now() - began));
  document.querySelector('.tb-moments button[aria-label^="Wrong"]').click();
  watch();
})"""
"""Says of a moment that it does not count, and returns the milliseconds until its figure has changed on the screen."""


def _corrections(page: Page) -> Iterator[tuple[str, float | int, str]]:
    """Yield the time from a correction to the changed figure, and to its new interval."""
    first, whole = [], []
    for _ in range(CORRECTIONS):
        began = time.perf_counter()
        first.append(float(page.evaluate(CORRECT)))
        page.wait_for_function(SETTLED, timeout=120_000)
        whole.append(time.perf_counter() - began)
    yield "a correction to its new figure", median(first), "ms"
    yield "a correction to every new interval", median(whole), "s"


@contextmanager
def _most_memory(process: psutil.Process) -> Iterator[list[float]]:
    """Yield a list that holds, at the end, the most memory a process took, in MB, more than at the beginning."""
    found, over, began = [0.0], Event(), process.memory_info().rss

    def watch() -> None:
        while not over.wait(0.02):
            found[0] = max(found[0], (process.memory_info().rss - began) / 1e6)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    yield found
    over.set()
    thread.join()


def _handover(page: Page, server: Served, folder: Path) -> Iterator[tuple[str, float | int, str]]:
    """Yield how fast a large file comes, and what memory that takes of kernel and server."""
    large = folder / "large.bin"
    with large.open("wb") as file:
        file.truncate(LARGE * 1_000_000)
    page.goto(server.url)
    page.wait_for_selector(".tb-drop", timeout=60_000)
    page.wait_for_timeout(3000)  # the kernel still loads what it will need
    kernel = max(psutil.Process(server.pid).children(), key=lambda child: child.create_time())
    with _most_memory(kernel) as grown, _most_memory(psutil.Process(server.pid)) as served_grown:
        began = time.perf_counter()
        page.set_input_files(".tb-drop input[type=file]", large)
        page.wait_for_selector(".tb-drop-way:visible")
        page.wait_for_selector(".tb-drop-place:visible", timeout=300_000)
        passed = time.perf_counter() - began
    yield f"handing over a file of {LARGE} MB, in slices of {SLICE / 1e6:.0f} MB", LARGE / passed, "MB/s"
    yield "memory the kernel took more for that", grown[0], "MB"
    yield "memory the server took more for that", served_grown[0], "MB"
    page.close()


if __name__ == "__main__":
    main()
