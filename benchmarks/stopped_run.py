"""An hour that is killed at minute 50 and goes on: `python -m benchmarks.stopped_run`.

The recording and the command of `benchmarks.long_recordings`: once undisturbed; once killed without warning as soon as words up to
minute 50 are on disk, and started again without `--fresh`. What the second start wrote, tables, meeting and report, is compared
with what the undisturbed run wrote, byte for byte.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.long_recordings import COLUMNS, Run, analyze, ended, made
from benchmarks.shared import publish, table
from talkbalance.speech.weights import cache_folder

STOP = 50 * 60
"""Second up to which words are kept when the run is killed."""


def kept_to() -> float:
    """Return the second up to which words are on disk."""
    journals = (cache_folder() / "partial").glob("*/words-*.jsonl")
    last = 0.0
    for line in (line for journal in journals for line in journal.read_text(encoding="utf-8").splitlines() if line):
        try:
            last = max(last, json.loads(line)[1])
        except ValueError:  # being written just now
            continue
    return last


def killed(recording: Path, folder: Path) -> Run:
    """Start the job and kill it when minute 50 is kept."""
    begun = time.perf_counter()
    job = analyze(recording, folder, "--fresh")
    while job.poll() is None and kept_to() < STOP:
        time.sleep(0.2)
    if job.poll() is not None:
        sys.exit("the job ended before it was killed")
    os.killpg(job.pid, signal.SIGKILL)
    _, _, used = os.wait4(job.pid, 0)
    return Run(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6)


def same(one: Path, other: Path) -> bool:
    """Return whether two runs wrote the same files."""
    names, others = (sorted(path.name for path in folder.iterdir()) for folder in (one, other))
    return bool(names) and names == others and all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def main() -> None:
    """Hear the hour three times and write the table."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        recording, begun = made(folder, 1), time.perf_counter()
        runs = {"undisturbed": ended(analyze(recording, folder / "undisturbed", "--fresh"), begun)}
        runs["killed at minute 50"] = killed(recording, folder / "disturbed")
        begun = time.perf_counter()
        runs["the rest"] = ended(analyze(recording, folder / "disturbed"), begun)
        equal = same(folder / "undisturbed", folder / "disturbed")
    publish(
        "stopped_run",
        "# A run that is killed and goes on",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        "Command: `python -m benchmarks.stopped_run`; packaged models, two cores.",
        table(COLUMNS, [run.row(name, 3600) for name, run in runs.items()]),
        f"What the run that went on wrote is {'the same' if equal else 'NOT the same'} as what the undisturbed one wrote.",
    )


if __name__ == "__main__":
    main()
