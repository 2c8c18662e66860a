"""Work beside work: hearing is long, machines have several cores, and most of what is done releases Python's lock."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import Any, TypeVar

from talkbalance.speech.backend import Progress

CORES = os.cpu_count() or 1

One = TypeVar("One")
Other = TypeVar("Other")


class Stopped(Exception):  # noqa: N818 -- nothing is wrong with the job that is told to stop
    """Another job failed, or the user stopped the run; nobody sees this but the jobs that end by it."""


class Halt:
    """Tells jobs that run beside one another to end: each notices at its next progress."""

    def __init__(self) -> None:
        self._told = Event()

    def tell(self) -> None:
        """Let every job end."""
        self._told.set()

    def heeded(self, progress: Progress) -> Progress:
        """Return a progress that ends its job once all were told to."""

        def report(seconds: float) -> None:
            if self._told.is_set():
                raise Stopped
            progress(seconds)

        return report


def both(one: Callable[[Halt], One], other: Callable[[Halt], Other]) -> tuple[One, Other]:
    """Do two jobs beside one another; if one fails, or the user stops the run, the other ends too."""
    halt = Halt()
    with _workers(2) as pool:
        first, second = pool.submit(one, halt), pool.submit(other, halt)
        try:
            jobs: tuple[Future[Any], ...] = first, second
            for job in wait(jobs, return_when=FIRST_EXCEPTION).done:
                job.result()
        except BaseException:
            halt.tell()
            raise
        return first.result(), second.result()


def in_order(work: Callable[[One], Other], items: Iterable[One], workers: int) -> Iterator[Other]:
    """Yield what is made of each item, in order, made by several workers; never more than one item ahead of them is taken."""
    with _workers(workers) as pool:
        waiting: deque[Future[Other]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _workers(count: int) -> Iterator[ThreadPoolExecutor]:
    """Yield workers; nothing new is begun after a failure, and a user who stops the run does not wait for what is in work."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    except (KeyboardInterrupt, GeneratorExit):
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
