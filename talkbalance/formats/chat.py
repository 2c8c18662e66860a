"""CHAT (`.cha`), the transcription format of TalkBank: a line a speaker, `*EVA:`, with codes inside and tiers below.

Of a line we keep what was said: codes in brackets, pauses, marks of overlap and of how something was said go, the way an
utterance ends is written as usual ("+/." is broken off, "+..." trails off). Times stand between two marks at its end, in
milliseconds. Where only some utterances have times, the others share the silence before the next one that has; what finds no
room there is left out and counted.

References
----------
MacWhinney, B. (2000). The CHILDES project: tools for analyzing talk (3rd ed.). CHAT manual, sections 8 to 10.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.languages import short
from talkbalance.formats.xml import broken
from talkbalance.meeting import UNKNOWN, Source, Utterance

_BULLET = re.compile(r"\x15(?:%(?:snd|mov):\"?[^\x15_]*?\"?_)?(\d{1,12})_(\d{1,12})-?\x15")
_OTHER_BULLETS = re.compile(r"\x15[^\x15]*\x15?")
_ENDS = {
    "+...": "…", "+..?": "?", "+/.": "–", "+/?": "?", "+//.": "–", "+//?": "?", "+!?": "?!", '+"/.': ":", '+".': ".", "+.": "…",
}  # fmt: skip
_REPLACED = re.compile(r"\S+\s*\[::?\s*([^\]]*)\]")
_CODES = re.compile(r"\[[^\]]*\]|\((?:\.{1,3}|\d+:?\d*\.\d*)\)|&=\S+|[‡„⁎]|\+[<^,+\"≋≈]|[⌈⌉⌊⌋]\d?|[↑↓→↗↘⇗⇘∆∇°▔▁☺♋Ϋ∮↫⁇↻<>]")
_UNSAID = frozenset(("xxx", "yyy", "www", "0"))
_FILLER = re.compile(r"&[-~+]?(?=\w)")
_FORM = re.compile(r"(?<=\w)@\w+(?:[:$]\w+)*")
_SPACE_BEFORE = re.compile(r"\s+([.?!…,;:–])")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    key: str
    content: str


@dataclass(frozen=True, slots=True)
class _Said:
    speaker: str
    text: str
    span: tuple[float, float] | None


def _claims(file: File) -> bool:
    head = [line for line in file.text[:4000].removeprefix("\ufeff").split("\n") if line.strip()]
    return any(line.strip() == "@Begin" for line in head[:6])


def _read(file: File) -> Found:
    lines = list(_lines(file))
    headers = {line.key: line.content for line in reversed(lines) if line.key.startswith("@")}
    names = _names(headers.get("@Participants", ""))
    said = [_said(line, names, file) for line in lines if line.key.startswith("*")]
    timed = any(entry.span for entry in said)
    return assemble(
        _timed(said) if timed else (Utterance(None, None, entry.speaker, entry.text) for entry in said),
        source=Source(file.name, "CHAT", "utterance" if timed else "none", overlap_observable=True),
        speakers=list(names.values()),
        title=headers.get("@Media", "").partition(",")[0].strip(' \t"'),
        language=short(headers.get("@Languages", "").partition(",")[0]),
    )


def _lines(file: File) -> Iterator[_Line]:
    """Yield the lines with their keys; one that begins with a tab goes on with the last."""
    number, key, pieces = 0, "", [""]
    for i, line in enumerate(file.lines, 1):
        if line.startswith(("@", "*", "%")):
            if key:
                yield _Line(number, key, " ".join(pieces))
            number = i
            key, colon, rest = line.partition(":")
            pieces = [rest]
            if line[0] == "*" and not (colon and key[1:].strip()):
                raise broken(file, i)
        elif line.startswith(("\t", " ")):
            pieces.append(line)
        elif line.strip().removeprefix("\ufeff") and i > 1:
            raise broken(file, i)
    if key:
        yield _Line(number, key, " ".join(pieces))


def _names(participants: str) -> dict[str, str]:
    """Return what people are called, by their codes: `EVA Eva_Brandt Investigator`, or by the code where no name is given."""
    called: dict[str, str] = {}
    for entry in participants.split(","):
        parts = entry.split()
        if parts:
            name = parts[1].replace("_", " ") if len(parts) > 2 else parts[0]
            called[parts[0]] = parts[0] if name in called.values() else name
    return called


def _said(line: _Line, names: dict[str, str], file: File) -> _Said:
    key = line.key.removeprefix("*").strip()
    bullets = _BULLET.findall(line.content)
    times = (int(bullets[0][0]) / 1000, int(bullets[-1][1]) / 1000) if bullets else None
    if times and times[0] > times[1]:
        raise broken(file, line.number)
    return _Said(names.get(key, key) or UNKNOWN, _plain(line.content), times)


def _plain(content: str) -> str:
    """Return what was said in a line.

    >>> _plain("wir [/] wir <haben das> [//] &-äh ham@d (.) ge(habt) +/. ")
    'wir wir haben das äh ham gehabt –'
    """
    words = _REPLACED.sub(r"\1", _OTHER_BULLETS.sub(" ", content))
    pieces = [_ENDS.get(piece, piece) for piece in words.split()]
    words = _FORM.sub("", _FILLER.sub("", _CODES.sub(" ", " ".join(pieces))))
    kept = [piece for piece in words.replace("(", "").replace(")", "").split() if piece not in _UNSAID]
    said = _SPACE_BEFORE.sub(r"\1", " ".join(kept)) if any(any(map(str.isalnum, piece)) for piece in kept) else ""
    return said.replace(" –", "–").replace("–", " –").strip()


def _timed(said: Sequence[_Said]) -> Iterator[Utterance | None]:
    """Yield utterances with their times; those without share what lies between those that have."""
    reached = 0.0
    waiting: list[_Said] = []
    for entry in said:
        if entry.span is None:
            waiting.append(entry)
            continue
        yield from _shared(waiting, reached, entry.span[0])
        waiting = []
        yield span(*entry.span, entry.speaker, entry.text)
        reached = max(reached, entry.span[1])
    yield from (None for _ in waiting)


def _shared(said: Sequence[_Said], start: float, end: float) -> Iterator[Utterance | None]:
    """Share a stretch by the length of what was said in it."""
    letters = [len(entry.text) + 1 for entry in said]
    cuts = [start + max(0.0, end - start) * reached / sum(letters) for reached in accumulate(letters, initial=0)] if said else []
    for entry, (begins, ends) in zip(said, pairwise(cuts), strict=True):
        yield span(begins, ends, entry.speaker, entry.text)


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "silent")

FORMAT = Format("CHAT", (".cha",), _claims, _read, None, _HOLDS)
