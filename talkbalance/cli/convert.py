"""`talkbalance convert`: any known format to any other."""

import argparse
from pathlib import Path

from talkbalance.cli.parser import Commands
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("convert", _run)
    parser.add_argument("source", metavar="IN", type=Path, help=text("cli.help_transcript"))
    parser.add_argument("target", metavar="OUT", type=Path, help=text("cli.help_convert_out"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.formats import read, write

    must_be_writable(options.target)
    write(read(options.source), options.target)
