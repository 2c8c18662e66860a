"""Transcriptions of spoken language in TEI (ISO 24624), as EXMARaLDA, FOLKER, the DGD and others exchange them.

An utterance is a `u`, its speaker and points in time its own or those of the `annotationBlock` around it. What was said is
its words (`w`) and marks (`pc`) where they are marked up, else its text; pauses, incidents and vocal sounds are no words.

References
----------
ISO 24624:2016. Language resource management: transcription of spoken language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.languages import short
from talkbalance.formats.timeline import filled
from talkbalance.formats.xml import Node, broken, parse, root_name
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Source, Utterance

_UNSAID = frozenset(("pause", "incident", "vocal", "kinesic", "desc", "note", "spanGrp", "span", "gap", "shift", "writing"))
_MARKS = {"declarative": ".", "interrogative": "?", "exclamative": "!", "interrupted": "…"}
"""How a sentence ends stands in its kind, not in its words."""

_ISO = re.compile(r"P?T?(?:(\d{1,9}(?:\.\d*)?)H)?(?:(\d{1,9}(?:\.\d*)?)M)?(?:(\d{1,9}(?:\.\d*)?)S)?")
_CLOCK = re.compile(r"(?:.*T)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d*)?)")
_SPOKEN = re.compile(r"<(?:\w+:)?(?:u|annotationBlock)[\s>]")


@dataclass(frozen=True, slots=True)
class _Said:
    start: str
    end: str
    speaker: str
    text: str
    line: int


def _claims(file: File) -> bool:
    return root_name(file) == "TEI" and _SPOKEN.search(file.text) is not None


def _read(file: File) -> Found:
    document = parse(file)
    names = _names(document)
    points = list(document.walk("when"))
    given = _seconds(points, file)
    times = filled(given)
    place = {point.get("id"): i for i, point in enumerate(points)}
    guessed = sum(time is None for time in given)
    return assemble(
        (_utterance(said, place, times, file) for said in _said(document, names)),
        source=Source(file.name, "TEI", "utterance" if times else "none", overlap_observable=True),
        speakers=list(dict.fromkeys(names.values())),
        title=next((node.text for part in document.walk("titleStmt") for node in part.children("title")), ""),
        language=next((short(node.get("lang")) for node in document.walk("text", "body") if node.get("lang")), None),
        notes=[text("annotations.guessed", n=guessed, whole=len(given))] if times and guessed else [],
    )


def _names(document: Node) -> dict[str, str]:
    """Return what people are called, by their keys: by name, else by short name, else by key."""
    called: dict[str, str] = {}
    for person in document.walk("person"):
        key = person.get("id")
        name = next((node.text for node in person.walk("persName")), "") or person.get("n") or key
        called[key] = f"{name} ({key})" if name in called.values() else name
    return {key: name for key, name in called.items() if key and name.strip()}


def _seconds(points: list[Node], file: File) -> list[float | None]:
    """Return the seconds of each point of the timeline: by a clock, or so much after another point."""
    known: dict[str, float | None] = {}
    for point in points:
        interval, absolute = point.get("interval"), point.get("absolute")
        if interval:
            value = _interval(interval)
            base = known.get(point.get("since").removeprefix("#")) or 0.0
            known[point.get("id")] = None if value is None else base + value
        elif absolute:
            match = _CLOCK.fullmatch(absolute)
            if match is None:
                raise broken(file, point.line)
            known[point.get("id")] = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
        else:
            known[point.get("id")] = None
    return [known[point.get("id")] for point in points]


def _interval(value: str) -> float | None:
    """Return the seconds of a length, as a number or as ISO 8601 writes it; None where it is said to be unknown."""
    try:
        seconds = float(value)
    except ValueError:
        match = _ISO.fullmatch(value)
        if match is None or not any(match.groups()):
            return None
        hours, minutes, rest = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + rest
    return seconds if seconds >= 0 else None


def _said(document: Node, names: dict[str, str]) -> Iterator[_Said]:
    """Yield the utterances; what one does not say of itself, the block around it says."""
    inside: set[int] = set()
    for around in document.walk("annotationBlock", "u"):
        for node in around.children("u") if around.tag == "annotationBlock" else (around,):
            if id(node) in inside:
                continue
            inside.add(id(node))
            start, end, who = (node.get(name) or around.get(name) for name in ("start", "end", "who"))
            key = who.split()[0].removeprefix("#") if who.split() else ""
            yield _Said(start.removeprefix("#"), end.removeprefix("#"), names.get(key, key) or UNKNOWN, _words(node), node.line)


def _words(node: Node) -> str:
    """Return what was said in an utterance."""
    pieces = list(_pieces(node))
    tokens = any(token for _, token in pieces)
    said = "".join(f" {piece}" if kind == "w" else piece for piece, kind in pieces if kind or not tokens)
    return " ".join(said.split())


def _pieces(node: Node) -> Iterator[tuple[str, str]]:
    """Yield texts in order, with the element they are tokens of; what is only described is left out."""
    waiting: list[Node | str] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part, ""
        elif part.tag in ("w", "pc"):
            yield part.text, part.tag
        elif part.tag not in _UNSAID:
            if mark := _MARKS.get(part.get("subtype")) if part.tag == "seg" else None:
                waiting.append(Node("pc", {}, part.line, [mark]))
            waiting.extend(reversed(part.content))


def _utterance(said: _Said, place: dict[str, int], times: list[float] | None, file: File) -> Utterance | None:
    if times is None:
        return Utterance(None, None, said.speaker, said.text)
    if said.start not in place or said.end not in place:
        raise broken(file, said.line)
    return span(times[place[said.start]], times[place[said.end]], said.speaker, said.text)


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "silent")

FORMAT = Format("TEI", (".tei", ".xml"), _claims, _read, None, _HOLDS)
