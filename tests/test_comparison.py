"""A reference and a hypothesis: what is drawn is what is counted, and what others count too."""

import warnings
from dataclasses import replace
from math import isnan
from pathlib import Path

import jiwer
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from talkbalance import read
from talkbalance.comparison import compare, excerpt
from talkbalance.comparison.events import matches
from talkbalance.comparison.people import Both, renamed, voices
from talkbalance.comparison.spelling import edits, normalised
from talkbalance.errors import InvalidParameter, TalkbalanceWarning, Unavailable
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from tests.drawing import draw
from tests.meetings import meetings

pytestmark = pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")
EVA_AND_BAUM = """
    Eva (agency)   |########    ##|  Was stört Sie? / Gut.
    Baum (client)  |     #######  |  Das Plakat, das rosa ist.
"""


def value(found: pd.DataFrame, measure: str, side: str = "") -> float:
    (row,) = found.loc[(found["measure"] == measure) & (found["side"] == side), "hypothesis"].tolist()
    return float(row)


def anonymous(meeting: Meeting) -> Meeting:
    """Return a meeting as a machine hands it over: voices in another order, without sides."""
    names = {speaker.name: f"S{len(meeting.speakers) - i}" for i, speaker in enumerate(meeting.speakers)}
    people = tuple(Speaker(names[speaker.name]) for speaker in reversed(meeting.speakers))
    return replace(meeting, speakers=people, utterances=tuple(replace(u, speaker=names[u.speaker]) for u in meeting.utterances))


def test_what_is_missed_false_and_confused_is_what_is_drawn() -> None:
    reference = draw("""
        Eva   |########    ##|
        Baum  |     #######  |
    """)
    hypothesis = draw("""
        S1    |     ### #  ##|
        S2    |######  ##    |
    """)
    found = compare(reference, hypothesis)
    assert value(found, "der") == pytest.approx((4 + 1 + 3) / 17)
    assert value(found, "der_missed") == pytest.approx(4 / 17)
    assert value(found, "der_false") == 1 / 17
    assert value(found, "der_confused") == 3 / 17


def test_voices_take_names_and_sides_of_the_people_they_are() -> None:
    reference = draw(EVA_AND_BAUM)
    found = compare(reference, anonymous(reference))
    known = found[found["reference"].notna()]
    assert (known["difference"] == 0).all()
    assert set(found["side"]) == {"agency", "client", ""}


def test_a_voice_too_many_is_somebody_else() -> None:
    reference = draw(EVA_AND_BAUM)
    hypothesis = draw("""
        Baum  |#######       |
        S2    |     #######  |
        S3    |            ##|
    """)
    both = Both(reference, hypothesis, 0, 0, 0)
    assert both.matched == {"Baum": "Eva", "S2": "Baum"}
    assert [speaker.name for speaker in both.hypothesis.speakers] == ["Eva", "Baum", "S3"]
    found = compare(reference, hypothesis)
    assert value(found, "speakers") == 3
    assert value(found, "share", "S3") == pytest.approx(2 / 16)
    assert isnan(found.loc[(found["measure"] == "share") & (found["side"] == "S3"), "reference"].item())


def test_of_two_who_are_called_the_same_one_is_the_person() -> None:
    reference = draw("Eva  |####|")
    hypothesis = draw("""
        Eva  |#   |
        S1   |####|
    """)
    assert [s.name for s in renamed(hypothesis, {"S1": "Eva"}, reference).speakers] == ["Eva", "Eva*"]


@given(meetings(), meetings())
def test_the_diarization_error_is_that_of_pyannote(reference: Meeting, hypothesis: Meeting) -> None:
    found = voices(reference, anonymous(hypothesis), collar=0.0)
    length = max(reference.length, hypothesis.length, 0.001)
    metric = DiarizationErrorRate()
    parts = metric(_annotation(reference), _annotation(hypothesis), uem=Segment(0, length), detailed=True)
    names = "missed detection", "false alarm", "confusion", "total"
    assert (*found.errors, found.total) == pytest.approx([parts[name] for name in names], abs=1e-6)


