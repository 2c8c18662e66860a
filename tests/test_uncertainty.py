"""What may have been misheard: played through, held within bounds, and found again where it is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance import uncertainty
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, tidy
from talkbalance.metrics.said import said
from talkbalance.metrics.talk import talk, talk_of
from talkbalance.metrics.wording import worded
from talkbalance.speech.audio import open_recording
from talkbalance.speech.channels import Channels
from talkbalance.speech.overlap import Overlap
from talkbalance.uncertainty import (
    Heard,
    Profile,
    bounds,
    combined,
    confidences,
    figures,
    heard,
    minutes,
    played,
    profiles,
    undone,
    way_of,
    wide,
)
from tests.drawing import draw
from tests.meetings import meetings

BY_MACHINE = Source(times="utterance", overlap_observable=True, models=("recogniser", "diarizer"), options=(("layout", "mono"),))
TALK = """
    Eva  |########   #######      ####   ##########   #####|
    Baum |        ###   ## #######    ###        #####     |
"""
ENTERING = """
    Eva  |########   ######## ####     ##########     ######     #####|
    Baum |   ###   ###       #######         ######### ##       ##### |
"""
NOTHING_WRONG = Profile((0, 0), (0, 0), (0, 0), (0,) * 4, (0,) * 4, 0.1, (0, 0), 0.0, 0.0, (0.1, 0.1), (0, 0, 0), {})


def _by_machine(meeting: Meeting) -> Meeting:
    return replace(meeting, source=BY_MACHINE)


def test_a_way_of_hearing_is_read_off_the_source() -> None:
    meeting = draw(TALK)
    assert way_of(meeting) == "by hand"
    assert way_of(_by_machine(meeting)) == "mixed"
    channels = replace(BY_MACHINE, options=(("layout", "one_per_channel"),))
    assert way_of(replace(meeting, source=channels)) == "channels"


def test_made_by_hand_every_figure_is_itself() -> None:
    meeting = draw(TALK)
    known = heard(meeting, talk(meeting), runs=10, seed=0)
    assert known.interval("share", 0, 0.6) == (0.6, 0.6)


def test_where_nothing_goes_wrong_nothing_changes() -> None:
    meeting = draw(TALK, step=0.5)
    columns = said(meeting)
    again, origin = undone(columns, confidences(meeting), NOTHING_WRONG, np.random.default_rng(0))
    assert origin.tolist() == list(range(len(columns.spans)))
    assert again.spans.starts.tolist() == columns.spans.starts.tolist()
    assert again.spans.ends.tolist() == columns.spans.ends.tolist()


def test_what_a_person_has_checked_stays() -> None:
    meeting = draw(TALK, step=0.5)
    sure = replace(meeting, utterances=tuple(replace(u, confidence=1.0) for u in meeting.utterances))
    bad = replace(NOTHING_WRONG, start=(-0.5, 0.5), end=(-0.5, 0.5), false=(0.9,) * 4, confused=(0.5,) * 4)
    again, _ = undone(said(sure), confidences(sure), bad, np.random.default_rng(0))
    assert again.spans.starts.tolist() == said(meeting).spans.starts.tolist()
    moved, _ = undone(said(meeting), confidences(meeting), bad, np.random.default_rng(0))
    assert len(moved.spans) < len(again.spans)


def test_who_speaks_already_goes_on_where_more_of_their_speech_was_missed() -> None:
    """A long utterance is not cut off by a word that was missed in it."""
    meeting = draw("Eva  |##########          |\nBaum |          ##########|", step=20)
    missing = replace(NOTHING_WRONG, missed=3.0, missed_inside=0.0)
    for seed in range(20):
        again, _ = undone(said(meeting), confidences(meeting), missing, np.random.default_rng(seed))
        assert again.spans.durations[again.spans.who == 0].sum() >= 200 - 1e-6


@given(meetings(), st.integers(0, 2**32 - 1), st.sampled_from(["mixed", "channels"]))
def test_whatever_is_played_through_is_a_meeting(meeting: Meeting, seed: int, way: str) -> None:
    found, origin = undone(said(meeting), confidences(meeting), profiles()[way], np.random.default_rng(seed))
    again = found.spans
    known = origin[origin >= 0]
    assert len(set(known.tolist())) == len(known)
    assert (np.diff(again.starts) >= 0).all()
    assert (again.ends > again.starts).all()
    assert (again.starts >= 0).all()
    assert (again.ends <= meeting.length + 1e-9).all()
    for column in range(len(again.speakers)):
        own = again.chosen(again.who == column)
        assert (own.starts[1:] >= own.ends[:-1]).all()


def test_the_same_seed_gives_the_same_draws() -> None:
    meeting = _by_machine(draw(TALK))
    one, again, other = (heard(meeting, talk(meeting), runs=20, seed=seed).draws["share"] for seed in (3, 3, 4))
    assert (one == again).all()
    assert (one != other).any()


@given(meetings(), st.integers(0, 100))
def test_the_value_lies_in_its_interval_and_that_within_bounds(meeting: Meeting, seed: int) -> None:
    meeting = _by_machine(meeting)
    found = talk(meeting)
    known = heard(meeting, found, runs=5, seed=seed)
    for measure, values in figures(found).items():
        for column, value in enumerate(values.tolist()):
            low, high = known.interval(measure, column, value)
            if not np.isnan(low):
                bottom, top = bounds(measure)
                assert bottom <= low <= value + 1e-9
                assert value <= high + 1e-9 <= top + 2e-9


def test_of_what_was_not_played_through_nothing_is_known() -> None:
    assert np.isnan(Heard({}, {}).interval("share", 0, 0.5)).all()


def test_both_doubts_add_as_squares_and_one_alone_is_itself() -> None:
    nothing = (float("nan"), float("nan"))
    assert combined("share", 0.5, (0.47, 0.53), (0.46, 0.54)) == pytest.approx((0.45, 0.55))
    assert combined("share", 0.5, nothing, (0.4, 0.6)) == pytest.approx((0.4, 0.6))
    assert np.isnan(combined("share", 0.5, nothing, nothing)).all()
    assert combined("turns", 1, (0.5, 9), (0, 4))[0] == 0


@pytest.mark.parametrize("measure", ["share", "interruptions_floor_taking", "interruptions_failed"])
def test_errors_that_are_put_in_are_found_again(measure: str) -> None:
    """Mishear a known meeting at random, many times: the truth lies in about 95 of 100 intervals made from the same errors."""
    truth = draw(ENTERING if measure.startswith("inter") else TALK, step=0.5 if measure.startswith("inter") else 2.0)
    profile = replace(NOTHING_WRONG, start=(-0.4, 0.4), end=(-0.4, 0.4), confused=(0.05,) * 4)
    value = float(figures(talk(truth))[measure][0])
    inside = []
    for seed in range(60):
        misheard, _ = undone(said(truth), confidences(truth), profile, np.random.default_rng(seed))
        draws = played(misheard, np.full(len(misheard.spans), np.nan), profile, runs=40, seed=1000 + seed)
        low, high = Heard(draws, {}).interval(measure, 0, float(figures(talk_of(misheard))[measure][0]))
        inside.append(low <= value <= high)
    assert 0.85 <= np.mean(inside) <= 1.0


def test_the_minute_in_doubt_drives_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only in the second minute is anything unsure: there lies what the interval is made of."""
    monkeypatch.setattr(uncertainty, "profiles", lambda: {"mixed": replace(NOTHING_WRONG, confused=(0.3,) * 4)})
    sure = draw("Eva  |######      ######      |\nBaum |      ######      ######|", step=10)
    unsure = tuple(replace(u, confidence=0.2 if (u.start or 0) in (60.0, 119.0) else 1.0) for u in sure.utterances)
    meeting = replace(sure, utterances=unsure, source=BY_MACHINE)
    found = minutes(meeting, runs=100)
    row = found[found["measure"] == "share"].iloc[0]
    assert (row["side"], row["start"], row["end"]) == ("Eva", 60, 120)
    assert minutes(sure).empty


