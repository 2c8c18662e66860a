"""What was made of what the other said."""

from dataclasses import replace
from math import isnan

import pytest
from hypothesis import given

from talkbalance.errors import Unavailable
from talkbalance.frames import MARKERS, UPTAKE
from talkbalance.language.background import telling
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.uptake import answers, marker_counts, markers, uptake
from tests.drawing import draw
from tests.meetings import meetings


def _untimed(*said: tuple[str, str], language: str = "de") -> Meeting:
    people = tuple(Speaker(name, side) for name, side in (("Eva", "agency"), ("Baum", "client")))
    people += (Speaker("Tom", "agency"),) * any(name == "Tom" for name, _ in said)
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
    (told,) = answers(_untimed(nothing, ("Eva", "Plakate am Bahnhof?")))
    assert (told.part, told.whole, told.words, isnan(told.ratio.value)) == (0, 0, (), True)


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


def test_a_row_has_the_turn_and_what_it_took_up() -> None:
    meeting = draw(
        "Baum (client) |####    | Die Plakate hängen am Bahnhof.\nEva (agency)  |    ####| Am Bahnhof die Plakate sehe ich."
    )
    (row,) = uptake(meeting, meaning=False).to_dict("records")
    assert (row["start"], row["end"], row["speaker"], row["side"]) == (4, 8, "Eva", "agency")
    assert row["words"] == "bahnhof, plakate"
    assert isnan(row["similarity"])
    (found,) = answers(meeting)
    whole = {word: telling(word, "de") for word in ("die", "plakate", "hängen", "am", "bahnhof")}
    assert found.whole == pytest.approx(sum(whole.values()))
    assert found.part == pytest.approx(sum(whole[word] for word in ("am", "bahnhof", "die", "plakate")))
    assert row["uptake"] == found.ratio.value == found.part / found.whole


def test_turns_without_words_are_none_and_untimed_ones_have_no_times() -> None:
    timed = draw("Baum |###       | Die Plakate.\nEva  |   ##     |\nCem  |     ##   | Welche Plakate?")
    assert uptake(timed, meaning=False)[["speaker", "words"]].to_numpy().tolist() == [["Cem", "plakate"]]
    untimed = _untimed(("Baum", "Die Plakate."), ("Baum", "Am Bahnhof."), ("Eva", ""), ("Eva", "Welche Plakate?"))
    (row,) = uptake(untimed, meaning=False).to_dict("records")
    assert (isnan(row["start"]), isnan(row["end"]), row["text"], row["words"]) == (True, True, "Welche Plakate?", "plakate")
    assert answers(untimed)[0].said.text == "Die Plakate. Am Bahnhof."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ja, aber so nicht.", "dismissal"),
        ("Ja, aber so.", ""),  # three words make no quote
        ("Na ja, ja, aber so geht es nicht.", "dismissal"),
        ("Na, ja, na, das muss alles neu gemacht werden.", "dismissal"),
        ("Na, ja, na, na, das muss alles neu gemacht werden.", ""),  # four words before it
        ("Gestern, ja, aber so geht es nicht.", ""),
        ("Das heißt, Sie wollen und dann können.", "reflection"),  # the advice comes too late
        ("Das heißt, Sie wollen dann können.", ""),
        ("Das muss alles neu sein und Sie können gehen.", "dismissal"),
        ("Das muss alles neu, können Sie das?", ""),
        ("Habe ich Sie richtig verstanden, dass das Plakat bleibt?", "reflection"),
        ("Das heißt, Sie wollen bekannter werden, oder?", "reflection"),
    ],
)
def test_where_a_quote_begins_and_ends(text: str, kind: str) -> None:
    found = markers(_untimed(("Eva", text)))
    assert found["kind"].tolist() == [kind] * bool(kind)


WE = "Wir sehen das so."


def _stretch(seconds: float, *said: str, agency: bool = True) -> Meeting:
    """Return a meeting in which one person speaks for some seconds after the other has for ten."""
    each = seconds / len(said)
    spoken = [Utterance(10 + i * each, 10 + (i + 1) * each, "Eva", text) for i, text in enumerate(said)]
    client = Utterance(0, 10, "Baum", "Die Litfaßsäule fehlt mir doch sehr.")
    people = (Speaker("Eva", "agency" if agency else "client"), Speaker("Baum", "client" if agency else "agency"))
    after = Utterance(12 + seconds, 15 + seconds, "Baum", "Das finde ich auch so richtig.")
    return Meeting(people, (client, *spoken, after), 300, language="de", source=Source(times="utterance"))


