"""SpokenData's XML: segments with start, end, speaker and text, of a service that tells voices apart and may add words."""

from collections.abc import Iterator

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found, Trait
from talkbalance.formats.records import number
from talkbalance.formats.xml import Node, broken, parse, root_name
from talkbalance.meeting import UNKNOWN, Source, Utterance

_TITLE = "SpokenData"


def _claims(file: File) -> bool:
    return root_name(file) == "data" and "<segment>" in file.text and "<speaker>" in file.text


def _read(file: File) -> Found:
    document = parse(file)
    source = Source(file.name, _TITLE, "utterance", models=(_TITLE,))
    return assemble(_utterances(document, file), source=source)


def _utterances(document: Node, file: File) -> Iterator[Utterance | None]:
    for segment in document.walk("segment"):
        told = {part.tag: part for part in segment.content if isinstance(part, Node)}
        if not {"start", "end"} <= told.keys():
            raise broken(file, segment.line)
        start, end = (number(told[name].text, file, told[name].line) for name in ("start", "end"))
        speaker, words = (told[name].text if name in told else "" for name in ("speaker", "text"))
        yield span(start, end, speaker or UNKNOWN, words)


_HOLDS: tuple[Trait, ...] = ("speakers", "text", "starts", "ends", "overlaps")

FORMAT = Format(_TITLE, (".xml",), _claims, _read, None, _HOLDS)
