"""Counts by where the line is drawn."""

import pytest

from talkbalance.errors import Unavailable
from talkbalance.formats import read
from talkbalance.i18n import Language
from talkbalance.meeting import Meeting
from talkbalance.summary import summary
from talkbalance.views.sensitivity import curve, sensitivity
from tests.conftest import ROOT


def test_at_the_usual_line_it_is_what_the_summary_counts() -> None:
    meeting = read(ROOT / "samples" / "erstgespraech_de.meeting.json")
    found, measured = sensitivity(meeting), summary(meeting, runs=0)
    for rule, measure, at in (("likely", "interruptions", 0.5), ("floor_taking", "interruptions_floor_taking", 0.3)):
        for side in meeting.sides:
            (n,) = found.loc[(found["rule"] == rule) & (found["at"] == at) & (found["side"] == side), "n"]
            assert n == measured.loc[(measured["measure"] == measure) & (measured["side"] == side), "value"].item()


def test_a_stricter_line_never_counts_more(quarter: Meeting) -> None:
    found = sensitivity(quarter)
    for _, rows in found.groupby(["rule", "side"]):
        assert rows["n"].is_monotonic_decreasing
    assert set(found["side"]) == set(quarter.sides)


def test_the_picture_names_its_axes_and_the_usual_line(quarter: Meeting, ui: Language) -> None:
    svg = curve(quarter, language=ui).svg
    assert svg.count("<polyline") == 2 * (1 + 2)
    for words in {"de": ("in Sekunden", "üblich: 0,5"), "en": ("in seconds", "usual: 0.5")}[ui]:
        assert words in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_where_overlaps_could_not_survive_there_is_none(in_a_row: Meeting) -> None:
    with pytest.raises(Unavailable):
        curve(in_a_row)


def test_without_interruptions_there_are_axes_all_the_same(silent: Meeting, hostile: Meeting) -> None:
    assert "<polyline" in curve(silent).svg
    assert "<script" not in curve(hostile).svg
