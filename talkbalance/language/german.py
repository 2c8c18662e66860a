"""German question forms: verb-first clauses with their subject, question words with the verb second, tags.

What only looks like a question is told apart by rule: requests ("Nehmen Sie Platz"), conditions ("Hätte ich das gewusst,
dann …"), dropped topics ("Hab ich schon", "Passt"), indirect questions, whose verb comes last ("was das kostet"), exclamations.
"""

from collections.abc import Sequence

from talkbalance.language.forms import Evidence, Form, Kind, Phrases, Words, first, without_lead
from talkbalance.language.words import lexicon

_LEXICON = lexicon("de")
_CLASSES = _LEXICON.classes
_PHRASES = {name: Phrases(entries) for name, entries in _LEXICON.phrases.items()}
_LEAD_WH = Phrases(_LEXICON.phrases["lead"] | _LEXICON.phrases["lead_wh"])
_AUXILIARY, _VERB, _SUBJECT, _PRONOUN, _WH, _COMMANDING, _CONDITIONAL = (
    _LEXICON.words(name) for name in ("auxiliary", "verb", "subject", "pronoun", "wh", "commanding", "conditional")
)
_BEFORE_WH, _AFTER_PREPOSITION, _OPEN_WH, _FACT = (
    _LEXICON.words(name) for name in ("before_wh", "after_preposition", "open_wh", "fact")
)
_PARTICLE, _SOFTENER, _THEN, _WISH, _DONE, _UNDERSTOOD, _NO_VERB = (
    _LEXICON.words(name) for name in ("particle", "softener", "then", "wish", "done", "understood", "no_verb")
)
_ASKING_I, _ASKING_WE, _YOU_INSIDE, _IT_INSIDE, _ABOUT, _CAN, _INVITING, _ADDRESS = (
    _LEXICON.words(name) for name in ("asking_i", "asking_we", "you_inside", "it_inside", "about", "can", "inviting", "address")
)
_FINITE = _AUXILIARY | _VERB
_SUBJECTS = frozenset((word,) for word in _SUBJECT)
_ONE = frozenset(("es", "er", "man", "das", "jemand", "etwas"))
_PLURAL_OF_IT = frozenset(("sind", "waren", "wären"))  # "sind das Ihre?"
_SPEAKING = frozenset(("du", "er", "es", "man", "ihr"))
_REAL = frozenset(("denn", "eigentlich", "etwa"))
_ANY = _REAL | {"jemals", "irgendwelche", "irgendwas", "irgendetwas", "irgendeine", "irgendeinen", "irgendein"}
_ADDRESSED = frozenset((word,) for word in ("sie", "du", "ihr"))
_EXCLAIMING = _CONDITIONAL | {"ist", "bist", "war"}
_BEING = frozenset(("ist", "war", "wäre", "bleibt", "wird"))
_OWN = frozenset(
    ("mein", "meine", "dein", "deine", "sein", "seine", "ihr", "ihre", "unser", "unsere", "ein", "eine", "kein", "keine")
)
_BETWEEN = frozenset(("in", "hier", "da", "dort", "denn", "auch", "jetzt", "eigentlich", "heute", "bei", "für", "mit"))
_IMAGINED = frozenset(("vorstellen", "denken", "nachvollziehen", "verstehen", "empfehlen", "bestätigen"))
_OBJECT = frozenset(("die", "das", "ein", "eine", "es", "alle", "alles", "etwas", "unsere", "ihre", "seine"))

FAR = 6
"""Words within which the verb follows its question word: "wie viel von dem alten Geld haben Sie …"."""
FRAGMENT = 3
"""Most words of a question without a verb."""
SHORT = 4
"""Words from which "kann ich …" is more than a dropped topic."""


def form(clauses: Sequence[Words]) -> Form | None:
    """Return the form of a German sentence, cut at its commas where it has any."""
    words = tuple(word for clause in clauses for word in clause)
    cores = _restarted([core for clause in clauses if (core := _core(clause))])
    if not cores or words in _PHRASES["weak_tag"] or words in _PHRASES["tag"]:
        return _signal(words)
    following = cores[1] if len(cores) > 1 else ()
    main = first((_alternative, _said, _wh), cores[0]) or _verb_first(cores[0], following, _goes_on(clauses[0]))
    strong = main is not None and main.evidence in ("inversion", "wh_inversion", "or_inversion", "request", "wonder")
    if strong or (main is not None and main.evidence == "rhetorical"):
        return main
    return (
        _inner(cores[1:]) or _tag(words, clauses[-1]) or main or _addressed(cores[1:]) or first((_set_phrase, _statement), cores[0])
    )


def _restarted(cores: Sequence[Words]) -> Sequence[Words]:
    """Leave out a beginning that is said again: "wie viele, ja, wie viele Stunden das wären"."""
    if cores and any(len(core) > len(cores[0]) and core[: len(cores[0])] == cores[0] for core in cores[1:3]):
        again = next(at for at, core in enumerate(cores[1:3], 1) if core[: len(cores[0])] == cores[0])
        return cores[again:]
    return cores


