"""What the files of speech services have in common: labels of speakers, times in many spellings, words.

All of them are trees of values from somebody else's program. Readers take what they need and leave it to `formats.read` to say
what is missing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from talkbalance.formats.assemble import assemble, joined, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Found
from talkbalance.formats.languages import short
from talkbalance.meeting import UNKNOWN, Source, Times, Utterance, Word

Values = dict[str, Any]

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)")
_ISO = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


def named(label: object) -> str:
    """Return the name of a speaker's label: bare numbers become `S2`, as heard voices are called; nothing is nobody known.

    >>> named(2), named("spk_0"), named(None), named("0")
    ('S2', 'spk_0', 'unknown', 'S0')
    """
    name = "" if label is None else " ".join(str(label).split())
    return f"S{name}" if name.isdecimal() else name or UNKNOWN


def seconds(moment: object) -> float:
    """Return a time in seconds, whether it is a number, `"1.200s"`, `"PT1M2.5S"`, `"00:01:02"`, or seconds with nanoseconds.

    >>> seconds("1.200s"), seconds("PT1M2.5S"), seconds("1:02:03"), seconds({"seconds": "4", "nanos": 500000000})
    (1.2, 62.5, 3723.0, 4.5)
    """
    if isinstance(moment, dict):
        return float(moment.get("seconds", 0)) + float(moment.get("nanos", 0)) / 1e9
    written = str(moment).strip()
    if match := _CLOCK.fullmatch(written):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", "."))
    if match := _ISO.fullmatch(written):
        return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0)
    return float(written.removesuffix("s"))


def chance(value: object) -> float | None:
    """Return a probability a service gave, None where it gave none."""
    return None if value is None else float(str(value))


@dataclass(slots=True)
class Growing:
    """A word to which signs are still put; they are joined once, however many a file holds."""

    speaker: str
    start: float
    end: float
    parts: list[str]
    probability: float | None = None

    @property
    def pair(self) -> tuple[str, Word]:
        """The speaker and the word."""
        return self.speaker, word(self.start, self.end, "".join(self.parts), self.probability)


def spoken(
    file: File,
    spans: Iterable[Utterance | None],
    *,
    service: str,
    times: Times = "word",
    apart: bool = False,
    speakers: Iterable[str] = (),
    language: object = None,
    duration: float | None = None,
    title: str = "",
) -> Found:
    """Return the meeting of what a service heard.

    Parameters
    ----------
    service
        Its name, which is also that of the format and of what heard the meeting.
    apart
        Whether every speaker was heard on a channel of their own: overlaps have survived then, and only then.
    """
    return assemble(
        spans,
        source=Source(
            file.name,
            service,
            times,
            overlap_observable=apart,
            models=(service,),
            options=(("layout", "one_per_channel"),) if apart else (),
        ),
        speakers=tuple(speakers),
        language=short(language) if isinstance(language, str) else None,
        duration=duration,
        title=title,
    )


def channels(streams: Iterable[Iterable[tuple[str, Word]]]) -> Iterator[Utterance]:
    """Yield the utterances of several channels, each joined by itself."""
    return chain.from_iterable(joined(stream) for stream in streams)


def has(value: object, *keys: str) -> bool:
    """Whether a value is an object with these keys."""
    return isinstance(value, dict) and all(key in value for key in keys)


def first(values: object) -> object:
    """Return the first of a list, None of anything else: what a claim looks at."""
    return values[0] if isinstance(values, list) and values else None


class Turns:
    """Who speaks when, as a service tells it beside its words: spans of speakers, in order of time."""

    def __init__(self, spans: Iterable[tuple[float, float, str]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _, _ in self._spans]

    def at(self, heard: Word) -> str:
        """Return who speaks in the middle of a word: the one who began last and still speaks, else nobody known."""
        middle = (heard.start + heard.end) / 2
        number = bisect_right(self._starts, middle) - 1
        if number < 0 or self._spans[number][1] < middle:
            return UNKNOWN
        return self._spans[number][2]
