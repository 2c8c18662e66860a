"""Sound and transcripts brought together: a recording in, a `Meeting` out.

Three ways lead to the speakers, from the most exact to the most common: one file per participant, one speaker per channel, and
one mixed recording in which voices are told apart. Spans of another diarizer (RTTM) can stand in for ours.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock

from talkbalance.errors import InvalidParameter, TalkbalanceWarning, UnusableSound
from talkbalance.formats import read
from talkbalance.formats.files import content_id
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Details, Meeting, Sides, Source, Speaker, Utterance, Word, tidy, times_of
from talkbalance.speech import engines, forecast
from talkbalance.speech.attribution import attribute
from talkbalance.speech.audio import Recording, check, open_recording
from talkbalance.speech.backend import Diarizer, Progress, Sound, Span, Transcriber, Transcript, silent
from talkbalance.speech.channels import Channels
from talkbalance.speech.parallel import CORES, Halt, both
from talkbalance.speech.partial import NOTHING_KEPT, Partial, kept_of
from talkbalance.speech.prosody import swift, with_prosody
from talkbalance.speech.tracks import Tracks, open_tracks

Watch = Callable[[str, float, float], None]
"""Called with the stage ("decode", "words", "voices"), the seconds done and the seconds there are, 0 where that is not known; first
when a stage begins, with nothing done.

