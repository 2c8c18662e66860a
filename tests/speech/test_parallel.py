"""Jobs beside one another: results in order, and one that fails ends the other."""

import time
from collections.abc import Iterator
from threading import Event

import pytest

from talkbalance.speech.backend import silent
from talkbalance.speech.parallel import Halt, Stopped, both, in_order


def test_both_results_come_back() -> None:
    assert both(lambda _: 1, lambda _: "two") == (1, "two")


@pytest.mark.parametrize("failing", [0, 1])
def test_one_that_fails_ends_the_other(failing: int) -> None:
    begun, ended = Event(), []

    def fails(_: Halt) -> None:
        begun.wait()
        raise ValueError("broken")

    def goes_on(halt: Halt) -> None:
        report = halt.heeded(silent)
        begun.set()
        try:
            for _ in range(2000):
                time.sleep(0.005)
                report(0.0)
        except Stopped:
            ended.append(True)
            raise

    with pytest.raises(ValueError, match="broken"):
        both(goes_on if failing else fails, fails if failing else goes_on)
    assert ended == [True]


def test_results_come_in_order_whatever_takes_longest() -> None:
    def work(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    given = [0.03, 0.0, 0.02, 0.0, 0.01]
    assert list(in_order(work, given, 3)) == given


def test_no_more_is_taken_than_is_worked_on() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(50):
            taken.append(item)
            yield item

    for done in in_order(lambda item: item, items(), 2):
        assert len(taken) <= done + 3
    assert len(taken) == 50


def test_what_fails_is_raised_where_it_would_have_come() -> None:
    found = in_order(lambda item: 1 // item, [1, 1, 0, 1], 2)
    assert [next(found), next(found)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_a_user_who_stops_does_not_wait_for_what_is_in_work() -> None:
    release = Event()

    def slow(item: int) -> int:
        release.wait(10)
        return item

    def items() -> Iterator[int]:
        yield from range(2)
        raise KeyboardInterrupt

    begun = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        list(in_order(slow, items(), 2))
    assert time.perf_counter() - begun < 5
    release.set()
