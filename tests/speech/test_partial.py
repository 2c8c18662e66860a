"""What a stopped run heard is found again, whole lines only."""

from pathlib import Path

import pytest

from talkbalance.meeting import Word
from talkbalance.speech.partial import FORGETFUL, Journal

HEARD = (Word(0.5, 1.0, "Grüß", 0.9), Word(1.0, 1.25, "Gott", None))


def unheard() -> tuple[Word, ...]:
    raise AssertionError("heard twice")


def test_words_are_heard_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "words-0.jsonl"
    assert Journal(file).words(0.0, 20.0, lambda: HEARD) == HEARD
    assert Journal(file).words(0.0, 20.0, unheard) == HEARD
    assert file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", range(1, 60, 7))
def test_a_line_cut_short_spoils_itself_only(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "words-0.jsonl"
    Journal(file).words(0.0, 20.0, lambda: HEARD)
    whole = file.read_bytes()
    Journal(file).words(20.0, 40.0, lambda: HEARD)
    file.write_bytes(file.read_bytes()[: len(whole) + kept])
    again = Journal(file)
    assert again.words(0.0, 20.0, unheard) == HEARD
    assert again.words(20.0, 40.0, lambda: HEARD[:1]) == HEARD[:1]
    assert Journal(file).words(20.0, 40.0, unheard) == HEARD[:1]


def test_without_a_file_nothing_is_remembered() -> None:
    assert FORGETFUL.words(0.0, 1.0, lambda: HEARD) == HEARD
    assert FORGETFUL.words(0.0, 1.0, lambda: HEARD[:1]) == HEARD[:1]
