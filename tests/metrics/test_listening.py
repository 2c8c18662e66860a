"""The plain rule: which utterances show that somebody listens, and to whom."""

import pytest

from talkbalance.meeting import Check, Meeting, Source, Speaker, Utterance
from talkbalance.metrics.listening import backchannels, likely, listening
from talkbalance.metrics.said import said
from tests.drawing import draw

Said = tuple[float, float, str, str]

PEOPLE = (Speaker("Eva"), Speaker("Baum"), Speaker("Cem"))
HOLDS = (0.0, 5.0, "Eva", "wir fangen oben an")
GOES_ON = (6.5, 9.0, "Eva", "und hier geht es weiter")


def _meeting(*spoken: Said, checked: dict[str, bool] | None = None) -> Meeting:
    """Return a meeting; of a text in `checked` a person has said whether it is a listener signal."""
    utterances = (
        Utterance(start, end, name, text, checks=(Check("backchannels", checked[text]),) if checked and text in checked else ())
        for start, end, name, text in sorted(spoken)
    )
    return Meeting(PEOPLE, tuple(utterances), 60, language="de", source=Source(times="utterance", overlap_observable=True))


def _plain(*spoken: Said) -> list[str]:
    """Return who is listened to by whom, by the plain rule."""
    found = backchannels(_meeting(*spoken), rule="plain")
    return [f"{speaker} to {to}" for speaker, to in found[["speaker", "to"]].to_numpy().tolist()]


@pytest.mark.parametrize(("length", "signal"), [(1.0, True), (1.01, False)])
def test_a_signal_lasts_at_most_a_second(length: float, signal: bool) -> None:
    assert _plain(HOLDS, (2, 2 + length, "Baum", "genau")) == ["Baum to Eva"] * signal


@pytest.mark.parametrize(
    ("text", "signal"), [("ja ja genau", True), ("ja ja ja genau", False), ("ja das Plakat", False), ("", True)]
)
def test_a_signal_has_at_most_three_words_all_of_them_signals(text: str, signal: bool) -> None:
    assert _plain(HOLDS, (2, 2.9, "Baum", text)) == ["Baum to Eva"] * signal


@pytest.mark.parametrize(("again", "signal"), [(1.0, True), (0.99, False)])
def test_who_goes_on_within_a_second_has_begun_a_turn(again: float, signal: bool) -> None:
    spoken = (HOLDS, (2, 2.5, "Baum", "ja"), (2.5 + again, 7, "Baum", "aber das Blau gefällt mir nicht"))
    assert _plain(*spoken) == ["Baum to Eva"] * signal


@pytest.mark.parametrize(
    ("spoken", "signal"),
    [
        ((HOLDS, (5.2, 5.6, "Baum", "genau"), GOES_ON), ["Baum to Eva"]),  # after it, before she goes on
        ((HOLDS, (5.2, 5.6, "Baum", "genau")), []),  # nobody goes on
        ((HOLDS, (5.2, 5.6, "Baum", "genau"), (6, 7, "Cem", "ich sehe das anders"), GOES_ON), []),  # somebody else does
        ((HOLDS, (4.8, 5.2, "Baum", "genau")), []),  # outlasts her
        ((HOLDS, (4.6, 5.0, "Baum", "genau")), []),  # ends with her, and nobody goes on
        ((HOLDS, (4.5, 4.9, "Baum", "genau")), ["Baum to Eva"]),
        ((HOLDS, (3, 5, "Baum", "das Blau gefällt mir"), (5.3, 5.7, "Baum", "genau"), GOES_ON), ["Baum to Eva"]),
        ((HOLDS, (3, 5.1, "Baum", "das Blau gefällt mir"), (5.4, 5.8, "Baum", "genau"), GOES_ON), []),  # spoke after her
        (((0, 5, "Eva", "was meinen Sie damit?"), (5.2, 5.6, "Baum", "genau"), GOES_ON), []),  # an answer
        (((0, 5, "Eva", "was meinen Sie damit?"), (3, 3.4, "Baum", "genau"), GOES_ON), ["Baum to Eva"]),  # over the question
        (((0.0, 0.4, "Baum", "genau"), (1, 5, "Eva", "wir fangen oben an")), []),  # nobody has spoken yet
    ],
)
def test_the_other_holds_the_floor(spoken: tuple[Said, ...], signal: list[str]) -> None:
    assert _plain(*spoken) == signal


def test_who_began_last_is_listened_to_unless_the_listener_spoke_after() -> None:
    two = (HOLDS, (3, 8, "Cem", "und danach die Farben und das Logo"))
    assert _plain(*two, (4, 4.4, "Baum", "genau")) == ["Baum to Cem"]
    assert _plain(HOLDS, (1, 3, "Baum", "aber das Blau gefällt mir nicht"), (4.2, 4.6, "Baum", "genau")) == ["Baum to Eva"]
    assert (
        _plain(HOLDS, (4, 6, "Baum", "aber das Blau gefällt mir nicht"), (7.2, 7.6, "Baum", "genau"), (8.7, 9, "Eva", "Plakat"))
        == []
    )


