"""How much a word tells: the rarer in everyday language, the more.

The lists are made by `python -m benchmarks.background`; where they come from, NOTICE says.
"""

import gzip
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from talkbalance.language.content import stem
from talkbalance.language.words import Language

COMMON = 8.0
"""Zipf frequency (log10 of how often in a billion words) from which on a word tells nothing; "the" has 7.7, "und" 7.5."""


@cache
def _frequency(language: Language) -> Mapping[str, float]:
    packed = resources.files("talkbalance.language").joinpath(f"background_{language}.txt.gz").read_bytes()
    pairs = (line.rpartition(" ") for line in gzip.decompress(packed).decode().splitlines())
    return {name: int(often) / 100 for name, _, often in pairs}


@cache
def _rarest(language: Language) -> float:
    return min(_frequency(language).values())


@lru_cache(maxsize=50_000)
def telling(word: str, language: Language) -> float:
    """Return how much a word tells: log10 of how much rarer it is than a word everybody always says; what no list holds is rare.

    >>> telling("und", "de") < telling("farbe", "de") < telling("plakat", "de") <= telling("zzyx", "de")
    True
    """
    return max(0.0, COMMON - _frequency(language).get(stem(word, language), _rarest(language)))
