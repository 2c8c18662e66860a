"""Every recording of the catalogue ends in a right result or in one sentence, and leaves nothing behind."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate

from talkbalance import i18n, read
from talkbalance.cli import main
from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.meeting import Word
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Span
from talkbalance.speech.replay import ReplayDiarizer, ReplayTranscriber
from tests.hostile.recordings import CONTAINERS, CUTS, SECONDS, Case, cut, every, talk, whole

SAID = (Word(0.02, 0.04, "Ja?"), Word(0.6, 2.0, "Guten"), Word(3.2, 5.0, "Tag."))
SPOKEN = (Span(0.01, 0.05, "S1"), Span(0.5, 3.0, "S1"), Span(2.8, 5.8, "S2"))
LOSSY_DELAY = 0.06
"""Seconds by which encoders without a word about it begin later."""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache; what is heard in a recording is played back, not what this is about."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TALKBALANCE_CACHE", str(folder))
    monkeypatch.setattr("talkbalance.pipeline._transcriber", lambda *_: ReplayTranscriber(SAID))
    monkeypatch.setattr("talkbalance.pipeline._diarizer", lambda: ReplayDiarizer(SPOKEN))
    return folder


def left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir() and path.parent.name != "locks"]


def likeness(path: Path) -> tuple[float, float]:
    """Return how many seconds are decoded, and how like the beginning of the talk they are, wherever an encoder lets it begin."""
    with open_recording(path) as recording:
        heard = recording.mix.read()
        seconds = recording.duration
    size = min(len(heard), len(talk())) - round(LOSSY_DELAY * RATE)
    if size < RATE // 2:
        return seconds, 1.0
    expected = talk()[:size] - talk()[:size].mean()
    found = correlate(heard, expected, "valid", method="fft")
    energy = np.concatenate([[0.0], np.cumsum(np.square(heard, dtype=np.float64))])
    loud = np.sqrt(np.maximum(energy[size:] - energy[:-size], 0.0))
    return seconds, float((found / (loud * np.linalg.norm(expected) + 1e-9)).max())


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_file_cut_anywhere_is_its_beginning_or_one_sentence(container: str, tmp_path: Path, cache: Path) -> None:
    path = tmp_path / f"call.{container}"
    for where in CUTS:
        path.write_bytes(cut(whole(container), where))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TalkbalanceWarning)
            try:
                seconds, alike = likeness(path)
            except UnusableSound as error:
                seconds, alike = 0.5, float(error.data["file"] == path.name)
        assert 0 < seconds < SECONDS + LOSSY_DELAY, where
        assert alike > 0.9, where
        assert left_behind(cache) == []


@pytest.mark.parametrize("container", ["wav", "mp3", "flac", "mkv", "webm", "aiff"])
def test_a_file_that_says_how_long_it_is_is_not_cut_in_silence(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"call.{container}"
    for where in (0.1, 0.5, 0.9):
        path.write_bytes(cut(whole(container), where))
        with pytest.warns(TalkbalanceWarning, match="incomplete"), open_recording(path):
            pass


@pytest.mark.parametrize("container", ["ogg", "webm"])
def test_a_whole_file_is_not_doubted(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"call.{container}"
    path.write_bytes(whole(container))
    with open_recording(path):
        pass  # a warning would be an error


def test_an_ogg_file_that_stops_anywhere_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "call.ogg"
    for where in (0.5, 0.9):
        path.write_bytes(cut(whole("ogg"), where))
        with pytest.warns(TalkbalanceWarning, match="without an end being marked"), open_recording(path):
            pass


def test_what_is_no_recording_is_said_before_a_model_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr("talkbalance.pipeline._transcriber", lambda *given: loaded.append(given))
    path = tmp_path / "call.mp3"
    path.write_bytes(b"no sound")
    assert main(["transcribe", str(path), "-o", str(tmp_path / "out.meeting.json"), "--ui", "en"]) == 1
    assert "no sound or video file" in capsys.readouterr().err
    assert loaded == []


def test_less_than_a_second_is_said_as_that(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(cut(whole("wav"), 0.01))
    with pytest.warns(TalkbalanceWarning, match="of 0:06, readable is less than a second"), open_recording(path):
        pass


@pytest.mark.parametrize("where", [0.5, 0.99])
def test_an_index_that_is_cut_is_called_incomplete(where: float, tmp_path: Path) -> None:
    path = tmp_path / "call.m4a"
    path.write_bytes(cut(whole("m4a"), where))
    with pytest.raises(UnusableSound) as raised:
        open_recording(path)
    assert raised.value.key == "sound.no_index"


@pytest.mark.parametrize("case", list(every()), ids=str)
def test_a_recording_ends_in_a_meeting_or_in_one_sentence(
    case: Case, tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    path, out = case.make(made), tmp_path / "out.meeting.json"
    before = sorted(made.iterdir())
    sentences = set()
    for code in i18n.LANGUAGES:
        ended = main(["transcribe", str(path), "-o", str(out), "--ui", code])
        captured = capsys.readouterr()
        assert captured.out == ""
        assert ended in ((0,) if case.result == "heard" else (1,) if case.result == "refused" else (0, 1)), captured.err
        if ended:
            (sentence,) = captured.err.strip().splitlines()
            assert sentence.startswith("talkbalance: ")
            assert path.name in sentence
            assert "Error" not in sentence
            sentences.add(sentence)
        else:
            meeting = read(out)
            assert meeting.length == pytest.approx(SECONDS, abs=0.1) or case.result == "either"
            out.unlink()
        assert sorted(made.iterdir()) == before
        assert {entry.name for entry in tmp_path.iterdir()} <= {"made", "cache"}
        assert left_behind(cache) == []
    assert len(sentences) in (0, 2), "German and English"
