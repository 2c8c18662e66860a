"""Every figure of words as plain numbers, from what was decided once about each utterance and sentence.

As `timing` does for times: `uncertainty` calls it again for each way the meeting could have been heard. What words say (cut off,
asks, gives back) stays as it was heard, with its probability; who said them, whether anybody did, and when, moves.

```
heard   Eva  |wann war das?    |      played through   |                 |    the question, the turn that takes up "Plakate", and
        Baum |             ja, |                       |wann war das? ja,|    what was cut off go with whoever says the words
```
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from talkbalance.errors import Unavailable
from talkbalance.floor import Flags, Floats, Ints
from talkbalance.language import Language, content_words, words
from talkbalance.language.background import telling
from talkbalance.language.content import stem
from talkbalance.language.words import SIGNAL_WORDS, lexicon
from talkbalance.meeting import AGENCY, CLIENT, Meeting
from talkbalance.metrics.interruptions import Cuts, by_interrupter, cut_off, resumed
from talkbalance.metrics.questions import ASKS, Asking, asking
from talkbalance.metrics.talk import Talk
from talkbalance.metrics.timing import Values, divided
from talkbalance.metrics.turntaking import stretches
from talkbalance.metrics.uptake import ABSENT, CALLBACK_TELLS, PITCH, WE, quoted, require_words


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a meeting in order, as columns.

    Parameters
    ----------
    utterance
        (t,) where each stands.
    stem
        (t,) a number for each stem.
    telling
        (t,) how much it tells.
    content
        (t,) whether it carries what the talk is about.
    we
        (t,) whether it speaks of the speakers' own house.
    """

    utterance: Ints
    stem: Ints
    telling: Floats
    content: Flags
    we: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Worded:
    """What the words of a meeting say, as they were heard.

    Parameters
    ----------
    cut_off, resumed
        (n,) how likely each utterance was cut off, and whether its speaker got back to it (1, 0, NaN).
    signal
        (n,) whether the words can be no more than a listener signal.
    asking
        The sentences.
    quoted
        By kind of marker, in which utterances one begins.
    tokens
        The words.
    """

    cut_off: Floats
    resumed: Floats
    signal: Flags
    asking: Asking
    quoted: dict[str, Ints]
    tokens: Tokens


def worded(meeting: Meeting, found: Talk) -> Worded | None:
    """Return what the words of a meeting say; None where none were recognised, or in a language that is not known here.

    Parameters
    ----------
    found
        The same meeting as columns.
    """
    with suppress(Unavailable):
        language = require_words(meeting)
        back = np.full(len(meeting.utterances), np.nan)
        claiming = np.flatnonzero(found.claim >= 0)
        back[claiming] = resumed(meeting, found, claiming)
        quotes = [(sentence.utterance, kind) for sentence, kind in quoted(meeting, language)]
        return Worded(
            cut_off(found),
            back,
            found.said.traits["signal"],
            asking(meeting),
            {name: np.array([at for at, kind in quotes if kind == name], np.intp) for name in ("reflection", "dismissal")},
            _tokens(meeting, language),
        )
    return None


def _tokens(meeting: Meeting, language: Language) -> Tokens:
    said = [(i, word) for i, utterance in enumerate(meeting.utterances) for word in words(utterance.text)]
    kinds = {word: number for number, word in enumerate(dict.fromkeys(word for _, word in said))}
    roots = [stem(word, language) for word in kinds]
    number = {root: i for i, root in enumerate(dict.fromkeys(roots))}
    we = lexicon(language).words("we")
    of = np.array([kinds[word] for _, word in said], np.intp)
    return Tokens(
        np.array([i for i, _ in said], np.intp),
        np.array([number[root] for root in roots], np.intp)[of],
        np.array([telling(word, language) for word in kinds])[of],
        np.array([root in content_words(word, language) for word, root in zip(kinds, roots, strict=True)], bool)[of],
        np.array([word in we for word in kinds], bool)[of],
    )


