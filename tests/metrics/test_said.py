"""What the words of an utterance say about the floor."""

import pytest

from talkbalance.language import word_class, words
from talkbalance.language.words import ROLES, SIGNAL_KINDS, role, signal_kind
from talkbalance.meeting import Check, Meeting, Source, Speaker, Utterance
from talkbalance.metrics.said import ANYBODY, CLASSES, ENDINGS, NOBODY, TRAITS, WORDLESS, Said, ending, said


def _said(*texts: str, checks: tuple[Check, ...] = ()) -> Said:
    spoken = tuple(Utterance(i, i + 1, "Eva", text, checks=checks) for i, text in enumerate(texts))
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"), Speaker("Cem", "agency"))
    return said(Meeting(people, spoken, len(texts), language="de", source=Source(times="utterance")))


def _traits(text: str, *checks: Check) -> dict[str, float]:
    return dict(zip(TRAITS.names or (), _said(text, checks=checks).traits[0].item(), strict=True))


LONG = "ich und der Hund gehen heute über die Straße"
CLASS_PLACES = {"first": 0, "second": 1, "before_last": -2, "third_last": -3}
ROLE_PLACES = {
    **{"first_role": 0, "second_role": 1},
    **{"last_role": -1, "before_last_role": -2, "third_last_role": -3, "fourth_last_role": -4},
}
KIND_PLACES = {"first_kind": 0, "second_kind": 1, "last_kind": -1}


@pytest.mark.parametrize("text", [LONG, "Hund und Katze", "ja genau", "über", "mhm das ist doch der Hund"])
def test_words_count_at_their_places_and_no_word_is_none(text: str) -> None:
    found, traits = words(text), _traits(text)
    n = len(found)
    assert traits["words"] == n
    for name, place in CLASS_PLACES.items():
        assert traits[name] == (CLASSES.index(word_class(found[place], "de")) if -n <= place < n else -1), name
    for name, place in ROLE_PLACES.items():
        assert traits[name] == ROLES.index(role(found, place, "de")), name
    for name, place in KIND_PLACES.items():
        assert traits[name] == (SIGNAL_KINDS.index(signal_kind(found[place], "de")) if -n <= place < n else -1), name


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("gut gut", {"repeats": True, "last_letters": 3}),
        ("gut", {"repeats": False, "last_letters": 3}),
        ("sehr gut sehr", {"repeats": False, "last_letters": 4}),
        ("Rind" * 30, {"last_letters": 100}),
        ("Was kostet das? ", {"asks": True, "signal": False}),
        ("Was kostet das", {"asks": False}),
        ("mhm", {"signal": True, "candidate": True, "strange": 0}),
        ("mhm der Hund", {"signal": False, "candidate": True}),
        ("der Hund mhm", {"candidate": True}),
    ],
)
def test_what_words_say(text: str, traits: dict[str, float]) -> None:
    found = _traits(text)
    assert found == found | traits


@pytest.mark.parametrize(
    ("text", "candidate"),
    [
        ("", False),
        ("Hund", False),
        ("mhm Hund Katze Maus Pferd", True),
        ("mhm Hund Katze Maus Pferd Kuh", False),
        ("mhm " + "m" * 56, True),
        ("mhm " + "m" * 57, False),
    ],
)
def test_a_candidate_has_one_to_five_words_and_is_short(text: str, candidate: bool) -> None:
    found = _traits(text)
    assert found["candidate"] == candidate
    assert found["strange"] == (sum(word != "mhm" and set(word) != {"m"} for word in words(text)) if candidate else 0)


def test_without_words_there_is_nothing_to_say_and_it_may_be_a_signal() -> None:
    assert _said("").traits.tolist() == WORDLESS.tolist()
    found = _traits("")
    assert (found["words"], found["signal"], found["asks"], found["ending"]) == (0, True, False, ENDINGS.index("nothing"))
    assert {found[name] for name in (*CLASS_PLACES, *KIND_PLACES)} == {-1}


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("", "nothing"),
        ("…", "broken"),
        (".", "nothing"),
        ("-", "broken"),
        ("das Plak-", "broken"),
        ("und dann kam die", "open"),
        ("wir sehen", "content"),
        ("das ist es", "pronoun"),
    ],
)
def test_how_an_utterance_ends(text: str, how: str) -> None:
    assert ending(text, "de") == how


def test_sides_are_those_of_the_speakers() -> None:
    found = _said("ja")
    assert [found.sides[side] for side in found.side] == ["agency", "client", "agency"]


def test_what_a_person_checked_stands_beside_what_the_words_say() -> None:
    assert _traits("mhm")["listens"] == 0
    heard = _traits("mhm", Check("backchannels", holds=True))
    assert (heard["listens"], heard["signal"], heard["candidate"]) == (1, True, True)
    none = _traits("mhm", Check("backchannels", holds=False))
    assert (none["listens"], none["signal"], none["candidate"]) == (-1, False, False)


CUT = (Check("interruptions", holds=True, by="Baum"), Check("interruptions", holds=True, by="Cem"))


@pytest.mark.parametrize(
    ("checks", "stopped", "spared"),
    [
        ((), NOBODY, NOBODY),
        (CUT[:1], 1, NOBODY),
        (CUT[:1] * 2, 1, NOBODY),
        (CUT, ANYBODY, NOBODY),
        ((Check("interruptions", holds=True),), ANYBODY, NOBODY),
        ((Check("interruptions", holds=False, by="Cem"),), NOBODY, 2),
        ((CUT[0], Check("interruptions", holds=False, by="Cem")), 1, 2),
        ((Check("questions", holds=True, start=0),), NOBODY, NOBODY),
    ],
)
def test_who_did_and_who_did_not_cut_off(checks: tuple[Check, ...], stopped: int, spared: int) -> None:
    found = _traits("das Plakat", *checks)
    assert (found["stopped_by"], found["spared_by"]) == (stopped, spared)
    assert len({NOBODY, ANYBODY, 0, 1, 2}) == 5
