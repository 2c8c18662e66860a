"""Where the labelled data lie, and how a table of results is written."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "benchmarks" / "results"


def data(*parts: str) -> Path:
    """Return a path in the labelled data, or stop with a sentence where they are not there."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        sys.exit(f"{'/'.join(('../shared/data', *parts))} is not there; it holds the human labels this measures against.")
    return path


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; numbers to three digits."""
    lines = [list(columns), ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def publish(name: str, *parts: str) -> None:
    """Print the parts of a result and write them to `results/NAME.md`."""
    content = "\n\n".join(parts) + "\n"
    print(content)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(content, encoding="utf-8")
