"""How likely a short utterance is a listener signal: the kinds of its words, and what its speaker and the others do around it.

```
Baum  |und dann wollten wir den  Namen behalten|      goes on: "ja" listens
Eva   |                      ja                |

Baum  |wir behalten den Namen|                 |      has finished: "genau" agrees
Eva   |                       genau  das machen wir|
```

Boosted trees over a closed set of features (`FEATURES`), fitted on the training meetings of MRDA, where people marked each unit
that signals listening, and each that agrees or answers. No word is a feature, only its kind; the kinds are the same in German.

References
----------
Shriberg, E. et al. (2004). The ICSI Meeting Recorder Dialog Act corpus: the marks `b`, `bk` and `bh`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from talkbalance.floor import Flags, Floats, Ints, Spans
from talkbalance.language.trees import Trees, read_trees
from talkbalance.metrics.said import CLASSES, ENDINGS, Said, Traits

FAR = 30.0
"""Seconds; what lies further away is as far."""
NEVER = 1e9

OWN = (*("words", "first_kind", "second_kind", "last_kind", "strange", "ending", "repeats", "first", "second", "asks"),)
OF_OWN_NEXT = ("words", "first_kind", "first", "candidate")
OF_OWN_LAST = ("words", "first_kind", "first", "ending", "asks", "candidate")
OF_HOLDER = ("words", "asks", "ending", "first", "second")
FEATURES = (
    *(f"own {name}" for name in OWN),
    *("length", "people"),
    *(f"own next {name}" for name in OF_OWN_NEXT),
    *("own next in", "own next length"),
    *(f"own last {name}" for name in OF_OWN_LAST),
    *("own last since", "own last length"),
    *("own claim since", "own claim in", "own next claim words", "own last claim words", "own last claim asks"),
    *(f"holder's {name}" for name in OF_HOLDER),
    *("holder's end to start", "holder's end to end", "holder's start to start", "holder's length"),
    *("holder next in", "holder's next first", "holder's next words", "others next in", "own claim after theirs"),
    *("speaking at start", "speaking at end"),
    *("other signal since", "other signal kind", "next other signal in", "next other signal kind"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The candidates among the utterances, how likely each is a listener signal, and who is listened to (-1: nobody)."""

    at: Ints
    probability: Floats
    to: Ints


def judged(columns: Said, signal: Flags) -> Judged:
    """Return how likely each candidate is a listener signal.

    Parameters
    ----------
    signal
        (n,) what the plain rule takes for one; where no word was recognised that is all there is to say.
    """
    at, rows, to = features(columns, signal)
    probability = 1 / (1 + np.exp(-_trees().log_odds(rows)))
    return Judged(at, np.where(to < 0, 0.0, probability), to)


@cache
def _trees() -> Trees:
    return read_trees("talkbalance.metrics", "signals.json")


