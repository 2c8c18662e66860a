"""Who speaks when, two at once included, from one mixed recording.

1. `activity`: how many speak at each moment, and which of the people of a ten-second window.
2. Where one speaks alone, pieces are cut and their voices heard. What sounds like one person within half a minute is
   joined and heard again as one longer stretch: `clustering` says from these how many voices there are.
3. Each piece is given to a voice, by its sound and, less, by what the windows say of its neighbourhood; each person of a
   window to the voices of the pieces they speak in.
4. Where two speak, the two likeliest voices do; `silence` cuts out where there is no sound of them.

```
alone     |--S1--|   |--S2---|  |-S1-|
two speak           ##       ##
spans     S1 |######           ########|
          S2 |        #########        |
```

Voices are compared where one speaks alone because there the sound is theirs; that people who take turns are told apart does not
hang on the windows noticing it. Boundaries are where the averaged probabilities cross their limits, or where the sound sinks into
silence, never padded.

References
----------
Bredin, H. (2023). pyannote.audio 2.1 speaker diarization pipeline. Interspeech. (Windows, voices, stitching.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from talkbalance.speech import activity, clustering, silence
from talkbalance.speech.activity import FRAME, FRAMES, STEP, Activity, Floats, Frames
from talkbalance.speech.backend import Progress, Sound, Span, silent
from talkbalance.speech.partial import BLANK, Tape
from talkbalance.speech.weights import VoiceModels, voice_models

if TYPE_CHECKING:
    from talkbalance.speech.segmentation import Segmentation
    from talkbalance.speech.voices import Voices

LENGTHS = 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0
"""Seconds a piece or what is joined is cut to, from its middle, so that several go through the network together."""

JOINED = LENGTHS[-1]
"""Seconds a joined stretch is heard for; more says little more about its voice."""

BATCH, TOGETHER = 16, 32.0
"""How many go through the network together, and how many seconds at most."""

OF_PEAK, AROUND = 0.5, 0.5
"""Part of the highest probability within so many seconds, above which an overlap lasts: a sure one is not widened by what lets a
doubtful one count."""

SHARPNESS = 20.0
"""How much more likely a voice is per unit of similarity; a piece below 1 s counts as much less as it is shorter."""

SOUND = 0.6
"""Weight of a piece's own voice against what the windows say, frame by frame."""

BLIP = 0.1
"""Seconds; shorter spans are dropped."""

TWO_AT_ONCE = 1.0
"""Seconds of two at once from which there must be two voices."""

LEAST_SURE, MOST_SURE = 0.65, 0.97
"""Part of a span's time in which it is this voice that speaks, where the windows are least and most sure: between them it grows
with the square of what they say (`python -m benchmarks.confidence` shows how well that holds)."""

LISTENING = 0.6
"""Part of the work that is done when every window was heard."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What one person says within half a minute: (stretches, 192) voices, and how many seconds each has."""

    voices: Floats
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Pieces:
    """Stretches of one voice alone: (pieces, 2) frames, (pieces, 192) voices, 0 where too short to tell; and joined."""

    frames: Frames
    voices: Floats
    joined: Joined

    @property
    def seconds(self) -> Floats:
        """Length of each."""
        return _seconds(self.frames)

    @property
    def heard(self) -> NDArray[np.bool_]:
        """Whether each was long enough to have a voice."""
        heard: NDArray[np.bool_] = np.any(self.voices != 0, axis=1)
        return heard


