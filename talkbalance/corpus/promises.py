"""What sounds like a promise: "Ich schicke Ihnen das bis Freitag", "We'll send you a draft".

**Rule.** A sentence that is no question and holds no negation or condition, in which the speaker (`ich`, `wir`, `I`, `we`)
announces what they will do (`werde … schicken`, `I'll send`), or in German does it in the present, right beside a verb of doing
something for another and with a word that says for whom or until when.

```
Ich schicke Ihnen das Angebot bis Freitag.          who + deed + frame            a promise
Das werden wir bis Montag für Sie prüfen.           announced + deed              a promise
Ich schaue mir das an.                              who + present … away          a promise
Schicken wir das oder rufen wir an?                 a question                    none
Wir schicken das nicht noch einmal.                 negated                       none
Wir liefern seit zehn Jahren.                       habit                         none
```

Words and patterns stand in `promises.toml`, a part per language. How often it is right is measured for English against people's
labels of research meetings (`benchmarks/results/promises.md`): of what is found half is labelled, of what is labelled two fifths
are found. For German nobody has labelled any. It finds quotes for people to look at.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby

import pandas as pd

from talkbalance.frames import Schema, table
from talkbalance.language import sentences
from talkbalance.language.words import Language, words
from talkbalance.meeting import Meeting
from talkbalance.metrics.uptake import require_words

PROMISES: Schema = {"start": "float64", "end": "float64", "speaker": "str", "side": "str", "text": "str"}
SHORTEST, LONGEST = 3, 40
"""Words of a sentence: "mach ich" promises, but tells nobody what; without marks a whole story can be one sentence."""

NEAR = 8
"""Words on either side of what is done in which it is said for whom or until when."""

_SLOT = re.compile(r"\{(!?)([a-z|]+)\}")
_BUILT_IN = {"any": r"\S+", "gap": r"(?:\S+ ){0,8}?", "end": r"(?= (?:und|oder|ob) |$)"}


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
    found = words(text)
    if not SHORTEST <= len(found) <= LONGEST:
        return False
    rule = _rule(language)
    if rule.denied.intersection(found):
        return False
    said = " ".join(word for word, _ in groupby(word for word in found if word not in rule.skip))
    return bool(rule.sure.search(said)) or any(
        rule.frame.intersection((*said[: at.start()].split()[-NEAR:], *said[at.start() :].split()[: NEAR + 2]))
        for at in rule.framed.finditer(said)
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """The words and patterns of a language."""

    sure: re.Pattern[str]
    framed: re.Pattern[str]
    frame: frozenset[str]
    denied: frozenset[str]
    skip: frozenset[str]


@cache
def _rule(language: Language) -> _Rule:
    content = resources.files("talkbalance.corpus").joinpath("promises.toml").read_text(encoding="utf-8")
    known = tomllib.loads(content)[language]
    listed = {name: words.split() for name, words in known.items() if isinstance(words, str)}
    parted = [
        _written(part, {**listed, "away": [away], "part": verbs.split()})
        for away, verbs in known.get("away", {}).items()
        for part in known["parted"]
    ]
    return _Rule(
        _pattern([*(_written(part, listed) for part in known["sure"]), *parted]),
        _pattern([_written(part, listed) for part in known["framed"]]),
        *(frozenset(listed[name]) for name in ("frame", "not", "skip")),
    )


def _pattern(parts: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\S)(?:{part})(?!\S)" for part in parts) or "(?!)")


def _written(part: str, listed: Mapping[str, Sequence[str]]) -> str:
    """Return a pattern with its classes written out."""

    def words_of(found: re.Match[str]) -> str:
        if found[2] in _BUILT_IN:
            return _BUILT_IN[found[2]]
        known = [re.escape(word.replace("_", " ")) for name in found[2].split("|") for word in listed[name]]
        return "".join(rf"(?<!\b{word} )" for word in known) if found[1] else f"(?:{'|'.join(known)})"

    return _SLOT.sub(words_of, part)
