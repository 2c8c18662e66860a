"""`talkbalance measure`: a transcript in, figures on the screen."""

import argparse
import json
import sys
from pathlib import Path

from talkbalance.cli.correcting import correction_options, with_corrections
from talkbalance.cli.parser import Commands
from talkbalance.cli.reading import meeting_in, reading_options
from talkbalance.cli.results import document, print_summary, write_csv
from talkbalance.cli.sides import side_options, sided
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("measure", _run)
    parser.add_argument("file", metavar="FILE", type=Path, help=text("cli.help_transcript"))
    reading_options(parser)
    side_options(parser)
    correction_options(parser)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help=text("cli.help_json"))
    shape.add_argument("--csv", action="store_true", help=text("cli.help_csv"))


def _run(options: argparse.Namespace) -> None:
    meeting = sided(with_corrections(meeting_in(options.file, options), options.file, options), options)
    if options.json:
        print(json.dumps(document(meeting), ensure_ascii=False, allow_nan=False))
    elif options.csv:
        from talkbalance.summary import summary

        write_csv(summary(meeting), sys.stdout)
    else:
        print_summary(meeting)
