"""One file of Whisper weights, under the names of each engine: the same tensors, so that engines can be compared.

The packaged weights are a CTranslate2 file, which faster-whisper reads itself. Here it is read once more, as plain
arrays, and its tensors get the names that openai-whisper and transformers give theirs. Nothing is recomputed:
attention inputs, which CTranslate2 stacks into one matrix, are cut apart again, and 16-bit numbers become 32-bit
ones, which holds them exactly.
"""

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from talkbalance.errors import MissingModel

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[Any]
Dialect = Literal["openai", "transformers"]

_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""CTranslate2's numbers for element types, in its order."""

_STACKED = {
    "self_attention/linear_0": ("query", "key", "value"),
    "self_attention/linear_1": ("out",),
    "attention/linear_0": ("query",),
    "attention/linear_1": ("key", "value"),
    "attention/linear_2": ("out",),
}
"""What the rows of an attention matrix are, in equal parts; plain `attention` looks at the sound."""

_NAMES: dict[str, tuple[str, str]] = {  # CTranslate2: (openai-whisper, transformers)
    "encoder/conv1": ("encoder.conv1", "encoder.conv1"),
    "encoder/conv2": ("encoder.conv2", "encoder.conv2"),
    "encoder/position_encodings": ("encoder.positional_embedding", "encoder.embed_positions.weight"),
    "encoder/layer_norm": ("encoder.ln_post", "encoder.layer_norm"),
    "decoder/embeddings": ("decoder.token_embedding", "decoder.embed_tokens"),
    "decoder/position_encodings": ("decoder.positional_embedding", "decoder.embed_positions.weight"),
    "decoder/layer_norm": ("decoder.ln", "decoder.layer_norm"),
    # and in every layer
    "self_attention/layer_norm": ("attn_ln", "self_attn_layer_norm"),
    "self_attention/query": ("attn.query", "self_attn.q_proj"),
    "self_attention/key": ("attn.key", "self_attn.k_proj"),
    "self_attention/value": ("attn.value", "self_attn.v_proj"),
    "self_attention/out": ("attn.out", "self_attn.out_proj"),
    "attention/layer_norm": ("cross_attn_ln", "encoder_attn_layer_norm"),
    "attention/query": ("cross_attn.query", "encoder_attn.q_proj"),
    "attention/key": ("cross_attn.key", "encoder_attn.k_proj"),
    "attention/value": ("cross_attn.value", "encoder_attn.v_proj"),
    "attention/out": ("cross_attn.out", "encoder_attn.out_proj"),
    "ffn/layer_norm": ("mlp_ln", "final_layer_norm"),
    "ffn/linear_0": ("mlp.0", "fc1"),
    "ffn/linear_1": ("mlp.2", "fc2"),
}
_LAYERS = {"openai": "blocks", "transformers": "layers"}
_ENDINGS = {"weight": ".weight", "gamma": ".weight", "bias": ".bias", "beta": ".bias", "encodings": ""}

_TENSOR = re.compile(r"(?:(?P<side>\w+)/layer_(?P<layer>\d+)/)?(?P<part>\w+/\w+)/(?P<ending>\w+)")


@dataclass(frozen=True, slots=True)
class Shape:
    """How big a Whisper is: what an engine must know before it can be given weights."""

    mels: int
    vocabulary: int
    width: int
    layers: int
    """Of what hears; what writes may have fewer, as in the models called turbo."""
    writing_layers: int
    attention_heads: int
    positions: int
    """Frames of 20 ms in a window."""
    tokens: int
    """Of the longest text of a window, prompt included."""


