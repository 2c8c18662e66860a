"""Trends: like with like, only what the data carry, and nothing about groups that are too small."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.corpus.carried import brought_up, carried_over
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.corpus.trends import FEWEST, change, clients, dersimonian_laird, over_time, pooled, theil_sen, trends
from talkbalance.corpus.trends import told as told_of
from talkbalance.errors import InvalidParameter
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance
from tests.corpus.generated import generated

FAST = Settings(runs=0)
DAYS = [date(2025, 1, 6) + timedelta(days=30 * i) for i in range(12)]


def filled(folder: Path, plan: dict[str, Sequence[str]]) -> Store:
    """Fill a store: by client the kinds of its meetings, a month apart."""
    store, seed = open_store(folder, settings=FAST), 0
    for client, kinds in plan.items():
        for i, kind in enumerate(kinds):
            about = Details(client=client, date=DAYS[i], kind=kind)
            store.put(replace(generated(seed, utterances=16), details=about))
            seed += 1
    store.settle()
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    plan = {"Pinkpanda": ["briefing"] * 6 + ["review"] * 2, "Grünspecht": ["briefing"] * 3}
    return filled(tmp_path_factory.mktemp("trends") / "store", {**plan, "Blau": ["briefing"] * 2, "Rot": ["briefing"]})


def test_clients_in_order_of_name_not_of_figures(store: Store) -> None:
    assert clients(store)[["client", "n"]].values.tolist() == [["Blau", 2], ["Grünspecht", 3], ["Pinkpanda", 8], ["Rot", 1]]


def test_over_time_is_in_order_and_like_the_summary(store: Store) -> None:
    found = over_time(store, client="Pinkpanda", signs=[("share", "agency")])
    assert found["date"].is_monotonic_increasing
    assert len(found) == 8
    table = store.summary()
    for row in found.to_dict(orient="records"):
        mine = table[(table["meeting"] == row["meeting"]) & (table["measure"] == "share") & (table["side"] == "agency")]
        assert mine["value"].tolist() == [row["value"]]
    with pytest.raises(InvalidParameter, match="Grünspecht"):
        over_time(store, client="Gelb")


def test_like_is_compared_with_like(store: Store) -> None:
    found = trends(store, client="Pinkpanda", signs=[("share", "agency")])
    assert found[["kind", "n"]].values.tolist() == [["briefing", 6], ["review", 2]]
    briefing, review = found.to_dict(orient="records")
    assert briefing["direction"] in ("rising", "falling", "open")
    assert briefing["slope_low"] <= briefing["slope"] <= briefing["slope_high"]
    assert review["direction"] == ""
    assert np.isnan(review["slope"])
    assert "at least 5" in review["reason"]
    assert briefing["band_n"] == 6
    assert briefing["band_low"] <= briefing["band_middle"] <= briefing["band_high"]


def test_few_meetings_are_drawn_towards_the_team(store: Store) -> None:
    one = trends(store, client="Rot", signs=[("uptake", "agency")]).iloc[0]
    assert one["n"] == 1
    assert bool(one["shrunk"])
    values = {
        client: found[found["kind"] == "briefing"]["value"].mean()
        for client in clients(store)["client"]
        for found in (over_time(store, client=client, signs=[("uptake", "agency")]),)
    }
    own, others = values.pop("Rot"), sorted(values.values())
    assert min(own, others[0]) <= one["level"] <= max(own, others[-1])
    assert one["level"] != own


def test_small_groups_are_hidden(tmp_path: Path) -> None:
    few = filled(tmp_path / "few", {"Eins": ["briefing"] * 2, "Zwei": ["briefing"] * (FEWEST - 1)})
    row = trends(few, client="Eins", signs=[("share", "agency")]).iloc[0]
    assert row["band_n"] == 0
    assert np.isnan(row["band_low"])
    assert "no comparison" in row["reason"]
    assert not bool(row["shrunk"])
    single = filled(
        tmp_path / "single", {"Eins": ["briefing"] * 2, "Zwei": ["briefing"], "Drei": ["briefing"], "Vier": ["briefing"]}
    )
    row = trends(single, client="Eins", signs=[("share", "agency")]).iloc[0]
    assert not bool(row["shrunk"]), "three clients with a meeting each would show through"


def test_both_tables_at_once_are_those_of_each(store: Store) -> None:
    own, known = told_of(store, client="Pinkpanda")
    pd.testing.assert_frame_equal(own, over_time(store, client="Pinkpanda"))
    pd.testing.assert_frame_equal(known, trends(store, client="Pinkpanda"))


def test_a_measure_may_be_called_anything(store: Store) -> None:
    assert over_time(store, client="Pinkpanda", signs=[("sh'are", "agency"), ("share", "client")])["side"].unique().tolist() == [
        "client"
    ]


def test_no_table_names_a_person(store: Store) -> None:
    names = {"Eva", "Baum", "Kim", "Öztürk"}
    for found in (clients(store), over_time(store, client="Pinkpanda"), trends(store, client="Pinkpanda")):
        assert "speaker" not in found
        assert not names & set(found.select_dtypes("str").to_numpy().ravel().tolist())


@given(st.lists(st.floats(-100, 100), min_size=5, max_size=12), st.floats(-5, 5))
def test_theil_sen_is_the_median_of_all_slopes(values: list[float], slope: float) -> None:
    at = np.arange(len(values), dtype=np.float64)
    y = np.array(values) + slope * at
    pairs = [(y[j] - y[i]) / (j - i) for i, j in combinations(range(len(y)), 2)]
    found = theil_sen(at, y)
    assert found.value == pytest.approx(np.median(pairs), abs=1e-9)
    assert found.low <= found.value + 1e-9
    assert found.high >= found.value - 1e-9


def test_a_slope_at_one_time_is_none() -> None:
    assert np.isnan(theil_sen(np.zeros(6), np.arange(6.0)).value)


def test_meetings_on_one_day_and_equal_values() -> None:
    days = np.array([0.0, 0, 0, 0, 1])
    assert theil_sen(days, np.zeros(5)).direction == "open"
    tied = theil_sen(days, np.array([0.0, 0, 0, 1, 0]))
    assert tied.direction in ("", "open")


def test_a_change_is_rarely_seen_where_there_is_none() -> None:
    luck = np.random.default_rng(3)
    at = np.arange(14.0)
    seen = sum(change(luck.normal(size=14), at, seed=i) is not None for i in range(200))
    assert seen <= 6
    found = [change(np.r_[luck.normal(size=7), luck.normal(4, 1, size=7)], at, seed=i) for i in range(50)]
    assert sum(place is not None for place in found) >= 45
    assert np.mean([abs(place - 7) for place in found if place is not None]) < 0.5


def test_a_steady_rise_is_no_change() -> None:
    at = np.arange(14.0)
    assert change(at + np.random.default_rng(1).normal(0, 0.5, 14), at) is None
    assert change(np.ones(14), at) is None
    assert change(np.arange(7.0), np.arange(7.0)) is None


def test_pooling() -> None:
    assert pooled(np.array([1.0, 3.0]), np.array([1.0, 1.0]), 0.0) == (2.0, 0.5)
    assert pooled(np.array([1.0, 3.0]), np.array([1.0, 1e9]), 0.0)[0] == pytest.approx(1.0)
    assert dersimonian_laird(np.array([1.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.1])) == 0
    assert dersimonian_laird(np.array([5.0]), np.array([0.1])) == 0


# ---------------------------------------------------------------------------------------------------- what is carried over

PEOPLE = (Speaker("Eva", "agency"), Speaker("Baum", "client"))


def talk(place: int, *said: tuple[str, str]) -> Meeting:
    utterances = tuple(Utterance(20.0 * i, 20.0 * i + 4, who, words) for i, (who, words) in enumerate(said))
    source = Source(f"{place}.vtt", "webvtt", "utterance", overlap_observable=True)
    return Meeting(
        PEOPLE, utterances, 20.0 * len(said), str(place), "de", source, details=Details(client="Panda", date=DAYS[place])
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(tmp_path_factory.mktemp("told") / "store", settings=FAST)
    store.put(
        talk(
            0,
            ("Baum", "Mir geht es um den Panda auf unserer Karte."),
            ("Eva", "Wir machen eine Webseite."),
            ("Eva", "Ich schicke Ihnen das Angebot bis Freitag."),
            ("Baum", "Was kostet denn der Druck der Broschüre?"),
        )
    )
    store.put(
        talk(1, ("Eva", "Hier ist unser Angebot."), ("Baum", "Und der Panda, bleibt der Panda?"), ("Eva", "Ja, der Panda bleibt."))
    )
    store.put(talk(2, ("Eva", "Ihr Panda steht jetzt vorn."), ("Baum", "Der Panda gefällt mir, Herr Baum freut sich.")))
    store.settle()
    return store


def test_words_a_client_keeps_bringing_up(told: Store) -> None:
    found = brought_up(told, client="Panda")
    assert found["word"].tolist() == ["Panda"]
    row = found.iloc[0]
    assert (row["meetings"], row["times"], row["chances"], row["taken_up"]) == (3, 4, 2, 2)
    assert (row["first"], row["last"]) == (pd.Timestamp(DAYS[0]), pd.Timestamp(DAYS[2]))
    assert row["quote"].startswith("Der Panda gefällt mir")


def test_words_of_everybody_come_after_those_of_a_client(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", settings=FAST)
    for place in range(3):
        store.put(
            talk(place, ("Baum", "Natürlich, zehn Termine. Der Termin passt, aber der Panda fehlt."), ("Eva", "Gut, Panda, oder?"))
        )
    store.settle()
    found = brought_up(store, client="Panda")["word"].tolist()
    assert found[0] == "Panda"
    assert "Termin" in found
    assert not {"Natürlich", "zehn"} & set(found)


def test_a_mere_right_is_no_open_question(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", settings=FAST)
    store.put(talk(0, ("Baum", "Der Druck ist teuer, oder?"), ("Baum", "Was denn?"), ("Baum", "Was kostet der Druck denn genau?")))
    store.settle()
    found = carried_over(store, client="Panda")
    assert found["text"].tolist() == ["Der Druck ist teuer, oder?", "Was kostet der Druck denn genau?"]
    events = store.events()
    assert "Was denn?" in set(events[events["event"] == "question"]["text"])


def test_what_was_left_open_is_quoted(told: Store) -> None:
    found = carried_over(told, client="Panda")
    first = found[found["date"] == pd.Timestamp(DAYS[0])]
    assert first[["kind", "side", "taken_up"]].values.tolist() == [["promise", "agency", True], ["question", "client", False]]
    assert first["words"].tolist() == ["Angebot", ""]
    assert first["text"].str.contains("Broschüre").tolist() == [False, True]


def test_the_last_meeting_has_no_next_one(told: Store) -> None:
    found = carried_over(told, client="Panda")
    last = found[found["next"] == ""]
    assert last["taken_up"].isna().all()
    with pytest.raises(InvalidParameter):
        carried_over(told, client="Nobody")
