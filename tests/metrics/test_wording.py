"""Figures of words of a meeting that was heard in another way: with nothing misheard they are those of the summary."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given

from talkbalance.floor import Ints
from talkbalance.meeting import Meeting, Speaker
from talkbalance.metrics.interruptions import cuts
from talkbalance.metrics.said import Said
from talkbalance.metrics.talk import talk, talk_of
from talkbalance.metrics.timing import Values
from talkbalance.metrics.wording import Worded, worded, wording
from talkbalance.summary import summary
from talkbalance.uncertainty import figures
from tests.drawing import draw
from tests.meetings import meetings

TALK = """
    Baum (client) |######         ####     ######      | Die Plakate hängen am Bahnhof./Das weiß ich nicht./Und dann kam die
    Eva (agency)  |      ######        ####      ######| Welche Plakate meinen Sie?/Das heißt, Sie raten nur./Ja, aber so geht es.
"""


def _decided(said: Worded) -> Worded:
    """Take every decision as it stands, without its probability."""
    asking = replace(said.asking, probability=(said.asking.probability >= 0.5).astype(np.float64))
    return replace(said, cut_off=(said.cut_off >= 0.5).astype(np.float64), asking=asking)


def _again(columns: Said, origin: Ints, said: Worded) -> Values:
    found = talk_of(columns)
    cut = cuts(found)
    return wording(found, cut, origin, _decided(said), figures(found), np.random.default_rng(0))


def _as_heard(meeting: Meeting) -> Values | None:
    found = talk(meeting)
    said = worded(meeting, found)
    return None if said is None else _again(found.said, np.arange(len(meeting.utterances)), said)


@given(meetings())
def test_with_nothing_misheard_every_figure_is_that_of_the_summary(meeting: Meeting) -> None:
    values = _as_heard(meeting)
    measured = summary(meeting, runs=0)
    for measure, drawn in (values or {}).items():
        rows = measured[(measured["measure"] == measure) & measured["available"]]
        sides = [meeting.sides.index(side) if side else 0 for side in rows["side"]]
        assert drawn[sides].tolist() == pytest.approx(rows["value"].tolist(), nan_ok=True), measure


def test_who_says_it_moves_what_it_counts_for() -> None:
    meeting = draw(TALK, step=0.5)
    found = talk(meeting)
    said = worded(meeting, found)
    assert said is not None
    right = _again(found.said, np.arange(6), said)
    agency, client = (meeting.sides.index(side) for side in ("agency", "client"))
    assert (right["questions"][agency], right["reflections"][agency], right["dismissals"][agency]) == (1, 1, 1)
    assert right["uptake"][agency] > 0
    swapped = replace(found.said, side=1 - found.said.side)
    other = _again(swapped, np.arange(6), said)
    assert (other["questions"][client], other["reflections"][client]) == (1, 1)
    assert other["uptake"].tolist() == pytest.approx(right["uptake"][::-1].tolist())


def test_what_nobody_said_counts_for_nobody() -> None:
    meeting = draw(TALK, step=0.5)
    found = talk(meeting)
    said = worded(meeting, found)
    assert said is not None
    gone = _again(found.said, np.full(6, -1), said)
    assert gone["questions"].tolist() == [0, 0]
    assert gone["interruptions"].tolist() == [0, 0]
    assert np.isnan(gone["uptake"]).all()


def test_a_pitch_is_one_only_while_the_agency_speaks() -> None:
    meeting = draw("Eva (agency)  |##############  |\nBaum (client) |              ##|", step=5)
    words_ = "wir machen das alles selbst und unsere Leute sind gut, wir können das, wir sind das beste Haus"
    meeting = replace(
        meeting, utterances=(replace(meeting.utterances[0], text=words_), replace(meeting.utterances[1], text="Gut."))
    )
    values = _as_heard(meeting)
    assert values is not None
    assert values["pitch_runs"][meeting.sides.index("agency")] == 1
    colleagues = replace(meeting, speakers=(Speaker("Eva", "client"), Speaker("Baum", "agency")))
    values = _as_heard(colleagues)
    assert values is not None
    assert values["pitch_runs"].sum() == 0


def test_where_nothing_was_said_there_is_nothing_to_play_through() -> None:
    meeting = draw("Eva |##|\nBaum |  ##|")
    assert worded(meeting, talk(meeting)) is None


def test_who_takes_up_nothing_and_who_never_answers_differ() -> None:
    meeting = draw("Eva |###   | Die Plakate hängen.\nBaum |   ###| Das Wetter war schön.")
    values = _as_heard(meeting)
    assert values is not None
    assert isnan(values["uptake"][0])
    assert values["uptake"][1] == 0
