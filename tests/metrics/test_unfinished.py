"""How likely an utterance was cut off by another."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from talkbalance.floor import spans
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.said import CLASSES, said
from talkbalance.metrics.unfinished import FEATURES, cut_off_by, features, unfinished
from tests.drawing import draw
from tests.meetings import meetings

FAR = 30
"""Seconds that stand for whatever lies further away."""
CONJUNCTION = CLASSES.index("conjunction")


def _of_the_holder(text: str) -> float:
    meeting = draw(
        f"""
        Eva  |############            |  {text}
        Baum |          ##############|  Genau das machen wir jetzt ganz anders
        """,
        step=0.25,
    )
    return float(unfinished(said(meeting)).probability[0])


def test_who_stops_in_mid_sentence_was_cut_off_more_likely_than_who_has_finished() -> None:
    broken, open_, finished = (
        _of_the_holder(text) for text in ("und dann wollten wir den Plak-", "und dann wollten wir den", "Ja.")
    )
    assert broken > open_ > finished


def test_a_german_verb_at_the_end_closes_its_sentence() -> None:
    assert _of_the_holder("weil wir den Namen behalten wollten") < _of_the_holder("weil wir den Namen behalten und wir wollten")


def test_where_no_word_was_recognised_times_decide() -> None:
    without = _of_the_holder("")
    assert 0 < without < _of_the_holder("und dann wollten wir den")


def test_where_nobody_is_near_nobody_cut_off() -> None:
    meeting = draw("Eva  |####          |  und dann kam die\nBaum |          ####|  Ja gut", step=1)
    assert unfinished(said(meeting)).by.tolist() == [-1, -1]


def test_an_utterance_inside_a_stretch_is_a_candidate_that_no_rule_of_timing_counts() -> None:
    meeting = draw(
        """
        Eva  |############ ###########    |  und dann wollten wir den / den Namen behalten
        Baum |        ########            |  Genau das machen wir
        """,
        step=0.25,
    )
    every = interruptions(meeting, threshold=0)
    timed = interruptions(meeting, rule="any_overlap", min_overlap=0)
    assert set(zip(every["cut_off"], every["end"], strict=True)) > set(zip(timed["cut_off"], timed["end"], strict=True))
    assert ("Eva", 3.0) in set(zip(every["cut_off"], every["end"], strict=True))


AROUND = """
    Eva  |########    ####     ##     | und dann wollten wir den / weil das Plakat / gut gut
    Baum |     #######      ##        | Genau das machen wir / oder nicht?
    Cem  |       ##                   | aber die Farbe
