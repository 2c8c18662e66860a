"""`talkbalance names`: everybody named in a folder, in a sheet to be put right once."""

import argparse
import sys
from pathlib import Path

from talkbalance.cli.parser import Commands
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("names", _run)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help=text("names.help_folder"))
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("names.help_output"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.formats.names import names_in, write_names

    must_be_writable(options.output)
    listed = names_in(options.folder)
    write_names(listed, options.output)
    print(text("cli.written", path=options.output), file=sys.stderr)
    print(text("names.written", n=len(listed), file=options.output), file=sys.stderr)
