"""How well questions are found: against people's labels in English, against people's question marks in German.

Run with `python -m benchmarks.questions`. MRDA is split by meeting; the rates in `talkbalance.language.questions` come from its
training part (this prints them again), everything else only measures. The German transcripts were read while the rules were
written: their figures show that the rules fit them, not how they do on new talk.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd
from scipy.stats import rankdata

from benchmarks.shared import data, publish, table
from talkbalance.language import Language, language_of, question, sentences
from talkbalance.language.questions import RATES
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.questions import questions

ASKS = 0.5
COLUMNS = ("data", "marks", "units", "questions", "precision", "recall", "F1", "AUC")
WAYS = (
    ("as written", "^$", ""),
    ("question marks as points", r"\?", "."),
    ("none", r"[.?!]+(?=\s|$)", ""),
)
NON_SPEECH = re.compile(r"\(\(.*?\)\)|[()]")


@dataclass
class Score:
    """Human labels and our probabilities, side by side."""

    labels: list[bool] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def add(self, label: bool, score: float) -> None:
        """Add one unit."""
        self.labels.append(label)
        self.scores.append(score)

    def row(self, name: str, marks: str) -> tuple[object, ...]:
        """Return the line of the table."""
        found = [score >= ASKS for score in self.scores]
        hits = sum(label and asks for label, asks in zip(self.labels, found, strict=True))
        precision, recall = hits / max(1, sum(found)), hits / max(1, sum(self.labels))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        return name, marks, len(self.labels), sum(self.labels), precision, recall, f1, self._auc()

    def _auc(self) -> float:
        ranks = rankdata(self.scores)
        positive = sum(self.labels)
        above = sum(rank for rank, label in zip(ranks, self.labels, strict=True) if label) - positive * (positive + 1) / 2
        return float(above / max(1, positive * (len(self.labels) - positive)))


Evidence = dict[str, list[bool]]


def mrda(split: str) -> tuple[Score, Evidence]:
    """Score every labelled unit that has words, without any mark."""
    units = pd.read_csv(data("transcripts", "mrda", "mrda_units.csv.gz"), keep_default_na=False, dtype=str)
    units = units[(units["is_labelled"] == "1") & (units["split"] == split)]
    return _score(zip(units["text_without_punctuation"], units["is_question"] == "1", strict=True), "en", marked=False)


def swda(*, marked: bool) -> tuple[Score, Evidence]:
    """Score telephone calls; their marks are the transcribers'."""
    units = pd.read_csv(data("transcripts", "swda", "swda.csv.gz"), keep_default_na=False, dtype=str)
    return _score(zip(units["text"], units["is_question"] == "1", strict=True), "en", marked=marked)


def german(name: str, *, marked: bool) -> tuple[Score, Evidence]:
    """Score the sentences of a German transcript against its question marks, given to the rules only if `marked`."""
    rows = pd.read_csv(data("transcripts", "german_text", *name.split("/")), keep_default_na=False)
    said = [
        Utterance(None, None, str(speaker), NON_SPEECH.sub("", str(text)))
        for speaker, text in zip(rows["speaker"], rows["text"], strict=True)
    ]
    meeting = _untimed(said, "de")
    found = sentences(meeting, "de")
    return _score(((sentence.text, sentence.mark == "?") for sentence in found), "de", marked=marked)


def _score(units: Iterable[tuple[str, bool]], language: Language, *, marked: bool) -> tuple[Score, Evidence]:
    score: Score = Score()
    evidence: Evidence = defaultdict(list)
    for text, label in units:
        asked = question(text, language, marked=marked and "?" in text)
        score.add(bool(label), asked.confidence if asked else 0.0)
        if asked:
            evidence[asked.evidence].append(bool(label))
    return score, evidence


def _untimed(said: Sequence[Utterance], language: str | None) -> Meeting:
    people = [Speaker(name) for name in dict.fromkeys(u.speaker for u in said)]
    return Meeting(tuple(people), tuple(said), duration=None, language=language, source=Source(times="none"))


def annomi() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Score the professional's utterances: does one ask, and of those that do, is it open."""
    rows = pd.read_csv(data("transcripts", "annomi", "annomi.csv.gz"), keep_default_na=False, dtype=str)
    rows = rows[rows["speaker"] == "therapist"]
    found: list[tuple[object, ...]] = []
    opened: list[tuple[object, ...]] = []
    for name, signs, instead in WAYS:
        asks, open_ = Score(), Score()
        for text, label, kind in zip(rows["text"], rows["is_question"], rows["question_type"], strict=True):
            asked = _questions_in(re.sub(signs, instead, text))
            asks.add(label == "1", max(asked["confidence"], default=0.0))
            if kind and not asked.empty:
                open_.add(kind == "open", float(asked["open"].any()))
        found.append(asks.row("AnnoMI, utterance asks", name))
        opened.append(open_.row("AnnoMI, question found is open", name))
    return found, opened


def _questions_in(text: str) -> pd.DataFrame:
    meeting = _untimed([Utterance(None, None, "therapist", text)], "en")
    has_words = any(sign.isalnum() for sign in text) and language_of(meeting) is not None
    frame = questions(meeting) if has_words else pd.DataFrame(columns=["confidence", "open", "kind"])
    return frame[frame["kind"] != "tag"]


def _rate(labels: Sequence[bool]) -> str:
    return f"{(sum(labels) + 1) / (len(labels) + 2):.2f} ({len(labels)})" if labels else "-"


def main() -> None:
    train, fitted = mrda("train")
    held_out, checked = mrda("val")
    lnp, lnp_forms = german("lnp232/lnp232.csv", marked=False)
    will, will_forms = german("AnneWill.csv", marked=False)
    both = Score(lnp.labels + will.labels, lnp.scores + will.scores)
    calls, calls_forms = swda(marked=False)
    asks, opens = annomi()
    rows = [
        train.row("MRDA train (rates from here)", "none"),
        held_out.row("MRDA validation", "none"),
        calls.row("SwDA", "none"),
        swda(marked=True)[0].row("SwDA", "as written"),
        *asks,
        lnp.row("LNP232, de", "question marks hidden"),
        will.row("AnneWill, de", "question marks hidden"),
        both.row("both, de", "question marks hidden"),
        german("lnp232/lnp232.csv", marked=True)[0].row("LNP232, de", "as written"),
        german("AnneWill.csv", marked=True)[0].row("AnneWill, de", "as written"),
    ]
    german_forms = {name: lnp_forms.get(name, []) + will_forms.get(name, []) for name in RATES}
    rates = [
        (name, rate, *(_rate(part.get(name, [])) for part in (fitted, checked, calls_forms, german_forms)))
        for name, rate in RATES.items()
    ]
    publish(
        "questions",
        "# Questions",
        "A unit or sentence asks if its probability is at least .5, tags included (AnnoMI: without). Truth: dialogue acts"
        " (MRDA, SwDA), coders' majority (AnnoMI), the transcriber's question mark (German; there \"as written\" the mark"
        " is the truth and recall is 1 by construction). The German texts were read while the rules were written.",
        table(COLUMNS, rows),
        "## Open or closed\n\nOf the utterances in which a question was found and people called it open or closed.",
        table(COLUMNS, opens),
        "## How often each form asks, without a mark\n\nThe rate we use, then what was counted (one of each added; units).",
        table(("form", "rate", "MRDA train", "MRDA validation", "SwDA", "German"), rates),
    )


if __name__ == "__main__":
    main()
