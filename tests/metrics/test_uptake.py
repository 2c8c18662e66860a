"""What was made of what the other said."""

from dataclasses import replace
from math import isnan

import pytest
from hypothesis import given

from talkbalance.errors import Unavailable
from talkbalance.frames import MARKERS, UPTAKE
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.uptake import answers, markers, uptake
from tests.drawing import draw
from tests.meetings import meetings


def _untimed(*said: tuple[str, str], language: str = "de") -> Meeting:
    people = tuple(Speaker(name, side) for name, side in (("Eva", "agency"), ("Baum", "client")))
    spoken = tuple(Utterance(None, None, name, text) for name, text in said)
    return Meeting(people, spoken, None, language=language, source=Source(times="none"))


def test_telling_words_weigh_more_than_small_ones() -> None:
    said = ("Baum", "Und die Plakate hängen am Bahnhof.")
    (small,) = uptake(_untimed(said, ("Eva", "Und die am Mittwoch?")), meaning=False)["uptake"]
    (telling,) = uptake(_untimed(said, ("Eva", "Welche Plakate meinen Sie?")), meaning=False)["uptake"]
    assert 0 < small < telling < 1


def test_who_repeats_everything_takes_up_everything_and_nothing_is_taken_up_of_nothing() -> None:
    whole, nothing = ("Baum", "Plakate am Bahnhof."), ("Baum", "Mhm.")
    assert uptake(_untimed(whole, ("Eva", "Plakate am Bahnhof?")), meaning=False)["uptake"].tolist() == [1]
    assert isnan(uptake(_untimed(nothing, ("Eva", "Plakate am Bahnhof?")), meaning=False)["uptake"].iloc[0])


def test_colleagues_do_not_answer_one_another() -> None:
    meeting = _untimed(("Eva", "Das Plakat gefällt mir."), ("Baum", "Mir nicht."))
    same = replace(meeting, speakers=tuple(replace(s, side="agency") for s in meeting.speakers))
    assert len(answers(meeting)) == 1
    assert answers(same) == ()


@pytest.mark.parametrize("word", ["Größe", "Ağustos", "Москва"])
def test_words_of_every_script_are_taken_up(word: str) -> None:
    meeting = _untimed(("Baum", f"Es geht um {word} natürlich."), ("Eva", f"Warum {word}?"))
    assert uptake(meeting, meaning=False)["words"].tolist() == [word.lower()]


@pytest.mark.models
def test_what_means_the_same_is_closer_in_either_language() -> None:
    said = ("Baum", "Unsere Plakate sieht niemand.")
    for language, near, far in (
        ("de", "Die Werbung wird nicht wahrgenommen.", "Morgen soll es regnen."),
        ("en", "Nobody notices your posters.", "It may rain tomorrow."),
    ):
        (close,) = uptake(_untimed(said, ("Eva", near), language=language))["similarity"]
        (distant,) = uptake(_untimed(said, ("Eva", far), language=language))["similarity"]
        assert close > distant + 0.2


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("de", "Das heißt, Sie wollen bekannter werden.", "reflection"),
        ("de", "Also, habe ich Sie richtig verstanden, der Name bleibt.", "reflection"),
        ("de", "Ihnen ist also wichtig, dass der Name bleibt, oder?", "reflection"),
        ("de", "Das heißt, Sie müssen jetzt unterschreiben.", ""),
        ("de", "Sie sagen also was genau?", ""),
        ("de", "Das muss alles neu gemacht werden.", "dismissal"),
        ("de", "Ja, aber so geht das doch nicht.", "dismissal"),
        ("de", "Ja, aber wann haben Sie Zeit?", ""),
        ("de", "Ja, aber …", ""),
        ("en", "It sounds like the name has to stay.", "reflection"),
        ("en", "So you want to keep the name.", "reflection"),
        ("en", "So you can buy it here.", ""),
        ("en", "Yeah, but that will never look good.", "dismissal"),
        ("en", "We open at nine.", ""),
    ],
)
def test_what_a_sentence_begins_with_makes_it_a_quote(language: str, text: str, kind: str) -> None:
    found = markers(_untimed(("Eva", text), language=language))
    assert found["kind"].tolist() == ([kind] if kind else [])


def test_a_long_stretch_about_oneself_without_a_question_is_a_pitch() -> None:
    boast = "Wir sind die Besten und unsere Leute haben uns einen Namen gemacht, wir können alles, weil wir gut sind"
    meeting = draw(f"Eva (agency)  |########## | {boast}\nBaum (client) |          #| ja", step=10)
    assert markers(meeting)["kind"].tolist() == ["pitch"]
    asking = draw(f"Eva (agency)  |########## | {boast}. Was meinen Sie?\nBaum (client) |          #| ja", step=10)
    assert markers(asking)["kind"].tolist() == []


def test_a_word_of_the_other_returns_after_four_turns() -> None:
    turns = [("Baum", "Die Litfaßsäule fehlt."), ("Eva", "Gut."), ("Baum", "Nun ja."), ("Eva", "Weiter."), ("Baum", "Gern.")]
    found = markers(_untimed(*turns, ("Eva", "Zurück zur Litfaßsäule.")))
    assert found[["speaker", "kind", "text"]].values.tolist() == [["Eva", "callback", "litfaßsäule"]]
    assert markers(_untimed(*turns[:1], ("Eva", "Welche Litfaßsäule?"))).empty


def test_without_words_or_in_another_language_nothing_is_said() -> None:
    with pytest.raises(Unavailable):
        uptake(draw("Eva |##|"))
    with pytest.raises(Unavailable):
        markers(replace(draw("Eva |##| bonjour"), language="fr"))


@given(meetings())
def test_every_meeting_has_both_tables(meeting: Meeting) -> None:
    try:
        taken, quoted = uptake(meeting, meaning=False), markers(meeting)
    except Unavailable:
        return
    assert list(taken.columns) == list(UPTAKE)
    assert list(quoted.columns) == list(MARKERS)
    assert taken["uptake"].dropna().between(0, 1 + 1e-9).all()
