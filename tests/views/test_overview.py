"""The terminal shows the signs of the report, as wide as it is."""

from dataclasses import replace

import pytest

from talkbalance.corrections import Correction, correct
from talkbalance.i18n import Language, text
from talkbalance.meeting import Meeting, Speaker
from talkbalance.summary import summary
from talkbalance.views.overview import overview
from talkbalance.views.signs import groups


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_longer_than_the_terminal(quarter: Meeting, meeting: Meeting, ui: Language, width: int) -> None:
    assert ui
    for shown in (quarter, meeting):
        assert max(map(len, overview(shown, width=width).splitlines())) <= width


def test_the_terminal_says_how_wide_it_is(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    assert overview(meeting) == overview(meeting, width=70)
    monkeypatch.setenv("COLUMNS", "400")
    assert overview(meeting) == overview(meeting, width=100)


@pytest.mark.usefixtures("ui")
def test_it_shows_the_signs_of_the_report_with_their_intervals(meeting: Meeting) -> None:
    shown = " ".join(overview(meeting, width=120).split())
    for group in groups(meeting, summary(meeting, meaning=True)):
        assert group.name in shown
        for sign in group.signs:
            assert " ".join(sign.name.split()) in shown
            for value, interval, _ in sign.cells:
                cell = f"{value} [{interval}]" if interval else value
                assert " ".join(cell.split()) in shown


def test_where_there_is_no_room_every_side_has_a_line_of_its_own(quarter: Meeting) -> None:
    everybody = replace(quarter, speakers=tuple(Speaker(speaker.name) for speaker in quarter.speakers))
    lines = overview(everybody, width=100).splitlines()
    at = lines.index(f"  {text('measures.share')}")
    assert [line.split()[0] for line in lines[at + 1 : at + 5]] == ["Dr.", "Jörg", "Frau", "Ömer"]


def test_what_cannot_be_measured_stands_there_with_its_reason(in_a_row: Meeting) -> None:
    shown = " ".join(overview(in_a_row, width=100).split())
    assert text("unavailable.overlap_unseen", format="WebVTT") in shown
    assert '--agency "Ann" --client "Bob"' in shown


def test_control_signs_do_not_reach_the_terminal(meeting: Meeting) -> None:
    assert "\x1b" not in overview(replace(meeting, title="\x1b[2Jweg"))


def test_what_people_changed_is_said(meeting: Meeting, ui: Language) -> None:
    assert ui
    changed = correct(replace(meeting, duration=40), [Correction("exclude", {"start": 30_000, "end": 35_000})])
    shown = " ".join(overview(changed, width=100).split())
    assert text("report.corrected", n=1) in shown
    assert text("report.left_out", time="0:05", stretches="0:30–0:35") in shown