Words and voices are heard beside one another; no two calls come at once.
"""

ENGINES = ("faster-whisper", "openai-whisper", "transformers")
FEWEST_VOICES, MOST_VOICES = 1, 20
LONG = 600.0
"""Seconds of a recording from which on one wants to know how long hearing it will take."""


def unwatched(stage: str, done: float, total: float) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Hearing:
    """What hears, and with which settings; the defaults are made when they are first needed."""

    transcriber: Transcriber
    diarizer: Diarizer
    language: str | None = None
    speakers: int | None = None
    vocabulary: str = ""
    watch: Watch = unwatched
    kept: Partial = NOTHING_KEPT
    halt: Halt = field(default_factory=Halt)
    expect: Callable[[float], None] | None = None

    @property
    def settings(self) -> tuple[str, ...]:
        """What a partial result depends on, beside the recording."""
        names = self.transcriber.name, self.diarizer.name
        return *names, str(self.language), str(self.speakers), self.vocabulary

    def progress(self, stage: str, total: float, *, after: float = 0.0) -> Progress:
        """Return what an engine reports its seconds to, `after` those of an earlier sound."""
        return self.halt.heeded(lambda done: self.watch(stage, after + done, total))

    def words(self, sound: Sound, *, number: int = 0, of: int = 1) -> Transcript:
        """Return the words of a sound, the `number`-th of several equally long ones."""
        stage = f"words-{number}"
        progress = self.progress("words", of * sound.duration, after=number * sound.duration)
        hear = partial(self.transcriber.transcribe, sound, language=self.language, vocabulary=self.vocabulary, progress=progress)
        if isinstance(self.transcriber, engines.Engine):
            hear = partial(hear, journal=self.kept.journal(stage))

        def begin() -> Transcript:
            progress(0.0)
            return hear()

        return self.kept.transcript(stage, begin)

    def voices(self, sound: Sound) -> tuple[Span, ...]:
        """Return who speaks when in a mixed sound."""
        from talkbalance.speech.overlap import Overlap

        progress = self.progress("voices", sound.duration)
        hear = partial(self.diarizer.diarize, sound, speakers=self.speakers, progress=progress)
        if isinstance(self.diarizer, Overlap):
            hear = partial(hear, tape=self.kept.tape("voices"))

        def begin() -> tuple[Span, ...]:
            progress(0.0)
            return hear()

        return self.kept.spans("voices", begin)

    def trial(self, way: "Way") -> forecast.Trial:
        """Return what is tried to tell how long hearing will take."""
        apart, engine = way.names is not None, self.transcriber
        diarizer = Channels() if apart else self.diarizer
        return forecast.Trial(
            f"{engine.name}, {diarizer.name}, {CORES}",
            lambda sound: engine.transcribe(sound, language=self.language, vocabulary=self.vocabulary),
            diarizer.diarize if isinstance(diarizer, Channels) else lambda sounds: diarizer.diarize(sounds[0]),
            engine.workers if isinstance(engine, engines.Engine) else 1,
            apart,
        )


@dataclass(frozen=True)
class Way:
    """How voices are told apart: a sound for each, with their names where files give them, or one mixed sound (`names` None)."""

    sounds: tuple[Sound, ...]
    names: tuple[str, ...] | None
    layout: str


@dataclass(frozen=True)
class Heard:
    """Words and spans of a recording, before they are brought together."""

    utterances: tuple[Utterance, ...]
    language: str
    layout: str
    diarizer: str = ""
    names: tuple[str, ...] = ()
    """People who are known to have been there, silent ones too."""


def transcribe(
    source: str | Path | Sequence[str | Path],
    *,
    language: str | None = None,
    sides: Sides | None = None,
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
    """Hear a recording: who spoke when, with overlaps, and what they said.

    Parameters
    ----------
    source
        A recording in any container, or one file per participant of the same meeting.
    language
        "de", "en", or another code Whisper knows; None to find out.
    sides
        Side to voices, as in `Meeting.with_sides`: `{"agency": ["S1=Eva"], "client": ["S2=Herr Baum"]}`.
    speakers
        Number of voices, None to estimate it. Without effect where channels or files tell.
    engine, model
        Who writes the words: "faster-whisper" (default), "openai-whisper" or "transformers", and a model's name or path.
    vocabulary
        Names and terms to expect, as plain text.
    spans
        An RTTM file of another diarizer that says who speaks when.
    transcriber, diarizer
        Ready ones instead of `engine`, `model` and our diarizer.
    progress
        See `Watch`.
    expect
        Told, before a recording of more than ten minutes is heard, how many seconds that will take; None asks for no forecast.
        With models this machine has not been asked about before, a piece is heard for it, which takes some seconds itself.
    fresh
        Whether to hear everything anew, also what a run that was stopped has heard already.

    Returns
    -------
    Meeting
        Heard speakers are S1, S2, … by first speech; files give their stems.

    Raises
    ------
    UnusableSound
        Where nothing can be decoded, or nobody speaks.
    MissingModel
        Where weights or a library are missing.
    UnknownSide
        Where a side names a voice that is not there.
    """
    for path in _paths(source):
        check(path)
    hearing = _hearing(engine, model, language, speakers, vocabulary, spans, transcriber, diarizer)
    one_by_one = Lock()

    def watch(stage: str, done: float, total: float) -> None:
        with one_by_one:
            progress(stage, done, total)

    return _hear(source, replace(hearing, watch=watch, expect=expect), sides or {}, alone=spans is None, fresh=fresh)


def foretell(
    source: str | Path | Sequence[str | Path],
    *,
    language: str | None = None,
    speakers: int | None = None,
    engine: str = "faster-whisper",
    model: str | Path = "base",
    spans: str | Path | None = None,
    progress: Watch = unwatched,
) -> forecast.Forecast:
    """Return how long `transcribe` will take with the same arguments: the recording is decoded, and a piece of it heard.

    Raises
    ------
    UnusableSound
        Where nothing can be decoded.
    MissingModel
        Where weights or a library are missing.
    """
    hearing = _hearing(engine, model, language, speakers, "", spans, None, None)
    begun = time.perf_counter()
    with _opened(_paths(source), replace(hearing, watch=progress)) as recording:
        decoding = time.perf_counter() - begun
        way = _way(recording, alone=spans is None)
        found = forecast.forecast(hearing.trial(way), way.sounds)
    return replace(found, seconds=found.seconds + decoding)


def _hearing(
    engine: str,
    model: str | Path,
    language: str | None,
    speakers: int | None,
    vocabulary: str,
    spans: str | Path | None,
    transcriber: Transcriber | None,
    diarizer: Diarizer | None,
) -> Hearing:
    if speakers is not None and not FEWEST_VOICES <= speakers <= MOST_VOICES:
        raise InvalidParameter("parameter.range", name="speakers", value=speakers, low=FEWEST_VOICES, high=MOST_VOICES)
    given = _given(spans)
    return Hearing(transcriber or _transcriber(engine, model), given or diarizer or _diarizer(), language, speakers, vocabulary)


def _paths(source: str | Path | Sequence[str | Path]) -> list[Path]:
    return [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]


def _opened(paths: Sequence[Path], hearing: Hearing) -> AbstractContextManager[Recording | Tracks]:
    def watch(done: float) -> None:
        hearing.watch("decode", done, 0.0)

    return open_recording(paths[0], progress=watch) if len(paths) == 1 else open_tracks(paths, progress=watch)


def _way(recording: Recording | Tracks, *, alone: bool) -> Way:
    """Return how voices are told apart; `alone` is False where another diarizer has told them apart in the mixed sound."""
    if isinstance(recording, Tracks):
        return Way(tuple(recording.sounds), tuple(recording.names), "tracks")
    if recording.layout == "one_per_channel" and alone:
        return Way(recording.channels, (), recording.layout)
    return Way((recording.mix,), None, recording.layout)


@contextmanager
def _foretold(way: Way, hearing: Hearing) -> Iterator[None]:
    """Say how long hearing a long recording will take, and learn from how long it took; not where a part was heard before."""
    if hearing.expect is None or way.sounds[0].duration <= LONG or hearing.kept.begun:
        yield
        return
    trial = hearing.trial(way)
    found = forecast.forecast(trial, way.sounds, anew=False)
    hearing.expect(found.seconds)
    begun = time.perf_counter()
    yield
    forecast.learn(trial.name, found, time.perf_counter() - begun)


def _hear(source: str | Path | Sequence[str | Path], hearing: Hearing, sides: Sides, *, alone: bool, fresh: bool) -> Meeting:
    paths = _paths(source)
    with ExitStack() as open_until_then:
        recording = open_until_then.enter_context(_opened(paths, hearing))
        duration, identity = recording.duration, _identity(recording)
        kept = open_until_then.enter_context(kept_of(identity, hearing.settings, fresh=fresh))
        hearing = replace(hearing, kept=kept)
        way = _way(recording, alone=alone)
        with _foretold(way, hearing):
            heard = (
                _hear_mix(way.sounds[0], hearing, way.layout)
                if way.names is None
                else _hear_voices(way.sounds, way.names, hearing, way.layout)
            )
        if not heard.utterances:
            kept.remove()
            raise UnusableSound("pipeline.no_speech", file=", ".join(path.name for path in paths))
        meeting = _meeting(heard, hearing, duration, Details(id=identity), paths).with_sides(sides)
        kept.remove()
    return meeting


def _identity(recording: Recording | Tracks) -> str:
    """Return the hash of the content; several files have the hash of their hashes."""
    if isinstance(recording, Recording):
        return recording.sha256[:16]
    return content_id("".join(track.sha256 for track in recording.recordings).encode())


def _hear_mix(sound: Sound, hearing: Hearing, layout: str) -> Heard:
    """Tell voices apart in one sound, and hear the words beside it. Where nobody speaks, no words count."""
    said, spans = both(
        lambda halt: replace(hearing, halt=halt).words(sound), lambda halt: replace(hearing, halt=halt).voices(sound)
    )
    if not spans:
        return Heard((), "", layout)
    utterances = attribute(said.words, spans)
    voices = dict.fromkeys((utterance.speaker for utterance in utterances), sound)
    return Heard(with_prosody(utterances, voices, swift(), apart=False), said.language, layout, hearing.diarizer.name)


def _hear_voices(sounds: Sequence[Sound], names: Sequence[str], hearing: Hearing, layout: str) -> Heard:
    """Hear every voice in its own sound; of its words only those count during which it speaks itself (bleed).

    Whoever speaks longest is heard first: the language of the meeting is found there.
    """
    progress = hearing.progress("voices", sounds[0].duration)
    labels = names or [str(i) for i in range(len(sounds))]

    def begin() -> tuple[Span, ...]:
        progress(0.0)
        return Channels().diarize(sounds, names=labels, progress=progress, tape=hearing.kept.tape("voices"))

    spans = hearing.kept.spans("voices", begin)
    utterances: list[Utterance] = []
    language = hearing.language
    heard_in = dict(zip(labels, sounds, strict=True))
    spoken = {label: [span for span in spans if span.speaker == label] for label in labels}
    longest = sorted(spoken, key=lambda label: sum(span.start - span.end for span in spoken[label]))
    for i, label in enumerate(label for label in longest if spoken[label]):
        own = spoken[label]
        said = replace(hearing, language=language).words(heard_in[label], number=i, of=len(sounds))
        language = language or said.language
        utterances += attribute(_inside(said.words, own), own)
    known = sorted((utterance for utterance in utterances if utterance.speaker != UNKNOWN), key=times_of)
    heard = with_prosody(known, heard_in, swift(), apart=True)
    return Heard(heard if names else _numbered(heard), language or "", layout, Channels.name, tuple(names))


def _numbered(utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Call the voices S1, S2, … by first speech."""
    ordered = sorted(utterances, key=times_of)
    voices = {name: f"S{i}" for i, name in enumerate(dict.fromkeys(u.speaker for u in ordered), 1)}
    return tuple(replace(u, speaker=voices[u.speaker]) for u in ordered)


