"""A microphone per person: bleed is not speech, overlaps are found, real recordings come out right."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from talkbalance.speech.activity import FRAME, seconds
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Progress, Samples, Sound, Span
from talkbalance.speech.channels import Channels, bleeding, excess, ownership
from talkbalance.speech.partial import Tape
from tests.sounds import Clip, hiss, microphones, voice

EVA, BAUM = [(1.0, 4.0), (8.0, 11.0)], [(4.5, 7.5), (10.0, 13.0)]
STEP = 0.01


class Loudness(Channels):
    """The diarizer with a meter for a network: speech is what is louder than the background."""

    def _speech(self, sounds: Sequence[Sound], i: int, progress: Progress, tape: Tape) -> NDArray[np.float64]:  # noqa: ARG002 -- no network, nothing to keep
        sound = sounds[i]
        frames = round(sound.duration / FRAME)
        progress(sound.duration * (i + 1) / len(sounds))
        loud = [np.sqrt(np.mean(sound.read(seconds(k) - 0.02, seconds(k) + 0.04) ** 2)) for k in range(frames)]
        return np.where(np.array(loud) > 0.004, 0.95, 0.05)


def when(spans: tuple[Span, ...], speaker: str, duration: float) -> NDArray[np.bool_]:
    moments = np.arange(0, duration, STEP)
    speaks = np.zeros(len(moments), bool)
    for span in spans:
        if span.speaker == speaker:
            speaks |= (moments >= span.start) & (moments < span.end)
    return speaks


def truth(spans: list[tuple[float, float]], duration: float) -> NDArray[np.bool_]:
    return when(tuple(Span(start, end, "x") for start, end in spans), "x", duration)


@pytest.fixture(scope="module")
def voices() -> list[Samples]:
    return [voice(14, EVA, pitch=200, seed=1), voice(14, BAUM, pitch=110, seed=2)]


@pytest.mark.parametrize("bleed", [0.0, 0.126, 0.25])
@pytest.mark.parametrize("gain", [1.0, 0.4])
def test_the_bleed_of_the_other_is_not_my_speech(voices: list[Samples], bleed: float, gain: float) -> None:
    heard = microphones(voices, [[1, bleed], [gain * bleed, gain]])
    spans = Loudness().diarize([Clip(channel) for channel in heard], names=["Eva", "Baum"])
    for name, own in (("Eva", EVA), ("Baum", BAUM)):
        found, true = when(spans, name, 14), truth(own, 14)
        assert (found & ~true).sum() * STEP < 0.5
        assert (true & ~found).sum() * STEP < 0.7
    both = when(spans, "Eva", 14) & when(spans, "Baum", 14)
    assert both.sum() * STEP == pytest.approx(1, abs=0.35), "they overlap for a second"


def test_what_the_seam_promises(voices: list[Samples]) -> None:
    heard = microphones(voices[::-1], [[1, 0.1], [0.1, 1]])
    seen: list[float] = []
    spans = Loudness().diarize([Clip(channel) for channel in heard], progress=seen.append)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert all(0 <= span.start < span.end <= 14 for span in spans)
    assert all(span.confidence is not None and 0.5 < span.confidence <= 1 for span in spans)
    assert spans[0].speaker == "S1", "by first speech, not by channel"
    assert {span.speaker for span in spans} == {"S1", "S2"}
    assert seen == sorted(seen)
    assert seen[-1] == 14


def test_one_track_of_several_may_be_silent(voices: list[Samples]) -> None:
    heard = [voices[0] + hiss(len(voices[0])), 0.05 * voices[0] + hiss(len(voices[0]), seed=5)]
    spans = Loudness().diarize([Clip(channel) for channel in heard], names=["Eva", "Baum"])
    assert {span.speaker for span in spans} == {"Eva"}


def test_a_gate_that_leaves_digital_silence(voices: list[Samples]) -> None:
    spans = Loudness().diarize([Clip(sound) for sound in voices], names=["Eva", "Baum"])
    assert np.mean(when(spans, "Eva", 14) != truth(EVA, 14)) < 0.05
    assert np.mean(when(spans, "Baum", 14) != truth(BAUM, 14)) < 0.05


def test_three_people_at_a_table() -> None:
    spans_of: list[list[tuple[float, float]]] = [[(1, 4), (10, 12)], [(4.2, 7), (12.5, 14)], [(7.2, 9.8), (11, 12.4)]]
    sounds = [voice(15, own, pitch=pitch, seed=i) for i, own, pitch in zip(range(3), spans_of, (200, 110, 160), strict=True)]
    heard = microphones(sounds, [[1, 0.1, 0.15], [0.1, 1, 0.15], [0.15, 0.1, 1]])
    names = ["Eva", "Baum", "Ute"]
    spans = Loudness().diarize([Clip(channel) for channel in heard], names=names)
    for name, own in zip(names, spans_of, strict=True):
        assert np.mean(when(spans, name, 15) != truth(own, 15)) < 0.05


def test_nobody_speaks() -> None:
    assert Loudness().diarize([Clip(hiss(5 * RATE, seed=i)) for i in (1, 2)]) == ()
    assert Loudness().diarize([Clip(np.zeros(5 * RATE, np.float32))] * 2) == ()


def test_one_channel_is_its_owners(voices: list[Samples]) -> None:
    spans = Loudness().diarize([Clip(voices[0] + hiss(len(voices[0])))], names=["Eva"])
    assert np.mean(when(spans, "Eva", 14) != truth(EVA, 14)) < 0.03


def test_bleed_is_read_off_the_recording(voices: list[Samples]) -> None:
    heard = microphones(voices, [[1, 0.1], [0.05, 0.5]], noise=1e-5)
    share = 10 * np.log10(bleeding([Clip(channel) for channel in heard]) + np.eye(2))
    assert share[0, 1] == pytest.approx(-14, abs=2), "Eva's microphone hears Baum at .1, his own at .5"
    assert share[1, 0] == pytest.approx(-26, abs=2), "Baum's hears Eva at .05, her own at 1"


def test_ownership_is_a_probability() -> None:
    random = np.random.default_rng(0)
    power, speech = random.exponential(size=(3, 400)), random.uniform(size=(3, 400))
    owned = ownership(power, 0.1 * (1 - np.eye(3)), speech)
    assert owned.shape == (3, 400)
    assert owned.min() >= 0
    assert owned.max() <= 1 + 1e-9
    assert np.all(owned.sum(axis=0) >= 1 - 1e-9), "somebody owns every moment"
    assert np.all(ownership(power[:1], np.zeros((1, 1)), speech[:1]) == 1)


def test_excess_without_bleed_is_loudness_above_background() -> None:
    power = np.array([[1.0] * 90 + [100.0] * 10])
    assert excess(power, np.zeros((1, 1)))[0, -1] == pytest.approx(20)


@pytest.mark.models
def test_a_stopped_run_goes_on_where_it_was(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    hear = Channels._hear

    def counted(self: Channels, windows: Samples) -> Samples:
        asked.append(len(windows))
        return hear(self, windows)

    monkeypatch.setattr(Channels, "_hear", counted)

    def stop(done: float) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with open_recording(samples / "zweitgespraech_de.channels.ogg") as recording:
        sounds = [Clip(channel.read(0, 30)) for channel in recording.channels]
    undisturbed = Channels().diarize(sounds)
    whole = sum(asked)
    with pytest.raises(KeyboardInterrupt):
        Channels().diarize(sounds, progress=stop, tape=Tape(tmp_path / "voices.npy"))
    heard = sum(asked) - whole
    assert Channels().diarize(sounds, tape=Tape(tmp_path / "voices.npy")) == undisturbed
    assert 0 < heard < whole
    assert sum(asked) == 2 * whole


@pytest.mark.models
@pytest.mark.shared
def test_twenty_simulated_seconds_against_its_truth(shared: Path) -> None:
    pytest.importorskip("torch")
    folder = shared / "recordings" / "simulated"
    rows = [line.split() for line in (folder / "sim_de_02.rttm").read_text().splitlines()]
    with open_recording(folder / "sim_de_02.stereo.flac") as recording:
        heard = [Clip(channel.read(0, 20)) for channel in recording.channels]
    names = sorted({row[7] for row in rows})
    true = [truth([(float(r[3]), float(r[3]) + float(r[4])) for r in rows if r[7] == name], 20) for name in names]
    spans = Channels().diarize(heard)
    found = [when(spans, name, 20) for name in ("S1", "S2")]
    if (true[0] & found[0]).sum() < (true[0] & found[1]).sum():
        found.reverse()
    wrong = sum(int((a != b).sum()) for a, b in zip(true, found, strict=True)) / sum(int(a.sum()) for a in true)
    assert wrong < 0.15, "missed and false speech"
    share = [a.sum() / sum(b.sum() for b in each) for each in (true, found) for a in each[:1]]
    assert abs(share[0] - share[1]) < 0.03
    overlaps = (true[0] & true[1], found[0] & found[1])
    assert (overlaps[0] & overlaps[1]).sum() / overlaps[0].sum() > 0.6
    assert (overlaps[0] & overlaps[1]).sum() / overlaps[1].sum() > 0.8
