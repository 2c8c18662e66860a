"""JupyterLab on our notebooks: `talkbalance lab`.

The notebooks and the sample meetings are copied to where the user works, and nothing that is there already is touched. What the
user set for JupyterLab stays as it is, but for what concerns others: it is served on this machine, behind a token, and asks no
network.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from talkbalance.errors import MissingModel, UnreadableFile
from talkbalance.views.local import ADDRESS, HERE, door, loud
from talkbalance.views.shipped import shipped

FIRST = "notebooks/review_a_meeting.ipynb"
"""The notebook that is opened."""
LEFT_BEHIND = ("__pycache__", ".ipynb_checkpoints", "*.py")
"""What lies beside notebooks and samples in a checkout and is of no use to who works with them."""


def lab(folder: Path, *, ready: Callable[[str], None], port: int | None = None, browser: bool = True) -> None:
    """Serve JupyterLab on the notebooks until the user ends it.

    Parameters
    ----------
    folder
        Where the notebooks and samples are, or are put.
    ready
        Called with the address, which lets in whoever knows it.
    port
        Where it is served on this machine; by default wherever there is room.
    browser
        Whether to open it.

    Raises
    ------
    MissingModel
        Where JupyterLab is not installed.
    InvalidParameter
        Where the port is taken.
    UnreadableFile
        Where the folder cannot be written to.
    """
    if find_spec("jupyterlab") is None:
        raise MissingModel("app.no_lab")
    with door(port) as found:
        port = found.getsockname()[1]
    put_into(folder)
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([str(HERE), *([known] if known else [])])
    token = secrets.token_urlsafe(24)
    ready(f"http://{ADDRESS}:{port}/lab/tree/{FIRST}?token={token}")
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(_arguments(folder, port, token, browser=browser))


def put_into(folder: Path) -> list[Path]:
    """Copy the notebooks and sample meetings that are missing into a folder, and return them."""
    try:
        return [*_copied("notebooks", folder), *_copied("samples", folder)]
    except OSError as error:
        raise UnreadableFile("app.no_copy", path=folder, reason=error.strerror or type(error).__name__) from None


def _copied(name: Literal["notebooks", "samples"], folder: Path) -> Iterator[Path]:
    source = shipped(name)
    for file in sorted(source.rglob("*")):
        place = folder / name / file.relative_to(source)
        left = any(part.match(pattern) for part in (file, *file.parents) for pattern in LEFT_BEHIND)
        if file.is_file() and not left and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            yield Path(shutil.copyfile(file, place))


def _arguments(folder: Path, port: int, token: str, *, browser: bool) -> list[str]:
    return [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--ServerApp.ip={ADDRESS}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.allow_remote_access=False",
        f"--IdentityProvider.token={token}",
        "--IdentityProvider.cookie_options=samesite=Lax",  # no other page's form or picture brings it along
        f"--ServerApp.open_browser={browser}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # the other one asks PyPI
        f"--Application.log_level={'DEBUG' if loud() else 'ERROR'}",
        "--ServerApp.allow_root=True",  # in a container one is nobody else
        "--ServerApp.answer_yes=True",  # one Ctrl-C is enough
    ]
