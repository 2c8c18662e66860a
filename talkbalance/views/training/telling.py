"""Which moments of a meeting tell most about listening: the ones a trainer would play."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from math import isnan

from talkbalance.errors import Unavailable
from talkbalance.frames import records
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, Meeting
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.metrics.turntaking import turns
from talkbalance.metrics.uptake import markers
from talkbalance.views.writing import one_line

AROUND = 4.0
"""Seconds played before and after a moment: enough to hear what it is about."""
LONGEST = 45.0
"""Seconds played of a moment at most."""
KINDS = ("interruption", "open_question", "reflection", "unanswered", "dismissal", "stretch", "question", "other")
"""In the order in which they are chosen."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A moment to be played.

    Parameters
    ----------
    kind
        One of `KINDS`.
    speaker, to
        Who did it, and to whom where that is somebody.
    start, end
        Seconds.
    said
        The words, "" where there are none.
    weight
        How well it shows what it is; larger is better.
    """

    kind: str
    speaker: str
    start: float
    end: float
    said: str = ""
    to: str = ""
    weight: float = 0.0

    @property
    def key(self) -> str:
        """What it is known by, whatever the thresholds: kind, speaker, start in milliseconds."""
        return f"{self.kind}:{self.speaker}:{round(1000 * self.start)}"

    @property
    def what(self) -> str:
        """What happens, in a sentence of the user's language."""
        return text(f"training.{self.kind}", one=self.speaker, other=self.to, seconds=f"{self.end - self.start:.0f}")

    def span(self, length: float) -> tuple[float, float]:
        """Return what is played, in a meeting of a length."""
        start = max(0.0, self.start - AROUND)
        return start, min(length, self.end + AROUND, start + LONGEST)


def telling(meeting: Meeting, *, most: int | None = 3) -> tuple[Clip, ...]:
    """Return the moments that tell most, in order of time.

    **Definition.** The surest interruption of the client by the agency, an open question of the agency, a reflection, a question
    of the client without an answer, a dismissal, the longest turn; one of each kind before a second one, and
    none that is heard with another. Without sides anybody's.

    Parameters
    ----------
    most
        How many at most; None for all.
    """
    by_kind: dict[str, list[Clip]] = {kind: [] for kind in KINDS}
    for clip in (*_cuts(meeting), *_asked(meeting), *_marked(meeting), *_turns(meeting)):
        by_kind[clip.kind].append(clip)
    for clips in by_kind.values():
        clips.sort(key=lambda clip: (-clip.weight, clip.start))
    found: list[Clip] = []
    for clip in (clip for chosen in zip_longest(*by_kind.values()) for clip in chosen if clip is not None):
        if most is None or (len(found) < most and all(abs(clip.start - other.start) > AROUND for other in found)):
            found.append(clip)
    return tuple(sorted(found, key=lambda clip: clip.start))


def _agency(meeting: Meeting, side: str) -> bool:
    return side == AGENCY or not meeting.sided


def _cuts(meeting: Meeting) -> Iterator[Clip]:
    try:
        found = interruptions(meeting)
    except Unavailable:
        return
    for row in records(found):
        if (
            row["kind"] == "taken"
            and _agency(meeting, row["interrupter_side"])
            and row["interrupter_side"] != row["interrupted_side"]
        ):
            one, other = row["interrupter"], row["interrupted"]
            yield Clip("interruption", one, row["start"], max(row["start"], row["end"]), "", other, row["confidence"])


def _asked(meeting: Meeting) -> Iterator[Clip]:
    try:
        found = questions(meeting)
    except Unavailable:
        return
    for row in records(found):
        if row["start"] is None:
            continue
        ours = _agency(meeting, row["side"])
        kind = "open_question" if ours and row["open"] else "question" if ours else "unanswered" if row["answered"] is False else ""
        if kind:
            yield Clip(kind, row["speaker"], row["start"], row["end"], one_line(row["text"]), weight=row["confidence"])


def _marked(meeting: Meeting) -> Iterator[Clip]:
    try:
        found = markers(meeting)
    except Unavailable:
        return
    for row in records(found):
        if row["kind"] in ("reflection", "dismissal") and row["start"] is not None and _agency(meeting, row["side"]):
            yield Clip(row["kind"], row["speaker"], row["start"], row["end"], one_line(row["text"]))


def _turns(meeting: Meeting) -> Iterator[Clip]:
    """Yield the longest turn alone: a stretch is only telling where none is longer."""
    if not meeting.timed:
        return
    own = [row for row in records(turns(meeting)) if _agency(meeting, row["side"]) and not isnan(row["duration"])]
    if own:
        longest = max(own, key=lambda row: row["duration"])
        yield Clip("stretch", longest["speaker"], longest["start"], longest["end"], one_line(longest["text"]))
