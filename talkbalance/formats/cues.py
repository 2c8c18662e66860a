"""Cues of subtitles: who says what in each, whichever subtitle format they come from.

A speaker stands in a voice tag (`<v Eva>`), or before a colon at the start of a cue (`Eva: …`). Often only the first cue of a
turn has the name. Whether overlaps could have survived is seen from the cues: they could where two of different speakers overlap.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import assemble, bounded, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Found
from talkbalance.meeting import UNKNOWN, Source, Utterance

TIME = r"(?:(\d+):)?(?:(\d+):)?(\d+(?:[.,]\d+)?)"
"""Hours may be missing, numbers unpadded, the fraction short or behind a comma."""

_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?\s{1,10}([^<>]{1,200})>")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_PREFIX = re.compile(r"\s*(?:>>\s*|[-–]\s+)?([^:<>!?;\[\]]{1,60}|\[[^:<>\]]{1,60}\]):\s+(?=\S)")
_SENTENCE = re.compile(r"[.,](?<!\bDr\.)(?<!\bProf\.)(?<!\b[A-Z]\.)")
_NAME_WORDS = 5

LABELLED_THROUGHOUT = 0.8
"""From this share of labelled cues on, a cue without a name is somebody unknown; below it, the last speaker goes on."""

LABELLED_AT_ALL = 0.2
"""Below this share of cues with a recurring `Name:` the colons are taken as part of what was said, …"""

LABELLED_TWICE = 4
"""… unless the very first cue has such a name and more than this many others have: each turn is labelled where it begins."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: its times, and its text as it stands in the file."""

    start: float
    end: float
    payload: str


def seconds(groups: tuple[str | None, ...]) -> float:
    """Return the seconds of the three groups of `TIME`: two numbers are minutes and seconds, one is seconds.

    >>> seconds(("1", None, "01.67")), seconds((None, None, "3,5"))
    (61.67, 3.5)
    """
    first, second, last = groups
    value = float((last or "0").replace(",", "."))
    if second is not None:
        return int(first or 0) * 3600 + int(second) * 60 + value
    return int(first or 0) * 60 + value


def meeting_of(
    cues: Iterable[Cue], *, file: File, title: str, heard_by: str, language: str | None = None, titled: str = ""
) -> Found:
    """Return the meeting of a file's cues; consumed as far as a meeting may go.

    Parameters
    ----------
    title
        Of the format, for whoever asks where the meeting comes from.
    heard_by
        What wrote the cues; empty where a person did. Where nobody says, a machine did: subtitles by hand are rare in meetings.

    Raises
    ------
    UnreadableFile
        Where there are none, or more than any meeting has.
    """
    kept = bounded(cues, file.name)
    if not kept:
        raise UnreadableFile("formats.no_speech", file=file.name)
    spans = [part for cue, names in zip(kept, _speakers(kept), strict=True) for part in _parts(cue, names)]
    source = Source(file.name, title, "utterance", models=(heard_by,) if heard_by else ())
    return assemble(spans, source=source, language=language, title=titled)


def _speakers(cues: list[Cue]) -> Iterator[list[tuple[str, str]]]:
    """Yield for each cue its parts as (speaker, text)."""
    marked = [_marked(cue.payload) for cue in cues]
    labelled = sum(bool(parts and parts[0][0]) for parts in marked) / len(cues)
    if labelled == 0:
        split = [_prefix(parts[0][1]) if parts else ("", "") for parts in marked]
        prefixes = _prefixes([name for name, _ in split], len(cues))
        marked = [[(name, rest)] if name in prefixes else parts for parts, (name, rest) in zip(marked, split, strict=True)]
        labelled = sum(bool(parts and parts[0][0]) for parts in marked) / len(cues)
    last = UNKNOWN
    for parts in marked:
        named = []
        for name, words in parts:
            last = name or (last if labelled < LABELLED_THROUGHOUT else UNKNOWN)
            named.append((last, words))
        yield named


def _marked(payload: str) -> list[tuple[str, str]]:
    """Cut a cue at its voice tags; what stands before the first has no speaker."""
    if "<v" not in payload:
        words = plain(payload)
        return [("", words)] if words else []
    pieces = _VOICE.split(payload)
    parts = [("", plain(pieces[0]))]
    parts += [(plain(name), plain(words)) for name, words in zip(pieces[1::2], pieces[2::2], strict=True)]
    return [part for part in parts if part[1]]


def _prefixes(names: list[str], n: int) -> set[str]:
    """Return what stands before a colon and is a name: nearly every cue has one, or it recurs and the first cue has one."""
    found = Counter(name for name in names if name)
    recurring = {name for name, count in found.items() if count > 1}
    if found.total() >= LABELLED_THROUGHOUT * n:
        return recurring | {name for name in found if not _SENTENCE.search(name)}
    begun = names[0] in recurring and sum(found[name] for name in recurring) > LABELLED_TWICE
    return recurring if begun or sum(found[name] for name in recurring) >= LABELLED_AT_ALL * n else set()


def _prefix(words: str) -> tuple[str, str]:
    match = _PREFIX.match(words)
    if match is None:
        return "", words
    name = match[1].strip(" []")
    if not name or not name[0].isalnum() or len(name.split()) > _NAME_WORDS:
        return "", words
    return name, words[match.end() :]


def plain(payload: str) -> str:
    """Return the words of a cue without its tags, with single spaces."""
    if "<" in payload or "{\\" in payload:
        payload = _TAG.sub("", payload)
    if "&" in payload:
        payload = html.unescape(payload)
    return " ".join(payload.split())


def _parts(cue: Cue, parts: list[tuple[str, str]]) -> list[Utterance | None]:
    """Give each part of a cue its share of the time, by length; most cues have one."""
    if len(parts) == 1:
        return [span(cue.start, cue.end, *parts[0])]
    letters = [len(words) for _, words in parts]
    cuts = [cue.start + (cue.end - cue.start) * sum(letters[:i]) / max(1, sum(letters)) for i in range(len(parts) + 1)]
    return [span(start, end, name, words) for (start, end), (name, words) in zip(pairwise(cuts), parts, strict=True)]
