"""Silences the windows hear as speech: drawn, and in a sound that is made."""

import numpy as np
import pytest
from numpy.typing import NDArray

from talkbalance.speech import silence
from talkbalance.speech.activity import FRAME, STRIDE, Floats
from talkbalance.speech.backend import RATE
from talkbalance.speech.silence import DEPTH, PAUSE
from tests.sounds import Clip, hiss, voice

LEVELS = {"#": 0.0, "+": -DEPTH + 1, "_": -DEPTH - 1}
"""Loud, as soft as a voice may be, and softer."""
SHORT, LONG = "_" * int(PAUSE / FRAME), "_" * (int(PAUSE / FRAME) + 1)


def spoken(sound: str, *speaks: str, nobody: float = 0.5) -> list[str]:
    """Return where each voice speaks in a sound that is drawn, frame by frame."""
    given = np.array([[mark == "#" for mark in row] for row in speaks]).T
    level = np.array([LEVELS[mark] for mark in sound], np.float32)[:, None]
    doubt = np.full_like(level, nobody)
    found = silence.spoken(given, np.broadcast_to(level, given.shape), np.broadcast_to(doubt, given.shape))
    return ["".join(" #"[int(mark)] for mark in row) for row in found.T]


def test_a_pause_is_cut_out_and_a_breath_is_not() -> None:
    for gap, cut in ((SHORT, "#" * len(SHORT)), (LONG, " " * len(LONG)), ("+" * len(LONG), "#" * len(LONG))):
        sound = f"####{gap}####"
        assert spoken(sound, "#" * len(sound)) == [f"####{cut}####"]


def test_edges_move_to_the_sound() -> None:
    assert spoken("__####_+##___", " ########### ") == ["  ########   "]


def test_without_doubt_it_stays() -> None:
    sound = f"__####{LONG}####"
    assert spoken(sound, "#" * len(sound), nobody=0.01) == ["#" * len(sound)]


def test_each_voice_is_held_against_itself() -> None:
    """A soft voice is not lost beside a loud one."""
    level = np.repeat(np.array([0.0, -30.0, -60.0]), 40).astype(np.float32)
    level = np.concatenate([level, level[40:80]])[:, None]
    speaks = np.zeros((160, 2), np.bool_)
    speaks[:40, 0] = speaks[40:, 1] = True
    doubt = np.full((160, 2), 0.5, np.float32)
    found = silence.spoken(speaks, np.broadcast_to(level, speaks.shape), doubt)
    assert found[:40, 0].all()
    assert found[40:, 1].all(), "30 dB below its own level is a soft voice"
    level[:40] = -95.0
    assert silence.spoken(speaks, np.broadcast_to(level, speaks.shape), doubt)[:40, 0].all(), "as loud as it ever is"


def test_nothing_is_added_and_nothing_changed() -> None:
    random = np.random.default_rng(0)
    speaks: NDArray[np.bool_] = random.uniform(size=(400, 3)) < 0.7
    level, nobody = (random.uniform(low, high, (400, 3)).astype(np.float32) for low, high in ((-90, 0), (0, 1)))
    before = speaks.copy()
    found = silence.spoken(speaks, level, nobody)
    assert (speaks == before).all()
    assert not (found & ~speaks).any()
    assert not silence.spoken(np.zeros((400, 3), np.bool_), level, nobody).any()


@pytest.mark.parametrize("seconds", [0.02, 1.0, 80.0])
def test_level_of_a_sine_is_its_power(seconds: float) -> None:
    time = np.arange(round(seconds * RATE)) / RATE
    sine = (0.1 * np.sqrt(2) * np.sin(2 * np.pi * 500 * time)).astype(np.float32)
    frames = max(1, round(seconds / FRAME))
    level: Floats = silence.levels(Clip(sine), frames)
    assert level.shape == (frames,)
    inside = level[: len(sine) // STRIDE - 3]
    assert inside == pytest.approx(np.full(len(inside), -20.0), abs=0.2)


def test_a_made_voice_begins_and_ends_where_it_sounds() -> None:
    sound = voice(6, [(1.0, 2.5), (3.0, 5.0)]) + hiss(6 * RATE, level=1e-5)
    level = silence.levels(Clip(sound), round(6 / FRAME))[:, None]
    heard = np.zeros(level.shape, np.bool_)
    heard[round(0.9 / FRAME) : round(5.1 / FRAME)] = True
    found = silence.spoken(heard, level, np.full_like(level, 0.5))
    times = (np.flatnonzero(np.diff(found[:, 0].astype(int))) + 1) * FRAME
    assert times == pytest.approx([1.0, 2.5, 3.0, 5.0], abs=0.05)
