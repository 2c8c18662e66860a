"""Stores and meetings that lie elsewhere: the same tables, byte for byte, whatever stops a writer, whoever else writes."""

import threading
import time
import wave
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from distributed import Client
from pandas.testing import assert_frame_equal

from talkbalance import cli
from talkbalance.corpus import batch as batches
from talkbalance.corpus import places
from talkbalance.corpus.batch import batch
from talkbalance.corpus.jobs import Said, files_of
from talkbalance.corpus.places import Lease, copied_here, get, path_to, put, there
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import SCHEMAS
from talkbalance.corrections import Correction, Log, log_beside
from talkbalance.errors import MissingModel, UnreadableFile
from talkbalance.meeting import Details, Word
from talkbalance.speech.backend import Span
from talkbalance.speech.replay import ReplayDiarizer, ReplayTranscriber
from tests.corpus.generated import write
from tests.corpus.objects import Objects, contents, storage
from tests.corpus.test_store import FAST, bytes_of, stop_after, told, write_three, write_twice_at_once

RENAMED = Correction("rename", "Baum", "Herr Baum", at="2026-03-02")


@pytest.fixture(autouse=True)
def elsewhere() -> Iterator[None]:
    with storage():
        yield


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where copies lie while they are needed."""
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dropped"


def lay(folder: Path, below: str) -> None:
    """Put a folder of this machine elsewhere."""
    for name, content in bytes_of(folder).items():
        put(path_to(f"objects://{below}/{name}"), content)


def filled(store: Store) -> Store:
    for number in range(1, 4):
        store.put(told(number=number), log=[RENAMED] if number == 2 else [])
    return store


def all_but_the_lock(store: Store) -> dict[str, bytes]:
    return {name: content for name, content in bytes_of(store.path).items() if name != ".lock"}


def test_a_store_elsewhere_is_the_same(tmp_path: Path) -> None:
    here, far = (filled(open_store(place, settings=FAST)) for place in (tmp_path / "here", "objects://store"))
    for store in (here, far):
        store.settle()
    assert contents("store") == all_but_the_lock(here)
    assert list(far) == list(here)
    for name in SCHEMAS:
        assert_frame_equal(getattr(far, name)(), getattr(here, name)())
        assert_frame_equal(far.sql(f"SELECT * FROM {name} ORDER BY ALL"), here.sql(f"SELECT * FROM {name} ORDER BY ALL"))
    one = next(iter(far))
    assert far.meeting(one) == here.meeting(one)
    assert set(far.turns(meetings=[one])["meeting"]) == {one}
    assert open_store("objects://store").settings == FAST


def test_settling_elsewhere_that_was_stopped_anywhere_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    filled(open_store("objects://store", settings=FAST))
    before = dict(Objects.store)
    open_store("objects://store").settle()
    expected = contents("store")
    for steps in range(1, 100):
        Objects.store.clear()
        Objects.store.update(before)
        stopped = open_store("objects://store")
        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            stop_after(steps, patched)
            stopped.settle()
            assert steps > 20
            break
        stopped.settle()
        assert contents("store") == expected
    else:
        pytest.fail("it never ends")


def test_two_writers_elsewhere_at_once(tmp_path: Path) -> None:
    open_store("objects://store", settings=FAST)
    write_twice_at_once("objects://store")
    alone = open_store(tmp_path / "alone", settings=FAST)
    write_three(alone)
    assert contents("store") == all_but_the_lock(alone)


def test_what_is_deleted_elsewhere_is_gone() -> None:
    store = open_store("objects://store", settings=FAST)
    kept = store.add(told(number=1))
    before = contents("store")
    gone = store.add(told("Zarathustra", number=2), log=[Correction("rename", "Baum", "Xaveria")])
    store.put(told("Zarathustra", number=2))
    store.fail(gone, "Zarathustra.mp3", "why", "")
    assert cli.main(["forget", gone, "--store", "objects://store", "--yes", "--ui", "en"]) == 0
    assert contents("store") == before
    assert list(store) == [kept]
    with pytest.raises(UnreadableFile, match="There is no meeting"):
        store.delete(gone)


def test_corrections_elsewhere_count() -> None:
    store = open_store("objects://store", settings=FAST)
    identity = store.add(told(), log=[Correction("rename", "Baum", "Herr Baum")])
    assert store.meeting(identity).speakers[1].name == "Herr Baum"
    assert store.meeting(identity, as_heard=True).speakers[1].name == "Baum"
    log = log_beside(store.file(identity))
    with copied_here(log) as own:
        Log(own).add(Correction("rename", "Eva", "Eva K."))
        put(log, own.read_bytes())
    store.refresh(identity)
    assert {"Herr Baum", "Eva K."} <= set(store.turns()["speaker"])


@pytest.mark.parametrize("store", ["store", "objects://store"])
def test_a_batch_over_meetings_elsewhere(tmp_path: Path, copies: Path, cluster: Client, store: str) -> None:
    write(tmp_path / "in", range(5), utterances=12)
    (tmp_path / "in" / "00000.sides.toml").write_text('agency = ["Eva"]\nclient = ["Baum"]\n', encoding="utf-8")
    Log(tmp_path / "in" / "00001.corrections.jsonl").add(Correction("rename", "Eva", "Eva K."))
    (tmp_path / "in" / "broken.vtt").write_text("WEBVTT\n\nnothing here\n", encoding="utf-8")
    lay(tmp_path / "in", "calls/Pinkpanda")
    expected = open_store(tmp_path / "expected", settings=FAST)
    batch([tmp_path / "in"], expected, client=cluster)
    place = store if "://" in store else tmp_path / store
    found = batch(["objects://calls/Pinkpanda"], open_store(place, settings=FAST), client=cluster)
    assert (found.measured, [done.file for done in found.failed]) == (5, [str(path_to("objects://calls/Pinkpanda/broken.vtt"))])
    tables = contents("store") if "://" in store else bytes_of(tmp_path / store)
    ours, theirs = ({name: file for name, file in one.items() if "parquet" in name} for one in (tables, bytes_of(expected.path)))
    assert ours == theirs
    assert batch(["objects://calls/Pinkpanda"], open_store(place), client=cluster).known == 5
    assert not list(copies.iterdir())


def test_a_recording_elsewhere_is_heard_from_a_copy(
    tmp_path: Path, copies: Path, cluster: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ReplayTranscriber((Word(0.2, 0.6, "Guten"), Word(0.6, 1.0, "Tag.")))
    monkeypatch.setattr(batches, "_models", lambda *_: (said, ReplayDiarizer((Span(0.1, 1.1, "a"),))))
    with wave.open(str(tmp_path / "call.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 32_000, "NONE", ""))
        file.writeframes(np.random.default_rng(0).integers(-9000, 9000, 32_000, np.int16).tobytes())
    put(path_to("objects://calls/call.wav"), (tmp_path / "call.wav").read_bytes())
    put(path_to("objects://calls/noise.mp3"), b"\0\1" * 500)
    store = open_store("objects://store", settings=FAST)
    found = batch(["objects://calls"], store, client=cluster)
    assert (found.measured, len(found.failed)) == (1, 1)
    (identity,) = store
    meeting = store.meeting(identity)
    assert [u.text for u in meeting.utterances] == ["Guten Tag."]
    assert (meeting.source.file, meeting.recording) == ("call.wav", None)
    assert not list(copies.iterdir())
    monkeypatch.setattr(batches, "copied_here", None)  # what is in the store is not fetched again
    assert batch(["objects://calls"], store, said=Said(details=Details(kind="review")), client=cluster).measured == 1


def test_patterns_lists_and_stores_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "in", range(4), utterances=8)
    lay(tmp_path / "in", "calls")
    put(path_to("objects://calls/these.txt"), b"00001.meeting.json\nobjects://calls/00003.seglst.json\n")
    names = ["00001.meeting.json", "00002.meeting.json"]
    assert [path.name for path, _ in files_of(["objects://calls/*.meeting.json"])] == names
    assert [path.name for path, _ in files_of(["objects://calls/these.txt"])] == ["00001.meeting.json", "00003.seglst.json"]
    assert [path.name for path, _ in files_of([f"file://{tmp_path}/in/00001.meeting.json"])] == ["00001.meeting.json"]
    filled(open_store("objects://calls/store", settings=FAST)).settle()
    assert [path.suffix for path, _ in files_of(["objects://calls"])] == [".json"] * 4 + [".txt"]
    assert len(list(files_of(["objects://calls/store"]))) == 3


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("nowhere://calls", "leads nowhere that is known"),
        ("s3://calls/july", "a library is needed that is not here"),
        ("shut://calls", "may not be read"),
        ("far://calls", "cannot be reached .*could not connect"),
        ("objects://calls/july", "objects://calls/july"),
    ],
)
def test_what_cannot_be_reached_is_said_in_a_sentence(
    tmp_path: Path, place: str, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "s3fs", None)
    with pytest.raises((UnreadableFile, MissingModel), match=says):
        list(files_of([place]))
    assert cli.main(["batch", place, "-o", str(tmp_path / "store"), "--ui", "en", "--runs", "0"]) == 1
    if place.startswith("objects"):
        return
    with pytest.raises((UnreadableFile, MissingModel), match=says):
        open_store(place)
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_a_copy_is_private_and_gone_whatever_happens(copies: Path) -> None:
    put(path_to("objects://calls/call.mp3"), b"sound")

    def broken(copy: Path) -> None:
        assert copy.read_bytes() == b"sound"
        assert copy.name == "call.mp3"
        assert copy.parent.stat().st_mode & 0o077 == 0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), copied_here(path_to("objects://calls/call.mp3")) as copy:
        broken(copy)
    assert not copy.parent.exists()
    with pytest.raises(UnreadableFile), copied_here(path_to("objects://calls/none.mp3")):
        pass
    assert not list(copies.iterdir())


def test_a_lock_elsewhere_is_held_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PAUSE", 0.002)
    place, inside, most = path_to("objects://lock"), 0, 0

    def hold() -> None:
        nonlocal inside, most
        with Lease(place) as lock, lock:
            inside += 1
            most = max(most, inside)
            time.sleep(0.01)
            inside -= 1

    holders = [threading.Thread(target=hold) for _ in range(6)]
    for holder in holders:
        holder.start()
    for holder in holders:
        holder.join()
    assert most == 1
    assert not there(place)


def test_a_lock_whose_holder_died_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PAUSE", 0.01)
    place = path_to("objects://lock")
    put(place, b"somebody 7")
    before = time.monotonic()
    with Lease(place, patience=0.2):
        assert time.monotonic() - before >= 0.2
        time.sleep(0.3)  # it is renewed meanwhile, and nobody else gets it
        assert not get(place).startswith(b"somebody")
        assert get(place).split()[1] != b"0"
    assert not there(place)


def test_a_lock_that_was_taken_over_is_left_to_its_new_holder() -> None:
    place = path_to("objects://lock")
    with Lease(place):
        put(place, b"somebody 0")
    assert get(place) == b"somebody 0"
