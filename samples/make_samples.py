"""Make the sample meetings again: sound, words, events and references from the scripts in `scripts/`.

Run `python samples/make_samples.py`, or with names of samples to make only those. What has to be installed for it, and what
each file shows, is in README.md. The same voices give the same files.
"""

import csv
import json
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import script
import stage
from stage import Line
from voices import RATE, Samples

from talkbalance import formats
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance, Word, times_of

HERE = Path(__file__).parent
SCRIPTS = ("erstgespraech_de", "zweitgespraech_de", "first_meeting_en")
LATE = 3.75
"""Seconds after the first track at which the second track of `first_meeting_en` starts."""
EVENTS = ("event", "start", "end", "speaker", "other", "kind", "cut_off", "overlap", "answered", "text")

Row = dict[str, str]


def make(stem: str) -> None:
    """Make every file of one sample."""
    plan = script.read(HERE / "scripts" / f"{stem}.txt")
    lines, duration = stage.perform(plan)
    tracks = stage.record(plan, lines, duration)
    _write_truth(plan, lines, duration)
    _sound(plan, tracks)
    print(f"{stem}: {duration:.1f} s, {sum(len(line.words) for line in lines)} words")


def _sound(plan: script.Script, tracks: dict[str, Samples]) -> None:
    mixed = stage.room(plan, tracks)
    if plan.stem == "erstgespraech_de":
        encode(HERE / "erstgespraech_de.mp3", mixed[None], "libmp3lame", 40_000)
    elif plan.stem == "zweitgespraech_de":
        encode(HERE / "zweitgespraech_de.m4a", mixed[None], "aac", 32_000)
        channels = stage.separate(plan, tracks, bleed=-18, delay=0.003)
        encode(HERE / "zweitgespraech_de.channels.ogg", np.stack(list(channels.values())), "libopus", 40_000)
    else:
        encode(HERE / "first_meeting_en.mp3", mixed[None], "libmp3lame", 40_000)
        folder = HERE / "first_meeting_en.tracks"
        folder.mkdir(exist_ok=True)
        for speaker, heard in stage.separate(plan, tracks, bleed=-26, delay=0.008).items():
            cut = round(LATE * RATE) if speaker == "Sarah" else 0
            encode(folder / f"{speaker}.ogg", heard[None, cut:], "libopus", 24_000)


def encode(path: Path, samples: Samples, codec: str, bit_rate: int) -> None:
    """Write (channels, n) samples at 16 kHz as a small file."""
    layout = {1: "mono", 2: "stereo"}[len(samples)]
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream: av.AudioStream = container.add_stream(codec, rate=RATE, layout=layout)  # type: ignore[assignment]
        stream.bit_rate = bit_rate
        resampler = av.AudioResampler(format=stream.format.name, layout=layout, rate=RATE)
        for start in range(0, samples.shape[1], RATE):
            block = np.ascontiguousarray(samples[:, start : start + RATE])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.rate, frame.pts = RATE, start
            for ready in resampler.resample(frame):
                container.mux(stream.encode(ready))
        for ready in resampler.resample(None):
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))


def _write_truth(plan: script.Script, lines: list[Line], duration: float) -> None:
    name = {key: person.name for key, person in plan.people.items()}
    meeting = _meeting(plan, lines, duration)
    base = HERE / plan.stem
    formats.write(meeting, f"{base}.meeting.json")
    Path(f"{base}.meeting.json").chmod(0o644)  # a user's meeting is private, this one is for everybody
    _write_rttm(Path(f"{base}.rttm"), meeting)
    words: list[Row] = [
        {
            "speaker": name[line.speaker],
            "start": f"{word.start:.3f}",
            "end": f"{word.end:.3f}",
            "text": word.text,
            "truncated": str(int(word.truncated)),
        }
        for line in lines
        for word in line.words
    ]
    words.sort(key=lambda row: float(row["start"]))
    _write_csv(Path(f"{base}.words.csv"), ("speaker", "start", "end", "text", "truncated"), words)
    found = sorted(_events(lines, name), key=lambda row: float(row["start"]))
    _write_csv(Path(f"{base}.events.csv"), EVENTS, found)
    heard = {speaker: f"S{n}" for n, speaker in enumerate(dict.fromkeys(line.speaker for line in lines), 1)}
    _write_sides(Path(f"{base}.sides.toml"), plan, {key: f"{heard[key]}={name[key]}" for key in name})
    if plan.stem == "first_meeting_en":
        _write_zoom(HERE / "first_meeting_en.zoom.vtt", lines, name)
        _write_sides(HERE / "first_meeting_en.zoom.sides.toml", plan, name)
        (HERE / "first_meeting_en.tracks").mkdir(exist_ok=True)
        tracks = {key: f"{key}={name[key]}" for key in name}
        _write_sides(HERE / "first_meeting_en.tracks" / "sides.toml", plan, tracks)


