"""Questions: who asks, of what kind, whether they take up what was said, and whether they are answered.

```
Eva   |Was hat Sie gestört? |                     |  wh, open
Baum  |                     |Die Plakate, vor allem.|  answered
Eva   |                                             Welches Plakat meinen Sie?  follow-up: takes up "Plakat"
```

A question is a sentence; `confidence` is the probability that it asks, measured on talk that people labelled (see
`language.questions`). People agree on what a question is, less on open and closed (kappa .52 in AnnoMI). Tags ("…, oder?") are
shown, but not counted: they ask to agree.

References
----------
Shriberg et al. (2004), The ICSI Meeting Recorder Dialog Act corpus; Huang et al. (2017) on follow-up questions; Wu et al.
(2022), AnnoMI.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.frames import QUESTIONS, table
from talkbalance.language import (
    Language,
    Question,
    Sentence,
    content_words,
    is_backchannel,
    language_of,
    question,
    sentences,
    words,
)
from talkbalance.meeting import Meeting
from talkbalance.metrics.ratio import Ratio

ASKS = 0.5
"""Least probability of a question that is no answer to another and that counts in the question ratio."""
ANSWERED_WITHIN = 10.0
"""Seconds after a question within which a turn of the other side counts as its answer."""


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

    **Definition.** A sentence asks if its form or its mark says so with a probability of at least `threshold`: a verb or
    auxiliary before its subject, a question word with the verb next, set phrases, tags, a question mark. Requests ("Nehmen Sie
    Platz"), conditions ("Hätte ich das gewusst, dann …"), dropped topics ("Weiß ich nicht"), indirect questions and
    exclamations are no questions. `follow_up`: it takes up a content word of the other side's last turn. `answered`: a turn
    of another side, in which not everything asks, begins within 10 s after it.

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


def question_counts(meeting: Meeting, *, threshold: float = ASKS, punctuation: bool = True) -> Mapping[str, QuestionCounts]:
    """Return how many questions and sentences each side said.

    Parameters and errors are those of `questions`. Every side has an entry, a silent one of zeros.
    """
    if not 0 <= threshold <= 1:
        raise InvalidParameter("parameter.range", name="threshold", value=threshold, low=0, high=1)
    talk = _read(meeting, punctuation=punctuation)
    counts = dict.fromkeys(meeting.sides, QuestionCounts())
    for sentence, signal in zip(talk.sentences, talk.signals, strict=True):
        counts[talk.side[sentence.speaker]] += QuestionCounts(sentences=not signal)
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

    def is_answered(self, number: int) -> bool | None:
        """Return whether a turn of another side, not all of it asking, begins soon after; None where times do not tell."""
        end = self.sentences[number].end
        if not self.timed or end is None:
            return None
        begun = False
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
                begun = True
                if self.answers(at):
                    return True
        return False


def _read(meeting: Meeting, *, punctuation: bool) -> _Talk:
    if not any(words(utterance.text) for utterance in meeting.utterances):
        raise Unavailable("unavailable.no_words")
    language = language_of(meeting)
    if language is None:
        if meeting.language:
            raise Unavailable("unavailable.language", language=meeting.language)
        raise Unavailable("questions.language_unknown")
    said = sentences(meeting, language, punctuation=punctuation)
    return _Talk(
        language,
        said,
        [question(sentence.text, language, marked=sentence.mark == "?") for sentence in said],
        [is_backchannel(sentence.text, language) for sentence in said],
        {speaker.name: speaker.side or speaker.name for speaker in meeting.speakers},
        meeting.source.times in ("word", "utterance"),
    )