@pytest.mark.parametrize(
    ("seconds", "said", "pitch"),
    [
        (60.001, [WE, f"{WE} {WE} {WE}"], True),
        (60, [WE, f"{WE} {WE} {WE}"], False),  # not longer than a minute
        (80, [WE, f"{WE} {WE} {WE}"], True),  # four times in 80 s: three a minute
        (81, [WE, f"{WE} {WE} {WE}"], False),
        (70, [WE, f"{WE} {WE} {WE}", "Was meinen Sie dazu?"], False),
        (70, ["Was meinen Sie dazu?", f"{WE} {WE} {WE} {WE}"], False),
    ],
)
def test_a_pitch_is_longer_than_a_minute_says_we_and_asks_nothing(seconds: float, said: list[str], pitch: bool) -> None:
    found = markers(_stretch(seconds, *said))
    assert found[found["kind"] == "pitch"][["start", "end", "speaker", "side", "text"]].to_numpy().tolist() == (
        [[10, 10 + seconds, "Eva", "agency", " ".join(said)]] if pitch else []
    )
    assert "pitch" not in set(markers(_stretch(seconds, *said, agency=False))["kind"])


def test_what_the_client_asks_before_and_after_is_no_question_of_the_pitch() -> None:
    meeting = _stretch(70, WE, f"{WE} {WE} {WE}")
    first, *said, last = meeting.utterances
    asking = replace(
        meeting, utterances=(replace(first, text="Was meinen Sie dazu?"), *said, replace(last, text="Was kostet das?"))
    )
    assert "pitch" in set(markers(asking)["kind"])
    at_once = replace(meeting, utterances=(first, *said, replace(last, start=80, text="Was kostet das?")))
    assert "pitch" in set(markers(at_once)["kind"])
    meanwhile = replace(meeting, utterances=(first, *said, Utterance(30, 31.5, "Baum", "Was kostet das?"), last))
    assert "pitch" in set(markers(meanwhile)["kind"]), "what the client asks inside it, the agency has not asked"
    sideless = replace(meeting, speakers=tuple(Speaker(speaker.name) for speaker in meeting.speakers))
    assert "pitch" not in set(markers(sideless)["kind"])


@pytest.mark.parametrize(
    ("between", "word", "back"),
    [(4, "Plakat", True), (3, "Plakat", False), (4, "Bahnhof", True), (4, "Farbe", True), (4, "Haus", False)],  # Farbe tells 3.0
)
def test_a_telling_word_calls_back_after_four_turns_without_it(between: int, word: str, back: bool) -> None:
    fill = [(("Eva", "Tom")[i % 2], text) for i, text in enumerate(("Gut.", "Nun ja.", "Weiter.", "Gern.")[:between])]
    meeting = _untimed(("Baum", f"Zum {word}."), *fill, (("Eva", "Tom")[between % 2], f"Und {word}?"))
    assert len(markers(meeting)) == back


def test_only_anothers_word_is_called_back_and_only_once_it_was_away() -> None:
    away = [("Eva", "Gut."), ("Baum", "Nun ja."), ("Eva", "Weiter."), ("Baum", "Gern.")]
    own = _untimed(("Eva", "Zum Plakat."), ("Baum", "Ach so."), *away, ("Eva", "Zurück zum Plakat."))
    assert markers(own).empty
    twice = _untimed(
        ("Baum", "Zum Plakat."),
        *away,
        ("Eva", "Plakat?"),
        ("Baum", "Ja."),
        ("Eva", "Plakat!"),
        *away[1:],
        ("Eva", "Gut."),
        ("Baum", "Plakat."),
    )
    assert markers(twice)[["speaker", "text"]].to_numpy().tolist() == [["Eva", "plakat"]]


def test_only_what_is_said_in_a_stretch_makes_it_a_pitch() -> None:
    meeting = _stretch(70, "Die Farben sind gut.", "Und die Schrift auch.")
    wrong = (Utterance(90, 95, "Eva", f"{WE} {WE} {WE} {WE} {WE}"), Utterance(20, 22, "Baum", f"{WE} {WE} {WE} {WE} {WE}"))
    said = tuple(sorted((*meeting.utterances, *wrong), key=lambda u: u.start or 0.0))
    assert "pitch" not in set(markers(replace(meeting, utterances=said))["kind"])


def test_what_begins_first_stands_first_however_long_it_lasts() -> None:
    found = markers(_stretch(70, f"{WE} {WE} {WE} {WE}", "Das heißt, Sie wollen mehr.", "Und das ist gut."))
    assert found["kind"].tolist() == ["pitch", "reflection"]


def test_markers_stand_in_order_of_time_and_are_counted_by_side() -> None:
    meeting = _stretch(70, WE, f"{WE} {WE} {WE}")
    first, *said, last = meeting.utterances
    quoted = replace(
        meeting,
        utterances=(replace(first, text="Das muss alles neu sein."), *said, replace(last, text="Das heißt, Sie wollen mehr.")),
    )
    found = markers(quoted)
    assert found[["start", "end", "side", "kind"]].to_numpy().tolist() == [
        [0, 10, "client", "dismissal"],
        [10, 80, "agency", "pitch"],
        [82, 85, "client", "reflection"],
    ]
    assert dict(marker_counts(quoted)) == {("client", "dismissal"): 1, ("agency", "pitch"): 1, ("client", "reflection"): 1}
    untimed = markers(_untimed(("Eva", "Das heißt, Sie wollen mehr.")))
    assert untimed[["start", "end"]].isna().all(axis=None)
