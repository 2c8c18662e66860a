"""The same voice in several meetings of a store: proposed for a person to confirm, only where voice prints were kept.

```
            call1     call2     call3
S1  ....... Eva  -.7- S2  -.6- S1          one voice: "Eva" is proposed for S2 of call2 and S1 of call3
S2  ....... S2   -.4- S1                   not clear: nothing is proposed
```

Pairs of voices are joined from the most alike on. Two groups become one voice only if they are alike on average, and if no
meeting is in both: two voices of one meeting are two people. A wrong name is worse than none, so the limits are set where
`benchmarks/results/voices_across.md` shows hardly a wrong one.

What is proposed stands with a question mark in the sheet of names, and counts for nothing until a person takes it away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talkbalance.corpus.prints import Prints
from talkbalance.corpus.store import Store
from talkbalance.floor import overlap
from talkbalance.formats.names import PROPOSED, numbered
from talkbalance.frames import Schema, table
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, times_of
from talkbalance.speech.voice_prints import VoicePrint

SAME, CLEAR = 0.75, 0.15
"""Cosine from which on two voices of different meetings, and on average two groups of them, are proposed as one; and by how much it
is above that of either with anybody else in the other's meeting, who was heard by the same microphone."""

LEAST = 10.0
"""Seconds a voice must have been heard to be compared."""

NEAREST = 50
"""Voices each is compared with at most, the most alike: in a large store everybody has enough of them."""

_BLOCK = 512
_NOBODY = np.float32(-2)
"""Less alike than anybody can be."""

VOICES: Schema = {
    "voice": "Int64",
    "meeting": "str",
    "file": "str",
    "heard": "str",
    "name": "str",
    "seconds": "float64",
    "alike": "float64",
}


@dataclass(frozen=True)
class _Heard:
    """A voice of a meeting: what it is called in its file, and what it is called now."""

    meeting: str
    file: str
    label: str
    name: str
    print: VoicePrint


def same_voices(store: Store) -> pd.DataFrame:
    """Return the voices of a store that are alike across meetings.

    Needs voice prints, which `talkbalance batch … --voices` keeps; without any the table is empty. They are biometric data
    (Art. 9 GDPR): everybody who is heard has to have consented expressly.

    Parameters
    ----------
    store
        The meetings.

    Returns
    -------
    DataFrame
        A row per voice print: `voice` (a number for all that are taken for one; missing where nobody is alike), `meeting`, `file`,
        `heard` (its name in the file), `name` (what is proposed for a voice without a name: the one name that others of this voice
        have, or "Voice 1"; "" where there is nothing to propose), `seconds` it rests on, `alike` (mean cosine to the others).
    """
    heard = list(_heard(store))
    labels, alike = _compared(heard)
    names = [_name(heard, np.flatnonzero(labels == label), label) for label in range(1, 1 + max(labels, default=0))]
    rows = []
    for one, label, similar in zip(heard, labels.tolist(), alike.tolist(), strict=True):
        open_yet = label and numbered(one.label) and numbered(one.name)
        name = names[label - 1] if open_yet else ""
        rows.append((label or None, one.meeting, one.file, one.label, name, one.print.seconds, similar))
    return table(rows, VOICES).sort_values(["voice", "file", "heard"], kind="stable", ignore_index=True)


