"""The meeting: who spoke when and said what. Immutable, standard library only; every table is computed from it.

Conventions
-----------
Times are seconds from the start, rounded to the millisecond once, here; spans are half-open, `[start, end)`, and never
empty. Utterances of different speakers may overlap, those of one speaker may not. Speakers are listed, not inferred: a
silent participant stays in every table. Where a transcript has no times, `start`, `end` and `duration` are None and the
order of the utterances counts.
"""

import datetime
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from math import isfinite
from pathlib import Path
from typing import Literal, Self

from talkbalance.errors import InvalidMeeting, UnknownSide

Times = Literal["word", "utterance", "start", "none"]
Sides = Mapping[str, Sequence[str]]

AGENCY, CLIENT = "agency", "client"
UNKNOWN = "unknown"
"""Name of the speaker that holds speech nobody could be given."""


def milliseconds(seconds: float) -> float:
    """Round seconds to the millisecond, the resolution of every time in a meeting."""
    return round(float(seconds), 3)


def clock(seconds: float) -> str:
    """Write a moment as people say it: `1:02:03` or `4:07`.

    >>> clock(247.4), clock(3723)
    ('4:07', '1:02:03')
    """
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _span(start: float | None, end: float | None, what: str) -> tuple[float | None, float | None]:
    """Return both ends rounded, or both None; raise where they are no span."""
    if start is None and end is None:
        return None, None
    if start is None or end is None or not (isfinite(start) and isfinite(end)):
        raise InvalidMeeting("meeting.no_span", what=what, start=start, end=end)
    start, end = milliseconds(start), milliseconds(end)
    if not 0 <= start < end:
        raise InvalidMeeting("meeting.no_span", what=what, start=start, end=end)
    return start, end


def _probability(value: float | None, what: str) -> None:
    if value is not None and not 0 <= value <= 1:
        raise InvalidMeeting("meeting.no_probability", what=what, value=value)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person, and the side they sit on: "agency", "client" or "" while nobody has said."""

    name: str
    side: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidMeeting("meeting.nameless")


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was heard, its punctuation included; `probability` is the recogniser's."""

    start: float
    end: float
    text: str
    probability: float | None = None

    def __post_init__(self) -> None:
        start, end = _span(self.start, self.end, self.text)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        _probability(self.probability, self.text)


@dataclass(frozen=True, slots=True)
class Prosody:
    """Pitch and energy over a short span: slope in semitones/s, level re the speaker's median, energy in dB."""

    start: float
    end: float
    slope: float
    level: float
    energy: float


@dataclass(frozen=True, slots=True)
class Check:
    """What a person said of a moment, after listening: whether an event is what the machine takes it for.

    Parameters
    ----------
    measure
        "interruptions", "questions" or "backchannels".
    holds
        True: it is one; False: it is none.
    by
        Of an interruption, who came in; the check stands on the utterance that was cut off.
    start
        Of a question, where its sentence begins, in seconds; None without times.
    """

    measure: str
    holds: bool
    by: str = ""
    start: float | None = None

    def __post_init__(self) -> None:
        if self.measure not in CHECKED:
            raise InvalidMeeting("meeting.no_check", measure=self.measure, choices=", ".join(CHECKED))
        if self.start is not None:
            object.__setattr__(self, "start", milliseconds(self.start))


