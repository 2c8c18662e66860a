import pytest
from hypothesis import given
from pandas.api.types import is_bool_dtype

from talkbalance.errors import InvalidParameter, Unavailable
from talkbalance.frames import QUESTIONS
from talkbalance.language import question
from talkbalance.meeting import Meeting, Prosody, Source, Speaker, Utterance
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
