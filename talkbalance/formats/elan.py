"""ELAN (`.eaf`): tiers of annotations over time slots.

A tier that stands on its own is one person's speech, called by its participant, else by its name. Tiers that hang on it are
codes about that speech; only where they cut it into words with times of their own are they read. Annotators also put codes,
comments and gestures into tiers of their own: these are left out by their names, and where one participant has several, the
one with the most words is their speech. What was left out is said.

```
Eva         |####guten Tag####      |      a tier on its own: utterances
  Eva-words |guten| Tag |           |      hangs on it, with times: words
  xds@Eva   |T    |                 |      hangs on it, without times: a code, left out
```

References
----------
Max Planck Institute for Psycholinguistics (2017). EAF format 3.0, schema and description.
"""

import itertools
import mimetypes
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.header import MARK, header, restored
from talkbalance.formats.layers import layer_of
from talkbalance.formats.timeline import words_inside
from talkbalance.formats.xml import Node, broken, escaped, parse, root_name
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Source, Utterance, Word, milliseconds, times_of

_UNITS = {"milliseconds": 0.001, "NTSC-frames": 1.001 / 30, "PAL-frames": 0.04, "PAL-50-frames": 0.02}
"""Seconds of one step of the time slots."""


@dataclass(frozen=True, slots=True)
class _Mark:
    start: float
    end: float
    value: str


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    parent: str
    participant: str
    marks: tuple[_Mark | None, ...]

    @property
    def speaker(self) -> str:
        """Whose tier it is."""
        return self.participant or layer_of(self.name)[0] or self.name

    @property
    def named(self) -> bool:
        """Whether the tier is called as its participant: then that is a person, whatever the name means."""
        return self.participant == self.name

    @property
    def letters(self) -> int:
        """How much is on it."""
        return sum(len(mark.value) for mark in self.marks if mark is not None)


def _claims(file: File) -> bool:
    return root_name(file) == "ANNOTATION_DOCUMENT"


def _read(file: File) -> Found:
    document = parse(file)
    slots = _slots(document, file)
    tiers = [_tier(node, slots, file) for node in document.children("TIER")]
    speech, left = _speech(tiers)
    words = _words(tiers)
    source = Source(file.name, "ELAN", "word" if any(words.values()) else "utterance", overlap_observable=True)
    found = assemble(
        (utterance for tier in speech for utterance in _utterances(tier, words.get(tier.name, []))),
        source=source,
        speakers=[tier.speaker for tier in speech],
        notes=[text("annotations.tiers_left", names=", ".join(tier.name for tier in left))] if left else [],
    )
    notes = (node.text for node in document.walk("PROPERTY") if node.get("NAME") == MARK)
    return restored(found, next(notes, ""))


def _slots(document: Node, file: File) -> dict[str, float]:
    """Return the seconds of each time slot that has any."""
    head = next(document.children("HEADER"), None)
    unit = _UNITS.get(head.get("TIME_UNITS") or "milliseconds" if head else "milliseconds")
    if unit is None:
        raise broken(file, head.line if head else 1)
    slots = {}
    for node in document.walk("TIME_SLOT"):
        if value := node.get("TIME_VALUE"):
            try:
                slots[node.get("TIME_SLOT_ID")] = int(value) * unit
            except (ValueError, OverflowError):
                raise broken(file, node.line) from None
    return slots


def _tier(node: Node, slots: dict[str, float], file: File) -> _Tier:
    name = node.get("TIER_ID").strip()
    if not name:
        raise broken(file, node.line)
    marks = []
    for annotation in node.walk("ALIGNABLE_ANNOTATION"):
        if not (annotation.get("TIME_SLOT_REF1") and annotation.get("TIME_SLOT_REF2")):
            raise broken(file, annotation.line)
        start, end = slots.get(annotation.get("TIME_SLOT_REF1")), slots.get(annotation.get("TIME_SLOT_REF2"))
        marks.append(None if start is None or end is None else _Mark(start, end, annotation.text))
    return _Tier(name, node.get("PARENT_REF"), " ".join(node.get("PARTICIPANT").split()), tuple(marks))


def _speech(tiers: list[_Tier]) -> tuple[list[_Tier], list[_Tier]]:
    """Return the tiers that are speech, one a person, and those on their own that are not."""
    alone = [tier for tier in tiers if not tier.parent and (tier.marks or tier.participant)]
    people: dict[str, list[_Tier]] = {}
    for tier in [tier for tier in alone if tier.named or layer_of(tier.name)[1] not in ("codes", "sounds")] or alone:
        people.setdefault(tier.speaker, []).append(tier)
    speech = [max(own, key=lambda tier: (layer_of(tier.name)[1] == "speech", tier.letters)) for own in people.values()]
    return speech, [tier for tier in alone if tier not in speech]


def _words(tiers: list[_Tier]) -> dict[str, list[Word]]:
    """Return, by tier, the pieces of a tier that hangs on it and has times of its own, in order: one called so, else the first."""
    found: dict[str, list[Word]] = {}
    for tier in sorted(tiers, key=lambda tier: layer_of(tier.name)[1] != "words"):
        if tier.parent and tier.parent not in found:
            pieces = [span(mark.start, mark.end, tier.name, mark.value) for mark in tier.marks if mark is not None]
            words = [Word(*times_of(piece), piece.text) for piece in pieces if piece is not None]
            if words:
                found[tier.parent] = sorted(words, key=lambda word: (word.start, word.end))
    return found


