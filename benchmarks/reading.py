"""How long reading a transcript takes, and what a hostile one costs: `python -m benchmarks.reading`.

The Zoom file has 3,000 cues, some two and a half hours; the others are the same talk in other formats. Medians of 15 runs, from
the file on. The rest are files made to do harm: they must be refused, in seconds and without filling the memory.
"""

import io
import os
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.shared import publish, table
from talkbalance.errors import TalkbalanceWarning, UnreadableFile
from talkbalance.formats import read, write
from tests.formats.test_registry import zoom

CUES, RUNS = 3000, 15
ENDINGS = (".srt", ".csv", ".xlsx", ".docx", ".html", ".txt", ".eaf", ".meeting.json")


def main() -> None:
    """Measure, and write `results/reading.md`."""
    warnings.simplefilter("ignore", TalkbalanceWarning)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "zoom.vtt").write_text(zoom(CUES), encoding="utf-8")
        times = list(_times(folder))
        harm = list(_harm(folder))
    publish(
        "reading",
        "# Reading transcripts",
        str(__doc__).partition("\n\n")[2].strip(),
        f"Command: `python -m benchmarks.reading`; {os.getloadavg()[0]:.1f} programs at work on average meanwhile.",
        table(("3,000 utterances in", "median ms", "fastest ms", "median ms of processor time"), times),
        table(("file made to do harm", "MB", "seconds", "MB of memory at most", "what is said"), harm),
    )


def _times(folder: Path) -> Iterator[tuple[str, float, float, float]]:
    meeting = read(folder / "zoom.vtt")
    for ending in ENDINGS:
        write(meeting, folder / f"call{ending}")
    for path in (folder / "zoom.vtt", *(folder / f"call{ending}" for ending in ENDINGS)):
        taken, worked = [], []
        for _ in range(RUNS):
            begun, busy = time.perf_counter(), time.process_time()
            read(path)
            taken.append(1000 * (time.perf_counter() - begun))
            worked.append(1000 * (time.process_time() - busy))
        yield path.name, median(taken), min(taken), median(worked)


def _harm(folder: Path) -> Iterator[tuple[str, float, float, float, str]]:
    cue = "00:00.000 --> 00:01.000\nEva: Ja\n\n"
    files = {
        "a million cues.vtt": f"WEBVTT\n\n{cue * 1_000_000}".encode(),
        "a million lines.txt": b"Eva: Ja.\n" * 1_000_000,
        "a million rows.csv": b"speaker,text\n" + b"Eva,Ja.\n" * 1_000_000,
        "deep.json": b"[" * 20_000_000,
        "wide.json": b'{"segments": [' + b"[]," * 15_000_000 + b"[]]}",
        "bomb.docx": _zip("word/document.xml", b" " * (1 << 30)),
        "bomb.xlsx": _zip("xl/workbook.xml", b" " * (1 << 30)),
    }
    for name, content in files.items():
        path = folder / name.replace(" ", "_")
        path.write_bytes(content)
        begun = time.perf_counter()
        said = _refused(path)
        seconds = time.perf_counter() - begun
        tracemalloc.start()
        _refused(path)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        yield name, len(content) / 1e6, seconds, peak, said


def _refused(path: Path) -> str:
    try:
        read(path)
    except UnreadableFile as refused:
        return str(refused)
    return "read"


def _zip(part: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return target.getvalue()


if __name__ == "__main__":
    main()
