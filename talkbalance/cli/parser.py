"""The parser of commands, in the user's language; each command adds its own part."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from talkbalance import i18n
from talkbalance.cli.terminal import WRONG_USAGE
from talkbalance.i18n import text

Run = Callable[[argparse.Namespace], None]
"""What a command does with its options."""


class _Help(argparse.HelpFormatter):
    """Help with our word for "usage"."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401
        super().add_usage(usage, actions, groups, text("cli.usage") + " " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser that speaks the user's language where argparse has sentences of its own."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 -- passed on as they are
        super().__init__(formatter_class=_Help, add_help=False, allow_abbrev=False, **settings)
        self._positionals.title, self._optionals.title = text("cli.arguments"), text("cli.options")
        self.add_argument("-h", "--help", action="help", help=text("cli.help_help"))
        self.add_argument("--ui", choices=i18n.LANGUAGES, help=text("cli.help_ui"))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with what was written, and stop."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"talkbalance: {text('cli.wrong', what=message)}\n")


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of the parser, to which each module of `talkbalance.cli` adds its own."""

    known: "argparse._SubParsersAction[Parser]"

    def add(self, name: str, run: Run) -> Parser:
        """Add a command that says `cli.NAME` about itself, and return its parser for its options."""
        said = text(f"cli.{name}")
        added = self.known.add_parser(name, help=said, description=said)
        added.set_defaults(run=run)
        return added
