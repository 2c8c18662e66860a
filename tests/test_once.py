"""What is computed once for a meeting stays with that meeting, and goes with it."""

import gc
from dataclasses import replace

from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.metrics.talk import talk
from talkbalance.once import once

MEETING = Meeting((Speaker("Eva"), Speaker("Baum")), (Utterance(0, 2, "Eva", "Guten Tag."), Utterance(2, 3, "Baum", "Ja.")), 4)


def test_a_function_is_computed_once_for_each_object_and_question() -> None:
    asked: list[int] = []

    @once
    def length(meeting: Meeting, *, times: int = 1) -> float:
        asked.append(times)
        return meeting.length * times

    longer = replace(MEETING, duration=8)
    found = [length(MEETING), length(MEETING), length(MEETING, times=1), length(MEETING, times=2), length(longer)]
    assert found == [4, 4, 4, 8, 8]
    assert asked == [1, 2, 1]


def test_an_equal_meeting_is_asked_anew_and_a_dead_one_is_forgotten() -> None:
    asked: list[float] = []

    @once
    def length(meeting: Meeting) -> float:
        asked.append(meeting.length)
        return meeting.length

    for _ in range(3):
        length(replace(MEETING))
        gc.collect()
    assert asked == [4, 4, 4]


def test_an_error_is_not_kept() -> None:
    tries: list[None] = []

    @once
    def sulks(meeting: Meeting) -> int:
        tries.append(None)
        if len(tries) == 1:
            raise ValueError(meeting.length)
        return len(tries)

    for _ in range(2):
        try:
            sulks(MEETING)
        except ValueError:
            continue
    assert len(tries) == 2


def test_tables_of_one_meeting_share_who_holds_the_floor() -> None:
    assert talk(MEETING) is talk(MEETING)
    assert talk(MEETING) is not talk(replace(MEETING, title="another"))
