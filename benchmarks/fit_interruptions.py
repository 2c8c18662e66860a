"""Fit how likely an utterance was cut off on MRDA's training meetings: `python -m benchmarks.fit_interruptions`.

The label is `%-`, "cut off by another speaker". The features are closed (timing, word classes); the numbers go to
`talkbalance/metrics/unfinished.json`, where every case counts twice, as people wrote it and without the marks of broken words, and
to `unfinished_times.json`, from times alone. Prints how both do across training meetings. Credit: ICSI Meeting Corpus, CC BY 4.0,
with MRDA annotation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from benchmarks import mrda
from benchmarks.fit_questions import Fitted
from benchmarks.shared import ROOT
from talkbalance.floor import Flags, Floats, Ints
from talkbalance.metrics.said import Said, said
from talkbalance.metrics.talk import talk_of
from talkbalance.metrics.unfinished import FEATURES, ROLES_OF_WORDS, TIMES, features, times_of

TARGET = ROOT / "talkbalance" / "metrics" / "unfinished.json"
TIMES_TARGET = TARGET.with_stem("unfinished_times")
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


@dataclass(frozen=True)
class Cases:
    """Utterances as features, with their labels, the meeting each is from, and whether broken words are marked in it."""

    rows: Floats
    labels: Floats
    meeting: Ints
    marks: Flags

    def chosen(self, which: Flags) -> "Cases":
        """Return some of them."""
        return Cases(self.rows[which], self.labels[which], self.meeting[which], self.marks[which])


def claims(columns: Said) -> tuple[Said, Ints]:
    """Return the utterances that are no listener signals, and which they are."""
    kept = np.flatnonzero(talk_of(columns).claim >= 0)
    return replace(columns, spans=columns.spans.chosen(kept), traits=columns.traits[kept]), kept


def cases(labelled: mrda.Labelled) -> tuple[Floats, Floats]:
    """Return the features of a meeting's labelled utterances, and the labels."""
    units = labelled.units[labelled.units["is_labelled"] & ~labelled.units["is_backchannel_loose"]]
    known = {
        (str(speaker), round(start, 3)): float(cut)
        for speaker, start, cut in zip(units["speaker"], units["start"], units["is_interrupted"], strict=True)
    }
    columns, kept = claims(said(labelled.meeting))
    said_ = [labelled.meeting.utterances[i] for i in kept]
    labels = np.array([known.get((u.speaker, u.start or 0.0), np.nan) for u in said_])
    labelled_ = ~np.isnan(labels)
    return features(columns)[0][labelled_], labels[labelled_]


def across(name: str, make: Callable[[], Fitted], cases_: Cases) -> None:
    """Print how a model does on training meetings that it did not see."""
    predicted = np.zeros(len(cases_.labels))
    for train, test in GroupKFold(FOLDS).split(cases_.rows, groups=cases_.meeting):
        predicted[test] = make().fit(cases_.rows[train], cases_.labels[train]).log_odds(cases_.rows[test])
    for marks in np.unique(cases_.marks):
        own = cases_.marks == marks
        score = average_precision_score(cases_.labels[own], predicted[own])
        print(f"{name}, {'as written' if marks else 'without marks'}: AP {score:.3f}, {int(cases_.labels[own].sum())} cut off")


def main() -> None:
    """Try across meetings, then fit and write."""
    rows, labels, whose, marked = [], [], [], []
    for marks in (True, False):
        for number, labelled in enumerate(mrda.read("train", marks=marks)):
            found, truth = cases(labelled)
            rows.append(found)
            labels.append(truth)
            whose.append(np.full(len(truth), number))
            marked.append(np.full(len(truth), marks))
    known = Cases(*(np.concatenate(parts) for parts in (rows, labels, whose, marked)))
    worded = known.chosen(known.rows[:, FEATURES.index("own words")] > 0)
    timed = replace(known.chosen(known.marks), rows=times_of(known.rows[known.marks]))
    for target, some, make in ((TARGET, worded, of_words), (TIMES_TARGET, timed, of_times)):
        across(target.stem, make, some)
        make().fit(some.rows, some.labels).write(target, SOURCE)


def of_words() -> Fitted:
    """Return the trees for utterances with words."""
    return Fitted(FEATURES, ROLES_OF_WORDS, SETTINGS)


def of_times() -> Fitted:
    """Return the trees for utterances in which no word was recognised."""
    return Fitted(TIMES, (), {**SETTINGS, "max_iter": 80})


if __name__ == "__main__":
    main()