class Overlap:
    """Diarizer that hears people talk at once.

    Parameters
    ----------
    both
        Probability, averaged over windows, from which two people may be speaking at once. Far below one half, because windows
        that see an overlap at their edge doubt it, and most overlaps are short.
    models
        Weights; None for the packaged ones.
    """

    name = "overlap (segmentation-3.0, CAM++)"

    def __init__(self, *, both: float = 0.12, models: VoiceModels | None = None) -> None:
        self.both = both
        self._models = models

    def diarize(
        self, sound: Sound, *, speakers: int | None = None, progress: Progress = silent, tape: Tape = BLANK
    ) -> tuple[Span, ...]:
        """Return who speaks when; see `Diarizer`. What the networks say is on the `tape`, or is written there."""
        heard = activity.listen(
            lambda windows: tape.answer(lambda: self._hear(windows)), sound, lambda done: progress(LISTENING * done)
        )
        pieces = self._pieces(heard, sound, progress, tape)
        progress(sound.duration)
        level = silence.levels(sound, len(heard.count))
        return spans(heard, pieces, level, duration=sound.duration, speakers=speakers, both=self.both)

    @cached_property
    def _networks(self) -> "tuple[Segmentation, Voices]":
        from talkbalance.speech import segmentation, voices

        models = self._models or voice_models()
        return segmentation.load(models.segmentation), voices.load(models.embedding)

    def _hear(self, windows: Floats) -> Floats:
        from talkbalance.speech import segmentation

        return segmentation.probabilities(self._networks[0], windows)

    def _pieces(self, heard: Activity, sound: Sound, progress: Progress, tape: Tape) -> Pieces:
        """Return the pieces with their voices, and those of what is joined."""
        frames = activity.pieces(heard)
        found = self._voices([frames[one : one + 1] for one in range(len(frames))], sound, progress, tape)
        clear = np.flatnonzero(found.any(axis=1))
        starts, seconds = (frames[clear, 0] * FRAME).astype(np.float32), _seconds(frames[clear])
        joined, said = [], []
        for together in clustering.near(found[clear], seconds, starts):
            enough = together[: 1 + int(np.searchsorted(np.cumsum(seconds[together]), JOINED))]
            joined.append(frames[clear[np.sort(enough)]])
            said.append(seconds[together].sum())
        return Pieces(frames, found, Joined(self._voices(joined, sound, silent, tape), np.array(said, np.float32)))

    def _voices(self, stretches: Sequence[Frames], sound: Sound, progress: Progress, tape: Tape) -> Floats:
        """Return (stretches, 192) voices, each of one or more (n, 2) frames; 0 where it is too short."""
        from talkbalance.speech import voices

        found = np.zeros((len(stretches), voices.SIZE), np.float32)
        length = np.searchsorted(LENGTHS, [_seconds(stretch).sum() for stretch in stretches], "right") - 1
        done = 0
        for rank, together in _equally_long(length):
            found[together] = tape.answer(partial(self._embedded, sound, [stretches[one] for one in together], LENGTHS[rank]))
            done += len(together)
            progress(sound.duration * (LISTENING + (1 - LISTENING) * done / len(stretches)))
        return found

    def _embedded(self, sound: Sound, stretches: Sequence[Frames], length: float) -> Floats:
        from talkbalance.speech import voices

        rows = [
            np.concatenate([voices.features(sound.read(*map(activity.seconds, part))) for part in stretch]) for stretch in stretches
        ]
        whole = min(round(length / voices.ROW), *map(len, rows))
        middle = [own[(len(own) - whole) // 2 :][:whole] for own in rows]
        return voices.embed(self._networks[1], np.stack(middle))


def _equally_long(length: NDArray[np.intp]) -> Iterator[tuple[int, list[int]]]:
    """Yield a length and which stretches have it, as many as go through the network together, nearly in order of time."""
    waiting: dict[int, list[int]] = {}
    for stretch, rank in enumerate(length.tolist()):
        if rank < 0:
            continue
        waiting.setdefault(rank, []).append(stretch)
        if len(waiting[rank]) >= min(BATCH, TOGETHER / LENGTHS[rank]):
            yield rank, waiting.pop(rank)
    yield from waiting.items()


def spans(
    heard: Activity, pieces: Pieces, level: Floats, *, duration: float, speakers: int | None, both: float
) -> tuple[Span, ...]:
    """Return who speaks when, from what was heard and (frames,) how loud it was; pure."""
    known = _known(heard, pieces, speakers)
    speaking = _speaking(heard, pieces, known)
    decided = _decided(heard, speaking, both)
    decided = silence.spoken(decided, *(np.broadcast_to(row[:, None], decided.shape) for row in (level, heard.count[:, 0])))
    told_apart = _told_apart(pieces, known)
    found = [
        (
            max(0.0, activity.seconds(start)),
            min(duration, activity.seconds(end)),
            voice,
            LEAST_SURE + (MOST_SURE - LEAST_SURE) * (speaking[start:end, voice].mean() * told_apart[voice]) ** 2,
        )
        for voice in range(len(known))
        for start, end in activity.runs(decided[:, voice])
    ]
    names: dict[int, str] = {}
    ordered = sorted(span for span in found if span[1] - span[0] >= BLIP)
    for _, _, voice, _ in ordered:
        names.setdefault(voice, f"S{len(names) + 1}")
    return tuple(Span(start, end, names[voice], float(sure)) for start, end, voice, sure in ordered)


def _seconds(frames: Frames) -> Floats:
    return ((frames[:, 1] - frames[:, 0]) * FRAME).astype(np.float32)


def _told_apart(pieces: Pieces, known: Floats) -> Floats:
    """Return (voices,) how surely each is told from the one most like it: 1 if they have nothing in common, .5 if all."""
    heard = pieces.heard
    if len(known) < 2 or not heard.any():
        return np.ones(len(known), np.float32)
    nearest = (pieces.voices[heard] @ known.T).argmax(1)
    similar = clustering.alike(pieces.voices[heard], pieces.seconds[heard], nearest, len(known))
    return (1 - similar.clip(0, 1) ** 4 / 2).astype(np.float32)


def _known(heard: Activity, pieces: Pieces, speakers: int | None) -> Floats:
    """Return (speakers, 192) voices; a single one of zeros where nothing is long enough to compare."""
    two = float((heard.count[:, 2] > 0.5).sum()) * FRAME
    least = 2 if two >= TWO_AT_ONCE else 1
    voices, seconds = pieces.joined.voices, pieces.joined.seconds
    if len(voices) < (speakers or least):  # single pieces do not say how many voices there are
        voices, seconds, speakers = pieces.voices[pieces.heard], pieces.seconds[pieces.heard], speakers or least
    if not len(voices):
        return np.zeros((1, pieces.voices.shape[1]), np.float32)
    return clustering.group(voices, seconds, speakers=speakers, least_voices=least)


def _speaking(heard: Activity, pieces: Pieces, known: Floats) -> Floats:
    """Return (frames, voices) probability that each voice speaks."""
    own = _belonging(pieces, known)
    said = _by_windows(heard, pieces.frames, own)
    somebody = 1 - heard.count[:, :1]
    for (start, end), of_piece, clear in zip(pieces.frames, own, pieces.heard, strict=True):
        if clear:
            said[start:end] = (1 - SOUND) * said[start:end] + SOUND * of_piece * somebody[start:end]
    return np.minimum(said, somebody)  # no one voice is likelier than that anybody speaks


def _belonging(pieces: Pieces, known: Floats) -> Floats:
    """Return (pieces, voices) probability of whose each piece is, by its sound alone."""
    weight = SHARPNESS * np.minimum(1, pieces.seconds) * pieces.heard
    evidence = weight[:, None] * (pieces.voices @ known.T)
    likely = np.exp(evidence - evidence.max(1, keepdims=True))
    belonging: Floats = (likely / likely.sum(1, keepdims=True)).astype(np.float32)
    return belonging


def _by_windows(heard: Activity, frames: Frames, own: Floats) -> Floats:
    """Return (frames, voices) probability of each voice, where a window's people are who their pieces belong to."""
    count = own.shape[1]
    whose = np.zeros((len(heard.count), count), np.float32)
    for (start, end), of_piece in zip(frames, own, strict=True):
        whose[start:end] = of_piece

    def voices() -> Iterator[Floats]:
        for rank, people in enumerate(heard.windows.astype(np.float32)):
            start = rank * STEP
            seen = people[: len(heard.count) - start].T @ whose[start : start + FRAMES]
            yield people @ ((seen + 3 / count) / (seen.sum(1, keepdims=True) + 3))

    return heard.averaged(voices(), count)


def _decided(heard: Activity, speaking: Floats, both: float) -> NDArray[np.bool_]:
    """Return (frames, voices) whether each voice speaks: as many as there are, the likeliest."""
    order = np.argsort(-speaking, axis=1, kind="stable")
    somebody = np.flatnonzero(heard.count[:, 0] < 0.5)
    decided = np.zeros(speaking.shape, np.bool_)
    decided[somebody, order[somebody, 0]] = True
    if speaking.shape[1] > 1:
        two = somebody[_two(heard.count[:, 2], both)[somebody]]
        decided[two, order[two, 1]] = True
    return decided


def _two(probability: Floats, both: float) -> NDArray[np.bool_]:
    """Return (frames,) whether two speak: from `both` on, and not far below the highest probability around."""
    highest = maximum_filter1d(probability, 2 * round(AROUND / FRAME) + 1)
    two: NDArray[np.bool_] = (probability > both) & (probability >= OF_PEAK * highest)
    return two
