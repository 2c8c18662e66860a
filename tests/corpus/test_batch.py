"""A batch: every meeting once, whatever is in the way; the same tables however often it was stopped."""

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import psutil
import pytest
from distributed import Client

import talkbalance as tb
from talkbalance import cli
from talkbalance.corpus import batch as batches
from talkbalance.corpus import clusters
from talkbalance.corpus.batch import batch
from talkbalance.corpus.clusters import local_cluster
from talkbalance.corpus.jobs import Said, files_of, plan
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.corrections import Correction, Log, log_beside
from talkbalance.errors import TalkbalanceError
from talkbalance.formats.names import Named
from talkbalance.meeting import Details
from talkbalance.speech.replay import ReplayDiarizer, ReplayTranscriber
from tests.corpus.generated import generated, write
from tests.corpus.test_store import bytes_of

FAST = Settings(runs=0)
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Eva>Was stört Sie?\n\n00:03.500 --> 00:06.000\n<v Baum>Die Plakate am Bahnhof.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "in", range(5), utterances=12)
    return tmp_path / "in"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", settings=FAST)


def test_every_meeting_is_measured_once(folder: Path, store: Store, cluster: Client) -> None:
    seen: list[str] = []
    found = batch([folder], store, client=cluster, watch=lambda done: seen.append(done.identity))
    assert (found.measured, found.known, found.failed) == (5, 0, ())
    assert sorted(seen) == list(store)
    assert len(store.summary()) == sum(len(tb.summary(store.meeting(identity), runs=0)) for identity in store)
    before = bytes_of(store.path)
    again = batch([folder], store, client=cluster)
    assert (again.measured, again.known) == (0, 5)
    assert bytes_of(store.path) == before


def test_the_same_content_under_two_names_is_one_meeting(tmp_path: Path, store: Store, cluster: Client) -> None:
    for name in ("one.vtt", "two.vtt"):
        (tmp_path / name).write_text(VTT, encoding="utf-8")
    assert batch([tmp_path / "one.vtt", tmp_path / "two.vtt"], store, client=cluster).measured == 1
    assert store.meetings()["file"].tolist() == ["one.vtt"]


