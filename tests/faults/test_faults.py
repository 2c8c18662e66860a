"""Whatever befalls a run, the next one makes what an undisturbed one does, and nothing else is left."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest

from tests.faults.faults import Fault, faults
from tests.faults.harness import GIVEN, Undisturbed, can_mount, undisturbed
from tests.faults.kernels import Notebook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills and mounts as Linux does")

EVERY = list(faults(dict.fromkeys(("analyze", "batch", "listen", "unpack", "review"), 0.5)))
MOUNTS = can_mount()


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Undisturbed]:
    return cache(lambda work: undisturbed(work, tmp_path_factory.mktemp(work)))


@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: f"{fault.work}: {fault.name}")
def test_the_next_run_makes_what_an_undisturbed_one_does(fault: Fault, known: Callable[[str], Undisturbed], tmp_path: Path) -> None:
    if fault.mounted and not MOUNTS:
        pytest.skip("no file system of its own can be mounted here: no disk can be made full")
    stage = known(fault.work).stage(tmp_path / "stage", Random(1))
    ended = fault.happen(stage)
    assert [one for one in ended if not one.expected] == []
    assert known(fault.work).differs(stage) == ""


def test_a_kernel_that_is_killed_loses_no_correction(tmp_path: Path) -> None:
    recording = GIVEN["analyze"](tmp_path / "given")
    undisturbed, notebook = (Notebook(tmp_path / name, recording) for name in ("undisturbed", "disturbed"))
    assert undisturbed.run() == (True, "")
    assert set(undisturbed.made()) == {"call.wav", "call.meeting.json", "call.corrections.jsonl"}
    for part in (0.2, 0.8):
        assert notebook.run(kill=part * undisturbed.seconds)[1] == ""
    assert notebook.run() == (True, "")
    assert notebook.made() == undisturbed.made()
    assert notebook.left() == []
