"""The same voice in several meetings: only where it was asked for, only proposed, and gone without a trace."""

import json
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from distributed import Client, LocalCluster
from hypothesis import given
from hypothesis import strategies as st

import talkbalance as tb
from talkbalance import cli, i18n
from talkbalance.corpus.batch import batch
from talkbalance.corpus.jobs import Said
from talkbalance.corpus.prints import Prints
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.corpus.voices import proposed, same_voices, together
from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats.names import read_names
from talkbalance.meeting import Details, Meeting, Source, times_of
from talkbalance.speech.audio import open_recording
from talkbalance.speech.voice_prints import VoicePrint
from tests import sounds
from tests.conftest import ROOT
from tests.corpus.test_store import bytes_of
from tests.drawing import draw

FAST = Settings(runs=0)
SAMPLES, SECONDS = ("erstgespraech_de.mp3", "zweitgespraech_de.m4a"), 60.0


def direction(*parts: float) -> np.ndarray:
    """A voice print that points where the parts say."""
    numbers = np.zeros(192, np.float32)
    numbers[: len(parts)] = parts
    return numbers / np.linalg.norm(numbers)


EVA, BAUM, KIM = (1.0, 0.0, 0.2), (0.0, 1.0, 0.2), (0.1, 0.1, 1.0)


def heard(number: int, *names: str) -> Meeting:
    """A meeting of two voices that was heard from callN.mp4."""
    one, other = names or ("S1", "S2")
    meeting = draw(f"{one} |######      ###  |wir\n{other} |     ######    ##|gut", step=5)
    source = replace(meeting.source, file=f"call{number}.mp4", format="sound")
    return replace(meeting, source=source, details=Details(id=f"{number:016x}"))


def keep(store: Store, meeting: Meeting, *voices: Sequence[float], seconds: float = 30) -> str:
    """Put a meeting into a store with the print of its first voice, and of its second."""
    identity = store.add(meeting)
    stretches = (((0.0, 20.0),), ((35.0, 55.0),))
    prints = [VoicePrint(direction(*voice), seconds, when) for voice, when in zip(voices, stretches, strict=False)]
    Prints(store.path).keep(identity, prints)
    return identity


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", settings=FAST)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    alone = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, **alone) as workers, Client(workers) as client:
        yield client


# ------------------------------------------------------------------------------------------------ who is alike


def test_two_voices_of_one_meeting_are_two_people() -> None:
    same = direction(1)
    labels = together(np.stack([same, same, same]), ["a", "a", "b"])
    assert labels[0] != labels[1]
    assert labels[2] in labels[:2]


def test_a_chain_of_likenesses_is_not_one_voice() -> None:
    """Neighbours are alike, the ends of the chain have nothing in common."""
    chain = np.stack([direction(np.cos(angle), np.sin(angle)) for angle in np.linspace(0, np.pi, 8)])
    labels = together(chain, [str(number) for number in range(8)])
    assert labels[0] != labels[-1]


def test_nobody_is_no_voice() -> None:
    assert together(np.zeros((0, 192), np.float32), []).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(-3, 3)), min_size=1, max_size=25), st.randoms())
def test_whatever_comes_no_meeting_is_twice_in_a_voice(found: list[tuple[int, int, int]], random: "st.Random") -> None:  # type: ignore[name-defined]
    meetings = [str(meeting) for meeting, _, _ in found]
    prints = np.stack([direction(*np.eye(6)[person], 0.1 * more) for _, person, more in found])
    labels = together(prints, meetings)
    assert len({*zip(labels.tolist(), meetings, strict=True)}) == len(found)
    order = list(range(len(found)))
    random.shuffle(order)
    again = together(prints[order], [meetings[at] for at in order])
    assert len(set(again.tolist())) == len(set(labels.tolist())) or len({*map(bytes, prints)}) < len(prints)


# ------------------------------------------------------------------------------------------------ what is proposed


