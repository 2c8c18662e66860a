"""Put a script on the clock, and on the air: when each sentence starts, what every microphone hears.

Everything that is not in the script comes from its seed: silences between turns and sentences, how loud a listener signal is.
"""

from dataclasses import dataclass
from itertools import pairwise

import align
import numpy as np
import voices
from scipy.signal import butter, sosfilt
from script import Inset, Script, Sentence
from voices import RATE, Samples

LEAD, TAIL = 0.6, 1.0
HELD = 0.3
"""Seconds the holder has been speaking without a pause when somebody comes in."""
GOES_ON = 0.2
"""Seconds the one who takes the floor speaks on without a pause."""
_FADE = 0.02
_LOUDNESS = 0.07
"""Root mean square of speech at the microphone."""


@dataclass(frozen=True)
class Word:
    """A word as it is heard; `truncated` where the voice stops inside it."""

    start: float
    end: float
    text: str
    truncated: bool = False


@dataclass(frozen=True)
class Line:
    """A sentence on the clock: its words, its stretches of speech and its sound."""

    speaker: str
    start: float
    end: float
    sentence: Sentence
    words: tuple[Word, ...]
    stretches: tuple[tuple[float, float], ...]
    sound: Samples
    turn: int
    inset: Inset | None = None


def perform(script: Script) -> tuple[list[Line], float]:
    """Return every line in order of start, and the meeting's duration."""
    chance = np.random.default_rng(script.seed)
    lines: list[Line] = []
    ended = LEAD
    for number, turn in enumerate(script.turns):
        gap = turn.gap if turn.gap is not None else round(float(chance.uniform(0.2, 0.5)), 2)
        at = ended + (gap if number else 0.0)
        spoken: list[Line] = []
        for sentence in turn.sentences:
            line = _line(script, turn.speaker, sentence, at, number)
            spoken += [line, *_insets(script, line, number, chance)]
            ended = line.end
            at = line.end + round(float(chance.uniform(0.3, 0.55)), 2)
        lines += spoken
    lines.sort(key=lambda line: line.start)
    _check(lines)
    return lines, round(max(line.end for line in lines) + TAIL, 3)


def _insets(script: Script, holder: Line, turn: int, chance: np.random.Generator) -> list[Line]:
    """Start what is said into a line a moment after the word it stands before."""
    found = []
    for at, inset in holder.sentence.insets:
        start = holder.words[at].start + round(float(chance.uniform(0.05, 0.2)), 2)
        gain = 1.0 if inset.tries else 10 ** (float(chance.uniform(-6, -3)) / 20)
        found.append(_line(script, inset.speaker, inset.sentence, start, turn, inset, gain))
    return found


def _line(
    script: Script,
    speaker: str,
    sentence: Sentence,
    start: float,
    turn: int,
    inset: Inset | None = None,
    gain: float = 1.0,
) -> Line:
    """Let somebody say a sentence from a moment on, as far as it is heard."""
    person = script.people[speaker]
    spoken = voices.say(sentence.whole, script.language, person.voice)
    said = align.listen(spoken, sentence.whole.split(), script.language)
    heard = said.words[: len(sentence.words)]
    end = heard[-1][1]
    if sentence.tail:
        part = len(sentence.words[-1]) / (len(sentence.words[-1]) + len(sentence.tail))
        end = heard[-1][0] + part * (end - heard[-1][0])
    start = round(start, 3)
    words = tuple(
        Word(round(start + a, 3), round(start + min(b, end), 3), text) for (a, b), text in zip(heard, sentence.words, strict=True)
    )
    if sentence.tail:
        last = words[-1]
        words = (*words[:-1], Word(last.start, last.end, last.text + "-", truncated=True))
    stretches = tuple((round(start + a, 3), round(start + min(b, end), 3)) for a, b in said.stretches if a < end)
    sound = said.samples.copy()
    if sentence.cut:
        sound = sound[: round(end * RATE)]
        fade = round(_FADE * RATE)
        sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    loud = np.sqrt(np.mean(said.samples.astype(np.float64) ** 2))
    sound *= np.float32(gain * _LOUDNESS / loud)
    return Line(speaker, start, words[-1].end, sentence, words, stretches, sound, turn, inset)


