"""Silences the windows hear as speech: pauses between words, and the last hundredths before a start and after an end.

What the windows say is averaged over half a second and more, so that a short pause is filled and a boundary lies early or late.
The sound itself tells better, where it is clean: what lies 40 dB below a voice's loud moments is no part of that voice, not even
its softest consonant.

```
sound      __####_####__      ____####__
windows      |#################|#######|      a pause of .25 s and more is cut out,
spoken        |########|       |  #####|      at the edges all of it
```

Each voice is held against its own loudness. In a room as loud as that nothing is so far below a voice, and all stays as the
windows have it. Where they have no doubt that somebody speaks, it stays as well: in a film's sound, or behind a gate, a word may
begin out of nothing.

References
----------
Goldman-Eisler, F. (1968). Psycholinguistics: experiments in spontaneous speech. Academic Press.
"""

import numpy as np
from numpy.typing import NDArray

from talkbalance.speech.activity import FIELD, FRAME, STRIDE, Floats, runs
from talkbalance.speech.backend import RATE, Sound

DEPTH = 40.0
"""dB below a voice's loud moments, where nothing is left of it."""

LOUD = 90
"""Percentile of a voice's level that stands for its loud moments."""

DOUBT = 0.05
"""Probability that nobody speaks, from which the sound decides."""

PAUSE = 0.25
"""Seconds of the shortest pause that is cut out: shorter ones belong to speaking itself (Goldman-Eisler 1968)."""

READ = 4096
"""Frames read at a time."""

TINY = 1e-13
"""Power of digital silence, far below any background."""


def levels(sound: Sound, frames: int) -> Floats:
    """Return (frames,) the level in dB of full scale, over 34 ms around the moment each frame of the activity speaks of."""
    found = np.zeros(frames, np.float32)
    lead = FIELD // 2 - STRIDE
    for first in range(0, frames, READ):
        count = min(READ, frames - first)
        begin = first * STRIDE + lead
        samples = sound.read(begin / RATE, (begin + (count + 1) * STRIDE) / RATE)
        filled = np.zeros((count + 1) * STRIDE, np.float32)
        filled[: len(samples)] = samples
        power = (filled.reshape(-1, STRIDE) ** 2).mean(axis=1)
        found[first : first + count] = 10 * np.log10((power[:-1] + power[1:]) / 2 + TINY)
    return found


def spoken(speaks: NDArray[np.bool_], level: Floats, nobody: Floats) -> NDArray[np.bool_]:
    """Return where each voice speaks, without the silences; pure.

    Parameters
    ----------
    speaks
        (frames, voices) where each is taken to speak.
    level
        (frames, voices) dB of the sound each is heard in.
    nobody
        (frames, voices) probability that nobody speaks in it.
    """
    together = speaks.sum(axis=1)
    still = np.zeros_like(speaks)
    for voice in range(speaks.shape[1]):
        own = speaks[:, voice]
        alone = own & (together == 1)
        known = level[alone if alone.any() else own, voice]
        if not len(known):
            continue
        deep = own & (level[:, voice] < np.percentile(known, LOUD) - DEPTH) & (nobody[:, voice] > DOUBT)
        for start, end in runs(deep):
            within = start > 0 and own[start - 1] and end < len(own) and own[end]
            still[start:end, voice] = not within or (end - start) * FRAME >= PAUSE
    return speaks & ~still
