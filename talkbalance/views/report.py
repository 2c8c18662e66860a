"""The report: one HTML file with everything a reader needs, and nothing a browser would have to fetch."""

import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from importlib import resources
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from talkbalance.errors import TalkbalanceWarning, Unavailable
from talkbalance.formats.files import write_atomically
from talkbalance.frames import records
from talkbalance.i18n import Language, text
from talkbalance.i18n import language as spoken
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.uptake import markers
from talkbalance.pseudonyms import Names, Pseudonymised, shown_as
from talkbalance.summary import summary
from talkbalance.views import charts, explain, figures, signs, verdicts, writing
from talkbalance.views.clips import Chosen, Key, cut, recording_of
from talkbalance.views.evidence import BREAKS, CLOSES, OPENS, Event
from talkbalance.views.found import Found, find
from talkbalance.views.ranges import ranges
from talkbalance.views.slides import how_to_read

INTERRUPTION_COLUMNS = (
    "interruptions",
    "interruption_rate",
    "interruptions_resumed",
    "interruptions_floor_taking",
    "interruptions_failed",
)
SIGNAL_COLUMNS = ("backchannels", "backchannel_rate")
GLANCE = (
    *("share", "longest_stretch", "interruption_rate", "response_time", "backchannel_rate"),
    *("question_ratio", "open_question_share", "uptake"),
)
"""What stands at the top, with how sure it is."""
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
class Content:
    """Everything a report shows, as tables: figures, moments, and quotes by kind, rule and the measure that counts them."""

    measured: pd.DataFrame
    found: Found
    quotes: Mapping[tuple[str, str, str], pd.DataFrame]

    def called(self, roles: Pseudonymised) -> "Content":
        """Return the same with roles instead of names."""
        return Content(
            roles.table(self.measured),
            self.found.called(roles),
            {kind: roles.table(rows) for kind, rows in self.quotes.items()},
        )

    def moments(self) -> Iterator[tuple[Key, tuple[float, float]]]:
        """Yield every moment listed that has a time."""
        listed = [("interruptions", "interrupter", self.found.interruptions), ("questions", "speaker", self.found.questions)]
        listed += [(measure, "speaker", rows) for (_, _, measure), rows in self.quotes.items()]
        for measure, who, rows in listed:
            for row in [] if rows is None else records(rows):
                if row["start"] is not None:
                    yield (measure, row[who], round(1000 * row["start"])), (row["start"], row["end"])


def report(
    meeting: Meeting,
    path: str | Path,
    *,
    clips: Chosen = False,
    recording: Path | None = None,
    names: Names = "given",
    language: Language | None = None,
    progress: Callable[[float], None] | None = None,
) -> Path:
    """Write the report of a meeting: balance, timeline, signs with how sure they are, every moment with its words.

    Parameters
    ----------
    path
        The HTML file; it is whole or not there. It needs no network and opens anywhere.
    clips
        Moments that can be heard in it, each with two seconds before and after, ten seconds at most: True for all, or keys
        `(measure, speaker, start in ms)` with the measure "interruptions", "questions", "reflections", "dismissals",
        "pitch_runs" or "callback_rate". None by default, and then the file runs no script.
    recording
        The sound they are cut from, if it is another file than the meeting's own.
    names
        "given", or "roles" (Agency 1, Client 1) for everybody's name, in what was said too (`talkbalance.pseudonyms`).
    language
        Of the report; None is that of messages.
    progress
        Called with the seconds of the recording that are ready to be cut; an hour takes half a minute the first time.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnreadableFile
        Where the file cannot be written.
    UnusableSound
        Where moments are to be heard, and the recording is not at hand or cannot be decoded.

    Warns
    -----
    TalkbalanceWarning
        With names as roles: which words may be names and were left as they are.
    """
    path = Path(path)
    html = page(meeting, clips=clips, recording=recording, names=names, language=language, progress=progress)
    write_atomically(path, html)
    return path


def page(
    meeting: Meeting,
    *,
    clips: Chosen = False,
    recording: Path | None = None,
    names: Names = "given",
    language: Language | None = None,
    progress: Callable[[float], None] | None = None,
) -> str:
    """Return the report as HTML: see `report`."""
    chosen = clips if isinstance(clips, bool) else frozenset(clips)
    if chosen:
        hear = partial(cut, recording_of(meeting, recording), progress=progress)
        return writing.written_in(language, partial(_page, meeting, names, lambda content: hear(_chosen(content, chosen))))
    return writing.written_in(language, partial(_page, meeting, names, lambda _: {}))


def _page(meeting: Meeting, names: Names, hear: Callable[[Content], dict[Key, str]]) -> str:
    roles = shown_as(meeting, names)
    content = Content(summary(meeting, meaning=True), find(meeting), _quotes(meeting))
    sounds = hear(content)
    if roles is not None:
        _say_doubts(roles)
        sounds = {(measure, roles.roles.get(who, who), at): heard for (measure, who, at), heard in sounds.items()}
        content, meeting = content.called(roles), roles.meeting
    return _written(meeting, content, sounds, named=roles is None)


def _say_doubts(roles: Pseudonymised) -> None:
    """Tell whoever writes the report which words may be names: in the report they would be pointed out to everybody."""
    if doubts := roles.to_check():
        warnings.warn(doubts, TalkbalanceWarning, stacklevel=2)


