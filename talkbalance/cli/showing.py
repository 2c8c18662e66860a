"""Options of every command that writes a report: what can be heard in it, how people are called, charts for slides."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from talkbalance.cli.terminal import progress
from talkbalance.errors import InvalidParameter
from talkbalance.i18n import text
from talkbalance.meeting import Meeting
from talkbalance.pseudonyms import Names


@dataclass(frozen=True, slots=True)
class Showing:
    """How a meeting is shown."""

    clips: bool = False
    recording: Path | None = None
    names: Names = "given"
    charts: Path | None = None

    def write_report(self, meeting: Meeting, path: Path) -> None:
        """Write the report."""
        from talkbalance.views.report import report

        with progress() as watch:
            report(
                meeting,
                path,
                clips=self.clips,
                recording=self.recording,
                names=self.names,
                progress=lambda seconds: watch("decode", seconds, meeting.length),
            )

    def write_charts(self, meeting: Meeting) -> list[Path]:
        """Write the charts, if they are wanted, and return their folder."""
        if self.charts is None:
            return []
        from talkbalance.views.slides import charts

        charts(meeting, self.charts, names=self.names)
        return [self.charts]


def showing_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a report."""
    parser.add_argument("--clips", action="store_true", help=text("clips.help"))
    parser.add_argument("--names", choices=("given", "roles"), default="given", help=text("pseudonyms.help"))
    parser.add_argument("--charts", metavar="DIR", type=Path, help=text("slides.help"))


def showing(options: argparse.Namespace, *, recording: Path | None = None) -> Showing:
    """Return how the user wants a meeting to be shown; what is missing for it is said before the work."""
    if options.charts is not None:
        from talkbalance.views.slides import require_png

        require_png()
    return Showing(options.clips, recording, options.names, options.charts)


def heard_in_one(options: argparse.Namespace) -> None:
    """Say before hearing that several tracks are no one recording to cut clips from."""
    if options.clips and len(options.files) > 1:
        raise InvalidParameter("clips.tracks")
