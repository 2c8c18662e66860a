"""What a study needs of a store: one long table, a split that stays, agreement between coders, and a paragraph on the methods.

Settings are frozen by `Settings.freeze`: `talkbalance batch STORE -o COPY --settings FILE` gives the same tables again, byte for
byte, with the releases the file names.
"""

import hashlib
from itertools import combinations
from typing import Literal

import pandas as pd

from talkbalance.agreement import Scale, alpha, kappa
from talkbalance.corpus.store import Store
from talkbalance.corpus.tables import PACKAGES
from talkbalance.corpus.trends import Z
from talkbalance.errors import InvalidParameter
from talkbalance.frames import SUMMARY, Schema, table
from talkbalance.i18n import text

LONG: Schema = {
    "client": "str",
    "meeting": "str",
    "date": "datetime64[s]",
    "kind": "str",
    "mode": "str",
    "language": "str",
    "by_machine": "bool",
    "duration": "float64",
    "side": "str",
    "measure": "str",
    **{name: SUMMARY[name] for name in ("value", "low", "high", "unit", "part", "whole", "n")},
    "error": "float64",
}
SPLIT: Schema = {"meeting": "str", "client": "str", "part": "str"}
RELIABILITY: Schema = {
    "measure": "str",
    "coders": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "n": "int64",
}
By = Literal["meeting", "client"]


def long(store: Store) -> pd.DataFrame:
    """Return every figure of every meeting as a row with what it may depend on, ready for a mixed model.

    ```r
    lmer(value ~ side + kind + (1 | client / meeting), subset(long, measure == "uptake"))
    glmer(cbind(part, whole - part) ~ side + (1 | client / meeting), subset(long, measure == "open_question_share"), binomial)
    ```

    Parameters
    ----------
    store
        The meetings.

    Returns
    -------
    DataFrame
        A row per meeting, measure and side that is available: `client`, `meeting`, `date`, `kind`, `mode`, `language`,
        `by_machine`, `duration` (s), `side`, `measure`, `value` in `unit` with `low` and `high`, `part`, `whole`, `n`; `error`: its
        standard error by that interval, for models that weigh by it (NaN where there is none).
    """
    found = store.summary()
    found = found[found["available"] & found["value"].notna()]
    joined = found.merge(store.meetings(), on="meeting", validate="many_to_one")
    error = (joined["high"] - joined["low"]) / (2 * Z)
    return joined.assign(error=error.where(error < float("inf")))[list(LONG)].astype(dict(LONG))


def split(store: Store, *, test: float = 0.2, by: By = "client", seed: int = 0) -> pd.DataFrame:
    """Return which meetings are to learn from and which to test on; a meeting that comes later changes no other's place.

    Parameters
    ----------
    test
        Part of the groups that are tested on, 0.2 by default.
    by
        "client" (default): all meetings of a client are in one part, for people recur; "meeting": each for itself. A meeting
        without a client is a group of its own.
    seed
        Another one gives another split.

    Returns
    -------
    DataFrame
        `meeting`, `client`, `part` ("train" or "test").

    Raises
    ------
    InvalidParameter
        For a part outside 0-1.
    """
    if not 0 <= test <= 1:
        raise InvalidParameter("parameter.range", name="test", value=test, low=0, high=1)
    about = store.meetings()
    rows = []
    for meeting, client in zip(about["meeting"].tolist(), about["client"].tolist(), strict=True):
        group = client if by == "client" and client else meeting
        rows.append((meeting, client, "test" if _place(group, seed) < test else "train"))
    return table(rows, SPLIT)


def _place(group: str, seed: int) -> float:
    """Return where between 0 and 1 a group lies: the same for ever."""
    return int.from_bytes(hashlib.sha256(f"{seed} {group}".encode()).digest()[:8]) / 2**64


def reliability(codes: pd.DataFrame, *, scale: Scale = "nominal", seed: int = 0) -> pd.DataFrame:
    """Return how far coders agree beyond chance: Cohen's kappa of every two, and Krippendorff's alpha of all.

    Parameters
    ----------
    codes
        A row per judgement: `unit` (what was judged), `coder`, `code`; nobody has to have judged everything.
    scale
        Of alpha: "nominal" (default), or "ordinal" where codes have an order.
    seed
        Of the draws the intervals come from.

    Returns
    -------
    DataFrame
        `measure` ("kappa" or "alpha"), `coders`, `value` with `low` and `high`, and how many units (`n`) it rests on.

    Raises
    ------
    InvalidParameter
        Where a column is missing, or somebody judged a unit twice.

    >>> codes = pd.DataFrame({"unit": [1, 2, 3, 4] * 2, "coder": ["A"] * 4 + ["B"] * 4, "code": list("yynnyynn")})
    >>> reliability(codes)[["measure", "coders", "value", "n"]].values.tolist()
    [['kappa', 'A, B', 1.0, 4], ['alpha', 'A, B', 1.0, 4]]
    """
    if missing := sorted({"unit", "coder", "code"} - set(codes.columns)):
        raise InvalidParameter("corpus.no_codes", missing=", ".join(missing))
    if codes.duplicated(["unit", "coder"]).any():
        raise InvalidParameter("corpus.coded_twice", unit=codes[codes.duplicated(["unit", "coder"])]["unit"].iloc[0])
    classes = sorted(codes["code"].dropna().unique().tolist())
    ranked = codes.assign(code=codes["code"].map({code: float(place) for place, code in enumerate(classes)}))
    ratings = ranked.pivot(index="unit", columns="coder", values="code").sort_index(axis=1)
    rows = []
    for one, other in combinations(ratings.columns, 2):
        both = ratings[[one, other]].dropna().astype(int)
        counts = pd.crosstab(both[one], both[other])
        counts = counts.reindex(index=range(len(classes)), columns=range(len(classes)), fill_value=0)
        found = kappa(counts.to_numpy(dtype=float).tolist(), seed=seed)
        rows.append(("kappa", f"{one}, {other}", found.value, found.low, found.high, found.n))
    found = alpha(ratings.to_numpy(dtype=float).tolist(), scale=scale, seed=seed)
    rows.append(("alpha", ", ".join(map(str, ratings.columns)), found.value, found.low, found.high, found.n))
    return table(rows, RELIABILITY)


def methods(store: Store) -> str:
    """Return a paragraph on how the figures of a store were made, to be cited."""
    about, settings = store.meetings(), store.settings
    versions = settings.document()["versions"]
    return text(
        "corpus.methods",
        n=len(about),
        hours=f"{about['duration'].sum() / 3600:.1f}",
        machine=int(about["by_machine"].sum()),
        corrected=int((about["corrections"] > 0).sum()),
        clients=about.loc[about["client"] != "", "client"].nunique(),
        runs=settings.runs,
        seed=settings.seed,
        rule=settings.rule,
        threshold=settings.interruption_threshold,
        asks=settings.question_threshold,
        window=f"{settings.window:g}",
        step=f"{settings.step:g}",
        versions=", ".join(f"{package} {versions[package]}" for package in PACKAGES),
    )
