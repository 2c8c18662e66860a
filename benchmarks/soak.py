"""What nobody wishes a recording, for as long as you like: `python -m benchmarks.soak [--minutes 60] [--hours 5] [--only PART]`.

- **hostile**: every recording of `tests/hostile` through the whole command with the packaged models, a process each, German and
  English in turn; every container cut at ten places.
- **long**: a recording of hours: two of the samples in turn, with pauses of up to half a minute between them.
- **faults**: every fault of `tests/faults` at moments of chance, again and again; after each the command runs once more, and what
  it writes is compared, byte for byte, with what an undisturbed run wrote.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.long_recordings import COMMAND
from benchmarks.shared import RESULTS, ROOT, publish, table
from talkbalance import read
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
        lengths: list[object] = []
        for where in CUTS:
            with TemporaryDirectory() as scratch, warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", TalkbalanceWarning)
                path = Path(scratch) / f"call.{container}"
                path.write_bytes(cut(whole(container), where))
                try:
                    with open_recording(path) as recording:
                        lengths.append(f"{recording.duration:.1f} s{' (said)' if warned else ''}")
                except UnusableSound as error:
                    lengths.append(error.key.removeprefix("sound."))
        rows.append((container, *lengths))
    return rows


def long(hours: float) -> tuple[list[tuple[object, ...]], str]:
    """Run a recording of hours; return its row, and what was found in it beside what is in it."""
    with TemporaryDirectory() as scratch, TemporaryDirectory() as cache:
        path = Path(scratch) / "long.flac"
        said = _played_in_turn(path, hours)
        row = came_of(Case(f"{hours:g} hours", lambda _: path, "heard"), analyzed(path, path.parent, Path(cache), "de"))
        found = read(path.parent / "out" / "long.meeting.json")
    words = sum(len(utterance.text.split()) for utterance in found.utterances)
    heard = f"{len(found.speakers)} voices and {words:,} words were found, {found.length:,.0f} s long."
    return [row], f"Two voices and {said:,} words are in it; {heard}"


def _played_in_turn(path: Path, hours: float) -> int:
    """Write samples in turn until they last so long; return how many words they say."""
    import soundfile

    luck, said, left = Random(0), 0, round(hours * 3600 * RATE)
    meetings = cycle(ROOT / "samples" / name for name in ("erstgespraech_de.mp3", "zweitgespraech_de.m4a"))
    with soundfile.SoundFile(path, "w", RATE, 1) as sound:
        while left > 0:
            with open_recording(meeting := next(meetings)) as sample:
                samples = np.concatenate([sample.mix.read(), np.zeros(round(luck.uniform(0, 30) * RATE), np.float32)])
            truth = read(meeting.with_suffix(".meeting.json"))
            said += sum(len(u.text.split()) for u in truth.utterances if u.end is not None and u.end * RATE <= left)
            sound.write(samples[:left])
            left -= len(samples)
    return said


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


def _of_recordings(title: str, *parts: str) -> None:
    """Write a section of the page on recordings; the others stay as they were measured last."""
    head = f"# Hostile recordings\n\n{ABOUT}"
    place = RESULTS / "hostile.md"
    before = place.read_text(encoding="utf-8").rstrip().split("\n\n## ")[1:] if place.is_file() else []
    sections = {section.partition("\n")[0]: section for section in before}
    sections[title] = "\n\n".join((title, *parts))
    publish("hostile", "\n\n## ".join((head, *sections.values())))


def _hostile(command: str, options: argparse.Namespace) -> None:
    del options
    places = [f"{where:.0%}" if isinstance(where, float) else f"{where} bytes" for where in CUTS]
    _of_recordings("The catalogue", f"{command}; packaged models, a process each.", table(RECORDINGS, heard()))
    cutting = f"Of {SECONDS:g} seconds, what is read; or the reason why nothing is."
    _of_recordings("Cut", cutting, table(("container", *places), cuts()))


def _long(command: str, options: argparse.Namespace) -> None:
    rows, found = long(options.hours)
    _of_recordings("Hours", f"{command}; packaged models, two cores, at nice 10 beside other work.", table(RECORDINGS, rows), found)


def _faults(command: str, options: argparse.Namespace) -> None:
    rows, wrong = disturbed(options.minutes, options.seed)
    columns = ("fault", "times", "runs killed", "runs that said why they could not", "next run the same, nothing left")
    found = "\n".join(f"- {line}" for line in wrong) if wrong else "Nothing went otherwise."
    publish("faults", "# Faults", ABOUT, f"{command}.", table(columns, rows), found)


RECORDINGS = ("recording", "what came of it", "seconds", "memory, GB", "")
ABOUT = (__doc__ or "").split("\n\n", 1)[1].strip()
PARTS: dict[str, Callable[[str, argparse.Namespace], None]] = {"hostile": _hostile, "long": _long, "faults": _faults}


def main() -> None:
    """Run every part, or one, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="of faults")
    parser.add_argument("--hours", type=float, default=5, help="of the long recording")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args(None if sys.argv[0].endswith("soak.py") else [])
    command = f"Command: `{' '.join(['python -m benchmarks.soak', *sys.argv[1:]])}`"
    for name in [options.only] if options.only else PARTS:
        PARTS[name](command, options)


if __name__ == "__main__":
    main()
