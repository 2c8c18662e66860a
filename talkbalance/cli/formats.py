"""`talkbalance formats`: what can be read and written."""

import argparse

from talkbalance.cli.parser import Commands
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    commands.add("formats", _run)


def _run(_: argparse.Namespace) -> None:
    from talkbalance.formats import formats

    for entry in formats():
        written = text("cli.reads_writes") if entry.write else text("cli.reads")
        print(f"{entry.title:12} {', '.join(entry.endings):16} {written}")
    print(text("cli.sound_formats"))