def wording(found: Talk, cut: Cuts, origin: Ints, said: Worded, values: Values, chance: Generator) -> Values:
    """Return all figures of words of a meeting that was heard in another way.

    Parameters
    ----------
    found, cut
        That meeting, and the candidates in it.
    origin
        (m,) which utterance as heard each of its utterances is; -1 for none.
    said
        What the words say, as heard.
    values
        Its figures of time.
    chance
        Decides what is probable only.
    """
    time = values["speaking_time"]
    place = Place.of(found, origin, len(said.cut_off))
    asked = chance.random(len(said.asking.probability)) < np.where(said.asking.tag, 0.0, said.asking.probability)
    cut_off_ = chance.random(len(said.cut_off)) < said.cut_off
    drawn = {
        **_interrupting(found, cut, origin, cut_off_, said.resumed == 1, time),
        **_asking(place, said, asked, time),
        **_taken_up(_Spoken.of(place, said), time),
    }
    if not _sided(place.sides):
        return drawn
    return drawn | {"pitch_runs": _pitches(found, place, said)} | _give_and_take(place.sides, values | drawn)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where the utterances as heard are in a meeting that was heard in another way.

    Parameters
    ----------
    side, turn
        (n,) which of the `sides` says each, and in which turn; -1 for none.
    start
        (n,) seconds; NaN where nobody says it.
    """

    side: Ints
    turn: Ints
    start: Floats
    sides: tuple[str, ...]

    @classmethod
    def of(cls, found: Talk, origin: Ints, n: int) -> "Place":
        """Return the places of `n` utterances."""
        side, turn, start = np.full(n, -1, dtype=np.intp), np.full(n, -1, dtype=np.intp), np.full(n, np.nan)
        known = np.flatnonzero(origin >= 0)
        heard, claim, spans = origin[known], found.claim[known], found.said.spans
        side[heard] = found.said.side[spans.who[known]]
        turn[heard] = np.where(claim < 0, -1, np.append(found.turn, -1)[claim])
        start[heard] = spans.starts[known]
        return cls(side, turn, start, found.said.sides)

    def counted(self, utterances: Ints) -> Floats:
        """Return (sides,) how many of some moments each side has, given the utterances they stand in."""
        side = self.side[utterances]
        return np.bincount(side[side >= 0], minlength=len(self.sides)).astype(np.float64)


def _sided(sides: tuple[str, ...]) -> bool:
    return AGENCY in sides and CLIENT in sides


def _per_minute_of_others(counts: Floats, time: Floats) -> Floats:
    return divided(counts, (time.sum() - time) / 60)


def _interrupting(found: Talk, cut: Cuts, origin: Ints, cut_off_: Flags, back: Flags, time: Floats) -> Values:
    """Return the figures of interruptions, given (n,) which utterances were cut off and which of these were taken up again."""
    heard = origin[cut.utterance]
    stopped = np.where(cut.checked == 0, np.append(cut_off_, False)[heard], cut.checked > 0)
    likely = cut.taken & cut.across(found.said.side) & stopped
    counts = by_interrupter(found, cut, likely)
    rate, sides = _per_minute_of_others(counts, time), found.said.sides
    values = {
        "interruptions": counts,
        "interruption_rate": rate,
        "interruptions_resumed": by_interrupter(found, cut, likely & np.append(back, False)[heard]),
    }
    if _sided(sides):
        values["interruption_asymmetry"] = rate[[sides.index(AGENCY)]] - rate[[sides.index(CLIENT)]]
    return values


def _asking(place: Place, said: Worded, asked: Flags, time: Floats) -> Values:
    found = said.asking

    def counted(which: Flags) -> Floats:
        return place.counted(found.utterance[which])

    questions, known = counted(asked), ~np.isnan(found.answered)
    return {
        "questions": questions,
        "question_rate": divided(questions, time / 60),
        "question_ratio": divided(questions, counted(np.ones(len(asked), dtype=bool))),
        "open_question_share": divided(counted(asked & found.open), questions),
        "why_questions": counted(asked & found.why),
        "follow_up_share": divided(counted(asked & found.follow_up), questions),
        "answered_share": divided(counted(asked & (found.answered == 1)), counted(asked & known)),
        "reflections": place.counted(said.quoted["reflection"]),
        "dismissals": place.counted(said.quoted["dismissal"]),
        "reflection_question_ratio": divided(place.counted(said.quoted["reflection"]), questions),
    }


def _taken_up(spoken: "_Spoken", time: Floats) -> Values:
    back = np.bincount(spoken.side[spoken.callbacks()], minlength=len(time)).astype(np.float64)
    return {"uptake": spoken.uptake(len(time)), "callback_rate": _per_minute_of_others(back, time)}


@dataclass(frozen=True, slots=True, eq=False)
class _Spoken:
    """The turns that have words.

    Parameters
    ----------
    side, signal
        (turns,) whose each is, and whether it can only signal listening.
    turn, stem, telling, content
        (t,) of each word in order of turns.
    """

    side: Ints
    signal: Flags
    turn: Ints
    stem: Ints
    telling: Floats
    content: Flags

    @classmethod
    def of(cls, place: Place, said: Worded) -> "_Spoken":
        tokens = said.tokens
        turn = place.turn[tokens.utterance]
        inside = np.flatnonzero(turn >= 0)
        inside = inside[np.argsort(turn[inside], kind="stable")]
        utterance = tokens.utterance[inside]
        _, first, number = np.unique(turn[inside], return_index=True, return_inverse=True)
        short = np.bincount(number, minlength=len(first)) <= SIGNAL_WORDS
        claims = np.bincount(number, ~said.signal[utterance], minlength=len(first)) > 0
        side = place.side[utterance[first]]
        return cls(side, short & ~claims, number, tokens.stem[inside], tokens.telling[inside], tokens.content[inside])

    def uptake(self, sides: int) -> Floats:
        """Return (sides,) how much of what the words of the turn before tell, another side's, each side takes up."""
        answering = np.full(len(self.side), -1, dtype=np.intp)
        answering[:-1] = self.side[1:]
        answered = (answering >= 0) & (answering != self.side) & ~self.signal
        many = int(self.stem.max(initial=0)) + 1
        keys, last = np.unique((self.turn * many + self.stem)[::-1], return_index=True)  # a stem tells what its last word tells
        turn, weight = keys // many, self.telling[::-1][last]
        back = np.append(keys, -1)[np.searchsorted(keys, keys + many)] == keys + many
        part, whole = (
            np.bincount(answering[turn[which]], weight[which], minlength=sides).astype(np.float64)
            for which in (answered[turn] & back, answered[turn])
        )
        return divided(part, whole)

    def callbacks(self) -> Ints:
        """Return the turn of every telling word of another side that returns after `ABSENT` turns without it."""
        carries = np.flatnonzero(self.content)
        many = len(self.side) + 1
        keys, first = np.unique(self.stem[carries] * many + self.turn[carries], return_index=True)
        root, turn, tells = keys // many, keys % many, self.telling[carries][first]
        begins = np.diff(root, prepend=-1) > 0
        introduced = self.side[turn[begins]][np.cumsum(begins) - 1]
        returns = ~begins & (np.diff(turn, prepend=0) > ABSENT) & (introduced != self.side[turn])
        found: Ints = turn[returns & (tells >= CALLBACK_TELLS)]
        return found


