"""What comes out: the summary on the screen, one JSON document, or files in a folder."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from talkbalance.cli.consent import consent_notice
from talkbalance.cli.showing import Showing
from talkbalance.cli.terminal import printable
from talkbalance.errors import Unavailable
from talkbalance.meeting import Meeting

if TYPE_CHECKING:
    import pandas as pd


_UNFINISHED = ".talkbalance-"


def print_summary(meeting: Meeting) -> None:
    """Print what a person reads at a terminal."""
    from talkbalance.views.overview import overview

    print(printable(f"{overview(meeting)}\n\n{consent_notice(meeting)}"))


def document(meeting: Meeting) -> dict[str, Any]:
    """Return what `--json` prints: the meeting, the summary, and each table or null with its reason."""
    from talkbalance.formats.native import to_document
    from talkbalance.frames import records
    from talkbalance.summary import summary

    tables = _tables(meeting)
    missing = {name: str(found) for name, found in tables.items() if isinstance(found, Unavailable)}
    return {
        "meeting": to_document(meeting),
        "summary": records(summary(meeting)),
        **{name: None if name in missing else records(found) for name, found in tables.items()},
        "unavailable": missing,
    }


def write_all(meeting: Meeting, folder: Path, shown: Showing) -> list[Path]:
    """Write meeting, tables and report; all of them or none."""
    from talkbalance.formats import write
    from talkbalance.summary import summary

    stem = meeting.title.replace("/", "_")
    with _unfinished(folder) as made:
        write(meeting, made / f"{stem}.meeting.json")
        write_csv(summary(meeting), made / f"{stem}.summary.csv")
        for name, found in _tables(meeting).items():
            if not isinstance(found, Unavailable):
                write_csv(found, made / f"{stem}.{name}.csv")
        shown.write_report(meeting, made / f"{stem}.report.html")
        ordered = sorted(made.iterdir(), key=lambda path: (path.suffix == ".html", path.name))  # the report is what to open
        return [path.replace(folder / path.name) for path in ordered]


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Yield a folder inside another one for what is being written; it goes in the end, and so do those that killed runs left."""
    from filelock import FileLock

    from talkbalance.speech.weights import cache_folder

    locks, there = cache_folder() / "locks", folder.is_dir()
    locks.mkdir(mode=0o700, exist_ok=True)
    with FileLock(locks / sha256(str(folder.resolve()).encode()).hexdigest()[:32]):  # two that write there do so in turn
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        try:
            with TemporaryDirectory(prefix=_UNFINISHED, dir=folder) as made:
                yield Path(made)
        except BaseException:
            if not there:
                with suppress(OSError):  # something else came there meanwhile
                    folder.rmdir()
            raise


def write_csv(table: "pd.DataFrame", target: Path | TextIO) -> None:
    """Write a table that no spreadsheet takes for a program: names and words begin as people like."""
    from talkbalance.formats.tables import harmless

    written = table.copy()
    for name, column in table.items():
        if column.dtype == "str":
            written[name] = column.map(harmless, na_action="ignore")
    written.to_csv(target, index=False)


def _tables(meeting: Meeting) -> dict[str, Any]:
    """Return the tables of the contract; where one is unavailable, its reason."""
    from talkbalance.metrics.interruptions import interruptions
    from talkbalance.metrics.questions import questions
    from talkbalance.metrics.speaking import speaking_time

    found: dict[str, Any] = {}
    for name, measure in (("interruptions", interruptions), ("questions", questions), ("speaking_time", speaking_time)):
        try:
            found[name] = measure(meeting)
        except Unavailable as reason:
            found[name] = reason
    return found
