"""The report: one HTML file with everything a reader needs, and nothing a browser would have to fetch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from talkbalance.errors import Unavailable
from talkbalance.formats.files import write_atomically
from talkbalance.frames import records
from talkbalance.i18n import language, text
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.uptake import markers
from talkbalance.summary import summary
from talkbalance.views import explain, figures, signs, verdicts, writing
from talkbalance.views.evidence import BREAKS, CLOSES, OPENS, Event, events

INTERRUPTION_COLUMNS = (
    "interruptions",
    "interruption_rate",
    "interruptions_resumed",
    "interruptions_floor_taking",
    "interruptions_failed",
)
SIGNAL_COLUMNS = ("backchannels", "backchannel_rate")
QUESTION_COLUMNS = ("questions", "question_rate", "question_ratio", "open_question_share", "why_questions")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, its interval, and what it is made of, written."""

    value: str
    interval: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Some measures of each side, or the reason why there are none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A line of the balance table: a side, or one of its people."""

    name: str
    colour: str
    cells: tuple[Cell, ...]
    person: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the report lists: who took the floor, who wanted it, who asked; None where that cannot be seen."""

    interruptions: pd.DataFrame | None
    questions: pd.DataFrame | None

    def events(self, meeting: Meeting, kind: str) -> list[tuple[int, Event]]:
        """Return the interruptions of a kind with their numbers in the timeline."""
        if self.interruptions is None:
            return []
        numbered = enumerate(events(meeting, self.interruptions), 1)
        return [(i, event) for i, event in numbered if event.kind == kind]


def report(meeting: Meeting, path: str | Path) -> Path:
    """Write the report of a meeting: balance, timeline, interruptions and questions with their words, and what is not known.

    Parameters
    ----------
    path
        The HTML file; it is whole or not there. It needs no network and runs no script.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnreadableFile
        Where the file cannot be written.
    """
    path = Path(path)
    write_atomically(path, page(meeting))
    return path


def page(meeting: Meeting) -> str:
    """Return the report as HTML, in the user's language."""
    measured = summary(meeting, meaning=True)
    found = find(meeting)
    drawn = _pictures(meeting, measured, found)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            meeting=meeting,
            language=language(),
            facts=_facts(meeting),
            **drawn,
            shares=_shares(meeting, measured),
            worded=any(u.text for u in meeting.utterances),
            share_intervals=bool(measured.loc[measured["measure"] == "share", "low"].notna().any()),
            interruptions=grid(meeting, measured, INTERRUPTION_COLUMNS),
            listed={kind: found.events(meeting, kind) for kind in ("taken", "failed")},
            how_many=how_many,
            signals=grid(meeting, measured, SIGNAL_COLUMNS),
            questions=grid(meeting, measured, QUESTION_COLUMNS),
            asked=records(found.questions) if found.questions is not None else [],
            quotes=_quotes(meeting),
            whole=_whole(measured),
            groups=signs.groups(meeting, measured),
            held=verdicts.held(meeting, measured),
            doubt=writing.doubt(measured),
            unmeasured=_unmeasured(measured),
            made=_made(meeting),
            light=figures.palette(figures.LIGHT),
            dark=figures.palette(figures.DARK),
        )
    )


