"""Verdicts are withheld where an interval crosses its line; every measure is shown and can be explained."""

from dataclasses import replace
from math import nan

import pytest

from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting
from talkbalance.summary import FAMILIES, summary
from talkbalance.views.explain import EXPLAINED
from talkbalance.views.overview import overview
from talkbalance.views.report import page
from talkbalance.views.signs import GROUPS, OF_THE_MEETING, groups
from talkbalance.views.verdicts import held, verdict
from talkbalance.views.writing import doubt, figure_of


@pytest.mark.parametrize(("low", "high", "said"), [(0.5, 0.6, "above"), (0.1, 0.4, "below"), (0.4, 0.5, None), (nan, 0.5, None)])
def test_a_verdict_needs_the_whole_interval_beyond_the_line(low: float, high: float, said: str | None) -> None:
    assert verdict(low, high, 0.43) == said


def test_lines_are_shown_only_where_sides_are_named(meeting: Meeting, in_a_row: Meeting, ui: Language) -> None:
    assert text("verdicts.title") in page(meeting)
    assert text("verdicts.title") in overview(meeting)
    assert ui
    assert held(in_a_row, summary(in_a_row)) == []
    assert text("verdicts.title") not in page(in_a_row)


def test_what_is_not_known_is_not_decided(meeting: Meeting) -> None:
    measured = summary(meeting).assign(low=nan, high=nan)
    assert {entry.said for entry in held(meeting, measured)} == {text("verdicts.open")}


def test_every_measure_has_a_place_and_an_explanation() -> None:
    placed = {measure for measures in GROUPS.values() for measure in measures} | set(OF_THE_MEETING)
    measures = {measure for family in FAMILIES for measure in family.measures}
    assert measures <= placed
    assert measures <= set(EXPLAINED)


def test_every_value_stands_under_its_side(meeting: Meeting) -> None:
    for group in groups(meeting, summary(meeting)):
        assert all(len(sign.cells) == len(group.columns) for sign in group.signs)


def test_who_is_to_blame_for_the_width_is_said_only_where_a_machine_heard(quarter: Meeting) -> None:
    assert doubt(summary(quarter))
    assert doubt(summary(replace(quarter, source=replace(quarter.source, models=())))) == ""


@pytest.mark.usefixtures("german")
def test_short_times_have_tenths_and_no_two_dashes() -> None:
    row = {"measure": "response_time", "unit": "s", "value": -0.62, "low": -0.9, "high": 0.6}
    assert figure_of(row) == ("-0,6\u00a0s", "-0,9 bis 0,6\u00a0s")
