"""What the small words of a sentence look like: their classes at its first and last places, and which occur at all.

The classes are the same in every language (`[shape]` in the word lists); a word counts by its class only.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from talkbalance.language.forms import Evidence, Words
from talkbalance.language.words import Language, lexicon

CLASSES = (
    *("-", "other", "number", "do", "be", "have", "modal", "you", "i", "we", "they", "it", "that"),
    *("what", "how", "why", "where", "who", "which", "not", "yes", "no", "okay", "agree", "oh", "hm", "mhm", "filler"),
    *("and", "or", "but", "so", "if", "like", "know", "any", "article", "preposition", "adverb", "sorry", "going"),
)
"""Word classes; "-" is the place before the first word and after the last."""
EVIDENCE: tuple[Evidence, ...] = (
    *("none", "inversion", "verb_first", "wh_inversion", "wh_subject", "wh_fragment", "wh_first", "inner_wh"),
    *("inner_inversion", "or_inversion", "or_first", "or_alone", "elliptic", "surprise", "tag", "weak_tag", "signal"),
    *("you_first", "request", "wonder", "rhetorical"),
)
_CODE = {name: code for code, name in enumerate(CLASSES)}
_EVIDENCE_CODE = {name: code for code, name in enumerate(EVIDENCE)}


def _codes(*names: str) -> frozenset[int]:
    return frozenset(_CODE[name] for name in names)


_LEAD = _codes("yes", "no", "okay", "agree", "oh", "hm", "mhm", "filler", "and", "but", "so", "like")
_VERB = _codes("do", "be", "have", "modal")
_SUBJECT = _codes("you", "i", "we", "they", "it", "that")
_ASKING = _codes("what", "how", "why", "where", "who", "which")
_ANYWHERE = tuple(
    _CODE[name]
    for name in (
        *("you", "i", "what", "how", "where", "who", "which", "why", "not", "or", "any", "know", "if", "hm", "agree"),
        *("do", "be", "modal", "have"),
    )
)

PLACES = ("first", "second", "core_first", "core_second", "core_third", "core_fourth", "last", "last_but_one", "last_but_two")
COUNTS = ("words", "core_words", "lead_words", "cut_off", "inversions", "do_inversion", "asking_verb", "asking_at", "inverted_at")
SIGNS = ("evidence", *PLACES, *COUNTS, *(f"has_{CLASSES[code]}" for code in _ANYWHERE))
"""The columns of `signs`: the evidence and the places are codes of `EVIDENCE` and `CLASSES`, the rest counts."""
CODED = ("evidence", *PLACES)
FAR = 9
LONG = 15


@cache
def _class_of(language: Language) -> dict[str, int]:
    found: dict[str, int] = {}
    phrases = lexicon(language).phrases
    for name in CLASSES[3:]:
        for entry in phrases[f"class_{name}"]:
            found.setdefault(entry[0], _CODE[name])
    return found


def classes_of(words: Words, language: Language) -> list[int]:
    """Return the code of each word's class."""
    known = _class_of(language)
    return [known.get(word) or (2 if word[0].isdigit() else 1) for word in words]


def signs(clauses: Sequence[Words], language: Language, evidence: Evidence, *, cut_off: bool) -> tuple[int, ...]:
    """Return one value for each of `SIGNS`.

    >>> dict(zip(SIGNS, signs([("so", "what", "is", "it")], "en", "wh_inversion", cut_off=False)))["core_words"]
    3
    """
    kinds = classes_of(tuple(word for clause in clauses for word in clause), language)
    lead = 0
    while lead < len(kinds) - 1 and kinds[lead] in _LEAD:
        lead += 1
    core = kinds[lead:]
    padded, tail = [*core[:4], 0, 0, 0, 0], [0, 0, 0, *kinds]
    pairs = list(pairwise(core))
    inverted = [at for at, (one, two) in enumerate(pairs) if one in _VERB and two in _SUBJECT]
    present = set(kinds)
    return (
        _EVIDENCE_CODE[evidence],
        *[*kinds[:2], 0, 0][:2],
        *padded[:4],
        *(tail[-1], tail[-2], tail[-3]),
        min(len(kinds), LONG),
        min(len(core), LONG),
        lead,
        int(cut_off),
        min(len(inverted), 2),
        int(any(core[at] == _CODE["do"] for at in inverted)),
        int(any(one in _ASKING and two in _VERB for one, two in pairs)),
        next((min(at, FAR) for at, kind in enumerate(core) if kind in _ASKING), -1),
        min(inverted[0], FAR) if inverted else -1,
        *(int(code in present) for code in _ANYWHERE),
    )
