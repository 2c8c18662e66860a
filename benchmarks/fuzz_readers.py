"""Every reader on files nobody would write: `python -m benchmarks.fuzz_readers --minutes 10`.

Valid files of each format (what our writers make, small ones from the tests, and real ones where they stand beside the checkout)
are cut, doubled, mixed, and given numbers, marks and structures that do not belong there. What makes a reader run lines it never
ran before is kept and changed further. A reader may return a meeting or raise one of our own errors, within `SLOWEST` seconds;
anything else is a defect and is written down with the file that shows it.
"""

import argparse
import json
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any

from benchmarks.shared import DATA, publish, table
from talkbalance.errors import TalkbalanceError
from talkbalance.formats import formats, read
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word
from tests.formats import test_chat, test_exmaralda, test_records, test_textgrid

SLOWEST = 5.0
"""Seconds a file of the sizes used here may take."""

LARGEST_SEED = 60_000
"""Bytes; larger real files are cut to their first lines."""

NASTY = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\0",
        "\x15",
        "\x1a",
        "\ufeff",
        "\u202e",
        "\u0663",
        "ß",
        "😀",
        "\ud7ff",
        "'",
        '"',
        '""',
        "<",
        ">",
        "</",
        "&",
        "&x;",
    ),
    *(
        "-1",
        "-0",
        "0",
        "1e309",
        "-1e309",
        "1e-309",
        "NaN",
        "inf",
        "9" * 400,
        "0x10",
        "1_0",
        "1,5",
        "00:00",
        "99:99:99.999",
        "-->",
        "::",
    ),
    *("null", "true", "[]", "{}", "[" * 300, "{" * 300, "<a>" * 150, "None", "=1+1", "@Begin", "WEBVTT", "SPEAKER", "x" * 5000),
)
VALUES: tuple[object, ...] = (None, True, -1, 0, 1e308, 10**30, "", "x", "NaN", [], {}, [[]], [None], {"a": 1}, [1, "a", None])

_TOKEN = re.compile(r"\S+")
_NUMBER = re.compile(r"\d[\d.,:]*")
_ATTRIBUTE = re.compile(r'\s[\w:]+="[^"]*"')
_INSIDE = re.compile(r'(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)')


def seeds() -> list[tuple[str, bytes]]:
    """Return names and contents of valid files of every format."""
    small = {
        "a.cha": test_chat.CHAT,
        "a.trs": test_chat.TRS,
        "a.exb": test_exmaralda.EXB,
        "a.xml": test_exmaralda.TEI,
        "a.TextGrid": test_textgrid.SHORT,
        "b.TextGrid": test_textgrid.WORDS,
        "a.stm": test_records.STM,
        "a.ctm": test_records.CTM,
        "a.seglst.json": test_records.SEGLST,
        "a.uem": "a 1 0 2.5\na 1 3 4\n",
        "a.txt": "Eva: Guten Tag.\nBaum: Ja?\n\n[00:00:05] Eva: Nein.\n",
        "a.csv": "speaker,start,end,text\nEva,0,1,ja\nBaum,1,2,nein\n",
    }
    found = [(name, content.encode()) for name, content in small.items()]
    for entry in formats():
        if entry.write is not None:
            content = entry.write(_talk())
            found.append((f"a{entry.endings[0]}", content.encode() if isinstance(content, str) else content))
    real = sorted(path for path in (DATA / "formats").glob("*/*") if path.is_file()) if DATA.is_dir() else []
    return found + [(path.name, _cut(path.read_bytes())) for path in real if path.parent.name]


def _talk() -> Meeting:
    words = (Word(0, 0.5, "Guten", 0.9), Word(0.5, 1.5, "Tag?", 0.5))
    said = (
        Utterance(0, 2, "Eva", "Guten Tag?", words, 0.8),
        Utterance(1, 3, "Herr Baum", 'Ja, "gut" & <so>.'),
        Utterance(4, 5, "Eva"),
    )
    people = (Speaker("Eva", "agency"), Speaker("Herr Baum", "client"), Speaker("Jo"))
    return Meeting(people, said, 9, "Erstgespräch", "de", Source("a.mp4", "sound", models=("whisper",)))


