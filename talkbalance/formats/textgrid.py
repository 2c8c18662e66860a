"""Praat's TextGrid, long and short: tiers that cut all of the time into labelled intervals.

Praat itself reads such a file as a row of free-standing numbers and quoted texts and passes over everything else; so do we, and
the long form, the short form and files with comments are one. A tier is a person, unless its name says that it holds words or
sounds (`layers`): a person's words without a tier of utterances become utterances, cut where an interval between two is empty.
Empty intervals and those labelled as silence are silence.

```
Eva         ||guten Tag|  |ja||        utterances
Eva - words ||guten|Tag|  |ja||        their words
```

References
----------
Boersma, P., & Weenink, D. Praat manual: "TextGrid file formats" and "Sound: To TextGrid (silences)...".
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.layers import Layer, layer_of
from talkbalance.formats.timeline import words_inside
from talkbalance.formats.xml import broken
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, Source, Utterance, Word, milliseconds, times_of

_TOKEN = re.compile(r'"(?P<text>(?:[^"]|"")*+)"|!.*|(?<!\S)(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)')
_SILENT = frozenset(("", "sil", "silent", "silence", "sp", "<p:>", "<p>", "#", "_", "<sil>", "stille", "pause"))
"""Labels of silence: Praat's own, the Montreal aligner's, MAUS's."""

_SOUNDING = frozenset(("sounding", "…", "speech"))
"""Labels of speech without words: Praat's own, and what we write ourselves, since an empty label is silence."""


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    speaker: str
    layer: Layer
    intervals: tuple[tuple[float, float, str], ...]


class _Tokens:
    """The numbers and texts of a file, one after the other."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.found = _TOKEN.finditer(file.text)
        self.before = self.at = 0

    def next(self, group: str) -> str:
        for match in self.found:
            if match.lastgroup:
                self.before, self.at = self.at, match.start()
                if match.lastgroup != group:
                    raise self.broken()
                return match[group]
        raise broken(self.file, len(self.file.text.rstrip().split("\n")))

    def text(self) -> str:
        return " ".join(self.next("text").replace('""', '"').split())

    def number(self) -> float:
        return float(self.next("number"))

    def count(self) -> int:
        value = self.number()
        if not 0 <= value <= len(self.file.content):
            raise self.broken()
        return int(value)

    def broken(self) -> UnreadableFile:
        """Return the error for what was read last; a line between it and what was read before holds what was passed over."""
        line = self.file.text.count("\n", 0, self.at) + 1
        after = self.file.text.count("\n", 0, self.before) + 1
        between = [i for i in range(after + 1, line) if self.file.lines[i - 1].strip()]
        return broken(self.file, between[-1] if between else line)


def _claims(file: File) -> bool:
    head = file.text[:400]
    return '"TextGrid"' in head and ('"ooTextFile"' in head or "ooTextFile short" in head)


def _read(file: File) -> Found:
    tokens = _Tokens(file)
    tokens.text(), tokens.text()
    tokens.number()
    end = tokens.number()
    tiers = list(_tiers(tokens))
    speech, words = _first(tiers, "speech", ""), _first(tiers, "words")
    people = list(dict.fromkeys(tier.speaker for tier in tiers if tier.speaker in speech or tier.speaker in words))
    read = {id(tier) for tier in (*speech.values(), *words.values())}
    left = [tier.name for tier in tiers if id(tier) not in read]
    return assemble(
        (utterance for name in people for utterance in _utterances(name, speech.get(name), words.get(name))),
        source=Source(file.name, "TextGrid", "word" if words else "utterance", overlap_observable=len(people) > 1),
        speakers=people,
        duration=end,
        notes=[text("annotations.tiers_left", names=", ".join(left))] if left else [],
    )


def _first(tiers: list[_Tier], *layers: Layer) -> dict[str, _Tier]:
    """Return each person's first tier of these layers."""
    return {tier.speaker: tier for tier in reversed(tiers) if tier.layer in layers}


