"""What can befall a kind of work. Each leaves a stage as the disturbed runs left it, and returns what they said."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from talkbalance.speech import weights
from tests.faults.harness import READ_ONLY, SMALL, Ended, Stage, disk

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that befalls a kind of work."""

    name: str
    work: str
    happen: Callable[[Stage], list[Ended]]
    mounted: bool = False
    """Whether it needs a file system of its own."""


# ---------------------------------------------------------------------------------------------------- runs that are killed


def killed_anywhere(stage: Stage, *, seconds: float) -> list[Ended]:
    """Kill a run without warning at any moment from its start to its end, up to three times."""
    return [stage.start().kill(after=stage.random.uniform(0, seconds)) for _ in range(stage.random.randint(1, 3))]


def killed_while_writing(stage: Stage, *, most: int, place: int = 0) -> list[Ended]:
    """Kill a run when the n-th file is put in its place."""
    return [stage.run(kill=place or stage.random.randint(1, most))]


def two_at_once(stage: Stage, *, seconds: float) -> list[Ended]:
    """Let two runs do the same to the same folder, one a little later, and kill one of them or none."""
    first = stage.start()
    time.sleep(stage.random.uniform(0, seconds / 2))
    second = stage.start()
    if stage.random.random() < 0.3:
        return [first.ended(), second.ended()]
    killed, other = stage.random.sample((first, second), 2)
    return [killed.kill(after=stage.random.uniform(0, seconds)), other.ended()]


def two_beside_one_another(stage: Stage, *, seconds: float) -> list[Ended]:
    """Let another run hear the same with the same cache for a folder of its own, a little earlier or later, and kill it or not."""
    other = stage.start(out=stage.folder / "beside")
    time.sleep(stage.random.uniform(0, seconds / 2))
    run = stage.start()
    if stage.random.random() < 0.5:
        return [other.kill(after=stage.random.uniform(0, seconds)), run.ended()]
    return [other.ended(), run.ended()]


# ---------------------------------------------------------------------------------------------------- clocks


def wrong_clock(stage: Stage, *, seconds: float) -> list[Ended]:
    """Kill a run whose clock is wrong by up to a month, and let another one with another wrong clock go on, and be killed."""
    clocks = [DAY * stage.random.uniform(-30, 30) for _ in range(2)]
    return [stage.start(clock=clock).kill(after=stage.random.uniform(0, seconds)) for clock in clocks]


def jumping_clock(stage: Stage) -> list[Ended]:
    """Kill a run, and let the clock jump by up to a month, forward or back: what it kept is suddenly old, or from tomorrow."""
    found = _killed_late(stage)
    then = time.time() + DAY * stage.random.uniform(-30, 30)
    for path in stage.cache.rglob("*"):
        os.utime(path, (then, then))
    return found


# ---------------------------------------------------------------------------------------------------- what is spoiled


def spoiled_partial(stage: Stage) -> list[Ended]:
    """Kill a run, and change bytes of what it kept."""
    found = _killed_late(stage)
    for path in _files(stage.cache / "partial"):
        _spoil(path, stage)
    return found


def taken_away(stage: Stage, *, seconds: float) -> list[Ended]:
    """Take the cache away while a run uses it, and kill the run later."""
    run = stage.start()
    time.sleep(stage.random.uniform(0, seconds))
    shutil.rmtree(stage.cache / "partial", ignore_errors=True)
    return [run.kill(after=stage.random.uniform(0, seconds))]


def spoiled_copy(stage: Stage) -> list[Ended]:
    """Let the disk damage a copy for listening: bits flipped, or its end gone."""
    found = [stage.run()]
    for path in _files(stage.cache / "playback"):
        _spoil(path, stage)
    return found


def spoiled_weights(stage: Stage) -> list[Ended]:
    """Let the disk damage the weights that were unpacked."""
    found = [stage.run()]
    _spoil(stage.random.choice(sorted(_files(stage.cache), key=lambda path: -path.stat().st_size)[:4]), stage)
    return found


def spoiled_package(stage: Stage) -> list[Ended]:
    """Let weights be other ones than those their package was published with."""
    file = stage.random.choice((*weights.WHISPER_BASE[0].files, weights.SEGMENTATION, weights.EMBEDDING))
    package = weights._folder(file.pieces[0][0])
    assert package is not None
    packages = stage.folder / "packages"
    spoiled = packages / package.name / file.pieces[0][1]
    spoiled.parent.mkdir(parents=True)
    for each in package.rglob("*"):
        if each.is_file() and "__pycache__" not in each.parts:
            beside = packages / package.name / each.relative_to(package)
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.symlink_to(each)
    spoiled.unlink()
    shutil.copyfile(package / file.pieces[0][1], spoiled)
    _flip(spoiled, stage)
    ended = stage.run(given=packages)
    shutil.rmtree(packages)
    return [ended]


