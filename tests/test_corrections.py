"""A log of corrections gives the corrected meeting, again and again, and every figure follows."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkbalance.corrections import Correction, Log, correct, log_beside
from talkbalance.errors import ImpossibleCorrection, TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, write
from talkbalance.meeting import Check, Meeting, Source, Speaker, Utterance, Word, times_of
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.turntaking import responses, transitions, turns
from talkbalance.summary import summary
from tests.conftest import ROOT
from tests.drawing import draw
from tests.meetings import meetings

SAMPLE = ROOT / "samples" / "erstgespraech_de.meeting.json"


def line(do: str, on: object, value: object = None) -> dict[str, Any]:
    return {"do": do, "on": on, "value": value}


def talk() -> Meeting:
    return draw("""
        Eva (agency)  |####  ##########    |  Wann war das? / Und dann haben wir die Plakate
        Baum (client) |    ##   #   #######|  Im Mai. / ja / Moment bitte das stimmt so nicht
    """)


# ---------------------------------------------------------------------------------------------------- people


def test_a_name_and_a_side_change_everywhere() -> None:
    meeting = correct(talk(), [line("rename", "Eva", "Eva Lang"), line("side", "Eva Lang", "client")])
    assert meeting.speakers[0] == Speaker("Eva Lang", "client")
    assert {u.speaker for u in meeting.utterances} == {"Eva Lang", "Baum"}


def test_voices_that_speak_at_once_can_be_one_person() -> None:
    meeting = draw("""
        S1 (client) |####  ###|  eins / drei
        S2          |  ####   |  zwei
        S3 (agency) |      ###|  vier
    """)
    one = correct(meeting, [line("merge", ["S1", "S2"], "Eva")])
    assert one.speakers == (Speaker("Eva", "client"), Speaker("S3", "agency"))
    assert [(u.start, u.end, u.text) for u in one.utterances if u.speaker == "Eva"] == [(0, 6, "eins zwei"), (6, 9, "drei")]


def test_a_voice_that_was_two_people_is_split() -> None:
    meeting = correct(talk(), [line("split", {"speaker": "Baum", "start": 11000, "end": 20000}, "Frau Kern")])
    assert [speaker.name for speaker in meeting.speakers] == ["Eva", "Baum", "Frau Kern"]
    assert [u.text for u in meeting.utterances if u.speaker == "Frau Kern"] == ["Moment bitte das stimmt so nicht"]


# ---------------------------------------------------------------------------------------------------- utterances


def test_an_utterance_goes_to_somebody_else_and_is_sure_then() -> None:
    before = talk()
    meeting = correct(before, [line("reassign", {"speaker": "Baum", "start": 4000}, "Eva")])
    assert [u.confidence for u in meeting.utterances if u.text == "Im Mai."] == [1.0]
    shares = [speaking_time(m).set_index("side")["speaking_time"]["agency"] for m in (before, meeting)]
    assert shares[1] - shares[0] == pytest.approx(2)


def test_speech_that_nobody_said_goes() -> None:
    meeting = correct(talk(), [line("reassign", {"speaker": "Baum", "start": 9000}, "")])
    assert "ja" not in [u.text for u in meeting.utterances]


def test_a_stretch_is_cut_between_words() -> None:
    words = tuple(Word(i, i + 1, f"w{i}") for i in range(6))
    said = (Utterance(0, 6, "S1", " ".join(w.text for w in words), words),)
    meeting = Meeting((Speaker("S1"), Speaker("S2")), said, 6)
    moved = correct(meeting, [line("reassign", {"speaker": "S1", "start": 2000, "end": 4400}, "S2")])
    assert [(u.speaker, u.text) for u in moved.utterances] == [("S1", "w0 w1"), ("S2", "w2 w3"), ("S1", "w4 w5")]


def test_words_that_stay_keep_their_times() -> None:
    words = tuple(Word(i, i + 0.5, text) for i, text in enumerate(("das", "blaue", "Plakat")))
    meeting = Meeting((Speaker("S1"),), (Utterance(0, 3, "S1", "das blaue Plakat", words),), 3)
    [said] = correct(meeting, [line("text", {"speaker": "S1", "start": 0}, "das ganz graue Plakat hier")]).utterances
    assert said.text == "das ganz graue Plakat hier"
    assert [w.text for w in said.words] == said.text.split()
    assert (said.words[0], said.words[3]) == (words[0], words[2])
    assert all(one.start < one.end for one in said.words)


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6))
def test_every_corrected_text_has_words_in_order(tokens: list[str]) -> None:
    words = (Word(0, 0.4, "a"), Word(0.35, 0.5, "b"), Word(0.5, 0.505, "c"), Word(0.505, 2, "a"))
    meeting = Meeting((Speaker("S1"),), (Utterance(0, 2, "S1", "a b c a", words),), 3)
    [said] = correct(meeting, [line("text", {"speaker": "S1", "start": 0}, " ".join(tokens))]).utterances
    assert [w.text for w in said.words] == tokens
    starts = [w.start for w in said.words]
    assert starts == sorted(starts)


# ---------------------------------------------------------------------------------------------------- events


def test_an_interruption_is_rejected_confirmed_and_stays_identifiable() -> None:
    meeting = read(SAMPLE)
    found = interruptions(meeting)
    first = found.iloc[0]
    on = {"measure": "interruptions", "speaker": first["interrupter"], "start": round(first["start"] * 1000)}
    without = correct(meeting, [line("reject", on)])
    assert len(interruptions(without)) == len(found) - 1
    every = interruptions(without, threshold=0)
    assert every.loc[(every["start"] == first["start"]) & (every["interrupter"] == first["interrupter"]), "confidence"].max() == 0
    again = correct(without, [line("add", on)])
    assert interruptions(again, threshold=1)["start"].tolist() == [first["start"]]


def test_an_interruption_nobody_considered_is_added_and_counts() -> None:
    meeting = draw("""
        Eva (agency)  |####        |  wir haben damals
        Baum (client) |     #######|  nein das war anders
    """)
    on = {"measure": "interruptions", "speaker": "Baum", "start": 4600}
    added = correct(meeting, [line("add", on, {"interrupted": "Eva"})])
    [row] = interruptions(added).to_dict("records")
    assert (row["interrupter"], row["cut_off"], row["start"], row["confidence"]) == ("Baum", "Eva", 4.0, 1.0)
    counts = summary(added, runs=0).query("measure == 'interruptions'").set_index("side")["value"]
    assert counts.to_dict() == {"agency": 0.0, "client": 1.0}
    event = {"measure": "interruptions", "speaker": "Baum", "start": 4000}
    assert interruptions(correct(added, [line("reject", event)])).empty


def test_a_confirmed_interruption_is_counted_however_the_meeting_was_misheard() -> None:
    meeting = replace(talk(), source=Source(times="utterance", overlap_observable=True, models=("m",)))
    on = {"measure": "interruptions", "speaker": "Baum", "start": 13000}
    added = correct(meeting, [line("add", on)])
    row = summary(added, runs=50).query("measure == 'interruptions' and side == 'client'").iloc[0]
    assert (row["value"], row["low_heard"]) == (1.0, 1.0)


def test_a_question_is_rejected_and_added() -> None:
    meeting = talk()
    assert questions(meeting)["text"].tolist() == ["Wann war das?"]
    no = correct(meeting, [line("reject", {"measure": "questions", "speaker": "Eva", "start": 0})])
    assert questions(no).empty
    yes = correct(no, [line("add", {"measure": "questions", "speaker": "Baum", "start": 13000})])
    assert questions(yes)["confidence"].tolist() == [1.0]


def test_listener_signals_are_rejected_added_and_invented() -> None:
    meeting = talk()
    assert backchannels(meeting)["text"].tolist() == ["ja"]
    no = correct(meeting, [line("reject", {"measure": "backchannels", "speaker": "Baum", "start": 9000})])
    assert backchannels(no).empty
    yes = correct(no, [line("add", {"measure": "backchannels", "speaker": "Baum", "start": 9000})])
    assert backchannels(yes)["confidence"].tolist() == [1.0]
    more = correct(yes, [line("add", {"measure": "backchannels", "speaker": "Baum", "start": 10500}, {"text": "mhm"})])
    assert backchannels(more)["text"].tolist() == ["ja", "mhm"]
    assert [u.end for u in more.utterances if u.text == "mhm"] == [10.9]


def test_checks_follow_a_name_and_survive_a_file(tmp_path: Path) -> None:
    on = {"measure": "interruptions", "speaker": "Baum", "start": 13000}
    meeting = correct(talk(), [line("add", on), line("rename", "Baum", "Kern")])
    assert [c for u in meeting.utterances for c in u.checks] == [Check("interruptions", holds=True, by="Kern")]
    write(meeting, tmp_path / "a.meeting.json")
    assert read(tmp_path / "a.meeting.json").utterances == meeting.utterances


# ---------------------------------------------------------------------------------------------------- what does not count


def test_no_time_passes_in_what_is_left_out() -> None:
    meeting = draw("""
        Eva (agency)  |####      ####|  eins / drei
        Baum (client) |     #####    |  zwei
    """)
    left = correct(meeting, [line("exclude", {"start": 4000, "end": 10000})])
    assert (left.counted, left.left_out) == (8.0, ((4.0, 10.0),))
    values = summary(left, runs=0).set_index(["measure", "side"])["value"]
    assert values["share_of_meeting", "agency"] == pytest.approx(1)
    assert values["silences", ""] == 0
    assert responses(left).empty
    assert transitions(left).empty
    assert turns(left)["duration"].tolist() == [4, 4]


def test_what_crosses_the_edge_is_cut_and_overlapping_stretches_are_one() -> None:
    meeting = draw("Eva |##########|  eins zwei drei vier")
    left = correct(meeting, [line("exclude", {"start": 2000, "end": 5000}), line("exclude", {"start": 4000, "end": 6000})])
    assert left.left_out == ((2.0, 6.0),)
    assert [times_of(u) for u in left.utterances] == [(0, 2), (6, 10)]


@given(meetings(), st.integers(0, 5000), st.integers(1, 5000))
def test_nobody_speaks_in_what_is_left_out(meeting: Meeting, start: int, length: int) -> None:
    end = min(start + length, round(meeting.length * 1000))
    if start >= end:
        return
    left = correct(meeting, [line("exclude", {"start": start, "end": end})])
    kept = speaking_time(left, by="speaker")["speaking_time"].sum()
    whole = sum(e - s for s, e in map(times_of, meeting.utterances))
    cut = sum(max(0.0, min(e, end / 1000) - max(s, start / 1000)) for s, e in map(times_of, meeting.utterances))
    assert kept == pytest.approx(whole - cut, abs=0.01)
    summary(left, runs=5)


def test_a_shorter_meeting_that_was_misheard_has_intervals_too() -> None:
    meeting = replace(read(SAMPLE), source=Source(times="word", overlap_observable=True, models=("m",)))
    left = correct(meeting, [line("exclude", {"start": 0, "end": 30000})])
    row = summary(left, runs=50).query("measure == 'share' and side == 'agency'").iloc[0]
    assert row["low_heard"] <= row["value"] <= row["high_heard"]


# ---------------------------------------------------------------------------------------------------- the log


def test_the_log_is_kept_beside_undone_and_replayed(tmp_path: Path) -> None:
    path = log_beside(tmp_path / "call.meeting.json")
    log = Log(path)
    log.add(Correction("rename", "Eva", "Frau Lang", who="Kim"))
    log.add(Correction("side", "Frau Lang", "client"))
    assert [json.loads(entry)["do"] for entry in path.read_text(encoding="utf-8").splitlines()] == ["rename", "side"]
    assert correct(talk(), path) == correct(talk(), list(Log(path)))
    assert correct(talk(), path).source.options == (("corrections", "2"),)
    assert (undone := log.undo()) is not None
    assert undone.do == "side"
    assert [entry.who for entry in Log(path)] == ["Kim"]
    assert len(Log(tmp_path / "none.jsonl")) == 0


@pytest.mark.parametrize("left", [1, 20, -2, -1])
def test_a_last_line_that_a_stop_cut_short_does_not_count(left: int, tmp_path: Path) -> None:
    path = tmp_path / "call.corrections.jsonl"
    log = Log(path)
    log.add(Correction("rename", "Eva", "Frau Größe", at="2026-01-01T10:00:00+01:00"))
    first = path.read_bytes()
    log.add(Correction("rename", "Baum", "Herr Öztürk", at="2026-01-01T10:00:01+01:00"))
    whole = path.read_bytes()
    path.write_bytes(first + whole[len(first) :][:left])
    if left == -1:  # whole but for its end: it was said and written
        again = Log(path)
        assert len(again) == 2
        again.add(Correction("side", "Frau Größe", "agency"))
        assert [entry.do for entry in Log(path)] == ["rename", "rename", "side"]
        return
    with pytest.warns(TalkbalanceWarning, match="line 2"):
        again = Log(path)
    assert [entry.value for entry in again] == ["Frau Größe"]
    again.add(Correction("rename", "Baum", "Herr Öztürk", at="2026-01-01T10:00:01+01:00"))
    assert path.read_bytes() == whole


def test_what_a_stop_left_while_a_line_was_taken_away_goes(tmp_path: Path) -> None:
    path = tmp_path / "call.corrections.jsonl"
    Log(path).add(Correction("rename", "Eva", "Kim"))
    (tmp_path / "call.corrections.jsonl.part").write_text("{", encoding="utf-8")
    assert len(Log(path)) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "beside"),
    [("a.vtt", "a.corrections.jsonl"), ("a.b.mp4", "a.b.corrections.jsonl"), ("a.meeting.json", "a.corrections.jsonl")],
)
def test_every_file_has_its_own_log(name: str, beside: str) -> None:
    assert log_beside(Path(name)).name == beside


@pytest.mark.parametrize(
    "wrong",
    [
        line("rename", "Nobody", "Eva"),
        line("rename", "Eva", "Baum"),
        line("side", "Eva", "left"),
        line("merge", [], "Eva"),
        line("split", {"speaker": "Eva", "start": 0, "end": 4000}, "Baum"),
        line("reassign", {"speaker": "Eva", "start": 1}, "Baum"),
        line("reassign", {"speaker": "Eva", "start": 4000, "end": 5000}, "Baum"),
        line("reassign", {"speaker": "Eva", "start": 0}, "Nobody"),
        line("text", {"place": 99}, "x"),
        line("reject", {"measure": "uptake", "speaker": "Eva", "start": 0}),
        line("reject", {"measure": "interruptions", "speaker": "Eva", "start": 1}),
        line("add", {"measure": "interruptions", "speaker": "Eva", "start": 0}, {"interrupted": "Baum"}),
        line("add", {"measure": "backchannels", "speaker": "Eva", "start": 1000}),
        line("exclude", {"start": 5000, "end": 4000}),
        line("exclude", {"start": "now"}),
        line("dance", "Eva"),
    ],
)
def test_what_cannot_be_corrected_is_one_sentence_with_its_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(ImpossibleCorrection, match=r"^Correction 2: "):
        correct(talk(), [line("side", "Eva", ""), wrong])


@pytest.mark.parametrize("content", ['{"do": "rename"', '{"do": "dance", "on": 1}', "[]", '{"do": "side", "up": 2}'])
def test_a_broken_log_names_its_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.corrections.jsonl"
    path.write_text('{"do": "side", "on": "Eva", "value": ""}\n' + content + "\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="line 2"):
        correct(talk(), path)


def test_words_without_times_are_corrected_by_place() -> None:
    said = (Utterance(None, None, "Eva", "Wann war das?"), Utterance(None, None, "Baum", "Im Mai"))
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, None, language="de", source=Source(times="none"))
    log = [
        line("text", {"place": 1}, "Im März"),
        line("reassign", {"place": 1}, "Eva"),
        line("reject", {"measure": "questions", "speaker": "Eva", "place": 0}),
    ]
    corrected = correct(meeting, log)
    assert [(u.speaker, u.text) for u in corrected.utterances] == [("Eva", "Wann war das?"), ("Eva", "Im März")]
    assert questions(corrected).empty


def test_the_meeting_that_was_heard_stays_as_it_is() -> None:
    meeting = talk()
    before = summary(meeting, runs=0)
    correct(meeting, [line("exclude", {"start": 0, "end": 4000}), line("rename", "Eva", "X")])
    after = summary(meeting, runs=0)
    np.testing.assert_array_equal(before["value"], after["value"])
