"""The rows a store holds of one meeting: what it is, every measure, every event, turns, and balance over time.

All tables begin with `meeting`, the identity, so that they join. `events` puts interruptions, questions, listener signals,
answering turns, markers and promises into one table: `event` says which, `kind` of which kind, and what only some events have is
missing in the others.
"""

import json
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import inf, nan
from pathlib import Path
from typing import Any, Self

import pandas as pd

from talkbalance.corpus.promises import promises
from talkbalance.errors import InvalidParameter, Unavailable, UnreadableFile
from talkbalance.formats.files import read_text
from talkbalance.frames import SPEAKING_TIME, SUMMARY, TURNS, Schema, columns, table
from talkbalance.i18n import LANGUAGES, Language, language, set_language
from talkbalance.meeting import Meeting
from talkbalance.metrics.interruptions import Rule, interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import questions
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.timing import STEP, WINDOW
from talkbalance.metrics.turntaking import turns
from talkbalance.metrics.uptake import markers, uptake
from talkbalance.summary import summary

MEETINGS: Schema = {
    "meeting": "str",
    "title": "str",
    "file": "str",
    "language": "str",
    "date": "datetime64[s]",
    "client": "str",
    "kind": "str",
    "mode": "str",
    "duration": "float64",
    "speakers": "int64",
    "sided": "bool",
    "times": "str",
    "overlap_observable": "bool",
    "by_machine": "bool",
    "corrections": "int64",
}
"""One row per meeting; `corrections` says how many people made."""
EVENTS: Schema = {
    "meeting": "str",
    "event": "str",
    "start": "float64",
    "end": "float64",
    "speaker": "str",
    "side": "str",
    "to": "str",
    "to_side": "str",
    "kind": "str",
    "text": "str",
    "words": "str",
    "confidence": "float64",
    "overlap": "float64",
    "uptake": "float64",
    "resumed": "boolean",
    "open": "boolean",
    "why": "boolean",
    "follow_up": "boolean",
    "answered": "boolean",
}
SCHEMAS: Mapping[str, Schema] = {
    "meetings": MEETINGS,
    "summary": SUMMARY,
    "events": EVENTS,
    "turns": {"meeting": "str", **TURNS},
    "windows": {"meeting": "str", "side": "str", **SPEAKING_TIME},
    "sources": {"meeting": "str", "source": "str"},
}
"""The tables of a store; `sources` has the hash of all that a meeting was made from, so that none is measured twice."""

