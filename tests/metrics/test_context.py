"""What stands around a sentence, told apart by signs that say whose they are."""

import numpy as np
import pytest

from talkbalance.language import Sentence
from talkbalance.language.questions import Reading
from talkbalance.language.signs import SIGNS
from talkbalance.metrics.context import COLUMNS, TIMES, context

Row = dict[str, float]
Spoken = tuple[str, float, float]

NONE, FAR = -9.0, 99.0
"""What stands for the log-odds and the seconds of a neighbour that is not there; its signs and words are 0."""


def _rows(*said: Spoken, words: int = 4, timed: bool = True) -> list[Row]:
    """Return the context of each sentence; the signs of number i are 1000 i + 1, 1000 i + 2, …, its log-odds i + 0.5."""
    sentences = [Sentence(speaker, start, end, "", "", i) for i, (speaker, start, end) in enumerate(said)]
    read = [Reading(words * (i + 1), None, tuple(1000 * i + 1 + j for j in range(len(SIGNS))), 0.0) for i in range(len(said))]
    found = context(sentences, read, [i + 0.5 for i in range(len(said))], timed=timed)
    return [dict(zip(COLUMNS, row, strict=True)) for row in found.tolist()]


def _sign(number: int, name: str) -> float:
    return 1000 * number + 1 + SIGNS.index(name)


TALK = (("Eva", 0.0, 2.0), ("Baum", 2.5, 3.5), ("Eva", 4.0, 6.0), ("Baum", 5.0, 5.5), ("Baum", 7.0, 20.0), ("Eva", 10.0, 11.0))
"""
Eva   |0000  2222        55  |
Baum  |    11  3  4444444444…|     3 lies inside 2 and answers nothing
"""


def test_times_around_a_sentence() -> None:
    row = _rows(*TALK)[2]
    assert {name: row[name] for name in TIMES} == {
        "gap": 1,
        "duration": 2,
        "pace": pytest.approx(2 / 12),
        "own_gap": 4,
        "since_other": 0.5,
        "since_own": 2,
        "others_talk": 5,  # of the six seconds after it
        "next_duration": 13,
    }


def test_words_around_a_sentence() -> None:
    row = _rows(*TALK)[2]
    assert row == row | {
        **{name: _sign(2, name) for name in ("evidence", "first", "core_first", "last")},
        **{"log_odds": 2.5, "words": 12, "own_next": 0, "own_before": 0},
        **{f"next_{name}": _sign(4, name) for name in ("first", "second", "last", "evidence")},
        **{"next_log_odds": 4.5, "next_words": 20},
        **{f"following_{name}": _sign(5, name) for name in ("first", "evidence")},
        **{"following_log_odds": 5.5, "before_log_odds": 1.5, "before_words": 8, "before_evidence": _sign(1, "evidence")},
        **{"before_own_log_odds": 0.5, "before_own_last": _sign(0, "last"), "before_own_evidence": _sign(0, "evidence")},
    }


def test_where_nobody_stands_around_all_is_far_and_nothing() -> None:
    (row,) = _rows(("Eva", 0.0, 2.0))
    own = ("duration", "pace", "log_odds", "evidence", "first", "core_first", "words", "last")
    far, none = ("gap", "own_gap", "since_other", "since_own"), ("next", "following", "before", "before_own")
    expected = dict.fromkeys(COLUMNS, 0.0) | dict.fromkeys(far, FAR) | {f"{name}_log_odds": NONE for name in none}
    assert {name: row[name] for name in COLUMNS if name not in own} == {
        name: value for name, value in expected.items() if name not in own
    }


def test_who_speaks_alone_has_no_neighbour_of_another_voice() -> None:
    row = _rows(("Eva", 0.0, 1.0), ("Eva", 1.0, 2.0), ("Eva", 2.0, 3.0), ("Eva", 3.0, 4.0))[1]
    none = {"next_first", "next_second", "next_last", "next_evidence", "next_words", "before_words", "before_evidence"}
    assert {row[name] for name in none} == {0}
    assert (row["next_log_odds"], row["before_log_odds"], row["following_log_odds"]) == (NONE, NONE, 2.5)


@pytest.mark.parametrize(
    ("order", "at", "next_", "before"),
    [
        (("Eva", "Eva", "Baum"), 0, 1, 0),  # goes on herself before anybody else
        (("Eva", "Baum", "Eva"), 0, 0, 0),
        (("Eva", "Eva"), 0, 1, 0),
        (("Baum", "Eva", "Eva"), 2, 0, 1),
        (("Eva", "Baum", "Eva"), 2, 0, 0),
        (("Eva", "Eva"), 1, 0, 1),
    ],
)
def test_who_goes_on_after_oneself_is_noted(order: tuple[str, ...], at: int, next_: float, before: float) -> None:
    row = _rows(*((name, float(i), i + 1.0) for i, name in enumerate(order)))[at]
    assert (row["own_next"], row["own_before"]) == (next_, before)
    other = [i for i, name in enumerate(order) if name == "Baum"]
    assert row["before_words"] == (4 * (other[0] + 1) if other and other[0] < at else 0)
    assert row["next_words"] == (4 * (other[0] + 1) if other and other[0] > at else 0)


@pytest.mark.parametrize(("between", "seen"), [(28, True), (29, False)])
def test_within_thirty_sentences_somebody_is_near(between: int, seen: bool) -> None:
    others = [("Baum", 1 + i / 10, 1.1 + i / 10) for i in range(between)]
    rows = _rows(("Eva", 0.0, 1.0), *others, ("Eva", 5.0, 6.0))
    assert (rows[0]["own_gap"], rows[-1]["since_own"]) == ((4, 4) if seen else (FAR, FAR))
    turned = _rows(("Baum", 0.0, 1.0), *(("Eva", start, end) for _, start, end in others), ("Baum", 5.0, 6.0))
    assert (turned[1]["since_other"], turned[-1]["since_own"]) == (0, 4 if seen else FAR)
    assert turned[-2]["gap"] == pytest.approx(5 - others[-1][2])


def test_only_talk_of_near_sentences_is_added_up() -> None:
    row = _rows(("Eva", 0.0, 1.0), *(("Baum", 1 + i / 10, 1.1 + i / 10) for i in range(40)))[0]
    assert row["others_talk"] == pytest.approx(2.9)


def test_without_words_pace_is_the_duration() -> None:
    assert _rows(("Eva", 0.0, 3.0), words=0)[0]["pace"] == 3


def test_only_talk_of_others_is_added_up_until_six_seconds_after() -> None:
    said = (("Eva", 0.0, 2.0), ("Baum", 1.0, 3.0), ("Eva", 3.0, 4.0), ("Cem", 4.0, 5.0), ("Baum", 7.5, 9.0), ("Baum", 9.5, 10.0))
    assert _rows(*said)[0]["others_talk"] == 1 + 1 + 0.5


def test_who_stops_together_is_not_who_speaks_next() -> None:
    assert _rows(("Eva", 0.0, 2.0), ("Baum", 1.0, 2.0), ("Baum", 3.0, 4.0))[0]["gap"] == 1


def test_without_times_the_next_sentence_of_another_is_the_next() -> None:
    row = _rows(*TALK, timed=False)[2]
    assert np.isnan([row[name] for name in TIMES]).all()
    assert (row["next_first"], row["before_evidence"]) == (_sign(3, "first"), _sign(1, "evidence"))


def test_of_no_sentence_there_are_no_rows() -> None:
    assert context([], [], [], timed=True).shape == (0, len(COLUMNS))
