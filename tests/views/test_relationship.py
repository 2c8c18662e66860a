"""The page of a relationship: what the data carry is said, what they do not is said too, and nobody is compared."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from talkbalance import i18n
from talkbalance.corpus.example import MEETINGS, TURNING, example, meetings
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.corpus.trends import SIGNS, over_time, trends
from talkbalance.errors import UnreadableFile
from talkbalance.meeting import Details
from talkbalance.views.relationship import chart, relationship
from tests.drawing import draw


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return example(tmp_path_factory.mktemp("example") / "store", chosen="de")


def test_the_made_up_meetings_are_the_same_every_time() -> None:
    assert list(meetings("de")) == list(meetings("de"))
    found = list(meetings("en"))
    assert len(found) == MEETINGS + 9
    assert all(meeting.sided and meeting.details.date for meeting in found)


def test_the_change_that_was_made_up_is_found(store: Store) -> None:
    client = next(meetings("de")).details.client
    (asks,) = trends(store, client=client, signs=[("question_rate", "agency")]).to_dict(orient="records")
    days = sorted(meeting.details.date for meeting in meetings("de") if meeting.details.client == client and meeting.details.date)
    assert abs((asks["change"].date() - days[TURNING]).days) <= 60
    assert asks["after"] > asks["before"]
    assert asks["band_n"] == 9


def test_a_page_in_both_languages(store: Store) -> None:
    years = relationship(store, language="de")
    parts = (years.over_time(), years.brought_up(), years.left_open())
    german = [part.shown.value for part in parts]
    assert german[0].count("tb-years-card") == len(SIGNS)
    assert "Niveau" in german[0]
    assert "Panda" in german[1]
    assert "Klingt nach einer Zusage" in german[2]
    years.language_switch.value = "en"
    english = [part.shown.value for part in parts]
    assert "Level" in english[0]
    assert "Sounds like a promise" in english[2]
    assert "Niveau" not in english[0]


def test_another_client_is_shown_at_once(store: Store) -> None:
    years = relationship(store, language="en")
    part = years.over_time()
    assert f"from {MEETINGS} meetings" in part.shown.value
    years.choice.value = next(value for _, value in years.choice.options if value != years.client)
    assert "from 3 meetings" in part.shown.value
    assert "at least 5" in part.shown.value


def test_no_person_is_named_among_the_figures(store: Store) -> None:
    years = relationship(store, language="de")
    assert "Brandt" not in years.over_time().shown.value
    assert "Brandt" not in years.brought_up().shown.value


def test_what_was_said_is_text_not_markup(tmp_path: Path) -> None:
    told = draw(
        """
        Eva (agency)  |     ####      |  Mhm.
        Baum (client) |####      #### |  <img src=x onerror=alert(1)> Panda / Der Panda <script>
        """
    )
    store = open_store(tmp_path / "store", settings=Settings(runs=0))
    for month in (1, 2):
        about = Details(date=date(2026, month, 1), client="<b>AG</b>", kind="<i>", id=f"{month:016x}")
        store.put(replace(told, details=about))
    store.settle()
    years = relationship(store, language="de")
    said = "".join(part.shown.value for part in (years.over_time(), years.brought_up(), years.left_open()))
    assert "panda" in said.lower()
    assert not re.search(r"<(img|script|b|i)[ >]", said)


def test_a_store_without_clients_says_what_to_do(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", settings=Settings(runs=0))
    store.add(draw("Eva |###|"))
    with pytest.raises(UnreadableFile, match="--client-name"):
        relationship(store, language="en")


def test_a_chart_is_whole_whatever_lies_in_it(store: Store) -> None:
    i18n.set_language("de")
    for client in store.meetings()["client"].unique()[:2]:
        found, known = over_time(store, client=client), trends(store, client=client)
        for (measure, side), own in found.groupby(["measure", "side"]):
            rows = known[(known["measure"] == measure) & (known["side"] == side)]
            for n in (1, len(own)):
                picture = ElementTree.fromstring(chart(own.head(n), rows, "Titel & mehr"))
                assert len(picture.findall(".//{*}title")) >= n
                assert "nan" not in ElementTree.tostring(picture, encoding="unicode")


def test_times_below_nothing_have_their_place(store: Store) -> None:
    """Who answers before the other has ended takes less than no time."""
    found = over_time(store, client=next(meetings("de")).details.client)
    own = found[(found["measure"] == "response_time") & (found["side"] == "agency")]
    rows = trends(store, client=own["client"].iloc[0], signs=[("response_time", "agency")])
    early = own.assign(value=-own["value"], low=-own["high"], high=-own["low"])
    picture = ElementTree.fromstring(chart(early, rows.assign(band_low=-1.0, band_high=-0.5, band_middle=-0.7), "Titel"))
    heights = {float(mark.attrib["cy"]) for mark in picture.findall(".//{*}circle")}
    assert len(heights) == own["value"].nunique()
