"""`talkbalance transcribe`: a recording in, a meeting file out."""

import argparse
from pathlib import Path

from talkbalance.cli.consent import consent_options, with_consent
from talkbalance.cli.hearing import heard, hearing_options
from talkbalance.cli.parser import Commands
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("transcribe", _run)
    hearing_options(parser)
    consent_options(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("cli.help_output"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.formats import write

    must_be_writable(options.output)
    write(with_consent(heard(options), options), options.output)
