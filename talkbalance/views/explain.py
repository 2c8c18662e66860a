"""The evidence behind a figure, as marked text: every moment with its time and its words."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from talkbalance.cards import link
from talkbalance.errors import InvalidParameter
from talkbalance.floor import states
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.metrics.interruptions import Rule, interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.talk import talk
from talkbalance.metrics.timing import LISTENED, LONG
from talkbalance.metrics.turntaking import LAPSE, SILENCE, require_ends, responses, stretches, turns
from talkbalance.metrics.uptake import markers, uptake
from talkbalance.summary import require, summary
from talkbalance.views.evidence import BREAKS, CLOSES, OPENS, WORDLESS, Event, events
from talkbalance.views.writing import confidence, figure_of, number, one_line, percent, person, plain, question_kinds, side_name

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
        "interruptions_failed", "backchannels", "questions", "speaking_time", "longest_stretch", "response_time", "silences" and
        all others; a rate or share shows what it is made of, and a figure of the whole meeting is said in a sentence.

    Returns
    -------
    str
        Plain text in the user's language. `⟦ ⟧` stand around what is said while both speak, `‖` where somebody breaks off. Where a
        machine heard the meeting, the last lines say so, and what makes a wide interval wide, and in which minutes.

    Raises
    ------
    Unavailable
        Where the meeting cannot tell.
    InvalidParameter
        For a name that is no measure here.
    """
    if measure not in EXPLAINED:
        raise InvalidParameter("parameter.choice", name="measure", value=measure, choices=", ".join(EXPLAINED))
    if measure not in SENTENCES:
        require(meeting, measure)
    return "\n".join([*EXPLAINED[measure](meeting), *_widths(meeting, measure)])


def _widths(meeting: Meeting, measure: str) -> Iterator[str]:
    """Say what makes the interval of a heard figure wide, and in which minutes."""
    if not meeting.source.models or measure in SENTENCES:
        return
    measured = summary(meeting)
    known = measured[(measured["measure"] == measure) & measured["available"]]
    yield from ["", *(_sided(row, row["reason"]) for row in known.to_dict(orient="records") if row["reason"])]
    yield text("slides.heard")


def _sided(row: Mapping[Hashable, Any], said: str) -> str:
    return f"{side_name(row['side'])}: {said}" if row["side"] else said


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


MOST = 10
"""Moments of a list of the longest."""


def _stretches(meeting: Meeting) -> Iterator[str]:
    require_ends(meeting)
    found = talk(meeting)
    starts, ends, sides = stretches(found)
    yield from (text("explain.rule_stretches", pause=plain(SILENCE), most=MOST, long=plain(LONG)), "", _how_many(len(starts)))
    for i in np.argsort(starts - ends, kind="stable")[:MOST]:
        yield f"{clock(starts[i]):>9}  {side_name(found.said.sides[sides[i]])}: {clock(ends[i] - starts[i])}"


def _turns(meeting: Meeting) -> Iterator[str]:
    found = turns(meeting)
    yield from (text("explain.rule_turns", most=MOST), "", _how_many(len(found)))
    for row in records(found.sort_values("duration", ascending=False, kind="stable").head(MOST)):
        yield f"{clock(row['start']):>9}  {person(meeting, row['speaker'])}: {clock(row['duration'])}"
        yield from ([INDENT + one_line(row["text"])[:LINE_SIGNS]] if row["text"] else [])


def _responses(meeting: Meeting, late: bool = False) -> Iterator[str]:
    require_ends(meeting)
    found = responses(meeting)
    found = found[found["side_from"] != found["side_to"]]
    found = found[found["kind"] == "lapse"] if late else found
    yield from (text("explain.rule_responses", lapse=plain(LAPSE)), "", _how_many(len(found)))
    for row in records(found.sort_values("offset", ascending=False, kind="stable").head(MOST) if not late else found):
        who = f"{person(meeting, row['speaker_from'])} → {person(meeting, row['speaker_to'])}"
        yield f"{clock(row['start']):>9}  {who}: {number(row['offset'], 1)} s"


def _silences(meeting: Meeting) -> Iterator[str]:
    require_ends(meeting)
    pieces = states(meeting)
    spoken = np.flatnonzero(pieces.how_many)
    inner = slice(spoken[0], spoken[-1]) if len(spoken) else slice(0)
    quiet = (pieces.how_many[inner] == 0) & (pieces.durations[inner] > SILENCE)
    yield from (text("explain.rule_silences", pause=plain(SILENCE)), "", _how_many(int(quiet.sum())))
    for start, duration in zip(pieces.starts[inner][quiet], pieces.durations[inner][quiet], strict=True):
        yield f"{clock(start):>9}  {number(duration, 1)} s"


