"""What there is to do in a folder: every meeting once, told by its content, with all that is said about it.

A file is a meeting of its own unless it belongs to one: what `analyze` wrote beside `call.meeting.json`, the recording it was heard
from, its corrections, its sides. Two files with the same content are one meeting.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from glob import glob, has_magic
from pathlib import Path

from talkbalance.corpus.details import Given, named, together
from talkbalance.corpus.places import below, fitting, is_here, path_to, reaching, there
from talkbalance.corrections import log_beside
from talkbalance.errors import UnreadableFile
from talkbalance.formats import formats
from talkbalance.formats.files import content_id, read_text
from talkbalance.formats.names import Named
from talkbalance.meeting import AGENCY, CLIENT, Details, Sides

NATIVE, STORE = ".meeting.json", "store.json"
SOUND = (
    *(".mp3", ".mp4", ".m4a", ".m4b", ".wav", ".flac", ".ogg", ".oga", ".opus", ".webm", ".mkv", ".mka", ".mov", ".avi", ".aac"),
    *(".wma", ".aiff", ".aif", ".amr", ".3gp"),
)
"""Endings of recordings; whatever they hold is decoded by FFmpeg."""
WRITTEN = (".summary.csv", ".interruptions.csv", ".questions.csv", ".speaking_time.csv", ".report.html")
"""Endings of what `analyze` writes: results, no meetings."""
_HEAD = re.compile(rb'"details":\s*\{[^{}]*?"id":\s*"([0-9a-f]{16})"')
_BLOCK = 2**20


@dataclass(frozen=True)
class Said:
    """What a command says of all meetings of a batch.

    Parameters
    ----------
    sides
        Side to names; who does not speak in a meeting does not count there.
    people
        A sheet of names, as `formats.names` reads it.
    details
        Client, kind and way of meeting of all.
    sheet
        What a sheet says of single files.
    """

    sides: Sides = field(default_factory=dict)
    people: tuple[Named, ...] = ()
    details: Details = field(default_factory=Details)
    sheet: Given = field(default_factory=dict)

    @cached_property
    def of_all(self) -> str:
        """What is said of everybody, in one text."""
        return json.dumps([{side: list(names) for side, names in self.sides.items()}, [asdict(name) for name in self.people]])


@dataclass(frozen=True, slots=True)
class Job:
    """One meeting to be measured.

    Parameters
    ----------
    identity
        Hash of its content: what it is called in the store.
    path
        Its file.
    heard
        Whether it is a recording.
    log
        Its corrections, if there are any.
    sides
        A file beside this one that says who sits where, if there is one.
    details, hints
        What was said of this meeting, and what its file's name and folder say, which counts less than what it says of itself.
    source
        Hash of all of this: another one means that the meeting has to be measured again.
    size
        Bytes of the file.
    """

    identity: str
    path: Path
    heard: bool
    log: Path | None
    sides: Path | None
    details: Details
    hints: Details
    source: str
    size: int


def files_of(places: Iterable[str | Path]) -> Iterator[tuple[Path, Path | None]]:
    """Yield every file that may hold a meeting, with the folder it was found below.

    Parameters
    ----------
    places
        Folders (everything below them), stores, files, patterns such as `calls/*.vtt`, and lists: `.txt` or `.list` files of
        nothing but paths; on this machine, or wherever an address such as `s3://bucket/calls` leads (`places`).

    Raises
    ------
    UnreadableFile
        Where a place is not there, or cannot be reached.
    """
    for place in places:
        path = path_to(place)
        if there(path / STORE):
            yield from ((found, None) for found in below(path / "meetings") if found.name.endswith(NATIVE))
        elif there(path):
            listed = _listed(path)
            yield from ((path, None),) if listed is None else ((found, None) for found in listed)
        elif path.is_dir():
            yield from ((found, path) for found in _below(path))
        elif matched := _matched(str(place)):
            yield from ((found, None) for found in matched)
        else:
            raise UnreadableFile("formats.missing", file=place)


def _matched(pattern: str) -> list[Path]:
    """Return the files a pattern stands for; none where it is no pattern."""
    if not has_magic(pattern):
        return []
    if not is_here(path_to(pattern)):
        return fitting(pattern)
    found = sorted(glob(pattern, recursive=True))  # noqa: PTH207 -- a folder may stand in front
    return [path for path in map(Path, found) if path.is_file()]


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that look like meetings, without those that belong to one, or lie in a store."""
    files = below(folder)
    stores = [path.parent for path in files if path.name == STORE]
    found = [
        path for path in files if _looks_like_a_meeting(path, folder) and not any(path.is_relative_to(store) for store in stores)
    ]
    stems = {(path.parent, path.name.removesuffix(NATIVE)) for path in found if path.name.endswith(NATIVE)}
    for path in found:
        beginnings = {path.name[: place.start()] for place in re.finditer(r"\.", path.name)}
        if path.name.endswith(NATIVE) or not any((path.parent, stem) in stems for stem in beginnings):
            yield path


