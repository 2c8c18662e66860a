"""What a voice sounds like, as 192 numbers: the CAM++ network as a module of our own, and the features it is fed.

Two stretches of one person point in nearly the same direction, whatever they say; the cosine between them is how alike
they are. The network reads 80 mel bands of 10 ms frames, a convolution over bands and time first, then densely connected
layers over time, each weighed by a mask that looks at the whole stretch and at its second.

References
----------
Wang, H., Zheng, S., Chen, Y., Cheng, L., Chen, Q. (2023). CAM++: a fast and efficient network for speaker verification
using context-aware masking. Interspeech.
"""

from collections import OrderedDict
from pathlib import Path

import kaldi_native_fbank
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.threads import one_thread, short_floats

BANDS = 80
HOP = 160
"""Samples from one row of features to the next: 10 ms."""

ROW = HOP / RATE
"""Seconds from one row of features to the next."""

SIZE = 192
"""Numbers that stand for a voice."""


class Voices(nn.Module):
    """From (stretches, rows, 80) features to (stretches, 192) voices; the names of the parts are those of the weights."""

    def __init__(self) -> None:
        super().__init__()
        self.head = _Head()
        layers: list[tuple[str, nn.Module]] = [
            ("tdnn", _named(linear=nn.Conv1d(320, 128, 5, stride=2, padding=2, bias=False), nonlinear=_rectified(128)))
        ]
        channels = 128
        for block, (depth, dilation) in enumerate([(12, 1), (24, 2), (16, 2)], start=1):
            layers.append((f"block{block}", _Block(channels, depth, dilation)))
            channels += depth * _Layer.GROWTH
            narrower = nn.Conv1d(channels, channels // 2, 1, bias=False)
            layers.append((f"transit{block}", _named(nonlinear=_rectified(channels), linear=narrower)))
            channels //= 2
        layers.append(("out_nonlinear", _rectified(channels)))
        self.xvector = nn.Sequential(OrderedDict(layers))
        dense = nn.Conv1d(2 * channels, SIZE, 1, bias=False)
        self.xvector.add_module("stats", _Statistics())
        self.xvector.add_module("dense", _named(linear=dense, nonlinear=_named(batchnorm=nn.BatchNorm1d(SIZE, affine=False))))

    def forward(self, features: Tensor) -> Tensor:
        """Return the voices, not normalised."""
        voices: Tensor = self.xvector(self.head(features.transpose(1, 2)))[..., 0]
        return voices


class _Head(nn.Module):
    """Convolutions over bands and time that leave an eighth of the bands."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32)
        self.layer1 = nn.Sequential(_Residual(stride=2), _Residual(stride=1))
        self.layer2 = nn.Sequential(_Residual(stride=2), _Residual(stride=1))
        self.conv2 = nn.Conv2d(32, 32, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)

    def forward(self, bands: Tensor) -> Tensor:
        heard = functional.relu(self.bn1(self.conv1(bands[:, None])))
        heard = self.layer2(self.layer1(heard))
        return functional.relu(self.bn2(self.conv2(heard))).flatten(1, 2)


class _Residual(nn.Module):
    """Two convolutions beside a short way round them; `stride` thins the bands, never time."""

    def __init__(self, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(32, 32, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 32, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut.extend([nn.Conv2d(32, 32, 1, stride=(stride, 1), bias=False), nn.BatchNorm2d(32)])

    def forward(self, heard: Tensor) -> Tensor:
        changed = functional.relu(self.bn1(self.conv1(heard)))
        return functional.relu(self.bn2(self.conv2(changed)) + self.shortcut(heard))


class _Block(nn.Module):
    """Layers of which each sees what all before it found."""

    def __init__(self, channels: int, depth: int, dilation: int) -> None:
        super().__init__()
        for rank in range(depth):
            self.add_module(f"tdnnd{rank + 1}", _Layer(channels + rank * _Layer.GROWTH, dilation))

    def forward(self, heard: Tensor) -> Tensor:
        for layer in self.children():
            heard = torch.cat([heard, layer(heard)], 1)
        return heard


class _Layer(nn.Module):
    """A narrow look at everything before, then a masked convolution over time."""

    GROWTH, WIDTH = 32, 128

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _rectified(channels)
        self.linear1 = nn.Conv1d(channels, self.WIDTH, 1, bias=False)
        self.nonlinear2 = _rectified(self.WIDTH)
        self.cam_layer = _Masked(self.WIDTH, self.GROWTH, dilation)

    def forward(self, heard: Tensor) -> Tensor:
        found: Tensor = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(heard))))
        return found


class _Masked(nn.Module):
    """A convolution over time, weighed by what the whole stretch and each second of it (100 frames) are like."""

    def __init__(self, channels: int, found: int, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(channels, found, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(channels, channels // 2, 1)
        self.linear2 = nn.Conv1d(channels // 2, found, 1)

    def forward(self, heard: Tensor) -> Tensor:
        seconds = functional.avg_pool1d(heard, 100, ceil_mode=True).repeat_interleave(100, -1)
        around = heard.mean(-1, keepdim=True) + seconds[..., : heard.shape[-1]]
        mask = self.linear2(functional.relu(self.linear1(around))).sigmoid()
        weighed: Tensor = self.linear_local(heard) * mask
        return weighed


class _Statistics(nn.Module):
    """Mean and standard deviation over time."""

    def forward(self, heard: Tensor) -> Tensor:
        return torch.cat([heard.mean(-1, keepdim=True), heard.std(-1, keepdim=True)], 1)


def _named(**parts: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(parts))


def _rectified(channels: int) -> nn.Sequential:
    return _named(batchnorm=nn.BatchNorm1d(channels), relu=nn.ReLU())


def load(path: Path) -> Voices:
    """Return the network with the weights of a file."""
    network = Voices()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


def features(samples: Samples) -> NDArray[np.float32]:
    """Return (rows, 80) logarithmic mel energies, one row per 10 ms, each of the 25 ms from there on."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither, options.frame_opts.samp_freq = 0.0, RATE
    options.mel_opts.num_bins = BANDS
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(RATE, samples * 32768)  # the scale of 16 bit sound, which the energies' floor is meant for
    bank.input_finished()
    rows = [bank.get_frame(rank) for rank in range(bank.num_frames_ready)]
    return np.stack(rows) if rows else np.zeros((0, BANDS), np.float32)


def embed(network: Voices, stretches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (stretches, 192) voices of length 1, from (stretches, rows, 80) features."""
    level = stretches - stretches.mean(1, keepdims=True)  # the microphone and the room, taken out
    with one_thread(), short_floats(), torch.inference_mode():
        found: NDArray[np.float32] = functional.normalize(network(torch.from_numpy(level)).float()).numpy()
    return found
