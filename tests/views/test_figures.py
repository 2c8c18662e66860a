"""Pictures are well-formed, show what they should, and escape what is written into them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from talkbalance.errors import Unavailable
from talkbalance.meeting import Meeting
from talkbalance.views.figures import DARK, LIGHT, Picture, balance, draw, timeline
from tests.meetings import meetings

SVG = "{http://www.w3.org/2000/svg}"


def _parsed(picture: Picture) -> ET.Element:
    return ET.fromstring(picture.svg)


def _words(picture: Picture) -> str:
    return " ".join(_parsed(picture).itertext())


def test_the_balance_names_sides_and_people(meeting: Meeting) -> None:
    assert "Agency 46%" in _words(balance(meeting))
    assert "Eva Größe 46%" in _words(balance(meeting))
    assert "Eva Größe" not in _words(balance(meeting, legend=False)).replace("Eva Größe 46%", "", 1)


def test_the_bar_is_as_long_as_the_shares(meeting: Meeting) -> None:
    bars = [float(bar.attrib["width"]) for bar in _parsed(balance(meeting, legend=False)).iter(f"{SVG}rect")]
    assert bars[0] / sum(bars) == pytest.approx(7.5 / 16.2, abs=0.01)


def test_the_timeline_marks_the_interruption_the_question_and_the_overlap(meeting: Meeting) -> None:
    drawn = _parsed(timeline(meeting))
    groups = [group.attrib.get("class", "") for group in drawn.iter(f"{SVG}g")]
    assert groups.count("tb-taken") == 2, "one in the lane, one in the key"
    assert groups.count("tb-question") == 2
    assert sum(path.attrib.get("class") == "tb-both" for path in drawn.iter(f"{SVG}path")) == 2, "in both lanes"


def test_thresholds_decide_what_is_marked(meeting: Meeting) -> None:
    for chosen in (timeline(meeting, rule="floor_taking", min_overlap=0.9), timeline(meeting, threshold=1)):
        assert chosen.svg.count('class="tb-taken"') == 1, "only the key"


def test_an_hour_is_drawn_in_six_strips_with_minutes(hour: Meeting) -> None:
    words = _words(timeline(hour))
    assert all(f"{minute} min" in words for minute in range(61))
    assert words.count("Jörg") >= 6


def test_what_does_not_count_is_shaded_and_in_the_key(meeting: Meeting) -> None:
    shaded = timeline(replace(meeting, duration=40, left_out=((30.0, 35.0),)))
    assert shaded.svg.count('class="tb-out"') == 1
    assert "does not count" in _words(shaded)
    assert "does not count" not in _words(timeline(meeting))


def test_links_lead_into_the_page_only_where_asked(meeting: Meeting) -> None:
    assert "<a " not in timeline(meeting).svg
    assert "<a " not in draw(meeting, None, None, linked=True).svg


@pytest.mark.parametrize("picture", [balance, timeline])
def test_names_and_words_are_escaped(hostile: Meeting, picture: Callable[[Meeting], Picture]) -> None:
    drawn = _parsed(picture(hostile))
    assert {element.tag.removeprefix(SVG) for element in drawn.iter()} <= {*("svg", "g", "rect", "line", "path", "text", "title")}


def test_what_cannot_be_seen_is_not_in_the_key(in_a_row: Meeting) -> None:
    words = _words(timeline(in_a_row))
    assert "asks" in words
    assert "cuts in" not in words


@pytest.mark.parametrize("picture", [balance, timeline])
def test_without_times_there_is_no_picture(untimed: Meeting, picture: Callable[[Meeting], Picture]) -> None:
    with pytest.raises(Unavailable):
        picture(untimed)


def test_a_picture_can_be_saved(meeting: Meeting, tmp_path: Path) -> None:
    path = timeline(meeting).save(tmp_path / "line.svg")
    assert ET.parse(path).getroot().tag == f"{SVG}svg"


@given(meetings())
@settings(max_examples=12)
def test_every_meeting_can_be_drawn(meeting: Meeting) -> None:
    for picture in (balance(meeting), timeline(meeting)):
        _parsed(picture)


@pytest.mark.parametrize(("colours", "ground"), [(LIGHT, "#ffffff"), (DARK, "#15181d")])
def test_first_colours_stand_out_from_the_ground(colours: dict[str, tuple[str, ...]], ground: str) -> None:
    for group in ("agency", "client", "unknown"):
        assert _contrast(colours[group][0], ground) >= 3, group
    assert all(_contrast(colour, ground) >= 3 for colour in colours["person"][:5])


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
