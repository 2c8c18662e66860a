"""Every figure of time and of the floor as plain numbers, computed from columns alone.

One function, `timing`, gives them all. `summary` calls it once for the values; `uncertainty` calls it again for each way the
meeting could have been, which is why nothing here looks at words or makes a table.
"""

from collections.abc import Callable
from itertools import chain
from math import log

import numpy as np

from talkbalance.floor import Flags, Floats, Ints, States, windows
from talkbalance.meeting import AGENCY, CLIENT, UNKNOWN
from talkbalance.metrics.talk import Talk
from talkbalance.metrics.turntaking import IMMEDIATE, LAPSE, response_columns, silences, stretches

Values = dict[str, Floats]
"""By measure: (sides,) numbers, or (1,) where a measure belongs to the meeting; NaN in the empty case."""

WINDOW, STEP = 150.0, 30.0
"""Seconds of the windows in which balance is looked at (ConvoKit TalkTimeSharing; Zhang et al. 2025)."""
DOMINATED = 0.6
"""Share of a window above which one side dominates it (Zhang et al. 2025)."""
FIRST = 600.0
"""Seconds of the beginning: "listen for ten minutes"."""
LONG = 60.0
"""Seconds from which on a stretch is a long one."""
LISTENED = 3.0
"""Seconds from which on a turn is long enough to be listened to audibly."""


def timing(found: Talk, pieces: States | None = None) -> Values:
    """Return all figures of time of a talk.

    Parameters
    ----------
    pieces
        The pieces of the same talk, if they are at hand.
    """
    pieces = found.said.spans.states() if pieces is None else pieces
    member = membership(found)
    time = member @ pieces.speaking_time()
    return dict(
        chain.from_iterable(
            values.items()
            for values in (
                _speaking(found, pieces, member, time),
                _stretches(found),
                _beginning(found, pieces, member),
                _turns(found),
                _balance(found, pieces, member),
                _participation(found, pieces),
                _responses(found),
                _silences(found, pieces),
                _signals(found, time),
            )
        )
    )


def membership(found: Talk) -> Floats:
    """Return (sides, speakers) who belongs to which side."""
    matrix: Floats = (found.said.side[None, :] == np.arange(len(found.said.sides))[:, None]).astype(np.float64)
    return matrix


def divided(part: Floats, whole: Floats | float) -> Floats:
    """Return part ÷ whole, NaN of nothing."""
    whole = np.broadcast_to(np.asarray(whole, dtype=np.float64), part.shape)
    found: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return found


def by_side(values: Floats, side: Ints, sides: int, of: Callable[[Floats], float]) -> Floats:
    """Return one number of each side's values, NaN where a side has none."""
    groups = (values[side == i] for i in range(sides))
    return np.array([of(group) if len(group) else np.nan for group in groups])


def _longest(values: Floats) -> float:
    return float(values.max())


def _middle(values: Floats) -> float:
    ordered = np.sort(values)  # np.median checks for much that cannot be here, and this is called thousands of times
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _speaking(found: Talk, pieces: States, member: Floats, time: Floats) -> Values:
    solo = member @ pieces.solo_time()
    return {
        "speaking_time": time,
        "share": divided(time, float(time.sum())),
        "share_of_meeting": divided(time, found.claims.counted),
        "solo_time": solo,
        "overlap_time": np.maximum(0.0, time - solo),
    }


def _stretches(found: Talk) -> Values:
    starts, ends, side = stretches(found)
    lengths = np.round(ends - starts, 3)
    n = len(found.said.sides)
    early = starts < FIRST
    return {
        "longest_stretch": by_side(lengths, side, n, _longest),
        "long_stretch_time": np.bincount(side, lengths * (lengths >= LONG), minlength=n).astype(np.float64),
        "first_ten_longest": by_side((ends.clip(max=FIRST) - starts)[early], side[early], n, _longest),
    }


def _beginning(found: Talk, pieces: States, member: Floats) -> Values:
    until = min(FIRST, found.claims.duration)
    time = member @ pieces.until(np.array([until]), pieces.speaking)[0]
    return {"first_ten_share": divided(time, float(time.sum()))}


def _turns(found: Talk) -> Values:
    side = found.said.side[found.turns.who]
    lengths = by_side(found.turns.durations, side, len(found.said.sides), _middle)
    sides = found.said.sides
    sided = AGENCY in sides and CLIENT in sides
    asymmetry = lengths[sides.index(AGENCY)] / lengths[sides.index(CLIENT)] if sided else np.nan
    return {
        "turns": np.bincount(side, minlength=len(sides)).astype(np.float64),
        "turn_length": lengths,
        "turn_length_asymmetry": np.array([asymmetry]),
    }


