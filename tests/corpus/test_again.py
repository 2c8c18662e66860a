"""Stored meetings measured again, and by functions of one's own: partition by partition, stopped or not, the same bytes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from distributed import Client

import talkbalance as tb
from talkbalance import cli
from talkbalance.corpus import parts
from talkbalance.corpus import store as stores
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.corrections import Correction
from talkbalance.errors import InvalidParameter
from talkbalance.i18n import language, set_language
from talkbalance.meeting import Meeting
from tests.corpus.generated import generated
from tests.corpus.objects import contents, storage
from tests.corpus.test_store import FAST, bytes_of, everything_in, stop_after, told

OTHER = Settings(runs=0, question_threshold=0.8, rule="any_overlap", window=60)
SEEDS = range(5)


def filled(folder: Path | str, settings: Settings, seeds: range = SEEDS) -> Store:
    store = open_store(folder, settings=settings)
    for seed in seeds:
        log = [Correction("rename", "Eva", "Eva K.", at="2026-03-02")] if seed == 2 else []
        store.put(generated(seed, utterances=12), log=log)
    store.settle()
    return store


def of_the_store(store: Store) -> dict[str, bytes]:
    return {name: content for name, content in bytes_of(store.path).items() if name != ".lock"}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return of_the_store(filled(tmp_path_factory.mktemp("again") / "expected", OTHER))


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("again") / "usual", FAST).path


@pytest.fixture
def store(tmp_path: Path, usual: Path) -> Store:
    return open_store(shutil.copytree(usual, tmp_path / "store"))


@pytest.fixture
def elsewhere() -> Iterator[None]:
    with storage():
        yield


def test_measured_again_is_as_measured_at_once(store: Store, expected: dict[str, bytes], cluster: Client) -> None:
    seen: list[int] = []
    store.measure(OTHER, client=cluster, watch=seen.append)
    assert of_the_store(store) == expected
    assert sum(seen) == len(SEEDS)
    assert store.settings == OTHER
    assert store.windows()["end"].max() > 0
    with pytest.raises(InvalidParameter, match="other settings"):
        open_store(store.path, settings=FAST)


@pytest.mark.usefixtures("elsewhere")
def test_measured_again_elsewhere(expected: dict[str, bytes], cluster: Client) -> None:
    filled("objects://store", FAST).measure(OTHER, client=cluster)
    assert contents("store") == expected


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do everything in this process, and measure no meeting twice in the same way."""
    known: dict[tuple[str, Settings], object] = {}
    measure = parts.rows_of

    def remembered(meeting: Meeting, identity: str, settings: Settings, source: str) -> object:
        if (identity, settings) not in known:
            known[identity, settings] = measure(meeting, identity, settings, source)
        return known[identity, settings]

    monkeypatch.setattr(parts, "rows_of", remembered)
    monkeypatch.setattr(stores, "cluster", lambda *_: nullcontext(None))


@pytest.mark.usefixtures("here")
def test_stopped_anywhere_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = range(2)
    store, done = (filled(tmp_path / name, settings, few) for name, settings in (("old", FAST), ("new", OTHER)))
    old, new, expected = store.events(), done.events(), of_the_store(done)
    assert not old.equals(new)
    for steps in range(1, 500, 2):
        stopped = open_store(shutil.copytree(store.path, tmp_path / f"stopped-{steps}"))
        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            stop_after(steps, patched)
            stopped.measure(OTHER)
            assert steps > 30
            break
        seen = open_store(stopped.path).events()
        assert seen.equals(old) or seen.equals(new)
        open_store(stopped.path).measure(OTHER)
        assert of_the_store(stopped) == expected
    else:
        pytest.fail("it never ends")


@pytest.mark.usefixtures("here")
def test_what_changes_meanwhile_counts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    last, gone = max(SEEDS) + 1, store.add(generated(99, utterances=8))
    changes: list[Callable[[], object]] = [
        lambda: store.put(generated(last, utterances=12)),
        lambda: open_store(store.path).delete(gone),
    ]
    measure = parts.measure

    def meanwhile(part: str, *given: object) -> int:
        found = measure(part, *given)  # type: ignore[arg-type]
        if changes:
            changes.pop()()
        return found

    monkeypatch.setattr(parts, "measure", meanwhile)
    store.measure(OTHER)
    store.settle()
    assert gone not in store
    assert len(store) == len(SEEDS) + 1
    assert of_the_store(store) == of_the_store(filled(store.path.parent / "all", OTHER, range(last + 1)))


