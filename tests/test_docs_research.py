"""What the page for researchers says works."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")
def test_the_python_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "research.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "research.md", "exec"), known)
    assert (tmp_path / "demo.svg").is_file()
    assert list((tmp_path / "tables").glob("*.csv"))
    assert "talkbalance" in capsys.readouterr().out