def _cut(content: bytes) -> bytes:
    """Return a file small enough to be changed a thousand times; a cut ZIP would be none."""
    if len(content) <= LARGEST_SEED or content.startswith(b"PK"):
        return content
    return content[:LARGEST_SEED]


# ---------------------------------------------------------------------------------------------------- changes


def mutated(random: Random, content: bytes, other: bytes) -> bytes:
    """Return a content after one to five changes."""
    for _ in range(random.randint(1, 5)):
        content = random.choice(CHANGES)(random, content, other)
    return content[:400_000]


def _bytes_flipped(random: Random, content: bytes, _: bytes) -> bytes:
    changed = bytearray(content)
    for _i in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _stretch(random: Random, length: int) -> tuple[int, int]:
    start = random.randint(0, length)
    return start, min(length, start + random.choice((1, 3, 10, 50, 400, length)))


def _removed(random: Random, content: bytes, _: bytes) -> bytes:
    start, end = _stretch(random, len(content))
    return content[:start] + content[end:]


def _repeated(random: Random, content: bytes, _: bytes) -> bytes:
    start, end = _stretch(random, len(content))
    times = random.choice((2, 3, 30)) if end - start < 5000 else 2
    return content[:start] + content[start:end] * times + content[end:]


def _spliced(random: Random, content: bytes, other: bytes) -> bytes:
    start, end = _stretch(random, len(other))
    at = random.randint(0, len(content))
    return content[:at] + other[start:end] + content[at:]


def _reencoded(random: Random, content: bytes, _: bytes) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(random.choice(("utf-16", "utf-8-sig", "cp1252", "utf-32", "koi8-r", "utf-16-le")), errors="replace")


def _lines_moved(random: Random, content: bytes, _: bytes) -> bytes:
    lines = content.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _replaced(pattern: re.Pattern[str], *, marks: str = "") -> Callable[[Random, bytes, bytes], bytes]:
    """Return a change that puts something nasty without these marks, or what stands elsewhere, where a pattern matches."""
    nasty = [put for put in NASTY if not set(marks) & set(put)]

    def change(random: Random, content: bytes, _: bytes) -> bytes:
        text = content.decode("utf-8", errors="replace")
        matches = list(pattern.finditer(text))
        if not matches:
            return content
        match, elsewhere = random.choice(matches), random.choice(matches)
        put = random.choice((*nasty, elsewhere[0], elsewhere[0]))
        return (text[: match.start()] + put + text[match.end() :]).encode("utf-8", errors="replace")

    return change


