"""Whether a sentence asks: by its form, by its mark, and how sure either is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from talkbalance.language import english, german
from talkbalance.language.forms import Evidence, Form, Kind, Rules, Words
from talkbalance.language.words import Language, words

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
of each added. German forms of the same name share the rate; `benchmarks/results/questions.md` shows how far that holds.
"""

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
    """Return what a sentence asks, or None where neither its form nor a mark speaks for a question.

    **Definition.** The words decide on a form of a closed set (`forms.Evidence`). Without a mark the probability is how often
    such forms ask in talk that people labelled; a mark is a second, independent reason:
    `1 - (1 - MARK) * (1 - rate)`.

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
    clauses = clauses_of(text)
    if not clauses:
        return None
    form = _RULES[language](clauses)
    if form is None:
        if not marked:
            return None
        form = Form("none", "declarative")
    rate = RATES[form.evidence]
    sure = 1 - (1 - MARK) * (1 - rate) if marked else rate
    return Question(form.kind, form.open, form.why, round(sure, 3), form.evidence)


def clauses_of(text: str) -> tuple[Words, ...]:
    """Return the words of each clause, cut at commas, colons and dashes; words that were broken off or stuttered are left out.

    >>> clauses_of("Frau Berg, wa- was-was kostet das – ungefähr?")
    (('frau', 'berg'), ('was', 'kostet', 'das'), ('ungefähr',))
    """
    if not _DASHES.isdisjoint(text):
        text = _BROKEN_OFF.sub("", _STUTTERED.sub("", text))
    parts = _CLAUSE_END.split(text)
    return tuple(clause for part in parts if (clause := words(part)))
