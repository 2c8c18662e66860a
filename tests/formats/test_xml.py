"""XML from anybody: lines, no entities, bounds."""

import time

import pytest

from talkbalance.errors import UnreadableFile
from talkbalance.formats.files import File
from talkbalance.formats.xml import parse, root_name

BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [\n<!ENTITY a "ha">\n<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">\n'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">\n]>\n<Trans>&c;</Trans>'
)
OUTSIDE = '<!DOCTYPE Trans [<!ENTITY x SYSTEM "file:///etc/passwd">]><Trans>&x;</Trans>'


def test_elements_know_their_lines() -> None:
    root = parse(File.of('<a>\n <b n="1">eins\n zwei</b>\n <c:b xmlns:c="urn:c" c:n="2"/>\n</a>'))
    assert [(node.tag, node.line, node.get("n"), node.text) for node in root.walk("b")] == [
        ("b", 2, "1", "eins zwei"),
        ("b", 4, "2", ""),
    ]


@pytest.mark.parametrize("content", [BOMB, OUTSIDE, '<!DOCTYPE Trans SYSTEM "x.dtd"><Trans>&x;</Trans>'])
def test_entities_are_refused(content: str) -> None:
    with pytest.raises(UnreadableFile, match="entities"):
        parse(File.of(content, "a.trs"))


def test_a_mere_name_of_a_dtd_is_passed_over() -> None:
    assert parse(File.of('<!DOCTYPE Trans SYSTEM "trans-14.dtd">\n<Trans>ja</Trans>')).text == "ja"


@pytest.mark.parametrize(
    ("content", "line"),
    [("<a>\n<b>\n</a>", 3), ("<a>\n<b", 2), ("<a>\n&x;</a>", 2), ("<a/>\n<b/>", 2), ('<a>\n<b n="1" n="2"/></a>', 2)],
)
def test_what_is_broken_is_told_with_its_line(content: str, line: int) -> None:
    with pytest.raises(UnreadableFile, match=rf"a\.eaf, line {line}\b"):
        parse(File.of(content, "a.eaf"))


@pytest.mark.parametrize("content", ["<a>" * 200 + "</a>" * 200, "<r>" + "<a/>" * 1_000_001 + "</r>"])
def test_depth_and_length_are_bounded(content: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(UnreadableFile, match="nested deeper or longer"):
        parse(File.of(content, "a.eaf"))
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "iso-8859-15", "utf-8", "utf-16"])
def test_encodings_are_what_the_file_says(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>Größe</a>'.encode(encoding)
    assert parse(File("a.xml", content)).text == "Größe"


def test_cyrillic_by_its_declaration() -> None:
    content = '<?xml version="1.0" encoding="koi8-r"?><a>Москва</a>'.encode("koi8-r")
    assert parse(File("a.xml", content)).text == "Москва"


@pytest.mark.parametrize("encoding", ["klingon", "euc-jp", "zlib"])
def test_unknown_encodings_are_one_sentence(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.xml names a character encoding"):
        parse(File("a.xml", f'<?xml version="1.0" encoding="{encoding}"?><a>Gr\xf6\xdfe</a>'.encode("latin-1")))


def test_umlauts_of_another_encoding_than_declared_are_still_umlauts() -> None:
    assert parse(File("a.xml", b'<?xml version="1.0" encoding="UTF-8"?><a>Gr\xf6\xdfe</a>')).text == "Größe"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('\ufeff<?xml version="1.0"?>\n<!-- <Trans> -->\n<!DOCTYPE x [ <!ENTITY y "z"> ]>\n<tei:TEI xmlns:tei="t">', "TEI"),
        ("<!--" * 4000, ""),
        ("<!---->" * 2800, ""),
        ("kein XML", ""),
    ],
)
def test_the_first_element_is_found_without_reading_on(content: str, name: str) -> None:
    begun = time.perf_counter()
    assert root_name(File.of(content)) == name
    assert time.perf_counter() - begun < 0.5
