"""One file per participant: where each begins on the common time line."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from talkbalance.errors import TalkbalanceWarning, UnusableSound
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.tracks import Shifted, open_tracks
from tests.sounds import Clip, hiss, microphones, voice, write

CUT = round(3.7 * RATE)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def voices() -> list[Samples]:
    ends = np.cumsum(np.random.default_rng(7).uniform(1, 4, 26))
    turns = [(float(start), float(end) - 0.2) for start, end in pairwise(ends) if end < 60]
    return [voice(60, turns[::2], pitch=200, seed=1), voice(60, turns[1::2], pitch=110, seed=2)]


def test_tracks_that_share_a_room_are_put_in_place(tmp_path: Path, voices: list[Samples]) -> None:
    eva, baum = microphones(voices, [[1, 0.126], [0.126, 1]])
    files = [write(tmp_path / "eva.wav", eva), write(tmp_path / "baum.wav", baum[CUT:])]
    with open_tracks(files) as tracks:
        assert tracks.offsets == pytest.approx((0, 3.7), abs=0.02)
        assert tracks.names == ("eva", "baum")
        assert tracks.duration == pytest.approx(60)
        assert [sound.duration for sound in tracks.sounds] == [tracks.duration] * 2
        heard = tracks.sounds[1].read(10, 12)
        assert np.corrcoef(heard, baum[10 * RATE : 12 * RATE])[0, 1] > 0.99
        assert len(tracks.mix.read(0, 5)) == 5 * RATE
    with open_tracks(files[::-1]) as tracks:
        assert tracks.offsets == pytest.approx((3.7, 0), abs=0.02)


def test_a_third_track_is_placed_by_the_one_it_shares_most_with(tmp_path: Path, voices: list[Samples]) -> None:
    ute = voice(60, [(t + 1, t + 1.8) for t in range(0, 60, 4)], pitch=160, seed=3)
    heard = microphones([*voices, ute], [[1, 0, 0], [0.1, 1, 0.1], [0, 0.1, 1]])
    files = [write(tmp_path / f"{i}.wav", channel[i * RATE :]) for i, channel in enumerate(heard)]
    with open_tracks(files) as tracks:
        assert tracks.offsets == pytest.approx((0, 1, 2), abs=0.02)


def test_tracks_that_share_nothing_start_together_with_a_warning(tmp_path: Path, voices: list[Samples]) -> None:
    heard = microphones(voices, [[1, 0], [0, 1]])
    files = [write(tmp_path / "eva.wav", heard[0]), write(tmp_path / "baum.wav", heard[1][CUT:])]
    with pytest.warns(TalkbalanceWarning, match="start at the same time"):
        tracks = open_tracks(files)
    with tracks:
        assert list(tracks.offsets) == [0, 0]
        assert tracks.duration == pytest.approx(60)


def test_tracks_of_one_length_that_share_nothing_need_no_warning(tmp_path: Path, voices: list[Samples]) -> None:
    heard = microphones(voices, [[1, 0], [0, 1]])
    files = [write(tmp_path / f"{i}.wav", channel) for i, channel in enumerate(heard)]
    with open_tracks(files) as tracks:
        assert list(tracks.offsets) == [0, 0]


def test_two_files_of_one_name_are_two_people(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "track.wav", hiss(RATE, seed=ord(folder)))
    with open_tracks([tmp_path / "a" / "track.wav", tmp_path / "b" / "track.wav"]) as tracks:
        assert tracks.names == ("track 1", "track 2")


def test_a_file_that_cannot_be_used_stops_all(tmp_path: Path) -> None:
    with pytest.raises(UnusableSound):
        open_tracks([])
    with pytest.raises(UnusableSound):
        open_tracks([write(tmp_path / "a.wav", hiss(RATE)), tmp_path / "missing.wav"])


def test_progress_counts_all_tracks(tmp_path: Path) -> None:
    seen: list[float] = []
    with open_tracks([write(tmp_path / f"{i}.wav", hiss(3 * RATE, seed=i)) for i in (1, 2)], progress=seen.append):
        assert seen == sorted(seen)
        assert seen[-1] == 6


def test_a_shifted_sound_is_silent_before_and_after() -> None:
    shifted = Shifted(Clip(np.ones(RATE, np.float32)), 2.0, 5.0)
    assert np.array_equal(np.flatnonzero(shifted.read()), np.arange(2 * RATE, 3 * RATE))
    assert np.array_equal(shifted.read(1.5, 2.5), np.repeat([0, 1], RATE // 2))
    assert len(shifted.read(4, 9)) == RATE


@pytest.mark.shared
def test_bleed_of_18_db_places_a_track_within_20_ms(shared: Path, tmp_path: Path) -> None:
    from talkbalance.speech.audio import open_recording

    with open_recording(shared / "recordings" / "simulated" / "sim_de_01.stereo.flac") as recording:
        eva, baum = (channel.read(0, 90) for channel in recording.channels)
    with open_tracks([write(tmp_path / "eva.wav", eva), write(tmp_path / "baum.wav", baum[CUT:])]) as tracks:
        assert tracks.offsets == pytest.approx((0, 3.7), abs=0.02)
