"""One client through the years: each measure over time with its interval, like compared with like.

Only meetings of the same kind, held in the same way and heard in the same way (by a person or a machine) are compared.

- **Level**: the mean of the client's meetings, each weighed by how sure it is, and by how much meetings differ anyway (random
  effects; DerSimonian & Laird 1986). Of few meetings it is drawn towards the team's other clients, as far as these are alike.
- **Slope**: the median slope of all pairs of meetings, per year, with its interval, from five meetings on (Theil 1950, Sen 1968).
- **Change**: the meeting from which on the level is another, where four or more lie on either side, a step fits better than a line,
  and meetings in a random order rarely (p < .01) show as large a step.
- **Band**: where the middle eighty percent of the team's meetings with other clients lie, from five meetings on; fewer are hidden.

Only sides are compared, never people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talkbalance.corpus.store import Store
from talkbalance.errors import InvalidParameter
from talkbalance.frames import Schema, table
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT

Floats = NDArray[np.float64]
Sign = tuple[str, str]
"""A measure and the side it is taken of, "" where it belongs to the meeting."""

SIGNS: tuple[Sign, ...] = (
    *(("share", AGENCY), ("longest_stretch", AGENCY), ("interruption_rate", AGENCY), ("interruption_rate", CLIENT)),
    *(("question_rate", AGENCY), ("open_question_share", AGENCY), ("follow_up_share", AGENCY), ("answered_share", CLIENT)),
    *(("backchannel_rate", AGENCY), ("uptake", AGENCY), ("callback_rate", AGENCY), ("response_time", AGENCY)),
)
"""Measures that do not grow with the length of a meeting, and the longest stretch, which everybody asks for."""
LIKE = ("kind", "mode", "by_machine")
"""What has to be the same for two meetings to be compared."""
FEWEST = 5
"""Meetings from which on a slope can be told, and of which a group consists that is shown."""
FEWEST_CLIENTS = 3
"""Other clients of whom it can be told how much clients differ."""
EACH_SIDE = 4
"""Meetings before and after a change."""
SHUFFLES, SURE = 1999, 0.01
"""Random orders a change is held against, and the part of them that may show as large a one."""
Z = 1.959964
"""Standard errors on either side of a value that hold it in 95 % of cases."""
YEAR = 365.25

OVER_TIME: Schema = {
    "client": "str",
    "meeting": "str",
    "title": "str",
    "date": "datetime64[s]",
    "kind": "str",
    "mode": "str",
    "by_machine": "bool",
    "measure": "str",
    "side": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "unit": "str",
    "part": "float64",
    "whole": "float64",
    "n": "Int64",
}
TRENDS: Schema = {
    "client": "str",
    "kind": "str",
    "mode": "str",
    "by_machine": "bool",
    "measure": "str",
    "side": "str",
    "unit": "str",
    "n": "int64",
    "first": "datetime64[s]",
    "last": "datetime64[s]",
    "level": "float64",
    "level_low": "float64",
    "level_high": "float64",
    "shrunk": "boolean",
    "slope": "float64",
    "slope_low": "float64",
    "slope_high": "float64",
    "direction": "str",
    "change": "datetime64[s]",
    "before": "float64",
    "after": "float64",
    "band_low": "float64",
    "band_middle": "float64",
    "band_high": "float64",
    "band_n": "int64",
    "reason": "str",
}


def clients(store: Store) -> pd.DataFrame:
    """Return the clients in order of name, with how many meetings there are of each, and from when to when."""
    found = store.meetings()
    named = found[found["client"] != ""]
    grouped = named.groupby("client", as_index=False).agg(n=("meeting", "size"), first=("date", "min"), last=("date", "max"))
    return grouped.sort_values("client", ignore_index=True)


def over_time(store: Store, *, client: str, signs: Sequence[Sign] = SIGNS) -> pd.DataFrame:
    """Return every measure of each dated meeting of a client, in order of date.

    Parameters
    ----------
    client
        As `Details.client` names it.
    signs
        Measures and their sides.

    Returns
    -------
    DataFrame
        `client`, `meeting`, `title`, `date`, `kind`, `mode`, `by_machine`, `measure`, `side`, `value` in `unit` with `low`, `high`.

    Raises
    ------
    InvalidParameter
        Where the store has no such client.
    """
    return _of(client, _measured(store, signs), store)


def trends(store: Store, *, client: str, signs: Sequence[Sign] = SIGNS, seed: int = 0) -> pd.DataFrame:
    """Return what can be said about a client over time, a row per measure and group of like meetings.

    Parameters
    ----------
    client
        As `Details.client` names it.
    signs
        Measures and their sides.
    seed
        Of the random orders a change is held against.

    Returns
    -------
    DataFrame
        `n` meetings from `first` to `last`; `level` with its interval, and whether it was `shrunk` towards the team's; `slope` per
        year with its interval and `direction` (rising, falling, open); the date of a `change`, with the medians `before` and
        `after`; the team's `band` and of how many meetings (`band_n`) it is made; `reason` says what is missing and why.

    Raises
    ------
    InvalidParameter
        Where the store has no such client.
    """
    return told(store, client=client, signs=signs, seed=seed)[1]


def told(store: Store, *, client: str, signs: Sequence[Sign] = SIGNS, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables of a client, `over_time` and `trends`, of one look into the store."""
    found = _measured(store, signs)
    own = _of(client, found, store)
    team = found[found["client"] != client]
    keys = [*LIKE, "measure", "side"]
    others = dict(iter(team.groupby(keys)))
    rows = (
        _trend(client, key, group, others.get(key, team.iloc[:0]), seed)
        for key, group in own.groupby(keys, sort=False)
        if len(group)
    )
    return own, table(rows, TRENDS)


