"""Torch computes in one thread where it should, and in as many as before afterwards."""

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
import torch

from talkbalance.speech.threads import one_thread


@pytest.fixture
def _three() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("_three")
def test_the_number_comes_back() -> None:
    with one_thread():
        assert torch.get_num_threads() == 1
        with one_thread():
            assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize("first", [0, 1])
def test_jobs_beside_one_another_keep_their_one_until_the_last_is_done(first: int) -> None:
    inside = Barrier(2)
    out = Barrier(2)
    seen: list[int] = []

    def job(rank: int) -> None:
        with one_thread():
            inside.wait()
            seen.append(torch.get_num_threads())
            if rank != first:
                out.wait()
                seen.append(torch.get_num_threads())
        if rank == first:
            out.wait()

    jobs = [Thread(target=job, args=(rank,)) for rank in (0, 1)]
    for one in jobs:
        one.start()
    for one in jobs:
        one.join()
    assert seen == [1, 1, 1]
    assert torch.get_num_threads() == 3
