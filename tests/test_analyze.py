"""The whole way, with the packaged models on real sound, as a user goes it."""

import json
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from talkbalance import read
from talkbalance.cli import main
from talkbalance.floor import states

RATE = 16_000


def _decoded(path: Path) -> NDArray[np.int16]:
    """Return (channels, samples) at 16 kHz."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("s16p", rate=RATE)
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def _saved(path: Path, sound: NDArray[np.int16]) -> Path:
    layout = "stereo" if len(sound) == 2 else "mono"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _analyzed(paths: Sequence[Path], capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, list[dict[str, object]]]:
    code = main(["analyze", *map(str, paths), "--json", *options])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    document: dict[str, list[dict[str, object]]] = json.loads(captured.out)
    return document


def _true_share(reference: Path, speaker: str, start: float, end: float) -> float:
    pieces = states(read(reference)).between(start, end)
    time = pieces.speaking_time()
    return float(time[pieces.speakers.index(speaker)] / time.sum())


@pytest.mark.models
def test_a_mixed_recording(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    excerpt = _saved(tmp_path / "excerpt.wav", _decoded(samples / "erstgespraech_de.mp3")[:, : 70 * RATE])
    sides = ("--agency", "S1=Eva Brandt", "--client", "S2=Herr Baum")
    document = _analyzed([excerpt], capsys, "--language", "de", *sides)
    shares = {row["side"]: row["share"] for row in document["speaking_time"]}
    truth = _true_share(samples / "erstgespraech_de.meeting.json", "Eva Brandt", 0, 70)
    assert shares["agency"] == pytest.approx(truth, abs=0.1)
    assert any("Panda" in str(row["text"]) for row in document["questions"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["excerpt.wav"]


@pytest.mark.models
def test_one_speaker_per_channel(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    excerpt = _saved(tmp_path / "excerpt.wav", _decoded(samples / "zweitgespraech_de.channels.ogg")[:, : 40 * RATE])
    document = _analyzed([excerpt], capsys, "--language", "de")
    options = document["meeting"]["source"]["options"]  # type: ignore[call-overload]
    assert options["layout"] == "one_per_channel"
    assert {row["side"] for row in document["speaking_time"]} == {"S1", "S2"}
    assert document["interruptions"] is not None


@pytest.mark.models
def test_one_file_per_participant(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tracks = sorted((samples / "first_meeting_en.tracks").glob("*.*"))
    tracks = [track for track in tracks if track.suffix in (".mp3", ".m4a", ".ogg", ".flac", ".wav", ".opus")]
    cut = [_saved(tmp_path / f"{track.stem}.wav", _decoded(track)[:, : 40 * RATE]) for track in tracks]
    document = _analyzed(cut, capsys, "--language", "en")
    assert {row["side"] for row in document["speaking_time"]} == {path.stem for path in cut}
    assert document["interruptions"] is not None


@pytest.mark.models
def test_everything_is_written_or_nothing(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    excerpt = _saved(tmp_path / "excerpt.wav", _decoded(samples / "erstgespraech_de.mp3")[:, : 15 * RATE])
    out = tmp_path / "out"
    assert main(["analyze", str(excerpt), "--language", "de", "-o", str(out), "--agency", "nobody"]) == 1
    assert "S1" in capsys.readouterr().err
    assert not out.exists()
    assert main(["analyze", str(excerpt), "--language", "de", "-o", str(out)]) == 0
    kinds = {path.name.removeprefix("excerpt.") for path in out.iterdir()}
    assert kinds == {
        "meeting.json",
        "report.html",
        "summary.csv",
        "speaking_time.csv",
        "interruptions.csv",
        "questions.csv",
    }


def _silence(path: Path) -> None:
    _saved(path, np.zeros((1, 2 * RATE), np.int16))


def _noise(path: Path) -> None:
    _saved(path, (np.random.default_rng(0).normal(size=(1, 5 * RATE)) * 300).astype(np.int16))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("Das ist kein Ton. " * 20, encoding="utf-8")


def _no_header(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).integers(0, 255, 40_000, dtype=np.uint8).tobytes())


@pytest.mark.models
@pytest.mark.parametrize("make", [_silence, _noise, _empty, _text, _no_header])
@pytest.mark.parametrize("code", ["de", "en"])
def test_what_cannot_be_analysed_is_one_sentence_and_leaves_no_file(
    make: object, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tmp_path / "call.wav"
    make(sound)  # type: ignore[operator]
    assert main(["analyze", str(sound), "-o", str(tmp_path / "out"), "--ui", code]) == 1
    captured = capsys.readouterr()
    (sentence,) = captured.err.strip().splitlines()
    assert sentence.startswith("talkbalance: ")
    assert "call.wav" in sentence
    assert captured.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["call.wav"]


@pytest.mark.models
@pytest.mark.parametrize(("recording", "said"), [("erstgespraech_de.mp3", "3:43"), ("zweitgespraech_de.channels.ogg", "4:35")])
def test_doctor_says_how_long_a_recording_will_take(
    recording: str, said: str, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("talkbalance.speech.forecast._place", lambda: tmp_path / "paces.json")
    assert main(["doctor", str(samples / recording), "--ui", "en"]) == 0
    (sentence,) = capsys.readouterr().out.strip().splitlines()
    assert said in sentence
    assert " minute" in sentence
    assert sentence.endswith("with faster-whisper base on this machine.")
