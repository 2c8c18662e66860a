"""Which speaker said which word, decided word by word."""

from hypothesis import given
from hypothesis import strategies as st

from talkbalance.meeting import UNKNOWN, Word
from talkbalance.speech.attribution import REACH, attribute
from talkbalance.speech.backend import Span


def _said(words: list[Word], spans: list[Span]) -> list[tuple[str, str]]:
    return [(u.speaker, u.text) for u in attribute(words, spans)]


def test_a_word_goes_to_the_voice_that_speaks_longest_inside_it() -> None:
    words = [Word(0, 1, "Guten"), Word(1, 3, "Tag"), Word(3, 4, "und")]
    assert _said(words, [Span(0, 1.8, "S1"), Span(1.8, 4, "S2")]) == [("S1", "Guten"), ("S2", "Tag und")]


def test_a_tie_goes_to_the_voice_of_the_word_before() -> None:
    words = [Word(0, 1, "ich"), Word(2, 3, "möchte"), Word(4, 5, "das")]
    spans = [Span(0, 6, "S1"), Span(1.5, 6, "S2")]
    assert _said(words, spans) == [("S1", "ich möchte das"), ("S2", "")]


def test_a_tie_without_a_neighbour_goes_to_the_voice_that_started_first() -> None:
    assert _said([Word(1, 2, "ja")], [Span(0, 3, "S2"), Span(0.5, 3, "S1")]) == [("S2", "ja"), ("S1", "")]


def test_a_word_in_a_gap_goes_to_the_nearest_span_within_reach() -> None:
    assert _said([Word(2.1, 2.4, "ja")], [Span(0, 2, "S1"), Span(3, 4, "S2")]) == [("S1", "ja"), ("S2", "")]


def test_a_word_far_from_any_span_is_nobodys() -> None:
    far = Word(2 + REACH + 0.1, 2 + REACH + 0.5, "was")
    assert _said([far], [Span(0, 2, "S1")]) == [("S1", ""), (UNKNOWN, "was")]
    assert _said([far], []) == [(UNKNOWN, "was")]


def test_speech_without_words_is_kept() -> None:
    assert _said([], [Span(0, 1, "S1"), Span(2, 2.4, "S2")]) == [("S1", ""), ("S2", "")]


def test_doubt_in_an_overlap_is_kept_as_confidence() -> None:
    spans = [Span(0, 4, "S1", 0.9), Span(2, 4, "S2", 0.8)]
    sure, unsure = attribute([Word(0, 1, "klar")], spans), attribute([Word(2.5, 3, "klar")], spans)
    assert sure[0].confidence == 0.9
    assert unsure[0].confidence is not None
    assert unsure[0].confidence < 0.9


word_lists = st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 3_000)), max_size=30).map(
    lambda spans: [Word(a / 1000, (a + n) / 1000, f"w{i}") for i, (a, n) in enumerate(sorted(spans))]
)
span_lists = st.lists(st.tuples(st.integers(0, 10), st.integers(1, 3), st.sampled_from("AB")), max_size=8).map(
    lambda spans: [Span(a * 3.0, a * 3.0 + n, who) for a, n, who in {(a, w): (a, n, w) for a, n, w in spans}.values()]
)


@given(word_lists, span_lists)
def test_no_word_is_lost_or_doubled_and_every_span_stays(words: list[Word], spans: list[Span]) -> None:
    found = attribute(words, spans)
    assert sorted(w.text for u in found for w in u.words) == sorted(w.text for w in words)
    kept = sorted((u.start, u.end, u.speaker) for u in found if u.speaker != UNKNOWN)
    assert kept == sorted((s.start, s.end, s.speaker) for s in spans)


def test_the_sentence_that_goes_on_in_the_other_voice_began_in_it() -> None:
    words = [
        Word(0, 1, "wie"),
        Word(1, 2, "wir"),
        Word(2, 3, "überhaupt."),
        Word(3, 4, "Das"),
        Word(4, 5, "steht"),
        Word(5, 6, "da"),
    ]
    spans = [Span(0, 5, "S1"), Span(2.5, 6, "S2")]
    assert _said(words, spans) == [("S1", "wie wir überhaupt."), ("S2", "Das steht da")]


def test_a_sentence_that_goes_on_in_the_same_voice_stays_with_it() -> None:
    words = [Word(0, 2, "Gut."), Word(2, 3, "Das"), Word(3, 4, "ist"), Word(4, 5, "so."), Word(5, 6, "Ja")]
    assert _said(words, [Span(0, 5, "S1"), Span(1.5, 6, "S2")]) == [("S1", "Gut. Das ist so."), ("S2", "Ja")]


def test_what_was_said_before_the_other_began_stays() -> None:
    words = [Word(0, 1, "Gut."), Word(1, 2, "Wir"), Word(2, 3, "haben"), Word(3, 4, "dann"), Word(4, 5, "doch")]
    assert _said(words, [Span(0, 4, "S1"), Span(2.8, 5, "S2")]) == [("S1", "Gut. Wir haben dann"), ("S2", "doch")]