@pytest.mark.usefixtures("here")
def test_nobody_reads_old_and_new_tables_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old, read, replaced = store.events(), parts.read_rows, False

    def meanwhile(file: Path, **given: Any) -> object:  # noqa: ANN401
        nonlocal replaced
        found = read(file, **given)
        if not replaced and file.parent.name == "events":
            replaced = True
            open_store(store.path).measure(OTHER)
        return found

    monkeypatch.setattr(parts, "read_rows", meanwhile)
    found = store.events()
    assert not found.equals(old)
    assert found.equals(open_store(store.path).events())
    assert store.settings == OTHER


@pytest.mark.usefixtures("here")
def test_what_is_deleted_is_gone_from_new_tables_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = store.add(told("Zarathustra"))
    monkeypatch.setattr(stores.Store, "_finish", lambda _: None)  # measured, but not yet in place
    store.measure(OTHER)
    assert "Zarathustra" in everything_in(store.path / "anew")
    store.delete(identity)
    assert "Zarathustra" not in everything_in(store.path)


def test_the_command_measures_again(store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "cluster", lambda *_: nullcontext(None))
    assert cli.main(["batch", "--again", "-o", str(store.path), "--runs", "1", "--ui", "en"]) == 0
    assert "5 meetings" in capsys.readouterr().out
    assert open_store(store.path).settings.runs == 1
    assert cli.main(["batch", "-o", str(store.path), "--ui", "en"]) == 1
    assert "Please name meetings" in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------------- functions of one's own


def test_a_function_of_your_own(store: Store, cluster: Client) -> None:
    found = store.map(lambda meeting: len(meeting.utterances), client=cluster)
    assert found["meeting"].tolist() == list(store)
    assert found["value"].tolist() == [12] * 5
    assert found["error"].tolist() == [""] * 5
    questions = store.map(lambda meeting: tb.questions(meeting, threshold=0), client=cluster)
    one = next(iter(store))
    mine = questions[questions["meeting"] == one]["text"].tolist()
    assert mine == tb.questions(store.meeting(one), threshold=0)["text"].tolist()


def test_meetings_it_fails_on_are_listed(store: Store, cluster: Client) -> None:
    bad = list(store)[2]

    def speakers(meeting: Meeting) -> dict[str, object]:
        if meeting.details.id == bad:
            raise KeyError("nobody")
        return {"speakers": len(meeting.speakers), "first": meeting.speakers[0].name}

    found = store.map(speakers, client=cluster).set_index("meeting")
    assert found.loc[bad, "error"] == "KeyError: 'nobody'"
    assert found["speakers"].isna().tolist() == [identity == bad for identity in store]
    assert set(found["first"].dropna()) == {"Eva", "Eva K."}


@pytest.mark.parametrize(("answer", "rows"), [(None, 0), (pd.DataFrame(), 0), (pd.Series({"a": 1.5}), 5), ("words", 5), (True, 5)])
def test_what_a_function_may_return(store: Store, cluster: Client, answer: object, rows: int) -> None:
    found = store.map(lambda _: answer, client=cluster)  # type: ignore[arg-type,return-value]
    assert len(found) == rows
    assert (found["error"] == "").all()
    assert list(found.columns[[0, -1]]) == ["meeting", "error"]


def test_an_answer_without_rows_is_told(store: Store, cluster: Client) -> None:
    found = store.map(lambda meeting: meeting, client=cluster)  # type: ignore[arg-type,return-value]
    assert found["error"].str.contains("Meeting").all()


def test_a_store_without_meetings(tmp_path: Path, cluster: Client) -> None:
    store = open_store(tmp_path / "empty", settings=FAST)
    assert store.map(len, client=cluster).columns.tolist() == ["meeting", "error"]  # type: ignore[arg-type]
    store.measure(OTHER, client=cluster)
    assert store.settings == OTHER


def test_reasons_are_in_the_language_of_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", settings=Settings(runs=0, language="de"))
    set_language("en")
    try:
        heard = told()
        store.add(replace(heard, source=replace(heard.source, overlap_observable=False)))
        reasons = store.summary()["reason"]
        assert language() == "en"
    finally:
        set_language(None)
    said = set(reasons) - {""}
    assert said
    assert not any(" the " in reason for reason in said)
