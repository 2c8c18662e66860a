"""What each voice of a meeting sounds like, to be told from others in other recordings: its voice print.

Voices are heard where one speaks alone. The longest stretches of each are cut into rows of five seconds, each row goes through the
network that tells voices apart within a meeting, and the mean of the rows is the print.

```
Eva    |####  ####  #######|
Baum   |   ###   ###       |
Eva's  |###    ##   #######|     her rows; what they have in common is she
```

A print says when its voice speaks, not what it is called: names change, and times do not.

Voice prints are biometric data. Nothing here keeps them; `talkbalance.corpus.prints` does, where a person asked for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talkbalance.floor import spans
from talkbalance.meeting import UNKNOWN, Meeting
from talkbalance.speech.backend import Sound
from talkbalance.speech.weights import EMBEDDING, voice_models

if TYPE_CHECKING:
    from talkbalance.speech.voices import Voices

Floats = NDArray[np.float32]

ROW, FEWEST, ROWS = 5.0, 2.0, 12
"""Seconds of a row, seconds a voice has at least, and rows at most: a minute says as much about a voice as an hour."""

SHORTEST, LONGEST = 0.4, 10.0
"""Seconds of a stretch at least, and the most that is taken of one, from its middle."""

SIZE = 192
"""Numbers of a print."""

MODEL = EMBEDDING.sha256
"""SHA-256 of the network: prints of two networks say nothing about one another."""


@dataclass(frozen=True)
class VoicePrint:
    """What one voice of a meeting sounds like.

    Parameters
    ----------
    numbers
        (192,) of length 1; the cosine of two is how alike they are.
    seconds
        Speech it rests on.
    stretches
        When the voice speaks in them, in seconds of the meeting.
    model
        SHA-256 of the network.
    """

    numbers: Floats
    seconds: float
    stretches: tuple[tuple[float, float], ...]
    model: str = MODEL


def voice_prints(meeting: Meeting, sound: Sound) -> tuple[VoicePrint, ...]:
    """Return the print of every voice of a meeting that speaks alone for two seconds or more.

    Parameters
    ----------
    meeting
        As it was heard; without times it has no prints.
    sound
        Its recording.

    Raises
    ------
    MissingModel
        Where the weights are missing.
    """
    if not meeting.timed:
        return ()
    from talkbalance.speech import voices

    found = []
    for stretches in _alone(meeting):
        features = [voices.features(sound.read(start, end)) for start, end in stretches]
        rows = _rows(np.concatenate(features), voices.ROW) if features else ()
        if len(rows):
            middle = voices.embed(_network(), np.stack(rows)).mean(axis=0)
            seconds = round(sum(map(len, rows)) * voices.ROW, 1)
            found.append(VoicePrint(middle / np.linalg.norm(middle), seconds, stretches))
    return tuple(found)


@cache
def _network() -> "Voices":
    from talkbalance.speech import voices

    return voices.load(voice_models().embedding)


def _alone(meeting: Meeting) -> Iterator[tuple[tuple[float, float], ...]]:
    """Yield for every speaker, in order, when they speak alone: the longest stretches, as many as fill the rows."""
    pieces = spans(meeting).states()
    for speaker, alone in zip(pieces.speakers, pieces.alone.T, strict=True):
        if speaker == UNKNOWN:
            continue
        edges = np.flatnonzero(np.diff(alone.astype(int), prepend=0, append=0))
        starts, ends = pieces.starts[edges[::2]], pieces.ends[edges[1::2] - 1]
        taken = np.minimum(ends - starts, LONGEST)
        order = np.argsort(-taken, kind="stable")
        order = order[taken[order] >= SHORTEST]
        chosen = np.sort(order[: 1 + int(np.searchsorted(np.cumsum(taken[order]), ROW * ROWS))])
        middle = (starts + ends) / 2
        yield tuple(
            (round(float(at - own / 2), 3), round(float(at + own / 2), 3))
            for at, own in zip(middle[chosen], taken[chosen], strict=True)
        )


def _rows(features: Floats, step: float) -> Sequence[Floats]:
    """Return equally long rows of features: of five seconds each, or a single one where there is less; none below two."""
    whole, least = round(ROW / step), round(FEWEST / step)
    if len(features) < least:
        return ()
    count = min(ROWS, len(features) // whole)
    return np.array_split(features[: count * whole], count) if count else (features,)
