"""How networks compute: in how many threads, and in which numbers."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: networks this small gain little from more, and on a busy machine lose tenfold.

    Several threads at work beside one another, each with its own part of a recording, use all cores instead.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def short_floats() -> torch.autocast | nullcontext[None]:
    """Let torch multiply matrices in 16 bits (bfloat16) where the processor does so in hardware: in half the time or less."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if has_short_floats() else nullcontext()


@cache
def has_short_floats() -> bool:
    """Tell whether the processor multiplies 16-bit floating-point numbers in hardware."""
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # torch 2.9 and newer can say
    return bool(capabilities.get("avx512_bf16") or capabilities.get("bf16"))