PACKAGES = ("talkbalance", "numpy", "pandas", "scipy", "pyarrow")
"""Whose releases decide about the last digit of a figure, and about the bytes of a table."""
_MARK = "talkbalance_settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides about the figures of a store, beside the meetings: the same settings give the same tables.

    Parameters
    ----------
    runs, seed, meaning
        As in `summary`.
    window, step
        Seconds of the windows of `windows`, 150 and 30 (ConvoKit's).
    rule, min_overlap, interruption_threshold
        Which `interruptions` stand among the events.
    question_threshold, punctuation
        Which `questions` do.
    signal_threshold
        Which `backchannels` do.
    language
        Of the sentences in `reason`, "de" or "en".
    """

    runs: int = 200
    seed: int = 0
    meaning: bool = False
    window: float = WINDOW
    step: float = STEP
    rule: Rule = "likely"
    min_overlap: float = 0.3
    interruption_threshold: float = 0.5
    question_threshold: float = 0.5
    punctuation: bool = True
    signal_threshold: float = 0.5
    language: Language = "en"

    def __post_init__(self) -> None:
        if self.runs < 0:
            raise InvalidParameter("parameter.range", name="runs", value=self.runs, low=0, high=inf)
        if self.language not in LANGUAGES:
            raise InvalidParameter("parameter.choice", name="language", value=self.language, choices=", ".join(LANGUAGES))

    @classmethod
    def usual(cls, *, runs: int = 200) -> Self:
        """Return the defaults, sentences in the language of messages."""
        return cls(runs=runs, language=language())

    @classmethod
    def frozen(cls, path: Path) -> Self:
        """Return the settings of a file that `freeze` wrote.

        Raises
        ------
        UnreadableFile
            Where it is no such file, or names a setting that there is not.
        """
        try:
            return cls(**json.loads(read_text(path))["settings"])
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableFile("corpus.no_settings", file=path.name, why=error) from None

    def document(self) -> dict[str, Any]:
        """Return them as plain JSON values, with the releases that made the figures."""
        return {_MARK: 1, "settings": asdict(self), "versions": {package: version(package) for package in PACKAGES}}

    def freeze(self) -> str:
        """Return the content of a settings file; `talkbalance batch --settings FILE` gives the same tables again."""
        return json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"


def tables_of(meeting: Meeting, identity: str, *, settings: Settings, source: str = "") -> dict[str, pd.DataFrame]:
    """Return every table of one meeting.

    Parameters
    ----------
    identity
        What `meeting` is in every row.
    source
        Hash of what the meeting was made from.
    """
    return copy_context().run(_tables, meeting, identity, settings, source)


def _tables(meeting: Meeting, identity: str, settings: Settings, source: str) -> dict[str, pd.DataFrame]:
    set_language(settings.language)  # in this context alone
    measured = summary(meeting, runs=settings.runs, seed=settings.seed, meaning=settings.meaning)
    return {
        "meetings": table([_about(meeting, identity)], MEETINGS),
        "summary": _beginning_with(identity, measured, "summary"),
        "events": _events(meeting, identity, settings),
        "turns": _beginning_with(identity, turns(meeting), "turns"),
        "windows": _windows(meeting, identity, settings),
        "sources": table([(identity, source)], SCHEMAS["sources"]),
    }


def _about(meeting: Meeting, identity: str) -> tuple[object, ...]:
    details, made = meeting.details, meeting.source
    return (
        *(identity, meeting.title, made.file, meeting.language),
        *(pd.NaT if details.date is None else pd.Timestamp(details.date), details.client, details.kind, details.mode),
        *(nan if meeting.duration is None else meeting.duration, len(meeting.speakers), meeting.sided),
        *(made.times, meeting.overlap_observable, bool(made.models), int(dict(made.options).get("corrections", "0"))),
    )


def _beginning_with(identity: str, found: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table with the meeting before its own columns."""
    own = {column: found[column] for column in SCHEMAS[name] if column != "meeting"}
    return pd.DataFrame({"meeting": pd.Series([identity] * len(found), dtype="str"), **own})


def _windows(meeting: Meeting, identity: str, settings: Settings) -> pd.DataFrame:
    try:
        found = speaking_time(meeting, window=settings.window, step=settings.step)
    except Unavailable:
        return table([], SCHEMAS["windows"])
    return _beginning_with(identity, found, "windows")


def _events(meeting: Meeting, identity: str, settings: Settings) -> pd.DataFrame:
    """Return all events of a meeting, each kind in order of time; what cannot be told of this meeting has none."""
    values: dict[str, list[object]] = {name: [] for name in EVENTS}
    for event, find in FINDERS.items():
        try:
            found = find(meeting, settings)
        except Unavailable:
            continue
        n = len(found)
        known = {name: found[name].tolist() for name in EVENTS if name in found}
        known |= {"meeting": [identity] * n, "event": [event] * n}
        for name in EVENTS:
            values[name] += known[name] if name in known else [_nothing(name)] * n
    return columns(list(values.values()), EVENTS)


def _nothing(column: str) -> object:
    return {"float64": nan, "boolean": pd.NA}.get(EVENTS[column], "")


def _interruptions(meeting: Meeting, settings: Settings) -> pd.DataFrame:
    found = interruptions(meeting, rule=settings.rule, min_overlap=settings.min_overlap, threshold=settings.interruption_threshold)
    names = {"interrupter": "speaker", "interrupter_side": "side", "interrupted": "to", "interrupted_side": "to_side"}
    return found.rename(columns=names)


def _questions(meeting: Meeting, settings: Settings) -> pd.DataFrame:
    return questions(meeting, threshold=settings.question_threshold, punctuation=settings.punctuation)


def _signals(meeting: Meeting, settings: Settings) -> pd.DataFrame:
    found = backchannels(meeting, threshold=settings.signal_threshold)
    sides = found["to"].map({speaker.name: meeting.side_of(speaker.name) for speaker in meeting.speakers})
    return found.assign(to_side=sides.fillna("").astype("str"), to=found["to"].fillna(""))


def _answers(meeting: Meeting, settings: Settings) -> pd.DataFrame:
    return uptake(meeting, meaning=settings.meaning)


def _markers(meeting: Meeting, settings: Settings) -> pd.DataFrame:
    del settings
    return markers(meeting)


def _promises(meeting: Meeting, settings: Settings) -> pd.DataFrame:
    del settings
    return promises(meeting)


FINDERS: Mapping[str, Callable[[Meeting, Settings], pd.DataFrame]] = {
    "interruption": _interruptions,
    "question": _questions,
    "backchannel": _signals,
    "answer": _answers,
    "marker": _markers,
    "promise": _promises,
}
"""By event what finds it."""
