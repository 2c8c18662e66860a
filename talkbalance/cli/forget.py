"""`talkbalance forget`: remove a meeting with its traces; what was given to us stays."""

import argparse
import sys
from pathlib import Path

from talkbalance.cli.parser import Commands
from talkbalance.cli.terminal import printable
from talkbalance.errors import TalkbalanceError
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("forget", _run)
    parser.add_argument("meetings", metavar="FILE|ID", nargs="*", help=text("forget.help_meetings"))
    parser.add_argument("--expired", action="store_true", help=text("forget.help_expired"))
    parser.add_argument("--results", action="store_true", help=text("forget.help_results"))
    parser.add_argument("--store", metavar="STORE", action="append", default=[], help=text("forget.help_store"))
    parser.add_argument("--voices", metavar="STORE", action="append", default=[], help=text("voices.help_forget"))
    parser.add_argument("--yes", action="store_true", help=text("forget.help_yes"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.corpus.places import path_to
    from talkbalance.forgetting import Known, expired, known, traces, voices

    stores = [path_to(store) for store in options.store]
    if options.expired:
        found: list[Known] = list(expired([Path(folder) for folder in options.meetings or ["."]], stores=stores))
    elif options.meetings or options.voices:
        found = [known(given) for given in options.meetings]
    else:
        raise TalkbalanceError("forget.whom")
    of_meetings = (trace for one in found for trace in traces(one, results=options.results, stores=stores))
    of_voices = (trace for store in options.voices for trace in voices(store))
    listed = list(dict.fromkeys((*of_meetings, *of_voices)))
    if not listed:
        print(text("forget.nothing"), file=sys.stderr)
        return
    for trace in listed:
        print(printable(f"{text(f'forget.{trace.kind}'):24} {trace.path}"))
    if not (options.yes or _agreed(len(listed))):
        raise TalkbalanceError("forget.kept")
    for trace in listed:
        trace.remove()
    print(text("forget.removed", n=len(listed)), file=sys.stderr)


def _agreed(count: int) -> bool:
    """Ask, at a terminal only."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(text("forget.ask", n=count), end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in text("forget.yes").split()
