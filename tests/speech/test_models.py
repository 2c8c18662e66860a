"""Models other than the packaged one: of every size and kind, on disk, on a graphics card; and folders that hold none."""

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from talkbalance.errors import MissingModel
from talkbalance.speech import weights
from talkbalance.speech.audio import open_recording
from talkbalance.speech.engines import transcriber
from tests.sounds import Clip

pytestmark = [pytest.mark.models, pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning")]

MELS, HEARING, WRITING = 128, 4, 2
"""Shaped as large-v3-turbo is: more bands than the packaged model, and fewer layers that write than hear."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a model that knows nothing, as transformers keeps it and as CTranslate2 does, whole and shortened."""
    transformers: Any = import_module("transformers")
    converters: Any = import_module("ctranslate2.converters")
    made = tmp_path_factory.mktemp("models")
    own = made / "transformers"
    heads = {f"{side}_{what}": size for side in ("encoder", "decoder") for what, size in (("attention_heads", 4), ("ffn_dim", 64))}
    tokens = {"decoder_start_token_id": 50258, "pad_token_id": 50257, "bos_token_id": 50257, "eos_token_id": 50257}
    suppressed = {"suppress_tokens": [1, 2], "begin_suppress_tokens": [220, 50257]}
    config = transformers.WhisperConfig(
        num_mel_bins=MELS, d_model=16, encoder_layers=HEARING, decoder_layers=WRITING, **heads, **tokens, **suppressed
    )
    transformers.WhisperForConditionalGeneration(config).save_pretrained(own)
    transformers.PreTrainedTokenizerFast(tokenizer_file=str(weights.whisper() / "tokenizer.json")).save_pretrained(own)
    transformers.WhisperFeatureExtractor(feature_size=MELS).save_pretrained(own)
    for numbers in ("float16", "int8"):
        convert = converters.TransformersConverter(str(own), copy_files=["tokenizer.json", "preprocessor_config.json"])
        convert.convert(str(made / numbers), quantization=numbers)
    return made


@pytest.fixture(scope="module")
def greeting(samples: Path) -> Clip:
    with open_recording(samples / "erstgespraech_de.mp3") as recording:
        return Clip(recording.mix.read(0.0, 2.2))


@pytest.mark.parametrize(
    ("engine", "kind"),
    [("faster-whisper", "float16"), ("faster-whisper", "int8"), ("transformers", "float16"), ("transformers", "transformers")],
)
def test_another_model_hears_to_the_end(engine: str, kind: str, models: Path, greeting: Clip) -> None:
    made = transcriber(engine, models / kind)
    done: list[float] = []
    heard = made.transcribe(greeting, language="de", vocabulary="Neckarstadt", progress=done.append)
    assert made.name == f"{engine} {kind}"
    assert heard.language == "de"
    assert done[-1] == greeting.duration


def test_a_model_that_names_no_languages_wants_to_be_told(models: Path, greeting: Clip) -> None:
    with pytest.raises(MissingModel, match="--language"):
        transcriber("faster-whisper", models / "int8").transcribe(greeting)


def test_openai_whisper_takes_the_same_weights(models: Path) -> None:
    engine: Any = transcriber("openai-whisper", models / "float16")
    dims = engine._model.dims
    assert (dims.n_mels, dims.n_audio_layer, dims.n_text_layer) == (MELS, HEARING, WRITING)
    assert engine._model.alignment_heads.shape == (WRITING, 4)


@pytest.mark.parametrize(
    ("engine", "kind", "missing", "said"),
    [
        ("faster-whisper", "transformers", "", "--engine transformers"),
        ("openai-whisper", "transformers", "", "--engine transformers"),
        ("openai-whisper", "int8", "", "shortened to integers"),
        ("transformers", "int8", "", "shortened to integers"),
        ("faster-whisper", "float16", "preprocessor_config.json", "cannot be read"),
        ("faster-whisper", "float16", "vocabulary.json", "cannot be read"),
        ("transformers", "float16", "tokenizer.json", "cannot be read"),
        ("transformers", "transformers", "tokenizer.json", "cannot be read"),
        ("transformers", "transformers", "model.safetensors", "cannot be read"),
    ],
)
def test_what_is_no_model_for_an_engine_is_one_sentence(
    engine: str, kind: str, missing: str, said: str, models: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models / kind, folder)
    if missing:
        whole = (folder / missing).read_bytes()
        (folder / missing).unlink()
        if missing == "model.safetensors":  # a download cut short
            (folder / missing).write_bytes(whole[:1000])
    with pytest.raises(MissingModel, match=said) as caught:
        transcriber(engine, folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("cards", "numbers", "expected"),
    [(0, {"float16"}, "cpu"), (1, {"float16", "int8"}, "cuda"), (1, {"float32"}, "cpu"), (2, {"float16"}, "cuda")],
)
def test_a_graphics_card_is_used_where_it_can_be(
    cards: int, numbers: set[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from talkbalance.speech.faster_whisper import PRECISION, place
    from talkbalance.speech.threads import graphics

    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: cards)
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda _: numbers)
    assert place() == expected
    assert expected in PRECISION
    monkeypatch.setattr("torch.cuda.is_available", lambda: bool(cards))
    assert graphics() == ("cuda" if cards else "cpu")
