"""From sound to a meeting, with answers that were recorded before: no model is needed to test what is made of them."""

import os
import time
from pathlib import Path

import av
import numpy as np
import pytest

from talkbalance import pipeline
from talkbalance.errors import InvalidParameter, UnknownSide, UnusableSound
from talkbalance.meeting import Word
from talkbalance.pipeline import foretell, transcribe
from talkbalance.speech.backend import Sound, Span, Transcript
from talkbalance.speech.replay import ReplayDiarizer, ReplayTranscriber
from tests.sounds import Clip

WORDS = (Word(0.5, 1.0, "Guten", 0.9), Word(1.0, 1.5, "Tag.", 0.8), Word(2.0, 2.4, "Ja?", 0.7))
SPANS = (Span(0.4, 1.6, "S1", 0.95), Span(1.4, 2.5, "S2", 0.9), Span(3.0, 3.3, "S1", 0.5))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "gespräch.wav"
    sound = (np.random.default_rng(0).normal(size=(1, 64_000)) * 3000).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_words_and_voices_become_a_meeting(recording: Path) -> None:
    stages: dict[str, float] = {}
    meeting = transcribe(
        recording,
        sides={"agency": ["S1=Eva"], "client": ["S2=Herr Baum"]},
        transcriber=ReplayTranscriber(WORDS),
        diarizer=ReplayDiarizer(SPANS),
        progress=lambda stage, done, _: stages.__setitem__(stage, done),
    )
    assert [(u.speaker, u.text) for u in meeting.utterances] == [("Eva", "Guten Tag."), ("Herr Baum", "Ja?"), ("Eva", "")]
    assert (meeting.title, meeting.language, meeting.duration) == ("gespräch", "de", 4.0)
    assert meeting.overlap_observable
    assert meeting.source.models == ("replay", "replay")
    assert len(meeting.details.id) == 16
    assert meeting.recording == recording
    assert set(stages) == {"decode", "voices", "words"}


def test_where_nobody_speaks_it_says_so(recording: Path) -> None:
    with pytest.raises(UnusableSound, match="gespräch"):
        transcribe(recording, transcriber=ReplayTranscriber(()), diarizer=ReplayDiarizer(()))


def test_spans_of_another_diarizer_stand_in(recording: Path, tmp_path: Path) -> None:
    rttm = tmp_path / "other.rttm"
    rttm.write_text("SPEAKER x 1 0.4 1.2 <NA> <NA> Anna <NA> <NA>\nSPEAKER x 1 1.8 9 <NA> <NA> Bert <NA> <NA>\n")
    meeting = transcribe(recording, spans=rttm, transcriber=ReplayTranscriber(WORDS))
    assert [(u.speaker, u.end, u.text) for u in meeting.utterances] == [("Anna", 1.6, "Guten Tag."), ("Bert", 4.0, "Ja?")]
    assert meeting.source.models == ("replay", "rttm other.rttm")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"speakers": 0}, InvalidParameter),
        ({"engine": "siri", "transcriber": None}, InvalidParameter),
        ({"sides": {"agency": ["S9"]}}, UnknownSide),
    ],
)
def test_what_cannot_be_asked_is_refused(recording: Path, wrong: dict[str, object], error: type[Exception]) -> None:
    settings = {"transcriber": ReplayTranscriber(WORDS), "diarizer": ReplayDiarizer(SPANS), **wrong}
    with pytest.raises(error):
        transcribe(recording, **settings)  # type: ignore[arg-type]


class _StoppedError(Exception):
    pass


class _Once(ReplayDiarizer):
    """Counts how often it is asked."""

    asked = 0

    def diarize(self, *args: object, **settings: object) -> tuple[Span, ...]:
        type(self).asked += 1
        return super().diarize(*args, **settings)  # type: ignore[arg-type]


class _Breaks(ReplayTranscriber):
    """Fails when the voices are known."""

    def transcribe(self, *_: object, **__: object) -> Transcript:
        folder = Path(os.environ["TALKBALANCE_CACHE"]) / "partial"
        while not list(folder.glob("*/voices.json")):
            time.sleep(0.01)
        raise _StoppedError


