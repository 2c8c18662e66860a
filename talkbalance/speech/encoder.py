"""What Whisper makes of 30 seconds of sound before it writes a word: its encoder as a module of our own.

A good third of the work of hearing words is done here, in large products of matrices. CTranslate2 computes them in 8-bit numbers
with instructions every processor has. Newer processors multiply 16-bit floating-point numbers in hardware, three times as fast;
where they do, this module takes over and hands CTranslate2, which writes the words, what it heard.

```
samples -> mel bands -> [ this ] -> what was heard (1500 frames of 20 ms) -> CTranslate2 writes words
```

References
----------
Radford, A. and others (2022). Robust speech recognition via large-scale weak supervision. (Whisper.)
"""

import math
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional

from talkbalance.speech.backend import Samples
from talkbalance.speech.checkpoint import Checkpoint, Shape
from talkbalance.speech.threads import one_thread, short_floats

SIDE = "encoder"


class Encoder(nn.Module):
    """Two convolutions over mel bands, then layers that look at the whole window; the names of the parts are openai-whisper's."""

    positional_embedding: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(shape.mels, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", torch.empty(shape.positions, shape.width))
        self.blocks = nn.ModuleList(_Block(shape.width, shape.attention_heads) for _ in range(shape.layers))
        self.ln_post = nn.LayerNorm(shape.width)

    def forward(self, mels: Tensor) -> Tensor:
        """Return (windows, positions, width) of (windows, mels, 2 * positions)."""
        heard = functional.gelu(self.conv2(functional.gelu(self.conv1(mels))))
        heard = heard.transpose(1, 2) + self.positional_embedding
        for block in self.blocks:
            heard = block(heard)
        found: Tensor = self.ln_post(heard)
        return found


class _Block(nn.Module):
    """A look at all frames, and a thought about each."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn, self.attn_ln = _Attention(width, heads), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.mlp_ln = nn.LayerNorm(width)

    def forward(self, heard: Tensor) -> Tensor:
        heard = heard + self.attn(self.attn_ln(heard))
        thought: Tensor = heard + self.mlp(self.mlp_ln(heard))
        return thought


class _Attention(nn.Module):
    """Looks, head by head: what one makes of a window fits into a core's cache; torch's own kernel takes 2.5 times as long."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.value, self.out = (nn.Linear(width, width) for _ in range(3))
        self.key = nn.Linear(width, width, bias=False)

    def forward(self, heard: Tensor) -> Tensor:
        query, key, value = (
            part(heard).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        query = query / math.sqrt(query.shape[-1])
        seen = torch.empty_like(query)
        for head in product(*map(range, query.shape[:2])):
            looks = torch.softmax(query[head] @ key[head].T, -1, dtype=query.dtype)
            seen[head] = looks @ value[head]
        found: Tensor = self.out(seen.transpose(1, 2).flatten(-2))
        return found


def load(checkpoint: Checkpoint) -> Encoder:
    """Return the encoder of a model."""
    given = checkpoint.state("openai", side=f"{SIDE}/")
    network = Encoder(checkpoint.shape)
    network.load_state_dict({name.removeprefix(f"{SIDE}."): values for name, values in given.items()})
    return network.eval()


def encode(network: Encoder, mels: Samples) -> Samples:
    """Return (windows, positions, width) of what was heard, from (windows, mels, 2 * positions) logarithmic energies."""
    with one_thread(), short_floats(), torch.inference_mode():
        heard: Samples = network(torch.from_numpy(mels)).float().numpy()
    return heard
