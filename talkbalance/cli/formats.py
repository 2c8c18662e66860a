"""`talkbalance formats`: what can be read and written, and what each format can tell."""

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
        holds = ", ".join(text(f"formats.holds_{trait}") for trait in entry.holds)
        print(f"{entry.title:24} {', '.join(entry.endings):22} {written:20} {holds}")
    print(text("cli.sound_formats"))
