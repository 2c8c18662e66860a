"""What nobody wishes a recording, for as long as you like: `python -m benchmarks.soak [--minutes 60] [--hours 5] [--only PART]`.

- **hostile**: every recording of `tests/hostile` through the whole command with the packaged models, a process each, German and
  English in turn; every container cut at ten places.
- **long**: a recording of hours: two of the samples in turn, with pauses of up to half a minute between them.
- **faults**: every fault of `tests/faults` at moments of chance, again and again: hearing and measuring a recording (analyze),
  measuring transcripts into a store (batch), copies for listening (listen), weights (unpack), corrections (review). After each the
  same is done once more, and all that is then there is compared, byte for byte, with what an undisturbed run made. Networks are
  stand-ins; among the transcripts is one file that is none, which every batch says.
- **notebook**: the kernel of `review_a_meeting` is killed while it hears or corrects, and started anew.
- **payloads**: programs in disguise, each alone in every text of a meeting, on every page there is, in a real browser.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks import payloads
from benchmarks.long_recordings import COMMAND
from benchmarks.shared import RESULTS, ROOT, publish, table
from talkbalance import read
from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE
from tests.faults.faults import faults
from tests.faults.harness import GIVEN, can_mount, undisturbed
from tests.faults.kernels import Notebook, killed_again_and_again
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
    rows: dict[tuple[str, str], NDArray[np.int_]] = {}
    wrong: list[str] = []
    with TemporaryDirectory() as scratch:
        known = {work: undisturbed(work, Path(scratch) / work) for work in GIVEN}
        until = time.monotonic() + 60 * minutes
        every_fault = list(faults({work: found.seconds for work, found in known.items()}))
        for number in count(seed):
            if time.monotonic() > until:
                break
            fault = every_fault[number % len(every_fault)]
            if fault.mounted and not can_mount():
                continue
            with TemporaryDirectory() as folder:
                stage = known[fault.work].stage(Path(folder) / "stage", Random(number))
                ended = fault.happen(stage)
                other = "".join(f"exit {one.code}: {one.said[-300:]!r} " for one in ended if not one.expected)
                other += known[fault.work].differs(stage)
            found = rows.setdefault((fault.work, fault.name), np.zeros(4, int))
            found += 1, sum(one.code < 0 for one in ended), sum(bool(one.sentence) for one in ended), not other
            print(number, fault.work, fault.name, other or "as it should", sep=", ", file=sys.stderr, flush=True)
            wrong += [f"{fault.work}, {fault.name} ({number}): {other}"] if other else []
    return [(*of, *found) for of, found in sorted(rows.items())] + [("all", "", *sum(rows.values(), np.zeros(4, int)))], wrong


def killed_kernels(minutes: float, seed: int) -> list[tuple[object, ...]]:
    """Kill the kernel of a notebook until time is up; return how often, how many times, and how often all was whole after it."""
    times = kills = same = 0
    with TemporaryDirectory() as scratch:
        recording = GIVEN["analyze"](Path(scratch) / "given")
        first = Notebook(Path(scratch) / "undisturbed", recording)
        first.run()
        until = time.monotonic() + 60 * minutes
        for number in count(seed):
            if time.monotonic() > until:
                break
            notebook = Notebook(Path(scratch) / str(number), recording)
            runs = [*killed_again_and_again(notebook, Random(number), first.seconds), notebook.run()]
            good = not any(failed for _, failed in runs) and notebook.made() == first.made() and not notebook.left()
            times, kills, same = times + 1, kills + sum(not done for done, _ in runs), same + good
            print(number, runs, notebook.made() == first.made(), notebook.left(), file=sys.stderr, flush=True)
    return [(times, kills, same)]


def _section(page: str, title: str, *parts: str) -> None:
    """Write a section of a page; the others stay as they were measured last."""
    place, heading = RESULTS / f"{page}.md", {"hostile": "# Hostile recordings", "faults": "# Faults"}[page]
    before = place.read_text(encoding="utf-8").rstrip().split("\n\n## ")[1:] if place.is_file() else []
    sections = {section.partition("\n")[0]: section for section in before}
    sections[title] = "\n\n".join((title, *parts))
    publish(page, "\n\n## ".join((f"{heading}\n\n{ABOUT}", *sections.values())))


def _hostile(command: str, options: argparse.Namespace) -> None:
    del options
    places = [f"{where:.0%}" if isinstance(where, float) else f"{where} bytes" for where in CUTS]
    _section("hostile", "The catalogue", f"{command}; packaged models, a process each.", table(RECORDINGS, heard()))
    cutting = f"Of {SECONDS:g} seconds, what is read; or the reason why nothing is."
    _section("hostile", "Cut", cutting, table(("container", *places), cuts()))


def _long(command: str, options: argparse.Namespace) -> None:
    rows, found = long(options.hours)
    _section("hostile", "Hours", f"{command}; packaged models, two cores beside other work.", table(RECORDINGS, rows), found)


def _faults(command: str, options: argparse.Namespace) -> None:
    rows, wrong = disturbed(options.minutes, options.seed)
    columns = ("work", "fault", "times", "runs killed", "runs that said why they could not", "next run the same, nothing left")
    found = "\n".join(f"- {line}" for line in wrong) if wrong else "Nothing went otherwise."
    _section("faults", "Runs", f"{command}.", table(columns, rows), found)


def _payloads(command: str, options: argparse.Namespace) -> None:
    del command, options
    payloads.main()


def _notebook(command: str, options: argparse.Namespace) -> None:
    columns = ("times", "kernels killed", "the log whole, the rest the same, nothing left")
    _section("faults", "Notebooks", f"{command}.", table(columns, killed_kernels(options.minutes, options.seed)))


RECORDINGS = ("recording", "what came of it", "seconds", "memory, GB", "")
ABOUT = (__doc__ or "").split("\n\n", 1)[1].strip()
PARTS: dict[str, Callable[[str, argparse.Namespace], None]] = {
    "hostile": _hostile,
    "long": _long,
    "faults": _faults,
    "notebook": _notebook,
    "payloads": _payloads,
}


def main() -> None:
    """Run every part, or one, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="of faults, and of kernels that are killed")
    parser.add_argument("--hours", type=float, default=5, help="of the long recording")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args(None if sys.argv[0].endswith("soak.py") else [])
    command = f"Command: `{' '.join(['python -m benchmarks.soak', *sys.argv[1:]])}`"
    for name in [options.only] if options.only else PARTS:
        PARTS[name](command, options)


if __name__ == "__main__":
    main()
