import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.frames import QUESTIONS
from talkbalance.language import question
from talkbalance.meeting import Check, Meeting, Prosody, Source, Speaker, Utterance, Word
from talkbalance.metrics.questions import QuestionCounts, asking, question_counts, questions
from tests.meetings import meetings

PEOPLE = (Speaker("Eva", "agency"), Speaker("Tom", "agency"), Speaker("Baum", "client"))


def meeting(*said: tuple[float, float, str, str], language: str | None = "de") -> Meeting:
    utterances = [Utterance(*spoken) for spoken in said]
    return Meeting(PEOPLE, tuple(utterances), duration=300, language=language)


TALK = meeting(
    (0, 2, "Eva", "Guten Tag. Was hat Sie gestört?"),
    (3, 5, "Baum", "Die Plakate am Bahnhof, vor allem."),
    (5, 5.3, "Eva", "Mhm."),
    (6, 8, "Eva", "Welches Plakat war das?"),
    (9, 10, "Baum", "Welches meinen Sie?"),
    (11, 13, "Tom", "Haben Sie das Bild vom Panda noch?"),
    (30, 31, "Baum", "Warum ist der Panda rosa?"),
    (31.5, 33, "Eva", "Das war so gewünscht, oder?"),
)


def test_the_whole_table() -> None:
    found = questions(TALK)
    rows = found[["start", "end", "speaker", "side", "kind", "open", "why", "follow_up", "answered"]].to_numpy().tolist()
    assert rows == [
        [0, 2, "Eva", "agency", "wh", True, False, False, True],
        [6, 8, "Eva", "agency", "wh", False, False, True, False],
        [9, 10, "Baum", "client", "wh", False, False, False, False],
        [11, 13, "Tom", "agency", "polar", False, False, False, False],
        [30, 31, "Baum", "client", "wh", True, True, True, True],
        [31.5, 33, "Eva", "agency", "tag", False, False, False, False],
    ]
    assert found["confidence"].between(0.5, 1).all()


def test_columns_and_types_are_those_promised() -> None:
    none = questions(meeting((0, 1, "Eva", "Gut gemacht.")))
    assert list(none.columns) == list(QUESTIONS)
    assert none.empty
    assert is_bool_dtype(none["answered"])
    assert (questions(TALK).dtypes == none.dtypes).all()


def test_counts_leave_out_tags_and_listener_signals() -> None:
    counts = question_counts(TALK)
    assert counts["agency"] == QuestionCounts(3, 5, open=1, why=0, follow_up=1, answered=1, answerable=3)
    assert counts["client"] == QuestionCounts(2, 3, open=1, why=1, follow_up=1, answered=1, answerable=2)
    assert counts["agency"].ratio.value == pytest.approx(3 / 5)


def test_marks_can_be_ignored_and_clear_questions_stay() -> None:
    said = meeting((0, 2, "Eva", "Was hat Sie gestört?"), (3, 4, "Baum", "Die Plakate?"), (5, 6, "Eva", "Haben Sie Zeit"))
    assert questions(said)["text"].tolist() == ["Was hat Sie gestört?", "Die Plakate?", "Haben Sie Zeit"]
    assert questions(said, punctuation=False)["text"].tolist() == ["Was hat Sie gestört?", "Haben Sie Zeit"]


def test_a_threshold_of_zero_returns_every_candidate() -> None:
    said = meeting((0, 2, "Eva", "Nehmen Sie Platz."), (3, 4, "Baum", "Gern."))
    assert questions(said).empty
    every = questions(said, threshold=0)
    assert every["text"].tolist() == ["Nehmen Sie Platz."]
    assert (every["confidence"] < 0.5).all()


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(InvalidParameter):
        questions(TALK, threshold=threshold)


def test_without_times_questions_are_found_but_not_whether_they_were_answered() -> None:
    said = [Utterance(None, None, "Eva", "Was hat Sie gestört?"), Utterance(None, None, "Baum", "Die Plakate.")]
    found = questions(Meeting(PEOPLE, tuple(said), duration=None, language="de", source=Source(times="none")))
    assert found["start"].isna().all()
    assert found["answered"].isna().all()
    assert found["follow_up"].tolist() == [False]


