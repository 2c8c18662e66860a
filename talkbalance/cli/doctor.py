"""`talkbalance doctor`: what is installed and would be used, and how long hearing would take."""

import argparse
from pathlib import Path

from talkbalance.cli.hearing import model_options, spoken
from talkbalance.cli.parser import Commands
from talkbalance.cli.terminal import progress
from talkbalance.i18n import text
from talkbalance.meeting import clock


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("doctor", _run)
    parser.add_argument("files", metavar="FILE", type=Path, nargs="*", help=text("cli.help_doctor_files"))
    model_options(parser)


def _run(options: argparse.Namespace) -> None:
    from talkbalance.doctor import examine

    if options.files:
        _foretell(options)
        return
    findings = list(examine())
    for finding in findings:
        print(f"{'ok ' if finding.good else '-- '} {finding.what:28} {finding.found}")
    print(text("cli.doctor_good" if all(f.good or not f.needed for f in findings) else "cli.doctor_bad"))


def _foretell(options: argparse.Namespace) -> None:
    from talkbalance.doctor import about
    from talkbalance.pipeline import foretell

    with progress() as watch:
        found = foretell(options.files, language=spoken(options), engine=options.engine, model=options.model, progress=watch)
    files, model = ", ".join(path.name for path in options.files), f"{options.engine} {Path(options.model).name}"
    length, speech = clock(found.duration), clock(found.speech)
    print(text("cli.foretold", files=files, length=length, speech=speech, model=model, time=about(found.seconds)))
