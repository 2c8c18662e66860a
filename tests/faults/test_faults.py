"""Whatever befalls a run, the next one writes what an undisturbed one does, and nothing else is left."""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.faults import harness
from tests.faults.harness import Ended, Stage, can_mount, left_behind, recorded, written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills and mounts as Linux does")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("undisturbed")
    stage = Stage(recorded(folder / "talk.wav"), folder, Random(0))
    ended = stage.run()
    assert ended.code == 0, ended.said
    assert len(written(stage.out)) == 6
    assert left_behind(stage) == []
    return stage


@pytest.mark.parametrize(
    "fault",
    [
        harness.killed_anywhere,
        lambda stage: harness.killed_while_writing(stage, 1),
        lambda stage: harness.killed_while_writing(stage, 6),
        harness.spoiled_cache,
        harness.jumping_clock,
        harness.two_at_once,
    ],
    ids=["anywhere", "while it keeps", "while it writes", "spoiled", "clock", "two"],
)
def test_the_next_run_writes_what_an_undisturbed_one_does(
    fault: Callable[[Stage], list[Ended]], undisturbed: Stage, tmp_path: Path
) -> None:
    stage = Stage(undisturbed.recording, tmp_path, Random(1))
    fault(stage)
    after = stage.run()
    assert after.code == 0, after.said
    assert written(stage.out) == written(undisturbed.out)
    assert left_behind(stage) == []


@pytest.mark.skipif(not can_mount(), reason="no file system of its own can be mounted here: no disk can be made full")
@pytest.mark.parametrize(
    ("fault", "said"),
    [(harness.full_disk, "room"), (harness.full_disk_for_results, "no room"), (harness.read_only, "cannot be written")],
)
def test_a_disk_that_takes_nothing_is_one_sentence(
    fault: Callable[[Stage], list[Ended]], said: str, undisturbed: Stage, tmp_path: Path
) -> None:
    stage = Stage(undisturbed.recording, tmp_path, Random(3))
    (ended,) = fault(stage)
    assert ended.code == 1, ended.said
    assert said in ended.sentence, ended.said
    assert not stage.out.exists() or written(stage.out) == {}
