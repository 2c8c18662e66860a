"""What sounds like a promise, and what only looks like one. All sentences are made up: they measure nothing."""

from pathlib import Path

import pytest

from benchmarks.promises import ami, mrda
from talkbalance.corpus.promises import promised, promises
from talkbalance.language.words import Language
from tests.drawing import draw

GERMAN = (
    "Ich schicke Ihnen das Angebot bis Freitag.",
    "Wir melden uns dann morgen bei Ihnen.",
    "Das kläre ich mit der Druckerei.",
    "Ich kümmere mich um die Fotos.",
    "Bis Montag haben wir das geprüft, und dann schicken wir Ihnen den Entwurf.",
    "Die Zahlen werde ich Ihnen noch nachreichen.",
    "Wir werden das bis nächste Woche überarbeiten.",
    "Ich schaue mir die Seite heute Abend an.",
    "Da fragen wir beim Verlag nach.",
    "Ich gebe Ihnen bis Mittwoch Bescheid.",
    "Ich lasse Ihnen die Unterlagen zukommen.",
    "Das nehme ich so mit.",
    "Ich leite das an die Kollegin weiter.",
    "Sie bekommen von uns am Donnerstag zwei Vorschläge.",
    "Ich rufe Sie morgen wieder an.",
    "Wir setzen uns gleich dran.",
    "Dann mache ich Ihnen ein neues Angebot.",
    "Den Text schreiben wir bis Ende der Woche um.",
    "Ich prüfe das und melde mich.",
    "Schicke ich Ihnen heute noch.",
    "Wir stellen die Beispiele für Sie zusammen.",
    "Das erledigen wir.",
    "Ich hole dafür zwei Angebote ein.",
    "Ich verspreche Ihnen, dass der Panda bleibt.",
    "Ähm, also ich, ich schicke Ihnen das dann einfach rüber.",
    "Das übernehme ich gerne.",
    "Wir bereiten das bis zum nächsten Termin vor.",
    "Sie hören am Montag von mir.",
    "Ich bringe Ihnen zum nächsten Termin ein paar Muster mit.",
    "Wir machen Ihnen bis Dienstag zwei Varianten.",
    "Die Rechnung schicke ich heute noch raus.",
    "Da hake ich beim Fotografen nach.",
    "Ich notiere mir das und komme darauf zurück.",
    "Wir passen das Logo bis Freitag an.",
    "Das Protokoll bekommen Sie morgen von uns.",
    "Ich werde die Kollegen fragen.",
    "Wir schauen uns das noch einmal in Ruhe an.",
    "Ich besorge uns einen Raum für die Woche danach.",
    "Gut, dann kümmern wir uns um die Bewerber.",
    "Ich sage Ihnen morgen Bescheid.",
    "Wir werden uns das überlegen und Ihnen einen Vorschlag machen.",
    "Das prüfen wir.",
    "Ich frage mal bei der Stadt nach, ob das geht.",
    "Ich stelle Ihnen eine Liste zusammen.",
    "Ja, mache ich bis morgen.",
    "Die alten Fotos suche ich Ihnen heraus.",
    "Wir reichen Ihnen die Zahlen nach.",
)
NO_GERMAN = (
    "Wenn Sie wollen, schicke ich Ihnen das Angebot.",
    "Ich würde Ihnen das gern schicken.",
    "Schicken wir das morgen oder rufen wir an",
    "Wir könnten Ihnen bis Freitag einen Entwurf machen.",
    "Sie schicken uns bis Freitag die Bilder.",
    "Frau Braun schickt Ihnen das morgen.",
    "Ich habe Ihnen das gestern geschickt.",
    "Wir haben uns darum gekümmert.",
    "Wir liefern seit zwanzig Jahren an die Bäckereien hier.",
    "Ich schicke das nicht noch einmal.",
    "Wir organisieren Messen und Feste.",
    "Soll ich Ihnen das morgen schicken",
    "Wir machen das immer so.",
    "Ich stelle mir das ganz einfach vor.",
    "Dann sehen wir weiter.",
    "Sie meinten, Sie melden sich am Montag.",
    "Das Angebot, das wir Ihnen schicken, ist verbindlich.",
    "Was wir Ihnen schicken, ist nur ein Muster.",
    "Unsere Leute rufen morgen bei der Druckerei an.",
    "Ich denke, das wird bis Freitag fertig.",
    "Falls der Druck zu teuer ist, melden wir uns.",
    "Ich müsste das noch klären.",
    "Er hat gesagt, ich melde mich morgen.",
    "Wir arbeiten mit zwei Druckereien.",
    "Ich sehe da Plakate und kurze Filme.",
    "Ich gebe Ihnen da recht.",
    "Man schickt das am besten per Post.",
    "Können Sie mir das bis Freitag schicken",
    "Wir schauen schon lange nach einer Halle.",
    "Ich rufe jeden Morgen meine Leute an.",
    "Bringen wir das morgen mit",
    "Wir werden oft danach gefragt.",
    "Ich werde nächste Woche fünfzig.",
    "Ich mache das seit dreißig Jahren.",
    "Wir schreiben jeden Montag einen Bericht.",
    "Mein Bruder kümmert sich um die Werkstatt.",
    "Ich melde mich nur, wenn etwas schiefgeht.",
    "Wir haben Ihnen bis heute drei Entwürfe geschickt.",
    "Kümmern wir uns darum oder machen Sie das",
    "Könnten wir das bis Freitag klären",
    "Wir bringen unsere Ware selbst auf den Markt.",
    "Ich gebe Ihnen ein Beispiel.",
    "Ich komme aus Hamburg und arbeite hier seit Mai.",
    "Sie bekommen von uns normalerweise zwei Entwürfe.",
    "Ich glaube, die schicken uns das bis Freitag.",
    "Wir liefern Brot an drei Cafés.",
    "Ich rufe an und keiner geht ran.",
    "Das klärt unsere Druckerei.",
    "Damals haben wir gesagt, wir machen das bis Weihnachten.",
    "Ich wollte Ihnen das eigentlich schicken.",
    "Wir werden sehen, was daraus wird.",
    "Ich zeige Ihnen jetzt unsere Entwürfe.",
    "Ich sehe das genauso.",
    "Wir arbeiten gut zusammen.",
    "Ich nehme an, das geht bis Freitag.",
    "Wir stellen bis Ende des Jahres zwei Leute ein.",
)
ENGLISH = (
    "I'll send you the quote by Friday.",
    "We'll get back to you tomorrow.",
    "I'm going to ask the printer about that.",
    "So, um, I'll, I'll write that down for the others.",
    "We will prepare two drafts for you.",
    "Let me check with the printer.",
    "You'll get the figures from us on Monday.",
    "I'm gonna call them this afternoon.",
    "I promise you the panda stays.",
    "Okay, we're going to send you the contract.",
)
NO_ENGLISH = (
    "I would send it if I had it.",
    "I'll be on holiday then.",
    "We won't change the card.",
    "If you like, I'll send you one.",
    "They'll send us the pictures.",
    "Mark will call you tomorrow.",
    "I sent you that yesterday.",
    "What I'll show is only a draft.",
    "We'll see.",
    "We'll have a new hall by then.",
    "Could I send you that on Monday",
    "Shall we meet on Tuesday",
    "He said I'll call you back.",
    "I'll never understand that.",
    "I need to talk to my brother.",
    "We deliver bread to three cafés.",
)


