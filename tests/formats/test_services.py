"""JSON of speech services: words and speakers as documented, and what only looks like it."""

import json
from pathlib import Path
from typing import Any

import pytest

from talkbalance.errors import UnreadableFile
from talkbalance.formats import read, recognise
from talkbalance.formats.files import File
from talkbalance.meeting import Meeting


def _item(text: str, start: float, end: float, **more: str) -> dict[str, Any]:
    return {
        "type": "pronunciation",
        "start_time": str(start),
        "end_time": str(end),
        "alternatives": [{"content": text, "confidence": "0.9"}],
        **more,
    }


_MARK = {"type": "punctuation", "alternatives": [{"content": ".", "confidence": "0.0"}]}
_AWS = [_item("Tag", 0, 0.5), _MARK, _item("Ja", 0.5, 1.0)]
_WHISPER_WORDS = [
    {"word": "Tag.", "start": 0.0, "end": 0.4, "score": 0.9, "speaker": "SPEAKER_00"},
    {"word": "1984", "speaker": "SPEAKER_00"},
    {"word": "Ja.", "start": 0.5, "end": 0.9, "score": 0.8, "speaker": "SPEAKER_01"},
]

FILES: dict[str, tuple[object, str, list[tuple[str, str]], bool]] = {
    "AWS, labels beside": (
        {
            "results": {
                "transcripts": [],
                "items": _AWS,
                "speaker_labels": {
                    "segments": [
                        {"items": [{"start_time": "0", "speaker_label": "spk_0"}]},
                        {"items": [{"start_time": "0.5", "speaker_label": "spk_1"}]},
                    ]
                },
            }
        },
        "AWS Transcribe",
        [("spk_0", "Tag."), ("spk_1", "Ja")],
        False,
    ),
    "AWS, labels at the words": (
        {
            "results": {
                "transcripts": [],
                "items": [_item("Tag", 0, 1, speaker_label="spk_0"), _MARK, _item("Ja", 1, 2, speaker_label="spk_1")],
            }
        },
        "AWS Transcribe",
        [("spk_0", "Tag."), ("spk_1", "Ja")],
        False,
    ),
    "AWS, channels": (
        {
            "results": {
                "transcripts": [],
                "items": _AWS,
                "channel_labels": {
                    "channels": [
                        {"channel_label": "ch_0", "items": [_item("Tag", 0, 2)]},
                        {"channel_label": "ch_1", "items": [_item("Ja", 1, 2)]},
                    ]
                },
            }
        },
        "AWS Transcribe",
        [("ch_0", "Tag"), ("ch_1", "Ja")],
        True,
    ),
    "Google, version 2": (
        {
            "results": [
                {
                    "alternatives": [
                        {
                            "words": [
                                {"endOffset": "0.500s", "word": "Tag", "speakerLabel": "1"},
                                {"startOffset": "0.500s", "endOffset": "1s", "word": "Ja", "speakerLabel": "2"},
                            ]
                        }
                    ],
                    "languageCode": "de-DE",
                }
            ]
        },
        "Google Speech-to-Text",
        [("S1", "Tag"), ("S2", "Ja")],
        False,
    ),
    "Google, channels": (
        {
            "results": [
                {"channelTag": 1, "alternatives": [{"words": [{"startTime": "0s", "endTime": "2s", "word": "Tag"}]}]},
                {"channelTag": 2, "alternatives": [{"words": [{"startTime": "1s", "endTime": "3s", "word": "Ja"}]}]},
            ]
        },
        "Google Speech-to-Text",
        [("S1", "Tag"), ("S2", "Ja")],
        True,
    ),
    "Azure, fast": (
        {
            "durationMilliseconds": 5000,
            "combinedPhrases": [{"text": "Tag. Ja."}],
            "phrases": [
                {
                    "offsetMilliseconds": 0,
                    "durationMilliseconds": 900,
                    "text": "Tag.",
                    "speaker": 1,
                    "locale": "de-DE",
                    "words": [],
                },
                {"offsetMilliseconds": 900, "durationMilliseconds": 500, "text": "Ja.", "speaker": 2},
            ],
        },
        "Azure Speech",
        [("S1", "Tag."), ("S2", "Ja.")],
        False,
    ),
    "IBM": (
        {
            "results": [{"alternatives": [{"timestamps": [["tag", 0.0, 0.4], ["%HESITATION", 0.4, 0.5], ["ja", 0.5, 0.9]]}]}],
            "speaker_labels": [{"from": 0.0, "to": 0.4, "speaker": 0}, {"from": 0.5, "to": 0.9, "speaker": 2}],
        },
        "IBM Watson",
        [("S0", "tag"), ("S2", "ja")],
        False,
    ),
    "Speechmatics, channels": (
        {
            "format": "2.9",
            "job": {"duration": 7},
            "metadata": {"transcription_config": {"language": "de"}},
            "results": [
                {
                    "type": "word",
                    "channel": "links",
                    "start_time": 0,
                    "end_time": 2,
                    "alternatives": [{"content": "Tag", "confidence": 1}],
                },
                {"type": "punctuation", "channel": "links", "start_time": 2, "end_time": 2, "alternatives": [{"content": "."}]},
                {"type": "word", "channel": "rechts", "start_time": 1, "end_time": 3, "alternatives": [{"content": "Ja"}]},
                {"type": "speaker_change", "channel": "rechts", "start_time": 3, "end_time": 3},
            ],
        },
        "Speechmatics",
        [("links", "Tag."), ("rechts", "Ja")],
        True,
    ),
    "Deepgram, channels": (
        {
            "metadata": {"duration": 4.0},
            "results": {
                "channels": [
                    {
                        "alternatives": [{"words": [{"word": "tag", "punctuated_word": "Tag.", "start": 0, "end": 2}]}],
                        "detected_language": "de",
                    },
                    {"alternatives": [{"words": [{"word": "ja", "start": 1, "end": 3, "confidence": 0.5}]}]},
                ]
            },
        },
        "Deepgram",
        [("S0", "Tag."), ("S1", "ja")],
        True,
    ),
    "AssemblyAI, channels": (
        {
            "text": "",
            "audio_duration": 4,
            "multichannel": True,
            "words": [],
            "utterances": [
                {"start": 0, "end": 2000, "speaker": "1A", "text": "Tag.", "words": []},
                {"start": 1000, "end": 3000, "speaker": "2A", "text": "Ja.", "words": []},
            ],
        },
        "AssemblyAI",
        [("1A", "Tag."), ("2A", "Ja.")],
        True,
    ),
    "WhisperX": (
        {
            "segments": [{"start": 0.0, "end": 0.9, "text": " Tag. 1984 Ja.", "speaker": "SPEAKER_00", "words": _WHISPER_WORDS}],
            "language": "de",
        },
        "Whisper",
        [("SPEAKER_00", "Tag. 1984"), ("SPEAKER_01", "Ja.")],
        False,
    ),
    "aTrain": (
        {"segments": [{"start": 0, "end": 1, "text": " Tag.", "speaker": "SPEAKER_00"}, {"start": 1, "end": 2, "text": " Ja."}]},
        "Whisper",
        [("SPEAKER_00", "Tag."), ("unknown", "Ja.")],
        False,
    ),
    "faster-whisper": ([{"start": 0.0, "end": 1.0, "text": " Tag."}], "Whisper", [("unknown", "Tag.")], False),
    "whisper.cpp": (
        {"result": {"language": "de"}, "transcription": [{"offsets": {"from": 0, "to": 1500}, "text": " Tag."}]},
        "Whisper",
        [("unknown", "Tag.")],
        False,
    ),
    "transformers": (
        {"text": "", "chunks": [{"timestamp": [0.0, 1.0], "text": " Tag."}, {"timestamp": [1.0, None], "text": " Ja."}]},
        "Whisper",
        [("unknown", "Tag.")],
        False,
    ),
    "Fireflies": (
        {
            "data": {
                "transcript": {
                    "title": "Erstgespräch",
                    "duration": 0.5,
                    "sentences": [
                        {"index": 0, "speaker_name": "Eva", "speaker_id": 0, "text": "Tag.", "start_time": "0.0", "end_time": 1.5},
                        {"index": 1, "speaker_name": None, "speaker_id": 1, "text": "Ja.", "start_time": 1.5, "end_time": 2},
                    ],
                }
            }
        },
        "Fireflies",
        [("Eva", "Tag."), ("S1", "Ja.")],
        False,
    ),
    "Read": (
        {
            "title": "Erstgespräch",
            "transcript": {
                "speakers": [{"name": "Eva"}, {"name": "Baum"}, {"name": "Özil"}],
                "speaker_blocks": [
                    {"start_time": "1734700000000", "end_time": "1734700020000", "speaker": {"name": "Eva"}, "words": "Tag."},
                    {"start_time": "1734700021000", "end_time": "1734700022000", "speaker": {"name": "Baum"}, "words": "Ja."},
                ],
            },
        },
        "Read.ai",
        [("Eva", "Tag."), ("Baum", "Ja.")],
        False,
    ),
    "podcast": (
        {
            "version": "1.0.0",
            "segments": [{"speaker": "Eva", "startTime": 0, "endTime": 4, "body": part} for part in ("Guten", "Tag.")],
        },
        "Podcast",
        [("Eva", "Guten Tag.")],
        False,
    ),
}


