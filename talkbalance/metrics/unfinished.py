"""How likely each utterance was cut off by another speaker: timing, and the classes of its words.

```
Baum  |und dann wollten wir den|              |      ends in a word that needs another one,
Eva   |                    Genau, das machen wir|    while somebody else goes on: cut off
```

Boosted trees over a closed set of features (`FEATURES`), fitted on the training meetings of MRDA, where people marked units as
cut off by another speaker. Every case was learned as people wrote it and without the marks of broken words. Recognisers drop words
where two speak: an utterance without words is judged by other trees, from its times alone (`TIMES`).

References
----------
Shriberg, E. et al. (2004). The ICSI Meeting Recorder Dialog Act corpus: the mark `%-`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from talkbalance.floor import Floats, Ints, Spans
from talkbalance.language.trees import Trees, read_trees
from talkbalance.metrics.said import ENDINGS, ROLE_PLACES, Said, Traits

NEAR = 0.3
"""Seconds after an utterance within which another's start can have cut it off."""
JUST = 0.5
"""Seconds before an utterance's end within which another can have stopped and cut it off all the same."""
STRETCH = 0.5
"""Seconds of silence within which a speaker is still at it: people breathe while they fight for the floor."""
FAR = 30.0
"""Seconds; what lies further away is as far."""
NEVER = 1e9

WORDS = ("words", "repeats", "last_letters", "asks", *ROLE_PLACES)
OF_THE_OTHER = ("words", "first", "second", "ending")
ROLES_OF_WORDS = tuple(f"own {name}" for name in ROLE_PLACES)
"""Features that are codes: a role counts for as much as utterances with it there are cut off."""
TIMES = (
    *("length", "held for", "goes on for", "returns in"),
    *("other's start to end", "other goes on", "other's length"),
    *("longest's start to end", "longest goes on", "longest's length"),
    *("speaking at end", "speaking at start", "holder's end to start", "holder's end to end", "next other in"),
    *("other's start to start", "people"),
)
"""Features of time and of how many speak."""
FEATURES = (
    "own ending",
    *(f"own {name}" for name in WORDS),
    *TIMES,
    *(f"other's {name}" for name in OF_THE_OTHER),
    *("own next first", "own next words"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Unfinished:
    """Of each utterance the probability that it was cut off by another, and by which utterance (-1: nobody is near)."""

    probability: Floats
    by: Ints


def unfinished(columns: Said) -> Unfinished:
    """Return how likely each utterance was cut off; `columns` without listener signals, which cut off nobody."""
    rows, by = features(columns)
    worded = rows[:, FEATURES.index("own words")] > 0
    odds = np.zeros(len(rows))
    odds[worded] = _trees("unfinished").log_odds(rows[worded])
    odds[~worded] = _trees("unfinished_times").log_odds(times_of(rows[~worded]))
    return Unfinished(1 / (1 + np.exp(-odds)), by)


@cache
def _trees(name: str) -> Trees:
    return read_trees("talkbalance.metrics", f"{name}.json")


def times_of(rows: Floats) -> Floats:
    """Return (n, times) those of the features in which no word counts."""
    return rows[:, [FEATURES.index(name) for name in TIMES]]


def features(columns: Said) -> tuple[Floats, Ints]:
    """Return (n, features) what the probability is computed from, and (n,) the utterance that may have cut each off."""
    spans, traits = columns.spans, columns.traits
    n = len(spans)
    if not n:
        return np.zeros((0, len(FEATURES))), np.zeros(0, dtype=np.intp)
    starts, ends, rows = spans.starts, spans.ends, np.arange(n)
    longer, went = spans.joined(silence=STRETCH)
    following = spans.following(starts, side="right")
    own_next = following[rows, spans.who]
    returns = np.where(own_next < 0, FAR, starts[own_next] - ends)
    others_next = _others(spans, following, starts, NEVER).min(axis=1)
    latest = spans.latest(ends + NEAR)
    began, stopped = _others(spans, latest, starts, -NEVER), _others(spans, latest, ends, -NEVER)
    newest, longest = began.argmax(axis=1), stopped.argmax(axis=1)
    other = latest[rows, newest]
    other_start, longest_start = began.max(axis=1), began[rows, longest]
    other_end, longest_end = stopped[rows, newest], stopped.max(axis=1)
    before = _others(spans, spans.latest(starts), ends, -NEVER)
    found = np.column_stack(
        [
            traits["ending"].clip(max=ENDINGS.index("content")),  # the class of the last word is English, its role is not
            *(traits[name] for name in WORDS),
            *(ends - starts, ends - longer.starts[went], longer.ends[went] - ends, returns),
            *(ends - other_start, other_end - ends, other_end - other_start),
            *(ends - longest_start, longest_end - ends, longest_end - longest_start),
            *(((stopped > ends[:, None]) & (began < ends[:, None])).sum(axis=1), (before > starts[:, None]).sum(axis=1)),
            *(before.max(axis=1) - starts, before.max(axis=1) - ends, others_next - ends, starts - other_start),
            np.full(n, len(set(spans.who.tolist()))),
            *(_of(traits, name, other) for name in OF_THE_OTHER),
            *(_of(traits, "first", own_next), _of(traits, "words", own_next)),
        ]
    )
    return found.astype(np.float64).clip(-FAR, FAR), cut_off_by(spans)


def cut_off_by(spans: Spans) -> Ints:
    """Return (n,) which utterance may have cut each one off: the newest of the others near its end; -1 where nobody is near."""
    if not len(spans):
        return np.zeros(0, dtype=np.intp)
    latest = spans.latest(spans.ends + NEAR)
    began, stopped = _others(spans, latest, spans.starts, -NEVER), _others(spans, latest, spans.ends, -NEVER)
    rows, newest = np.arange(len(spans)), began.argmax(axis=1)
    near = (began[rows, newest] > -NEVER / 2) & (stopped[rows, newest] > spans.ends - JUST)
    return np.where(near, latest[rows, newest], -1)


def _others(spans: Spans, at: Ints, values: Floats, missing: float) -> Floats:
    """Return (n, speakers) a value of each speaker's span beside each span, `missing` where there is none and for the own one."""
    found: Floats = np.where(at < 0, missing, values[at])
    found[np.arange(len(spans)), spans.who] = missing
    return found


def _of(traits: Traits, name: str, at: Ints) -> Ints:
    found: Ints = np.where(at < 0, -1, traits[name][at]).astype(np.intp)
    return found