def _inside(words: Sequence[Word], spans: Sequence[Span]) -> list[Word]:
    """Keep the words whose middle lies in a span: the rest is the other's voice in this microphone."""
    return [word for word in words if any(s.start <= (word.start + word.end) / 2 < s.end for s in spans)]


def _meeting(heard: Heard, hearing: Hearing, duration: float, details: Details, paths: Sequence[Path]) -> Meeting:
    tidied = tidy(u for u in heard.utterances if times_of(u)[0] < duration)
    if tidied.clipped or tidied.dropped:
        note = text("formats.tidied", clipped=tidied.clipped, dropped=tidied.dropped)
        warnings.warn(note, TalkbalanceWarning, stacklevel=2)
    ends = max(times_of(u)[1] for u in tidied.utterances)
    voices = dict.fromkeys([*heard.names, *(u.speaker for u in tidied.utterances)])
    options = (
        ("language", hearing.language or "auto"),
        ("speakers", str(hearing.speakers or "auto")),
        ("layout", heard.layout),
    )
    return Meeting(
        tuple(Speaker(name) for name in sorted(voices, key=lambda name: name == UNKNOWN)),
        tidied.utterances,
        max(duration, ends),
        title=paths[0].stem if len(paths) == 1 else " + ".join(path.stem for path in paths),
        language=heard.language,
        source=Source(
            ", ".join(path.name for path in paths),
            "sound",
            "word",
            overlap_observable=True,
            models=(hearing.transcriber.name, heard.diarizer),
            options=options,
            versions=_versions(),
        ),
        recording=paths[0].resolve() if len(paths) == 1 else None,
        details=details,
    )


