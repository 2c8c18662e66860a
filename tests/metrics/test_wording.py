"""Figures of words of a meeting that was heard in another way: with nothing misheard they are those of the summary."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given

from talkbalance.floor import Ints
from talkbalance.meeting import Meeting, Source, Speaker, Utterance
from talkbalance.metrics.interruptions import cuts
from talkbalance.metrics.said import Said
from talkbalance.metrics.talk import talk, talk_of
from talkbalance.metrics.timing import Values
from talkbalance.metrics.wording import Worded, worded, wording
from talkbalance.summary import summary
from talkbalance.uncertainty import figures
from tests.drawing import draw
from tests.meetings import meetings

TALK = """
    Baum (client) |######         ####     ######      | Die Plakate hängen am Bahnhof./Das weiß ich nicht./Und dann kam die
    Eva (agency)  |      ######        ####      ######| Welche Plakate meinen Sie?/Das heißt, Sie raten nur./Ja, aber so geht es.
"""


def _decided(said: Worded) -> Worded:
    """Take every decision as it stands, without its probability."""
    asking = replace(said.asking, probability=(said.asking.probability >= 0.5).astype(np.float64))
    return replace(said, cut_off=(said.cut_off >= 0.5).astype(np.float64), asking=asking)


def _again(columns: Said, origin: Ints, said: Worded) -> Values:
    found = talk_of(columns)
    cut = cuts(found)
    return wording(found, cut, origin, _decided(said), figures(found), np.random.default_rng(0))


def _as_heard(meeting: Meeting) -> Values | None:
    found = talk(meeting)
    said = worded(meeting, found)
    return None if said is None else _again(found.said, np.arange(len(meeting.utterances)), said)


def _as_in_the_summary(meeting: Meeting) -> Values:
    """Assert that every figure is that of the summary; return them."""
    values = _as_heard(meeting) or {}
    measured = summary(meeting, runs=0)
    for measure, drawn in values.items():
        rows = measured[(measured["measure"] == measure) & measured["available"]]
        sides = [meeting.sides.index(side) if side else 0 for side in rows["side"]]
        assert drawn[sides].tolist() == pytest.approx(rows["value"].tolist(), nan_ok=True), measure
    return values


@given(meetings())
def test_with_nothing_misheard_every_figure_is_that_of_the_summary(meeting: Meeting) -> None:
    _as_in_the_summary(meeting)


RICH = (
    *((0, 6, "Baum", "Uns fehlt die Litfaßsäule am Bahnhof."), (6, 9, "Eva", "Welche Litfaßsäule meinen Sie?")),
    *((9.5, 12, "Baum", "Die große am Bahnhof, die rote."), (12.2, 15, "Eva", "Das heißt, Sie wollen mehr auffallen.")),
    *(
        (15.5, 19, "Baum", "Ja, aber so geht das doch nicht."),
        (19, 20, "Eva", "Mhm."),
        (20.5, 25, "Baum", "Und dann wollten wir mit dem Panda die"),
    ),
    *(
        (23.5, 28, "Eva", "Das machen wir alles neu."),
        (29, 33, "Baum", "Der Panda ist aber beliebt."),
        (33.2, 35, "Eva", "Warum ist er rosa?"),
    ),
    *(
        (35.5, 38, "Baum", "Das war billig, oder?"),
        (38.5, 41, "Eva", "Was wäre Ihnen denn wichtig?"),
        (60, 64, "Baum", "Die Farben und das Licht."),
    ),
    *(
        (65, 68, "Eva", "Und die Litfaßsäule am Bahnhof?"),
        (68.5, 70, "Baum", "Die auch."),
        (71, 90, "Eva", "Wir sind gut und unsere Leute auch."),
    ),
    *(
        (90.5, 110, "Eva", "Wir können das und wir haben das immer so gemacht."),
        (110.5, 140, "Tom", "Unsere Arbeit ist bekannt und wir sind stolz."),
    ),
    *(
        (138, 142, "Baum", "Ich wollte da noch was"),
        (142.1, 145, "Tom", "Gern, was meinen Sie?"),
        (145.5, 150, "Baum", "Mir gefällt der Panda."),
    ),
)
"""Callbacks, a reflection, a dismissal, an interruption that is taken up again, a pitch, questions with and without answers."""


def _rich(*, agency: str = "agency", client: str = "client", only: int | None = None) -> Meeting:
    people = (Speaker("Eva", agency), Speaker("Baum", client), Speaker("Tom", agency))
    spoken = tuple(Utterance(*one) for one in RICH[:only])
    return Meeting(people, spoken, 160, language="de", source=Source(times="utterance", overlap_observable=True))


def test_with_everything_in_it_every_figure_is_that_of_the_summary() -> None:
    values = _as_in_the_summary(_rich())
    agency, client = 0, 1
    some = ("interruptions", "interruption_rate", "interruptions_resumed", "questions", "open_question_share", "why_questions")
    for measure in (*some, "follow_up_share", "answered_share", "reflections", "uptake", "callback_rate", "pitch_runs"):
        assert values[measure][agency] > 0, measure
    assert 0 < values["question_ratio"][agency] < 1
    assert 0 < values["follow_up_share"][agency] < 1
    assert 0 < values["answered_share"][agency] < 1
    assert 0 < values["open_question_share"][agency] < 1
    assert values["dismissals"].tolist() == [0, 1]
    assert values["pitch_runs"][client] == 0
    assert values["interruption_asymmetry"][0] > 0
    for measure in ("questions", "uptake"):
        assert 0 <= values[f"reciprocity_{measure}"][0] <= 1


@pytest.mark.parametrize("only", [3, 6, 9, 13, 14, 18])
def test_of_a_part_and_without_sides_figures_are_those_of_the_summary(only: int) -> None:
    both = {"pitch_runs", "interruption_asymmetry", "reciprocity_questions"}
    assert both <= _as_in_the_summary(_rich(only=only)).keys()
    for agency, client in (("", ""), ("agency", ""), ("", "client")):
        assert not both & _as_in_the_summary(_rich(agency=agency, client=client, only=only)).keys()


def test_what_is_probable_counts_as_often_as_it_is() -> None:
    meeting = _rich()
    found = talk(meeting)
    said = worded(meeting, found)
    assert said is not None
    said = replace(
        said,
        cut_off=np.full(len(said.cut_off), 0.25),
        asking=replace(said.asking, probability=np.full(len(said.asking.probability), 0.75)),
    )
    cut, origin, chance = cuts(found), np.arange(len(meeting.utterances)), np.random.default_rng(0)
    drawn = [wording(found, cut, origin, said, figures(found), chance) for _ in range(300)]
    asking = ~said.asking.tag & (said.asking.side == 0)
    assert np.mean([values["questions"][0] for values in drawn]) == pytest.approx(0.75 * asking.sum(), rel=0.05)
    across = cut.taken & cut.across(found.said.side)
    assert np.mean([values["interruptions"].sum() for values in drawn]) == pytest.approx(0.25 * across.sum(), rel=0.1)


def test_what_another_hearing_leaves_out_moves_places_and_words() -> None:
    meeting = _rich()
    said = worded(meeting, talk(meeting))
    assert said is not None
    kept = np.array([i for i in range(len(meeting.utterances)) if i not in (1, 5)])
    shorter = replace(meeting, utterances=tuple(meeting.utterances[i] for i in kept))
    values, own = _again(talk(shorter).said, kept, said), _as_heard(shorter)
    assert own is not None
    for measure in ("uptake", "callback_rate", "pitch_runs", "interruptions", "interruptions_resumed"):
        assert values[measure].tolist() == pytest.approx(own[measure].tolist()), measure
    whole = _as_heard(meeting)
    assert whole is not None
    assert values["questions"][0] == whole["questions"][0] - 1  # "Welche Litfaßsäule meinen Sie?"
    assert values["reflections"].tolist() == whole["reflections"].tolist()
    added = np.where(np.isin(np.arange(len(meeting.utterances)), kept), np.arange(len(meeting.utterances)), -1)
    assert _again(talk(meeting).said, added, said)["questions"].tolist() == values["questions"].tolist()


def test_who_says_it_moves_what_it_counts_for() -> None:
    meeting = draw(TALK, step=0.5)
    found = talk(meeting)
    said = worded(meeting, found)
    assert said is not None
    right = _again(found.said, np.arange(6), said)
    agency, client = (meeting.sides.index(side) for side in ("agency", "client"))
    assert (right["questions"][agency], right["reflections"][agency], right["dismissals"][agency]) == (1, 1, 1)
    assert right["uptake"][agency] > 0
    swapped = replace(found.said, side=1 - found.said.side)
    other = _again(swapped, np.arange(6), said)
    assert (other["questions"][client], other["reflections"][client]) == (1, 1)
    assert other["uptake"].tolist() == pytest.approx(right["uptake"][::-1].tolist())


def test_what_nobody_said_counts_for_nobody() -> None:
    meeting = draw(TALK, step=0.5)
    found = talk(meeting)
    said = worded(meeting, found)
    assert said is not None
    gone = _again(found.said, np.full(6, -1), said)
    assert gone["questions"].tolist() == [0, 0]
    assert gone["interruptions"].tolist() == [0, 0]
    assert np.isnan(gone["uptake"]).all()


def test_a_pitch_is_one_only_while_the_agency_speaks() -> None:
    meeting = draw("Eva (agency)  |##############  |\nBaum (client) |              ##|", step=5)
    words_ = "wir machen das alles selbst und unsere Leute sind gut, wir können das, wir sind das beste Haus"
    meeting = replace(
        meeting, utterances=(replace(meeting.utterances[0], text=words_), replace(meeting.utterances[1], text="Gut."))
    )
    values = _as_heard(meeting)
    assert values is not None
    assert values["pitch_runs"][meeting.sides.index("agency")] == 1
    colleagues = replace(meeting, speakers=(Speaker("Eva", "client"), Speaker("Baum", "agency")))
    values = _as_heard(colleagues)
    assert values is not None
    assert values["pitch_runs"].sum() == 0


def test_where_nothing_was_said_there_is_nothing_to_play_through() -> None:
    meeting = draw("Eva |##|\nBaum |  ##|")
    assert worded(meeting, talk(meeting)) is None


def test_who_takes_up_nothing_and_who_never_answers_differ() -> None:
    meeting = draw("Eva |###   | Die Plakate hängen.\nBaum |   ###| Das Wetter war schön.")
    values = _as_heard(meeting)
    assert values is not None
    assert isnan(values["uptake"][0])
    assert values["uptake"][1] == 0


def test_who_is_cut_off_first_of_all_may_get_back_to_it() -> None:
    meeting = draw(
        """
        Baum (client) |##############             ######| Wir wollten zur Broschüre eigentlich noch die/die Broschüre eben
        Eva (agency)  |           ###########           | Das machen wir alles neu
        """,
        step=0.25,
    )
    values = _as_in_the_summary(meeting)
    assert (values["interruptions"].tolist(), values["interruptions_resumed"].tolist()) == ([1, 0], [1, 0])


@pytest.mark.parametrize(
    ("seconds", "often", "pitch"), [(60.001, 4, 1), (60, 4, 0), (80, 4, 1), (81, 4, 0), (80, 3, 0), (50, 9, 0)]
)
def test_a_pitch_is_longer_than_a_minute_and_says_we_three_times_a_minute(seconds: float, often: int, pitch: int) -> None:
    text = "Die Farben und die Schrift sind gut. " + "Wir machen das. " * often
    said = (
        *((0, 3, "Baum", "Ich bin gespannt."), (4, 8, "Eva", "Wir sind wir und wir und wir."), (9, 12, "Baum", "Das ist schön.")),
        *((13, 13 + seconds, "Eva", text), (14 + seconds, 17 + seconds, "Baum", "Na gut so.")),
    )
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    spoken = tuple(Utterance(*one) for one in said)
    values = _as_in_the_summary(Meeting(people, spoken, 120, language="de", source=Source(times="utterance")))
    assert values["pitch_runs"].tolist() == [pitch, 0]


@pytest.mark.parametrize(("asks", "pitch"), [("Baum", 1), ("Eva", 0)])
def test_a_pitch_is_ended_by_what_the_agency_asks_not_by_what_it_is_asked(asks: str, pitch: int) -> None:
    text = "Die Farben und die Schrift sind gut. " + "Wir machen das. " * 5
    asked = (40, 41.5, "Baum", "Was kostet das?")
    if asks == "Eva":
        text, asked = f"{text} Was kostet das?", (40, 40.4, "Baum", "Mhm.")
    said = ((0, 3, "Baum", "Ich bin gespannt."), (5, 70, "Eva", text), asked, (72, 75, "Baum", "Na gut so."))
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    spoken = tuple(Utterance(*one) for one in said)
    values = _as_in_the_summary(Meeting(people, spoken, 120, language="de", source=Source(times="utterance")))
    assert values["pitch_runs"].tolist() == [pitch, 0]


def test_attempts_of_either_side_and_interruptions_by_the_client_are_told_apart() -> None:
    gave_up = """
        Eva (agency)  |########################| Zuerst kommt die Strategie und danach das Logo und die Farben.
        Baum (client) |        ######          | Aber wir haben doch den
    """
    assert _as_in_the_summary(draw(gave_up, step=0.25))["interruptions"].tolist() == [0, 0]
    turned = _as_in_the_summary(_rich(agency="client", client="agency"))
    assert turned["interruption_asymmetry"][0] < 0
    assert _as_in_the_summary(_rich(agency="agency", client="agency"))["interruptions"].tolist() == [0]


def test_one_telling_word_is_a_turn_that_can_be_taken_up() -> None:
    values = _as_in_the_summary(draw("Baum (client) |##     | Plakate.\nEva (agency)  |  #####| Die Plakate am Bahnhof."))
    assert values["uptake"][0] == 1
    values = _as_in_the_summary(
        draw("Baum (client) |##     | Gut genau ja.\nEva (agency)  |  #####| Genau, die Plakate am Bahnhof.")
    )
    assert isnan(values["uptake"][0])  # the turn before only signals listening


@pytest.mark.parametrize(("between", "back"), [(2, 0), (3, 0), (4, 3), (5, 3)])
def test_words_call_back_after_four_turns_without_them(between: int, back: int) -> None:
    texts = ["Plakat Farbe Bahnhof.", *["Das ist es."] * between, "Plakat Farbe Bahnhof Panda."]  # Farbe tells 3.0
    names = ["Baum", *("Eva", "Tom") * between][: len(texts)]
    spoken = tuple(Utterance(i * 3, i * 3 + 2, name, text) for i, (name, text) in enumerate(zip(names, texts, strict=True)))
    people = (Speaker("Baum", "client"), Speaker("Eva", "agency"), Speaker("Tom", "agency"))
    meeting = Meeting(people, spoken, 60, language="de", source=Source(times="utterance"))
    values = _as_in_the_summary(meeting)
    assert values["callback_rate"][0] == pytest.approx(back / (2 / 60))
