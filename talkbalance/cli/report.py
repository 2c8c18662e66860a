"""`talkbalance report`: a transcript in, a report that every browser opens out."""

import argparse
import sys
from pathlib import Path

from talkbalance.cli.parser import Commands
from talkbalance.cli.sides import side_options, sided
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("report", _run)
    parser.add_argument("file", metavar="FILE", type=Path, help=text("cli.help_transcript"))
    side_options(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("cli.help_output_html"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.formats import read
    from talkbalance.views.report import report

    must_be_writable(options.output)
    report(sided(read(options.file), options), options.output)
    print(text("cli.written", path=options.output), file=sys.stderr)
