"""Every figure of time, on meetings that are drawn and on meetings of every shape."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance import floor
from talkbalance.meeting import UNKNOWN, Meeting, Speaker, Utterance
from talkbalance.metrics.talk import talk
from talkbalance.metrics.timing import participation, tiles, timing
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


def test_all_figures_of_a_talk() -> None:
    meeting = draw("""
        Eva (agency)  |########       ####          |
        Baum (client) |      ######        #####    |
        Cem (client)  |                       ####  |
    """)
    found = {measure: values.tolist() for measure, values in timing(talk(meeting)).items()}
    parts = np.array([12, 11, 4]) / 27
    assert found == {
        "speaking_time": [12, 15],
        "share": [12 / 27, 15 / 27],
        "share_of_meeting": [12 / 29, 15 / 29],
        "solo_time": [10, 9],
        "overlap_time": [2, 6],
        "longest_stretch": [8, 7],  # Baum and Cem
        "long_stretch_time": [0, 0],
        "first_ten_longest": [8, 7],
        "first_ten_share": [12 / 27, 15 / 27],
        "turns": [2, 3],
        "turn_length": [6, 5],
        "turn_length_asymmetry": [6 / 5],
        "dominated_windows": [0, 0],
        "balanced_windows": [1],
        "participation_entropy": [pytest.approx(-(parts * np.log(parts)).sum() / np.log(3))],
        "participation_gini": [pytest.approx((1 + 8 + 7) * 2 / (2 * 3 * 27) * 3 / 2)],
        "response_time": [3, -0.5],
        "response_immediate": [0, 0.5],
        "response_lapse": [0, 0],
        "switch_rate": [4 / (29 / 60)],
        "silences": [1],
        "silence_time": [3],
        "longest_silence": [3],
        "backchannels": [0, 0],
        "backchannel_rate": [0, 0],
        "backchannel_coverage": [0, 0],
    }


def _alternating(*lengths: float, pause: float = 0.0, length: float | None = None) -> Meeting:
    """Return a meeting in which Eva and Baum speak in turn."""
    said: list[Utterance] = []
    at = 0.0
    for number, seconds in enumerate(lengths):
        said.append(Utterance(at, at + seconds, ("Eva", "Baum")[number % 2], "dann machen wir eben das Plakat"))
        at += seconds + pause
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    return Meeting(people, tuple(said), at - pause if length is None else length, language="de")


@pytest.mark.parametrize(("seconds", "long"), [(60, 60), (59.999, 0)])
def test_a_stretch_of_a_minute_is_long(seconds: float, long: float) -> None:
    assert _of(_alternating(seconds, 30), "long_stretch_time") == [long, 0]


def test_what_begins_after_ten_minutes_is_not_of_the_beginning() -> None:
    before, after = _alternating(590, 30), _alternating(600, 30)
    assert _of(before, "first_ten_longest") == [590, 10]
    assert _of(before, "first_ten_share") == [590 / 600, 10 / 600]
    assert _of(after, "first_ten_longest")[0] == 600
    assert np.isnan(_of(after, "first_ten_longest")[1])
    assert _of(after, "first_ten_share") == [1, 0]


@pytest.mark.parametrize(("seconds", "dominated"), [(90, [0, 0]), (91, [1, 0]), (60, [0, 0]), (59, [0, 1])])
def test_a_side_dominates_with_more_than_six_tenths_of_a_window(seconds: float, dominated: list[float]) -> None:
    meeting = _alternating(seconds, 150 - seconds)
    assert _of(meeting, "dominated_windows") == dominated
    assert _of(meeting, "balanced_windows") == [1 - sum(dominated)]


def test_windows_of_150_s_begin_every_30_s_and_silent_ones_count_for_nobody() -> None:
    meeting = _alternating(150, 30, length=600)
    by_window = [(150, 0), (120, 30), (90, 30), (60, 30), (30, 30), (0, 30)]  # then only silence
    most = [eva / (eva + baum) for eva, baum in by_window]
    assert _of(meeting, "dominated_windows") == [sum(part > 0.6 for part in most) / 6, sum(part < 0.4 for part in most) / 6]
    assert _of(meeting, "balanced_windows") == [1 / 6]
    assert tiles(240).tolist() == [[0, 150], [30, 180], [60, 210], [90, 240]]


def test_nobody_knows_who_the_unknown_voices_are() -> None:
    meeting = _alternating(5, 5)
    stranger = Utterance(20, 25, UNKNOWN, "und dann kam noch jemand dazu")
    heard = replace(
        meeting, speakers=(*meeting.speakers, Speaker(UNKNOWN)), utterances=(*meeting.utterances, stranger), duration=30
    )
    assert (_of(heard, "participation_entropy"), _of(heard, "participation_gini")) == ([1], [0])


@pytest.mark.parametrize("time", [[], [5.0], [0.0, 0.0]])
def test_of_one_person_and_of_silence_there_is_no_participation(time: list[float]) -> None:
    assert np.isnan(participation(np.array(time, dtype=np.float64))).all()


@pytest.mark.parametrize(
    ("length", "at", "covered"), [(3.0, 1, 1), (2.99, 1, np.nan), (4, 0, 1), (4, 3.5, 1), (4, 4.0, 0), (4, 4.5, 0)]
)
def test_a_turn_of_three_seconds_is_covered_by_a_signal_that_begins_in_it(length: float, at: float, covered: float) -> None:
    said = (
        Utterance(1, 1 + length, "Eva", "dann machen wir eben das Plakat"),
        Utterance(1 + at, 1.3 + at, "Baum", "mhm"),
        Utterance(7, 9, "Eva", "und hier geht es weiter"),
    )
    people = (Speaker("Eva"), Speaker("Baum"), Speaker("Cem"))
    apart = (*said[:2], Utterance(length + 2, length + 2.5, "Cem", "ich sehe das anders"), said[2])
    found = timing(talk(Meeting(people, tuple(sorted(apart, key=lambda u: u.start or 0)), 20, language="de")))
    assert found["backchannel_coverage"][1] == pytest.approx(covered, nan_ok=True)


def test_signals_are_counted_by_the_minute_in_which_others_speak() -> None:
    meeting = draw("Eva  |############## | wir fangen oben an\nBaum |     #    #    | mhm/mhm", step=0.5)
    assert _of(meeting, "backchannels") == [0, 2]
    assert _of(meeting, "backchannel_rate") == [0, 2 / (7 / 60)]


def test_what_is_left_out_takes_no_time() -> None:
    meeting = replace(_alternating(4, 4, pause=3, length=20), left_out=((4, 7), (15, 20)))
    assert meeting.counted == 12
    assert _of(meeting, "share_of_meeting") == [4 / 12, 4 / 12]
    assert _of(meeting, "switch_rate") == [0]  # nobody knows how long the answer took


def test_an_even_number_of_turns_has_its_middle_between_two() -> None:
    meeting = _alternating(2, 3, 4, 5, 9, 6, 5, 9)
    assert _of(meeting, "turn_length") == [4.5, 5.5]
    assert _of(meeting, "turn_length_asymmetry") == [4.5 / 5.5]


def test_a_word_is_enough_for_a_window_to_count_and_without_silences_the_longest_is_none() -> None:
    meeting = _alternating(0.5, length=150)
    assert (_of(meeting, "dominated_windows"), _of(meeting, "balanced_windows")) == ([1, 0], [0])
    assert (_of(meeting, "silences"), _of(meeting, "longest_silence")) == ([0], [0])
