"""No figure without its condition: every place that shows figures, in every state of a meeting that limits what they tell."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from talkbalance import formats
from talkbalance.comparison import compare
from talkbalance.errors import Unavailable
from talkbalance.i18n import text
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.summary import summary
from talkbalance.views import compared, export, slides, tabs, tiles
from talkbalance.views.explain import explain
from talkbalance.views.explorer import Explorer
from talkbalance.views.found import find
from talkbalance.views.overview import overview
from talkbalance.views.report import page
from talkbalance.views.training import workshop
from talkbalance.views.writing import confidence
from tests.views.conftest import said

pytestmark = pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")

# ---------------------------------------------------------------------------------------------------- meetings

EVA, BAUM = Speaker("Eva", "agency"), Speaker("Baum", "client")
SAID = (
    said("Eva", 0.0, "Guten Tag, warum ist der Panda auf der Karte rosa?"),
    said("Baum", 4.0, "Also wir wollten damals unbedingt zeigen dass wir anders sind und die Karte mit dem"),
    said("Eva", 8.2, "Das ist ja alles schön aber wir machen das jetzt ganz anders und viel besser."),
    said("Baum", 16.0, "Nun gut. Unsere Kunden mögen den Panda seit vielen Jahren sehr und kaufen deshalb bei uns."),
    said("Eva", 18.0, "Mhm."),
)
HEARD = Source("call.wav", "sound", overlap_observable=True, models=("whisper base",))
WHOLE = Meeting((EVA, BAUM), SAID, 30, title="Gespräch", language="de", source=HEARD, details=Details(id="a" * 16))


def _in_a_row() -> Meeting:
    """Overlaps could not have survived."""
    row = (Utterance(0, 4, "Eva", "Warum ist der Panda rosa?"), Utterance(4, 9, "Baum", "Wir wollten anders sein."))
    return replace(
        WHOLE, utterances=row, source=Source("call.vtt", "WebVTT", "utterance", overlap_observable=False, models=("Zoom",))
    )


def _untimed() -> Meeting:
    bare = tuple(Utterance(None, None, one.speaker, one.text) for one in SAID)
    return replace(WHOLE, utterances=bare, duration=None, source=Source("a.txt", "text", "none", models=("Zoom",)))


MEETINGS: dict[str, Callable[[], Meeting]] = {
    "no overlap to be seen": _in_a_row,
    "no times": _untimed,
    "one speaker": lambda: replace(WHOLE, speakers=(EVA,), utterances=(SAID[0], SAID[2])),
    "unnamed sides": lambda: replace(WHOLE, speakers=(Speaker("Eva"), Speaker("Baum"))),
}


def reasons(condition: str) -> list[str]:
    """Return what has to be read wherever the figures it takes away would stand."""
    return {
        "no overlap to be seen": [text("unavailable.overlap_unseen", format="WebVTT")],
        "no times": [text("unavailable.no_times")],
        "one speaker": [text("unavailable.one_side")],
        "unnamed sides": [text("unavailable.no_sides")],
    }[condition]


# ---------------------------------------------------------------------------------------------------- places


def _explorer(meeting: Meeting) -> Explorer:
    explorer = Explorer(meeting, language="en")
    explorer.wait()
    return explorer


def _signs(meeting: Meeting) -> str:
    return tabs.signs(meeting, tiles.rows_of(summary(meeting)), {})


def _moments(meeting: Meeting) -> str:
    """What the explorer lists behind every headline figure."""
    explorer, lists = _explorer(meeting), []
    for measure, side in list(explorer.figures):
        explorer._act({"do": "open", "measure": measure, "side": side})
        lists.append(explorer._list.html)
    return "".join(lists)


def _views(meeting: Meeting) -> str:
    explorer, views = _explorer(meeting), []
    for tab in tabs.TABS:
        explorer._act({"do": "tab", "tab": tab})
        views.append(explorer._body.html)
    return "".join(views)


def _slides(meeting: Meeting) -> str:
    made = slides.slides(meeting, summary(meeting), find(meeting))
    return "".join(slides.drawn(slide, meeting) for slide in made)


def _explained(meeting: Meeting) -> str:
    """The evidence of measures of every family; why there is none is what is raised."""
    told = []
    for measure in ("share", "interruptions", "questions", "response_time", "backchannels", "uptake", "interruption_asymmetry"):
        try:
            told.append(explain(meeting, measure))
        except Unavailable as reason:
            told.append(str(reason))
    return "\n".join(told)


def _exported(meeting: Meeting, folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in export.export(meeting, folder, language="en"))


def _trained(meeting: Meeting, folder: Path) -> str:
    for name in ("a", "b"):
        formats.write(meeting, folder / f"{name}.meeting.json")
    lesson = workshop(folder, notes=folder / "notes.json", moments=folder / "moments.json", language="en")
    guess, both = lesson.guess(), lesson.before_and_after()
    guess.reveal.click()
    both.reveal.click()
    lesson.sheet(folder / "sheet.html").save.click()
    return f"{guess.result.value}{both.table.value}{(folder / 'sheet.html').read_text(encoding='utf-8')}"


PLACES: dict[str, Callable[[Meeting, Path], str]] = {
    "terminal": lambda meeting, _: " ".join(overview(meeting, width=10_000).split()),
    "report": lambda meeting, _: page(meeting),
    "tiles": lambda meeting, _: _explorer(meeting)._head.html,
    "table of all signs": lambda meeting, _: _signs(meeting),
    "views": lambda meeting, _: _views(meeting),
    "moments": lambda meeting, _: _moments(meeting),
    "slides": lambda meeting, _: _slides(meeting),
    "explain": lambda meeting, _: _explained(meeting),
    "exported tables": _exported,
    "training": _trained,
    "comparison": lambda meeting, _: compared.table(compare(meeting, meeting)),
    "comparison at the terminal": lambda meeting, _: " ".join(compared.compared(compare(meeting, meeting)).split()),
    "summary": lambda meeting, _: summary(meeting).to_csv(),
}


def read(place: str, meeting: Meeting, folder: Path) -> str:
    """Return what stands in a place, as people read it."""
    return unescape(PLACES[place](meeting, folder))


@pytest.fixture(autouse=True)
def _room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))


# ---------------------------------------------------------------------------------------------------- what cannot be told

LIMITS = ("no overlap to be seen", "no times", "one speaker", "unnamed sides")
ABSENT = {("slides", limit) for limit in LIMITS} | {("tiles", "unnamed sides")}
"""Slides leave out what cannot be told; no tile takes named sides."""


@pytest.mark.parametrize("condition", LIMITS)
@pytest.mark.parametrize("place", PLACES)
def test_what_cannot_be_told_is_said_where_it_would_stand(place: str, condition: str, tmp_path: Path) -> None:
    shown = read(place, MEETINGS[condition](), tmp_path)
    if (place, condition) not in ABSENT:
        assert all(reason in shown for reason in reasons(condition))
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", shown))


@pytest.mark.parametrize("condition", ["no overlap to be seen", "no times", "one speaker"])
def test_what_cannot_be_told_is_no_nought(condition: str) -> None:
    meeting = MEETINGS[condition]()
    found = summary(meeting, runs=0)
    gone = found[~found["available"]]
    assert {"interruptions", "backchannels", "overlap_time", "interruption_asymmetry"} <= set(gone["measure"])
    assert gone["value"].isna().all()
    assert (gone["reason"] != "").all()


def test_where_overlaps_could_not_survive_no_table_has_seconds_of_them() -> None:
    found = speaking_time(MEETINGS["no overlap to be seen"](), window=5)
    assert found[["solo_time", "overlap_time"]].isna().all(axis=None)
    assert found["speaking_time"].sum() == 9
    assert speaking_time(WHOLE)["overlap_time"].notna().all()


# ---------------------------------------------------------------------------------------------------- what is in doubt

ROUGH: dict[str, Callable[[], str]] = {
    "terminal": lambda: text("overview.rough", sign="≈"),
    "report": lambda: text("signs.rough"),
    "tiles": lambda: "0–6",
    "table of all signs": lambda: text("explorer.unsure"),
    "moments": lambda: text("width.observed"),
    "slides": lambda: text("report.key_rough"),
    "explain": lambda: text("width.observed"),
    "exported tables": lambda: text("width.observed"),
    "training": lambda: "(0–6)",
    "summary": lambda: text("width.observed"),
}
"""How a place says that a figure is only a rough one: at least by its interval."""
HEARD_SAID: dict[str, Callable[[], str]] = {
    "terminal": lambda: text("overview.heard"),
    "report": lambda: text("report.machine"),
    "tiles": lambda: text("slides.heard"),
    "slides": lambda: text("slides.heard"),
    "explain": lambda: text("slides.heard"),
    "exported tables": lambda: "whisper base",
    "training": lambda: text("slides.heard"),
}
"""How it says that a machine heard the meeting; views and moments stand below the tiles."""
WITHHELD: dict[str, Callable[[], str]] = {
    "terminal": lambda: text("verdicts.open"),
    "report": lambda: text("verdicts.open"),
    "tiles": lambda: text("explorer.undecided"),
    "table of all signs": lambda: text("verdicts.open"),
    "moments": lambda: text("verdicts.open"),
    "slides": lambda: text("verdicts.open"),
    "training": lambda: text("training.open"),
}
"""How it says that a figure is on neither side of a line."""
SURE = ("report", "moments", "explain")
"""Where single moments stand, each with how sure it is; tables have the column `confidence`."""


def plainly(shown: str) -> str:
    """Return a text without its markup, in a line."""
    return " ".join(re.sub(r"<title>.*?</title>|<[^>]*>", " ", shown).split())


@pytest.mark.parametrize("place", {*ROUGH, *HEARD_SAID, *WITHHELD})
def test_doubt_is_said_where_there_is_some(place: str, tmp_path: Path) -> None:
    shown = plainly(read(place, WHOLE, tmp_path))
    for about in (ROUGH, HEARD_SAID, WITHHELD):
        if place in about:
            assert about[place]() in shown


@pytest.mark.parametrize("place", HEARD_SAID.keys() - {"exported tables"})
def test_what_people_wrote_down_is_not_called_heard(place: str, tmp_path: Path) -> None:
    by_hand = replace(WHOLE, source=replace(HEARD, models=()))
    assert HEARD_SAID[place]() not in plainly(read(place, by_hand, tmp_path))


@pytest.mark.parametrize("place", SURE)
def test_each_moment_says_how_sure_it_is(place: str, tmp_path: Path) -> None:
    (sure,) = interruptions(WHOLE)["confidence"]
    assert confidence(sure) in plainly(read(place, WHOLE, tmp_path))


def test_intervals_that_are_not_there_yet_are_announced() -> None:
    explorer = Explorer(WHOLE, language="en")
    assert text("explorer.intervals_follow") in explorer._head.html
    explorer.wait()
    assert text("explorer.intervals_follow") not in explorer._head.html
