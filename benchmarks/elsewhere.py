"""Meetings and a store on object storage that speaks S3, on loopback.

24 generated meetings lie in a bucket, and go into stores in another: by a batch that is left alone, by one that is killed twice, by
two at once, by a scheduler and two workers of Dask that are processes of their own, one of which is killed. Every time the tables
are compared with those of the same meetings in a folder. Then all is measured again with other settings, a meeting is deleted, and
places are named that are not there.

The server is moto's: `pip install s3fs "moto[server]"`, then `python -m benchmarks.elsewhere`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
from distributed import Client

from benchmarks.shared import RESULTS, ROOT, table
from talkbalance.corpus.batch import batch
from talkbalance.corpus.places import below, get, path_to, put
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from tests.corpus.generated import write

FAST = Settings(runs=0)
MEETINGS, UTTERANCES = 24, 20
PORT = 5055
CALLS, STORES = "s3://calls/Pinkpanda", "s3://stores"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}",
    "OMP_NUM_THREADS": "1",
}


@contextmanager
def running(*arguments: str, cwd: Path = ROOT) -> Iterator["subprocess.Popen[bytes]"]:
    """Have a process of Python that ends with this block."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=cwd, **QUIET)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def command(store: str, *more: str) -> list[str]:
    """Return the arguments of a batch."""
    return ["talkbalance.cli", "batch", CALLS, "-o", store, "--runs", "0", "--ui", "en", *more]


def tables(store: Path) -> dict[str, bytes]:
    """Return the content of every table, by table and part."""
    return {f"{file.parent.name}/{file.name}": get(file) for file in below(store / "tables")}


def killed(store: str, storage: Any, moments: Sequence[int]) -> list[int]:  # noqa: ANN401 -- fsspec ships no types
    """Begin a batch and kill it, for each moment once that many meetings are there; return how many were."""
    found = []
    for least in moments:
        with running(*command(store)) as job:
            there = 0
            while job.poll() is None and there < least:
                time.sleep(0.05)
                storage.invalidate_cache()
                there = sum(len(storage.find(f"{store}/{name}")) for name in ("arrived", "meetings"))
            os.kill(job.pid, signal.SIGKILL)
        found.append(there)
    return found


def on_a_cluster(store: Store, scratch: Path) -> tuple[int, int]:
    """Fill a store on two workers, one of which is killed; return how many meetings were measured, and failed."""
    shared = ("--scheduler-file", str(scratch / "scheduler.json"))
    alone = ("--host", "127.0.0.1", "--no-dashboard", *shared)
    with (
        running("dask", "scheduler", "--port", "0", *alone, cwd=scratch),
        running("dask", "worker", "--nthreads", "1", "--no-nanny", *alone, cwd=scratch) as one,
        running("dask", "worker", "--nthreads", "1", "--no-nanny", *alone, cwd=scratch),
    ):
        while not (scratch / "scheduler.json").is_file():
            time.sleep(0.1)
        with Client(scheduler_file=shared[1]) as client:
            client.wait_for_workers(2)
            seen: list[object] = []

            def kill(done: object) -> None:
                seen.append(done)
                if len(seen) == MEETINGS // 3:
                    os.kill(one.pid, signal.SIGKILL)

            found = batch([CALLS], store, client=client, watch=kill)
    return found.measured, len(found.failed)


def said(*arguments: str) -> str:
    """Return what a batch that cannot work says."""
    given = [sys.executable, "-m", *arguments]
    return subprocess.run(given, cwd=ROOT, capture_output=True, text=True, check=False).stderr.strip()


def measured(scratch: Path) -> tuple[str, ...]:
    """Return what came of everything."""
    storage = fsspec.filesystem("s3", use_listings_cache=False)
    for bucket in ("calls", "stores"):
        storage.mkdir(bucket)
    write(scratch / "in", range(MEETINGS), utterances=UTTERANCES)
    for file in below(scratch / "in"):
        put(path_to(f"{CALLS}/{file.name}"), file.read_bytes())
    here = open_store(scratch / "here", settings=FAST)
    batch([scratch / "in"], here)
    expected = tables(here.path)
    rows: list[tuple[object, ...]] = []

    def compare(what: str, store: str) -> None:
        rows.append((what, len(open_store(store)), "yes" if tables(path_to(store)) == expected else "NO"))

    with running(*command(f"{STORES}/alone")) as job:
        job.wait()
    compare("left alone", f"{STORES}/alone")
    moments = killed(f"{STORES}/killed", storage, (4, 12))
    with running(*command(f"{STORES}/killed")) as job:
        job.wait()
    compare(f"killed when {moments[0]} and {moments[1]} were there, then once more", f"{STORES}/killed")
    with running(*command(f"{STORES}/both")) as one, running(*command(f"{STORES}/both")) as other:
        one.wait()
        other.wait()
    compare("two batches at once", f"{STORES}/both")
    on_two = on_a_cluster(open_store(f"{STORES}/cluster", settings=FAST), scratch)
    compare(f"two workers, one killed: {on_two[0]} measured, {on_two[1]} failed", f"{STORES}/cluster")
    store, others = open_store(f"{STORES}/alone"), replace(FAST, question_threshold=0.8)
    store.measure(others)
    here.measure(others)
    expected = tables(here.path)
    compare("measured again with other settings", f"{STORES}/alone")
    gone = next(iter(store))
    store.delete(gone)
    here.delete(gone)
    expected = tables(here.path)
    compare("a meeting deleted", f"{STORES}/alone")
    left = [file for file in below(path_to(f"{STORES}/alone")) if gone in file.name or gone.encode() in get(file)]
    nowhere = [said(*command("s3://nobody/store")), said("talkbalance.cli", "batch", "s3://nobody/calls", "-o", str(scratch / "o"))]
    columns = ("batch", "meetings", "tables the same, byte for byte")
    return table(columns, rows), f"Objects that name the deleted meeting: {len(left)}.", *(f"`{sentence}`" for sentence in nowhere)


def _wait() -> None:
    """Wait until the server answers."""
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", PORT), timeout=1):
                return
        except OSError:
            time.sleep(0.1)


def main() -> None:
    """Measure, with a server that is gone afterwards."""
    os.environ.update(ENVIRONMENT)
    with TemporaryDirectory() as scratch, running("moto.server", "-H", "127.0.0.1", "-p", str(PORT)):
        _wait()
        parts = measured(Path(scratch))
    head, _, about = (__doc__ or "").partition(".\n\n")
    text = "\n\n".join((f"# {head}", about.strip(), *parts))
    (RESULTS / "elsewhere.md").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
