"""Transcriber (`.trs`): turns cut by moments, each of one speaker, or of two who speak at once.

```
Turn "sp1"        |Sync ouais .  |Sync ah bon ?  |      two utterances
Turn "sp1 sp2"    |Sync Who 1 non|                      one of each: they overlap from one moment to the next
                  |     Who 2 si |
```

Whoever did not mark two at once anywhere did not listen for it: then overlaps cannot be seen.

References
----------
Barras, C., Geoffrois, E., Wu, Z., & Liberman, M. (2001). Transcriber: development and use of a tool for assisting speech
corpora production. Speech Communication, 33(1-2), 5-22.
"""

from collections.abc import Iterator
from itertools import pairwise

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.languages import short
from talkbalance.formats.records import number
from talkbalance.formats.xml import Node, broken, parse, root_name
from talkbalance.meeting import UNKNOWN, Source, Utterance


def _claims(file: File) -> bool:
    return root_name(file) == "Trans"


def _read(file: File) -> Found:
    document = parse(file)
    names = _names(document)
    turns = list(document.walk("Turn"))
    ends = [number(node.get("endTime"), file, node.line) for node in document.walk("Section", "Turn") if node.get("endTime")]
    return assemble(
        (utterance for turn in turns for utterance in _utterances(turn, names, file)),
        source=Source(file.name, "Transcriber", "utterance"),
        speakers=list(names.values()),
        title=document.get("audio_filename"),
        language=short(document.get("lang")),
        duration=max(ends, default=None),
    )


def _names(document: Node) -> dict[str, str]:
    """Return what people are called, by their keys, with the key where two share a name."""
    called: dict[str, str] = {}
    for node in document.walk("Speaker"):
        key, name = node.get("id"), " ".join(node.get("name").split()) or node.get("id")
        called[key] = f"{name} ({key})" if name in called.values() else name
    return {key: name for key, name in called.items() if key}


def _utterances(turn: Node, names: dict[str, str], file: File) -> Iterator[Utterance | None]:
    """Yield what is said between two moments of a turn; where nothing is, somebody breathes or there is music."""
    speakers = [names.get(key, key) for key in turn.get("speaker").split()] or [UNKNOWN]
    start, end = (number(turn.get(name), file, turn.line) for name in ("startTime", "endTime"))
    pieces: list[tuple[float, dict[str, str]]] = [(start, {})]
    speaker = speakers[0]
    for part in turn.content:
        if isinstance(part, str):
            pieces[-1][1][speaker] = f"{pieces[-1][1].get(speaker, '')} {part}"
        elif part.tag == "Sync":
            pieces.append((number(part.get("time"), file, part.line), {}))
            speaker = speakers[0]
        elif part.tag == "Who":
            speaker = _who(part, speakers, file)
    for (begins, said), (ends, _) in pairwise([*pieces, (end, {})]):
        for name, words in said.items():
            if plain := " ".join(words.split()):
                yield span(begins, ends, name, plain)


def _who(node: Node, speakers: list[str], file: File) -> str:
    place = int(number(node.get("nb"), file, node.line))
    if not 0 < place <= len(speakers):
        raise broken(file, node.line)
    return speakers[place - 1]


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps", "silent", "duration")

FORMAT = Format("Transcriber", (".trs",), _claims, _read, None, _HOLDS)
