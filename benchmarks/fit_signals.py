"""Fit how likely a short utterance is a listener signal on MRDA's training meetings: `python -m benchmarks.fit_signals`.

The label is the loose set: `b`, `bk`, `bh` (continuing, acknowledging, asking back). The features are closed (timing, kinds and
classes of words); the numbers go to `talkbalance/metrics/signals.json`. Every case counts in three `WAYS`: as people wrote it,
without the marks of broken words, and with question marks. Prints how it does across training meetings. Credit: ICSI Meeting
Corpus, CC BY 4.0, with MRDA annotation.
"""

from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold

from benchmarks import mrda
from benchmarks.fit_questions import Fitted
from benchmarks.shared import ROOT
from talkbalance.floor import Floats, Ints
from talkbalance.metrics.listening import SIGNALS, listening
from talkbalance.metrics.said import said
from talkbalance.metrics.signals import FEATURES, features

TARGET = ROOT / "talkbalance" / "metrics" / "signals.json"
SOURCE = "fitted on the MRDA training meetings (ICSI Meeting Corpus, CC BY 4.0) by benchmarks/fit_signals.py"
WAYS = {
    "as written": {"marks": True, "asked": False},
    "without marks": {"marks": False, "asked": False},
    "with question marks": {"marks": False, "asked": True},
}
"""Ways to write the same talk."""
FOLDS = 4
SETTINGS = {
    "max_iter": 60,
    "learning_rate": 0.15,
    "max_leaf_nodes": 24,
    "max_depth": 6,
    "min_samples_leaf": 60,
    "l2_regularization": 5.0,
}


class Cases(NamedTuple):
    """Candidates of a meeting: their features, their labels (nan: none), and how many units are marked, candidates or not."""

    rows: Floats
    labels: Floats
    marked: int


def cases(labelled: mrda.Labelled) -> Cases:
    """Return the candidates of a meeting with their labels."""
    units = labelled.units[labelled.units["is_labelled"]]
    known = {
        (str(speaker), round(start, 3)): float(signal)
        for speaker, start, signal in zip(units["speaker"], units["start"], units["is_backchannel_loose"], strict=True)
    }
    columns = said(labelled.meeting)
    at, rows, _ = features(columns, listening(columns).probability >= SIGNALS)
    spoken = [labelled.meeting.utterances[i] for i in at]
    labels = np.array([known.get((u.speaker, u.start or 0.0), np.nan) for u in spoken])
    return Cases(rows, labels, int(units["is_backchannel_loose"].sum()))


def report(name: str, labels: Floats, sure: Floats, marked: int) -> None:
    """Print precision, recall and F1 at one half."""
    found = sure >= SIGNALS
    hits = float(labels[found].sum())
    precision, recall = hits / found.sum(), hits / marked
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}, F1 {2 * precision * recall / (precision + recall):.4f}")


def across(rows: Floats, labels: Floats, meeting: Ints) -> Floats:
    """Return the probability of each case by trees fitted on other meetings."""
    sure = np.zeros(len(labels))
    for train, test in GroupKFold(FOLDS).split(rows, labels, meeting):
        fitted = Fitted(FEATURES, (), SETTINGS).fit(rows[train], labels[train])
        sure[test] = 1 / (1 + np.exp(-fitted.log_odds(rows[test])))
    return sure


def main() -> None:
    """Try across meetings, then fit and write."""
    ways = {name: [cases(labelled) for labelled in mrda.read("train", **way)] for name, way in WAYS.items()}
    every = [(name, i, case) for name, way in ways.items() for i, case in enumerate(way)]
    rows, labels = np.vstack([case.rows for *_, case in every]), np.concatenate([case.labels for *_, case in every])
    written = np.repeat([name for name, *_ in every], [len(case.labels) for *_, case in every])
    meeting = np.repeat([i for _, i, _ in every], [len(case.labels) for *_, case in every])
    known = ~np.isnan(labels)
    rows, labels, written, meeting = rows[known], labels[known], written[known], meeting[known]
    sure = across(rows, labels, meeting)
    for name, way in ways.items():
        report(name, labels[written == name], sure[written == name], sum(case.marked for case in way))
    Fitted(FEATURES, (), SETTINGS).fit(rows, labels).write(TARGET, SOURCE)


if __name__ == "__main__":
    main()