def _pitches(found: Talk, place: Place, said: Worded) -> Floats:
    """Return (sides,) how many long stretches of the agency ask nothing and speak of its own house; others have none."""
    starts, ends, side = stretches(found)
    agency = place.sides.index(AGENCY)
    long = np.flatnonzero((side == agency) & (ends - starts > PITCH))
    starts, ends = starts[long], ends[long]
    by_the_agency = place.side[said.asking.utterance] == agency
    asks = np.sort(said.asking.start[by_the_agency & (said.asking.probability >= ASKS)])
    own = np.flatnonzero(place.side == agency)
    we = np.bincount(said.tokens.utterance, said.tokens.we, minlength=len(place.side))[own]
    order = np.argsort(place.start[own], kind="stable")
    begun, until = place.start[own][order], np.append(0.0, np.cumsum(we[order]))
    said_we = until[np.searchsorted(begun, ends)] - until[np.searchsorted(begun, starts)]
    nothing_asked = np.searchsorted(asks, ends) == np.searchsorted(asks, starts)
    counts = np.zeros(len(place.sides))
    counts[agency] = float((nothing_asked & (said_we >= WE * (ends - starts) / 60)).sum())
    return counts


def _give_and_take(sides: tuple[str, ...], values: Values) -> Values:
    """Return how even agency and client are in what both give."""
    agency, client = sides.index(AGENCY), sides.index(CLIENT)
    even = {}
    for measure in ("questions", "backchannels", "uptake"):
        one, other = float(values[measure][agency]), float(values[measure][client])
        even[f"reciprocity_{measure}"] = np.array([1 - abs(one - other) / (one + other) if one + other > 0 else np.nan])
    return even