@dataclass(frozen=True)
class Checkpoint:
    """A Whisper model as CTranslate2 keeps it: `tensors` by its names, `settings` from its config.json."""

    tensors: dict[str, Array]
    settings: dict[str, Any]

    @property
    def shape(self) -> Shape:
        """The dimensions, read off the tensors."""
        vocabulary, width = self.tensors["decoder/embeddings/weight"].shape
        return Shape(
            mels=self.tensors["encoder/conv1/weight"].shape[1],
            vocabulary=vocabulary,
            width=width,
            layers=self._layers("encoder"),
            writing_layers=self._layers("decoder"),
            attention_heads=int(self.tensors["encoder/num_heads"]),
            positions=len(self.tensors["encoder/position_encodings/encodings"]),
            tokens=len(self.tensors["decoder/position_encodings/encodings"]),
        )

    @property
    def alignment_heads(self) -> list[list[int]]:
        """Layer and number of the heads that follow the sound word by word; the upper half where none are named."""
        layers, heads = self.shape.writing_layers, self.shape.attention_heads
        upper = [[layer, head] for layer in range(layers // 2, layers) for head in range(heads)]
        return self.settings.get("alignment_heads") or upper

    def _layers(self, side: str) -> int:
        return sum(re.fullmatch(rf"{side}/layer_\d+/ffn/linear_0/bias", name) is not None for name in self.tensors)

    def state(self, dialect: Dialect, *, side: str = "") -> "dict[str, Tensor]":
        """Return the state dict of `whisper.model.Whisper` or of `transformers.WhisperModel`, or of one `side` of it."""
        import torch

        return {
            name: torch.from_numpy(array.astype(np.float32))
            for key, tensor in self.tensors.items()
            if key.startswith(side)
            for name, array in _renamed(key, tensor, dialect)
        }


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read a CTranslate2 folder.

    Raises
    ------
    MissingModel
        Where the file is no Whisper model, or one whose numbers were shortened to integers.
    """
    try:
        with (folder / "model.bin").open("rb") as file:
            tensors = _tensors(file)
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, struct.error, LookupError) as error:
        raise MissingModel("models.unreadable", path=folder) from error
    if "encoder/conv1/weight" not in tensors or "decoder/embeddings/weight" not in tensors:
        raise MissingModel("models.unreadable", path=folder)
    if any(name.endswith("/weight_scale") for name in tensors):
        raise MissingModel("models.shortened", path=folder)
    return Checkpoint(tensors, settings)


def _tensors(file: BinaryIO) -> dict[str, Array]:
    """Return every tensor of a CTranslate2 file by its name (layout of its format version 6)."""

    def number(code: str) -> int:
        return int(struct.unpack(f"<{code}", file.read(struct.calcsize(code)))[0])

    def string() -> str:
        return file.read(number("H")).rstrip(b"\0").decode()

    number("I"), string(), number("I")  # version, kind of model, its revision
    found: dict[str, Array] = {}
    for _ in range(number("I")):
        name = string()
        shape = [number("I") for _ in range(number("B"))]
        dtype, size = _TYPES[number("B")], number("I")
        found[name] = np.frombuffer(file.read(size), dtype).reshape(shape)
    for _ in range(number("I")):  # tensors that are the same are written once
        name = string()
        found[name] = found[string()]
    return found


def _renamed(key: str, tensor: Array, dialect: Dialect) -> Iterator[tuple[str, Array]]:
    """Yield what a tensor is called elsewhere, part by part; nothing for CTranslate2's own switches and second names."""
    match = _TENSOR.fullmatch(key)
    if match is None or tensor.ndim == 0 or match["part"] == "decoder/projection":  # that one is the embeddings, and tied to them
        return
    side, layer, part, ending = match.group("side", "layer", "part", "ending")
    before = f"{side}.{_LAYERS[dialect]}.{layer}." if layer else ""
    kinds = _STACKED.get(part, ())
    parts = [f"{part.split('/')[0]}/{kind}" for kind in kinds] or [part]
    for name, array in zip(parts, np.split(tensor, len(parts)), strict=True):
        if not (name.endswith("/key") and ending == "bias"):  # a key has none: CTranslate2 stacks zeros there
            yield before + _NAMES[name][dialect == "transformers"] + _ENDINGS[ending], array
