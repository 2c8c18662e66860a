"""How likely an utterance was cut off by another."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.said import said
from talkbalance.metrics.unfinished import FEATURES, features, unfinished
from tests.drawing import draw
from tests.meetings import meetings


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