def test_units_joined_over_a_breath_are_judged_together() -> None:
    assert _plain(HOLDS, (2, 2.4, "Baum", "ja"), (2.5, 2.9, "Baum", "genau")) == ["Baum to Eva"] * 2
    assert _plain(HOLDS, (2, 2.4, "Baum", "ja"), (2.5, 2.9, "Baum", "das Plakat")) == []
    asking = ((0, 3, "Eva", "was meinen Sie?"), (3.1, 5, "Eva", "wir fangen oben an"))
    assert _plain(*asking, (5.2, 5.6, "Baum", "genau"), GOES_ON) == ["Baum to Eva"]


def test_how_sure_the_plain_rule_is() -> None:
    columns = said(_meeting(HOLDS, (1, 1.5, "Baum", "genau"), (3, 3.5, "Baum", "")))
    plain = listening(columns)
    assert plain.probability.tolist() == [0, 0.81, 0.7]
    assert plain.to.tolist() == [-1, 0, 0]
    assert likely(columns, plain).probability.tolist()[2] == 0.7
    assert listening(said(_meeting())).probability.tolist() == []


def test_what_a_person_says_is_a_signal_listens_to_whoever_spoke_last() -> None:
    talked = (
        HOLDS,
        (5.5, 8, "Cem", "und danach die Farben und das Logo"),
        (9, 10, "Baum", "das Plakat"),
        (11, 14, "Eva", "gut so"),
    )
    found = backchannels(_meeting(*talked, checked={"das Plakat": True}))
    assert found[found["speaker"] == "Baum"][["to", "confidence"]].to_numpy().tolist() == [["Cem", 1]]
    over = (HOLDS, (5.5, 12, "Cem", "und danach die Farben und das Logo"), (9, 10, "Baum", "genau"), (13, 14, "Eva", "gut so"))
    found = backchannels(_meeting(*over, checked={"genau": True}))
    assert found[found["speaker"] == "Baum"][["to", "confidence"]].to_numpy().tolist() == [["Cem", 1]]
    assert backchannels(_meeting(*over, checked={"genau": False}))["speaker"].tolist().count("Baum") == 0


def test_of_one_person_alone_nothing_listens() -> None:
    spoken = Utterance(0, 1, "Eva", "mhm", checks=(Check("backchannels", holds=True),))
    alone = Meeting((Speaker("Eva"),), (spoken,), 2, language="de", source=Source(times="utterance", overlap_observable=True))
    assert listening(said(alone)).probability.tolist() == [0]


def test_limits_that_can_be_asked() -> None:
    meeting = draw("Eva |################| wir fangen oben an\nBaum |     ##         | mhm", step=0.25)
    (sure,) = backchannels(meeting)["confidence"]
    assert len(backchannels(meeting, threshold=float(sure))) == 1
    assert backchannels(meeting, threshold=1).empty
    assert len(backchannels(meeting, threshold=0)) == 1
    assert backchannels(meeting, rule="plain", threshold=1)["text"].tolist() == ["mhm"]


def _to(*spoken: Said, text: str) -> str:
    """Return whom somebody listens to of whom a person said so, given the plain rule alone."""
    meeting = _meeting(*spoken, checked={text: True})
    (at,) = (i for i, utterance in enumerate(meeting.utterances) if utterance.text == text)
    found = listening(said(meeting))
    assert found.probability[at] == 1
    return PEOPLE[found.to[at]].name


def test_a_checked_signal_goes_to_whom_the_rule_says_and_else_to_whoever_spoke_last() -> None:
    cem = (5.5, 8, "Cem", "und danach die Farben und das Logo")
    assert _to(HOLDS, cem, (9, 10, "Baum", "das Plakat"), text="das Plakat") == "Cem"
    assert _to(HOLDS, (9, 10, "Baum", "das Plakat"), text="das Plakat") == "Eva"
    assert _to(HOLDS, cem, (9, 12, "Baum", "ich sehe das anders"), (13, 14, "Baum", "das Plakat"), text="das Plakat") == "Cem"
    assert _to((0, 5, "Cem", "wir fangen oben an"), (9, 10, "Baum", "das Plakat"), text="das Plakat") == "Cem"
    over = ((0.0, 12.0, "Cem", "und danach die Farben und das Logo"), (1.0, 6.0, "Eva", "wir fangen oben an"))
    assert _to(*over, (3, 3.5, "Baum", "genau"), text="genau") == "Eva"