def test_a_collar_is_that_of_pyannote(samples: Path) -> None:
    reference = read(samples / "erstgespraech_de.meeting.json")
    moved = tuple(
        Utterance((u.start or 0) + 0.1, (u.end or 0) + 0.4, u.speaker)
        for u in excerpt(reference, end=reference.length - 1).utterances
        if (u.end or 0) - (u.start or 0) > 0.8
    )
    hypothesis = replace(reference, utterances=_apart(moved), source=Source(times="utterance"))
    found = compare(reference, hypothesis, collar=0.25)
    metric = DiarizationErrorRate(collar=0.5)
    assert value(found, "der") == pytest.approx(
        metric(_annotation(reference), _annotation(hypothesis), uem=Segment(0, reference.length)), abs=1e-6
    )


def _apart(utterances: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
    """Return utterances of which those of one speaker do not touch."""
    kept: list[Utterance] = []
    for one in utterances:
        if all(other.speaker != one.speaker or (other.end or 0) <= (one.start or 0) for other in kept):
            kept.append(one)
    return tuple(kept)


def _annotation(meeting: Meeting) -> Annotation:
    found = Annotation()
    for i, utterance in enumerate(meeting.utterances):
        found[Segment(utterance.start, utterance.end), i] = utterance.speaker
    return found


@settings(max_examples=15)
@given(meetings())
def test_a_meeting_compared_with_itself_is_perfect_in_time(meeting: Meeting) -> None:
    found = compare(meeting, anonymous(meeting)).set_index("measure")["difference"]
    of_time = ["der", "der_missed", "der_false", "der_confused", "speaking_kappa", "overlap_f1", "share_error"]
    assert (found[[*of_time, "silence_time", "participation_gini"]].dropna().abs() < 1e-9).all()


def test_overlaps_are_found_within_the_tolerance() -> None:
    reference = draw("""
        Eva   |#####     #####   |
        Baum  |   ####     #     |
    """)
    hypothesis = draw("""
        Eva   |######    ####    |
        Baum  |   ####        ###|
    """)
    exact = compare(reference, hypothesis, overlap_tolerance=0)
    assert value(exact, "overlap_precision") == pytest.approx(2 / 3)
    assert value(exact, "overlap_recall") == pytest.approx(2 / 3)
    near = compare(reference, hypothesis, overlap_tolerance=0.5)
    assert value(near, "overlap_precision") == pytest.approx(2.5 / 3)
    assert value(compare(reference, hypothesis, overlap_tolerance=1.0), "overlap_precision") == 1


def test_where_overlaps_could_not_survive_nothing_is_said_about_them(samples: Path) -> None:
    found = compare(read(samples / "first_meeting_en.meeting.json"), read(samples / "first_meeting_en.zoom.vtt"))
    for measure in ("overlap_f1", "interruptions_f1", "interruptions_kappa"):
        assert isnan(value(found, measure))
    assert value(found, "questions_f1") == 1
    assert 0 < value(found, "wer") < 0.1
    assert value(found, "wer_by_speaker") < value(found, "wer")


def test_events_are_matched_one_to_one_by_the_same_speaker() -> None:
    true = [(1.0, 2.0, "Eva"), (5.0, 6.0, "Eva"), (5.5, 7.0, "Eva")]
    assert matches(true, [(5.4, 5.6, "Eva")], tolerance=0) == 1
    assert matches(true, [(5.4, 5.6, "Eva"), (2.4, 3.0, "Eva")], tolerance=0.5) == 2
    assert matches(true, [(5.4, 5.6, "Baum")], tolerance=9) == 0
    assert matches(true, [], tolerance=1) == 0


def test_a_lost_question_is_seen(samples: Path) -> None:
    reference = read(samples / "erstgespraech_de.meeting.json")
    asks = next(i for i, u in enumerate(reference.utterances) if u.text.endswith("?"))
    kept = tuple(u for i, u in enumerate(reference.utterances) if i != asks)
    found = compare(reference, replace(reference, utterances=kept))
    assert value(found, "questions_precision") == 1
    assert value(found, "questions_recall") < 1
    assert 0 < value(found, "questions_kappa") < 1
    assert value(found, "wer_left_out") == value(found, "wer") > 0


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("wir haben das Plakat noch einmal angesehen", "wir haben das Plakat angesehen und"),
        ("a b c d", "d c b a"),
        ("ja", "nein doch"),
        ("eins zwei drei", "eins zwei drei"),
    ],
)
def test_word_errors_are_those_of_jiwer(said: str, heard: str) -> None:
    counts = jiwer.process_words(said, heard)
    assert sum(edits(said.split(), heard.split())) == counts.substitutions + counts.deletions + counts.insertions