def test_where_only_starts_are_known_answers_are_not() -> None:
    said = [Utterance(0, 2, "Eva", "Was hat Sie gestört?"), Utterance(2, 4, "Baum", "Die Plakate.")]
    found = questions(Meeting(PEOPLE, tuple(said), duration=4, language="de", source=Source(times="start")))
    assert found["answered"].isna().all()


def test_one_speaker_asks_and_nobody_answers() -> None:
    said = [Utterance(0, 2, "S1", "Was machen wir jetzt?"), Utterance(2, 4, "S1", "Wir warten.")]
    found = questions(Meeting((Speaker("S1"),), tuple(said), duration=60, language="de"))
    assert found["answered"].tolist() == [False]
    assert found["side"].tolist() == ["S1"]


def test_without_sides_every_speaker_may_answer() -> None:
    said = [Utterance(0, 2, "S1", "Was machen wir jetzt?"), Utterance(2, 4, "S2", "Wir warten.")]
    found = questions(Meeting((Speaker("S1"), Speaker("S2")), tuple(said), duration=60, language="de"))
    assert found["answered"].tolist() == [True]


def test_an_answer_within_the_question_s_own_side_is_none() -> None:
    said = meeting((0, 2, "Eva", "Was machen wir jetzt?"), (2, 4, "Tom", "Wir warten."))
    assert questions(said)["answered"].tolist() == [False]


@pytest.mark.parametrize(("begins", "answered"), [(12, True), (12.5, False)])
def test_an_answer_begins_within_ten_seconds(begins: float, answered: bool) -> None:
    said = meeting((0, 2, "Eva", "Was machen wir jetzt?"), (begins, 14, "Baum", "Wir warten."))
    assert questions(said)["answered"].tolist() == [answered]


def test_a_yes_is_an_answer_and_so_is_one_before_a_question_in_return() -> None:
    assert questions(meeting((0, 2, "Eva", "Haben Sie Zeit?"), (2, 3, "Baum", "Ja.")))["answered"].tolist() == [True]
    both = questions(meeting((0, 2, "Eva", "Haben Sie Zeit?"), (2, 5, "Baum", "Wann denn? Morgen kann ich.")))
    assert both["answered"].tolist() == [True, False]


@pytest.mark.parametrize("said", [(), ((0.0, 1.0, "Eva", ""),), ((0.0, 1.0, "Eva", "…"),)])
def test_without_words_there_is_nothing_to_find(said: tuple[tuple[float, float, str, str], ...]) -> None:
    with pytest.raises(Unavailable) as raised:
        questions(meeting(*said))
    assert raised.value.key == "unavailable.no_words"


@pytest.mark.parametrize(("language", "key"), [("fr", "unavailable.language"), (None, "questions.language_unknown")])
def test_other_languages_are_unavailable(language: str | None, key: str) -> None:
    with pytest.raises(Unavailable) as raised:
        questions(meeting((0, 2, "Eva", "Voulez-vous encore du café monsieur"), language=language))
    assert raised.value.key == key


def test_the_language_is_told_by_the_words() -> None:
    said = meeting((0, 2, "Eva", "What did you think about it?"), (3, 5, "Baum", "It was all right for us."), language=None)
    assert questions(said)["kind"].tolist() == ["wh"]


def test_names_with_umlauts_and_words_in_other_scripts_survive() -> None:
    said = meeting((0, 2, "Eva", "Kennen Sie Ağaç und Москва aus Österreich?"))
    assert questions(said)["text"].tolist() == ["Kennen Sie Ağaç und Москва aus Österreich?"]


def test_the_meeting_stays_as_it_was() -> None:
    before = repr(TALK)
    questions(TALK, threshold=0, punctuation=False)
    question_counts(TALK)
    assert repr(TALK) == before


def test_shifting_time_changes_only_times() -> None:
    shifted = Meeting(
        PEOPLE,
        tuple(Utterance((u.start or 0) + 100, (u.end or 0) + 100, u.speaker, u.text) for u in TALK.utterances),
        duration=400,
        language="de",
    )
    one, other = questions(TALK), questions(shifted)
    assert ((other["start"] - one["start"]) == 100).all()
    assert one.drop(columns=["start", "end"]).equals(other.drop(columns=["start", "end"]))


def confidences(said: Meeting, *, punctuation: bool = True) -> list[float]:
    return list(map(float, asking(said, punctuation=punctuation).probability))


