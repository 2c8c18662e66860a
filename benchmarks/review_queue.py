"""Does the review queue save checks? `python -m benchmarks.review_queue`.

A meeting is checked moment by moment, in the order of the queue and in random orders, each answer taken from the reference. After
every check the interval is computed anew; what counts is how many checks it takes until it is as narrow as half of what checking
everything gains.

- Share: simulated conversations with exact truth, heard from one channel. A check puts speaker and boundaries of an utterance
  right, or takes it away where nobody speaks.
- Interruptions and questions: meetings of MRDA's validation split; a check answers whether the unit was cut off, or asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np

from benchmarks import mrda
from benchmarks.coverage import pair
from benchmarks.shared import publish, table
from benchmarks.simulated import conversations
from talkbalance.floor import Floats, overlap
from talkbalance.meeting import Meeting, Source, Utterance, tidy, times_of
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.metrics.talk import talk
from talkbalance.review_queue import WIDE, review_queue
from talkbalance.uncertainty import heard

RUNS = 300
ORDERS = 5
CONVERSATIONS = 24
OF_SHARES = """\
Since silences are cut out fewer stretches are given to the wrong person, and there is less to gain for shares: averaged over
twelve conversations an interval is .29 wide with nothing checked and .20 with all of it, most of which is stretches that were
missed and about which nobody is asked. Averaged like that, half of the gain is reached after .38 of the moments in the order of
the queue and .55 in random order. In single conversations the width goes up and down by more than that from check to check,
so the line above is not exact: before overlaps ended at half of their highest probability, when the averages were taken, it said
.90, and .77 with 60 runs instead of 300; before silences were cut out .50, with 60."""
BY_MACHINE = Source(times="utterance", overlap_observable=True, models=("none", "overlap"), options=(("layout", "mono"),))

Width = Callable[[Sequence[int]], float]
"""The moments that were checked in, the width of the interval out."""


def checks_needed(order: Sequence[int], width: Width) -> int:
    """Return how many checks in this order it takes to get half of what all of them gain; the order is halved, not walked."""
    target = (width([]) + width(order)) / 2
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if width(order[:middle]) <= target:
            high = middle
        else:
            low = middle + 1
    return low


def share_rows() -> list[tuple[object, ...]]:
    """Return the line for shares."""
    queue, chance = [], []
    for number, conversation in enumerate(list(conversations("mixed"))[:CONVERSATIONS]):
        found, truth = pair(conversation)
        meeting = replace(found, source=BY_MACHINE)
        place = {(times_of(u)[0], u.speaker): i for i, u in enumerate(meeting.utterances)}
        rows = review_queue(meeting)
        asked = rows[rows["measure"] == "share"]
        starts = {start: i for (start, _), i in place.items()}
        order = [starts[start] for start in asked["start"]]
        order += [i for i in range(len(meeting.utterances)) if i not in order]
        width = _share_width(meeting, [_right(u, truth) for u in meeting.utterances])
        queue.append(checks_needed(order, width))
        for seed in range(ORDERS):
            shuffled = list(order)
            Random(1000 * number + seed).shuffle(shuffled)
            chance.append(checks_needed(shuffled, width))
    return [_row("share", len(queue), queue, chance)]


def _share_width(meeting: Meeting, right: Sequence[Utterance | None]) -> Width:
    def width(checked: Sequence[int]) -> float:
        done = set(checked)
        corrected = [right[i] if i in done else u for i, u in enumerate(meeting.utterances)]
        again = replace(meeting, utterances=tidy(u for u in corrected if u is not None).utterances)
        low, high = heard(again, talk(again), runs=RUNS, seed=0).interval("share", 0, 0.5)
        return high - low

    return width


def _right(utterance: Utterance, truth: Meeting) -> Utterance | None:
    """Return an utterance as a person would put it right: the true stretch it overlaps with most; None where nobody speaks."""
    start, end = times_of(utterance)
    true = max(truth.utterances, key=lambda u: overlap(start, end, *times_of(u)))
    first, last = times_of(true)
    if overlap(start, end, first, last) <= 0:
        return None
    return replace(utterance, start=max(first, start - 1), end=min(last, end + 1), speaker=true.speaker, confidence=1.0)


def count_rows() -> list[tuple[object, ...]]:
    """Return the lines for interruptions and questions."""
    needed: dict[str, tuple[list[int], list[int]]] = {"interruptions": ([], []), "questions": ([], [])}
    for number, labelled in enumerate(mrda.read("val", marks=False)):
        rows = review_queue(labelled.meeting)
        for measure, (queue, chance) in needed.items():
            own = rows.loc[rows["measure"] == measure, "expected_change"].to_numpy()
            if len(own) < 2:
                continue
            width = _count_width(own * (1 - own), counted=_counted(labelled.meeting, measure))
            queue.append(checks_needed(range(len(own)), width))
            for seed in range(ORDERS):
                shuffled = list(range(len(own)))
                Random(1000 * number + seed).shuffle(shuffled)
                chance.append(checks_needed(shuffled, width))
    return [_row(measure, len(queue), queue, chance) for measure, (queue, chance) in needed.items()]


def _counted(meeting: Meeting, measure: str) -> int:
    """Return how many the figure counts: that many it could have been another way by chance, whoever checks them."""
    if measure == "questions":
        return len(questions(meeting))
    found = interruptions(meeting)
    return int(((found["kind"] == "taken") & (found["interrupter_side"] != found["interrupted_side"])).sum())


def _count_width(variance: Floats, *, counted: int) -> Width:
    def width(checked: Sequence[int]) -> float:
        open_ = np.ones(len(variance), dtype=bool)
        open_[list(checked)] = False
        return float(WIDE * np.sqrt(max(1, counted) + variance[open_].sum()))

    return width


def _row(measure: str, meetings: int, queue: Sequence[int], chance: Sequence[int]) -> tuple[object, ...]:
    return measure, meetings, float(np.mean(queue)), float(np.mean(chance)), float(np.mean(queue) / np.mean(chance))


def main() -> None:
    """Print and write the table."""
    columns = ("figure", "meetings", "checks, queue", "checks, random order", "queue ÷ random")
    publish(
        "review_queue",
        "# The review queue",
        "How many moments have to be checked until the interval is as narrow as half of what checking everything gains; means over"
        " meetings. To reach: half of what a random order takes. `python -m benchmarks.review_queue`",
        table(columns, [*share_rows(), *count_rows()]),
        OF_SHARES,
    )


if __name__ == "__main__":
    main()
