"""A tool's transcript and its recording brought together: times from the sound, words and names from the transcript.

Meeting tools put everybody in a row, so their transcripts show no overlap. The sound does: it is heard as any recording, and the
words of both say which voice is whose.

```
transcript   Eva: guten Tag Herr Baum        Baum: ja guten Tag
heard S1     |##################   |         voices and their times
heard S2     |               ######|
becomes Eva  |##################   |  "guten Tag Herr Baum"
        Baum |               ######|  "ja guten Tag"
```

- A voice has the name that most of its words have in the transcript.
- Where the transcript gives somebody else `TAKES_OVER` words or more inside a voice's stretch, the stretch is cut there: the voices
  were told apart too coarsely. Fewer words are an utterance of their own that overlaps it. Where each voice has a channel or a file
  of its own, the stretch stays whole.
- Speech without words stays speech; words nobody heard go to the nearest stretch of whoever says them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from statistics import median

from talkbalance.errors import InvalidMeeting, UnusableSound
from talkbalance.floor import overlap
from talkbalance.formats.files import content_id
from talkbalance.language.matching import matched
from talkbalance.language.words import words
from talkbalance.meeting import UNKNOWN, Meeting, Prosody, Source, Speaker, Utterance, Word, times_of
from talkbalance.pipeline import FEWEST_VOICES, MOST_VOICES, transcribe, unwatched
from talkbalance.speech.attribution import REACH
from talkbalance.speech.backend import Diarizer, Transcriber

Watch = Callable[[str, float, float], None]

ENOUGH = 0.3
"""Least share of words that both have; two records of different talks share some fifteen in a hundred, in this order."""

TAKES_OVER = 3
"""Words from which on somebody else has the floor, and does not only put in a word; as many as a listener signal has at most."""

SURE = 0.5
"""Share of a voice's words that must have one name for the voice to have it."""

WITHIN = 0.5
"""Seconds around a stretch within which words of its speaker are put into it, though they were heard in another's."""

FAR = 3.0
"""Seconds around words nobody heard within which speech without words is taken to be them: a listener's "mhm", mostly."""

_AROUND = 20
"""Stretches before and after one that may overlap it."""

SHORTEST = 0.001
SPOKEN = 0.3
"""Seconds that a word takes, about: only for words nobody heard, with nothing around them that tells."""


def attach(
    meeting: Meeting,
    recording: str | Path | Sequence[str | Path],
    *,
    language: str | None = None,
    speakers: int | None = None,
    engine: str = "faster-whisper",
    model: str | Path = "base",
    vocabulary: str = "",
    spans: str | Path | None = None,
    transcriber: Transcriber | None = None,
    diarizer: Diarizer | None = None,
    progress: Watch = unwatched,
    expect: Callable[[float], None] | None = None,
    fresh: bool = False,
) -> Meeting:
    """Return a transcript with the times and overlaps of its recording.

    Parameters
    ----------
    meeting
        As a tool wrote it: words and names, with or without times.
    recording
        The same talk: a recording in any container, or one file per participant.
    language, speakers
        Taken from the transcript where it tells; otherwise found out.
    engine, model, vocabulary, spans, transcriber, diarizer, progress, expect, fresh
        As in `transcribe`.

    Returns
    -------
    Meeting
        Times of words; people and sides of the transcript, silent ones too. A voice the transcript does not have keeps its label.

    Raises
    ------
    UnusableSound
        Where nothing can be decoded, nobody speaks, or somebody says something else than the transcript.
    MissingModel
        Where weights or a library are missing.
    """
    people = {utterance.speaker for utterance in meeting.utterances} - {UNKNOWN}
    heard = transcribe(
        recording,
        language=language or meeting.language,
        speakers=speakers or (min(max(len(people), FEWEST_VOICES), MOST_VOICES) if people else None),
        engine=engine,
        model=model,
        vocabulary=vocabulary,
        spans=spans,
        transcriber=transcriber,
        diarizer=diarizer,
        progress=progress,
        expect=expect,
        fresh=fresh,
    )
    return attached(meeting, heard)


