"""The transcribers: what they share, without a model; and the same promises kept by all three on real sound."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from talkbalance.errors import InvalidParameter, MissingModel
from talkbalance.speech import engines, weights, windows
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples, Transcriber
from talkbalance.speech.engines import ENGINES, PLACES, Engine, transcriber
from talkbalance.speech.windows import Stretch
from talkbalance.speech.words import Heard
from tests.sounds import Clip

# openai-whisper leaves the file of its vocabulary to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning")


@cache
def real(engine: str) -> Transcriber:
    return transcriber(engine)


class Loud(Engine):
    """Hears a word in every second, in German where it is loud and in English where it is not."""

    name = "loud"
    batch = 3

    def __init__(self, *languages: str, deaf_after: float = 60.0) -> None:
        self.languages = languages or ("de", "en")
        self.deaf_after = deaf_after
        self.asked: list[float] = []
        self.told: list[tuple[str, str]] = []
        self.sizes: list[int] = []

    def _languages(self) -> Iterable[str]:
        return self.languages

    def _language_probabilities(self, samples: Samples) -> Mapping[str, float]:
        level = float(np.abs(samples).max())
        self.asked.append(level)
        return {"de": level, "en": 1 - level}

    def _hear(self, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        self.sizes.append(len(batch))
        self.told += [(language, vocabulary)] * len(batch)
        heard = [min(len(samples) / RATE, self.deaf_after) for samples in batch]
        return [[Heard(second, second + 0.9, f"Wort{second}", 0.5) for second in range(round(seconds))] for seconds in heard]


def talk(*levels: float, each: float = 25.0) -> Clip:
    """Return stretches of speech of these levels, with 5 seconds of silence behind each."""
    silence = np.zeros(5 * RATE, np.float32)
    return Clip(np.concatenate([piece for level in levels for piece in (np.full(round(each * RATE), level, np.float32), silence)]))


@pytest.fixture
def _hears_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(samples: Samples, *, longest: float = 29.5) -> list[Stretch]:
        del longest
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (samples != 0).astype(int), [0]]))) / RATE
        return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))

    monkeypatch.setattr(windows, "speech", found)
    monkeypatch.setattr(engines, "speech", found)


@pytest.mark.usefixtures("_hears_energy")
class TestShared:
    def test_silence_has_no_words_and_no_language(self) -> None:
        done: list[float] = []
        heard = Loud().transcribe(Clip(np.zeros(70 * RATE, np.float32)), progress=done.append)
        assert (heard.words, heard.language, heard.language_probability) == ((), "", None)
        assert done == [70.0]

    def test_a_language_given_is_kept_and_not_asked_for(self) -> None:
        engine = Loud()
        heard = engine.transcribe(talk(0.9, 0.9), language="en", vocabulary=" Otto-Selz-Institut ")
        assert (heard.language, heard.language_probability) == ("en", None)
        assert (engine.asked, set(engine.told)) == ([], {("en", "Otto-Selz-Institut")})

    def test_one_language_is_found_for_the_whole_over_several_places(self) -> None:
        engine = Loud()
        heard = engine.transcribe(talk(0.2, *[0.9] * 9))
        assert heard.language == "de", "an English greeting does not make a German meeting English"
        assert {language for language, _ in engine.told} == {"de"}
        assert 1 < len(engine.asked) <= PLACES
        assert heard.language_probability == pytest.approx(np.mean(engine.asked))

    def test_a_language_nobody_knows_is_refused(self) -> None:
        with pytest.raises(InvalidParameter, match="klingon"):
            Loud().transcribe(talk(0.5), language="klingon")

    def test_a_model_of_one_language_needs_no_asking(self) -> None:
        engine = Loud("en")
        assert engine.transcribe(talk(0.9)).language == "en"
        assert engine.asked == []

    def test_words_lie_in_the_whole_sound_and_progress_never_goes_back(self) -> None:
        done: list[float] = []
        engine = Loud()
        sound = talk(*[0.5] * 14)
        words = engine.transcribe(sound, language="de", progress=done.append).words
        assert len(words) == pytest.approx(14 * 25, abs=14)
        assert [word.start for word in words] == sorted(word.start for word in words)
        assert all((word.start + 1) % 30 < 26.5 for word in words), "a window begins a little before its speech"
        assert done == sorted(done)
        assert done[-1] == sound.duration
        assert sound.duration - words[-1].end == pytest.approx(5, abs=0.7)
        assert max(engine.sizes) == 3

    def test_what_an_engine_left_out_at_the_end_is_heard_again(self) -> None:
        engine = Loud(deaf_after=10.0)
        words = engine.transcribe(talk(0.5), language="de").words
        assert len(words) == pytest.approx(25, abs=2)
        assert max(two.start - one.end for one, two in pairwise(words)) < 1.0


def test_an_engine_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="faster-whisper, openai-whisper, transformers"):
        transcriber("siri")


@pytest.mark.parametrize(
    ("engine", "library"), [("faster-whisper", "faster_whisper"), ("openai-whisper", "whisper"), ("transformers", "transformers")]
)
def test_a_missing_library_says_what_to_install(engine: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingModel, match="pip install"):
        transcriber(engine)


@pytest.mark.models
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("model", ["small", "somebody/whisper-nowhere", "no such model", "/no/such/folder"])
def test_without_a_network_another_model_is_missing_at_once(
    engine: str, model: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    real(engine)  # imports are not what is timed
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    begun = time.perf_counter()
    with pytest.raises(MissingModel) as caught:
        transcriber(engine, model)
    assert time.perf_counter() - begun < 5
    assert caught.value.key == "models.no_download"
    assert model in str(caught.value)


def test_importing_the_engines_loads_no_model_library() -> None:
    names = "engines, faster_whisper, openai_whisper, transformers, checkpoint, words, windows, alignment, weights"
    code = (
        f"import sys; from talkbalance.speech import {names};"
        "assert not {'torch', 'whisper', 'transformers', 'faster_whisper', 'ctranslate2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="module")
def opening(samples: Path) -> Clip:
    """Return the first words of a meeting: a greeting, a question, an answer."""
    with open_recording(samples / "erstgespraech_de.mp3") as recording:
        return Clip(recording.mix.read(0.0, 9.0))


TRUE_WORDS = (
    "guten",
    "morgen",
    "schön",
    "dass",
    "sie",
    "da",
    "sind",
    "haben",
    "gut",
    "zu",
    "uns",
    "gefunden",
    "ja",
    "danke",
    "das",
    "ging",
)
TRUE_STARTS = {"guten": 0.6, "schön": 2.555, "gefunden": 5.435, "danke": 6.95}


@pytest.mark.models
@pytest.mark.parametrize("engine", ENGINES)
class TestReal:
    def test_the_same_words_at_the_same_times(self, engine: str, opening: Clip) -> None:
        done: list[float] = []
        heard = real(engine).transcribe(opening, progress=done.append)
        assert heard.language == "de"
        assert heard.language_probability is not None
        assert 0.8 < heard.language_probability <= 1
        words = {word.text.lower().strip(".,?!"): word for word in heard.words}
        missed = [word for word in TRUE_WORDS if word not in words]
        assert len(missed) <= 1, missed
        assert {text: words[text].start for text in TRUE_STARTS if text in words} == pytest.approx(
            {text: start for text, start in TRUE_STARTS.items() if text in words}, abs=0.35
        )
        assert any(word.text.endswith("?") for word in heard.words), "punctuation stays in the words"
        assert all(word.probability is not None and 0 <= word.probability <= 1 for word in heard.words)
        assert all(0 <= word.start < word.end <= opening.duration for word in heard.words)
        assert [word.start for word in heard.words] == sorted(word.start for word in heard.words)
        assert done == sorted(done)
        assert done[-1] == opening.duration

    def test_a_long_vocabulary_is_taken_as_far_as_it_fits(self, engine: str, opening: Clip) -> None:
        greeting = Clip(opening.read(0.0, 2.2))
        assert real(engine).transcribe(greeting, language="de", vocabulary="Otto-Selz-Institut, Neckarstadt, " * 100).words

    @pytest.mark.parametrize("level", [0.0, 1e-4, 1e-3, 0.1])
    def test_no_words_on_silence_and_noise(self, engine: str, level: float) -> None:
        noise = level * np.random.default_rng(1).standard_normal(30 * RATE)
        assert real(engine).transcribe(Clip(noise.astype(np.float32)), language="de").words == ()

    @pytest.mark.shared
    def test_no_words_on_a_silent_recording(self, engine: str, shared: Path) -> None:
        with open_recording(shared / "recordings" / "broken" / "silence_1s.wav") as recording:
            assert real(engine).transcribe(recording.mix).words == ()


@pytest.mark.models
def test_twice_the_same(opening: Clip) -> None:
    greeting = Clip(opening.read(0.0, 2.2))
    assert real("faster-whisper").transcribe(greeting) == real("faster-whisper").transcribe(greeting)


@pytest.mark.models
def test_word_times_follow_the_heads_the_authors_name() -> None:
    import whisper

    from talkbalance.speech.openai_whisper import mapped

    model = mapped(weights.whisper())
    ours = model.alignment_heads.indices().tolist()
    model.set_alignment_heads(whisper._ALIGNMENT_HEADS["base"])
    assert model.alignment_heads.indices().tolist() == ours


@pytest.mark.models
def test_transformers_takes_a_folder_of_its_own_kind(tmp_path: Path) -> None:
    from talkbalance.speech.transformers import Transformers

    transformers: Any = import_module("transformers")
    sizes = {f"{side}_{what}": 2 for side in ("encoder", "decoder") for what in ("layers", "attention_heads", "ffn_dim")}
    config = transformers.WhisperConfig(d_model=4, decoder_start_token_id=50258, **sizes)
    transformers.WhisperForConditionalGeneration(config).save_pretrained(tmp_path)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(weights.whisper() / "tokenizer.json"))
    tokenizer.save_pretrained(tmp_path)
    transformers.WhisperFeatureExtractor().save_pretrained(tmp_path)
    engine = Transformers(tmp_path)
    assert engine.name == f"transformers {tmp_path.name}"
    assert {"de", "en"} < set(engine._languages())
    settings = engine._settings
    assert (settings.decoder_start_token_id, settings.no_timestamps_token_id, settings.lang_to_id["<|de|>"]) == (
        50258,
        50363,
        50261,
    )
    assert settings.alignment_heads == [[1, 0], [1, 1]]


@pytest.mark.models
def test_openai_whisper_takes_a_file_of_its_own_kind(tmp_path: Path) -> None:
    import torch
    from whisper.model import ModelDimensions, Whisper

    from talkbalance.speech.openai_whisper import OpenAIWhisper

    dims = ModelDimensions(80, 1500, 4, 2, 1, 51865, 448, 4, 2, 1)
    torch.save({"dims": dims.__dict__, "model_state_dict": Whisper(dims).state_dict()}, tmp_path / "wien.pt")
    engine = OpenAIWhisper(tmp_path / "wien.pt")
    assert engine.name == "openai-whisper wien.pt"
    assert {"de", "en"} < set(engine._languages())


@pytest.mark.models
@pytest.mark.parametrize(
    ("engine", "file"), [("faster-whisper", "model.bin"), ("openai-whisper", "model.pt"), ("transformers", "config.json")]
)
def test_a_path_that_holds_no_model_is_refused_in_one_sentence(engine: str, file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text("{}")
    with pytest.raises(MissingModel, match="cannot be read as a Whisper model"):
        transcriber(engine, tmp_path / file if file.endswith(".pt") else tmp_path)