def test_a_stopped_run_goes_on_where_it_was(recording: Path, cache: Path) -> None:
    undisturbed = transcribe(recording, transcriber=ReplayTranscriber(WORDS), diarizer=ReplayDiarizer(SPANS))
    assert list((cache / "partial").iterdir()) == []
    _Once.asked = 0
    with pytest.raises(_StoppedError):
        transcribe(recording, transcriber=_Breaks(WORDS), diarizer=_Once(SPANS))
    assert transcribe(recording, transcriber=ReplayTranscriber(WORDS), diarizer=_Once(SPANS)) == undisturbed
    assert _Once.asked == 1
    assert list((cache / "partial").iterdir()) == []


def test_a_mistaken_side_costs_no_hearing_and_fresh_hears_anew(recording: Path, cache: Path) -> None:
    _Once.asked = 0
    hear = {"transcriber": ReplayTranscriber(WORDS), "diarizer": _Once(SPANS)}
    with pytest.raises(UnknownSide):
        transcribe(recording, sides={"agency": ["S7"]}, **hear)  # type: ignore[arg-type]
    (kept,) = (cache / "partial").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    transcribe(recording, **hear)  # type: ignore[arg-type]
    assert _Once.asked == 1
    with pytest.raises(UnknownSide):
        transcribe(recording, sides={"agency": ["S7"]}, fresh=True, **hear)  # type: ignore[arg-type]
    transcribe(recording, fresh=True, **hear)  # type: ignore[arg-type]
    assert _Once.asked == 3


def test_before_a_long_recording_is_heard_it_is_said_how_long_that_takes(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[float] = []
    hear = {"transcriber": ReplayTranscriber(WORDS), "diarizer": ReplayDiarizer(SPANS), "expect": said.append}
    transcribe(recording, **hear)  # type: ignore[arg-type]
    assert said == [], "four seconds are soon over"
    monkeypatch.setattr(pipeline, "LONG", 3.0)
    meeting = transcribe(recording, **hear)  # type: ignore[arg-type]
    assert len(said) == 1
    assert meeting == transcribe(recording, **(hear | {"expect": None}))  # type: ignore[arg-type]


def test_after_a_stop_nothing_is_foretold(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LONG", 3.0)
    said: list[float] = []
    with pytest.raises(_StoppedError):
        transcribe(recording, transcriber=_Breaks(WORDS), diarizer=ReplayDiarizer(SPANS))
    transcribe(recording, transcriber=ReplayTranscriber(WORDS), diarizer=ReplayDiarizer(SPANS), expect=said.append)
    assert said == []


def test_what_cannot_be_heard_cannot_be_foretold(tmp_path: Path) -> None:
    (tmp_path / "none.wav").write_bytes(b"")
    with pytest.raises(InvalidParameter):
        foretell(tmp_path / "none.wav", speakers=0)


class _Languages(ReplayTranscriber):
    """Takes a short sound for English and a long one for German, unless it is told."""

    told: list[tuple[float, str | None]]

    def transcribe(self, sound: Sound, *, language: str | None = None, **_: object) -> Transcript:
        loud = float(np.abs(sound.read()).max())
        self.told.append((loud, language))
        return Transcript(WORDS, language or ("de" if loud > 0.5 else "en"))


def test_the_language_is_that_of_whoever_speaks_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = (Span(0.4, 0.8, "brief", 0.9), Span(0.5, 2.5, "long", 0.9))
    monkeypatch.setattr("talkbalance.speech.channels.Channels.diarize", lambda *_, **__: spans)
    sounds = Clip(np.full(64_000, 0.1, np.float32)), Clip(np.full(64_000, 0.9, np.float32))
    transcriber = _Languages(WORDS)
    transcriber.told = []
    heard = pipeline._hear_voices(sounds, ("brief", "long"), pipeline.Hearing(transcriber, ReplayDiarizer(())), "tracks")
    assert heard.language == "de"
    assert [language for _, language in transcriber.told] == [None, "de"]
    assert [round(loud, 1) for loud, _ in transcriber.told] == [0.9, 0.1]
