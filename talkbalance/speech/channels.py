"""Who speaks when, where everybody has a microphone of their own: channels of one file, or one file per participant.

The owner of a microphone is known, so no voice has to be compared with another. What remains is to tell the owner from the
others, whom it hears too, more faintly:

1. `activity` says where anybody at all speaks in each microphone.
2. Where one speaks alone, how much fainter the others' microphones hear them is a fixed number of decibels for each pair:
   the bleed. It is read off the recording itself.
3. What a microphone hears beyond the bleed of the others (the *excess*) is its owner.

```
Eva's microphone    |####....####....|      # loud, . faint
Baum's microphone   |....####..######|
bleed expected      |        ....    |      in Eva's, from what Baum's hears
excess in Eva's     |####    ####    |  ->  Eva speaks, also where both do
```

4. In a room the excess wavers with every reverberation, between headsets it hardly does. How much is read off the
   recording as well, and a chain of states (one, the other, both) lets the evidence add up over time: a whole second where
   it is weak, a few hundredths where it is strong. Silence is no evidence; the chain only waits there.

A person is heard where the chain says it is theirs and their own microphone hears speech. Boundaries are those of the
activity, of the excess, or of the sound where it sinks into `silence`, never padded; holes below a tenth of a second are closed, as
no pause is that short.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talkbalance.speech import activity, layout, silence
from talkbalance.speech.activity import FIELD, FRAME, STRIDE
from talkbalance.speech.backend import RATE, Progress, Sound, Span, silent
from talkbalance.speech.partial import BLANK, Tape
from talkbalance.speech.weights import VoiceModels, voice_models

if TYPE_CHECKING:
    from talkbalance.speech.segmentation import Segmentation

Floats = NDArray[np.float64]

BLIP = 0.1
"""Seconds; shorter spans are dropped and shorter holes closed."""

SPREAD = 1.0
"""dB by which the excess wavers at least, however clean the recording is."""

LEAST = -10.0
"""dB of excess below which it makes no difference how far below."""

STRENGTH = 8.0
"""Log odds one frame can weigh at most: a click is no proof."""

MEMORY = 0.17
"""Weight of one frame's evidence: neighbouring frames hear the same syllable, and about six of them say one thing."""

CHANGE = 6.0
"""Log odds a change of state has to outweigh."""

TOGETHER = 1.0
"""Log odds against two speaking at once, beside what the excess says."""

SMOOTH = 5
"""Frames a power is averaged over: 85 ms, about half a syllable."""

READ = 4096
"""Frames read at a time."""

TINY = 1e-13
"""Power of digital silence, far below any background."""


