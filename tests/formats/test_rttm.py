"""RTTM: who spoke when."""

from pathlib import Path

import pytest
from hypothesis import given

from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, rttm
from talkbalance.formats.files import File
from talkbalance.meeting import Meeting
from tests.meetings import meetings

GOOD = (
    "SPKR-INFO a 1 <NA> <NA> <NA> unknown S1 <NA> <NA>\n"
    "SPEAKER a 1 0.5 2.25 <NA> <NA> S1 <NA> <NA>\n"
    "SPEAKER a 1 1 1 <NA> <NA> S2 <NA> <NA>\n"
)


def test_spans_and_overlaps(tmp_path: Path) -> None:
    (tmp_path / "a.rttm").write_text(GOOD)
    meeting = read(tmp_path / "a.rttm")
    assert [(u.start, u.end, u.speaker) for u in meeting.utterances] == [(0.5, 2.75, "S1"), (1, 2, "S2")]
    assert meeting.overlap_observable


def test_negative_and_empty_durations_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.rttm").write_text(GOOD + "SPEAKER a 1 5 -1 <NA> <NA> S1 <NA> <NA>\nSPEAKER a 1 6 0 <NA> <NA> S1 <NA> <NA>\n")
    with pytest.warns(TalkbalanceWarning, match="2"):
        assert len(read(tmp_path / "a.rttm").utterances) == 2


@pytest.mark.parametrize(
    "content",
    [
        "SPEAKER a 1 x 1 <NA> <NA> S1\n",
        "SPEAKER a 1 0 1\n",
        "SPKR-INFO a 1\n" + GOOD,
        GOOD + GOOD.replace(" a ", " b "),
        "SPKR-INFO a 1 <NA> <NA> <NA> u S1\n",
    ],
)
def test_what_makes_no_sense_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.rttm").write_text(content)
    with pytest.raises(UnreadableFile, match=r"a\.rttm"):
        read(tmp_path / "a.rttm")


@given(meetings())
def test_spans_survive(meeting: Meeting) -> None:
    if meeting.utterances:
        again = rttm.FORMAT.read(File.of(rttm.FORMAT.write(meeting), "a.rttm")).meeting  # type: ignore[misc, arg-type]
        kept = [(u.start, u.end, u.speaker) for u in meeting.utterances]
        assert [(u.start, u.end, u.speaker) for u in again.utterances] == kept