def _coverage(meeting: Meeting) -> Iterator[str]:
    signals = backchannels(meeting)
    found = turns(meeting)
    found = found[found["duration"] >= LISTENED]
    yield from (text("explain.rule_coverage", seconds=plain(LISTENED)), "", _how_many(len(found)))
    for row in records(found):
        inside = signals["start"].between(row["start"], row["end"]) & (signals["side"] != row["side"])
        got = text("explain.signals", n=int(inside.sum())) if inside.any() else text("explain.no_signal")
        yield f"{clock(row['start']):>9}  {person(meeting, row['speaker'])}, {clock(row['duration'])}: {got}"


def _some_questions(meeting: Meeting, column: str, value: bool) -> Iterator[str]:
    found = questions(meeting)
    found = found[found[column].eq(value).fillna(False).astype(bool)]
    yield from (text(f"explain.rule_{column}"), "", _how_many(len(found)))
    for i, row in enumerate(records(found), 1):
        when = f"{clock(row['start'])}  " if row["start"] is not None else ""
        yield from ("", f"{i:3}. {when}{person(meeting, row['speaker'])}", f"{INDENT}{one_line(row['text'])}")


def _quotes(meeting: Meeting, kind: str, rule: str) -> Iterator[str]:
    """List the moments of a marker."""
    found = markers(meeting)
    found = found[found["kind"] == kind]
    yield from (text(f"explain.rule_{rule}"), "", _how_many(len(found)))
    for i, row in enumerate(records(found), 1):
        when = f"{clock(row['start'])}  " if row["start"] is not None else ""
        yield from ("", f"{i:3}. {when}{person(meeting, row['speaker'])}", f"{INDENT}{one_line(row['text'])}")


def _taken_up(meeting: Meeting) -> Iterator[str]:
    """List the answering turns that take up a telling word, those that build most on what was said first."""
    found = uptake(meeting, meaning=False)
    found = found[found["words"].ne("")].sort_values("uptake", ascending=False, kind="stable")
    yield from (text("explain.rule_uptake"), "", _how_many(len(found)))
    for row in records(found):
        when = f"{clock(row['start'])}" if row["start"] is not None else ""
        yield f"{when:>9}  {person(meeting, row['speaker'])}, {percent(row['uptake'])}: {one_line(row['words'])}"


def _in_a_sentence(meeting: Meeting, measure: str) -> Iterator[str]:
    """Say a figure that has no moments of its own, and its rule."""
    measured = summary(meeting)
    rows = measured[measured["measure"] == measure]
    yield from (text(f"measures.{measure}"), "")
    for row in rows.to_dict(orient="records"):
        value, interval = figure_of(row)
        said = f"{value} ({interval})" if interval else value
        yield _sided(row, " ".join(filter(None, (said, row["reason"]))) if row["available"] else row["reason"])
    yield from ("", text("explain.sentence"), f"{text('explain.rule')}: {link(measure)}")


SENTENCES = (
    *("dominated_windows", "balanced_windows", "participation_entropy", "participation_gini", "turn_length_asymmetry"),
    *("switch_rate", "first_ten_share"),
    *("reciprocity_questions", "reciprocity_backchannels", "reciprocity_uptake"),
    "uptake_similarity",
)
"""Measures said in a sentence."""

EXPLAINED: Mapping[str, Callable[[Meeting], Iterator[str]]] = {
    **dict.fromkeys(
        ("interruptions", "interruption_rate", "interruptions_resumed", "interruption_asymmetry"),
        partial(_interruptions, rule="likely", kinds=("taken", "failed"), said="likely"),
    ),
    "interruptions_floor_taking": partial(_interruptions, rule="floor_taking", kinds=("taken",), said="floor_taking"),
    "interruptions_failed": partial(_interruptions, rule="floor_taking", kinds=("failed",), said="failed"),
    **dict.fromkeys(("backchannels", "backchannel_rate"), _backchannels),
    **dict.fromkeys(("questions", "question_rate", "question_ratio", "open_question_share", "why_questions"), _questions),
    **dict.fromkeys(("speaking_time", "share", "share_of_meeting", "solo_time", "overlap_time"), _speaking),
    **dict.fromkeys(("longest_stretch", "long_stretch_time", "first_ten_longest"), _stretches),
    **dict.fromkeys(("turns", "turn_length"), _turns),
    **dict.fromkeys(("response_time", "response_immediate"), _responses),
    "response_lapse": partial(_responses, late=True),
    **dict.fromkeys(("silences", "silence_time", "longest_silence"), _silences),
    "backchannel_coverage": _coverage,
    "follow_up_share": partial(_some_questions, column="follow_up", value=True),
    "answered_share": partial(_some_questions, column="answered", value=False),
    "uptake": _taken_up,
    "callback_rate": partial(_quotes, kind="callback", rule="callbacks"),
    **dict.fromkeys(("reflections", "reflection_question_ratio"), partial(_quotes, kind="reflection", rule="reflections")),
    "dismissals": partial(_quotes, kind="dismissal", rule="dismissals"),
    "pitch_runs": partial(_quotes, kind="pitch", rule="pitches"),
    **{measure: partial(_in_a_sentence, measure=measure) for measure in SENTENCES},
}