def _of(client: str, found: pd.DataFrame, store: Store) -> pd.DataFrame:
    own = found[found["client"] == client].reset_index(drop=True)
    if own.empty:
        known = clients(store)
        dated = known[known["first"].notna()]["client"].tolist()
        if client not in dated:
            raise InvalidParameter("parameter.choice", name="client", value=client, choices=", ".join(dated) or "–")
    return own


def _measured(store: Store, signs: Sequence[Sign]) -> pd.DataFrame:
    """Return every measure of every dated meeting with a client, in order of measure and date."""
    wanted = ", ".join(f"({_literal(measure)}, {_literal(side)}, {place})" for place, (measure, side) in enumerate(signs))
    found = store.sql(f"""
        SELECT {", ".join(OVER_TIME)}
        FROM summary JOIN meetings USING (meeting) JOIN (VALUES {wanted}) AS wanted (measure, side, place) USING (measure, side)
        WHERE client <> '' AND date IS NOT NULL AND available AND value IS NOT NULL AND NOT isnan(value)
        ORDER BY place, date, meeting
    """)  # noqa: S608 -- names of ours and literals; the store's connection reads nothing else
    return found.astype(dict(OVER_TIME))


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _trend(client: str, key: tuple[object, ...], own: pd.DataFrame, team: pd.DataFrame, seed: int) -> tuple[object, ...]:
    kind, mode, by_machine, measure, side = key
    values, days = own["value"].to_numpy(dtype=np.float64), _days(own)
    level, shrunk = _level(own, team)
    slope = theil_sen(days / YEAR, values) if len(own) >= FEWEST else Slope(nan, nan, nan)
    step = change(values, days, seed=seed)
    band = _band(team)
    missing = [] if len(own) >= FEWEST else [text("corpus.few_for_slope", n=len(own), least=FEWEST)]
    missing += [] if len(team) >= FEWEST else [text("corpus.few_for_band", least=FEWEST)]
    return (
        *(client, kind, mode, by_machine, measure, side, own["unit"].iloc[0], len(own), own["date"].iloc[0], own["date"].iloc[-1]),
        *(level.value, level.low, level.high, shrunk, slope.value, slope.low, slope.high, slope.direction),
        *((pd.NaT, nan, nan) if step is None else (own["date"].iloc[step], *_medians(values, step))),
        *(*band, len(team) if len(team) >= FEWEST else 0, " ".join(missing)),
    )


