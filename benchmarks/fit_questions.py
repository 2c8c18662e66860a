"""Fit the probability that a sentence asks on MRDA's training meetings: `python -m benchmarks.fit_questions`.

Two steps of boosted trees over closed features: the words of a sentence by class and place (English;
`talkbalance/language/questions.json`), then what stands around it, with the first step's log-odds (any language;
`talkbalance/metrics/questions.json`). The second learns from log-odds of meetings the first had not seen, and every case
counts twice, with and without its times. Prints how both do across training meetings. Credit: ICSI Meeting Corpus, CC BY 4.0,
with MRDA annotation.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from benchmarks.shared import ROOT, data
from talkbalance.language import Sentence, sentences
from talkbalance.language.questions import readings, sign_rows
from talkbalance.language.signs import CLASSES, EVIDENCE, SIGNS
from talkbalance.language.signs import CODED as CODED_SIGNS
from talkbalance.language.words import ROLES
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, tidy
from talkbalance.metrics.context import CODED, COLUMNS, TIMES, context

Array = NDArray[np.float64]

FOLDS = 6
SMOOTH = 20.0
DEPTH = 5
TEXT: dict[str, Any] = {
    "max_iter": 80,
    "learning_rate": 0.12,
    "max_leaf_nodes": 16,
    "max_depth": DEPTH,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
}
AROUND = {**TEXT, "max_iter": 140, "learning_rate": 0.1}
SOURCE = "fitted on the MRDA training meetings (ICSI Meeting Corpus, CC BY 4.0) by benchmarks/fit_questions.py"


@dataclass(frozen=True)
class Talk:
    """The sentences of a meeting, one per unit, each with its label; nan where it has none."""

    name: str
    said: tuple[Sentence, ...]
    labels: Array


def talks(split: str) -> list[Talk]:
    """Return the meetings of a split, their units as utterances without marks."""
    units = pd.read_csv(data("transcripts", "mrda", "mrda_units.csv.gz"), keep_default_na=False)
    units = units[units["split"] == split]
    return [_talk(str(name), own) for name, own in units.groupby("meeting")]


def _talk(name: str, units: pd.DataFrame) -> Talk:
    labels: dict[tuple[str, float], float] = {}
    said: list[Utterance | None] = []
    columns = ("start", "end", "speaker", "text_without_punctuation", "is_question", "is_labelled")
    for start, end, speaker, text, asks, labelled in zip(*(units[column] for column in columns), strict=True):
        if round(end, 3) > round(start, 3):
            said.append(Utterance(start, end, str(speaker), str(text)))
            labels[str(speaker), round(start, 3)] = float(str(asks) == "1") if str(labelled) == "1" else np.nan
    utterances = tidy(said).utterances
    people = tuple(Speaker(person) for person in dict.fromkeys(u.speaker for u in utterances))
    meeting = Meeting(people, utterances, max(u.end or 0 for u in utterances), language="en", source=Source(times="utterance"))
    found = sentences(meeting, "en", punctuation=False)
    return Talk(name, found, np.array([labels.get((s.speaker, round(s.start or 0, 3)), np.nan) for s in found]))


class Fitted:
    """Boosted trees over numbers and codes; a code is replaced by how often rows with it ask."""

    def __init__(self, features: Sequence[str], coded: Sequence[str], settings: dict[str, Any]) -> None:
        self.features = tuple(features)
        self.coded = tuple(coded)
        self.rates: dict[str, list[float]] = {}
        self.depth = int(settings["max_depth"])
        self.model = HistGradientBoostingClassifier(early_stopping=False, **settings)

    def fit(self, rows: Array, labels: Array) -> "Fitted":
        """Learn the rates of codes, then the trees."""
        usual = labels.mean()
        for name in self.coded:
            column = rows[:, self.features.index(name)]
            given = ~np.isnan(column)
            codes = column[given].astype(int)
            many = _codes(name)
            count, asks = np.bincount(codes, minlength=many), np.bincount(codes, labels[given], minlength=many)
            self.rates[name] = [round(float(rate), 4) for rate in (asks + SMOOTH * usual) / (count + SMOOTH)]
        self.model.fit(self._known(rows), labels)
        return self

    def _known(self, rows: Array) -> Array:
        known = rows.copy()
        for name, rates in self.rates.items():
            column = self.features.index(name)
            given = ~np.isnan(rows[:, column])
            known[given, column] = np.array(rates)[rows[given, column].astype(int)]
        return known

    def log_odds(self, rows: Array) -> Array:
        """Return the log-odds of each row."""
        return np.asarray(self.model.decision_function(self._known(rows)))

    def write(self, path: Path, source: str = SOURCE) -> None:
        """Write the numbers, without anything anybody said."""
        base = float(np.ravel(self.model._baseline_prediction)[0])
        trees = [_tree(part[0].nodes) for part in self.model._predictors]
        lines = ",\n  ".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
        head = json.dumps(
            {"source": source, "features": self.features, "rates": self.rates, "base": round(base, 4), "depth": self.depth}
        )
        path.write_text(f'{head[:-1]}, "trees": [\n  {lines}\n]}}\n', encoding="utf-8")


def _codes(name: str) -> int:
    """Return how many codes a column has."""
    return len(EVIDENCE) if "evidence" in name else len(ROLES) if name.endswith("role") else len(CLASSES)


def _tree(nodes: NDArray[np.void]) -> dict[str, list[float]]:
    leaf = nodes["is_leaf"].astype(bool)
    own = np.arange(len(nodes))
    return {
        "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
        "threshold": [round(float(value), 4) for value in np.where(leaf, 0, nodes["num_threshold"])],
        "left": np.where(leaf, own, nodes["left"]).tolist(),
        "right": np.where(leaf, own, nodes["right"]).tolist(),
        "missing_left": np.where(leaf, 0, nodes["missing_go_to_left"]).astype(int).tolist(),
        "value": [round(float(value), 4) for value in np.where(leaf, nodes["value"], 0)],
    }


def _around(talk: Talk, log_odds: Array) -> Array:
    return context(talk.said, readings([s.text for s in talk.said], "en"), log_odds.tolist(), timed=True)


def _without(rows: Array, names: Sequence[str]) -> Array:
    blank = rows.copy()
    blank[:, [COLUMNS.index(name) for name in names]] = np.nan
    return blank


def _report(name: str, labels: Array, log_odds: Array) -> None:
    sure = 1 / (1 + np.exp(-log_odds))
    auc, f1 = roc_auc_score(labels, sure), f1_score(labels, sure >= 0.5)
    print(f"{name}: AUC {auc:.4f}, F1 {f1:.4f}, mean {sure.mean():.4f} of {labels.mean():.4f}")


def main() -> None:
    """Fit both steps, print how they do on training meetings they did not see, and write their numbers."""
    train = talks("train")
    signs_of = [sign_rows([s.text for s in talk.said], "en") for talk in train]
    rows, labels = np.vstack(signs_of), np.concatenate([talk.labels for talk in train])
    groups = np.repeat(np.arange(len(train)), [len(talk.said) for talk in train])
    known = ~np.isnan(labels)
    unseen = np.empty(len(labels))
    for others, test in GroupKFold(FOLDS).split(rows, groups=groups):
        learn = others[known[others]]
        unseen[test] = Fitted(SIGNS, CODED_SIGNS, TEXT).fit(rows[learn], labels[learn]).log_odds(rows[test])
    _report("words", labels[known], unseen[known])
    around = np.vstack([_around(talk, unseen[groups == number]) for number, talk in enumerate(train)])
    both = np.empty((2, len(labels)))
    for others, test in GroupKFold(FOLDS).split(rows, groups=groups):
        learn = others[known[others]]
        fitted = _blanked(around[learn], labels[learn])
        both[0, test], both[1, test] = fitted.log_odds(around[test]), fitted.log_odds(_without(around[test], TIMES))
    _report("words and what stands around them", labels[known], both[0][known])
    _report("the same without times", labels[known], both[1][known])
    Fitted(SIGNS, CODED_SIGNS, TEXT).fit(rows[known], labels[known]).write(ROOT / "talkbalance" / "language" / "questions.json")
    _blanked(around[known], labels[known]).write(ROOT / "talkbalance" / "metrics" / "questions.json")


def _blanked(rows: Array, labels: Array) -> Fitted:
    return Fitted(COLUMNS, CODED, AROUND).fit(np.vstack([rows, _without(rows, TIMES)]), np.concatenate([labels, labels]))


if __name__ == "__main__":
    main()
