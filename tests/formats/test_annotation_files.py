"""Files of researchers as they are found: how many utterances, people and seconds each has, counted without our readers."""

import warnings
from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read

pytestmark = pytest.mark.shared

GOLDEN = [
    # file, recording, utterances, people, seconds, times, whether overlaps can be seen
    ("elan_eaf/example-5s-interaction.eaf", "", 8, 3, 8.603, "utterance", True),
    ("elan_eaf/CT_sample1.eaf", "", 225, 2, 659.59, "utterance", True),
    ("praat_textgrid/mary.TextGrid", "", 1, 1, 1.87, "word", False),
    ("praat_textgrid/mary_longfile.TextGrid", "", 1, 1, 1.87, "word", False),
    ("praat_textgrid/mary_longfile_with_negative_zero.TextGrid", "", 1, 1, 1.87, "word", False),
    ("praat_textgrid/mary_with_constrained_tier_times.TextGrid", "", 1, 1, 1.87, "word", False),
    ("exmaralda_exb/AnneWill.exb", "", 36, 4, 359.473, "utterance", True),
    ("exmaralda_exb/Example_basic.exb", "", 9, 2, 14.0, "utterance", True),
    ("tei/AnneWill.xml", "", 36, 4, 359.473, "utterance", True),
    ("chat_cha/basic-conversation.cha", "", 4, 2, None, "none", False),
    ("chat_cha/deu-conversation.cha", "", 5, 2, None, "none", False),
    ("chat_cha/overlaps.cha", "", 5, 2, None, "none", False),
    ("chat_cha/media-bullets.cha", "", 2, 2, 5042.652, "utterance", True),
    ("transcriber_trs/lnp232.final.trs", "", 681, 2, 4659.62, "utterance", False),
    ("transcriber_trs/tiny_input.trs", "", 4, 2, 49.34, "utterance", False),
    ("transcriber_trs/frint980428.trs", "", 10, 2, 20.0, "utterance", True),
    ("spokendata_xml/lnp232.diarization.xml", "", 1152, 38, 4655.92, "utterance", False),
    ("rttm/ES2014c.rttm", "", 801, 4, 2273.46, "utterance", True),
    ("rttm/negative_duration_1814.rttm", "", 186, 5, 726.99, "utterance", True),
    ("rttm/meeteval_ref.rttm", "recordingA", 3, 2, 6.0, "utterance", True),
    ("rttm/meeteval_ref.rttm", "recordingB", 2, 1, 5.0, "utterance", True),
    ("stm/sample.stm", "", 13, 2, 29.987, "utterance", True),
    ("stm/ref.stm", "recordingA", 4, 2, 6.0, "utterance", True),
    ("stm/hyp.stm", "recordingB", 2, 2, 5.0, "utterance", True),
    ("ctm/hyp1.ctm", "recordingB", 1, 1, 42.867, "start", False),
    ("ctm/hyp2.ctm", "recordingA", 7, 1, 1060.4, "start", False),
    ("seglst/ref.seglst.json", "recordingA", 3, 2, 6.0, "utterance", True),
    ("seglst/ref.seglst.json", "recordingB", 2, 1, 5.0, "utterance", True),
]


@pytest.mark.parametrize(("name", "recording", "utterances", "people", "seconds", "times", "observable"), GOLDEN)
def test_every_file_reads_as_it_is(
    shared: Path, name: str, recording: str, utterances: int, people: int, seconds: float | None, times: str, observable: bool
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        meeting = read(shared / "formats" / name, recording=recording)
    assert (len(meeting.utterances), len(meeting.speakers)) == (utterances, people)
    assert (meeting.duration, meeting.source.times, meeting.overlap_observable) == (seconds, times, observable)


@pytest.mark.parametrize("name", ["rttm/meeteval_ref.rttm", "stm/ref.stm", "ctm/hyp1.ctm", "seglst/ref.seglst.json"])
def test_a_file_of_several_recordings_asks_which(shared: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="recordingA, recordingB"):
        read(shared / "formats" / name)


def test_a_uem_says_what_it_is(shared: Path) -> None:
    with pytest.raises(UnreadableFile, match="which stretches"):
        read(shared / "formats" / "uem" / "uem.uem")


def test_what_is_left_out_or_put_right_is_said(shared: Path) -> None:
    with pytest.warns(TalkbalanceWarning, match="Coded Segment"):
        read(shared / "formats" / "elan_eaf" / "CT_sample1.eaf")
    with pytest.warns(TalkbalanceWarning, match="11 of 20"):
        read(shared / "formats" / "exmaralda_exb" / "Example_basic.exb")
    with pytest.warns(TalkbalanceWarning, match=r"2 empty"):
        read(shared / "formats" / "rttm" / "negative_duration_1814.rttm")


def test_one_talk_in_two_formats_has_the_same_people_and_times(shared: Path) -> None:
    one = read(shared / "formats" / "exmaralda_exb" / "AnneWill.exb")
    other = read(shared / "formats" / "tei" / "AnneWill.xml")
    spans = [[(u.start, u.end, u.speaker) for u in meeting.utterances] for meeting in (one, other)]
    assert spans[0] == spans[1]