def test_failures_are_listed_with_their_reason_and_retried(
    folder: Path, store: Store, cluster: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_models", lambda *_: (ReplayTranscriber(()), ReplayDiarizer(())))
    broken = folder / "broken.vtt"
    broken.write_text("WEBVTT\n\nnothing here\n", encoding="utf-8")
    (folder / "noise.mp3").write_bytes(b"\0\1" * 500)
    found = batch([folder], store, client=cluster)
    assert found.measured == 5
    assert sorted(Path(done.file).name for done in found.failed) == ["broken.vtt", "noise.mp3"]
    assert all(done.reason for done in found.failed)
    assert len(store.failures()) == 2
    began: list[int] = []
    again = batch([folder], store, client=cluster, begin=lambda jobs: began.append(len(jobs)))
    assert began == [0]
    assert sorted(again.failed, key=lambda done: done.file) == [
        replace(done, size=0) for done in sorted(found.failed, key=lambda done: done.file)
    ]
    batch([folder], store, client=cluster, retry=True, begin=lambda jobs: began.append(len(jobs)))
    assert began == [0, 2]
    broken.write_text(VTT, encoding="utf-8")
    assert batch([folder], store, client=cluster).measured == 1  # another content is another file


def test_a_recording_is_heard_again_only_where_that_is_asked_for(
    tmp_path: Path, store: Store, cluster: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_models", lambda *_: (ReplayTranscriber(()), ReplayDiarizer(())))
    file = tmp_path / "call.mp3"
    file.write_bytes(b"\0\1" * 500)
    (job,) = plan([file], Said())
    meeting = generated(0)
    store.put(replace(meeting, details=replace(meeting.details, id=job.identity)), source=job.source)
    store.settle()
    began: list[int] = []
    for fresh in (False, True):
        batch([file], store, client=cluster, fresh=fresh, begin=lambda jobs: began.append(len(jobs)))
    assert began == [0, 1]
    assert list(store) == [job.identity], "what cannot be heard again stays as it was"


def test_what_is_said_of_meetings(tmp_path: Path, store: Store, cluster: Client) -> None:
    own = tmp_path / "Pinkpanda" / "2026-03-02 briefing zoom.vtt"
    own.parent.mkdir()
    own.write_text(VTT, encoding="utf-8")
    said = Said(
        sides={"agency": ["Eva", "Nobody"]},
        people=(Named("Baum", "Herr Baum", "client"),),
        sheet={own.name: Details(kind="review")},
    )
    batch([tmp_path], store, said=said, client=cluster)
    (identity,) = store
    meeting = store.meeting(identity)
    assert meeting.details == Details(identity, date(2026, 3, 2), "Pinkpanda", "review", "remote")
    assert {(speaker.name, speaker.side) for speaker in meeting.speakers} == {("Eva", "agency"), ("Herr Baum", "client")}
    said = replace(said, details=Details(client="Grünspecht"))
    assert batch([tmp_path], store, said=said, client=cluster).measured == 1
    assert store.meetings()["client"].tolist() == ["Grünspecht"]


def test_corrections_and_sides_beside_a_file_count(tmp_path: Path, store: Store, cluster: Client) -> None:
    file = tmp_path / "call.vtt"
    file.write_text(VTT, encoding="utf-8")
    (tmp_path / "call.sides.toml").write_text('agency = ["Eva=Eva Brandt"]\nclient = ["Baum"]\n', encoding="utf-8")
    batch([tmp_path], store, client=cluster)
    assert store.meetings()["sided"].tolist() == [True]
    Log(log_beside(file)).add(Correction("rename", "Baum", "Herr Baum"))
    assert batch([tmp_path], store, client=cluster).measured == 1
    assert set(store.turns()["speaker"]) == {"Eva Brandt", "Herr Baum"}
    assert store.meetings()["corrections"].tolist() == [1]


def test_what_belongs_to_a_meeting_is_no_meeting(tmp_path: Path) -> None:
    tb.write(generated(1), tmp_path / "call.meeting.json")
    for name in (
        "call.mp3",
        "call.summary.csv",
        "call.words.csv",
        "call.corrections.jsonl",
        "other.report.html",
        ".hidden.vtt",
        "pic.png",
    ):
        (tmp_path / name).write_text(VTT, encoding="utf-8")
    (tmp_path / "other.vtt").write_text(VTT, encoding="utf-8")
    assert [path.name for path, _ in files_of([tmp_path])] == ["call.meeting.json", "other.vtt"]


def test_patterns_and_lists(folder: Path) -> None:
    by_pattern = [path for path, _ in files_of([f"{folder}/*.meeting.json"])]
    assert len(by_pattern) == 3
    with pytest.raises(TalkbalanceError, match="nothing"):
        list(files_of([f"{folder}/nothing*.vtt"]))
    listed = folder.parent / "these.txt"
    listed.write_text("in/00001.meeting.json\nin/00003.seglst.json\n", encoding="utf-8")
    assert [path.name for path, _ in files_of([listed])] == ["00001.meeting.json", "00003.seglst.json"]
    with pytest.raises(TalkbalanceError, match="missing"):
        list(files_of([folder / "missing"]))
    assert len(plan([folder, *by_pattern], Said())) == 5


def _addresses() -> set[tuple[str, int]]:
    own = psutil.Process()
    sockets = (c for process in (own, *own.children(recursive=True)) for c in process.net_connections(kind="inet"))
    return {(c.laddr.ip, c.laddr.port) for c in sockets}


def test_a_cluster_of_this_machine_is_heard_by_nobody_else() -> None:
    before = _addresses()
    with local_cluster(1) as client:
        assert client.submit(sum, [1, 2]).result() == 3
        opened = _addresses() - before
    assert opened
    assert {ip for ip, _ in opened} == {"127.0.0.1"}


def _command(folder: Path, store: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "talkbalance.cli", "batch", str(folder), "-o", str(store), "--runs", "0", "--ui", "en", *more]


def _measured(store: Path) -> int:
    return sum(1 for _ in store.glob("arrived/*/[0-9a-f]*"))


def test_killed_it_ends_with_the_same_bytes(tmp_path: Path, cluster: Client) -> None:
    write(tmp_path / "in", range(16), utterances=20)
    undisturbed, stopped = open_store(tmp_path / "undisturbed", settings=FAST), tmp_path / "stopped"
    job = subprocess.Popen(_command(tmp_path / "in", stopped), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    batch([tmp_path / "in"], undisturbed, client=cluster)
    workers: list[psutil.Process] = []
    while job.poll() is None and _measured(stopped) < 5:
        time.sleep(0.01)
        workers = psutil.Process(job.pid).children(recursive=True)
    assert job.poll() is None, "it ended before it was killed"
    os.kill(job.pid, signal.SIGKILL)
    job.wait()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive, "workers outlive a batch that was killed"
    store = open_store(stopped)
    found = batch([tmp_path / "in"], store, client=cluster)
    assert found.measured <= 11
    assert found.measured + found.known == 16
    assert bytes_of(stopped / "tables") == bytes_of(undisturbed.path / "tables")


def test_a_killed_worker_of_a_cluster_loses_nothing(tmp_path: Path) -> None:
    write(tmp_path / "in", range(16), utterances=20)
    file = tmp_path / "scheduler.json"
    quiet = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]", "OMP_NUM_THREADS": "1"}

    def started(*arguments: str) -> subprocess.Popen[bytes]:
        given = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(file)]
        return subprocess.Popen(given, env=quiet, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    running = [started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        running += [started("worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(2)
            killed: list[str] = []

            def kill(_: object) -> None:
                if not killed:
                    os.kill(running[1].pid, signal.SIGKILL)
                killed.append("")

            store = open_store(tmp_path / "store", settings=FAST)
            found = batch([tmp_path / "in"], store, client=client, watch=kill)
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert (found.measured, found.failed, len(killed)) == (16, (), 16)
    assert sorted(store.meetings()["meeting"]) == list(store)
    assert not store.summary().duplicated(["meeting", "measure", "side"]).any()


def test_the_command_says_what_failed_and_freezes_settings(
    tmp_path: Path, cluster: Client, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "ANSWERS_WITHIN", "0.3s")
    monkeypatch.setattr(batches, "cluster", lambda *_, **__: nullcontext(cluster))
    write(tmp_path / "in", range(2), utterances=12)
    (tmp_path / "in" / "broken.vtt").write_text("WEBVTT\n\nnothing here\n", encoding="utf-8")
    frozen = tmp_path / "settings.json"
    arguments = ["batch", str(tmp_path / "in"), "-o", str(tmp_path / "store"), "--ui", "en"]
    assert cli.main([*arguments, "--runs", "0", "--freeze", str(frozen)]) == 1
    out, err = capfd.readouterr()
    assert "broken.vtt: " in out
    assert "2 meetings in" in out
    assert "1 of 3 files could not be measured" in err
    assert "Traceback" not in err
    assert Settings.frozen(frozen) == FAST
    (tmp_path / "in" / "broken.vtt").unlink()
    assert cli.main([*arguments, "--settings", str(frozen)]) == 0
    assert cli.main([*arguments, "--runs", "7"]) == 1
    assert "other settings" in capfd.readouterr().err
    assert cli.main([*arguments, "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "No Dask scheduler answers" in capfd.readouterr().err
