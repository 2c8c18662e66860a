"""XML as it may come from anybody: a small tree with line numbers, no entities, bounded.

Python's own trees know no lines, and a reader that says "line 214" needs them. What a document declares itself (entities,
which a bomb is made of) is refused; a mere name of a DTD, as Transcriber writes it, is passed over and never opened.

References
----------
W3C (2008). Extensible Markup Language (XML) 1.0, fifth edition, 2.2 (characters), 4.2 (entities).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File

MOST_ELEMENTS = 1_000_000
"""What fits into half a gigabyte of memory: the words of a hundred hours, each with its own element."""

DEEPEST = 100

_ROOT = re.compile(
    r"\s*+(?>(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?>\[.*?\]\s*+)?+>)\s*+)*+<(?>[\w.-]++:)?+([\w.-]++)", re.DOTALL
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)")
_UNICODE = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Node:
    """One element: its name and attributes without their namespaces, and what is in it, in order."""

    tag: str
    attributes: dict[str, str]
    line: int
    content: "list[Node | str]" = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute, empty where it is missing."""
        return self.attributes.get(name, "")

    def children(self, tag: str) -> "Iterator[Node]":
        """Yield the elements of this name directly in this one."""
        return (part for part in self.content if isinstance(part, Node) and part.tag == tag)

    def walk(self, *tags: str) -> "Iterator[Node]":
        """Yield the elements of these names at any depth, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if node.tag in tags:
                yield node
            waiting.extend(part for part in reversed(node.content) if isinstance(part, Node))

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        pieces: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, str):
                pieces.append(part)
            else:
                waiting.extend(reversed(part.content))
        return " ".join("".join(pieces).split())


def root_name(file: File) -> str:
    """Return the name of a document's first element, without its namespace; empty where it is no XML."""
    head = file.text[:20_000].removeprefix("\ufeff")
    match = _ROOT.match(head)
    return match[1] if match else ""


def parse(file: File) -> Node:
    """Return the tree of a document.

    Raises
    ------
    UnreadableFile
        Where it is broken (with the line), declares entities, or is deeper or larger than any transcript.
    """
    builder = _Builder(file)
    try:
        builder.parser.Parse(_content(file), True)
    except expat.ExpatError as error:
        raise broken(file, error.lineno) from None
    except (LookupError, ValueError):
        raise UnreadableFile("annotations.encoding", file=file.name) from None
    return builder.root


def broken(file: File, line: int) -> UnreadableFile:
    """Return the error for a line that makes no sense."""
    lines = file.lines
    content = lines[line - 1].strip()[:80] if 0 < line <= len(lines) else ""
    return UnreadableFile("formats.broken_line", file=file.name, line=line, content=content)


def escaped(text: str) -> str:
    r"""Return a text as it may stand in an element or between double quotes, without what XML cannot hold.

    >>> escaped('Eva & "Co" <b>\x00')
    'Eva &amp; &quot;Co&quot; &lt;b&gt;'
    """
    return escape(_FORBIDDEN.sub("", text), {'"': "&quot;", "\r": "&#13;"})


class _Builder:
    """Builds the tree while expat reads."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.root = Node("", {}, 1)
        self.open: list[Node] = []
        self.elements = 0
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.EntityDeclHandler = self.refuse
        parser.SkippedEntityHandler = self.refuse  # named, but declared where nobody looks: what it stands for would be lost

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS or len(self.open) >= DEEPEST:
            raise UnreadableFile("annotations.endless", file=self.file.name, line=self.parser.CurrentLineNumber)
        plain = {name.rpartition(" ")[2]: value for name, value in attributes.items()} if attributes else {}
        node = Node(tag.rpartition(" ")[2], plain, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].content.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _: str) -> None:
        self.open.pop()

    def characters(self, data: str) -> None:
        self.open[-1].content.append(data)

    def refuse(self, *_: object) -> None:
        raise UnreadableFile("annotations.entities", file=self.file.name, line=self.parser.CurrentLineNumber)


def _content(file: File) -> str | bytes:
    """Its bytes where it names an encoding of its own, else its text."""
    declared = _DECLARED.match(file.content[:400])
    return file.text if declared is None or declared[1].decode().lower() in _UNICODE else file.content