def _written(meeting: Meeting, content: Content, sounds: Mapping[Key, str], *, named: bool) -> str:
    measured, found = content.measured, content.found
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            meeting=meeting,
            language=spoken(),
            facts=_facts(meeting),
            named=named,
            sounds=sounds,
            sound_of=lambda measure, who, start: "" if start is None else sounds.get((measure, who, round(1000 * start)), ""),
            title_of=title_of,
            how_to_read=how_to_read,
            script=_script() if sounds else None,
            footer=_footer(meeting),
            **_pictures(meeting, measured, found),
            charts=_charts(meeting, found),
            shares=_shares(meeting, measured),
            worded=any(u.text for u in meeting.utterances),
            share_intervals=bool(measured.loc[measured["measure"] == "share", "low"].notna().any()),
            interruptions=grid(meeting, measured, INTERRUPTION_COLUMNS),
            listed=found.events(meeting),
            how_many=how_many,
            signals=grid(meeting, measured, SIGNAL_COLUMNS),
            questions=grid(meeting, measured, QUESTION_COLUMNS),
            asked=records(found.questions) if found.questions is not None else [],
            quotes=[(kind, rule, measure, records(rows)) for (kind, rule, measure), rows in content.quotes.items()],
            whole=_whole(measured),
            groups=signs.groups(meeting, measured),
            held=verdicts.held(meeting, measured),
            doubt=writing.doubt(measured),
            changed=writing.changes(meeting),
            unmeasured=_unmeasured(measured),
            made=_made(meeting),
            light=figures.palette(figures.LIGHT),
            dark=figures.palette(figures.DARK),
        )
    )


def _chosen(content: Content, chosen: bool | frozenset[Key]) -> dict[Key, tuple[float, float]]:
    """Return the moments to be heard; a warning says how many of those chosen the report does not list."""
    known = dict(content.moments())
    if isinstance(chosen, bool):
        return known if chosen else {}
    if strangers := chosen - known.keys():
        warnings.warn(text("clips.not_listed", n=len(strangers)), TalkbalanceWarning, stacklevel=2)
    return {key: span for key, span in known.items() if key in chosen}


@cache
def _script() -> tuple[Markup, str]:
    """Return what plays moments, and its hash: the page runs nothing else."""
    source = (resources.files("talkbalance.views") / "templates" / "report.js").read_text(encoding="utf-8")
    return Markup(source), b64encode(sha256(source.encode()).digest()).decode()  # noqa: S704 -- our own file


def _footer(meeting: Meeting) -> Markup:
    """Return title and date as a string of CSS, for the foot of every printed page."""
    said = " · ".join(
        part for part in (title_of(meeting), writing.day(meeting.details.date) if meeting.details.date else "") if part
    )
    signs = (sign if sign.isalnum() or sign == " " else f"\\{ord(sign):06x} " for sign in figures.shorten(said, 90))
    return Markup(f'"{"".join(signs)}"')  # noqa: S704 -- nothing but letters, digits and codes


def title_of(meeting: Meeting) -> str:
    """Return what a page calls a meeting."""
    return writing.one_line(meeting.title or meeting.source.file or text("report.untitled"))


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


QUOTES = (
    ("reflection", "reflections", "reflections"),
    ("dismissal", "dismissals", "dismissals"),
    ("pitch", "pitches", "pitch_runs"),
    ("callback", "callbacks", "callback_rate"),
)
"""Kinds of markers, the rule each follows, and the measure that counts them."""


def _quotes(meeting: Meeting) -> dict[tuple[str, str, str], pd.DataFrame]:
    """Return the markers of each kind; none where nothing can be said about words."""
    try:
        found = markers(meeting)
    except Unavailable:
        return {}
    return {kind: found[found["kind"] == kind[0]] for kind in QUOTES}


def how_many(entries: Sequence[tuple[int, Event]]) -> str:
    """Say how many there are; colleagues who talk into one another are told apart, the figures leave them out."""
    across = sum(event.across for _, event in entries)
    inside = len(entries) - across
    return text("report.within", n=across, inside=inside) if inside else str(across)


def _pictures(meeting: Meeting, measured: pd.DataFrame, found: Found) -> dict[str, Markup | str]:
    """Return the pictures, or the reason why there are none. They escape what is written into them themselves."""
    glance = Markup(ranges(meeting, measured, GLANCE).svg)  # noqa: S704
    try:
        bar = figures.balance(meeting, figures=measured, legend=False)
        line = figures.draw(meeting, found.interruptions, found.questions, linked=True)
    except Unavailable as reason:
        return {"glance": glance, "balance": "", "timeline": "", "no_times": str(reason)}
    return {"glance": glance, "balance": Markup(bar.svg), "timeline": Markup(line.svg), "no_times": ""}  # noqa: S704


def _charts(meeting: Meeting, found: Found) -> dict[str, Markup]:
    """Return the charts there can be; why the others cannot is said where their figures would stand."""
    drawn = {
        "over_time": partial(charts.balance_over_time, meeting),
        "matrix": partial(charts.interruption_matrix, meeting, found.interruptions),
        "responses": partial(charts.response_times, meeting),
        "stretches": partial(charts.longest_stretches, meeting),
        "kinds": partial(charts.question_kinds, meeting, found.questions),
        "uptake": partial(charts.uptake_over_time, meeting),
    }
    made = {}
    for name, draw in drawn.items():
        try:
            made[name] = Markup(draw(acts=False))  # noqa: S704 -- escaped where it is drawn
        except Unavailable:
            continue
    return made


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


TIMES = ("speaking_time", "solo_time", "overlap_time")
"""Of the table of sides and people; the two last are nothing anybody can tell where overlaps could not have survived."""


def _counts(row: Mapping[str, Any], share: Cell) -> tuple[Cell, ...]:
    return (
        share,
        *(Cell(writing.NOTHING if row[name] is None else clock(row[name])) for name in TIMES),
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
