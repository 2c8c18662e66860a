"""Fill the measured figures into the cards: `python -m benchmarks.cards`.

A card marks where figures go, and what stands between the marks is replaced by what `results/` says:

- `<!--sensitivity-->` … `<!--/-->`: the card's table of `results/sensitivity.md` (`<!--sensitivity of NAME-->`: another card's);
- `<!--coverage-->` … `<!--/-->`: how often the intervals of the card's measures held the truth, from `results/coverage.md`;
- `<!--NAME: a; b: column-->` … `<!--/-->`: one cell of `results/NAME.md`, of the first row that has a cell like `a` and one like
  `b` (regular expressions).

A figure that is no longer there stops the command; nothing is left standing that was not measured.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from benchmarks.shared import RESULTS, ROOT, table
from talkbalance.cards import CARDS
from talkbalance.i18n import LANGUAGES, Language

DOCS = ROOT / "docs" / "measures"
MARK = re.compile(r"<!--(?P<what>(?!/).*?)-->(?P<old>.*?)<!--/-->", re.DOTALL)
Row = Mapping[str, str]

GERMAN = {
    "figure": "Zahl",
    "threshold": "Schwelle",
    "value": "Wert",
    "German calls": "Telefonate, deutsch",
    "measure": "Maß",
    "way of hearing": "gehört",
    "figures": "Zahlen",
    "truth inside (95 % of that)": "Wahrheit darin (95 % davon)",
    "median width": "mittlere Breite",
    "yes": "ja",
    "mixed": "gemischte Aufnahme",
    "channels": "ein Mikrofon je Person",
    "change of a share, points": "Änderung eines Anteils, Prozentpunkte",
    "change of a share against ten minutes, points": "Änderung eines Anteils gegenüber zehn Minuten, Prozentpunkte",
    "words instead of seconds": "Wörter statt Sekunden",
    "overlaps count for nobody": "Gleichzeitiges zählt bei niemandem",
    "utterances given to somebody else": "Äußerungen einer anderen Person zugeordnet",
    "boundaries wider by, s": "Grenzen weiter um, s",
    "part of windows that nobody dominates": "Teil der Fenster, die niemand beherrscht",
    "window, s": "Fenster, s",
    "dominated above": "beherrscht ab über",
    "evenness (entropy)": "Gleichmaß (Entropie)",
    "longest stretch, s": "längste Strecke, s",
    "pause that ends it, s": "Pause, die sie beendet, s",
    "part of the meeting in long stretches": "Teil des Gesprächs in langen Strecken",
    "long from, s": "lang ab, s",
    "minutes": "Minuten",
    "turns an hour": "Redebeiträge je Stunde",
    "silence that ends a unit, s": "Stille, die eine Einheit beendet, s",
    "median turn, s": "mittlerer Redebeitrag (Median), s",
    "listener signals end a turn": "Hörersignale beenden einen Beitrag",
    "median response time, s": "Antwortzeit (Median), s",
    "part of answers at once": "Teil der sofortigen Antworten",
    "below, s": "unter, s",
    "part of lapses": "Teil der späten Antworten",
    "from, s": "ab, s",
    "silences an hour": "Stillen je Stunde",
    "longer than, s": "länger als, s",
    "switches a minute": "Wechsel je Minute",
    "signals an hour": "Signale je Stunde",
    "signals an hour, plain rule": "Signale je Stunde, einfache Regel",
    "at most, s": "höchstens, s",
    "own talk not within, s": "keine eigene Rede binnen, s",
    "part of long turns with a signal": "Teil der längeren Beiträge mit Signal",
    "floor taken, an hour": "Wort genommen, je Stunde",
    "overlap of at least, s": "Überlappung mindestens, s",
    "goes on for, s": "spricht weiter für, s",
    "holder not back within, s": "nicht zurück binnen, s",
    "likely interruptions an hour": "wahrscheinliche Unterbrechungen je Stunde",
    "probability of at least": "Wahrscheinlichkeit mindestens",
    "failed attempts an hour": "gescheiterte Versuche je Stunde",
    "lasts, s": "dauert, s",
    "part resumed": "Teil wieder aufgenommen",
    "within, s": "binnen, s",
    "question ratio": "Anteil der fragenden Sätze",
    "part of open questions": "Teil der offenen Fragen",
    "part of tags among what asks": "Teil der Rückversicherungen an allem Fragenden",
    "part of follow-ups": "Teil der Nachfragen",
    "part answered": "Teil beantwortet",
}


def tables(content: str) -> Iterator[tuple[str, list[Row]]]:
    """Yield the tables of a Markdown text, each with the heading it stands under."""
    heading = ""
    lines = content.splitlines()
    at = 0
    while at < len(lines):
        if lines[at].startswith("#"):
            heading = lines[at].lstrip("#").strip()
        if lines[at].startswith("|") and at + 1 < len(lines) and lines[at + 1].startswith("| ---"):
            columns = _cells(lines[at])
            rows: list[Row] = []
            at += 2
            while at < len(lines) and lines[at].startswith("|"):
                rows.append(dict(zip(columns, _cells(lines[at]), strict=True)))
                at += 1
            yield heading, rows
        at += 1


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@cache
def results(name: str) -> tuple[tuple[str, list[Row]], ...]:
    """Return the tables of a result."""
    path = RESULTS / f"{name}.md"
    return tuple(tables(path.read_text(encoding="utf-8"))) if path.exists() else ()


def cell(what: str) -> str:
    """Return the cell that a mark asks for."""
    name, wanted, column = re.split(r":\s+", what)
    patterns = [re.compile(part.strip()) for part in wanted.split(";")]
    for _, rows in results(name):
        for row in rows:
            if row.get(column) and all(any(pattern.fullmatch(value) for value in row.values()) for pattern in patterns):
                return row[column]
    raise KeyError(what)


def sensitivity(card: str) -> tuple[Sequence[str], list[list[str]]]:
    """Return the card's part of the table of thresholds, without the columns that are empty in it."""
    rows = next(rows for heading, rows in results("sensitivity") if heading == card)
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    return columns, [[row[column] for column in columns] for row in rows]


