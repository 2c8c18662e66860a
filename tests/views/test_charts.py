"""The charts of a meeting: well formed, with units and intervals, nothing of what people said as markup, in both languages."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from talkbalance import formats
from talkbalance.errors import Unavailable
from talkbalance.i18n import Language
from talkbalance.meeting import Meeting, Speaker
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.views import charts, figures
from tests.drawing import draw

SVG = "{http://www.w3.org/2000/svg}"
Chart = Callable[..., str]
ALL: tuple[Chart, ...] = (
    charts.balance_over_time,
    charts.interruption_matrix,
    charts.response_times,
    charts.longest_stretches,
    charts.uptake_over_time,
    charts.question_kinds,
)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def words(svg: str) -> list[str]:
    """Return the texts of a picture."""
    return ["".join(node.itertext()) for node in parsed(svg).iter(f"{SVG}text")]


def titles(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in parsed(svg).iter(f"{SVG}title")]


@pytest.mark.parametrize("chart", ALL)
@pytest.mark.parametrize("name", ["meeting", "hostile", "in_pieces", "hour"])
def test_a_chart_is_well_formed_and_shows_words_as_words(
    request: pytest.FixtureRequest, chart: Chart, name: str, ui: Language
) -> None:
    del ui
    svg = chart(request.getfixturevalue(name))
    tags = {node.tag.removeprefix(SVG) for node in parsed(svg).iter()}
    assert tags <= {"svg", "g", "path", "rect", "circle", "line", "text", "title"}


@pytest.mark.parametrize("chart", ALL)
def test_a_mark_can_be_reached_by_keys_and_says_what_it_is(chart: Chart, hour: Meeting) -> None:
    marks = [node for node in parsed(chart(hour)).iter(f"{SVG}g") if node.get("data-act")]
    assert marks
    assert [node.get("tabindex") for node in marks].count("0") == 1
    for node in marks:
        assert node.get("role") == "button"
        assert node.get("aria-label")
        assert json.loads(str(node.get("data-act")))["do"]


@pytest.mark.parametrize("chart", ALL)
def test_without_acts_it_is_a_picture(chart: Chart, hour: Meeting) -> None:
    svg = chart(hour, acts=False)
    assert "data-act" not in svg
    assert "tabindex" not in svg
    assert parsed(svg).get("role") == "img"
    assert parsed(svg).get("aria-label")


@pytest.mark.parametrize("chart", ALL)
def test_a_chart_has_a_unit(chart: Chart, meeting: Meeting, german: None) -> None:
    del german
    said = " ".join(words(chart(meeting)))
    assert any(unit in said for unit in ("Min:s", "Sekunden", "Fragen", "Wem?"))


def test_balance_over_time_has_a_gap_where_nobody_speaks() -> None:
    meeting = draw(
        """
        Eva (agency)  |####                    ###|
        Baum (client) |    ##                  #  |
        """,
        step=30,
    )
    silent = speaking_time(meeting, window=150, step=30)["share"].isna()
    assert silent.any()
    svg = charts.balance_over_time(meeting)
    dots = [node for node in parsed(svg).iter(f"{SVG}circle") if node.get("r") == "3.2"]
    assert len(dots) == (~silent).sum() / 2
    lines = [node for node in parsed(svg).iter(f"{SVG}path") if node.get("fill") == "none"]
    assert len(lines) == 4  # two sides, before and after
    assert "nobody speaks" in " ".join(titles(svg))


def test_a_window_with_hardly_any_speech_is_faint() -> None:
    meeting = draw("Eva (agency) |#         |\nBaum (client) | #        |", step=10)
    assert "fill-opacity:0.35" in charts.balance_over_time(meeting)


def test_the_matrix_counts_what_the_table_counts(samples: Path) -> None:
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    found = interruptions(meeting)
    taken = (found["kind"] == "taken").sum()
    numbers = [int(word) for word in words(charts.interruption_matrix(meeting, found)) if word.isdigit()]
    assert sum(numbers) == taken == 6


def test_the_matrix_says_where_a_count_could_lie(samples: Path) -> None:
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    assert "2–13" in words(charts.interruption_matrix(meeting))
    assert "Eva Brandt cuts in on Herr Baum: 6 (could be 2 to 13); 0 attempts." in titles(charts.interruption_matrix(meeting))


def test_response_times_say_median_and_interval(samples: Path) -> None:
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    said = words(charts.response_times(meeting))
    assert any(word.startswith("Client: median 0.5 s (0.3 to 0.6) · 15 answers") for word in said)


def test_a_late_answer_has_a_bar_of_its_own() -> None:
    meeting = draw("Eva (agency) |##       ##|\nBaum (client) |       ##  |")
    assert any("after 5 s or more" in title for title in titles(charts.response_times(meeting)))


def test_ten_stretches_at_most(hour: Meeting) -> None:
    bars = re.findall(r'data-act="([^"]*)"', charts.longest_stretches(hour))
    assert len(bars) == 10
    assert all(json.loads(unescape(bar))["measure"] == "longest_stretch" for bar in bars)


def test_uptake_without_times_is_in_order(untimed: Meeting) -> None:
    said = words(charts.uptake_over_time(untimed))
    assert any("in the order of the talk" in word for word in said)
    assert "data-act" not in charts.uptake_over_time(untimed)


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        (charts.balance_over_time, "untimed"),
        (charts.interruption_matrix, "in_a_row"),
        (charts.response_times, "untimed"),
        (charts.longest_stretches, "untimed"),
        (charts.uptake_over_time, "wordless"),
        (charts.question_kinds, "wordless"),
    ],
)
def test_what_cannot_be_seen_is_said(request: pytest.FixtureRequest, chart: Chart, name: str) -> None:
    with pytest.raises(Unavailable):
        chart(request.getfixturevalue(name))


@pytest.mark.parametrize("chart", [charts.balance_over_time, charts.response_times, charts.longest_stretches])
def test_a_meeting_in_which_nobody_speaks_has_charts(chart: Chart, silent: Meeting) -> None:
    assert words(chart(silent))


def test_nobody_answers_with_words() -> None:
    alone = draw("Eva |####| Wir machen das so.")
    with pytest.raises(Unavailable):
        charts.uptake_over_time(alone)


def test_everybody_has_a_colour_without_sides(samples: Path) -> None:
    meeting = formats.read(samples / "erstgespraech_de.meeting.json")
    people = tuple(Speaker(one.name) for one in meeting.speakers)
    unsided = Meeting(people, meeting.utterances, meeting.duration, language="de", source=meeting.source)
    assert len(set(figures.side_colours(unsided).values())) == len(people)
    assert "Herr Baum" in words(charts.balance_over_time(unsided))
