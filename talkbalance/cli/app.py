"""`talkbalance app`: the review as a page in the browser."""

import argparse
import sys
import webbrowser
from pathlib import Path

from talkbalance.cli.parser import Commands
from talkbalance.i18n import text


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("app", _run)
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help=text("cli.help_app_file"))
    serving_options(parser)


def serving_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of what is served to a browser."""
    parser.add_argument("--port", metavar="N", type=int, help=text("cli.help_port"))
    parser.add_argument("--no-browser", dest="browser", action="store_false", help=text("cli.help_no_browser"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.views.app import app

    def ready(url: str, once: str) -> None:
        print(text("app.ready", url=url), file=sys.stderr)
        if options.browser:
            webbrowser.open(once)

    app(options.file, ready=ready, port=options.port)