def attached(meeting: Meeting, heard: Meeting) -> Meeting:
    """Return a transcript with the times of a meeting that was heard from its sound.

    Raises
    ------
    InvalidMeeting
        Where the transcript has stretches left out by hand: their times are those of the transcript.
    UnusableSound
        Where fewer than `ENOUGH` of the words are the same.
    """
    if meeting.left_out:
        raise InvalidMeeting("attach.left_out")
    tokens = _placed(meeting, heard)
    pieces = _pieces(meeting, heard, tokens)
    said = tuple(piece.utterance() for whose in _by_name(pieces).values() for piece in _united(whose))
    known = {speaker.name for speaker in meeting.speakers}
    others = dict.fromkeys(utterance.speaker for utterance in said if utterance.speaker not in known)
    source = heard.source
    return Meeting(
        speakers=(*meeting.speakers, *map(Speaker, others)),
        utterances=said,
        duration=max([heard.length, *(utterance.end or 0.0 for utterance in said)]),
        title=meeting.title or heard.title,
        language=meeting.language or heard.language,
        source=Source(
            meeting.source.file,
            f"{meeting.source.format} + {source.format}",
            "word",
            overlap_observable=source.overlap_observable,
            models=source.models,
            options=source.options,
            versions=source.versions,
        ),
        recording=heard.recording,
        details=replace(meeting.details, id=content_id(f"{meeting.details.id} {heard.details.id}".encode())),
    )


@dataclass(slots=True)
class _Token:
    """A word of the transcript: its place there, whose utterance it is in, and where it was heard, if it was."""

    place: int
    utterance: int
    text: str
    heard: int | None = None
    start: float = 0.0
    end: float = 0.0
    probability: float | None = None


@dataclass(slots=True)
class _Piece:
    """A stretch of somebody's speech, with the words that are put into it."""

    start: float
    end: float
    name: str
    confidence: float | None = None
    prosody: tuple[Prosody, ...] = ()
    tokens: list[_Token] = field(default_factory=list)

    def utterance(self) -> Utterance:
        ordered = sorted(self.tokens, key=lambda token: token.place)
        timed = tuple(Word(t.start, max(t.end, t.start + SHORTEST), t.text, t.probability) for t in ordered)
        said = " ".join(token.text for token in ordered)
        return Utterance(self.start, self.end, self.name, said, timed, self.confidence, self.prosody)


# ---------------------------------------------------------------------------------------------------- words find their times


def _placed(meeting: Meeting, heard: Meeting) -> list[_Token]:
    """Return the transcript's words, each with a time: its own where it was heard, else between its neighbours'."""
    parts = [(number, part) for number, utterance in enumerate(meeting.utterances) for part in _parts(utterance.text)]
    tokens = [_Token(place, number, part) for place, (number, part) in enumerate(parts)]
    listed = ((number, word) for number, utterance in enumerate(heard.utterances) for word in utterance.words)
    spoken = sorted(listed, key=lambda pair: (pair[1].start, pair[1].end))
    pairs = matched([_plain(token.text) for token in tokens], [_plain(word.text) for _, word in spoken])
    if len(pairs) < ENOUGH * max(1, min(len(tokens), len(spoken))) or not pairs:
        file = heard.recording.name if heard.recording else heard.source.file
        raise UnusableSound("attach.other_talk", file=file, transcript=meeting.source.file, n=len(pairs), of=len(tokens))
    for i, j in pairs:
        tokens[i].heard, word = spoken[j]
        tokens[i].start, tokens[i].end, tokens[i].probability = word.start, word.end, word.probability
    _interpolate(tokens, heard.length)
    return tokens


def _parts(text: str) -> list[str]:
    """Return the words of an utterance; signs that stand alone go with the word before them."""
    written: list[str] = []
    for part in text.split():
        if written and not _plain(part):
            written[-1] += f" {part}"
        else:
            written.append(part)
    return written


