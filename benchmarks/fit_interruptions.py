"""Fit the probability of an interruption on MRDA's training meetings: `python -m benchmarks.fit_interruptions`.

The label is `%-`, "cut off by another speaker", of the unit whose end is nearest to the candidate's, within 1 s. The features
are closed (timing, last word's class); the numbers go to `talkbalance/metrics/interruptions.json`. Every case counts
twice, with and without its words, since recognisers drop words in overlaps: then timing alone has to do. Credit: ICSI Meeting
Corpus, CC BY 4.0, with MRDA annotation.
"""

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from benchmarks import mrda
from benchmarks.shared import ROOT
from talkbalance.metrics.interruptions import Candidate, candidates, features, stretches

NEAREST = 1.0
TARGET = ROOT / "talkbalance" / "metrics" / "interruptions.json"


def labels(found: Iterable[Candidate], units: pd.DataFrame) -> list[tuple[Candidate, bool]]:
    """Pair each candidate with whether the unit it belongs to was marked as cut off; what belongs to none is left out."""
    by_speaker = {str(name): own for name, own in units[~units["is_backchannel_loose"]].groupby("speaker")}
    pairs: list[tuple[Candidate, bool]] = []
    for candidate in found:
        own = by_speaker.get(candidate.cut_off.speaker)
        if own is None:
            continue
        away = np.abs(own["end"].to_numpy() - candidate.cut_off.end)
        nearest = own.iloc[int(away.argmin())]
        if away.min() <= NEAREST and nearest["is_labelled"]:
            pairs.append((candidate, bool(nearest["is_interrupted"])))
    return pairs


def main() -> None:
    """Fit one model per kind and write both."""
    cases: dict[str, list[tuple[dict[str, float], bool]]] = {"taken": [], "failed": []}
    for labelled in mrda.read("train"):
        for candidate, cut_off in labels(candidates(stretches(labelled.meeting)), labelled.units):
            known = features(candidate, "en")
            unheard = {name: value for name, value in known.items() if not name.startswith("ends in")}
            cases[candidate.kind] += [(known, cut_off), ({**unheard, "ends in nothing": 1.0}, cut_off)]
    weights = {kind: _fit(kind, rows) for kind, rows in cases.items()}
    source = "fitted on the MRDA training meetings (ICSI Meeting Corpus, CC BY 4.0) by benchmarks/fit_interruptions.py"
    TARGET.write_text(json.dumps({"source": source, "weights": weights}, indent=1) + "\n", encoding="utf-8")


def _fit(kind: str, rows: list[tuple[dict[str, float], bool]]) -> dict[str, float]:
    names = sorted({name for row, _ in rows for name in row})
    x = np.array([[row.get(name, 0.0) for name in names] for row, _ in rows])
    y = np.array([cut_off for _, cut_off in rows])
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000).fit(x, y)
    print(f"{kind}: {len(y)} candidates, {y.mean():.3f} cut off, mean probability {model.predict_proba(x)[:, 1].mean():.3f}")
    return {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}


if __name__ == "__main__":
    main()
