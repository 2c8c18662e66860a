"""Four ways to find what gives back, none of them made on AnnoMI: used by `python -m benchmarks.annomi`.

MRDA has a kin of reflections: units that sum up what another said (`bs`), check whether it was understood (`bu`), or repeat it
(`m`).
On its training meetings the third and fourth way are fitted, on its validation meetings all are compared.

- phrases: what `tb.markers` counts, sentences that begin with words that give back;
- form: statements about the other ("you" among the first words) that take up a telling word of what the other just said, without
  advice, after MITI 4;
- meaning: statements whose meaning is close to what the other just said;
- trees: boosted trees over roles of words, uptake, persons, lengths and whether it asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import f1_score, roc_auc_score

from benchmarks import mrda
from talkbalance.language import Language, Sentence, content_words, question, words
from talkbalance.language.background import telling
from talkbalance.language.content import stem
from talkbalance.language.meaning import similarities
from talkbalance.language.words import ROLES, lexicon, role
from talkbalance.metrics.uptake import kind_of

Floats = NDArray[np.float64]

KIN = frozenset(("bs", "bu", "m"))
BEFORE = 40
"""Words of what the other just said that count."""
FEWEST = 4
"""Fewest words of a statement that gives back."""
FIRST = 5
"""Words among which the other is spoken of."""
SOME = 4
"""Every how many validation meetings one is used, and of the training meetings, of which four times as many are left out, to choose
limits: meaning takes half a minute a meeting."""
YOU = frozenset(["you", "you're", "you've", "you'd", "you'll", "your", "yourself"])
I_AND_WE = frozenset(["i", "i'm", "i've", "i'd", "i'll", "my", "me", "we", "we're", "we've", "we'd", "we'll", "our", "us"])


@dataclass(frozen=True)
class Said:
    """A sentence, and what another said before it."""

    before: str
    text: str
    mark: bool = False


def asks(said: Said, language: Language = "en") -> float:
    """Return how likely a sentence asks, a tag left aside."""
    asked = question(said.text, language, marked=said.mark)
    return 0.0 if asked is None or asked.kind == "tag" else asked.confidence


def by_phrases(said: Sequence[Said]) -> Floats:
    """Return 1 for what `tb.markers` calls a reflection."""
    sentences = (Sentence("", None, None, one.text, "?" if one.mark else "", 0) for one in said)
    return np.array([kind_of(sentence, "en") == "reflection" for sentence in sentences], float)


def by_form(said: Sequence[Said]) -> Floats:
    """Return 1 for statements about the other that take up a word of theirs and do not advise."""
    return np.array([_form(one) for one in said], float)


def _form(one: Said) -> bool:
    found = words(one.text)
    advice = lexicon("en").words("advising")
    about = not YOU.isdisjoint(found[:FIRST]) and I_AND_WE.isdisjoint(found[:2])
    taken = content_words(one.text, "en") & content_words(_end(one.before), "en")
    return len(found) >= FEWEST and about and advice.isdisjoint(found) and bool(taken) and asks(one) < 0.5


def by_meaning(said: Sequence[Said]) -> Floats:
    """Return how close statements are in meaning to what was said before; -1 for anything else."""
    at = [i for i, one in enumerate(said) if len(words(one.text)) >= FEWEST and one.before and asks(one) < 0.5]
    close = np.full(len(said), -1.0)
    close[at] = similarities([(_end(said[i].before), said[i].text) for i in at])
    return close


def by_trees(said: Sequence[Said]) -> Floats:
    """Return the probability that trees fitted on MRDA give."""
    found: Floats = _trees().predict_proba(rows(said))[:, 1]
    return found


def _end(text: str) -> str:
    return " ".join(text.split()[-BEFORE:])


def rows(said: Sequence[Said]) -> Floats:
    """Return closed features of sentences."""
    return np.array([_row(one) for one in said], float)


def _row(one: Said) -> tuple[float, ...]:
    found, before = words(one.text), words(_end(one.before))
    weights = {stem(word, "en"): telling(word, "en") for word in before}
    own = {stem(word, "en") for word in found}
    taken = sum(weights[word] for word in weights.keys() & own)
    shared = content_words(one.text, "en") & content_words(_end(one.before), "en")
    return (
        *(ROLES.index(role(found, at, "en")) for at in (0, 1, 2, 3, -1)),
        *(len(found), len(before), taken, taken / max(1e-9, sum(weights.values())), len(shared)),
        *(sum(word in YOU for word in found), sum(word in I_AND_WE for word in found)),
        *(not YOU.isdisjoint(found[:FIRST]), not I_AND_WE.isdisjoint(found[:FIRST])),
        *(not lexicon("en").words("advising").isdisjoint(found), asks(one)),
        len(own & set(weights)) / max(1, len(own)),
    )


def labelled(split: str) -> Iterator[tuple[list[Said], Floats]]:
    """Yield the units of each MRDA meeting, what others said before, and whether a unit is kin to a reflection."""
    for meeting in mrda.read(split, marks=False):
        units = meeting.units[meeting.units["is_labelled"] & ~meeting.units["is_backchannel_loose"]]
        said, truth, last = [], [], dict[str, str]()
        for who, text, tags in zip(units["speaker"], units["text_without_punctuation"], units["da"], strict=True):
            others = " ".join(spoken for name, spoken in last.items() if name != who)
            said.append(Said(others, str(text)))
            truth.append(not KIN.isdisjoint(str(tags).replace("^", ".").replace("|", ".").replace(":", ".").split(".")))
            spoken = last.pop(who, "")
            last[who] = _end(f"{spoken} {text}")
            last = dict(list(last.items())[-2:])  # who spoke last, and whoever before: nobody else is given back
        yield said, np.array(truth, float)


@cache
def _trees() -> HistGradientBoostingClassifier:
    parts = [(rows(said), truth) for said, truth in labelled("train")]
    model = HistGradientBoostingClassifier(max_iter=120, learning_rate=0.06, max_leaf_nodes=12, min_samples_leaf=60, random_state=0)
    return model.fit(np.vstack([part for part, _ in parts]), np.concatenate([truth for _, truth in parts]))


def limit(truth: Floats, score: Floats) -> float:
    """Return the limit of a score at which F1 is best."""
    steps = np.quantile(score[score > 0], np.linspace(0, 0.99, 60))
    return float(max(steps, key=lambda step: f1_score(truth, score >= step)))


@cache
def limits() -> dict[str, float]:
    """Return from where on each way says that something gives back, chosen on training meetings."""
    some = [part for number, part in enumerate(labelled("train")) if number % (4 * SOME) == 0]
    said = [one for part, _ in some for one in part]
    truth = np.concatenate([labels for _, labels in some])
    return {"phrases": 0.5, "form": 0.5, "meaning": limit(truth, by_meaning(said)), "trees": limit(truth, by_trees(said))}


WAYS = {"phrases": by_phrases, "form": by_form, "meaning": by_meaning, "trees": by_trees}


def kin_rows() -> Iterator[tuple[object, ...]]:
    """Yield how well each way finds the kin of reflections in validation meetings."""
    parts = [part for number, part in enumerate(labelled("val")) if number % SOME == 0]
    said = [one for part, _ in parts for one in part]
    truth = np.concatenate([labels for _, labels in parts])
    for name, way in WAYS.items():
        score = way(said)
        found = score >= limits()[name]
        hits = float((found * truth).sum())
        yield name, float(roc_auc_score(truth, score)), hits / max(1, int(found.sum())), hits / float(truth.sum()), int(found.sum())