def _plain(text: str) -> str:
    return "".join(words(text))


def _interpolate(tokens: Sequence[_Token], length: float) -> None:
    """Give words nobody heard a time between those around them, no slower than people talk."""
    for unheard, run in groupby(range(len(tokens)), key=lambda i: tokens[i].heard is None):
        if not unheard:
            continue
        places = list(run)
        before = tokens[places[0] - 1].end if places[0] else None
        after = tokens[places[-1] + 1].start if places[-1] + 1 < len(tokens) else None
        low = before if before is not None else max(0.0, (after or 0.0) - SPOKEN * len(places))
        high = after if after is not None else min(length, low + SPOKEN * len(places))
        step = min(SPOKEN, max(0.0, high - low) / len(places))
        for n, i in enumerate(places):
            tokens[i].start = low + n * step
            tokens[i].end = tokens[i].start + step


# ---------------------------------------------------------------------------------------------------- stretches find their names


def _pieces(meeting: Meeting, heard: Meeting, tokens: Sequence[_Token]) -> list[_Piece]:
    """Return the stretches of speech with their names and words."""
    names = [utterance.speaker for utterance in meeting.utterances]
    voices = _voices(heard, tokens, names)
    whole = dict(heard.source.options).get("layout", "") in ("tracks", "one_per_channel")
    stretches = [_stretch(utterance, voices) for utterance in heard.utterances]
    inside: defaultdict[int, list[_Token]] = defaultdict(list)
    for token in tokens:
        if token.heard is not None:
            inside[_home(token, names[token.utterance], stretches)].append(token)
    pieces: list[_Piece] = []
    for number, stretch in enumerate(stretches):
        pieces += _cut(stretch, inside[number], names, whole=whole)
    shift = _shift(meeting, tokens)
    for number, run in groupby((token for token in tokens if token.heard is None), key=lambda token: token.utterance):
        _house(list(run), meeting.utterances[number], tokens, pieces, shift)
    return [piece for piece in pieces if piece.tokens or piece.name != UNKNOWN]


