"""The report is whole, self-contained, safe, and says what it does not know."""

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from markupsafe import escape

from talkbalance.errors import InvalidParameter, TalkbalanceWarning, UnreadableFile, UnusableSound
from talkbalance.frames import records
from talkbalance.i18n import Language, set_language, text
from talkbalance.meeting import Meeting, Source
from talkbalance.metrics.interruptions import interruptions
from talkbalance.summary import FAMILIES, summary
from talkbalance.views.clips import cut
from talkbalance.views.report import page, report
from talkbalance.views.signs import groups
from talkbalance.views.writing import day, figure, interval
from tests import sounds
from tests.meetings import meetings


class _Reader(HTMLParser):
    """Collects elements and addresses, and checks that what is opened is closed."""

    EMPTY = ("meta", "br", "rect", "line", "img")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.handlers: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.handlers += [name for name in given if name.startswith("on")]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_the_report_is_one_file_and_comes_back_as_a_path(meeting: Meeting, tmp_path: Path) -> None:
    path = report(meeting, tmp_path / "call.html")
    assert [file.name for file in tmp_path.iterdir()] == ["call.html"]
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_it_asks_for_nothing_and_runs_nothing(quarter: Meeting) -> None:
    html = page(quarter)
    reader = read(html)
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(reader.tags)
    assert all(link.startswith("#") for link in reader.links)
    assert "default-src 'none'" in html
    assert "url(" not in html
    assert "@import" not in html


def test_marks_lead_to_their_moments(quarter: Meeting) -> None:
    reader = read(page(quarter))
    assert len(reader.ids) == len(set(reader.ids))
    assert reader.links
    assert {link[1:] for link in reader.links} <= set(reader.ids)


def test_names_titles_and_words_cannot_become_markup(hostile: Meeting) -> None:
    html = page(hostile)
    reader = read(html)
    assert {"script", "img", "b"} & set(reader.tags) == {"b"}
    assert reader.handlers == []
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in html


def test_it_says_the_numbers_the_words_and_the_rule(meeting: Meeting, ui: Language) -> None:
    html = page(meeting)
    assert f'<html lang="{ui}">' in html
    assert text("measures.agency") in html
    assert "<mark>⟦dem⟧</mark>" in html
    assert "warum ist der Panda" in html
    assert text("explain.taken") in html
    assert "0,3" in html if ui == "de" else "0.3" in html
    assert {"de": "2. März 2026", "en": "2 March 2026"}[ui] in html


def test_what_a_machine_heard_is_called_uncertain(meeting: Meeting) -> None:
    assert text("report.machine") in page(meeting)
    by_hand = replace(meeting, source=Source("a.json", "talkbalance", overlap_observable=True))
    assert text("report.machine") not in page(by_hand)
    assert text("report.by_hand") in page(by_hand)


def test_what_cannot_be_measured_stands_there_with_its_reason(in_a_row: Meeting) -> None:
    html = page(in_a_row)
    assert text("unavailable.overlap_unseen", format="WebVTT") in html
    assert text("measures.interruptions_failed") in html[html.index('id="unmeasured"') :]
    assert text("report.unsided") in html
    assert "--agency &#34;Ann&#34; --client &#34;Bob&#34;" in html


def test_minutes_that_make_an_interval_wide_stand_below_its_table(quarter: Meeting, ui: Language) -> None:
    found = [note for group in groups(quarter, summary(quarter, meaning=True)) for note in group.notes]
    assert found
    html = page(quarter)
    for reason, names in found:
        assert f"<b>{escape(names)}:</b> {escape(reason)}" in html
    assert ui
    by_hand = replace(quarter, source=replace(quarter.source, models=()))
    assert all(not group.notes for group in groups(by_hand, summary(by_hand, meaning=True)))


def test_every_attempt_counted_is_listed(quarter: Meeting) -> None:
    listed = page(quarter).count('<li id="i')
    taken = (interruptions(quarter)["kind"] == "taken").sum()
    failed = (interruptions(quarter, rule="floor_taking")["kind"] == "failed").sum()
    assert listed == taken + failed
    assert listed > 0


def test_without_times_or_words_or_people_there_is_a_report_all_the_same(
    untimed: Meeting, silent: Meeting, wordless: Meeting
) -> None:
    assert text("unavailable.no_times") in page(untimed)
    assert "<svg" in page(silent)
    html = page(wordless)
    assert "(…)" not in html
    assert f">{text('report.words')}<" not in html


def test_values_are_compared_only_where_their_intervals_lie_apart(quarter: Meeting, ui: Language) -> None:
    signs = [sign for group in groups(quarter, summary(quarter)) for sign in group.signs]
    assert {sign.higher for sign in signs} <= {"", text("measures.agency"), text("measures.client"), text("signs.undecided")}
    assert any(sign.higher == text("signs.undecided") for sign in signs)
    assert all(len(sign.rough) == len(sign.cells) for sign in signs)
    html = page(quarter)
    assert text("signs.higher") in html
    assert text("signs.rough") in html
    assert ui


def test_a_report_is_written_in_another_language_and_nobody_elses_changes(meeting: Meeting) -> None:
    set_language("en")
    assert '<html lang="de">' in page(meeting, language="de")
    assert '<html lang="en">' in page(meeting)
    set_language(None)


@pytest.mark.usefixtures("german")
def test_with_roles_nobody_is_named_and_the_figures_stay(meeting: Meeting) -> None:
    talk = replace(meeting, title="Gespräch mit Herrn Baum", details=replace(meeting.details, client="Zimmerei Baum"))
    html = page(talk, names="roles")
    assert not any(name in html for name in ("Eva", "Größe", "Baum", "erstgespraech"))
    assert "Agentur 1" in html
    assert "Gespräch mit Kunde 1" in html
    assert "Kunde 1 (Kunde)" not in html
    assert text("report.roles") in html
    assert set(re.findall(r"\d+\u202f%", html)) == set(re.findall(r"\d+\u202f%", page(talk)))


