"""Who sits on which side: by file, by name, or asked for at a terminal."""

import argparse
import sys
import tomllib
from pathlib import Path

from talkbalance.cli.reading import called_right, people_option
from talkbalance.errors import UnreadableFile
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, Meeting, Sides, clock, times_of


def side_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who sits where."""
    parser.add_argument("--sides", metavar="sides.toml", type=Path, help=text("cli.help_sides"))
    people_option(parser)
    parser.add_argument("--agency", metavar="NAME", nargs="+", default=[], help=text("cli.help_agency"))
    parser.add_argument("--client", metavar="NAME", nargs="+", default=[], help=text("cli.help_client"))


def given_sides(options: argparse.Namespace) -> Sides:
    """Return the sides the user gave, by file and by name."""
    sides: dict[str, list[str]] = {}
    if options.sides is not None:
        from talkbalance.formats.files import read_text

        try:
            given = tomllib.loads(read_text(options.sides))
        except tomllib.TOMLDecodeError as error:
            raise UnreadableFile("cli.broken_sides", file=options.sides, why=error) from None
        for side, entries in given.items():
            if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
                raise UnreadableFile("cli.broken_sides", file=options.sides, why=f"{side} = {entries!r}")
            sides[side] = list(entries)
    for side in (AGENCY, CLIENT):
        sides[side] = [*sides.get(side, []), *getattr(options, side)]
    return {side: entries for side, entries in sides.items() if entries}


def sided(meeting: Meeting, options: argparse.Namespace) -> Meeting:
    """Return the meeting with the names and sides the user gave, or asked for at a terminal."""
    meeting = called_right(meeting, options)
    if sides := given_sides(options):
        return meeting.with_sides(sides)
    return meeting if meeting.sided else asked(meeting)


def asked(meeting: Meeting) -> Meeting:
    """Ask who each voice is, with a short excerpt of what it says; only at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return meeting
    print(text("cli.ask_intro"), file=sys.stderr)
    sides: dict[str, list[str]] = {AGENCY: [], CLIENT: []}
    for speaker in meeting.speakers:
        moment = meeting.clear_moment(speaker.name)
        if moment is None:
            continue
        start, end = times_of(moment)
        print(f'\n{speaker.name}, {clock(start)}-{clock(end)}: "{moment.text[:160]}"', file=sys.stderr)
        print(text("cli.ask", name=speaker.name), end=" ", file=sys.stderr, flush=True)
        answer = sys.stdin.readline().strip()
        letter, _, name = answer.partition(" ")
        side = {"a": AGENCY, "k": CLIENT, "c": CLIENT}.get(letter.lower())
        if side:
            sides[side].append(f"{speaker.name}={name.strip()}" if name.strip() else speaker.name)
    return meeting.with_sides(sides)
