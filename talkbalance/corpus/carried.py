"""What a client keeps bringing up, and what was left open: words and quotes, carried from one meeting into the next.

All of it is read from the tables of a store. Only sides are named: the client said it, the agency took it up.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from math import log
from typing import Any

import pandas as pd

from talkbalance.corpus.store import Store
from talkbalance.errors import InvalidParameter
from talkbalance.frames import Schema, table
from talkbalance.language.background import COMMON, telling
from talkbalance.language.content import content_words, stem
from talkbalance.language.words import LANGUAGES, Language, words
from talkbalance.meeting import AGENCY, CLIENT

BROUGHT_UP: Schema = {
    "word": "str",
    "meetings": "int64",
    "times": "int64",
    "first": "datetime64[s]",
    "last": "datetime64[s]",
    "chances": "int64",
    "taken_up": "int64",
    "quote": "str",
}
CARRIED_OVER: Schema = {
    "kind": "str",
    "meeting": "str",
    "date": "datetime64[s]",
    "start": "float64",
    "side": "str",
    "text": "str",
    "next": "str",
    "taken_up": "boolean",
    "words": "str",
}
TELLING = 2.7
"""How much a word has to tell to be shown: "Preis" tells 2.8, "Woche" 2.4 (`language.background.telling`)."""

MOST_WORDS = 30
"""Words of a quote."""

_BETWEEN = re.compile(r"(?<=[.?!…])\s+")


@dataclass(frozen=True)
class _Held:
    """One meeting of a client, as far as its words go."""

    meeting: str
    date: pd.Timestamp
    language: Language
    client: Sequence[str]
    agency: Sequence[str]
    names: frozenset[str]

    @cached_property
    def of_client(self) -> Counter[str]:
        """How often the client says each telling word, by stem; nobody's own name."""
        return Counter(
            root for said in self.client for word in words(said) if (root := stem(word, self.language)) in self._telling(said)
        )

    def _telling(self, said: str) -> frozenset[str]:
        return frozenset(
            root
            for root in content_words(said, self.language)
            if telling(root, self.language) >= TELLING and root not in self.names | _plain(self.language)
        )

    @cached_property
    def of_agency(self) -> frozenset[str]:
        """The content words the agency says, by stem."""
        return frozenset().union(*(content_words(said, self.language) for said in self.agency))


def brought_up(store: Store, *, client: str, least: int = 2, most: int = 20) -> pd.DataFrame:
    """Return the words a client brings up in several meetings, and how often the agency spoke of them in the next one.

    Parameters
    ----------
    client
        As `Details.client` names it.
    least
        Meetings in which the client says a word, 2 by default.
    most
        Words.

    Returns
    -------
    DataFrame
        Those first that the client says most beyond what is usual in everyday language (log-likelihood; Dunning 1993). `word` as
        the client says it most; `meetings` and `times` it is said; `first` and `last` of them; `chances`: meetings after one in
        which the client had said it; `taken_up`: of these, those in which the agency says it; `quote`: the sentence in which it was
        said last.

    Raises
    ------
    InvalidParameter
        Where the store has no dated meeting of such a client.
    """
    held = _held(store, client)
    said: dict[str, list[int]] = {}
    for place, one in enumerate(held):
        for root in one.of_client:
            said.setdefault(root, []).append(place)
    often = [(root, places) for root, places in said.items() if len(places) >= least]
    length = sum(len(words(turn)) for one in held for turn in one.client)
    often.sort(key=lambda found: (-_beyond(found[0], found[1], held, length), found[0]))
    return table((_word(root, places, held) for root, places in often[:most]), BROUGHT_UP)


def _beyond(root: str, places: Sequence[int], held: Sequence[_Held], length: int) -> float:
    """Return how far beyond its usual frequency a word is said in so many words: twice the gain in log-likelihood."""
    times = sum(held[place].of_client[root] for place in places)
    usual = length * 10 ** (COMMON - telling(root, held[places[-1]].language)) / 1e9
    return 2 * times * log(times / usual)


def _word(root: str, places: Sequence[int], held: Sequence[_Held]) -> tuple[object, ...]:
    chances = [place + 1 for place in places if place + 1 < len(held)]
    taken = sum(root in held[place].of_agency for place in chances)
    last = held[places[-1]]
    forms = Counter(
        form
        for place in places
        for said in held[place].client
        for form in _forms(said)
        if stem(form.lower(), last.language) == root
    )
    quote = next(
        said for turn in reversed(last.client) for said in reversed(_parts(turn)) if root in content_words(said, last.language)
    )
    times = sum(held[place].of_client[root] for place in places)
    word = min(forms, key=lambda form: (-forms[form], form))
    return word, len(places), times, held[places[0]].date, last.date, len(chances), taken, quote


