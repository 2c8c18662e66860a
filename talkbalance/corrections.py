"""What people correct in a meeting, kept as a log: the meeting as it was heard and the log give the corrected one, again and again.

The log is a file of JSON lines beside the meeting, which is never written over:

```
{"at": "2026-11-25T10:04:11+01:00", "who": "Eva", "do": "rename", "on": "S1", "value": "Eva"}
{"at": …, "who": …, "do": "reassign", "on": {"speaker": "S2", "start": 61240}, "value": "Eva"}
{"at": …, "who": …, "do": "reject", "on": {"measure": "interruptions", "speaker": "Eva", "start": 75020}, "value": null}
```

Times are whole milliseconds. Each line speaks of the meeting as the lines before it left it. What a person said is sure: the
uncertainty of the figures no longer counts it as something the machine may have misheard.
"""

import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

from talkbalance.errors import ImpossibleCorrection, TalkbalanceWarning, UnreadableFile
from talkbalance.i18n import text
from talkbalance.language import language_of, sentences
from talkbalance.meeting import AGENCY, CLIENT, Check, Meeting, Speaker, Utterance, Word, called, clock, times_of
from talkbalance.metrics.interruptions import cut_off, cuts
from talkbalance.metrics.listening import require_overlaps
from talkbalance.metrics.talk import talk

Deed = Literal["rename", "merge", "split", "side", "reassign", "text", "reject", "add", "exclude"]

SUFFIX = ".corrections.jsonl"
JUST_BEFORE = 3.0
"""Seconds after somebody's last word within which they can still be said to have been cut off."""
SHORT = 0.4
"""Seconds of an added listener signal whose end nobody gave."""
LEAST_WORD = 0.02
"""Seconds a corrected word lasts at least."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the log.

    Parameters
    ----------
    do
        What: see `correct`.
    on
        Whom or what it is about: a name, names, an utterance, a stretch or an event.
    value
        What it becomes.
    at, who
        When, as ISO 8601 with the time zone, and by whom.
    """

    do: Deed
    on: Any
    value: Any = None
    at: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))
    who: str = ""

    def __post_init__(self) -> None:
        if self.do not in get_args(Deed):
            raise ImpossibleCorrection("corrections.unknown", do=self.do, choices=", ".join(get_args(Deed)))

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"at": self.at, "who": self.who, "do": self.do, "on": self.on, "value": self.value}


def correct(meeting: Meeting, log: "str | Path | Log | Iterable[Correction | Mapping[str, Any]]") -> Meeting:
    """Return a meeting with every correction of a log made, in order.

    Parameters
    ----------
    log
        A file of corrections, or corrections, or their lines as mappings with `do`, `on`, `value`:

        - `rename`: a name becomes another; `side`: a name gets "agency", "client" or "";
        - `merge`: several names become one person; `split`: what a voice says in a stretch becomes a new person's;
        - `reassign`: an utterance, or all a voice says in a stretch, becomes somebody else's, or nobody's (""); naming the one
          who has it says that it is right;
        - `text`: an utterance gets other words; the times of words that stay are kept;
        - `reject`, `add`: an event of "interruptions", "questions" or "backchannels" is none, or is one; of an interruption
          that the machine did not even consider, `value` says who was `interrupted`; of a listener signal nobody heard, its
          `end` and `text`;
        - `exclude`: a stretch does not count, for nobody.

        An utterance is `{"speaker", "start"}`, without times `{"place"}`, its place in the meeting; a stretch `{"speaker", "start",
        "end"}`; an event `{"measure", "speaker", "start"}` with `start` and `speaker` as the tables give them (of an
        interruption, the interrupter). Times are milliseconds.

    Raises
    ------
    ImpossibleCorrection
        Where a line speaks of somebody or something that is not there, with the number of the line.
    UnreadableFile
        Where the file is no log.

    >>> heard = Meeting([Speaker("S1")], [Utterance(0, 2, "S1", "Guten Tag")], 2)
    >>> correct(heard, [{"do": "rename", "on": "S1", "value": "Eva"}]).utterances[0].speaker
    'Eva'
    """
    if isinstance(log, str | Path):
        log = Log(Path(log))
    for number, line in enumerate(log, 1):
        try:
            correction = line if isinstance(line, Correction) else Correction(**line)
            meeting = corrected(meeting, correction)
        except ImpossibleCorrection as error:
            raise ImpossibleCorrection("corrections.line", number=number, why=str(error)) from None
        except (TypeError, KeyError, ValueError) as error:
            raise ImpossibleCorrection("corrections.line", number=number, why=f"{type(error).__name__}: {error}") from None
    return meeting


