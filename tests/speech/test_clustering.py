"""How many voices: on directions with as much chance in them as real pieces have."""

import numpy as np
import pytest

from talkbalance.speech import clustering
from talkbalance.speech.activity import Floats


def pieces_of(*counts: int, alike: float = 0.2, noise: float = 1.1, seed: int = 0) -> tuple[Floats, Floats]:
    """Return pieces of as many voices as there are counts: voices with a common part, each piece with its own chance."""
    rng = np.random.default_rng(seed)

    def direction() -> Floats:
        drawn = rng.normal(size=192)
        return (drawn / np.linalg.norm(drawn)).astype(np.float32)

    common = direction()
    known = [np.sqrt(alike) * common + np.sqrt(1 - alike) * direction() for _ in counts]
    found = np.stack([voice + noise * direction() for voice, count in zip(known, counts, strict=True) for _ in range(count)])
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found.astype(np.float32), np.full(len(found), 1.5, np.float32)


@pytest.mark.parametrize("counts", [(30,), (20, 20), (40, 6), (15, 15, 15), (20, 8, 8, 8)])
def test_finds_the_number_of_voices(counts: tuple[int, ...]) -> None:
    voices, seconds = pieces_of(*counts)
    known = clustering.group(voices, seconds)
    assert len(known) == len(counts)
    whose = (voices @ known.T).argmax(1)
    for rank, count in enumerate(counts):
        own = whose[sum(counts[:rank]) :][:count]
        assert len(np.unique(own)) == 1


def test_a_given_number_is_kept() -> None:
    voices, seconds = pieces_of(30)
    assert len(clustering.group(voices, seconds, speakers=2)) == 2
    voices, seconds = pieces_of(20, 20)
    assert len(clustering.group(voices, seconds, speakers=1)) == 1


def test_never_more_voices_than_pieces() -> None:
    voices, seconds = pieces_of(2)
    assert len(clustering.group(voices, seconds, speakers=5)) == 2
    assert len(clustering.group(voices[:1], seconds[:1], speakers=5)) == 1


def test_one_odd_piece_is_no_voice() -> None:
    voices, seconds = pieces_of(60, 1)
    assert len(clustering.group(voices, seconds)) == 1


def test_two_heard_at_once_are_two() -> None:
    voices, seconds = pieces_of(20)
    assert len(clustering.group(voices, seconds, least_voices=2)) == 2


def test_long_recordings_are_compared_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "PIECES", 200)
    voices, seconds = pieces_of(900, 900)
    assert len(clustering.group(voices, seconds)) == 2
