"""Questions: who asks, of what kind, whether they take up what was said, and whether they are answered.

```
Eva   |Was hat Sie gestört? |                     |  wh, open
Baum  |                     |Die Plakate, vor allem.|  answered
Eva   |                                             Welches Plakat meinen Sie?  follow-up: takes up "Plakat"
```

A question is a sentence; `confidence` is the probability that it asks, fitted to talk that people labelled: from its words (see
`language.questions`), from what stands around it (`metrics.context`), from its mark as far as the marks of this meeting can be
believed, and from the pitch of its end where there is sound. People agree on what a question is, less on open and closed
(kappa .52 in AnnoMI). Tags ("…, oder?") are shown, but not counted: they ask to agree.

References
----------
Shriberg et al. (2004), The ICSI Meeting Recorder Dialog Act corpus; Huang et al. (2017) on follow-up questions; Wu et al.
(2022), AnnoMI.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.frames import QUESTIONS, table
from talkbalance.language import (
    Language,
    Question,
    Sentence,
    content_words,
    is_backchannel,
    language_of,
    sentences,
    words,
)
from talkbalance.language.forms import Phrases
from talkbalance.language.questions import LEAST, Reading, readings
from talkbalance.language.trees import Trees, read_trees
from talkbalance.language.words import lexicon
from talkbalance.meeting import Meeting, Prosody
from talkbalance.metrics.context import COLUMNS, context
from talkbalance.metrics.ratio import Ratio
from talkbalance.once import once

ASKS = 0.5
"""Least probability of a question that is no answer to another and that counts in the question ratio."""
ANSWERED_WITHIN = 10.0
"""Seconds after a question within which a turn of the other side counts as its answer."""


MARKED, MARKED_BY_CHANCE = 0.7, 0.01
"""How often a question and a statement carry a question mark, before a meeting has shown it: of the marks people wrote .79 stand on
questions in phone calls (SwDA), where 1 sentence in 20 asks, and recognisers leave out up to half of them."""
BELIEF = 20.0, 100.0
"""Sentences that what is believed of questions and of statements counts for against the meeting's own."""
ASKS_ANYHOW = ("request", "rhetorical")
"""Forms that count as questions whatever follows."""
LEADS = 2
"""Words that may stand before those that change the topic: "ja, übrigens"."""
AT_END = 0.15
"""Seconds between the end of a sentence and that of the pitch heard there."""
_BEFORE, _NEXT = COLUMNS.index("before_words"), COLUMNS.index("next_words")
ROUNDS = 8
"""Steps in which the marks' worth and the probabilities are brought together."""
UNLIKELY = -2.9
"""Log-odds below which words do not speak against a mark: the trees learned from talk without any."""
RISE, FALL = 6.0, -6.0
"""Semitones/s from which the end of a sentence rises or falls; between them it is level."""
RISES, FALLS = 0.7, -0.4
"""Log-odds a rising or falling end adds where no question word stands. Stated, not fitted, and modest: over .90 of German polar
questions rise (Wochner et al.), but so does much that goes on."""