def corrected(meeting: Meeting, correction: Correction) -> Meeting:
    """Return a meeting with one more correction made, and counted in its source."""
    changed = _DEEDS[correction.do](meeting, correction.on, correction.value)
    options = dict(changed.source.options)
    options["corrections"] = str(int(options.get("corrections", "0")) + 1)
    return replace(changed, source=replace(changed.source, options=tuple(options.items())))


def log_beside(file: Path) -> Path:
    """Return where the log of a meeting lies.

    >>> log_beside(Path("calls/call.meeting.json")).as_posix()
    'calls/call.corrections.jsonl'
    """
    return file.with_name(file.name.removesuffix(".json").removesuffix(file.suffix).removesuffix(".meeting") + SUFFIX)


class Log:
    """The corrections of a meeting, in a file if there is one: what is added is on disk before anything is shown.

    Parameters
    ----------
    path
        The file; it is made with the first correction. None keeps them in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._lines: list[Correction] = []
        if path is not None and path.exists():
            self._lines = _read(path)
            with suppress(OSError):  # what a run left that was killed while it took a line away; the log itself is whole
                _unfinished(path).unlink(missing_ok=True)

    def __iter__(self) -> Any:  # noqa: ANN401 -- an iterator of corrections
        return iter(tuple(self._lines))

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, correction: Correction) -> None:
        """Write one more line."""
        if self.path is not None:
            _end_last_line(self.path)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(correction))
                _to_disk(file)
        self._lines.append(correction)

    def undo(self) -> Correction | None:
        """Take the last line away and return it; None where there is none."""
        return self.remove(len(self._lines) - 1) if self._lines else None

    def remove(self, number: int) -> Correction:
        """Take a line away; the file has the old lines until all new ones are written."""
        kept = [line for i, line in enumerate(self._lines) if i != number]
        removed = self._lines[number]
        if self.path is not None and not kept:
            self.path.unlink(missing_ok=True)
        elif self.path is not None:
            with _unfinished(self.path).open("w", encoding="utf-8") as file:
                file.write("".join(map(_line, kept)))
                _to_disk(file)
            _unfinished(self.path).replace(self.path)
        self._lines = kept
        return removed


def _line(correction: Correction) -> str:
    return json.dumps(correction.document(), ensure_ascii=False, allow_nan=False) + "\n"


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _to_disk(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _read(path: Path) -> list[Correction]:
    """Return the lines of a log; a last one that a stop cut short was never shown as made, and does not count."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UnreadableFile("corrections.unreadable", file=path.name, line=1, why=type(error).__name__) from None
    if lines[-1].strip() and _cut_short(lines[-1]):
        warnings.warn(text("corrections.cut_short", file=path.name, line=len(lines)), TalkbalanceWarning, stacklevel=3)
        lines.pop()
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found += [Correction(**json.loads(line))] if line.strip() else []
        except ImpossibleCorrection as error:
            raise UnreadableFile("corrections.unreadable", file=path.name, line=number, why=str(error)) from None
        except (ValueError, TypeError, RecursionError) as error:
            raise UnreadableFile("corrections.unreadable", file=path.name, line=number, why=type(error).__name__) from None
    return found