@cache
def environment() -> Environment:
    """Return the templates: everything put into them is escaped, names and words come from anywhere."""
    made = Environment(
        loader=PackageLoader("talkbalance.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        text=text,
        clock=clock,
        writing=writing,
        explain=explain,
        signs={"opens": OPENS, "closes": CLOSES, "breaks": BREAKS},
    )
    return made


def find(meeting: Meeting) -> Found:
    """Return what the figures of the summary count: likely interruptions, and every attempt."""
    try:
        likely, wider = interruptions(meeting), interruptions(meeting, rule="floor_taking")
        cuts = pd.concat([likely[likely["kind"] == "taken"], wider[wider["kind"] == "failed"]])
        listed = cuts.sort_values("start", ignore_index=True)
    except Unavailable:
        listed = None
    try:
        asked = questions(meeting)
    except Unavailable:
        asked = None
    return Found(listed, asked)


QUOTES = (("reflection", "reflections"), ("dismissal", "dismissals"), ("pitch", "pitches"), ("callback", "callbacks"))
"""Kinds of markers, and the rule each follows."""


def _quotes(meeting: Meeting) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return the markers of each kind; none where nothing can be said about words."""
    try:
        found = markers(meeting)
    except Unavailable:
        return []
    return [(kind, rule, records(found[found["kind"] == kind])) for kind, rule in QUOTES]


def how_many(entries: Sequence[tuple[int, Event]]) -> str:
    """Say how many there are; colleagues who talk into one another are told apart, the figures leave them out."""
    across = sum(event.across for _, event in entries)
    inside = len(entries) - across
    return text("report.within", n=across, inside=inside) if inside else str(across)


def _pictures(meeting: Meeting, measured: pd.DataFrame, found: Found) -> dict[str, Markup | str]:
    """Both pictures, or the reason why there are none. They escape what is written into them themselves."""
    try:
        bar = figures.balance(meeting, figures=measured, legend=False)
        line = figures.draw(meeting, found.interruptions, found.questions, linked=True)
    except Unavailable as reason:
        return {"balance": "", "timeline": "", "no_times": str(reason)}
    return {"balance": Markup(bar.svg), "timeline": Markup(line.svg), "no_times": ""}  # noqa: S704


def _facts(meeting: Meeting) -> list[tuple[str, str]]:
    people = ", ".join(writing.person(meeting, speaker.name) for speaker in meeting.speakers)
    facts = [
        ("date", writing.day(meeting.details.date) if meeting.details.date else ""),
        ("duration", clock(meeting.length) if meeting.timed else ""),
        ("client", meeting.details.client),
        ("spoken", writing.spoken_language(meeting.language) if meeting.language else ""),
        ("people", people),
    ]
    return [(text(f"report.{name}"), value) for name, value in facts if value]


def _whole(measured: pd.DataFrame) -> str:
    """Everybody's speaking time: what shares are parts of."""
    return clock(float(measured.loc[measured["measure"] == "speaking_time", "value"].sum()))


# ---------------------------------------------------------------------------------------------------- tables


def grid(meeting: Meeting, measured: pd.DataFrame, measures: Sequence[str]) -> Grid:
    """Return measures as columns and sides as rows."""
    rows = measured[measured["measure"].isin(measures)]
    if not rows["available"].any():
        return Grid((), (), str(rows["reason"].iloc[0]) if len(rows) else "")
    by_key = {(row["measure"], row["side"]): row for row in rows.to_dict(orient="records")}
    return Grid(
        tuple(text(f"measures.{measure}") for measure in measures),
        tuple((writing.side_name(side), tuple(_cell(by_key[measure, side]) for measure in measures)) for side in meeting.sides),
    )


def _cell(row: Mapping[Any, Any]) -> Cell:
    value, interval = writing.figure_of(row)
    note = ""
    if row["measure"] == "question_ratio" and not isnan(row["part"]):
        note = text("report.ratio_note", part=writing.number(row["part"]), whole=writing.number(row["whole"]))
    return Cell(value, interval, note)


def _shares(meeting: Meeting, measured: pd.DataFrame) -> list[Share]:
    """Return sides with their people; a person who is a side of their own has one line."""
    if not meeting.timed:
        return []
    colour = figures.colours(meeting)
    interval = {row["side"]: _cell(row) for row in measured[measured["measure"] == "share"].to_dict(orient="records")}
    by_side, by_person = records(speaking_time(meeting)), records(speaking_time(meeting, by="speaker"))
    lines = []
    for row in by_side:
        side = row["side"]
        own = [person for person in by_person if meeting.side_of(person["speaker"]) == side]
        alone = len(own) == 1 and own[0]["speaker"] == side
        lines.append(Share(writing.side_name(side), colour[side] if alone else "", _counts(row, interval[side]), alone))
        if not alone:
            lines += [
                Share(p["speaker"], colour[p["speaker"]], _counts(p, Cell(writing.figure(p["share"] or 0.0, "0-1"))), True)
                for p in own
            ]
    return lines if any(u.text for u in meeting.utterances) else [replace(line, cells=line.cells[:-1]) for line in lines]


def _counts(row: Mapping[str, Any], share: Cell) -> tuple[Cell, ...]:
    return (
        share,
        Cell(clock(row["speaking_time"])),
        Cell(clock(row["solo_time"])),
        Cell(clock(row["overlap_time"])),
        Cell(str(row["n_turns"])),
        Cell(str(row["n_words"])),
    )


def _unmeasured(measured: pd.DataFrame) -> list[tuple[str, str]]:
    """Return each reason once, with the measures it takes away."""
    missing: dict[str, list[str]] = {}
    for row in records(measured[~measured["available"]]):
        names = missing.setdefault(row["reason"], [])
        name = text(f"measures.{row['measure']}")
        if name not in names:
            names.append(name)
    return [(", ".join(names), reason) for reason, names in missing.items()]


def _made(meeting: Meeting) -> list[tuple[str, str]]:
    source = meeting.source
    seen = {True: "overlaps_yes", False: "overlaps_no", None: "overlaps_unknown"}[source.overlap_observable]
    if not meeting.overlap_observable:
        seen = "overlaps_no"
    thresholds = text(
        "report.thresholds_value",
        min_overlap=writing.plain(explain.MIN_OVERLAP),
        threshold=writing.percent(explain.THRESHOLD),
    )
    made = [
        ("source", source.file),
        ("format", source.format),
        ("times", text(f"report.times_{source.times}")),
        ("overlaps", text(f"report.{seen}")),
        ("models", ", ".join(source.models) or text("report.by_hand")),
        ("options", ", ".join(f"{name}: {value}" for name, value in source.options)),
        ("versions", ", ".join(f"{name} {value}" for name, value in source.versions)),
        ("thresholds", thresholds),
        ("made_by", f"talkbalance {version('talkbalance')}"),
        ("id", meeting.details.id),
    ]
    return [(text(f"report.{name}"), value) for name, value in made if value]
