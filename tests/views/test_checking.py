"""Judging by hand, as a person does, without a kernel."""

import shutil
from collections.abc import Iterator
from math import isnan
from pathlib import Path

import pytest

from talkbalance.corrections import Correction, Log, log_beside
from talkbalance.errors import Unavailable, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.i18n import set_language
from talkbalance.meeting import Meeting, clock
from talkbalance.views.checking import Case, Check, Judgements, cases, check, results
from talkbalance.views.checking.widget import results_table


@pytest.fixture
def page(samples: Path, tmp_path: Path) -> Iterator[Check]:
    yield check(samples / "erstgespraech_de.meeting.json", labels=tmp_path / "labels.json", language="de")
    set_language(None)


def case(at: float, *, counted: bool, speaker: str = "Eva Größe", side: str = "agency") -> Case:
    return Case("questions", at, at + 1, speaker, side, "", "", counted)


def test_kappa_precision_and_recall_are_those_of_the_table(meeting: Meeting) -> None:
    found = [case(at, counted=at < 5) for at in range(10)]
    answers = {one.key: "yes" if one.start in (0, 1, 2, 3, 5) else "no" for one in found[:9]}
    table = results(meeting, "questions", found, Judgements(answers, [(20.0, "Eva Größe")]))  # type: ignore[arg-type]
    assert table["side"].tolist() == ["", "agency", "client"]
    row = table.iloc[0]
    assert (row["judged"], row["hand"], row["machine"], row["difference"]) == (10, 6, 5, -1)
    assert row["precision"] == pytest.approx(4 / 5)
    assert row["recall"] == pytest.approx(4 / 6)
    assert row["kappa"] == pytest.approx((0.7 - 0.5) / 0.5)
    assert row["kappa_low"] < row["kappa"] < row["kappa_high"]
    assert row["precision_low"] < row["precision"] < row["precision_high"]


def test_what_cannot_be_said_is_no_nought(meeting: Meeting) -> None:
    row = results(meeting, "questions", [], Judgements({})).iloc[0]
    assert row["judged"] == 0
    assert all(isnan(row[name]) for name in ("kappa", "precision", "recall"))


def test_a_case_nobody_can_tell_does_not_count(meeting: Meeting) -> None:
    found = [case(1, counted=True), case(2, counted=True)]
    row = results(meeting, "questions", found, Judgements({found[0].key: "yes", found[1].key: "unsure"})).iloc[0]
    assert row["judged"] == 1
    assert row["precision"] == 1


def test_the_candidates_of_a_stretch_hold_what_the_machine_counts(samples: Path) -> None:
    meeting = read(samples / "erstgespraech_de.meeting.json")
    for measure, counted in (("interruptions", 6), ("questions", 11)):
        every = cases(meeting, measure)  # type: ignore[arg-type]
        assert sum(one.counted for one in every) == counted
        part = cases(meeting, measure, start=60, end=120)  # type: ignore[arg-type]
        assert part == tuple(one for one in every if 60 <= one.start < 120)
        assert len({one.key for one in every}) == len(every)


def test_an_answer_is_kept_and_the_next_moment_is_played(page: Check) -> None:
    first = page.found[0]
    assert "Stelle 1 von" in page.case.value
    page.listen.click()
    assert page.player.request["start"] == pytest.approx(max(0, first.start - 5))
    page.answers["yes"].click()
    assert page.judgements("interruptions").answers == {first.key: "yes"}
    assert "Stelle 2 von" in page.case.value
    assert page.player.request["start"] == pytest.approx(max(0, page.found[1].start - 5))
    assert page.progress.value == 1
    page.back.click()
    assert "tb-chosen" in page.answers["yes"]._dom_classes
    page.answers["no"].click()
    assert page.judgements("interruptions").answers[first.key] == "no"


def test_the_machine_is_not_seen_before_one_has_judged(page: Check) -> None:
    assert page.result.value == ""
    assert page.player.moments["start"] == []
    shown = page.case.value + page.done.value
    assert "%" not in shown


def test_a_whole_stretch_is_judged_and_evaluated(page: Check) -> None:
    page.stretch.value = (50, 120)
    while page.progress.value < len(page.found):
        page.answers["yes" if page.found[page.place].counted else "no"].click()
    page.evaluate.click()
    assert "1,00" in page.result.value, "whoever says what the machine says agrees with it"
    table = page.results()
    row = table[(table["measure"] == "interruptions") & (table["side"] == "")].iloc[0]
    assert row["difference"] == 0
    assert row["kappa"] == 1
    assert row["kappa_low"] < 0.9, "of so few cases nothing is certain"