def _cut_short(line: bytes) -> bool:
    """Whether a line without an end is no whole JSON value; a person may have written one that is."""
    try:
        json.loads(line)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def _end_last_line(path: Path) -> None:
    """Let a new line be one of its own: end the last one, or take it away where it was cut short."""
    content = path.read_bytes() if path.exists() else b""
    last = content.rpartition(b"\n")[2]
    if last and _cut_short(last):
        os.truncate(path, len(content) - len(last))
    elif last:
        with path.open("ab") as file:
            file.write(b"\n")


# ------------------------------------------------------------------------------------------------ who is who


def _rename(meeting: Meeting, on: str, value: str) -> Meeting:
    speaker = _speaker(meeting, on)
    if value != on and value in _names(meeting):
        raise ImpossibleCorrection("corrections.name_taken", name=value)
    people = tuple(replace(one, name=value) if one is speaker else one for one in meeting.speakers)
    return replace(meeting, speakers=people, utterances=tuple(called(u, {on: value}) for u in meeting.utterances))


def _side(meeting: Meeting, on: str, value: str) -> Meeting:
    if value not in (AGENCY, CLIENT, ""):
        raise ImpossibleCorrection("corrections.no_side", side=value)
    speaker = _speaker(meeting, on)
    return replace(meeting, speakers=tuple(replace(one, side=value) if one is speaker else one for one in meeting.speakers))


def _merge(meeting: Meeting, on: Sequence[str], value: str) -> Meeting:
    people = [_speaker(meeting, name) for name in on]
    if not people:
        raise ImpossibleCorrection("corrections.nobody")
    if value in _names(meeting) and value not in on:
        people.insert(0, _speaker(meeting, value))
    side = next((one.side for one in people if one.name == value and one.side), "")
    one = Speaker(value, side or next((each.side for each in people if each.side), ""))
    places = [place for place, each in enumerate(meeting.speakers) if each in people]
    kept = [one if place == places[0] else each for place, each in enumerate(meeting.speakers) if place not in places[1:]]
    said = [called(u, {each.name: value for each in people}) for u in meeting.utterances]
    if meeting.timed:
        said = _without_self_overlap(said, value)
    return replace(meeting, speakers=tuple(kept), utterances=tuple(said))


def _split(meeting: Meeting, on: Mapping[str, Any], value: str) -> Meeting:
    if value in _names(meeting):
        raise ImpossibleCorrection("corrections.name_taken", name=value)
    old = _speaker(meeting, on["speaker"])
    place = meeting.speakers.index(old) + 1
    people = (*meeting.speakers[:place], Speaker(value), *meeting.speakers[place:])
    return _reassign(replace(meeting, speakers=people), on, value)


def _names(meeting: Meeting) -> list[str]:
    return [speaker.name for speaker in meeting.speakers]


def _speaker(meeting: Meeting, name: str) -> Speaker:
    for speaker in meeting.speakers:
        if speaker.name == name:
            return speaker
    raise ImpossibleCorrection("corrections.stranger", name=name, names=", ".join(_names(meeting)))


# ------------------------------------------------------------------------------------------------ what was said, and by whom


def _reassign(meeting: Meeting, on: Mapping[str, Any], value: str) -> Meeting:
    if value:
        _speaker(meeting, value)
    if "end" in on:
        start, end = _stretch(on)
        of = _speaker(meeting, on["speaker"]).name
        said = _cut(_cut(meeting.utterances, start, of), end, of)
        moved = [u for u in said if u.speaker == of and start <= times_of(u)[0] < end]
    else:
        said, moved = list(meeting.utterances), [_utterance(meeting, on)]
    if not moved:
        raise ImpossibleCorrection("corrections.nothing_there", speaker=on["speaker"], clock=clock(on["start"] / 1000))
    kept = [u for u in said if not any(u is one for one in moved)]
    if value:
        kept += [replace(u, speaker=value, confidence=1.0) for u in moved]
    if not meeting.timed:
        kept = [replace(u, speaker=value, confidence=1.0) if u is moved[0] else u for u in said if value or u is not moved[0]]
        return replace(meeting, utterances=tuple(kept))
    return replace(meeting, utterances=tuple(_without_self_overlap(kept, value)))


