"""Does the voice tell who was cut off? Used by `python -m benchmarks.german_interruptions`.

Labelled sound is scarce. Read German sentences of four people, whole ones and the same kind cut at a word's end or inside a word,
tell whether pitch and energy differ where somebody stops in mid sentence; each person is judged by what the three others gave.
Words stand beside, as far as the probability of interruptions reads them. Talk is the test: the German therapy clips, and AMI.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import soundfile
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.shared import data
from benchmarks.sounds import Clip
from talkbalance.floor import overlap
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.said import said as columns_of
from talkbalance.metrics.unfinished import unfinished
from talkbalance.speech.backend import RATE, Samples
from talkbalance.speech.prosody import BEFORE, CLEAR, swift, with_prosody

Floats = NDArray[np.float64]

APART = 1.0
"""Seconds of silence between two stops."""
VOICE = ("slope", "level", "energy")
"""As in `Prosody`; energy against the person's median."""
LOUD = VOICE.index("energy")


def sure_of(text: str, language: str) -> float:
    """Return how likely an utterance was cut off by somebody who comes in 0.4 s before its end and goes on."""
    end = len(text.split()) * PACE
    said = (Utterance(0, end, "Eva", text), Utterance(end - 0.4, end + 2, "Baum", "ja" if language == "de" else "yeah"))
    source = Source(times="word", overlap_observable=True)
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, end + 4, language=language, source=source)
    return float(unfinished(columns_of(meeting)).probability[0])


PACE = 0.3
"""Seconds of a word."""


@dataclass(frozen=True)
class Stop:
    """Somebody stops: what was said and its sound, and whether the sentence goes on."""

    who: str
    text: str
    samples: Samples
    cut: bool