def test_a_voice_is_called_as_the_one_of_it_that_has_a_name(store: Store) -> None:
    keep(store, heard(1, "Eva", "S2"), EVA, BAUM)
    keep(store, heard(2), KIM, EVA)
    keep(store, heard(3), BAUM, KIM)
    found = same_voices(store)
    rows = {(row.file, row.heard): (row.voice, row.name) for row in found.itertuples()}
    assert rows[("call2.mp4", "S2")] == (rows[("call1.mp4", "Eva")][0], "Eva")
    assert rows[("call1.mp4", "Eva")][1] == "", "who has a name gets no other"
    assert rows[("call2.mp4", "S1")] == rows[("call3.mp4", "S2")]
    assert {name for _, name in rows.values()} == {"", "Eva", "Voice 2", "Voice 3"}
    assert found["alike"].min() > 0.99


def test_two_names_for_one_voice_propose_neither(store: Store) -> None:
    keep(store, heard(1, "Eva", "S2"), EVA)
    keep(store, heard(2, "Anna", "S2"), EVA)
    keep(store, heard(3), EVA)
    found = same_voices(store)
    assert found["voice"].nunique() == 1
    assert set(found["name"]) == {""}


def test_what_is_hardly_alike_or_hardly_heard_is_left_alone(store: Store) -> None:
    keep(store, heard(1), (1.0, 0.0))
    keep(store, heard(2), (0.5, 0.9))
    keep(store, heard(3), (1.0, 0.0), seconds=3)
    found = same_voices(store)
    assert found["voice"].isna().all()
    assert set(found["name"]) == {""}


def test_corrections_name_a_voice(store: Store) -> None:
    identity = keep(store, heard(1), EVA, BAUM)
    keep(store, heard(2), BAUM, EVA)
    log = store.file(identity).with_name(f"{identity}.corrections.jsonl")
    log.write_text(json.dumps({"do": "rename", "on": "S1", "value": "Eva Brandt"}) + "\n", encoding="utf-8")
    names = proposed(tb.names_in(store.path), store).set_index(["file", "heard"])["name"]
    assert names[("call2.mp4", "S2")] == "Eva Brandt?"
    assert names[("call1.mp4", "S1")] == "S1", "its correction names it already"