def _read(tmp_path: Path, value: object) -> Meeting:
    (tmp_path / "call.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return read(tmp_path / "call.json")


@pytest.mark.filterwarnings("ignore::talkbalance.errors.TalkbalanceWarning")
@pytest.mark.parametrize(("value", "service", "said", "apart"), FILES.values(), ids=FILES)
def test_who_said_what_is_read(tmp_path: Path, value: object, service: str, said: list[tuple[str, str]], apart: bool) -> None:
    meeting = _read(tmp_path, value)
    assert [(utterance.speaker, utterance.text) for utterance in meeting.utterances] == said
    assert meeting.source.format == service == meeting.source.models[0]
    assert meeting.overlap_observable is apart


def test_what_was_heard_channel_by_channel_counts_as_such(tmp_path: Path) -> None:
    meeting = _read(tmp_path, FILES["Deepgram, channels"][0])
    assert dict(meeting.source.options)["layout"] == "one_per_channel"
    assert (meeting.duration, meeting.language) == (4.0, "de")


def test_moments_of_a_day_begin_at_the_first(tmp_path: Path) -> None:
    meeting = _read(tmp_path, FILES["Read"][0])
    assert [(utterance.start, utterance.end) for utterance in meeting.utterances] == [(0, 20), (21, 22)]
    assert [speaker.name for speaker in meeting.speakers] == ["Eva", "Baum", "Özil"]


def test_probabilities_stay_with_their_words(tmp_path: Path) -> None:
    words = [word for utterance in _read(tmp_path, FILES["WhisperX"][0]).utterances for word in utterance.words]
    assert [(word.text, word.probability) for word in words] == [("Tag. 1984", 0.9), ("Ja.", 0.8)]


@pytest.mark.parametrize(
    "change",
    [
        {"segments": [{"start": 0, "end": 1, "text": 3, "words": 4}]},
        {"segments": [{"start": 0, "end": 1, "text": "a"}, {}]},
        {"segments": [{"start": "x", "end": 1, "text": "a"}]},
        {"segments": [{"start": 0, "end": 1, "text": "a"}], "duration": "lang"},
        {"segments": [{"start": 0, "end": [], "text": "a"}]},
    ],
)
def test_what_is_missing_inside_is_one_sentence(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(UnreadableFile, match=r"call\.json looks like Whisper"):
        _read(tmp_path, {**change})


def test_a_word_without_an_end_is_one_sentence(tmp_path: Path) -> None:
    whole = {"endTime": "1s", "word": "Tag"}
    with pytest.raises(UnreadableFile, match="looks like Google"):
        _read(tmp_path, {"results": [{"alternatives": [{"words": [whole, {"word": "Ja"}]}]}]})


@pytest.mark.parametrize("value", [{}, [], 3, {"results": 3}, {"segments": {}}, {"transcript": "Tag"}, {"words": []}, [{"a": 1}]])
def test_any_other_json_is_no_transcript(tmp_path: Path, value: object) -> None:
    with pytest.raises(UnreadableFile, match="no format that is known"):
        _read(tmp_path, value)


@pytest.mark.parametrize(("value", "service"), [(value, service) for value, service, *_ in FILES.values()], ids=list(FILES))
def test_no_file_is_claimed_twice(value: object, service: str) -> None:
    assert recognise(File.of(json.dumps(value), "call.json")).title == service
