"""What we stand on: licences that bind nobody, releases that are pinned, weights that are data and nothing else."""

import ast
import json
import pickle
import re
import tomllib
from itertools import chain
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

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


def test_locked_releases_are_what_we_ask_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for line in (*project["dependencies"], *chain(*project["optional-dependencies"].values()))]
    locked = dict(dependencies.written())
    named = {one.name: one for one in asked if one.name not in ("talkbalance", "torch")}
    assert {name: locked.get(name) for name, one in named.items() if locked.get(name, "") not in one.specifier} == {}


def test_every_locked_release_has_hashes_and_a_package_here_is_locked() -> None:
    entries = re.split(r"\n(?=[^\s#])", dependencies.LOCK.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(dict(dependencies.written()))
    assert all("--hash=sha256:" in entry for entry in entries)
    here = {one.name: one.version for one in dependencies.packages() if not dependencies.FREE_TO_BUILD.match(f"{one.name}==")}
    assert here.items() <= dict(dependencies.written()).items()


def test_nobody_who_answers_is_said_and_no_success(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    skipped = {"dependencies": [{"name": "numpy", "skip_reason": "could not be audited"}]}
    checked = {"dependencies": [{"name": "numpy", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}
    for answer, code, said in ((skipped, 2, "nothing was checked"), (checked, 1, "numpy 1: CVE-1, mended in 2"), (None, 2, "not")):
        ended = CompletedProcess([], 0, "" if answer is None else json.dumps(answer))
        monkeypatch.setattr("subprocess.run", lambda *_, ended=ended, **__: ended)
        assert dependencies.audit() == code
        assert said in capsys.readouterr().out


def test_the_bill_of_materials_is_one() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(dependencies.sbom())) is None


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
