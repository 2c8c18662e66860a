"""openai-whisper: the reference, as the authors of the model published it; the slowest of the three here."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkbalance.errors import MissingModel
from talkbalance.speech import weights
from talkbalance.speech.backend import Samples
from talkbalance.speech.checkpoint import read_checkpoint
from talkbalance.speech.engines import BEAM, Engine, library
from talkbalance.speech.words import Heard

if TYPE_CHECKING:
    from whisper import Whisper


class OpenAIWhisper(Engine):
    """The Whisper of its authors, in PyTorch.

    Parameters
    ----------
    model
        "base" for the packaged weights; another name of openai-whisper's, which is downloaded; or the path of a `.pt`
        file or a CTranslate2 folder.

    Raises
    ------
    MissingModel
        Where the library or the model is not here and cannot be fetched.
    """

    def __init__(self, model: str | Path = weights.DEFAULT) -> None:
        library("openai-whisper", "whisper")
        from talkbalance.speech.threads import graphics

        self.name = f"openai-whisper {weights.label(model)}"
        ours = model == weights.DEFAULT or Path(model).expanduser().is_dir()
        self._model = mapped(weights.whisper(model)) if ours else _loaded(str(Path(model).expanduser()))
        self._model.to(graphics())

    def _languages(self) -> Iterable[str]:
        from whisper.tokenizer import LANGUAGES

        return list(LANGUAGES)[: self._model.num_languages] if self._model.is_multilingual else ["en"]

    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram

        mel = log_mel_spectrogram(samples, self._model.dims.n_mels, padding=N_SAMPLES)[:, :N_FRAMES]
        probabilities: dict[str, float] = self._model.detect_language(mel.to(self._model.device))[1]
        return probabilities

    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        return [self._heard(samples, language, vocabulary) for samples in batch]

    def _heard(self, samples: Samples, language: str, vocabulary: str) -> list[Heard]:
        import torch

        with torch.random.fork_rng():
            torch.manual_seed(0)  # a window that goes wrong is read again by chance, and by the same chance every time
            result: dict[str, Any] = self._model.transcribe(
                samples,
                language=language,
                beam_size=BEAM,
                initial_prompt=vocabulary or None,
                condition_on_previous_text=False,  # a loop would feed itself
                word_timestamps=True,
                fp16=self._model.device.type == "cuda",
            )
        return [
            Heard(word["start"], word["end"], word["word"], word["probability"])
            for segment in result["segments"]
            for word in segment["words"]
        ]


def mapped(folder: Path) -> "Whisper":
    """Return openai-whisper's model with the weights of a CTranslate2 folder; every key must match."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    checkpoint = read_checkpoint(folder)
    shape = checkpoint.shape
    model = Whisper(
        ModelDimensions(
            n_mels=shape.mels,
            n_audio_ctx=shape.positions,
            n_audio_state=shape.width,
            n_audio_head=shape.attention_heads,
            n_audio_layer=shape.layers,
            n_vocab=shape.vocabulary,
            n_text_ctx=shape.tokens,
            n_text_state=shape.width,
            n_text_head=shape.attention_heads,
            n_text_layer=shape.writing_layers,
        )
    )
    try:
        model.load_state_dict(checkpoint.state("openai"))
    except RuntimeError as error:  # tensors are missing, or of another shape
        raise MissingModel("models.unreadable", path=folder) from error
    heads = torch.zeros(shape.writing_layers, shape.attention_heads, dtype=torch.bool)
    for layer, head in checkpoint.alignment_heads:
        heads[layer, head] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    return model.eval()


def _loaded(model: str) -> "Whisper":
    """Return a model by name or from a `.pt` file, which the library opens as weights only."""
    import whisper

    try:
        return whisper.load_model(model)
    except Exception as error:  # whatever the network, or a file that is no model, makes of it
        key = "models.unreadable" if Path(model).is_file() else "models.no_download"
        raise MissingModel(key, path=model, model=model, engine="openai-whisper") from error
