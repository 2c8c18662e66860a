"""The encoder is Whisper's: the same numbers as openai-whisper's own, on the same weights."""

import numpy as np
import pytest
import torch

from talkbalance.speech import encoder, weights
from talkbalance.speech.checkpoint import read_checkpoint

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def network() -> encoder.Encoder:
    return encoder.load(read_checkpoint(weights.whisper()))


def test_it_equals_the_reference(network: encoder.Encoder) -> None:
    whisper = pytest.importorskip("whisper")
    checkpoint = read_checkpoint(weights.whisper())
    shape = checkpoint.shape
    reference = whisper.model.AudioEncoder(shape.mels, shape.positions, shape.width, shape.attention_heads, shape.layers)
    given = checkpoint.state("openai")
    reference.load_state_dict({name[8:]: values for name, values in given.items() if name.startswith("encoder.")})
    mels = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 80, 3000)).astype(np.float32))
    with torch.inference_mode():
        np.testing.assert_allclose(network(mels).numpy(), reference(mels).numpy(), atol=2e-4)


def test_short_numbers_stay_close(network: encoder.Encoder) -> None:
    mels = np.random.default_rng(1).normal(size=(2, 80, 3000)).astype(np.float32)
    with torch.inference_mode():
        exact = network(torch.from_numpy(mels)).numpy()
    near = encoder.encode(network, mels)
    assert near.shape == (2, 1500, 512)
    assert np.abs(near - exact).mean() < 0.06 * np.abs(exact).mean()
