"""An hour, four hours, and a stop on the way: `python -m benchmarks.long_recordings`.

The whole job as a user starts it: `talkbalance analyze FILE --fresh`, a process of its own from decoding to report, loading of the
models included, nothing kept from before. The recording is made of labelled ones, played one after the other until it is long
enough: people, languages and rooms change more than in a meeting, words and pauses are real.

Memory is the most the process held. Then the hour once more: killed without warning as soon as words up to minute 50 are on disk,
and started again without `--fresh`. What the second start wrote is compared with what the undisturbed run wrote.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import soundfile

from benchmarks.shared import data, publish, table
from talkbalance.speech.backend import RATE
from talkbalance.speech.weights import cache_folder

COMMAND = Path(sys.executable).with_name("talkbalance")
HOURS = 1, 4
STOP = 50 * 60
"""Second up to which words are kept when the run is killed."""
PARTS = (
    "simulated/sim_de_01.mono.flac",
    "german_therapy/BeltzSchwierigeSituation_1.flac",
    "simulated/sim_de_02.mono.flac",
    "ami/trn09.flac",
    "german_therapy/AusschnittTherapieDJIMic2.flac",
    "ami/trn06.flac",
)


@dataclass(frozen=True)
class Run:
    """What one start of the command took: seconds, seconds of processor time, GB."""

    seconds: float
    cpu: float
    memory: float


def made(folder: Path, hours: int) -> Path:
    """Return a recording of so many hours, one channel."""
    path, left, parts = folder / f"{hours}.flac", hours * 3600 * RATE, cycle(PARTS)
    with soundfile.SoundFile(path, "w", RATE, 1) as sound:
        while left > 0:
            samples, _ = soundfile.read(data("recordings", *next(parts).split("/")), dtype="float32", always_2d=True)
            sound.write(samples[:left, 0])
            left -= len(samples)
    return path


def analyze(recording: Path, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the job."""
    command = [str(COMMAND), "analyze", str(recording), "--language", "de", "-o", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def ended(job: subprocess.Popen[bytes], begun: float) -> Run:
    """Wait for the job and return what it took."""
    _, status, used = os.wait4(job.pid, 0)
    job.returncode = os.waitstatus_to_exitcode(status)
    if job.returncode:
        sys.exit(f"the job ended with exit code {job.returncode}")
    return Run(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6)


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
    """Return whether two runs wrote the same tables."""
    tables = sorted(path.name for path in one.glob("*.csv"))
    return bool(tables) and all((one / name).read_bytes() == (other / name).read_bytes() for name in tables)


def main() -> None:
    """Hear the long recordings and write the table."""
    runs: dict[str, tuple[int, Run]] = {}
    equal = False
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for hours in HOURS:
            recording = made(folder, hours)
            begun = time.perf_counter()
            runs[f"{hours} h"] = hours, ended(analyze(recording, folder / f"undisturbed-{hours}", "--fresh"), begun)
            print(hours, runs[f"{hours} h"], file=sys.stderr)
            if hours == 1:
                runs["1 h, killed at minute 50"] = 1, killed(recording, folder / "disturbed")
                begun = time.perf_counter()
                runs["1 h, the rest"] = 1, ended(analyze(recording, folder / "disturbed"), begun)
                equal = same(folder / "undisturbed-1", folder / "disturbed")
                print(runs, equal, file=sys.stderr)
    rows = [
        (name, run.seconds, run.seconds / (3600 * hours), run.cpu / (3600 * hours), run.memory)
        for name, (hours, run) in runs.items()
    ]
    publish(
        "long_recordings",
        "# Long recordings",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        "Command: `python -m benchmarks.long_recordings`; packaged models, two cores.",
        table(("run", "seconds", "time / length", "CPU / length", "memory, GB"), rows),
        f"Tables of the run that went on: {'the same' if equal else 'NOT the same'} as the undisturbed run's, byte for byte.",
    )


if __name__ == "__main__":
    main()