def test_what_stands_around_a_sentence_makes_it_more_or_less_likely_to_ask() -> None:
    answered = meeting((0, 2, "Eva", "You are the owner of the place"), (2.1, 2.5, "Baum", "Yeah"), language="en")
    own = (2.1, 6, "Eva", "and I like it"), (9, 12, "Baum", "The posters are in the car")
    ignored = meeting((0, 2, "Eva", "You are the owner of the place"), *own, language="en")
    assert confidences(answered)[0] > 2 * confidences(ignored)[0]


def test_marks_by_chance_are_not_believed() -> None:
    texts = ["Das ist gut", "Wir gehen heim", "Der Laden ist zu", "Die Karte ist neu", "Der Hund bellt", "Er kam am Abend"] * 20
    marks = [".", "?", "."] * 40
    chance = meeting(*((i, i + 0.9, "Eva", f"{text}{mark}") for i, (text, mark) in enumerate(zip(texts, marks, strict=True))))
    one = meeting(*((i, i + 0.9, "Eva", f"{text}{'?' if i == 60 else '.'}") for i, text in enumerate(texts)))
    assert max(confidences(chance)) < 0.5
    assert confidences(one)[60] > 0.5


def test_missing_marks_say_little_where_they_are_often_missing() -> None:
    asked = [f"Haben Sie das {what} gesehen{'?' if i % 3 == 0 else '.'}" for i, what in enumerate(["Plakat", "Bild", "Haus"] * 10)]
    said = meeting(*((i * 2, i * 2 + 1, "Eva" if i % 2 else "Baum", text) for i, text in enumerate(asked)))
    assert min(confidences(said)) > 0.5


@pytest.mark.parametrize(("slope", "rises"), [(15.0, True), (-15.0, False), (0.0, None)])
def test_a_rising_end_asks_rather_than_a_falling_one(slope: float, rises: bool | None) -> None:
    def heard(*prosody: Prosody) -> float:
        spoken = Utterance(0, 2, "Eva", "Sie haben das Plakat gesehen", prosody=prosody)
        return confidences(Meeting(PEOPLE, (spoken, Utterance(2.2, 3, "Baum", "Ja.")), duration=5, language="de"))[0]

    plain, pitched = heard(), heard(Prosody(1, 2, slope, 0, -20))
    assert pitched == plain if rises is None else (pitched > plain) == rises


def test_a_question_word_asks_with_a_fall_as_well() -> None:
    spoken = Utterance(0, 2, "Eva", "Was hat Sie gestört", prosody=(Prosody(1, 2, -15, 0, -20),))
    plain = Utterance(0, 2, "Eva", "Was hat Sie gestört")
    one, other = (confidences(Meeting(PEOPLE, (said,), duration=5, language="de")) for said in (spoken, plain))
    assert one == other


def test_a_turn_that_begins_something_else_is_no_answer() -> None:
    said = meeting((0, 2, "Baum", "Was kostet das Plakat?"), (3, 5, "Eva", "Übrigens, der Panda ist fertig."))
    assert questions(said)["answered"].tolist() == [False]
    same = meeting((0, 2, "Baum", "Was kostet das Plakat?"), (3, 5, "Eva", "Übrigens, das Plakat ist umsonst."))
    assert questions(same)["answered"].tolist() == [True]


def test_what_asks_is_counted_as_in_the_table() -> None:
    found, counts = asking(TALK), question_counts(TALK)
    for place, side in enumerate(found.sides):
        own = (found.side == place) & (found.probability >= 0.5) & ~found.tag
        assert own.sum() == counts[side].questions
        assert (found.open & own).sum() == counts[side].open
        assert (found.follow_up & own).sum() == counts[side].follow_up
        assert (found.answered[own] == 1).sum() == counts[side].answered
        assert (found.side == place).sum() == counts[side].sentences
    assert found.start[0] == 0
    assert found.utterance.tolist() == sorted(found.utterance)


@given(meetings())
def test_probabilities_are_probabilities(said: Meeting) -> None:
    try:
        found = asking(said)
    except Unavailable:
        return
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    assert len(found.side) == len(found.start) == len(found.answered)