def _utterances(tier: _Tier, words: list[Word]) -> Iterator[Utterance | None]:
    """Yield what is said on a tier; pieces are words only where they make up what was said."""
    starts = [word.start for word in words]
    for mark in tier.marks:
        if mark is None:
            yield None
            continue
        inside = words[bisect_left(starts, milliseconds(mark.start)) : bisect_left(starts, milliseconds(mark.end))]
        same = " ".join(word.text for word in inside) == mark.value
        yield span(mark.start, mark.end, tier.speaker, mark.value, inside if same else ())


@dataclass(frozen=True, slots=True)
class _Lane:
    """A tier to be written; each mark with a number of its own in the file."""

    name: str
    speaker: str
    parent: str
    marks: tuple[tuple[int, int, int, str], ...]


def _write(meeting: Meeting) -> str:
    lanes = list(_lanes(meeting))
    marks = [mark for lane in lanes for mark in lane.marks]
    # No two marks share a slot: who moves the edge of one in ELAN must not move another's.
    edges = sorted([(start, number, 0) for number, start, _, _ in marks] + [(end, number, 1) for number, _, end, _ in marks])
    slots = {(number, edge): i for i, (_, number, edge) in enumerate(edges, 1)}
    return _DOCUMENT.format(
        date=(meeting.details.date or _NO_DATE).isoformat(),
        media=_media(meeting),
        mark=MARK,
        note=escaped(header(meeting)),
        last=len(marks),
        slots="".join(_SLOT_TEXT.format(id=i, time=time) for i, (time, _, _) in enumerate(edges, 1)),
        tiers="".join(_tier_text(lane, slots) for lane in lanes),
    )


def _lanes(meeting: Meeting) -> Iterator[_Lane]:
    """Yield a tier of utterances a person, and one of words where there are any."""
    names = {speaker.name for speaker in meeting.speakers}
    count = itertools.count(1)
    for speaker in meeting.speakers:
        said = [utterance for utterance in meeting.utterances if utterance.speaker == speaker.name]
        spans = [(*times_of(utterance), utterance.text) for utterance in said]
        yield _Lane(speaker.name, speaker.name, "", tuple((next(count), *_ms(start, end), text) for start, end, text in spans))
        if words := [word for utterance in said for word in words_inside(utterance)]:
            name = next(name for i in itertools.count() if (name := f"{speaker.name}-words{i or ''}") not in names)
            names.add(name)
            marks = tuple((next(count), *_ms(start, end), text) for start, end, text in words)
            yield _Lane(name, speaker.name, speaker.name, marks)


def _ms(start: float, end: float) -> tuple[int, int]:
    return round(start * 1000), round(end * 1000)


def _tier_text(lane: _Lane, slots: dict[tuple[int, int], int]) -> str:
    kind, parent = ("word", f' PARENT_REF="{escaped(lane.parent)}"') if lane.parent else ("utterance", "")
    speaker, name = escaped(lane.speaker), escaped(lane.name)
    marks = "".join(
        _MARK_TEXT.format(id=number, first=slots[number, 0], last=slots[number, 1], value=escaped(value))
        for number, _, _, value in lane.marks
    )
    return f'    <TIER LINGUISTIC_TYPE_REF="{kind}"{parent} PARTICIPANT="{speaker}" TIER_ID="{name}">\n{marks}    </TIER>\n'


def _media(meeting: Meeting) -> str:
    """Name the recording, so that ELAN finds it beside the file; never its folder."""
    if meeting.recording is None:
        return ""
    sound = escaped(meeting.recording.name)
    kind = mimetypes.guess_type(meeting.recording.name)[0] or "audio/x-wav"
    return f'        <MEDIA_DESCRIPTOR MEDIA_URL="{sound}" MIME_TYPE="{kind}" RELATIVE_MEDIA_URL="./{sound}"/>\n'


_NO_DATE = date(1970, 1, 1)
_SLOT_TEXT = '        <TIME_SLOT TIME_SLOT_ID="ts{id}" TIME_VALUE="{time}"/>\n'
_MARK_TEXT = """\
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a{id}" TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{last}">
                <ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
"""
_DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="{date}T00:00:00+00:00" FORMAT="3.0" VERSION="3.0" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
{media}        <PROPERTY NAME="{mark}">{note}</PROPERTY>
        <PROPERTY NAME="lastUsedAnnotationId">{last}</PROPERTY>
    </HEADER>
    <TIME_ORDER>
{slots}    </TIME_ORDER>
{tiers}\
    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="utterance" TIME_ALIGNABLE="true"/>
    <LINGUISTIC_TYPE CONSTRAINTS="Included_In" GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="word" TIME_ALIGNABLE="true"/>
    <CONSTRAINT DESCRIPTION="Time subdivision of parent annotation's time interval, no time gaps allowed within this interval" \
STEREOTYPE="Time_Subdivision"/>
    <CONSTRAINT DESCRIPTION="Symbolic subdivision of a parent annotation. Annotations refering to the same parent are ordered" \
STEREOTYPE="Symbolic_Subdivision"/>
    <CONSTRAINT DESCRIPTION="1-1 association with a parent annotation" STEREOTYPE="Symbolic_Association"/>
    <CONSTRAINT DESCRIPTION="Time alignable annotations within the parent annotation's time interval, gaps are allowed" \
STEREOTYPE="Included_In"/>
</ANNOTATION_DOCUMENT>
"""

_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "words", "sides", "silent", "duration", "origin")

FORMAT = Format("ELAN", (".eaf",), _claims, _read, _write, _HOLDS)
