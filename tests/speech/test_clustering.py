"""How many voices: on directions with as much chance in them as real stretches have."""

import numpy as np
import pytest

from talkbalance.speech import clustering
from talkbalance.speech.activity import Floats

JOINED, PIECE = 0.6, 1.1
"""How much chance a joined stretch has in it, and a single piece."""


def heard(*counts: int, noise: float = JOINED, common: float = 0.25, seed: int = 0) -> tuple[Floats, Floats]:
    """Return stretches of as many voices as there are counts: voices with a common part, each stretch with its own chance."""
    rng = np.random.default_rng(seed)

    def direction() -> Floats:
        drawn = rng.normal(size=192)
        return (drawn / np.linalg.norm(drawn)).astype(np.float32)

    shared = direction()
    known = [np.sqrt(common) * shared + np.sqrt(1 - common) * direction() for _ in counts]
    found = np.stack([voice + noise * direction() for voice, count in zip(known, counts, strict=True) for _ in range(count)])
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found.astype(np.float32), np.full(len(found), 4.0, np.float32)


@pytest.mark.parametrize("counts", [(1,), (2,), (30,), (20, 20), (40, 6), (15, 15, 15), (20, 8, 8, 8), (9, 8, 7, 6, 5, 4)])
def test_finds_the_number_of_voices(counts: tuple[int, ...]) -> None:
    voices, seconds = heard(*counts)
    known = clustering.group(voices, seconds)
    assert len(known) == len(counts)
    whose = (voices @ known.T).argmax(1)
    for rank, count in enumerate(counts):
        own = whose[sum(counts[:rank]) :][:count]
        assert len(np.unique(own)) == 1


def test_who_says_most_is_first() -> None:
    voices, seconds = heard(5, 20, 9)
    known = clustering.group(voices, seconds)
    assert [int((voices[at] @ known.T).argmax()) for at in (0, 5, 25)] == [2, 0, 1]


def test_a_given_number_is_kept() -> None:
    voices, seconds = heard(30)
    assert len(clustering.group(voices, seconds, speakers=2)) == 2
    voices, seconds = heard(20, 20)
    assert len(clustering.group(voices, seconds, speakers=1)) == 1


def test_never_more_voices_than_stretches() -> None:
    voices, seconds = heard(2)
    assert len(clustering.group(voices, seconds, speakers=5)) == 2
    assert len(clustering.group(voices[:1], seconds[:1], speakers=5)) == 1


def test_one_odd_stretch_is_no_voice() -> None:
    voices, seconds = heard(60, 1)
    assert len(clustering.group(voices, seconds)) == 1


def test_somebody_who_says_little_is_found_when_known_to_be_there() -> None:
    voices, seconds = heard(60, 1)
    known = clustering.group(voices, seconds, speakers=2)
    assert (voices @ known.T).argmax(1).tolist() == [0] * 60 + [1]


def test_two_heard_at_once_are_two() -> None:
    voices, seconds = heard(20)
    assert len(clustering.group(voices, seconds, least_voices=2)) == 2


def test_in_long_recordings_stretches_count_less_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "ROWS", 100)
    voices, seconds = heard(90, 90)
    assert len(clustering.group(voices, seconds)) == 2


def test_what_sounds_alike_nearby_is_joined() -> None:
    voices, _ = heard(4, 4, noise=PIECE, common=0.0)
    seconds = np.linspace(1.0, 2.0, 8).astype(np.float32)
    starts = np.array([0, 5, 10, 40, 2, 7, 12, 42], np.float32)
    joined = sorted(together.tolist() for together in clustering.near(voices, seconds, starts))
    assert joined == [[2, 1, 0], [3], [6, 5, 4], [7]]


def test_too_little_is_not_joined() -> None:
    voices, _ = heard(2, 1, noise=PIECE, common=0.0)
    seconds = np.array([0.7, 0.7, 1.1], np.float32)
    assert [together.tolist() for together in clustering.near(voices, seconds, np.zeros(3, np.float32))] == [[0, 1]]
