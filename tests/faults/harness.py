"""Disturbs `talkbalance analyze`, lets it run again, and compares what it then wrote with what an undisturbed run wrote.

Each fault is a function of a `Stage`: a recording, a cache and a folder for results of its own, and a source of chance. It leaves
the stage as the disturbed runs left it, and returns what they said.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from talkbalance.speech.audio import open_recording
from tests import sounds

ROOT = Path(__file__).resolve().parents[2]
PACE = 0.05
"""Seconds a stand-in for a network takes for an answer, so that there is something to disturb."""

WITH_ROOM = 'mount -t tmpfs -o size=$1 tmpfs "$2" && shift 2 && exec "$@"'
READ_ONLY = 'mount -t tmpfs -o ro,size=$1 tmpfs "$2" && shift 2 && exec "$@"'


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code (negative: killed), and what it said on stderr."""

    code: int
    said: str

    @property
    def sentence(self) -> str:
        """The one sentence of a run that could not do its work; empty where it said something else."""
        lines = [line for line in self.said.strip().splitlines() if line]
        return lines[0] if self.code == 1 and len(lines) == 1 and lines[0].startswith("talkbalance: ") else ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run is disturbed."""

    recording: Path
    folder: Path
    random: Random

    @property
    def cache(self) -> Path:
        """The cache of its runs."""
        return self.folder / "cache"

    @property
    def out(self) -> Path:
        """Where its runs write."""
        return self.folder / "out"

    def start(self, *, out: Path | None = None, inside: Sequence[str] = (), kill: int = 0) -> "subprocess.Popen[str]":
        """Start the command, `inside` another one."""
        command = [*inside, sys.executable, "-m", "tests.faults.job", str(self.recording), "--ui", "en", "-o", str(out or self.out)]
        more = {"TALKBALANCE_CACHE": str(self.cache), "FAULTS_PACE": str(PACE), "FAULTS_KILL": str(kill), "OMP_NUM_THREADS": "1"}
        environment = {**os.environ, **more}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def run(self, **how: object) -> Ended:
        """Run the command to its end."""
        return ended(self.start(**how))  # type: ignore[arg-type]


def ended(job: "subprocess.Popen[str]") -> Ended:
    """Wait for a run."""
    said = job.communicate(timeout=300)[1]
    return Ended(job.returncode, said)


def recorded(path: Path, *, seconds: float = 45.0) -> Path:
    """Write the beginning of a sample meeting, long enough that every stage takes a while."""
    with open_recording(ROOT / "samples" / "erstgespraech_de.mp3") as recording:
        return sounds.write(path, recording.mix.read(0.0, seconds))


def written(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, hidden ones too, with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def left_behind(stage: Stage) -> list[str]:
    """Return what a finished run left in its cache, beside the empty files that say that nobody else is at work."""
    return [name for name, content in written(stage.cache).items() if not (name.startswith("locks/") and not content)]


def can_mount() -> bool:
    """Whether a small file system of our own can be had here: full and read-only disks are then real ones."""
    tried = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return shutil.which("unshare") is not None and subprocess.run(tried, check=False, capture_output=True).returncode == 0


# ---------------------------------------------------------------------------------------------------- faults


def killed_anywhere(stage: Stage, *, undisturbed: float = 4.0) -> list[Ended]:
    """Kill a run without warning at any moment from its start to its end, up to three times."""
    found = []
    for _ in range(stage.random.randint(1, 3)):
        job = stage.start()
        time.sleep(stage.random.uniform(0, undisturbed))
        os.killpg(job.pid, signal.SIGKILL)
        found.append(ended(job))
    return found


def killed_while_writing(stage: Stage, place: int | None = None) -> list[Ended]:
    """Kill a run when the n-th file is put in its place: partial results, then tables, meeting and report."""
    return [stage.run(kill=place or stage.random.randint(1, 9))]


def spoiled_cache(stage: Stage) -> list[Ended]:
    """Kill a run, and change bytes of what it kept."""
    found = _killed_late(stage)
    for path in (path for path in (stage.cache / "partial").rglob("*") if path.is_file()):
        content = bytearray(path.read_bytes())
        for _ in range(stage.random.randint(1, 4)):
            if content:
                content[stage.random.randrange(len(content))] ^= 1 << stage.random.randrange(8)
        path.write_bytes(content[: stage.random.choice((len(content), stage.random.randint(0, len(content))))])
    return found


def jumping_clock(stage: Stage) -> list[Ended]:
    """Kill a run, and let the clock jump by up to a month, forward or back: what it kept is suddenly old, or from tomorrow."""
    found = _killed_late(stage)
    then = time.time() + 86_400 * stage.random.uniform(-30, 30)
    for path in stage.cache.rglob("*"):
        os.utime(path, (then, then))
    return found


def taken_away(stage: Stage) -> list[Ended]:
    """Take the cache away while a run uses it, and kill the run later."""
    job = stage.start()
    time.sleep(stage.random.uniform(1.5, 3.0))
    shutil.rmtree(stage.cache / "partial", ignore_errors=True)
    time.sleep(stage.random.uniform(0.2, 1.0))
    os.killpg(job.pid, signal.SIGKILL)
    return [ended(job)]


def two_at_once(stage: Stage) -> list[Ended]:
    """Let another run hear the same with the same cache, a little earlier or later, and kill it or not."""
    other = stage.start(out=stage.folder / "beside")
    time.sleep(stage.random.uniform(0, 2))
    job = stage.start()
    if stage.random.random() < 0.5:
        time.sleep(stage.random.uniform(0, 3))
        os.killpg(other.pid, signal.SIGKILL)
    return [ended(other), ended(job)]


def two_into_one_folder(stage: Stage) -> list[Ended]:
    """Let two runs write to the same folder."""
    jobs = [stage.start() for _ in range(2)]
    return [ended(job) for job in jobs]


def full_disk(stage: Stage) -> list[Ended]:
    """Let the disk that holds the cache be full after so many kilobytes."""
    stage.cache.mkdir(parents=True, exist_ok=True)
    return [stage.run(inside=_mounted(WITH_ROOM, f"{stage.random.randint(100, 1500)}k", stage.cache))]


def full_disk_for_results(stage: Stage) -> list[Ended]:
    """Let the disk that takes the results be full after so many kilobytes."""
    stage.out.mkdir(parents=True, exist_ok=True)
    return [stage.run(inside=_mounted(WITH_ROOM, f"{stage.random.choice((4, 40, 80, 160))}k", stage.out))]


def read_only(stage: Stage) -> list[Ended]:
    """Let nobody write to the folder of results, or to the cache."""
    folder = stage.random.choice((stage.out, stage.cache))
    folder.mkdir(parents=True, exist_ok=True)
    return [stage.run(inside=_mounted(READ_ONLY, "1m", folder))]


def _killed_late(stage: Stage) -> list[Ended]:
    """Kill a run when it has kept something, at the latest when it puts its first stage in its place."""
    job = stage.start(kill=2)
    while job.poll() is None and not list((stage.cache / "partial").glob("*/*")):
        time.sleep(0.05)
    time.sleep(stage.random.uniform(0, 0.7))
    if job.poll() is None:
        os.killpg(job.pid, signal.SIGKILL)
    return [ended(job)]


def _mounted(script: str, size: str, folder: Path) -> tuple[str, ...]:
    return "unshare", "-rm", "sh", "-c", script, "-", size, str(folder)


FAULTS: Mapping[str, Callable[[Stage], list[Ended]]] = {
    "killed at any moment": killed_anywhere,
    "killed while it writes": killed_while_writing,
    "what was kept is spoiled": spoiled_cache,
    "the clock jumps": jumping_clock,
    "the cache is taken away": taken_away,
    "two runs, one cache": two_at_once,
    "two runs, one folder of results": two_into_one_folder,
}
MOUNTED: Mapping[str, Callable[[Stage], list[Ended]]] = {
    "disk of the cache full": full_disk,
    "disk of the results full": full_disk_for_results,
    "folder read-only": read_only,
}
"""Faults that need a file system of their own."""
