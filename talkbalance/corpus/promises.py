"""What sounds like a promise: "Ich schicke Ihnen das bis Freitag", "We'll send you a draft".

**Rule.** A sentence that is no question and holds no negation or condition, in which `ich` or `wir` stands right beside a verb of
doing something for the other, or in which it is announced (`werde … schicken`, `I'll … send`) at most eight words before.

```
Ich schicke Ihnen das Angebot bis Freitag.          who + verb                    a promise
Das werden wir bis Montag für Sie prüfen.           announced, who, verb          a promise
Schicken wir das oder rufen wir an?                 a question                    none
Wir schicken das nicht noch einmal.                 negated                       none
```

Nobody has labelled promises in client meetings, so how often the rule is right is not known: it finds quotes for people to look at.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

import pandas as pd

from talkbalance.frames import Schema, table
from talkbalance.language import sentences
from talkbalance.language.words import Language, words
from talkbalance.meeting import Meeting
from talkbalance.metrics.uptake import require_words

PROMISES: Schema = {"start": "float64", "end": "float64", "speaker": "str", "side": "str", "text": "str"}
REACH = 8
"""Words between what announces a promise and its verb."""
LONGEST = 40
"""Words of a sentence: without marks a whole story can be one."""


def promises(meeting: Meeting) -> pd.DataFrame:
    """Return the sentences that sound like promises.

    Returns
    -------
    DataFrame
        `start`, `end` (s; NaN without times), `speaker`, `side`, `text`.

    Raises
    ------
    Unavailable
        Where no words were recognised, or in a language other than German and English.
    """
    language = require_words(meeting)
    found = (s for s in sentences(meeting, language) if s.mark != "?" and promised(s.text, language))
    return table(((s.start, s.end, s.speaker, meeting.side_of(s.speaker), s.text) for s in found), PROMISES)


def promised(text: str, language: Language) -> bool:
    """Return whether a sentence sounds like a promise.

    >>> promised("Ich schicke Ihnen das Angebot bis Freitag.", "de"), promised("Das werden wir bis Montag prüfen.", "de")
    (True, True)
    >>> promised("Wir schicken das nicht noch einmal.", "de"), promised("Sie schicken uns das.", "de")
    (False, False)
    >>> promised("We'll send you a draft tomorrow.", "en"), promised("I would send it.", "en")
    (True, False)
    """
    found, known = words(text), _lists(language)
    if not 2 < len(found) <= LONGEST or known["not"].intersection(found):
        return False
    beside = any(_beside(a, b, known) for a, b in pairwise(found))
    return beside or any(_announced(found, at, known) for at, word in enumerate(found) if word in known["announces"])


def _beside(first: str, second: str, known: Mapping[str, frozenset[str]]) -> bool:
    return (first in known["who"] and second in known["will"]) or (second in known["who"] and first in known["will"])


def _announced(found: Sequence[str], at: int, known: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a word announces what its speaker will do: it names who that is, or does so right beside it."""
    near = {*found[max(0, at - 2) : at + 2]} & known["who"]
    own = found[at].partition("'")[0] in known["who"] or found[at] == "let"
    return bool(near or own) and bool(known["verbs"].intersection(found[at + 1 : at + 1 + REACH]))


@cache
def _lists(language: Language) -> Mapping[str, frozenset[str]]:
    content = resources.files("talkbalance.corpus").joinpath("promises.toml").read_text(encoding="utf-8")
    return {name: frozenset(listed.split()) for name, listed in tomllib.loads(content)[language].items()}