@pytest.mark.parametrize(("said", "language"), [*((said, "de") for said in GERMAN), *((said, "en") for said in ENGLISH)])
def test_a_promise(said: str, language: Language) -> None:
    assert promised(said, language)


@pytest.mark.parametrize(("said", "language"), [*((said, "de") for said in NO_GERMAN), *((said, "en") for said in NO_ENGLISH)])
def test_no_promise(said: str, language: Language) -> None:
    assert not promised(said, language)


def test_a_question_mark_makes_a_question() -> None:
    asked = draw("Eva (agency) |#### ####|  Soll ich, ich kläre das? / Ich kläre das.")
    assert promises(asked)["text"].tolist() == ["Ich kläre das."]


def test_a_long_sentence_takes_no_long_time() -> None:
    assert not promised("ich " * 10_000, "de")
    assert not promised(" ".join(["ich stelle"] + ["uns"] * 38), "de")


@pytest.mark.shared
def test_what_was_measured_still_holds(shared: Path) -> None:
    assert shared.is_dir()
    for units, precision, recall in ((mrda("val"), 0.44, 0.4), (ami(), 0.57, 0.33)):
        found = [label for text, label in units if promised(text, "en")]
        assert sum(found) / len(found) >= precision
        assert sum(found) / sum(label for _, label in units) >= recall
