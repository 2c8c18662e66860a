"""What the names of tiers mean: whose they are, and whether they hold speech, words, sounds, or codes about it.

Annotation programs know only tiers. What is on one is said by its name, by habit: "Eva - words" (Montreal aligner), "ORT-MAU"
(MAUS), "xds@CHI" (ACLEW), "Eva Kommentar". The words are in `layers.toml`.
"""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal

Layer = Literal["speech", "words", "sounds", "codes", ""]
"""Empty where the name is a person's and says nothing of what is on the tier."""

_ORDER: tuple[Layer, ...] = ("codes", "sounds", "words", "speech")
"""Where a name holds several, the one first here counts; only words that were found with sounds ("ORT-MAU") stay words."""

_SIGN = re.compile(r"[_\-:@./|()\[\]]")
_PIECE = re.compile(r"[^\s_\-:@./|()\[\]]+")


def layer_of(tier: str) -> tuple[str, Layer]:
    """Return whose tier it is, empty where the name tells nobody, and what is on it.

    >>> layer_of("Eva Brandt - words"), layer_of("ORT-MAU"), layer_of("xds@CHI"), layer_of("Herr Baum")
    (('Eva Brandt', 'words'), ('', 'words'), ('CHI', 'codes'), ('Herr Baum', ''))

    In front of a name such a word counts only beside a sign: "Music Event GmbH" is a company.
    """
    plain = " ".join(tier.split())
    pieces = list(_PIECE.finditer(plain))
    kinds = _kinds([piece[0] for piece in pieces], signed=_SIGN.search(plain) is not None)
    found = set(kinds)
    layer: Layer = "words" if {"words", "sounds"} <= found else next((kind for kind in _ORDER if kind in found), "")
    persons = [piece for piece, kind in zip(pieces, kinds, strict=True) if not kind]
    at_end = bool(kinds and kinds[-1]) or (bool(kinds and kinds[0]) and _SIGN.search(plain) is not None)
    if not layer or (persons and not at_end):
        return plain, ""
    return (plain[persons[0].start() : persons[-1].end()] if persons else ""), layer


def _kinds(pieces: list[str], *, signed: bool) -> list[Layer]:
    """Return what each piece of a name says is on the tier; nothing where it is a part of the person's name."""
    known, surnames = _known()
    kinds: list[Layer] = [known.get(piece.lower(), "") for piece in pieces]
    if signed or all(kinds):
        return kinds
    return ["" if piece.lower() in surnames else kind for piece, kind in zip(pieces, kinds, strict=True)]


@cache
def _known() -> tuple[dict[str, Layer], frozenset[str]]:
    content = resources.files(__package__).joinpath("layers.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(content)
    return {name: layer for layer in _ORDER for name in lists[layer]}, frozenset(lists["also_surnames"])