def test_a_row_that_stands_for_two_files_proposes_nothing(store: Store) -> None:
    keep(store, heard(1, "Eva", "Baum"), EVA, BAUM)
    keep(store, heard(2), EVA)
    other = heard(3)
    keep(store, replace(other, source=replace(other.source, file="call2.mp4")), BAUM)
    names = proposed(tb.names_in(store.path), store).set_index(["file", "heard"])
    row = names.to_dict("index")[("call2.mp4", "S1")]
    assert (row["name"], row["like"], row["meetings"]) == ("S1", "", 2)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_proposal_counts_only_without_its_question_mark(
    store: Store, tmp_path: Path, cluster: Client, language: i18n.Language, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, sheet = tmp_path / "calls", tmp_path / "names.csv"
    folder.mkdir()
    for meeting in (heard(1, "Eva", "S2"), heard(2)):
        tb.write(meeting, folder / f"{meeting.source.file}.meeting.json")
        keep(store, meeting, EVA)
    assert cli.main(["names", str(store.path), "-o", str(sheet), "--ui", language]) == 0
    assert "?" in sheet.read_text(encoding="utf-8-sig")
    assert "Art. 9" not in capsys.readouterr().err
    assert "Eva?" in sheet.read_text(encoding="utf-8-sig")
    assert "call1.mp4 (1" in sheet.read_text(encoding="utf-8-sig"), "it says whom to listen to"
    batch([folder], store, said=Said(people=read_names(sheet)), client=cluster)
    assert {speaker.name for speaker in store.meeting(f"{2:016x}").speakers} == {"S1", "S2"}
    sheet.write_text(sheet.read_text(encoding="utf-8-sig").replace("Eva?", "Eva"), encoding="utf-8-sig")
    batch([folder], store, said=Said(people=read_names(sheet)), client=cluster)
    assert {speaker.name for speaker in store.meeting(f"{2:016x}").speakers} == {"Eva", "S2"}
    assert set(same_voices(store)["name"]) == {""}, "named now, and found again under the new name"


# ------------------------------------------------------------------------------------------------ where it lies, and that it goes


def test_prints_lie_apart_without_a_name_and_closed_to_others(store: Store) -> None:
    before = bytes_of(store.path)
    identity = keep(store, heard(1, "Eva", "Baum"), EVA, BAUM)
    kept = Prints(store.path)
    assert list(kept) == [identity]
    assert [one.numbers.tolist() for one in kept.of(identity)] == [
        pytest.approx(direction(*voice).tolist(), abs=1e-5) for voice in (EVA, BAUM)
    ]
    assert kept.of(identity)[0].stretches == ((0.0, 20.0),)
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    assert b"Eva" not in kept.file(identity).read_bytes()
    kept.forget()
    assert bytes_of(store.path).keys() - before.keys() == {
        name for name in bytes_of(store.path) if identity in name or name.startswith(("tables", ".lock"))
    }


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"model": "a"}', '{"model": "a", "voices": [{}]}', '{"model": "a", "voices": [{"numbers": [1, NaN]}]}', "\0"],
)
def test_a_spoiled_file_has_no_voices(store: Store, content: str) -> None:
    identity = keep(store, heard(1), EVA, BAUM)
    file = Prints(store.path).file(identity)
    file.write_text(content, encoding="utf-8")
    file.with_name(file.name.replace(identity, "..")).write_text(content, encoding="utf-8")
    assert Prints(store.path).of(identity) == ()
    assert same_voices(store).empty


def traces(store: Store, identity: str, number: bytes) -> list[str]:
    """Return the files that still hold a voice: by their name, or by what is in them."""
    found = bytes_of(store.path)
    return [name for name, content in found.items() if identity in name or identity.encode() in content or number in content]


