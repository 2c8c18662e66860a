"""faster-whisper: the default, because it is the fastest of the three without a graphics card."""

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from talkbalance.errors import MissingModel
from talkbalance.speech import weights
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.checkpoint import read_checkpoint
from talkbalance.speech.engines import BEAM, Engine, fetched, library
from talkbalance.speech.parallel import CORES
from talkbalance.speech.words import Heard

PRECISION = {"cpu": "int8", "cuda": "float16"}
"""Where it computes, and in which numbers. On a processor matrices in 8 bits take half the time of 32, for a quarter of a point of
German words; a graphics card is made for 16."""


class FasterWhisper(Engine):
    """CTranslate2's Whisper.

    Parameters
    ----------
    model
        "base" for the packaged weights; another name of faster-whisper's, or of a model on the hub, which is
        downloaded; or the path of a CTranslate2 folder.

    Raises
    ------
    MissingModel
        Where the library or the model is not here and cannot be fetched.
    """

    batch = 2
    workers = min(CORES, 4)
    """A small model leaves cores idle when several work on one batch; each worker has a batch and its share of the cores."""

    def __init__(self, model: str | Path = weights.DEFAULT) -> None:
        library("faster-whisper", "faster_whisper")
        from faster_whisper import WhisperModel

        from talkbalance.speech.threads import has_short_floats

        self.name = f"faster-whisper {weights.label(model)}"
        folder = weights.whisper(model) if weights.is_here(model) else _fetched(str(model))
        device = place()
        try:
            self._model = WhisperModel(
                str(folder),
                device=device,
                compute_type=PRECISION[device],
                cpu_threads=max(1, CORES // self.workers),
                num_workers=self.workers,
                local_files_only=True,
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise MissingModel("models.unreadable", path=folder) from error
        if len(self._model.feature_extractor.mel_filters) != self._model.model.n_mels:  # the file that says so was left behind
            raise MissingModel("models.unreadable", path=folder)
        if device == "cpu" and has_short_floats():
            self._model.encode = _encoder(folder) or self._model.encode

    def _languages(self) -> Iterable[str]:
        found: Iterable[str] = self._model.supported_languages
        return found

    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        try:
            return dict(self._model.detect_language(samples)[2])
        except IndexError as error:  # converted from a model that did not say which of its tokens are languages
            raise MissingModel("models.no_languages", model=self.name) from error

    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        """Return the words of all windows, heard at once, laid one behind the other."""
        from faster_whisper import BatchedInferencePipeline

        ends = (np.cumsum([len(samples) for samples in batch]) / RATE).tolist()
        starts = [0.0, *ends[:-1]]
        pipeline = BatchedInferencePipeline(self._model)  # holds where it is, so every batch has one of its own
        segments, _ = pipeline.transcribe(
            np.concatenate(batch),
            language=language,
            beam_size=BEAM,
            hotwords=vocabulary or None,
            clip_timestamps=[{"start": start, "end": end} for start, end in zip(starts, ends, strict=True)],
            batch_size=len(batch),
            without_timestamps=False,  # without them it stops early where people talk into one another
            word_timestamps=True,
        )
        heard: list[list[Heard]] = [[] for _ in batch]
        for segment in segments:
            window = bisect(starts, segment.seek / 100 + 0.01) - 1  # hundredths of seconds, rounded down
            at = starts[window]
            heard[window] += [Heard(word.start - at, word.end - at, word.word, word.probability) for word in segment.words or ()]
        return heard


def place() -> str:
    """Return where CTranslate2 computes: on the graphics card where there is one it can use in 16-bit numbers."""
    from ctranslate2 import get_cuda_device_count, get_supported_compute_types

    return "cuda" if get_cuda_device_count() and PRECISION["cuda"] in get_supported_compute_types("cuda") else "cpu"


def _encoder(folder: Path) -> Callable[[Samples], Any] | None:
    """Return what hears a window in 16-bit numbers and tells CTranslate2; None where the weights are not ones it can take.

    Those that were shortened to integers are not, and CTranslate2, which has read them already, hears itself.
    """
    from ctranslate2 import StorageView

    from talkbalance.speech import encoder

    try:
        network = encoder.load(read_checkpoint(folder))
    except (MissingModel, RuntimeError):
        return None

    def heard(mels: Samples) -> StorageView:
        windows = np.ascontiguousarray(mels.reshape(-1, *mels.shape[-2:]))
        return StorageView.from_array(encoder.encode(network, windows))

    return heard


def _fetched(model: str) -> Path:
    from faster_whisper import download_model

    return fetched(lambda here: download_model(model, local_files_only=here), model, "faster-whisper")
