"""Turns, transitions and listener signals."""

from dataclasses import replace

import pytest
from hypothesis import given

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.floor import states
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.talk import talk
from talkbalance.metrics.turntaking import responses, silences, stretches, transitions, turns
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


def test_whoever_speaks_inside_a_long_unit_takes_no_floor_however_many_do() -> None:
    found = talk(
        draw(
            """
            Baum |   ###                   | aber wir haben doch
            Cem  |         ####            | ich hätte da eine Frage
            Eva  |#################   #### | wir fangen oben an/und hier geht es weiter
            Dora | ##                      | mhm
            """,
            step=0.5,
        )
    )
    assert found.said.spans.who.tolist() == [2, 3, 0, 1, 2]
    assert found.claim.tolist() == [0, -1, 1, 2, 3]
    assert found.turn.tolist() == [0, -1, -1, 0]
    assert (found.turns.starts.tolist(), found.turns.ends.tolist()) == ([0], [12])


def test_ones_own_unit_contains_nobody() -> None:
    found = talk(draw("Eva  |####  ####    | wir fangen oben an/und hier\nBaum |          ####| gut so"))
    assert found.turn.tolist() == [0, 0, 1]


def test_what_was_left_out_ends_a_turn_and_tells_no_response_time() -> None:
    meeting = replace(draw("Eva  |####    ####      |\nBaum |             #####|"), left_out=((5, 7),))
    assert turns(meeting)[["start", "end"]].to_numpy().tolist() == [[0, 4], [8, 12], [13, 18]]
    assert responses(meeting)[["start", "offset"]].to_numpy().tolist() == [[12, 1]]
    assert transitions(meeting)[["start", "end", "kind"]].to_numpy().tolist() == [[12, 13, "gap"]]


def test_rows_say_all_there_is_to_say() -> None:
    meeting = draw("Eva (agency)  |###     ##| wir fangen an/dann\nBaum (client) |   #### | das ist es/")
    assert turns(meeting).to_numpy().tolist() == [
        [1, "Eva", "agency", 0, 3, 3, 3, "wir fangen an"],
        [2, "Baum", "client", 3, 7, 4, 3, "das ist es"],
        [3, "Eva", "agency", 8, 10, 2, 1, "dann"],
    ]
    assert responses(meeting).to_numpy().tolist() == [
        [3, 3, 0, "immediate", "Eva", "Baum", "agency", "client"],
        [7, 8, 1, "measured", "Baum", "Eva", "client", "agency"],
    ]
    assert transitions(meeting).to_numpy().tolist() == [[7, 8, 1, "gap", "Baum", "Eva"]]


@pytest.mark.parametrize(
    ("offset", "kind"), [(0.249, "immediate"), (0.25, "measured"), (4.999, "measured"), (5, "lapse"), (-1, "immediate")]
)
def test_limits_of_answers_belong_to_what_comes_after(offset: float, kind: str) -> None:
    said = (Utterance(0, 4, "Eva", "wir fangen oben an"), Utterance(4 + offset, 12, "Baum", "aber wir haben doch"))
    assert responses(Meeting((Speaker("Eva"), Speaker("Baum")), said, 12, language="de"))["kind"].tolist() == [kind]


def test_a_limit_above_the_other_is_the_least_that_can_be_asked() -> None:
    meeting = draw("Eva  |###      |\nBaum |      ###|")
    assert responses(meeting, immediate=3, lapse=3.1)["kind"].tolist() == ["measured"]
    with pytest.raises(InvalidParameter):
        responses(meeting, immediate=3, lapse=3)


def test_turns_without_times_are_numbered_and_have_their_words() -> None:
    said = tuple(
        Utterance(None, None, name, text) for name, text in (("Eva", "ja"), ("Eva", ""), ("Baum", "gut so"), ("Eva", "na"))
    )
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, None, source=Source(times="none"))
    assert turns(meeting)[["turn", "speaker", "n_words", "text"]].to_numpy().tolist() == [
        [1, "Eva", 1, "ja"],
        [2, "Baum", 2, "gut so"],
        [3, "Eva", 1, "na"],
    ]


def test_silence_and_overlap_of_three_stand_between_the_same_two() -> None:
    found = transitions(draw("Eva  |#####        |\nBaum |   ####   ####|\nCem  |    ##       |"))
    assert found.to_numpy().tolist() == [
        [3, 6, 3, "between_overlap", "Eva", "Baum"],
        [7, 10, 3, "pause", "Baum", "Baum"],
    ]


def test_silences_that_people_notice_are_longer_than_two_seconds() -> None:
    pieces = states(draw("Eva |  ##  ##    ##   #    |\nBaum|        ##            |"))
    assert silences(pieces).tolist() == [3]
    assert silences(pieces, longer_than=1.9).tolist() == [2, 2, 3]
    assert silences(states(draw("Eva |    |"))).tolist() == []
    assert silences(states(draw("Eva |    #|"))).tolist() == []


def test_stretches_end_with_another_side_or_a_longer_silence() -> None:
    meeting = draw("""
        Eva (agency)  |####  ####     ####           |
        Cem (agency)  |      ######                  |
        Baum (client) |                  ####   #### |
    """)
    starts, ends, side = stretches(talk(meeting))
    assert list(zip(starts.tolist(), ends.tolist(), [meeting.sides[i] for i in side], strict=True)) == [
        (0, 12, "agency"),
        (15, 19, "agency"),
        (18, 22, "client"),
        (25, 29, "client"),
    ]
    assert [len(part) for part in stretches(talk(draw("Eva |    |")))] == [0, 0, 0]
    starts, ends, _ = stretches(talk(meeting), pause=3)
    assert (starts.tolist(), ends.tolist()) == ([0, 18], [19, 29])


def test_without_times_or_their_ends_there_are_no_response_times() -> None:
    said = (Utterance(None, None, "Eva", "ja"),)
    with pytest.raises(Unavailable):
        responses(Meeting((Speaker("Eva"),), said, None, source=Source(times="none")))
