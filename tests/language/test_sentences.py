import pytest

from talkbalance.language import sentences
from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word

PEOPLE = (Speaker("Eva", "agency"), Speaker("Baum", "client"))


def meeting(*said: Utterance) -> Meeting:
    return Meeting(PEOPLE, said, duration=100)


def texts(*said: Utterance, punctuation: bool = True) -> list[str]:
    return [sentence.text for sentence in sentences(meeting(*said), "de", punctuation=punctuation)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Guten Tag. Wie geht es?", ["Guten Tag.", "Wie geht es?"]),
        ("Das ist z. B. Dr. Kern.", ["Das ist z. B. Dr. Kern."]),
        ("Das kostet z.B. 3,5 Mio. Euro. Gut.", ["Das kostet z.B. 3,5 Mio. Euro.", "Gut."]),
        ("Am 3. Mai um 10.30 Uhr.", ["Am 3. Mai um 10.30 Uhr."]),
        ("Es waren 3. Dann kam der Rest.", ["Es waren 3.", "Dann kam der Rest."]),
        ("Es war 2019. Vorher nicht.", ["Es war 2019.", "Vorher nicht."]),
        ("Das ist… ein Panda.", ["Das ist… ein Panda."]),
        ("Ja ... Das stimmt.", ["Ja...", "Das stimmt."]),
        ("Wirklich?! Ja!", ["Wirklich?!", "Ja!"]),
        ("Er sagte: „Warum?“ Und ging.", ["Er sagte: „Warum?“", "Und ging."]),
        ("Plakate usw. Das reicht.", ["Plakate usw.", "Das reicht."]),
        ("Wie bitte ?", ["Wie bitte?"]),
        ("— … ?", []),
    ],
)
def test_final_marks_end_sentences(text: str, expected: list[str]) -> None:
    assert texts(Utterance(0, 5, "Eva", text)) == expected


def test_a_sentence_runs_over_utterances_and_listener_signals() -> None:
    said = (Utterance(0, 1, "Eva", "Wann haben Sie"), Utterance(1, 1.2, "Baum", "Mhm."), Utterance(1.3, 2, "Eva", "das gemerkt?"))
    found = sentences(meeting(*said), "de")
    assert [(s.text, s.start, s.end) for s in found] == [("Wann haben Sie das gemerkt?", 0, 2), ("Mhm.", 1, 1.2)]


@pytest.mark.parametrize(
    "later",
    [
        (Utterance(2.5, 3, "Eva", "das gemerkt?"),),
        (Utterance(1.1, 1.4, "Baum", "Gestern war das."), Utterance(1.5, 2, "Eva", "das gemerkt?")),
    ],
)
def test_silence_or_another_turn_ends_it(later: tuple[Utterance, ...]) -> None:
    assert "Wann haben Sie" in texts(Utterance(0, 1, "Eva", "Wann haben Sie"), *later)


def spoken(*words: tuple[float, float, str]) -> Utterance:
    return Utterance(words[0][0], words[-1][1], "Eva", " ".join(text for *_, text in words), tuple(Word(*word) for word in words))


def test_without_marks_pauses_end_sentences() -> None:
    said = spoken((0, 1, "Das"), (1, 2, "stimmt"), (2.6, 3, "Warum"), (3, 4, "nicht"))
    found = sentences(meeting(said), "de")
    assert [(s.text, s.start, s.end) for s in found] == [("Das stimmt", 0, 2), ("Warum nicht", 2.6, 4)]


def test_a_pause_after_a_word_that_needs_another_ends_nothing() -> None:
    assert texts(spoken((0, 1, "Das"), (1, 2, "ist"), (2, 3, "der"), (4, 5, "Panda"))) == ["Das ist der Panda"]


def test_marks_can_be_ignored() -> None:
    assert texts(Utterance(0, 5, "Eva", "Guten Tag. Wie geht es?"), punctuation=False) == ["Guten Tag. Wie geht es?"]
    ignored = sentences(meeting(Utterance(0, 5, "Eva", "Wirklich?")), "de", punctuation=False)
    assert [sentence.mark for sentence in ignored] == [""]


def test_without_times_sentences_keep_their_order() -> None:
    said = [
        Utterance(None, None, "Eva", "Eins. Zwei"),
        Utterance(None, None, "Eva", "drei."),
        Utterance(None, None, "Baum", "Vier."),
    ]
    found = sentences(Meeting(PEOPLE, tuple(said), duration=None, source=Source(times="none")), "de")
    assert [(s.text, s.start) for s in found] == [("Eins.", None), ("Zwei drei.", None), ("Vier.", None)]
