"""The page of a relationship: what the data carry is said, what they do not is said too, and nobody is compared."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from talkbalance import i18n
from talkbalance.cli import main
from talkbalance.corpus.carried import brought_up
from talkbalance.corpus.example import MEETINGS, TURNING, example, meetings
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.corpus.trends import SIGNS, over_time, trends
from talkbalance.errors import UnreadableFile
from talkbalance.meeting import Details
from talkbalance.views import app
from talkbalance.views.relationship import OverTime, card, chart, relationship
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
    assert "Im Mittel" in german[0]
    assert "Was sich geändert hat" in german[0]
    assert "Panda" in german[1]
    assert "Klingt nach einer Zusage" in german[2]
    years.language_switch.value = "en"
    english = [part.shown.value for part in parts]
    assert "On average" in english[0]
    assert "Sounds like a promise" in english[2]
    assert "Im Mittel" not in english[0]
    assert years.client == next(meetings("de")).details.client


def test_another_client_is_shown_at_once(store: Store) -> None:
    years = relationship(store, language="en")
    part = years.over_time()
    assert f"from {MEETINGS} meetings" in part.shown.value
    years.choice.value = next(value for _, value in years.choice.options if value != years.client)
    assert "from 3 meetings" in part.shown.value
    assert "at least 5" in part.shown.value


def test_what_has_changed_stands_first_and_how_much_may_be_chance(store: Store) -> None:
    years = relationship(store, language="en")
    said = years.over_time().shown.value
    first = said[: said.index("tb-years-card")]
    assert "Questions per minute" in first
    assert "one in twenty" in first
    years.choice.value = next(value for _, value in years.choice.options if value != years.client)
    assert "What has changed" not in years.parts[OverTime].shown.value


def test_few_meetings_say_what_they_were_drawn_to(store: Store) -> None:
    years = relationship(store, language="en")
    assert "drawn towards" not in years.over_time().shown.value
    years.choice.value = next(value for _, value in years.choice.options if value != years.client)
    assert "drawn towards" in years.parts[OverTime].shown.value


def test_the_page_has_all_parts_with_their_headings(store: Store) -> None:
    years = relationship(store, language="de")
    shown = years.whole().page.children
    assert len(shown) == 4
    titles = [re.findall(r"<h3>(.*?)</h3>", part.children[0].value)[0] for part in shown[1:]]
    assert titles == ["Über die Zeit", "Was der Kunde immer wieder sagt", "Was offen blieb"]
    years.language_switch.value = "en"
    assert "<h3>Over time</h3>" in shown[1].children[0].value


def test_a_long_quote_is_cut_to_where_the_word_stands(tmp_path: Path) -> None:
    told = draw(
        """
        Eva (agency)  |         ####|  Mhm.
        Baum (client) |########     |  """
        + " ".join(["also"] * 300)
        + """ Panda
        """
    )
    store = open_store(tmp_path / "store", settings=Settings(runs=0))
    for month in (1, 2):
        store.put(replace(told, details=Details(date=date(2026, month, 1), client="AG", id=f"{month:016x}")))
    store.settle()
    (row,) = brought_up(store, client="AG").to_dict(orient="records")
    assert row["quote"].endswith("Panda")
    assert len(row["quote"].split()) <= 30


def test_a_folder_that_is_no_store_says_so_and_begins_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="talkbalance batch"):
        relationship(tmp_path / "none", language="en")
    assert not (tmp_path / "none").exists()


def test_the_app_shows_the_clients_of_a_store(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(app.LANGUAGE, "de")
    monkeypatch.setenv(app.FILE, str(store.path))
    assert "Was sich geändert hat" in app.page().page.children[1].children[0].value
    empty = open_store(tmp_path / "empty", settings=Settings(runs=0))
    monkeypatch.setenv(app.FILE, str(empty.path))
    assert "--client-name" in app.page().message.value


def test_a_folder_given_to_the_app_is_a_store_or_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", str(tmp_path), "--no-browser", "--ui", "en"]) == 1
    assert "no store of meetings" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


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


def test_answers_that_begin_before_the_question_ends_lie_below_nothing(store: Store) -> None:
    found, known = over_time(store, client=(client := next(meetings("de")).details.client)), trends(store, client=client)
    sign = (found["measure"] == "response_time", known["measure"] == "response_time")
    own = found[sign[0]].assign(value=-0.2, low=-0.4, high=-0.1)
    rows = known[sign[1]].assign(level=-0.2, level_low=-0.4, level_high=-0.1, band_low=-0.3)
    i18n.set_language("en")
    assert "−0.2" in card(own, rows).replace("-", "−")
    assert "to −0.1" in card(own, rows).replace("-", "−")
