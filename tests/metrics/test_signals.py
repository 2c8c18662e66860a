"""How likely a short utterance is a listener signal."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given

from talkbalance.errors import InvalidParameter
from talkbalance.floor import IPU_SILENCE
from talkbalance.language.words import SIGNAL_KINDS
from talkbalance.meeting import Meeting
from talkbalance.metrics.listening import SIGNALS, Rule, backchannels, likely, listening
from talkbalance.metrics.said import CLASSES, ENDINGS, KINDS, said
from talkbalance.metrics.signals import FEATURES, features, judged
from talkbalance.metrics.talk import talk
from talkbalance.metrics.turntaking import turns
from tests.drawing import draw
from tests.meetings import meetings

FAR = 30
"""Seconds that stand for whatever lies further away."""


def _of_the_listener(text: str, *, language: str = "de", asks: str = "") -> float:
    first, second = {
        "de": ("und dann wollten wir den Namen behalten", "und die Farben auch"),
        "en": ("and then we wanted to keep the name", "and the colours as well"),
    }[language]
    meeting = draw(
        f"""
        Eva  |############    ##########| {first}{asks} / {second}
        Baum |             ##           | {text}
        """,
        step=0.25,
    )
    return float(backchannels(replace(meeting, language=language), threshold=0)["confidence"].iloc[0])


def test_a_hum_listens_more_likely_than_an_assent_and_a_no_hardly() -> None:
    hum, assent, no = (_of_the_listener(text) for text in ("mhm", "ja", "nein"))
    assert hum > assent > no
    assert hum > 0.8
    assert no < 0.2


@pytest.mark.parametrize(
    ("german", "english"), [("Mhm.", "Mm-hmm."), ("Ja.", "Yeah."), ("Nein.", "No."), ("Okay", "Okay"), ("mmm", "mmm")]
)
def test_the_same_kind_of_word_counts_alike_in_german_and_english(german: str, english: str) -> None:
    assert _of_the_listener(german) == pytest.approx(_of_the_listener(english, language="en"), abs=0.15)


def test_after_a_question_a_yes_is_rather_an_answer() -> None:
    assert _of_the_listener("Ja", asks="?") < SIGNALS < _of_the_listener("Ja")


BEGINS = """
    Eva  |############                     ####| wir fangen oben an/und die Farben auch
    Baum |             ### ################    | okay/dann mache ich das bis morgen fertig
"""


def test_what_begins_a_turn_may_be_a_signal_and_stays_part_of_the_turn() -> None:
    meeting = draw(BEGINS, step=0.25)
    assert backchannels(meeting)["text"].tolist() == ["okay"]
    assert backchannels(meeting, rule="plain").empty
    assert turns(meeting)["text"].tolist()[1] == "okay dann mache ich das bis morgen fertig"
    found = talk(meeting)
    assert found.signals.tolist() == [1]
    assert found.claim[1] >= 0


@given(meetings())
def test_turns_stand_on_the_plain_rule_alone(meeting: Meeting) -> None:
    found = talk(meeting)
    claiming = listening(found.said).probability < SIGNALS
    assert ((found.claim >= 0) == claiming).all()
    assert len(found.claims) == len(found.said.spans.chosen(claiming).joined(silence=IPU_SILENCE)[0])


@pytest.mark.parametrize("language", ["fr", None])
def test_in_a_language_without_word_lists_only_sounds_without_words_are_signals(language: str | None) -> None:
    meeting = draw(
        """
        Eva  |######################## ########| alors on commence par le haut/et puis cela continue
        Baum |          ##            ##       | ouais/
        """,
        step=0.25,
    )
    columns = said(replace(meeting, language=language))
    assert not len(features(columns, np.zeros(4, dtype=bool))[0])
    plain = listening(columns)
    assert (likely(columns, plain).probability == plain.probability).all()
    assert (plain.probability > 0).tolist() == [not u.text for u in meeting.utterances]


def test_where_nobody_else_speaks_nobody_is_listened_to() -> None:
    meeting = draw("Eva  |## ##|  ja/okay\nBaum |     |", step=0.5)
    assert backchannels(meeting, threshold=0).empty


def test_a_candidate_is_short_and_begins_or_ends_with_a_signal_word() -> None:
    texts = ("", "ja", "äh ja", "ja das ist es doch leider", "das Plakat", "Plakat", "Hm-hmm.")
    meeting = draw("Eva |" + "# " * len(texts) + "|" + "/".join(texts))
    traits = said(meeting).traits
    assert traits["candidate"].tolist() == [False, True, True, False, True, False, True]
    kinds = [SIGNAL_KINDS[traits[name][-1]] for name in KINDS if traits[name][-1] >= 0]
    assert kinds == ["hum", "hum"]


AROUND = """
    Baum |######       #########  ####     ##   | wir fangen mit dem Namen an/und so soll es am Ende so/weil das Bild noch hängt/ja
    Eva  |    ##  ###      ##  #      #####  #  | mhm/dann machen wir eben das Plakat/genau/okay/haben Sie die Farben gesehen?/gut
    Cem  |     #   #### #              #        | ja/und was kostet das Plakat denn/nein nicht/ja
