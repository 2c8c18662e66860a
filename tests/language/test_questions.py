import pytest

from talkbalance.language import LANGUAGES, question

ASKS = 0.5

# sentence, kind, open, why
GERMAN = [
    ("Was hat Sie an der letzten Kampagne gestört", "wh", True, False),
    ("Und warum ist Ihnen das so wichtig", "wh", True, True),
    ("Wozu brauchen Sie die Karte", "wh", True, True),
    ("Wie kommt es, dass der Panda rosa ist", "wh", True, True),
    ("Wie viele Leute arbeiten bei Ihnen", "wh", False, False),
    ("Wie lange machen Sie das schon so", "wh", False, False),
    ("Welche Farbe hat der Panda", "wh", False, False),
    ("Mit wem haben Sie darüber gesprochen", "wh", False, False),
    ("Seit wann gibt es den Laden", "wh", False, False),
    ("Ähm, also wie, wie sieht das bei Ihnen aus", "wh", True, False),
    ("Frau Berg, wie sehen Sie das", "wh", True, False),
    ("Dann wie machen wir weiter", "wh", True, False),
    ("Warum nicht", "wh", True, True),
    ("Wie bitte", "wh", True, False),
    ("Haben Sie schon einmal mit einer Agentur gearbeitet", "polar", False, False),
    ("Ist das für Sie in Ordnung", "polar", False, False),
    ("Gibt es dafür ein Budget", "polar", False, False),
    ("Kennst du den Laden", "polar", False, False),
    ("Haste das gesehen", "polar", False, False),
    ("Darf ich kurz etwas fragen", "polar", False, False),
    ("Hab ich das richtig verstanden", "polar", False, False),
    ("Sollen wir das zusammen anschauen", "polar", False, False),
    ("Glaubt er das wirklich", "polar", False, False),
    ("Nehmen Sie denn überhaupt noch neue Kunden", "polar", False, False),
    ("Wissen Sie schon, was das kostet", "polar", False, False),
    ("Können Sie mir davon erzählen", "polar", True, False),
    ("Möchten Sie lieber Plakate oder Anzeigen", "alternative", False, False),
    ("Oder wollen Sie das lassen", "alternative", False, False),
    ("Das machen wir so, oder", "tag", False, False),
    ("Das ist Ihr Laden, nicht wahr", "tag", False, False),
    ("Erzählen Sie mal von Ihrem ersten Jahr", "declarative", True, False),
    ("Mich würde interessieren, was Sie davon halten", "declarative", True, False),
    ("Ich meine, was machen wir denn jetzt damit", "wh", True, False),
    ("Wer weiß das schon", "rhetorical", False, False),
    ("Ist hier das Plakat eigentlich immer so schief", "polar", False, False),
    ("Wenn man das zum ersten Mal sieht, haben Sie da irgendwelche Sorgen", "polar", False, False),
    ("Wo is es denn", "wh", False, False),
    ("Hamse das Plakat gesehen", "polar", False, False),
]

GERMAN_FALSE_FRIENDS = [
    "Nehmen Sie doch bitte Platz",
    "Schauen Sie mal hier",
    "Hätte ich das gewusst, dann wäre ich gekommen",
    "Hätten Sie angerufen, wäre das nicht passiert",
    "Sollte das nicht reichen, dann reden wir weiter",
    "Käme er morgen, hätten wir Zeit",
    "Hab ich schon gemacht",
    "Weiß ich nicht",
    "Passt",
    "Können wir machen",
    "Ist mir egal",
    "Und haben die Seite dann neu gebaut",
    "Wie gesagt, das ist fertig",
    "Was das Budget betrifft, sind wir frei",
    "Was mich freut, ist der neue Laden",
    "Wie schön das geworden ist",
    "Wer das behauptet, kennt den Laden nicht",
    "Ich weiß nicht, was das kostet",
    "Sie haben mir gesagt, wie alt Sie sind",
    "Mein Bruder, der wo dort wohnt, hat das gebaut",
    "Wäre das nur schon fertig",
    "Bist du aber groß geworden",
    "Machen wir",
    "Gehen wir mal weiter",
    "Die Plakate sind schön geworden",
    "Neben Sie setzt sich niemand",
    "Wissen Sie, das ist ein alter Laden",
    "Ach wirklich",
    "Wir machen dann Plakate, oder was weiß ich",
    "Und wie lange ich das machen kann",
    "Wie viele, ja, wie viele Plakate das dann werden würden",
    "Ist mein Laden",
    "Kann ich mir gut vorstellen mit dem Panda",
    "Wenn die Karte gedruckt ist, haben Sie etwas in der Hand",
]

