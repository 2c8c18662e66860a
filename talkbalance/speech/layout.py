"""How the channels of a recording relate: copies of one, a person each, or a room heard twice.

Two microphones that each belong to a person differ from two microphones in a room by one thing: who speaks changes which
of them is louder, and by how much.

```
               Eva speaks                Baum speaks
lavaliers      Eva's +9 dB               Baum's +9 dB        18 dB between the two: one per channel
room stereo    left +1 dB                right +2 dB          3 dB: a room
copies         no difference at all                          identical
```

So the levels are compared where somebody speaks, their differences are split in two groups, and the distance of the groups
decides. Neither the gain of a microphone nor who talks more moves that distance. Levels are taken between 1.5 and 4 kHz: a
head and a chest shade these frequencies and a room gives back less of them than of the low ones, and a telephone line still
carries them. A quarter of a second is long enough for the reverberation to follow the voice.

Where it ends: three people around a table with two microphones far apart look like two people with one each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talkbalance.speech.backend import RATE, Sound

Layout = Literal["mono", "identical", "one_per_channel", "room"]
Levels = NDArray[np.float64]

FRAME = RATE // 20
"""Samples of one frame: 50 ms."""

SMOOTH = 5
"""Frames a level is averaged over: 250 ms."""

BAND = (1500.0, 4000.0)
"""Hz."""

ACTIVE = 12.0
"""dB above a channel's own background at which somebody speaks."""

RANGE = 50.0
"""dB below a channel's peak at which nobody does, however quiet the background is."""

SPOKEN = 1.0
"""Seconds somebody has to speak in a channel before it counts, or a hundredth of the recording if that is shorter."""

CLEAR = 0.05
"""Part of the recording with speech in the best channel, from which on a channel without any is silent."""

ALIKE = 0.995
"""Correlation of two channels from which on they are copies: the coding of a copy costs far less."""

APART = 9.0
"""dB between the two groups: a stereo recorder in a room stays below 8, lavaliers at one table start at 12."""

NOISIER = 10.0
"""dB by which a room's microphone may hear speech less clearly than the clearest; two in one device differ by 3 at most."""

BLOCK = 30.0


@dataclass(frozen=True)
class Heard:
    """What the channels of a recording are compared by.

    Parameters
    ----------
    levels
        (channels, frames) dB of the band, every 50 ms, averaged over 250 ms.
    likeness
        (channels, channels) absolute correlation: a cable with swapped poles still carries a copy.
    energy
        (channels,) mean square.
    """

    levels: Levels
    likeness: Levels
    energy: Levels

    @property
    def active(self) -> NDArray[np.bool_]:
        """(channels, frames): whether somebody speaks there, near or far."""
        background = np.percentile(self.levels, 10, axis=1)
        least = np.maximum(background + ACTIVE, self.levels.max(axis=1) - RANGE)
        return np.asarray(self.levels > least[:, None])


def inspect(channels: Sequence[Sound]) -> tuple[Layout, tuple[Sound, ...]]:
    """Return how the channels relate, and those of them that hold sound of their own, in their order.

    Parameters
    ----------
    channels
        The channels of one recording, all equally long.

    Returns
    -------
    tuple of Layout and channels
        Silent channels and copies are left out; of a group of copies the loudest stays. In a room, where every microphone hears
        everybody, those far noisier than the clearest are left out too: they would only add their noise.
    """
    if len(channels) == 1:
        return "mono", tuple(channels)
    heard = listen(channels)
    loud = _with_sound(heard)
    kept = _without_copies(heard, loud)
    if len(kept) == 1:
        return ("mono" if len(loud) == 1 else "identical"), (channels[kept[0]],)
    apart = all(separation(heard, a, b) >= APART for a in kept for b in kept if a < b)
    if not apart:
        kept = _clearest(heard, kept)
    return ("one_per_channel" if apart else "room"), tuple(channels[i] for i in kept)


