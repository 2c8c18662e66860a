"""Disturbs a kind of work, lets it run again, and compares what there then is with what an undisturbed run made.

Each fault is a function of a `Stage`: what the work is given, a cache and a folder for results of its own, and a source of chance.
It leaves the stage as the disturbed runs left it, and returns what they said. Every run is a process, forked from one that has
loaded all that is slow to load.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from uuid import uuid4

from talkbalance.quiet import be_quiet
from talkbalance.speech.audio import open_recording
from tests import sounds
from tests.corpus.generated import write
from tests.faults import job

ROOT = Path(__file__).resolve().parents[2]
PACE = 0.05
"""Seconds a stand-in for a network takes for an answer, so that there is something to disturb."""
LONGEST = 300.0
"""Seconds no run takes."""

be_quiet()
os.environ["OMP_NUM_THREADS"] = "1"
FORKED = get_context("forkserver")
STARTED = getattr(sys.modules["__main__"].__spec__, "name", "")
LOADED = ("tests.faults.job", "talkbalance.views.report", "talkbalance.corpus.batch", "distributed", "faster_whisper", STARTED)
"""What is loaded once; a process that is forked imports the module that was started anew."""
FORKED.set_forkserver_preload([name for name in LOADED if name and not name.endswith("__main__")])


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

    @property
    def expected(self) -> bool:
        """Whether it was killed, did its work, or said in one sentence why it could not."""
        return self.code <= 0 or bool(self.sentence)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was begun."""

    process: ForkServerProcess
    said: Path

    def kill(self, after: float = 0.0) -> Ended:
        """Kill it without warning, after some seconds if it is not done by then."""
        self.process.join(after)
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.process.pid or 0, signal.SIGKILL)
        return self.ended()

    def ended(self) -> Ended:
        """Wait for it."""
        self.process.join(LONGEST)
        code = self.process.exitcode
        assert code is not None, "a run that does not end"
        return Ended(code, self.said.read_text(encoding="utf-8") if self.said.is_file() else "")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a kind of work is disturbed: what it is given, and a folder for its cache and what it makes."""

    work: str
    given: Path
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

    def start(self, *, given: Path | None = None, out: Path | None = None, kill: int = 0, clock: float = 0.0, disk: int = 0) -> Run:
        """Start a run.

        Parameters
        ----------
        kill
            The n-th time something is put in its place the run kills itself.
        clock
            Seconds by which its clock is wrong.
        disk
            A process whose disks it sees.
        """
        self.folder.mkdir(exist_ok=True)
        said = self.folder / f"said-{uuid4().hex}"
        environment = {"TALKBALANCE_CACHE": str(self.cache), "FAULTS_PACE": str(PACE)}
        environment |= {"FAULTS_KILL": str(kill), "FAULTS_CLOCK": str(clock)}
        given_to_job = (self.work, given or self.given, out or self.out, environment, said, disk)
        process = FORKED.Process(target=job.begin, args=given_to_job)
        process.start()
        return Run(process, said)

    def run(self, *, given: Path | None = None, kill: int = 0, clock: float = 0.0, disk: int = 0) -> Ended:
        """Run to the end."""
        return self.start(given=given, kill=kill, clock=clock, disk=disk).ended()

    def made(self) -> dict[str, bytes]:
        """Return what there is in the end: every file in the folder of results, hidden ones too, and what it holds."""
        return {name: content for name, content in written(self.out).items() if name != ".lock"}

    def left(self) -> list[str]:
        """Return what finished runs left in the cache that does not belong there.

        Empty files that say that nobody else is at work may stay, and what is kept on purpose: copies for listening, and weights.
        """
        return sorted(name for name, content in written(self.cache).items() if not _meant(name, content))


def _meant(name: str, content: bytes) -> bool:
    if name.startswith("locks/"):
        return not content
    return (name.startswith("playback/") and name.endswith(".mp3")) or (name.startswith("whisper-") and not name.endswith(".part"))


def written(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, hidden ones too, with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A kind of work that nobody disturbed: what it was given, how it ended, what it made, and how long it took."""

    work: str
    given: Path
    ended: Ended
    made: Mapping[str, bytes]
    seconds: float

    def stage(self, folder: Path, random: Random) -> Stage:
        """Return a stage on which it is disturbed."""
        return Stage(self.work, self.given, folder, random)

    def differs(self, stage: Stage) -> str:
        """Run once more on a disturbed stage; return what is not as if nobody had disturbed it, "" where everything is."""
        after, made = stage.run(), stage.made()
        other = sorted(name for name in made.keys() | self.made.keys() if made.get(name) != self.made.get(name))
        same = after.code == self.ended.code and not other and not stage.left()
        return "" if same else f"exit {after.code}: {after.said[-300:]!r}, other: {other[:9]}, left: {stage.left()[:9]}"


def undisturbed(work: str, folder: Path) -> Undisturbed:
    """Do a kind of work, undisturbed; twice, for the second one finds everything loaded."""
    folder.mkdir(exist_ok=True)
    given, ended, made = GIVEN[work](folder / "given"), [], []
    for name in ("first", "second"):
        begun = time.monotonic()
        stage = Stage(work, given, folder / name, Random(0))
        ended.append(stage.run())
        made.append(stage.made())
        assert stage.left() == []
    assert made[0] == made[1], "what nobody disturbs is the same each time"
    assert made[0], ended[0].said
    return Undisturbed(work, given, ended[0], made[0], time.monotonic() - begun)


def _recorded(path: Path) -> Path:
    """Write the beginning of a sample meeting, long enough that every stage takes a while."""
    with open_recording(ROOT / "samples" / "erstgespraech_de.mp3") as recording:
        return sounds.write(path.with_suffix(".wav"), recording.mix.read(0.0, 24.0))


def _transcripts(folder: Path) -> Path:
    """Write transcripts, and one file that is none."""
    write(folder, range(12), utterances=12)
    (folder / "none.vtt").write_text("WEBVTT\n\nno times at all\n", encoding="utf-8")
    return folder


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


GIVEN: Mapping[str, Callable[[Path], Path]] = {
    "analyze": _recorded,
    "batch": _transcripts,
    "listen": _recorded,
    "unpack": _empty,
    "review": lambda _: job.SAMPLE,
}
"""By kind of work what makes the files it is given."""


def can_mount() -> bool:
    """Whether a small file system of our own can be had here: full and read-only disks are then real ones."""
    tried = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return shutil.which("unshare") is not None and subprocess.run(tried, check=False, capture_output=True).returncode == 0


SMALL = 'mount -t tmpfs -o size=$1 tmpfs "$2" && cp -a "$3/." "$2"'
READ_ONLY = 'mount --bind "$2" "$2" && mount -o remount,ro,bind "$2"'


@contextmanager
def disk(folder: Path, script: str, size: str = "") -> Iterator[int]:
    """Yield a process that sees a small or a read-only disk at the place of a folder; what is on it in the end is then there."""
    folder.mkdir(parents=True, exist_ok=True)
    before = folder.with_name(f"{folder.name}-before")
    shutil.copytree(folder, before)
    holding = ["unshare", "-rm", "sh", "-c", f"{script} && echo there && exec sleep {LONGEST}", "-", size, str(folder), str(before)]
    with subprocess.Popen(holding, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "there\n"
        try:
            yield holder.pid
            if script == SMALL:
                shutil.copytree(f"/proc/{holder.pid}/root{folder}", folder, dirs_exist_ok=True)
        finally:
            holder.kill()
            shutil.rmtree(before)
