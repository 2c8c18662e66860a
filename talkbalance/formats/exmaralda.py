"""EXMARaLDA's basic transcription (`.exb`): tiers of events over a common timeline.

Tiers of type `t` are what people say; the others describe it. Annotators cut events wherever something else happens, so events
that touch are one utterance, as EXMARaLDA's own segmentation makes them.

```
AW   |so, das ist |Gottfried,|          |        two events, one utterance
GL   |            |hallo.    |danke     |
```

Points of the timeline without a time lie evenly between those that have one, as the editor shows them, and their number is
said. Without two times the transcript has none.

References
----------
Schmidt, T., & Wörner, K. (2014). EXMARaLDA. In The Oxford handbook of corpus phonology, 402-419.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.header import MARK, header, restored
from talkbalance.formats.languages import short
from talkbalance.formats.timeline import filled
from talkbalance.formats.xml import Node, broken, escaped, parse, root_name
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, Source, Utterance, times_of

_DESCRIBED = re.compile(r"\(\([^()]{0,200}\)\)|\((?:\.|-{1,3}|\d{1,3}[.,]\d{0,3})\)")
"""What HIAT and GAT put into what was said without being said: ((laughs)), (.), (--), (1.2)."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A stretch between two points of the timeline, by their places in it."""

    start: int
    end: int
    speaker: str
    text: str


def _claims(file: File) -> bool:
    return root_name(file) == "basic-transcription"


def _read(file: File) -> Found:
    document = parse(file)
    points = list(document.walk("tli"))
    place = {point.get("id"): i for i, point in enumerate(points)}
    given = [_seconds(point, file) for point in points]
    times = filled(given)
    names = _names(document)
    said = [chain for tier in document.walk("tier") if tier.get("type") == "t" for chain in _chains(tier, place, names, file)]
    said.sort(key=lambda chain: (chain.start, chain.end))
    guessed = sum(time is None for time in given)
    found = assemble(
        _utterances(said, times),
        source=Source(file.name, "EXMARaLDA", "utterance" if times else "none", overlap_observable=True),
        speakers=list(dict.fromkeys(names.values())),
        title=next((node.text for node in document.walk("transcription-name")), ""),
        language=_language(document),
        notes=[text("annotations.guessed", n=guessed, whole=len(given))] if times and guessed else [],
    )
    notes = (node.text for node in document.walk("ud-information") if node.get("attribute-name") == MARK)
    return restored(found, next(notes, ""))


def _seconds(point: Node, file: File) -> float | None:
    """Return a point's time; None also where the editor put one in itself."""
    value = point.get("time")
    if not value or point.get("type") == "intp":
        return None
    try:
        return float(value)
    except ValueError:
        raise broken(file, point.line) from None


def _names(document: Node) -> dict[str, str]:
    """Return what people are called, by their keys: the abbreviation, with the key where two share one."""
    called: dict[str, str] = {}
    for node in document.walk("speaker"):
        key = node.get("id")
        name = next((short_name.text for short_name in node.children("abbreviation")), "") or key
        called[key] = f"{name} ({key})" if name in called.values() else name
    return {key: name for key, name in called.items() if name.strip()}


def _chains(tier: Node, place: dict[str, int], names: dict[str, str], file: File) -> Iterator[_Said]:
    """Yield the utterances of a tier: its events, joined where one ends at the point at which the next begins."""
    speaker = names.get(tier.get("speaker")) or tier.get("display-name").strip() or UNKNOWN
    open_from, reached, words = 0, -1, ""
    for event in tier.children("event"):
        start, end = place.get(event.get("start")), place.get(event.get("end"))
        if start is None or end is None:
            raise broken(file, event.line)
        if start != reached:
            if reached >= 0:
                yield _Said(open_from, reached, speaker, _plain(words))
            open_from, words = start, ""
        words += "".join(part if isinstance(part, str) else part.text for part in event.content)
        reached = end
    if reached >= 0:
        yield _Said(open_from, reached, speaker, _plain(words))


def _plain(words: str) -> str:
    return " ".join(_DESCRIBED.sub(" ", words).split())


def _utterances(said: Sequence[_Said], times: list[float] | None) -> Iterator[Utterance | None]:
    for chain in said:
        if times is None:
            yield Utterance(None, None, chain.speaker, chain.text)
        else:
            yield span(times[chain.start], times[chain.end], chain.speaker, chain.text)


def _language(document: Node) -> str | None:
    """Return the language that is used, where it is one."""
    used = {node.get("lang") for part in document.walk("languages-used") for node in part.children("language")}
    return short(used.pop()) if len(used) == 1 else None


def _write(meeting: Meeting) -> str:
    edges = sorted({0.0, meeting.length, *(edge for utterance in meeting.utterances for edge in times_of(utterance))})
    points = {edge: f"T{i}" for i, edge in enumerate(edges)}
    people = {speaker.name: f"SPK{i}" for i, speaker in enumerate(meeting.speakers)}
    language = f'<language lang="{escaped(meeting.language)}"/>' if meeting.language else ""
    sound = f'<referenced-file url="{escaped(meeting.recording.name)}"/>' if meeting.recording else ""
    return _DOCUMENT.format(
        title=escaped(meeting.title),
        sound=sound,
        mark=MARK,
        note=escaped(header(meeting)),
        speakers="".join(_SPEAKER.format(key=key, name=escaped(name), language=language) for name, key in people.items()),
        points="".join(f'<tli id="{key}" time="{edge:.3f}"/>\n' for edge, key in points.items()),
        tiers="".join(_tier(meeting, name, key, points) for name, key in people.items()),
    )


def _tier(meeting: Meeting, name: str, key: str, points: dict[float, str]) -> str:
    events = []
    for utterance in meeting.utterances:
        if utterance.speaker == name:
            start, end = times_of(utterance)
            events.append(f'<event start="{points[start]}" end="{points[end]}">{escaped(utterance.text)} </event>\n')
    number = key.removeprefix("SPK")
    return _TIER.format(number=number, key=key, name=escaped(name), events="".join(events))


def _joined(meeting: Meeting) -> tuple[str, ...]:
    """Say how many utterances become one with the next of the same person, since nothing is between them."""
    ends = {(utterance.speaker, utterance.end) for utterance in meeting.utterances}
    touching = sum((utterance.speaker, utterance.start) in ends for utterance in meeting.utterances)
    return (text("annotations.joined", n=touching),) if touching else ()


_SPEAKER = """\
<speaker id="{key}">
<abbreviation>{name}</abbreviation>
<sex value="u"/>
<languages-used>{language}</languages-used>
<l1></l1>
<l2></l2>
<ud-speaker-information></ud-speaker-information>
<comment></comment>
</speaker>
"""
_TIER = """\
<tier id="TIE{number}" speaker="{key}" category="v" type="t" display-name="{name} [v]">
{events}</tier>
"""
_DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<basic-transcription>
<head>
<meta-information>
<project-name></project-name>
<transcription-name>{title}</transcription-name>
{sound}<ud-meta-information><ud-information attribute-name="{mark}">{note}</ud-information></ud-meta-information>
<comment></comment>
<transcription-convention></transcription-convention>
</meta-information>
<speakertable>
{speakers}</speakertable>
</head>
<basic-body>
<common-timeline>
{points}</common-timeline>
{tiers}</basic-body>
</basic-transcription>
"""
_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "sides", "silent", "duration", "origin")

FORMAT = Format("EXMARaLDA", (".exb",), _claims, _read, _write, _HOLDS, changes=_joined)
