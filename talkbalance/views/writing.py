"""Figures, times and names as people of the user's language write them."""

import datetime
from collections.abc import Callable, Mapping
from contextvars import copy_context
from math import isnan
from typing import Any, TypeVar

import pandas as pd

from talkbalance.i18n import Language, language, set_language, text
from talkbalance.meeting import AGENCY, CLIENT, Meeting, clock
from talkbalance.uncertainty import source_of

Made = TypeVar("Made")

NOTHING = "–"
"""Stands where there is no value: never 0."""

SURE, LIKELY, RATHER = 0.8, 0.65, 0.5
"""Least probabilities of the words we put on them."""


def written_in(chosen: Language | None, make: Callable[[], Made]) -> Made:
    """Return what `make` writes in a language, None for that of messages; nobody else's language changes."""
    context = copy_context()
    context.run(set_language, chosen or language())
    return context.run(make)


def number(value: float, digits: int = 0) -> str:
    """Write a number with the language's decimal sign; what rounds to nothing has no sign.

    >>> number(-0.04, 1)
    '0.0'
    """
    written = f"{value:z.{digits}f}"
    return written.replace(".", ",") if language() == "de" else written


def plain(value: float) -> str:
    """Write a number with the digits it has: 0.3, 1."""
    written = f"{value:g}"
    return written.replace(".", ",") if language() == "de" else written


def one_line(said: str) -> str:
    """Return a text without line breaks and control signs: transcripts come from anywhere."""
    return "".join(sign for sign in " ".join(said.split()) if sign.isprintable())


def percent(value: float) -> str:
    """Write a part of 1 in percent; German puts a (narrow, unbreakable) space before the sign."""
    return f"{100 * value:.0f}" + _percent_sign()


def _percent_sign() -> str:
    return "\u202f%" if language() == "de" else "%"


def figure(value: float, unit: str) -> str:
    """Write a value of the summary: shares in percent, seconds as a clock, rates with two digits."""
    if isnan(value):
        return NOTHING
    if unit == "0-1":
        return percent(value)
    if unit == "s":
        return clock(value)
    return number(value, 2 if unit == "1/min" else 0)


def interval(low: float, high: float, unit: str) -> str:
    """Write an interval without its brackets; "" where there is none, and where nothing is in doubt."""
    if isnan(low) or isnan(high) or low == high:
        return ""
    first = f"{100 * low:.0f}" if unit == "0-1" else figure(low, unit)
    return f"{first}{text('signs.to') if low < 0 else '–'}{figure(high, unit)}"


SECONDS = ("response_time", "turn_length", "longest_silence")
"""Measures of so few seconds that tenths count."""
QUOTIENTS = ("turn_length_asymmetry", "reflection_question_ratio")


def written(value: float, measure: str, unit: str) -> str:
    """Write a value as its measure is read: short times in seconds with tenths, quotients with two digits."""
    if not isnan(value) and measure in SECONDS:
        return f"{number(value, 1)}\u00a0s"
    return number(value, 2) if not isnan(value) and measure in QUOTIENTS else figure(value, unit)


def figure_of(row: Mapping[Any, Any]) -> tuple[str, str]:
    """Return the value and the interval of a row of the summary, written."""
    measure, unit, low, high = row["measure"], row["unit"], row["low"], row["high"]
    value = written(row["value"], measure, unit)
    if measure not in (*SECONDS, *QUOTIENTS) or isnan(low) or isnan(high):
        return value, interval(low, high, unit)
    return (
        value,
        f"{number(low, 2 if measure in QUOTIENTS else 1)}{text('signs.to') if low < 0 else '–'}{written(high, measure, unit)}",
    )


def unit_of(measure: str, unit: str) -> str:
    """Say in a word what a measure is counted in."""
    if measure in SECONDS or measure in QUOTIENTS:
        return text("signs.unit_seconds" if measure in SECONDS else "signs.unit_quotient")
    return text({"s": "signs.unit_clock", "0-1": "signs.unit_share", "1/min": "signs.unit_rate"}.get(unit, "signs.unit_count"))


def doubt(measured: pd.DataFrame) -> str:
    """Say which doubt makes the share and the difference of interruptions uncertain, where a machine heard; else ""."""
    said = []
    for measure in ("share", "interruption_asymmetry"):
        row = measured[measured["measure"] == measure].iloc[0]
        if row["high_heard"] > row["low_heard"]:
            source = source_of((row["low_heard"], row["high_heard"]), (row["low_observed"], row["high_observed"]))
            said.append(text(f"signs.more_{source}", name=text(f"measures.{measure}")))
    return " ".join(said)


def changes(meeting: Meeting) -> list[str]:
    """Say what people changed in a meeting: corrections, and stretches that do not count."""
    said = []
    if number := dict(meeting.source.options).get("corrections"):
        said.append(text("report.corrected", n=number))
    if meeting.left_out:
        stretches = ", ".join(f"{clock(start)}–{clock(end)}" for start, end in meeting.left_out)
        said.append(text("report.left_out", time=clock(meeting.length - meeting.counted), stretches=stretches))
    return said


def confidence(probability: float) -> str:
    """Say a probability in words, the figure behind it."""
    steps = (("sure", SURE), ("likely", LIKELY), ("rather", RATHER))
    word = next((name for name, least in steps if probability >= least), "doubtful")
    return f"{text(f'explain.{word}')} ({percent(probability)})"


def side_name(side: str) -> str:
    """Return a side in the user's language; a person is their own side."""
    return text(f"measures.{side}") if side in (AGENCY, CLIENT) else side


def person(meeting: Meeting, name: str) -> str:
    """Return a name with its side, where one is named and the name does not say it, as a role does."""
    side = meeting.side_of(name)
    return name if side == name or name.startswith(f"{side_name(side)} ") else f"{name} ({side_name(side)})"


def day(date: datetime.date) -> str:
    """Write a date with the month's name.

    >>> from talkbalance.i18n import set_language
    >>> set_language("de")
    >>> day(datetime.date(2026, 3, 2))
    '2. März 2026'
    >>> set_language(None)
    """
    month = text("report.months").split()[date.month - 1]
    return f"{date.day}{'.' if language() == 'de' else ''} {month} {date.year}"


def spoken_language(code: str | None) -> str:
    """Return the name of a language we know, else its code."""
    known = {"de": "report.german", "en": "report.english"}
    short = (code or "").replace("_", "-").partition("-")[0].lower()
    return text(known[short]) if short in known else code or NOTHING


def question_kinds(row: Mapping[str, Any]) -> list[str]:
    """Return what is known about a question, in words; what is not known is not said."""
    said = [text(f"explain.kind_{row['kind']}")] if row["kind"] else []
    said += [text(f"explain.{name}") for name in ("open", "why", "follow_up") if row[name]]
    if row["answered"] is not None:
        said.append(text("explain.answered" if row["answered"] else "explain.unanswered"))
    return said
