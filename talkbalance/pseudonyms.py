"""Names replaced by roles: "Agentur 1", "Kunde 2", in what was said as well, before a meeting is shown to others.

**Rule.** Every part of a speaker's name becomes that speaker's role, wherever it stands as a word of its own, in any case and in
the genitive; a title before it goes with it. In doubt it is replaced. A part that is an ordinary word too (Baum, Koch, Lang; Mark,
Will) has to be written with a capital, and stays where its neighbours show that the word is meant:

```
der Baum, ein alter Baum           an article before a noun                              stays
lang, mark, will                   small letters                                         stay
Will you send it? Mark the day.    first in a sentence, before a pronoun or an article   stays
Herr Baum, Will Lang, frag Baum    a title, another part of the name, anywhere else      becomes a role
```

Names of people who do not speak here are not replaced: nobody can know them all. Those that can be told by a title, by a common
given name or, in English, by a capital inside a sentence are returned, so that a person can look at them.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import Literal, get_args

import pandas as pd

from talkbalance.errors import InvalidParameter
from talkbalance.i18n import text
from talkbalance.language.words import LANGUAGES, Language, language_of, lexicon
from talkbalance.meeting import AGENCY, CLIENT, UNKNOWN, Meeting, Speaker, Utterance, Word, called, clock

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_ENDS = re.compile(r"[.?!…:;]")
_APART, _APART_AFTER_TITLE = re.compile(r"[\s\-]+"), re.compile(r"\.?\s+")
_GENITIVES = ("'s", "s")
_SHARP = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
Names = Literal["given", "roles"]
"""How people are called."""
NAMES = (
    *("speaker", "side", "to", "interrupter", "interrupted", "cut_off", "interrupter_side", "interrupted_side"),
    *("speaker_from", "speaker_to", "side_from", "side_to"),
)
"""Columns of tables that hold names."""
SAID = ("text", "words", "question")
"""Columns of tables that hold what was said."""
SHOWN = 80
"""Characters of what was said that are kept with a word in doubt."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """A word that may be a name and was left as it is.

    Parameters
    ----------
    word
        As it was first said.
    why
        "stranger": looks like the name of somebody who does not speak here. "kept": a speaker's name, here an ordinary word.
    n
        How often.
    start
        Seconds; None without times.
    quote
        What was said with it first.
    """

    word: str
    why: Literal["stranger", "kept"]
    n: int
    start: float | None
    quote: str

    def __str__(self) -> str:
        where = "times_untimed" if self.start is None else "times"
        return text(f"pseudonyms.{where}", word=self.word, n=self.n, at="" if self.start is None else clock(self.start))


@dataclass(frozen=True, slots=True)
class Pseudonymised:
    """A meeting without its names.

    Parameters
    ----------
    meeting
        The same speech and times; names, recording and the name of the source file are gone. Its identity stays.
    roles
        Each speaker's role. Whoever has these can undo it: keep them apart.
    unsure
        Words for a person to look at before the meeting is shown to others.
    """

    meeting: Meeting
    roles: Mapping[str, str]
    unsure: tuple[Unsure, ...]
    _replaced: Callable[[str], str]

    def to_check(self) -> str:
        """Say which words a person should look at, "" where there are none."""
        doubts = {why: ", ".join(str(entry) for entry in self.unsure if entry.why == why) for why in ("stranger", "kept")}
        said = [text(f"pseudonyms.{why}", words=words) for why, words in doubts.items() if words]
        return " ".join([text("pseudonyms.check"), *said]) if said else ""

    def table(self, found: pd.DataFrame) -> pd.DataFrame:
        """Return a table of the meeting with its names replaced: its figures are those of the named one, to the last digit."""
        named = {column: found[column].map(lambda name: self.roles.get(name, name)) for column in NAMES if column in found}
        named |= {column: found[column].map(self._replaced, na_action="ignore") for column in SAID if column in found}
        return found.assign(**{column: values.astype(found[column].dtype) for column, values in named.items()})


def pseudonymised(meeting: Meeting) -> Pseudonymised:
    """Replace the names of speakers by roles, in everything that was said too, in the language of messages.

    Parameters
    ----------
    meeting
        Sides decide the roles: agency, client, or person where nobody has said.

    Returns
    -------
    Pseudonymised
        The meeting, who has which role, and what could not be decided for certain.

    >>> talk = Meeting((Speaker("Eva Lang", "agency"), Speaker("Herr Baum", "client")),
    ...     (Utterance(0, 2, "Eva Lang", "Herr Baum, wie lang steht der Baum?"),), duration=3, language="de")
    >>> from talkbalance.i18n import set_language
    >>> set_language("de")
    >>> found = pseudonymised(talk)
    >>> found.meeting.utterances[0].speaker, found.meeting.utterances[0].text
    ('Agentur 1', 'Kunde 1, wie lang steht der Baum?')
    >>> [(entry.word, entry.why) for entry in found.unsure]
    [('Baum', 'kept')]
    >>> set_language(None)
    """
    roles = _roles(meeting)
    names = _Finder(meeting, roles)
    doubts: dict[tuple[str, str], Unsure] = {}
    utterances = tuple(_said(utterance, names, roles, doubts) for utterance in meeting.utterances)
    source, details = meeting.source, meeting.details
    stem = PurePath(source.file).name.partition(".")[0]
    return Pseudonymised(
        replace(
            meeting,
            speakers=tuple(Speaker(roles[speaker.name], speaker.side) for speaker in meeting.speakers),
            utterances=utterances,
            title="" if meeting.title == stem else names.replaced(meeting.title),
            recording=None,
            source=replace(source, file="", options=tuple((key, names.replaced(value)) for key, value in source.options)),
            details=replace(details, client="", consent=details.consent and names.replaced(details.consent)),
        ),
        roles,
        tuple(doubts.values()),
        names.replaced,
    )


def shown_as(meeting: Meeting, names: Names) -> Pseudonymised | None:
    """Return what stands for a meeting that is shown with roles, None where names are given.

    Raises
    ------
    InvalidParameter
        For another way to call people.
    """
    if names not in get_args(Names):
        raise InvalidParameter("parameter.choice", name="names", value=names, choices=", ".join(get_args(Names)))
    return pseudonymised(meeting) if names == "roles" else None


def _roles(meeting: Meeting) -> dict[str, str]:
    counts: dict[str, int] = {}
    roles = {}
    for speaker in meeting.speakers:
        kind = speaker.side if speaker.side in (AGENCY, CLIENT) else "person"
        if speaker.name == UNKNOWN:
            roles[speaker.name] = UNKNOWN
        else:
            counts[kind] = counts.get(kind, 0) + 1
            roles[speaker.name] = text(f"pseudonyms.{kind}", n=counts[kind])
    return roles


def _said(utterance: Utterance, names: "_Finder", roles: Mapping[str, str], doubts: dict[tuple[str, str], Unsure]) -> Utterance:
    """Return an utterance without names; what is in doubt is noted in `doubts`."""
    found = list(names.find(utterance.text))
    for place in found:
        if place.doubt is not None:
            key = _folded(place.word), place.doubt
            known = doubts.get(key)
            first = Unsure(place.word, place.doubt, 0, utterance.start, utterance.text[:SHOWN]) if known is None else known
            doubts[key] = replace(first, n=first.n + 1)
    return replace(called(utterance, roles), text=_put(utterance.text, found), words=_words(utterance.words, names))


def _words(words: Sequence[Word], names: "_Finder") -> tuple[Word, ...]:
    """Return words without names: those of one name become one word, from where it begins to where it ends."""
    pieces: list[tuple[int, int, Word]] = []
    for word in words:
        begin = pieces[-1][1] + 1 if pieces else 0
        pieces.append((begin, begin + len(word.text), word))
    for place in reversed(list(names.find(" ".join(word.text for word in words)))):
        if place.doubt is None:
            touched = [i for i, (begin, end, _) in enumerate(pieces) if begin < place.end and end > place.begin]
            (begin, _, first), (last_begin, end, last) = pieces[touched[0]], pieces[touched[-1]]
            written = first.text[: place.begin - begin] + place.role + last.text[place.end - last_begin :]
            one = replace(first, end=max(first.end, last.end), text=written)
            pieces[touched[0] : touched[-1] + 1] = [(begin, end, one)]
    return tuple(word for _, _, word in pieces)


# ---------------------------------------------------------------------------------------------------- finding names


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a name stands and what becomes of it; one in doubt stays."""

    begin: int
    end: int
    word: str
    role: str = ""
    doubt: Literal["stranger", "kept"] | None = None


