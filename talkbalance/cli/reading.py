"""Options of every command that reads a transcript, and the reading itself."""

import argparse
from pathlib import Path

from talkbalance.i18n import text
from talkbalance.meeting import Meeting


def reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a file holds and what goes with it."""
    parser.add_argument("--kind", metavar="FORMAT", help=text("annotations.help_kind"))
    parser.add_argument("--pick", metavar="NAME", default="", help=text("annotations.help_pick"))
    parser.add_argument("--present", metavar="FILE", type=Path, action="append", default=[], help=text("attach.help_present"))
    parser.add_argument("--rttm", metavar="FILE", type=Path, help=text("annotations.help_rttm"))
    parser.add_argument("--uem", metavar="FILE", type=Path, help=text("annotations.help_uem"))


def people_option(parser: argparse.ArgumentParser) -> None:
    """Add the sheet of names."""
    parser.add_argument("--people", metavar="names.csv", type=Path, help=text("names.help_people"))


def meeting_in(path: Path, options: argparse.Namespace) -> Meeting:
    """Read a transcript as the options say: whose words they are, and which stretches count."""
    from talkbalance.formats import read

    meeting = read(path, kind=options.kind, recording=options.pick, present=options.present)
    if options.rttm is not None:
        from talkbalance.speakers import attribute

        meeting = attribute(meeting, options.rttm)
    if options.uem is not None:
        from talkbalance.formats.uem import within

        meeting = within(meeting, options.uem)
    return meeting


def called_right(meeting: Meeting, options: argparse.Namespace) -> Meeting:
    """Return the meeting with the names and sides of the sheet, if there is one."""
    if options.people is None:
        return meeting
    from talkbalance.formats.names import with_names

    return with_names(meeting, options.people)
