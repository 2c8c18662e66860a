"""The summary: every measure, its interval, its reason."""

import os
import subprocess
import sys
from collections.abc import Hashable
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from talkbalance import uncertainty
from talkbalance.cards import CARD_OF
from talkbalance.errors import InvalidParameter
from talkbalance.frames import SUMMARY
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.summary import summary
from tests.drawing import draw
from tests.meetings import meetings
from tests.test_uncertainty import NOTHING_WRONG

TALK = """
    Eva (agency)  |##########     ####################    ########| Was ist Ihnen wichtig?/Das wird alles neu und/Gut so.
    Baum (client) |          #####        ######             ##   | Die Broschüre./Aber wir haben noch den/ja
"""


def _figure(found: pd.DataFrame, measure: str, side: str) -> dict[Hashable, Any]:
    (row,) = found[(found["measure"] == measure) & (found["side"] == side)].to_dict("records")
    return row


def test_one_row_per_measure_and_side() -> None:
    found = summary(draw(TALK, step=0.25))
    assert list(found.columns) == list(SUMMARY)
    assert not found.duplicated(["measure", "side"]).any()
    assert set(found.loc[~found["available"], "measure"]) == {"uptake_similarity"}  # not asked for
    assert set(found["measure"]) == set(CARD_OF)


def test_counts_have_exact_intervals() -> None:
    row = _figure(summary(draw(TALK, step=0.25)), "interruptions_failed", "client")
    assert (row["value"], row["n"]) == (1, 1)
    assert (row["low"], row["high"]) == (pytest.approx(0.0253, abs=1e-4), pytest.approx(5.5716, abs=1e-4))  # Garwood 1936


def test_a_part_of_counted_sentences_has_an_exact_interval() -> None:
    row = _figure(summary(draw(TALK, step=0.25)), "question_ratio", "agency")
    assert (row["part"], row["whole"]) == (1, 3)
    assert (row["low"], row["high"]) == (pytest.approx(0.0084, abs=1e-4), pytest.approx(0.9057, abs=1e-4))  # Clopper-Pearson


def test_what_cannot_be_observed_has_a_reason_and_no_value() -> None:
    found = summary(draw(TALK, step=0.25, overlap_observable=False))
    row = _figure(found, "interruptions", "agency")
    assert not row["available"]
    assert isnan(row["value"])
    assert "Overlaps" in row["reason"]
    assert _figure(found, "share", "agency")["available"]


def test_without_sides_every_person_is_one_and_what_needs_sides_says_so() -> None:
    found = summary(draw("Eva |##  |\nBaum |  ##|"))
    assert set(found["side"]) == {"Eva", "Baum", ""}
    row = _figure(found, "interruption_asymmetry", "")
    assert not row["available"]
    assert "side" in row["reason"]


def test_without_words_no_likely_interruption_is_counted_but_timing_is() -> None:
    found = summary(draw("Eva |##############         |\nBaum |           ############|", step=0.25))
    assert not _figure(found, "interruptions", "Baum")["available"]
    assert _figure(found, "interruptions_floor_taking", "Baum")["value"] == 1


def test_without_times_questions_remain() -> None:
    said = (Utterance(None, None, "Eva", "Was ist Ihnen wichtig?"), Utterance(None, None, "Baum", "Die Farbe."))
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, None, language="de", source=Source(times="none"))
    found = summary(meeting)
    assert _figure(found, "questions", "Eva")["value"] == 1
    assert not _figure(found, "share", "Eva")["available"]
    assert not _figure(found, "question_rate", "Eva")["available"]


def test_colleagues_who_talk_into_one_another_do_not_interrupt_the_other_side() -> None:
    meeting = draw(TALK, step=0.25)
    colleagues = tuple(replace(one, side="agency") for one in meeting.speakers)
    listening = replace(meeting, speakers=(*colleagues, Speaker("Kundin", "client")))
    assert _figure(summary(listening), "interruptions_failed", "agency")["value"] == 0


def test_what_takes_two_says_so_where_there_is_one() -> None:
    """Nobody is interrupted by themself, and that is no nought."""
    alone = draw("Eva |####  ##|")
    found = summary(alone).set_index("measure")
    for measure in ("interruptions", "response_time", "backchannels", "uptake", "dominated_windows"):
        assert found.loc[measure, "reason"] == text("unavailable.one_side")
    for measure in ("overlap_time", "participation_entropy", "switch_rate"):
        assert found.loc[measure, "reason"] == text("unavailable.one_speaker")
    assert found.loc["silences", "available"]


def test_shares_are_resampled_where_the_meeting_is_long_enough() -> None:
    long = draw("Eva |######  ######  ######  ######  |\nBaum |      ##      ##     ###     ###|", step=30)
    row = _figure(summary(long, runs=200, seed=1), "share", "Eva")
    assert row["low"] < row["value"] < row["high"]
    again = _figure(summary(long, runs=200, seed=1), "share", "Eva")
    assert (row["low"], row["high"]) == (again["low"], again["high"])
    assert isnan(_figure(summary(long, runs=0), "share", "Eva")["low"])


def test_made_by_hand_there_is_no_doubt_in_hearing_and_what_cannot_be_resampled_is_exact() -> None:
    found = summary(draw(TALK, step=0.25))
    row = _figure(found, "share", "agency")
    assert row["low_heard"] == row["high_heard"] == row["value"]
    longest = _figure(found, "longest_stretch", "agency")
    assert longest["low"] == longest["high"] == longest["value"]


