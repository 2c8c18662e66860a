"""Names become roles, also in what was said; what could not be decided is handed to a person."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given

from talkbalance import pseudonyms
from talkbalance.formats import read
from talkbalance.i18n import Language, set_language
from talkbalance.language.words import LANGUAGES, lexicon
from talkbalance.meeting import UNKNOWN, Details, Meeting, Source, Speaker, Utterance, Word
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.questions import questions
from talkbalance.pseudonyms import Pseudonymised, pseudonymised
from talkbalance.summary import summary
from tests.meetings import meetings

GERMAN = (
    Speaker("Eva Lang", "agency"),
    Speaker("Jörg Brandt", "agency"),
    Speaker("Herr Baum", "client"),
    Speaker("Dr. Petra Koch-Müller", "client"),
    Speaker("Tom Brandt", "client"),
)
ENGLISH = (Speaker("Mark Will", "agency"), Speaker("Sarah O'Neil", "client"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language(None)


def talk(people: tuple[Speaker, ...], language: Language, *said: str) -> Meeting:
    """Return a meeting in which the first person says it all, word by word."""
    utterances = [
        Utterance(
            at, at + 1, people[0].name, text, tuple(Word(at + i / 50, at + (i + 1) / 50, w) for i, w in enumerate(text.split()))
        )
        for at, text in enumerate(said)
    ]
    return Meeting(people, tuple(utterances), duration=len(said), language=language)


def replaced(people: tuple[Speaker, ...], language: Language, said: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a text without names, and the words in doubt; words and text must agree."""
    found = pseudonymised(talk(people, language, said))
    (utterance,) = found.meeting.utterances
    assert " ".join(word.text for word in utterance.words) == utterance.text
    return utterance.text, [(entry.word, entry.why) for entry in found.unsure]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Herrn Baum habe ich Evas Idee gezeigt.", "Client 1 habe ich Agency 1s Idee gezeigt."),
        ("EVA, eva und Eva Lang", "Agency 1, Agency 1 und Agency 1"),
        ("Frau Dr. Koch-Müller und frau mueller", "Client 2 und Client 2"),
        ("Wie lang? Lang sagt es, frag Lang.", "Wie lang? Agency 1 sagt es, frag Agency 1."),
        ("Das sagte Baum, also Baum, Koch!", "Das sagte Client 1, also Client 1, Client 2!"),
        ("Brandt kommt, Tom Brandt bleibt.", "Agency 2/Client 3 kommt, Client 3 bleibt."),
        ("Frau Doktor Koch, die Frau ist da.", "Client 2, die Frau ist da."),
        ("Evaluation, Langeweile, Baumarkt", "Evaluation, Langeweile, Baumarkt"),
    ],
)
def test_german_names(said: str, expected: str) -> None:
    assert replaced(GERMAN, "de", said) == (expected, [])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Wie hoch ist der Baum?", ["Baum"]),
        ("Ein guter Koch gehört zum Baum.", ["Koch", "Baum"]),
        ("Das Baum-Logo bleibt.", ["Baum"]),
    ],
)
def test_a_noun_after_an_article_is_the_noun_and_said_to_be_one(said: str, words: list[str]) -> None:
    assert replaced(GERMAN, "de", said) == (said, [(word, "kept") for word in words])


@pytest.mark.parametrize(
    ("said", "expected", "doubts"),
    [
        ("Will said Mark's plan is fine.", "Agency 1 said Agency 1's plan is fine.", []),
        ("I will mark it, Mark.", "I will mark it, Agency 1.", []),
        ("Will you mark it?", "Will you mark it?", [("Will", "kept")]),
        ("Mark the day.", "Mark the day.", [("Mark", "kept")]),
        ("I met Will. Mr. Will called, I miss Sarah.", "I met Agency 1. Agency 1 called, I miss Client 1.", []),
        ("Sarah’s idea, O’Neil's team", "Client 1’s idea, Client 1's team", []),
    ],
)
def test_english_names(said: str, expected: str, doubts: list[tuple[str, str]]) -> None:
    assert replaced(ENGLISH, "en", said) == (expected, doubts)


@pytest.mark.parametrize(
    ("people", "language", "said", "strangers"),
    [
        (GERMAN, "de", "Frau Schröder kommt, Stefan auch. Das Plakat hängt.", ["Schröder", "Stefan"]),
        (ENGLISH, "en", "On Monday I saw Jonathan Pike. The CEO was there, OK?", ["Jonathan", "Pike"]),
    ],
)
def test_names_of_others_are_left_for_a_person_to_look_at(
    people: tuple[Speaker, ...], language: Language, said: str, strangers: list[str]
) -> None:
    assert replaced(people, language, said) == (said, [(name, "stranger") for name in strangers])


def test_doubts_are_counted_with_their_first_moment() -> None:
    found = pseudonymised(talk(GERMAN, "de", "Gut.", "Der Baum, der Baum.", "Der Baum?"))
    (entry,) = found.unsure
    assert (entry.n, entry.start, entry.quote) == (3, 1.0, "Der Baum, der Baum.")
    assert str(entry) == "Baum (3×, first at 0:01)"
    assert "names as well: Baum (3×" in found.to_check()
    assert pseudonymised(talk(GERMAN, "de", "Gut.")).to_check() == ""