def test_minutes_that_drive_an_interval_are_named_neighbours_as_one_and_chance_is_not() -> None:
    chance = np.random.default_rng(0)
    spoken = chance.normal(size=(200, 10, 2))
    moved = spoken[:, 2, 0] + spoken[:, 3, 1] + spoken[:, 7, 0]
    known = Heard({"share": np.column_stack([moved, chance.normal(size=200)])}, {}, spoken, np.linspace(0, 600, 11))
    assert [(found.start, found.end) for found in known.minutes("share", 0)] == [(120, 240), (420, 480)]
    assert all(0.1 < found.part < 0.6 for found in known.minutes("share", 0))
    assert known.minutes("share", 1) == ()
    assert known.minutes("turns", 0) == ()
    assert Heard({"share": moved[:5, None]}, {}, spoken[:5], np.linspace(0, 600, 11)).minutes("share", 0) == ()


@pytest.mark.parametrize(
    ("measure", "value", "low", "high", "is_wide"),
    [
        ("share", 0.5, 0.4, 0.6, False),
        ("share", 0.5, 0.39, 0.6, True),
        ("interruption_asymmetry", 0.5, -0.1, 2, True),
        ("response_time", 0.1, 0.05, 2, False),
        ("questions", 0, 0, 3.7, True),
        ("questions", 10, 5, 14, False),
        ("turns", 10, float("nan"), float("nan"), False),
    ],
)
def test_what_is_wide(measure: str, value: float, low: float, high: float, is_wide: bool) -> None:
    assert wide(measure, value, low, high) == is_wide


