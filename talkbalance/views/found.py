"""What report and slides list and mark: who took the floor, who wanted it, who asked."""

from dataclasses import dataclass

import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.pseudonyms import Pseudonymised
from talkbalance.views.evidence import Event, events


@dataclass(frozen=True, slots=True)
class Found:
    """What the report lists: who took the floor, who wanted it, who asked; None where that cannot be seen."""

    interruptions: pd.DataFrame | None
    questions: pd.DataFrame | None

    def called(self, roles: Pseudonymised) -> "Found":
        """Return the same with roles instead of names."""
        cuts, asked = self.interruptions, self.questions
        return Found(None if cuts is None else roles.table(cuts), None if asked is None else roles.table(asked))

    def events(self, meeting: Meeting) -> dict[str, list[tuple[int, Event]]]:
        """Return the interruptions by kind, with their numbers in the timeline."""
        listed: dict[str, list[tuple[int, Event]]] = {"taken": [], "failed": []}
        for i, event in enumerate(() if self.interruptions is None else events(meeting, self.interruptions), 1):
            listed[event.kind].append((i, event))
        return listed


def find(meeting: Meeting) -> Found:
    """Return what the figures of the summary count: likely interruptions, and every attempt."""
    try:
        likely, wider = interruptions(meeting), interruptions(meeting, rule="floor_taking")
        cuts = pd.concat([likely[likely["kind"] == "taken"], wider[wider["kind"] == "failed"]])
        listed = cuts.sort_values("start", ignore_index=True)
    except Unavailable:
        listed = None
    try:
        asked = questions(meeting)
    except Unavailable:
        asked = None
    return Found(listed, asked)
