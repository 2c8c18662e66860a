"""What every command says and how it ends: exit codes, sentences for errors and warnings, bars.

Progress and messages go to stderr, bars only at a terminal. No traceback ever reaches a user.
"""

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError, TalkbalanceWarning, UnreadableFile
from talkbalance.i18n import text

DONE, FAILED, WRONG_USAGE = 0, 1, 2
"""Exit codes: done; the input cannot be analysed (one sentence says why and what to do); wrong usage."""


def choose_language(arguments: Sequence[str]) -> None:
    """Read `--ui` before anything is said: the help is in that language too."""
    for i, argument in enumerate(arguments):
        code = argument.partition("=")[2] if argument.startswith("--ui=") else None
        code = arguments[i + 1] if argument == "--ui" and i + 1 < len(arguments) else code
        for known in i18n.LANGUAGES:
            if code == known:
                i18n.set_language(known)


def sentence(error: BaseException) -> str:
    """Return what to tell the user: whatever happened, one sentence and no traceback."""
    return printable(_sentence(error))


def _sentence(error: BaseException) -> str:
    match error:
        case TalkbalanceError():
            return str(error)
        case KeyboardInterrupt():
            return text("cli.stopped")
        case MemoryError():
            return text("cli.memory")
        case OSError():
            return _of_the_system(error)
        case _:
            return text("cli.unexpected", kind=type(error).__name__, what=" ".join(str(error).split())[:200])


def _of_the_system(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return text("faults.full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return text("faults.closed", where=error.filename or "-")
    return text("cli.system", what=error.strerror or type(error).__name__, where=error.filename or "-")


def say_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Say a warning of ours without where in the code it was raised; those of libraries speak to their developers."""
    if isinstance(message, TalkbalanceWarning):
        print(f"talkbalance: {printable(str(message))}", file=sys.stderr)


def printable(words: str) -> str:
    r"""Return what a terminal can be given: names and words come from files, and none of them commands it.

    >>> printable("Eva\x1b[31m Größe\n")
    'Eva�[31m Größe\n'
    """
    return words.translate(_COMMANDS)


_COMMANDS = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def leave() -> None:
    """End at once: a thread that computes cannot be told to stop, and nobody wants to wait for what is thrown away."""
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(FAILED)


def must_be_writable(path: Path) -> None:
    """Say that a result cannot be written before the work, not after it."""
    if path.is_dir() or not path.parent.is_dir():
        raise UnreadableFile("cli.no_folder", path=path)


def must_take_files(folder: Path) -> None:
    """Say that a folder cannot be made or written to before the work, not after it."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UnreadableFile("faults.closed", where=nearest)


@contextmanager
def progress() -> Iterator[Callable[[str, float, float], None]]:
    """Yield a watcher that draws one bar per stage, with the time left, at a terminal only; stages run beside one another."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}
    names = {stage: text(f"cli.stage_{stage}") for stage in ("decode", "voices", "words")}  # threads know no language

    def watch(stage: str, done: float, total: float) -> None:
        if stage not in bars:
            if (decoding := bars.get("decode")) is not None:
                decoding.close()
            shape = "{desc} {percentage:3.0f}% |{bar}| {elapsed}<{remaining}" if total else "{desc} {n:.0f} s {elapsed}"
            bars[stage] = tqdm(
                total=total or None,
                desc=names[stage],
                bar_format=shape,
                smoothing=0,  # words come in batches, two at a time: only their mean tells how fast they come
                disable=None,
                file=sys.stderr,
            )
        bars[stage].update(max(0.0, done - bars[stage].n))

    try:
        yield watch
    finally:
        for bar in bars.values():
            bar.close()
