"""Voices of real people: one is more like itself than like another."""

from pathlib import Path

import numpy as np
import pytest

from talkbalance.speech import voices
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.weights import voice_models


def test_features_are_ten_milliseconds_apart() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    found = voices.features(tone)
    assert found.shape == (98, voices.BANDS)  # whole rows of 25 ms in one second
    assert 25 < found.mean(0).argmax() < 32  # 1 kHz on the mel scale
    assert voices.features(tone[:100]).shape == (0, voices.BANDS)


@pytest.mark.models
@pytest.mark.shared
def test_a_voice_is_most_like_itself(shared: Path) -> None:
    def cut(name: str, start: float) -> Samples:
        with open_recording(shared / "recordings" / "thorsten_de" / name) as recording:
            return recording.mix.read(start, start + 2)

    other = shared / "recordings" / "picovoice" / "leopard_en.flac"
    with open_recording(other) as recording:
        stretches = [cut("thorsten_125b660d.flac", 1), cut("thorsten_51c5be27.flac", 1), recording.mix.read(1, 3)]
    network = voices.load(voice_models().embedding)
    one, same, different = voices.embed(network, np.stack([voices.features(samples) for samples in stretches]))
    assert np.linalg.norm(one) == pytest.approx(1)
    assert one @ same > 0.4 > one @ different
