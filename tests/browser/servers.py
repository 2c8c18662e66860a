"""The served pages, as a user starts them: JupyterLab on our notebooks, and the app. One of each a session, on this machine."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

PATIENCE = 60.0
"""Seconds a server may take on a busy machine."""
JUPYTER = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
OPEN_TO_TESTS = "c.LabApp.expose_app_in_browser = True\n"


@dataclass(frozen=True)
class Served:
    """A server: `url` lets in, `folder` is where it works, `pid` its process."""

    url: str
    folder: Path
    pid: int

    @property
    def origin(self) -> str:
        """The address without what lets in."""
        return "/".join(self.url.split("/", 3)[:3])

    @property
    def origins(self) -> tuple[str, str]:
        """The same, and where its sockets are."""
        return self.origin, self.origin.replace("http", "ws", 1)


@contextmanager
def served(folder: Path, *command: str, language: str = "en") -> Iterator[Served]:
    """Start a command of ours that serves a page, with Jupyter folders of its own, and end it with its kernels."""
    folders = {name: str(folder / "jupyter" / name.lower()) for name in JUPYTER}
    for path in folders.values():
        Path(path).mkdir(parents=True, exist_ok=True)
    (Path(folders["JUPYTER_CONFIG_DIR"]) / "jupyter_lab_config.py").write_text(OPEN_TO_TESTS)
    said = folder / "said.txt"
    with said.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "talkbalance.cli", *command, "--no-browser", "--ui", language],
            cwd=folder,
            env={**os.environ, **folders, "LC_ALL": language, "TALKBALANCE_CACHE": str(folder / "cache")},
            stdout=err,
            stderr=err,
            start_new_session=True,
        )
    try:
        yield Served(_address(process, said), folder, process.pid)
    finally:
        _end(process)


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Return the address a server names, once it answers there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"http://\S+", said.read_text(encoding="utf-8")):
            try:
                urllib.request.urlopen(found[0].partition("?")[0], timeout=5)
            except urllib.error.HTTPError:
                return found[0]
            except OSError:
                pass
            else:
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no server: {said.read_text(encoding='utf-8')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(20)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue


def _need(library: str, extra: str) -> None:
    if find_spec(library) is None:
        pytest.skip(f'no {library} here: pip install "talkbalance[{extra}]"')


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return JupyterLab on a copy of the notebooks."""
    _need("jupyterlab", "notebook")
    with served(tmp_path_factory.mktemp("lab"), "lab", ".") as found:
        yield found


@pytest.fixture(scope="session")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the app, started without a file."""
    _need("voila", "app")
    with served(tmp_path_factory.mktemp("app"), "app") as found:
        yield found
