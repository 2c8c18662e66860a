"""What was made of what the other said: words taken up, and the moments in which somebody gives back, waves aside or pitches.

```
Baum  |Die Plakate hängen am Bahnhof, da sieht sie keiner.|                           |
Eva   |                                                   |Und am Bahnhof, wer kommt |  uptake: "am Bahnhof" of what he said
```

Uptake points at moments, it is no grade: who repeats everything has not understood everything. Words weigh as much as they tell:
how rare they are in everyday language (`language.background`). Markers are quotes, found by what a sentence begins with; precision
goes before recall.

References
----------
Demszky, D. et al. (2021). Measuring conversational uptake. ACL. Wu, Z. et al. (2022), AnnoMI. Moyers, T. et al. (2014), MITI 4
(reflections).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from math import nan

import pandas as pd

from talkbalance.errors import Unavailable
from talkbalance.frames import MARKERS, UPTAKE, table
from talkbalance.language import Language, Sentence, content_words, is_backchannel, language_of, question, sentences, words
from talkbalance.language.background import telling
from talkbalance.language.content import content_stem, stem
from talkbalance.language.forms import Phrases
from talkbalance.language.meaning import similarities
from talkbalance.language.words import lexicon
from talkbalance.meeting import AGENCY, Meeting, Utterance
from talkbalance.metrics.questions import ASKS, asking
from talkbalance.metrics.ratio import Ratio
from talkbalance.metrics.talk import talk
from talkbalance.metrics.turntaking import stretches, utterances_of
from talkbalance.once import once

ABSENT = 4
"""Turns in which a word of the other side has not been said, so that its return is a callback."""
PITCH = 60.0
"""Seconds of a stretch without a question from which it can be a pitch."""
WE = 3
"""Words for "we" a minute from which a stretch speaks of the speakers' own house."""
LEADS = 3
"""Words that may stand before what a sentence begins with: "also gut, das heißt, Sie …"."""
CALLBACK_TELLS = 3.0
"""How much a word must tell for its return to be worth a moment (`language.background`): one in a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn and its words."""

    speaker: str
    side: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A turn of one side after a turn of another: how much of the other's words it takes up, and which."""

    said: Turn
    turn: Turn
    part: float
    whole: float
    words: tuple[str, ...]

    @property
    def ratio(self) -> Ratio:
        """How much of what the other's words tell is taken up."""
        return Ratio(self.part, self.whole)


def uptake(meeting: Meeting, *, meaning: bool = True, model: str | None = None) -> pd.DataFrame:
    """Return for each answering turn how far it builds on what the other side just said.

    **Definition.** Of the words of the turn before, which is another side's, those that this turn says too, by their stems, each
    weighed by how much it tells: log10 of how much rarer it is in everyday language than a word everybody always says. `similarity`
    is the cosine of the meanings of both turns.

    Parameters
    ----------
    meaning
        Whether to compare meanings too; needs the extra `meaning`, else `similarity` is missing.
    model
        A sentence model of transformers instead of the packaged one, by name or folder.

    Returns
    -------
    DataFrame
        One row per answering turn: `start`, `end` (s; NaN without times), `speaker`, `side`, `text`, `uptake` (0-1; NaN where the
        other only signalled listening), `similarity` (-1 to 1; NaN where not compared), `words` (the telling words taken up, by
        ", ").

    Raises
    ------
    Unavailable
        Where no words were recognised, or in a language other than German and English.

    References
    ----------
    Demszky et al. (2021).

    >>> from talkbalance.meeting import Speaker
    >>> said = (Utterance(0, 4, "Baum", "Die Plakate hängen am Bahnhof."), Utterance(5, 8, "Eva", "Welche Plakate stören Sie?"))
    >>> found = uptake(Meeting((Speaker("Eva"), Speaker("Baum")), said, 9, language="de"), meaning=False)
    >>> found[["speaker", "words"]].values.tolist()
    [['Eva', 'plakate']]
    """
    found = answers(meeting)
    close = similarities([(a.said.text, a.turn.text) for a in found], model=model) if meaning else [nan] * len(found)
    rows = (
        (a.turn.start, a.turn.end, a.turn.speaker, a.turn.side, a.turn.text, a.ratio.value, alike, ", ".join(a.words))
        for a, alike in zip(found, close, strict=True)
    )
    return table(rows, UPTAKE)


@once
def answers(meeting: Meeting) -> tuple[Answer, ...]:
    """Return every turn that follows one of another side."""
    language = require_words(meeting)
    told = [(turn, _weights(turn.text, language)) for turn in _turns(meeting)]
    return tuple(_answer(*one, *other, language) for one, other in pairwise(told) if one[0].side != other[0].side)