def _core(clause: Words) -> Words:
    """Return a clause without what may stand before it: "und", "Frau Berg", "wissen Sie"."""
    core = without_lead(clause, _PHRASES["lead"])
    if core and core[0] in _ADDRESS:
        core = without_lead(core[2:], _PHRASES["lead"])
    if core in _PHRASES["discourse"]:
        return ()
    asking = without_lead(core, _LEAD_WH)
    return asking if asking and _at_wh(asking) is not None else core


def _signal(words: Words) -> Form | None:
    if words in _PHRASES["surprise"]:
        return Form("surprise", "tag")
    if words in _PHRASES["tag"]:
        return Form("tag", "tag")
    return Form("signal", "tag") if _PHRASES["weak_tag"].ends(words) else None


def _alternative(words: Words) -> Form | None:
    if words[0] not in ("oder", "beziehungsweise"):
        return None
    rest = words[1:]
    if not rest:
        return Form("or_alone", "alternative")
    if asked := _wh(rest):
        return asked
    asks = (verb := _verb_first(rest)) is not None and verb.evidence == "inversion"
    return Form("or_inversion" if asks else "or_first", "alternative")


def _said(words: Words) -> Form | None:
    """Find sentences whose own words say that they ask, or that they do not."""
    if _PHRASES["rhetorical"].begins(words):
        return Form("rhetorical", "rhetorical")
    if _PHRASES["request"].begins(words):
        return Form("request", "declarative", open=True)
    return Form("wonder", "declarative", open=True) if _PHRASES["wonder"].begins(words) else None


def _at_wh(words: Words) -> int | None:
    """Return where the question word stands: first, or after a preposition."""
    if words[0] in _WH:
        return 0
    return 1 if words[0] in _BEFORE_WH and len(words) > 1 and words[1] in _AFTER_PREPOSITION else None


def _wh(words: Words) -> Form | None:
    at = _at_wh(words)
    if at is None or _PHRASES["not_asking"].begins(words) or not _ABOUT.isdisjoint(words):
        return None
    asked = words[at:]
    if words[-1] == "schon" and len(words) > FRAGMENT:  # "wer will das schon"
        return Form("rhetorical", "rhetorical")
    open_ = asked[0] in _OPEN_WH and _FACT.isdisjoint(asked[1:3]) and at == 0
    return Form(_wh_evidence(asked), "wh", open_, _PHRASES["why"].begins(words))


def _wh_evidence(words: Words) -> Evidence:
    """Tell by the place of the verb: second in a question, last in a clause that depends on another."""
    length = _PHRASES["phrase"].lead(words)
    if length and (len(words) <= length + 1 or any(word in _FINITE or "'" in word for word in words[:length])):
        return "wh_inversion"
    if (verb := _verb_second(words)) is not None:
        if words[verb] not in _FINITE and not _AUXILIARY.isdisjoint(words[verb + 1 :]):  # "wie viele Stunden das dann kosten würde"
            return "wh_first"
        return "wh_inversion" if verb == 1 or words[verb + 1 :] else "wh_first"
    short = len(words) <= FRAGMENT and _PRONOUN.isdisjoint(words[1:])
    return "wh_fragment" if short else "wh_first"


def _verb_second(words: Words) -> int | None:
    """Return where the verb of a question stands: after the question word, or after what belongs to it ("wie viel Geld")."""
    takes_more = words[0].startswith(("welch", "wie", "wessen")) or words[:2] == ("was", "für")
    for at in range(1, min(FAR + 1 if takes_more else 2, len(words))):
        if _is_finite(words[at], words[at + 1] if at + 1 < len(words) else ""):
            return at
        if words[at] in _PRONOUN and not (at == 2 and words[1] == "für"):
            return None
    return None


def _is_finite(word: str, following: str) -> bool:
    if word in _FINITE:
        return True
    ending = word.endswith("e" if following == "ich" else ("t", "en", "te"))
    return ending and following in _SUBJECT and word not in _CLASSES and word not in _NO_VERB


def _goes_on(clause: Words) -> bool:
    """Return whether "und" comes first, after which a statement may drop its subject: "und haben die Seite gebaut"."""
    return "und" in clause[:2]


def _verb_first(words: Words, following: Words = (), goes_on: bool = False) -> Form | None:
    """Read a clause that begins with a verb; `following` is the next clause."""
    verb = words[0]
    if len(words) < 2 or not (verb in _FINITE or verb in _YOU_INSIDE or _is_finite(verb, words[1])):
        return Form("inversion", "polar") if verb in _YOU_INSIDE else None
    wishes = verb in _EXCLAIMING and not _WISH.isdisjoint(words[2:4])  # "wäre das nur", "ist das aber schön"
    if wishes or _is_condition(words, following):
        return None
    evidence = _verb_evidence(verb, words)
    if evidence != "inversion" and verb in _AUXILIARY and _subject_later(words):
        evidence = "inversion"
    if evidence == "inversion" and words[1] == "ich" and not _IMAGINED.isdisjoint(words[2:]):  # "kann ich mir vorstellen"
        evidence = "verb_first"
    if evidence is None or (verb.endswith("n") and words[1] in _ONE and verb not in _PLURAL_OF_IT):
        return None
    if goes_on and words[1] in _OBJECT:
        evidence = "verb_first"
    asks = evidence == "inversion"
    kind: Kind = "alternative" if asks and "oder" in words[2:-1] else "polar"
    return Form(evidence, kind, open=verb in _CAN and not _INVITING.isdisjoint(words))


