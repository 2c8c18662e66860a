"""The meeting keeps its rules, whoever builds it."""

import pickle
from dataclasses import FrozenInstanceError

import pytest

from talkbalance.errors import InvalidMeeting, UnknownSide
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word, clock, tidy
from tests.drawing import draw


def test_times_are_rounded_to_the_millisecond_once() -> None:
    assert Utterance(0.12345, 1.98765, "Eva") == Utterance(0.123, 1.988, "Eva")


@pytest.mark.parametrize(
    ("start", "end"), [(1, 1), (2, 1), (-1, 1), (float("nan"), 1), (0, float("inf")), (1.0001, 1.0002), (None, 1)]
)
def test_a_span_is_never_empty(start: float, end: float) -> None:
    with pytest.raises(InvalidMeeting):
        Utterance(start, end, "Eva")


def test_nothing_can_be_changed() -> None:
    meeting = draw("Eva |##|")
    with pytest.raises(FrozenInstanceError):
        meeting.title = "other"  # type: ignore[misc]


def test_utterances_are_put_in_order_and_lists_become_tuples() -> None:
    late, early = Utterance(5, 6, "Eva"), Utterance(0, 1, "Eva")
    assert Meeting([Speaker("Eva")], [late, early], 6).utterances == (early, late)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("speakers", "utterances", "duration", "key"),
    [
        ([Speaker("Eva"), Speaker("Eva")], [], 1, "meeting.doubled_speaker"),
        ([Speaker("Eva")], [Utterance(0, 1, "Baum")], 1, "meeting.stranger"),
        ([Speaker("Eva")], [Utterance(0, 2, "Eva"), Utterance(1, 3, "Eva")], 3, "meeting.self_overlap"),
        ([Speaker("Eva")], [Utterance(0, 2, "Eva")], 1, "meeting.after_the_end"),
        ([Speaker("Eva")], [Utterance(None, None, "Eva")], 1, "meeting.times_missing"),
        ([Speaker("Eva")], [], -1, "meeting.no_span"),
    ],
)
def test_parts_that_do_not_fit_are_refused(speakers: list[Speaker], utterances: list[Utterance], duration: float, key: str) -> None:
    with pytest.raises(InvalidMeeting) as refused:
        Meeting(speakers, utterances, duration)  # type: ignore[arg-type]
    assert refused.value.key == key
    assert "{" not in str(refused.value)


def test_without_times_order_counts() -> None:
    said = [Utterance(None, None, "Baum", "zweitens"), Utterance(None, None, "Baum", "erstens")]
    meeting = Meeting((Speaker("Baum"),), tuple(said), None, source=Source(times="none"))
    assert [u.text for u in meeting.utterances] == ["zweitens", "erstens"]
    assert not meeting.timed
    with pytest.raises(InvalidMeeting, match=r"source\.times|Zeiten"):
        Meeting((Speaker("Baum"),), tuple(said), 3.0, source=Source(times="none"))


def test_sides_name_and_place_heard_voices() -> None:
    heard = draw("""
        S1 |####    |
        S2 |    ####|
        S3 |        |
    """)
    meeting = heard.with_sides({"agency": ["S1=Eva"], "client": ["S2"]})
    assert meeting.speakers == (Speaker("Eva", "agency"), Speaker("S2", "client"), Speaker("S3"))
    assert meeting.sides == ("agency", "client", "S3")
    assert meeting.sided
    assert {u.speaker for u in meeting.utterances} == {"Eva", "S2"}
    assert heard.speakers[0].name == "S1"


def test_two_voices_become_one_person() -> None:
    heard = draw("""
        S1 |##  ##|
        S2 |  ##  |
    """)
    meeting = heard.with_sides({"agency": ["S1=Eva", "S2=Eva"]})
    assert meeting.speakers == (Speaker("Eva", "agency"),)
    assert len(meeting.utterances) == 3


def test_a_side_that_matches_nobody_lists_everybody_with_a_moment_to_listen_to() -> None:
    heard = draw("""
        S1 |#####     |
        S2 |   #######|
    """)
    with pytest.raises(UnknownSide, match=r"S1 \(0:00-0:05\), S2 \(0:03-0:10\)"):
        heard.with_sides({"agency": ["Eva"]})
    with pytest.raises(UnknownSide) as refused:
        heard.with_sides({"agency": ["S1"], "client": ["S1"]})
    assert refused.value.key == "sides.both"


def test_the_moment_to_listen_to_is_one_nobody_talks_into() -> None:
    meeting = draw("""
        Eva  |#######  ###|
        Baum |  ##        |
    """)
    moment = meeting.clear_moment("Eva")
    assert moment is not None
    assert moment.start == 9


def test_tidy_clips_drops_and_counts() -> None:
    tidied = tidy([Utterance(0, 5, "Eva"), Utterance(3, 8, "Eva"), Utterance(3, 4, "Eva"), None])
    assert [(u.start, u.end) for u in tidied.utterances] == [(0, 3), (3, 8)]
    assert (tidied.clipped, tidied.dropped) == (1, 2)


def test_errors_survive_a_process_border() -> None:
    with pytest.raises(InvalidMeeting) as refused:
        Speaker("  ")
    again = pickle.loads(pickle.dumps(refused.value))
    assert (type(again), str(again)) == (InvalidMeeting, str(refused.value))


def test_clock() -> None:
    assert [clock(0), clock(59.999), clock(60), clock(3600)] == ["0:00", "0:59", "1:00", "1:00:00"]


def test_words_keep_their_probability_in_range() -> None:
    with pytest.raises(InvalidMeeting):
        Word(0, 1, "ja", 1.5)
