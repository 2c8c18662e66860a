"""`talkbalance convert`: any known format to any other."""

import argparse
from pathlib import Path

from talkbalance.cli.consent import consent_options, with_consent
from talkbalance.cli.parser import Commands
from talkbalance.cli.reading import called_right, meeting_in, people_option, reading_options
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("convert", _run)
    parser.add_argument("source", metavar="IN", type=Path, help=text("cli.help_transcript"))
    parser.add_argument("target", metavar="OUT", type=Path, help=text("cli.help_convert_out"))
    reading_options(parser)
    people_option(parser)
    consent_options(parser)


def _run(options: argparse.Namespace) -> None:
    from talkbalance.formats import write

    must_be_writable(options.target)
    write(with_consent(called_right(meeting_in(options.source, options), options), options), options.target)
