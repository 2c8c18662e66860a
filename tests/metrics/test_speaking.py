"""Speaking time and share."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.errors import InvalidParameter
from talkbalance.meeting import Meeting, Speaker
from talkbalance.metrics.speaking import speaking_time
from tests.drawing import draw
from tests.meetings import meetings


def test_overlap_counts_for_both() -> None:
    found = speaking_time(
        draw("""
            Eva (agency)  |########      |
            Baum (client) |     #########|
        """)
    )
    assert found["side"].tolist() == ["agency", "client"]
    assert found["speaking_time"].tolist() == [8, 9]
    assert found["solo_time"].tolist() == [5, 6]
    assert found["overlap_time"].tolist() == [3, 3]
    assert found["share"].tolist() == pytest.approx([8 / 17, 9 / 17])


@pytest.mark.parametrize(
    ("picture", "shares"),
    [
        ("Eva |####|\nBaum |    |", [1, 0]),
        ("Eva |##  |\nBaum |  ##|", [0.5, 0.5]),
        ("Eva |####|\nBaum |####|", [0.5, 0.5]),
        ("Eva |####|\nBaum | ## |", [2 / 3, 1 / 3]),
        ("Eva |####|", [1]),
    ],
)
def test_even_silent_single_simultaneous_and_nested(picture: str, shares: list[float]) -> None:
    assert speaking_time(draw(picture))["share"].tolist() == pytest.approx(shares)


def test_of_silence_there_is_no_share() -> None:
    found = speaking_time(draw("Eva |    |\nBaum |    |"))
    assert found["share"].isna().all()
    assert found["speaking_time"].tolist() == [0, 0]


def test_windows_count_what_begins_in_them() -> None:
    meeting = draw("Eva |## ##     | ja nein/doch gut so\nBaum |      #### | na ja")
    found = speaking_time(meeting, by="speaker", window=5, step=5)
    assert found[["speaker", "start", "n_words"]].to_numpy().tolist() == [
        ["Eva", 0, 5],
        ["Baum", 0, 0],
        ["Eva", 5, 0],
        ["Baum", 5, 2],
        ["Eva", 10, 0],
        ["Baum", 10, 0],
    ]


@given(meetings(), st.sampled_from(["side", "speaker"]), st.sampled_from([None, 7.0, 30.0]))
def test_shares_add_up_to_one(meeting: Meeting, by: str, window: float | None) -> None:
    found = speaking_time(meeting, by=by, window=window)  # type: ignore[arg-type]
    sums = found.groupby("start")["share"].sum(min_count=1).dropna()
    assert sums.to_numpy() == pytest.approx(1)
    assert (found["solo_time"] + found["overlap_time"] - found["speaking_time"]).abs().max() < 1e-9


@given(meetings())
def test_windows_add_up_to_the_meeting(meeting: Meeting) -> None:
    whole, tiles = speaking_time(meeting), speaking_time(meeting, window=11)
    columns = ["speaking_time", "solo_time", "overlap_time", "n_words", "n_turns"]
    assert tiles.groupby("side")[columns].sum().loc[whole["side"]].to_numpy() == pytest.approx(whole[columns].to_numpy())


@given(meetings(sided=False), st.floats(0, 100))
def test_renaming_and_silence_at_the_end_change_no_share(meeting: Meeting, silence: float) -> None:
    names = {s.name: f"x{s.name}" for s in meeting.speakers}
    renamed = replace(
        meeting,
        speakers=tuple(Speaker(names[s.name]) for s in meeting.speakers),
        utterances=tuple(replace(u, speaker=names[u.speaker]) for u in meeting.utterances),
        duration=meeting.length + silence,
    )
    columns = ["speaking_time", "solo_time", "share", "n_turns", "n_words"]
    pd.testing.assert_frame_equal(speaking_time(meeting)[columns], speaking_time(renamed)[columns])


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        speaking_time(draw("Eva |#|"), by="team")  # type: ignore[arg-type]
