"""Many meetings into a store, on Dask: on the cores of this machine, or on a cluster that is there already.

What is in the store is not done again, so that a batch which was stopped, in whatever way, goes on where it was. Each meeting is
one task; only a few more tasks than workers are handed out at a time, and what comes back from one is a line, so that neither the
scheduler nor a worker grows with the number of meetings. A worker that dies gives its tasks to the others. Models are loaded once
per worker.
"""

import errno
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkbalance.corpus.clusters import answered, cluster
from talkbalance.corpus.details import together
from talkbalance.corpus.jobs import NATIVE, Job, Said, plan, sides_in
from talkbalance.corpus.parts import forget_words
from talkbalance.corpus.places import copied_here, is_here
from talkbalance.corpus.prints import Prints, hear
from talkbalance.corpus.store import Store
from talkbalance.corrections import Log
from talkbalance.errors import TalkbalanceError, TalkbalanceWarning, UnknownSide
from talkbalance.formats import read
from talkbalance.formats.names import Named, with_names
from talkbalance.i18n import set_language, text
from talkbalance.meeting import Meeting, Sides

if TYPE_CHECKING:
    from distributed import Client


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
    voices: bool = False


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
    voices: bool = False,
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
    voices
        Whether to keep voice prints of every recording in the store (`corpus.prints`), so that the same voice in several meetings
        can be told (`corpus.voices`). They are biometric data (Art. 9 GDPR), need express consent, and a warning says so.
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
    todo, known, failed = _sorted(jobs, store, retry=retry, fresh=fresh, voices=voices)
    if voices:
        said_so = text("voices.biometric", folder=Prints(store.path).folder, store=store.path)
        warnings.warn(said_so, TalkbalanceWarning, stacklevel=2)
    begin(todo)
    if not todo:
        return Outcome(0, known, failed)
    order = Order(store.path.resolve(), hearing or Hearing(), said.sides, said.people, fresh, voices)
    store.sweep({job.identity for job in todo})
    with cluster(client, len(todo), hearing=any(job.heard for job in todo)) as own:
        found = list(_watched(_run(own, todo, order), watch))
        store.settle(own)
    now = tuple(done for done in found if done.reason)
    return Outcome(len(found) - len(now), known, (*failed, *now))


def _sorted(
    jobs: Sequence[Job], store: Store, *, retry: bool, fresh: bool, voices: bool
) -> tuple[list[Job], int, tuple[Done, ...]]:
    """Return what is to be done, how many are in the store, and what failed before."""
    there = store.sources()
    sources = dict(zip(there["meeting"].tolist(), there["source"].tolist(), strict=True))
    before = {row["meeting"]: row for row in store.failures().to_dict(orient="records")}
    todo, failed, known = [], [], 0
    prints = Prints(store.path)
    for job in jobs:
        failure = before.get(job.identity)
        unheard = voices and (job.heard or job.path.name.endswith(NATIVE)) and job.identity not in prints
        again = fresh and job.heard
        if sources.get(job.identity) == job.source and not unheard and not again:
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
    given = client.scatter(order, broadcast=True, hash=False)
    for job, future in answered(client, measured, jobs, given):
        error = future.exception()
        if error is not None and _is_no_room(error):
            raise error
        yield future.result() if error is None else _lost(job, order, error)


def _lost(job: Job, order: Order, error: BaseException) -> Done:
    """Note a meeting whose worker died of it again and again."""
    return _failed(job, order, text("corpus.worker_lost", kind=type(error).__name__))


def measured(job: Job, order: Order) -> Done:
    """Measure one meeting and lay it down in the store; what happens in a worker."""
    store = Store(order.store)
    set_language(store.settings.language)
    try:
        with warnings.catch_warnings(), ExitStack() as copies:
            warnings.simplefilter("ignore")  # what was put right in a file is in its meeting
            here = cache(lambda: copies.enter_context(copied_here(job.path)))  # fetched only where it is needed
            meeting = _meeting(job, here, order, store)
            if order.voices and (order.fresh or job.identity not in Prints(store.path)):
                hear(Prints(store.path), meeting, here() if job.heard else meeting.recording)
            log = () if job.log is None else Log(copies.enter_context(copied_here(job.log)))
            store.put(meeting, log=log, source=job.source)
    except Exception as error:  # one file must not end the batch, whatever it holds
        if _is_no_room(error):  # that is not the file's fault: it comes again when there is room
            raise
        if isinstance(error, TalkbalanceError):
            return _failed(job, order, str(error))
        return _failed(job, order, text("corpus.unexpected", kind=type(error).__name__, what=" ".join(str(error).split())[:200]))
    finally:
        forget_words()
    return Done(job.identity, str(job.path), size=job.size)


def _is_no_room(error: BaseException) -> bool:
    """Whether a disk was full."""
    if isinstance(error, TalkbalanceError):
        return error.key == "sound.no_room"
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _failed(job: Job, order: Order, reason: str) -> Done:
    Store(order.store).fail(job.identity, str(job.path), reason, job.source)
    return Done(job.identity, str(job.path), reason, job.size)


def _meeting(job: Job, here: Callable[[], Path], order: Order, store: Store) -> Meeting:
    """Return the meeting of a job with its names, sides and details."""
    if not job.heard:
        found = read(here())
    elif job.identity in store and not order.fresh:
        found = store.meeting(job.identity, as_heard=True)
    else:
        found = _heard(here(), order.hearing)
        found = found if is_here(job.path) else replace(found, recording=None)  # its copy is gone in a moment
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
