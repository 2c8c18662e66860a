"""A list of moments as HTML: when, who, the words, how sure, a button to hear each, and room for what a page wants to ask."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from math import isnan

from talkbalance.cards import CARD_OF, card
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, clock
from talkbalance.views.evidence import BREAKS, CLOSES, OPENS
from talkbalance.views.moments import Key, Moment
from talkbalance.views.pane import act
from talkbalance.views.tiles import Row, lines_of, name_of
from talkbalance.views.verdicts import verdict
from talkbalance.views.writing import confidence, figure_of, person, side_name, written

SHOWN = 50
"""Moments that are listed at once; more come when they are asked for."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Moments under a heading.

    Parameters
    ----------
    title
        What they are moments of.
    moments
        In the order in which they are shown.
    about
        What is known about the figure they stand behind, as HTML.
    order
        Which of them come first, in words.
    reason
        Why there are none, where the meeting cannot tell.
    at
        Milliseconds at which the one begins that was pointed at.
    """

    title: str
    moments: tuple[Moment, ...] = ()
    about: str = ""
    order: str = ""
    reason: str = ""
    at: int | None = None


Actions = Callable[[Moment], str]


def listing(
    meeting: Meeting,
    listed: Listed,
    *,
    shown: int = SHOWN,
    sound: bool = True,
    actions: Actions | None = None,
    now: Key | None = None,
) -> str:
    """Return the list as HTML.

    Parameters
    ----------
    shown
        How many moments are listed.
    sound
        Whether there is something to hear.
    actions
        Returns what else can be done with a moment, as HTML.
    now
        The moment that is being played.
    """
    head = f'<h4 class="tb-listed">{escape(listed.title)}</h4>'
    if listed.reason:
        return f'{head}<p class="tb-note">{escape(listed.reason)}</p>'
    number = text("explorer.listed_one") if len(listed.moments) == 1 else text("explorer.listed", n=len(listed.moments))
    counted = escape(", ".join(filter(None, (number, listed.order))) if listed.moments else text("explorer.none"))
    entries = "".join(
        _entry(meeting, i, moment, sound=sound, actions=actions, state=_state(listed, moment, now))
        for i, moment in enumerate(listed.moments[:shown])
    )
    rest = len(listed.moments) - shown
    more = f'<button type="button" {act(do="more")}>{escape(text("explorer.more", n=rest))}</button>' if rest > 0 else ""
    keep = escape(f"{listed.title} {listed.at}")
    signs = f'<p class="tb-soft">{escape(_signs())}</p>' if any(moment.kind for moment in listed.moments) else ""
    return (
        f'{head}{listed.about}<p class="tb-soft">{counted}</p>{signs}'
        f'<ol class="tb-moments" data-keep="{keep}" tabindex="-1">{entries}</ol>{more}'
    )


def _signs() -> str:
    return text("explain.signs", opens=OPENS, closes=CLOSES, breaks=BREAKS)


def _state(listed: Listed, moment: Moment, now: Key | None) -> str:
    here = listed.at is not None and moment.key[2] == listed.at
    return (' class="tb-now"' if here or moment.key == now else "") + (" data-here" if here else "")


def _entry(meeting: Meeting, i: int, moment: Moment, *, sound: bool, actions: Actions | None, state: str) -> str:
    play = ""
    if moment.timed:
        said = text("explorer.play", time=clock(moment.start)) if sound else text("explorer.play_silent")
        off = "" if sound else " disabled"
        play = (
            f'<button type="button" class="tb-play" {act(do="play", i=i)} title="{escape(said)}" aria-label="{escape(said)}"{off}>'
            f"▶ {clock(moment.start)}</button>"
        )
    sure = [] if isnan(moment.confidence) or moment.kind else [confidence(moment.confidence)]
    notes = " · ".join(escape(note) for note in (*moment.notes, *sure))
    said = "".join(
        _quote(speaker, words, alone=speaker == moment.speaker and len(moment.said) == 1) for speaker, words in moment.said
    )
    more = f'<p class="tb-actions">{actions(moment)}</p>' if actions else ""
    return (
        f'<li{state}>{play}<div><p><b>{_who(meeting, moment)}</b> <span class="tb-soft">{notes}</span></p>{said}{more}</div></li>'
    )


def _quote(speaker: str, words: str, *, alone: bool) -> str:
    who = "" if alone else f'<span class="tb-soft">{escape(speaker)}:</span> '
    return f'<p class="tb-quote">{who}{escape(words)}</p>'


def _who(meeting: Meeting, moment: Moment) -> str:
    names = {speaker.name for speaker in meeting.speakers}
    said = [
        person(meeting, name) if name in names else side_name(name)
        for name in ((moment.to, moment.speaker) if moment.measure == "response_time" else (moment.speaker, moment.to))
        if name
    ]
    return " → ".join(escape(name) for name in said)


def about(row: Row, changed: str = "") -> str:
    """Return what is known about a figure: its value and interval, what makes it wide, the lines of others, and its rule."""
    return f'<div class="tb-about">{"".join(_about(row, changed))}</div>'


def _about(row: Row, changed: str) -> Iterator[str]:
    value, interval = figure_of(row)
    said = text("explorer.value_is", value=value) + (f", {text('explorer.could_be', interval=interval)}" if interval else "") + "."
    yield f"<p>{escape(said)}</p>"
    yield from (f'<p class="tb-soft">{escape(words)}</p>' for words in (changed, str(row["reason"])) if words)
    for line in lines_of(row["measure"], row["side"]):
        found = verdict(row["low"], row["high"], line.at)
        where = text(f"verdicts.{found or 'open'}")
        at = written(line.at, row["measure"], row["unit"])
        words = f"{text('explorer.to_the_line', line=at, said=where)}. {text(f'verdicts.{line.name}')}."
        yield f'<p class="tb-soft">{escape(words)}</p>'
    yield _rule(row["measure"])


def _rule(measure: str) -> str:
    """Return what a measure asks and how it is defined, folded away."""
    sections = card(measure).split("\n## ")[1:3]
    written = "\n\n".join(section.partition("\n")[2].strip() for section in sections)
    said = re.sub(r"`(\w+)`", lambda found: _in_words(found[1]), written).replace("`", "").replace("**", "")
    name = escape(text("explain.rule"))
    return f'<details id="tb-rule"><summary>{name}</summary><div class="tb-card">{escape(said)}</div></details>'


def _in_words(measure: str) -> str:
    """Return a measure as people call it; what is none stays as it is."""
    return text(f"measures.{measure}") if measure in CARD_OF else measure


def titled(row: Row) -> str:
    """Return the heading of the moments behind a figure."""
    return name_of(row["measure"], row["side"])
