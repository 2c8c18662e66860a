"""The registry: what a file is taken for, what is told when that is not clear, and that nothing grows without bound."""

import time
import warnings
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

import talkbalance.formats as registry
from talkbalance import i18n
from talkbalance.errors import InvalidParameter, TalkbalanceWarning, UnreadableFile
from talkbalance.formats import formats, read, recognise, write
from talkbalance.formats.assemble import MOST_UTTERANCES
from talkbalance.formats.files import LARGEST, File
from talkbalance.formats.format import TRAITS
from talkbalance.formats.webvtt import stamp
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance
from talkbalance.summary import summary

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nEva: Ja.\n"


def zoom(cues: int) -> str:
    """Return a Zoom transcript as long as wanted."""
    names = ("Eva Brandt", "Herr Baum", "Frau Özil", "Jo")
    said = (
        f"{i + 1}\n{stamp(2.0 * i)} --> {stamp(2.0 * i + 1.8)}\n{names[i % 4]}: Das ist Satz {i}, so lang wie andere auch.\n"
        for i in range(cues)
    )
    return "WEBVTT\n\n" + "\n".join(said)


def test_two_claims_on_one_file_are_told_by_name_and_settled_by_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(next(entry for entry in formats() if entry.title == "WebVTT"), title="Untertitel")
    known = (*formats(), other)
    monkeypatch.setattr(registry, "formats", lambda: known)
    (tmp_path / "a.vtt").write_text(VTT)
    with pytest.raises(UnreadableFile, match="WebVTT, Untertitel"):
        read(tmp_path / "a.vtt")
    assert read(tmp_path / "a.vtt", kind="untertitel").utterances[0].speaker == "Eva"
    with pytest.raises(InvalidParameter, match="Lochkarte"):
        read(tmp_path / "a.vtt", kind="Lochkarte")


def test_the_content_decides_not_the_ending(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(VTT)
    assert read(tmp_path / "a.srt").source.format == "WebVTT"


def test_titles_and_the_endings_that_are_written_are_each_one_format() -> None:
    titles = [entry.title for entry in formats()]
    assert len(set(titles)) == len(titles)
    written = [ending for entry in formats() if entry.write is not None for ending in entry.endings]
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_trait_has_its_words(language: i18n.Language) -> None:
    i18n.set_language(language)
    assert all(i18n.text(f"formats.{what}_{trait}") for what in ("holds", "loses") for trait in TRAITS)


def test_what_a_format_cannot_hold_is_said(tmp_path: Path) -> None:
    said = (Utterance(0, 2, "Eva", "Ja.", confidence=0.5), Utterance(1, 3, "Baum"))
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"), Speaker("Özil", "client"))
    meeting = Meeting(people, said, 10, source=Source(times="utterance", overlap_observable=True))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TalkbalanceWarning)
        write(meeting, tmp_path / "a.txt")
    lost = " ".join(str(warning.message) for warning in caught)
    for part in ("ends of utterances", "overlaps", "sides", "said nothing", "after the last word", "how sure"):
        assert part in lost
    assert "times are lost" not in lost