CHECKED = ("interruptions", "questions", "backchannels")
"""Measures whose single events a person can confirm or reject."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch one speaker says, as a reader or a model delivered it.

    Speech without words is still speech: `text` is then empty. `confidence` is the probability that it was this speaker.
    `checks` is what a person said of the events in it.
    """

    start: float | None
    end: float | None
    speaker: str
    text: str = ""
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    prosody: tuple[Prosody, ...] = ()
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        start, end = _span(self.start, self.end, self.text or self.speaker)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "prosody", tuple(self.prosody))
        object.__setattr__(self, "checks", tuple(self.checks))
        _probability(self.confidence, self.text or self.speaker)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a meeting comes from and what that allows to measure.

    Parameters
    ----------
    file, format
        Name of the file (never its folder) and of its format.
    times
        The finest times there are: "word", "utterance", "start" or "none".
    overlap_observable
        Could overlaps have survived? False for a mixed recording transcribed as one voice; None where nobody knows.
    duration_given
        Whether the duration was stated; otherwise it is the end of the last utterance.
    models, options, versions
        What heard it, with which settings, at which releases. No models: made by hand.
    """

    file: str = ""
    format: str = ""
    times: Times = "word"
    overlap_observable: bool | None = None
    duration_given: bool = True
    models: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", tuple(self.models))
        for name in ("options", "versions"):
            object.__setattr__(self, name, tuple((str(key), str(value)) for key, value in getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Details:
    """What is known about the meeting beside what was said; `id` is the hash of the content it was read from."""

    id: str = ""
    date: datetime.date | None = None
    client: str = ""
    kind: str = ""
    mode: str = ""
    consent: str | None = None
    retain_until: datetime.date | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Meeting:
    """One recording or transcript with its speakers and sides.

    Parameters
    ----------
    speakers
        Everybody who was there, silent ones too, in the order of the tables.
    utterances
        What was said; put in order of time here.
    duration
        Seconds; None where the transcript has no times.
    recording
        The sound it was heard from, if that is at hand.
    left_out
        Stretches that do not count, in seconds: a jingle, a hold, private talk. Nobody speaks in them, and no time passes.

    Raises
    ------
    InvalidMeeting
        Where two speakers share a name, an utterance belongs to nobody listed, one speaker overlaps with themself, a
        time lies after the end, or somebody speaks in a stretch that is left out.

    >>> meeting = Meeting([Speaker("Eva", "agency")], [Utterance(0, 2, "Eva", "Guten Tag.")], duration=10)
    >>> meeting.side_of("Eva")
    'agency'
    """

    speakers: tuple[Speaker, ...]
    utterances: tuple[Utterance, ...]
    duration: float | None
    title: str = ""
    language: str | None = None
    source: Source = field(default_factory=Source)
    recording: Path | None = None
    details: Details = field(default_factory=Details)
    left_out: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "speakers", tuple(self.speakers))
        object.__setattr__(self, "utterances", tuple(self.utterances))
        if self.recording is not None:
            object.__setattr__(self, "recording", Path(self.recording))
        names = [speaker.name for speaker in self.speakers]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise InvalidMeeting("meeting.doubled_speaker", name=doubled[0])
        if strangers := sorted({u.speaker for u in self.utterances} - set(names)):
            raise InvalidMeeting("meeting.stranger", name=strangers[0], names=", ".join(names))
        self._check_untimed() if self.source.times == "none" else self._check_timed()

    def _check_untimed(self) -> None:
        if self.duration is not None or self.left_out or any(u.start is not None for u in self.utterances):
            raise InvalidMeeting("meeting.times_unexpected")

    def _check_timed(self) -> None:
        if self.duration is None or any(u.start is None for u in self.utterances):
            raise InvalidMeeting("meeting.times_missing")
        duration = milliseconds(self.duration)
        if not (isfinite(duration) and duration >= 0):
            raise InvalidMeeting("meeting.no_span", what="duration", start=0, end=self.duration)
        ordered = tuple(sorted(self.utterances, key=_by_time))
        last: dict[str, Utterance] = {}
        for utterance in ordered:
            start, end = times_of(utterance)
            before = last.get(utterance.speaker)
            if before is not None and start < times_of(before)[1]:
                raise InvalidMeeting("meeting.self_overlap", name=utterance.speaker, start=start, clock=clock(start))
            if end > duration:
                raise InvalidMeeting("meeting.after_the_end", end=end, duration=duration)
            last[utterance.speaker] = utterance
        object.__setattr__(self, "utterances", ordered)
        object.__setattr__(self, "duration", duration)
        object.__setattr__(self, "left_out", _joined(self.left_out, duration))
        for start, end in self.left_out:
            if inside := next((u for u in ordered if times_of(u)[0] < end and times_of(u)[1] > start), None):
                raise InvalidMeeting("meeting.in_left_out", name=inside.speaker, clock=clock(times_of(inside)[0]))

    @property
    def timed(self) -> bool:
        """Whether there are times at all."""
        return self.source.times != "none"

    @property
    def overlap_observable(self) -> bool:
        """Whether overlaps and interruptions can be seen; not known counts as yes, "start" times never do."""
        return self.source.overlap_observable is not False and self.source.times in ("word", "utterance")

    @property
    def length(self) -> float:
        """The duration, 0 where there are no times."""
        return self.duration or 0.0

    @property
    def counted(self) -> float:
        """Seconds that count: the duration without what is left out."""
        return milliseconds(self.length - sum(end - start for start, end in self.left_out))

    @property
    def sided(self) -> bool:
        """Whether somebody of the agency and somebody of the client are named."""
        return {AGENCY, CLIENT} <= {speaker.side for speaker in self.speakers}

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides in the order of the tables; without any, every speaker is a side of their own."""
        named = {self.side_of(speaker.name): None for speaker in self.speakers}
        return tuple(sorted(named, key=lambda side: [AGENCY, CLIENT].index(side) if side in (AGENCY, CLIENT) else 2))

    def side_of(self, name: str) -> str:
        """Return the side of a speaker: the named one, else the speaker themself."""
        for speaker in self.speakers:
            if speaker.name == name:
                return speaker.side or speaker.name
        raise InvalidMeeting("meeting.stranger", name=name, names=", ".join(s.name for s in self.speakers))

    def with_sides(self, sides: Sides) -> Self:
        """Return the meeting with sides, and names where an entry gives one.

        Parameters
        ----------
        sides
            Side to entries; an entry is a speaker's name, or `S2=Eva` to name a heard voice. `S1=Eva` and `S2=Eva` make
            one person of two voices, as long as they never speak at once.

        Raises
        ------
        UnknownSide
            Where an entry matches nobody; the sentence lists everybody with a clear moment to listen to.
        """
        by_name = {speaker.name: speaker for speaker in self.speakers}
        renamed: dict[str, str] = {}
        side: dict[str, str] = {}
        for wanted, entries in sides.items():
            for entry in entries:
                heard, _, name = (part.strip() for part in entry.partition("="))
                if heard not in by_name:
                    raise UnknownSide("sides.unknown", entry=entry, side=wanted, speakers=self._clear_moments())
                renamed[heard] = name or heard
                if side.setdefault(renamed[heard], wanted) != wanted:
                    raise UnknownSide("sides.both", name=renamed[heard])
        people: dict[str, Speaker] = {}
        for speaker in self.speakers:
            name = renamed.get(speaker.name, speaker.name)
            people.setdefault(name, Speaker(name, side.get(name, speaker.side)))
        utterances = (called(u, renamed) for u in self.utterances)
        return replace(self, speakers=tuple(people.values()), utterances=tuple(utterances))

    def clear_moment(self, name: str) -> Utterance | None:
        """Return the longest utterance of a speaker that nobody else talks into, for people to listen to."""
        timed = [u for u in self.utterances if u.start is not None]
        others = [u for u in timed if u.speaker != name]
        own = sorted((u for u in timed if u.speaker == name), key=lambda u: times_of(u)[0] - times_of(u)[1])
        starts = [times_of(other)[0] for other in others]
        reached = [0.0, *accumulate((times_of(other)[1] for other in others), max)]
        alone = (u for u in own if reached[bisect_left(starts, times_of(u)[1])] <= times_of(u)[0])
        return next(alone, own[0] if own else None)

    def _clear_moments(self) -> str:
        found = []
        for speaker in self.speakers:
            moment = self.clear_moment(speaker.name)
            where = f" ({clock(times_of(moment)[0])}-{clock(times_of(moment)[1])})" if moment else ""
            found.append(speaker.name + where)
        return ", ".join(found)