class Channels:
    """Diarizer for one speaker per channel or track.

    It keeps the promises of `backend.Diarizer` but for its arguments: it is given one sound per person instead of one for
    all, and so it knows how many there are.

    Parameters
    ----------
    models
        Weights; None for the packaged ones.
    """

    name = "channels (segmentation-3.0)"

    def __init__(self, *, models: VoiceModels | None = None) -> None:
        self._models = models

    def diarize(
        self, sounds: Sequence[Sound], *, names: Sequence[str] | None = None, progress: Progress = silent, tape: Tape = BLANK
    ) -> tuple[Span, ...]:
        """Return who speaks when.

        Parameters
        ----------
        sounds
            One per person, equally long, on one time line: `Recording.channels` or `Tracks.sounds`.
        names
            The people in the same order, as `Tracks.names`; None for S1, S2, … by first speech.
        progress
            Called with seconds of the recording, all channels taken together.
        tape
            What the network said of them before, as far as it was heard; the rest is written there.

        Returns
        -------
        tuple of Span
            In order of start. `confidence` is the mean probability over the span that its speaker, alone or with others, is
            the one who is heard, times that of speech at all.
        """
        duration = sounds[0].duration
        speech = np.stack([self._speech(sounds, i, progress, tape) for i in range(len(sounds))])
        progress(duration)
        owned = ownership(levels(sounds, speech.shape[1]), bleeding(sounds), speech)
        level = np.stack([silence.levels(sound, speech.shape[1]) for sound in sounds])
        found = _spans(speech, owned, level, duration)
        if names is not None:
            return tuple(Span(start, end, names[i], sure) for start, end, i, sure in found)
        order = list(dict.fromkeys(i for _, _, i, _ in found))
        return tuple(Span(start, end, f"S{order.index(i) + 1}", sure) for start, end, i, sure in found)

    def _speech(self, sounds: Sequence[Sound], i: int, progress: Progress, tape: Tape) -> Floats:
        """Return (frames,) the probability that anybody speaks in a channel."""
        sound, parts = sounds[i], len(sounds)
        heard = activity.listen(
            lambda windows: tape.answer(lambda: self._hear(windows)),
            sound,
            lambda done: progress((i * sound.duration + done) / parts),
        )
        return 1.0 - heard.count[:, 0].astype(np.float64)

    @cached_property
    def _network(self) -> "Segmentation":
        from talkbalance.speech import segmentation

        return segmentation.load((self._models or voice_models()).segmentation)

    def _hear(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        from talkbalance.speech import segmentation

        return segmentation.probabilities(self._network, windows)


def ownership(power: Floats, bleed: Floats, speech: Floats) -> Floats:
    """Return (channels, frames) the probability that a channel's owner is among those who are heard; pure.

    Parameters
    ----------
    power
        (channels, frames) of the sound.
    bleed
        (channels, channels): `bleed[c, j]` is the part of `power[j]` that channel `c` hears while `j` speaks alone.
    speech
        (channels, frames) probability that anybody speaks in a channel.
    """
    if len(power) == 1:
        return np.ones_like(speech)
    beyond = excess(power, bleed)
    somebody = speech.max(axis=0)
    evidence = _evidence(beyond, speech)
    people = range(len(power))
    states = [frozenset(together) for size in (1, 2) for together in combinations(people, size)]
    weights = [sum(evidence[i] for i in state) - TOGETHER * (len(state) - 1) for state in states]
    changes = np.array([[len(before ^ after) for after in states] for before in states])
    certain = _chain(MEMORY * somebody * np.stack(weights), CHANGE * changes)
    return np.stack([sum(certain[k] for k, state in enumerate(states) if i in state) for i in people])


def excess(power: Floats, bleed: Floats) -> Floats:
    """Return (channels, frames) dB by which each channel is louder than background and bleed explain.

    >>> power = np.array([[1.0, 0.01, 1.0], [0.01, 1.0, 1.0]])  # one speaks, the other, both; then nobody for long
    >>> power = np.hstack([power, np.zeros((2, 30))])
    >>> np.round(excess(power, np.array([[0, 0.01], [0.01, 0]])))[:, :3]
    array([[40.,  0., 20.],
           [ 0., 40., 20.]])
    """
    background = np.percentile(power, 10, axis=1, keepdims=True)
    expected = bleed @ power + background
    return np.asarray(10 * np.log10((power + TINY) / (expected + TINY)))


def levels(sounds: Sequence[Sound], frames: int) -> Floats:
    """Return (channels, frames) power of the speech band around the moment each frame of the activity speaks of."""
    window = np.hanning(FIELD)
    pitch = np.fft.rfftfreq(FIELD, 1 / RATE)
    band = (pitch >= layout.BAND[0]) & (pitch < layout.BAND[1])
    power = np.zeros((len(sounds), frames))
    for first in range(0, frames, READ):
        last = min(first + READ, frames)
        wanted = (last - first - 1) * STRIDE + FIELD
        for i, sound in enumerate(sounds):
            samples = sound.read(first * STRIDE / RATE, (first * STRIDE + wanted) / RATE)
            filled = np.zeros(wanted, np.float32)
            filled[: len(samples)] = samples
            cut = np.lib.stride_tricks.sliding_window_view(filled, FIELD)[::STRIDE]
            power[i, first:last] = (np.abs(np.fft.rfft(cut * window)[:, band]) ** 2).sum(axis=1) / FIELD**2
    syllable = np.hanning(SMOOTH + 2)[1:-1]
    return np.stack([np.convolve(row, syllable / syllable.sum(), "same")[:frames] for row in power])


def bleeding(sounds: Sequence[Sound]) -> Floats:
    """Return (channels, channels) the part of each channel's power that another one hears while its owner speaks alone.

    Where a pair has only one group of level differences, one of the two is silent: nothing bleeds from there.
    """
    heard = layout.listen(sounds)
    share = np.zeros((len(sounds), len(sounds)))
    active = heard.active
    for a, b in combinations(range(len(sounds)), 2):
        difference = heard.levels[a] - heard.levels[b]
        found = layout.groups(heard, a, b)
        if found is not None and found[1] - found[0] >= layout.APART / 2:
            share[a, b], share[b, a] = 10 ** (found[0] / 10), 10 ** (-found[1] / 10)
        elif active[[a, b]].any():
            alone = float(np.median(difference[active[[a, b]].any(axis=0)]))
            louder, other = (a, b) if alone >= 0 else (b, a)
            share[other, louder] = 10 ** (-abs(alone) / 10)
    return share


def _evidence(beyond: Floats, speech: Floats) -> Floats:
    """Return (channels, frames) log odds that an excess is the owner's voice and no whim of the bleed.

    While others speak the excess scatters around its median; above it, it counts the more the further it is from there, in
    units of that scatter. The owner's own is scattered downwards from their median by whoever else speaks.
    """
    odds = np.zeros_like(beyond)
    loudest = beyond.argmax(axis=0)
    for i, own in enumerate(np.maximum(beyond, LEAST)):
        others, mine = own[(loudest != i) & (speech.max(axis=0) > 0.5)], own[(loudest == i) & (speech[i] > 0.5)]
        if not len(mine):
            odds[i] = -STRENGTH
            continue
        low, usual = np.percentile(others, [16, 50]) if len(others) else (0.0, 0.0)
        spread = max(usual - low, SPREAD)
        typical = float(np.median(mine))
        reach = max(typical - float(np.percentile(mine, 16)), (typical - usual) / 2, SPREAD)
        bleed = -0.5 * (np.maximum(own - usual, 0) / spread) ** 2 - np.log(spread)
        voice = -0.5 * (np.minimum(own - typical, 0) / reach) ** 2 - np.log(reach)
        odds[i] = np.clip(voice - bleed, -STRENGTH, STRENGTH)
    return odds


def _chain(weights: Floats, changes: Floats) -> Floats:
    """Return (states, frames) the probability of each state, given the evidence before and after (forward-backward)."""
    likely = np.exp(weights - weights.max(axis=0)).T
    moves = np.exp(-changes)
    count = len(likely)
    forward, backward = np.empty_like(likely), np.empty_like(likely)
    state = np.full(likely.shape[1], 1.0)
    for t in range(count):
        state = (state @ moves) * likely[t]
        state /= state.sum()
        forward[t] = state
    state = np.full(likely.shape[1], 1.0)
    for t in range(count - 1, -1, -1):
        backward[t] = state
        state = moves @ (state * likely[t])
        state /= state.sum()
    both = forward * backward
    return np.asarray((both / both.sum(axis=1, keepdims=True)).T)


def _spans(speech: Floats, owned: Floats, level: activity.Floats, duration: float) -> list[tuple[float, float, int, float]]:
    """Return start, end, channel and confidence of each span, in order of start."""
    found = []
    least = round(BLIP / FRAME)
    speaking = (owned > 0.5) & (speech > 0.5)
    for speaks in speaking:
        for start, end in activity.runs(~speaks):
            if end - start < least and start > 0 and end < len(speaks):
                speaks[start:end] = True
    nobody = (1 - speech).astype(np.float32)
    for i, speaks in enumerate(silence.spoken(speaking.T, level.T, nobody.T).T):
        for start, end in activity.runs(speaks):
            if end - start >= least:
                sure = float((speech[i, start:end] * owned[i, start:end]).mean())
                found.append((activity.seconds(start), min(activity.seconds(end), duration), i, min(sure, 1.0)))
    return sorted(span for span in found if span[0] < span[1])
