"""From what an engine claims to have heard to words one can count: pure, and the same for every engine.

Conventions
-----------
Whisper learned from subtitles. On silence and noise it writes what subtitles say there ("Untertitelung des ZDF"), and
when it loses the thread it says the same words over and over. Dropped are

- words far from any speech;
- all rounds but the first of a loop;
- phrases of subtitle makers that stand alone, between pauses or ends of sentences. Inside a sentence they stay:
  somebody may really speak of subtitles.

Times come from where the model looked while it wrote, which smears words over neighbouring pauses. They are drawn in
to the speech they lie on, put in order, and a word lasts no longer than its letters can take:

```
speech   |  #######      ####|
heard    | [~~~~~~~~][~~~~~~]|
believed |  [~~~~~]      [~~]|
```
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from talkbalance.meeting import Word
from talkbalance.speech.backend import RATE
from talkbalance.speech.windows import MARGIN, Stretch, Window

FAR = 0.5
"""Seconds a word may lie from speech: as much as Whisper's times stray, no more."""

SLACK = 0.1
"""Seconds by which a word may reach over the edge of speech: soft sounds lie there."""

SHORTEST = 0.02
"""Seconds of the shortest word: one step of Whisper's clock."""

ROUNDS = 4
"""How often in a row somebody may say the same before it is a loop."""

LONGEST_LOOP = 30
"""Words of the longest loop that is looked for; of a longer one fewer rounds than `ROUNDS` fit into a window."""

LEFT = 0.7
"""Seconds of speech behind the last word that show a window was not heard to its end."""

ALONE = 0.5
"""Seconds of pause that set a phrase apart."""

PHRASES = re.compile(
    r"""
      untertitel(ung)?\s.*\b(zdf|ard|swr|wdr|ndr|mdr|br|orf|srf|funk|amara|geiges)\b.*
    | (ard|zdf)\stext\sim\sauftrag\svon\sfunk.*
    | (copyright\s.*)?\b(zdf|ard|swr|wdr|ndr|mdr|br|orf|srf)\s\d{4}
    | (vielen\sdank|danke|thank\syou|thanks)(\s(so|very)\smuch)?\s(fürs|für\sdas|for)\s(zuschauen|zusehen|watching).*
    | (subtitles|captions)\sby\b.*
    | (sous\stitres|subtítulos|sottotitoli)\s(réalisés|realizados|creati)\b.*
    | .*\bamara\sorg\b.*
    | (please\s)?(like\sand\s)?subscribe(\sto\s(my|our|the)\schannel)?
    """,
    re.VERBOSE,
)
"""What subtitle makers write where nobody speaks, as `plain` gives it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word as an engine gives it: seconds from the start of its window, as yet unchecked."""

    start: float
    end: float
    text: str
    probability: float | None = None


def believed(heard: Sequence[Heard], window: Window) -> tuple[Word, ...]:
    """Return the words to count, with times in the whole sound.

    Parameters
    ----------
    heard
        What an engine gave for this window, in the order it was said.
    window
        Where it was heard; the words stay inside it.
    """
    said = [replace(word, text=word.text.strip()) for word in heard if plain(word.text)]
    placed = [
        replace(word, start=word.start + window.start, end=word.end + window.start) for word in without_loops(without_phrases(said))
    ]
    return tuple(_in_time([word for word in placed if _near(word, window.speech)], window))


def after(window: Window, words: Sequence[Word]) -> Window | None:
    """Return what of a window lies behind its last word, if somebody speaks there for `LEFT` seconds or more."""
    if not words:
        return None
    start = words[-1].end
    speech = tuple((max(a, start), b) for a, b in window.speech if b > start)
    if sum(b - a for a, b in speech) < LEFT:
        return None
    start = max(start, speech[0][0] - MARGIN)
    return Window(start, window.end, window.samples[round((start - window.start) * RATE) :], speech)


