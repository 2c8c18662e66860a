"""What the pages about consent and privacy say can be done can be done, in both languages alike."""

import re
import shlex
from pathlib import Path

import pytest

from talkbalance.cli import main

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = [DOCS / "privacy.md", *sorted((DOCS / "consent").glob("*.md"))]


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_both_languages_have_the_same_parts() -> None:
    german, english = ((DOCS / "consent" / f"{code}.md").read_text(encoding="utf-8") for code in ("de", "en"))
    for mark in ("\n## ", "\n> ", "\n- [ ] ", "\n1. ", "\n9. ", "```", "BetrVG", "2024/1689"):
        assert bool(german.count(mark)) == bool(english.count(mark)), mark
    assert german.count("\n## ") == english.count("\n## ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for line in (line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()):
        words = shlex.split(line, comments=True)
        options = [word for word in words[2:] if word.startswith("--")]
        with pytest.raises(SystemExit):
            main([words[1], "--help"])
        said = capsys.readouterr().out
        assert all(option in said for option in options), line
