"""The workshop, used as people would, without a kernel."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkbalance.corrections import Correction, Log
from talkbalance.errors import InvalidParameter, UnreadableFile
from talkbalance.formats import write
from talkbalance.i18n import set_language
from talkbalance.meeting import Meeting
from talkbalance.views.kept import Saved
from talkbalance.views.training import Workshop, workshop
from talkbalance.views.training.playlist import seconds
from talkbalance.views.training.rate import MOST_RATERS
from talkbalance.views.training.telling import telling


@pytest.fixture
def lesson(samples: Path, tmp_path: Path) -> Iterator[Workshop]:
    """Return a workshop on the two German meetings, with nothing kept yet."""
    yield workshop(samples, notes=tmp_path / "workshop.json", moments=tmp_path / "moments.json", language="de")
    set_language(None)


def test_the_two_meetings_of_the_same_people_are_chosen(lesson: Workshop) -> None:
    assert [lesson.file(which).name for which in ("before", "after")] == [
        "erstgespraech_de.meeting.json",
        "zweitgespraech_de.meeting.json",
    ]


def test_a_guess_is_kept_and_shown_beside_the_figure_only_when_revealed(lesson: Workshop) -> None:
    guess = lesson.guess()
    guess.sliders["share"].value = 55
    guess.name.value = "Anna <b>"
    guess.enter.click()
    assert guess.result.value == ""
    guess.sliders["share"].value = 68
    guess.name.value = "Ben"
    guess.enter.click()
    guess.reveal.click()
    assert "Anna &lt;b&gt;" in guess.result.value
    assert "✓ 68" in guess.result.value
    assert "✓ 55" not in guess.result.value
    assert "63–75" in guess.result.value, "the interval stands beside it"
    assert "Anna" in lesson.guess().guessed.value, "kept, also when the cell is run again"


def test_whoever_reveals_without_entering_has_guessed_all_the_same(lesson: Workshop) -> None:
    guess = lesson.guess()
    guess.reveal.click()
    assert "Schätzung 1" in guess.result.value


def test_three_moments_are_heard_and_what_is_written_stays(lesson: Workshop) -> None:
    hear = lesson.hear()
    assert len(hear.clips) == len(hear.cards.children) == 3
    assert len({clip.kind for clip in hear.clips}) == 3
    _, listen, asked, tell, told = hear.cards.children[0].children
    listen.children[0].click()
    assert hear.player.request["start"] == pytest.approx(hear.clips[0].start - 4)
    assert told.value == ""
    tell.children[0].click()
    assert hear.clips[0].what in told.value
    asked.value = "Wen haben Sie gemeint?"
    assert lesson.hear().cards.children[0].children[2].value == "Wen haben Sie gemeint?"


def test_the_player_does_not_tell_what_is_to_be_guessed(lesson: Workshop) -> None:
    assert lesson.hear().player.moments["start"] == []
    assert "tb-small-player" in lesson.rate().player._dom_classes


def test_two_raters_see_how_far_they_agree_and_what_is_missing(lesson: Workshop) -> None:
    rate = lesson.rate()
    rate.names.value = "Anna, Ben, Anna"
    assert rate.raters == ("Anna", "Ben")
    assert "noch nicht zu sagen" in rate.agreed.value
    for place, clip in enumerate(rate.clips):
        rate.given[clip.key, "Anna"].value = 1 + place % 3
        rate.given[clip.key, "Ben"].value = 1 + place % 3 if place else 3
    assert "Krippendorffs Alpha): 0," in rate.agreed.value
    assert "Cohens Kappa): 0," in rate.agreed.value
    assert f"aus {len(rate.clips)} Stellen" in rate.agreed.value
    again = lesson.rate()
    assert again.names.value == "Anna, Ben"
    assert again.agreed.value == rate.agreed.value


def test_one_rater_agrees_with_nobody(lesson: Workshop) -> None:
    rate = lesson.rate()
    rate.names.value = "Anna"
    assert rate.agreed.layout.display == "none"


def test_more_raters_than_fit_are_refused_in_a_sentence(lesson: Workshop) -> None:
    rate = lesson.rate()
    rate.names.value = ",".join(f"R{i}" for i in range(MOST_RATERS + 1))
    assert "tb-wrong" in rate.message.value


def test_two_meetings_stand_side_by_side(lesson: Workshop) -> None:
    both = lesson.before_and_after()
    assert both.table.value == "", "it stands on the same page as what is to be guessed"
    both.reveal.click()
    row = next(row for row in both.table.value.split("<tr>") if "Redeanteil" in row)
    assert "weniger geworden" in row
    assert "70\u202f%" in row
    assert "nicht zu entscheiden" in both.table.value
    assert all("<svg" in head.value for head in both.heads.values())
    assert all(player.sound for player in both.players.values())


def test_without_sides_the_reason_is_said(in_a_row: Meeting, tmp_path: Path) -> None:
    write(in_a_row, tmp_path / "a.meeting.json")
    lesson = workshop(tmp_path, notes=tmp_path / "n.json", moments=tmp_path / "m.json", language="en")
    both = lesson.before_and_after()
    both.reveal.click()
    assert "who sits on which side" in both.table.value
    lesson.guess().reveal.click()


def test_moments_of_several_meetings_are_collected_played_and_taken_out(lesson: Workshop, tmp_path: Path) -> None:
    listing = lesson.playlist()
    assert "Noch nichts gemerkt" in listing.list.children[0].value
    listing.note.value = "Achten Sie auf <i>die Pause</i>"
    listing.add.click()
    lesson.choices["before"].value = lesson.file("after")
    listing.start.value, listing.end.value = "0:10", "0:14,5"
    listing.add.click()
    saved = json.loads((tmp_path / "moments.json").read_text(encoding="utf-8"))
    assert [Path(one["file"]).name for one in saved] == ["erstgespraech_de.meeting.json", "zweitgespraech_de.meeting.json"]
    assert saved[1]["end"] == 14.5
    assert "&lt;i&gt;die Pause" in listing.list.children[0].children[2].value
    listing.list.children[0].children[0].click()
    assert listing.player.request["start"] == saved[0]["start"]
    assert listing.player.length == pytest.approx(lesson.meeting_in(lesson.saved.file_of(lesson.saved.moments[0])).length)
    listing.list.children[0].children[1].click()
    assert len(lesson.saved.moments) == len(listing.list.children) == 1


def test_a_moment_that_is_heard_can_be_saved_and_is_in_the_list(lesson: Workshop) -> None:
    listing, hear = lesson.playlist(), lesson.hear()
    for _ in range(2):
        hear.cards.children[1].children[1].children[1].click()
    assert "moments.json" in hear.message.value
    assert len(listing.list.children) == 1, "the same one is not saved twice"
    assert hear.clips[1].what in listing.list.children[0].children[2].value


@pytest.mark.parametrize(
    ("start", "end", "said"), [("soon", "0:10", "keine Zeit"), ("0:20", "0:10", "vor dem Ende"), ("0:01", "99:00", "dauert")]
)
def test_times_that_make_no_sense_are_said(lesson: Workshop, start: str, end: str, said: str) -> None:
    listing = lesson.playlist()
    listing.start.value, listing.end.value = start, end
    listing.add.click()
    assert said in listing.message.value
    assert lesson.saved.moments == ()


def test_a_meeting_that_is_gone_is_said(lesson: Workshop, tmp_path: Path, samples: Path) -> None:
    shutil.copy(samples / "first_meeting_en.meeting.json", tmp_path / "gone.meeting.json")
    listing = lesson.playlist()
    lesson.saved.add(tmp_path / "gone.meeting.json", lesson_moment())
    (tmp_path / "gone.meeting.json").unlink()
    listing.reshow()
    listing.list.children[0].children[0].click()
    assert "gone.meeting.json" in listing.message.value


def lesson_moment() -> Saved:
    return Saved("", "weg", 1.0, 2.0, "etwas")


@pytest.mark.parametrize(
    "content",
    ["nonsense", "{}", '[{"file": 1}]', '[{"file": "a", "title": "", "start": 3, "end": 1, "what": "", "note": ""}]', "3"],
)
def test_a_playlist_that_is_none_is_refused_in_a_sentence(lesson: Workshop, content: str) -> None:
    lesson.saved.path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"moments\.json"):
        _ = lesson.saved.moments


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"a": 3}'])
def test_notes_that_are_none_are_refused_in_a_sentence(lesson: Workshop, content: str) -> None:
    lesson.notes.path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"workshop\.json"):
        lesson.guess()


def test_the_switch_changes_every_part_and_keeps_what_was_typed(lesson: Workshop) -> None:
    parts = lesson.guess(), lesson.hear(), lesson.rate(), lesson.before_and_after(), lesson.playlist(), lesson.sheet()
    parts[0].sliders["share"].value = 33
    parts[2].names.value = "Anna, Ben"
    parts[3].reveal.click()
    german = [part.title.value for part in parts]
    lesson.language_switch.value = "en"
    assert all(part.title.value != said for part, said in zip(parts, german, strict=True))
    assert parts[0].sliders["share"].value == 33
    assert parts[2].raters == ("Anna", "Ben")
    assert "Share of speech" in parts[0].sliders["share"].description
    assert "less than before" in parts[3].table.value


def test_another_meeting_is_guessed_anew(lesson: Workshop) -> None:
    guess = lesson.guess()
    guess.reveal.click()
    lesson.choices["before"].value = lesson.file("after")
    assert guess.result.value == ""
    assert not guess.reveal.disabled


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_sheet_is_one_page_without_scripts_and_with_what_was_typed(lesson: Workshop, tmp_path: Path, language: str) -> None:
    lesson.language_switch.value = language
    hear, rate = lesson.hear(), lesson.rate()
    hear.cards.children[0].children[2].value = "Warum <script>rosa</script>?"
    rate.names.value = "Anna, Ben"
    rate.given[rate.clips[0].key, "Anna"].value = 3
    lesson.guess().reveal.click()
    hear.cards.children[0].children[1].children[1].click()
    printing = lesson.sheet(tmp_path / "blatt.html")
    printing.save.click()
    page = (tmp_path / "blatt.html").read_text(encoding="utf-8")
    assert "blatt.html" in printing.message.value
    assert f'lang="{language}"' in page
    assert "&lt;script&gt;rosa" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "Anna" in page


def test_a_sheet_to_hand_out_has_room_to_write_and_tells_nothing(lesson: Workshop, tmp_path: Path) -> None:
    lesson.sheet(tmp_path / "leer.html").save.click()
    page = (tmp_path / "leer.html").read_text(encoding="utf-8")
    assert "tb-line" in page
    assert "☐" in page
    assert "unterbricht" not in page, "to be handed out, it tells nothing"
    assert "weniger geworden" not in page


def test_what_was_corrected_counts(samples: Path, tmp_path: Path) -> None:
    for name in ("erstgespraech_de", "zweitgespraech_de"):
        shutil.copy(samples / f"{name}.meeting.json", tmp_path)
    Log(tmp_path / "erstgespraech_de.corrections.jsonl").add(Correction("rename", "Eva Brandt", "Eva <Braun>"))
    lesson = workshop(tmp_path, notes=tmp_path / "n.json", moments=tmp_path / "m.json", language="de")
    assert "Eva <Braun>" in [speaker.name for speaker in lesson.meeting().speakers]
    assert any("Eva <Braun>" in clip.what for clip in lesson.hear().clips)


def test_a_broken_meeting_beside_the_others_does_not_keep_anybody_from_working(samples: Path, tmp_path: Path) -> None:
    shutil.copy(samples / "erstgespraech_de.meeting.json", tmp_path / "a.meeting.json")
    (tmp_path / "b.meeting.json").write_text("{}", encoding="utf-8")
    shutil.copy(samples / "zweitgespraech_de.meeting.json", tmp_path / "c.meeting.json")
    lesson = workshop(tmp_path, notes=tmp_path / "n.json", moments=tmp_path / "m.json", language="en")
    assert lesson.file("after").name == "c.meeting.json"
    guess = lesson.guess()
    lesson.choices["before"].value = tmp_path / "b.meeting.json"
    assert "tb-wrong" in lesson.message.value
    lesson.choices["before"].value = tmp_path / "a.meeting.json"
    guess.reveal.click()
    assert guess.result.value


def test_a_folder_without_meetings_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"meeting\.json"):
        workshop(tmp_path, language="en")


def test_names_of_a_meeting_are_escaped(hostile: Meeting, tmp_path: Path) -> None:
    write(hostile, tmp_path / "h.meeting.json")
    lesson = workshop(tmp_path, notes=tmp_path / "n.json", moments=tmp_path / "m.json", language="de")
    hear, listing = lesson.hear(), lesson.playlist()
    for card in hear.cards.children[:1]:
        card.children[3].children[0].click()
        assert "<script" not in card.children[4].value
    listing.add.click()
    lesson.guess().reveal.click()
    lesson.sheet(tmp_path / "s.html").save.click()
    assert "<script" not in (tmp_path / "s.html").read_text(encoding="utf-8")
    assert all("<script" not in line.children[-1].value for line in listing.list.children)


def test_telling_moments_are_in_order_and_apart(lesson: Workshop) -> None:
    clips = telling(lesson.meeting(), most=8)
    assert [clip.start for clip in clips] == sorted(clip.start for clip in clips)
    assert len({clip.key for clip in clips}) == len(clips)
    assert all(clip.span(lesson.meeting().length)[1] <= lesson.meeting().length for clip in clips)


def test_a_meeting_without_times_has_nothing_to_hear(untimed: Meeting, silent: Meeting) -> None:
    assert telling(untimed) == ()
    assert telling(silent) == ()


def test_a_time_is_read_as_people_write_it() -> None:
    assert seconds("1:02,5") == 62.5
    for written in ("", "a", "1:2:3:4", "-1", "nan"):
        with pytest.raises(InvalidParameter):
            seconds(written)
