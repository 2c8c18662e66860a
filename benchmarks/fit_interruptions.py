"""Fit how likely an utterance was cut off on MRDA's training meetings: `python -m benchmarks.fit_interruptions`.

The label is `%-`, "cut off by another speaker". The features are closed (timing, word classes); the numbers go to
`talkbalance/metrics/unfinished.json`. Every case counts three times: as people wrote it, without the marks of broken words, and
without its words. Prints how it does across training meetings. Credit: ICSI Meeting Corpus, CC BY 4.0, with MRDA annotation.
"""

from dataclasses import replace

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from benchmarks import mrda
from benchmarks.fit_questions import Fitted
from benchmarks.shared import ROOT
from talkbalance.floor import Floats, Ints
from talkbalance.metrics.said import WORDLESS, Said, said
from talkbalance.metrics.talk import talk_of
from talkbalance.metrics.unfinished import FEATURES, features

TARGET = ROOT / "talkbalance" / "metrics" / "unfinished.json"
SOURCE = "fitted on the MRDA training meetings (ICSI Meeting Corpus, CC BY 4.0) by benchmarks/fit_interruptions.py"
NEAREST = 1.0
"""Seconds within which an event belongs to a labelled unit."""
FOLDS = 4
SETTINGS = {
    "max_iter": 200,
    "learning_rate": 0.06,
    "max_leaf_nodes": 20,
    "max_depth": 6,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
}


def claims(columns: Said) -> tuple[Said, Ints]:
    """Return the utterances that are no listener signals, and which they are."""
    kept = np.flatnonzero(talk_of(columns).claim >= 0)
    return replace(columns, spans=columns.spans.chosen(kept), traits=columns.traits[kept]), kept


def cases(labelled: mrda.Labelled) -> tuple[Floats, Floats, Floats]:
    """Return the features of a meeting's utterances, the same without words, and the labels; nan where there is none."""
    units = labelled.units[labelled.units["is_labelled"] & ~labelled.units["is_backchannel_loose"]]
    known = {
        (str(speaker), round(start, 3)): float(cut)
        for speaker, start, cut in zip(units["speaker"], units["start"], units["is_interrupted"], strict=True)
    }
    columns, kept = claims(said(labelled.meeting))
    said_ = [labelled.meeting.utterances[i] for i in kept]
    labels = np.array([known.get((u.speaker, u.start or 0.0), np.nan) for u in said_])
    unheard = replace(columns, traits=np.repeat(WORDLESS, len(kept)))
    return features(columns)[0], features(unheard)[0], labels


def main() -> None:
    """Try across meetings, then fit and write."""
    rows, labels, whose, real = [], [], [], []
    for marks in (True, False):
        for number, labelled in enumerate(mrda.read("train", marks=marks)):
            heard, unheard, truth = cases(labelled)
            for kind, part in enumerate((heard, unheard) if marks else (heard,)):
                known = ~np.isnan(truth)
                rows.append(part[known])
                labels.append(truth[known])
                whose.append(np.full(int(known.sum()), number))
                real.append(np.full(int(known.sum()), 2 * kind + (not marks)))
    x, y, meeting, way = (np.concatenate(parts) for parts in (rows, labels, whose, real))
    predicted = np.zeros(len(y))
    for train, test in GroupKFold(FOLDS).split(x, y, meeting):
        predicted[test] = Fitted(FEATURES, (), SETTINGS).fit(x[train], y[train]).log_odds(x[test])
    for code, name in ((0, "as written"), (1, "without marks"), (2, "without words")):
        own = way == code
        score = average_precision_score(y[own], predicted[own])
        print(f"{name}: AP {score:.3f} across training meetings, {int(y[own].sum())} cut off")
    Fitted(FEATURES, (), SETTINGS).fit(x, y).write(TARGET, SOURCE)


if __name__ == "__main__":
    main()
