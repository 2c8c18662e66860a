"""The store: what comes in comes out, whatever happens on the way, and what is deleted is gone."""

import json
import re
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import talkbalance as tb
from talkbalance.corpus import parts
from talkbalance.corpus import store as stores
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import SCHEMAS, Settings
from talkbalance.corrections import Correction, Log, log_beside
from talkbalance.errors import InvalidParameter, UnreadableFile
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance
from tests.drawing import draw

FAST = Settings(runs=0)


def told(name: str = "Eva", *, number: int = 1, client: str = "Pinkpanda GmbH") -> Meeting:
    meeting = draw(
        f"""
        {name} (agency) |######      ###  | Wir machen das {number} / Was stört Sie daran?
        Baum (client)   |     ######    ##| Die Plakate am Bahnhof / Die Farbe
        """
    )
    return replace(meeting, title=f"Gespräch {number}", details=Details(date=date(2026, 3, number), client=client, kind="briefing"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", settings=FAST)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def everything_in(folder: Path) -> str:
    """Return all bytes of a store as text, Parquet both as it lies there and unpacked."""
    seen = [file.read_bytes().decode("utf-8", "replace") + str(file) for file in folder.rglob("*") if file.is_file()]
    seen += [str(pq.read_table(file).to_pydict()) for file in folder.rglob("*.parquet")]
    return "\n".join(seen)


def test_what_comes_in_comes_out(store: Store) -> None:
    identity = store.add(told())
    assert store.meeting(identity) == replace(told(), details=replace(told().details, id=identity))
    assert list(store) == [identity]
    assert identity in store
    expected = tb.summary(store.meeting(identity), runs=0)
    assert_frame_equal(store.summary(), expected)
    (about,) = store.meetings().to_dict(orient="records")
    assert (about["client"], about["kind"], about["speakers"]) == ("Pinkpanda GmbH", "briefing", 2)
    assert about["date"] == pd.Timestamp("2026-03-01")
    assert set(store.events()["event"]) >= {"question", "answer"}
    assert store.turns()["text"].str.contains("Plakate").any()
    assert store.windows()["share"].between(0, 1).all()


def test_an_empty_store_has_every_column(store: Store) -> None:
    for name, schema in SCHEMAS.items():
        found = getattr(store, name)()
        assert {column: str(dtype) for column, dtype in found.dtypes.items()} == dict(schema)
        assert len(store.sql(f"SELECT * FROM {name}")) == 0


@pytest.mark.parametrize("name", SCHEMAS)
def test_tables_have_the_types_they_promise(store: Store, name: str) -> None:
    store.add(told())
    found = getattr(store, name)()
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == dict(SCHEMAS[name])
    assert len(found)


def test_the_order_of_arrival_leaves_no_trace(tmp_path: Path) -> None:
    meetings = [told(number=number) for number in range(1, 4)]
    one, other = (open_store(tmp_path / name, settings=FAST) for name in ("one", "other"))
    for meeting in meetings:
        one.add(meeting)
    for meeting in reversed(meetings):
        other.put(meeting)
    other.settle()
    assert bytes_of(one.path) == bytes_of(other.path)


def test_the_same_meeting_twice_is_there_once(store: Store) -> None:
    store.add(told())
    before = bytes_of(store.path)
    store.add(told())
    assert bytes_of(store.path) == before


def test_settling_that_was_stopped_anywhere_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = open_store(tmp_path / "filled", settings=FAST)
    for number in range(1, 4):
        filled.put(told(number=number), log=[Correction("rename", "Baum", "Herr Baum")] if number == 2 else [])
    shutil.copytree(filled.path, tmp_path / "whole")
    open_store(tmp_path / "whole").settle()
    expected = bytes_of(tmp_path / "whole")
    for steps in range(1, 100):
        stopped = open_store(shutil.copytree(filled.path, tmp_path / f"stopped-{steps}"))
        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            stop_after(steps, patched)
            stopped.settle()
            assert steps > 20
            break
        stopped.settle()
        assert bytes_of(stopped.path) == expected
    else:
        pytest.fail("it never ends")


def stop_after(steps: int, patched: pytest.MonkeyPatch) -> None:
    """Let whoever writes to a store or removes from it be stopped at some step."""
    done = 0

    def counted(of: Callable[..., None]) -> Callable[..., None]:
        def step(*given: object) -> None:
            nonlocal done
            done += 1
            if done == steps:
                raise KeyboardInterrupt
            of(*given)

        return step

    for module in (parts, stores):
        for name in ("put", "remove"):
            patched.setattr(module, name, counted(getattr(module, name)))


def write_three(store: Store) -> None:
    """Put three meetings into a store, one after the other."""
    for number in range(1, 4):
        store.add(told(number=number))


def write_twice_at_once(place: Path | str) -> None:
    """Let two writers put the same three meetings into the store at a place."""
    writers = [threading.Thread(target=lambda: write_three(open_store(place))) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


def test_two_writers_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", settings=FAST)
    write_twice_at_once(store.path)
    alone = open_store(tmp_path / "alone", settings=FAST)
    write_three(alone)
    assert bytes_of(store.path / "tables") == bytes_of(alone.path / "tables")
    assert not bytes_of(store.path / "arrived")


def test_what_is_deleted_is_gone(store: Store) -> None:
    kept = store.add(told(number=1))
    gone = store.add(told("Zarathustra", number=2, client="Grünspecht AG"), log=[Correction("rename", "Baum", "Xaveria")])
    store.put(told("Zarathustra", number=2, client="Grünspecht AG"))
    store.fail(gone, "Grünspecht.mp3", "Zarathustra", "")
    (store.path / "arrived" / gone[:2] / f".{gone}-000001-stopped.part").write_text("Zarathustra", encoding="utf-8")
    (store.path / "tables" / "turns" / f".{gone[:2]}.parquet.0a1b2c3d.part").write_text("Zarathustra", encoding="utf-8")
    telling = ("Zarathustra", "Grünspecht", "Xaveria", "Wir machen das 2", gone)
    assert all(word in everything_in(store.path) for word in telling)
    store.delete(gone)
    found = everything_in(store.path)
    assert [word for word in telling if word in found] == []
    assert "Wir machen das 1" in found
    assert list(store) == [kept]
    assert_frame_equal(store.summary(), tb.summary(store.meeting(kept), runs=0))


def test_what_stopped_writers_left_of_a_meeting_goes_when_it_is_done_again(store: Store) -> None:
    again, other = f"{1:016x}", f"{2:016x}"
    left = [store.path / folder / f".{which}.json.0a1b2c3d.part" for which in (again, other) for folder in ("arrived", "failures")]
    for file in left:
        file.parent.mkdir(exist_ok=True)
        file.write_text("{", encoding="utf-8")
    store.sweep({again})
    assert [file.exists() for file in left] == [False, False, True, True]


def test_deleting_the_last_one_leaves_no_table(store: Store) -> None:
    store.delete(store.add(told()))
    assert not list(store.path.rglob("*.parquet"))
    assert len(store.meetings()) == 0
    with pytest.raises(UnreadableFile, match="There is no meeting"):
        store.delete("0123456789abcdef")


def test_corrections_count(store: Store) -> None:
    identity = store.add(told(), log=[Correction("rename", "Baum", "Herr Baum")])
    assert "Herr Baum" in set(store.turns()["speaker"])
    assert store.meeting(identity, as_heard=True).speakers[1].name == "Baum"
    assert store.meetings()["corrections"].tolist() == [1]
    Log(log_beside(store.file(identity))).add(Correction("rename", "Eva", "Eva K."))
    store.refresh(identity)
    assert {"Herr Baum", "Eva K."} <= set(store.turns()["speaker"])
    assert store.meetings()["corrections"].tolist() == [2]
    assert store.meeting(identity).speakers[0].name == "Eva K."


def test_queries(store: Store) -> None:
    for number in range(1, 4):
        store.add(told(number=number))
    found = store.sql(
        "SELECT client, count(*) AS n FROM meetings JOIN summary USING (meeting) WHERE measure = 'share' GROUP BY client"
    )
    assert found.to_dict(orient="records") == [{"client": "Pinkpanda GmbH", "n": 6}]
    with pytest.raises(InvalidParameter, match="does not work"):
        store.sql("SELECT nothing FROM nowhere")


def test_a_query_reaches_nothing_else(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    for query in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(InvalidParameter):
            store.sql(query)


def test_others_read_the_tables(store: Store) -> None:
    store.add(told())
    files = store.path / "tables" / "summary" / "*.parquet"
    ((count,),) = duckdb.connect().execute(f"SELECT count(*) FROM '{files}'").fetchall()
    assert count == len(store.summary())
    (file,) = (store.path / "tables" / "summary").glob("*.parquet")
    assert pd.read_parquet(file)["measure"].tolist() == store.summary()["measure"].tolist()


def test_some_meetings_only(store: Store) -> None:
    identities = [store.add(told(number=number)) for number in range(1, 4)]
    assert set(store.turns(meetings=identities[:2])["meeting"]) == set(identities[:2])
    assert len(store.turns(meetings=[])) == 0


def test_settings_are_kept_and_guarded(store: Store, tmp_path: Path) -> None:
    assert open_store(store.path).settings == FAST
    with pytest.raises(InvalidParameter, match="other settings"):
        open_store(store.path, settings=Settings(runs=0, question_threshold=0.7))
    frozen = tmp_path / "settings.json"
    frozen.write_text(FAST.freeze(), encoding="utf-8")
    assert Settings.frozen(frozen) == FAST
    for broken in ("{}", "no JSON", '{"settings": {"unknown": 1}}', "[]"):
        frozen.write_text(broken, encoding="utf-8")
        with pytest.raises(UnreadableFile, match=re.escape(frozen.name)):
            Settings.frozen(frozen)


def test_no_other_folder_is_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="no store"):
        open_store(tmp_path)
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "store.json").write_text(json.dumps({"talkbalance_store": 99}), encoding="utf-8")
    with pytest.raises(UnreadableFile, match="99"):
        open_store(newer)


def test_no_name_leads_out_of_the_store(store: Store) -> None:
    with pytest.raises(UnreadableFile, match="no identity"):
        store.meeting("../../etc/passwd")
    identity = store.add(replace(told(), details=Details(id="../../../escape")))
    assert store.file(identity).is_file()


def test_untimed_meetings_have_their_place(store: Store) -> None:
    said = (Utterance(None, None, "Eva", "Was stört Sie?"), Utterance(None, None, "Baum", "Die Plakate."))
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    identity = store.add(Meeting(people, said, None, language="de", source=Source(times="none")))
    assert store.meetings()["times"].tolist() == ["none"]
    assert len(store.windows()) == 0
    assert store.summary(meetings=[identity])["available"].any()