def _value_replaced(random: Random, content: bytes, _: bytes) -> bytes:
    """Put another value at some place of a JSON file."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return content
    places = list(_places(document))
    if places:
        holder, key = random.choice(places)
        change = random.random()
        if change < 0.2:
            del holder[key]
        elif change < 0.4:
            holder[key] = [holder[key]] * random.choice((0, 1, 2))
        else:
            holder[key] = random.choice(VALUES)
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 -- any JSON
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys)[:200]:
        yield value, key
        yield from _places(value[key])


CHANGES: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (
    _bytes_flipped,
    _removed,
    _repeated,
    _spliced,
    _reencoded,
    _lines_moved,
    _replaced(_TOKEN),
    _replaced(_NUMBER),
    _replaced(_NUMBER),
    _replaced(_ATTRIBUTE),
    _replaced(_INSIDE, marks='<&"\0\x15\x1a\ud7ff'),
    _replaced(_INSIDE, marks='<&"\0\x15\x1a\ud7ff'),
    _value_replaced,
    _value_replaced,
)


# ---------------------------------------------------------------------------------------------------- the run


@dataclass(slots=True)
class Outcome:
    """What came of one file: what was read or said, and whether that is a defect."""

    said: str
    defect: bool
    seconds: float


def attempt(name: str, content: bytes, folder: Path) -> Outcome:
    """Read one file, as a user would."""
    path = folder / name
    path.write_bytes(content)
    begun = time.perf_counter()
    try:
        said, defect = f"read as {read(path).source.format}", False
    except TalkbalanceError as error:
        title = error.data.get("title", "")
        said, defect = f"{error.key} {title}".strip(), not str(error)
    except Exception as error:  # whatever else comes out is what this looks for
        said, defect = f"{type(error).__name__}: {' '.join(str(error).split())[:100]}", True
    seconds = time.perf_counter() - begun
    return Outcome(f"slow: {said}", True, seconds) if seconds > SLOWEST and not defect else Outcome(said, defect, seconds)


@dataclass(slots=True)
class Lines:
    """Which lines of the readers have run, so far and since they were last asked for."""

    seen: set[tuple[CodeType, int]] = field(default_factory=set)
    new: int = 0

    def trace(self, frame: FrameType, event: str, _: object) -> "Callable[..., Any] | None":
        """Note a line of a reader; given to `sys.settrace`."""
        if "talkbalance/formats" not in frame.f_code.co_filename:
            return None
        if event == "line" and (place := (frame.f_code, frame.f_lineno)) not in self.seen:
            self.seen.add(place)
            self.new += 1
        return self.trace

    def watched(self, name: str, content: bytes, folder: Path) -> tuple[Outcome, bool]:
        """Read one file; say also whether it reached lines that were never reached."""
        self.new = 0
        sys.settrace(self.trace)
        try:
            outcome = attempt(name, content, folder)
        finally:
            sys.settrace(None)
        return outcome, self.new > 0


def run(minutes: float, seed: int) -> tuple[Counter[str], list[tuple[str, bytes, Outcome]], int, float]:
    """Change and read files for so long; return what came of them, the defects, lines reached and the longest time."""
    random, lines, counts = Random(seed), Lines(), Counter[str]()
    pool = seeds()
    defects: list[tuple[str, bytes, Outcome]] = []
    slowest, until = 0.0, time.monotonic() + minutes * 60
    with TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in list(pool):
            lines.watched(name, content, Path(scratch))
        while time.monotonic() < until:
            name, content = random.choice(pool)
            changed = mutated(random, content, random.choice(pool)[1])
            outcome, fresh = lines.watched(name, changed, Path(scratch))
            counts[outcome.said] += 1
            slowest = max(slowest, outcome.seconds)
            if outcome.defect:
                defects.append((name, changed, outcome))
            elif fresh:
                pool.append((name, changed))
    return counts, defects, len(lines.seen), slowest


def main() -> None:
    """Run, publish what came of it, and leave the files that show defects."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--defects", type=Path, help="folder for the files that show a defect")
    options = parser.parse_args(None if sys.argv[0].endswith("fuzz_readers.py") else [])
    counts, defects, reached, slowest = run(options.minutes, options.seed)
    for i, (name, content, outcome) in enumerate(defects[:50]):
        print(f"DEFECT {outcome.said} ({outcome.seconds:.1f} s): {name}", file=sys.stderr)
        if options.defects is not None:
            options.defects.mkdir(parents=True, exist_ok=True)
            (options.defects / f"{i:02}-{name}").write_bytes(content)
    whole = sum(counts.values())
    publish(
        "fuzz_readers",
        "# Readers on files nobody would write\n\n"
        f"`python -m benchmarks.fuzz_readers --minutes {options.minutes:g} --seed {options.seed}`: {whole} files, {reached} lines "
        f"of the readers reached, slowest {slowest:.2f} s (traced), **{len(defects)} defects**.",
        table(("what came of it", "files"), counts.most_common()),
    )


if __name__ == "__main__":
    main()
