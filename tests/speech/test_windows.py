"""Speech found and cut into windows."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.speech import windows as module
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.windows import MARGIN, Stretch, Window, windows
from tests.sounds import Clip


def hear_energy(samples: Samples, *, longest: float) -> list[Stretch]:
    """Stand in for the voice activity model: what is not zero is speech; no stretch without a pause is too long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (samples != 0).astype(int), [0]]))) / RATE
    whole = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    most = longest - 2 * MARGIN
    return [
        (start + i * most, min(start + (i + 1) * most, end)) for start, end in whole for i in range(int((end - start) // most) + 1)
    ]


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "speech", hear_energy)


def sound(seconds: float, spans: Sequence[Stretch]) -> Clip:
    samples = np.zeros(round(seconds * RATE), np.float32)
    for start, end in spans:
        samples[round(start * RATE) : round(end * RATE)] = 0.1
    return Clip(samples)


def spoken(found: Sequence[Window]) -> float:
    return sum(end - start for window in found for start, end in window.speech)


def test_silence_has_no_window() -> None:
    assert list(windows(sound(30, []))) == []
    assert list(windows(sound(0, []))) == []


def test_a_window_keeps_a_margin_and_knows_where_it_lies() -> None:
    (window,) = windows(sound(20, [(5, 7), (8, 9)]))
    assert (window.start, window.end) == (5 - MARGIN, 9 + MARGIN)
    assert window.speech == ((5.0, 7.0), (8.0, 9.0))
    assert len(window.samples) == round((window.end - window.start) * RATE)
    assert np.flatnonzero(window.samples)[0] == round(MARGIN * RATE)


def test_the_beginning_of_the_sound_is_not_cut_off() -> None:
    (window,) = windows(sound(5, [(0.1, 4.9)]))
    assert (window.start, window.end) == (0.0, 5.0)


def test_windows_are_cut_in_pauses_where_there_are_any() -> None:
    found = list(windows(sound(40, [(0, 9), (10, 18), (18.4, 32)])))
    assert [window.speech for window in found] == [((0, 9), (10, 18)), ((18.4, 32),)]
    assert found[0].end == found[1].start == 18.2, "a pause too short for two margins is shared"


@given(
    st.lists(st.tuples(st.floats(0.3, 3), st.floats(0.5, 40)), max_size=12),
    st.floats(20, 200),
)
def test_every_bit_of_speech_is_in_exactly_one_window(spans: list[tuple[float, float]], block: float) -> None:
    at, speech = 0.0, []
    for pause, length in spans:
        speech.append((at + pause, at + pause + length))
        at += pause + length
    heard = sound(at + 1, speech)
    found = list(windows(heard, longest=10, block=block))
    assert all(window.end - window.start <= 10 + 1e-6 for window in found)
    assert all(one.end <= other.start + 1e-6 for one, other in pairwise(found))
    assert spoken(found) == pytest.approx(sum(end - start for start, end in speech), abs=0.05 + 0.01 * len(found))
    assert sum(int((window.samples != 0).sum()) for window in found) == pytest.approx(int((heard.samples != 0).sum()), abs=40)
