"""Are voices that sound alike in two recordings one person's: `python -m benchmarks.voices_across`.

- Recordings are cut in two, and the halves stand for two meetings: so it is known who is in both. Excerpts of five meetings, of
  which two share a person. Conversations made of the clips of four people who act feelings, no clip in two of them. Three sample
  meetings, of which two have the same two synthetic voices. Recordings nobody labelled, whose people are nobody of the others.
- Two meetings are rarely recorded alike: second halves, made conversations and samples are played as they are, over a telephone
  line (8 kHz, 300 to 3400 Hz, mu-law), through a codec (Opus at 12 kbit/s), and in a room (echo, noise 20 dB below).
- Everything is heard as in a batch: nobody says who speaks when. Who a heard voice is, the truth says by time; where less than
  four fifths of it are one person's, it is a mix of two, and whatever it is joined with counts as wrong.
- *Pairs*: two voices of two meetings, each heard for ten seconds or more, mixes left out.
- *Stores*: 200 times, one line is drawn for each recording, and all go into one store; what would be proposed is held against the
  truth.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from pathlib import Path
from random import Random

import av
import numpy as np
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from benchmarks.shared import ROOT, data, publish, table
from benchmarks.sounds import Clip
from benchmarks.spans import read_rttm
from benchmarks.voices import clips
from talkbalance.corpus.voices import CLEAR, LEAST, SAME, together
from talkbalance.floor import overlap
from talkbalance.meeting import Meeting, Speaker, Utterance
from talkbalance.speech.audio import open_recording
from talkbalance.speech.backend import RATE, Samples, Sound, Span
from talkbalance.speech.overlap import Overlap
from talkbalance.speech.voice_prints import VoicePrint, voice_prints

REAL = (
    "german_therapy/AusschnittTherapieDJIMic2.flac",
    "german_therapy/BeltzSchwierigeSituation_1.flac",
    "pyannote_sample/sample.flac",
    "picovoice/leopard_3spk.flac",
)
EXCERPTS = ("dev00", "trn03", "trn04", "trn06", "trn09")
UNKNOWN = {  # nobody wrote down who speaks when; recordings of one family may share people
    "aws": ("smoke/aws_auto0_agent_mono_8k_u8.wav", "smoke/aws_sample1_2ch_identical.mp3"),
    "azure": ("smoke/azure_katiesteve.wav", "smoke/azure_test_call.wav"),
    "google": ("smoke/google_commercial_mono_8k.wav", "smoke/google_two_channel_16k.wav"),
    "librispeech": ("smoke/stereo_diarization_1spk_per_channel.wav",),
    "leopard_en": ("picovoice/leopard_en.flac",),
}
SAMPLES = ("erstgespraech_de.mp3", "zweitgespraech_de.m4a", "first_meeting_en.mp3")
PEOPLE = ("03", "08", "11", "15")
PURE = 0.8
"""Part of a voice's time that is one person's, or it is a mix."""
STORES = 200
LIMITS = (0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
LINES = ("as it is", "telephone", "codec", "room")


@dataclass(frozen=True)
class Case:
    """A recording that stands for a meeting; `truth` in seconds, None where nobody knows; `family` may share people."""

    name: str
    family: str
    line: str
    samples: Samples
    truth: tuple[Span, ...] | None


@dataclass(frozen=True)
class Voice:
    """A heard voice: in which meeting, who it is ("" where nobody knows), and how much of its time is really theirs."""

    case: str
    family: str
    line: str
    who: str
    pure: float
    print: VoicePrint

    @property
    def recording(self) -> str:
        """What was played, whatever the line."""
        return self.case.partition(", ")[0]

    @property
    def mixed(self) -> bool:
        """Whether two people are in it."""
        return self.pure < PURE

    def is_same(self, other: "Voice") -> bool | None:
        """Whether two voices are one person's; None where nobody knows."""
        if self.family == other.family and not (self.who and other.who):
            return None
        return bool(self.who) and self.who == other.who and not (self.mixed or other.mixed)


