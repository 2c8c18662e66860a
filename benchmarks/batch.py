"""Many meetings: how fast, how large, and what a kill costs: `python -m benchmarks.batch`, or a part: `… batch speed growth`.

- **speed**: transcripts per second in one process on one core: read, through all measures (`runs=0`) and all events, laid down for
  the tables; and through all measures alone.
- **kills**: 200 generated meetings and the labelled transcripts; a batch killed three times at random and started again ends with
  the bytes of one that was left alone.
- **workers**: a scheduler and two workers of Dask, processes of their own on loopback; one is killed when half is done.
- **growth**: 200, 2,000 and 20,000 generated meetings: time, and memory of the largest worker early, midway and late.
- **queries**: over 20,000 meetings, which are 200 measured ones laid down a hundred times each under other identities.
- **hearing**: recordings with one worker and with two.

Generated meetings are made of the sentences of the samples: 30 utterances in about a minute, for **speed** also 150 in six. Twenty
meetings of AMI and the twelve of MRDA's validation split are written as native files first; the others are taken as they are.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import psutil
from distributed import Client

import talkbalance as tb
from benchmarks import mrda
from benchmarks.shared import DATA, RESULTS, ROOT, table
from talkbalance.corpus.batch import Hearing, Order, batch, measured
from talkbalance.corpus.clusters import local_cluster
from talkbalance.corpus.jobs import Said, plan
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, tidy
from tests.corpus.generated import generated, write

FAST = Settings(runs=0)
UTTERANCES, FEW = 150, 30
SIZES = (200, 2_000, 20_000)
COMMAND = "`python -m benchmarks.batch {part}`"


# ---------------------------------------------------------------------------------------------------- what is measured


def labelled(folder: Path) -> dict[str, Path]:
    """Write what of the labelled transcripts is no file of its own yet, and return the folder of each set."""
    transcripts = DATA / "transcripts"
    sets = {"AMI": folder / "ami", "MRDA": folder / "mrda", "GAP": transcripts / "gap" / "rttm"}
    sets |= {"CALLHOME": transcripts / "callhome_de_rttm" / "rttm", "Zoom": DATA / "formats"}
    for name in ("AMI", "MRDA"):
        sets[name].mkdir(parents=True, exist_ok=True)
    for number, meeting in enumerate(islice(_ami(), 20)):
        tb.write(meeting, sets["AMI"] / f"{number}.meeting.json")
    for each in mrda.read("val"):
        tb.write(each.meeting, sets["MRDA"] / f"{each.name}.meeting.json")
    return {name: place for name, place in sets.items() if place.is_dir()}


def _ami() -> Iterator[Meeting]:
    acts = pd.read_csv(DATA / "transcripts" / "ami" / "ami_dialogue_acts.csv.gz", keep_default_na=False)
    acts[["start", "end"]] = acts[["start", "end"]].apply(pd.to_numeric, errors="coerce")
    acts = acts[acts["end"].round(3) > acts["start"].round(3)]
    for _, own in acts.groupby("meeting"):
        columns = (own[name] for name in ("start", "end", "speaker", "text"))
        spoken = tidy(Utterance(*values) for values in zip(*columns, strict=True)).utterances
        people = tuple(Speaker(name) for name in dict.fromkeys(u.speaker for u in spoken))
        source = Source(times="utterance", overlap_observable=True)
        yield Meeting(people, spoken, max(u.end or 0 for u in spoken), language="en", source=source)


def speed() -> tuple[str, ...]:
    """Return meetings per second and core, for each set."""
    rows: list[tuple[object, ...]] = []
    total = np.zeros(3)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "short", range(60), utterances=FEW)
        write(folder / "long", range(60), utterances=UTTERANCES)
        sets = {"generated, 30 utterances": folder / "short", "generated, 150": folder / "long", **labelled(folder)}
        for name, place in sets.items():
            jobs = plan([place], Said())[:60]
            store = open_store(folder / f"store-{len(rows)}", settings=FAST)
            order = Order(store.path, Hearing())
            for job in jobs[:3]:
                measured(job, order)
            begun, used = time.perf_counter(), time.process_time()
            failed = sum(bool(measured(job, order).reason) for job in jobs)
            seconds, cpu = time.perf_counter() - begun, time.process_time() - used
            store.settle()
            about = store.meetings()
            minutes, utterances = (
                about["duration"].mean() / 60,
                sum(len(store.meeting(each).utterances) for each in store) / len(store),
            )
            alone = _measuring([store.meeting(each) for each in store])
            rows.append((name, len(jobs), failed, minutes, utterances, len(jobs) / seconds, len(jobs) / cpu, alone))
            total += np.array([len(jobs), seconds, cpu])
    n, seconds, cpu = total.tolist()
    rows.append(("all", int(n), sum(int(str(row[2])) for row in rows), "", "", n / seconds, n / cpu, ""))
    columns = (
        *("set", "files", "of them unreadable", "minutes each", "utterances each"),
        *("per second", "per second of processor", "measures alone, per second of processor"),
    )
    return "## One core\n\n" + COMMAND.format(part="speed"), table(columns, rows)


def _measuring(meetings: Sequence[Meeting]) -> float:
    """Return how many meetings go through `tb.summary` in a second of one processor, where nobody has seen their texts before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as another:
        return another.submit(_per_second, meetings).result()