"""


def test_what_stands_around_a_candidate() -> None:
    columns = said(draw(AROUND, step=0.5))
    at, rows, to = features(columns, listening(columns).probability >= SIGNALS)
    texts = [
        ("Eva", "mhm"),
        ("Cem", "ja"),
        ("Cem", "nein nicht"),
        ("Eva", "genau"),
        ("Eva", "okay"),
        ("Cem", "ja"),
        ("Baum", "ja"),
        ("Eva", "gut"),
    ]
    meeting = draw(AROUND, step=0.5)
    assert [(meeting.utterances[i].speaker, meeting.utterances[i].text) for i in at] == texts
    assert to.tolist() == [0, 0, 0, 0, 0, 1, 1, 0]
    found = dict(zip(FEATURES, rows.T.tolist(), strict=True))
    hum, assent, ack, no = (found["own first_kind"][i] for i in (0, 1, 4, 2))
    agree = found["own first_kind"][3]
    assert found == found | {
        "own words": [1, 1, 2, 1, 1, 1, 1, 1],
        "own strange": [0, 0, 1, 0, 0, 0, 0, 0],
        "length": [1, 0.5, 0.5, 1, 0.5, 0.5, 1, 0.5],
        "people": [3] * 8,
        "own next words": [6, 6, 1, 1, 5, -1, -1, -1],
        "own next candidate": [0, 0, 1, 1, 0, -1, -1, -1],
        "own next in": [1, 1.5, 7, 1, 3, FAR, FAR, FAR],
        "own next length": [1.5, 2, 0.5, 0.5, 2.5, 0, 0, 0],
        "own last words": [-1, -1, 6, 6, 1, 2, 5, 5],
        "own last asks": [-1, -1, 0, 0, 0, 0, 0, 1],
        "own last candidate": [-1, -1, 0, 0, 1, 1, 0, 0],
        "own last since": [FAR, FAR, 0.5, 3, 1, 7, 2.5, 1],
        "own last length": [0, 0, 2, 1.5, 1, 0.5, 2, 2.5],
        "own claim since": [FAR, FAR, 0.5, 3, 5, 8, 2.5, 1],
        "own claim in": [1, 1.5, FAR, 4.5, 3, FAR, FAR, FAR],
        "own next claim words": [6, 6, -1, 5, 5, -1, -1, -1],
        "own last claim words": [-1, -1, 6, 6, 6, 6, 5, 5],
        "own last claim asks": [-1, -1, 0, 0, 0, 0, 0, 1],
        "holder's words": [6, 6, 7, 7, 7, 5, 5, 5],
        "holder's asks": [0, 0, 0, 0, 0, 1, 1, 0],
        "holder's end to start": [-1, -0.5, -4, -2.5, -0.5, -2, 0, 3.5],
        "holder's end to end": [0, 0, -3.5, -1.5, 0, -1.5, 1, 4],
        "holder's start to start": [2, 2.5, 0.5, 2, 4, 0.5, 2.5, 5.5],
        "holder's length": [3, 3, 4.5, 4.5, 4.5, 2.5, 2.5, 2],
        "holder next in": [3.5, 3.5, 4.5, 2.5, 1, FAR, FAR, FAR],
        "holder's next words": [7, 7, 5, 5, 5, -1, -1, -1],
        "others next in": [1.5, 1, 4.5, 2.5, 1, FAR, FAR, FAR],
        "own claim after theirs": [-0.5, 0.5, FAR, 2, 2, 0, 0, 0],
        "speaking at start": [1, 1, 1, 1, 1, 1, 0, 0],
        "speaking at end": [0, 0, 1, 1, 0, 1, 0, 0],
        "other signal since": [FAR, 0.5, 5, 1.5, 3.5, 4, 2, 1],
        "other signal kind": [-1, hum, hum, no, no, ack, assent, assent],
        "next other signal in": [0.5, 6, 1.5, 6, 4, 2, 1, FAR],
        "next other signal kind": [assent, agree, agree, assent, assent, assent, ack, -1],
    }


@pytest.mark.parametrize(
    "lanes",
    [("Baum | ##      |ja", "Eva  |    ####| wir fangen oben an"), ("Eva  |    ####| wir fangen oben an", "Baum | ##      |ja")],
)
def test_where_nobody_has_spoken_yet_whoever_holds_the_floor_is_far(lanes: tuple[str, str]) -> None:
    columns = said(draw("\n".join(lanes)))
    at, rows, to = features(columns, np.zeros(2, dtype=bool))
    found = dict(zip(FEATURES, rows[0].tolist(), strict=True))
    assert (at.tolist(), to.tolist()) == ([0], [-1])
    since = ("holder's end to start", "holder's end to end", "holder's start to start")
    assert [found[name] for name in (*since, "holder's length", "holder's words")] == [FAR, FAR, FAR, 0, -1]
    assert (found["speaking at start"], found["speaking at end"], found["others next in"]) == (0, 0, 1)


def test_who_starts_together_with_a_signal_does_not_speak_at_its_start() -> None:
    columns = said(draw("Eva  |  ####| wir fangen oben an\nBaum |  #   | ja"))
    _, rows, _ = features(columns, np.zeros(2, dtype=bool))
    found = dict(zip(FEATURES, rows[0].tolist(), strict=True))
    assert (found["speaking at start"], found["speaking at end"]) == (0, 1)


def test_signals_at_the_same_moment_are_neither_before_nor_after_one_another() -> None:
    columns = said(draw("Eva  |#########| wir fangen oben an\nBaum |  #      | ja\nCem  |  #  #   | ja/genau"))
    _, rows, _ = features(columns, np.zeros(4, dtype=bool))
    found = dict(zip(FEATURES, rows.T.tolist(), strict=True))
    assert found["other signal since"] == [FAR, FAR, 3]
    assert found["next other signal in"] == [3, FAR, FAR]


def test_ones_own_signals_are_no_signals_of_others() -> None:
    columns = said(draw("Baum |  #  #   | ja/genau\nEva  |#########| wir fangen oben an"))
    _, rows, _ = features(columns, np.zeros(3, dtype=bool))
    found = dict(zip(FEATURES, rows.T.tolist(), strict=True))
    assert found["other signal kind"] == found["next other signal kind"] == [-1, -1]
    assert found["other signal since"] == found["next other signal in"] == [FAR, FAR]


def test_a_signal_word_has_a_kind_and_no_class() -> None:
    texts = "ja/ein ja/aber ja/nicht ja-/hm/und hm/ja und"
    columns = said(draw(f"Eva  |#########################| wir fangen oben an\nBaum |   # # # # # # #         | {texts}", step=0.5))
    _, rows, _ = features(columns, np.zeros(8, dtype=bool))
    found = dict(zip(FEATURES, rows.T.tolist(), strict=True))
    word, article, conjunction, adverb = (CLASSES.index(name) for name in ("", "article", "conjunction", "adverb"))
    assert found["own first"] == [word, article, conjunction, adverb, word, conjunction, word]
    assert found["own second"] == [-1, word, word, word, -1, word, conjunction]
    content, broken, open_ = (ENDINGS.index(name) for name in ("content", "broken", "open"))
    assert found["own ending"] == [content, content, content, broken, content, content, open_]


@given(meetings())
def test_every_candidate_has_features_and_a_probability(meeting: Meeting) -> None:
    columns = said(meeting)
    signal = listening(columns).probability >= SIGNALS
    at, rows, to = features(columns, signal)
    found = judged(columns, signal)
    assert rows.shape == (len(at), len(FEATURES))
    assert np.isfinite(rows).all()
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    assert (found.probability[to < 0] == 0).all()
    assert (columns.spans.who[at] != to).all()


@pytest.mark.parametrize("rule", get_args(Rule))
@given(meeting=meetings())
def test_every_rule_chooses_among_the_candidates(meeting: Meeting, rule: Rule) -> None:
    if meeting.overlap_observable is False:
        return
    every = backchannels(meeting, threshold=0)
    chosen = backchannels(meeting, rule=rule)
    assert set(zip(chosen["start"], chosen["speaker"], strict=True)) <= set(zip(every["start"], every["speaker"], strict=True))
    assert (every["speaker"] != every["to"]).all()
    if rule == "likely":
        assert len(chosen) == int((every["confidence"] >= SIGNALS).sum())


def test_an_unknown_rule_and_a_threshold_that_is_none_are_refused() -> None:
    meeting = draw(BEGINS, step=0.25)
    with pytest.raises(InvalidParameter):
        backchannels(meeting, rule="certain")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter):
        backchannels(meeting, threshold=1.5)


@pytest.mark.shared
def test_on_a_meeting_people_marked_it_finds_more_than_the_plain_rule(shared: Path) -> None:
    assert shared.is_dir()
    from sklearn.metrics import f1_score

    from benchmarks import mrda
    from benchmarks.interruptions import judgements

    labelled = next(mrda.read("val", marks=False))
    units = judgements(labelled.meeting, labelled.units[labelled.units["is_labelled"]])
    truth = units["is_backchannel_loose"]
    assert f1_score(truth, units["ours"] >= SIGNALS) > f1_score(truth, units["plain"]) + 0.1