def test_where_nobody_else_is_near_the_words_decide() -> None:
    alone = meeting((0, 2, "Eva", "Do you like it"), language="en")
    asked = question("Do you like it", "en", marked=False)
    assert asked is not None
    assert confidences(alone) == [pytest.approx(asked.confidence, abs=0.001)]
    why = question("Warum ist der Panda rosa", "de", marked=False)
    assert why is not None
    assert confidences(meeting((0, 2, "Eva", "Warum ist der Panda rosa"))) == [pytest.approx(why.confidence, abs=0.001)]


def _odds(probabilities: list[float]) -> NDArray[np.float64]:
    sure = np.array(probabilities)
    odds: NDArray[np.float64] = np.log(sure / (1 - sure))
    return odds


STATED = (
    *("Was hat Sie gestört?", "Die Plakate am Bahnhof.", "Haben Sie das Bild gesehen?", "Das Plakat hängt dort", "Der Hund bellt?"),
    *("Er kam am Abend.", "Warum ist der Panda rosa.", "Wir gehen heim!", "Wann kommen Sie", "Die Karte ist neu?"),
)


STATEMENTS = ("Das ist gut", "Wir gehen heim", "Die Karte ist neu", "Er kam am Abend")
CHANCE = tuple(f"{text}{'???.'[i % 4]}" for i, text in enumerate(STATEMENTS * 25))
WRONG = ("Was hat Sie gestört.", "Haben Sie das Bild gesehen.", "Wann kommen Sie.", *(f"{text}?" for text in STATEMENTS)) * 21


@pytest.mark.parametrize(("texts", "gains"), [(STATED, (1, 9)), (CHANCE, (0, 1)), (WRONG, (-9, 0))])
def test_marks_weigh_as_much_as_they_tell_questions_from_statements_here(
    texts: tuple[str, ...], gains: tuple[float, float]
) -> None:
    said = meeting(*((i * 2, i * 2 + 1.5, ("Eva", "Baum")[i % 2], text) for i, text in enumerate(texts)))
    odds = _odds(confidences(said, punctuation=False))
    asks, written = (np.array([text[-1] in marks for text in texts]) for marks in ("?", ".?!"))
    sure, gain = 1 / (1 + np.exp(-odds)), 0.0
    for _ in range(8):
        on_questions = (20 * 0.7 + sure[asks].sum()) / (20 + sure[written].sum())
        on_others = (100 * 0.01 + (1 - sure[asks]).sum()) / (100 + (1 - sure[written]).sum())
        gain = np.log(on_questions / on_others)
        marked = gain + (np.maximum(odds, -2.9) if gain > 0 else odds)
        unmarked = odds + np.log((1 - on_questions) / (1 - on_others))
        sure = 1 / (1 + np.exp(-np.where(asks, marked, np.where(written, unmarked, odds))))
    assert gains[0] < gain < gains[1]
    assert odds[asks].min() < -2.9  # words that would have spoken against a mark
    assert confidences(said) == pytest.approx(sure.tolist(), rel=1e-12)


def test_without_a_question_mark_anywhere_marks_say_nothing() -> None:
    said = meeting((0, 2, "Eva", "Haben Sie das Bild gesehen."), (3, 4, "Baum", "Die Plakate hängen am Bahnhof."))
    assert confidences(said) == confidences(said, punctuation=False)


@pytest.mark.parametrize(
    ("pitches", "adds"),
    [
        ([(2, 6.0)], 0.7),
        ([(2, 5.99)], 0),
        ([(2, -5.99)], 0),
        ([(2, -6.0)], -0.4),
        ([(2, float("nan"))], 0),
        ([(1.85, 9.0)], 0.7),
        ([(1.84, 9.0)], 0),
        ([(2.15, 9.0)], 0.7),
        ([(2.16, 9.0)], 0),
        ([(1.9, -9.0), (2, 9.0)], 0.7),
        ([(1, 9.0)], 0),
    ],
)
def test_how_much_the_pitch_at_the_end_adds(pitches: list[tuple[float, float]], adds: float) -> None:
    heard = tuple(Prosody(end - 0.5, end, slope, 0, -20) for end, slope in pitches)
    plain, pitched = (
        Meeting(PEOPLE, (Utterance(0, 2, "Eva", "Sie haben das Plakat gesehen", prosody=prosody),), duration=5, language="de")
        for prosody in ((), heard)
    )
    (difference,) = _odds(confidences(pitched)) - _odds(confidences(plain))
    assert difference == pytest.approx(adds)