def _check(lines: list[Line]) -> None:
    """Raise where the plan did not come out: everybody pauses between lines, insets end inside the other's turn."""
    last: dict[str, Line] = {}
    for line in lines:
        before = last.get(line.speaker)
        if before is not None and line.start < before.end + align.PAUSE:
            raise ValueError(f"{line.speaker} does not pause before {line.start:.2f}: {line.sentence.text}")
        last[line.speaker] = line
    for line in lines:
        if line.inset is not None:
            theirs = [other for other in lines if other.turn == line.turn and other.inset is None]
            if not line.end < max(other.end for other in theirs) - 0.3:
                raise ValueError(f"{line.sentence.text!r} at {line.start:.2f} does not end inside the other's turn")
    turns = [line for line in lines if line.inset is None]
    for one, following in pairwise(turns):
        if not one.sentence.cut:
            continue
        if not following.stretches[0][1] > one.end + GOES_ON:
            raise ValueError(f"{following.sentence.text!r} pauses before the floor is taken")
        if not any(start + HELD <= following.start < end for start, end in one.stretches):
            raise ValueError(f"{following.sentence.text!r} starts into a pause of {one.sentence.text!r}")


def record(script: Script, lines: list[Line], duration: float) -> dict[str, Samples]:
    """Return what each speaker's own microphone hears of them, all of the meeting's length."""
    tracks = {}
    for speaker, person in script.people.items():
        track = np.zeros(round(duration * RATE), np.float32)
        for line in lines:
            if line.speaker == speaker:
                at = round(line.start * RATE)
                track[at : at + len(line.sound)] += line.sound
        tracks[speaker] = _microphone(track, **person.microphone)
    return tracks


def _microphone(track: Samples, low: float = 60, high: float = 7500, reflections: float = 0.15) -> Samples:
    """Colour a voice: a band, and early reflections so short that they do not move the ends of words."""
    limits = butter(1, [low, high], "bandpass", fs=RATE, output="sos")
    direct = sosfilt(limits, track).astype(np.float32)
    coloured = direct.copy()
    for seconds, gain in ((0.0041, 0.9), (0.0073, -0.6), (0.0117, 0.45)):
        delay = round(seconds * RATE)
        coloured[delay:] += np.float32(gain * reflections) * direct[:-delay]
    level = np.sqrt(np.mean(track[track != 0] ** 2) / np.mean(coloured[track != 0] ** 2))
    return (coloured * level).astype(np.float32)


def room(script: Script, tracks: dict[str, Samples]) -> Samples:
    """Mix everybody into one microphone."""
    return _aired(np.sum(list(tracks.values()), axis=0), script.seed, -62)


def separate(script: Script, tracks: dict[str, Samples], bleed: float, delay: float) -> dict[str, Samples]:
    """Return one recording per speaker with the others faintly in it.

    Parameters
    ----------
    bleed
        How much fainter the others are, in dB.
    delay
        Seconds their sound needs to get there.
    """
    muffled = butter(2, 3000, "lowpass", fs=RATE, output="sos")
    heard = {}
    for number, (speaker, own) in enumerate(tracks.items(), 1):
        others = np.sum([track for name, track in tracks.items() if name != speaker], axis=0)
        faint = sosfilt(muffled, others) * 10 ** (bleed / 20)
        shift = round(delay * RATE)
        leaked = np.concatenate([np.zeros(shift), faint[: len(faint) - shift]])
        heard[speaker] = _aired(own + leaked, script.seed + number, -66)
    return heard


def _aired(samples: Samples, seed: int, level: float) -> Samples:
    """Add the hiss of a quiet room, in dB of full scale, and keep the peaks inside."""
    hiss = np.random.default_rng(seed).standard_normal(len(samples)) * 10 ** (level / 20)
    aired = samples + sosfilt(butter(1, 1500, "lowpass", fs=RATE, output="sos"), hiss)
    return (aired * min(1.0, 0.9 / np.abs(aired).max())).astype(np.float32)