def _meeting(plan: script.Script, lines: list[Line], duration: float) -> Meeting:
    """Make one utterance of each stretch of speech, cut where the voice pauses for 0.2 s."""
    utterances = tuple(
        Utterance(
            start,
            end,
            plan.people[line.speaker].name,
            " ".join(word.text for word in inside),
            tuple(Word(word.start, word.end, word.text) for word in inside),
        )
        for line in lines
        for start, end in line.stretches
        if (inside := [word for word in line.words if start <= (word.start + word.end) / 2 < end])
    )
    return Meeting(
        tuple(Speaker(person.name, person.side) for person in plan.people.values()),
        utterances,
        duration,
        title=plan.title,
        language=plan.language,
        source=Source(f"{plan.stem}.txt", "script", "word", overlap_observable=True),
        details=Details(date=plan.date, client="Baum" if plan.language == "de" else "Harbour Lane", mode=_mode(plan)),
    )


def _mode(plan: script.Script) -> str:
    return "room" if plan.language == "de" else "remote"


def _events(lines: list[Line], name: dict[str, str]) -> Iterable[Row]:
    """List what was planned: who took the floor, who did not get it, who only listened, who asked what."""
    people = list(name)
    turns = [line for line in lines if line.inset is None]
    for one, following in pairwise(turns):
        if one.sentence.cut and following.turn == one.turn + 1:
            yield _interruption("interruption_taken", following, one, one, name)
    for line in lines:
        (other,) = [key for key in people if key != line.speaker]
        if line.inset is not None:
            (holder,) = [o for o in turns if o.turn == line.turn and o.start <= line.start < o.end]
            if line.inset.tries:
                yield _interruption("interruption_failed", line, holder, line, name)
            else:
                yield _event("backchannel", line, name[line.speaker], name[other])
        for tag in line.sentence.tags:
            if tag in script.QUESTION_KINDS:
                answered = "" if tag == "rhetorical" else str(int("unanswered" not in line.sentence.tags))
                yield _event("question", line, name[line.speaker], name[other]) | {"kind": tag, "answered": answered}
            elif tag != "unanswered":
                yield _event(tag, line, name[line.speaker], name[other])


def _interruption(event: str, incomer: Line, holder: Line, stopped: Line, name: dict[str, str]) -> Row:
    row = _event(event, incomer, name[incomer.speaker], name[holder.speaker])
    row["end"] = f"{stopped.end:.3f}"
    row["cut_off"] = name[stopped.speaker]
    row["overlap"] = f"{min(incomer.end, stopped.end) - incomer.start:.3f}"
    row["kind"] = event.removeprefix("interruption_")
    row["text"] = stopped.sentence.text
    return row


def _event(event: str, line: Line, speaker: str, other: str) -> Row:
    row: Row = dict.fromkeys(EVENTS, "")
    times = {"start": f"{line.start:.3f}", "end": f"{line.end:.3f}"}
    return row | {"event": event, **times, "speaker": speaker, "other": other, "text": line.sentence.text}


def _write_rttm(path: Path, meeting: Meeting) -> None:
    """Write who spoke when, one line per stretch of speech."""
    stem = path.name.removesuffix(".rttm")
    spans = [(*times_of(utterance), utterance.speaker.replace(" ", "_")) for utterance in meeting.utterances]
    written = (f"SPEAKER {stem} 1 {start:.3f} {end - start:.3f} <NA> <NA> {who} <NA> <NA>\n" for start, end, who in spans)
    path.write_text("".join(written), encoding="utf-8")


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_sides(path: Path, plan: script.Script, entries: dict[str, str]) -> None:
    sides: dict[str, list[str]] = {"agency": [], "client": []}
    for key, person in plan.people.items():
        sides[person.side].append(entries[key])
    written = (f"{side} = {json.dumps(found, ensure_ascii=False)}\n" for side, found in sides.items())
    path.write_text("".join(written), encoding="utf-8")


def _write_zoom(path: Path, lines: list[Line], name: dict[str, str]) -> None:
    """Write the transcript as the tool does: cues in a row, each ending where the next begins, listener signals lost."""
    cues = [line for line in lines if line.inset is None or line.inset.tries]
    limits = [*(line.start for line in cues[1:]), float("inf")]
    blocks = [
        f"{n}\n{_clock(cue.start)} --> {_clock(min(cue.end, limit))}\n{name[cue.speaker]}: {cue.sentence.text}\n"
        for n, (cue, limit) in enumerate(zip(cues, limits, strict=True), 1)
    ]
    path.write_text("WEBVTT\n\n" + "\n".join(blocks), encoding="utf-8")


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


if __name__ == "__main__":
    for wanted in sys.argv[1:] or SCRIPTS:
        make(wanted)
