"""Read the scripts in `scripts/`: who says what, who comes in where, who is cut off.

A script is a TOML head (title, language, seed, speakers with their voices), a line `---`, and one line per turn:

```
Eva: Guten Morgen, Herr Baum. Haben Sie gut zu uns gefunden? [polar]
Baum > 0.6: Ja, danke.                              0.6 s after the turn before has ended
Baum: Unsere Kunden sagen, dass sie // uns mögen.   stops at //; what follows is never heard
Eva < 0.8: Ja, das höre ich oft. {Baum: mhm} Aber   0.8 s before the turn before ends: it is cut off
    {Baum tries: Darf ich // kurz} ...              a failed attempt at this word, a listener signal there
```

`//` inside a word leaves a cut-off word. `[...]` after a sentence says what it is: the kind of a question, `unanswered`,
`reflection`, `dismissal`.
"""

import datetime
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TURN = re.compile(r"^(\w+)\s*(?:([<>])\s*([\d.]+))?:\s*(.+)$")
_INSET = re.compile(r"^(\w+)( tries)?:\s*(.+)$")
_PIECE = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\S+")
QUESTION_KINDS = frozenset({"wh", "polar", "alternative", "declarative", "tag", "rhetorical"})
TAGS = QUESTION_KINDS | {"unanswered", "reflection", "dismissal"}
CUT = "//"


@dataclass
class Sentence:
    """One sentence: the words that are heard, what would have followed, and who comes in at which word."""

    words: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    cut: bool = False
    tail: str = ""
    """The unheard end of the last word, where the cut lies inside it."""
    tags: tuple[str, ...] = ()
    insets: list[tuple[int, "Inset"]] = field(default_factory=list)

    @property
    def whole(self) -> str:
        """What the voice is given, the unheard end included: only so the melody is that of a sentence going on."""
        heard = " ".join(self.words) + self.tail
        return " ".join([heard, *self.rest])

    @property
    def text(self) -> str:
        """What is heard."""
        return " ".join(self.words) + ("-" if self.tail else "")


@dataclass(frozen=True)
class Inset:
    """Somebody speaks up inside the other's turn: a listener signal, or an attempt that fails."""

    speaker: str
    tries: bool
    sentence: Sentence


@dataclass(frozen=True)
class Turn:
    """One line of the script; `gap` is the silence before it, negative where it starts into the turn before."""

    speaker: str
    gap: float | None
    sentences: tuple[Sentence, ...]

    @property
    def cut(self) -> bool:
        """Whether it stops unfinished."""
        return self.sentences[-1].cut


@dataclass(frozen=True)
class Person:
    """A speaker: full name, side, the voice's settings and the microphone's."""

    name: str
    side: str
    voice: dict[str, Any]
    microphone: dict[str, float]


@dataclass(frozen=True)
class Script:
    """A whole meeting as it was planned."""

    stem: str
    title: str
    language: str
    date: datetime.date
    seed: int
    people: dict[str, Person]
    turns: tuple[Turn, ...]


def read(path: Path) -> Script:
    """Read one script; raises ValueError with file and line where it cannot be understood."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    settings = tomllib.loads(head)
    people = {
        key: Person(who["name"], who["side"], who["voice"], who.get("microphone", {})) for key, who in settings["speakers"].items()
    }
    first = head.count("\n") + 3
    turns = []
    for number, line in enumerate(body.splitlines(), first):
        if not line.strip():
            continue
        match = _TURN.match(line)
        if match is None or match[1] not in people:
            raise ValueError(f"{path.name}, line {number}: no turn of {', '.join(people)}: {line[:60]}")
        gap = float(match[3]) * (-1 if match[2] == "<" else 1) if match[2] else None
        turns.append(Turn(match[1], gap, tuple(_sentences(match[4]))))
    return Script(path.stem, settings["title"], settings["language"], settings["date"], settings["seed"], people, tuple(turns))


def _sentences(text: str) -> Iterator[Sentence]:
    """Cut a turn into sentences; what stands in brackets belongs to the one before, in braces to the word after."""
    sentence = Sentence()
    done: list[Sentence] = []
    waiting: list[Inset] = []
    for piece in _PIECE.findall(text):
        if piece.startswith("{"):
            waiting.append(_inset(piece[1:-1]))
            continue
        if piece.startswith("["):
            tags = tuple(piece[1:-1].split())
            if unknown := set(tags) - TAGS:
                raise ValueError(f"unknown tags {sorted(unknown)} in: {text[:60]}")
            done[-1].tags = tags
            continue
        sentence.insets += [(len(sentence.words), inset) for inset in waiting]
        waiting = []
        _add(sentence, piece)
        if piece[-1] in ".?!":
            done.append(sentence)
            sentence = Sentence()
    if sentence.words:
        done.append(sentence)
    yield from done


def _add(sentence: Sentence, piece: str) -> None:
    if sentence.cut:
        sentence.rest.append(piece)
    elif piece == CUT:
        sentence.cut = True
    elif CUT in piece:
        heard, _, sentence.tail = piece.partition(CUT)
        sentence.words.append(heard)
        sentence.cut = True
    else:
        sentence.words.append(piece)


def _inset(text: str) -> Inset:
    match = _INSET.match(text)
    if match is None:
        raise ValueError(f"no listener signal or attempt: {text}")
    (sentence,) = _sentences(match[3])
    return Inset(match[1], bool(match[2]), sentence)
