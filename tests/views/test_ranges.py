"""Ranges: a point and a bar for every side, hollow where a value is only rough."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Speaker, called
from talkbalance.summary import summary
from talkbalance.views.figures import Picture
from talkbalance.views.ranges import FIRST, LAST, height, lines, ranges
from talkbalance.views.verdicts import held

SVG = "{http://www.w3.org/2000/svg}"


def bars(picture: Picture) -> list[tuple[float, float]]:
    """Return where each interval begins and ends."""
    lines = ET.fromstring(picture.svg).iter(f"{SVG}line")
    return [(float(one.attrib["x1"]), float(one.attrib["x2"])) for one in lines if one.attrib.get("stroke-linecap") == "round"]


def test_a_bar_is_where_the_interval_is(quarter: Meeting) -> None:
    measured = summary(quarter)
    rows = measured[measured["measure"] == "share"]
    drawn = bars(ranges(quarter, measured, ["share"]))
    for (start, end), row in zip(drawn, rows.itertuples(), strict=True):
        assert (start - FIRST) / (LAST - FIRST) == pytest.approx(row.low, abs=0.001)
        assert (end - FIRST) / (LAST - FIRST) == pytest.approx(row.high, abs=0.001)


def test_values_units_and_sides_are_written(quarter: Meeting) -> None:
    said = " ".join(ET.fromstring(ranges(quarter, summary(quarter), ["share", "response_time"]).svg).itertext())
    for key in ("measures.share", "measures.response_time", "measures.agency", "measures.client", "signs.unit_share"):
        assert text(key) in said
    assert "100%" in said
    assert "(" in said


def test_rough_values_are_hollow_and_the_key_says_so(quarter: Meeting) -> None:
    measured = summary(quarter)
    assert text("report.key_rough") in ranges(quarter, measured, ["open_question_share"]).svg
    assert text("report.key_rough") not in ranges(quarter, measured, ["speaking_time"]).svg


def test_what_has_no_value_takes_no_room(in_a_row: Meeting) -> None:
    measured = summary(in_a_row)
    assert height(measured, "interruptions") == 0
    assert bars(ranges(in_a_row, measured, ["interruptions"])) == []


def test_values_below_zero_have_their_zero_marked(quarter: Meeting) -> None:
    measured = summary(quarter)
    lowest = measured.loc[measured["measure"] == "response_time", "low"].min()
    upright = [
        one
        for one in ET.fromstring(ranges(quarter, measured, ["response_time"]).svg).iter(f"{SVG}line")
        if one.attrib["x1"] == one.attrib["x2"]
    ]
    assert lowest < 0
    assert len(upright) == 3


def test_many_sides_have_their_names_in_several_lines(quarter: Meeting) -> None:
    longer = {speaker.name: f"{speaker.name} von der Filiale in Nürnberg" for speaker in quarter.speakers}
    people = tuple(Speaker(longer[speaker.name]) for speaker in quarter.speakers)
    everybody = replace(quarter, speakers=people, utterances=tuple(called(one, longer) for one in quarter.utterances))
    drawn = ET.fromstring(ranges(everybody, summary(everybody), ["share"]).svg)
    bold = [one for one in drawn.iter(f"{SVG}text") if one.attrib.get("font-weight") == "600"]
    assert len(bold) == 4
    assert len({one.attrib["y"] for one in bold}) == 2
    assert all(float(one.attrib["x"]) + 8 * len(one.text or "") <= 1000 for one in bold)


def test_a_line_stands_where_others_drew_it_and_says_whose_it_is(quarter: Meeting) -> None:
    found = held(quarter, summary(quarter))
    drawn = ET.fromstring(lines(quarter, found).svg)
    dashed = [float(one.attrib["x1"]) for one in drawn.iter(f"{SVG}line") if "stroke-dasharray" in one.attrib]
    assert len(dashed) == len(found) > 4
    assert (dashed[0] - FIRST) / (LAST - FIRST) == pytest.approx(found[0].at, abs=0.001)
    said = " ".join(" ".join(drawn.itertext()).split())
    for one in found:
        assert one.value in said
        assert all(word in said for word in one.origin.split())
