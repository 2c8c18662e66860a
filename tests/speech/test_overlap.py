"""The diarizer that hears people talk at once: its arithmetic on what was heard, and the real models on real sound."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from talkbalance.speech import activity
from talkbalance.speech.activity import FRAME, FRAMES, SETS, Activity
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples, Span, silent
from talkbalance.speech.overlap import Joined, Overlap, Pieces, spans
from talkbalance.speech.partial import Tape
from tests.sounds import Clip

NOBODY, A, B, AB = 0, 1, 2, 4
BOTH = 0.12


def heard(*stretches: tuple[float, int], certain: float = 1.0) -> Activity:
    """Return 9.9 seconds heard by one window that says each set for as long as given."""
    answer = np.full((FRAMES, len(SETS)), (1 - certain) / (len(SETS) - 1), np.float32)
    at = 0
    for seconds, which in [*stretches, (10.0, NOBODY)]:
        end = min(FRAMES, at + round(seconds / FRAME))
        answer[at:end, which] = certain
        at = end
    return activity.listen(lambda _: answer[None], Clip(np.zeros(99 * RATE // 10, np.float32)), silent)


def of_two(what: Activity, *whose: int) -> Pieces:
    """Return the pieces of what was heard, each with the voice of person 0 or 1, or none (-1)."""
    frames = activity.pieces(what)
    assert len(frames) == len(whose)
    voices = np.zeros((len(frames), 192), np.float32)
    for piece, person in enumerate(whose):
        voices[piece, person] = float(person >= 0)
    return Pieces(frames, voices, Joined(voices[:0], np.zeros(0, np.float32)))


def steady(what: Activity) -> activity.Floats:
    """Return a level that never sinks."""
    return np.zeros(len(what.count), np.float32)


def drawn(found: tuple[Span, ...]) -> list[tuple[str, float, float]]:
    return [(span.speaker, round(span.start, 1), round(span.end, 1)) for span in found]


def test_two_at_once_are_both_named() -> None:
    what = heard((1.9, A), (1, AB), (1.9, B))
    found = spans(what, of_two(what, 0, 1), steady(what), duration=10, speakers=2, both=BOTH)
    assert drawn(found) == [("S1", 0.0, 2.9), ("S2", 1.9, 4.8)]


def test_a_doubtful_overlap_counts_and_a_sure_one_is_not_widened_by_doubt() -> None:
    what = heard((4, A), (1, NOBODY), (2, B))
    doubt = what.count.copy()
    for start, end, two in ((1.0, 1.5, 0.2), (2.5, 2.7, 0.4), (2.7, 3.0, 0.9), (3.0, 3.9, 0.4)):
        doubt[round(start / FRAME) : round(end / FRAME)] = 0, 1 - two, two
    pieces = of_two(what, 0, 0, 1, 1)
    found = spans(replace(what, count=doubt), pieces, steady(what), duration=10, speakers=2, both=BOTH)
    half_a_second_on = ("S2", 3.5, 3.9)
    assert drawn(found) == [("S1", 0.0, 4.0), ("S2", 1.0, 1.5), ("S2", 2.7, 3.0), half_a_second_on, ("S2", 5.0, 7.0)]


def test_a_pause_in_the_sound_ends_a_span() -> None:
    what = heard((1.9, A))
    level = steady(what)
    level[round(0.8 / FRAME) : round(1.2 / FRAME)] = -60
    doubt = what.count * 0.9 + 0.1 * np.array([1, 0, 0], np.float32)
    found = spans(replace(what, count=doubt), of_two(what, 0), level, duration=10, speakers=1, both=BOTH)
    assert drawn(found) == [("S1", 0.0, 0.8), ("S1", 1.2, 1.9)]


def test_voices_are_numbered_by_first_speech_and_recognised_again() -> None:
    what = heard((1.9, B), (1, NOBODY), (1.9, A), (1, NOBODY), (1.9, B))
    found = spans(what, of_two(what, 1, 0, 1), steady(what), duration=10, speakers=2, both=BOTH)
    assert drawn(found) == [("S1", 0.0, 1.9), ("S2", 2.9, 4.8), ("S1", 5.8, 7.7)]


def test_a_voice_counts_more_than_what_a_window_says() -> None:
    what = heard((1.9, A), (1, NOBODY), (1.9, A))
    found = spans(what, of_two(what, 0, 1), steady(what), duration=10, speakers=2, both=BOTH)
    assert [span.speaker for span in found] == ["S1", "S2"]


def test_too_short_for_a_voice_goes_by_the_window() -> None:
    what = heard((1.9, A), (1, NOBODY), (1.9, B), (1, NOBODY), (0.25, B))
    found = spans(what, of_two(what, 0, 1, -1), steady(what), duration=10, speakers=2, both=BOTH)
    assert drawn(found)[-1][0] == "S2"


def test_confidence_follows_the_doubt() -> None:
    sure, unsure = (
        spans(what, of_two(what, 0), steady(what), duration=10, speakers=1, both=BOTH)[0].confidence
        for what in (heard((1.9, A)), heard((1.9, A), certain=0.7))
    )
    assert sure is not None
    assert unsure is not None
    assert 0.5 < unsure < sure <= 1


def test_nothing_heard_is_no_span_and_a_little_is_one_voice() -> None:
    nothing = heard()
    assert spans(nothing, of_two(nothing), steady(nothing), duration=10, speakers=None, both=BOTH) == ()
    little = heard((1, NOBODY), (0.2, A))
    assert drawn(spans(little, of_two(little, -1), steady(little), duration=10, speakers=None, both=BOTH)) == [("S1", 1.0, 1.2)]


def test_importing_loads_no_torch() -> None:
    code = "import sys, talkbalance.speech.overlap; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.models
def test_silence_and_noise_hold_nobody() -> None:
    diarizer = Overlap()
    for level in (0.0, 0.001, 0.1):
        noise = (level * np.random.default_rng(0).normal(size=9 * RATE)).astype(np.float32)
        assert diarizer.diarize(Clip(noise)) == ()
        assert diarizer.diarize(Clip(noise[:1])) == ()
        assert diarizer.diarize(Clip(noise[:0])) == ()


@pytest.mark.models
def test_a_stopped_run_goes_on_where_it_was(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    hear = Overlap._hear

    def counted(self: Overlap, windows: Samples) -> Samples:
        asked.append(len(windows))
        return hear(self, windows)

    monkeypatch.setattr(Overlap, "_hear", counted)

    def stop(done: float) -> None:
        if done > 10:
            raise KeyboardInterrupt

    with open_recording(samples / "erstgespraech_de.mp3") as recording:
        sound = recording.mix
        undisturbed = Overlap().diarize(sound)
        whole = sum(asked)
        with pytest.raises(KeyboardInterrupt):
            Overlap().diarize(sound, progress=stop, tape=Tape(tmp_path / "voices.npy"))
        heard = sum(asked) - whole
        assert Overlap().diarize(sound, tape=Tape(tmp_path / "voices.npy")) == undisturbed
    assert 0 < heard < whole
    assert sum(asked) == 2 * whole


@pytest.mark.models
@pytest.mark.shared
def test_a_real_meeting_keeps_the_promises(shared: Path) -> None:
    done: list[float] = []
    with open_recording(shared / "recordings" / "ami" / "trn09.flac") as recording:
        sound = recording.mix
        found = Overlap().diarize(sound, progress=done.append)
    assert done == sorted(done)
    assert done[-1] == sound.duration
    assert [span.start for span in found] == sorted(span.start for span in found)
    assert all(0 <= span.start < span.end <= sound.duration for span in found)
    assert all(span.confidence is not None and 0 <= span.confidence <= 1 for span in found)
    assert list(dict.fromkeys(span.speaker for span in found)) == ["S1", "S2"]
    both = sum(
        max(0.0, min(one.end, other.end) - max(one.start, other.start))
        for one in found
        for other in found
        if (one.speaker, other.speaker) == ("S1", "S2")
    )
    assert both == pytest.approx(9, abs=2)  # 13 s in the labels, 9 of them heard
