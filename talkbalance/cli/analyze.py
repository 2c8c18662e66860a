"""`talkbalance analyze`: a recording in, tables and a report out."""

import argparse
import json
import sys
from pathlib import Path

from talkbalance.cli.consent import consent_options, with_consent
from talkbalance.cli.hearing import heard, hearing_options
from talkbalance.cli.parser import Commands
from talkbalance.cli.results import document, print_summary, write_all
from talkbalance.cli.showing import heard_in_one, showing, showing_options
from talkbalance.cli.sides import asked
from talkbalance.cli.terminal import must_take_files
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("analyze", _run)
    hearing_options(parser)
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help=text("cli.help_output_dir"))
    parser.add_argument("--json", action="store_true", help=text("cli.help_json"))
    consent_options(parser)
    showing_options(parser)


def _run(options: argparse.Namespace) -> None:
    heard_in_one(options)
    shown = showing(options)
    if options.output is not None or not options.json:
        must_take_files(options.output or Path())
    meeting = with_consent(heard(options), options)
    meeting = meeting if meeting.sided or options.json else asked(meeting)
    written = None if options.json and options.output is None else write_all(meeting, options.output or Path(), shown)
    if options.json:
        print(json.dumps(document(meeting), ensure_ascii=False, allow_nan=False))
    else:
        print_summary(meeting)
    for path in (*(written or ()), *shown.write_charts(meeting)):
        print(text("cli.written", path=path), file=sys.stderr)
