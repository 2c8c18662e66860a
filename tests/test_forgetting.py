"""A meeting is forgotten with every trace of ours, and nothing of anybody else's."""

import io
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from talkbalance import read, write
from talkbalance.cli import main
from talkbalance.corpus.store import open_store
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance
from talkbalance.speech.backend import Span
from talkbalance.speech.partial import kept_of
from talkbalance.speech.playback import playable
from tests import sounds

TODAY = date(2026, 11, 25)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a recording, all that is ours of it, and another meeting."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("TALKBALANCE_CACHE", str(cache))
    folder = tmp_path / "calls"
    folder.mkdir()
    recording = sounds.write(folder / "call.wav", sounds.voice(2, [(0.2, 1.8)]))
    identity = sha256(recording.read_bytes()).hexdigest()[:16]
    for settings in (("base",), ("small",)):
        with kept_of(identity, settings, fresh=False) as kept:
            kept.spans("voices", lambda: (Span(0, 1, "S1"),))
    with kept_of("0" * 16, (), fresh=False) as kept:
        kept.spans("voices", lambda: (Span(0, 1, "S1"),))
    playable(recording)
    dropped = cache / "dropped" / "abc"
    dropped.mkdir(parents=True)
    (dropped / "call.wav").write_bytes(recording.read_bytes())
    write(_meeting(identity, recording), folder / "call.meeting.json")
    write(_meeting("1" * 16, None), folder / "other.meeting.json")
    (folder / "call.corrections.jsonl").write_text('{"do": "rename", "on": "Eva", "value": "Eva B."}\n', encoding="utf-8")
    for name in ("call.report.html", "call.summary.csv", "call.notes.txt", "other.report.html"):
        (folder / name).write_text("-", encoding="utf-8")
    return folder


def _meeting(identity: str, recording: Path | None, until: date | None = None) -> Meeting:
    details = Details(id=identity, retain_until=until)
    said = (Utterance(0, 1, "Eva", "Guten Tag."),)
    return Meeting((Speaker("Eva"),), said, 2, "call", "de", Source("call.wav"), recording, details)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def kept(folder: Path) -> set[str]:
    cache = folder.parent / "cache"
    return {path.relative_to(cache).parts[0] for path in cache.rglob("*") if path.is_file()}


@pytest.mark.parametrize("given", ["call.meeting.json", "call.wav"])
def test_a_meeting_goes_with_all_that_is_ours(place: Path, given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", str(place / given), "--yes", "--ui", "en"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 8, "meeting, corrections, two partial results with their marks, two copies"
    assert "8 entries removed" in said.err
    assert names(place) == {
        *("call.wav", "call.notes.txt", "call.report.html", "call.summary.csv", "other.meeting.json", "other.report.html")
    }
    assert {path.name[:16] for path in (place.parent / "cache" / "partial").iterdir()} == {"0" * 16}
    assert kept(place) == {"partial", "locks"}


def test_results_go_when_they_are_named(place: Path) -> None:
    assert main(["forget", str(place / "call.meeting.json"), "--results", "--yes"]) == 0
    assert names(place) == {"call.wav", "call.notes.txt", "other.meeting.json", "other.report.html"}


def test_nothing_goes_unless_somebody_agrees(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, cached = names(place), kept(place)
    assert main(["forget", str(place / "call.meeting.json"), "--ui", "en"]) == 1
    assert "Nothing was removed" in capsys.readouterr().err
    assert (names(place), kept(place)) == (before, cached)
    for answer, code in (("\n", 1), ("nein\n", 1), ("j\n", 0)):
        terminal = io.StringIO(answer)
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        assert main(["forget", str(place / "call.meeting.json"), "--ui", "de"]) == code
    assert "call.meeting.json" not in names(place)


def test_a_meeting_whose_recording_is_gone_loses_its_copy_too(place: Path) -> None:
    (place / "call.wav").unlink()
    assert main(["forget", str(place / "call.meeting.json"), "--yes"]) == 0
    assert "playback" not in kept(place)


def test_a_store_forgets_it_too(place: Path) -> None:
    store = open_store(place.parent / "store")
    identities = [store.add(read(file)) for file in sorted(place.glob("*.meeting.json"))]
    gone, stays = identities
    assert main(["forget", gone, "--store", str(store.path), "--yes"]) == 0
    assert list(open_store(store.path)) == [stays]
    assert gone not in "".join(str(path) for path in store.path.rglob("*"))


def test_retention_is_honoured_to_the_day(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Today(date):
        @classmethod
        def today(cls) -> date:  # type: ignore[override]
            return TODAY

    monkeypatch.setattr("talkbalance.forgetting.date", Today)
    below = place / "2025"
    below.mkdir()
    for name, until in (("over", date(2026, 11, 24)), ("last day", TODAY), ("open", None)):
        write(_meeting(sha256(name.encode()).hexdigest()[:16], None, until), below / f"{name}.meeting.json")
    (below / "broken.meeting.json").write_text("{", encoding="utf-8")
    store = open_store(place.parent / "store")
    store.add(read(below / "over.meeting.json"))
    assert main(["forget", "--expired", str(place), "--store", str(store.path), "--yes"]) == 0
    assert names(below) == {"last day.meeting.json", "open.meeting.json", "broken.meeting.json"}
    assert list(open_store(store.path)) == []
    assert "call.meeting.json" in names(place)


@pytest.mark.parametrize("arguments", [["none.wav"], ["0123"], []])
def test_what_is_nobodys_is_one_sentence(arguments: list[str], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = names(place)
    assert main(["forget", *arguments, "--yes"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert names(place) == before


def test_consent_is_kept_with_the_meeting_and_its_absence_is_said(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out, report = place / "call.meeting.json", tmp_path / "new.meeting.json", tmp_path / "r.html"
    assert main(["measure", str(file), "--ui", "de"]) == 0
    assert "keine Einwilligung vermerkt" in " ".join(capsys.readouterr().out.split())
    assert main(["report", str(file), "-o", str(report), "--ui", "en"]) == 0
    assert "No consent is recorded" in report.read_text(encoding="utf-8")
    record = "Eva <b>; 2026-11-20; Coaching"
    assert main(["convert", str(file), str(out), "--consent", record, "--retain-until", "2027-05-31"]) == 0
    assert read(out).details == replace(read(file).details, consent=record, retain_until=date(2027, 5, 31))
    assert main(["measure", str(out), "--ui", "en"]) == 0
    assert f"Consent: {record}. To be kept until 2027-05-31." in " ".join(capsys.readouterr().out.split())
    assert main(["report", str(out), "-o", str(report), "--ui", "en"]) == 0
    assert "Consent: Eva &lt;b&gt;; 2026-11-20; Coaching." in report.read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["convert", str(file), str(out), "--retain-until", "31.5.2027", "--ui", "de"])
    assert stopped.value.code == 2
    assert "kein Tag" in capsys.readouterr().err