def _per_second(meetings: Sequence[Meeting]) -> float:
    tb.summary(generated(0), runs=0)  # word lists and trees are read
    used = time.process_time()
    for meeting in meetings:
        tb.summary(meeting, runs=0)
    return len(meetings) / (time.process_time() - used)


# ---------------------------------------------------------------------------------------------------- what is killed


def _started(places: Sequence[Path], store: Path) -> subprocess.Popen[bytes]:
    given = [sys.executable, "-m", "talkbalance.cli", "batch", *map(str, places), "-o", str(store), "--runs", "0", "--ui", "en"]
    return subprocess.Popen(given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


def _arrived(store: Path) -> int:
    return sum(1 for _ in store.glob("arrived/*/[0-9a-f]*")) + sum(1 for _ in store.glob("meetings/*/*.json"))


def _contents(store: Path) -> dict[str, bytes]:
    return {str(file.relative_to(store)): file.read_bytes() for file in sorted((store / "tables").rglob("*.parquet"))}


def kills() -> tuple[str, ...]:
    """Kill a batch three times and compare."""
    luck = random.Random(7)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "generated", range(200), utterances=FEW)
        places = [folder / "generated", *labelled(folder).values()]
        whole, stopped = folder / "whole", folder / "stopped"
        begun = time.perf_counter()
        _started(places, whole).wait()
        undisturbed = time.perf_counter() - begun
        n, rows = len(Store(whole)), []
        for least in sorted(luck.sample(range(10, n - 10), 3)):
            job = _started(places, stopped)
            while job.poll() is None and _arrived(stopped) < least:
                time.sleep(0.02)
            alive = job.poll() is None
            os.kill(job.pid, signal.SIGKILL)
            job.wait()
            rows.append(("killed" if alive else "ended before", _arrived(stopped)))
        _started(places, stopped).wait()
        failures = len(Store(whole).failures())
        same = _contents(whole) == _contents(stopped)
        rows.append(("left alone", len(Store(stopped))))
    said = f"{n} meetings in the store, {failures} files that hold none; undisturbed {undisturbed:.0f} s. The tables are "
    return (
        "## Killed three times\n\n" + COMMAND.format(part="kills"),
        table(("run", "meetings there"), rows),
        said + ("the same, byte for byte." if same else "NOT the same."),
    )


