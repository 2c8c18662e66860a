"""Names of languages as annotation formats write them, to those we use."""

_SHORT = {"deu": "de", "ger": "de", "eng": "en"}
"""The languages that are measured; others are kept as they are named."""


def short(code: str) -> str | None:
    """Return the two letters of a language; None where none is named.

    >>> short("deu"), short("en-GB"), short("fra"), short("")
    ('de', 'en', 'fra', None)
    """
    first = code.strip().lower().replace("_", "-").partition("-")[0]
    return _SHORT.get(first, first) if first.isalpha() else None
