"""What talkbalance stands on: `python -m tools.dependencies licences|sbom|lock|audit`.

licences    writes docs/licences.md: every package that an installation with all extras brings, with its licence
sbom        prints the same as CycloneDX 1.6 JSON
lock        writes requirements.lock: the tested releases with the hashes of their files, for Linux, Windows and macOS, Python 3.11
            to 3.14 (by uv)
audit       asks which of the locked releases have known weaknesses (by pip-audit); exit code 0: none, 1: some, 2: nobody answered
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
OURS = "talkbalance"
LICENCES, LOCK = ROOT / "docs" / "licences.md", ROOT / "requirements.lock"

FREE_TO_BUILD = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)==")
"""Not locked: machines have builds of their own, for their processor or graphics card."""

EARLIEST = "3.11.5"
"""Python that every locked release runs on: soupsieve wants no earlier one."""

STATED = {"resvg-py": "MIT"}
"""Licences of packages whose metadata name none: what their licence file says."""

_COPYLEFT = re.compile(r"\b(A?GPL|SSPL|GNU (Affero )?General Public)", re.IGNORECASE)
_LESSER = re.compile(r"\bL(esser )?GPL|GNU Lesser", re.IGNORECASE)

CARRIED = re.compile(r"lib(x264|x265|postproc|xvidcore|fdk|rubberband|vidstab)[-.]")
"""Libraries under the GPL as wheels carry them along."""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package."""

    name: str
    version: str
    licence: str
    home: str

    @property
    def is_copyleft(self) -> bool:
        """Whether its licence reaches for whatever uses it, and no other can be chosen."""
        return all(bool(_COPYLEFT.search(choice)) and not _LESSER.search(choice) for choice in self.licence.split(" OR "))


def packages() -> list[Package]:
    """Return all that an installation with every extra brings, in order of name."""
    return sorted((_package(found) for found in _reached().values()), key=lambda package: package.name)


def _reached() -> dict[str, Distribution]:
    """Return the distributions that follow from our own requirements, here where they are installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = [Requirement(line) for line in (*project["dependencies"], *chain(*project["optional-dependencies"].values()))]
    found: dict[str, Distribution] = {}
    waiting = [(str(canonicalize_name(one.name)), frozenset(one.extras)) for one in ours if one.name != OURS]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            here = distribution(name)
        except PackageNotFoundError:  # for another system, or an extra nobody installed
            continue
        found[name] = here
        for written in here.requires or ():
            needed = Requirement(written)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                waiting.append((str(canonicalize_name(needed.name)), frozenset(needed.extras)))
    return found


def _package(found: Distribution) -> Package:
    metadata: Any = found.metadata
    name = str(canonicalize_name(metadata["Name"]))
    classifiers = [line.split(" :: ") for line in metadata.get_all("Classifier") or ()]
    classified = [parts[-1] for parts in classifiers if parts[0] == "License" and len(parts) > 2]
    written = (metadata.get("License") or "").strip().split("\n")[0][:60]
    licence = metadata.get("License-Expression") or STATED.get(name) or " AND ".join(classified) or written or "unknown"
    urls = dict(line.split(", ", 1) for line in metadata.get_all("Project-URL") or () if ", " in line)
    home = metadata.get("Home-page") or urls.get("Homepage") or urls.get("Source") or urls.get("Repository") or ""
    return Package(name, found.version, licence, home)


def carried() -> dict[str, list[str]]:
    """Return by package which libraries under the GPL its wheel carries along."""
    found: dict[str, list[str]] = {}
    for name, here in _reached().items():
        names = sorted({hit[1] for file in here.files or () if (hit := CARRIED.search(file.name))})
        if names:
            found[name] = names
    return found


def licences() -> str:
    """Return the page of licences."""
    rows = "\n".join(f"| {one.name} | {one.version} | {one.licence.replace('|', '/')} |" for one in packages())
    return f"""# Licences of what talkbalance stands on

