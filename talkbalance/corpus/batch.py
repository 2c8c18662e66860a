"""Many meetings into a store, on Dask: on the cores of this machine, or on a cluster that is there already.

What is in the store is not done again, so that a batch which was stopped, in whatever way, goes on where it was. Each meeting is
one task; only a few more tasks than workers are handed out at a time, and what comes back from one is a line, so that neither the
scheduler nor a worker grows with the number of meetings. A worker that dies gives its tasks to the others. Models are loaded once
per worker.
"""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkbalance.corpus.details import together
from talkbalance.corpus.jobs import Job, Said, plan, sides_in
from talkbalance.corpus.store import Store
from talkbalance.corrections import Log
from talkbalance.errors import MissingModel, TalkbalanceError, UnknownSide
from talkbalance.formats import read
from talkbalance.formats.names import Named, with_names
from talkbalance.i18n import set_language, text
from talkbalance.language.content import content_words
from talkbalance.language.words import words
from talkbalance.meeting import Meeting, Sides

if TYPE_CHECKING:
    from distributed import Client

HEARING_MEMORY = 3 * 2**30
"""Bytes a worker needs that hears recordings; measured are 2 GB (`benchmarks/results/long_recordings.md`)."""
MEASURING_MEMORY = 2**29
"""Bytes a worker needs that measures transcripts; measured are 0.3 GB (`benchmarks/results/batch.md`)."""
AHEAD = 3
"""Tasks per thread of the cluster that are handed out at a time."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """How recordings are heard; as in `pipeline.transcribe`."""

    language: str | None = None
    speakers: int | None = None
    engine: str = "faster-whisper"
    model: str = "base"
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What is the same for every meeting of a batch: every worker gets it once."""

    store: Path
    hearing: Hearing
    sides: Sides = field(default_factory=dict)
    people: tuple[Named, ...] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """How one meeting ended: `reason` says why it could not be measured, "" where it was."""

    identity: str
    file: str
    reason: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a batch ended.

    Parameters
    ----------
    measured
        Meetings that were measured just now.
    known
        Meetings that were in the store already.
    failed
        Files that could not be measured, now or in an earlier run, with their reasons.
    """

    measured: int
    known: int
    failed: tuple[Done, ...]


Watch = Callable[[Done], None]
"""Told of every meeting as soon as it is done."""


def unwatched(done: Done) -> None:
    """Tell nobody."""


def unbegun(jobs: Sequence[Job]) -> None:
    """Tell nobody."""


def batch(
    places: Iterable[str | Path],
    store: Store,
    *,
    said: Said | None = None,
    hearing: Hearing | None = None,
    client: "Client | None" = None,
    retry: bool = False,
    fresh: bool = False,
    begin: Callable[[Sequence[Job]], None] = unbegun,
    watch: Watch = unwatched,
) -> Outcome:
    """Measure every meeting of some folders, files or patterns that is not in a store yet.

    Parameters
    ----------
    places
        As in `jobs.files_of`.
    said
        Sides, names and details of the meetings.
    hearing
        How recordings are heard.
    client
        A Dask cluster; None for one of this machine's cores, which is gone afterwards.
    retry
        Whether to try again what failed in an earlier run.
    fresh
        Whether to hear recordings again that are in the store.
    begin, watch
        Told which meetings there are to do, and of each that is done.

    Raises
    ------
    UnreadableFile
        Where a place is not there.
    """
    said = said or Said()
    jobs = plan(places, said)
    store.settle()  # what a stopped run left
    todo, known, failed = _sorted(jobs, store, retry=retry)
    begin(todo)
    if not todo:
        return Outcome(0, known, failed)
    order = Order(store.path.resolve(), hearing or Hearing(), said.sides, said.people, fresh)
    store.sweep({job.identity for job in todo})
    with _cluster(client, todo) as own:
        found = list(_watched(_run(own, todo, order), watch))
        store.settle(lambda settle, parts: own.gather(own.map(settle, list(parts), pure=False)))
    now = tuple(done for done in found if done.reason)
    return Outcome(len(found) - len(now), known, (*failed, *now))


def _sorted(jobs: Sequence[Job], store: Store, *, retry: bool) -> tuple[list[Job], int, tuple[Done, ...]]:
    """Return what is to be done, how many are in the store, and what failed before."""
    there = store.sources()
    sources = dict(zip(there["meeting"].tolist(), there["source"].tolist(), strict=True))
    before = {row["meeting"]: row for row in store.failures().to_dict(orient="records")}
    todo, failed, known = [], [], 0
    for job in jobs:
        failure = before.get(job.identity)
        if sources.get(job.identity) == job.source:
            known += 1
        elif failure is not None and failure["source"] == job.source and not retry:
            failed.append(Done(job.identity, str(job.path), str(failure["reason"])))
        else:
            todo.append(job)
    return todo, known, tuple(failed)


def _watched(found: Iterable[Done], watch: Watch) -> Iterator[Done]:
    for done in found:
        watch(done)
        yield done


def _run(client: "Client", jobs: Sequence[Job], order: Order) -> Iterator[Done]:
    """Yield how every meeting ended, in the order in which they do."""
    from distributed import as_completed

    waiting = iter(jobs)
    given = client.scatter(order, broadcast=True, hash=False)
    doing: dict[object, Job] = {}  # by key; Dask keeps a profile of whatever stands before the first hyphen

    def handed_out(number: int) -> list[Any]:
        futures = []
        for job in islice(waiting, number):
            future = client.submit(measured, job, given, pure=False, key=f"measured-{job.identity}{job.source}")
            doing[future.key] = job
            futures.append(future)
        return futures

    running = as_completed(handed_out(AHEAD * max(1, sum(client.nthreads().values()))))
    for future in running:
        job = doing.pop(future.key)
        error = future.exception()
        yield future.result() if error is None else _lost(job, order, error)
        running.update(handed_out(1))


def _lost(job: Job, order: Order, error: BaseException) -> Done:
    """Note a meeting whose worker died of it again and again."""
    return _failed(job, order, text("corpus.worker_lost", kind=type(error).__name__))


def measured(job: Job, order: Order) -> Done:
    """Measure one meeting and lay it down in the store; what happens in a worker."""
    store = Store(order.store)
    set_language(store.settings.language)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what was put right in a file is in its meeting
            meeting = _meeting(job, order, store)
            store.put(meeting, log=() if job.log is None else Log(job.log), source=job.source)
    except TalkbalanceError as error:
        return _failed(job, order, str(error))
    except Exception as error:  # one file must not end the batch, whatever it holds
        return _failed(job, order, text("corpus.unexpected", kind=type(error).__name__, what=" ".join(str(error).split())[:200]))
    finally:
        words.cache_clear()  # what is remembered of one meeting's texts is of no use to the next, and fills a worker's memory
        content_words.cache_clear()
    return Done(job.identity, str(job.path), size=job.size)


def _failed(job: Job, order: Order, reason: str) -> Done:
    Store(order.store).fail(job.identity, str(job.path), reason, job.source)
    return Done(job.identity, str(job.path), reason, job.size)


def _meeting(job: Job, order: Order, store: Store) -> Meeting:
    """Return the meeting of a job with its names, sides and details."""
    if not job.heard:
        found = read(job.path)
    elif job.identity in store and not order.fresh:
        found = store.meeting(job.identity, as_heard=True)
    else:
        found = _heard(job.path, order.hearing)
    if order.people:
        found = with_names(found, order.people)
    present = {speaker.name for speaker in found.speakers}
    of_all = {side: [entry for entry in names if entry.partition("=")[0].strip() in present] for side, names in order.sides.items()}
    found = found.with_sides(of_all)
    if job.sides is not None:
        found = _with_own_sides(found, job.sides)
    details = together(job.details, found.details, job.hints)
    return replace(found, details=replace(details, id=job.identity))


def _with_own_sides(meeting: Meeting, path: Path) -> Meeting:
    """Return a meeting with the sides of a file beside it, which may have been given to it before."""
    sides = sides_in(path)
    try:
        return meeting.with_sides(sides)
    except UnknownSide:
        renamed = {side: [entry.partition("=")[2].strip() or entry for entry in names] for side, names in sides.items()}
        if {name for names in renamed.values() for name in names} <= {speaker.name for speaker in meeting.speakers}:
            return meeting.with_sides(renamed)
        raise


def _heard(path: Path, hearing: Hearing) -> Meeting:
    from talkbalance.pipeline import transcribe

    transcriber, diarizer = _models(hearing.engine, hearing.model)
    return transcribe(
        path,
        language=hearing.language,
        speakers=hearing.speakers,
        vocabulary=hearing.vocabulary,
        transcriber=transcriber,
        diarizer=diarizer,
    )


@cache
def _models(engine: str, model: str) -> tuple[Any, Any]:
    """Return what hears, loaded once per worker."""
    from talkbalance.speech import engines
    from talkbalance.speech.overlap import Overlap

    return engines.transcriber(engine, model), Overlap()


# ------------------------------------------------------------------------------------------------ clusters


@contextmanager
def _cluster(client: "Client | None", jobs: Sequence[Job]) -> Iterator["Client"]:
    if client is not None:
        yield client
        return
    with local_cluster(len(jobs), hearing=any(job.heard for job in jobs)) as own:
        yield own


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
        with dask.config.set({"distributed.comm.timeouts.connect": "10s"}):
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
