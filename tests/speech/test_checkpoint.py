"""Weights under the names of each engine."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from talkbalance.errors import MissingModel
from talkbalance.speech.checkpoint import read_checkpoint

TYPES = ["float32", "int8", "int16", "int32", "float16"]


def write(folder: Path, tensors: dict[str, np.ndarray[Any, Any]], settings: dict[str, Any]) -> Path:
    """Write tensors as CTranslate2 does."""

    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    content = struct.pack("<I", 6) + string("WhisperSpec") + struct.pack("<II", 3, len(tensors))
    for name, array in tensors.items():
        content += string(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        content += struct.pack("<BI", TYPES.index(str(array.dtype)), array.nbytes) + array.tobytes()
    folder.mkdir(exist_ok=True)
    (folder / "model.bin").write_bytes(content + struct.pack("<I", 0))
    (folder / "config.json").write_text(json.dumps(settings))
    return folder


def tiny() -> dict[str, np.ndarray[Any, Any]]:
    """Return a Whisper of one layer, two heads and four numbers where others have 512."""
    random = np.random.default_rng(0)

    def full(*shape: int) -> np.ndarray[Any, Any]:
        return random.standard_normal(shape).astype(np.float16)

    def linear(name: str, rows: int, columns: int = 4) -> dict[str, np.ndarray[Any, Any]]:
        return {f"{name}/weight": full(rows, columns), f"{name}/bias": full(rows)}

    def norm(name: str) -> dict[str, np.ndarray[Any, Any]]:
        return {f"{name}/gamma": full(4), f"{name}/beta": full(4)}

    found = {
        "encoder/num_heads": np.array(2, np.int16),
        "encoder/conv1/weight": full(4, 3, 3),
        "encoder/conv1/bias": full(4),
        "encoder/conv2/weight": full(4, 4, 3),
        "encoder/conv2/bias": full(4),
        "encoder/position_encodings/encodings": full(6, 4),
        "decoder/position_encodings/encodings": full(5, 4),
        "decoder/embeddings/weight": full(7, 4),
    }
    for side in ("encoder", "decoder"):
        layer = f"{side}/layer_0"
        found |= norm(f"{side}/layer_norm") | norm(f"{layer}/self_attention/layer_norm") | norm(f"{layer}/ffn/layer_norm")
        found |= linear(f"{layer}/self_attention/linear_0", 12) | linear(f"{layer}/self_attention/linear_1", 4)
        found |= linear(f"{layer}/ffn/linear_0", 16) | linear(f"{layer}/ffn/linear_1", 4, 16)
    found |= norm("decoder/layer_0/attention/layer_norm")
    for number, rows in enumerate((4, 8, 4)):
        found |= linear(f"decoder/layer_0/attention/linear_{number}", rows)
    return found


def test_dimensions_are_read_off_the_tensors(tmp_path: Path) -> None:
    shape = read_checkpoint(write(tmp_path, tiny(), {})).shape
    assert (shape.mels, shape.vocabulary, shape.width, shape.layers, shape.attention_heads) == (3, 7, 4, 1, 2)
    assert (shape.positions, shape.tokens) == (6, 5)


def test_alignment_heads_come_with_the_model_or_are_the_upper_half(tmp_path: Path) -> None:
    assert read_checkpoint(write(tmp_path, tiny(), {"alignment_heads": [[0, 1]]})).alignment_heads == [[0, 1]]
    assert read_checkpoint(write(tmp_path, tiny(), {})).alignment_heads == [[0, 0], [0, 1]]


def test_stacked_attention_is_cut_apart(tmp_path: Path) -> None:
    tensors = tiny()
    state = read_checkpoint(write(tmp_path, tensors, {})).state("openai")
    stacked = tensors["decoder/layer_0/attention/linear_1/weight"].astype(np.float32)
    assert np.array_equal(state["decoder.blocks.0.cross_attn.key.weight"].numpy(), stacked[:4])
    assert np.array_equal(state["decoder.blocks.0.cross_attn.value.weight"].numpy(), stacked[4:])
    assert "decoder.blocks.0.cross_attn.key.bias" not in state


@pytest.mark.models
def test_every_key_of_openai_whisper_matches(tmp_path: Path) -> None:
    from talkbalance.speech.openai_whisper import mapped

    tensors = tiny()
    state = mapped(write(tmp_path, tensors, {})).state_dict()
    assert np.array_equal(state["decoder.token_embedding.weight"].numpy(), tensors["decoder/embeddings/weight"])


@pytest.mark.models
def test_every_key_of_transformers_matches(tmp_path: Path) -> None:
    import transformers

    config = transformers.WhisperConfig(
        vocab_size=7,
        num_mel_bins=3,
        d_model=4,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_source_positions=6,
        max_target_positions=5,
        pad_token_id=0,
    )
    state = read_checkpoint(write(tmp_path, tiny(), {})).state("transformers")
    transformers.WhisperModel(config).load_state_dict(state, strict=True)


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_a_file_cut_off_is_no_model(tmp_path: Path, name: str) -> None:
    file = write(tmp_path, tiny(), {"alignment_heads": []}) / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(MissingModel, match="cannot be read"):
        read_checkpoint(tmp_path)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingModel, match="cannot be read"):
        read_checkpoint(write(tmp_path, {"encoder/layer_0/weight": np.zeros(3, np.float32)}, {}))


def test_shortened_weights_are_refused_by_name(tmp_path: Path) -> None:
    scales = {"decoder/embeddings/weight_scale": np.ones(7, np.float32)}
    with pytest.raises(MissingModel, match="only faster-whisper"):
        read_checkpoint(write(tmp_path, tiny() | scales, {}))
