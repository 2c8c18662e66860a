"""Meetings made up at random, out of the sentences of the samples: the same seed makes the same meeting."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import talkbalance as tb
from talkbalance.meeting import Details, Meeting, Source, Speaker, Utterance, milliseconds
from tests.conftest import ROOT

PEOPLE = (Speaker("Eva", "agency"), Speaker("Baum", "client"), Speaker("Kim", "agency"), Speaker("Öztürk", "client"))
FIRST = date(2024, 1, 8)


@cache
def _sentences(language: str) -> tuple[str, ...]:
    found = (tb.read(file) for file in sorted((ROOT / "samples").glob("*.meeting.json")))
    return tuple(u.text for meeting in found if meeting.language == language for u in meeting.utterances if u.text)


def generated(seed: int, *, utterances: int = 40, language: str = "de", client: str = "") -> Meeting:
    """Return a meeting of two to four people who answer one another, sometimes too early."""
    luck = random.Random(seed)
    people = PEOPLE[: luck.choice((2, 2, 3, 4))]
    sentences = _sentences(language)
    said: list[Utterance] = []
    ends = dict.fromkeys((speaker.name for speaker in people), 0.0)
    now = 1.0
    for i in range(utterances):
        speaker = people[(i + luck.randrange(2)) % len(people)].name
        text = luck.choice(sentences)
        start = max(ends[speaker], now + luck.gauss(0.3, 0.5), 0.0)
        end = start + 0.3 + len(text) / 15
        said.append(Utterance(start, end, speaker, text))
        ends[speaker] = milliseconds(end)
        now = max(now, end)
    about = Details(date=FIRST + timedelta(days=seed % 700), client=client or f"Kunde {seed % 7}", kind="briefing")
    source = Source(f"{seed}.vtt", "webvtt", "utterance", overlap_observable=True)
    return Meeting(people, tuple(said), max(ends.values()) + 2, f"Gespräch {seed}", language, source, details=about)


def write(folder: Path, seeds: range, *, utterances: int = 40) -> None:
    """Write meetings as native files, every third as a table of utterances."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        meeting = generated(seed, utterances=utterances)
        if seed % 3:
            identity = f"{random.Random(seed).getrandbits(64):016x}"
            tb.write(replace(meeting, details=replace(meeting.details, id=identity)), folder / f"{seed:05}.meeting.json")
        else:
            rows = [{"speaker": u.speaker, "start_time": u.start, "end_time": u.end, "words": u.text} for u in meeting.utterances]
            (folder / f"{seed:05}.seglst.json").write_text(
                json.dumps([{"session_id": "one", **row} for row in rows]), encoding="utf-8"
            )