def tiles(duration: float) -> Floats:
    """Return (n, 2) the windows in which balance is looked at."""
    return np.array(windows(duration, window=WINDOW, step=STEP))


def dominating(found: Talk, pieces: States, member: Floats) -> tuple[Flags, Flags]:
    """Return (n, sides) which side dominates each window, and (n,) in which windows anybody speaks."""
    edges = tiles(found.claims.duration)
    until = pieces.until(edges.ravel(), pieces.speaking).reshape(len(edges), 2, -1)
    time = (until[:, 1] - until[:, 0]) @ member.T
    whole = time.sum(axis=1)
    spoken: Flags = whole > 0
    return time > DOMINATED * whole[:, None], spoken


def _balance(found: Talk, pieces: States, member: Floats) -> Values:
    by_window, spoken = dominating(found, pieces, member)
    n = float(spoken.sum())
    return {
        "dominated_windows": divided(by_window[spoken].sum(axis=0).astype(np.float64), n),
        "balanced_windows": divided(np.array([n - float(by_window[spoken].any(axis=1).sum())]), n),
    }


def _participation(found: Talk, pieces: States) -> Values:
    known = np.array([name != UNKNOWN for name in found.claims.speakers], dtype=bool)
    entropy, gini = participation(pieces.speaking_time()[known])
    return {"participation_entropy": np.array([entropy]), "participation_gini": np.array([gini])}


def participation(time: Floats) -> tuple[float, float]:
    """Return how evenly time is spread over people: normalised entropy (1: evenly) and Gini × n/(n-1) (0: evenly).

    >>> participation(np.array([5.0, 5.0])), participation(np.array([5.0, 0.0]))
    ((1.0, 0.0), (0.0, 1.0))
    """
    n, whole = len(time), float(time.sum())
    if n < 2 or not whole:
        return np.nan, np.nan
    parts = time[time > 0] / whole
    entropy = abs(float((parts * np.log(parts)).sum())) / log(n)
    differences = float(np.abs(time[:, None] - time[None, :]).sum())
    return entropy, differences / (2 * n * whole) * n / (n - 1)


def answers(found: Talk) -> tuple[Floats, Ints]:
    """Return the offsets of the answers from one side to another, in seconds, and the sides that answer."""
    responses = response_columns(found)
    come, go = found.said.side[responses.come], found.said.side[responses.go]
    across = come != go
    return responses.offset[across], go[across]


def _responses(found: Talk) -> Values:
    offsets, side = answers(found)
    n = len(found.said.sides)
    return {
        "response_time": by_side(offsets, side, n, _middle),
        "response_immediate": by_side((offsets < IMMEDIATE).astype(np.float64), side, n, _mean),
        "response_lapse": by_side((offsets >= LAPSE).astype(np.float64), side, n, _mean),
    }


def _mean(values: Floats) -> float:
    return float(values.mean())


def _silences(found: Talk, pieces: States) -> Values:
    lengths = silences(pieces)
    switches = len(response_columns(found).began)
    return {
        "switch_rate": divided(np.array([float(switches)]), found.claims.counted / 60),
        "silences": np.array([float(len(lengths))]),
        "silence_time": np.array([float(lengths.sum())]),
        "longest_silence": np.array([float(lengths.max(initial=0.0))]),
    }


def _signals(found: Talk, time: Floats) -> Values:
    at = found.signals
    side = found.said.side[found.said.spans.who[at]]
    n = len(found.said.sides)
    given = np.bincount(side, minlength=n).astype(np.float64)
    part, whole = coverage(found)
    return {
        "backchannels": given,
        "backchannel_rate": divided(given, (time.sum() - time) / 60),
        "backchannel_coverage": divided(part, whole),
    }


def coverage(found: Talk) -> tuple[Floats, Floats]:
    """Return how many of the other sides' turns of 3 s and more get a listener signal of each side, and how many there are."""
    at = found.signals
    long = np.round(found.turns.durations, 3) >= LISTENED  # to the millisecond, as all times: 4.083 - 1.083 is 3
    starts, ends = found.turns.starts[long], found.turns.ends[long]
    turn_side = found.said.side[found.turns.who[long]]
    given = found.said.spans.starts[at]
    side = found.said.side[found.said.spans.who[at]]
    n = len(found.said.sides)
    part, whole = np.zeros(n), np.zeros(n)
    for i in range(n):
        own = given[side == i]
        others = turn_side != i
        got = np.searchsorted(own, ends[others]) > np.searchsorted(own, starts[others])
        part[i], whole[i] = float(got.sum()), float(others.sum())
    return part, whole
