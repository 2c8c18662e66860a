"""What the form of a sentence says about whether it asks: a closed set of evidence, the same in every language."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["wh", "polar", "alternative", "declarative", "tag", "rhetorical"]

Evidence = Literal[
    "inversion",  # verb, then its subject: "haben Sie", "do you"
    "verb_first",  # a verb first, but perhaps a request or a dropped topic: "nehmen Sie", "do the list"
    "wh_inversion",  # question word, then verb and subject: "was machen Sie", "what do you"
    "wh_subject",  # the question word is the subject: "who wants that", "what is next"
    "wh_fragment",  # little more than a question word: "warum?", "how much"
    "wh_first",  # a question word first, in a clause that need not ask: "was das betrifft", "what I mean is"
    "inner_wh",  # a question word and a verb first after something else: "the point is what do you …"
    "inner_inversion",  # a verb first after something else: "if that is so, do you …"
    "or_inversion",  # goes on with another choice: "oder wollen Sie", "or do you"
    "or_first",
    "or_alone",
    "elliptic",  # set phrases without a verb: "noch Fragen", "anything else"
    "surprise",  # "wirklich", "really"
    "tag",  # a statement with an end that asks to agree: "oder", "isn't it"
    "weak_tag",  # the same with an end that often does not ask: "ja", "right"
    "signal",  # nothing but a listener signal: "hm", "okay"
    "you_first",  # a statement about the other: "Sie haben also …"
    "request",  # invites to tell: "erzählen Sie mal", "tell me about"
    "wonder",  # says that one asks: "ich wollte fragen", "I wonder if"
    "rhetorical",  # set phrases nobody answers: "wer weiß", "who cares"
    "none",
]

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What a sentence looks like: the evidence, and what it would be if it asks."""

    evidence: Evidence
    kind: Kind
    open: bool = False
    why: bool = False


Rules = Callable[[Sequence[Words]], Form | None]
"""The clauses of a sentence in, as tuples of lower-case words; its form out, or None where nothing speaks for a question."""

Check = Callable[[Words], Form | None]


class Phrases:
    """A list of phrases that is quick to look up: by their first word from the front, by their last one from the end."""

    def __init__(self, entries: Iterable[Words]) -> None:
        self._entries = frozenset(entries)
        self._first: dict[str, list[int]] = {}
        self._last: dict[str, list[int]] = {}
        for entry in sorted(self._entries, key=len, reverse=True):
            for lengths in (self._first.setdefault(entry[0], []), self._last.setdefault(entry[-1], [])):
                if len(entry) not in lengths:
                    lengths.append(len(entry))

    def __contains__(self, words: Words) -> bool:
        return words in self._entries

    def lead(self, words: Words, at: int = 0) -> int:
        """Return the length of the longest phrase that begins at a place, 0 where none does."""
        lengths = self._first.get(words[at], ()) if at < len(words) else ()
        return next((length for length in lengths if words[at : at + length] in self._entries), 0)

    def begins(self, words: Words) -> bool:
        """Return whether words begin with one of the phrases."""
        return self.lead(words) > 0

    def ends(self, words: Words) -> bool:
        """Return whether words end with one of the phrases."""
        return any(words[-length:] in self._entries for length in self._last.get(words[-1], ()))


def without_lead(words: Words, leads: Phrases) -> Words:
    """Return the words after those that may stand before a sentence, a repeated first word once.

    >>> without_lead(("ja", "und", "was", "was", "heißt", "das"), Phrases([("ja",), ("und",)]))
    ('was', 'heißt', 'das')
    """
    at = 0
    while length := leads.lead(words, at):
        at += length
    while at + 1 < len(words) and words[at] == words[at + 1]:
        at += 1
    return words[at:]


def first(checks: Iterable[Check], words: Words) -> Form | None:
    """Return what the first check finds that finds anything."""
    return next((form for check in checks if (form := check(words))), None)
