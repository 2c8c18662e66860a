"""Where our shares equal those of ConvoKit, edu-convokit and team-comm-tools, and where they do not, and why.

Each definition is restated from what its authors document. `python -m benchmarks.peers` compares with the libraries themselves.
"""

from collections import defaultdict
from itertools import pairwise
from math import isnan

import pytest
from hypothesis import given

from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.speaking import speaking_time
from talkbalance.summary import summary
from tests.drawing import draw
from tests.meetings import meetings

TALK = """
    Eva (agency)  |######     ####    ##| Wir haben da etwas/Größe zählt/ja
    Jan (agency)  |    ###        ##    | genau/mhm
    Baum (client) |       ####  ##    ##| Was meinen Sie damit/so/gut
"""
EXACT = pytest.approx


def _seconds(meeting: Meeting, by: str) -> dict[str, float]:
    """Return the sum of `end - start` over the utterances of each side or speaker."""
    spoken: defaultdict[str, float] = defaultdict(float)
    for u in meeting.utterances:
        spoken[meeting.side_of(u.speaker) if by == "side" else u.speaker] += (u.end or 0) - (u.start or 0)
    return spoken


def _same_as_convokit(meeting: Meeting) -> None:
    spoken = _seconds(meeting, "side")  # of the larger of two groups: its seconds over the seconds of both
    found = speaking_time(meeting)["share"].max()
    if sum(spoken.values()):
        assert found == EXACT(max(spoken.values()) / sum(spoken.values()), abs=1e-9, rel=0)
    else:
        assert isnan(found)  # ConvoKit: None


def _same_as_edu_convokit(meeting: Meeting) -> None:
    spoken = _seconds(meeting, "speaker")  # each utterance's seconds over all seconds, summed per speaker
    for speaker, share in speaking_time(meeting, by="speaker")[["speaker", "share"]].itertuples(index=False):
        expected = spoken[speaker] / sum(spoken.values()) if sum(spoken.values()) else float("nan")
        assert share == EXACT(expected, abs=1e-9, rel=0, nan_ok=True)


def test_drawn_shares_are_those_of_convokit_and_edu_convokit() -> None:
    _same_as_convokit(draw(TALK))
    _same_as_edu_convokit(draw(TALK))


@given(meetings(sided=True))
def test_share_of_the_larger_side_is_convokits_balance(meeting: Meeting) -> None:
    _same_as_convokit(meeting)


@given(meetings())
def test_shares_of_people_are_edu_convokits_talk_time(meeting: Meeting) -> None:
    _same_as_edu_convokit(meeting)


def test_gini_is_that_of_team_comm_tools_scaled_to_reach_one() -> None:
    meeting = draw(TALK)
    spoken = list(_seconds(meeting, "speaker").values())
    n = len(spoken)
    theirs = sum(abs(a - b) for a in spoken for b in spoken) / (2 * n * sum(spoken))
    found = summary(meeting).set_index("measure").loc["participation_gini", "value"]
    assert found == EXACT(theirs * n / (n - 1), abs=1e-9, rel=0)  # theirs ends at 1 - 1/n where one person says everything


def test_convokit_drops_the_first_and_the_last_utterance_by_default() -> None:
    meeting = draw("Eva (agency) |####  #   |\nBaum (client) |    ##  ##|")
    assert speaking_time(meeting)["share"].tolist() == EXACT([5 / 9, 4 / 9])
    spoken = _seconds(Meeting(meeting.speakers, meeting.utterances[1:-1], meeting.duration), "side")
    assert max(spoken.values()) / sum(spoken.values()) == EXACT(2 / 3)  # of the client, who leads now


def test_convokit_drops_the_end_that_fills_no_window() -> None:
    meeting = draw("Eva (agency) |############       |\nBaum (client) |            #######|", step=10)
    ends = speaking_time(meeting, window=150, step=30)["end"].unique().tolist()
    assert ends == [150, 180, 190]  # theirs: the first only, then the last utterance is reached


def test_convokit_ends_the_talk_with_the_utterance_that_begins_last() -> None:
    meeting = draw("Eva (agency) |    ################|\nBaum (client) |      ####          |", step=10)
    first = speaking_time(meeting, window=150, step=30).head(2).set_index("side")["speaking_time"]
    assert first.to_dict() == {"agency": 110, "client": 40}  # theirs: no window at all, Baum ends at 100 s


@pytest.mark.parametrize(
    ("text", "ours", "at_spaces"),
    [("Größe zählt – oder ?", 3, 5), ("ja", 1, 1), ("Ağustos; Москва", 2, 2)],
)
def test_edu_convokit_and_team_comm_tools_split_words_at_spaces(text: str, ours: int, at_spaces: int) -> None:
    meeting = Meeting((Speaker("Eva"),), (Utterance(0, 2, "Eva", text),), 2, source=Source(times="utterance"))
    assert speaking_time(meeting)["n_words"].tolist() == [ours]
    assert len(text.split()) == at_spaces  # a dash or a mark standing alone is a word of theirs


def test_convokit_counts_words_of_a_to_z_where_it_leaves_out_short_utterances() -> None:
    theirs = "".join(c if "a" <= c <= "z" else " " for c in "Größe Москва".lower()).split()
    meeting = draw("Eva |####| Größe Москва")
    assert theirs == ["gr", "e"]
    assert speaking_time(meeting)["n_words"].tolist() == [2]
    assert speaking_time(draw("Eva |####| Москва"))["n_words"].tolist() == [1]  # theirs: none


def test_turn_taking_index_counts_rows_and_our_turns_let_a_listener_signal_pass() -> None:
    meeting = draw("Eva |####+####|\nBaum |   ##    | mhm")
    speakers = [u.speaker for u in meeting.utterances]
    changes = sum(a != b for a, b in pairwise(speakers))
    assert changes / (len(speakers) - 1) == 1  # theirs: Eva, Baum, Eva
    assert speaking_time(meeting, by="speaker").set_index("speaker")["n_turns"].to_dict() == {"Eva": 1, "Baum": 0}
