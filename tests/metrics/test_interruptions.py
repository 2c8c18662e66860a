"""Interruptions by a stated rule."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.meeting import Check, Meeting, Source, Speaker, Utterance
from talkbalance.metrics.interruptions import Rule, cuts, floor_taking, interruptions
from talkbalance.metrics.talk import talk
from tests.drawing import draw
from tests.meetings import meetings

CUT_SHORT = """
    Baum (client) |##############             ######| Wir wollten zur Broschüre eigentlich noch die/die Broschüre eben
    Eva (agency)  |           ###########           | Das machen wir alles neu
"""
DONE_ANYWAY = """
    Baum (client) |##############                   | So machen wir das mit der Broschüre.
    Eva (agency)  |           ###########           | Das machen wir alles neu
"""
GAVE_UP = """
    Eva (agency)  |########################| Zuerst kommt die Strategie und danach das Logo und die Farben.
    Baum (client) |        ######          | Aber wir haben doch den
"""
STEP = 0.25


def test_who_is_cut_short_by_whom() -> None:
    (row,) = interruptions(draw(CUT_SHORT, step=STEP)).to_dict("records")
    assert row.pop("confidence") > 0.5
    assert row == {
        "start": 2.75,
        "end": 3.5,
        "overlap": 0.75,
        "interrupter": "Eva",
        "interrupted": "Baum",
        "cut_off": "Baum",
        "interrupter_side": "agency",
        "interrupted_side": "client",
        "kind": "taken",
        "resumed": True,
    }


def test_a_finished_sentence_is_no_likely_interruption_but_the_floor_was_taken() -> None:
    meeting = draw(DONE_ANYWAY, step=STEP)
    assert interruptions(meeting).empty
    assert interruptions(meeting, rule="floor_taking")["kind"].tolist() == ["taken"]


def test_an_attempt_that_fails_cuts_off_the_incomer() -> None:
    (row,) = interruptions(draw(GAVE_UP, step=STEP)).to_dict("records")
    assert (row["interrupter"], row["cut_off"], row["kind"]) == ("Baum", "Baum", "failed")
    assert (row["start"], row["end"], row["overlap"]) == (2, 3.5, 1.5)


def test_listener_signals_are_no_interruptions() -> None:
    meeting = draw("Eva |################| wir fangen oben an\nBaum |     ##         | mhm", step=STEP)
    assert interruptions(meeting, rule="any_overlap", min_overlap=0).empty
    assert interruptions(meeting, threshold=0).empty


@pytest.mark.parametrize(("least", "found"), [(0.2, 1), (0.5, 1), (0.75, 1), (0.8, 0)])
def test_the_least_overlap_decides(least: float, found: int) -> None:
    assert len(interruptions(draw(CUT_SHORT, step=STEP), rule="floor_taking", min_overlap=least)) == found


@pytest.mark.parametrize("least", [0.2, 0.8, 3])
def test_of_likely_ones_the_probability_alone_decides(least: float) -> None:
    meeting = draw(CUT_SHORT, step=STEP)
    (confidence,) = interruptions(meeting, min_overlap=least)["confidence"]
    assert interruptions(meeting, threshold=min(1, confidence + 0.01)).empty


@pytest.mark.parametrize(
    "picture",
    [
        # the incomer stops with the holder; the holder had just begun; the holder goes on at once
        "Baum |##############            |\nEva |           ###            | ja das machen wir so",
        "Baum |  #######                 |\nEva |   ########################| ja das machen wir so",
        "Baum |############## ###########|\nEva |           ####           | ja das machen wir so",
    ],
)
def test_the_floor_is_taken_only_from_someone_who_had_it_and_leaves_it(picture: str) -> None:
    found = interruptions(draw(picture, step=STEP), rule="floor_taking")
    assert found[found["kind"] == "taken"].empty


def test_an_unfinished_unit_that_is_followed_at_once_is_a_candidate_without_overlap() -> None:
    meeting = draw("Baum |############         | Wir wollten die\nEva |            ######### | Das machen wir alles neu", step=STEP)
    found = interruptions(meeting, threshold=0)
    assert found["overlap"].tolist() == [0]
    assert interruptions(meeting, rule="floor_taking").empty


@given(meetings())
def test_threshold_zero_returns_every_candidate(meeting: Meeting) -> None:
    every = interruptions(meeting, threshold=0)
    assert len(interruptions(meeting, threshold=0, rule="floor_taking", min_overlap=5)) == len(every)
    for rule in get_args(Rule):
        assert len(interruptions(meeting, rule=rule)) <= len(every)
    assert every["confidence"].between(0, 1).all()
    assert (every["interrupter"] != every["interrupted"]).all()
    assert (every["cut_off"] == every["interrupted"].where(every["kind"] == "taken", every["interrupter"])).all()


@given(meetings())
def test_a_stricter_rule_finds_part_of_what_a_looser_one_finds(meeting: Meeting) -> None:
    floor_taking = interruptions(meeting, rule="floor_taking")
    wider = interruptions(meeting, rule="floor_taking", min_overlap=0.2)
    assert len(floor_taking) <= len(wider)
    assert (floor_taking["overlap"] >= 0.3).all()


def test_where_overlaps_could_not_survive_nothing_is_counted() -> None:
    hidden = draw(CUT_SHORT, step=STEP, overlap_observable=False)
    with pytest.raises(Unavailable):
        interruptions(hidden)
    with pytest.raises(Unavailable):
        interruptions(replace(hidden, source=replace(hidden.source, overlap_observable=True, times="start")))


@pytest.mark.parametrize("wrong", [{"rule": "rude"}, {"min_overlap": -1}, {"threshold": 1.5}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidParameter):
        interruptions(draw(CUT_SHORT, step=STEP), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("had", "outlasts", "returns", "taken"),
    [(0.5, 0.2, 1.0, True), (0.49, 0.2, 1.0, False), (0.5, 0.19, 1.0, False), (0.5, 0.2, 0.99, False)],
)
def test_limits_belong_to_the_rule(had: float, outlasts: float, returns: float, taken: bool) -> None:
    end = 1 + had + 0.5
    said = (
        Utterance(1, end, "Baum", "so machen wir das mit der Broschüre"),
        Utterance(1 + had, end + outlasts, "Eva", "das machen wir alles neu"),
        Utterance(end + returns, end + returns + 1, "Baum", "die Broschüre eben"),
    )
    meeting = Meeting((Speaker("Baum"), Speaker("Eva")), said, 10, language="de", source=Source(times="utterance"))
    assert ("taken" in set(interruptions(meeting, rule="floor_taking")["kind"])) is taken


def _two(*said: tuple[float, float, str, str], sides: tuple[str, str] = ("client", "agency")) -> Meeting:
    """Return a meeting of Baum and Eva."""
    people = (Speaker("Baum", sides[0]), Speaker("Eva", sides[1]))
    spoken = sorted((Utterance(*one) for one in said), key=lambda u: u.start or 0.0)
    return Meeting(people, tuple(spoken), 60, language="de", source=Source(times="utterance", overlap_observable=True))


HOLDS = (1.0, 9.0, "Baum", "zuerst kommt die Strategie und danach das Logo und die Farben")


@pytest.mark.parametrize(
    ("length", "text", "attempt"),
    [(0.7, "Moment", True), (0.69, "Moment halt", False), (0.4, "Moment mal bitte", True), (0.4, "Moment halt", False)],
)
def test_an_attempt_takes_0_7_s_or_three_words(length: float, text: str, attempt: bool) -> None:
    meeting = _two(HOLDS, (4, 4 + length, "Eva", text))
    assert interruptions(meeting, rule="floor_taking")["kind"].tolist() == ["failed"] * attempt
    assert len(interruptions(meeting, rule="any_overlap")) == 1


@pytest.mark.parametrize(("gap", "found"), [(0.0, 1), (0.29, 1), (0.3, 0)])
def test_what_follows_an_unfinished_unit_within_0_3_s_is_a_candidate_without_overlap(gap: float, found: int) -> None:
    meeting = _two((1, 4, "Baum", "wir wollten die"), (4 + gap, 8, "Eva", "das machen wir alles neu"))
    assert interruptions(meeting, threshold=0)["overlap"].tolist() == [0] * found
    assert interruptions(meeting, rule="any_overlap", min_overlap=0).empty


@pytest.mark.parametrize(
    ("later", "text", "back"), [(30.0, "die Broschüre", True), (30.01, "die Broschüre", False), (9, "das da", False)]
)
def test_who_says_a_content_word_again_within_30_s_gets_back_to_it(later: float, text: str, back: bool) -> None:
    cut = (1.0, 4.5, "Baum", "wir wollten zur Broschüre eigentlich noch die")
    meeting = _two(cut, (3.5, 6, "Eva", "das machen wir alles neu"), (4.5 + later, 4.5 + later + 1, "Baum", text))
    assert interruptions(meeting, threshold=0).iloc[0]["resumed"] is np.bool_(back)


def test_what_is_said_before_and_after_the_cut_in_the_same_breath_is_no_return() -> None:
    meeting = _two(
        (1, 4.5, "Baum", "wir wollten die"), (3.5, 6, "Eva", "das machen wir alles neu"), (10, 12, "Baum", "wir wollten die")
    )
    assert interruptions(meeting, threshold=0)["resumed"].isna().tolist() == [True]  # no word that carries content


def test_who_has_held_the_floor_longest_is_interrupted() -> None:
    meeting = draw(
        """
        Cem  |     ##########           | und hier geht es weiter mit dem Logo
        Baum |###########               | zuerst kommt die Strategie und danach das
        Eva  |         ##############   | Das machen wir alles neu
        """,
        step=0.25,
    )
    found = interruptions(meeting, threshold=0)
    assert found[["interrupter", "interrupted"]].to_numpy().tolist() == [["Cem", "Baum"], ["Eva", "Baum"], ["Eva", "Cem"]]


def test_of_two_who_have_just_ended_the_newest_is_followed_at_once() -> None:
    meeting = draw(
        """
        Cem  |  #######                 | und hier geht es weiter mit dem
        Baum |##########                | zuerst kommt die Strategie und danach das
        Eva  |          ############    | Das machen wir alles neu
        """,
        step=0.25,
    )
    found = interruptions(meeting, threshold=0).set_index("interrupter")
    assert found.loc["Eva", "interrupted"] == "Baum"


def test_colleagues_are_shown_but_count_for_no_side() -> None:
    said = ((1.0, 9.0, "Baum", "wir wollten zur Broschüre eigentlich noch die"), (8.0, 12.0, "Eva", "das machen wir alles neu"))
    between, within = (talk(_two(*said, sides=sides)) for sides in (("client", "agency"), ("agency", "agency")))
    assert len(cuts(between).start) == len(cuts(within).start) == 1
    counted = [floor_taking(found, cuts(found)) for found in (between, within)]
    taken = [values["interruptions_floor_taking"].tolist() for values in counted]
    assert taken == [[1, 0], [0]]  # agency, client; agency
    assert [values["interruptions_failed"].tolist() for values in counted] == [[0, 0], [0]]


def test_who_stops_together_with_the_holder_has_not_taken_the_floor() -> None:
    meeting = _two(HOLDS, (4, 9, "Eva", "aber das Blau gefällt uns nicht"))
    assert interruptions(meeting, rule="floor_taking")[["cut_off", "kind"]].to_numpy().tolist() == [["Eva", "failed"]]
    found = interruptions(meeting, threshold=0)
    assert found[found["cut_off"] == "Eva"][["kind", "start", "end", "overlap"]].to_numpy().tolist() == [["failed", 4, 9, 5]]


@pytest.mark.parametrize(("overlap", "counted"), [(0.3, [1, 0]), (0.29, [0, 0])])
def test_sides_count_what_overlaps_by_0_3_s(overlap: float, counted: list[int]) -> None:
    columns = talk(_two(HOLDS, (9 - overlap, 14, "Eva", "aber das Blau gefällt uns nicht")))
    assert floor_taking(columns, cuts(columns))["interruptions_floor_taking"].tolist() == counted


def test_limits_that_can_be_asked() -> None:
    meeting = draw(CUT_SHORT, step=STEP)
    every = interruptions(meeting, threshold=0)
    sure = float(every["confidence"].max())
    assert len(interruptions(meeting, threshold=sure)) == 1
    assert interruptions(meeting, threshold=1).empty
    assert len(interruptions(meeting, rule="any_overlap", min_overlap=0)) == 1


def _checked(holds: bool, *, by: str = "Eva", picture: str = DONE_ANYWAY) -> Meeting:
    """Return a meeting of whose first utterance a person has said whether somebody cut it off."""
    meeting = draw(picture, step=STEP)
    first, *rest = meeting.utterances
    return replace(meeting, utterances=(replace(first, checks=(Check("interruptions", holds=holds, by=by),)), *rest))


@pytest.mark.parametrize("by", ["Eva", ""])
def test_what_a_person_said_goes_before_any_rule(by: str) -> None:
    held, none = _checked(True, by=by), _checked(False, by=by, picture=CUT_SHORT)
    assert interruptions(held)["confidence"].tolist() == [1]
    assert interruptions(none, threshold=0)["confidence"].tolist() == [0]
    assert interruptions(none, threshold=0.001).empty
    for rule in get_args(Rule):
        assert interruptions(none, rule=rule, min_overlap=0).empty
        assert len(interruptions(held, rule=rule)) == 1
    columns = talk(none)
    assert (cuts(columns).checked.tolist(), cuts(talk(held)).checked.tolist()) == ([-1], [1])
    assert {float(values.sum()) for values in floor_taking(columns, cuts(columns)).values()} == {0}


def test_what_was_said_of_somebody_else_says_nothing_of_this_one() -> None:
    picture = CUT_SHORT.rstrip() + "\n    Cem (agency)  |          |"
    untouched = interruptions(draw(CUT_SHORT, step=STEP))["confidence"].tolist()
    assert interruptions(_checked(False, by="Cem", picture=picture))["confidence"].tolist() == untouched


FAR_APART = ("Baum (client) |####               | Wir wollten das", "Eva (agency)  |          #########| Das machen wir alles neu")


@pytest.mark.parametrize("lanes", [FAR_APART, FAR_APART[::-1]])
def test_one_that_a_person_named_and_no_rule_found_is_added_where_it_cut_off(lanes: tuple[str, str]) -> None:
    far = "\n".join(lanes)
    assert interruptions(draw(far, step=STEP), threshold=0).empty
    (row,) = interruptions(_checked(True, picture=far)).to_dict("records")
    assert (row["start"], row["end"], row["overlap"], row["confidence"]) == (1, 1, 0, 1)
    assert (row["interrupter"], row["interrupted"], row["cut_off"], row["kind"]) == ("Eva", "Baum", "Baum", "taken")
    assert interruptions(_checked(True, by="Baum", picture=far)).empty  # nobody cuts themself off
    assert interruptions(_checked(True, picture=far), rule="any_overlap", min_overlap=0).empty
    columns = talk(_checked(True, picture=far))
    assert cuts(columns).checked.tolist() == [1]
    assert floor_taking(columns, cuts(columns))["interruptions_floor_taking"].tolist() == [0, 0]


@pytest.mark.parametrize("starts", [2, 0])
def test_who_breathes_inside_anothers_unit_may_have_been_cut_off_before(starts: float) -> None:
    meeting = _two(
        (0, 10, "Eva", "das machen wir alles neu und besser"), (starts, 4, "Baum", "aber wir"), (4.3, 6, "Baum", "wollten die")
    )
    found = interruptions(meeting, threshold=0)
    assert found[["start", "end", "cut_off", "kind"]].to_numpy().tolist()[0] == [starts, 4, "Baum", "failed"]
    assert set(found["interrupter"]) == {"Baum"}


def test_who_has_just_ended_holds_no_floor_any_more_while_another_does() -> None:
    meeting = draw(
        """
        Baum |########            | zuerst kommt die Strategie
        Cem  |    ############    | und hier geht es weiter
        Eva  |        ############| Das machen wir alles neu
        """,
        step=0.5,
    )
    found = interruptions(meeting, threshold=0)
    assert found[(found["interrupter"] == "Eva") & (found["start"] == 4)]["interrupted"].tolist()[-1] == "Cem"
    assert len(interruptions(meeting, rule="any_overlap")) == 2


def test_what_follows_at_once_takes_the_floor_where_no_overlap_is_asked_for() -> None:
    meeting = _two((1, 4, "Baum", "wir wollten die"), (4.1, 8, "Eva", "das machen wir alles neu"))
    assert interruptions(meeting, rule="floor_taking", min_overlap=0)["kind"].tolist() == ["taken"]
    assert interruptions(meeting, rule="floor_taking").empty