def _text(meeting: Meeting, on: Mapping[str, Any], value: str) -> Meeting:
    utterance = _utterance(meeting, on)
    written = " ".join(value.split())
    return _with(meeting, utterance, replace(utterance, text=written, words=_reworded(utterance, written.split())))


def _exclude(meeting: Meeting, on: Mapping[str, Any], value: object) -> Meeting:
    del value
    if not meeting.timed:
        raise ImpossibleCorrection("unavailable.no_times")
    start, end = _stretch(on)
    said = _cut(_cut(meeting.utterances, start), end)
    kept = tuple(u for u in said if not start <= times_of(u)[0] < end)
    return replace(meeting, utterances=kept, left_out=(*meeting.left_out, (start, min(end, meeting.length))))


def _stretch(on: Mapping[str, Any]) -> tuple[float, float]:
    start, end = on["start"] / 1000, on["end"] / 1000
    if not 0 <= start < end:
        raise ImpossibleCorrection("corrections.no_stretch", start=start, end=end)
    return start, end


def _utterance(meeting: Meeting, on: Mapping[str, Any]) -> Utterance:
    """Return the utterance that is meant."""
    if "place" in on:
        place = int(on["place"])
        if not 0 <= place < len(meeting.utterances):
            raise ImpossibleCorrection("corrections.no_place", place=place, number=len(meeting.utterances))
        return meeting.utterances[place]
    _speaker(meeting, on["speaker"])
    for utterance in meeting.utterances:
        if utterance.speaker == on["speaker"] and utterance.start is not None and _ms(utterance.start) == on["start"]:
            return utterance
    raise ImpossibleCorrection("corrections.nothing_there", speaker=on["speaker"], clock=clock(on["start"] / 1000))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _with(meeting: Meeting, old: Utterance, new: Utterance) -> Meeting:
    return replace(meeting, utterances=tuple(new if u is old else u for u in meeting.utterances))


def _cut(said: Sequence[Utterance], at: float, of: str | None = None) -> list[Utterance]:
    """Cut what is being said at a moment in two, everybody's or one speaker's."""
    found: list[Utterance] = []
    for utterance in said:
        start, end = times_of(utterance)
        found += _halves(utterance, at) if start < at < end and of in (None, utterance.speaker) else [utterance]
    return found


def _halves(utterance: Utterance, at: float) -> list[Utterance]:
    """Return both parts of an utterance; words go with their middle, or by their number where they have no times."""
    start, end = times_of(utterance)
    tokens = utterance.text.split()
    timed = utterance.words
    before = sum((word.start + word.end) / 2 < at for word in timed) if timed else round(len(tokens) * (at - start) / (end - start))
    texts = [" ".join(word.text.strip() for word in part) for part in (timed[:before], timed[before:])] if timed else []
    texts = texts or [" ".join(tokens[:before]), " ".join(tokens[before:])]
    early = tuple(check for check in utterance.checks if check.start is not None and check.start < at)
    return [
        replace(
            utterance,
            end=at,
            text=texts[0],
            words=timed[:before],
            prosody=tuple(heard for heard in utterance.prosody if heard.end <= at),
            checks=early,
        ),
        replace(
            utterance,
            start=at,
            text=texts[1],
            words=timed[before:],
            prosody=tuple(heard for heard in utterance.prosody if heard.end > at),
            checks=tuple(check for check in utterance.checks if check not in early),
        ),
    ]


def _without_self_overlap(said: Sequence[Utterance], name: str) -> list[Utterance]:
    """Return utterances of which one speaker's that overlap are made one."""
    own = sorted((u for u in said if u.speaker == name), key=times_of)
    joined: list[Utterance] = []
    for utterance in own:
        if joined and times_of(utterance)[0] < times_of(joined[-1])[1]:
            joined[-1] = _one(joined[-1], utterance)
        else:
            joined.append(utterance)
    return [u for u in said if u.speaker != name] + joined


