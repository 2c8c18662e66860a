"""What we write is read alike by the libraries of others."""

import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from talkbalance.formats import write
from talkbalance.formats.records import names
from talkbalance.meeting import Meeting, times_of
from tests.meetings import meetings

Spans = dict[str, list[tuple[int, int, str]]]


def _written(meeting: Meeting, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(meeting, path)
    return path


def _spans(meeting: Meeting, *, empty: str = "") -> Spans:
    """Return each person's spans in milliseconds."""
    spans: Spans = {speaker.name: [] for speaker in meeting.speakers}
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        spans[utterance.speaker].append((round(start * 1000), round(end * 1000), utterance.text or empty))
    return spans


LIKE_OTHERS = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@LIKE_OTHERS
@given(meeting=meetings())
def test_elan_files_as_pympi_reads_them(meeting: Meeting, tmp_path: Path) -> None:
    elan = pytest.importorskip("pympi").Elan.Eaf(str(_written(meeting, tmp_path / "a.eaf")))
    found = {name: sorted(entry[:3] for entry in elan.get_annotation_data_for_tier(name)) for name in elan.get_tier_names()}
    assert found == _spans(meeting)


@LIKE_OTHERS
@given(meeting=meetings())
def test_textgrids_as_praatio_reads_them(meeting: Meeting, tmp_path: Path) -> None:
    if meeting.length == 0:
        return
    textgrid = pytest.importorskip("praatio.textgrid")
    grid = textgrid.openTextgrid(str(_written(meeting, tmp_path / "a.TextGrid")), includeEmptyIntervals=False)
    tiers = {name: grid.getTier(name).entries for name in grid.tierNames}
    found = {name: [(round(a * 1000), round(b * 1000), label) for a, b, label in entries] for name, entries in tiers.items()}
    assert found == _spans(meeting, empty="…")


@LIKE_OTHERS
@given(meeting=meetings())
@pytest.mark.parametrize("ending", ["rttm", "stm"])
def test_spans_as_meeteval_reads_them(ending: str, meeting: Meeting, tmp_path: Path) -> None:
    meeteval = pytest.importorskip("meeteval")
    if not meeting.utterances:
        return
    segments = meeteval.io.load(_written(meeting, tmp_path / f"a.{ending}")).to_seglst()
    found = sorted((s["speaker"], float(s["start_time"]), float(s["end_time"])) for s in segments)
    assert found == sorted((names(meeting)[u.speaker], *times_of(u)) for u in meeting.utterances)
