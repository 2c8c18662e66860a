"""Who of the hypothesis is who of the reference, and in which seconds both have them speak."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from talkbalance.agreement import cohen
from talkbalance.floor import Flags, Floats, Spans, spans
from talkbalance.language import Language, language_of
from talkbalance.meeting import Meeting


@dataclass(frozen=True)
class Both:
    """A reference and a hypothesis on their way to a comparison.

    Parameters
    ----------
    reference, given
        Both meetings, the second one with its own names.
    collar, overlap_tolerance, event_tolerance
        Seconds.
    """

    reference: Meeting
    given: Meeting
    collar: float
    overlap_tolerance: float
    event_tolerance: float

    @cached_property
    def timed(self) -> bool:
        """Whether both have times."""
        return self.reference.timed and self.given.timed

    @cached_property
    def voices(self) -> "Voices":
        """Who speaks in both, piece by piece."""
        return voices(self.reference, self.given, collar=self.collar)

    @cached_property
    def matched(self) -> dict[str, str]:
        """The speaker of the reference each one of the hypothesis is; those who are nobody are left out."""
        if not self.timed:
            known = {speaker.name for speaker in self.reference.speakers}
            return {speaker.name: speaker.name for speaker in self.given.speakers if speaker.name in known}
        names = [[speaker.name for speaker in meeting.speakers] for meeting in (self.given, self.reference)]
        return {names[0][voice]: names[1][person] for person, voice in self.voices.matched}

    @cached_property
    def hypothesis(self) -> Meeting:
        """The hypothesis with the names and sides of the reference."""
        return renamed(self.given, self.matched, self.reference)

    @cached_property
    def language(self) -> Language | None:
        """The language both are read in."""
        return language_of(self.reference) or language_of(self.given)


def renamed(meeting: Meeting, matched: dict[str, str], reference: Meeting) -> Meeting:
    """Return a meeting whose speakers have the names and sides of those of the reference they are matched with.

    Who was not heard is listed all the same, with a share of 0; voices that are nobody and say nothing are left out.
    """
    people = {speaker.name: speaker for speaker in reference.speakers}
    speaking = {utterance.speaker for utterance in meeting.utterances}
    others = [s for s in meeting.speakers if s.name not in matched and s.name in speaking]
    names = dict(matched)
    for speaker in others:
        names[speaker.name] = _free(speaker.name, {*people, *names.values()})
    listed = (*people.values(), *(replace(speaker, name=names[speaker.name]) for speaker in others))
    utterances = tuple(replace(u, speaker=names[u.speaker]) for u in meeting.utterances)
    return replace(meeting, speakers=listed, utterances=utterances)


def _free(name: str, taken: set[str]) -> str:
    """Return a name nobody has: of two who are called the same only one is the person."""
    while name in taken:
        name += "*"
    return name


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """Two meetings cut where anybody starts or stops in either.

    Parameters
    ----------
    seconds
        (n,) how long each piece counts.
    people, heard
        (n, p) and (n, h) who speaks in it, in the reference and in the hypothesis.
    matched
        Pairs of a person and the voice that is theirs.
    """

    seconds: Floats
    people: Flags
    heard: Flags
    matched: tuple[tuple[int, int], ...]

    @property
    def total(self) -> float:
        """Speaking time of the reference."""
        return float(self.seconds @ self.people.sum(axis=1))

    @property
    def errors(self) -> tuple[float, float, float]:
        """Seconds missed, heard where nobody speaks, given to the wrong one."""
        true, found = self.people.sum(axis=1), self.heard.sum(axis=1)
        right = sum((self.people[:, i] & self.heard[:, j] for i, j in self.matched), np.zeros(len(self.seconds)))
        parts = np.maximum(true - found, 0), np.maximum(found - true, 0), np.minimum(true, found) - right
        missed, false, confused = (float(self.seconds @ part) for part in parts)
        return missed, false, confused

    @property
    def kappa(self) -> float:
        """Cohen's kappa over time: the class is who of those that are matched speaks, and how many others."""
        columns = [i for i, _ in self.matched], [j for _, j in self.matched]
        classes = [
            np.column_stack([who[:, own], np.delete(who, own, axis=1).sum(axis=1)])
            for who, own in zip((self.people, self.heard), columns, strict=True)
        ]
        found, place = np.unique(np.concatenate(classes), axis=0, return_inverse=True)
        true, heard = np.split(place.ravel(), 2)
        counts = np.zeros((len(found), len(found)))
        np.add.at(counts, (true, heard), self.seconds)
        return cohen(counts)


def voices(reference: Meeting, hypothesis: Meeting, *, collar: float) -> Voices:
    """Return both meetings on one time line, their speakers matched to share as much time as possible."""
    from scipy.optimize import linear_sum_assignment

    own, other = spans(reference), spans(hypothesis)
    near = _left_out(reference, hypothesis, own, collar)
    length = max(own.duration, other.duration)
    people, heard = len(own.speakers), len(other.speakers)
    names = tuple(str(i) for i in range(people + heard + 1))
    line = Spans(
        np.concatenate([own.starts, other.starts, near[:, 0]]),
        np.concatenate([own.ends, other.ends, np.minimum(near[:, 1], length)]),
        np.concatenate([own.who, other.who + people, np.full(len(near), people + heard, dtype=np.intp)]),
        names,
        length,
    )
    pieces = line.states()
    counts = pieces.durations * ~pieces.speaking[:, -1]
    true, found = pieces.speaking[:, :people], pieces.speaking[:, people:-1]
    shared = (true * counts[:, None]).T @ found
    rows, columns = linear_sum_assignment(-shared)
    pairs = tuple((int(i), int(j)) for i, j in zip(rows, columns, strict=True) if shared[i, j] > 0)
    return Voices(counts, true, found, pairs)


def _left_out(reference: Meeting, hypothesis: Meeting, own: Spans, collar: float) -> Floats:
    """Return (m, 2) what does not count: around the boundaries of the reference, and what either meeting leaves out itself."""
    edges = np.concatenate([own.starts, own.ends]) if collar else np.zeros(0)
    around = np.column_stack([np.maximum(0, edges - collar), edges + collar])
    given = np.array([*reference.left_out, *hypothesis.left_out], dtype=np.float64).reshape(-1, 2)
    return joined(np.concatenate([around, given]))


def joined(stretches: Floats) -> Floats:
    """Return stretches, (m, 2), in order, those that touch made one.

    >>> joined(np.array([[4.0, 6.0], [0.0, 2.0], [1.0, 3.0]])).tolist()
    [[0.0, 3.0], [4.0, 6.0]]
    """
    if not len(stretches):
        return np.zeros((0, 2))
    ordered = stretches[np.argsort(stretches[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.flatnonzero(np.append(True, ordered[1:, 0] > reach[:-1]))
    return np.column_stack([ordered[first, 0], np.maximum.reduceat(ordered[:, 1], first)])