def test_one_that_is_missing_is_noted_where_the_player_is(page: Check) -> None:
    page.what.value = "questions"
    page.who.value = "Herr Baum"
    own = [one for one in page.found if one.speaker == "Herr Baum"]
    at = next(second for second in range(30, 200) if not any(one.start - 1 <= second <= one.end + 1 for one in own))
    page.here._heard(None, {"at": at + 0.04}, None)
    (line,) = page.lacking.children
    assert clock(at) in line.children[2].value
    page.evaluate.click()
    table = page.results()
    row = table[(table["measure"] == "questions") & (table["side"] == "client")].iloc[0]
    assert (row["hand"], row["machine"], row["recall"]) == (1, 0, 0)
    line.children[0].click()
    assert page.player.request["start"] == pytest.approx(at - 5)
    line.children[1].click()
    assert page.lacking.children == ()


def test_one_that_stands_in_the_list_is_shown_instead(page: Check) -> None:
    other = page.found[3]
    page.who.value = other.speaker
    page.here._heard(None, {"at": other.start + 0.3}, None)
    assert page.lacking.children == ()
    assert "Stelle 4" in page.message.value
    assert page.place == 3


@pytest.mark.parametrize("sent", [{}, {"at": "x"}, {"at": -1}, {"at": float("nan")}, {"at": None}])
def test_nonsense_of_the_page_is_not_noted(page: Check, sent: dict[str, object]) -> None:
    page.here._heard(None, sent, None)
    assert page.lacking.children == ()


def test_labels_of_a_run_before_are_there_again(page: Check, samples: Path, tmp_path: Path) -> None:
    page.answers["yes"].click()
    again = check(samples / "erstgespraech_de.meeting.json", labels=tmp_path / "labels.json", language="en")
    assert again.progress.value == 1
    assert again.place == 1
    assert "Moment 2 of" in again.case.value


def test_the_switch_changes_the_language_and_keeps_the_answers(page: Check) -> None:
    page.answers["yes"].click()
    page.evaluate.click()
    page.switch.value = "en"
    assert "Moment 2 of" in page.case.value
    assert page.answers["yes"].description == "Yes"
    assert "by hand" in page.result.value
    assert page.here.label.startswith("Here was one")


def test_where_overlaps_could_not_survive_the_reason_stands_there(in_a_row: Meeting, tmp_path: Path) -> None:
    write(in_a_row, tmp_path / "a.meeting.json")
    page = check(tmp_path / "a.meeting.json", labels=tmp_path / "l.json", language="de")
    assert "hintereinander" in page.case.value
    assert page.answers["yes"].disabled
    page.what.value = "questions"
    assert not page.answers["yes"].disabled
    assert set(page.results()["measure"]) == {"questions"}


def test_without_times_there_is_nothing_to_judge(samples: Path, tmp_path: Path, untimed: Meeting) -> None:
    write(untimed, tmp_path / "a.meeting.json")
    with pytest.raises(Unavailable):
        check(tmp_path / "a.meeting.json")
    with pytest.raises(UnreadableFile):
        check(samples / "no.vtt")


@pytest.mark.parametrize(
    "noted", ['{"x": 1}', '{"KEY": {"interruptions": {"answers": 3}}}', '{"KEY": {"interruptions": {"missing": [1]}}}']
)
def test_labels_that_are_none_are_refused_in_a_sentence(page: Check, noted: str) -> None:
    page.labels.path.write_text(noted.replace("KEY", page.meeting.details.id), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"labels\.json"):
        page.judgements("interruptions")


def test_names_and_words_are_escaped(hostile: Meeting, tmp_path: Path) -> None:
    write(hostile, tmp_path / "h.meeting.json")
    page = check(tmp_path / "h.meeting.json", labels=tmp_path / "l.json", language="de")
    for measure in ("interruptions", "questions"):
        page.what.value = measure
        if page.found:
            page.answers["yes"].click()
        page.here._heard(None, {"at": 11.0}, None)
        page.evaluate.click()
        shown = page.case.value + page.result.value + "".join(line.children[2].value for line in page.lacking.children)
        assert "<script" not in shown
        assert "<img" not in shown


def test_of_corrections_only_names_are_taken(samples: Path, tmp_path: Path) -> None:
    shutil.copy(samples / "erstgespraech_de.meeting.json", tmp_path)
    file = tmp_path / "erstgespraech_de.meeting.json"
    before = check(file, labels=tmp_path / "l.json").found
    log = Log(log_beside(file))
    log.add(Correction("rename", "Eva Brandt", "Eva"))
    log.add(Correction("reassign", {"speaker": "Eva", "start": 600}, "Herr Baum"))
    after = check(file, labels=tmp_path / "l.json").found
    assert [one.start for one in after] == [one.start for one in before]
    assert {one.speaker for one in after} == {"Eva", "Herr Baum"}


def test_nothing_judged_is_said(page: Check) -> None:
    assert "Noch nichts" in results_table(page.results())