def listen(channels: Sequence[Sound]) -> Heard:
    """Go through the channels once, in blocks, and take what is needed to compare them."""
    window = np.hanning(FRAME)
    pitch = np.fft.rfftfreq(FRAME, 1 / RATE)
    band = (pitch >= BAND[0]) & (pitch < BAND[1])
    products = np.zeros((len(channels), len(channels)))
    powers = []
    for start in np.arange(0.0, channels[0].duration, BLOCK):
        sound = np.stack([channel.read(start, start + BLOCK) for channel in channels]).astype(np.float64)
        sound -= sound.mean(axis=1, keepdims=True)  # a constant offset is shared by all and heard by nobody
        products += sound @ sound.T
        frames = sound[:, : sound.shape[1] // FRAME * FRAME].reshape(len(channels), -1, FRAME)
        powers.append((np.abs(np.fft.rfft(frames * window)[:, :, band]) ** 2).sum(axis=2) / FRAME**2)
    power = np.concatenate(powers, axis=1)
    if not power.shape[1]:  # shorter than one frame
        power = np.zeros((len(channels), 1))
    smooth = np.stack([np.convolve(row, np.full(SMOOTH, 1 / SMOOTH), "same")[: len(row)] for row in power])
    energy = products.diagonal()
    scale = np.sqrt(np.maximum(np.outer(energy, energy), 1e-30))
    return Heard(10 * np.log10(smooth + 1e-12), np.abs(products) / scale, energy)


def separation(heard: Heard, a: int, b: int) -> float:
    """Return the dB between the level differences while one speaks and those while the other does.

    **Definition.** The distance of the two `groups`, 0 where there is only one.
    """
    found = groups(heard, a, b)
    return 0.0 if found is None else found[1] - found[0]


def groups(heard: Heard, a: int, b: int) -> tuple[float, float] | None:
    """Return the typical level of channel `a` minus that of `b`, in dB, while `b` speaks and while `a` does.

    **Definition.** The differences where somebody speaks, split in two by which of the two medians is nearer. None where
    one of the groups holds no speech of the channel that is the louder one in it: then that is background, and nobody sits
    there.
    """
    active = heard.active[[a, b]]
    somebody = active.any(axis=0)
    if not somebody.any():
        return None
    difference = heard.levels[a, somebody] - heard.levels[b, somebody]
    # From the far ends, so that somebody who hardly ever speaks is found too.
    low, high = np.percentile(difference, [2, 98])
    for _ in range(50):
        to_a = difference >= (low + high) / 2
        if to_a.all() or not to_a.any():
            return None
        low, high = np.median(difference[~to_a]), np.median(difference[to_a])
    own_a, own_b = (active[0, somebody] & to_a).mean(), (active[1, somebody] & ~to_a).mean()
    return (float(low), float(high)) if min(own_a, own_b) >= 0.01 else None


def _with_sound(heard: Heard) -> list[int]:
    """Leave out silent channels: digitally silent ones, and, beside a channel with speech, those without any.

    Where no channel has speech that stands out of the noise, nothing can be said about the others either.
    """
    spoken = heard.active.sum(axis=1)
    frames = heard.levels.shape[1]
    enough = min(SPOKEN * RATE / FRAME, frames / 100) if spoken.max() >= CLEAR * frames else 0.0
    return [i for i in range(len(spoken)) if heard.energy[i] > 0 and spoken[i] >= enough] or [0]


def _without_copies(heard: Heard, channels: Sequence[int]) -> list[int]:
    """Of each group of copies keep the loudest; in their order."""
    kept: list[int] = []
    for channel in sorted(channels, key=lambda i: -heard.energy[i]):
        if all(heard.likeness[channel, other] < ALIKE for other in kept):
            kept.append(channel)
    return sorted(kept)


def _clearest(heard: Heard, channels: Sequence[int]) -> list[int]:
    """Leave out channels in which speech stands less than in the clearest above the background, by more than `NOISIER`."""
    stands = np.percentile(heard.levels, 95, axis=1) - np.percentile(heard.levels, 5, axis=1)
    most = stands[list(channels)].max()
    return [channel for channel in channels if stands[channel] >= most - NOISIER]
