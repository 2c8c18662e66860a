"""Which speaker said which word. Pure: words and spans in, utterances out.

```
S1 spans   |##########         |
S2 spans   |       ############|
words      |guten Tag und gern |
said by     S1    S1  S1S2 S2        a word goes to the voice that covers most of it
```

Decided word by word, never by the recogniser's segments:

- A word goes to the voice that speaks longest inside it.
- A tie (both speak all of it) goes to the voice that has the neighbouring words; a recogniser follows one voice through an
  overlap. Without such a neighbour, to the voice that started first.
- Where the recogniser passes from one voice to another that had begun before, the sentence that goes on in the other voice began
  in it: words after the last final mark, as far as both speak, are the other's.
- A word in a gap goes to the nearest span within `REACH` seconds; further away it belongs to nobody: speaker "unknown".
- Speech without words stays as an utterance with empty text, since an "mhm" that a recogniser dropped was said all the same.

Utterances are the diarizer's spans, not the words' ends: a recogniser's word times are off by more than an overlap lasts.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from talkbalance.floor import overlap
from talkbalance.meeting import UNKNOWN, Utterance, Word
from talkbalance.speech.backend import Span

REACH = 1.0
"""Seconds; recognisers put words up to about this far into a neighbouring silence."""

FINAL = (".", "?", "!", "…")
"""What ends a sentence."""


def attribute(words: Sequence[Word], spans: Sequence[Span]) -> tuple[Utterance, ...]:
    """Give every word to a voice and return the utterances, in order of start.

    Parameters
    ----------
    words
        In order of start.
    spans
        In order of start; those of one voice do not overlap.

    Returns
    -------
    tuple of Utterance
        One per span, with the words given to it, and one per run of words that belong to nobody. The confidence is the
        span's, times the part of its words' time in which no other voice could have said them.
    """
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    said: list[list[Word]] = [[] for _ in ordered]
    nobodys: list[Word] = []
    for word, at in zip(words, _handed_over(words, _owners(words, ordered), ordered), strict=True):
        (nobodys if at is None else said[at]).append(word)
    utterances = [_utterance(span, own, ordered) for span, own in zip(ordered, said, strict=True)]
    return tuple(sorted([*utterances, *_unknown(nobodys)], key=lambda u: (u.start or 0.0, u.end or 0.0)))


def _owners(words: Sequence[Word], spans: Sequence[Span]) -> list[int | None]:
    """Return the index of each word's span, None where it belongs to nobody."""
    found: list[int | None] = []
    starts = [span.start for span in spans]
    longest = max((span.end - span.start for span in spans), default=0.0)
    for word in words:
        near = range(bisect_right(starts, word.start - longest - REACH), bisect_right(starts, word.end + REACH))
        found.append(_owner(word, spans, near, found[-1] if found else None))
    return found


def _handed_over(words: Sequence[Word], owners: Sequence[int | None], spans: Sequence[Span]) -> list[int | None]:
    """Give the beginning of a sentence to the voice it goes on in, as far as that voice was speaking already.

    ```
    S1 spans   |##################       |
    S2 spans   |             ############|
    words      |wie wir überhaupt. Das steht alles|      "Das", said while both speak, goes with "steht alles"
    ```
    """
    found = list(owners)
    for i in range(1, len(words)):
        before, now = found[i - 1], found[i]
        if before is None or now is None or spans[before].speaker == spans[now].speaker or _ends(words[i - 1]):
            continue
        first = i
        while first and found[first - 1] == before and _mostly(words[first - 1], spans[now]) and not _ends(words[first - 1]):
            first -= 1
        if first and found[first - 1] == before and _ends(words[first - 1]):
            found[first:i] = [now] * (i - first)
    return found


def _ends(word: Word) -> bool:
    return word.text.rstrip().endswith(FINAL)


def _mostly(word: Word, span: Span) -> bool:
    return 2 * overlap(word.start, word.end, span.start, span.end) >= word.end - word.start


def _owner(word: Word, spans: Sequence[Span], near: Iterable[int], last: int | None) -> int | None:
    """Return the index of the span a word belongs to, or None."""
    before = None if last is None else spans[last].speaker
    best: tuple[float, bool, float] | None = None
    owner = None
    for i in near:
        span = spans[i]
        inside = overlap(word.start, word.end, span.start, span.end)
        away = max(span.start - word.end, word.start - span.end, 0.0)
        if inside == 0 and away > REACH:
            continue
        rank = (round(inside, 3) or -away, span.speaker == before, -span.start)
        if best is None or rank > best:
            best, owner = rank, i
    return owner


def _utterance(span: Span, words: list[Word], spans: Sequence[Span]) -> Utterance:
    text = " ".join(word.text for word in words)
    return Utterance(span.start, span.end, span.speaker, text, tuple(words), _confidence(span, words, spans))


def _confidence(span: Span, words: list[Word], spans: Sequence[Span]) -> float | None:
    if span.confidence is None or not words:
        return span.confidence
    others = [s for s in spans if s.speaker != span.speaker and overlap(s.start, s.end, span.start, span.end) > 0]
    time = sum(word.end - word.start for word in words)
    shared = sum(overlap(w.start, w.end, s.start, s.end) for w in words for s in others)
    return span.confidence * (1 - 0.5 * min(1.0, shared / time))


def _unknown(words: list[Word]) -> list[Utterance]:
    """Join what belongs to nobody into utterances, cut where there is a second of silence."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and word.start - runs[-1][-1].end < REACH:
            runs[-1].append(word)
        else:
            runs.append([word])
    joined = []
    for run in runs:
        end = max(word.end for word in run)
        joined.append(Utterance(run[0].start, end, UNKNOWN, " ".join(word.text for word in run), tuple(run)))
    return joined
