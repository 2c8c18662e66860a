"""When each word of a synthesised sentence is said: speech and pauses from the energy, words from an alignment.

The ends of speech are exact: the voices are silent between sentences, so the energy shows them. Neither voice says when its
words start, but espeak-ng does: it speaks the same sentence, tells the start of each word, and dynamic time warping of the two
(mel cepstra, 10 ms) carries those starts over. Words next to a pause end where the energy ends.
"""

import ctypes
import ctypes.util
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.signal import resample_poly
from scipy.spatial.distance import cdist
from voices import RATE, Samples

HOP = 0.01
PAUSE = 0.2
"""Silence from here on is a pause: two stretches of speech."""
_QUIET = 10 ** (-42 / 20)
_SHORTEST = 0.03


@dataclass(frozen=True)
class Said:
    """One sentence as sound: samples without silence around them, words and stretches of speech in seconds."""

    samples: Samples
    words: tuple[tuple[float, float], ...]
    stretches: tuple[tuple[float, float], ...]


def listen(samples: Samples, words: list[str], language: str) -> Said:
    """Trim a sentence and find its words."""
    stretches = _stretches(samples)
    first, last = stretches[0][0], stretches[-1][1]
    trimmed = samples[round(first * RATE) : round(last * RATE)]
    stretches = [(a - first, b - first) for a, b in stretches]
    starts = _starts(trimmed, words, language) if len(words) > 1 else [0.0]
    return Said(trimmed, _words(words, starts, stretches), tuple(stretches))


def _stretches(samples: Samples) -> list[tuple[float, float]]:
    """Return where there is speech, joined over silences shorter than a pause."""
    size = round(RATE * HOP / 2)
    padded = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    level = np.sqrt((padded.astype(np.float64) ** 2).mean(1))
    loud = np.flatnonzero(level > np.percentile(level, 95) * _QUIET)
    joined: list[tuple[int, int]] = []
    for frame in loud.tolist():
        if joined and (frame - joined[-1][1]) * size < PAUSE * RATE:
            joined[-1] = (joined[-1][0], frame + 1)
        else:
            joined.append((frame, frame + 1))
    kept = [(a, b) for a, b in joined if (b - a) * size > 0.04 * RATE]
    return [(a * size / RATE, min(b * size, len(samples)) / RATE) for a, b in kept]


def _words(words: list[str], starts: list[float], stretches: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Give each word start and end: pauses lie between words, rather after punctuation than elsewhere."""
    opens = {0: stretches[0][0]}
    closes = {len(words) - 1: stretches[-1][1]}
    lowest = 1
    for n, (before, after) in enumerate(pairwise(stretches)):
        highest = len(words) - (len(stretches) - 2 - n)
        pause = (before[1], after[0])
        at = min(range(lowest, highest), key=lambda k: _far(starts[k], pause) - 0.3 * (words[k - 1][-1] in ",;:"))
        closes[at - 1], opens[at] = pause
        lowest = at + 1
    edges = sorted(opens)
    found: list[tuple[float, float]] = []
    for first, following in pairwise([*edges, len(words)]):
        begin, end = opens[first], closes[following - 1]
        inside = _spread(starts[first:following], [len(w) for w in words[first:following]], begin, end)
        found += pairwise([*inside, end])
    return tuple(found)


def _far(time: float, pause: tuple[float, float]) -> float:
    return max(pause[0] - time, time - pause[1], 0.0)


def _spread(starts: list[float], letters: list[int], begin: float, end: float) -> list[float]:
    """Return the starts inside one stretch; by length of the words where the alignment leaves one too short."""
    placed = [begin, *(min(max(s, begin), end) for s in starts[1:])]
    if all(b - a >= _SHORTEST for a, b in pairwise([*placed, end])):
        return placed
    shares = np.cumsum([0, *letters[:-1]]) / sum(letters)
    return [begin + float(share) * (end - begin) for share in shares]


def _starts(samples: Samples, words: list[str], language: str) -> list[float]:
    model, events = _espeak(" ".join(words), language)
    stretches = _stretches(model)
    offset = stretches[0][0]
    model = model[round(offset * RATE) : round(stretches[-1][1] * RATE)]
    ours, theirs = _path(_cepstra(samples), _cepstra(model))
    position, known = 0, {}
    for n, word in enumerate(words):
        if position in events:
            known[n] = max(0.0, events[position] - offset)
        position += len(word) + 1
    known[0] = 0.0
    lengths = np.cumsum([0, *(len(w) + 1 for w in words)])
    spots = np.interp(lengths[:-1], [lengths[n] for n in sorted(known)], [known[n] for n in sorted(known)])
    frames = np.searchsorted(theirs, np.minimum(spots / HOP, theirs[-1]))
    return [float(ours[frame]) * HOP for frame in frames]


def _cepstra(samples: Samples) -> NDArray[np.float64]:
    """Return (frames, 13) mel cepstra, each coefficient with mean 0 and deviation 1."""
    size, hop, bands = 400, round(RATE * HOP), 26
    padded = np.pad(samples, (size // 2, size))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: len(samples) // hop + 1]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), 512)) ** 2
    edges = 700 * (np.exp(np.linspace(np.log1p(80 / 700), np.log1p(6000 / 700), bands + 2)) - 1)
    bins = np.fft.rfftfreq(512, 1 / RATE)
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    mel = np.log(power @ np.maximum(0, np.minimum(up, down)).T + 1e-7)
    cepstra = dct(mel, norm="ortho")[:, :13]
    scaled: NDArray[np.float64] = (cepstra - cepstra.mean(0)) / (cepstra.std(0) + 1e-9)
    return scaled


def _path(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cheapest way through both, as pairs of frames; a step along one side alone costs a little more."""
    cost = cdist(ours, theirs)
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        best = np.minimum(total[i - 1, j - 1], np.minimum(total[i - 1, j], total[i, j - 1]) + 0.3)
        total[i, j] = cost[i - 1, j - 1] + best
    i, j, path = rows, columns, []
    while i and j:
        path.append((i - 1, j - 1))
        steps = ((total[i - 1, j - 1], i - 1, j - 1), (total[i - 1, j], i - 1, j), (total[i, j - 1], i, j - 1))
        _, i, j = min(steps)
    pairs = np.array(path[::-1])
    return pairs[:, 0], pairs[:, 1]


class _Value(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """espeak_EVENT of espeak-ng's speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Value),
    )


_WORD, _SYNCHRONOUS, _UTF8 = 1, 2, 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_library: list[Any] = []
_Pointer = Any


def _espeak(text: str, language: str) -> tuple[Samples, dict[int, float]]:
    """Speak with espeak-ng: samples at 16 kHz, and the start of the word at each position of the text."""
    if not _library:
        _library.append(ctypes.CDLL(ctypes.util.find_library("espeak-ng")))
        _library.append(_library[0].espeak_Initialize(_SYNCHRONOUS, 0, None, 0))
    library, rate = _library
    pieces: list[NDArray[np.int16]] = []
    events: dict[int, float] = {}

    def hear(samples: _Pointer, count: int, happened: _Pointer) -> int:
        if count > 0 and samples:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        n = 0
        while happened[n].type:
            if happened[n].type == _WORD:
                events[happened[n].text_position - 1] = happened[n].audio_position / 1000
            n += 1
        return 0

    callback = _CALLBACK(hear)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName({"de": b"de", "en": b"en-us"}[language])
    spoken = text.encode()
    library.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, _UTF8, None, None)
    samples = np.concatenate(pieces).astype(np.float32) / 32768
    return resample_poly(samples, RATE, rate).astype(np.float32), events
