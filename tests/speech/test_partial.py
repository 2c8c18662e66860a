"""What a stopped run heard is found again, whole lines only."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from talkbalance.meeting import Word
from talkbalance.speech.backend import Span
from talkbalance.speech.partial import BLANK, FORGETFUL, Floats, Journal, Tape, kept_of

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


def test_a_spoiled_answer_is_heard_again_and_so_is_all_after_it(tmp_path: Path) -> None:
    file = tmp_path / "voices.npy"
    recorded(file)
    content = bytearray(file.read_bytes())
    content[-70] ^= 1
    file.write_bytes(content)
    tape = Tape(file)
    given = [tape.answer(saying(answer + 1)).tolist() for answer in ANSWERS]
    assert given[0] == ANSWERS[0].tolist()
    assert given[2] == (ANSWERS[2] + 1).tolist()


def test_a_tape_that_was_taken_away_is_not_begun_in_the_middle(tmp_path: Path) -> None:
    file = tmp_path / "voices.npy"
    tape = Tape(file)
    tape.answer(saying(ANSWERS[0]))
    file.unlink()
    assert tape.answer(saying(ANSWERS[2])).tolist() == ANSWERS[2].tolist()
    assert Tape(file).answer(saying(ANSWERS[1])).tolist() == ANSWERS[1].tolist()


def test_a_spoiled_line_is_heard_again(tmp_path: Path) -> None:
    file = tmp_path / "words-0.jsonl"
    Journal(file).words(0.0, 20.0, lambda: HEARD)
    file.write_text(file.read_text(encoding="utf-8").replace("0.9", "0.8"), encoding="utf-8")
    assert Journal(file).words(0.0, 20.0, lambda: HEARD[:1]) == HEARD[:1]


@pytest.fixture
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("_cache")
def test_only_one_run_at_a_time_keeps_what_it_hears() -> None:
    with kept_of("a", ("base",), fresh=False) as one:
        assert one.spans("voices", lambda: (Span(0, 1, "S1"),))
        with kept_of("a", ("base",), fresh=True) as other, kept_of("a", ("small",), fresh=False) as third:
            assert other.folder is None
            assert third.folder is not None
        assert one.begun, "the other one took nothing away"
    with kept_of("a", ("base",), fresh=False) as later:
        assert later.spans("voices", unheard_spans) == (Span(0, 1, "S1"),)


@pytest.mark.usefixtures("_cache")
@pytest.mark.parametrize("spoil", [lambda kept: kept[:-3], lambda kept: kept.replace(b"S1", b"S2"), lambda _: b"", lambda _: b"[]"])
def test_a_spoiled_stage_is_heard_again(spoil: Callable[[bytes], bytes]) -> None:
    with kept_of("a", (), fresh=False) as kept:
        kept.spans("voices", lambda: (Span(0, 1, "S1"),))
        assert kept.folder is not None
        file = kept.folder / "voices.json"
        file.write_bytes(spoil(file.read_bytes()))
        assert kept.spans("voices", lambda: (Span(0, 2, "S3"),)) == (Span(0, 2, "S3"),)
        assert kept.spans("voices", unheard_spans) == (Span(0, 2, "S3"),)


def unheard_spans() -> tuple[Span, ...]:
    raise AssertionError("heard twice")
