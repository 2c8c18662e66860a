"""Cards that cannot lie: every measure has one in both languages, and what is drawn on it is what the package computes."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import get_args

import pytest

import talkbalance as tb
from benchmarks.cards import filled
from talkbalance.cards import CARD_OF, CARDS, card, link
from talkbalance.errors import InvalidParameter
from talkbalance.i18n import LANGUAGES, Language, set_language
from talkbalance.meeting import Meeting
from tests.drawing import draw

DOCS = Path(__file__).resolve().parents[1] / "docs" / "measures"
HEADINGS = {
    "en": (
        "What it answers",
        "Definition",
        "Drawn",
        "Thresholds and where they come from",
        "Where other numbers differ",
        "What it cannot say",
        "How far it depends on its thresholds",
        "How exact it is",
    ),
    "de": (
        "Welche Frage sie beantwortet",
        "Definition",
        "Gezeichnet",
        "Schwellen und woher sie stammen",
        "Wo andere Zahlen abweichen",
        "Was sie nicht sagt",
        "Wie stark sie von ihren Schwellen abhängt",
        "Wie genau sie ist",
    ),
}
FENCE = re.compile(
    r"^```talk step=(?P<step>[\d.]+)\n(?P<lanes>(?:[^\n`]*\|\s*[^\n]*\n)+)\n(?P<figures>.*?)^```$", re.DOTALL | re.MULTILINE
)
FIGURE = re.compile(r"^(?P<measure>[a-z_]+)(?: (?P<side>[^=]+?))? = (?P<value>-?[\d.,]+)(?: (?:s|min|1/min))?$")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
EVERY = [(language, name) for language in LANGUAGES for name in CARDS]


def text_of(language: str, name: str) -> str:
    return (DOCS / language / f"{name}.md").read_text(encoding="utf-8")


def number(written: str) -> float:
    return float(written.replace(",", "."))


def drawn(language: str, text: str) -> list[tuple[Meeting, list[tuple[str, str, str]]]]:
    found = []
    for fence in FENCE.finditer(text):
        meeting = replace(draw(fence["lanes"], step=float(fence["step"])), language=language)
        figures = []
        for line in fence["figures"].strip().splitlines():
            match = FIGURE.match(line)
            assert match, line
            figures.append((match["measure"], match["side"] or "", match["value"]))
        found.append((meeting, figures))
    return found


def test_every_measure_of_the_summary_has_one_card() -> None:
    meeting = draw("""
        Eva (agency)        |########      |  Was meinen Sie?
        Herr Baum (client)  |     #########|  Das Plakat.
    """)
    measures = set(tb.summary(meeting, runs=0)["measure"])
    assert measures <= set(CARD_OF)
    assert len(CARD_OF) == sum(len(explained) for explained in CARDS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_folder_holds_the_cards_and_the_index_names_them_in_order(language: str) -> None:
    assert {path.stem for path in (DOCS / language).glob("*.md")} == {*CARDS, "README"}
    linked = re.findall(r"\]\((\w+)\.md\)", text_of(language, "README"))
    assert linked == list(CARDS)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_card_is_complete(language: str, name: str) -> None:
    text = text_of(language, name)
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == HEADINGS[language]
    assert re.findall(r"^`.+`$", text, re.MULTILINE)[:1] == [" · ".join(f"`{measure}`" for measure in CARDS[name])]
    for section in re.split(r"^## .+$", re.sub(r"<!--.*?-->", "", text), flags=re.MULTILINE)[1:]:
        assert section.strip()


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_what_is_drawn_is_what_is_computed(language: str, name: str) -> None:
    talks = drawn(language, text_of(language, name))
    assert talks
    shown = {measure for _, figures in talks for measure, _, _ in figures}
    assert shown & set(CARDS[name])
    for meeting, figures in talks:
        rows = tb.summary(meeting, runs=0)
        computed = dict(zip(zip(rows["measure"], rows["side"], strict=True), rows["value"], strict=True))
        for measure, side, written in figures:
            value = computed[measure, side]
            assert _agrees(value, written), f"{measure} {side}: {value}, the card says {written}"


def _agrees(value: float, written: str) -> bool:
    digits = len(re.split("[.,]", written)[1]) if re.search("[.,]", written) else 0
    return not isnan(value) and abs(value - number(written)) <= 0.5 * 10**-digits + 1e-9


@pytest.mark.parametrize("name", CARDS)
def test_both_languages_say_the_same(name: str) -> None:
    german, english = (drawn(language, text_of(language, name)) for language in ("de", "en"))
    for (one, figures), (other, same) in zip(german, english, strict=True):
        assert [(u.start, u.end, u.speaker) for u in one.utterances] == [(u.start, u.end, u.speaker) for u in other.utterances]
        assert [(m, s, number(v)) for m, s, v in figures] == [(m, s, number(v)) for m, s, v in same]
    numbers = [Counter(number(n) for n in NUMBER.findall(text_of(language, name))) for language in ("de", "en")]
    assert numbers[0] == numbers[1]


def test_every_link_of_the_cards_leads_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_measured_figure_stands_in_the_results(language: Language, name: str) -> None:
    text = text_of(language, name)
    assert filled(text, name, language).count("<!--/-->") == text.count("<!--/-->")
    assert "--><!--/-->" not in text


def test_a_figure_that_was_not_measured_stops_the_command() -> None:
    with pytest.raises(KeyError, match="nobody"):
        filled("<!--questions: nobody; none: F1-->0.99<!--/-->", "questions", "en")


def test_a_link_leads_to_the_card_in_the_language_of_the_user() -> None:
    language: Language
    for language in get_args(Language):
        set_language(language)
        try:
            assert {(DOCS.parents[1] / link(measure)).read_text(encoding="utf-8") for measure in CARD_OF} == {
                text_of(language, name) for name in CARDS
            }
            assert card("share") == card("share", language)
        finally:
            set_language(None)


def test_a_card_is_read_without_its_marks() -> None:
    assert all("<!--" not in card(measure, language) for measure in CARD_OF for language in LANGUAGES)


@pytest.mark.parametrize("ask", [card, link])
def test_what_is_no_measure_has_no_card(ask: Callable[[str], str]) -> None:
    with pytest.raises(InvalidParameter, match="listening"):
        ask("listening")