def test_what_a_machine_heard_is_in_doubt() -> None:
    meeting = draw(TALK, step=0.25)
    by_machine = replace(meeting, source=replace(meeting.source, models=("some recogniser", "some diarizer")))
    row = _figure(summary(by_machine), "share", "agency")
    assert row["low"] <= row["low_heard"] < row["value"] < row["high_heard"] <= row["high"]


def _by_machine(meeting: Meeting) -> Meeting:
    return replace(meeting, source=replace(meeting.source, models=("some recogniser", "some diarizer")))


def test_every_figure_of_a_machine_holds_what_it_may_have_misheard() -> None:
    found = summary(_by_machine(draw(TALK, step=0.25)), runs=50)
    known = found[found["available"] & found["value"].notna()]
    assert known["low_heard"].notna().all()


def _only_confused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing go wrong but who speaks, and that only where nobody is sure."""
    confused = replace(NOTHING_WRONG, confused=(0.3,) * 4)
    monkeypatch.setattr(uncertainty, "profiles", lambda: {"mixed": confused})


def test_who_speaks_moves_what_is_counted_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    _only_confused(monkeypatch)
    meeting = _by_machine(draw(TALK, step=0.25))
    unsure = replace(meeting, utterances=tuple(replace(u, confidence=0.5) for u in meeting.utterances))
    sure = replace(meeting, utterances=tuple(replace(u, confidence=1.0) for u in meeting.utterances))
    for measure in ("interruptions_floor_taking", "question_ratio", "uptake", "reflections"):
        wide, narrow = (_figure(summary(m, runs=100), measure, "agency") for m in (unsure, sure))
        assert wide["high_heard"] - wide["low_heard"] >= narrow["high_heard"] - narrow["low_heard"], measure
    floor, sure_floor = (_figure(summary(m, runs=100), "interruptions_failed", "client") for m in (unsure, sure))
    assert floor["low_heard"] < floor["value"]
    assert sure_floor["low_heard"] == sure_floor["value"] == sure_floor["high_heard"]


def test_a_wide_interval_says_what_makes_it_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand = _figure(summary(draw(TALK, step=0.25)), "interruptions_failed", "client")
    assert by_hand["available"]
    assert by_hand["reason"] == text("width.observed")
    _only_confused(monkeypatch)
    long = draw("Eva |######  ######  ######  ######  |\nBaum |      ##      ##     ###     ###|", step=30)
    unsure = tuple(replace(u, confidence=0.2 if u.start == 180 else 1.0) for u in long.utterances)
    found = summary(_by_machine(replace(long, utterances=unsure)))
    assert _figure(found, "first_ten_longest", "Eva")["reason"] == text("width.heard_minutes", minutes="3–4")
    assert _figure(found, "silence_time", "")["reason"] == ""


@given(meetings())
def test_every_meeting_has_a_summary(meeting: Meeting) -> None:
    found = summary(meeting, runs=5)
    known = found[found["available"]].dropna(subset=["low", "high", "value"])
    assert (known["low"] <= known["value"] + 1e-9).all()
    assert (known["value"] <= known["high"] + 1e-9).all()
    assert found.loc[~found["available"], "reason"].ne("").all()


def test_a_negative_number_of_runs_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        summary(draw("Eva |#|"), runs=-1)


def test_every_row_names_its_card() -> None:
    found = summary(draw(TALK, step=0.25))
    assert _figure(found, "share", "agency")["rule"] == "see docs/measures/{de,en}/share.md"
    assert found["rule"].str.contains(r"docs/measures/\{de,en\}/\w+\.md$").all()


@pytest.mark.models
def test_meanings_are_compared_for_who_asks() -> None:
    found = summary(draw(TALK, step=0.25), meaning=True, runs=20)
    row = _figure(found, "uptake_similarity", "client")
    assert row["available"]
    assert -1 <= row["low"] <= row["value"] <= row["high"] <= 1


def test_a_meeting_of_nobody_has_figures_that_are_not_available() -> None:
    found = summary(Meeting((), (), 10), runs=20)
    assert set(found["side"]) <= {""}
    assert not found.loc[found["measure"].str.startswith("participation"), "value"].notna().any()


@pytest.mark.models
def test_where_nobody_answers_no_meanings_are_compared() -> None:
    found = summary(draw("Eva  |### | Guten Tag.\nBaum |    |"), meaning=True, runs=20)
    assert isnan(_figure(found, "uptake_similarity", "Eva")["value"])


def test_who_asks_nothing_has_no_reflections_per_question() -> None:
    assert isnan(_figure(summary(draw(TALK, step=0.25)), "reflection_question_ratio", "client")["value"])


def test_a_short_meeting_is_cut_into_six_blocks() -> None:
    short = draw("Eva |######  ####    ##  ########    |\nBaum |      ##    ####  ##        ####|", step=5)
    row = _figure(summary(short, seed=1), "share", "Eva")
    assert row["low_observed"] < row["value"] < row["high_observed"]


def test_the_same_meeting_gives_the_same_figures_to_the_last_digit(samples: Path) -> None:
    code = "import sys, talkbalance as tb; print(tb.summary(tb.read(sys.argv[1]), runs=5).to_csv())"
    command = [sys.executable, "-c", code, str(samples / "erstgespraech_de.meeting.json")]
    one, other = (
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    )
    assert one == other