@pytest.mark.parametrize("way", ["delete", "forget", "voices"])
def test_every_trace_goes(store: Store, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    gone, stays = keep(store, heard(1), (0.123, 0.9)), keep(store, heard(2), (0.456, 0.9))
    number, other = (f"{direction(*voice)[0]:.5f}".encode() for voice in ((0.123, 0.9), (0.456, 0.9)))
    assert traces(store, gone, number)
    stopped = Prints(store.path).file(gone)
    stopped.with_name(f".{stopped.name}-abc").write_bytes(stopped.read_bytes())
    match way:
        case "delete":
            store.delete(gone)
        case "forget":
            assert cli.main(["forget", gone, "--store", str(store.path), "--yes", "--ui", "en"]) == 0
            assert "voice prints" in capsys.readouterr().out
        case _:
            assert cli.main(["forget", "--voices", str(store.path), "--yes", "--ui", "en"]) == 0
            assert gone in store
            assert not Prints(store.path).folder.exists()
            assert not any(other in content or number in content for content in bytes_of(store.path).values())
            return
    assert traces(store, gone, number) == []
    assert traces(store, stays, other)
    assert stays in store


def test_what_a_stopped_batch_kept_can_be_forgotten(store: Store) -> None:
    Prints(store.path).keep("f" * 16, [VoicePrint(direction(1), 9.0, ((0.0, 9.0),))])
    assert same_voices(store).empty
    store.delete("f" * 16)
    assert list(Prints(store.path)) == []
    with pytest.raises(UnreadableFile):
        store.delete("f" * 16)


def test_a_store_elsewhere_keeps_and_forgets_too() -> None:
    store = open_store(f"memory://{uuid4().hex}/store", settings=FAST)
    gone, stays = (keep(store, heard(number), EVA, BAUM) for number in (1, 2))
    assert same_voices(store)["voice"].nunique() == 2
    store.delete(gone)
    assert list(Prints(store.path)) == [stays]
    assert cli.main(["forget", "--voices", str(store.path), "--yes"]) == 0
    assert list(Prints(store.path)) == []


def test_only_a_store_forgets_its_voices(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forget", "--voices", str(tmp_path / "none"), "--yes", "--ui", "en"]) == 1
    assert not (tmp_path / "none").exists()
    assert cli.main(["forget", "--voices", str(store.path), "--yes", "--ui", "en"]) == 0
    assert "nothing to remove" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ turning it on


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Return a folder of two sample meetings as `analyze` leaves them, their voices numbered, and a transcript."""
    folder = tmp_path / "calls"
    folder.mkdir()
    for number, name in enumerate(SAMPLES):
        stem = name.partition(".")[0]
        recording = tmp_path / f"{stem}.wav"
        with open_recording(ROOT / "samples" / name) as whole:
            sounds.write(recording, whole.mix.read(0, SECONDS))
        reference = tb.read(ROOT / "samples" / f"{stem}.meeting.json")
        meeting = replace(
            reference, utterances=tuple(u for u in reference.utterances if times_of(u)[1] < SECONDS), duration=SECONDS
        )
        label = {speaker.name: f"S{rank + 1}" for rank, speaker in enumerate(meeting.speakers)}
        numbered = replace(
            meeting,
            speakers=tuple(replace(speaker, name=label[speaker.name], side="") for speaker in meeting.speakers),
            utterances=tuple(replace(one, speaker=label[one.speaker]) for one in meeting.utterances),
            source=Source(name, "sound", "word", overlap_observable=True),
            recording=recording,
            details=Details(id=f"{number:016x}"),
        )
        tb.write(numbered, folder / f"{stem}.meeting.json")
    (folder / "other.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:03.000\n<v Eva>Gut?\n\n00:04.000 --> 00:06.000\n<v B>Ja.\n")
    return folder


def test_nothing_is_kept_unless_it_is_asked_for(calls: Path, store: Store, cluster: Client) -> None:
    assert batch([calls], store, client=cluster).measured == 3
    assert not Prints(store.path).folder.exists()
    assert same_voices(store).empty


def test_where_the_recording_is_gone_nobody_is_heard_and_nobody_looks_again(tmp_path: Path, store: Store, cluster: Client) -> None:
    meeting = heard(1)
    tb.write(replace(meeting, recording=tmp_path / "gone.mp4"), tmp_path / "call.meeting.json")
    with pytest.warns(TalkbalanceWarning, match="biometric"):
        found = [batch([tmp_path / "call.meeting.json"], store, client=cluster, voices=True) for _ in range(2)]
    assert [(one.measured, one.known) for one in found] == [(1, 0), (0, 1)]
    assert Prints(store.path).of(meeting.details.id) == ()


@pytest.mark.models
def test_voices_of_a_batch_are_found_again(calls: Path, store: Store, cluster: Client) -> None:
    batch([calls], store, client=cluster)
    before = bytes_of(store.path)
    for language, law in zip(i18n.LANGUAGES, ("DSGVO", "GDPR"), strict=True):
        i18n.set_language(language)
        with pytest.warns(TalkbalanceWarning, match=rf"Art\. 9 {law}.*forget --voices"):
            found = batch([calls], store, client=cluster, voices=True)
    assert (found.measured, found.known) == (0, 3), "heard once"
    after = bytes_of(store.path)
    assert {name: content for name, content in after.items() if not name.startswith("voices")} == before, "in no table"
    assert len(list(Prints(store.path))) == 2, "a transcript has no voices"
    voices = same_voices(store).set_index(["file", "heard"])["voice"]
    assert voices[(SAMPLES[0], "S1")] == voices[(SAMPLES[1], "S1")]
    assert voices[(SAMPLES[0], "S2")] == voices[(SAMPLES[1], "S2")]
    assert voices.nunique() == 2