def proposed(names: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return a sheet of names with what voices propose: a name with a question mark, and whom the voice is like.

    Parameters
    ----------
    names
        As `names_in` lists them in the folder of the store.
    """
    voices = same_voices(store)
    groups = dict(list(voices.groupby("voice")))
    known = dict(list(voices.groupby(["heard", "file"])))
    found = names.copy()
    for at, heard, file, meetings in zip(names.index, names["heard"], names["file"], names["meetings"], strict=True):
        own = known.get((heard, file), voices[:0])
        if len(own) != meetings or own["voice"].nunique(dropna=False) != 1 or own["voice"].isna().any():
            continue  # nobody is alike; or several files are called so, and a row would name all their voices
        name, alike = str(own["name"].iloc[0]), float(own["alike"].mean())
        others = groups[own["voice"].iloc[0]]
        found.loc[at, "like"] = _like(others[~others["meeting"].isin(own["meeting"])], alike)
        if name:
            found.loc[at, "name"] = name + PROPOSED
    return found


def together(prints: NDArray[np.float32], meetings: Sequence[str], *, same: float = SAME, clear: float = CLEAR) -> NDArray[np.intp]:
    """Return (n,) which voice each print belongs to, from 0 on in no order.

    Parameters
    ----------
    prints
        (n, 192) of length 1.
    meetings
        (n,) the meeting of each.
    same
        How alike two groups must be on average.
    clear
        By how much two prints must be more alike than either is to anybody else in the other's meeting.

    >>> prints = np.array([[1, 0], [0, 1], [0.96, 0.28], [0.28, 0.96]], np.float32)
    >>> together(prints, ["a", "a", "b", "b"]).tolist()
    [0, 1, 0, 1]
    """
    member: dict[int, list[int]] = {one: [one] for one in range(len(prints))}
    group = np.arange(len(prints))
    sums = prints.astype(np.float64)
    there = [{meeting} for meeting in meetings]
    for one, other in _pairs(prints, np.unique(np.array(meetings, str), return_inverse=True)[1], same, clear):
        a, b = sorted((int(group[one]), int(group[other])))
        if a == b or there[a] & there[b] or sums[a] @ sums[b] < same * len(member[a]) * len(member[b]):
            continue
        group[member[b]] = a
        member[a] += member.pop(b)
        there[a] |= there[b]
        sums[a] += sums[b]
    return np.unique(group, return_inverse=True)[1]


def _pairs(prints: NDArray[np.float32], meetings: NDArray[np.intp], same: float, clear: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs of prints that are clearly alike from both sides, the most alike first."""
    order = np.argsort(meetings, kind="stable")
    firsts = np.flatnonzero(np.diff(meetings[order], prepend=-1))
    found = [np.zeros((3, 0), np.float32)]
    for begin in range(0, len(prints), _BLOCK):
        rows = np.arange(begin, min(begin + _BLOCK, len(prints)))
        similar = prints[rows] @ prints[order].T
        similar[meetings[rows][:, None] == meetings[order]] = _NOBODY
        best = np.maximum.reduceat(similar, firsts, axis=1)[:, meetings[order]]
        others = np.where(similar == best, _NOBODY, similar)
        next_best = np.maximum.reduceat(others, firsts, axis=1)[:, meetings[order]]
        similar[(similar < best) | (similar < same) | (similar < next_best + clear)] = _NOBODY
        least = -np.partition(-similar, NEAREST - 1, axis=1)[:, [NEAREST - 1]] if len(prints) > NEAREST else _NOBODY
        at, column = np.nonzero((similar > _NOBODY) & (similar >= least))
        found.append(np.stack([rows[at], order[column], similar[at, column]]))
    one, other, alike = np.concatenate(found, axis=1)
    pairs, first, views = np.unique(np.sort([one, other], axis=0), axis=1, return_index=True, return_counts=True)
    mutual = np.flatnonzero(views == 2)
    mutual = mutual[np.argsort(-alike[first[mutual]], kind="stable")]
    yield from zip(*pairs[:, mutual].astype(int).tolist(), strict=True)


def _heard(store: Store) -> Iterator[_Heard]:
    """Yield every voice print of a store with whose voice it is."""
    prints = Prints(store.path)
    for identity in prints:
        if identity not in store:  # it was not measured yet
            continue
        as_heard, now = store.meeting(identity, as_heard=True), store.meeting(identity)
        for one in prints.of(identity):
            label, name = _speaker(as_heard, one), _speaker(now, one)
            if label and name:
                yield _Heard(identity, as_heard.source.file, label, name, one)


def _speaker(meeting: Meeting, of: VoicePrint) -> str:
    """Return who speaks longest in the stretches of a print; "" where nobody with a voice does."""
    time: dict[str, float] = {}
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        time[utterance.speaker] = time.get(utterance.speaker, 0.0) + sum(overlap(start, end, *stretch) for stretch in of.stretches)
    time.pop(UNKNOWN, None)
    who = max(time, key=lambda name: time[name], default="")
    return who if time.get(who) else ""


def _compared(heard: Sequence[_Heard]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the number of each voice, 0 where nobody is alike, the largest group first; and how alike it is to the others."""
    labels, alike = np.zeros(len(heard), np.intp), np.full(len(heard), np.nan)
    clear = [at for at, one in enumerate(heard) if one.print.seconds >= LEAST]
    if not clear:
        return labels, alike
    prints = np.stack([heard[at].print.numbers for at in clear])
    groups = together(prints, [heard[at].meeting for at in clear])
    sizes = np.bincount(groups)
    for number, label in enumerate(label for label in np.argsort(-sizes, kind="stable") if sizes[label] > 1):
        own = np.flatnonzero(groups == label)
        total = prints[own].sum(axis=0)
        for at in own:
            labels[clear[at]] = number + 1
            alike[clear[at]] = float(prints[at] @ (total - prints[at])) / (len(own) - 1)
    return labels, alike


def _name(heard: Sequence[_Heard], group: NDArray[np.intp], number: int) -> str:
    """Return what a voice is called: as the one name it has, by a number where it has none, "" where it has two."""
    names = {heard[at].name for at in group if not numbered(heard[at].name)}
    return text("voices.nobody", number=number) if not names else names.pop() if len(names) == 1 else ""


def _like(others: pd.DataFrame, alike: float) -> str:
    named_first = others.iloc[np.argsort(others["heard"].map(numbered), kind="stable")]
    listed = [text("voices.of", heard=row.heard, file=row.file) for row in named_first.head(3).itertuples()]
    more = ", …" if len(others) > 3 else ""
    return text("voices.like", others=", ".join(listed) + more, alike=f"{alike:.2f}".replace(".", text("names.decimal")))
