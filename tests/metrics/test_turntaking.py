"""Turns, transitions and listener signals."""

from dataclasses import replace

import pytest
from hypothesis import given

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.talk import talk
from talkbalance.metrics.turntaking import responses, transitions, turns
from tests.drawing import draw
from tests.meetings import meetings


def test_a_listener_signal_ends_no_turn() -> None:
    meeting = draw(
        """
        Eva  |######################## ########            | wir fangen oben an/und hier geht es weiter
        Baum |          ##            ###         #########| mhm/genau/dann machen wir das so
        """,
        step=0.25,
    )
    found = turns(meeting)
    assert found[["speaker", "start", "end"]].to_numpy().tolist() == [["Eva", 0, 8.25], ["Baum", 9, 11.25]]
    signals = backchannels(meeting)
    assert signals[["speaker", "to", "text"]].to_numpy().tolist() == [["Baum", "Eva", "mhm"], ["Baum", "Eva", "genau"]]


def test_what_lies_inside_anothers_unit_is_in_no_turn() -> None:
    meeting = draw(
        "Eva  |############   |wir fangen oben an\nBaum |    ####       |aber wir haben doch\nCem |            ###|gut so"
    )
    found = talk(meeting)
    assert found.turn.tolist() == [0, -1, 1]
    assert [found.turns.speakers[who] for who in found.turns.who] == ["Eva", "Cem"]


def test_what_ends_with_anothers_unit_lies_inside_it() -> None:
    found = talk(draw("Eva  |############| wir fangen oben an\nBaum |    ########| aber wir haben doch"))
    assert found.turn.tolist() == [0, -1]


def test_what_answers_a_question_or_begins_a_turn_is_no_listener_signal() -> None:
    answer = draw(
        """
        Eva  |############     ########| Haben Sie das gesehen?/dann zeige ich es
        Baum |             ##          | Ja
        """,
        step=0.25,
    )
    begins = draw(
        """
        Eva  |############             ####| wir fangen oben an/gut
        Baum |             ## #########    | Ja/aber das Blau gefällt mir nicht
        """,
        step=0.25,
    )
    assert backchannels(answer).empty
    assert backchannels(answer, rule="plain").empty
    assert backchannels(begins, rule="plain").empty
    assert backchannels(begins)["speaker"].tolist() == ["Eva"]
    assert turns(answer)["speaker"].tolist() == ["Eva", "Baum", "Eva"]


def test_a_short_sound_without_words_can_be_a_listener_signal() -> None:
    meeting = draw("Eva |################| wir fangen oben an\nBaum |     ##         |", step=0.25)
    assert backchannels(meeting)["text"].tolist() == [""]


def test_a_contained_unit_takes_no_floor() -> None:
    meeting = draw(
        "Eva |####################| wir fangen oben an\nBaum |     ########       | ich hätte da aber eine Frage", step=0.25
    )
    assert turns(meeting)["speaker"].tolist() == ["Eva"]


def test_without_times_turns_are_runs_of_utterances() -> None:
    said = tuple(Utterance(None, None, name, "ja gut") for name in ("Eva", "Eva", "Baum"))
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, None, source=Source(times="none"))
    found = turns(meeting)
    assert found["n_words"].tolist() == [4, 2]
    assert found["start"].isna().all()


def test_the_four_transitions() -> None:
    found = transitions(
        draw("""
            Eva  |##  #####    ####       |
            Baum |      ##       ####  ###|
            Cem  |                       #|
        """)
    )
    assert found[["start", "end", "kind", "speaker_from", "speaker_to"]].to_numpy().tolist() == [
        [2, 4, "pause", "Eva", "Eva"],
        [6, 8, "within_overlap", "Eva", "Eva"],
        [9, 13, "pause", "Eva", "Eva"],
        [15, 17, "between_overlap", "Eva", "Baum"],
        [19, 21, "pause", "Baum", "Baum"],
    ]


def test_a_silence_between_two_people_is_a_gap() -> None:
    found = transitions(draw("Eva |###     |\nBaum |     ###|"))
    assert found[["start", "end", "kind", "speaker_to"]].to_numpy().tolist() == [[3, 5, "gap", "Baum"]]


@given(meetings())
def test_turns_are_in_order_and_alternate(meeting: Meeting) -> None:
    found = turns(meeting)
    assert found["start"].is_monotonic_increasing
    assert (found["speaker"] != found["speaker"].shift()).all()
    assert found["turn"].tolist() == list(range(1, len(found) + 1))


@given(meetings())
def test_transitions_lie_between_solo_stretches(meeting: Meeting) -> None:
    found = transitions(meeting)
    assert (found["duration"] > 0).all()
    same = found["speaker_from"] == found["speaker_to"]
    assert (same == found["kind"].isin(["pause", "within_overlap"])).all()


def test_where_overlaps_are_not_observable_signals_are_not_counted() -> None:
    with pytest.raises(Unavailable):
        backchannels(draw("Eva |##|", overlap_observable=False))


def test_an_answer_before_the_end_has_a_negative_offset() -> None:
    found = responses(draw("Eva  |########      ###  |\nBaum |      ######       |", step=0.5))
    assert found[["start", "end", "offset", "kind"]].to_numpy().tolist() == [
        [4, 3, -1, "immediate"],
        [6, 7, 1, "measured"],
    ]


def test_an_answer_after_five_seconds_is_a_lapse_and_both_limits_are_parameters() -> None:
    meeting = draw("Eva  |###      |\nBaum |        #|")
    assert responses(meeting)["kind"].tolist() == ["lapse"]
    assert responses(meeting, lapse=6)["kind"].tolist() == ["measured"]
    with pytest.raises(InvalidParameter):
        responses(meeting, immediate=3, lapse=2)


def test_a_transcript_of_starts_has_no_response_times() -> None:
    meeting = draw("Eva |##  |\nBaum|  ##|")
    with pytest.raises(Unavailable):
        responses(replace(meeting, source=replace(meeting.source, times="start")))


@given(meetings())
def test_every_change_of_the_floor_is_a_response(meeting: Meeting) -> None:
    found, floor = responses(meeting), turns(meeting)
    assert len(found) == max(0, len(floor) - 1)
    assert (found["offset"] == (found["end"] - found["start"]).round(3)).all()