def _put(said: str, places: Sequence[_Place]) -> str:
    for place in reversed(places):
        if place.doubt is None:
            said = said[: place.begin] + place.role + said[place.end :]
    return said


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of a text; `begins` says whether a sentence begins with it."""

    begin: int
    end: int
    text: str
    folded: str
    begins: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that are parts of one name: the place of the last of them, whose it can be, and an ending of the genitive."""

    last: int
    roles: tuple[str, ...]
    ending: str


class _Finder:
    """What the speakers of a meeting are called, and what of it are words of its language too."""

    def __init__(self, meeting: Meeting, roles: Mapping[str, str]) -> None:
        self.known = _known()
        spoken = language_of(meeting)
        self.languages: tuple[Language, ...] = LANGUAGES if spoken is None else (spoken,)
        self.english = spoken == "en"
        self.parts: dict[str, tuple[str, ...]] = {}
        for name, role in roles.items():
            parts = {_folded(part) for part in _TOKEN.findall(name) if name != UNKNOWN and len(part) > 1}
            for part in parts - self.known.no_names:
                self.parts[part] = (*self.parts.get(part, ()), role)

    def replaced(self, said: str) -> str:
        """Return a text without names."""
        return _put(said, list(self.find(said)))

    def find(self, said: str) -> Iterator[_Place]:
        """Yield every name in a text, and every word that may be one, in order."""
        tokens = _tokens(said)
        at = 0
        while at < len(tokens):
            name = self._after_titles(tokens, at, said)
            titled = name > at
            run = self._run(tokens, name, said, titled=titled)
            if run is not None:
                token, end = tokens[name], tokens[run.last].end
                certain = titled or run.last > name or self._is_name(tokens, name)
                role = text("pseudonyms.or").join(run.roles) + run.ending
                yield (
                    _Place(tokens[at].begin, end, token.text, role)
                    if certain
                    else _Place(token.begin, end, token.text, doubt="kept")
                )
                at = run.last + 1
                continue
            if name < len(tokens) and self._strange(tokens[name], titled=titled):
                yield _Place(tokens[name].begin, tokens[name].end, tokens[name].text, doubt="stranger")
            at = name + 1

    def _after_titles(self, tokens: Sequence[_Token], at: int, said: str) -> int:
        """Return the place of the first word after titles, or `at` where there are none."""
        name = at
        while name < len(tokens) and self.known.is_title(tokens[name].text):
            if name + 1 == len(tokens) or not _APART_AFTER_TITLE.fullmatch(said[tokens[name].end : tokens[name + 1].begin]):
                return at
            name += 1
        return name

    def _run(self, tokens: Sequence[_Token], first: int, said: str, *, titled: bool) -> _Run | None:
        """Return the parts of one name that begin at a word."""
        run: _Run | None = None
        for at in range(first, len(tokens)):
            if at > first and not _APART.fullmatch(said[tokens[at - 1].end : tokens[at].begin]):
                break
            if run is not None and tokens[at].folded in self.known.particles:
                continue
            roles, ending = self._whose(tokens[at], written_anyhow=titled or run is not None)
            roles = tuple(role for role in roles if run is None or role in run.roles)
            if not roles:
                break
            run = _Run(at, roles, ending)
            if ending:
                break
        return run

    def _whose(self, token: _Token, *, written_anyhow: bool) -> tuple[tuple[str, ...], str]:
        """Return whose name a word is part of, and its ending; an ordinary word has to be written as a name is."""
        for ending in ("", *_GENITIVES):
            part = token.folded.removesuffix(ending)
            if token.folded.endswith(ending) and part in self.parts:
                if token.capital or written_anyhow or not self._ordinary(part):
                    return self.parts[part], token.text[len(token.text) - len(ending) :]
                break
        return (), ""

    def _ordinary(self, word: str) -> bool:
        return any(word in self.known.ordinary[one] or word in lexicon(one).classes for one in self.languages)

    def _is_name(self, tokens: Sequence[_Token], at: int) -> bool:
        """Return whether a part of a name that stands alone is one here, though its word is an ordinary one too."""
        token = tokens[at]
        if not self._ordinary(token.folded):
            return True
        if any(token.folded in self.known.nouns[one] for one in self.languages):
            return not self._after_article(tokens, at)
        following = self._class(tokens[at + 1]) if at + 1 < len(tokens) and not tokens[at + 1].begins else ""
        return not (token.begins and following in ("article", "pronoun"))

    def _after_article(self, tokens: Sequence[_Token], at: int) -> bool:
        """Return whether an article stands before a word, or before the adjective that does."""
        if tokens[at].begins or at == 0:
            return False
        before = tokens[at - 1]
        if self._class(before) == "article" or before.folded in self.known.contracted:
            return True
        verb = self._class(before) or before.folded in self.known.saying
        adjective = before.folded.endswith(("e", "en", "er", "es", "em")) and not (verb or before.capital or before.begins)
        return adjective and at > 1 and self._class(tokens[at - 2]) == "article"

    def _class(self, token: _Token) -> str:
        return next((found for one in self.languages if (found := lexicon(one).classes.get(token.folded))), "")

    def _strange(self, token: _Token, *, titled: bool) -> bool:
        """Return whether a word looks like the name of somebody who does not speak here."""
        if not token.capital or token.folded in self.known.no_names:
            return False
        if titled:
            return True
        if token.folded in self.known.given:
            return not (token.begins and self._ordinary(token.folded))
        inside = not token.begins and not token.text.isupper() and not self._class(token)
        return self.english and inside and token.folded not in self.known.capitals


