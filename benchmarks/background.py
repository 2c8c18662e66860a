"""How common words are: `python -m benchmarks.background` writes `talkbalance/language/background_{de,en}.txt.gz`.

The frequencies are those of `wordfreq` (Speer 2022; data CC BY-SA 4.0, credited in NOTICE), added up over the words that share a
stem of ours; the most common 25,000 stems of each language are kept, one a line with its frequency on the Zipf scale, times 100.
"""

import gzip
from collections import defaultdict
from math import log10

from benchmarks.shared import ROOT
from talkbalance.language import LANGUAGES, Language, words
from talkbalance.language.content import stem

KEPT = 25_000
READ = 60_000


def lines(language: Language) -> list[str]:
    """Return the list of a language, the most common first."""
    from wordfreq import get_frequency_dict, top_n_list

    frequency = get_frequency_dict(language)
    total: dict[str, float] = defaultdict(float)
    for word in top_n_list(language, READ):
        for part in words(word):
            total[stem(part, language)] += frequency[word]
    return [f"{name} {round(100 * (log10(often) + 9))}" for name, often in sorted(total.items(), key=lambda item: -item[1])[:KEPT]]


def main() -> None:
    """Write both lists."""
    for language in LANGUAGES:
        packed = gzip.compress("\n".join(lines(language)).encode(), 9, mtime=0)
        (ROOT / "talkbalance" / "language" / f"background_{language}.txt.gz").write_bytes(packed)
        print(language, len(packed), "bytes")


if __name__ == "__main__":
    main()
