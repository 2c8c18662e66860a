"""Tables as files, and the paragraph on methods."""

from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from talkbalance.errors import InvalidParameter, MissingModel
from talkbalance.i18n import Language
from talkbalance.meeting import Meeting, Source
from talkbalance.views import export


def test_every_table_is_written_and_read_again(meeting: Meeting, tmp_path: Path) -> None:
    written = export.export(meeting, tmp_path / "out", language="en")
    assert [path.name.split(".", 1)[1] for path in written] == [*(f"{name}.csv" for name in export.TABLES), "methods.txt"]
    again = pd.read_csv(next(path for path in written if path.name.endswith("turns.csv")))
    assert again["text"].tolist() == [row["text"] for row in dict(export.tables(meeting))["turns"].to_dict(orient="records")]
    assert written[-1].read_text(encoding="utf-8").startswith("The recording lasts 0:30 and has 2 speakers.")


def test_what_a_meeting_cannot_tell_has_no_file_and_a_reason(in_a_row: Meeting, tmp_path: Path) -> None:
    names = {path.name.split(".")[-2] for path in export.export(in_a_row, tmp_path, language="en")}
    assert "interruptions" not in names
    assert "turns" in names
    said = export.methods(in_a_row, language="en")
    assert "puts everybody in a row" in said
    assert "likely interruption" not in said, "what is not measured has no rule"


def test_parquet_keeps_types_where_it_can_be_written(meeting: Meeting, tmp_path: Path) -> None:
    if find_spec("pyarrow") is None:
        with pytest.raises(MissingModel, match="pip install"):
            export.export(meeting, tmp_path, kind="parquet")
        return
    export.export(meeting, tmp_path, kind="parquet")
    again = pd.read_parquet(tmp_path / "erstgespraech.questions.parquet")
    assert again.dtypes["open"] == "boolean"


def test_another_kind_of_file_is_refused(meeting: Meeting, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="xlsx"):
        export.export(meeting, tmp_path, kind="xlsx")  # type: ignore[arg-type]


def test_the_methods_name_versions_settings_and_the_meeting(meeting: Meeting, ui: Language) -> None:
    heard = replace(meeting, source=replace(meeting.source, options=(("beam_size", "5"),), versions=(("faster-whisper", "1.2.1"),)))
    said = export.methods(heard, language=ui)
    for part in (f"talkbalance {version('talkbalance')}", "whisper base", "beam_size = 5", "faster-whisper 1.2.1", "e1", "200"):
        assert part in said
    assert ("0,3" if ui == "de" else "0.3") in said
    assert "\n" not in said


def test_a_meeting_by_hand_has_no_hearing_in_its_methods(meeting: Meeting) -> None:
    by_hand = replace(meeting, source=Source(times="word", overlap_observable=True))
    said = export.methods(by_hand, language="en")
    assert "by hand" in said
    assert "misheard" not in said


def test_without_times_the_methods_say_so(untimed: Meeting) -> None:
    assert "no times" in export.methods(untimed, language="en")


def test_the_name_of_a_file_leads_nowhere_else(meeting: Meeting, tmp_path: Path) -> None:
    written = export.export(replace(meeting, source=replace(meeting.source, file="../../x.mp4")), tmp_path / "a")
    assert {path.parent for path in written} == {tmp_path / "a"}