Written by `python -m tools.dependencies licences` from the metadata of an installation with all extras (Linux, x86-64). A test
fails where a package under the GPL, AGPL or SSPL joins it, or one that names no licence. Weights, and what they owe to whom, stand
in `NOTICE`.

One thing metadata do not say: the wheels of PyAV (BSD-3-Clause) carry FFmpeg with the video encoders x264 and x265, which are under
the GPL, version 2 or later. talkbalance decodes sound and encodes MP3; it calls neither. Whoever only installs talkbalance owes
nothing by that; whoever passes on a bundle that contains PyAV's wheel passes on these two as well, and has to heed their licence,
or build PyAV against an FFmpeg without them.

| package | release | licence |
|---|---|---|
{rows}
"""


def sbom() -> dict[str, Any]:
    """Return the bill of materials, CycloneDX 1.6."""
    ours = distribution(OURS)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component(OURS, ours.version, "Apache-2.0", "application", "")},
        "components": [_component(one.name, one.version, one.licence, "library", one.home) for one in packages()],
    }


def _component(name: str, version: str, licence: str, kind: str, home: str) -> dict[str, Any]:
    place = f"pkg:pypi/{name}@{version}"
    spdx = re.fullmatch(r"[\w.+-]+( (AND|OR|WITH) [\w.+-]+)*", licence)
    return {
        "type": kind,
        "bom-ref": place,
        "name": name,
        "version": version,
        "purl": place,
        "licenses": [{"expression": licence} if spdx else {"license": {"name": licence}}],
        "externalReferences": [{"type": "website", "url": home}] if home.startswith("http") else [],
    }


def lock() -> str:
    """Return the locked requirements, as uv resolves them for every system at once."""
    from uv import find_uv_bin

    command = [find_uv_bin(), "pip", "compile", "pyproject.toml", "--all-extras", "--constraint", "constraints.txt", "--quiet"]
    command += ["--universal", "--python-version", EARLIEST, "--generate-hashes", "--no-header", "--no-annotate"]
    without = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=without).stdout  # noqa: S603 -- uv
    entries = re.split(r"\n(?=\S)", found.strip())
    kept = "\n".join(entry for entry in entries if not FREE_TO_BUILD.match(entry))
    return f"""# Releases and hashes of an installation with all extras: Linux, Windows, macOS, from Python {EARLIEST} on.
# Written by `python -m tools.dependencies lock`. To install exactly this, PyTorch first, as the machine needs it:
#   pip install "torch>=2.8,<2.14"
#   pip install --no-deps --require-hashes -r requirements.lock
#   pip install --no-deps talkbalance
{kept}
"""


def audit() -> int:
    """Ask for known weaknesses, say what came of it, and return the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--requirement", str(LOCK), "--format", "json"]
    answer = subprocess.run([*command, "--progress-spinner", "off"], check=False, capture_output=True, text=True)  # noqa: S603 -- pip-audit
    try:
        found = json.loads(answer.stdout)["dependencies"]
    except ValueError:
        found = []
    asked = [one for one in found if "skip_reason" not in one]
    weak = [(one["name"], one["version"], flaw["id"], flaw["fix_versions"]) for one in asked for flaw in one["vulns"]]
    if not asked:
        print("Nobody answered who knows of weaknesses: nothing was checked. Please try again where the network is open.")
        return 2
    for name, version, flaw, fixed in weak:
        print(f"{name} {version}: {flaw}, mended in {', '.join(fixed) or 'no release yet'}")
    print(f"{len(asked)} of {len(found)} releases checked, {len(weak)} known weaknesses.")
    return 1 if weak or len(asked) < len(found) else 0


def written() -> Iterator[tuple[str, str]]:
    """Yield name and version of every locked release."""
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        yield str(canonicalize_name(name)), version


def main() -> None:
    """Do what was named."""
    match sys.argv[1:]:
        case ["licences"]:
            LICENCES.write_text(licences(), encoding="utf-8")
        case ["sbom"]:
            json.dump(sbom(), sys.stdout, indent=1)
        case ["lock"]:
            LOCK.write_text(lock(), encoding="utf-8")
        case ["audit"]:
            sys.exit(audit())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
