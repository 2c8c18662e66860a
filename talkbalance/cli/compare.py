"""`talkbalance compare`: what was made by hand and what was made by a machine, or any two of the same meeting."""

import argparse
import json
from pathlib import Path

from talkbalance.cli.parser import Commands
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("compare", _run)
    parser.add_argument("reference", metavar="REFERENCE", type=Path, help=text("comparison.help_reference"))
    parser.add_argument("hypothesis", metavar="HYPOTHESIS", type=Path, help=text("comparison.help_hypothesis"))
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help=text("comparison.help_start"))
    parser.add_argument("--end", type=float, metavar="S", help=text("comparison.help_end"))
    parser.add_argument("--collar", type=float, default=0.0, metavar="S", help=text("comparison.help_collar"))
    parser.add_argument("--json", action="store_true", help=text("cli.help_json"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.comparison import compare
    from talkbalance.formats import read
    from talkbalance.frames import records
    from talkbalance.views.compared import compared

    reference, hypothesis = read(options.reference), read(options.hypothesis)
    found = compare(reference, hypothesis, start=options.start, end=options.end, collar=options.collar)
    if options.json:
        print(json.dumps({"comparison": records(found)}, ensure_ascii=False, allow_nan=False))
    else:
        print(compared(found))
