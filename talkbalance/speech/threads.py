"""How networks compute: in how many threads, and in which numbers."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from threading import Lock

import torch


class _Inside:
    """How many jobs compute in one thread at the moment, and in how many torch did before the first of them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.jobs = 0
        self.before = 0


_INSIDE = _Inside()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: networks this small gain little from more, and on a busy machine lose tenfold.

    Several threads at work beside one another, each with its own part of a recording, use all cores instead. The number there was
    before comes back when the last of them is done: part of it is shared by all threads, and a job that gave it back alone would
    let the others compute in several threads, in another order, and sums would differ in their last digits from run to run.
    """
    with _INSIDE.lock:
        if not _INSIDE.jobs:
            _INSIDE.before = torch.get_num_threads()
        _INSIDE.jobs += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _INSIDE.lock:
            _INSIDE.jobs -= 1
            if not _INSIDE.jobs:
                torch.set_num_threads(_INSIDE.before)


def short_floats() -> torch.autocast | nullcontext[None]:
    """Let torch multiply matrices in 16 bits (bfloat16) where the processor does so in hardware: in half the time or less."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if has_short_floats() else nullcontext()


@cache
def has_short_floats() -> bool:
    """Tell whether the processor multiplies 16-bit floating-point numbers in hardware."""
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # torch 2.9 and newer can say
    return bool(capabilities.get("avx512_bf16") or capabilities.get("bf16"))


def graphics() -> str:
    """Return where big networks compute, as torch calls it: on the graphics card where there is one it can use."""
    return "cuda" if torch.cuda.is_available() else "cpu"
