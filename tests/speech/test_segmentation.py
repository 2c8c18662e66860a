"""The learned band-pass filters, rebuilt from their edges."""

import numpy as np
import pytest
import torch

from talkbalance.speech.activity import PEOPLE, SETS
from talkbalance.speech.backend import RATE
from talkbalance.speech.segmentation import band_passes


def test_filters_pass_their_band_and_little_else() -> None:
    low, width = 450.0, 350.0  # above 50 Hz each: 500 to 900 Hz
    even, odd = band_passes(torch.tensor([[low]]), torch.tensor([[-width]]))[:, 0].numpy()
    assert even[125] == pytest.approx(1)
    assert np.allclose(even, even[::-1], atol=1e-5)
    assert np.allclose(odd, -odd[::-1], atol=1e-5)
    frequencies = np.fft.rfftfreq(4096, 1 / RATE)
    for taps in (even, odd):
        passed = np.abs(np.fft.rfft(taps, 4096)) ** 2
        inside = passed[(frequencies >= 450) & (frequencies <= 950)].sum()
        assert inside / passed.sum() > 0.99


def test_sets_are_nobody_each_and_each_two() -> None:
    assert SETS.shape == (7, PEOPLE)
    assert SETS.sum(1).tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert len(np.unique(SETS, axis=0)) == 7
