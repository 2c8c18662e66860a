"""Who of at most three people speaks when, inside ten seconds of sound: segmentation-3.0 as a module of our own.

The network names, for every 17 ms frame, one of seven sets of people: nobody, one of three, or two of three. It knows no
voices: "the first" of one window may be "the third" of the next, which is why `voices` and `clustering` exist. It was
trained to answer with sets, so overlaps are an answer of their own and not the sum of two doubts.

```
samples   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~   10 s at 16 kHz
a         |#####      ####              |
b         |    ###            ####      |   (frames, 7) probabilities of {}, a, b, c, ab, ac, bc
c         |                             |
```

References
----------
Ravanelli, M., Bengio, Y. (2018). Speaker recognition from raw waveform with SincNet. SLT.
Plaquet, A., Bredin, H. (2023). Powerset multi-class cross entropy loss for neural speaker diarization. Interspeech.
"""

from math import pi
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from talkbalance.speech.activity import SETS
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.threads import one_thread, short_floats

# Names in the file of weights, and ours.
_RENAMED = {
    "sincnet.wav_norm1d.": "level.",
    "sincnet.conv1d.": "filters.",
    "sincnet.norm1d.": "norms.",
    "lstm.": "memory.",
    "linear.": "layers.",
    "classifier.": "answer.",
}


class Segmentation(nn.Module):
    """Band-pass filters and two convolutions, a memory that runs both ways, two layers, one answer per frame."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.InstanceNorm1d(1, affine=True)
        self.filters = nn.ModuleList([nn.Conv1d(1, 80, 251, stride=10, bias=False), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5)])
        self.norms = nn.ModuleList([nn.InstanceNorm1d(size, affine=True) for size in (80, 60, 60)])
        self.memory = nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
        self.layers = nn.ModuleList([nn.Linear(256, 128), nn.Linear(128, 128)])
        self.answer = nn.Linear(128, len(SETS))

    def forward(self, samples: Tensor) -> Tensor:
        """Return (windows, frames, 7) probabilities of (windows, samples)."""
        heard = self.level(samples[:, None])
        for rank, (filters, norm) in enumerate(zip(self.filters, self.norms, strict=True)):
            heard = filters(heard)
            if rank == 0:
                heard = heard.abs()
            heard = functional.leaky_relu(norm(functional.max_pool1d(heard, 3)))
        heard, _ = self.memory(heard.transpose(1, 2))
        for layer in self.layers:
            heard = functional.leaky_relu(layer(heard))
        answer: Tensor = self.answer(heard).softmax(-1)
        return answer


def load(path: Path) -> Segmentation:
    """Return the network with the weights of a file."""
    given = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    bands = {name: given.pop(f"sincnet.conv1d.0.filterbank.{name}_") for name in ("low_hz", "band_hz", "window", "n")}
    weights = {_renamed(name): values for name, values in given.items()}
    weights["filters.0.weight"] = band_passes(bands["low_hz"], bands["band_hz"])
    network = Segmentation()
    network.load_state_dict(weights)
    return network.eval()


def probabilities(network: Segmentation, windows: Samples) -> NDArray[np.float32]:
    """Return (windows, frames, 7) probabilities of the sets `SETS` names, from (windows, samples)."""
    with one_thread(), short_floats(), torch.inference_mode():
        answer: NDArray[np.float32] = network(torch.from_numpy(np.ascontiguousarray(windows))).float().numpy()
    return answer


def band_passes(low: Tensor, width: Tensor, *, size: int = 251, least: float = 50.0) -> Tensor:
    """Return the filters that 40 learned bands stand for: an even and an odd one for each.

    Parameters
    ----------
    low, width
        (bands, 1) learned lower edges and widths, in Hz above `least`; signs mean nothing.
    size
        Taps, odd.
    least
        Hz; no band begins lower or is narrower.

    Returns
    -------
    Tensor
        (2 * bands, 1, size), 1 in the middle of every even filter.
    """
    low = least + low.abs()
    high = (low + least + width.abs()).clamp(least, RATE / 2)
    half = size // 2
    turn = 2 * pi * torch.arange(-half, half + 1) / RATE
    turn[half] = 1.0  # any but 0: the middle is set below
    even = ((high * turn).sin() - (low * turn).sin()) / turn
    odd = ((low * turn).cos() - (high * turn).cos()) / turn
    even[:, half], odd[:, half] = (high - low)[:, 0], 0.0
    shape = torch.hamming_window(size, periodic=False) / (high - low)
    return (torch.cat([even, odd]) * torch.cat([shape, shape]))[:, None]


def _renamed(name: str) -> str:
    prefix = next(prefix for prefix in _RENAMED if name.startswith(prefix))
    return _RENAMED[prefix] + name.removeprefix(prefix)
