"""`talkbalance analyze` with quick stand-ins for the networks, to be disturbed: `python -m tests.faults.job ANALYZE-OPTIONS…`.

Decoding, the search for speech, what is kept, measuring and writing are the real ones; what a network would say is made from the
sound alone, so that every undisturbed run says the same. `FAULTS_PACE` slows each answer down by so many seconds; `FAULTS_KILL`
kills the process without warning at the n-th time something is put in its place on disk.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from talkbalance import pipeline
from talkbalance.cli import main
from talkbalance.language import meaning
from talkbalance.speech import voices
from talkbalance.speech.activity import FRAMES, SETS, Floats, Frames
from talkbalance.speech.backend import RATE, Samples, Sound
from talkbalance.speech.engines import Engine
from talkbalance.speech.overlap import Overlap
from talkbalance.speech.words import Heard

PACE = float(os.environ.get("FAULTS_PACE", "0"))
PLACED = int(os.environ.get("FAULTS_KILL", "0"))
WORDS = ("Ja", "und", "was", "ist", "Ihnen", "daran", "wichtig?", "Das", "sehe", "ich", "anders.", "Warum", "eigentlich?", "Genau.")


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
        time.sleep(PACE)
        return [[self._word(samples, at) for at in range(int(len(samples) / RATE / 0.4))] for samples in batch]

    @staticmethod
    def _word(samples: Samples, at: int) -> Heard:
        said = WORDS[int(1e6 * np.abs(samples[at * RATE // 4 :][:RATE]).mean(dtype=np.float64)) % len(WORDS)]
        return Heard(0.4 * at, 0.4 * at + 0.35, f" {said}", 0.9)


class Listener(Overlap):
    """Two people to a window, told apart by how bright they sound."""

    name = "stand-in"

    def _hear(self, windows: Floats) -> Floats:
        time.sleep(PACE)
        said = np.zeros((len(windows), FRAMES, len(SETS)), np.float32)
        for rank, window in enumerate(windows):
            frames = window[: FRAMES * 270].reshape(FRAMES, 270)
            loud = (frames**2).mean(axis=1) > 1e-4
            bright = (np.diff(frames, axis=1) ** 2).sum(axis=1) > 0.12 * (frames**2).sum(axis=1)
            said[rank, np.arange(FRAMES), np.where(loud, np.where(bright, 1, 2), 0)] = 1
        return said

    def _embedded(self, sound: Sound, stretches: Sequence[Frames], length: float) -> Floats:
        del sound, length
        time.sleep(PACE)
        found = np.zeros((len(stretches), voices.SIZE), np.float32)
        for rank, stretch in enumerate(stretches):
            found[rank, int(stretch[0, 0]) // 400 % 3] = 1
        return found


def killed_at(place: int) -> None:
    """Kill this process when the n-th file is put in its place, before it is."""
    count = 0
    replace = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == place:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    Path.replace = replaced  # type: ignore[method-assign,assignment]


def run(arguments: Sequence[str]) -> int:
    """Run the command with the stand-ins."""
    pipeline._transcriber = lambda *_: Reader()
    pipeline._diarizer = Listener
    vars(pipeline)["swift"] = lambda: None
    meaning.available = lambda: False
    if PLACED:
        killed_at(PLACED)
    return main(["analyze", *arguments])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
