"""How often what sounds like a promise is one: against people's labels in English; German is read, for nobody has labelled any.

Run with `python -m benchmarks.promises`. MRDA's tag `cc` is given to units in which somebody commits themself to do something; the
rule was improved on its training meetings, its validation meetings only measure. AMI's "offer" says that a speaker intends to do
something; nothing was taken from it.
"""

import re
from collections.abc import Iterable, Sequence

import pandas as pd
from scipy.stats import binomtest

from benchmarks.shared import data, publish, table
from talkbalance.corpus.promises import promised
from talkbalance.language import sentences
from talkbalance.meeting import Meeting, Source, Speaker, Utterance

COLUMNS = ("data", "units", "labelled", "found", "of these labelled", "precision", "recall")
FIRST = (
    ("MRDA train", 75518, 302, 171, 59),
    ("MRDA validation", 16508, 77, 46, 14),
    ("AMI, offers", 49745, 687, 122, 42),
)
"""What the first version of the rule found: a few verbs after `will`, `I'll`, `we'll`, `shall`, `going`, `let`."""
READ = """Not every promise was labelled. Of the 38 units of the validation meetings that were found and not labelled, 21 say,
as whoever wrote the rule read them, what their speaker will do (so 53 of 70 found would be right); the others speak of the talk
itself, of what would happen, or were cut off. In the training meetings "we'll" commits its speaker in 8 of 100 units, "I'll"
and "I will" in 36; so after "we" only verbs of doing something for others count. "I need to", "I have to", "I can" and "I
should" commit in 4 to 8 of 100 and are left out."""
NO_TRUTH = """Nobody has labelled promises in German, and neither of these is a client meeting: little is to be found here. They
were read while the rule was written. Of 43 sentences made up after its first version it found 13 of 20 promises, and 3 of 23
that only look like one; these too are now among the examples of `tests/corpus/test_promises.py`, which say what the rule is
meant to do and measure nothing."""
NO_SPEECH = re.compile(r"\[[^\]]*\]|\(\(.*?\)\)|[()]")
TAG = re.compile(r"[\^|:. ]")


def mrda(split: str) -> list[tuple[str, bool]]:
    """Return every labelled unit that has words, without marks, and whether it commits its speaker."""
    units = pd.read_csv(data("transcripts", "mrda", "mrda_units.csv.gz"), keep_default_na=False, dtype=str)
    units = units[(units["split"] == split) & (units["is_labelled"] == "1") & (units["text_without_punctuation"] != "")]
    return [(text, "cc" in TAG.split(tags)) for text, tags in zip(units["text_without_punctuation"], units["da"], strict=True)]


def ami() -> list[tuple[str, bool]]:
    """Return every dialogue act that has words and no question mark, and whether it is an offer."""
    acts = pd.read_csv(data("transcripts", "ami", "ami_dialogue_acts.csv.gz"), keep_default_na=False, dtype=str)
    said = [(NO_SPEECH.sub("", text).strip(), label == "off") for text, label in zip(acts["text"], acts["label"], strict=True)]
    return [(text, label) for text, label in said if text and not text.endswith("?")]


def _row(name: str, units: Sequence[tuple[str, bool]]) -> tuple[object, ...]:
    found = [label for text, label in units if promised(text, "en")]
    return _rates(name, len(units), sum(label for _, label in units), len(found), sum(found))


def _rates(name: str, units: int, labelled: int, found: int, hits: int) -> tuple[object, ...]:
    return name, units, labelled, found, hits, rate(hits, found), rate(hits, labelled)


def rate(part: int, whole: int) -> str:
    """Return a rate with its interval at 95 % (Wilson)."""
    if not whole:
        return "-"
    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return f"{part / whole:.2f} ({interval.low:.2f}-{interval.high:.2f})"


def german() -> Iterable[tuple[str, Meeting]]:
    """Yield the German transcripts: none of them is a client meeting."""
    for name, file in (("LNP232, podcast", "lnp232/lnp232.csv"), ("AnneWill, talk show", "AnneWill.csv")):
        rows = pd.read_csv(data("transcripts", "german_text", *file.split("/")), keep_default_na=False)
        said = [
            Utterance(None, None, str(speaker), NO_SPEECH.sub("", str(text)))
            for speaker, text in zip(rows["speaker"], rows["text"], strict=True)
        ]
        people = tuple(Speaker(name) for name in dict.fromkeys(u.speaker for u in said))
        yield name, Meeting(people, tuple(said), duration=None, language="de", source=Source(times="none"))


def _found(meeting: Meeting) -> tuple[int, int]:
    said = sentences(meeting, "de")
    return len(said), sum(one.mark != "?" and promised(one.text, "de") for one in said)


def main() -> None:
    """Measure and write the results."""
    publish(
        "promises",
        "# Promises\n\n`python -m benchmarks.promises`. What `talkbalance.corpus.promises` finds, unit by unit, without marks; 95 %"
        " intervals (Wilson). The rule was improved on MRDA's training meetings only.",
        table(
            COLUMNS,
            [
                _row("MRDA train", mrda("train")),
                _row("MRDA validation", mrda("val")),
                _row("AMI, offers", ami()),
                *(_rates(f"{name}, first version", *counts) for name, *counts in FIRST),
            ],
        ),
        READ,
        "## German",
        table(("data", "sentences", "found"), [(name, *_found(meeting)) for name, meeting in german()]),
        NO_TRUTH,
    )


if __name__ == "__main__":
    main()
