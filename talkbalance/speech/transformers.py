"""transformers: for models somebody trained further, German ones among them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from talkbalance.errors import MissingModel
from talkbalance.speech import weights
from talkbalance.speech.alignment import begins
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.checkpoint import read_checkpoint
from talkbalance.speech.engines import BEAM, Engine, fetched, library
from talkbalance.speech.words import Heard

NAME = "transformers"

MULTILINGUAL = 51_865
"""Tokens of the smallest vocabulary with languages in it; English-only models have one less."""

WORD_BEGINS = "Ġ"
"""What the tokenizer writes for the space before a word."""


@dataclass(frozen=True)
class Loaded:
    """A model of the library, with what turns sound into its input and its output into text."""

    model: Any
    tokenizer: Any
    features: Any


class Transformers(Engine):
    """Whisper of the transformers library.

    Parameters
    ----------
    model
        "base" for the packaged weights; the name of another size or of a model on the hub, which is downloaded; or
        the path of a folder, as transformers or as CTranslate2 keeps it.

    Raises
    ------
    MissingModel
        Where the library or the model is not here and cannot be fetched.
    """

    def __init__(self, model: str | Path = weights.DEFAULT) -> None:
        library(NAME, "transformers")
        from talkbalance.speech.threads import graphics

        self.name = f"{NAME} {weights.label(model)}"
        ours = model == weights.DEFAULT or weights.is_ctranslate2(model)
        with _quiet():
            loaded = mapped(weights.whisper(model)) if ours else _loaded(model)
        self._model, self._tokenizer, self._features = loaded.model.to(graphics()), loaded.tokenizer, loaded.features
        self._settings = self._model.generation_config

    def _languages(self) -> Iterable[str]:
        return [token.strip("<|>") for token in self._settings.lang_to_id] if self._settings.is_multilingual else ["en"]

    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        import torch

        with torch.inference_mode():
            start = torch.tensor([[self._settings.decoder_start_token_id]], device=self._model.device)
            scores = self._model(self._window(samples), decoder_input_ids=start).logits[0, -1]
        tokens = self._settings.lang_to_id
        probabilities = scores[list(tokens.values())].softmax(-1).tolist()
        return {token.strip("<|>"): value for token, value in zip(tokens, probabilities, strict=True)}

    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        return [self._heard(samples, language, vocabulary) for samples in batch]

    def _heard(self, samples: Samples, language: str, vocabulary: str) -> list[Heard]:
        import torch

        with _quiet(), torch.inference_mode():
            features = self._window(samples)
            encoded = self._model.get_encoder()(features)
            spoken = {"language": language, "task": "transcribe"} if self._settings.is_multilingual else {}
            written = self._model.generate(
                features,
                encoder_outputs=encoded,
                prompt_ids=self._prompt(vocabulary),
                num_beams=BEAM,
                temperature=0.0,
                return_timestamps=True,  # without them it stops early where people talk into one another
                force_unique_generate_call=True,  # the window is all there is
                **spoken,
            )[0].tolist()
            start, end = self._settings.decoder_start_token_id, self._settings.eos_token_id
            said = written[written.index(start) :] if start in written else written  # before it stands the vocabulary
            text = [token for token in said if token < end][: self._model.config.max_target_positions - 5]
            return list(self._timed(encoded, text, language, len(samples) / RATE)) if text else []

    def _window(self, samples: Samples) -> object:
        """Return a window as the model takes it in, where the model is."""
        return self._features(samples, sampling_rate=RATE, return_tensors="pt").input_features.to(self._model.device)

    def _prompt(self, vocabulary: str) -> object:
        """Return the vocabulary as the text that came before, its last half window where it is longer."""
        import torch

        if not vocabulary:
            return None
        most = self._model.config.max_target_positions // 2 - 2
        tokens = self._tokenizer.encode(f" {vocabulary}", add_special_tokens=False)[-most:]
        return torch.tensor([self._settings.prev_sot_token_id, *tokens], device=self._model.device)

    def _timed(self, encoded: object, text: list[int], language: str, seconds: float) -> Iterator[Heard]:
        """Yield the words of a window: the finished text is read once more, to see where each token comes from."""
        import torch

        before = [self._settings.decoder_start_token_id]
        if self._settings.is_multilingual:
            before += [self._settings.lang_to_id[f"<|{language}|>"], self._settings.task_to_id["transcribe"]]
        before += [self._settings.no_timestamps_token_id]
        tokens = torch.tensor([[*before, *text, self._settings.eos_token_id]], device=self._model.device)
        read = self._model(encoder_outputs=encoded, decoder_input_ids=tokens, output_attentions=True)
        heads = [read.cross_attentions[layer][0, head].cpu().numpy() for layer, head in self._settings.alignment_heads]
        frames = max(round(seconds * 50), 1)
        starts = begins(np.stack(heads)[:, len(before) - 1 : -1, :frames])
        chances = read.logits[0, len(before) - 1 : -2].softmax(-1)[range(len(text)), text].tolist()
        pieces = self._tokenizer.convert_ids_to_tokens(text)
        opening = [i for i, piece in enumerate(pieces) if i == 0 or piece.startswith(WORD_BEGINS)]
        for first, following in zip(opening, [*opening[1:], len(text)], strict=True):
            word = self._tokenizer.convert_tokens_to_string(pieces[first:following])
            yield Heard(starts[first], starts[following], word, sum(chances[first:following]) / (following - first))


def mapped(folder: Path) -> Loaded:
    """Return transformers' Whisper with the weights of a CTranslate2 folder; every key must match."""
    transformers = library(NAME, "transformers")
    checkpoint = read_checkpoint(folder)
    shape = checkpoint.shape
    config = transformers.WhisperConfig(
        vocab_size=shape.vocabulary,
        num_mel_bins=shape.mels,
        d_model=shape.width,
        encoder_layers=shape.layers,
        decoder_layers=shape.writing_layers,
        encoder_attention_heads=shape.attention_heads,
        decoder_attention_heads=shape.attention_heads,
        encoder_ffn_dim=4 * shape.width,
        decoder_ffn_dim=4 * shape.width,
        max_source_positions=shape.positions,
        max_target_positions=shape.tokens,
        attn_implementation="eager",  # the only one that shows where it looks
    )
    model = transformers.WhisperForConditionalGeneration(config)
    state = {f"model.{key}": tensor for key, tensor in checkpoint.state("transformers").items()}
    try:
        model.load_state_dict({**state, "proj_out.weight": state["model.decoder.embed_tokens.weight"]})
    except RuntimeError as error:  # tensors are missing, or of another shape
        raise MissingModel("models.unreadable", path=folder) from error
    try:
        tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    except Exception as error:  # it says many things of a file that is not there or holds something else
        raise MissingModel("models.unreadable", path=folder) from error
    model.generation_config = transformers.GenerationConfig(
        **_writing(model, tokenizer) | {"alignment_heads": checkpoint.alignment_heads},
        suppress_tokens=checkpoint.settings["suppress_ids"],
        begin_suppress_tokens=checkpoint.settings["suppress_ids_begin"],
        max_initial_timestamp_index=50,
    )
    return Loaded(model.eval(), tokenizer, transformers.WhisperFeatureExtractor(feature_size=shape.mels))