@dataclass(frozen=True, slots=True)
class QuestionCounts:
    """How many questions a side asked, tags left out, among how many sentences, listener signals left out."""

    questions: int = 0
    sentences: int = 0
    open: int = 0
    why: int = 0
    follow_up: int = 0
    answered: int = 0
    answerable: int = 0

    @property
    def ratio(self) -> Ratio:
        """Question sentences ÷ sentences."""
        return Ratio(self.questions, self.sentences)

    def __add__(self, other: "QuestionCounts") -> "QuestionCounts":
        return QuestionCounts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def questions(meeting: Meeting, *, threshold: float = 0.5, punctuation: bool = True) -> pd.DataFrame:
    """Return the sentences that ask, in order.

    **Definition.** A sentence asks if words, context, mark and pitch say so with a probability of at least `threshold`: a verb
    or auxiliary before its subject, a question word with the verb next, set phrases, tags, an answer at once. A question mark
    counts as much as marks stand on what else looks like a question in this meeting. Requests ("Nehmen Sie
    Platz"), conditions ("Hätte ich das gewusst, dann …"), dropped topics ("Weiß ich nicht"), indirect questions and
    exclamations are no questions. `follow_up`: it takes up a content word of the other side's last turn. `answered`: a turn
    of another side, in which not everything asks and which does not change the topic, begins within 10 s after it. A topic is
    changed by a turn that begins with words for that ("etwas anderes", "by the way") and shares no content word with the
    question.

    Parameters
    ----------
    threshold
        Least `confidence`, 0.5 by default; 0 returns every candidate.
    punctuation
        False ignores the final marks a recogniser or a person wrote.

    Returns
    -------
    DataFrame
        One row per question: `start, end` (s; NaN without times; those of the utterance where words have none), `speaker,
        side, text, kind` (wh, polar, alternative, declarative, tag, rhetorical), `open, why, follow_up, answered` (nullable;
        `answered` is missing where nothing tells how long an answer took), `confidence` (0-1).

    Raises
    ------
    Unavailable
        Where no words were recognised, or in a language other than German and English.
    InvalidParameter
        Where `threshold` is no probability.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> said = [Utterance(0, 2, "Eva", "Was hat Sie gestört?"), Utterance(3, 4, "Baum", "Das Plakat.")]
    >>> meeting = Meeting([Speaker("Eva"), Speaker("Baum")], said, duration=5, language="de")
    >>> questions(meeting)[["speaker", "kind", "open", "answered"]].values.tolist()
    [['Eva', 'wh', True, True]]
    """
    if not 0 <= threshold <= 1:
        raise InvalidParameter("parameter.range", name="threshold", value=threshold, low=0, high=1)
    talk = _read(meeting, punctuation=punctuation)
    rows = [
        (
            sentence.start,
            sentence.end,
            sentence.speaker,
            talk.side[sentence.speaker],
            sentence.text,
            asked.kind,
            asked.open,
            asked.why,
            talk.takes_up(number),
            talk.is_answered(number),
            asked.confidence,
        )
        for number, sentence, asked in talk.candidates(threshold)
    ]
    return table(rows, QUESTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """Every sentence that is no mere listener signal, as columns: counts at a threshold and expected ones come from the same.

    Parameters
    ----------
    sides
        The sides; `side` is a place in it.
    start
        Seconds, nan without times.
    utterance
        Place of the utterance the sentence begins in.
    probability
        That it asks.
    tag
        Whether it would be a tag, which the question ratio leaves out.
    open, why, follow_up
        What it would be if it asks.
    answered
        1, 0, or nan where nothing tells how long an answer took.
    """

    sides: tuple[str, ...]
    side: NDArray[np.intp]
    start: NDArray[np.float64]
    utterance: NDArray[np.intp]
    probability: NDArray[np.float64]
    tag: NDArray[np.bool_]
    open: NDArray[np.bool_]
    why: NDArray[np.bool_]
    follow_up: NDArray[np.bool_]
    answered: NDArray[np.float64]


def asking(meeting: Meeting, *, punctuation: bool = True) -> Asking:
    """Return how likely each sentence asks, listener signals left out.

    **Definition.** As in `questions`. `follow_up` and `answered` are looked up for candidates only; elsewhere they are False
    and nan.

    Parameters
    ----------
    punctuation
        False ignores the final marks a recogniser or a person wrote.

    Raises
    ------
    Unavailable
        As in `questions`.

    >>> from talkbalance.meeting import Speaker, Utterance
    >>> said = [Utterance(0, 2, "Eva", "Was hat Sie gestört?"), Utterance(3, 4, "Baum", "Das Plakat.")]
    >>> found = asking(Meeting([Speaker("Eva"), Speaker("Baum")], said, duration=5, language="de"))
    >>> (found.probability > 0.5).tolist(), found.answered.tolist()
    ([True, False], [1.0, nan])
    """
    talk = _read(meeting, punctuation=punctuation)
    sides = tuple(meeting.sides)
    kept = [number for number, signal in enumerate(talk.signals) if not signal]
    asked = [talk.asked[number] for number in kept]
    answers = [talk.is_answered(number) if one else None for number, one in zip(kept, asked, strict=True)]
    return Asking(
        sides,
        np.array([sides.index(talk.side_at(number)) for number in kept], np.intp),
        np.array([nan if (start := talk.sentences[number].start) is None else start for number in kept], float),
        np.array([talk.sentences[number].utterance for number in kept], np.intp),
        talk.sure[kept],
        np.array([one is not None and one.kind == "tag" for one in asked], bool),
        np.array([one is not None and one.open for one in asked], bool),
        np.array([one is not None and one.why for one in asked], bool),
        np.array([one is not None and talk.takes_up(number) for number, one in zip(kept, asked, strict=True)], bool),
        np.array([nan if answer is None else float(answer) for answer in answers], float),
    )


def question_counts(meeting: Meeting, *, threshold: float = ASKS, punctuation: bool = True) -> Mapping[str, QuestionCounts]:
    """Return how many questions and sentences each side said.

    Parameters and errors are those of `questions`. Every side has an entry, a silent one of zeros.
    """
    if not 0 <= threshold <= 1:
        raise InvalidParameter("parameter.range", name="threshold", value=threshold, low=0, high=1)
    talk = _read(meeting, punctuation=punctuation)
    said = Counter(talk.side[sentence.speaker] for sentence, signal in zip(talk.sentences, talk.signals, strict=True) if not signal)
    counts = {side: QuestionCounts(sentences=said[side]) for side in meeting.sides}
    for number, sentence, asked in talk.candidates(threshold):
        if asked.kind != "tag":
            answered = talk.is_answered(number)
            counts[talk.side[sentence.speaker]] += QuestionCounts(
                questions=1,
                open=asked.open,
                why=asked.why,
                follow_up=talk.takes_up(number),
                answered=answered is True,
                answerable=answered is not None,
            )
    return counts


@dataclass(frozen=True, slots=True)
class _Talk:
    """The sentences of a meeting, which of them may ask, and which are no more than a listener signal."""

    language: Language
    sentences: Sequence[Sentence]
    asked: Sequence[Question | None]
    sure: NDArray[np.float64]
    signals: Sequence[bool]
    side: Mapping[str, str]
    timed: bool

    def candidates(self, threshold: float) -> Iterator[tuple[int, Sentence, Question]]:
        """Yield the sentences that may ask with their place."""
        for number, (sentence, asked) in enumerate(zip(self.sentences, self.asked, strict=True)):
            if asked is not None and asked.confidence >= threshold:
                yield number, sentence, asked

    def side_at(self, number: int) -> str:
        return self.side[self.sentences[number].speaker]

    def takes_up(self, number: int) -> bool:
        """Return whether a sentence shares a content word with the last turn of another side."""
        wanted = content_words(self.sentences[number].text, self.language)
        at = number - 1
        while at >= 0 and (self.signals[at] or self.side_at(at) == self.side_at(number)):
            at -= 1
        while wanted and at >= 0 and (self.signals[at] or self.side_at(at) != self.side_at(number)):
            if self.side_at(at) != self.side_at(number) and not wanted.isdisjoint(
                content_words(self.sentences[at].text, self.language)
            ):
                return True
            at -= 1
        return False

    def answers(self, number: int) -> bool:
        """Return whether a sentence does not ask; a statement with a tag ("…, oder?") says something too, "ja?" does not."""
        asked = self.asked[number]
        return asked is None or asked.confidence < ASKS or (asked.kind == "tag" and not self.signals[number])

    def changes_topic(self, number: int, wanted: frozenset[str]) -> bool:
        """Return whether a sentence says that something else begins, and takes up nothing of what was asked."""
        found = words(self.sentences[number].text)
        topics = _topics(self.language)
        begins = any(topics.lead(found, at) for at in range(min(LEADS + 1, len(found))))
        return begins and wanted.isdisjoint(content_words(self.sentences[number].text, self.language))

    def is_answered(self, number: int) -> bool | None:
        """Return whether a turn of another side, not all of it asking, begins soon after; None where times do not tell."""
        end = self.sentences[number].end
        if not self.timed or end is None:
            return None
        begun = False
        wanted = content_words(self.sentences[number].text, self.language)
        for at in range(number + 1, len(self.sentences)):
            sentence = self.sentences[at]
            if sentence.start is None or sentence.end is None or sentence.end <= end:
                continue
            if self.side_at(at) == self.side_at(number):
                if begun and not self.signals[at]:
                    return False
            elif not begun and sentence.start > end + ANSWERED_WITHIN:
                return False
            else:
                if not begun and self.changes_topic(at, wanted):
                    return False
                begun = True
                if self.answers(at):
                    return True
        return False


@once
def _read(meeting: Meeting, *, punctuation: bool) -> _Talk:
    if not any(words(utterance.text) for utterance in meeting.utterances):
        raise Unavailable("unavailable.no_words")
    language = language_of(meeting)
    if language is None:
        if meeting.language:
            raise Unavailable("unavailable.language", language=meeting.language)
        raise Unavailable("questions.language_unknown")
    said = sentences(meeting, language, punctuation=punctuation)
    timed = meeting.source.times in ("word", "utterance")
    read = readings([sentence.text for sentence in said], language)
    sure = probabilities(meeting, said, read, timed=timed, punctuation=punctuation)
    return _Talk(
        language,
        said,
        [
            one.asking(float(p)) if p >= LEAST or one.form or sentence.mark == "?" else None
            for one, p, sentence in zip(read, sure, said, strict=True)
        ],
        sure,
        [is_backchannel(sentence.text, language) for sentence in said],
        {speaker.name: speaker.side or speaker.name for speaker in meeting.speakers},
        timed,
    )


def probabilities(
    meeting: Meeting, said: Sequence[Sentence], read: Sequence[Reading], *, timed: bool, punctuation: bool
) -> NDArray[np.float64]:
    """Return how likely each sentence asks: words and context, then pitch, then marks."""
    own = [one.log_odds for one in read]
    around = context(said, read, own, timed=timed)
    nobody = (around[:, _BEFORE] == 0) & (around[:, _NEXT] == 0)  # no other voice is near: nothing stands around
    odds = np.where(nobody, own, _trees().log_odds(around))
    stated = np.array([one.form is not None and one.form.evidence in ASKS_ANYHOW for one in read], bool)
    odds = np.where(stated, np.maximum(odds, own), odds)
    odds = odds + np.array([_pitch(meeting, sentence, one) for sentence, one in zip(said, read, strict=True)], float)
    sure = _with_marks(odds, [sentence.mark for sentence in said]) if punctuation else _probability(odds)
    _check(meeting, said, sure)
    return sure


def _check(meeting: Meeting, said: Sequence[Sentence], sure: NDArray[np.float64]) -> None:
    """Write what a person said of a sentence in place of its probability; it is found by where it began when they said so."""
    for number, utterance in enumerate(meeting.utterances):
        for check in utterance.checks:
            own = [at for at, sentence in enumerate(said) if sentence.utterance == number]
            if check.measure == "questions" and own:
                nearest = min(own, key=lambda at: abs((said[at].start or 0.0) - (check.start or 0.0)))
                sure[nearest] = float(check.holds)


def _probability(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    sure: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return sure


def _with_marks(odds: NDArray[np.float64], marks: Sequence[str]) -> NDArray[np.float64]:
    """Weigh the question marks by how often they stand on what looks like a question here, and on what does not.

    Marks by chance stand on both alike and then say nothing; a recogniser that leaves out half of them makes their absence
    say little. What the meeting has not shown is believed of it: `MARKED`, `MARKED_BY_CHANCE`.
    """
    asks = np.array([mark == "?" for mark in marks], bool)
    written = np.array([mark != "" for mark in marks], bool)
    if not asks.any():
        return _probability(odds)
    sure = _probability(odds)
    strong, weak = BELIEF
    for _ in range(ROUNDS):
        on_questions = (strong * MARKED + sure[asks].sum()) / (strong + sure[written].sum())
        on_others = (weak * MARKED_BY_CHANCE + (1 - sure[asks]).sum()) / (weak + (1 - sure[written]).sum())
        gain = np.log(on_questions / on_others)
        loss = np.log((1 - on_questions) / (1 - on_others))
        likely = np.maximum(odds, UNLIKELY) if gain > 0 else odds
        sure = _probability(np.where(asks, likely + gain, np.where(written, odds + loss, odds)))
    return sure


def _pitch(meeting: Meeting, sentence: Sentence, read: Reading) -> float:
    """Return what the end of a sentence adds; a question word asks with a fall as well."""
    if sentence.end is None or (read.form is not None and read.form.kind == "wh"):
        return 0.0
    ends = _ends(meeting, sentence)
    if not ends or isnan(ends[-1].slope):
        return 0.0
    slope = ends[-1].slope
    return RISES if slope >= RISE else FALLS if slope <= FALL else 0.0


def _ends(meeting: Meeting, sentence: Sentence) -> list[Prosody]:
    """Return the pitches heard at the end of a sentence, in its first utterance and those its speaker went on with."""
    if not meeting.utterances[sentence.utterance].prosody:
        return []
    end = sentence.end or 0.0
    return [heard for heard in meeting.utterances[sentence.utterance].prosody if abs(heard.end - end) <= AT_END]


@cache
def _trees() -> Trees:
    return read_trees("talkbalance.metrics", "questions.json")


@cache
def _topics(language: Language) -> Phrases:
    return Phrases(lexicon(language).phrases["new_topic"])
