"""Speaking time and share."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.errors import InvalidParameter
from talkbalance.meeting import Meeting, Speaker, Utterance, Word
from talkbalance.metrics.speaking import balance, speaking_time
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


def test_all_columns_of_every_window() -> None:
    meeting = draw("""
        Eva (agency)  |######    ##| wir fangen an/und weiter
        Cem (agency)  |        ##  | ja
        Baum (client) |    ####    | aber das Blau gefällt mir nicht
    """)
    columns = ["side", "start", "end", "speaking_time", "solo_time", "overlap_time", "share", "n_turns", "n_words"]
    found = speaking_time(meeting, window=6, step=3)[columns]
    assert found.to_numpy().tolist() == [
        ["agency", 0, 6, 6, 4, 2, 6 / 8, 1, 3],
        ["client", 0, 6, 2, 0, 2, 2 / 8, 1, 6],
        ["agency", 3, 9, 4, 2, 2, 4 / 8, 1, 1],
        ["client", 3, 9, 4, 2, 2, 4 / 8, 1, 6],
        ["agency", 6, 12, 4, 4, 0, 4 / 6, 2, 3],
        ["client", 6, 12, 2, 2, 0, 2 / 6, 0, 0],
    ]
    assert balance(meeting, window=6, step=3).tolist() == [[6 / 8, 2 / 8], [4 / 8, 4 / 8], [4 / 6, 2 / 6]]


def _words(*spoken: tuple[float, str]) -> list[list[float]]:
    """Return the number of words of Eva's and of Baum's that begin in each five seconds."""
    timed = tuple(Word(at, at + 0.5, text) for at, text in spoken)
    said = (Utterance(1, 9, "Eva", "wir fangen gleich an", words=timed), Utterance(9, 15, "Baum", "gut so"))
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, 15, language="de")
    found = speaking_time(meeting, window=5)
    return [found[found["side"] == name]["n_words"].tolist() for name in ("Eva", "Baum")]


def test_a_word_counts_where_it_begins_as_far_as_that_is_known() -> None:
    baum = [0, 2, 0]
    assert _words((1, "wir"), (2, "fangen"), (5, "gleich"), (6, "an")) == [[2, 2, 0], baum]
    assert _words((1, "wir fangen"), (6, "gleich an")) == [[2, 2, 0], baum]
    assert _words((1, "wir"), (6, "fangen gleich")) == [[1, 2, 0], baum]
    assert _words() == [[4, 0, 0], baum]
