"""Pictures for slides: whole, the right size, readable alone, nothing left of what only a page would show."""

import re
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from struct import unpack
from xml.etree import ElementTree as ET

import pytest
import resvg_py
from hypothesis import given, settings

from talkbalance.errors import MissingModel, UnreadableFile
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting
from talkbalance.summary import summary
from talkbalance.views import slides
from talkbalance.views.found import find
from talkbalance.views.slides import HIGH, WIDE, Slide, charts, drawn, png
from tests.meetings import meetings

SVG = "{http://www.w3.org/2000/svg}"
PLAIN = {"svg", "title", "rect", "g", "path", "line", "text", "circle", "tspan", "polyline", "polygon", "ellipse"}


def all_of(meeting: Meeting) -> dict[str, ET.Element]:
    """Return every slide of a meeting, parsed."""
    made = slides.slides(meeting, summary(meeting, runs=0), find(meeting))
    return {slide.name: ET.fromstring(drawn(slide, meeting)) for slide in made}


def words(picture: ET.Element) -> str:
    return " ".join(picture.itertext())


def test_every_chart_is_written_as_svg_and_as_png(meeting: Meeting, tmp_path: Path) -> None:
    written = charts(meeting, tmp_path / "charts")
    assert sorted(written) == sorted((tmp_path / "charts").iterdir())
    assert {path.stem for path in written} >= {"balance", "timeline", "lines-1", "signs-speaking-1", "signs-questions"}
    assert {path.with_suffix("") for path in written if path.suffix == ".svg"} == {
        path.with_suffix("") for path in written if path.suffix == ".png"
    }
    for path in written:
        if path.suffix == ".png":
            content = path.read_bytes()
            assert content.startswith(b"\x89PNG")
            assert unpack(">II", content[16:24]) == (WIDE, HIGH)


def test_each_says_what_it_is_of_and_where_it_comes_from(meeting: Meeting, ui: Language) -> None:
    for name, picture in all_of(meeting).items():
        said = words(picture)
        assert "Erstgespräch · " in said
        assert text("slides.source", file="erstgespraech.wav") in said
        assert "talkbalance " in said
        assert text("slides.heard") in said
        if name.startswith("signs-"):
            assert text("slides.intervals") in said
    assert ui


def test_colours_are_written_out_and_what_only_a_page_shows_is_gone(quarter: Meeting) -> None:
    for picture in all_of(quarter).values():
        source = ET.tostring(picture, encoding="unicode")
        assert not re.search(r"var\(|currentColor|style=|class=|data-|href|url\(", source)
        assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= PLAIN
        assert [element.text for element in picture.iter(f"{SVG}title")] == [picture.findtext(f"{SVG}title")]


def test_letters_can_be_read_from_the_back_of_a_room(hour: Meeting) -> None:
    for name, picture in all_of(hour).items():
        (scale,) = [float(found) for g in picture.iter(f"{SVG}g") if (found := _scale(g))][:1]
        assert 11 * scale >= 15, name


def _scale(group: ET.Element) -> str:
    found = re.search(r"scale\(([\d.]+)\)", group.get("transform", ""))
    return found.group(1) if found else ""


def test_pictures_stay_between_title_and_note(hour: Meeting) -> None:
    measured = summary(hour, runs=0)
    for slide in slides.slides(hour, measured, find(hour)):
        _, _, width, high = (float(one) for one in ET.fromstring(slide.picture).attrib["viewBox"].split())
        scale = min((WIDE - 2 * slides.MARGIN) / width, (slides.BOTTOM - slides.TOP) / high)
        assert high * scale <= slides.BOTTOM - slides.TOP + 1


def test_a_long_meeting_is_still_one_timeline(hour: Meeting) -> None:
    assert "60 min" in words(all_of(hour)["timeline"])


def test_names_can_be_roles_and_markup_stays_text(hostile: Meeting, meeting: Meeting, tmp_path: Path) -> None:
    for picture in all_of(hostile).values():
        assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= PLAIN
    for path in charts(meeting, tmp_path, names="roles", language="de"):
        if path.suffix == ".svg":
            content = path.read_text(encoding="utf-8")
            assert "Baum" not in content
            assert "Größe" not in content
    assert "Agentur 1" in (tmp_path / "balance.svg").read_text(encoding="utf-8")


def test_signs_that_xml_cannot_hold_are_left_out(meeting: Meeting) -> None:
    people = {"Herr Baum": "Herr\x0b Baum\x00"}
    odd = meeting.with_sides({"client": [f"Herr Baum={people['Herr Baum']}"]})
    assert "Baum" in words(all_of(odd)["balance"])


def test_what_people_changed_stands_in_the_last_line(meeting: Meeting) -> None:
    changed = replace(meeting, source=replace(meeting.source, options=(("corrections", "2"),)), duration=40, left_out=((30, 35),))
    said = words(all_of(changed)["balance"])
    assert text("slides.corrected") in said
    assert text("slides.left_out", time="0:05") in said


def test_without_times_there_are_fewer_and_none_is_empty(untimed: Meeting, silent: Meeting) -> None:
    assert "timeline" not in all_of(untimed)
    assert all_of(untimed)
    assert "balance" in all_of(silent)


def test_umlauts_are_drawn_and_not_boxes() -> None:
    def one(letters: str) -> bytes:
        return png(f'<svg xmlns="http://www.w3.org/2000/svg"><text x="40" y="400" font-size="300">{letters}</text></svg>')

    assert len({one(letters) for letters in ("ä", "a", "ü", "ß", "\U0001f9ff")}) == 5


def test_a_machine_without_letters_draws_the_same(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, *_) = slides.slides(meeting, summary(meeting, runs=0), find(meeting))
    svg = drawn(first, meeting)
    here = png(svg)
    monkeypatch.setattr("resvg_py.svg_to_bytes", partial(resvg_py.svg_to_bytes, skip_system_fonts=True))
    assert png(svg) == here


def test_what_is_missing_for_png_is_said(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talkbalance.views.slides.find_spec", lambda name: None if name == "resvg_py" else find_spec(name))
    with pytest.raises(MissingModel, match="resvg_py"):
        charts(meeting, tmp_path / "charts")
    assert not (tmp_path / "charts").exists()


def test_a_folder_that_cannot_be_made_is_said(meeting: Meeting, tmp_path: Path) -> None:
    (tmp_path / "charts").write_text("a file")
    with pytest.raises(UnreadableFile):
        charts(meeting, tmp_path / "charts")


@given(meetings())
@settings(max_examples=6)
def test_every_meeting_has_slides(meeting: Meeting) -> None:
    assert all_of(meeting)


def test_a_long_title_is_written_smaller(meeting: Meeting) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"></svg>'
    sizes = [
        float(ET.fromstring(drawn(Slide("a", title, svg, ""), meeting)).findall(f"{SVG}text")[0].attrib["font-size"])
        for title in ("short", "long " * 20)
    ]
    assert sizes[1] < sizes[0]
