import pytest

from talkbalance.language import (
    content_words,
    is_backchannel,
    is_cut_off,
    is_function_word,
    language_of,
    word_class,
    words,
)
from talkbalance.language.words import LANGUAGES, LISTED_ROLES, SIGNAL_KINDS, Language, is_hum, lexicon, role, signal_kind
from talkbalance.meeting import Meeting, Source, Speaker, Utterance


def untimed(*texts: str, language: str | None = None) -> Meeting:
    utterances = [Utterance(None, None, "Eva", text) for text in texts]
    return Meeting((Speaker("Eva"),), tuple(utterances), duration=None, language=language, source=Source(times="none"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe, Übung und Maß", ("größe", "übung", "und", "maß")),
        ("Gro\u0308ße", ("größe",)),
        ("İstanbul'da ağaç şöyle", ("i̇stanbul'da", "ağaç", "şöyle")),
        ("Привет, Москва!", ("привет", "москва")),
        ("Geht’s per E-Mail?", ("geht's", "per", "e-mail")),
        ("3,5 Prozent um 10:30", ("3,5", "prozent", "um", "10:30")),
        ("Vor- und Nachteile –", ("vor", "und", "nachteile")),
        ("don't 'quote'", ("don't", "quote")),
        ("… — ?!", ()),
        ("", ()),
    ],
)
def test_one_rule_for_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(("word", "language"), [("und", "de"), ("dem", "de"), ("muß", "de"), ("of", "en"), ("The", "en")])
def test_function_words(word: str, language: str) -> None:
    assert is_function_word(word, "de" if language == "de" else "en")


def test_content_words_and_unknown_languages_have_no_function_words() -> None:
    assert word_class("Plakat", "de") == ""
    assert not is_function_word("und", None)
    assert not is_function_word("…", "de")


@pytest.mark.parametrize("word", ["wor-", "wor–", "wor—", "da…", "da...", "Pla-,", "we/"])
def test_cut_off_words(word: str) -> None:
    assert is_cut_off(word)


@pytest.mark.parametrize("word", ["E-Mail", "gut.", "z.B.", "ja?", ""])
def test_whole_words(word: str) -> None:
    assert not is_cut_off(word)


@pytest.mark.parametrize("text", ["", "Mhm.", "Ja, genau.", "Ach so!", "ja ja ja", "Alles klar"])
def test_german_listener_signals(text: str) -> None:
    assert is_backchannel(text, "de")


@pytest.mark.parametrize("text", ["Ja, aber", "Plakat", "ja ja ja ja", "Genau das"])
def test_no_german_listener_signals(text: str) -> None:
    assert not is_backchannel(text, "de")


@pytest.mark.parametrize("text", ["Uh-huh.", "I see", "Yeah, right.", "Oh, that's right"])
def test_english_listener_signals(text: str) -> None:
    assert is_backchannel(text, "en")


def test_in_an_unknown_language_only_speech_without_words_can_be_a_listener_signal() -> None:
    assert is_backchannel("", None)
    assert not is_backchannel("mhm", None)


@pytest.mark.parametrize(
    ("stated", "expected"), [("de", "de"), ("de-DE", "de"), ("DE_at", "de"), ("en-GB", "en"), ("fr", None), ("deutsch", None)]
)
def test_the_stated_language_counts(stated: str, expected: str | None) -> None:
    assert language_of(untimed("The shop is on the corner of the street", language=stated)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir haben das dann so gemacht, weil es nicht anders ging", "de"),
        ("And then we did it that way because there was no other", "en"),
        ("Nous avons fait cela parce que c'était nécessaire", None),
        ("", None),
    ],
)
def test_otherwise_the_small_words_tell(text: str, expected: str | None) -> None:
    assert language_of(untimed(text)) == expected


def test_content_words_meet_across_inflection() -> None:
    assert content_words("Die Bäume und Plakate", "de") & content_words("Der Baum, das Plakat", "de") == {"baum", "plakat"}
    assert content_words("posters were printed", "en") & content_words("the printing of a poster", "en") == {"poster", "print"}
    assert content_words("Ja, das machen wir dann", "de") == frozenset()


@pytest.mark.parametrize("word", ["mhm", "mm", "mmmm", "hm", "hmmm", "mm-hmm", "hm-hm", "hmhm"])
def test_hums_of_every_spelling(word: str) -> None:
    assert is_hum(word)
    assert is_backchannel(word, "de")
    assert is_backchannel(word, "en")


@pytest.mark.parametrize("word", ["m", "h", "hh", "h-h", "ham", "um", ""])
def test_what_is_no_hum(word: str) -> None:
    assert not is_hum(word)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("und dann wollten wir den", "de", "article"),
        ("weil wir den Namen behalten wollten", "de", ""),
        ("wir wollten", "de", "modal"),
        ("dass er das gemacht hat", "de", ""),
        ("er hat", "de", "have"),
        ("that he has said we have", "en", "have"),
        ("they have built it", "en", "it"),
        ("das gibt's", "de", "contracted"),
        ("mhm", "de", "signal"),
        ("the poster", "en", ""),
        ("", "en", "nothing"),
    ],
)
def test_what_the_last_word_does(text: str, language: Language, expected: str) -> None:
    assert role(words(text), -1, language) == expected


def test_without_a_known_language_no_word_does_anything() -> None:
    assert role(("the", "a"), 0, None) == ""
    assert role(("the", "a"), 2, None) == "nothing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_has_words_in_every_language(language: Language) -> None:
    for name in LISTED_ROLES:
        assert any(role((word,), 0, language) == name for word in lexicon(language).words(f"role_{name}"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_signal_has_words_in_every_language(language: Language) -> None:
    for kind in SIGNAL_KINDS[1:]:
        listed = lexicon(language).words(f"signal_{kind}")
        assert listed
        assert any(signal_kind(word, language) == kind for word in listed)
    assert signal_kind("mhm", None) == signal_kind("plakat", language) == ""
