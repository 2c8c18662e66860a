"""The explorer without a page: what it shows, what a click opens, what a correction changes."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from talkbalance import formats
from talkbalance.frames import records
from talkbalance.i18n import set_language, text
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.summary import summary
from talkbalance.views.explorer import Explorer, explore
from talkbalance.views.moments import BEHIND, Moment, Moments
from talkbalance.views.pane import act
from talkbalance.views.player import AROUND
from talkbalance.views.tabs import TABS
from talkbalance.views.tiles import change


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talkbalance.views.explorer.RUNS", 10)
    monkeypatch.setattr("talkbalance.views.explorer.SETTLES", 0.01)


@pytest.fixture
def sample(samples: Path) -> Meeting:
    return formats.read(samples / "erstgespraech_de.meeting.json")


@pytest.fixture
def explorer(sample: Meeting, samples: Path) -> Iterator[Explorer]:
    opened = Explorer(sample, recording=samples / "erstgespraech_de.mp3", language="en")
    yield opened
    opened.wait()


def acts(html: str) -> list[Mapping[str, object]]:
    """Return every act a page offers."""
    return [json.loads(unescape(found)) for found in re.findall(r'data-act="([^"]*)"', html)]


def click(explorer: Explorer, **what: object) -> None:
    explorer._act(what)


def wait_for_moments(explorer: Explorer) -> None:
    """Wait until moments are listed, on a busy machine too."""
    until = time.monotonic() + 60
    while not explorer.listed and time.monotonic() < until:
        time.sleep(0.05)
    assert explorer.listed


def test_every_figure_of_the_headline_opens_its_moments(explorer: Explorer) -> None:
    found = acts(explorer._head.html)
    assert len(found) == 12
    for one in found:
        click(explorer, **one)
        counted = explorer._rows[str(one["measure"]), str(one["side"])]["value"]
        assert bool(explorer.listed) == (counted != 0), one


@pytest.mark.parametrize("name", ["erstgespraech_de", "zweitgespraech_de", "first_meeting_en"])
def test_a_count_has_as_many_moments_as_it_says(samples: Path, name: str) -> None:
    meeting = formats.read(samples / f"{name}.meeting.json")
    known = Moments(meeting)
    counted = [row for row in records(summary(meeting, runs=0)) if row["unit"] == "1" and row["n"] == row["value"]]
    assert len(counted) > 10
    for row in counted:
        assert len(known.behind(row["measure"], row["side"])) == row["value"], (row["measure"], row["side"])


def test_every_measure_has_moments(sample: Meeting) -> None:
    assert set(summary(sample, runs=0)["measure"]) == set(BEHIND)
    known = Moments(sample)
    for measure in BEHIND:
        for moment in known.behind(measure):
            assert moment.end >= moment.start
            assert moment.key[2] == round(1000 * moment.start)


def test_a_moment_is_played_with_what_was_before_and_after(explorer: Explorer) -> None:
    click(explorer, do="open", measure="interruptions", side="agency")
    click(explorer, do="play", i=1)
    moment = explorer.listed[1]
    assert explorer.player.request["start"] == max(0, moment.start - AROUND)
    assert explorer.player.request["end"] == moment.end + AROUND
    assert moment.start in explorer.player.moments["start"]
    assert explorer._list.html.count('class="tb-now"') == 1


def test_what_is_listed_is_marked_in_the_player(explorer: Explorer, sample: Meeting) -> None:
    assert len(explorer.player.moments["start"]) == len(interruptions(sample)) + len(questions(sample))
    click(explorer, do="open", measure="longest_stretch", side="client")
    assert explorer.player.moments["start"] == sorted(moment.start for moment in explorer.listed[:50])
    assert explorer.player.labels["moments"] == "Longest stretch · Client"


def test_a_threshold_counts_anew_at_once(explorer: Explorer) -> None:
    click(explorer, do="tab", tab="interruptions")
    before = len(explorer.listed)
    explorer.cuts.threshold.value = 0.95
    assert len(explorer.listed) < before
    explorer.cuts.rule.value = "any_overlap"
    assert len(explorer.listed) > before
    assert explorer.cuts.threshold.disabled
    assert not explorer.cuts.min_overlap.disabled


def test_questions_are_chosen_by_side_kind_and_words(explorer: Explorer) -> None:
    click(explorer, do="tab", tab="questions")
    every = len(explorer.listed)
    explorer.questions.side.value = "agency"
    of_the_agency = len(explorer.listed)
    assert 0 < of_the_agency < every
    explorer.questions.flags["open"].value = "yes"
    assert 0 < len(explorer.listed) < of_the_agency
    explorer.questions.flags["open"].value = ""
    explorer.questions.search.value = "WAS"
    assert all("was" in moment.said[0][1].casefold() for moment in explorer.listed)
    assert explorer.listed


@pytest.mark.parametrize("tab", TABS)
def test_every_mark_of_a_view_opens_something(explorer: Explorer, tab: str) -> None:
    click(explorer, do="tab", tab=tab)
    assert f"explorer.tab_{tab}" not in explorer._bar.html
    for one in acts(explorer._body.html):
        click(explorer, **one)
        assert explorer.listed or explorer._listed.about, one


def test_intervals_follow(explorer: Explorer) -> None:
    explorer.wait()
    assert explorer._settled
    assert text("explorer.intervals_follow") not in explorer._head.html
    assert explorer.summary is not None
    share = explorer.summary[explorer.summary["measure"] == "share"]
    assert share["low"].notna().all()


def test_a_correction_shows_its_change(explorer: Explorer, sample: Meeting) -> None:
    explorer.wait()
    before = explorer.summary
    longest = max(sample.utterances, key=lambda u: (u.end or 0) - (u.start or 0))
    kept = tuple(u for u in sample.utterances if u is not longest)
    explorer.show(replace(sample, utterances=kept), before=before)
    assert 'class="tb-change"' in explorer._head.html
    assert "was" in explorer._head.status


@pytest.mark.parametrize(
    ("measure", "unit", "was", "now", "said"),
    [
        ("share", "0-1", 0.704, 0.712, "▲ +1"),
        ("share", "0-1", 0.704, 0.7, ""),
        ("interruptions", "1", 6, 4, "▼ −2"),
        ("response_time", "s", 0.44, 0.36, ""),
        ("longest_stretch", "s", 17.9, 17.1, ""),
        ("interruption_rate", "1/min", 1.0, 1.25, "▲ +0.25"),
        ("share", "0-1", float("nan"), 0.7, ""),
    ],
)
def test_a_change_is_that_of_what_is_written(measure: str, unit: str, was: float, now: float, said: str) -> None:
    one, other = ({"measure": measure, "side": "agency", "unit": unit, "value": value} for value in (was, now))
    assert change(other, one)[0] == said
    assert bool(change(other, one)[1]) == bool(said)


def test_the_list_stays_open_over_a_correction(explorer: Explorer, sample: Meeting) -> None:
    click(explorer, do="open", measure="questions", side="agency")
    before = [moment.key for moment in explorer.listed]
    explorer.show(replace(sample, title="again"))
    assert [moment.key for moment in explorer.listed] == before


def test_a_page_can_ask_more_of_a_moment(explorer: Explorer) -> None:
    heard: list[Mapping[str, object]] = []

    def actions(moment: Moment) -> str:
        return f"<button {act(do='reject', what=list(moment.key))}>no</button>"

    explorer.actions = actions
    explorer.acts.append(heard.append)
    click(explorer, do="open", measure="interruptions", side="agency")
    (one, *_) = [one for one in acts(explorer._list.html) if one["do"] == "reject"]
    click(explorer, **one)
    assert heard == [one]
    assert one["what"] == list(explorer.listed[0].key)


@pytest.mark.parametrize(
    "what", [{}, {"do": ["open"]}, {"do": "play", "i": 10**6}, {"do": "play", "i": "x"}, {"do": "tab", "tab": "<b>"}]
)
def test_nonsense_from_the_page_is_left_alone(explorer: Explorer, what: dict[str, object]) -> None:
    before = explorer._list.html
    click(explorer, **what)
    click(explorer, do="open", measure="../../secret", side="agency")
    click(explorer, do="between", start="x", end=None)
    assert explorer._list.html == before


def test_what_is_no_act_is_no_act(explorer: Explorer) -> None:
    heard: list[Mapping[str, object]] = []
    explorer.acts.append(heard.append)
    for content in ("x", {"act": "x"}, {"want": 1}, None, {"act": {"do": "mine"}}):
        explorer._head._heard(None, content, None)
    assert heard == [{"do": "mine"}]


def test_only_the_chosen_view_is_drawn(sample: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def drawing(view: str) -> Callable[..., str]:
        def draw(*_: object) -> str:
            drawn.append(view)
            return view

        return draw

    for view in ("balance", "interruptions", "questions", "responses", "stretches", "uptake", "signs"):
        monkeypatch.setattr(f"talkbalance.views.tabs.{view}", drawing(view))
    explorer = Explorer(sample)
    click(explorer, do="tab", tab="uptake")
    explorer.wait()
    assert drawn == ["balance", "uptake"]


def test_an_hour_is_less_than_five_megabytes(hour: Meeting) -> None:
    explorer = Explorer(hour)
    parts = (explorer.player, explorer._head, explorer._bar, explorer._body, explorer._list)
    for tab in TABS:
        click(explorer, do="tab", tab=tab)
        assert sum(len(json.dumps(part.get_state(), default=str)) for part in parts) < 2_000_000
    explorer.wait()


def test_what_is_unsure_is_listed_once_it_is_known(explorer: Explorer) -> None:
    click(explorer, do="tab", tab="unsure")
    wait_for_moments(explorer)
    assert {moment.measure for moment in explorer.listed} <= {"share", "interruptions", "questions"}
    assert all(moment.notes for moment in explorer.listed)
    assert explorer.listed


@pytest.mark.parametrize("kind", ["in_a_row", "wordless", "untimed", "silent", "in_pieces", "hostile"])
def test_every_meeting_can_be_looked_at(request: pytest.FixtureRequest, kind: str) -> None:
    meeting = request.getfixturevalue(kind)
    explorer = Explorer(meeting, language="de")
    for tab in TABS:
        click(explorer, do="tab", tab=tab)
        for one in acts(explorer._head.html + explorer._body.html):
            click(explorer, **one)
            assert "<script" not in explorer._list.html
            assert "<img" not in explorer._list.html
        assert "<script" not in explorer._body.html
        assert "<b>Moment" not in explorer._body.html
    assert "<script" not in explorer._head.html
    explorer.wait()


def test_what_cannot_be_measured_is_there_with_its_reason(in_a_row: Meeting) -> None:
    explorer = Explorer(in_a_row, language="en")
    assert 'class="tb-tile tb-off"' in explorer._head.html
    assert "overlap" in explorer._head.html.casefold()


def test_without_a_meeting_it_says_so() -> None:
    explorer = Explorer(language="en")
    assert "No meeting" in explorer._head.html
    click(explorer, do="tab", tab="signs")
    assert explorer.summary is None
    explorer.wait()


def test_it_speaks_its_language_and_takes_another(sample: Meeting) -> None:
    set_language("en")
    explorer = Explorer(sample, language="de")
    assert "Redeanteil" in explorer._head.html
    assert "Speaking share" not in explorer._head.html
    explorer.label()
    assert "Speaking share" in explorer._head.html
    assert "Balance over time" in explorer._bar.html
    explorer.wait()


def test_reasons_are_in_the_language_of_the_page_too(in_a_row: Meeting) -> None:
    explorer = Explorer(in_a_row, language="de")
    explorer.wait()
    assert "Überlappungen" in explorer._head.html
    set_language("en")
    explorer.label()
    assert "Überlappungen" not in explorer._head.html
    explorer.wait()
    assert "Überlappungen" not in explorer._head.html


def test_what_is_unsure_is_looked_for_anew_after_a_correction(explorer: Explorer, sample: Meeting) -> None:
    click(explorer, do="tab", tab="unsure")
    wait_for_moments(explorer)
    explorer.show(replace(sample, title="again"))
    assert not explorer.listed
    wait_for_moments(explorer)


def test_explore_is_public(sample: Meeting) -> None:
    explorer = explore(sample)
    assert explorer.meeting is sample
    explorer.wait()