def test_spelling_alone_is_no_error() -> None:
    assert normalised("Die GRÖSSE – per e-mail, gehts?", "de") == normalised("die Größe per E-Mail; geht's!", "de")
    assert normalised("Uh, hmm, right.", "en") == ["mhm", "right"]
    assert normalised("Äh ja", None) == ["äh", "ja"], "of a language nobody knows everything is a word"


def test_words_given_to_the_wrong_one_count_for_each_speaker() -> None:
    reference = draw(EVA_AND_BAUM)
    wrong = tuple(
        replace(u, text=f"{u.text} Plakat." if u.speaker == "Eva" and u.start == 0 else u.text) for u in reference.utterances
    )
    found = compare(reference, replace(reference, utterances=wrong))
    assert value(found, "wer") == value(found, "wer_by_speaker") == value(found, "wer_added") == pytest.approx(1 / 9)


def test_without_times_or_words_nothing_is_made_up() -> None:
    reference = draw(EVA_AND_BAUM)
    untimed = tuple(Utterance(None, None, u.speaker, u.text) for u in reference.utterances)
    spoken = Meeting(reference.speakers, untimed, None, language="de", source=Source(times="none"))
    found = compare(reference, spoken)
    assert all(isnan(value(found, m)) for m in ("der", "overlap_f1", "share_error", "speaking_kappa", "questions_f1"))
    assert value(found, "wer") == 0
    assert value(found, "questions", "agency") == 1
    wordless = replace(reference, utterances=tuple(replace(u, text="") for u in reference.utterances))
    found = compare(reference, wordless)
    assert value(found, "der") == 0
    assert isnan(value(found, "wer"))


def test_a_silent_meeting_has_no_rates() -> None:
    silent = draw("""
        Eva   |    |
        Baum  |    |
    """)
    found = compare(silent, silent)
    assert all(isnan(value(found, m)) for m in ("der", "share_error", "wer", "overlap_f1"))
    assert value(compare(silent, draw("S1  |####|")), "speakers") == 1


def test_what_is_left_out_does_not_count() -> None:
    reference = replace(draw("Eva  |####    ####|"), left_out=((4, 8),))
    assert value(compare(reference, draw("S1  |############|")), "der") == 0


def test_a_stretch_done_by_hand_is_compared_alone() -> None:
    hand = draw("Eva  |####    |")
    machine = draw("S1  |####    ########|")
    with pytest.warns(TalkbalanceWarning, match="start and end"):
        assert value(compare(hand, machine), "der") == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert value(compare(hand, machine, end=8), "der") == 0


def test_an_excerpt_begins_at_nought_and_keeps_its_words(samples: Path) -> None:
    meeting = read(samples / "erstgespraech_de.meeting.json")
    found = excerpt(meeting, start=30, end=90)
    assert found.length == 60
    inside = [w.text for u in meeting.utterances for w in u.words if 30 <= w.start < 90]
    assert [w.text for u in found.utterances for w in u.words] == inside
    assert all(w.start >= 0 for u in found.utterances for w in u.words)
    assert excerpt(meeting) == replace(meeting, recording=None)
    with pytest.raises(InvalidParameter):
        excerpt(meeting, start=90, end=30)


def test_of_nothing_in_time_there_is_no_excerpt() -> None:
    with pytest.raises(Unavailable):
        excerpt(Meeting((), (), None, source=Source(times="none")), end=3)


@pytest.mark.parametrize("name", ["collar", "overlap_tolerance", "event_tolerance"])
def test_negative_seconds_are_refused(name: str) -> None:
    meeting = draw("Eva  |##|")
    with pytest.raises(InvalidParameter, match=name):
        compare(meeting, meeting, **{name: -1.0})


def test_an_hour_is_compared_in_seconds() -> None:
    rng = np.random.default_rng(0)
    starts = np.cumsum(rng.uniform(2, 6, 800))
    said = tuple(
        Utterance(s, s + 3, f"P{i % 4}", "das ist nun wirklich ein ganz langer Satz") for i, s in enumerate(starts.tolist())
    )
    meeting = Meeting(
        tuple(Speaker(f"P{i}") for i in range(4)), said, starts[-1] + 5, language="de", source=Source(times="utterance")
    )
    assert value(compare(meeting, anonymous(meeting)), "der") == 0
