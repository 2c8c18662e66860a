"""`talkbalance lab`: JupyterLab on the notebooks."""

import argparse
import sys
from pathlib import Path

from talkbalance.cli.app import serving_options
from talkbalance.cli.parser import Commands
from talkbalance.i18n import text

FOLDER = Path("talkbalance-lab")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("lab", _run)
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", default=FOLDER, help=text("cli.help_lab_folder"))
    serving_options(parser)


def _run(options: argparse.Namespace) -> None:
    from talkbalance.views.lab import lab

    def ready(url: str) -> None:
        print(text("app.lab_ready", url=url), file=sys.stderr)

    lab(options.folder, ready=ready, port=options.port, browser=options.browser)
