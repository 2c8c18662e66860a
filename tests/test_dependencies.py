"""What we stand on: licences that bind nobody, releases that are pinned, weights that are data and nothing else."""

import ast
import pickle
import re
from pathlib import Path

import pytest

from tools import dependencies

ROOT = Path(__file__).resolve().parents[1]


def test_no_package_binds_whoever_uses_it() -> None:
    assert [package.name for package in dependencies.packages() if package.is_copyleft] == []


def test_every_package_names_a_licence() -> None:
    assert [package.name for package in dependencies.packages() if package.licence == "unknown"] == []


def test_what_wheels_carry_under_the_gpl_is_known_and_written_down() -> None:
    carried = dependencies.carried()
    assert carried.keys() <= {"av"}
    page = dependencies.LICENCES.read_text(encoding="utf-8")
    assert all(name in page for names in carried.values() for name in names)


@pytest.mark.parametrize(
    ("licence", "binds"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("LGPL-2.1-or-later", False),
        ("MIT OR GPL-2.0-only", False),
        ("MIT", False),
    ],
)
def test_a_choice_of_licences_binds_only_where_each_does(licence: str, binds: bool) -> None:
    assert dependencies.Package("a", "1", licence, "").is_copyleft is binds


def test_locked_releases_are_the_tested_ones() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE))
    tested = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pinned.items()}
    locked = dict(dependencies.written())
    assert locked
    assert {name: version for name, version in locked.items() if tested.get(name, version) != version} == {}


def test_the_bill_of_materials_names_everything_once() -> None:
    bill = dependencies.sbom()
    names = [component["purl"] for component in bill["components"]]
    assert bill["bomFormat"] == "CycloneDX"
    assert len(names) == len(set(names)) > 20
    assert any(name.startswith("pkg:pypi/numpy@") for name in names)


OWN_PIPES = {"apart.py"}
"""Modules that only unpickle what a process they started themselves says through its pipe."""


def test_nothing_of_ours_opens_a_pickle() -> None:
    for path in (ROOT / "talkbalance").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
                assert not names & {"pickle", "cloudpickle", "joblib", "shelve", "marshal", "dill"} or path.name in OWN_PIPES, path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                assert {word.arg: ast.unparse(word.value) for word in node.keywords}["weights_only"] == "True", path
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
                assert {word.arg: ast.unparse(word.value) for word in node.keywords}["allow_pickle"] == "False", path
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("from_pretrained"):
                assert "trust_remote_code=True" not in ast.unparse(node), path


class Hurts:
    """What a pickle could do to whoever opens it."""

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("hurt"),)


@pytest.mark.parametrize("network", ["segmentation", "voices"])
def test_weights_that_are_a_program_are_not_run(network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from talkbalance.speech import segmentation, voices

    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "weights.pt"
    weights.write_bytes(pickle.dumps({"state_dict": Hurts()}, protocol=2))
    with pytest.raises(pickle.UnpicklingError):
        {"segmentation": segmentation, "voices": voices}[network].load(weights)
    assert not (tmp_path / "hurt").exists()


def test_a_checkpoint_that_is_a_program_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whisper = pytest.importorskip("talkbalance.speech.openai_whisper")
    from talkbalance.errors import MissingModel

    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "model.pt"
    weights.write_bytes(pickle.dumps({"dims": Hurts()}, protocol=2))
    with pytest.raises(MissingModel, match=r"model\.pt"):
        whisper.OpenAIWhisper(weights)
    assert not (tmp_path / "hurt").exists()