def test_with_words_or_without_times_are_the_same() -> None:
    meeting = _by_machine(draw("Eva  |####   ####  | Was meinen Sie?/Gut.\nBaum |    ###    ##| Das Plakat./Ja."))
    found = talk(meeting)
    plain = heard(meeting, found, runs=10, seed=0)
    more = heard(meeting, found, runs=10, seed=0, said=worded(meeting, found))
    assert (plain.draws["turns"] == more.draws["turns"]).all()
    assert {"questions", "uptake", "interruptions"} <= more.draws.keys() - plain.draws.keys()


@pytest.mark.models
@pytest.mark.shared
def test_the_true_share_of_a_real_talk_lies_in_the_interval_of_either_way_of_hearing(shared: Path) -> None:
    """Two people with a microphone each, heard as one channel and as two; labels by hand, a few tenths of a second early."""
    folder = shared / "recordings" / "german_therapy"
    rows = [line.split() for line in (folder / "AusschnittTherapieDJIMic2.rttm").read_text(encoding="utf-8").splitlines()]
    seconds = {name: sum(float(row[4]) for row in rows if row[7] == name) for name in ("SPEAKER_0", "SPEAKER_1")}
    truth = seconds["SPEAKER_0"] / sum(seconds.values())
    with open_recording(folder / "AusschnittTherapieDJIMic2.flac") as recording:
        ways = {"mono": Overlap().diarize(recording.mix), "one_per_channel": Channels().diarize(recording.channels)}
        duration = recording.duration
    widths = []
    for layout, spans in ways.items():
        said_ = (Utterance(s.start, s.end, s.speaker, confidence=s.confidence) for s in spans)
        source = replace(BY_MACHINE, options=(("layout", layout),))
        people = (Speaker("S1"), Speaker("S2"))
        meeting = Meeting(people, tidy(said_).utterances, duration, language="de", source=source)
        found = talk(meeting)
        value = float(figures(found)["share"].max())  # who speaks more is the therapist, by either way
        column = int(figures(found)["share"].argmax())
        low, high = heard(meeting, found, runs=200, seed=0).interval("share", column, value)
        assert low <= truth <= high
        widths.append(high - low)
    assert widths[1] < widths[0]
