"""What nobody wishes a recording, for as long as you like: `python -m benchmarks.soak [--minutes 60] [--hours 5]`.

`hostile`: every recording of `tests/hostile` through the whole command with the packaged models, a process each, German and
English in turn; every container cut at ten places; a recording of hours. `faults`: every fault of `tests/faults` at moments of
chance, again and again; after each the command runs once more, and what it writes is compared, byte for byte, with what an
undisturbed run wrote.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.long_recordings import COMMAND
from benchmarks.shared import ROOT, publish, table
from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE
from tests.faults.harness import FAULTS, MOUNTED, Stage, can_mount, left_behind, recorded, written
from tests.hostile.recordings import CONTAINERS, CUTS, SECONDS, Case, cut, every, whole


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: exit code, what it said, seconds, GB, and whether anything was left that should not be."""

    code: int
    said: str
    seconds: float
    memory: float
    clean: bool

    @property
    def good(self) -> bool:
        """Whether it did its work, or said in one sentence why not, and left nothing."""
        sentences = [line for line in self.said.strip().splitlines() if line]
        refused = (
            self.code == 1 and len(sentences) == 1 and sentences[0].startswith("talkbalance: ") and "Error" not in sentences[0]
        )
        return self.clean and (self.code == 0 or refused)


def analyzed(recording: Path, folder: Path, cache: Path, language: str) -> Ended:
    """Run the whole command on a recording."""
    out = folder / "out"
    before = sorted(folder.rglob("*"))
    command = [str(COMMAND), "analyze", str(recording), "--ui", language, "-o", str(out)]
    begun = time.perf_counter()
    job = subprocess.Popen(
        command, env={**os.environ, "TALKBALANCE_CACHE": str(cache)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    said = job.stderr.read().replace(f"{folder}/", "") if job.stderr else ""
    _, status, used = os.wait4(job.pid, 0)
    code = job.returncode = os.waitstatus_to_exitcode(status)
    kept = ("whisper-", "locks", "paces.json")
    left = [path for path in cache.rglob("*") if path.is_file() and not path.relative_to(cache).parts[0].startswith(kept)]
    beside = [path for path in sorted(folder.rglob("*")) if not path.is_relative_to(out)]
    whole_results = not out.exists() if code else len(list(out.iterdir())) >= 4 and not list(out.glob(".*"))
    clean = not left and whole_results and set(beside) <= set(before)
    return Ended(code, said, time.perf_counter() - begun, used.ru_maxrss / 1e6, clean)


def came_of(case: Case, ended: Ended) -> tuple[object, ...]:
    """Return the row of a recording."""
    expected = {"heard": (0,), "refused": (1,), "either": (0, 1)}[case.result]
    said = ended.said.strip().splitlines()[-1].removeprefix("talkbalance: ") if ended.code else "figures"
    verdict = "as it should" if ended.good and ended.code in expected else "**not as it should**"
    return case.name, said.replace("|", "\\|")[:160], ended.seconds, ended.memory, verdict


def heard() -> list[tuple[object, ...]]:
    """Run the whole catalogue."""
    rows = []
    with TemporaryDirectory() as cache:
        for case, language in zip(every(), cycle(("en", "de")), strict=False):
            with TemporaryDirectory() as folder:
                recording = case.make(Path(folder))
                rows.append(came_of(case, analyzed(recording, Path(folder), Path(cache), language)))
                print(*rows[-1], file=sys.stderr, flush=True)
    return rows


def cuts() -> list[tuple[object, ...]]:
    """Cut every container at every place, and say how many seconds of it are read."""
    rows = []
    for container in CONTAINERS:
        read: list[object] = []
        for where in CUTS:
            with TemporaryDirectory() as scratch, warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", TalkbalanceWarning)
                path = Path(scratch) / f"call.{container}"
                path.write_bytes(cut(whole(container), where))
                try:
                    with open_recording(path) as recording:
                        read.append(f"{recording.duration:.1f} s{' (said)' if warned else ''}")
                except UnusableSound as error:
                    read.append(error.key.removeprefix("sound."))
        rows.append((container, *read))
    return rows


def long(hours: float) -> list[tuple[object, ...]]:
    """Run a recording of hours: a sample meeting again and again."""
    import soundfile

    with TemporaryDirectory() as scratch, TemporaryDirectory() as cache:
        with open_recording(ROOT / "samples" / "zweitgespraech_de.m4a") as sample:
            samples = sample.mix.read()
        path, left = Path(scratch) / "long.flac", round(hours * 3600 * RATE)
        with soundfile.SoundFile(path, "w", RATE, 1) as sound:
            while left > 0:
                sound.write(np.asarray(samples[:left]))
                left -= len(samples)
        return [came_of(Case(f"{hours:g} hours", lambda _: path, "heard"), analyzed(path, path.parent, Path(cache), "de"))]


def disturbed(minutes: float, seed: int) -> tuple[list[tuple[object, ...]], list[str]]:
    """Disturb runs until time is up; return a row per fault and what went wrong."""
    faults = [*FAULTS.items(), *(MOUNTED.items() if can_mount() else ())]
    tried, same, killed, refused = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    wrong: list[str] = []
    with TemporaryDirectory() as scratch:
        first = Stage(recorded(Path(scratch) / "talk.wav"), Path(scratch) / "undisturbed", Random(0))
        first.run()
        expected, until = written(first.out), time.monotonic() + 60 * minutes
        for number in count(seed):
            if time.monotonic() > until:
                break
            name, fault = faults[number % len(faults)]
            with TemporaryDirectory() as folder:
                stage = Stage(first.recording, Path(folder), Random(number))
                for ended in fault(stage):
                    killed[name] += ended.code < 0
                    refused[name] += bool(ended.sentence)
                    if (ended.code not in (0, 1) and ended.code >= 0) or (ended.code == 1 and not ended.sentence):
                        wrong.append(f"{name} ({number}): exit {ended.code}: {ended.said[-300:]}")
                after = stage.run()
                good = after.code == 0 and written(stage.out) == expected and not left_behind(stage)
                tried[name] += 1
                same[name] += good
                if not good:
                    wrong.append(f"{name} ({number}): exit {after.code}, {left_behind(stage)}, {after.said[-300:]}")
                    print(wrong[-1], file=sys.stderr, flush=True)
    rows = [(name, tried[name], killed[name], refused[name], same[name]) for name, _ in faults]
    return [*rows, ("all", *(sum(found.values()) for found in (tried, killed, refused, same)))], wrong


def main() -> None:
    """Run both, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="of faults")
    parser.add_argument("--hours", type=float, default=5, help="of the long recording; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("hostile", "faults"))
    options = parser.parse_args(None if sys.argv[0].endswith("soak.py") else [])
    about = (__doc__ or "").split("\n\n", 1)[1].strip()
    command = f"Command: `{' '.join(['python -m benchmarks.soak', *sys.argv[1:]])}`"
    if options.only != "faults":
        rows = heard() + (long(options.hours) if options.hours else [])
        columns = ("recording", "what came of it", "seconds", "memory, GB", "")
        places = [f"{where:.0%}" if isinstance(where, float) else f"{where} bytes" for where in CUTS]
        cutting = f"Of {SECONDS:g} seconds, what is read; or the reason why nothing is."
        publish(
            "hostile",
            "# Hostile recordings",
            *(about, f"{command}; packaged models, a process each.", table(columns, rows)),
            *("## Cut", cutting, table(("container", *places), cuts())),
        )
    if options.only != "hostile":
        rows, wrong = disturbed(options.minutes, options.seed)
        columns = ("fault", "times", "runs killed", "runs that said why they could not", "next run the same, nothing left")
        found = "\n".join(f"- {line}" for line in wrong) if wrong else "Nothing went otherwise."
        publish("faults", "# Faults", about, f"{command}.", table(columns, rows), found)


if __name__ == "__main__":
    main()
