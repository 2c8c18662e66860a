"""A notebook whose kernel is killed: hearing a recording and correcting it on the page of `review_a_meeting`, in a real kernel."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

from tests.faults.harness import PACE, ROOT, written

BEGIN = """
import os, time
from pathlib import Path
from tests.faults import job
job.stand_ins()
recording = Path(os.environ["FAULTS_GIVEN"])
"""
"""What stands before the notebook."""
OPEN = """
heard = recording.with_suffix(".meeting.json")
page.open(heard if heard.exists() else recording)
while page.busy:
    time.sleep(.02)
"""
CORRECT = """
for one in job.on_the_page(page.meeting)[len(page.log):]:
    page.correct(one)
    time.sleep(.1)
"""
"""What a person does: opens what was heard, or has it heard, and makes the corrections that are not in the log yet."""


class Notebook:
    """The notebook in a kernel of its own, its recording and its corrections in a folder of its own."""

    def __init__(self, folder: Path, recording: Path) -> None:
        self.folder = folder
        self.recording = folder / "meeting" / "call.wav"
        self.recording.parent.mkdir(parents=True)
        self.recording.hardlink_to(recording)
        self.seconds = 0.0
        """How long opening and correcting took, if it came to its end."""

    def run(self, *, kill: float | None = None) -> tuple[bool, str]:
        """Run all of it, or kill the kernel after so many seconds of opening and correcting.

        Returns
        -------
        bool
            Whether it came to its end.
        str
            The traceback of a cell that failed, if one did.
        """
        with self._kernel() as (manager, client):
            for cell in (BEGIN, *_cells()[:2]):
                if failed := _executed(client, cell):
                    return False, failed
            begun = time.monotonic()
            requests = [client.execute(cell) for cell in (OPEN, CORRECT)]
            for request in requests:
                while kill is None or time.monotonic() < begun + kill:
                    if (reply := _reply(client, request)) is not None:
                        if reply["status"] != "ok":
                            return False, "\n".join(reply.get("traceback", [reply["status"]]))
                        break
                else:
                    _kill(manager)
                    return False, ""
            self.seconds = time.monotonic() - begun
            return True, ""

    def made(self) -> dict[str, bytes]:
        """Return all that lies beside the recording in the end; where that is does not count."""
        place = str(self.recording.parent).encode()
        return {name: content.replace(place, b"") for name, content in written(self.recording.parent).items()}

    def left(self) -> list[str]:
        """Return what is left of what was heard: partial results and decoded sound."""
        cache = self.folder / "cache"
        return sorted(str(path) for shelf in ("partial", "scratch") for path in (cache / shelf).rglob("*") if path.is_file())

    @contextmanager
    def _kernel(self) -> Iterator[tuple[KernelManager, Any]]:
        places = {name: str(self.folder / name.lower()) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
        given = {"TALKBALANCE_CACHE": str(self.folder / "cache"), "FAULTS_GIVEN": str(self.recording), "FAULTS_PACE": str(4 * PACE)}
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=str(ROOT), env={**os.environ, **places, **given})
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=120)
            yield manager, client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def killed_again_and_again(notebook: Notebook, random: Random, seconds: float) -> list[tuple[bool, str]]:
    """Kill the kernel once or twice while it hears or corrects, and start it anew each time; return how each run ended."""
    return [notebook.run(kill=random.uniform(0, seconds)) for _ in range(random.randint(1, 2))]


def _cells() -> list[str]:
    notebook = nbformat.read(ROOT / "notebooks" / "review_a_meeting.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _executed(client: Any, cell: str) -> str:  # noqa: ANN401 -- a client of jupyter_client
    """Run a cell to its end; return the traceback of one that failed."""
    reply = client.execute(cell, reply=True, timeout=120)["content"]
    return "" if reply["status"] == "ok" else "\n".join(reply.get("traceback", [reply["status"]]))


def _reply(client: Any, request: str) -> dict[str, Any] | None:  # noqa: ANN401
    """Return the answer to a request if it is there within a moment."""
    from queue import Empty

    try:
        answer = client.get_shell_msg(timeout=0.05)
    except Empty:
        return None
    content: dict[str, Any] = answer["content"]
    return content if answer["parent_header"].get("msg_id") == request else None


def _kill(manager: KernelManager) -> None:
    process = manager.provisioner.process  # type: ignore[union-attr]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