def _tokens(said: str) -> list[_Token]:
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(said):
        between = said[tokens[-1].end if tokens else 0 : found.start()]
        begins = not tokens or _SENTENCE_ENDS.search(between) is not None
        tokens.append(_Token(found.start(), found.end(), found.group(), _folded(found.group()), begins))
    return tokens


def _folded(word: str) -> str:
    """Return a word as names are compared: in small letters, "Müller" like "Mueller"."""
    return word.lower().replace("’", "'").translate(_SHARP)


# ---------------------------------------------------------------------------------------------------- what is known about names


@dataclass(frozen=True, slots=True)
class _Known:
    """The word lists of `pseudonyms.toml`, folded."""

    titles: frozenset[str]
    only_capital_titles: frozenset[str]
    particles: frozenset[str]
    no_names: frozenset[str]
    contracted: frozenset[str]
    saying: frozenset[str]
    ordinary: Mapping[Language, frozenset[str]]
    nouns: Mapping[Language, frozenset[str]]
    given: frozenset[str]
    capitals: frozenset[str]

    def is_title(self, word: str) -> bool:
        """Return whether a word is a title; "miss" is one with a capital only."""
        folded = _folded(word)
        return folded in self.titles and (folded not in self.only_capital_titles or word[0].isupper())


@cache
def _known() -> _Known:
    lists: dict[str, str] = tomllib.loads(resources.files("talkbalance").joinpath("pseudonyms.toml").read_text(encoding="utf-8"))
    capital = {name: frozenset(_folded(word) for word in words.split() if word[0].isupper()) for name, words in lists.items()}
    found = {name: frozenset(_folded(word) for word in words.split()) for name, words in lists.items()}
    return _Known(
        titles=found["titles"],
        only_capital_titles=capital["titles"],
        particles=found["particles"],
        no_names=found["titles"] | found["particles"] | found["nobody"],
        contracted=found["contracted"],
        saying=found["saying"],
        ordinary={one: found[f"ordinary_{one}"] for one in LANGUAGES},
        nouns={one: capital[f"ordinary_{one}"] for one in LANGUAGES},
        given=found["given"],
        capitals=found["capitals_en"],
    )