def _one(first: Utterance, second: Utterance) -> Utterance:
    """Return two overlapping utterances of one speaker as one."""
    words = tuple(sorted((*first.words, *second.words), key=lambda word: word.start))
    timed = bool(first.words or not first.text) and bool(second.words or not second.text)
    text = " ".join(word.text.strip() for word in words) if timed else f"{first.text} {second.text}".strip()
    known = [u.confidence for u in (first, second) if u.confidence is not None]
    return replace(
        first,
        end=max(times_of(first)[1], times_of(second)[1]),
        text=text,
        words=words if timed else (),
        confidence=min(known, default=None),
        prosody=tuple(sorted((*first.prosody, *second.prosody), key=lambda heard: heard.start)),
        checks=(*first.checks, *second.checks),
    )


def _reworded(utterance: Utterance, tokens: Sequence[str]) -> tuple[Word, ...]:
    """Return the words of a corrected text: those that stay keep their times, the others share the time between them."""
    if not utterance.words or not tokens:
        return ()
    old = [word.text.strip() for word in utterance.words]
    bounds = times_of(utterance)
    found: list[Word | str] = []
    for kind, first, last, begin, stop in SequenceMatcher(None, old, list(tokens), autojunk=False).get_opcodes():
        found += utterance.words[first:last] if kind == "equal" else tokens[begin:stop]
    return tuple(_timed(found, *bounds))


def _timed(found: Sequence[Word | str], start: float, end: float) -> list[Word]:
    """Give times to words that have none; where there is no room, the words beside them share theirs, and none is left without."""
    words = list(found)
    while missing := [i for i, word in enumerate(words) if isinstance(word, str)]:
        first = last = missing[0]
        while last + 1 < len(words) and isinstance(words[last + 1], str):
            last += 1
        while True:
            before = words[first - 1] if first else None
            after = words[last + 1] if last + 1 < len(words) else None
            begin = before.end if isinstance(before, Word) else start
            step = ((after.start if isinstance(after, Word) else end) - begin) / (last + 1 - first)
            if step >= LEAST_WORD or (before is None and after is None):
                break
            first, last = max(0, first - 1), last + (before is None)
        if step < LEAST_WORD:
            return []
        texts = [word if isinstance(word, str) else word.text for word in words[first : last + 1]]
        words[first : last + 1] = [Word(begin + k * step, begin + (k + 1) * step, text) for k, text in enumerate(texts)]
    return [word for word in words if isinstance(word, Word)]


# ------------------------------------------------------------------------------------------------ events


def _reject(meeting: Meeting, on: Mapping[str, Any], value: object) -> Meeting:
    del value
    for utterance, check in _events(meeting, on, holds=False):
        meeting = _with(meeting, utterance, _checked(utterance, check))
    return meeting


def _add(meeting: Meeting, on: Mapping[str, Any], value: Mapping[str, Any] | None) -> Meeting:
    _speaker(meeting, on["speaker"])
    given = value or {}
    try:
        utterance, check = _events(meeting, on, holds=True)[0]
    except ImpossibleCorrection:
        if on["measure"] == "interruptions" and "interrupted" in given:
            utterance, check = _stopped(meeting, on, given["interrupted"]), Check("interruptions", holds=True, by=on["speaker"])
        elif on["measure"] == "backchannels" and meeting.timed:
            return _heard_signal(meeting, on, given)
        else:
            raise
    return _with(meeting, utterance, _checked(utterance, check))


def _checked(utterance: Utterance, check: Check) -> Utterance:
    """Return an utterance with what was said last of an event."""
    kept = (c for c in utterance.checks if (c.measure, c.by, c.start) != (check.measure, check.by, check.start))
    return replace(utterance, checks=(*kept, check))


