"""Where many meetings are worked on: the cores of this machine, or a Dask cluster that is there already."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from talkbalance.errors import MissingModel, TalkbalanceError

if TYPE_CHECKING:
    from distributed import Client

HEARING_MEMORY = 3 * 2**30
"""Bytes a worker needs that hears recordings; measured are 2 GB (`benchmarks/results/long_recordings.md`)."""
MEASURING_MEMORY = 2**29
"""Bytes a worker needs that measures transcripts; measured are 0.3 GB (`benchmarks/results/batch.md`)."""
ANSWERS_WITHIN = "10s"
"""Time a scheduler has to answer."""
AHEAD = 3
"""Tasks per thread of the cluster that are handed out at a time."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@contextmanager
def cluster(client: "Client | None", tasks: int, *, hearing: bool = False) -> Iterator["Client"]:
    """Yield a cluster that was given, or one of this machine's cores that is gone afterwards."""
    if client is not None:
        yield client
        return
    with local_cluster(tasks, hearing=hearing) as own:
        yield own


def answered(client: "Client", ask: Callable[..., Answer], tasks: Iterable[Task], *given: object) -> Iterator[tuple[Task, Any]]:
    """Yield every task with the future of its answer, in the order in which they end; few more than workers are asked at a time.

    Parameters
    ----------
    ask
        Called in a worker with a task and with `given`; Dask counts what it does under its name.
    """
    from distributed import as_completed

    waiting = iter(tasks)
    doing: dict[object, Task] = {}

    def handed_out(number: int) -> list[Any]:
        futures = []
        for task in islice(waiting, number):
            # Dask keeps a profile of whatever stands before the first hyphen
            future = client.submit(ask, task, *given, pure=False, key=f"{_name(ask)}-{uuid4().hex}")
            doing[future.key] = task
            futures.append(future)
        return futures

    running = as_completed(handed_out(AHEAD * max(1, sum(client.nthreads().values()))))
    for future in running:
        yield doing.pop(future.key), future
        running.update(handed_out(1))


def each(
    client: "Client | None", ask: Callable[..., Answer], tasks: Iterable[Task], *given: object
) -> Iterator[tuple[Task, Answer]]:
    """Yield every task with its answer, in the order in which they are there; without a cluster, from this process.

    Raises
    ------
    Exception
        What the first task raised that failed.
    """
    if client is None:
        yield from ((task, ask(task, *given)) for task in tasks)
    else:
        yield from ((task, future.result()) for task, future in answered(client, ask, tasks, *given))


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "func", function).__name__.strip("_")


@contextmanager
def local_cluster(tasks: int, *, hearing: bool = False) -> Iterator["Client"]:
    """Begin workers on the cores of this machine, reachable from nowhere else, and end them.

    Parameters
    ----------
    tasks
        How many there are: no more workers than that.
    hearing
        Whether recordings are heard: then a worker has all cores it can use, and there are as many as the memory holds.
    """
    dask, distributed = _dask()
    with tempfile.TemporaryDirectory(prefix="talkbalance-dask-") as scratch:
        from distributed import Client, LocalCluster

        workers = number_of_workers(tasks, memory=distributed.system.MEMORY_LIMIT, hearing=hearing)
        threads = max(1, (os.cpu_count() or 1) // workers) if hearing else 1
        with (
            dask.config.set(_quiet(scratch, threads)),
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",  # None would let the scheduler answer any machine
                worker_dashboard_address=None,
                scheduler_kwargs={"dashboard": False},
                local_directory=scratch,
                memory_limit=distributed.system.MEMORY_LIMIT / workers,
                silence_logs=50,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client


@contextmanager
def connected(scheduler: str) -> Iterator["Client"]:
    """Reach a cluster that is there already.

    Raises
    ------
    TalkbalanceError
        Where nobody answers at this address, or no worker is there.
    """
    dask, _ = _dask()
    from distributed import Client

    try:
        with dask.config.set({"distributed.comm.timeouts.connect": ANSWERS_WITHIN}):
            client = Client(scheduler)
    except (OSError, ValueError) as error:
        raise TalkbalanceError("corpus.no_scheduler", address=scheduler, why=" ".join(str(error).split())[:120]) from None
    with client:
        if not client.nthreads():
            raise TalkbalanceError("corpus.no_workers", address=scheduler)
        yield client


def number_of_workers(tasks: int, *, memory: float, hearing: bool, cores: int | None = None) -> int:
    """Return how many workers a machine has room for.

    >>> [number_of_workers(500, memory=16 * 2**30, hearing=hearing, cores=8) for hearing in (False, True)]
    [8, 4]
    >>> number_of_workers(1, memory=16 * 2**30, hearing=True, cores=8)
    1
    """
    own = cores or os.cpu_count() or 1
    room = int(memory // (HEARING_MEMORY if hearing else MEASURING_MEMORY))
    return max(1, min(tasks, room, max(1, own // 2) if hearing else own))


def _dask() -> tuple[Any, Any]:
    try:
        import dask
        import distributed
    except ImportError:
        raise MissingModel("corpus.no_dask") from None
    return dask, distributed


def _quiet(scratch: str, threads: int) -> dict[str, Any]:
    """Return settings with which a cluster of this machine says and shows nothing to anybody."""
    libraries = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {
        "distributed.nanny.pre-spawn-environ": dict.fromkeys(libraries, threads),
        "temporary-directory": scratch,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.admin.log-format": "%(message)s",
        "distributed.worker.profile.enabled": False,  # nobody looks at it, and it grows
        "distributed.worker.memory.spill": False,  # what comes back from a task is a line
        "distributed.worker.memory.target": False,
    }