def test_a_meeting_without_times_goes_where_none_are_needed(tmp_path: Path) -> None:
    said = (
        Utterance(None, None, "Eva", "Was meinen Sie?"),
        Utterance(None, None, "Baum", "Ja."),
        Utterance(None, None, "Eva", "Gut."),
    )
    meeting = Meeting((Speaker("Eva"), Speaker("Baum")), said, None, source=Source(times="none"))
    with pytest.raises(UnreadableFile, match=r"WebVTT needs times.*\.txt"):
        write(meeting, tmp_path / "a.vtt")
    for ending in (".txt", ".docx", ".csv", ".xlsx"):
        write(meeting, tmp_path / f"a{ending}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TalkbalanceWarning)
            assert read(tmp_path / f"a{ending}").utterances == said


def test_who_wrote_a_webvtt_decides_how_sure_its_figures_are(tmp_path: Path) -> None:
    """A tool's transcript may be misheard; what a person wrote down is taken as it is, also after it was a file."""
    people = (Speaker("Eva", "agency"), Speaker("Baum", "client"))
    said = tuple(Utterance(4 * i, 4 * i + 3, people[i % 2].name, "Ja, so ist es.") for i in range(20))
    by_hand = Meeting(people, said, 80, source=Source(times="utterance", overlap_observable=False), details=Details("x"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        write(by_hand, tmp_path / "a.vtt")
    (tmp_path / "b.vtt").write_text((tmp_path / "a.vtt").read_text().replace("Made: by hand", ""))
    widths = []
    for name in ("a.vtt", "b.vtt"):
        meeting = read(tmp_path / name, sides={"agency": ["Eva"], "client": ["Baum"]})
        row = summary(meeting, runs=20).query("measure == 'share' and side == 'agency'").iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[0] < widths[1]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "[" * 1_000_000, "nested deeper"),
        ("a.json", '{"segments": [' + "[]," * 4_000_000 + "[]]}", "more lists and objects"),
        ("a.json", '{"segments": [\n{"start": 0,\n"end"', "line 3"),
        ("a.json", '{"a": NaN, "b": ' + "9" * 5000 + "}", "nested deeper"),
        ("a.vtt", "WEBVTT\n\n" + "00:00.000 --> 00:01.000\nJa\n\n" * (MOST_UTTERANCES + 1), "more than 200000 utterances"),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 9999:00:00.000\nJa\n", "168 hours"),
        ("a.vtt", "WEBVTT\n\n" + "".join(f"00:01.000 --> 00:02.000\n<v P{i}>Ja\n\n" for i in range(2001)), "2000 speakers"),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 00:00.000\n" + "<v " * 1_000_000 + "\n", "no speech"),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 00:00.000\n" + "<" * 3_000_000 + "{\\" * 500_000 + "\n", "no speech"),
        (
            "a.json",
            '{"segments": [{"start": 0, "end": 0, "text": "", "words": [{"start": 0, "end": 1, "word": "a"}'
            + ', {"word": "a"}' * 400_000
            + "]}]}",
            "no speech",
        ),
        ("a.srt", "1\n" * 300_000, "line 2"),
        ("a.txt", "Eva: Ja.\n" * (MOST_UTTERANCES + 1), "more than 200000 utterances"),
        (
            "a.txt",
            "Eva: Ja.\nBaum: Nein.\n" * 1000 + "x y z\n" * 500_000 + "Eva: Ja.\n" * (MOST_UTTERANCES + 1),
            "more than 200000",
        ),
        ("a.csv", "speaker,text\n" + "Eva,Ja.\n" * (MOST_UTTERANCES + 1), "more than 200000 utterances"),
        ("a.csv", 'speaker,text\nEva,"' + "x" * 200_000, "line"),
        ("a.txt", "Eva " * 2_000_000, "names nobody"),
        ("a.txt", "//" * 1_000_000, "names nobody"),
        ("a.html", '<html><a name="ts_0_1_S1">' * 100_000, "a.html"),
        ("a.html", "<cite>a</cite>" * 200_000, "no format"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
@pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")
def test_what_has_no_end_is_refused_soon(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    begun = time.perf_counter()
    with pytest.raises(UnreadableFile, match=said):
        read(tmp_path / name)
    assert time.perf_counter() - begun < 20  # seconds on a busy machine; one or two on an idle one


def test_a_file_larger_than_any_transcript_is_not_read(tmp_path: Path) -> None:
    for name, head in (("a.vtt", VTT.encode()), ("a.mp4", b"\0\0\0\x20ftypisom")):
        with (tmp_path / name).open("wb") as file:
            file.write(head)
            file.truncate(LARGEST + 10)
        with pytest.raises(UnreadableFile, match=r"a\.vtt is larger|talkbalance analyze"):
            read(tmp_path / name)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\xd8\x00", b"\xef\xbb\xbf\xff\xff", b"\x81\x8d\x8f", b"PK\x03\x04", b"\0" * 100])
def test_what_is_no_text_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.dat").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"a\.dat"):
        read(tmp_path / "a.dat")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_umlauts_and_line_ends_of_every_kind(tmp_path: Path, encoding: str, ending: str) -> None:
    (tmp_path / "a.srt").write_bytes("1\n00:00:01,000 --> 00:00:02,000\nJürgen: Größe\n".replace("\n", ending).encode(encoding))
    if encoding in ("utf-16-le", "utf-16-be"):  # without a byte order mark nobody can tell
        with pytest.raises(UnreadableFile):
            read(tmp_path / "a.srt")
    else:
        assert [(u.speaker, u.text) for u in read(tmp_path / "a.srt").utterances] == [("Jürgen", "Größe")]


def test_a_transcript_of_three_thousand_cues_reads_at_once() -> None:
    """50 ms on an idle machine (`benchmarks`); here only that it has not grown tenfold."""
    file = File.of(zoom(3000), "a.vtt")
    entry = recognise(file)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        found = entry.read(File.of(zoom(3000), "a.vtt"))
        times.append(time.perf_counter() - begun)
    assert len(found.meeting.utterances) == 3000
    assert median(times) < 0.5


def test_half_a_sign_is_read_as_one_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "call.json"
    said = '{"start": 0, "end": 2, "text": "halb \\ud83d und ganz \\ud83d\\ude00"}'
    file.write_text('{"language": "de", "text": "", "segments": [' + said + "]}", encoding="utf-8")
    [utterance] = read(file).utterances
    assert utterance.text == "halb \ufffd und ganz \U0001f600"
    write(read(file), tmp_path / "call.meeting.json")
