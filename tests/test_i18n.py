"""Both languages say the same things."""

import string

import pytest

from talkbalance import i18n
from talkbalance.errors import Unavailable


def _placeholders(words: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    german, english = i18n._texts("de"), i18n._texts("en")
    assert german.keys() == english.keys()
    for key, words in german.items():
        assert _placeholders(words) == _placeholders(english[key]), key


def test_no_text_is_left_in_the_other_language() -> None:
    german, english = i18n._texts("de"), i18n._texts("en")
    same = [key for key in german if german[key] == english[key] and len(german[key].split()) > 3]
    assert same == []


def test_an_error_speaks_the_language_it_is_shown_in() -> None:
    error = Unavailable("unavailable.no_times")
    i18n.set_language("de")
    assert "keine Zeiten" in str(error)
    i18n.set_language("en")
    assert "no times" in str(error)


@pytest.mark.parametrize(("value", "code"), [("de_DE.UTF-8", "de"), ("de_AT", "de"), ("en_US.UTF-8", "en"), ("C", "en")])
def test_the_system_decides_where_nobody_does(monkeypatch: pytest.MonkeyPatch, value: str, code: str) -> None:
    for name in ("LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", value)
    i18n.set_language(None)
    assert i18n.language() == code