def coverage(card: str) -> tuple[Sequence[str], list[list[str]]]:
    """Return how often the intervals of a card's measures held the truth."""
    found = [row for _, rows in results("coverage") for row in rows if row.get("measure") in CARDS[card] and "figures" in row]
    if not found:
        raise KeyError(f"coverage: {card}")
    columns = ("measure", "way of hearing", "figures", "truth inside (95 % of that)", "median width")
    return columns, [
        [f"`{row['measure']}`", row["heard"], row["figures"], f"{row['inside']} ({row['95 % of that']})", row["median width"]]
        for row in found
    ]


def filled(content: str, card: str, language: Language) -> str:
    """Return a card with the figures as they now stand."""
    return MARK.sub(partial(_replaced, card=card, language=language), content)


def _replaced(match: re.Match[str], card: str, language: Language) -> str:
    what = match["what"]
    kind, _, other = what.partition(" of ")
    if kind in ("sensitivity", "coverage"):
        columns, rows = sensitivity(other or card) if kind == "sensitivity" else coverage(other or card)
        shown = [[written(part, language) for part in row] for row in rows]
        new = f"\n{table([written(column, language) for column in columns], shown)}\n"
    else:
        new = written(cell(" ".join(what.split())), language)
    return f"<!--{what}-->{new}<!--/-->"


def written(text: str, language: Language) -> str:
    """Return a word or number of a result as the language writes it."""
    if language == "en":
        return text
    text = GERMAN.get(text, text).replace(" to ", " bis ")
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text)


def main() -> None:
    """Fill every card in both languages."""
    for language in LANGUAGES:
        for name in CARDS:
            path = Path(DOCS, language, f"{name}.md")
            old = path.read_text(encoding="utf-8")
            try:
                new = filled(old, name, language)
            except (KeyError, StopIteration) as missing:
                sys.exit(f"{path.relative_to(ROOT)}: {missing} is not in benchmarks/results.")
            if new != old:
                path.write_text(new, encoding="utf-8")
                print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