def test_words_of_one_name_become_one_word_with_its_time() -> None:
    found = pseudonymised(talk(GERMAN, "de", "Also Frau Dr. Koch-Müller, ja."))
    words = found.meeting.utterances[0].words
    assert [(word.text, word.start, word.end) for word in words] == [
        ("Also", 0, 0.02),
        ("Client 2,", 0.02, 0.08),
        ("ja.", 0.08, 0.1),
    ]


def test_what_names_a_file_or_a_client_is_gone_and_the_identity_stays() -> None:
    meeting = replace(
        talk(GERMAN, "de", "Gut."),
        title="Erstgespräch mit Herrn Baum",
        source=Source("baum.mp4", "sound", options=(("note", "für Eva"),)),
        recording=Path("baum.mp4"),
        details=Details(id="abc", client="Zimmerei Baum", consent="von Herrn Baum"),
    )
    found = pseudonymised(meeting).meeting
    assert found.title == "Erstgespräch mit Client 1"
    assert (found.source.file, found.source.options) == ("", (("note", "für Agency 1"),))
    assert found.recording is None
    assert found.details == Details(id="abc", consent="von Client 1")
    assert pseudonymised(replace(meeting, title="baum")).meeting.title == ""


def test_roles_count_within_a_side_and_nobody_stays_nobody() -> None:
    people = (Speaker("A B"), Speaker(UNKNOWN), Speaker("S2"), Speaker("Speaker 3", "client"))
    meeting = Meeting(people, (Utterance(0, 1, "S2", "The speaker said S2 is unknown."),), duration=1, language="en")
    found = pseudonymised(meeting)
    assert found.roles == {"A B": "Person 1", UNKNOWN: UNKNOWN, "S2": "Person 2", "Speaker 3": "Client 1"}
    assert found.meeting.utterances[0].text == "The speaker said S2 is unknown."


def test_roles_are_named_in_the_language_of_the_page() -> None:
    set_language("de")
    assert list(pseudonymised(talk(GERMAN, "de", "Gut.")).roles.values())[:3] == ["Agentur 1", "Agentur 2", "Kunde 1"]


@given(meetings())
def test_times_sides_and_order_stay(meeting: Meeting) -> None:
    found = pseudonymised(meeting)
    assert isinstance(found, Pseudonymised)
    before = sorted((u.start or 0.0, u.end or 0.0, found.roles[u.speaker]) for u in meeting.utterances)
    assert before == sorted((u.start or 0.0, u.end or 0.0, u.speaker) for u in found.meeting.utterances)
    assert [s.side for s in meeting.speakers] == [s.side for s in found.meeting.speakers]


@pytest.mark.parametrize("sample", ["erstgespraech_de", "zweitgespraech_de", "first_meeting_en"])
def test_nobody_of_a_sample_is_named_any_more(samples: Path, sample: str) -> None:
    meeting = read(samples / f"{sample}.meeting.json")
    found = pseudonymised(meeting)
    said = " ".join([found.meeting.title, *(u.text + " ".join(w.text for w in u.words) for u in found.meeting.utterances)])
    for speaker in meeting.speakers:
        for part in speaker.name.split():
            assert part in ("Herr", "Frau") or part not in said or any(entry.word == part for entry in found.unsure)


def test_tables_keep_their_figures_and_lose_their_names(samples: Path) -> None:
    meeting = read(samples / "zweitgespraech_de.meeting.json")
    found = pseudonymised(meeting)
    for table in (summary(meeting), interruptions(meeting), questions(meeting)):
        roles = found.table(table)
        assert roles.dtypes.equals(table.dtypes)
        assert not any(name in roles.to_csv() for name in found.roles)
        assert roles.select_dtypes("number").equals(table.select_dtypes("number"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_common_names_are_replaced_however_they_are_written(language: Language) -> None:
    known = pseudonyms._known()
    names = [name for name in sorted(known.given) if not any(name in lexicon(one).classes for one in LANGUAGES)]
    names = [name.title() for name in names if name not in known.ordinary[language]]
    assert len(names) > 500
    for name in names:
        said = f"{name}, ist {name}s Plan von {name.upper()} oder {name.lower()}?"
        expected = "Client 1, ist Client 1s Plan von Client 1 oder Client 1?"
        assert replaced((Speaker("Xaver Yps", "agency"), Speaker(name, "client")), language, said)[0] == expected


def test_other_columns_that_hold_what_was_said_are_replaced_too(samples: Path) -> None:
    meeting = read(samples / "erstgespraech_de.meeting.json")
    found = pseudonymised(meeting)
    asked = pd.DataFrame({"question": ["Hat Eva das gesagt?"], "words": ["eva plakat"], "text": ["Frag Herrn Baum."]})
    assert found.table(asked).iloc[0].tolist() == ["Hat Agency 1 das gesagt?", "Agency 1 plakat", "Frag Client 1."]
