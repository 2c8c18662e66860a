"""The evidence behind a figure, as marked text: every moment with its time and its words."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise

import numpy as np

from talkbalance.errors import InvalidParameter
from talkbalance.floor import states
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.interruptions import Rule, interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.views.evidence import BREAKS, CLOSES, OPENS, WORDLESS, Event, events
from talkbalance.views.writing import confidence, number, one_line, percent, person, plain, question_kinds, side_name

BAR_SIGNS = 40
"""Signs of a full bar."""
LINE_SIGNS = 72
"""Signs of the whole meeting."""
MIN_OVERLAP, THRESHOLD = 0.3, 0.5
"""The defaults of `interruptions`, said with every list."""

INDENT = "      "


def explain(meeting: Meeting, measure: str) -> str:
    """Return the evidence for a measure as text.

    ```
    1. 2:05  Eva (agency) → Baum (client): cuts in, sentence unfinished: very likely (84%)
          Baum: … and then we wanted to ⟦actually still⟧ ‖
          Eva:  ⟦That is exactly⟧ what we do.
    ```

    Parameters
    ----------
    measure
        A name of the summary: "interruptions" (both kinds of the likely ones), "interruptions_floor_taking",
        "interruptions_failed", "backchannels", "questions", "speaking_time"; a rate or share shows what it is made of.

    Returns
    -------
    str
        Plain text in the user's language. `⟦ ⟧` stand around what is said while both speak, `‖` where somebody breaks off.

    Raises
    ------
    Unavailable
        Where the meeting cannot tell.
    InvalidParameter
        For a name that is no measure here.
    """
    if measure not in EXPLAINED:
        raise InvalidParameter("parameter.choice", name="measure", value=measure, choices=", ".join(EXPLAINED))
    return "\n".join(EXPLAINED[measure](meeting))


def rule_text(rule: str, min_overlap: float = MIN_OVERLAP, threshold: float = THRESHOLD) -> str:
    """Say in a sentence what a rule counts."""
    return text(f"explain.rule_{rule}", min_overlap=plain(min_overlap), threshold=percent(threshold))


def _interruptions(meeting: Meeting, rule: Rule, kinds: tuple[str, ...], said: str) -> Iterator[str]:
    found = interruptions(meeting, rule=rule, min_overlap=MIN_OVERLAP, threshold=THRESHOLD)
    found = found[found["kind"].isin(kinds)]
    yield from (rule_text(said), text("explain.signs", opens=OPENS, closes=CLOSES, breaks=BREAKS), "", _how_many(len(found)))
    for i, event in enumerate(events(meeting, found), 1):
        yield from ("", f"{i:3}. {heading(meeting, event)}")
        if not event.worded:
            continue
        longest = max(len(quote.speaker) for quote in event.quotes) + 1
        yield from (f"{INDENT}{quote.speaker + ':':{longest}} {quote.marked}" for quote in event.quotes)


def heading(meeting: Meeting, event: Event) -> str:
    """Say in a line what happened: when, who to whom, of which kind, how sure."""
    who = f"{clock(event.start)}  {person(meeting, event.interrupter)} → {person(meeting, event.interrupted)}"
    return f"{who}: {', '.join([text('explain.' + event.kind), *notes(event)])}"


def notes(event: Event) -> list[str]:
    """Return what else is known about an interruption."""
    seconds = number(event.overlap, 1)
    said = [
        text("explain.unfinished", sure=confidence(event.confidence)),
        text("explain.overlap", seconds=seconds) if event.overlap else text("explain.no_overlap"),
    ]
    if event.resumed is not None:
        said.append(text("explain.resumed" if event.resumed else "explain.not_resumed"))
    if not event.across:
        said.append(text("explain.colleagues"))
    return said


def _how_many(n: int) -> str:
    return text("explain.found", n=n) if n else text("explain.none")


def _questions(meeting: Meeting) -> Iterator[str]:
    found = questions(meeting)
    yield from (text("explain.rule_questions"), "", _how_many(len(found)))
    for i, row in enumerate(records(found), 1):
        when = f"{clock(row['start'])}  " if row["start"] is not None else ""
        kinds = ", ".join([*question_kinds(row), confidence(row["confidence"])])
        yield from ("", f"{i:3}. {when}{person(meeting, row['speaker'])}: {kinds}", f"{INDENT}{one_line(row['text'])}")


def _backchannels(meeting: Meeting) -> Iterator[str]:
    found = backchannels(meeting)
    yield from (text("explain.rule_backchannels"), "", _how_many(len(found)))
    for row in records(found):
        who = f"{person(meeting, row['speaker'])} → {person(meeting, row['to'])}"
        yield f"{clock(row['start']):>9}  {who}: {one_line(row['text']) or WORDLESS}"


def _speaking(meeting: Meeting) -> Iterator[str]:
    by_side, by_person = speaking_time(meeting), speaking_time(meeting, by="speaker")
    yield from (text("explain.rule_speaking", whole=clock(by_side["speaking_time"].sum())), "")
    name_width = max(len(name) for name in (*map(side_name, meeting.sides), *(f"  {s.name}" for s in meeting.speakers)))
    for row in records(by_side):
        side = row["side"]
        yield _bar(side_name(side), row, name_width)
        own = [person for person in records(by_person) if meeting.side_of(person["speaker"]) == side]
        yield from (_bar(f"  {person['speaker']}", person, name_width) for person in own if person["speaker"] != side)
    yield from ("", text("explain.bar_key", seconds=number(meeting.length / LINE_SIGNS, 1)))
    yield from _lines(meeting, name_width)


def _bar(name: str, row: Mapping[str, float | None], width: int) -> str:
    share = row["share"] or 0.0
    said = f"{name:{width}}  {percent(share):>6}  {clock(row['speaking_time'] or 0):>8}  {'█' * round(share * BAR_SIGNS)}"
    return said.rstrip()


def _lines(meeting: Meeting, width: int) -> Iterator[str]:
    """One line per person; a sign stands for an equal part of the meeting."""
    pieces = states(meeting)
    edges = np.linspace(0, meeting.length, LINE_SIGNS + 1)
    for i, speaker in enumerate(meeting.speakers):
        signs = ""
        for start, end in pairwise(edges):
            inside = pieces.between(start, end)
            time = inside.durations @ inside.speaking[:, i]
            both = inside.durations[inside.how_many >= 2] @ inside.speaking[inside.how_many >= 2, i]
            part = (end - start) / 2
            signs += "▓" if both >= part else "█" if time >= part else "▄" if time > 0 else "·"
        yield f"{speaker.name:{width}}  {signs}"


EXPLAINED: Mapping[str, Callable[[Meeting], Iterator[str]]] = {
    **dict.fromkeys(
        ("interruptions", "interruption_rate", "interruptions_resumed", "interruption_asymmetry"),
        partial(_interruptions, rule="likely", kinds=("taken", "failed"), said="likely"),
    ),
    "interruptions_floor_taking": partial(_interruptions, rule="floor_taking", kinds=("taken",), said="floor_taking"),
    "interruptions_failed": partial(_interruptions, rule="floor_taking", kinds=("failed",), said="failed"),
    **dict.fromkeys(("backchannels", "backchannel_rate"), _backchannels),
    **dict.fromkeys(("questions", "question_rate", "question_ratio", "open_question_share", "why_questions"), _questions),
    **dict.fromkeys(("speaking_time", "share", "share_of_meeting", "solo_time", "overlap_time", "turns"), _speaking),
}