def _days(own: pd.DataFrame) -> Floats:
    found: Floats = (own["date"] - own["date"].iloc[0]).dt.days.to_numpy(dtype=np.float64)
    return found


def _medians(values: Floats, step: int) -> tuple[float, float]:
    return float(np.median(values[:step])), float(np.median(values[step:]))


def _band(team: pd.DataFrame) -> tuple[float, float, float]:
    if len(team) < FEWEST:
        return nan, nan, nan
    low, middle, high = np.quantile(team["value"].to_numpy(dtype=np.float64), (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)


# ---------------------------------------------------------------------------------------------------- slopes and steps


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope or a level with its interval."""

    value: float
    low: float
    high: float

    @property
    def direction(self) -> str:
        """Return "rising" or "falling" where the whole interval lies on one side of nought, "open" otherwise, "" without one."""
        if isnan(self.low) or isnan(self.high):
            return ""
        return "rising" if self.low > 0 else "falling" if self.high < 0 else "open"


def theil_sen(at: Floats, values: Floats) -> Slope:
    """Return the median slope of all pairs with its interval at 95 %; NaN where all lie at one time.

    >>> theil_sen(np.arange(6.0), np.array([1.0, 2, 3, 4, 5, 60])).value
    1.0
    """
    from scipy.stats import theilslopes

    if len(set(at.tolist())) < 2:
        return Slope(nan, nan, nan)
    if np.ptp(values) == 0:
        return Slope(0.0, 0.0, 0.0)
    with np.errstate(invalid="ignore"):  # so many ties in both that the interval cannot be told
        found = theilslopes(values, at, alpha=0.95)
    return Slope(float(found.slope), float(found.low_slope), float(found.high_slope))


def change(values: Floats, at: Floats, *, seed: int = 0) -> int | None:
    """Return the place from which on the level is another; None where the data do not carry one.

    >>> change(np.array([1.0, 1.2, 0.9, 1.1, 1.0, 5.1, 4.9, 5.0, 5.2, 4.8]), np.arange(10.0))
    5
    >>> change(np.array([1.0, 1.2, 0.9, 1.1, 1.0, 1.1, 0.9, 1.0, 1.2, 0.8]), np.arange(10.0)) is None
    True
    """
    n = len(values)
    if n < 2 * EACH_SIDE or np.ptp(values) == 0:
        return None
    gains = _gains(values[None])[0]
    best = int(gains.argmax())
    spread = float(((values - values.mean()) ** 2).sum())
    line = np.polyfit(at, values, 1) if np.ptp(at) > 0 else np.array([0.0, values.mean()])
    if spread - gains[best] >= float(((values - np.polyval(line, at)) ** 2).sum()):
        return None
    shuffled = np.random.default_rng(seed).permuted(np.tile(values, (SHUFFLES, 1)), axis=1)
    as_large = int((_gains(shuffled).max(axis=1) >= gains[best] - 1e-12).sum())
    return best + EACH_SIDE if (as_large + 1) / (SHUFFLES + 1) < SURE else None


def _gains(rows: Floats) -> Floats:
    """Return (rows, places) how much of the squared spread a step explains, with `EACH_SIDE` values or more on either side."""
    n = rows.shape[1]
    before = np.arange(EACH_SIDE, n - EACH_SIDE + 1)
    sums = np.cumsum(rows, axis=1)
    first = sums[:, before - 1]
    apart = first / before - (sums[:, -1:] - first) / (n - before)
    found: Floats = apart**2 * before * (n - before) / n
    return found


# ---------------------------------------------------------------------------------------------------- levels


def _level(own: pd.DataFrame, team: pd.DataFrame) -> tuple[Slope, bool]:
    """Return the level of a client's meetings, and whether it was drawn towards that of the other clients.

    A group too small for a band draws nothing: it would show through.
    """
    usual = _within(pd.concat([own, team]))
    mean, variance = _mean(own, usual)
    levels = [_mean(group, usual) for _, group in team.groupby("client")]
    if len(team) < FEWEST or len(levels) < FEWEST_CLIENTS:
        return _around(mean, variance), False
    values, variances = (np.array(column) for column in zip(*levels, strict=True))
    apart = dersimonian_laird(values, variances)
    middle, _ = pooled(values, variances, apart)
    weight = apart / (apart + variance) if apart + variance > 0 else 1.0
    return _around(weight * mean + (1 - weight) * middle, weight * variance if weight else variance), True


def _mean(group: pd.DataFrame, usual: float) -> tuple[float, float]:
    """Return the level of one client's meetings, and how unsure it is; few meetings differ as those of all clients do."""
    values, variances = group["value"].to_numpy(dtype=np.float64), _variances(group)
    return pooled(values, variances, dersimonian_laird(values, variances) if len(group) >= FEWEST else usual)


def _within(found: pd.DataFrame) -> float:
    """Return how much meetings of one client usually differ, beyond how unsure each is."""
    values, variances = found["value"].to_numpy(dtype=np.float64), _variances(found)
    _, which, many = np.unique(found["client"].to_numpy(dtype=str), return_inverse=True, return_counts=True)
    centred = values - (np.bincount(which, values) / many)[which]
    several = many[which] > 1
    return dersimonian_laird(centred[several], variances[several])


def _variances(own: pd.DataFrame) -> Floats:
    """Return how unsure each value is, as a variance.

    Counts are as unsure as the common rate and their own whole make them: their own intervals would have meetings in which nothing
    was counted weigh most. Others are as wide as their intervals; what has none, or one without end, is as the others are.
    """
    part, whole = (own[name].to_numpy(dtype=np.float64) for name in ("part", "whole"))
    counted = (own["unit"] == "1/min") | ((own["unit"] == "0-1") & (own["n"].astype("float64") == own["whole"]))
    if len(own) and counted.all() and (whole > 0).all():
        common = (part.sum() + 0.5) / (whole.sum() + 1)
        return np.asarray(common * (1.0 if own["unit"].iloc[0] == "1/min" else 1 - min(common, 1.0)) / whole)
    width = (own["high"] - own["low"]).to_numpy(dtype=np.float64) / (2 * Z)
    known = width[np.isfinite(width)]
    middle = float(np.median(known)) if len(known) else 0.0
    return np.asarray(np.where(np.isfinite(width), width, middle) ** 2)


def dersimonian_laird(values: Floats, variances: Floats) -> float:
    """Return the variance between values beyond their own; 0 of fewer than two.

    >>> round(dersimonian_laird(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.1, 0.1])), 3)
    0.9
    """
    if len(values) < 2:
        return 0.0
    if not (variances > 0).all():
        return float(values.var(ddof=1))
    weights = 1 / variances
    mean = float((weights * values).sum() / weights.sum())
    spread = float((weights * (values - mean) ** 2).sum())
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    return max(0.0, (spread - (len(values) - 1)) / room)


def pooled(values: Floats, variances: Floats, between: float) -> tuple[float, float]:
    """Return the mean of values, each weighed by how sure it is, and its variance."""
    whole = variances + between
    if not (whole > 0).all():
        return float(values.mean()), inf if len(values) < 2 else float(values.var(ddof=1)) / len(values)
    weights = 1 / whole
    return float((weights * values).sum() / weights.sum()), float(1 / weights.sum())


def _around(mean: float, variance: float) -> Slope:
    if not np.isfinite(variance):
        return Slope(mean, nan, nan)
    return Slope(mean, mean - Z * variance**0.5, mean + Z * variance**0.5)