def _writing(model: Any, tokenizer: Any) -> dict[str, object]:  # noqa: ANN401 -- untyped there
    """Return how a Whisper writes: which tokens begin and end a text, which languages there are, where it looks."""
    number, config = tokenizer.convert_tokens_to_ids, model.config
    languages = {token: place for token, place in tokenizer.get_vocab().items() if re.fullmatch(r"<\|[a-z]{2,3}\|>", token)}
    layers, heads = config.decoder_layers, config.decoder_attention_heads
    end = number("<|endoftext|>")
    return {
        "decoder_start_token_id": number("<|startoftranscript|>"),
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "prev_sot_token_id": number("<|startofprev|>"),
        "no_timestamps_token_id": number("<|notimestamps|>"),
        "lang_to_id": dict(sorted(languages.items(), key=lambda language: language[1])),
        "task_to_id": {task: number(f"<|{task}|>") for task in ("transcribe", "translate")},
        "is_multilingual": config.vocab_size >= MULTILINGUAL,
        "alignment_heads": [[layer, head] for layer in range(layers // 2, layers) for head in range(heads)],
        "max_length": config.max_target_positions,
    }


def _loaded(name: str | Path) -> Loaded:
    """Return a model of the hub or of a folder."""
    transformers = library(NAME, "transformers")
    folder = Path(name).expanduser()
    if not folder.is_dir():
        hub = str(name) if "/" in str(name) else f"openai/whisper-{name}"
        fetch = library(NAME, "huggingface_hub").snapshot_download
        kinds = ["*.json", "*.txt", "*.safetensors"]  # weights as plain numbers only
        folder = fetched(lambda here: fetch(hub, allow_patterns=kinds, local_files_only=here), name, NAME)
    try:
        model = transformers.WhisperForConditionalGeneration.from_pretrained(
            folder, attn_implementation="eager", use_safetensors=True
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        features = transformers.WhisperFeatureExtractor.from_pretrained(folder)
        written = _writing(model, tokenizer)
    except Exception as error:  # whatever the library makes of files that are no model, or a part of one
        raise MissingModel("models.unreadable", path=folder) from error
    if written["is_multilingual"] and not written["lang_to_id"]:  # a folder without its tokenizer
        raise MissingModel("models.unreadable", path=folder)
    for key, value in written.items():  # older models do not say it all
        if getattr(model.generation_config, key, None) is None:
            setattr(model.generation_config, key, value)
    return Loaded(model.eval(), tokenizer, features)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's bars and its advice to programmers, which its own generation calls forth, from the user."""
    logging = library(NAME, "transformers.utils.logging")
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
