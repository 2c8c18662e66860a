"""The words that carry what a text is about, in a form in which "Plakat" and "Plakaten" are one."""

import re
from collections.abc import Mapping
from functools import lru_cache

from talkbalance.language.words import Language, lexicon, words

SHORTEST = 3
"""Letters of the shortest content word, and what must be left of a word when an ending is taken off."""

_ENDINGS: Mapping[Language, re.Pattern[str]] = {
    "de": re.compile(r"(?<=\w{4})(?:(?<![aeiouäöü])t)?(?:innen|ungen|ern|est|en|em|er|es|et|e|n|s)?$"),
    "en": re.compile(r"(?<=\w{4})(?:ings|ing|ies|ied|es|ed|ly|s|e|y|'s)$"),
}
_UMLAUTS = str.maketrans("äöü", "aou")


@lru_cache(maxsize=50_000)
def content_words(text: str, language: Language) -> frozenset[str]:
    """Return the stems of the content words of a text.

    **Definition.** Words of three letters and more that are no function words, no listener signals and not among the light
    ones of the language ("machen", "thing"); an ending of inflection is taken off and umlauts are folded, so that "Bäume"
    and "Baum" meet. It is a rough stem for comparing, not for reading.

    >>> sorted(content_words("Die Plakate hängen am Bahnhof", "de") & content_words("Welches Plakat hängt dort?", "de"))
    ['hang', 'plakat']
    """
    return frozenset(root for word in set(words(text)) if (root := content_stem(word, language)))


@lru_cache(maxsize=50_000)
def content_stem(word: str, language: Language) -> str:
    """Return the stem of a content word, "" of any other; `word` is one as `words` gives it.

    >>> content_stem("plakaten", "de"), content_stem("und", "de")
    ('plakat', '')
    """
    known = lexicon(language)
    light = (word,) in known.phrases["light"] or (word,) in known.phrases["signals"] or word in known.classes
    return "" if light or len(word) < SHORTEST or not word[0].isalpha() else stem(word, language)


@lru_cache(maxsize=50_000)
def stem(word: str, language: Language) -> str:
    """Return a word without its ending of inflection, umlauts folded; numbers and short words stay as they are.

    >>> stem("plakaten", "de"), stem("bäume", "de"), stem("meetings", "en"), stem("3,5", "de")
    ('plakat', 'baum', 'meet', '3,5')
    """
    return _ENDINGS[language].sub("", word.partition("'")[0]).translate(_UMLAUTS) or word