def plain(text: str) -> str:
    """Return what of a text can be compared: lower case, letters and digits; empty where it is punctuation only.

    >>> plain(" Straßenbahn, "), plain("…"), plain("Amara.org-Community")
    ('straßenbahn', '', 'amara org community')
    """
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def without_loops(words: Sequence[Heard]) -> list[Heard]:
    """Drop all rounds but the first where the same words come more than `ROUNDS` times in a row.

    >>> says = lambda text: [Heard(i, i + 1, word) for i, word in enumerate(text.split())]
    >>> [word.text for word in without_loops(says("und dann " * 9 + "war Schluss"))]
    ['und', 'dann', 'war', 'Schluss']
    """
    keys = [plain(word.text) for word in words]
    kept: list[Heard] = []
    at = 0
    while at < len(words):
        size, rounds = _loop(keys, at)
        kept += words[at : at + size]
        at += size * rounds
    return kept


def _loop(keys: Sequence[str], at: int) -> tuple[int, int]:
    """Return length and rounds of the loop that begins at a word; one word, one round where there is none."""
    for size in range(1, LONGEST_LOOP + 1):
        first, rounds = keys[at : at + size], 1
        while keys[at + rounds * size : at + (rounds + 1) * size] == first:
            rounds += 1
        if rounds > ROUNDS:
            return size, rounds
    return 1, 1


def without_phrases(words: Sequence[Heard]) -> list[Heard]:
    """Drop phrases of subtitle makers that stand alone.

    >>> says = lambda text: [Heard(i, i + 1, word) for i, word in enumerate(text.split())]
    >>> [word.text for word in without_phrases(says("Gut. Untertitelung des ZDF, 2020"))]
    ['Gut.']
    >>> [word.text for word in without_phrases(says("Wir brauchen Untertitel."))]
    ['Wir', 'brauchen', 'Untertitel.']
    """
    return [word for phrase in _phrases(words) if not _of_subtitles(phrase) for word in phrase]


def _phrases(words: Sequence[Heard]) -> Iterator[list[Heard]]:
    phrase: list[Heard] = []
    for word in words:
        if phrase and (word.start - phrase[-1].end >= ALONE or phrase[-1].text.endswith((".", "!", "?", "…"))):
            yield phrase
            phrase = []
        phrase.append(word)
    if phrase:
        yield phrase


def _of_subtitles(phrase: Sequence[Heard]) -> bool:
    return PHRASES.fullmatch(plain(" ".join(word.text for word in phrase))) is not None


def _near(word: Heard, speech: Sequence[Stretch]) -> bool:
    return any(word.start < end + FAR and word.end > start - FAR for start, end in speech)


def _in_time(words: Sequence[Heard], window: Window) -> Iterator[Word]:
    """Yield the words with times that can be: on speech, in order, inside the window, as long as their letters."""
    floor, ceiling = window.start, math.floor(1000 * window.end) / 1000  # a word rounds its times, never beyond the end
    opens = True
    for word in words:
        start, end = _drawn_in(word, window.speech)
        most = 0.6 + 0.12 * len(word.text)
        if end - start > most:  # a word smears into the pause beside it: before it opens a sentence, after any other
            start, end = (end - most, end) if opens else (start, start + most)
        start = min(max(start, floor), ceiling - SHORTEST)
        end = min(max(end, start + SHORTEST), ceiling)
        yield Word(start, end, word.text, None if word.probability is None else min(max(float(word.probability), 0), 1))
        floor = start
        opens = word.text.endswith((".", "!", "?", "…"))


def _drawn_in(word: Heard, speech: Sequence[Stretch]) -> Stretch:
    """Return the part of a word that lies on the stretch of speech it shares most with; all of it where none does."""
    start, end = max(speech, key=lambda stretch: min(word.end, stretch[1]) - max(word.start, stretch[0]))
    start, end = max(word.start, start - SLACK), min(word.end, end + SLACK)
    return (start, end) if start < end else (word.start, word.end)
