"""Long computations apart from the page: in a process beside it, so that what is clicked meanwhile is answered at once.

Python computes one thing at a time. Intervals take a second or two; computed in a thread of the page's own process they would
hold up the next correction that long. The process beside it starts when it is first needed, takes what it is given through a pipe,
writes nothing to disk, and ends with the page. Where it cannot run, the work is done here.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, ParamSpec, TypeVar

from talkbalance import i18n

Given = ParamSpec("Given")
Found = TypeVar("Found")
Wanted = Callable[[], bool]

PATIENCE = 5.0
"""Seconds the process may take to end."""
FINE, FAILED, STOPPED = "fine", "failed", "stopped"


class Beside:
    """A process that does one piece of work after the other."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._wanted: Wanted | None = None
        self._over = False

    def do(self, wanted: Wanted, what: Callable[Given, Found], *args: Given.args, **kwargs: Given.kwargs) -> Found | None:
        """Return what a function of this package returns, computed beside, in the language of messages.

        Parameters
        ----------
        wanted
            Asked when it is this work's turn, and by `let_go`; None is returned where nobody wants it any more.
        """
        with self._turn:
            if self._over or not wanted():
                return None
            self._wanted = wanted
            try:
                how, answer = self._asked((i18n.language(), what, args, kwargs))
            except (OSError, EOFError, pickle.PickleError):
                self.end()
                return None if self._over or not wanted() else what(*args, **kwargs)
            finally:
                self._wanted = None
        if how == FAILED:
            raise answer
        found: Found | None = answer
        return found

    def let_go(self) -> None:
        """Stop what is being done if nobody wants it any more; where processes cannot be told to stop, it is done to its end."""
        wanted, process = self._wanted, self._process
        if wanted is not None and process is not None and not wanted() and os.name == "posix":
            process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """End the process; it starts again when something is to be done."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(PATIENCE)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be said is of no use to a process that is gone
                    pipe.close()

    def close(self) -> None:
        """End the process for good: whoever waits for it gets nothing."""
        self._over = True
        self.end()

    def _asked(self, work: object) -> tuple[str, Any]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = _started()
        if self._over:  # the page ended meanwhile
            self.end()
            raise OSError
        given, answers = self._process.stdin, self._process.stdout
        if given is None or answers is None:
            raise OSError
        pickle.dump(work, given)
        given.flush()
        answer: tuple[str, Any] = pickle.load(answers)  # noqa: S301 -- from a process of ours, through a pipe of ours
        return answer


@cache
def beside() -> Beside:
    """Return the process of this page; it ends with it."""
    made = Beside()
    atexit.register(made.close)
    return made


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)  # noqa: S603 -- ours


# ---------------------------------------------------------------------------------------------------- the process beside


class _Stopped(BaseException):
    """The work is not wanted any more."""


class _Stop:
    """Ends the work that is being done, and nothing else: who interrupts a cell interrupts every process, idle ones too."""

    def __init__(self) -> None:
        self.working = False
        signal.signal(signal.SIGINT, self._heard)

    def _heard(self, *_: object) -> None:
        if self.working:
            self.working = False
            raise _Stopped


def serve() -> None:
    """Do what is asked on standard input until it ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anybody prints is no answer
    stop = _Stop()
    while True:
        try:
            language, what, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from the process that started this one
        except EOFError:
            return
        i18n.set_language(language)
        pickle.dump(_done(stop, lambda: what(*args, **kwargs)), answers)  # noqa: B023 -- called at once
        answers.flush()


def _done(stop: _Stop, work: Callable[[], object]) -> tuple[str, object]:
    try:
        stop.working = True
        found = work()
        stop.working = False
    except _Stopped:
        return STOPPED, None
    except Exception as error:  # raised where it was asked for
        stop.working = False
        return FAILED, error
    return FINE, found
