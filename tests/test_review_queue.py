"""The review queue: what to listen to first."""

from dataclasses import replace

import pytest
from hypothesis import given

from talkbalance.frames import REVIEW_QUEUE
from talkbalance.i18n import set_language
from talkbalance.meeting import Meeting, Source
from talkbalance.review_queue import review_queue
from tests.drawing import draw
from tests.meetings import meetings

BY_MACHINE = Source(times="utterance", overlap_observable=True, models=("recogniser", "diarizer"))


def test_a_long_utterance_in_doubt_comes_before_a_short_one_and_before_a_sure_one() -> None:
    meeting = draw("Eva  |##########  ########     |\nBaum |          ##         #####|")
    doubts = [0.5, 0.5, 0.9, 0.99]
    unsure = replace(
        meeting,
        utterances=tuple(replace(u, confidence=c) for u, c in zip(meeting.utterances, doubts, strict=True)),
        source=BY_MACHINE,
    )
    queue = review_queue(unsure)
    assert queue["measure"].unique().tolist() == ["share"]
    assert queue["start"].iloc[0] == 0
    assert (queue["expected_narrowing"].diff().dropna() <= 1e-12).all()


def test_made_by_hand_only_what_words_leave_open_is_asked() -> None:
    meeting = draw("Eva  |####    |  Sie haben also gewartet, ja?\nBaum |     ###|  Genau so war das.")
    assert review_queue(meeting)["measure"].tolist() == ["questions"]


def test_what_was_checked_is_not_asked_again() -> None:
    meeting = draw("Eva  |##########  |\nBaum |          ##|")
    unsure = replace(meeting, source=BY_MACHINE)
    sure = replace(unsure, utterances=tuple(replace(u, confidence=1.0) for u in unsure.utterances))
    assert len(review_queue(unsure)) > 0
    assert review_queue(sure).empty


def test_the_question_is_put_in_the_language_of_messages() -> None:
    meeting = replace(draw("Eva  |##########          |\nBaum |          ##########|"), source=BY_MACHINE)
    set_language("de")
    try:
        assert set(review_queue(meeting)["question"]) == {"Spricht hier Eva?", "Spricht hier Baum?"}
    finally:
        set_language(None)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_a_queue_can_be_cut_short(most: int) -> None:
    meeting = replace(draw("Eva  |#### ### ## ###|\nBaum |    #   #  #   |"), source=BY_MACHINE)
    assert len(review_queue(meeting, most=most)) <= most


@given(meetings())
def test_every_meeting_has_a_queue(meeting: Meeting) -> None:
    for given_ in (meeting, replace(meeting, source=BY_MACHINE)):
        queue = review_queue(given_)
        assert list(queue.columns) == list(REVIEW_QUEUE)
        assert (queue["expected_change"] >= 0).all()
        assert (queue["expected_narrowing"] >= 0).all()