def features(columns: Said, signal: Flags) -> tuple[Ints, Floats, Ints]:
    """Return (m,) the candidates, (m, features) what the probability is computed from, and (m,) who holds the floor then."""
    spans, traits = columns.spans, _of_kinds(columns.traits)
    at = np.flatnonzero(traits["candidate"])
    clear = np.flatnonzero(~traits["candidate"] & ~signal)
    own = spans.chosen(at)
    claims, of_claims = spans.chosen(clear), traits[clear]
    m, rows = len(at), np.arange(len(at))
    if not m or not len(clear):
        return at, np.zeros((m, len(FEATURES))), np.full(m, -1, dtype=np.intp)
    latest, following = claims.latest(own.ends), claims.following(own.starts)
    ends, began = _values(latest, claims.ends, -NEVER), _values(latest, claims.starts, -NEVER)
    comes = _values(following, claims.starts, NEVER)
    own_since, own_in = own.starts - ends[rows, own.who], comes[rows, own.who] - own.ends
    own_next, own_last = following[rows, own.who], latest[rows, own.who]
    for values, missing in ((ends, -NEVER), (began, -NEVER), (comes, NEVER)):
        values[rows, own.who] = missing
    holder = ends.argmax(axis=1)
    held, next_held = latest[rows, holder], following[rows, holder]
    end, start = ends[rows, holder], began[rows, holder]
    next_, last = _neighbours(spans)
    found = np.column_stack(
        [
            *(traits[name][at] for name in OWN),
            *(own.durations, np.full(m, len(np.unique(spans.who)))),
            *(_of(traits, name, next_[at]) for name in OF_OWN_NEXT),
            *(_values(next_[at], spans.starts, NEVER) - own.ends, _values(next_[at], spans.durations, 0.0)),
            *(_of(traits, name, last[at]) for name in OF_OWN_LAST),
            *(own.starts - _values(last[at], spans.ends, -NEVER), _values(last[at], spans.durations, 0.0)),
            *(own_since, own_in, *(_of(of_claims, "words", own_) for own_ in (own_next, own_last))),
            _of(of_claims, "asks", own_last),
            *(_of(of_claims, name, held) for name in OF_HOLDER),
            *(own.starts - end, own.ends - end, own.starts - start, end - start),
            *(comes[rows, holder] - own.ends, _of(of_claims, "first", next_held), _of(of_claims, "words", next_held)),
            *(comes.min(axis=1) - own.ends, own_in + own.ends - comes.min(axis=1)),
            *(((ends > own.starts[:, None]) & (began < own.starts[:, None])).sum(axis=1), (ends > own.ends[:, None]).sum(axis=1)),
            *_other_signals(own, traits[at]),
        ]
    )
    to = np.where(end > -NEVER, holder, -1)
    return at, found.astype(np.float64).clip(-FAR, FAR), to


def _of_kinds(traits: Traits) -> Traits:
    """Return traits in which a signal word has a kind and no class: "ja" is an adverb and "yeah" is none, and both do the same."""
    known = traits.copy()
    for name, kind in (("first", "first_kind"), ("second", "second_kind")):
        known[name][traits[kind] > 0] = CLASSES.index("")
    known["ending"][(traits["last_kind"] > 0) & (traits["ending"] != ENDINGS.index("broken"))] = ENDINGS.index("content")
    return known


def _values(at: Ints, values: Floats, missing: float) -> Floats:
    found: Floats = np.where(at < 0, missing, values[at])
    return found


def _of(traits: Traits, name: str, at: Ints) -> Ints:
    found: Ints = np.where(at < 0, -1, traits[name][at]).astype(np.intp)
    return found


def _neighbours(spans: Spans) -> tuple[Ints, Ints]:
    """Return (n,) the same speaker's next and last utterance of each; -1 where there is none."""
    order = np.lexsort((spans.starts, spans.who))
    same = spans.who[order][1:] == spans.who[order][:-1]
    before, after = order[:-1][same], order[1:][same]
    next_, last = np.full(len(spans), -1, dtype=np.intp), np.full(len(spans), -1, dtype=np.intp)
    next_[before], last[after] = after, before
    return next_, last


def _other_signals(own: Spans, traits: Traits) -> tuple[Floats, Ints, Floats, Ints]:
    """Return when others gave their last candidate and will give their next one, each with the kind of its first word."""
    rows = np.arange(len(own))
    found: list[Floats | Ints] = []
    for at, missing in ((own.latest(own.starts), -NEVER), (own.following(own.starts, side="right"), NEVER)):
        starts = _values(at, own.starts, missing)
        starts[rows, own.who] = missing
        nearest = (-starts if missing > 0 else starts).argmax(axis=1)
        away = np.abs(own.starts - starts[rows, nearest])
        found += [away, np.where(away < NEVER / 2, _of(traits, "first_kind", at[rows, nearest]), -1)]
    return found[0], found[1], found[2], found[3]  # type: ignore[return-value]
