"""Any file in, sound at 16 kHz out: containers, damage, refusals, and what the channels are taken for."""

import hashlib
import os
import stat
import struct
import warnings
from pathlib import Path

import av
import numpy as np
import pytest

from talkbalance import i18n
from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.layout import APART, inspect, listen, separation
from tests.sounds import Clip, hiss, microphones, voice, write

EVA, BAUM = [(0.5, 4), (8, 11.5), (14, 15)], [(4.3, 7.8), (11, 14)]


@pytest.fixture(scope="module")
def eva() -> Samples:
    return voice(16, EVA, pitch=200, seed=1)


@pytest.fixture(scope="module")
def baum() -> Samples:
    return voice(16, BAUM, pitch=110, seed=2)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TALKBALANCE_CACHE", str(folder))
    return folder


def left_behind(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if not path.is_dir()]


# Containers


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 16000),
        ("a8.wav", "pcm_u8", 8000),
        ("a24.wav", "pcm_s24le", 96000),
        ("a.mp3", "libmp3lame", 44100),
        ("a.m4a", "aac", 44100),
        ("a.flac", "flac", 48000),
        ("a.mkv", "aac", 48000),
        ("a.webm", "libopus", 48000),
        ("a.ogg", "libopus", 48000),
    ],
)
def test_every_container_gives_the_same_sound(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    time = np.arange(3 * rate) / rate
    tone = 0.3 * np.sin(2 * np.pi * 440 * time) * (time > 1)
    with open_recording(write(tmp_path / name, tone, rate=rate, codec=codec)) as recording:
        assert recording.duration == pytest.approx(3, abs=0.06)
        assert recording.layout == "mono"
        assert recording.name == name
        heard = recording.mix.read()
        assert heard.dtype == np.float32
        assert np.sqrt(np.mean(heard[RATE * 2 : RATE * 3 - 800] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
        spectrum = np.abs(np.fft.rfft(recording.mix.read(1.5, 2.5)))
        assert spectrum.argmax() == pytest.approx(440, abs=1)
        onset = np.flatnonzero(np.abs(heard) > 0.15)[0] / RATE
        assert onset == pytest.approx(1, abs=0.03), "time is the player's"


def test_16_bit_sound_at_16_khz_is_kept_to_the_bit(tmp_path: Path) -> None:
    whole = np.random.default_rng(0).integers(-32768, 32767, (2, RATE))
    with open_recording(write(tmp_path / "a.wav", whole / 32768)) as recording:
        assert np.array_equal(np.stack([channel.read() for channel in recording.channels]) * 32768, whole)


def test_pieces_are_parts_of_the_whole(tmp_path: Path, eva: Samples) -> None:
    with open_recording(write(tmp_path / "a.wav", eva)) as recording:
        whole = recording.mix.read()
        assert np.array_equal(recording.mix.read(2, 3.5), whole[2 * RATE : round(3.5 * RATE)])
        assert np.array_equal(recording.mix.read(15), whole[15 * RATE :])
        assert np.array_equal(recording.mix.read(-1, 99), whole)
        assert len(recording.mix.read(99, 100)) == len(recording.mix.read(3, 3)) == 0


def test_the_sound_of_a_video(tmp_path: Path, eva: Samples) -> None:
    path = tmp_path / "call.mp4"
    with av.open(str(path), "w") as container:
        video, audio = container.add_stream("mpeg4", rate=5), container.add_stream("aac", rate=RATE)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            container.mux(video.encode(av.VideoFrame(64, 64, "yuv420p")))
        frame = av.AudioFrame.from_ndarray(eva[None, : 2 * RATE], format="fltp", layout="mono")
        frame.sample_rate = RATE
        container.mux([*audio.encode(frame), *audio.encode(None), *video.encode(None)])
    with open_recording(path) as recording:
        assert recording.duration == pytest.approx(2, abs=0.15)


def test_the_hash_is_of_the_content(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", hiss(RATE))
    with open_recording(path) as recording, open_recording(path.rename(tmp_path / "b.wav")) as renamed:
        assert recording.sha256 == renamed.sha256
        assert renamed.sha256 == hashlib.sha256(renamed.path.read_bytes()).hexdigest()


def test_progress_never_goes_back_and_ends_with_the_duration(tmp_path: Path, eva: Samples) -> None:
    seen: list[float] = []
    with open_recording(write(tmp_path / "a.wav", eva), progress=seen.append) as recording:
        assert seen == sorted(seen)
        assert seen[-1] == recording.duration
        assert len(seen) >= 15


def test_the_decoded_sound_has_no_name_and_its_folder_is_private(tmp_path: Path, cache: Path) -> None:
    with open_recording(write(tmp_path / "a.wav", hiss(RATE))) as recording:
        assert left_behind(cache) == [] or os.name == "nt"
        if os.name == "posix":
            assert stat.S_IMODE((cache / "scratch").stat().st_mode) == 0o700
    with pytest.raises(ValueError, match="closed"):
        recording.mix.read()
    assert left_behind(cache) == []


def test_what_is_no_number_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    values = np.full(RATE, 0.25, "<f4")
    values[100:200], values[300], values[400] = np.nan, np.inf, -np.inf
    header = struct.pack(
        "<4sI8sIHHIIHH4sI", b"RIFF", 36 + 4 * RATE, b"WAVEfmt ", 16, 3, 1, RATE, 4 * RATE, 4, 32, b"data", 4 * RATE
    )
    path.write_bytes(header + values.tobytes())
    with open_recording(path) as recording:
        heard = recording.mix.read()
        assert np.array_equal(np.flatnonzero(heard == 0), [*range(100, 200), 300, 400])
        assert np.all(np.isin(heard, [0, 0.25]))


# Refusals


def refusal(path: Path | str) -> str:
    with pytest.raises(UnusableSound) as caught:
        open_recording(path)
    assert "\n" not in str(caught.value)
    i18n.set_language("de")
    assert Path(path).name in str(caught.value)
    i18n.set_language("en")
    return caught.value.key


def test_what_is_no_recording_is_refused(tmp_path: Path, cache: Path) -> None:
    def file(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    assert refusal(tmp_path / "missing.wav") == "sound.no_file"
    assert refusal(tmp_path) == "sound.folder"
    assert refusal(file("empty.wav", b"")) == "sound.empty"
    assert refusal(file("text.mp3", b"Guten Tag, das ist ein Protokoll.\n" * 50)) == "sound.not_audio"
    assert refusal(file("raw.wav", np.random.default_rng(1).bytes(32000))) == "sound.not_audio"
    whole = write(tmp_path / "a.m4a", hiss(3 * RATE), codec="aac").read_bytes()
    assert refusal(file("cut.m4a", whole[: whole.index(b"moov") - 100])) == "sound.no_index"
    header = write(tmp_path / "b.wav", hiss(RATE)).read_bytes()[:78]
    assert refusal(file("header.wav", header)) in ("sound.nothing_decodes", "sound.not_audio")
    assert left_behind(cache) == []


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    assert refusal(path) == "sound.no_track"


def test_a_playlist_reaches_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    assert refusal(path) in ("sound.not_audio", "sound.no_track", "sound.nothing_decodes")


@pytest.mark.shared
@pytest.mark.parametrize("name", ["missing_wav_header.wav", "text_renamed.mp3", "truncated_no_index.m4a", "zero_bytes.wav"])
def test_broken_files_are_refused(shared: Path, cache: Path, name: str) -> None:
    refusal(shared / "recordings" / "broken" / name)
    assert left_behind(cache) == []


def test_silence_is_a_recording(tmp_path: Path) -> None:
    with open_recording(write(tmp_path / "a.wav", np.zeros((2, RATE)))) as recording:
        assert recording.duration == 1
        assert not recording.mix.read().any()


# Damage


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.wav", "pcm_s16le", RATE), ("a.flac", "flac", RATE), ("a.mp3", "libmp3lame", 44100), ("a.webm", "libopus", 48000)],
)
def test_what_was_cut_short_is_used_with_a_warning(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    content = write(tmp_path / name, hiss(20 * rate, level=0.1), rate=rate, codec=codec).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) * 6 // 10])
    with pytest.warns(TalkbalanceWarning, match=r"incomplete: of 0:20, readable is 0:00–0:1[12]"):
        recording = open_recording(tmp_path / name)
    with recording:
        assert recording.duration == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "lost"),
    [("a.mp3", "libmp3lame", 44100, True), ("a.flac", "flac", RATE, False), ("a.mkv", "aac", 44100, False)],
)
def test_garbage_in_the_middle_is_said_and_left_out(tmp_path: Path, name: str, codec: str, rate: int, lost: bool) -> None:
    time = np.arange(20 * rate) / rate
    content = bytearray(write(tmp_path / name, 0.1 * np.sin(2500 * time) + hiss(20 * rate), rate=rate, codec=codec).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20000] = np.random.default_rng(0).bytes(20000)
    (tmp_path / name).write_bytes(content)
    with pytest.warns(TalkbalanceWarning, match=r"readable is 0:00–0:\d\d, 0:\d\d–0:\d\d"):
        recording = open_recording(tmp_path / name)
    with recording:
        assert 8 < recording.damaged[0][0] < 12
        assert recording.duration < 19.9 if lost else recording.duration == pytest.approx(20, abs=0.1)


def test_a_wav_that_was_written_while_it_grew_promises_nothing(tmp_path: Path) -> None:
    content = bytearray(write(tmp_path / "a.wav", hiss(RATE)).read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with open_recording(tmp_path / "a.wav") as recording:
            assert recording.duration == pytest.approx(1, abs=0.01)


# Channels


def test_copies_are_one_channel(tmp_path: Path, eva: Samples) -> None:
    for other in (eva, 0.4 * eva, -eva):
        with open_recording(write(tmp_path / "a.wav", np.stack([eva, other]))) as recording:
            assert recording.layout == "identical"
            assert len(recording.channels) == 1
            assert np.abs(recording.mix.read()).max() == pytest.approx(np.abs(eva).max(), abs=1e-3), "the loudest, not the mean"


def test_a_silent_channel_is_left_out(tmp_path: Path, eva: Samples) -> None:
    with open_recording(write(tmp_path / "a.wav", np.stack([np.zeros_like(eva), eva]))) as recording:
        assert recording.layout == "mono"
        assert np.abs(recording.mix.read()).max() == pytest.approx(np.abs(eva).max(), abs=1e-3)


def taken_for(channels: Samples) -> str:
    return inspect([Clip(channel) for channel in channels])[0]


@pytest.mark.parametrize("bleed", [0.0, 0.05, 0.126, 0.3, 0.5])
@pytest.mark.parametrize("gain", [1.0, 0.3])
def test_a_person_per_channel_with_and_without_bleed(eva: Samples, baum: Samples, bleed: float, gain: float) -> None:
    assert taken_for(microphones([eva, baum], [[1, bleed], [gain * bleed, gain]])) == "one_per_channel"


@pytest.mark.parametrize("near", [1.0, 1.15, 1.4])
@pytest.mark.parametrize("noise", [1e-4, 1e-3, 1e-2])
def test_a_room_heard_twice(eva: Samples, baum: Samples, near: float, noise: float) -> None:
    heard = microphones([eva, np.roll(baum, 5)], [[near, 1], [1, near]], noise=noise)
    assert taken_for(heard) in ("room", "identical" if near == 1 else "room")


def test_one_recording_with_two_kinds_of_noise_is_no_person_per_channel(eva: Samples, baum: Samples) -> None:
    both = eva + baum
    assert taken_for(np.stack([both + hiss(len(both), level=0.02, seed=1), both + hiss(len(both), level=0.02, seed=2)])) == "room"


@pytest.mark.parametrize("noise", [0.0006, 0.001])
def test_a_noisy_microphone_of_a_room_is_left_out(noise: float) -> None:
    both = voice(16, [(0.5, 3), (5, 7.5), (9, 11)], pitch=200, seed=1) + 0.9 * voice(16, [(3.2, 4.8), (11.5, 14)], seed=2)
    clear, noisy = both + hiss(len(both), level=1e-4, seed=1), 0.7 * np.roll(both, 48) + hiss(len(both), level=noise, seed=2)
    layout, kept = inspect([Clip(noisy.astype(np.float32)), Clip(clear)])
    assert layout == "room"
    assert [channel.read(0, 1).tolist() for channel in kept] == [clear[:RATE].tolist()]


def test_microphones_that_hear_alike_are_all_kept(eva: Samples, baum: Samples) -> None:
    layout, kept = inspect([Clip(channel) for channel in microphones([eva, np.roll(baum, 5)], [[1.2, 1], [1, 1.2]])])
    assert (layout, len(kept)) == ("room", 2)


def test_somebody_who_hardly_speaks_still_has_a_channel(eva: Samples) -> None:
    rare = voice(16, [(6, 7)], pitch=110, seed=2)
    assert taken_for(microphones([eva, rare], [[1, 0.1], [0.1, 1]])) == "one_per_channel"


def test_more_than_two_channels(eva: Samples, baum: Samples) -> None:
    ute = voice(16, [(12.5, 13.8), (15.2, 15.9)], pitch=160, seed=3)
    apart = microphones([eva, baum, ute], [[1, 0.1, 0.1], [0.1, 1, 0.1], [0.1, 0.1, 1]])
    assert taken_for(apart) == "one_per_channel"
    assert taken_for(microphones([eva, baum, ute], [[1, 0.8, 0.7], [0.8, 1, 0.8], [0.7, 0.8, 1]])) == "room"
    layout, kept = inspect([Clip(channel) for channel in [*apart[:2], apart[0], np.zeros_like(eva)]])
    assert (layout, len(kept)) == ("one_per_channel", 2)


@pytest.mark.parametrize("channels", [6, 8])
def test_six_and_eight_channels_are_read(tmp_path: Path, channels: int) -> None:
    heard = np.stack([voice(4, [(0.5 * i, 0.5 * i + 0.4)], seed=i) for i in range(channels)])
    with open_recording(write(tmp_path / "a.wav", heard)) as recording:
        assert recording.duration == 4
        assert len(recording.channels) == channels


def test_separation_is_that_of_the_microphones(eva: Samples, baum: Samples) -> None:
    heard = listen([Clip(channel) for channel in microphones([eva, baum], [[1, 0.1], [0.05, 0.5]], noise=1e-5)])
    assert separation(heard, 0, 1) == pytest.approx(40, abs=3)
    assert separation(heard, 0, 1) == pytest.approx(separation(heard, 1, 0), abs=0.01)
    assert separation(heard, 0, 1) > APART


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("german_therapy/AusschnittTherapieDJIMic2.flac", "one_per_channel"),
        ("german_therapy/BeltzSchwierigeSituation_1.flac", "identical"),
        ("simulated/sim_de_01.stereo.flac", "one_per_channel"),
        ("smoke/aws_sample1_2ch_identical.mp3", "identical"),
        ("smoke/google_two_channel_16k.wav", "one_per_channel"),
        ("smoke/stereo_diarization_1spk_per_channel.wav", "one_per_channel"),
        ("smoke/aws_auto0_agent_mono_8k_u8.wav", "mono"),
    ],
)
def test_channels_of_real_recordings(shared: Path, name: str, layout: str) -> None:
    with open_recording(shared / "recordings" / name) as recording:
        assert recording.layout == layout
        assert recording.damaged == ()
