"""A file appears whole or not at all, and what a writer that was killed left of it goes with the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from talkbalance.formats.files import write_atomically

KILLED = """
import os, signal, sys
from pathlib import Path
from talkbalance.formats.files import write_atomically
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), "half")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Linux does")
def test_what_a_killed_writer_left_goes_and_what_others_are_writing_stays(tmp_path: Path) -> None:
    path, other = tmp_path / "call[1].meeting.json", tmp_path / f".call[1].meeting.json-{os.getpid()}-abcdefgh"
    other.write_text("being written", encoding="utf-8")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2
    write_atomically(path, "whole")
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {
        path.name: "whole",
        other.name: "being written",
    }
