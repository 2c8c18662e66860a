"""A run that is killed goes on where it was, and nobody can tell from what it writes."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from talkbalance.formats import write
from talkbalance.pipeline import transcribe
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.faster_whisper import FasterWhisper
from talkbalance.speech.words import Heard
from tests import sounds

DIES = """
import os, signal, sys
from talkbalance.pipeline import transcribe
from talkbalance.speech.partial import Journal

write = Journal._write

def written(self, file, row):
    write(self, file, row)
    os.kill(os.getpid(), signal.SIGKILL)

Journal._write = written
transcribe(sys.argv[1], language="de")
"""


@pytest.mark.models
@pytest.mark.skipif(sys.platform == "win32", reason="nothing kills as hard there")
def test_a_killed_run_goes_on(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))
    with open_recording(samples / "erstgespraech_de.mp3") as recording:
        talk = sounds.write(tmp_path / "talk.wav", recording.mix.read(0.0, 70.0))
    heard: list[float] = []
    hear = FasterWhisper._hear

    def counted(self: FasterWhisper, batch: Sequence[Samples], language: str, vocabulary: str) -> list[list[Heard]]:
        heard.append(sum(map(len, batch)) / RATE)
        return hear(self, batch, language, vocabulary)

    monkeypatch.setattr(FasterWhisper, "_hear", counted)
    write(transcribe(talk, language="de"), tmp_path / "undisturbed.meeting.json")
    whole = sum(heard)
    heard.clear()
    killed = subprocess.run([sys.executable, "-c", DIES, str(talk)], check=False, env={**os.environ})
    assert killed.returncode < 0
    assert list((tmp_path / "cache" / "partial").glob("*/words-0.jsonl"))
    write(transcribe(talk, language="de"), tmp_path / "resumed.meeting.json")
    assert sum(heard) < whole - 20, "what was written down is not heard again"
    assert (tmp_path / "resumed.meeting.json").read_bytes() == (tmp_path / "undisturbed.meeting.json").read_bytes()
    assert list((tmp_path / "cache" / "partial").iterdir()) == []
