"""faster-whisper: the default, because it is the fastest of the three without a graphics card."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from talkbalance.errors import MissingModel
from talkbalance.speech import weights
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.engines import BEAM, MOST_PACKED, Engine, fetched, library
from talkbalance.speech.words import Heard

if TYPE_CHECKING:
    from faster_whisper.transcribe import Segment

PRECISION = "int8"
"""Matrices in 8 bits: the words of full precision in less time and memory."""


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

    batch = 4

    def __init__(self, model: str | Path = weights.DEFAULT) -> None:
        library("faster-whisper", "faster_whisper")
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        self.name = f"faster-whisper {weights.label(model)}"
        folder = weights.whisper(model) if weights.is_here(model) else _fetched(str(model))
        try:
            self._model = WhisperModel(str(folder), compute_type=PRECISION, local_files_only=True)
        except (OSError, RuntimeError, ValueError) as error:
            raise MissingModel("models.unreadable", path=folder) from error
        self._pipeline = BatchedInferencePipeline(self._model)

    def _languages(self) -> Iterable[str]:
        found: Iterable[str] = self._model.supported_languages
        return found

    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        return dict(self._model.detect_language(samples)[2])

    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        """Hear all windows at once, laid one behind the other; one that came out as a loop is heard again by itself."""
        ends = (np.cumsum([len(samples) for samples in batch]) / RATE).tolist()
        starts = [0.0, *ends[:-1]]
        segments, _ = self._pipeline.transcribe(
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
        looped = set()
        for segment in segments:
            window = bisect(starts, segment.seek / 100 + 0.01) - 1  # hundredths of seconds, rounded down
            heard[window] += _words(segment, starts[window])
            if segment.compression_ratio > MOST_PACKED:
                looped.add(window)
        for window in looped:
            heard[window] = self._heard(batch[window], language, vocabulary)
        return heard

    def _heard(self, samples: Samples, language: str, vocabulary: str) -> list[Heard]:
        """Hear one window step by step, by chance where it goes wrong, and by the same chance every time."""
        from ctranslate2 import set_random_seed

        set_random_seed(0)
        segments, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=BEAM,
            hotwords=vocabulary or None,
            condition_on_previous_text=False,  # a loop would feed itself
            word_timestamps=True,
        )
        return [word for segment in segments for word in _words(segment, 0.0)]


def _words(segment: "Segment", at: float) -> Iterator[Heard]:
    for word in segment.words or ():
        yield Heard(word.start - at, word.end - at, word.word, word.probability)


def _fetched(model: str) -> Path:
    from faster_whisper import download_model

    return fetched(lambda here: download_model(model, local_files_only=here), model, "faster-whisper")
