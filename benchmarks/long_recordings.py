"""An hour, and four: `python -m benchmarks.long_recordings`.

The whole job as a user starts it: `talkbalance analyze FILE --fresh`, a process of its own from decoding to report, loading of the
models included, nothing kept from before. The recording is made of labelled ones, played one after the other until it is long
enough: people, languages and rooms change more than in a meeting, words and pauses are real. Memory is the most the process held.
"""

import os
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

COMMAND = Path(sys.executable).with_name("talkbalance")
HOURS = 1, 4
COLUMNS = ("run", "seconds", "time / length", "CPU / length", "memory, GB")
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

    def row(self, name: str, length: float) -> tuple[object, ...]:
        """Return the row of the table, of a recording of so many seconds."""
        return name, self.seconds, self.seconds / length, self.cpu / length, self.memory


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


def main() -> None:
    """Hear the long recordings and write the table."""
    runs: dict[int, Run] = {}
    with TemporaryDirectory() as folder:
        for hours in HOURS:
            recording, begun = made(Path(folder), hours), time.perf_counter()
            runs[hours] = ended(analyze(recording, Path(folder) / "out", "--fresh"), begun)
            print(hours, runs[hours], file=sys.stderr)
    publish(
        "long_recordings",
        "# Long recordings",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        "Command: `python -m benchmarks.long_recordings`; packaged models, two cores.",
        table(COLUMNS, [run.row(f"{hours} h", 3600 * hours) for hours, run in runs.items()]),
    )


if __name__ == "__main__":
    main()
