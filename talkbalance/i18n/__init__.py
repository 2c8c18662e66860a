"""Interface texts in German and English: `text(key, ...)` in the language of the user.

The texts stand in `de/` and `en/`, one file per part of the interface; a key is `file.name`. Both folders hold the same keys
with the same placeholders (a test says so).
"""

import locale
import os
import tomllib
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import Literal, get_args

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def language() -> Language:
    """Return the language of messages: the one that was set, else the system's, else English."""
    return _chosen.get() or _of_the_system()


def set_language(code: Language | None) -> None:
    """Set the language of messages from here on; None means the system's."""
    _chosen.set(code)


def text(key: str, /, **values: object) -> str:
    """Return the text of `key` in the user's language, with `values` filled in."""
    return _texts(language())[key].format(**values)


@cache
def _texts(code: Language) -> dict[str, str]:
    files = [file for file in resources.files(__name__).joinpath(code).iterdir() if file.name.endswith(".toml")]
    return {
        f"{file.name.removesuffix('.toml')}.{name}": words
        for file in files
        for name, words in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def _of_the_system() -> Language:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "de" if value.lower().startswith("de") else "en"
    return "de" if (locale.getlocale()[0] or "").lower().startswith(("de", "german")) else "en"
