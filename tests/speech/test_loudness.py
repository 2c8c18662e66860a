"""Quiet recordings are raised as a whole; usual ones stay as they are."""

import numpy as np
import pytest

from talkbalance.speech.backend import RATE
from talkbalance.speech.loudness import MOST, QUIET, USUAL, audible, loudness
from tests.sounds import Clip, hiss, voice


def talk(gain: float) -> Clip:
    said = voice(30.0, [(1, 4), (6, 9), (20, 28)])
    return Clip((said * 10 ** (gain / 20)).astype(np.float32))


def test_a_usual_recording_is_left_alone() -> None:
    sound = talk(0)
    assert loudness(sound) > QUIET
    assert audible(sound) is sound


@pytest.mark.parametrize("gain", [-20, -30, -38])
def test_a_quiet_one_is_raised_as_a_whole(gain: float) -> None:
    raised = audible(talk(gain))
    assert loudness(raised) == pytest.approx(USUAL, abs=0.1)
    factor = 10 ** ((USUAL - loudness(talk(gain))) / 20)
    assert raised.read(6.0, 6.1) == pytest.approx(talk(gain).read(6.0, 6.1) * factor, rel=1e-3)
    assert raised.duration == 30.0


def test_somebody_who_says_little_counts() -> None:
    said = voice(100.0, [(50, 52)])
    assert loudness(Clip(said)) == pytest.approx(loudness(Clip(said[50 * RATE : 52 * RATE])), abs=6)


def test_noise_is_not_made_a_recording() -> None:
    assert loudness(audible(Clip(hiss(5 * RATE, level=1e-5)))) == pytest.approx(-100 + MOST, abs=1)


@pytest.mark.parametrize("samples", [0, 1, RATE // 20, RATE])
def test_silence_and_hardly_anything_stay(samples: int) -> None:
    sound = Clip(np.zeros(samples, np.float32))
    assert audible(sound) is sound
