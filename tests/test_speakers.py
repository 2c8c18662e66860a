"""Words of one file, speakers of another."""

from pathlib import Path

import pytest

from talkbalance.errors import Unavailable, UnreadableFile
from talkbalance.formats import read
from talkbalance.speakers import attribute
from tests.drawing import draw

CTM = "a 1 0.5 0.4 guten\na 1 0.9 0.5 Tag\na 1 2.1 0.4 gern\na 1 9 0.5 hallo\n"
RTTM = "SPEAKER a 1 0 1.5 <NA> <NA> Eva\nSPEAKER a 1 1 2 <NA> <NA> Baum\nSPEAKER a 1 4 1 <NA> <NA> Eva\n"


def _file(tmp_path: Path, name: str, content: str) -> Path:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path / name


def test_words_go_to_whoever_speaks(tmp_path: Path) -> None:
    meeting = attribute(read(_file(tmp_path, "a.ctm", CTM)), _file(tmp_path, "a.rttm", RTTM))
    assert [(u.start, u.end, u.speaker, u.text) for u in meeting.utterances] == [
        (0, 1.5, "Eva", "guten Tag"),
        (1, 3, "Baum", "gern"),
        (4, 5, "Eva", ""),
        (9, 9.5, "unknown", "hallo"),
    ]
    assert meeting.overlap_observable
    assert (meeting.source.format, meeting.source.times, meeting.title) == ("CTM + RTTM", "word", "a")


def test_spans_that_never_overlap_hide_overlaps(tmp_path: Path) -> None:
    exclusive = RTTM.replace("a 1 0 1.5", "a 1 0 1")
    assert not attribute(read(_file(tmp_path, "a.ctm", CTM)), _file(tmp_path, "a.rttm", exclusive)).overlap_observable


def test_of_several_recordings_the_one_with_the_same_name(tmp_path: Path) -> None:
    several = RTTM + "SPEAKER b 1 0 9 <NA> <NA> Jo\n"
    meeting = attribute(read(_file(tmp_path, "a.ctm", CTM)), _file(tmp_path, "a.rttm", several))
    assert [speaker.name for speaker in meeting.speakers] == ["Eva", "Baum", "unknown"]
    with pytest.raises(UnreadableFile, match='no recording "c"'):
        attribute(read(_file(tmp_path, "c.ctm", CTM.replace("a 1", "c 1"))), tmp_path / "a.rttm")


def test_words_without_times_belong_to_nobody(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no times"):
        attribute(draw("Eva |##|ja"), _file(tmp_path, "a.rttm", RTTM))