def _versions() -> tuple[tuple[str, str], ...]:
    found = []
    for package in ("talkbalance", "faster-whisper", "openai-whisper", "transformers", "torch", "av", "swift-f0"):
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def _transcriber(engine: str, model: str | Path) -> Transcriber:
    if engine not in ENGINES:
        raise InvalidParameter("parameter.choice", name="engine", value=engine, choices=", ".join(ENGINES))
    return engines.transcriber(engine, model)


def _diarizer() -> Diarizer:
    from talkbalance.speech.overlap import Overlap

    return Overlap()


@dataclass(frozen=True)
class Given:
    """A diarizer that was run elsewhere: its spans, read from a file."""

    spans: tuple[Span, ...]
    name: str

    def diarize(self, sound: Sound, *, speakers: int | None = None, progress: Progress = silent) -> tuple[Span, ...]:
        """Return the spans that lie in the sound, cut at its end."""
        del speakers
        progress(sound.duration)
        inside = (span for span in self.spans if span.start < sound.duration)
        return tuple(Span(s.start, min(s.end, sound.duration), s.speaker, s.confidence) for s in inside)


def _given(path: str | Path | None) -> Given | None:
    if path is None:
        return None
    found = read(path)
    return Given(tuple(Span(*times_of(u), u.speaker, u.confidence) for u in found.utterances), f"rttm {Path(path).name}")
