"""Where sentences end: at final marks, or where nobody wrote any, at pauses and the ends of utterances.

```
Eva       |Wann haben Sie   |das gemerkt? Und|
Baum      |             Mhm.|                |
sentences |1111111111111 ---|1111111111| 222 |
```

A sentence may run over utterances of one speaker, since a recogniser cuts where people breathe.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from talkbalance.language.words import Language, is_backchannel, is_cut_off, is_open, lexicon, word_class
from talkbalance.meeting import Meeting, Utterance
from talkbalance.once import once

JOIN = 1.0
"""Seconds of silence over which a sentence goes on; of longer ones .91 lie between units that people told apart (MRDA)."""
PAUSE = 0.5
"""Seconds of silence that end a sentence where there are no marks: .75 of such silences in MRDA lie between units."""

Mark = Literal["", ".", "!", "?"]

_WRITTEN = re.compile(r"[.?!…？](?:\s|$)")
_LAST = frozenset(".?!…？\"'”“»«’)]")
_FINAL = re.compile(r"([.?!…？]+)[\"'”“»«’)\]]*$")
_ORDINAL = re.compile(r"\d{1,2}\.$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, who said it and when; `start` and `end` are None where the transcript has no times.

    Without times of words they are those of the utterances it stands in. `utterance` is the place of the first of these in the
    meeting.
    """

    speaker: str
    start: float | None
    end: float | None
    text: str
    mark: Mark
    utterance: int


@dataclass(slots=True)
class _Draft:
    """A sentence while it is being put together; `broken` once another person has taken the floor since."""

    speaker: str
    utterance: int
    start: float | None
    end: float | None
    tokens: list[str] = field(default_factory=list)
    mark: Mark = ""
    ended: bool = False
    broken: bool = False

    def finished(self) -> Sentence:
        return Sentence(self.speaker, self.start, self.end, " ".join(self.tokens), self.mark, self.utterance)


@once
def sentences(meeting: Meeting, language: Language, *, punctuation: bool = True) -> tuple[Sentence, ...]:
    """Return the sentences of a meeting in order of start.

    **Definition.** With final marks a sentence ends at one, between utterances also at a silence of 1 s or more and where
    another person takes the floor; abbreviations, ordinals ("am 3. Mai"), decimals and trailing dots inside are none.
    Without marks it ends with its utterance, and at silences of 0.5 s inside, unless the last word needs another or was
    broken off.

    Parameters
    ----------
    punctuation
        False ignores final marks; True uses them where the transcript has any.
    """
    marked = punctuation and any(_WRITTEN.search(utterance.text) for utterance in meeting.utterances)
    done: list[Sentence] = []
    drafts: dict[str, _Draft] = {}
    for number, utterance in enumerate(meeting.utterances):
        if not utterance.text and not utterance.words:
            continue
        own = drafts.pop(utterance.speaker, None)
        if own is not None and not _goes_on(own, utterance):
            done.append(own.finished())
            own = None
        _break(drafts, utterance, language)
        for draft in _drafts(utterance, number, own, language, marked):
            if draft.ended:
                done.append(draft.finished())
            else:
                drafts[utterance.speaker] = draft
    done.extend(draft.finished() for draft in drafts.values())
    spoken = (sentence for sentence in done if any(map(str.isalnum, sentence.text)))
    return tuple(sorted(spoken, key=lambda s: (s.start or 0.0, s.utterance) if meeting.timed else (0.0, s.utterance)))


def _goes_on(draft: _Draft, utterance: Utterance) -> bool:
    if draft.broken:
        return False
    return draft.end is None or utterance.start is None or utterance.start - draft.end < JOIN


def _break(drafts: dict[str, _Draft], utterance: Utterance, language: Language) -> None:
    """Mark what others have begun as broken off, unless they are still speaking or only listened to."""
    waiting = [
        draft
        for draft in drafts.values()
        if not draft.broken and (draft.end is None or utterance.start is None or utterance.start >= draft.end)
    ]
    if waiting and not is_backchannel(utterance.text, language):
        for draft in waiting:
            draft.broken = True


def _drafts(utterance: Utterance, number: int, own: _Draft | None, language: Language, marked: bool) -> Iterator[_Draft]:
    """Cut one utterance, the first piece going on from `own`; every draft but the last has ended."""
    tokens, times = _tokens(utterance)
    ends = _marked_ends(tokens, language) if marked else _pauses(tokens, times, language)
    begin = 0
    for end, mark in (*ends, (len(tokens), None)):
        if begin < end:
            start, stop = (times[begin][0], times[end - 1][1]) if times else (utterance.start, utterance.end)
            draft = own or _Draft(utterance.speaker, number, start, stop)
            draft.tokens += tokens[begin:end]
            draft.end, draft.mark, draft.ended = stop, mark or "", mark is not None
            yield draft
            begin, own = end, None


def _tokens(utterance: Utterance) -> tuple[Sequence[str], Sequence[tuple[float, float]]]:
    """Return the words as written, with times where they have any; a mark that stands alone joins the word before it."""
    heard = [(text, word.start, word.end) for word in utterance.words if (text := word.text.strip())]
    given = [text for text, *_ in heard] or utterance.text.split()
    times = [(start, end) for _, start, end in heard]
    if all(token[0].isalnum() for token in given):
        return given, times
    tokens: list[str] = []
    kept: list[tuple[float, float]] = []
    for at, token in enumerate(given):
        if tokens and not any(map(str.isalnum, token)):
            tokens[-1] += token if token[0] in _LAST else f" {token}"
        else:
            tokens.append(token)
            kept.extend(times[at : at + 1])
    return tokens, kept


def _marked_ends(tokens: Sequence[str], language: Language) -> Iterator[tuple[int, Mark]]:
    """Yield after which words a final mark ends a sentence, and the mark."""
    for at, token in enumerate(tokens, start=1):
        if token[-1] in _LAST:
            mark, ends = _mark(token, tokens[at] if at < len(tokens) else None, language)
            if ends:
                yield at, mark


def _pauses(tokens: Sequence[str], times: Sequence[tuple[float, float]], language: Language) -> Iterator[tuple[int, Mark]]:
    """Yield after which words a sentence without marks ends: at pauses and at the end of the utterance."""
    for at in range(1, len(times)):
        if times[at][0] - times[at - 1][1] >= PAUSE:
            word = tokens[at - 1]
            if not (is_open(word, language) or is_cut_off(word)):
                yield at, ""
    yield len(tokens), ""


def _mark(token: str, following: str | None, language: Language) -> tuple[Mark, bool]:
    """Return the mark at the end of a word, and whether the sentence ends there."""
    if (found := _FINAL.search(token)) is None:
        return "", False
    signs = found[1]
    if "?" in signs or "？" in signs:
        return "?", True
    if "!" in signs:
        return "!", True
    before = token[: found.start()].lower().lstrip("(\"'„“»«")
    trails = signs != "."
    if not trails and not _is_shortened(before, token, language):
        return ".", True
    if following is None:
        return "", trails
    return "", following[:1].isupper() and word_class(following, language) != ""


def _is_shortened(before: str, token: str, language: Language) -> bool:
    """Return whether a point belongs to its word: "z. B.", "Dr.", "3." (in German), "U.S."."""
    return (
        (before,) in lexicon(language).phrases["abbreviations"]
        or (len(before) == 1 and before.isalpha())
        or "." in before.strip(".")
        or (language == "de" and _ORDINAL.match(token) is not None)
    )