def test_the_pitch_counts_up_to_0_15_s_from_the_end() -> None:
    plain, heard = (
        Meeting(PEOPLE, (Utterance(0, 0.25, "Eva", "Sie haben das Plakat gesehen", prosody=prosody),), duration=5, language="de")
        for prosody in ((), (Prosody(0, 0.1, 9, 0, -20),))
    )
    assert confidences(heard)[0] > confidences(plain)[0]


def _follows_up(*said: tuple[str, str]) -> bool:
    spoken = meeting(*((i * 3, i * 3 + 2, name, text) for i, (name, text) in enumerate(said)))
    return bool(questions(spoken)["follow_up"].iloc[-1])


ASKS_BACK = ("Eva", "Welches Plakat meinen Sie?")


@pytest.mark.parametrize(
    ("before", "follows_up"),
    [
        ((("Baum", "Das Plakat stört mich."),), True),
        ((("Baum", "Das Bild stört mich."),), False),
        ((("Baum", "Das Plakat stört mich."), ("Baum", "Es ist zu bunt.")), True),  # the turn has two sentences
        ((("Baum", "Das Plakat stört mich."), ("Eva", "Gut."), ("Baum", "Es ist zu bunt.")), True),  # a signal ends no turn
        ((("Baum", "Das Plakat stört mich."), ("Eva", "Wir sehen es an."), ("Baum", "Es ist zu bunt.")), False),  # a turn does
        ((("Baum", "Das Plakat stört mich."), ("Eva", "Wir sehen es an.")), True),  # own talk between
        ((("Baum", "Das Plakat stört mich."), ("Tom", "Wir sehen es an.")), True),  # a colleague's too
        ((("Tom", "Das Plakat stört mich."),), False),  # a colleague is no other side
        ((("Baum", "Das Plakat stört mich."), ("Baum", "Mhm.")), True),
        ((), False),
    ],
)
def test_a_follow_up_takes_up_a_content_word_of_the_others_last_turn(before: tuple[tuple[str, str], ...], follows_up: bool) -> None:
    assert _follows_up(*before, ASKS_BACK) is follows_up


def test_a_question_without_content_words_follows_up_nothing() -> None:
    assert not _follows_up(("Baum", "Das ist es, was wir haben."), ("Eva", "Was ist das?"))


ASKED = (0.0, 2.0, "Eva", "Wann kommt das Plakat?")


@pytest.mark.parametrize(
    ("after", "answered"),
    [
        (((2.5, 4, "Baum", "Morgen kommt es."),), True),
        (((12.0, 14, "Baum", "Morgen kommt es."),), True),
        (((12.01, 14, "Baum", "Morgen kommt es."),), False),
        (((1, 3, "Baum", "Morgen kommt es."),), True),  # begins before the end of the question and goes on
        (((0.5, 2, "Baum", "Morgen kommt es."),), False),  # ends with it
        (((2.5, 4, "Eva", "Wir warten ja schon."), (5, 6, "Baum", "Morgen kommt es.")), True),  # own talk before the answer
        (((2.5, 4, "Tom", "Wir warten ja schon."), (5, 6, "Baum", "Morgen kommt es.")), True),
        (((2.5, 4, "Baum", "Welches Plakat?"), (5, 6, "Eva", "Das große."), (7, 8, "Baum", "Morgen kommt es.")), False),
        (((2.5, 4, "Baum", "Welches Plakat?"), (4.5, 5, "Eva", "Mhm."), (7, 8, "Baum", "Das kommt morgen.")), True),
        (((2.5, 4, "Baum", "Welches Plakat?"), (20, 22, "Baum", "Das kommt morgen.")), True),  # the turn goes on
        (((2.5, 4, "Baum", "Übrigens, der Panda ist fertig."),), False),
        (((2.5, 4, "Baum", "Ja, übrigens, der Panda ist fertig."),), False),
        (((2.5, 4, "Baum", "Ja gut, übrigens, der Panda ist fertig."),), False),
        (((2.5, 4, "Baum", "Ja gut also übrigens ist der Panda fertig."),), True),  # too late to change the topic
        (((2.5, 4, "Baum", "Welches Plakat?"), (4.5, 6, "Baum", "Übrigens ist der Panda fertig.")), True),  # the turn has begun
        (((2.5, 4, "Baum", "Das kommt morgen, oder?"),), True),  # a statement with a tag says something
        (((2.5, 3, "Baum", "Ja?"),), False),
    ],
)
def test_a_turn_of_another_side_answers(after: tuple[tuple[float, float, str, str], ...], answered: bool) -> None:
    assert questions(meeting(ASKED, *after))["answered"].iloc[0] is np.bool_(answered)