def _tiers(tokens: _Tokens) -> Iterator[_Tier]:
    """Yield the tiers of intervals; points are passed over."""
    for _ in range(tokens.count()):
        kind = tokens.text()
        if kind not in ("IntervalTier", "TextTier"):
            raise tokens.broken()
        name = tokens.text()
        tokens.number(), tokens.number()
        intervals = []
        for _ in range(tokens.count()):
            start = tokens.number()
            end = tokens.number() if kind == "IntervalTier" else start
            intervals.append((start, end, tokens.text()))
        speaker, layer = layer_of(name)
        yield _Tier(name, speaker or UNKNOWN, layer if kind == "IntervalTier" else "codes", tuple(intervals))


def _utterances(name: str, speech: _Tier | None, words: _Tier | None) -> Iterator[Utterance | None]:
    """Yield what one person says, with the words inside it."""
    pieces = [span(*interval[:2], name, interval[2]) for interval in _spoken(words)] if words else []
    said = [Word(*times_of(piece), piece.text) for piece in pieces if piece is not None]
    if speech is None:
        yield from _joined(name, said)
        return
    starts = [word.start for word in said]
    for start, end, label in _spoken(speech):
        inside = said[bisect_left(starts, milliseconds(start)) : bisect_left(starts, milliseconds(end))]
        yield span(start, end, name, "" if label.lower() in _SOUNDING else label, inside)


def _spoken(tier: _Tier) -> Iterator[tuple[float, float, str]]:
    return (interval for interval in tier.intervals if interval[2].lower() not in _SILENT)


def _joined(name: str, words: list[Word]) -> Iterator[Utterance]:
    """Join words that touch: between them an interval of its own would be silence."""
    run: list[Word] = []
    for word in [*words, None]:
        if run and (word is None or word.start > run[-1].end):
            yield Utterance(run[0].start, run[-1].end, name, " ".join(said.text for said in run), tuple(run))
            run = []
        if word is not None:
            run.append(word)


def _write(meeting: Meeting) -> str:
    lanes: list[tuple[str, list[tuple[float, float, str]]]] = []
    for speaker in meeting.speakers:
        said = [utterance for utterance in meeting.utterances if utterance.speaker == speaker.name]
        lanes.append((speaker.name, [(*times_of(utterance), utterance.text or "…") for utterance in said]))
        if words := [word for utterance in said for word in words_inside(utterance)]:
            lanes.append((f"{speaker.name} - words", words))
    end = _time(meeting.length)
    tiers = "".join(_tier_text(i, name, list(_tiled(spans, meeting.length)), end) for i, (name, spans) in enumerate(lanes, 1))
    return _HEAD.format(end=end, size=len(lanes)) + tiers


def _tier_text(number: int, name: str, intervals: list[tuple[float, float, str]], end: str) -> str:
    marks = (
        _INTERVAL.format(i=i, start=_time(start), end=_time(stop), text=_quoted(label))
        for i, (start, stop, label) in enumerate(intervals, 1)
    )
    return _TIER.format(i=number, name=_quoted(name), end=end, size=len(intervals)) + "".join(marks)


def _tiled(spans: list[tuple[float, float, str]], end: float) -> Iterator[tuple[float, float, str]]:
    """Yield intervals that cover all of the time, with empty ones between the spans."""
    reached = 0.0
    for start, stop, label in spans:
        if start > reached:
            yield reached, start, ""
        yield start, stop, label
        reached = stop
    if reached < end or not spans:
        yield reached, end, ""


def _time(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _quoted(label: str) -> str:
    return label.replace('"', '""')


_HEAD = """\
File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = {end}
tiers? <exists>
size = {size}
item []:
"""
_TIER = """\
    item [{i}]:
        class = "IntervalTier"
        name = "{name}"
        xmin = 0
        xmax = {end}
        intervals: size = {size}
"""
_INTERVAL = """\
        intervals [{i}]:
            xmin = {start}
            xmax = {end}
            text = "{text}"
"""
_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "words", "silent", "duration")

FORMAT = Format("TextGrid", (".textgrid",), _claims, _read, _write, _HOLDS)
