"""What a stopped run heard is found again, whole lines only."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from talkbalance.meeting import Word
from talkbalance.speech.partial import BLANK, FORGETFUL, Floats, Journal, Tape

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


ANSWERS: tuple[Floats, ...] = tuple(np.arange(size, dtype=np.float32).reshape(-1, 2) for size in (6, 0, 4))


def silent() -> Floats:
    raise AssertionError("asked twice")


def saying(answer: Floats) -> Callable[[], Floats]:
    return lambda: answer


def recorded(file: Path) -> int:
    tape = Tape(file)
    for answer in ANSWERS:
        tape.answer(saying(answer))
    return file.stat().st_size


def test_networks_are_asked_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "voices.npy"
    recorded(file)
    tape = Tape(file)
    for answer in ANSWERS:
        assert tape.answer(silent).tolist() == answer.tolist()
    assert tape.answer(saying(ANSWERS[0])).tolist() == ANSWERS[0].tolist()
    assert file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lost", range(1, 140, 9))
def test_a_tape_cut_short_goes_on_where_it_was_whole(tmp_path: Path, lost: int) -> None:
    file = tmp_path / "voices.npy"
    whole = recorded(file)
    with file.open("r+b") as cut:
        cut.truncate(whole - lost)
    tape = Tape(file)
    assert [tape.answer(silent).tolist() for _ in ANSWERS[:2]] == [answer.tolist() for answer in ANSWERS[:2]]
    assert tape.answer(saying(ANSWERS[2])).tolist() == ANSWERS[2].tolist()
    assert file.stat().st_size == whole
    assert [Tape(file).answer(silent).tolist()] == [ANSWERS[0].tolist()]


def test_a_blank_tape_remembers_nothing() -> None:
    assert [BLANK.answer(saying(answer)).shape for answer in ANSWERS] == [answer.shape for answer in ANSWERS]
