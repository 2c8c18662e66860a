"""Whether a sentence asks: by its words, by its mark, and how sure either is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, log
from types import MappingProxyType

import numpy as np

from talkbalance.language import english, german
from talkbalance.language.forms import Evidence, Form, Kind, Rules, Words
from talkbalance.language.signs import signs
from talkbalance.language.trees import Array, Trees, read_trees
from talkbalance.language.words import Language, is_cut_off, words

MARK = 0.8
"""How often a question mark stands after a question, whatever the words say.

Stated, not fitted: of the marks people wrote, .79 stand on questions in phone calls (SwDA) and .88 in counselling (AnnoMI).
"""

RATES: Mapping[Evidence, float] = {
    "or_inversion": 0.97,
    "tag": 0.92,
    "inversion": 0.90,
    "wh_inversion": 0.89,
    "rhetorical": 0.80,
    "request": 0.80,  # stated: MRDA labels these otherwise; of counselling turns with "tell me" .88 count as questions (AnnoMI)
    "inner_inversion": 0.71,
    "wh_subject": 0.67,
    "elliptic": 0.65,
    "inner_wh": 0.60,
    "wh_fragment": 0.56,
    "or_alone": 0.45,
    "surprise": 0.40,  # stated: people are at odds; .83 are labelled questions in MRDA, .01 in SwDA, which calls them signals
    "verb_first": 0.20,
    "weak_tag": 0.15,
    "or_first": 0.13,
    "wonder": 0.10,
    "wh_first": 0.09,
    "you_first": 0.08,
    "signal": 0.07,
    "none": 0.03,
}
"""How often a sentence without any mark asks, by its form: questions among the labelled units of 51 English meetings (MRDA), one
of each added. German, for which nobody published labels, reads its probability here; `benchmarks/results/questions.md` shows how
far that holds. English reads it from `questions.json`, and here only what was stated.
"""
GERMAN: Mapping[Evidence, float] = {"inner_wh": 0.75, "wh_fragment": 0.65}
"""Rates stated for German, where a verb in second place tells a question from one that is only spoken of ("was das kostet")."""
STATED: frozenset[Evidence] = frozenset(("request", "rhetorical", "surprise"))
"""Forms whose rate is taken from `RATES` in every language, since the talk the trees were fitted on labels them otherwise."""
LEAST = 0.05
"""Least probability of a sentence without form and mark that is still worth to be looked at."""

_RULES: Mapping[Language, Rules] = {"de": german.form, "en": english.form}
_CLAUSE_END = re.compile(r"[,;:](?=\s|$)|\s[-–—]+(?=\s|$)")
_BROKEN_OFF = re.compile(r"(?<!\S)[\w']+[-–—/]+(?=\s)")
_DASHES = frozenset("-–—/")
_STUTTERED = re.compile(r"\b(\w+)-(?=\1\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence that may ask.

    Parameters
    ----------
    kind
        "wh", "polar", "alternative", "declarative", "tag" or "rhetorical".
    open
        Whether it invites more than a fact or a yes.
    why
        Whether it asks for a reason.
    confidence
        Probability that it asks.
    evidence
        The form it was told by.
    """

    kind: Kind
    open: bool
    why: bool
    confidence: float
    evidence: Evidence


def question(text: str, language: Language, *, marked: bool) -> Question | None:
    """Return what a sentence asks, or None where neither its words nor a mark speaks for a question.

    **Definition.** The words decide on a form of a closed set (`forms.Evidence`) and on the classes of the first and last
    words (`signs`). Without a mark the probability is how often such sentences ask in talk that people labelled; a mark is a
    second, independent reason: `1 - (1 - MARK) * (1 - rate)`.

    Parameters
    ----------
    marked
        Whether a question mark ends it.

    >>> asked = question("Und warum haben Sie das geändert", "de", marked=False)
    >>> asked.kind, asked.open, asked.why, asked.confidence
    ('wh', True, True, 0.89)
    >>> question("Nehmen Sie doch Platz", "de", marked=False).confidence
    0.2

    References
    ----------
    Shriberg et al. (2004), The ICSI Meeting Recorder Dialog Act corpus; Wochner et al. on the form of German questions.
    """
    read = reading(text, language)
    rate = 1 / (1 + exp(-read.log_odds))
    if not read.words or (not marked and read.form is None and rate < LEAST):
        return None
    sure = 1 - (1 - MARK) * (1 - rate) if marked else rate
    return read.asking(sure)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a sentence tell: its form, the signs of its small words, and the log-odds that it asks."""

    words: int
    form: Form | None
    signs: tuple[int, ...]
    log_odds: float

    def asking(self, sure: float) -> Question:
        """Return the question this is with a probability."""
        form = self.form or Form("none", "declarative")
        return Question(form.kind, form.open, form.why, round(sure, 3), form.evidence)


def reading(text: str, language: Language) -> Reading:
    """Read one sentence."""
    return readings((text,), language)[0]


def readings(texts: Sequence[str], language: Language) -> tuple[Reading, ...]:
    """Read many sentences: the trees are asked once."""
    shapes = [_shape(text, language) for text in texts]
    if language == "en":
        odds = _trees().log_odds(np.array([shape[2] for shape in shapes], float).reshape(len(shapes), -1))
        stated = ((form is not None and form.evidence in STATED) for _, form, _ in shapes)
        sure = [_odds(form) if by_form else own for own, by_form, (_, form, _) in zip(odds, stated, shapes, strict=True)]
    else:
        sure = [_odds(form, GERMAN) for _, form, _ in shapes]
    return tuple(Reading(*shape, float(own)) for shape, own in zip(shapes, sure, strict=True))


@lru_cache(maxsize=1 << 14)
def _shape(text: str, language: Language) -> tuple[int, Form | None, tuple[int, ...]]:
    clauses = clauses_of(text)
    form = _RULES[language](clauses) if clauses else None
    evidence = form.evidence if form else "none"
    return sum(map(len, clauses)), form, signs(clauses, language, evidence, cut_off=is_cut_off(text))


def _odds(form: Form | None, own: Mapping[Evidence, float] = MappingProxyType({})) -> float:
    evidence: Evidence = form.evidence if form else "none"
    rate = own.get(evidence, RATES[evidence])
    return log(rate / (1 - rate))


@cache
def _trees() -> Trees:
    return read_trees("talkbalance.language", "questions.json")


def sign_rows(texts: Sequence[str], language: Language) -> Array:
    """Return the signs of many sentences, one row each: what the trees are fitted on."""
    return np.array([_shape(text, language)[2] for text in texts], float)


def clauses_of(text: str) -> tuple[Words, ...]:
    """Return the words of each clause, cut at commas, colons and dashes; words that were broken off or stuttered are left out.

    >>> clauses_of("Frau Berg, wa- was-was kostet das – ungefähr?")
    (('frau', 'berg'), ('was', 'kostet', 'das'), ('ungefähr',))
    """
    if not _DASHES.isdisjoint(text):
        text = _BROKEN_OFF.sub("", _STUTTERED.sub("", text))
    parts = _CLAUSE_END.split(text)
    return tuple(clause for part in parts if (clause := words(part)))