# ------------------------------------------------------------------------------------------------ recordings


def cases() -> Iterator[Case]:
    """Yield everything that is heard."""
    for name in REAL:
        path = data("recordings", *name.split("/"))
        yield from _halves(path.stem, samples_of(path), read_rttm(path.with_suffix(".rttm")))
    for name in EXCERPTS:
        path = data("recordings", "ami", f"{name}.flac")
        yield Case(name, "ami", LINES[0], samples_of(path), read_rttm(path.with_suffix(".rttm")))
    for family, names in UNKNOWN.items():
        for name in names:
            path = data("recordings", *name.split("/"))
            yield Case(path.stem, family, LINES[0], samples_of(path), None)
    for name in SAMPLES:
        path = ROOT / "samples" / name
        yield from _lines(path.stem, "samples", samples_of(path), read_rttm(path.with_suffix(".rttm")))
    for name, sound, truth in made():
        yield from _lines(name, "made", sound, truth)


def _halves(name: str, samples: Samples, truth: Sequence[Span]) -> Iterator[Case]:
    middle = len(samples) / RATE / 2
    first = tuple(Span(s.start, min(s.end, middle), s.speaker) for s in truth if s.start < middle)
    second = tuple(Span(max(s.start - middle, 0), s.end - middle, s.speaker) for s in truth if s.end > middle)
    at = round(middle * RATE)
    yield Case(f"{name} 1", name, LINES[0], samples[:at], first)
    yield from _lines(f"{name} 2", name, samples[at:], second)


def _lines(name: str, family: str, samples: Samples, truth: tuple[Span, ...]) -> Iterator[Case]:
    for line in LINES:
        yield Case(f"{name}, {line}", family, line, played(samples, line), truth)


def made() -> Iterator[tuple[str, Samples, tuple[Span, ...]]]:
    """Yield conversations of two people of whom no clip is in two of them, and two of the reader alone."""
    said, chance = clips(), Random(0)
    parts: dict[str, list[list[Samples]]] = {}
    for who in PEOPLE:
        own = list(said[who])
        chance.shuffle(own)
        parts[who] = [own[rank::3] for rank in range(3)]
    for one, other in combinations(PEOPLE, 2):
        between = {who: parts[who].pop() for who in (one, other)}
        yield f"{one} {other}", *_conversation(between, chance)
    read = said["reader"]
    for rank in range(2):
        yield f"reader {rank + 1}", *_conversation({"reader": read[rank::2]}, chance)


