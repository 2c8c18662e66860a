"""Meetings made by hand for the views: a short one with known events, a long one, one without overlaps, a hostile one."""

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from talkbalance.i18n import Language, set_language
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance, Word

WORDS = (
    "wir",
    "haben",
    "die",
    "Karte",
    "und",
    "den",
    "Panda",
    "mit",
    "der",
    "Farbe",
    "auf",
    "unsere",
    "Kunden",
    "weil",
    "gut",
    "war",
)
NASTY = '<img src=x onerror="alert(1)"> & Söhne'


def said(speaker: str, start: float, text: str, pace: float = 0.3) -> Utterance:
    """Return an utterance whose words follow one another at an even pace."""
    words = [Word(start + i * pace, start + (i + 1) * pace, word) for i, word in enumerate(text.split())]
    return Utterance(words[0].start, words[-1].end, speaker, text, tuple(words))


@pytest.fixture(params=["de", "en"])
def ui(request: pytest.FixtureRequest) -> Iterator[Language]:
    """Run a test in both languages."""
    set_language(request.param)
    yield request.param
    set_language(None)


@pytest.fixture
def german() -> Iterator[None]:
    set_language("de")
    yield
    set_language(None)


@pytest.fixture
def meeting() -> Meeting:
    """Eva cuts Herr Baum off at 8.4 s ("die Karte mit dem"), asks once, and gives one listener signal."""
    return Meeting(
        (Speaker("Eva Größe", "agency"), Speaker("Herr Baum", "client")),
        (
            said("Eva Größe", 0.0, "Guten Tag, warum ist der Panda auf der Karte rosa?"),
            said("Herr Baum", 4.0, "Also wir wollten damals unbedingt zeigen dass wir anders sind und die Karte mit dem"),
            said("Eva Größe", 8.2, "Das ist ja alles schön aber wir machen das jetzt ganz anders und viel besser."),
            said("Herr Baum", 16.0, "Nun gut. Unsere Kunden mögen den Panda seit vielen Jahren sehr und kaufen deshalb bei uns."),
            said("Eva Größe", 18.0, "Mhm."),
        ),
        duration=30,
        title="Erstgespräch",
        language="de",
        source=Source("erstgespraech.wav", "sound", overlap_observable=True, models=("whisper base", "overlap")),
        details=Details(id="e1", date=datetime.date(2026, 3, 2)),
    )


@pytest.fixture
def in_a_row() -> Meeting:
    """Return a meeting in which overlaps could not have survived."""
    utterances = (Utterance(0, 4, "Ann", "Shall we begin?"), Utterance(4, 9, "Bob", "Yes, let us begin."))
    source = Source("call.vtt", "WebVTT", times="utterance", overlap_observable=False)
    return Meeting(
        (Speaker("Ann"), Speaker("Bob")), utterances, duration=10, language="en", source=source, details=Details(id="b1")
    )


@pytest.fixture
def hostile() -> Meeting:
    """Return a meeting whose names, title and words are markup."""
    return Meeting(
        (Speaker(NASTY, "agency"), Speaker("</svg></title><script>alert(2)</script>", "client")),
        (
            said(NASTY, 0.0, "Was <script>alert(3)</script> meinen Sie mit der Karte und dem"),
            said(
                "</svg></title><script>alert(2)</script>", 2.0, "<b>Moment mal</b> das war ganz anders gemeint \" ' als Sie denken."
            ),
        ),
        duration=12,
        title="<script>alert(4)</script>",
        language="de",
        source=Source("<i>.wav", "<u>", overlap_observable=True, models=("<s>",), options=(("<q>", "<p>"),)),
    )


@pytest.fixture(scope="session")
def hour() -> Meeting:
    """Return an hour of four people with long names, seeded."""
    return long_talk(3600)


@pytest.fixture(scope="session")
def quarter() -> Meeting:
    """Return a quarter of an hour of the same."""
    return long_talk(900)


def long_talk(duration: float, seed: int = 3) -> Meeting:
    """Return made-up talk of four people who now and then speak into one another's turns."""
    rng = random.Random(seed)
    people = [
        Speaker("Dr. Annegret Freifrau von Hohenstein-Müllerschön", "agency"),
        Speaker("Jörg", "agency"),
        Speaker("Frau Süßmilch", "client"),
        Speaker("Ömer Çelik", "client"),
    ]
    free = dict.fromkeys((p.name for p in people), 0.0)
    utterances, now = [], 1.0
    while now < duration - 40:
        name = rng.choices(list(free), (5, 2, 4, 1))[0]
        start = max(now + rng.uniform(-1.2, 0.8), free[name] + 0.1, 0.0)
        text = " ".join(rng.choices(WORDS, k=rng.randint(4, 40))) + rng.choice([".", "?", ".", ".", ""])
        utterances.append(said(name, start, text))
        end = utterances[-1].end or 0.0
        free[name] = now = end
        listener = rng.choice([n for n in free if n != name])
        if end - start > 4 and free[listener] < start + 1 and rng.random() < 0.4:
            utterances.append(said(listener, start + 2, "Mhm."))
            free[listener] = start + 2.4
    source = Source("gespraech.mp4", "sound", overlap_observable=True, models=("faster-whisper base", "talkbalance overlap"))
    return Meeting(tuple(people), tuple(utterances), duration, title="Jahresgespräch", language="de", source=source)


@pytest.fixture
def in_pieces(meeting: Meeting) -> Meeting:
    """Return the meeting with times per utterance only."""
    pieces = tuple(replace(utterance, words=()) for utterance in meeting.utterances)
    return replace(meeting, utterances=pieces, source=replace(meeting.source, times="utterance"))


@pytest.fixture
def wordless(meeting: Meeting) -> Meeting:
    """Return the meeting as a diarizer alone would give it."""
    pieces = tuple(replace(utterance, words=(), text="") for utterance in meeting.utterances)
    return replace(meeting, utterances=pieces, source=replace(meeting.source, times="utterance"))


@pytest.fixture
def untimed(meeting: Meeting) -> Meeting:
    """Return the words of the meeting without any times."""
    pieces = tuple(Utterance(None, None, u.speaker, u.text) for u in meeting.utterances)
    return Meeting(meeting.speakers, pieces, None, language="de", source=Source("a.txt", "text", times="none"))


@pytest.fixture
def silent() -> Meeting:
    """Return a meeting in which nobody says anything."""
    return Meeting((Speaker("Eva", "agency"), Speaker("Baum", "client")), (), duration=0.0)


@pytest.fixture
def build() -> Callable[[str], Meeting]:
    """Return a maker of meetings in which Eva says one thing."""

    def made(text: str) -> Meeting:
        return Meeting((Speaker("Eva"),), (Utterance(0, 2, "Eva", text),), 3, language="de", source=Source(times="utterance"))

    return made