def _voices(heard: Meeting, tokens: Iterable[_Token], names: Sequence[str]) -> dict[str, str]:
    """Return the name of each voice: that of most of its words."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for token in tokens:
        if token.heard is not None and names[token.utterance] != UNKNOWN:
            votes[heard.utterances[token.heard].speaker][names[token.utterance]] += 1
    found = {}
    for voice, count in votes.items():
        name, most = count.most_common(1)[0]
        if voice != UNKNOWN and most >= TAKES_OVER and most > SURE * count.total():
            found[voice] = name
    return found


def _stretch(utterance: Utterance, voices: dict[str, str]) -> _Piece:
    start, end = times_of(utterance)
    return _Piece(start, end, voices.get(utterance.speaker, utterance.speaker), utterance.confidence, utterance.prosody)


def _home(token: _Token, name: str, stretches: Sequence[_Piece]) -> int:
    """Return the stretch a word is put into: where two overlap, that of whoever says it; else the one it was heard in."""
    given = token.heard or 0
    if stretches[given].name == name:
        return given
    step = range(max(0, given - _AROUND), min(len(stretches), given + _AROUND + 1))
    own = [i for i in step if stretches[i].name == name and _near(stretches[i], [token]) < WITHIN]
    return min(own, key=lambda i: _near(stretches[i], [token]), default=given)


def _cut(own: _Piece, tokens: Sequence[_Token], names: Sequence[str], *, whole: bool) -> Iterator[_Piece]:
    """Yield a heard stretch, cut where the transcript gives somebody else the floor, and what others put in.

    ```
    heard S1 (Eva)   |################|
    transcript        EEEEE B EEE BBBB      ->  Eva |###########     |, Baum |     #      |, Baum |           #####|
    ```
    """
    ordered = sorted(tokens, key=lambda token: token.start)
    end = own.end
    for whose, run in groupby(ordered, key=lambda token: names[token.utterance]):
        said = list(run)
        if whose in (own.name, UNKNOWN):
            own.tokens += said
            continue
        first, last = said[0].start, max(said[-1].end, said[0].start + SHORTEST)
        if len(said) < TAKES_OVER or whole:
            yield _Piece(first, last, whose, tokens=said)
            continue
        begins = max(own.start, (own.tokens[-1].end + first) / 2 if own.tokens else own.start)
        ends = max(last, begins + SHORTEST) if said[-1] is not ordered[-1] else max(end, last)
        if begins - own.start > SHORTEST:
            yield replace(own, end=begins, prosody=tuple(found for found in own.prosody if found.end <= begins))
        yield _Piece(begins, ends, whose, own.confidence, tokens=said)
        own = replace(own, start=ends, tokens=[], prosody=tuple(found for found in own.prosody if found.start >= ends))
    if end - own.start > SHORTEST:
        yield own


def _shift(meeting: Meeting, tokens: Iterable[_Token]) -> float | None:
    """Return by how much the recording is behind the transcript; None where the transcript has no times."""
    if not meeting.timed:
        return None
    first = {token.utterance: token.start for token in reversed([t for t in tokens if t.heard is not None])}
    return median(moment - (meeting.utterances[number].start or 0.0) for number, moment in first.items())


def _house(run: list[_Token], utterance: Utterance, tokens: Sequence[_Token], pieces: list[_Piece], shift: float | None) -> None:
    """Put words nobody heard where they belong: beside words of the same utterance, into speech without words, or nearby."""
    heard = {id(token) for token in tokens if token.utterance == run[0].utterance and token.heard is not None}
    beside = [piece for piece in pieces if piece.tokens and any(id(token) in heard for token in piece.tokens)]
    if not beside:
        if shift is not None and utterance.start is not None and utterance.end is not None:
            _move(run, utterance.start + shift, utterance.end + shift)
        own = [piece for piece in pieces if piece.name == utterance.speaker]
        wordless = [piece for piece in own if not piece.tokens and _near(piece, run) < FAR]
        beside = wordless or [piece for piece in own if _near(piece, run) < REACH]
    if beside:
        home = min(beside, key=lambda piece: _near(piece, run))
        home.tokens += run
    else:
        start = max(0.0, run[0].start)
        pieces.append(_Piece(start, max(run[-1].end, start + SPOKEN), utterance.speaker, tokens=run))


def _move(run: Sequence[_Token], start: float, end: float) -> None:
    start = max(0.0, start)
    step = max(0.0, end - start) / len(run)
    for n, token in enumerate(run):
        token.start, token.end = start + n * step, start + (n + 1) * step


def _near(piece: _Piece, run: Sequence[_Token]) -> float:
    """Return the seconds between a stretch and a run of words, 0 where they touch."""
    start, end = run[0].start, max(run[-1].end, run[0].start + SHORTEST)
    if overlap(piece.start, piece.end, start, end) > 0:
        return 0.0
    return max(piece.start - end, start - piece.end, 0.0)


def _by_name(pieces: Iterable[_Piece]) -> dict[str, list[_Piece]]:
    found: defaultdict[str, list[_Piece]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        found[piece.name].append(piece)
    return found


def _united(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Yield one person's stretches, those that overlap as one."""
    last: _Piece | None = None
    for piece in pieces:
        if last is None:
            last = piece
        elif piece.start < last.end:
            confidence = last.confidence if piece.confidence is None else piece.confidence
            sure = confidence if last.confidence is None else min(last.confidence, confidence or 1.0)
            prosody = (*last.prosody, *piece.prosody)
            last = _Piece(last.start, max(last.end, piece.end), last.name, sure, prosody, last.tokens + piece.tokens)
        else:
            yield last
            last = piece
    if last is not None:
        yield last