def called(utterance: Utterance, names: Mapping[str, str]) -> Utterance:
    """Return an utterance with other names for its speaker and for whoever is said to have cut it off."""
    if utterance.speaker not in names and not utterance.checks:
        return utterance
    checks = tuple(replace(check, by=names.get(check.by, check.by)) for check in utterance.checks)
    return replace(utterance, speaker=names.get(utterance.speaker, utterance.speaker), checks=checks)


def _joined(stretches: Sequence[tuple[float, float]], duration: float) -> tuple[tuple[float, float], ...]:
    """Return stretches in order, inside the meeting, those that touch made one."""
    found: list[tuple[float, float]] = []
    for start, end in sorted((milliseconds(start), milliseconds(min(end, duration))) for start, end in stretches):
        if not 0 <= start < end:
            raise InvalidMeeting("meeting.no_span", what="left_out", start=start, end=end)
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)


def times_of(utterance: Utterance) -> tuple[float, float]:
    """Return start and end of an utterance that has them."""
    if utterance.start is None or utterance.end is None:
        raise InvalidMeeting("meeting.times_missing")
    return utterance.start, utterance.end


def _by_time(utterance: Utterance) -> tuple[float, float, str]:
    """Order of time; the name only makes the order of simultaneous utterances the same everywhere."""
    return *times_of(utterance), utterance.speaker


@dataclass(frozen=True, slots=True)
class Tidied:
    """Utterances that keep the rules of a meeting, and how many had to be changed for it."""

    utterances: tuple[Utterance, ...]
    clipped: int = 0
    dropped: int = 0


def tidy(utterances: Iterable[Utterance | None]) -> Tidied:
    """Make one speaker's utterances follow one another: clip each at the next start, drop what is then empty.

    ```
    Eva  |#######     |        |####        |
    Eva  |    ########|   ->   |    ########|
    ```

    Words stay with their utterance; their times are left as they were heard. A reader passes None for a span that was
    empty to begin with, so that it is counted too.
    """
    kept: list[Utterance] = []
    clipped = dropped = 0
    given = list(utterances)
    by_speaker: dict[str, list[Utterance]] = {}
    for utterance in given:
        if utterance is not None:
            by_speaker.setdefault(utterance.speaker, []).append(utterance)
    dropped += sum(utterance is None for utterance in given)
    for own in by_speaker.values():
        own.sort(key=_by_time)
        for this, following in pairwise(own):
            (start, end), (limit, _) = times_of(this), times_of(following)
            if end <= limit:
                kept.append(this)
            elif start < limit:
                kept.append(replace(this, end=limit))
                clipped += 1
            else:
                dropped += 1
        kept.append(own[-1])
    return Tidied(tuple(sorted(kept, key=_by_time)), clipped, dropped)
