"""Options of every command that hears a recording, and the hearing itself."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from talkbalance.cli.reading import called_right
from talkbalance.cli.sides import given_sides, side_options
from talkbalance.cli.terminal import progress
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Sides


class Settings(TypedDict):
    """What `transcribe` and `attach` are told alike."""

    language: str | None
    speakers: int | None
    engine: str
    model: str
    vocabulary: str
    spans: Path | None
    progress: Callable[[str, float, float], None]
    expect: Callable[[float], None]
    fresh: bool


def hearing_options(parser: argparse.ArgumentParser) -> None:
    """Add the recordings, and everything that says how they are heard."""
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=text("cli.help_files"))
    model_options(parser)
    parser.add_argument("--speakers", type=int, metavar="N", help=text("cli.help_speakers"))
    side_options(parser)
    parser.add_argument("--vocabulary", metavar="FILE", type=Path, help=text("cli.help_vocabulary"))
    parser.add_argument("--fresh", action="store_true", help=text("cli.help_fresh"))
    parser.add_argument("--rttm", metavar="FILE", type=Path, help=text("cli.help_rttm"))
    parser.add_argument("--transcript", metavar="FILE", type=Path, help=text("attach.help_transcript"))


def model_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say with what is heard."""
    parser.add_argument("--language", default="auto", metavar="de|en|auto", help=text("cli.help_language"))
    parser.add_argument(
        "--engine",
        default="faster-whisper",
        choices=("faster-whisper", "openai-whisper", "transformers"),
        help=text("cli.help_engine"),
    )
    parser.add_argument("--model", default="base", help=text("cli.help_model"))


def spoken(options: argparse.Namespace) -> str | None:
    """Return the spoken language the user named, None where it is to be heard."""
    return None if options.language == "auto" else options.language


def heard(options: argparse.Namespace) -> Meeting:
    """Hear the recordings as the options say, with the words and names of a transcript where there is one."""
    vocabulary = vocabulary_of(options)
    sides = given_sides(options)  # a mistake there is told before an hour is heard
    transcript = None if options.transcript is None else _transcript(options.transcript, sides)
    with progress() as watch:
        settings: Settings = {
            "language": spoken(options),
            "speakers": options.speakers,
            "engine": options.engine,
            "model": options.model,
            "vocabulary": vocabulary,
            "spans": options.rttm,
            "progress": watch,
            "expect": _say_time,
            "fresh": options.fresh,
        }
        if transcript is not None:
            from talkbalance.attaching import attach

            meeting = attach(transcript, options.files, **settings)
        else:
            from talkbalance.pipeline import transcribe

            meeting = transcribe(options.files, sides=sides, **settings)
    return called_right(meeting, options)


def _transcript(path: Path, sides: Sides) -> Meeting:
    from talkbalance.formats import read

    return read(path, sides=sides or None)


def _say_time(seconds: float) -> None:
    from tqdm import tqdm

    from talkbalance.doctor import about

    tqdm.write(f"talkbalance: {text('cli.expected', time=about(seconds))}", file=sys.stderr)  # above the bars


def vocabulary_of(options: argparse.Namespace) -> str:
    """Return the names and terms of the file the user named, in one line."""
    if options.vocabulary is None:
        return ""
    from talkbalance.formats.files import read_text

    return ", ".join(line.strip() for line in read_text(options.vocabulary).splitlines() if line.strip())
