"""Work beside the page: the same answers, errors as here, an end to what nobody wants."""

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from talkbalance.errors import InvalidParameter
from talkbalance.i18n import set_language
from talkbalance.meeting import Meeting
from talkbalance.summary import summary
from talkbalance.views import apart
from talkbalance.views.apart import Beside, beside


def always() -> bool:
    return True


@pytest.fixture
def process() -> Iterator[Beside]:
    made = Beside()
    yield made
    made.end()


def test_the_answer_is_the_same_as_here(process: Beside, meeting: Meeting) -> None:
    set_language("de")
    found = process.do(always, summary, meeting, runs=5)
    assert found is not None
    assert found.to_csv() == summary(meeting, runs=5).to_csv()  # how strings are stored depends on what else was imported


def test_it_is_another_process_and_stays_one(process: Beside) -> None:
    first = process.do(always, os.getpid)
    assert first != os.getpid()
    assert process.do(always, os.getpid) == first


def test_an_error_is_raised_where_the_work_was_asked_for(process: Beside, meeting: Meeting) -> None:
    with pytest.raises(InvalidParameter):
        process.do(always, summary, meeting, runs=-1)
    assert process.do(always, math.sqrt, 4) == 2


def test_what_nobody_wants_is_not_begun(process: Beside) -> None:
    assert process.do(lambda: False, os.getpid) is None
    assert process._process is None


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be told to stop")
def test_what_nobody_wants_any_more_is_stopped_and_the_process_goes_on(process: Beside) -> None:
    before = process.do(always, os.getpid)
    wanted = [True]
    found: list[None] = []
    waiting = threading.Thread(target=lambda: found.append(process.do(lambda: wanted[0], time.sleep, 60)))
    waiting.start()
    while process._wanted is None:
        time.sleep(0.01)
    time.sleep(0.2)
    process.let_go()
    assert waiting.is_alive()
    wanted[0] = False
    process.let_go()
    waiting.join(10)
    assert found == [None]
    assert process.do(always, os.getpid) == before


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be told to stop")
def test_an_interrupted_cell_does_not_end_an_idle_process(process: Beside) -> None:
    before = process.do(always, os.getpid)
    assert before is not None
    os.kill(before, signal.SIGINT)
    assert process.do(always, os.getpid) == before


def test_a_process_that_is_gone_is_done_without_and_comes_back(process: Beside) -> None:
    before = process.do(always, os.getpid)
    assert process._process is not None
    process._process.kill()
    process._process.wait()
    assert process.do(always, os.getpid) not in (before, os.getpid())


def test_where_no_process_can_be_started_the_work_is_done_here(process: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> subprocess.Popen[bytes]:
        raise OSError

    monkeypatch.setattr(apart, "_started", refused)
    assert process.do(always, os.getpid) == os.getpid()


def test_a_page_that_ends_waits_for_nothing() -> None:
    process = Beside()
    found: list[None] = []
    waiting = threading.Thread(target=lambda: found.append(process.do(always, time.sleep, 60)))
    waiting.start()
    while process._process is None:
        time.sleep(0.01)
    process.close()
    waiting.join(10)
    assert found == [None]
    assert process.do(always, os.getpid) is None


def test_a_page_has_one() -> None:
    assert beside() is beside()
