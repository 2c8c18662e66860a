"""The drawing is the fixture: a picture of a talk becomes a meeting."""

import re
from textwrap import dedent

from talkbalance.meeting import Meeting, Source, Speaker, Utterance

_LANE = re.compile(r"^(?P<name>[^|]+?)\s*\|(?P<lane>[^|]*)\|\s*(?P<said>.*)$")


def draw(picture: str, *, step: float = 1.0, overlap_observable: bool | None = True) -> Meeting:
    """Make a meeting of a picture: a lane per person, `step` seconds a character, what was said after the lane, by `/`.

    A `#` is speech; a `+` begins the next utterance without a pause. `Name (side)` gives a side.
    """
    speakers, utterances, length = [], [], 0
    for line in dedent(picture).strip().splitlines():
        match = _LANE.match(line.strip())
        if match is None:
            raise ValueError(line)
        name, _, side = match["name"].partition(" (")
        speakers.append(Speaker(name, side.removesuffix(")")))
        said = [part.strip() for part in match["said"].split("/")]
        runs = list(re.finditer(r"[#+]#*", match["lane"]))
        for i, run in enumerate(runs):
            text = said[i] if i < len(said) else ""
            utterances.append(Utterance(run.start() * step, run.end() * step, name, text))
        length = max(length, len(match["lane"]))
    source = Source(times="utterance", overlap_observable=overlap_observable)
    return Meeting(tuple(speakers), tuple(utterances), length * step, language="de", source=source)
