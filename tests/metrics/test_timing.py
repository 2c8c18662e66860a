"""Every figure of time, on meetings that are drawn and on meetings of every shape."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance import floor
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.talk import talk
from talkbalance.metrics.timing import participation, timing
from tests.drawing import draw
from tests.meetings import meetings


def _of(meeting: Meeting, measure: str) -> list[float]:
    return [float(value) for value in timing(talk(meeting))[measure]]


def test_pauses_of_two_seconds_and_listener_signals_end_no_stretch() -> None:
    meeting = draw("""
        Eva (agency)  |######  ####  ###                 |
        Baum (client) |                 ###   ###########|
        Cem (agency)  |                                  |
    """)
    assert _of(meeting, "longest_stretch") == [17, 11]
    listened = draw("""
        Eva (agency)  |######  ####  ###        | wir fangen oben an/und dann/gut so
        Baum (client) |      #            ######| mhm/also ich sehe das anders
    """)
    assert _of(listened, "longest_stretch") == [17, 6]


def test_stretches_of_a_minute_add_up_and_the_first_ten_minutes_end_at_ten() -> None:
    meeting = draw(
        """
        Eva (agency)  |############        |
        Baum (client) |            ########|
    """,
        step=60,
    )
    assert _of(meeting, "long_stretch_time") == [720, 480]
    assert _of(meeting, "first_ten_longest")[0] == 600
    assert _of(meeting, "first_ten_share") == [1, 0]


def test_turn_length_is_a_median_and_its_asymmetry_needs_sides() -> None:
    meeting = draw("Eva (agency)  |####   ##   ####   |\nBaum (client) |    ###  ###    ## |")
    assert _of(meeting, "turn_length") == [4, 3]
    assert _of(meeting, "turn_length_asymmetry") == [pytest.approx(4 / 3)]
    assert np.isnan(_of(draw("Eva |##  |\nBaum|  ##|"), "turn_length_asymmetry")).all()


def test_windows_are_dominated_balanced_or_silent() -> None:
    meeting = draw("Eva |#####          ##   |\nBaum|     #####       ###|", step=30)  # 150 s each, then 150 s of silence
    dominated, balanced = _of(meeting, "dominated_windows"), _of(meeting, "balanced_windows")
    assert sum(dominated) + balanced[0] == pytest.approx(1)
    assert dominated[0] > 0
    assert dominated[1] > 0


def test_answers_are_counted_by_who_answers_and_colleagues_do_not_answer_one_another() -> None:
    meeting = draw("""
        Eva (agency)  |####             |
        Cem (agency)  |     ###         |
        Baum (client) |         ###     |
    """)
    found = timing(talk(meeting))
    assert np.isnan(found["response_time"][0])
    assert found["response_time"][1] == 1
    assert found["response_immediate"][1] == 0


def test_silences_before_the_first_and_after_the_last_word_are_none() -> None:
    meeting = draw("Eva |     ###   ##  |\nBaum|                #     |")
    found = timing(talk(meeting))
    assert (found["silences"][0], found["silence_time"][0], found["longest_silence"][0]) == (2, 6, 3)


def test_coverage_counts_longer_turns_of_the_others_that_get_a_signal() -> None:
    meeting = draw(
        """
        Eva  |######## ########       ########| wir fangen oben an und/hier geht es weiter dann/und noch etwas dazu
        Baum |   #             ######         | mhm/ich sehe das aber anders
    """,
        step=0.5,
    )
    assert timing(talk(meeting))["backchannel_coverage"].tolist() == [0, 0.5]


@pytest.mark.parametrize(
    ("time", "entropy", "gini"),
    [([5, 5], 1, 0), ([10, 0], 0, 1), ([1, 1, 1, 1], 1, 0), ([4, 0, 0, 0], 0, 1), ([3, 1], 0.8113, 0.5)],
)
def test_participation(time: list[float], entropy: float, gini: float) -> None:
    assert participation(np.array(time, dtype=np.float64)) == pytest.approx((entropy, gini), abs=1e-4)


@given(meetings())
def test_every_meeting_has_figures_within_their_bounds(meeting: Meeting) -> None:
    found = timing(talk(meeting))
    for measure, values in found.items():
        assert values.shape in ((len(meeting.sides),), (1,)), measure
        known = values[~np.isnan(values)]
        if measure != "response_time":
            assert (known >= 0).all(), measure
    assert np.isnan(found["share"]).all() or found["share"].sum() == pytest.approx(1)
    assert found["solo_time"] + found["overlap_time"] == pytest.approx(found["speaking_time"])


@given(meetings(), st.integers(1, 40_000))
def test_a_later_start_changes_only_what_counts_from_the_start(meeting: Meeting, later: int) -> None:
    shift = later / 1000
    moved = replace(
        meeting,
        utterances=tuple(replace(u, start=(u.start or 0) + shift, end=(u.end or 0) + shift) for u in meeting.utterances),
        duration=meeting.length + shift,
    )
    before, after = timing(talk(meeting)), timing(talk(moved))
    from_the_start = {
        "share_of_meeting",
        "first_ten_share",
        "first_ten_longest",
        "dominated_windows",
        "balanced_windows",
        "switch_rate",
    }
    for measure in before.keys() - from_the_start:
        np.testing.assert_allclose(after[measure], before[measure], atol=2e-3, err_msg=measure)


@given(meetings())
def test_names_do_not_matter(meeting: Meeting) -> None:
    names = {s.name: f"Z{i}" for i, s in enumerate(meeting.speakers)}
    renamed = replace(
        meeting,
        speakers=tuple(Speaker(names[s.name], s.side) for s in meeting.speakers),
        utterances=tuple(replace(u, speaker=names[u.speaker]) for u in meeting.utterances),
    )
    before, after = timing(talk(meeting)), timing(talk(renamed))
    for measure in before:
        np.testing.assert_allclose(after[measure], before[measure], err_msg=measure)


@given(meetings())
def test_an_utterance_cut_in_two_is_the_same_speech(meeting: Meeting) -> None:
    halves: list[Utterance] = []
    for u in meeting.utterances:
        start, end = u.start or 0.0, u.end or 0.0
        middle = round((start + end) / 2, 3)
        if u.text or not start < middle < end:
            halves.append(u)
        else:
            halves += [replace(u, end=middle), replace(u, start=middle)]
    before, after = timing(talk(meeting)), timing(talk(replace(meeting, utterances=tuple(halves))))
    for measure in ("speaking_time", "share", "solo_time", "silences", "longest_silence", "participation_gini"):
        np.testing.assert_allclose(after[measure], before[measure], atol=1e-9, err_msg=measure)


@given(meetings(), st.lists(st.integers(0, 90_000), min_size=1, max_size=5))
def test_time_until_a_moment_is_what_lies_before_it(meeting: Meeting, moments: list[int]) -> None:
    pieces = floor.states(meeting)
    until = pieces.until(np.array(moments) / 1000, pieces.speaking)
    for row, moment in zip(until, moments, strict=True):
        assert row == pytest.approx(pieces.between(0, moment / 1000).speaking_time())


@pytest.mark.parametrize(("offset", "immediate", "lapse"), [(0.249, 1, 0), (0.25, 0, 0), (4.999, 0, 0), (5.0, 0, 1)])
def test_limits_of_answers_belong_to_what_comes_after(offset: float, immediate: float, lapse: float) -> None:
    said = (
        Utterance(0, 3, "Eva", "was ist Ihnen wichtig?"),
        Utterance(3 + offset, 12, "Baum", "die Broschüre muss bis Montag fertig werden"),
    )
    meeting = Meeting((Speaker("Eva", "agency"), Speaker("Baum", "client")), said, 12, language="de")
    assert _of(meeting, "response_immediate")[1] == immediate
    assert _of(meeting, "response_lapse")[1] == lapse