def _conversation(said: dict[str, list[Samples]], chance: Random) -> tuple[Samples, tuple[Span, ...]]:
    """Return the clips of each in turns of one to three, every clip once."""
    left = {who: list(clips) for who, clips in said.items()}
    sound, truth, at, before = [np.zeros(RATE // 2, np.float32)], [], 0.5, ""
    while any(left.values()):
        who = chance.choice([one for one in left if left[one] and one != before] or [one for one in left if left[one]])
        for _ in range(min(chance.randint(1, 3), len(left[who]))):
            clip = left[who].pop()
            pause = np.zeros(round(chance.uniform(0.1, 0.6) * RATE), np.float32)
            truth.append(Span(at, at + len(clip) / RATE, who))
            sound += [clip, pause]
            at += (len(clip) + len(pause)) / RATE
        before = who
    return np.concatenate(sound), tuple(truth)


def samples_of(path: Path) -> Samples:
    """Return a recording as one sound."""
    with open_recording(path) as recording:
        return recording.mix.read()


def played(samples: Samples, line: str) -> Samples:
    """Return a sound as it comes through a line."""
    random = np.random.default_rng(len(samples))
    match line:
        case "telephone":
            narrow = sosfilt(butter(4, (300, 3400), "bandpass", fs=8000, output="sos"), resample_poly(samples, 1, 2))
            loud = np.clip(narrow / max(1e-6, float(np.abs(narrow).max())), -1, 1)
            steps = np.round(np.sign(loud) * np.log1p(255 * np.abs(loud)) / np.log(256) * 127) / 127
            found = resample_poly(np.sign(steps) * (256 ** np.abs(steps) - 1) / 255, 2, 1)
        case "codec":
            found = _coded(samples)
        case "room":
            echo = random.standard_normal(RATE // 2) * np.exp(-np.arange(RATE // 2) / (0.06 * RATE))
            echo[0] = 8.0
            found = fftconvolve(samples, echo / np.linalg.norm(echo))[: len(samples)]
            found = found + random.standard_normal(len(samples)) * float(np.sqrt(np.mean(found**2))) / 10
        case _:
            found = samples
    return np.asarray(found, np.float32)[: len(samples)]


def _coded(samples: Samples) -> Samples:
    """Return a sound after Opus at 12 kbit/s."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = 12_000
        for begin in range(0, len(samples), RATE):
            frame = av.AudioFrame.from_ndarray(samples[None, begin : begin + RATE], format="flt", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), begin
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(file, "r") as coded:
        frames = (block for frame in coded.decode(audio=0) for block in resampler.resample(frame))
        found = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return np.pad(found, (0, max(0, len(samples) - len(found))))


# ------------------------------------------------------------------------------------------------ hearing


def heard(listed: Iterable[Case]) -> Iterator[Voice]:
    """Yield the voices of every recording."""
    diarizer = Overlap()
    for case in listed:
        spans = diarizer.diarize(Clip(case.samples))
        for prints in _prints(spans, Clip(case.samples)):
            who, pure = _whose(prints, case)
            yield Voice(case.name, case.family, case.line, who, pure, prints)


def _prints(spans: Sequence[Span], sound: Sound) -> tuple[VoicePrint, ...]:
    if not spans:
        return ()
    speakers = tuple(Speaker(name) for name in dict.fromkeys(span.speaker for span in spans))
    meeting = Meeting(speakers, tuple(Utterance(s.start, s.end, s.speaker) for s in spans), duration=sound.duration)
    return voice_prints(meeting, sound)


def _whose(found: VoicePrint, case: Case) -> tuple[str, float]:
    if case.truth is None:
        return "", float("nan")
    time: dict[str, float] = {}
    for start, end in found.stretches:
        for span in case.truth:
            time[span.speaker] = time.get(span.speaker, 0.0) + overlap(start, end, span.start, span.end)
    who = max(time, key=lambda name: time[name])
    return f"{case.family} {who}", time[who] / sum(time.values())


# ------------------------------------------------------------------------------------------------ measuring


@dataclass(frozen=True)
class Pair:
    """Two voices of two meetings, how alike they are, and whether they are one person's."""

    one: Voice
    other: Voice
    alike: float
    same: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """How both were recorded."""
        return tuple(line for line in LINES for voice in (self.one, self.other) if voice.line == line)


def pairs(voices: Sequence[Voice]) -> list[Pair]:
    """Return what can be compared: two recordings, of which it is known whether they share this person."""
    found = []
    for one, other in combinations(voices, 2):
        same = one.is_same(other)
        if one.recording != other.recording and same is not None and not (one.mixed or other.mixed):
            found.append(Pair(one, other, float(one.print.numbers @ other.print.numbers), same))
    return found


def equal_error(listed: Sequence[Pair]) -> tuple[float, float]:
    """Return the rate at which as many pairs of one person are missed as pairs of two are taken for one, and the limit there."""
    same, two = (np.array([pair.alike for pair in listed if pair.same is which]) for which in (True, False))
    limits = np.unique([pair.alike for pair in listed])
    missed, wrong = (same[:, None] < limits).mean(axis=0), (two[:, None] >= limits).mean(axis=0)
    at = int(np.abs(missed - wrong).argmin())
    return float(missed[at] + wrong[at]) / 2, float(limits[at])


def of_pairs(listed: Sequence[Pair]) -> Iterator[tuple[object, ...]]:
    """Yield a row for every two lines, and one for all."""
    lines = [*combinations_with_replacement(LINES, 2), None]
    for both in lines:
        own = [pair for pair in listed if both is None or pair.lines == both]
        same, two = ([pair.alike for pair in own if pair.same is which] for which in (True, False))
        if same and two:
            error, limit = equal_error(own)
            found, wrong = (sum(alike >= SAME for alike in which) for which in (same, two))
            middle, highest = float(np.median(same)), max(two)
            name = " / ".join(both) if both else "all"
            yield name, len(same), len(two), error, limit, middle, highest, f"{found} ({found / len(same):.2f})", wrong


def of_stores(voices: Sequence[Voice], same: float, clear: float, lines: Sequence[str]) -> tuple[object, ...]:
    """Return what comes of the proposals with these limits: means per store, then precision and recall over all stores."""
    random = np.random.default_rng(0)
    by_recording: dict[str, dict[str, list[Voice]]] = {}
    for voice in voices:
        by_recording.setdefault(voice.recording, {}).setdefault(voice.line, []).append(voice)
    right = wrong = mixed = missed = 0
    for _ in range(STORES):
        store: list[Voice] = []
        for played_on in by_recording.values():
            there = [line for line in lines if line in played_on] or sorted(played_on)
            store += played_on[there[random.integers(len(there))]]
        labels = together(np.stack([v.print.numbers for v in store]), [v.case for v in store], same=same, clear=clear)
        for one, other in combinations(range(len(store)), 2):
            truth = store[one].is_same(store[other])
            if truth is None or store[one].case == store[other].case:
                continue
            joined = labels[one] == labels[other]
            right += bool(joined and truth)
            missed += bool(truth and not joined)
            mixed += bool(joined and (store[one].mixed or store[other].mixed))
            wrong += bool(joined and not truth and not (store[one].mixed or store[other].mixed))
    means = (float(count) / STORES for count in (right, wrong, mixed, missed))
    return *means, right / max(1, right + wrong), right / max(1, right + wrong + mixed), right / (right + missed)


def _about(voices: Sequence[Voice]) -> str:
    people = {voice.who for voice in voices if voice.who and not voice.mixed}
    unknown, mixed = sum(not voice.who for voice in voices), sum(voice.mixed for voice in voices)
    return (
        f"Command: `python -m benchmarks.voices_across`. {len(voices)} voices of {LEAST:.0f} s and more: {len(people)} known "
        f"people, {unknown} voices nobody labelled, {mixed} mixes of two. The limits in use, {SAME} and {CLEAR}, were chosen on "
        "these very recordings so that hardly a wrong name is proposed: elsewhere they may do worse. The people are few, lines "
        "and rooms are simulated, and only one person is known to be in two meetings that were really recorded apart."
    )


def main() -> None:
    """Hear everything, and write the tables."""
    voices = [voice for voice in heard(cases()) if voice.print.seconds >= LEAST]
    stores = [
        ("any" if lines == LINES else "as it is", same, clear if clear > -1 else "none", *of_stores(voices, same, clear, lines))
        for lines in (LINES, LINES[:1])
        for same, clear in (*((limit, CLEAR) for limit in LIMITS), (SAME, -1.0))
    ]
    publish(
        "voices_across",
        "# The same voice in two recordings",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        _about(voices),
        "## Pairs",
        table(
            (
                *("lines", "pairs of one person", "pairs of two", "equal error rate", "at", "one person, median", "two, highest"),
                *(f"one person at {SAME} and above", f"two at {SAME} and above"),
            ),
            of_pairs(pairs(voices)),
        ),
        "## Stores",
        "Pairs of voices under one proposed name, means per store: right, wrong, with a mix, and missed. Precision first as if "
        "mixes were none, then with them as wrong.",
        table(
            ("lines", "alike", "clear by", "right", "wrong", "with a mix", "missed", "precision", "with mixes", "recall"), stores
        ),
    )


if __name__ == "__main__":
    main()