def test_what_a_person_checked_goes_before_words() -> None:
    texts = "Donnerstag. Haben Sie das Bild gesehen? Wir gehen heim."  # the sentences begin at 0, 1 and 6
    spoken = [Word(i, i + 0.9, word) for i, word in enumerate(texts.split())]

    def heard(*checks: Check) -> list[float]:
        said = Utterance(0, 12, "Eva", texts, words=tuple(spoken), checks=checks)
        return confidences(Meeting(PEOPLE, (said, Utterance(13, 14, "Baum", "Gern gemacht.")), 20, language="de"))

    plain = heard()
    assert heard(Check("questions", holds=False, start=1)) == [plain[0], 0, *plain[2:]]
    assert heard(Check("questions", holds=True, start=6.4)) == [*plain[:2], 1, plain[3]]
    assert heard(Check("questions", holds=True, start=0), Check("backchannels", holds=False)) == [1, *plain[1:]]
    untimed = Utterance(None, None, "Eva", texts, checks=(Check("questions", holds=True),))
    found = Meeting(PEOPLE, (untimed,), None, language="de", source=Source(times="none"))
    assert confidences(found)[0] == 1


def test_counts_add_up_and_their_threshold_can_be_asked() -> None:
    counts = question_counts(TALK)
    both = counts["agency"] + counts["client"]
    assert both == QuestionCounts(5, 8, open=2, why=1, follow_up=2, answered=2, answerable=5)
    assert QuestionCounts() == QuestionCounts(0, 0, 0, 0, 0, 0, 0)
    unlikely = meeting((0, 2, "Eva", "Nehmen Sie Platz."))
    assert [question_counts(unlikely, threshold=least)["agency"].questions for least in (0, 0.5)] == [1, 0]
    assert question_counts(TALK, threshold=1)["agency"].questions == 0
    for wrong in (-0.1, 1.1):
        with pytest.raises(InvalidParameter):
            question_counts(TALK, threshold=wrong)
    sure = float(questions(TALK)["confidence"].min())
    assert len(questions(TALK, threshold=sure)) == len(questions(TALK))
    assert questions(TALK, threshold=1).empty


def test_without_times_no_question_is_answerable() -> None:
    said = [Utterance(None, None, "Eva", "Was hat Sie gestört?"), Utterance(None, None, "Baum", "Die Plakate.")]
    untimed = Meeting(PEOPLE, tuple(said), duration=None, language="de", source=Source(times="none"))
    counts = question_counts(untimed)["agency"]
    assert (counts.questions, counts.answered, counts.answerable) == (1, 0, 0)
    found = asking(untimed)
    assert np.isnan(found.start).all()
    assert np.isnan(found.answered).all()


def test_every_sentence_has_its_place() -> None:
    found = asking(TALK)
    assert found.sides == ("agency", "client")
    assert found.side.tolist() == [0, 0, 1, 0, 1, 0, 1, 0]
    assert found.utterance.tolist() == [0, 0, 1, 3, 4, 5, 6, 7]  # the third one signals listening
    assert found.start.tolist() == [0, 0, 3, 6, 9, 11, 30, 31.5]
    assert found.tag.tolist() == [False] * 7 + [True]
    assert found.open.tolist() == [False, True, False, False, False, False, True, False]
    assert found.why.tolist() == [False] * 6 + [True, False]
    assert found.follow_up.tolist() == [False, False, False, True, False, False, True, False]


def test_requests_and_what_nobody_answers_ask_whatever_follows() -> None:
    alone = meeting((0, 2, "Eva", "Erzählen Sie mal."))
    after = meeting(
        (0, 2, "Eva", "Erzählen Sie mal."), (30, 32, "Eva", "Ich gehe heim und sehe mir das an."), (60, 61, "Baum", "Nein.")
    )
    stated = question("Erzählen Sie mal.", "de", marked=False)
    assert stated is not None
    assert confidences(alone, punctuation=False)[0] == pytest.approx(stated.confidence, abs=0.001)
    assert confidences(after, punctuation=False)[0] >= stated.confidence - 0.001
