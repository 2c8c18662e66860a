"""How many speak, and where one speaks alone: on answers written down, without a network."""

import numpy as np
import pytest

from talkbalance.speech import activity
from talkbalance.speech.activity import FRAME, FRAMES, SETS, STEP, Floats
from talkbalance.speech.backend import RATE, Samples, silent

NOBODY, A, B, AB = 0, 1, 2, 4


class Silence:
    """Sound of which only the length matters, and which remembers what was read of it."""

    def __init__(self, duration: float) -> None:
        self.duration = duration
        self.longest = 0.0

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        stop = self.duration if end is None else min(end, self.duration)
        self.longest = max(self.longest, stop - start)
        return np.zeros(round(stop * RATE) - round(start * RATE), np.float32)


def answering(*stretches: tuple[float, int]) -> Floats:
    """Return the answer of one window: each set for as long as it says, then nobody."""
    answer = np.zeros(FRAMES, int)
    at = 0
    for seconds, which in stretches:
        end = at + round(seconds / FRAME)
        answer[at:end] = which
        at = end
    return np.eye(len(SETS), dtype=np.float32)[answer]


def listened(answer: Floats) -> activity.Activity:
    return activity.listen(lambda windows: np.stack([answer] * len(windows)), Silence(9.9), silent)


def test_counts_who_speaks_without_names() -> None:
    heard = listened(answering((1, NOBODY), (2, A), (1, AB), (2, B)))
    seconds = (heard.count > 0.5).sum(0) * FRAME
    assert seconds[1:] == pytest.approx([4, 1], abs=0.05)
    assert heard.count.sum(1) == pytest.approx(1)


def test_pieces_end_at_overlap_at_silence_and_where_another_takes_over() -> None:
    heard = listened(answering((1, A), (1, B), (0.5, AB), (1, A), (0.5, NOBODY), (1, A)))
    found = activity.pieces(heard) * FRAME
    assert found == pytest.approx(np.array([[0, 1], [1, 2], [2.5, 3.5], [4, 5]]), abs=0.03)


def test_long_stretches_are_cut_evenly() -> None:
    found = activity.pieces(listened(answering((5, A))), longest=2.0) * FRAME
    assert found == pytest.approx(np.array([[0, 5 / 3], [5 / 3, 10 / 3], [10 / 3, 5]]), abs=0.03)


def test_every_moment_is_heard_and_the_sound_never_read_as_a_whole() -> None:
    sound = Silence(300)
    done: list[float] = []
    heard = activity.listen(lambda windows: np.stack([answering((10, A))] * len(windows)), sound, done.append)
    assert (heard.count[:, 1] > 0.5).all()
    assert (len(heard.windows) - 1) * STEP + FRAMES >= len(heard.count)
    assert sound.longest < 30
    assert done == sorted(done)
    assert done[-1] == 300


@pytest.mark.parametrize("duration", [0.02, 0.5, 9.99, 10.0, 10.01, 12.03])
def test_short_sound_has_frames_too(duration: float) -> None:
    heard = activity.listen(lambda windows: np.stack([answering((10, A))] * len(windows)), Silence(duration), silent)
    assert len(heard.count) * FRAME == pytest.approx(duration, abs=FRAME)
    assert heard.count[:, 1] == pytest.approx(1)


def test_runs_of_nothing() -> None:
    assert activity.runs(np.zeros(3, bool)) == []
    assert activity.runs(np.zeros(0, bool)) == []
