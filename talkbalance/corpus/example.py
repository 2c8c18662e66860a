"""A made-up relationship to try things on: one client over a year and a half, and some meetings with three others.

At first the agency talks, asks little and cuts in; from the sixth meeting on it asks and listens. The same language gives the same
meetings. Nobody ever said any of this, and no figure of it says anything about anybody.
"""

import datetime
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import Settings
from talkbalance.i18n import Language, language
from talkbalance.meeting import AGENCY, CLIENT, Details, Meeting, Source, Speaker, Utterance, milliseconds

MEETINGS, TURNING = 10, 5
"""Meetings with the first client, and how many of them come before the agency begins to listen."""
OTHERS = 3
"""Meetings with each other client."""
FIRST = datetime.date(2025, 2, 3)
EVERY = 49
"""Days between two meetings."""
EXCHANGES = 22
SIGNS_A_SECOND = 15.0
"""How fast people speak."""
RUNS = 40

Lines = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How an agency listens: the chances that it holds forth, asks, that a question is open, and that it cuts in."""

    holds_forth: float
    asks: float
    opens: float
    cuts_in: float


TALKING, LISTENING = Manner(0.6, 0.25, 0.3, 0.35), Manner(0.2, 0.55, 0.7, 0.08)


def example(folder: str | Path, *, chosen: Language | None = None) -> Store:
    """Fill a new store with the made-up meetings and return it.

    Parameters
    ----------
    folder
        Where it shall lie.
    chosen
        What people speak, "de" or "en"; by default the language of messages.
    """
    spoken = chosen or language()
    store = open_store(folder, settings=Settings(runs=RUNS, language=spoken))
    for meeting in meetings(spoken):
        store.put(meeting)
    store.settle()
    return store


def meetings(spoken: Language) -> Iterator[Meeting]:
    """Yield the made-up meetings."""
    first, *others = _lines(spoken)["clients"]
    for place in range(MEETINGS):
        yield _meeting(spoken, first, place, TALKING if place < TURNING else LISTENING)
    for number, client in enumerate(others, 1):
        for place in range(OTHERS):
            yield _meeting(spoken, client, place + number, Manner(0.4, 0.4, 0.45, 0.15))


def _meeting(spoken: Language, client: str, place: int, manner: Manner) -> Meeting:
    luck = random.Random(f"{client} {place}")  # noqa: S311 -- meetings, no secrets
    lines = _lines(spoken)
    people = (Speaker(str(lines["agency"]), AGENCY), Speaker(str(lines["client"]), CLIENT))
    said = tuple(_said(luck, lines, manner, *(speaker.name for speaker in people)))
    day = FIRST + datetime.timedelta(days=EVERY * place + luck.randrange(-6, 7))
    about = Details(date=day, client=client, kind="briefing", mode="remote")
    title = f"{client} {place + 1}"
    source = Source(f"{title}.vtt", "webvtt", "utterance", overlap_observable=True)
    return Meeting(people, said, max(u.end or 0 for u in said) + 1, title, spoken, source, details=about)


def _said(luck: random.Random, lines: Lines, manner: Manner, agency: str, client: str) -> Iterator[Utterance]:
    """Yield what is said: the client, then the agency, which may cut in; somebody signals now and then that they listen."""
    now = 0.5
    for _ in range(EXCHANGES):
        told = " ".join(luck.sample(list(lines["themes"]), luck.choice((1, 1, 2))))
        asked = luck.random() < 0.2
        if asked:
            told = luck.choice(lines["asks"])
        end = now + len(told) / SIGNS_A_SECOND
        cuts = luck.random() < manner.cuts_in
        if cuts:
            words = told.split()
            told = " ".join(words[: max(3, len(words) * 2 // 3)])
        yield Utterance(now, end, client, told)
        if luck.random() < (0.5 if manner is LISTENING else 0.2) and end - now > 2.5:
            middle = now + (end - now) / 2
            yield Utterance(middle, middle + 0.4, agency, luck.choice(lines["signals"]))
        start = end - 0.5 if cuts else end + max(0.05, luck.gauss(0.5, 0.25))
        evades = asked and luck.random() < manner.cuts_in
        answer = luck.choice(lines["closed"]) if evades else _answer(luck, lines, manner)
        now = milliseconds(start + len(answer) / SIGNS_A_SECOND)
        yield Utterance(start, now, agency, answer)
        now += max(0.1, luck.gauss(0.7, 0.3))


def _answer(luck: random.Random, lines: Lines, manner: Manner) -> str:
    said = [luck.choice(lines["long" if luck.random() < manner.holds_forth else "short"])]
    if luck.random() < manner.asks:
        said.append(luck.choice(lines["open" if luck.random() < manner.opens else "closed"]))
    elif luck.random() < 0.08:
        said.append(luck.choice(lines["promise"]))
    return " ".join(said)


@cache
def _lines(spoken: Language) -> Lines:
    content = resources.files("talkbalance.corpus").joinpath("example.toml").read_text(encoding="utf-8")
    found: Lines = tomllib.loads(content)[spoken]
    return found