def _looks_like_a_meeting(path: Path, folder: Path) -> bool:
    name = path.name.lower()
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and not name.endswith(WRITTEN) and name.endswith((*_endings(), *SOUND))


@cache
def _endings() -> tuple[str, ...]:
    return tuple(ending for entry in formats() for ending in entry.endings)


def _listed(path: Path) -> list[Path] | None:
    """Return the files a list names; None where it is no list."""
    if path.suffix not in (".txt", ".list") or path.stat().st_size > _BLOCK:
        return None
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    found = [path_to(line) if "://" in line else path.parent / line for line in lines if len(line) < 1000]
    return found if lines and len(found) == len(lines) and all(file.is_file() for file in found) else None


def plan(places: Iterable[str | Path], said: Said) -> tuple[Job, ...]:
    """Return a job for every meeting; of two files with the same content that with corrections, else the native one counts."""
    jobs: dict[str, Job] = {}
    for path, folder in files_of(places):
        with reaching(path):
            job = _job(path, folder, said)
        known = jobs.get(job.identity)
        if known is None or _rank(job) < _rank(known):
            jobs[job.identity] = job
    return tuple(jobs[identity] for identity in sorted(jobs))


def _rank(job: Job) -> tuple[bool, bool, str]:
    return job.log is None, not job.path.name.endswith(NATIVE), str(job.path)


def _job(path: Path, folder: Path | None, said: Said) -> Job:
    content, log, sides = _hash(path), log_beside(path), _sides_beside(path)
    log_there = log if log.is_file() else None
    details, hints = together(said.sheet.get(path.name, Details()), said.details), named(path, below=folder)
    beside = ("" if file is None else _hash(file) for file in (log_there, sides))
    return Job(
        identity=_own_identity(path) or content,
        path=path,
        heard=path.suffix.lower() in SOUND,
        log=log_there,
        sides=sides,
        details=details,
        hints=hints,
        source=content_id("\n".join((content, *beside, repr(details), repr(hints), said.of_all)).encode()),
        size=path.stat().st_size,
    )


def _sides_beside(path: Path) -> Path | None:
    stem = path.name.removesuffix(NATIVE) if path.name.endswith(NATIVE) else path.stem
    beside = path.with_name(f"{stem}.sides.toml")
    return beside if beside.is_file() else None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _own_identity(path: Path) -> str:
    """Return the identity a native file gives its meeting, from its head alone; "" where there is none."""
    if not path.name.endswith(NATIVE):
        return ""
    with path.open("rb") as file:
        head = file.read(_BLOCK).partition(b'"utterances"')[0]
    found = _HEAD.search(head)
    return found[1].decode() if found else ""


def sides_in(path: Path) -> Mapping[str, Sequence[str]]:
    """Return the sides a file names.

    Raises
    ------
    UnreadableFile
        Where it does not say who sits where.
    """
    try:
        found = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFile("cli.broken_sides", file=path.name, why=error) from None
    if not all(side in (AGENCY, CLIENT) and isinstance(names, list) for side, names in found.items()):
        raise UnreadableFile("cli.broken_sides", file=path.name, why=", ".join(found))
    return found
