"""Quiet recordings made as loud as usual ones: a microphone turned down must not cost words.

Whisper and the detector of speech learned from sound of usual loudness. Nothing is changed on a recording that has it; one that
is far too quiet is raised as a whole, so that loud stays loud beside soft. What was recorded too loud and is clipped stays as it
is: what is missing there nobody can put back.
"""

from dataclasses import dataclass

import numpy as np

from talkbalance.speech.backend import RATE, Samples, Sound

FRAME = RATE // 20
"""Samples of one frame: 50 ms."""

LOUDEST = 99.0
"""Percentile of the frames that tells how loud speech is: also of somebody who says little."""

QUIET = -36.0
"""dB of full scale below which a recording is raised; meetings recorded as usual lie between -15 and -33."""

USUAL = -24.0
"""dB to which it is raised."""

MOST = 40.0
"""dB it is raised at most: below that there is only noise."""

BLOCK = 60.0


@dataclass(frozen=True)
class Raised:
    """A sound made louder; what would go beyond full scale is cut off there."""

    sound: Sound
    factor: float

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.sound.duration

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return (n,) float32 samples in [-1, 1] of `[start, end)` seconds, up to the end if None."""
        raised: Samples = np.clip(self.sound.read(start, end) * np.float32(self.factor), -1.0, 1.0)
        return raised


def audible(sound: Sound) -> Sound:
    """Return a sound as loud as recordings usually are: itself, unless it is far too quiet."""
    level = loudness(sound)
    return sound if level >= QUIET else Raised(sound, 10 ** (min(USUAL - level, MOST) / 20))


def loudness(sound: Sound) -> float:
    """Return how loud the loudest hundredth of a sound is, dB of full scale; that of silence is usual.

    **Definition.** Percentile `LOUDEST` of the mean power of frames of 50 ms.
    """
    powers = [_powers(sound.read(at, at + BLOCK)) for at in np.arange(0.0, sound.duration, BLOCK)]
    power = float(np.percentile(np.concatenate(powers), LOUDEST)) if any(map(len, powers)) else 0.0
    return 10 * float(np.log10(power)) if power > 0 else USUAL


def _powers(samples: Samples) -> Samples:
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    powers: Samples = np.einsum("fs,fs->f", frames, frames) / np.float32(FRAME)
    return powers