def _is_condition(words: Words, following: Words) -> bool:
    """Return whether a verb-first clause states a condition: "käme das, dann …", "hätte ich Zeit, würde ich …"."""
    if following and following[0] in _THEN:
        return True
    if words[0] not in _CONDITIONAL:
        return False
    return "dann" in words[3:] or bool(following and following[0] in _FINITE)


def _verb_evidence(verb: str, words: Words) -> Evidence | None:
    """Weigh a verb and the word after it, which is the subject of a question."""
    if verb in _YOU_INSIDE or verb in _IT_INSIDE:
        return "inversion"
    by_subject = {"sie": _with_formal_you, "ich": _with_i, "wir": _with_we}.get(words[1], _with_third)
    return by_subject(verb, words)


def _with_formal_you(verb: str, words: Words) -> Evidence:
    if verb not in _COMMANDING:
        return "inversion"
    asks = not _PARTICLE.isdisjoint(words[2:5]) and _SOFTENER.isdisjoint(words[2:5])
    return "inversion" if asks else "verb_first"


def _with_i(verb: str, words: Words) -> Evidence | None:
    if verb in _ASKING_I:
        return "inversion" if len(words) >= SHORT and words[-1] not in _DONE else "verb_first"
    if verb not in _AUXILIARY:
        return None
    return "verb_first" if _UNDERSTOOD.isdisjoint(words[2:]) else "inversion"


def _with_we(verb: str, words: Words) -> Evidence | None:
    if verb not in _ASKING_WE:
        return None
    return "verb_first" if len(words) <= SHORT and words[-1] in _DONE else "inversion"


def _with_third(verb: str, words: Words) -> Evidence | None:
    subject = words[1]
    if subject in _PARTICLE and verb in _FINITE:  # the subject comes later: "ist denn der Kunde …"
        return "inversion" if len(words) > 2 and subject in _REAL else None
    if len(words) == 2 and verb in _AUXILIARY and subject in _ONE:  # "ist es", "kann man"
        return "verb_first"
    if len(words) == FRAGMENT and verb in _BEING and subject in _OWN:  # "ist mein Problem"
        return "verb_first"
    if subject in _SUBJECT:
        return "inversion" if verb in _FINITE or subject in _SPEAKING else "verb_first"
    return "verb_first" if verb in _AUXILIARY and len(words) > 2 and subject not in _CLASSES else None


def _subject_later(words: Words) -> bool:
    """Return whether the subject of a verb-first clause follows after what belongs to it: "ist hier das eigentlich üblich"."""
    return len(words) > SHORT and words[1] in _BETWEEN and words[2] in _ONE


def _inner(cores: Sequence[Words]) -> Form | None:
    """Find a question in a later clause: "ich meine, was machen wir", "…, oder ist das vorbei".

    A verb that comes first there says little: it does so in every statement after a dependent clause. Particles of questions tell.
    """
    for clause in cores:
        if (choice := _alternative(clause)) and choice.evidence == "or_inversion":
            return choice
        if clause[0] in _FINITE and clause[1:2] in _ADDRESSED and not _ANY.isdisjoint(clause[2:]):
            return Form("inner_inversion", "polar")
        core = clause[1:] if clause[0] == "oder" else clause
        idle = core and _PHRASES["rhetorical"].begins(core)  # "oder was weiß ich"
        if core and not idle and core[0] in _WH and _verb_is_clear(core) and (asked := _wh(core)):
            return Form("inner_wh", "wh", asked.open, asked.why)
    return None


def _addressed(cores: Sequence[Words]) -> Form | None:
    """Find a later clause that may ask the other: "wenn man das macht, haben Sie …"; marks and pitch have to tell."""
    asks = any(clause[0] in _FINITE and clause[1:2] in _ADDRESSED for clause in cores)
    return Form("verb_first", "polar") if asks else None


def _verb_is_clear(words: Words) -> bool:
    """Return whether a known verb follows the question word, or what belongs to it and then a subject follows."""
    verb = _verb_second(words)
    return verb is not None and words[verb] in _FINITE and (verb == 1 or words[verb + 1 : verb + 2] in _SUBJECTS)


def _tag(words: Words, last: Words) -> Form | None:
    """Find an end that asks to agree; the weaker ones only as a clause of their own: ", ja"."""
    if len(words) > 2 and _PHRASES["tag"].ends(words):
        return Form("tag", "tag")
    return Form("weak_tag", "tag") if last != words and last in _PHRASES["weak_tag"] else None


def _set_phrase(words: Words) -> Form | None:
    if words in _PHRASES["surprise"]:
        return Form("surprise", "tag")
    return Form("elliptic", "polar", open=True) if _PHRASES["elliptic"].begins(words) else None


def _statement(words: Words) -> Form | None:
    return Form("you_first", "declarative") if words[0] in ("sie", "du", "ihr") else None
