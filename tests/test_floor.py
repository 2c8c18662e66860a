"""The pieces of a meeting tile it, whoever talks over whom."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance import floor
from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from tests.drawing import draw
from tests.meetings import meetings


def test_the_meeting_is_cut_at_every_start_and_end() -> None:
    pieces = floor.states(
        draw("""
            Eva  |####  ####  |
            Baum |   ###   ###|
        """)
    )
    assert pieces.starts.tolist() == [0, 3, 4, 6, 9, 10]
    assert pieces.how_many.tolist() == [1, 2, 1, 1, 2, 1]


@given(meetings())
def test_pieces_tile_the_meeting(meeting: Meeting) -> None:
    pieces = floor.states(meeting)
    assert pieces.durations.sum() == pytest.approx(meeting.length)
    assert (pieces.starts[1:] == pieces.ends[:-1]).all()
    assert (pieces.durations > 0).all()


@given(meetings())
def test_silence_and_solo_and_overlap_are_the_duration(meeting: Meeting) -> None:
    pieces = floor.states(meeting)
    silence = pieces.durations[pieces.how_many == 0].sum()
    together = pieces.durations[pieces.how_many > 1].sum()
    assert silence + pieces.solo_time().sum() + together == pytest.approx(meeting.length)
    own = [sum((u.end or 0) - (u.start or 0) for u in meeting.utterances if u.speaker == s.name) for s in meeting.speakers]
    assert pieces.speaking_time() == pytest.approx(np.array(own))


@given(meetings(), st.floats(0, 60), st.floats(0, 60))
def test_a_part_has_what_lies_in_it(meeting: Meeting, one: float, other: float) -> None:
    start, end = sorted((one, other))
    inside = floor.states(meeting).between(start, end)
    assert inside.durations.sum() == pytest.approx(max(0, min(end, meeting.length) - start))


@given(st.floats(0.1, 5000), st.floats(30, 400), st.floats(0.1, 1))
def test_windows_tile_the_meeting(duration: float, window: float, part: float) -> None:
    tiles = floor.windows(duration, window=window, step=window * part)
    assert tiles[0][0] == 0
    assert tiles[-1][1] == duration
    assert all(later[0] <= earlier[1] for earlier, later in pairwise(tiles))


@pytest.mark.parametrize(("window", "step"), [(0, 1), (-1, None), (10, 0), (10, 11)])
def test_windows_that_cannot_tile_are_refused(window: float, step: float | None) -> None:
    with pytest.raises(InvalidParameter):
        floor.windows(60, window=window, step=step)


def test_windows_may_be_short_and_end_with_the_meeting() -> None:
    assert floor.windows(1, window=0.5, step=None) == ((0, 0.5), (0.5, 1))
    assert floor.windows(1, window=0.5, step=0.25) == ((0, 0.5), (0.25, 0.75), (0.5, 1))


def test_short_silences_do_not_end_a_unit() -> None:
    said = [Utterance(0, 1, "Eva", "guten"), Utterance(1.1, 2, "Eva", "Tag"), Utterance(2.2, 3, "Eva", "Herr Baum")]
    units, went = floor.ipus(Meeting((Speaker("Eva"),), tuple(said), 3))
    assert list(zip(units.starts, units.ends, strict=True)) == [(0, 2), (2.2, 3)]
    assert went.tolist() == [0, 0, 1]


def test_everybodys_short_silences_are_their_own() -> None:
    meeting = draw("Eva  |### ##      |\nBaum |    ### ###   |\nCem  |   ##  ##  ##|", step=0.1)
    units, went = floor.ipus(meeting)
    found = zip(units.who.tolist(), units.starts.tolist(), units.ends.tolist(), strict=True)
    eva, baum, cem = 0, 1, 2
    assert list(found) == [(eva, 0, 0.6), (cem, 0.3, 0.5), (baum, 0.4, 1.1), (cem, 0.7, 0.9), (cem, 1.1, 1.3)]
    assert [meeting.utterances[i].speaker for i in np.flatnonzero(went == 2)] == ["Baum", "Baum"]


def test_who_spoke_last_before_a_moment_and_who_speaks_next() -> None:
    spoken = floor.spans(draw("Eva  |##  ##  |\nBaum |  ##    |\nCem  |        |"))
    at = np.array([0.0, 2.0, 4.0, 5.0])
    assert spoken.latest(at).tolist() == [[-1, -1, -1], [0, -1, -1], [0, 1, -1], [2, 1, -1]]
    assert spoken.latest(at, side="right").tolist() == [[0, -1, -1], [0, 1, -1], [2, 1, -1], [2, 1, -1]]
    assert spoken.following(at).tolist() == [[0, 1, -1], [2, 1, -1], [2, -1, -1], [-1, -1, -1]]
    assert spoken.following(at, side="right").tolist() == [[2, 1, -1], [2, -1, -1], [-1, -1, -1], [-1, -1, -1]]


def test_without_times_there_is_no_floor() -> None:
    meeting = Meeting((Speaker("Eva"),), (Utterance(None, None, "Eva", "ja"),), None, source=Source(times="none"))
    with pytest.raises(Unavailable):
        floor.states(meeting)
    with pytest.raises(Unavailable):
        floor.ipus(meeting)


def test_overlap_of_nested_spans_is_the_inner_one() -> None:
    assert floor.overlap(0, 10, 4, 6) == 2


def test_what_is_left_out_takes_no_time_and_limits_cut_no_empty_pieces() -> None:
    meeting = replace(draw("Eva  |####    ##|\nBaum |    ##    |"), left_out=((6, 8),))
    found = floor.states(meeting)
    assert found.durations.sum() == meeting.counted == 8
    assert found.durations[~found.counted].tolist() == [0]
    pieces = found.between(4, 6)
    assert (pieces.starts.tolist(), pieces.ends.tolist()) == ([4], [6])
    since, until = np.array([6.0, 5.0, 6.5, 5.0]), np.array([8.0, 8.5, 8.0, 7.9])
    assert floor.spans(meeting).interrupted(since, until).tolist() == [True, True, False, False]
