"""Which voice said which word: word errors of what each speaker said.

Recordings of one channel with truth in words, and the packaged samples, heard as `transcribe` hears them. `cpWER` is the word error
rate of what each speaker said, speakers matched as well as they can be (meeteval). Two ways to give words to voices: each to the
voice that covers most of it, in overlaps to the one before; and as we do it, where besides the sentence that goes on in the other
voice began in it.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from unittest.mock import patch

import meeteval

from benchmarks.hearing import Case, cases, reference_words
from benchmarks.shared import ROOT, publish, table
from talkbalance.formats import read
from talkbalance.language import words
from talkbalance.meeting import UNKNOWN, Meeting, Utterance, Word
from talkbalance.pipeline import transcribe
from talkbalance.speech.attribution import attribute
from talkbalance.speech.backend import Span

SAMPLES = ("erstgespraech_de", "first_meeting_en")
Said = dict[str, str]
"""What each speaker said, one after the other."""


def truths() -> Iterator[tuple[str, Meeting, Said]]:
    """Yield recordings: their group, as heard, and who said what."""
    for name in SAMPLES:
        truth = read(ROOT / "samples" / f"{name}.meeting.json")
        heard = transcribe(ROOT / "samples" / f"{name}.mp3", language=name[-2:])
        yield "samples", heard, joined((u.speaker, u.text) for u in truth.utterances)
    for case in cases():
        if case.group in ("AMI", "simulated, mono") and len(reference_words(case)) > 10:
            yield case.group, transcribe(case.sound, language=case.language), of(case)


def of(case: Case) -> Said:
    """Return what each speaker of a recording said."""
    rows = reference_words(case)
    return joined(zip(rows["speaker"].astype(str), rows["text"].astype(str), strict=True))


def joined(said: Iterator[tuple[str, str]]) -> Said:
    found: dict[str, list[str]] = {}
    for speaker, text in said:
        found.setdefault(speaker, []).extend(words(text))
    return {speaker: " ".join(own) for speaker, own in found.items()}


def heard_words(meeting: Meeting) -> list[Word]:
    return sorted((word for u in meeting.utterances for word in u.words), key=lambda word: (word.start, word.end))


def given(meeting: Meeting) -> Sequence[Utterance]:
    """Give the words of a heard meeting to its voices once more."""
    spans = [Span(u.start or 0.0, u.end or 0.0, u.speaker) for u in meeting.utterances if u.speaker != UNKNOWN]
    return attribute(heard_words(meeting), spans)


def by_cover(meeting: Meeting) -> Sequence[Utterance]:
    with patch("talkbalance.speech.attribution._handed_over", lambda _, owners, __: owners):
        return given(meeting)


def main() -> None:
    warnings.simplefilter("ignore")
    ways: dict[str, Callable[[Meeting], Sequence[Utterance]]] = {"each word by itself": by_cover, "ours": given}
    errors: dict[tuple[str, str], list[int]] = {}
    for group, meeting, said in truths():
        for way, act in ways.items():
            found = joined((u.speaker, u.text) for u in act(meeting))
            rate = meeteval.wer.cp_word_error_rate(reference=said, hypothesis=found)
            counts = errors.setdefault((group, way), [0, 0])
            counts[0] += rate.errors
            counts[1] += rate.length
    rows = [(group, way, length, wrong / length) for (group, way), (wrong, length) in errors.items()]
    how = (__doc__ or "").partition("\n\n")[2].strip()
    shown = table(("recordings", "words given", "words", "cpWER"), rows)
    publish("attribution", "# Who said which word", "`python -m benchmarks.attribution`", how, shown)


if __name__ == "__main__":
    main()