def workers() -> tuple[str, ...]:
    """Kill one of two workers that are processes of their own."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "generated", range(200), utterances=FEW)
        file = folder / "scheduler.json"
        alone = open_store(folder / "alone", settings=FAST)
        batch([folder / "generated"], alone)
        running = [_dask("scheduler", file, "--port", "0")]
        running += [_dask("worker", file, "--nthreads", "1", "--no-nanny") for _ in range(2)]
        try:
            with Client(scheduler_file=str(file)) as client:
                client.wait_for_workers(2)
                seen: list[object] = []

                def kill(done: object) -> None:
                    seen.append(done)
                    if len(seen) == 100:
                        os.kill(running[1].pid, signal.SIGKILL)

                store = open_store(folder / "store", settings=FAST)
                found = batch([folder / "generated"], store, client=client, watch=kill)
                left = len(client.nthreads())
        finally:
            for process in running:
                process.kill()
                process.wait()
        same = _contents(store.path) == _contents(alone.path)
    return (
        "## A worker that dies\n\n" + COMMAND.format(part="workers"),
        f"Two workers on loopback, one killed after 100 of 200 meetings ({left} left): {found.measured} measured, "
        f"{len(found.failed)} failed; the tables are {'the same' if same else 'NOT the same'} as without a kill.",
    )


def _dask(what: str, file: Path, *more: str) -> subprocess.Popen[bytes]:
    given = [sys.executable, "-m", "dask", what, "--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard", *more]
    quiet = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(given, env=quiet, cwd=file.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# ---------------------------------------------------------------------------------------------------- what grows


@contextmanager
def _watched() -> Iterator[list[tuple[float, float]]]:
    """Yield the memory of the largest child process and of this one, in MB, every half second."""
    seen: list[tuple[float, float]] = []
    stop = threading.Event()

    def look() -> None:
        own = psutil.Process()
        while not stop.wait(0.5):
            sizes = []
            for process in own.children(recursive=True):
                try:
                    sizes.append(process.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue
            seen.append((max(sizes, default=0.0), own.memory_info().rss / 1e6))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


QUERIES = {
    "mean share per client": "SELECT client, avg(value) FROM summary JOIN meetings USING (meeting) "
    "WHERE measure = 'share' AND side = 'agency' GROUP BY client",
    "every measure: median and quartiles": "SELECT measure, side, quantile_cont(value, [.25, .5, .75]) FROM summary "
    "WHERE available GROUP BY measure, side",
    "one client over time": "SELECT date, value, low, high FROM summary JOIN meetings USING (meeting) "
    "WHERE client = 'Kunde 3' AND measure = 'uptake' AND side = 'agency' ORDER BY date",
    "open questions by month": "SELECT date_trunc('month', date) AS month, avg(open::INT) "
    "FROM events JOIN meetings USING (meeting) WHERE event = 'question' GROUP BY month ORDER BY month",
}


def growth(sizes: Sequence[int] = SIZES) -> tuple[str, ...]:
    """Measure more and more generated meetings."""
    rows = []
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for before, size in pairwise((0, *sizes)):
            write(folder / "in", range(before, size), utterances=FEW)
            store = open_store(folder / f"store-{size}", settings=FAST)
            begun = time.perf_counter()
            with _watched() as memory:
                batch([folder / "in"], store)
            seconds = time.perf_counter() - begun
            tenth = max(1, len(memory) // 10)
            parts = [max(worker for worker, _ in memory[i : i + tenth]) for i in range(tenth, 10 * tenth, 4 * tenth)]
            files = list((store.path / "tables").rglob("*.parquet"))
            size_mb = sum(file.stat().st_size for file in files) / 1e6
            here = max(own for _, own in memory)
            rows.append(
                (size, len(store), seconds, size / seconds, *(f"{part:.0f}" for part in parts[:3]), f"{here:.0f}", f"{size_mb:.0f}")
            )
            print(rows[-1], flush=True)
            shutil.rmtree(store.path)
    columns = (
        *("meetings", "in the store", "seconds", "per second"),
        *("worker, MB, early", "midway", "late", "this process, MB", "tables, MB"),
    )
    return (
        "## Growing\n\n" + COMMAND.format(part="growth"),
        table(columns, rows),
    )


def queries() -> tuple[str, ...]:
    """Query many meetings."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "in", range(200), utterances=FEW)
        few = open_store(folder / "few", settings=FAST)
        batch([folder / "in"], few)
        many = open_store(folder / "many", settings=FAST)
        for name in ("meetings", "summary", "events"):
            whole = pa.concat_tables([pq.read_table(file) for file in sorted((few.path / "tables" / name).glob("*.parquet"))])
            ids = whole["meeting"].to_pandas()
            (many.path / "tables" / name).mkdir(parents=True, exist_ok=True)
            for part in range(100):
                own = whole.set_column(0, "meeting", pa.array(f"{part:02x}" + ids.str[2:], pa.string()))
                pq.write_table(own, many.path / "tables" / name / f"{part:02x}.parquet", compression="zstd")
        found = [(name, len(many.sql(query)), _time(partial(many.sql, query))) for name, query in QUERIES.items()]
        found.append(("`store.summary()` as one pandas table", len(many.summary()), _time(many.summary)))
        n = len(many.meetings())
    return (
        "## Queries\n\n" + COMMAND.format(part="queries"),
        f"Over {n:,} meetings, by `store.sql(…)`:",
        table(("query", "rows", "seconds"), found),
    )


def _time(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def hearing() -> tuple[str, ...]:
    """Hear the same recordings with one worker and with two."""
    rows = []
    recordings = [ROOT / "samples" / name for name in ("erstgespraech_de.mp3", "zweitgespraech_de.m4a", "first_meeting_en.mp3")]
    for number in (1, 2):
        with TemporaryDirectory() as scratch, local_cluster(number, hearing=number == 1) as client:
            store = open_store(Path(scratch) / "store", settings=FAST)
            begun = time.perf_counter()
            found = batch([recording for recording in recordings if recording.is_file()], store, client=client)
            seconds = time.perf_counter() - begun
            length = float(store.meetings()["duration"].sum())
            rows.append((number, found.measured, length / 60, seconds, length / seconds))
    columns = ("workers", "recordings", "minutes of sound", "seconds", "times real time")
    said = "Models are loaded anew. One worker hears with both cores, words beside voices; of two, each has one."
    return "## Recordings\n\n" + COMMAND.format(part="hearing"), table(columns, rows), said


PARTS: dict[str, Callable[[], tuple[str, ...]]] = {
    "speed": speed,
    "kills": kills,
    "workers": workers,
    "growth": growth,
    "queries": queries,
    "hearing": hearing,
}


def main() -> None:
    """Run the parts that were named, or all; of the others, what was measured last stays."""
    place = RESULTS / "batch.md"
    for name in [part for part in sys.argv[1:] if part in PARTS] or PARTS:
        found = "\n\n".join(PARTS[name]()).removeprefix("## ")
        print(found, flush=True)
        before = place.read_text(encoding="utf-8").split("\n\n## ")[1:] if place.is_file() else []
        parts = {part.partition("\n")[0]: part.rstrip() for part in (*before, found)}
        head = f"# Many meetings\n\n{(__doc__ or '').split(chr(10) * 2, 1)[1].strip()}\n\nTwo cores."
        place.write_text("\n\n## ".join((head, *parts.values())) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