def torn_log(stage: Stage) -> list[Ended]:
    """Kill a run that corrects, and let the last line of the log be half written."""
    found = [stage.run(kill=1)]
    log = stage.out / "talk.corrections.jsonl"
    content = log.read_bytes() if log.is_file() else b""
    log.write_bytes(content[: len(content) - stage.random.randint(1, 100)])
    return found


# ---------------------------------------------------------------------------------------------------- disks


def full_disk(stage: Stage, *, of: str, least: int, most: int) -> list[Ended]:
    """Let the disk that holds the cache, or the results, be full after so many kilobytes."""
    with disk(stage.folder / of, SMALL, f"{stage.random.randint(least, most)}k") as holder:
        return [stage.run(disk=holder)]


def read_only(stage: Stage, *, of: str, seconds: float) -> list[Ended]:
    """Kill a run, and let nobody write any more to the folder it wrote to."""
    killed = stage.start().kill(after=stage.random.uniform(0, seconds))
    with disk(stage.folder / of, READ_ONLY) as holder:
        return [killed, stage.run(disk=holder)]


# ---------------------------------------------------------------------------------------------------- all of them


def faults(seconds: Mapping[str, float]) -> Iterator[Fault]:
    """Yield every fault; `seconds` says how long each kind of work takes undisturbed."""
    for work, most in (("analyze", 9), ("batch", 60), ("listen", 1), ("unpack", 4), ("review", 3)):
        own = seconds[work]
        yield Fault("killed at any moment", work, partial(killed_anywhere, seconds=own))
        yield Fault("killed while it puts a file in its place", work, partial(killed_while_writing, most=most))
        yield Fault("killed with a clock that is wrong", work, partial(wrong_clock, seconds=own))
        if work != "review":
            yield Fault("two runs at once", work, partial(two_at_once, seconds=own))
    yield Fault("two runs with one cache", "analyze", partial(two_beside_one_another, seconds=seconds["analyze"]))
    yield Fault("the clock jumps", "analyze", jumping_clock)
    yield Fault("what was kept is spoiled", "analyze", spoiled_partial)
    yield Fault("the cache is taken away", "analyze", partial(taken_away, seconds=seconds["analyze"]))
    yield Fault("the copy is spoiled", "listen", spoiled_copy)
    yield Fault("unpacked weights are spoiled", "unpack", spoiled_weights)
    yield Fault("packaged weights are spoiled", "unpack", spoiled_package)
    yield Fault("the last line of the log is half written", "review", torn_log)
    for work, of, least, most in (
        ("analyze", "cache", 100, 900),
        ("analyze", "out", 4, 160),
        ("batch", "out", 16, 800),
        ("listen", "cache", 100, 850),
        ("unpack", "cache", 1000, 140_000),
        ("review", "out", 4, 80),
    ):
        name = f"the disk of {'the cache' if of == 'cache' else 'the results'} is full"
        yield Fault(name, work, partial(full_disk, of=of, least=least, most=most), mounted=True)
    for work, of in (("analyze", "cache"), ("analyze", "out"), ("batch", "out"), ("listen", "cache"), ("review", "out")):
        name = f"{'the cache' if of == 'cache' else 'the folder of results'} is read-only"
        yield Fault(name, work, partial(read_only, of=of, seconds=seconds[work]), mounted=True)


def _killed_late(stage: Stage) -> list[Ended]:
    """Kill a run when it has kept something, at the latest when it puts its first stage in its place."""
    run = stage.start(kill=2)
    while run.process.is_alive() and not list((stage.cache / "partial").glob("*/*")):
        time.sleep(0.02)
    return [run.kill(after=stage.random.uniform(0, 0.7))]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


def _spoil(path: Path, stage: Stage) -> None:
    """Flip bits of a file, take its end away, or both."""
    for _ in range(stage.random.randint(1, 4)):
        _flip(path, stage)
    if stage.random.random() < 0.5:
        os.truncate(path, stage.random.randrange(path.stat().st_size))


def _flip(path: Path, stage: Stage) -> None:
    with path.open("r+b") as file:
        at = stage.random.randrange(path.stat().st_size)
        file.seek(at)
        byte = file.read(1)[0] ^ (1 << stage.random.randrange(8))
        file.seek(at)
        file.write(bytes([byte]))