def read_sentences() -> Iterator[Stop]:
    """Yield every sentence that is whole in its clip, and each with three words and more cut once after a word, once inside one."""
    folder = data("recordings", "emodb_clips")
    clips, spoken = (pd.read_csv(folder / name, dtype={"speaker": str}) for name in ("clips.csv", "clip_words.csv"))
    chance = np.random.default_rng(0)
    for clip, own in spoken.groupby("clip"):
        about = clips.loc[clips["clip"] == clip].iloc[0]
        samples, _ = soundfile.read(folder / f"{clip}.flac", dtype="float32")
        words = own["word"].tolist()
        if about["complete"] == 1:
            yield Stop(about["speaker"], " ".join(words), samples[: round(own["end"].iloc[-1] * RATE)], cut=False)
        if len(words) >= FEWEST:
            at = int(chance.integers(1, len(words) - 1))
            start, end = own[["start", "end"]].iloc[at]
            for stop, said in ((end, words[: at + 1]), ((start + end) / 2, [*words[:at], words[at][: len(words[at]) // 2 + 1]])):
                yield Stop(about["speaker"], " ".join(said), samples[: round(stop * RATE)], cut=True)


FEWEST = 4
"""Words of a sentence that is cut."""


def talk_of_therapy() -> Iterator[Stop]:
    """Yield the lines of the therapy talk that end with a final mark, and each line cut in its middle, if nobody else speaks."""
    for path in sorted(data("recordings", "german_therapy").glob("*.csv")):
        rows = pd.read_csv(path, keep_default_na=False)
        sound, _ = soundfile.read(path.with_suffix(".flac"), dtype="float32")
        channels = {"SPEAKER_0": 0, "SPEAKER_1": 1}  # the film's have two digits, and are alike
        spoken = rows[["speaker", "start", "end", "text"]]
        lines = [
            Line(f"{path.stem} {who}", start, end, text, channels.get(who, 0))
            for who, start, end, text in spoken.itertuples(index=False)
        ]
        yield from _stops(lines, sound)


def talk_of_ami() -> Iterator[Stop]:
    """Yield the sentences of AMI's pieces of sound, up to a final mark, and each cut anywhere, if nobody else speaks."""
    for path in sorted(data("recordings", "ami").glob("*.flac")):
        rows = pd.read_csv(path.with_suffix(".words.csv"), keep_default_na=False)
        rows[["start", "end"]] = rows[["start", "end"]].apply(pd.to_numeric, errors="coerce")
        sound, _ = soundfile.read(path, dtype="float32")
        lines = []
        for who, own in rows[rows["kind"].isin(["w", "punc"])].sort_values("start", kind="stable").groupby("speaker"):
            ends = own["text"].isin(list(FINAL))
            for _, sentence in own.groupby(ends.shift(fill_value=False).cumsum()):
                said = sentence[sentence["kind"] == "w"]
                if len(said):
                    text = " ".join(said["text"]) + ("." if ends[sentence.index[-1]] else "")
                    lines.append(Line(f"{path.stem} {who}", float(said["start"].iloc[0]), float(said["end"].iloc[-1]), text, 0))
        yield from _stops(lines, sound[:, None])


@dataclass(frozen=True)
class Line:
    """A line of a transcript, and the channel its speaker is heard in."""

    who: str
    start: float
    end: float
    text: str
    channel: int


def _stops(lines: Sequence[Line], sound: Samples) -> Iterator[Stop]:
    chance = np.random.default_rng(0)
    for line in (line for line in lines if line.end - line.start >= LONG):
        samples = sound[:, line.channel]
        middle = line.start + (line.end - line.start) * float(chance.uniform(*MIDDLE))
        if line.text.rstrip().endswith(FINAL) and _alone(line, line.end, lines):
            yield Stop(line.who, line.text, samples[round(line.start * RATE) : round(line.end * RATE)], cut=False)
        if _alone(line, middle, lines):
            yield Stop(line.who, line.text, samples[round(line.start * RATE) : round(middle * RATE)], cut=True)


def _alone(line: Line, time: float, lines: Sequence[Line]) -> bool:
    others = sum(overlap(time - BEFORE, time, other.start, other.end) for other in lines if other.who != line.who)
    return others < CLEAR


FINAL = (".", "?", "!")
LONG = 1.2
"""Least seconds of a line, so that there is a middle to cut it in."""
MIDDLE = 0.4, 0.8
"""Parts of a line between which it is cut."""


def heard(stops: Sequence[Stop]) -> Floats:
    """Return (n, voice) pitch and energy where each stops, as `transcribe` hears them; nan where too little is voiced."""
    found = np.full((len(stops), len(VOICE)), np.nan)
    for who in sorted({stop.who for stop in stops}):
        own = [i for i, stop in enumerate(stops) if stop.who == who]
        silence = np.zeros(round(APART * RATE), np.float32)
        sound = np.concatenate([part for i in own for part in (stops[i].samples, silence)])
        begins = np.cumsum([0, *(len(stops[i].samples) / RATE + APART for i in own)])
        said = [
            Utterance(float(start), float(start) + len(stops[i].samples) / RATE, who, stops[i].text)
            for i, start in zip(own, begins, strict=False)
        ]
        for i, told in zip(own, with_prosody(said, {who: Clip(sound)}, swift(), apart=True), strict=True):
            if told.prosody:
                found[i] = [getattr(told.prosody[-1], name) for name in VOICE]
        found[own, LOUD] -= np.nanmedian(found[own, LOUD])  # how loud a recording is tells nothing
    return found


def rows() -> Iterator[tuple[object, ...]]:
    """Yield how well the voice tells stops in mid sentence from ends, in read sentences and in talk."""
    read, voice = _known(list(read_sentences()))
    yield _row("read German, by voice", read, left_out(read, voice))
    yield _row("read German, by words", read, _words(read))
    yield _row("read German, by both", read, left_out(read, np.column_stack([voice, _words(read)])))
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(voice, [stop.cut for stop in read])
    for name, talk in (("German therapy, role-played", talk_of_therapy()), ("AMI, half minutes", talk_of_ami())):
        stops, heard_there = _known(list(talk))
        yield _row(f"{name}, by voice as read", stops, model.decision_function(heard_there))
        yield _row(f"{name}, by voice, the other people's", stops, left_out(stops, heard_there))


def _row(name: str, stops: Sequence[Stop], score: Floats) -> tuple[object, ...]:
    cut = sum(stop.cut for stop in stops)
    return name, len(stops) - cut, cut, within(stops, score)


def _known(stops: Sequence[Stop]) -> tuple[list[Stop], Floats]:
    voice = heard(stops)
    known = np.flatnonzero(~np.isnan(voice).any(axis=1))
    return [stops[i] for i in known.tolist()], voice[known]


def _words(stops: Sequence[Stop]) -> Floats:
    sure = np.array([sure_of(stop.text, "de") for stop in stops])
    odds: Floats = np.log(sure / (1 - sure))
    return odds


def left_out(stops: Sequence[Stop], rows: Floats) -> Floats:
    """Return the log-odds of each stop from what the other people gave."""
    who, truth = np.array([stop.who for stop in stops]), np.array([stop.cut for stop in stops])
    odds = np.zeros(len(stops))
    for one in np.unique(who):
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows[who != one], truth[who != one])
        odds[who == one] = model.decision_function(rows[who == one])
    return odds


def within(stops: Sequence[Stop], score: Floats) -> float:
    """Return the area under the curve among the stops of one person, people weighed by how many there are."""
    who, truth = np.array([stop.who for stop in stops]), np.array([stop.cut for stop in stops])
    people = [one for one in np.unique(who) if 0 < truth[who == one].mean() < 1]
    areas = [roc_auc_score(truth[who == one], score[who == one]) for one in people]
    return float(np.average(areas, weights=[(who == one).sum() for one in people]))