def require_words(meeting: Meeting) -> Language:
    """Return the language of a meeting, or raise `Unavailable` where nothing can be said about its words."""
    if not any(words(u.text) for u in meeting.utterances):
        raise Unavailable("unavailable.no_words")
    language = language_of(meeting)
    if language is None:
        raise Unavailable("unavailable.language", language=meeting.language or "?")
    return language


@once
def _turns(meeting: Meeting) -> tuple[Turn, ...]:
    """Return the turns that have words, of one side after another's."""
    if meeting.timed:
        found = talk(meeting)
        times = zip(found.turns.starts.tolist(), found.turns.ends.tolist(), strict=True)
        spoken = [_turn(meeting, *span, said) for span, said in zip(times, utterances_of(meeting, found), strict=True)]
    else:
        runs = (list(run) for _, run in groupby(meeting.utterances, key=lambda u: u.speaker))
        spoken = [_turn(meeting, nan, nan, run) for run in runs]
    return tuple(turn for turn in spoken if words(turn.text))


def _turn(meeting: Meeting, start: float, end: float, said: Sequence[Utterance]) -> Turn:
    name = said[0].speaker
    return Turn(name, meeting.side_of(name), start, end, " ".join(u.text for u in said if u.text))


def _answer(said: Turn, tells: Mapping[str, float], turn: Turn, again: Mapping[str, float], language: Language) -> Answer:
    if is_backchannel(said.text, language):
        return Answer(said, turn, 0, 0, ())
    taken = tells.keys() & again.keys()
    telling_words = content_words(said.text, language) & taken
    spelled = dict.fromkeys(w for w in words(turn.text) if stem(w, language) in telling_words) if telling_words else ()
    told = sum(weight for word, weight in tells.items() if word in taken)  # in order, so that the last digit is always the same
    return Answer(said, turn, told, sum(tells.values()), tuple(spelled))


def _weights(text: str, language: Language) -> dict[str, float]:
    """Return the stems of a text with how much each tells."""
    return {stem(word, language): telling(word, language) for word in words(text)}


def markers(meeting: Meeting) -> pd.DataFrame:
    """Return the moments worth a quote: reflections, dismissals, pitch runs and callbacks.

    **Definition.** `reflection`: a sentence that begins with words that give back what the other said ("das heißt, Sie …", "it
    sounds like"), gives no advice and does not ask, except to agree or whether one has understood. `dismissal`: one that begins
    with words that wave aside ("ja, aber", "das muss alles neu"). `pitch`: a stretch of the agency of more than 60 s in which it
    asks nothing and says "we" three times a minute and more. `callback`: a telling word of the other side returns that nobody has
    said for at least four turns.

    Returns
    -------
    DataFrame
        `start`, `end` (s; NaN without times), `speaker`, `side`, `kind` (reflection, dismissal, pitch, callback), `text`: the
        sentence, the first words of the pitch, the word called back. In order of time.

    Raises
    ------
    Unavailable
        Where no words were recognised, or in a language other than German and English.

    References
    ----------
    Moyers et al. (2014) on reflections; Wu et al. (2022): reflections tell good from poor talks with an AUC of .93 when people
    mark them.

    >>> from talkbalance.meeting import Speaker
    >>> said = (Utterance(0, 4, "Baum", "Uns kennt keiner."), Utterance(5, 8, "Eva", "Das heißt, Sie wollen bekannter werden."))
    >>> markers(Meeting((Speaker("Eva"), Speaker("Baum")), said, 9, language="de"))[["speaker", "kind"]].values.tolist()
    [['Eva', 'reflection']]
    """
    return table(_marked(meeting), MARKERS)


def marker_counts(meeting: Meeting) -> Mapping[tuple[str, str], int]:
    """Return how many markers of each kind each side has; errors are those of `markers`."""
    return Counter((side, kind) for *_, side, kind, _ in _marked(meeting))


Row = tuple[float, float, str, str, str, str]


@once
def _marked(meeting: Meeting) -> tuple[Row, ...]:
    language = require_words(meeting)
    quotes = (_row(meeting, sentence, kind) for sentence, kind in quoted(meeting, language))
    rows = [*quotes, *_pitches(meeting, language), *_callbacks(meeting, language)]
    return tuple(sorted(rows, key=lambda row: row[0] if row[0] == row[0] else 0.0))


def quoted(meeting: Meeting, language: Language) -> Iterator[tuple[Sentence, str]]:
    """Yield the sentences that are a reflection or a dismissal, and which."""
    for sentence in sentences(meeting, language):
        if kind := kind_of(sentence, language):
            yield sentence, kind


