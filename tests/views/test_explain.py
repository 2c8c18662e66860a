"""The words behind a figure."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting
from talkbalance.views.explain import EXPLAINED, explain


@pytest.mark.usefixtures("german")
def test_an_interruption_shows_both_with_the_overlap_in_brackets(meeting: Meeting) -> None:
    said = explain(meeting, "interruptions")
    assert "0:08  Eva Größe (Agentur) → Herr Baum (Kunde): fällt ins Wort" in said
    assert "Herr Baum: Also wir wollten damals unbedingt zeigen dass wir anders sind und die Karte mit ⟦dem⟧ ‖" in said
    assert "Eva Größe: ⟦Das⟧ ist ja alles schön aber" in said


@pytest.mark.usefixtures("german")
def test_who_comes_in_brings_no_older_words(meeting: Meeting) -> None:
    assert "rosa" not in explain(meeting, "interruptions")


@pytest.mark.usefixtures("german")
def test_questions_and_signals_are_listed_with_time_and_words(meeting: Meeting) -> None:
    assert "0:00  Eva Größe (Agentur): W-Frage" in explain(meeting, "questions")
    assert "0:18  Eva Größe (Agentur) → Herr Baum (Kunde): Mhm." in explain(meeting, "backchannels")


def test_speaking_time_is_drawn(meeting: Meeting, ui: Language) -> None:
    said = explain(meeting, "speaking_time")
    assert text("measures.agency") in said
    lines = [line for line in said.splitlines() if line.startswith("Herr Baum")]
    assert len(lines) == 1
    assert "▓" in lines[0]
    assert {"de": "46\u202f%", "en": "46%"}[ui] in said


def test_words_without_times_get_no_brackets(in_pieces: Meeting) -> None:
    said = explain(in_pieces, "interruptions_floor_taking")
    assert "und die Karte mit dem ‖" in said
    assert not any("⟦" in line for line in said.splitlines()[2:])


@pytest.mark.parametrize("measure", ["interruptions", "interruptions_failed", "backchannels"])
def test_what_cannot_be_seen_is_refused(in_a_row: Meeting, measure: str) -> None:
    with pytest.raises(Unavailable):
        explain(in_a_row, measure)


def test_an_unknown_measure_is_refused(meeting: Meeting) -> None:
    with pytest.raises(InvalidParameter, match="loudness"):
        explain(meeting, "loudness")


@pytest.mark.parametrize("measure", EXPLAINED)
def test_every_measure_explains_an_empty_meeting_or_says_why_not(measure: str, silent: Meeting) -> None:
    try:
        said = explain(silent, measure)
    except Unavailable as reason:
        said = str(reason)
    assert said


def test_what_makes_a_heard_interval_wide_stands_below_the_evidence(meeting: Meeting, ui: Language) -> None:
    said = explain(meeting, "interruptions_floor_taking").splitlines()
    assert said[-3:] == [
        f"{text('measures.agency')}: {text('width.observed')}",
        f"{text('measures.client')}: {text('width.observed')}",
        text("slides.heard"),
    ]
    by_hand = replace(meeting, source=replace(meeting.source, models=()))
    assert text("width.observed") not in explain(by_hand, "interruptions_floor_taking")
    assert ui


def test_a_figure_of_the_whole_meeting_says_what_makes_it_wide_once(meeting: Meeting) -> None:
    said = explain(meeting, "participation_gini")
    assert said.count("The interval is wide") == 1


def test_control_signs_do_not_reach_the_terminal(build: Callable[..., Meeting]) -> None:
    assert "\x1b" not in explain(build("Was meinen\x1b[2J Sie damit?"), "questions")
