"""For papers and other programs: the tables as files, and a paragraph on methods that can be cited."""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from talkbalance import i18n
from talkbalance.errors import InvalidParameter, MissingModel, Unavailable
from talkbalance.floor import IPU_SILENCE
from talkbalance.formats.files import write_atomically
from talkbalance.i18n import Language, text
from talkbalance.intervals import LEVEL
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.interruptions import LIKELY, MIN_OVERLAP, interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import ANSWERED_WITHIN, ASKS, questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.timing import STEP, WINDOW
from talkbalance.metrics.turntaking import IMMEDIATE, LAPSE, responses, transitions, turns
from talkbalance.metrics.uptake import markers, uptake
from talkbalance.summary import summary
from talkbalance.views.writing import percent, plain, spoken_language

FileKind = Literal["csv", "parquet"]
RUNS, SEED = 200, 0
"""Of the summary, as it is by default: the same figures for everybody."""

TABLES: Mapping[str, Callable[[Meeting], pd.DataFrame]] = {
    "summary": summary,
    "speaking_time": speaking_time,
    "turns": turns,
    "transitions": transitions,
    "responses": responses,
    "interruptions": interruptions,
    "backchannels": backchannels,
    "questions": questions,
    "uptake": lambda meeting: uptake(meeting, meaning=False),
    "markers": markers,
}


def tables(meeting: Meeting) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table this meeting has, with its name; those that are unavailable are left out."""
    for name, measure in TABLES.items():
        try:
            found = measure(meeting)
        except Unavailable:
            continue
        yield name, found


def export(meeting: Meeting, folder: str | Path, *, kind: FileKind = "csv", language: Language | None = None) -> list[Path]:
    """Write every table of a meeting, and the paragraph on methods, into a folder.

    Parameters
    ----------
    folder
        Made where it is not there.
    kind
        "csv" (UTF-8, a point in numbers, empty where nothing can be said) or "parquet", which keeps the types and takes pyarrow.
    language
        Of the methods, "de" or "en"; by default that of the messages.

    Returns
    -------
    list of Path
        What was written: `NAME.TABLE.csv` and `NAME.methods.txt`.

    Raises
    ------
    InvalidParameter
        For another kind of file.
    MissingModel
        Where pyarrow is needed and not there.
    """
    if kind not in get_args(FileKind):
        raise InvalidParameter("parameter.choice", name="kind", value=kind, choices=", ".join(get_args(FileKind)))
    if kind == "parquet" and find_spec("pyarrow") is None:
        raise MissingModel("export.no_pyarrow")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stem = Path(meeting.source.file or meeting.title or "meeting").stem.removesuffix(".meeting")
    written = []
    for name, found in tables(meeting):
        path = folder / f"{stem}.{name}.{kind}"
        if kind == "parquet":
            found.to_parquet(path, index=False)
        else:
            write_atomically(path, found.to_csv(index=False))
        written.append(path)
    path = folder / f"{stem}.methods.txt"
    write_atomically(path, methods(meeting, language=language) + "\n")
    return [*written, path]


def methods(meeting: Meeting, *, language: Language | None = None) -> str:
    """Return a paragraph on how the figures of a meeting were made, with versions and settings, to be cited.

    Parameters
    ----------
    language
        "de" or "en"; by default that of the messages.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> meeting = Meeting((Speaker("Eva"),), (Utterance(0, 2, "Eva", "Good morning."),), 60, language="en")
    >>> methods(meeting, language="en").startswith("The recording lasts 1:00 and has one speaker.")
    True
    """
    if language is not None:
        i18n.set_language(language)
    said = [_what(meeting), _heard(meeting), _rules(meeting), _doubt(meeting), _missing(meeting), _tool(meeting)]
    return " ".join(part for part in said if part)


def _what(meeting: Meeting) -> str:
    people = len(meeting.speakers)
    speakers = text("export.one_speaker") if people == 1 else text("export.speakers", n=people)
    sides = text("export.sides") if meeting.sided else ""
    length = text("export.length", length=clock(meeting.length), speakers=speakers) if meeting.timed else ""
    untimed = "" if meeting.timed else text("export.untimed", speakers=speakers)
    spoken = text("export.spoken", language=spoken_language(meeting.language)) if meeting.language else ""
    return " ".join(part for part in (length, untimed, spoken, sides) if part)


def _heard(meeting: Meeting) -> str:
    """Say who heard it, with what."""
    source = meeting.source
    if not source.models:
        return text("export.by_hand", times=text(f"report.times_{source.times}"))
    named = ", ".join(source.models)
    options = ", ".join(f"{name} = {value}" for name, value in source.options)
    versions = ", ".join(f"{name} {value}" for name, value in source.versions)
    extra = "; ".join(part for part in (options, versions) if part)
    return text("export.by_machine", models=named + (f" ({extra})" if extra else ""), times=text(f"report.times_{source.times}"))


def _rules(meeting: Meeting) -> str:
    """Say what counts, with the thresholds as they are."""
    parts = [text("export.units", silence=plain(IPU_SILENCE), window=plain(WINDOW), step=plain(STEP))]
    if meeting.overlap_observable:
        parts.append(text("export.interruptions", threshold=percent(LIKELY), min_overlap=plain(MIN_OVERLAP)))
        parts.append(text("export.responses", immediate=plain(IMMEDIATE), lapse=plain(LAPSE)))
    parts.append(text("export.questions", threshold=percent(ASKS), within=plain(ANSWERED_WITHIN)))
    return " ".join(parts)


def _doubt(meeting: Meeting) -> str:
    heard = text("export.heard", runs=RUNS, seed=SEED) if meeting.source.models else text("export.not_heard")
    return f"{text('export.intervals', level=percent(LEVEL), runs=RUNS, seed=SEED)} {heard}"


def _missing(meeting: Meeting) -> str:
    """Name each reason for which something could not be measured, once."""
    rows = summary(meeting, runs=0)
    asked = text("unavailable.meaning_not_asked")
    reasons = dict.fromkeys(reason for reason in rows.loc[~rows["available"], "reason"] if reason != asked)
    return text("export.missing", reasons=" ".join(reasons)) if reasons else ""


def _tool(meeting: Meeting) -> str:
    made = {name: version(name) for name in ("numpy", "pandas", "scipy")}
    others = ", ".join(f"{name} {release}" for name, release in made.items())
    known = text("export.id", id=meeting.details.id) if meeting.details.id else ""
    return " ".join(part for part in (text("export.tool", version=version("talkbalance"), others=others), known) if part)
