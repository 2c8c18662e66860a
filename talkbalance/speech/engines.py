"""The three transcribers by name, and what they have in common.

An engine only says which language a window is in and which words it hears there. Finding speech, fixing one language
for the whole meeting, guarding against invented words and telling how far it is are done here, once, so that the
engines differ in their arithmetic and in nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from types import ModuleType

from talkbalance.errors import InvalidParameter, MissingModel
from talkbalance.meeting import Word
from talkbalance.speech.backend import Progress, Samples, Sound, Transcriber, Transcript, silent
from talkbalance.speech.loudness import audible
from talkbalance.speech.parallel import in_order
from talkbalance.speech.partial import FORGETFUL, Journal
from talkbalance.speech.weights import DEFAULT
from talkbalance.speech.windows import Window, speech, windows
from talkbalance.speech.words import Heard, after, believed

BEAM = 2
"""How many readings of a window are followed at once. The Whisper paper follows five, which takes half as long again and leaves out
more where people talk into one another (benchmarks/results/hearing.md). Reading again by chance where that goes wrong, as the paper
does too, is left to openai-whisper, which otherwise drops such windows: the others lose no words without it."""

AGAIN = 2
"""How often the rest of a window is heard again, after an engine stopped too early or lost itself in a loop."""

PLACES = 5
"""At how many places of a recording its language is asked for: the first minute may be a jingle or a greeting."""

PLACE = 30.0
"""Seconds of sound at such a place."""

ENGINES = {
    "faster-whisper": "faster_whisper.FasterWhisper",
    "openai-whisper": "openai_whisper.OpenAIWhisper",
    "transformers": "transformers.Transformers",
}
"""Engine to its class in this package; the first is the default, for speed."""


def transcriber(engine: str = "faster-whisper", model: str | Path = DEFAULT) -> Transcriber:
    """Return an engine with its model, ready to hear.

    Parameters
    ----------
    engine
        "faster-whisper" (the fastest here), "openai-whisper" (the reference) or "transformers" (fine-tuned models).
    model
        "base" for the packaged weights, another model's name ("small", "large-v3-turbo"), or a path.

    Raises
    ------
    InvalidParameter
        Where there is no such engine.
    MissingModel
        Where its library or the model is not here.
    """
    if engine not in ENGINES:
        raise InvalidParameter("parameter.choice", name="engine", value=engine, choices=", ".join(ENGINES))
    module, name = ENGINES[engine].split(".")
    made: Transcriber = getattr(import_module(f"talkbalance.speech.{module}"), name)(model)
    return made


def library(engine: str, name: str) -> ModuleType:
    """Return a library an engine needs, or say how to install it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingModel("models.no_library", engine=engine, library=name) from error


def fetched(fetch: Callable[[bool], str], model: str | Path, engine: str) -> Path:
    """Return the folder of a model of the hub: one that was fetched before, else fetched now.

    Parameters
    ----------
    fetch
        Told whether to look on this machine only; asking there first keeps the network out where it is not needed.
    """
    for here in (True, False):
        try:
            return Path(fetch(here))
        except (OSError, ValueError) as error:
            reason = error
    raise MissingModel("models.no_download", model=model, engine=engine) from reason


class Engine(ABC):
    """What the three transcribers share; keeps the promises of `Transcriber`.

    A child loads its model when it is made and answers two questions about windows of at most 30 seconds.
    """

    name: str
    batch: int = 1
    """Windows it takes in at once."""
    workers: int = 1
    """Batches it hears beside one another."""

    def transcribe(
        self,
        sound: Sound,
        *,
        language: str | None = None,
        vocabulary: str = "",
        progress: Progress = silent,
        journal: Journal = FORGETFUL,
    ) -> Transcript:
        """Return the words of `sound`.

        Parameters
        ----------
        language
            As "de" or "en"; None to find it, once for the whole sound.
        vocabulary
            Names and terms to expect, as one would write them; some 150 words fit.
        journal
            Where to write down what was heard, batch by batch, and to look it up after a stop.

        Returns
        -------
        Transcript
            Its language is "" where none was given and nothing was said.

        Raises
        ------
        InvalidParameter
            Where the model does not know the language.
        """
        known = list(self._languages())
        if language is not None and language not in known:
            raise InvalidParameter("models.language", language=language, engine=self.name)
        if len(known) == 1:
            language = known[0]
        probability = None
        sound = audible(sound)
        batches = _batches(windows(sound), self.batch)
        first = next(batches, None)
        if first is None:
            progress(sound.duration)
            return Transcript((), language or "")
        if language is None:
            language, probability = self._language(sound, first[0])
        spoken, terms = language, vocabulary.strip()

        def hear(batch: list[Window]) -> tuple[float, tuple[Word, ...]]:
            heard = journal.words(batch[0].start, batch[-1].end, lambda: self._words(batch, spoken, terms))
            return batch[-1].end, heard

        words: list[Word] = []
        for end, heard in in_order(hear, chain([first], batches), self.workers):
            words += heard
            progress(end)
        progress(sound.duration)
        return Transcript(tuple(words), language, probability)

    def _words(self, batch: list[Window], language: str, vocabulary: str) -> list[Word]:
        """Hear a batch; where a window holds speech after its last word, hear that again."""
        found: list[Word] = []
        for _ in range(1 + AGAIN):
            heard = self._hear([window.samples for window in batch], language, vocabulary) if batch else []
            known = list(map(believed, heard, batch))
            found += chain.from_iterable(known)
            batch = [rest for window, words in zip(batch, known, strict=True) if (rest := after(window, words))]
        return sorted(found, key=lambda word: word.start)

    @abstractmethod
    def _languages(self) -> Iterable[str]:
        """Return the languages the model knows."""

    @abstractmethod
    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        """Return how probable each language is at one place."""

    @abstractmethod
    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        """Return the words of each window."""

    def _language(self, sound: Sound, first: Window) -> tuple[str, float]:
        """Return the language that is most probable over several places, and its mean probability there."""
        found = [self._language_probabilities(samples) for samples in _places(sound, first)]
        mean = {code: sum(place[code] for place in found) / len(found) for code in found[0]}
        best = max(mean, key=lambda code: mean[code])
        return best, min(mean[best], 1.0)


def _places(sound: Sound, first: Window) -> Iterator[Samples]:
    """Yield sound with speech in it from all over; the first window that has any is one of them."""
    yield first.samples
    for i in range(1, min(PLACES, int(sound.duration // PLACE))):
        start = sound.duration * i / PLACES
        samples = sound.read(start, min(start + PLACE, sound.duration))
        if start >= first.end and speech(samples):
            yield samples


def _batches(found: Iterable[Window], size: int) -> Iterator[list[Window]]:
    rest = iter(found)
    while batch := list(islice(rest, size)):
        yield batch
