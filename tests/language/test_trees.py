import math

import numpy as np
import pytest

from talkbalance.language import LANGUAGES, question
from talkbalance.language.questions import readings
from talkbalance.language.signs import CLASSES, EVIDENCE, SIGNS, signs
from talkbalance.language.trees import Trees, read_trees
from talkbalance.metrics.context import COLUMNS

FILES = [("talkbalance.language", SIGNS), ("talkbalance.metrics", COLUMNS)]


def by_hand(trees: Trees, row: list[float]) -> float:
    """Walk every tree node by node."""
    known = [float(trees.rates[i][int(value)]) if i in trees.rates else value for i, value in enumerate(row)]
    total = trees.base
    for tree in range(len(trees.feature)):
        node, first = 0, tree * trees.feature.shape[1]
        for _ in range(trees.depth):
            value = known[trees.feature[tree, node]]
            left = bool(trees.missing_left[tree, node]) if math.isnan(value) else value <= trees.threshold[tree, node]
            node = int(trees.ways[tree, node, int(left)]) - first
        total += float(trees.value[tree, node])
    return total


@pytest.mark.parametrize(("package", "columns"), FILES)
def test_many_rows_at_once_are_what_walking_each_gives(package: str, columns: tuple[str, ...]) -> None:
    trees = read_trees(package, "questions.json")
    assert trees.features == columns
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 15, (20, len(columns))).astype(float)
    if package == "talkbalance.metrics":
        rows[::2, :8] = np.nan
    assert trees.log_odds(rows) == pytest.approx([by_hand(trees, row.tolist()) for row in rows])
    assert trees.log_odds(rows[:0]).shape == (0,)


def test_a_code_stands_for_how_often_it_asks() -> None:
    rates = read_trees("talkbalance.language", "questions.json").rates[SIGNS.index("evidence")]
    assert len(rates) == len(EVIDENCE)
    assert rates[EVIDENCE.index("inversion")] > rates[EVIDENCE.index("verb_first")] > rates[EVIDENCE.index("none")]


@pytest.mark.parametrize(("language", "clause"), [("de", ("und", "was", "ist", "das")), ("en", ("and", "what", "is", "that"))])
def test_word_classes_are_the_same_in_every_language(language: str, clause: tuple[str, ...]) -> None:
    spoken = next(known for known in LANGUAGES if known == language)
    found = dict(zip(SIGNS, signs([clause], spoken, "wh_inversion", cut_off=False), strict=True))
    assert (found["words"], found["core_words"], found["lead_words"], found["asking_at"], found["inverted_at"]) == (4, 3, 1, 0, 1)
    assert [CLASSES[found[place]] for place in ("first", "core_first", "last")] == ["and", "what", "that"]


def test_one_sentence_reads_as_it_does_among_many() -> None:
    texts = ["What did you do", "It was fine", "Do you like it", "Right", ""]
    for text, read in zip(texts, readings(texts, "en"), strict=True):
        asked = question(text, "en", marked=False)
        if asked is not None:
            assert asked.confidence == pytest.approx(1 / (1 + math.exp(-read.log_odds)), abs=0.001)


def test_rows_that_were_asked_for_before_have_the_same_answer_to_the_last_digit() -> None:
    trees, fresh = (read_trees("talkbalance.metrics", "questions.json") for _ in range(2))
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 15, (300, len(COLUMNS))).astype(float)
    rows[::3, :8] = np.nan
    trees.log_odds(rows)
    rows[7] = rows[8]
    rows[20, 3] = 4.5
    assert (trees.log_odds(rows) == fresh.log_odds(rows)).all()
    assert (trees.log_odds(rows) == fresh.log_odds(rows)).all()
    assert (trees.log_odds(rows[:200]) == fresh.log_odds(rows)[:200]).all()