"""


def test_what_stands_around_an_utterance() -> None:
    columns = said(draw(AROUND, step=0.5))  # in order of start: Eva, Baum, Cem, Eva, Baum, Eva
    rows, by = features(columns)
    found = dict(zip(FEATURES, rows.T.tolist(), strict=True))
    assert by.tolist() == [2, 3, 1, -1, -1, -1]
    assert found == found | {
        "own words": [5, 4, 3, 3, 2, 2],
        "own repeats": [0, 0, 0, 0, 0, 1],
        "own asks": [0, 0, 0, 0, 1, 0],
        "length": [4, 3.5, 1, 2, 1, 1],
        "returns in": [2, 3, FAR, 2.5, FAR, FAR],
        "other's start to end": [0.5, 0, 2, 4.5, 4, 2.5],
        "other goes on": [0.5, 2, 1.5, -3.5, -2, -1.5],
        "other's length": [1, 2, 3.5, 1, 2, 1],
        "longest's start to end": [1.5, 0, 2, 5.5, 4, 2.5],
        "longest goes on": [2, 2, 1.5, -2, -2, -1.5],
        "longest's length": [3.5, 2, 3.5, 3.5, 2, 1],
        "speaking at end": [2, 0, 1, 0, 0, 0],
        "speaking at start": [0, 1, 2, 0, 0, 0],
        "holder's end to start": [-FAR, 1.5, 2.5, 0, -1, -0.5],
        "holder's end to end": [-FAR, -2, 1.5, -2, -2, -1.5],
        "next other in": [-1.5, -2.5, 1.5, 1, 0.5, FAR],
        "other's start to start": [-3.5, -3.5, 1, 2.5, 3, 1.5],
        "people": [3] * 6,
        "other's words": [3, 3, 4, 3, 3, 2],
        "own next words": [3, 2, -1, 2, -1, -1],
        "own next first": [CONJUNCTION, CONJUNCTION, -1, CLASSES.index(""), -1, -1],
    }


def test_a_stretch_goes_on_over_a_breath() -> None:
    columns = said(draw("Eva |#### ####  ####| und dann/wollten wir/den Namen\nBaum |#              |", step=0.4))
    rows, _ = features(columns)
    found = dict(zip(FEATURES, rows[columns.spans.who == 0].T.tolist(), strict=True))
    assert found["held for"] == pytest.approx([1.6, 3.6, 1.6])
    assert found["goes on for"] == pytest.approx([2, 0, 0])
    assert found["returns in"] == pytest.approx([0.4, 0.8, FAR])


@pytest.mark.parametrize(
    ("begins", "stops", "near"),
    [(2, 9, True), (2, 3.51, True), (2, 3.5, False), (4.29, 9, True), (4.3, 9, False), (4.31, 9, False)],
)
def test_who_began_before_0_3_s_after_and_stopped_within_0_5_s_before_may_have_cut_off(
    begins: float, stops: float, near: bool
) -> None:
    spoken = (Utterance(0, 4, "Eva", "und dann kam die"), Utterance(begins, stops, "Baum", "genau das machen wir"))
    meeting = Meeting((Speaker("Eva"), Speaker("Baum"), Speaker("Cem")), spoken, 9, language="de")
    assert unfinished(said(meeting)).by[0] == (1 if near else -1)


def test_of_two_who_are_near_the_newest_cut_off_and_ones_own_speech_never_does() -> None:
    meeting = draw("Eva  |######    |\nBaum |  #####   |\nCem  |   #######|")
    assert cut_off_by(spans(meeting)).tolist() == [2, 2, -1]
    alone = draw("Eva |#####+####|\nBaum |          |")
    assert cut_off_by(spans(alone)).tolist() == [-1, -1]


def test_who_stops_together_does_not_speak_at_the_end() -> None:
    columns = said(draw("Eva  |#####   | und dann\nBaum |  ###   | genau das\nCem  |   #####| aber die Farbe"))
    rows, _ = features(columns)
    assert rows[:, FEATURES.index("speaking at end")].tolist() == [1, 1, 0]


def test_who_spoke_first_of_all_may_be_the_other() -> None:
    columns = said(draw("Eva  |##### | und dann wollten\nBaum |  ##  | genau das"))
    rows, by = features(columns)
    assert by.tolist() == [-1, 0]
    assert rows[:, FEATURES.index("other's words")].tolist() == [2, 3]


def test_a_single_word_counts() -> None:
    assert _of_the_holder("und") > _of_the_holder("Ja.")
    assert len({_of_the_holder(text) for text in ("und", "Ja.", "")}) == 3


@given(meetings())
def test_every_utterance_has_features_and_a_probability(meeting: Meeting) -> None:
    columns = said(meeting)
    rows, by = features(columns)
    found = unfinished(columns)
    assert rows.shape == (len(columns.spans), len(FEATURES))
    assert np.isfinite(rows).all()
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    near = by >= 0
    assert (columns.spans.who[by[near]] != columns.spans.who[near]).all()


@pytest.mark.shared
def test_on_a_meeting_people_marked_it_finds_more_than_the_rule_of_overlap_and_last_word(shared: Path) -> None:
    assert shared.is_dir()
    from sklearn.metrics import average_precision_score

    from benchmarks import mrda
    from benchmarks.interruptions import decisions

    rows = decisions(next(mrda.read("val", marks=False)))
    share = float(rows["truth"].mean())
    assert average_precision_score(rows["truth"], rows["ours"]) > 5 * share
