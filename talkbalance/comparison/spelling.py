"""The words of both: how they are spelled alike, and how many are wrong, left out or added."""

from collections.abc import Iterable, Iterator
from math import nan

from talkbalance.comparison.people import Both
from talkbalance.language import Language, words
from talkbalance.language.words import is_hum, lexicon
from talkbalance.meeting import Meeting


def normalised(said: str, language: Language | None) -> list[str]:
    """Return the words of a text as they are compared.

    **Definition.** Lower case, without punctuation and without the hyphens and apostrophes between letters ("E-Mail" is "email",
    "geht's" is "gehts"); ß is ss. Every hum is "mhm", however long somebody wrote it. Hesitations of the language ("äh", "uh") are
    left out, since most recognisers never write them. Numbers stay as they are written: "3" is not "drei".

    >>> normalised("Äh, die Größe, hmm: per E-Mail geht’s.", "de")
    ['die', 'grösse', 'mhm', 'per', 'email', 'gehts']
    """
    hesitations = lexicon(language).phrases["role_filler"] if language else frozenset()
    return [
        "mhm" if is_hum(word) else word.replace("-", "").replace("'", "").replace("ß", "ss")
        for word in words(said)
        if (word,) not in hesitations
    ]


def word_errors(both: Both) -> dict[str, float]:
    """Return the word error rate with its parts, and that of each speaker by themself."""
    names = ("wer", "wer_wrong", "wer_left_out", "wer_added", "wer_by_speaker")
    meetings = both.reference, both.hypothesis
    by_word = all(meeting.timed and all(u.words for u in meeting.utterances if u.text) for meeting in meetings)
    true, found = ([*_in_order(meeting, both.language, by_word=by_word)] for meeting in meetings)
    if not (true and found):
        return dict.fromkeys(names, nan)
    counts = edits([word for _, word in true], [word for _, word in found])
    people = {who for who, _ in (*true, *found)}
    apart = sum(sum(edits([w for who, w in true if who == one], [w for who, w in found if who == one])) for one in sorted(people))
    return {name: part / len(true) for name, part in zip(names, (sum(counts), *counts, apart), strict=True)}


def _in_order(meeting: Meeting, language: Language | None, *, by_word: bool) -> Iterator[tuple[str, str]]:
    """Yield who said which word, in the order of words where each has a time, else in that of utterances."""
    said = [(u.speaker, u.text) for u in meeting.utterances]
    if by_word:
        timed = sorted(((w.start, u.speaker, w.text) for u in meeting.utterances for w in u.words), key=lambda one: one[0])
        said = [(who, word) for _, who, word in timed]
    yield from ((who, word) for who, words_of in said for word in normalised(words_of, language))


def edits(reference: Iterable[str], hypothesis: Iterable[str]) -> tuple[int, int, int]:
    """Return how many words are wrong, left out and added, with as few of them as possible.

    >>> edits("der rosa Panda auf der Karte".split(), "der Panda an der Karte hier".split())
    (1, 1, 1)
    """
    from rapidfuzz.distance import Levenshtein

    kinds = [step.tag for step in Levenshtein.editops(list(reference), list(hypothesis))]
    return kinds.count("replace"), kinds.count("delete"), kinds.count("insert")