def test_words_that_may_be_names_are_told_to_whoever_writes_the_report_not_in_it(meeting: Meeting, tmp_path: Path) -> None:
    first = replace(meeting.utterances[0], text="Frau Schröder grüßt.", words=())
    talk = replace(meeting, utterances=(first, *meeting.utterances[1:]))
    with pytest.warns(TalkbalanceWarning, match="Schröder"):
        report(talk, tmp_path / "call.html", names="roles")
    with pytest.raises(InvalidParameter):
        report(talk, tmp_path / "call.html", names="initials")  # type: ignore[arg-type]


def test_what_people_changed_is_said(meeting: Meeting) -> None:
    assert "tb-out" not in page(meeting)
    changed = replace(
        meeting, source=replace(meeting.source, options=(("corrections", "3"),)), duration=40, left_out=((30.0, 35.0),)
    )
    html = page(changed)
    assert text("report.corrected", n=3) in html
    assert text("report.left_out", time="0:05", stretches="0:30–0:35") in html
    assert "tb-out" in html


def test_title_and_date_are_at_the_foot_of_printed_pages_as_plain_signs(hostile: Meeting, meeting: Meeting) -> None:
    assert '@bottom-left { content: "Erstgespräch \\0000b7  2\\00002e  März 2026"; }' in page(meeting, language="de")
    style = page(hostile)
    assert "alert\\000028 4\\000029" in style[: style.index("</style>")]


@pytest.fixture
def with_sound(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    monkeypatch.setenv("TALKBALANCE_CACHE", str(tmp_path / "cache"))
    tone = np.sin(2 * np.pi * 220 * np.arange(30 * 16_000) / 16_000)
    return replace(meeting, recording=sounds.write(tmp_path / "call.wav", tone))


def test_chosen_moments_can_be_heard_and_nothing_else_runs(with_sound: Meeting) -> None:
    html = page(with_sound, clips=True)
    reader = read(html)
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html
    assert reader.tags.count("button") == html.count('<li id="') > 1
    assert text("clips.note") in html
    row = records(interruptions(with_sound))[0]
    one = page(with_sound, clips=[("interruptions", row["interrupter"], round(1000 * row["start"]))])
    assert read(one).tags.count("button") == 1
    assert len(one) < len(html)


def test_a_moment_is_heard_with_what_is_around_it(with_sound: Meeting) -> None:
    (address,) = cut(with_sound.recording or Path(), {("questions", "Eva Größe", 10_000): (10.0, 11.0)}).values()
    assert seconds_of(address) == pytest.approx(5.0, abs=0.08)
    (longest,) = cut(with_sound.recording or Path(), {("questions", "Eva Größe", 0): (1.0, 25.0)}).values()
    assert seconds_of(longest) == pytest.approx(10.0, abs=0.08)


def seconds_of(address: str) -> float:
    with av.open(BytesIO(b64decode(address.partition(",")[2])), "r") as opened:
        return sum(frame.samples for frame in opened.decode(opened.streams.audio[0])) / 16_000


def test_moments_of_people_with_roles_can_be_heard_too(with_sound: Meeting) -> None:
    html = page(with_sound, clips=True, names="roles")
    assert read(html).tags.count("button") == read(page(with_sound, clips=True)).tags.count("button")
    assert text("clips.voices") in html


def test_moments_the_report_does_not_list_are_said(with_sound: Meeting) -> None:
    with pytest.warns(TalkbalanceWarning, match="1"):
        page(with_sound, clips=[("turns", "Eva Größe", 0)])


def test_without_a_recording_there_is_nothing_to_hear(meeting: Meeting, tmp_path: Path) -> None:
    with pytest.raises(UnusableSound):
        report(meeting, tmp_path / "call.html", clips=True)
    with pytest.raises(UnusableSound, match=r"gone\.mp3"):
        report(replace(meeting, recording=tmp_path / "gone.mp3"), tmp_path / "call.html", clips=True)
    assert list(tmp_path.iterdir()) == []


@given(meetings())
@settings(max_examples=8)
def test_every_meeting_has_a_report(meeting: Meeting) -> None:
    read(page(meeting))


def test_headings_follow_one_another(meeting: Meeting) -> None:
    headings = read(page(meeting)).headings
    assert headings[0] == "h1"
    assert headings.count("h1") == 1


def test_a_folder_that_is_not_there_is_said(meeting: Meeting, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        report(meeting, tmp_path / "no" / "call.html")


@pytest.mark.usefixtures("ui")
def test_every_measure_has_a_name() -> None:
    for family in FAMILIES:
        for measure in family.measures:
            assert text(f"measures.{measure}")


@pytest.mark.usefixtures("german")
def test_figures_are_written_as_in_german(meeting: Meeting) -> None:
    assert figure(0.456, "0-1") == "46\u202f%"
    assert interval(1.234, 2.5, "1/min") == "1,23–2,50"
    assert figure(float("nan"), "1") == "–"
    assert meeting.details.date is not None
    assert day(meeting.details.date) == "2. März 2026"


@pytest.mark.shared
@pytest.mark.parametrize("file", ["zoom/meeting001_transcript.vtt", "rttm/ES2014c.rttm"])
@pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")
def test_real_files_have_a_report(shared: Path, file: str) -> None:
    from talkbalance.formats import read as read_meeting

    html = page(read_meeting(shared / "formats" / file))
    read(html)
    assert not re.search(r"\bnan\b|\bNone\b", html)
