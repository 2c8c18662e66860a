"""The command line: `talkbalance analyze call.mp4` and what goes with it; a command is a module with `add(commands)`.

Progress and messages go to stderr, results to stdout. Exit codes: 0 done, 1 the input cannot be analysed (one sentence says
why and what to do), 2 wrong usage. No traceback ever reaches a user.
"""

import os
import sys
import warnings
from collections.abc import Sequence

from talkbalance.cli import analyze, app, batch, compare, convert, doctor, forget, formats, lab, measure, names, report, transcribe
from talkbalance.cli.parser import Commands, Parser
from talkbalance.cli.terminal import DONE, FAILED, choose_language, leave, say_warning, sentence
from talkbalance.errors import TalkbalanceWarning
from talkbalance.i18n import text
from talkbalance.quiet import be_quiet

COMMANDS = (analyze, transcribe, measure, report, app, lab, batch, compare, convert, names, formats, doctor, forget)
"""In the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    choose_language(given)
    be_quiet()
    options = _parser().parse_args(given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries' warnings speak to their developers
        warnings.simplefilter("always", category=TalkbalanceWarning)
        warnings.showwarning = say_warning
        try:
            options.run(options)
        except BrokenPipeError:  # the reader of stdout has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (Exception, KeyboardInterrupt) as error:
            if os.environ.get("TALKBALANCE_DEBUG"):
                raise
            print(f"talkbalance: {sentence(error)}", file=sys.stderr)
            if isinstance(error, KeyboardInterrupt):
                leave()
            return FAILED
    return DONE


def _parser() -> Parser:
    parser = Parser(prog="talkbalance", description=text("cli.description"))
    parser.add_argument("--version", action="version", version=_version(), help=text("cli.help_version"))
    commands = Commands(parser.add_subparsers(title=text("cli.commands"), required=True, metavar=text("cli.command")))
    for command in COMMANDS:
        command.add(commands)
    return parser


def _version() -> str:
    from importlib.metadata import version

    return f"talkbalance {version('talkbalance')}"