def _parts(turn: str) -> list[str]:
    """Return the sentences of a turn; one without marks is cut into pieces."""
    pieces = (said.split() for said in _BETWEEN.split(turn))
    return [" ".join(piece[at : at + MOST_WORDS]) for piece in pieces for at in range(0, len(piece), MOST_WORDS)]


def _forms(said: str) -> Iterator[str]:
    """Yield the words of a text as they were written."""
    lower = said.lower()
    for word in words(said):
        at = lower.find(word)
        yield said[at : at + len(word)] if at >= 0 else word


def carried_over(store: Store, *, client: str) -> pd.DataFrame:
    """Return what was left open between a client and the agency, as quotes: questions nobody answered, and promises.

    Parameters
    ----------
    client
        As `Details.client` names it.

    Returns
    -------
    DataFrame
        `kind` ("question": the client's that got no answer, but for a mere "right?"; "promise": what sounds like one, `promises`),
        `meeting`, `date`, `start` (s), `side`, `text`; `next`: the meeting after it; `taken_up`: whether the agency says a content
        word of it there, missing where there is no next meeting yet; `words`: which.

    Raises
    ------
    InvalidParameter
        Where the store has no dated meeting of such a client.
    """
    held = _held(store, client)
    places = {one.meeting: place for place, one in enumerate(held)}
    events = store.events(meetings=list(places))
    asked = (events["event"] == "question") & (events["side"] == CLIENT) & events["answered"].eq(False).fillna(value=False)
    promised = (events["event"] == "promise") & events["side"].isin((AGENCY, CLIENT))
    found = events[asked | promised]
    found = found.assign(place=found["meeting"].map(places)).sort_values(["place", "start"])
    rows = found.to_dict(orient="records")
    return table((_quote(row, held) for row in rows if row["event"] != "question" or _content(row, held)), CARRIED_OVER)


def _content(row: Mapping[Any, Any], held: Sequence[_Held]) -> frozenset[str]:
    """Return the stems of what a quote is about."""
    return content_words(str(row["text"]), held[int(row["place"])].language)


def _quote(row: Mapping[Any, Any], held: Sequence[_Held]) -> tuple[object, ...]:
    place = int(row["place"])
    own, after = held[place], held[place + 1] if place + 1 < len(held) else None
    roots = _content(row, held)
    common = sorted(roots & after.of_agency) if after else []
    taken = pd.NA if after is None or not roots else bool(common)
    said = ", ".join(form for form in _forms(str(row["text"])) if stem(form.lower(), own.language) in common)
    return (
        *(row["event"], own.meeting, own.date, row["start"], row["side"], row["text"]),
        *("" if after is None else after.meeting, taken, said),
    )


def _held(store: Store, client: str) -> list[_Held]:
    about = store.meetings()
    own = about[(about["client"] == client) & about["date"].notna()].sort_values(["date", "meeting"])
    if own.empty:
        raise InvalidParameter(
            "parameter.choice", name="client", value=client, choices=", ".join(sorted(set(about["client"]) - {""}))
        )
    turns = store.turns(meetings=own["meeting"].tolist())
    said = {(meeting, side): group["text"].tolist() for (meeting, side), group in turns.groupby(["meeting", "side"])}
    speakers = {str(meeting): group["speaker"].unique().tolist() for meeting, group in turns.groupby("meeting")}
    return [
        _Held(
            row["meeting"],
            row["date"],
            language,
            said.get((row["meeting"], CLIENT), []),
            said.get((row["meeting"], AGENCY), []),
            frozenset(stem(word, language) for name in speakers.get(row["meeting"], ()) for word in words(name)),
        )
        for row in own.to_dict(orient="records")
        if (language := _language(str(row["language"]))) is not None
    ]


@cache
def _plain(language: Language) -> frozenset[str]:
    """Return the stems of words that are nobody's subject."""
    content = resources.files("talkbalance.corpus").joinpath("carried.toml").read_text(encoding="utf-8")
    return frozenset(stem(word, language) for word in tomllib.loads(content)[language]["plain"].split())


@cache
def _language(code: str) -> Language | None:
    short = code.replace("_", "-").partition("-")[0].lower()
    return next((known for known in LANGUAGES if known == short), None)
