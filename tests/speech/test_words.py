"""What an engine claims to have heard, and what is believed of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.speech.backend import RATE
from talkbalance.speech.windows import Stretch, Window
from talkbalance.speech.words import FAR, LEFT, Heard, after, believed, plain, without_loops, without_phrases


def says(text: str, *, pace: float = 0.3) -> list[Heard]:
    return [Heard(pace * i, pace * (i + 1), word, 0.9) for i, word in enumerate(text.split())]


def texts(words: list[Heard]) -> str:
    return " ".join(word.text for word in words)


def window(start: float, end: float, *speech: Stretch) -> Window:
    return Window(start, end, np.zeros(round((end - start) * RATE), np.float32), speech or ((start, end),))


@pytest.mark.parametrize(
    "phrase",
    [
        "Untertitelung des ZDF, 2020",
        "Untertitelung im Auftrag des ZDF für funk, 2017",
        "Untertitel der Amara.org-Community",
        "Untertitel von Stephanie Geiges",
        "ARD Text im Auftrag von Funk (2017)",
        "Copyright WDR 2021",
        "SWR 2020",
        "Vielen Dank fürs Zuschauen!",
        "Vielen Dank für das Zuschauen.",
        "Thanks for watching!",
        "Thank you very much for watching.",
        "Subtitles by the Amara.org community",
        "Please subscribe to my channel.",
    ],
)
def test_a_phrase_of_subtitle_makers_is_dropped_where_it_stands_alone(phrase: str) -> None:
    assert without_phrases(says(phrase)) == []
    assert texts(without_phrases(says(f"Bis morgen. {phrase}"))) == "Bis morgen."


@pytest.mark.parametrize(
    "sentence",
    [
        "Wir brauchen die Untertitelung des ZDF, sonst dürfen wir nicht senden.",
        "Der Untertitel der Broschüre fehlt.",
        "Untertitel.",
        "ZDF.",
        "Vielen Dank.",
        "Danke fürs Zuhören.",
        "Thank you.",
        "People subscribe to our channel every day.",
        "Und dann vielen Dank fürs Zuschauen drunter.",
    ],
)
def test_what_somebody_may_really_say_stays(sentence: str) -> None:
    assert texts(without_phrases(says(sentence))) == sentence


def test_a_pause_sets_a_phrase_apart_without_punctuation() -> None:
    words = [
        Heard(0.0, 0.5, "gut"),
        Heard(9.0, 9.5, "Vielen"),
        Heard(9.5, 9.8, "Dank"),
        Heard(9.8, 10.0, "fürs"),
        Heard(10.0, 10.6, "Zuschauen"),
    ]
    assert texts(without_phrases(words)) == "gut"


LONG = "das will ich auch nicht vor dem Platz sein, wo wir sie immer und auch sonst nie wieder sehen wollen"


@pytest.mark.parametrize("loop", ["ja", "und dann", "das tut mir leid", "ich weiß nicht, was das soll, aber gut.", LONG])
def test_of_a_loop_the_first_round_is_kept(loop: str) -> None:
    assert texts(without_loops(says(f"Also {f'{loop} ' * 30} Schluss."))) == f"Also {loop} Schluss."


def test_people_may_say_the_same_four_times() -> None:
    assert texts(without_loops(says("ja ja ja ja"))) == "ja ja ja ja"


@given(st.lists(st.sampled_from(["ja", "nein", "gut", "Ja,"]), max_size=60))
def test_nothing_repeats_more_than_allowed_where_a_loop_was_cut(words: list[str]) -> None:
    kept = [plain(word.text) for word in without_loops(says(" ".join(words)))]
    assert set(kept) == {plain(word) for word in words}


def test_words_far_from_speech_are_dropped_and_near_ones_kept() -> None:
    here = window(0.0, 10.0, (2.0, 3.0))
    heard = [Heard(0.2, 0.8, "weit"), Heard(2.2, 2.8, "da"), Heard(3.1, 3.0 + FAR - 0.1, "nah"), Heard(8.0, 9.0, "fern")]
    assert [word.text for word in believed(heard, here)] == ["da", "nah"]


def test_a_word_is_drawn_in_to_the_speech_it_lies_on() -> None:
    (word,) = believed([Heard(0.0, 2.9, "Straßenbahn")], window(10.0, 15.0, (11.0, 12.0)))
    assert (word.start, word.end) == (10.9, 12.1)


def test_no_word_is_longer_than_its_letters_take() -> None:
    first, last = believed([Heard(0.0, 4.0, "Ja,"), Heard(4.0, 9.0, "nein")], window(0.0, 10.0))
    assert 3.0 < first.start < first.end == 4.0, "a word that opens a sentence smears into the pause before it"
    assert first.end <= last.start == 4.0, "a later one into the pause after it"
    assert last.end < 5.2


def test_punctuation_alone_is_no_word_and_spaces_are_no_part_of_one() -> None:
    assert [word.text for word in believed([Heard(0, 1, " Gut,"), Heard(1, 2, " …"), Heard(2, 3, " -")], window(0.0, 5.0))] == [
        "Gut,"
    ]


heard_words = st.builds(
    lambda start, length, text, chance: Heard(start, start + length, text, chance),
    st.floats(-1, 12),
    st.floats(-1, 8),
    st.sampled_from(["Ja.", "genau", "Straßenbahnhaltestelle", "nein?", "…"]),
    st.none() | st.floats(-0.5, 1.5),
)


@given(st.lists(heard_words, max_size=20), st.floats(0, 100), st.floats(0.5, 9.87654))
def test_whatever_an_engine_gives_the_promises_hold(heard: list[Heard], start: float, length: float) -> None:
    here = window(start, start + length)
    words = believed(heard, here)
    assert all(round(start, 3) <= word.start < word.end <= start + length for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert all(word.probability is None or 0 <= word.probability <= 1 for word in words)


def test_what_is_left_unheard_is_found() -> None:
    here = window(10.0, 20.0, (10.2, 12.0), (14.0, 19.0))
    (word,) = believed([Heard(0.2, 2.0, "Straßenbahnhaltestelle")], here)
    rest = after(here, [word])
    assert rest is not None
    assert rest.speech == ((14.0, 19.0),)
    assert len(rest.samples) == pytest.approx((rest.end - rest.start) * RATE, abs=1)
    assert word.end <= rest.start < 14.0


def test_a_short_rest_is_let_go() -> None:
    here = window(0.0, 3.0, (0.0, 1.0 + LEFT / 2))
    assert after(here, believed([Heard(0.0, 1.0, "Straßenbahn")], here)) is None
    assert after(here, ()) is None
