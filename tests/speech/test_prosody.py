from collections.abc import Sequence

import numpy as np
import pytest

from talkbalance.meeting import Prosody, Utterance, Word
from talkbalance.speech.prosody import RATE, PitchDetector, swift, with_prosody
from tests.sounds import Clip


def glide(*pieces: tuple[float, float, float]) -> Clip:
    """Return a voice of pieces (seconds, Hz at the start, Hz at the end); 0 Hz is silence."""
    parts = []
    for length, low, high in pieces:
        pitch = np.linspace(low, high, round(length * RATE))
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        voice = np.asarray(sum(np.sin(k * phase) / k for k in range(1, 8)))
        parts.append(voice * 0.1 * (pitch > 0))
    return Clip(np.concatenate(parts).astype(np.float32))


@pytest.fixture(scope="module")
def detector() -> PitchDetector:
    pytest.importorskip("swift_f0")
    found = swift()
    assert found is not None
    return found


def said(*texts: tuple[float, float, str], speaker: str = "S1") -> Utterance:
    words = tuple(Word(start, end, text) for start, end, text in texts)
    return Utterance(words[0].start, words[-1].end, speaker, " ".join(word.text for word in words), words)


def slopes(utterances: Sequence[Utterance]) -> list[list[float]]:
    return [[one.slope for one in utterance.prosody] for utterance in utterances]


def test_rising_level_and_falling_ends_are_told_apart(detector: PitchDetector) -> None:
    sound = glide((1.0, 120, 120), (0.4, 120, 170), (0.6, 0, 0), (1.4, 120, 120), (0.6, 0, 0), (1.0, 120, 120), (0.4, 120, 90))
    utterances = [said((0, 1.4, "so?")), said((2, 3.4, "so")), said((4, 5.4, "so."))]
    (rising,), (level,), (falling,) = slopes(with_prosody(utterances, {"S1": sound}, detector, apart=True))
    assert rising > 8
    assert abs(level) < 2
    assert falling < -5


def test_every_sentence_end_inside_an_utterance_is_heard(detector: PitchDetector) -> None:
    sound = glide((1.0, 120, 140), (1.0, 140, 120))
    (utterance,) = with_prosody([said((0, 1, "Gut."), (1, 2, "Ja."))], {"S1": sound}, detector, apart=True)
    assert [one.end for one in utterance.prosody] == [1.0, 2.0]
    assert all(isinstance(one, Prosody) for one in utterance.prosody)


def test_where_another_voice_is_in_the_same_sound_nothing_is_said(detector: PitchDetector) -> None:
    sound = glide((2.0, 120, 160))
    both = [said((0, 2, "Gut.")), said((1.2, 2, "Nein."), speaker="S2")]
    mixed = with_prosody(both, {"S1": sound, "S2": sound}, detector, apart=False)
    assert [one.end for one in mixed[0].prosody] == [1.2]  # before the other came in
    assert mixed[1].prosody == ()
    own = with_prosody(both, {"S1": sound, "S2": sound}, detector, apart=True)
    assert [one.end for one in own[0].prosody] == [1.2, 2.0]


def test_silence_has_no_pitch(detector: PitchDetector) -> None:
    sound = glide((2.0, 0, 0))
    assert with_prosody([said((0, 2, "Gut."))], {"S1": sound}, detector, apart=True)[0].prosody == ()


def test_the_level_is_that_against_the_speaker_s_usual_one(detector: PitchDetector) -> None:
    sound = glide((1.0, 100, 100), (1.0, 0, 0), (1.0, 200, 200), (1.0, 0, 0), (1.0, 100, 100))
    utterances = [said((at, at + 1, "so")) for at in (0, 2, 4)]
    levels = [one.level for utterance in with_prosody(utterances, {"S1": sound}, detector, apart=True) for one in utterance.prosody]
    assert levels == pytest.approx([0, 12, 0], abs=0.5)


def test_without_a_detector_or_a_sound_everything_stays(detector: PitchDetector) -> None:
    utterances = (said((0, 2, "Gut.")),)
    assert with_prosody(utterances, {"S1": glide((2.0, 120, 120))}, None, apart=True) == utterances
    assert with_prosody(utterances, {}, detector, apart=True) == utterances
