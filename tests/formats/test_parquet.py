"""Parquet: a table for other programs that comes back whole."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from talkbalance.errors import MissingModel, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from tests.drawing import draw

TALK = draw("Eva (agency)  |####  |Guten Tag\nBaum (client)  |  ##  |=1+1")


def _bytes(columns: dict[str, list[object]]) -> bytes:
    arrow = pytest.importorskip("pyarrow")
    target = io.BytesIO()
    pytest.importorskip("pyarrow.parquet").write_table(arrow.table(columns), target)
    return target.getvalue()


def test_a_table_comes_back_with_sides_length_and_confidence(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    said = tuple(replace(utterance, confidence=0.5) for utterance in TALK.utterances)
    write(replace(TALK, utterances=said), tmp_path / "a.parquet")
    again = read(tmp_path / "a.parquet")
    assert (again.speakers, again.utterances, again.length) == (TALK.speakers, said, 6)


def test_pandas_reads_it(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    write(TALK, tmp_path / "a.parquet")
    frame = pd.read_parquet(tmp_path / "a.parquet")
    assert list(frame.columns) == ["speaker", "side", "start", "end", "text", "confidence"]
    assert frame["text"].tolist() == ["Guten Tag", "=1+1"]


def test_without_times_the_order_counts(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    said = (Utterance(None, None, "Eva", "ja"), Utterance(None, None, "Eva", "nein"))
    write(Meeting((Speaker("Eva"),), said, None, source=Source(times="none")), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").utterances == said


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"speaker": ["Eva"], "text": ["ja"]}, "missing: start, end"),
        ({"speaker": ["Eva"] * 200_001, "start": [0.0] * 200_001, "end": [1.0] * 200_001, "text": ["ja"] * 200_001}, "more than"),
        ({"speaker": ["Eva"], "start": ["x"], "end": [1.0], "text": ["ja"]}, "something in it"),
        ({"speaker": [["Eva"]], "start": [None], "end": [None], "text": ["ja"]}, "something in it"),
    ],
)
def test_other_tables_are_one_sentence(tmp_path: Path, columns: dict[str, list[object]], said: str) -> None:
    (tmp_path / "a.parquet").write_bytes(_bytes(columns))
    with pytest.raises(UnreadableFile, match=said):
        read(tmp_path / "a.parquet")


@pytest.mark.parametrize("cut", [5, 50, 200, 900])
def test_a_cut_file_is_one_sentence(tmp_path: Path, cut: int) -> None:
    pytest.importorskip("pyarrow")
    write(TALK, tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:cut])
    with pytest.raises(UnreadableFile, match="damaged"):
        read(tmp_path / "b.parquet")


def test_a_long_text_in_many_rows_stays_one(tmp_path: Path) -> None:
    count = 50_000
    columns: dict[str, list[object]] = {
        "speaker": ["Eva"] * count,
        "start": [float(i) for i in range(count)],
        "end": [i + 1.0 for i in range(count)],
        "text": ["x" * 1_000_000] * count,
    }
    arrow = pytest.importorskip("pyarrow")
    columns["text"] = arrow.DictionaryArray.from_arrays(arrow.array([0] * count), arrow.array(["x" * 1_000_000]))
    (tmp_path / "a.parquet").write_bytes(_bytes(columns))
    meeting = read(tmp_path / "a.parquet")
    assert len({id(utterance.text) for utterance in meeting.utterances}) == 1


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingModel, match=r"talkbalance\[corpus\]"):
        write(TALK, tmp_path / "a.parquet")