def kind_of(sentence: Sentence, language: Language) -> str:
    """Return what kind of quote a sentence is, "" if none."""
    said = words(sentence.text)
    if len(said) <= FEWEST:
        return ""
    known = _phrases(language)
    if _begins(said, known["checking"], language):
        return "reflection"
    kind = next((kind for kind in ("reflection", "dismissal") if _begins(said, known[kind], language)), "")
    advises = kind == "reflection" and not _advice(language).isdisjoint(said[:OPENING])
    return "" if not kind or advises or _asks(sentence, language) else kind


def _asks(sentence: Sentence, language: Language) -> bool:
    """Return whether a sentence asks for something; one that only asks to agree ("…, ja?") gives back all the same."""
    asked = question(sentence.text, language, marked=sentence.mark == "?")
    return asked is not None and asked.confidence >= ASKS and asked.kind != "tag"


OPENING = 6
"""Words within which "can" or "should" make advice of what begins like a reflection: "so you can …"."""
FEWEST = 3
"""Words at most that make no quote: "ja, aber …" and nothing after it."""


@cache
def _phrases(language: Language) -> Mapping[str, Phrases]:
    lists = lexicon(language).phrases
    return {
        "reflection": Phrases(lists["reflecting"]),
        "checking": Phrases(lists["checking"]),
        "dismissal": Phrases(lists["dismissing"]),
    }


@cache
def _small(language: Language) -> frozenset[str]:
    """Return the words that may stand before what a sentence begins with."""
    known = lexicon(language)
    return known.words("lead") | known.words("signals") | known.words("before")


@cache
def _advice(language: Language) -> frozenset[str]:
    return lexicon(language).words("advising")


def _begins(said: tuple[str, ...], phrases: Phrases, language: Language) -> bool:
    """Return whether a sentence begins with one of the phrases, small words before it left aside."""
    before = _small(language)
    for at in range(min(LEADS + 1, len(said))):
        if phrases.lead(said, at):
            return True
        if said[at] not in before:
            return False
    return False


def _row(meeting: Meeting, sentence: Sentence, kind: str) -> Row:
    start, end = (nan if time is None else time for time in (sentence.start, sentence.end))
    return start, end, sentence.speaker, meeting.side_of(sentence.speaker), kind, sentence.text


def _pitches(meeting: Meeting, language: Language) -> Iterator[Row]:
    """Yield the long stretches of the agency that ask nothing and speak of its own house."""
    if not meeting.timed or not meeting.sided:
        return
    we = lexicon(language).words("we")
    agency = meeting.sides.index(AGENCY)
    long = [span for span in _long_stretches(meeting, agency) if _speaks_of_we(meeting, *span, we)]
    if not long:
        return
    found = asking(meeting)
    asked = found.start[(found.side == agency) & (found.probability >= ASKS)]
    for start, end in long:
        inside = _said_by_the_agency(meeting, start, end)
        if not ((asked >= start) & (asked < end)).any():
            yield start, end, inside[0].speaker, AGENCY, "pitch", " ".join(u.text for u in inside if u.text)


def _long_stretches(meeting: Meeting, agency: int) -> Iterator[tuple[float, float]]:
    for start, end, side in zip(*(column.tolist() for column in stretches(talk(meeting))), strict=True):
        if side == agency and end - start > PITCH:
            yield start, end


def _said_by_the_agency(meeting: Meeting, start: float, end: float) -> list[Utterance]:
    return [u for u in meeting.utterances if meeting.side_of(u.speaker) == AGENCY and start <= (u.start or 0.0) < end]


def _speaks_of_we(meeting: Meeting, start: float, end: float, we: frozenset[str]) -> bool:
    said = [word for u in _said_by_the_agency(meeting, start, end) for word in words(u.text)]
    return sum(word in we for word in said) >= WE * (end - start) / 60


def _callbacks(meeting: Meeting, language: Language) -> Iterator[Row]:
    """Yield the telling words of another side that return after `ABSENT` turns without them."""
    last: dict[str, int] = {}
    whose: dict[str, str] = {}
    for number, turn in enumerate(_turns(meeting)):
        for word in dict.fromkeys(words(turn.text)):
            if not (root := content_stem(word, language)):
                continue
            back = root in whose and whose[root] != turn.side and number - last[root] > ABSENT
            if back and telling(word, language) >= CALLBACK_TELLS:
                yield turn.start, turn.end, turn.speaker, turn.side, "callback", word
            whose.setdefault(root, turn.side)
            last[root] = number
