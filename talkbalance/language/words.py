"""Words and their classes: the one rule for what a word is, and what each language knows about its small words."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, get_args
from unicodedata import normalize

from talkbalance.meeting import Meeting

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

ENOUGH_KNOWN = 0.25
"""Least share of known small words for a text to count as being in a language; German and English talk has .5 and more."""

SIGNAL_WORDS = 3
"""Most words of a listener signal."""
SIGNAL_LETTERS = 60
"""No listener signal is longer; saves counting the words of long texts."""
SIGNAL_KINDS = (
    *("", "hum", "news", "okay", "yes", "yep", "plain_yes", "right", "sure", "exactly", "praise", "wow", "seeing", "comment", "no"),
)
"""What kinds of words listener signals are made of, by what they do; "" is any other word."""
LISTED_ROLES = (
    *(
        "subject",
        "it",
        "object",
        "be",
        "have",
        "do",
        "modal",
        "negation",
        "article",
        "possessive",
        "quantity",
        "joining",
        "linking",
    ),
    *("infinitive", "of", "particle", "preposition", "question", "degree", "adverbial", "filler", "vague", "verb"),
)
VERBS = ("be", "have", "do", "modal")
"""Roles of verbs that may close a sentence."""
ROLES = ("nothing", "", "contracted", "signal", *LISTED_ROLES)
"""What words do in a sentence, finer than their classes; "nothing" stands where there is no word, "" is any other word."""

# Numbers keep their inner signs (3,5 or 10:30); letters keep apostrophes and hyphens between them (geht's, E-Mail).
# The range is that of combining marks: parts of a letter where no composed one exists.
_LETTERS = r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
_WORD = re.compile(rf"\d+(?:[.,:]\d+)+|{_LETTERS}(?:['\-]{_LETTERS})*")
_CUT_OFF = re.compile(r"(?:[-‐‑–—/]|…|\.\.)[.,;:!?\"'”“»«)\]]*$")
_HUM = re.compile(r"(?:[hm]*m[hm]*-?)+")
_APOSTROPHES, _HYPHENS = "’ʼ‘", "‐‑"


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case.

    **Definition.** A word is letters and digits of any script, with apostrophes and hyphens between them; a number keeps its
    inner signs.

    >>> words("Größe und Maß: 3,5 Meter – geht’s per E-Mail?")
    ('größe', 'und', 'maß', '3,5', 'meter', "geht's", 'per', 'e-mail')
    >>> words("Ağustos; Москва")
    ('ağustos', 'москва')
    """
    if not text.isascii():
        text = normalize("NFC", text)
        for sign in _APOSTROPHES:  # on long texts several times as fast as str.translate
            text = text.replace(sign, "'")
        for sign in _HYPHENS:
            text = text.replace(sign, "-")
    return tuple(found.lower() for found in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a language knows: the class of each small word, and its other lists of words and phrases by name."""

    classes: Mapping[str, str]
    phrases: Mapping[str, frozenset[tuple[str, ...]]]

    def words(self, name: str) -> frozenset[str]:
        """Return the entries of a list that are one word."""
        return frozenset(entry[0] for entry in self.phrases[name] if len(entry) == 1)


@cache
def lexicon(language: Language) -> Lexicon:
    """Return the word lists of a language."""
    file = resources.files("talkbalance.language").joinpath(f"{language}.toml")
    data: dict[str, dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))
    classes: dict[str, str] = {}
    for name, listed in data.pop("classes").items():
        for (word,) in _entries(listed):
            classes.setdefault(word, name)
    phrases = {name: _entries(listed) for group in data.values() for name, listed in group.items()}
    return Lexicon(classes, phrases)


def _entries(listed: str) -> frozenset[tuple[str, ...]]:
    spelled = {entry.replace("ß", sharp) for entry in listed.split() for sharp in ("ß", "ss")}
    return frozenset(tuple(entry.split("_")) for entry in spelled)


@lru_cache(maxsize=50_000)
def word_class(word: str, language: Language | None) -> str:
    """Return the class of a small word, or "" for a content word.

    Classes: article (and determiners), preposition, conjunction, pronoun, auxiliary, adverb, question, filler. A word that
    belongs to several has the first. Where the language is not known no word is small.

    >>> word_class("dem", "de"), word_class("Baum,", "de")
    ('article', '')
    """
    if language is None:
        return ""
    found = words(word)
    return lexicon(language).classes.get(found[-1], "") if found else ""


def is_function_word(word: str, language: Language | None) -> bool:
    """Return whether a word only serves others, so that a unit which ends in it is hardly complete.

    >>> is_function_word("und", "de"), is_function_word("the", "en"), is_function_word("Plakat.", "de")
    (True, True, False)
    """
    return word_class(word, language) != ""


def is_open(word: str, language: Language | None) -> bool:
    """Return whether a word needs another one after it, so that a unit which ends in it was not finished.

    >>> is_open("den", "de"), is_open("to", "en"), is_open("it", "en")
    (True, True, False)
    """
    return language is not None and words(word)[-1:] in lexicon(language).phrases["open"]


def is_cut_off(word: str) -> bool:
    """Return whether a word was broken off, as transcribers write it: a dash, a slash or dots at its end.

    >>> is_cut_off("wor-"), is_cut_off("weil …"), is_cut_off("E-Mail."), is_cut_off("gut.")
    (True, True, False, False)
    """
    return _CUT_OFF.search(word.rstrip()) is not None


def is_backchannel(text: str, language: Language | None) -> bool:
    """Return whether a text can be a listener signal: no words, or up to three that the language uses as such.

    Empty text can be one, for speech without words: whoever asks decides by its length.

    >>> is_backchannel("Mhm, ach so.", "de"), is_backchannel("Oh, I see.", "en"), is_backchannel("Ja, aber …", "de")
    (True, True, False)
    """
    if len(text) > SIGNAL_LETTERS:
        return False
    found = words(text)
    if len(found) > SIGNAL_WORDS or (found and language is None):
        return False
    return language is None or _covered(found, lexicon(language).phrases["signals"])


def _covered(found: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> bool:
    """Return whether words can be cut into hums and phrases of a list without a rest."""
    if not found or (is_hum(found[0]) and _covered(found[1:], phrases)):
        return True
    return any(found[:length] in phrases and _covered(found[length:], phrases) for length in range(1, len(found) + 1))


def is_hum(word: str) -> bool:
    """Return whether a word is hummed, however long somebody wrote it.

    >>> is_hum("mmm"), is_hum("hm-hm"), is_hum("mhm"), is_hum("m")
    (True, True, True, False)
    """
    return len(word) > 1 and _HUM.fullmatch(word) is not None


def signal_kind(word: str, language: Language | None) -> str:
    """Return what kind of listener signal a word is, one of `SIGNAL_KINDS`, "" if it is none.

    "hum" (mhm), "news" (oh, ach), "okay", "yes" (yeah, ja), "yep" (yep, jep), "plain_yes" (yes, jawohl), "right" (right, genau),
    "sure" (sure, klar), "exactly" (exactly, absolut), "praise" (great, schön), "wow" (interesting, krass), "seeing" (I *see*,
    verstehe), "comment" (what begins a short one: *that's* right, *das* stimmt), "no". `word` is one as `words` gives it.

    >>> signal_kind("genau", "de"), signal_kind("yeah", "en"), signal_kind("mmm", "en"), signal_kind("plakat", "de")
    ('right', 'yes', 'hum', '')
    """
    if language is None:
        return ""
    return "hum" if is_hum(word) else _kinds(language).get(word, "")


@cache
def _kinds(language: Language) -> Mapping[str, str]:
    lists = lexicon(language)
    return {word: kind for kind in reversed(SIGNAL_KINDS[1:]) for word in lists.words(f"signal_{kind}")}


def role(found: Sequence[str], at: int, language: Language | None) -> str:
    """Return what a word does in a sentence, one of `ROLES`, "" if it is none of the small ones.

    What it does tells what has to follow: after a subject a verb, after an article much, after an object nothing. "contracted" are
    words with an apostrophe ("that's", "gibt's"), "signal" those that only signal listening. A verb that closes its sentence, as
    German ones do ("gemacht hat"), needs nothing more and has none.

    Parameters
    ----------
    found, at
        Words as `words` gives them, and the place of one; "nothing" is said of a place that is not there.

    >>> role(("das", "hat"), -1, "de"), role(("das", "gemacht", "hat"), -1, "de"), role(("it's",), 0, "en"), role((), -1, "en")
    ('have', '', 'contracted', 'nothing')
    """
    if not -len(found) <= at < len(found):
        return "nothing"
    if language is None:
        return ""
    word = found[at]
    if known := _roles(language).get(word):
        before = found[at - 1] if at not in (0, -len(found)) else ""
        return "" if known in VERBS and before.endswith(_closing_after(language)) else known
    if "'" in word:
        return "contracted"
    return "signal" if signal_kind(word, language) else ""


@cache
def _closing_after(language: Language) -> tuple[str, ...]:
    return tuple(lexicon(language).words("closing_after"))


@cache
def _roles(language: Language) -> Mapping[str, str]:
    lists = lexicon(language)
    return {word: name for name in reversed(LISTED_ROLES) for word in lists.words(f"role_{name}")}


def language_of(meeting: Meeting) -> Language | None:
    """Return the language of a meeting: as stated ("de-DE" is "de"), else by its small words; None if it is another one.

    >>> language_of(Meeting((), (), duration=0, language="de-AT"))
    'de'
    """
    if meeting.language:
        stated = meeting.language.replace("_", "-").partition("-")[0].lower()
        return next((language for language in LANGUAGES if language == stated), None)
    counts = Counter(word for utterance in meeting.utterances for word in words(utterance.text))
    known = {language: sum(counts[word] for word in counts.keys() & lexicon(language).classes.keys()) for language in LANGUAGES}
    best = max(LANGUAGES, key=lambda language: known[language])
    return best if known[best] > ENOUGH_KNOWN * counts.total() else None
