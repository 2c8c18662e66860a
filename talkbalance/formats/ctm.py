"""CTM: one word a line, `recording channel start duration word confidence`, as recognisers write them.

There are no speakers in it. Channels are people where a recording has several; one channel is one speaker, unknown. The spans of
an RTTM can say who spoke (`tb.attribute`). An utterance ends where nobody says a word for a second.

Some recognisers give no durations. Then only beginnings are known: a word lasts until the next one.

References
----------
NIST. SCTK documentation: "ctm" time-marked conversation file format.
"""

from collections.abc import Iterator
from itertools import chain

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import SILENCE, assemble, joined, starts_only, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.records import are_numbers, chosen, first_records, most, number, records
from talkbalance.formats.rttm import is_rttm
from talkbalance.formats.stm import is_stm
from talkbalance.meeting import UNKNOWN, Source, Word

MOST_WORDS = 500_000
"""Two days of speech without a pause."""

_FIELDS = 5
_MOST_FIELDS = 8
_ALTERNATIVES = frozenset(("<ALT_BEGIN>", "<ALT>", "<ALT_END>"))


def _claims(file: File) -> bool:
    lines = first_records(file)
    return most(lines, _fits) and not is_rttm(lines) and not is_stm(lines)


def _fits(parts: list[str]) -> bool:
    return _FIELDS <= len(parts) <= _MOST_FIELDS and are_numbers(parts[2:4])


def _read(file: File) -> Found:
    if len(file.lines) > MOST_WORDS:
        raise UnreadableFile("formats.too_many", file=file.name, n=MOST_WORDS)
    lines = [(line, parts) for line, parts in records(file, fields=_FIELDS) if parts[4] not in _ALTERNATIVES]
    recording = chosen((parts[0] for _, parts in lines), file)
    channels: dict[str, list[tuple[float, float, Word]]] = {}
    for line, parts in lines:
        if parts[0] == recording:
            channels.setdefault(parts[1], []).append(_word(parts, file, line))
    called = {channel: channel if len(channels) > 1 else UNKNOWN for channel in sorted(channels)}
    spoken = {channel: sorted(words, key=lambda entry: entry[0]) for channel, words in channels.items()}
    lasting = any(duration > 0 for words in spoken.values() for _, duration, _ in words)
    whole = (joined((name, heard) for _, _, heard in spoken[channel]) for channel, name in called.items())
    begun = starts_only(entry for channel, name in called.items() for entry in _beginnings(name, spoken[channel]))
    return assemble(
        chain.from_iterable(whole) if lasting else begun,
        source=Source(file.name, "CTM", "word" if lasting else "start", overlap_observable=len(channels) > 1),
        speakers=list(called.values()),
        title=recording,
    )


def _word(parts: list[str], file: File, line: int) -> tuple[float, float, Word]:
    start, duration = number(parts[2], file, line), number(parts[3], file, line)
    probability = float(parts[_FIELDS]) if len(parts) > _FIELDS and are_numbers(parts[_FIELDS : _FIELDS + 1]) else None
    return start, duration, word(start, start + duration, parts[4], probability)


def _beginnings(name: str, words: list[tuple[float, float, Word]]) -> Iterator[tuple[float, str, str]]:
    """Yield beginning, speaker and words of each run in which the next word begins within the pause that ends an utterance."""
    run: list[str] = []
    begun = last = 0.0
    for start, _, heard in words:
        if run and start - last > SILENCE:
            yield begun, name, " ".join(run)
            run = []
        begun, last = (begun if run else start), start
        run.append(heard.text)
    if run:
        yield begun, name, " ".join(run)


_HOLDS: tuple[Trait, ...] = ("text", "starts", "ends", "words", "confidence")

FORMAT = Format("CTM", (".ctm",), _claims, _read, None, _HOLDS, several=True)
