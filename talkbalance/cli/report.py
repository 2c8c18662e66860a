"""`talkbalance report`: a transcript in, a report that every browser opens out."""

import argparse
import sys
from pathlib import Path

from talkbalance.cli.correcting import correction_options, with_corrections
from talkbalance.cli.parser import Commands
from talkbalance.cli.reading import meeting_in, reading_options
from talkbalance.cli.showing import showing, showing_options
from talkbalance.cli.sides import side_options, sided
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("report", _run)
    parser.add_argument("file", metavar="FILE", type=Path, help=text("cli.help_transcript"))
    reading_options(parser)
    side_options(parser)
    correction_options(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("cli.help_output_html"))
    showing_options(parser)
    parser.add_argument("--recording", metavar="FILE", type=Path, help=text("clips.help_recording"))


def _run(options: argparse.Namespace) -> None:
    must_be_writable(options.output)
    shown = showing(options, recording=options.recording)
    meeting = sided(with_corrections(meeting_in(options.file, options), options.file, options), options)
    shown.write_report(meeting, options.output)
    for path in (options.output, *shown.write_charts(meeting)):
        print(text("cli.written", path=path), file=sys.stderr)
