"""`talkbalance batch`: many meetings into a store, on the cores of this machine or on a Dask cluster."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkbalance.cli.hearing import model_options, spoken, vocabulary_of
from talkbalance.cli.parser import Commands
from talkbalance.cli.sides import given_sides, side_options
from talkbalance.cli.terminal import must_be_writable
from talkbalance.i18n import text

if TYPE_CHECKING:
    from tqdm import tqdm

    from talkbalance.corpus.batch import Done, Hearing, Outcome
    from talkbalance.corpus.jobs import Job, Said
    from talkbalance.corpus.tables import Settings


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("batch", _run)
    parser.add_argument("places", metavar="FOLDER|FILE|PATTERN|LIST", nargs="*", help=text("corpus.help_places"))
    parser.add_argument("-o", "--output", metavar="STORE", required=True, help=text("corpus.help_store"))
    parser.add_argument("--scheduler", metavar="ADDRESS", help=text("corpus.help_scheduler"))
    parser.add_argument("--retry", action="store_true", help=text("corpus.help_retry"))
    parser.add_argument("--fresh", action="store_true", help=text("corpus.help_fresh"))
    parser.add_argument("--voices", action="store_true", help=text("voices.help_voices"))
    parser.add_argument("--again", action="store_true", help=text("corpus.help_again"))
    model_options(parser)
    parser.add_argument("--speakers", type=int, metavar="N", help=text("cli.help_speakers"))
    parser.add_argument("--vocabulary", metavar="FILE", type=Path, help=text("cli.help_vocabulary"))
    side_options(parser)
    parser.add_argument("--details", metavar="SHEET", type=Path, help=text("corpus.help_details"))
    parser.add_argument("--client-name", metavar="NAME", default="", help=text("corpus.help_client_name"))
    parser.add_argument("--occasion", metavar="KIND", default="", help=text("corpus.help_occasion"))
    parser.add_argument("--mode", choices=("room", "remote", "phone"), default="", help=text("corpus.help_mode"))
    measuring = parser.add_mutually_exclusive_group()
    measuring.add_argument("--runs", type=int, metavar="N", help=text("corpus.help_runs"))
    measuring.add_argument("--settings", metavar="FILE", type=Path, help=text("corpus.help_settings"))
    parser.add_argument("--freeze", metavar="FILE", type=Path, help=text("corpus.help_freeze"))


def _run(options: argparse.Namespace) -> None:
    from talkbalance.corpus.batch import batch
    from talkbalance.corpus.clusters import connected
    from talkbalance.corpus.store import Store
    from talkbalance.errors import TalkbalanceError

    if not (options.places or options.again):
        raise TalkbalanceError("corpus.nothing_to_do")
    if options.freeze is not None:
        must_be_writable(options.freeze)
    said, hearing = _said(options), _hearing(options)
    settings = _settings(options)
    store = Store(options.output, settings=None if options.again else settings)
    outcome = None
    with ExitStack() as stack:
        bar = stack.enter_context(_bar())
        client = None if options.scheduler is None else stack.enter_context(connected(options.scheduler))
        try:
            if options.again:
                bar.reset(total=len(store))
                store.measure(settings, client=client, watch=bar.update)
                print(text("corpus.measured_again", n=len(store), store=store.path))
            if options.places:
                begin, watch = _watching(bar)
                outcome = batch(
                    options.places,
                    store,
                    said=said,
                    hearing=hearing,
                    client=client,
                    retry=options.retry,
                    fresh=options.fresh,
                    voices=options.voices,
                    begin=begin,
                    watch=watch,
                )
        except KeyboardInterrupt:
            raise TalkbalanceError("corpus.stopped") from None
    if options.freeze is not None:
        options.freeze.write_text(store.settings.freeze(), encoding="utf-8")
    if outcome is not None:
        _say(outcome, options.output, len(store))


def _say(outcome: "Outcome", store: str, n: int) -> None:
    """Say what came of it; raise where something failed."""
    from talkbalance.errors import TalkbalanceError

    for done in outcome.failed:
        print(text("corpus.failed_file", file=done.file, reason=done.reason))
    everything = outcome.measured + outcome.known + len(outcome.failed)
    if not everything:
        raise TalkbalanceError("corpus.nothing")
    print(text("corpus.done", n=n, store=store, measured=outcome.measured, known=outcome.known))
    if outcome.failed:
        raise TalkbalanceError("corpus.some_failed", n=len(outcome.failed), all=everything)


def _settings(options: argparse.Namespace) -> "Settings | None":
    """Return the settings that were named; None takes those of the store, or the defaults for a new one."""
    from talkbalance.corpus.tables import Settings

    if options.settings is not None:
        return Settings.frozen(options.settings)
    return None if options.runs is None else Settings.usual(runs=options.runs)


def _said(options: argparse.Namespace) -> "Said":
    from talkbalance.corpus.details import read_details
    from talkbalance.corpus.jobs import Said
    from talkbalance.formats.names import read_names
    from talkbalance.meeting import Details

    return Said(
        sides=given_sides(options),
        people=() if options.people is None else read_names(options.people),
        details=Details(client=options.client_name, kind=options.occasion, mode=options.mode),
        sheet={} if options.details is None else read_details(options.details),
    )


def _hearing(options: argparse.Namespace) -> "Hearing":
    from talkbalance.corpus.batch import Hearing

    vocabulary = vocabulary_of(options)
    return Hearing(spoken(options), options.speakers, options.engine, options.model, vocabulary)


@contextmanager
def _bar() -> Iterator["tqdm[Any]"]:
    """Yield a bar with the time left, at a terminal only."""
    from tqdm import tqdm

    with tqdm(desc=text("corpus.measuring"), disable=None, file=sys.stderr, unit="", dynamic_ncols=True) as bar:
        yield bar


def _watching(bar: "tqdm[Any]") -> tuple[Callable[[Sequence["Job"]], None], Callable[["Done"], None]]:
    """Return what is told of the meetings to do, and of each that is done.

    A recording takes as long as it is large; where there are only transcripts, each counts the same.
    """
    by_size = False

    def begin(jobs: "Sequence[Job]") -> None:
        nonlocal by_size
        by_size = any(job.heard for job in jobs)
        bar.reset(total=sum(job.size if by_size else 1 for job in jobs))

    def watch(done: "Done") -> None:
        bar.update(done.size if by_size else 1)

    return begin, watch
