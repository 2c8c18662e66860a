"""No file makes a reader fall over: a short run of `python -m benchmarks.fuzz_readers`, and shapes that bombs have."""

import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz_readers import attempt, mutated, seeds
from talkbalance.formats import formats, recognise
from talkbalance.formats.files import File

SEEDS = seeds()
IN_TESTS = [seed for seed in SEEDS if len(seed[1]) < 3000]
"""Small ones, so that a change hits what matters."""


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.filterwarnings("ignore")
@given(random=st.randoms(use_true_random=False), place=st.integers(0, len(IN_TESTS) - 1), other=st.integers(0, len(IN_TESTS) - 1))
def test_a_changed_file_is_read_or_refused_in_a_sentence(random: Random, place: int, other: int) -> None:
    name, content = IN_TESTS[place]
    with TemporaryDirectory() as folder:
        outcome = attempt(name, mutated(random, content, IN_TESTS[other][1]), Path(folder))
    assert not outcome.defect, outcome.said


@pytest.mark.filterwarnings("ignore")
def test_every_format_has_a_seed_that_is_read(tmp_path: Path) -> None:
    read = {recognise(File(name, content)).title for name, content in SEEDS if " as " in attempt(name, content, tmp_path).said}
    named = [entry.title for entry in formats() if entry.write is not None] + ["CHAT", "Transcriber", "TEI", "CTM"]
    assert sorted(set(named) - read) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "piece", "times"),
    [
        ("a.eaf", "<a>", 300_000),
        ("a.json", "[", 1_000_000),
        ("a.json", '{"a":', 300_000),
        ("a.TextGrid", '"', 1_000_000),
        ("a.cha", "*A:\tja \x15", 200_000),
        ("a.cha", "[", 500_000),
        ("a.xml", "<!--", 500_000),
        ("a.stm", "a 1 b 0 1 ", 200_000),
        ("a.ctm", "a 1 0 1 ja\n", 1_000_000),
        ("a.txt", "((((", 300_000),
        ("a.txt", "Eva: ", 200_000),
    ],
)
def test_what_repeats_without_end_is_refused_soon(tmp_path: Path, name: str, piece: str, times: int) -> None:
    heads = {
        "a.eaf": "<ANNOTATION_DOCUMENT>",
        "a.cha": "@UTF8\n@Begin\n",
        "a.TextGrid": 'File type = "ooTextFile"\nObject class = "TextGrid"\n',
    }
    begun = time.perf_counter()
    outcome = attempt(name, (heads.get(name, "") + piece * times).encode(), tmp_path)
    assert not outcome.defect, outcome.said
    assert time.perf_counter() - begun < 10
