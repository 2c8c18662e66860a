"""A meeting as columns: when everybody speaks, and what the words of each utterance say about the floor.

Every figure of time and of the floor is computed from these columns, never from the utterances themselves: whoever moves a
boundary or takes an utterance away (`uncertainty`) gets all figures of the changed meeting by the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from talkbalance.floor import Ints, Spans, spans
from talkbalance.language import Language, is_backchannel, is_cut_off, is_open, language_of, word_class, words
from talkbalance.language.words import ROLES, SIGNAL_KINDS, SIGNAL_LETTERS, role, signal_kind
from talkbalance.meeting import Check, Meeting
from talkbalance.once import once

Traits = NDArray[np.void]
"""(n,) of `TRAITS`."""

SMALL = ("article", "preposition", "conjunction", "pronoun", "auxiliary", "adverb", "question", "filler")
"""The classes of small words, those of `language.word_class`."""
CLASSES = ("", *SMALL)
ENDINGS = ("nothing", "broken", "open", "content", *SMALL)
"""How an utterance can end: without words, marked as broken off, in a word that needs another one, in any other word."""

PLACES = {"first": 0, "second": 1, "before_last": -2, "third_last": -3}
"""Places whose words' classes count."""

ROLE_PLACES = {
    **{"first_role": 0, "second_role": 1},
    **{"last_role": -1, "before_last_role": -2, "third_last_role": -3, "fourth_last_role": -4},
}
"""Places whose words' roles count."""

KINDS = {"first_kind": 0, "second_kind": 1, "last_kind": -1}
"""Places whose words' kinds of signal count."""
CANDIDATE_WORDS = 5
"""Most words of what may turn out to be a listener signal."""

NOBODY, ANYBODY = -1, -2
"""Whom a check is about where it is about no single speaker."""

TRAITS = np.dtype(
    [
        *(("words", np.int32), ("signal", np.bool_), ("asks", np.bool_), ("ending", np.int8)),
        *((name, np.int8) for name in PLACES),
        *(("repeats", np.bool_), ("last_letters", np.int8), ("candidate", np.bool_)),
        *((name, np.int8) for name in KINDS),
        ("strange", np.int8),
        *((name, np.int8) for name in ROLE_PLACES),
        *(("listens", np.int8), ("stopped_by", np.int16), ("spared_by", np.int16)),
    ]
)
"""What the words of an utterance say about the floor: how many there are, whether they can be a listener signal (none can),
whether a question mark follows, how they end (a place in `ENDINGS`), the classes of the words at `PLACES` (a place in `CLASSES`, -1
where there is no word), whether the last word is said twice, and how many letters it has; whether it is a candidate for a
listener signal (few words, the first or the last a signal word), the kinds of the words at `KINDS` (a place in `SIGNAL_KINDS`), how
many of a candidate's words are no signal words; and the roles of the words at `ROLE_PLACES` (a place in `ROLES`).

Then what a person has checked: whether it is a listener signal (1, -1, or 0 where nobody checked), and which speaker did or did not
cut it off (a place among the speakers; `NOBODY` where nobody checked, `ANYBODY` for all of them)."""


@dataclass(frozen=True, slots=True)
class Said:
    """The utterances of a meeting as columns.

    Parameters
    ----------
    spans
        When and by whom, in order of start.
    traits
        (n,) what the words say about the floor.
    side
        (k,) which of the `sides` each speaker belongs to.
    sides
        Names, in the order of the tables.
    """

    spans: Spans
    traits: Traits
    side: Ints
    sides: tuple[str, ...]


@once
def said(meeting: Meeting) -> Said:
    """Return a meeting as columns.

    Raises
    ------
    Unavailable
        Where the transcript has no times.
    """
    columns = spans(meeting)
    language = language_of(meeting)
    sides = meeting.sides
    side = np.array([sides.index(meeting.side_of(name)) for name in columns.speakers], dtype=np.intp)
    traits = np.array([_traits(u.text, language) for u in meeting.utterances], dtype=TRAITS)
    for i, utterance in enumerate(meeting.utterances):
        for check in utterance.checks:
            _note(traits[i], check, columns.speakers)
    return Said(columns, traits, side, sides)


def _note(traits: np.void, check: Check, speakers: Sequence[str]) -> None:
    """Write what a person has checked into the traits of an utterance."""
    if check.measure == "backchannels":
        traits["listens"] = 1 if check.holds else -1
        if not check.holds:
            traits["signal"] = traits["candidate"] = False
    elif check.measure == "interruptions":
        by = speakers.index(check.by) if check.by in speakers else ANYBODY
        name = "stopped_by" if check.holds else "spared_by"
        traits[name] = by if traits[name] in (NOBODY, by) else ANYBODY


UNCHECKED = 0, NOBODY, NOBODY
WORDLESS: Traits = np.array(
    [(0, True, False, 0, *(-1 for _ in PLACES), False, 0, False, *(-1 for _ in KINDS), 0, *(0 for _ in ROLE_PLACES), *UNCHECKED)],
    dtype=TRAITS,
)
"""The traits of speech in which no word was recognised."""


@lru_cache(maxsize=100_000)
def _traits(text: str, language: Language | None) -> tuple[int | bool, ...]:
    found = words(text)
    n = len(found)
    return (
        *(n, is_backchannel(text, language), text.rstrip().endswith("?"), ENDINGS.index(ending(text, language))),
        *(CLASSES.index(word_class(found[at], language)) if -n <= at < n else -1 for at in PLACES.values()),
        *(n > 1 and found[-1] == found[-2], min(len(found[-1]), 100) if n else 0),
        *_kinds(text, found, language),
        *(ROLES.index(role(found, at, language)) for at in ROLE_PLACES.values()),
        *UNCHECKED,
    )


def _kinds(text: str, found: Sequence[str], language: Language | None) -> tuple[int | bool, ...]:
    """Return the traits of what may be a listener signal: whether it may, the kinds of its words, and how many have none."""
    n = len(found)
    first, second, last = (signal_kind(found[at], language) if -n <= at < n else None for at in KINDS.values())
    short = 0 < n <= CANDIDATE_WORDS and len(text) <= SIGNAL_LETTERS
    candidate = short and bool(first or last or is_backchannel(text, language))
    places = (-1 if kind is None else SIGNAL_KINDS.index(kind) for kind in (first, second, last))
    return candidate, *places, sum(signal_kind(word, language) == "" for word in found) if candidate else 0


def ending(text: str, language: Language | None) -> str:
    """Return how a text ends, one of `ENDINGS`.

    >>> ending("und dann kam die", "de"), ending("das Plakat.", "de"), ending("", "de")
    ('open', 'content', 'nothing')
    """
    last = (text.split() or [""])[-1]
    if not words(last):
        return "broken" if is_cut_off(text) else "nothing"
    if is_cut_off(last):
        return "broken"
    if is_open(last, language):
        return "open"
    return word_class(last, language) or "content"
