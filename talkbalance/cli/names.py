"""`talkbalance names`: everybody named in a folder, in a sheet to be put right once."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from talkbalance.cli.parser import Commands
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text

if TYPE_CHECKING:
    import pandas as pd


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("names", _run)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help=text("names.help_folder"))
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("names.help_output"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.formats.names import PROPOSED, names_in, write_names

    must_be_writable(options.output)
    listed = _with_voices(names_in(options.folder), options.folder)
    write_names(listed, options.output)
    print(text("cli.written", path=options.output), file=sys.stderr)
    print(text("names.written", n=len(listed), file=options.output), file=sys.stderr)
    if proposals := int(listed["name"].str.endswith(PROPOSED).sum()):
        print(text("voices.proposed", n=proposals), file=sys.stderr)


def _with_voices(names: "pd.DataFrame", folder: Path) -> "pd.DataFrame":
    """Propose one name for voices of a store that sound alike, if their prints were kept."""
    if not (folder / "voices").is_dir() or not (folder / "store.json").is_file():
        return names
    from talkbalance.corpus.store import open_store
    from talkbalance.corpus.voices import proposed

    return proposed(names, open_store(folder))
