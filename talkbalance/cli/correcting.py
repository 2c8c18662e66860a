"""Corrections of a meeting: those that lie beside the file count, unless somebody says otherwise."""

import argparse
import sys
from pathlib import Path

from talkbalance.i18n import text
from talkbalance.meeting import Meeting


def correction_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--corrections", metavar="FILE", type=Path, help=text("cli.help_corrections"))
    which.add_argument("--as-heard", action="store_true", help=text("cli.help_as_heard"))


def with_corrections(meeting: Meeting, file: Path, options: argparse.Namespace) -> Meeting:
    """Return the meeting of a file with its corrections made, and say so."""
    from talkbalance.corrections import Log, correct, log_beside
    from talkbalance.errors import UnreadableFile

    named: Path | None = options.corrections
    if named is not None and not named.is_file():
        raise UnreadableFile("sound.no_file", file=named)
    path = named or log_beside(file)
    if options.as_heard or not path.is_file():
        return meeting
    log = Log(path)
    print(text("cli.corrected", n=len(log), name=path.name), file=sys.stderr)
    return correct(meeting, log)