def _events(meeting: Meeting, on: Mapping[str, Any], *, holds: bool) -> Sequence[tuple[Utterance, Check]]:
    """Return the utterances in which an event lies, the likeliest first, with what is then said of it."""
    find = _FINDERS.get(on["measure"])
    if find is None:
        raise ImpossibleCorrection("meeting.no_check", measure=on["measure"], choices=", ".join(_FINDERS))
    found = find(meeting, on)
    if not found:
        raise ImpossibleCorrection("corrections.nothing_there", speaker=on["speaker"], clock=_where(on))
    check = Check(on["measure"], holds, by=on["speaker"] if on["measure"] == "interruptions" else "")
    return [(utterance, replace(check, start=start)) for utterance, start in found]


def _where(on: Mapping[str, Any]) -> str:
    return "?" if on.get("start") is None else clock(on["start"] / 1000)


Found = Sequence[tuple[Utterance, float | None]]


def _question(meeting: Meeting, on: Mapping[str, Any]) -> Found:
    language = language_of(meeting)
    if language is None:
        raise ImpossibleCorrection("questions.language_unknown")
    own = [s for s in sentences(meeting, language) if s.speaker == on["speaker"]]
    if "place" in on:
        return [(meeting.utterances[s.utterance], None) for s in own if s.utterance == on["place"]][:1]
    return [(meeting.utterances[s.utterance], s.start) for s in own if s.start is not None and _ms(s.start) == on["start"]]


def _signal(meeting: Meeting, on: Mapping[str, Any]) -> Found:
    return [(_utterance(meeting, on), None)]


def _interruption(meeting: Meeting, on: Mapping[str, Any]) -> Found:
    require_overlaps(meeting)
    found = talk(meeting)
    cut = cuts(found)
    names = _names(meeting)
    rows = zip(cut.incomer.tolist(), cut.start.tolist(), cut.utterance.tolist(), strict=True)
    own = [at for incomer, start, at in rows if names[incomer] == on["speaker"] and _ms(start) == on["start"]]
    if len(own) > 1:
        sure = cut_off(found)
        own.sort(key=lambda at: -sure[at])
    return [(meeting.utterances[at], None) for at in own]


_FINDERS: Mapping[str, Callable[[Meeting, Mapping[str, Any]], Found]] = {
    "interruptions": _interruption,
    "questions": _question,
    "backchannels": _signal,
}


def _stopped(meeting: Meeting, on: Mapping[str, Any], name: str) -> Utterance:
    """Return the utterance somebody was saying at a moment, or had just said."""
    _speaker(meeting, name)
    at = on["start"] / 1000
    before = [u for u in meeting.utterances if u.speaker == name and times_of(u)[0] <= at]
    if not before or times_of(before[-1])[1] < at - JUST_BEFORE or name == on["speaker"]:
        raise ImpossibleCorrection("corrections.nothing_there", speaker=name, clock=clock(at))
    return before[-1]


def _heard_signal(meeting: Meeting, on: Mapping[str, Any], given: Mapping[str, Any]) -> Meeting:
    """Add a listener signal that nobody had heard."""
    start = on["start"] / 1000
    end = min(given["end"] / 1000 if "end" in given else start + SHORT, meeting.length)
    check = Check("backchannels", holds=True)
    signal = Utterance(start, end, on["speaker"], str(given.get("text", "")), confidence=1.0, checks=(check,))
    busy = [u for u in meeting.utterances if u.speaker == signal.speaker and times_of(u)[0] < end and times_of(u)[1] > start]
    if busy:
        raise ImpossibleCorrection("corrections.speaks_already", speaker=signal.speaker, clock=clock(start))
    return replace(meeting, utterances=(*meeting.utterances, signal))


_DEEDS: Mapping[str, Callable[[Meeting, Any, Any], Meeting]] = {
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "side": _side,
    "reassign": _reassign,
    "text": _text,
    "reject": _reject,
    "add": _add,
    "exclude": _exclude,
}
