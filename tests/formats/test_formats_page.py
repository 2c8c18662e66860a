"""`docs/formats.md` lists what there is."""

from pathlib import Path

from talkbalance.formats import formats
from talkbalance.i18n import text

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_every_format_has_its_row() -> None:
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    missing = []
    for entry in formats():
        endings = ", ".join(f"`{ending}`" for ending in entry.endings)
        holds = ", ".join(text(f"formats.holds_{trait}") for trait in entry.holds)
        row = f"| {entry.title} | {endings} | {'in, out' if entry.write else 'in'} | {holds} |"
        if row not in rows:
            missing.append(row)
    assert missing == []