ENGLISH = [
    ("What did you not like about the last campaign", "wh", True, False),
    ("So why is that important to you", "wh", True, True),
    ("How come the panda is pink", "wh", True, True),
    ("How many people work for you", "wh", False, False),
    ("How many of the old ones do you keep", "wh", False, False),
    ("Where is the shop", "wh", False, False),
    ("Who wants to start", "wh", False, False),
    ("And what about the posters", "wh", True, False),
    ("Which one do you prefer", "wh", False, False),
    ("Have you worked with an agency before", "polar", False, False),
    ("Well, is that all right with you", "polar", False, False),
    ("Don't you like it", "polar", False, False),
    ("Anything else", "polar", True, False),
    ("Could you tell me more about that", "polar", True, False),
    ("Do you prefer posters or adverts", "alternative", False, False),
    ("Or do you want to leave it", "alternative", False, False),
    ("That's your shop, isn't it", "tag", False, False),
    ("Uh, there was some noise, what's going on", "wh", True, False),
    ("For example, have there been better times", "polar", False, False),
    ("Wh- what-what are you doing", "wh", True, False),
    ("Tell me about your first year", "declarative", True, False),
    ("If that is too much then do you want to stop here", "polar", False, False),
    ("I mean what do you want to do now", "wh", True, False),
    ("Who knows", "rhetorical", False, False),
]

ENGLISH_FALSE_FRIENDS = [
    "Have a look at this",
    "Do the list first",
    "What I mean is that we are done",
    "When we opened the shop it was raining",
    "Which is what we did",
    "I don't know what it costs",
    "That is how they do it",
    "You said that before",
    "Right",
    "And that was it",
    "Really",
]


@pytest.mark.parametrize(("text", "kind", "open_", "why"), GERMAN)
def test_german_questions_are_found_without_a_mark(text: str, kind: str, open_: bool, why: bool) -> None:
    asked = question(text, "de", marked=False)
    assert asked is not None
    assert asked.confidence >= ASKS
    assert (asked.kind, asked.open, asked.why) == (kind, open_, why)


@pytest.mark.parametrize("text", GERMAN_FALSE_FRIENDS)
def test_german_false_friends_do_not_ask(text: str) -> None:
    asked = question(text, "de", marked=False)
    assert asked is None or asked.confidence < ASKS


@pytest.mark.parametrize(("text", "kind", "open_", "why"), ENGLISH)
def test_english_questions_are_found_without_a_mark(text: str, kind: str, open_: bool, why: bool) -> None:
    asked = question(text, "en", marked=False)
    assert asked is not None
    assert asked.confidence >= ASKS
    assert (asked.kind, asked.open, asked.why) == (kind, open_, why)


@pytest.mark.parametrize("text", ENGLISH_FALSE_FRIENDS)
def test_english_false_friends_do_not_ask(text: str) -> None:
    asked = question(text, "en", marked=False)
    assert asked is None or asked.confidence < ASKS


@pytest.mark.parametrize("text", [*GERMAN_FALSE_FRIENDS, "Der Panda?", "Ja?", "Hm?", "Und?"])
def test_a_mark_makes_every_sentence_ask(text: str) -> None:
    asked = question(text, "de", marked=True)
    assert asked is not None
    assert asked.confidence >= 0.8


@pytest.mark.parametrize(("text", "language"), [("Ja?", "de"), ("Okay?", "de"), ("Hm?", "de"), ("Right?", "en"), ("Huh?", "en")])
def test_a_listener_signal_that_asks_is_a_tag(text: str, language: str) -> None:
    asked = question(text, "de" if language == "de" else "en", marked=True)
    assert asked is not None
    assert asked.kind == "tag"


def test_a_statement_with_a_mark_is_a_declarative_question() -> None:
    asked = question("Das ist schon fertig?", "de", marked=True)
    assert asked is not None
    assert (asked.kind, asked.open) == ("declarative", False)


def test_a_mark_and_a_form_are_surer_than_either() -> None:
    both = question("Haben Sie Zeit?", "de", marked=True)
    form = question("Haben Sie Zeit", "de", marked=False)
    mark = question("Zeit?", "de", marked=True)
    assert both is not None
    assert form is not None
    assert mark is not None
    assert both.confidence > max(form.confidence, mark.confidence)


@pytest.mark.parametrize("text", ["", "…", "—", "?!", "w-", "und", "Frau", "Herr Baum,", "oder", "or", "what", "wie"])
def test_fragments_do_no_harm(text: str) -> None:
    for language in LANGUAGES:
        for marked in (True, False):
            asked = question(text, language, marked=marked)
            assert asked is None or 0 <= asked.confidence <= 1


def test_a_dropped_topic_is_a_yes_no_question_once_it_is_marked() -> None:
    unmarked, marked = (question("Habe ich etwas Wichtiges vergessen", "de", marked=marked) for marked in (False, True))
    assert unmarked is not None
    assert marked is not None
    assert unmarked.confidence < 0.5 < marked.confidence
    assert marked.kind == "polar"
