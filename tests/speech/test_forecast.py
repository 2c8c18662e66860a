"""How long hearing will take: what is tried, what is remembered, how it adds up."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from talkbalance.speech import forecast
from talkbalance.speech.backend import RATE, Samples, Sound
from talkbalance.speech.forecast import Excerpt, Trial, spoken
from talkbalance.speech.windows import Stretch
from tests.sounds import Clip


class Clock:
    """A clock that only work moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clock:
    def found(samples: Samples) -> list[Stretch]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (samples != 0).astype(int), [0]]))) / RATE
        return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))

    made = Clock()
    monkeypatch.setattr(forecast, "speech", found)
    monkeypatch.setattr(forecast, "time", made)
    monkeypatch.setattr(forecast, "CORES", 2)
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path))
    return made


def half(seconds: float, *, first: bool = True) -> Clip:
    """Return a sound of which the first or the last half is speech."""
    silence, voice = np.zeros(round(seconds * RATE / 2), np.float32), np.ones(round(seconds * RATE / 2), np.float32)
    return Clip(np.concatenate([voice, silence] if first else [silence, voice]))


def trial(clock: Clock, heard: list[tuple[str, float]], *, words: float = 0.1, voices: float = 0.04, apart: bool = False) -> Trial:
    """Return a trial that takes `words` seconds per second of words and `voices` per second of voices, two workers at it."""

    def hear(sound: Sound) -> None:
        heard.append(("words", sound.duration))
        said = np.count_nonzero(sound.read()) / RATE
        clock.now += words * said * (2 if sound.duration <= forecast.SHORT else 1)

    def tell_apart(sounds: Sequence[Sound]) -> None:
        heard.append(("voices", sounds[0].duration))
        clock.now += voices * sum(sound.duration for sound in sounds)

    return Trial("model", hear, tell_apart, 2, apart)


def test_words_follow_speech_and_voices_sound(clock: Clock) -> None:
    heard: list[tuple[str, float]] = []
    found = forecast.forecast(trial(clock, heard), [half(1000)])
    assert (found.duration, found.speech) == (1000, 500)
    assert found.seconds == pytest.approx(0.1 * 500 + 0.04 * 1000 / 2)
    assert heard == [("words", 20), ("voices", 20), ("words", 80), ("voices", 80)]


def test_voices_alone_may_take_longest(clock: Clock) -> None:
    assert forecast.forecast(trial(clock, [], voices=0.5), [half(1000)]).seconds == pytest.approx(500)


def test_a_sound_for_every_voice_is_heard_one_after_the_other(clock: Clock) -> None:
    found = forecast.forecast(trial(clock, [], apart=True), [half(1000), half(1000, first=False)])
    assert (found.duration, found.speech) == (1000, 1000)
    assert found.seconds == pytest.approx(0.1 * 1000 + 0.04 * 2000)


def test_a_slow_model_is_tried_on_one_window(clock: Clock) -> None:
    heard: list[tuple[str, float]] = []
    assert forecast.forecast(trial(clock, heard, words=3), [half(1000)]).seconds == pytest.approx(3 * 500 + 20)
    assert heard == [("words", 20), ("voices", 20)]


def test_what_was_tried_is_remembered_privately_and_tried_anew_when_asked(clock: Clock, tmp_path: Path) -> None:
    first = forecast.forecast(trial(clock, []), [half(1000)], anew=False)
    heard: list[tuple[str, float]] = []
    assert forecast.forecast(trial(clock, heard), [half(1000)], anew=False) == first
    assert heard == []
    assert forecast.forecast(trial(clock, heard, words=0.2), [half(1000)]).seconds > first.seconds
    assert heard
    assert forecast.forecast(trial(clock, []), [half(1000)], anew=False) == first, "a busy machine is not remembered as a slow one"
    assert (tmp_path / "paces.json").stat().st_mode & 0o077 == 0


def test_what_it_took_is_believed_more_than_a_trial(clock: Clock) -> None:
    first = forecast.forecast(trial(clock, []), [half(1000)])
    forecast.learn("model", first, 3 * first.seconds)
    assert forecast.forecast(trial(clock, []), [half(2000)], anew=False).seconds == pytest.approx(6 * first.seconds)


def test_silence_teaches_nothing(clock: Clock, tmp_path: Path) -> None:
    assert forecast.forecast(trial(clock, []), [Clip(np.zeros(100 * RATE, np.float32))]).speech == 0
    assert not (tmp_path / "paces.json").exists()


@pytest.mark.parametrize("content", ["", "[1]", '{"model": "?"}', '{"model": [1]}', '{"other": [1, 2]}'])
def test_a_spoiled_memory_is_none(content: str, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "paces.json").write_text(content)
    heard: list[tuple[str, float]] = []
    forecast.forecast(trial(clock, heard), [half(100)], anew=False)
    assert heard


@pytest.mark.parametrize("seconds", [0.5, 5, 30, 70])
def test_short_and_silent_recordings(seconds: float, clock: Clock) -> None:
    found = forecast.forecast(trial(clock, []), [half(seconds)])
    assert found.speech == pytest.approx(seconds / 2, rel=0.01)
    assert forecast.forecast(trial(clock, []), [Clip(np.zeros(round(seconds * RATE), np.float32))]).speech == 0


def test_speech_is_asked_for_all_over_a_recording(clock: Clock) -> None:
    del clock
    part, at = spoken(half(3000, first=False))
    assert part == pytest.approx(0.5, abs=0.03)
    assert at >= 1500


def test_an_excerpt_ends_where_it_ends() -> None:
    sound = Clip(np.arange(10 * RATE, dtype=np.float32))
    piece = Excerpt(sound, 2.0, 5.0)
    assert piece.read()[[0, -1]].tolist() == [2 * RATE, 5 * RATE - 1]
    assert piece.read(1.0, 9.0)[[0, -1]].tolist() == [3 * RATE, 5 * RATE - 1]
    assert len(piece.read(4.0)) == 0
