"""English question forms: an auxiliary before its subject, question words, tags."""

from collections.abc import Sequence
from dataclasses import replace

from talkbalance.language.forms import Evidence, Form, Kind, Phrases, Words, first, without_lead
from talkbalance.language.words import lexicon

_LEXICON = lexicon("en")
_PHRASES = {name: Phrases(entries) for name, entries in _LEXICON.phrases.items()}
_AUXILIARY, _SUBJECT, _PERSON, _ADDRESSED, _COMMANDING, _WH, _CONTRACTED, _BEFORE_WH, _OPENS_INNER, _OPEN_WH, _FACT = (
    _LEXICON.words(name)
    for name in (
        "auxiliary",
        "subject",
        "person",
        "addressed",
        "commanding",
        "wh",
        "wh_contracted",
        "before_wh",
        "opens_inner",
        "open_wh",
        "fact",
    )
)
_CLOSES = _PERSON | {"to", "if", "this", "that", "these", "those"}
"""Words after which an auxiliary does not belong to the question word: "what that is …"."""
_INNER_WH = _WH - {"which", "who"}
_INNER_SUBJECT = frozenset((word,) for word in _ADDRESSED | {"there"})

FAR = 6
"""Words within which the auxiliary follows its question word: "how many of the old ones do you …"."""
FRAGMENT = 4
"""Most words of a question without a verb."""


def form(clauses: Sequence[Words]) -> Form | None:
    """Return the form of an English sentence; commas help, but are not needed."""
    words = tuple(word for clause in clauses for word in clause)
    core = without_lead(words, _PHRASES["lead"])
    if not core or words in _PHRASES["weak_tag"] or words in _PHRASES["tag"]:
        return _signal(words)
    main = first((_alternative, _said, _wh, _inversion, _set_phrase), core)
    return main or _later(clauses[1:]) or first((_inner, _tag, _statement), core)


def _signal(words: Words) -> Form | None:
    if words in _PHRASES["tag"]:
        return Form("tag", "tag")
    return Form("signal", "tag") if _PHRASES["weak_tag"].ends(words) else None


def _alternative(words: Words) -> Form | None:
    if words[0] != "or":
        return None
    rest = words[1:]
    if not rest:
        return Form("or_alone", "alternative")
    if (asked := _wh(rest)) and asked.evidence == "wh_inversion":
        return asked
    asks = len(rest) > 1 and rest[0] in _AUXILIARY and rest[1] in _SUBJECT
    return Form("or_inversion" if asks else "or_first", "alternative")


def _said(words: Words) -> Form | None:
    """Find sentences whose own words say that they ask, or that they do not."""
    if _PHRASES["rhetorical"].begins(words):
        return Form("rhetorical", "rhetorical")
    if _PHRASES["request"].begins(words):
        return Form("request", "declarative", open=True)
    return Form("wonder", "declarative", open=True) if _PHRASES["wonder"].begins(words) else None


def _wh(words: Words) -> Form | None:
    at = 1 if words[0] in _BEFORE_WH and len(words) > 1 and words[1] in _WH else 0
    words = words[at:]
    if words[0] not in _WH and words[0] not in _CONTRACTED:
        return None
    open_ = words[0] in _OPEN_WH and not (len(words) > 1 and words[1] in _FACT)
    return Form(_wh_evidence(words), "wh", open_, _PHRASES["why"].begins(words))


def _wh_evidence(words: Words) -> Evidence:
    asked, following = words[0], words[1:]
    if asked in _CONTRACTED or _PHRASES["phrase"].begins(words):
        return "wh_inversion"
    if not following:
        return "wh_fragment"
    if following[0] in _AUXILIARY:
        return _next_auxiliary(asked, following)
    if _far(words):
        return "wh_inversion"
    if (asked == "who" and following[0] not in _SUBJECT) or (asked == "how" and following[0] in _FACT):
        return "wh_subject"
    return "wh_first" if asked == "when" or following[0] in _SUBJECT or len(words) > FRAGMENT else "wh_fragment"


def _next_auxiliary(asked: str, following: Words) -> Evidence:
    subject = following[1] if len(following) > 1 else ""
    if asked == "which":  # "which is what we did" goes on with something said
        return "wh_inversion" if subject in _ADDRESSED or following[0] in ("do", "does", "did") else "wh_first"
    return "wh_inversion" if subject in _SUBJECT or asked in ("when", "how", "why", "where") else "wh_subject"


def _far(words: Words) -> bool:
    """Return whether auxiliary and subject follow further on, with nothing between that closes the question."""
    for at in range(1, min(FAR, len(words) - 1)):
        if words[at] in _AUXILIARY:
            return words[at + 1] in _SUBJECT
        if words[at] in _CLOSES or "'" in words[at]:
            return False
    return False


def _inversion(words: Words) -> Form | None:
    if words[0] not in _AUXILIARY or len(words) < 2:
        return None
    subject = words[2] if words[1] == "not" and len(words) > 2 else words[1]
    asks = subject in (_PERSON if words[0] in _COMMANDING else _SUBJECT)
    kind: Kind = "alternative" if asks and "or" in words[3:-1] else "polar"
    return Form("inversion" if asks else "verb_first", kind, open=_PHRASES["inviting"].begins(words))


def _set_phrase(words: Words) -> Form | None:
    if words in _PHRASES["surprise"]:
        return Form("surprise", "tag")
    more = words[0].startswith("any")  # "anything else" invites to go on
    return Form("elliptic", "polar", open=more) if _PHRASES["elliptic"].begins(words) else None


def _later(clauses: Sequence[Words]) -> Form | None:
    """Find a question that begins with a clause: "there was some noise, what was going on"."""
    for clause in clauses:
        core = without_lead(clause, _PHRASES["lead"])
        if not core or core in _PHRASES["weak_tag"] or core in _PHRASES["tag"]:
            continue
        if (asked := _wh(core)) and asked.evidence == "wh_inversion":
            return replace(asked, evidence="inner_wh")
        if core[1:2] in _INNER_SUBJECT and (asked := _inversion(core)) and asked.evidence == "inversion":
            return replace(asked, evidence="inner_inversion")
    return None


def _inner(words: Words) -> Form | None:
    """Find a question inside a sentence: "the point is what do we do", "if so do you want to"."""
    for at in range(1, len(words) - 1):
        verb = at + 1 if words[at] in _INNER_WH else at
        if words[verb] not in _AUXILIARY or words[verb + 1 : verb + 2] not in _INNER_SUBJECT:
            continue
        if verb > at and (asked := _wh(words[at:])):
            return Form("inner_wh", "wh", asked.open, asked.why)
        if words[at - 1] in _OPENS_INNER:
            return Form("inner_inversion", "polar", open=_PHRASES["inviting"].begins(words[at:]))
    return None


def _tag(words: Words) -> Form | None:
    if len(words) > 2 and _PHRASES["tag"].ends(words):
        return Form("tag", "tag")
    if words[-1] == "or":
        return Form("or_alone", "alternative")
    return Form("weak_tag", "tag") if _PHRASES["weak_tag"].ends(words) else None


def _statement(words: Words) -> Form | None:
    return Form("you_first", "declarative") if words[0].partition("'")[0] in ("you", "your") else None
