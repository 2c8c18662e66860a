"""The sample meetings: their truth agrees with itself and with the sound."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from talkbalance import formats
from talkbalance.meeting import Meeting, Utterance, times_of

av = pytest.importorskip("av")

RATE = 16_000
HOP = 0.05
LATE = 3.75
STEMS = ("erstgespraech_de", "zweitgespraech_de", "first_meeting_en")
MIXED = ("erstgespraech_de.mp3", "zweitgespraech_de.m4a", "first_meeting_en.mp3")
SOUND = (
    *((name, 0.0) for name in MIXED),
    ("zweitgespraech_de.channels.ogg", 0.0),
    ("first_meeting_en.tracks/Mark.ogg", 0.0),
    ("first_meeting_en.tracks/Sarah.ogg", LATE),
)
KINDS = {"wh", "polar", "alternative", "declarative", "tag", "rhetorical"}

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def events(samples: Path, stem: str, event: str) -> list[Row]:
    return [row for row in rows(samples / f"{stem}.events.csv") if row["event"] == event]


def reference(samples: Path, stem: str) -> Meeting:
    return formats.read(samples / f"{stem}.meeting.json")


def of(meeting: Meeting, name: str) -> list[Utterance]:
    return [utterance for utterance in meeting.utterances if utterance.speaker == name]


def decoded(path: Path) -> NDArray[np.float32]:
    """Return (channels, n) samples at 16 kHz."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", rate=RATE)
        frames = [ready for frame in container.decode(audio=0) for ready in resampler.resample(frame)] + resampler.resample(None)
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def levels(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (frames,) dB in steps of 50 ms."""
    size = round(HOP * RATE)
    frames = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    decibels: NDArray[np.float64] = 10 * np.log10((frames**2).mean(1) + 1e-10)
    return decibels


def talking(meeting: Meeting, frames: int, who: str | None = None, margin: float = 0.0) -> NDArray[np.bool_]:
    """Return (frames,) whether somebody, or `who`, speaks; a margin in seconds widens speech, a negative one narrows it."""
    starts = np.arange(frames) * HOP
    spoken = np.zeros(frames, bool)
    for utterance in meeting.utterances:
        if who in (None, utterance.speaker):
            start, end = times_of(utterance)
            spoken |= (starts < end + margin) & (starts + HOP > start - margin)
    return spoken


@pytest.mark.parametrize("stem", STEMS)
def test_the_truth_agrees_with_itself(samples: Path, stem: str) -> None:
    meeting = reference(samples, stem)
    said = sorted((word.start, word.end, u.speaker, word.text) for u in meeting.utterances for word in u.words)
    listed = rows(samples / f"{stem}.words.csv")
    assert sorted((float(r["start"]), float(r["end"]), r["speaker"], r["text"]) for r in listed) == said
    assert all(row["text"].endswith("-") == (row["truncated"] == "1") for row in listed)
    for utterance in meeting.utterances:
        start, end = times_of(utterance)
        assert utterance.text == " ".join(word.text for word in utterance.words)
        assert start == pytest.approx(utterance.words[0].start, abs=0.002)
        assert end == pytest.approx(utterance.words[-1].end, abs=0.002)
    spans = formats.read(samples / f"{stem}.rttm").utterances
    assert [(*times_of(u), u.speaker.replace("_", " ")) for u in spans] == [(*times_of(u), u.speaker) for u in meeting.utterances]
    assert meeting.sided
    assert not meeting.source.models


@pytest.mark.parametrize("stem", STEMS)
def test_interruptions_are_what_they_are_called(samples: Path, stem: str) -> None:
    meeting = reference(samples, stem)
    taken, failed = (events(samples, stem, f"interruption_{kind}") for kind in ("taken", "failed"))
    assert bool(taken) == bool(failed) == (stem != "zweitgespraech_de")
    for row in taken + failed:
        start, end = float(row["start"]), float(row["end"])
        assert any(times_of(u)[0] <= start < times_of(u)[1] for u in of(meeting, row["other"]))
        assert any(times_of(u)[0] == start for u in of(meeting, row["speaker"]))
        assert any(times_of(u)[1] == end for u in of(meeting, row["cut_off"]))
        assert 0.4 <= float(row["overlap"]) <= 1.6
    for row in taken:
        end = float(row["end"])
        assert row["cut_off"] == row["other"]
        assert any(times_of(u)[0] == float(row["start"]) and times_of(u)[1] > end + 0.2 for u in of(meeting, row["speaker"]))
        assert not any(end <= times_of(u)[0] < end + 1 for u in of(meeting, row["other"]))
    for row in failed:
        assert row["cut_off"] == row["speaker"]
        assert any(times_of(u)[1] > float(row["end"]) + 0.3 for u in of(meeting, row["other"]))


@pytest.mark.parametrize("stem", STEMS)
def test_signals_and_questions_are_what_they_are_called(samples: Path, stem: str) -> None:
    meeting = reference(samples, stem)
    for row in events(samples, stem, "backchannel"):
        start, end = float(row["start"]), float(row["end"])
        assert end - start < 1
        assert any(min(end, times_of(u)[1]) > max(start, times_of(u)[0]) for u in of(meeting, row["other"]))
    for row in events(samples, stem, "question"):
        assert row["text"].endswith("?")
        assert row["kind"] in KINDS
        assert row["answered"] in ({""} if row["kind"] == "rhetorical" else {"0", "1"})
    marks = sum("?" in word.text for u in meeting.utterances for word in u.words)
    assert marks == len(events(samples, stem, "question"))


def test_the_meetings_show_what_they_are_for(samples: Path) -> None:
    share, counted = {}, {}
    for stem in STEMS:
        meeting = reference(samples, stem)
        time = dict.fromkeys(("agency", "client"), 0.0)
        for utterance in meeting.utterances:
            start, end = times_of(utterance)
            time[meeting.side_of(utterance.speaker)] += end - start
        share[stem] = time["agency"] / sum(time.values())
        names = ("interruption_taken", "interruption_failed", "backchannel", "dismissal", "reflection")
        counted[stem] = [len(events(samples, stem, name)) for name in names]
    assert share["erstgespraech_de"] > 0.65
    assert share["zweitgespraech_de"] < 0.45
    assert counted == {
        "erstgespraech_de": [8, 4, 2, 4, 0],
        "zweitgespraech_de": [0, 0, 16, 0, 3],
        "first_meeting_en": [3, 1, 7, 1, 2],
    }


@pytest.mark.parametrize(("name", "late"), SOUND)
def test_sound_lasts_as_long_as_the_truth(samples: Path, name: str, late: float) -> None:
    path = samples / name
    assert path.stat().st_size < 1.5e6
    duration = decoded(path).shape[1] / RATE
    assert duration == pytest.approx(reference(samples, name.partition(".")[0]).length - late, abs=0.1)


def test_all_sound_together_is_small(samples: Path) -> None:
    assert sum((samples / name).stat().st_size for name, _ in SOUND) < 6e6


@pytest.mark.parametrize("name", MIXED)
def test_there_is_sound_where_somebody_speaks_and_only_there(samples: Path, name: str) -> None:
    meeting = reference(samples, name.partition(".")[0])
    level = levels(decoded(samples / name).mean(0))
    inside = talking(meeting, len(level), margin=-0.05)
    outside = ~talking(meeting, len(level), margin=0.05)
    threshold = np.percentile(level[inside], 95) - 45
    assert (level[inside] > threshold).mean() > 0.99
    assert (level[outside] < threshold).mean() > 0.98


def test_each_speaker_is_louder_in_their_own_channel(samples: Path) -> None:
    meeting = reference(samples, "zweitgespraech_de")
    left, right = (levels(channel) for channel in decoded(samples / "zweitgespraech_de.channels.ogg"))
    apart = left - right
    eva = talking(meeting, len(left), "Eva Brandt", -0.05) & ~talking(meeting, len(left), "Herr Baum", 0.05)
    baum = talking(meeting, len(left), "Herr Baum", -0.05) & ~talking(meeting, len(left), "Eva Brandt", 0.05)
    assert np.median(apart[eva]) > 12
    assert np.median(apart[baum]) < -12


def test_the_offset_of_the_tracks_can_be_found(samples: Path) -> None:
    mark, sarah = (decoded(samples / f"first_meeting_en.tracks/{who}.ogg")[0] for who in ("Mark", "Sarah"))
    n = len(mark) + len(sarah)
    spectrum = np.fft.rfft(mark, n) * np.conj(np.fft.rfft(sarah, n))
    common = np.fft.irfft(spectrum / np.abs(spectrum), n)
    assert np.argmax(np.abs(common)) / RATE == pytest.approx(LATE, abs=0.02)


def test_sides_name_the_voices_by_first_speech(samples: Path) -> None:
    for stem in STEMS:
        meeting = reference(samples, stem)
        heard = dict.fromkeys(utterance.speaker for utterance in meeting.utterances)
        expected: dict[str, list[str]] = {"agency": [], "client": []}
        for number, name in enumerate(heard, 1):
            expected[meeting.side_of(name)].append(f"S{number}={name}")
        assert tomllib.loads((samples / f"{stem}.sides.toml").read_text(encoding="utf-8")) == expected


def test_the_tools_transcript_has_lost_its_overlaps(samples: Path) -> None:
    sides = tomllib.loads((samples / "first_meeting_en.zoom.sides.toml").read_text(encoding="utf-8"))
    meeting = formats.read(samples / "first_meeting_en.zoom.vtt", sides=sides)
    assert [speaker.name for speaker in meeting.speakers] == ["Mark Ellis", "Sarah Cole"]
    assert meeting.sided
    assert not meeting.overlap_observable
