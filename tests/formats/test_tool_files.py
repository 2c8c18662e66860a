"""Files of meeting tools and speech services as they are found: what each has, counted without our readers."""

import re
import warnings
from pathlib import Path

import pytest

from talkbalance.errors import TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.formats import read
from talkbalance.metrics.interruptions import interruptions

pytestmark = pytest.mark.shared

GOLDEN = [
    # file, utterances, people, seconds, times, whether overlaps can be seen, words with times
    ("zoom/meeting001_transcript.vtt", 300, 6, 3341.97, "utterance", False, 0),
    ("zoom/zoom_fcr_2026-05-12_007.raw.vtt", 311, 7, 2010.6, "utterance", False, 0),
    ("zoom/zoom_fcr_2026-05-12_007.corrected.vtt", 311, 7, 2010.6, "utterance", False, 0),
    ("zoom/zoom_acdt_2025-10-20_058.raw.vtt", 153, 13, 1924.24, "utterance", False, 0),
    ("zoom/zoom_focil_2025-09-23_020.raw.vtt", 193, 4, 1793.13, "utterance", False, 0),
    ("teams/graph_docs_v_tag.vtt", 2, 1, 8.103, "utterance", False, 0),
    ("teams/export_shaped_anonymised.vtt", 5, 2, 29.882, "utterance", True, 0),
    ("google_meet/05_PPGC_Transcript.md", 22, 27, None, "none", False, 0),
    ("google_meet/07_PPGC_Transcript.md", 17, 14, None, "none", False, 0),
    ("google_meet/12_PPGC_Transcript.md", 21, 29, None, "none", False, 0),
    ("google_meet/gemini_notes_shaped_anonymised.md", 6, 2, None, "none", False, 0),
    ("otter/otter_excerpt.txt", 3, 3, 3332.133, "start", False, 0),
    ("fathom/fathom_excerpt.json", 2, 1, 39.0, "start", False, 0),
    ("buzzsprout/buzzcast.srt", 488, 5, 1684.46, "utterance", False, 0),
    ("buzzsprout/buzzcast.json", 489, 5, 1684.46, "utterance", False, 0),
    ("buzzsprout/buzzcast.html", 34, 5, 1704.467, "start", False, 0),
    ("podcast_vtt_srt/podnews_weekly_review_2024-01-19.vtt", 189, 4, 855.04, "utterance", False, 0),
    ("podcast_vtt_srt/kde_express-16_kde_en_telegram.vtt", 22, 1, 141.28, "utterance", False, 0),
    ("aws_transcribe/amazonTranscribe.sample.json", 52, 1, 705.995, "word", False, 1791),
    ("aws_transcribe/call_analytics_example-call.json", 37, 2, 182.89, "word", True, 462),
    ("aws_transcribe/pca_testfile.json", 12, 2, 28.96, "word", True, 94),
    ("google_stt/gcpStt.sample.json", 53, 1, 706.0, "word", False, 1767),
    ("google_stt/gcpSttSpeakerDiarization.sample.json", 54, 2, 706.0, "word", False, 1766),
    ("google_stt/lnp232.google-speech.json", 16, 1, 4658.9, "word", False, 11013),
    ("azure/batch_transcriptSample.json", 3, 2, 7.48, "word", False, 11),
    ("azure/realtimeresult.json", 2, 2, 1.7, "utterance", False, 0),
    ("ibm_watson/ibmTedTalkTranscript.sample.json", 56, 1, 705.94, "word", False, 1780),
    ("speechmatics/v1_TedTalkTranscript.sample.json", 58, 3, 711.0, "word", False, 1791),
    ("speechmatics/v2_simple_case.json", 2, 1, 2.04, "word", False, 2),
    ("speechmatics/v2_punctuation.json", 1, 1, 0.8, "word", False, 4),
    ("deepgram/dg_speakers.json", 22, 3, 169.802, "word", False, 226),
    ("deepgram/dg_speakers_no_utterances.json", 19, 3, 169.802, "word", False, 226),
    ("assemblyai/assemblyai_utterances.json", 1, 1, 25.14, "word", False, 60),
    ("assemblyai/assemblyai_transcription.json", 1, 1, 25.14, "word", False, 60),
    ("bbc_kaldi/bbcKaldiTranscriptWithSpeakerSegments.sample.json", 65, 3, 704.34, "word", False, 1712),
    ("whisper/gaenswein15.words.json", 3, 1, 15.48, "word", False, 33),
    ("whisper/smartphone.words.json", 38, 1, 177.38, "word", False, 554),
    ("whisper/smartphone.srt", 89, 1, 177.42, "utterance", False, 0),
    ("whisper/smartphone.vtt", 89, 1, 177.42, "utterance", False, 0),
    ("whisper/bonjour.srt", 1, 1, 0.94, "utterance", False, 0),
    ("whisper/bonjour.vtt", 1, 1, 0.94, "utterance", False, 0),
    ("whisper/bonjour.tsv", 1, 1, 0.94, "utterance", False, 0),
    ("whisper/bonjour.csv", 1, 1, 0.94, "utterance", False, 0),
    ("noscribe/interview.html", 237, 3, 734.96, "utterance", False, 0),
    ("noscribe/interview.vtt", 98, 4, None, "none", False, 0),
    ("noscribe/interview.txt", 98, 3, 739.667, "start", False, 0),
    ("tab_text/gap_group4.txt", 154, 3, 235.5, "utterance", True, 0),
    ("word_docx/gap_group4.docx", 154, 3, 235.5, "utterance", True, 0),
    ("word_docx/aws_example-call.docx", 37, 2, 182.84, "utterance", True, 0),
    ("sbv/sample.sbv", 4, 1, 16.234, "utterance", False, 0),
    ("sbv/two_captions.sbv", 2, 1, 12.305, "utterance", False, 0),
    ("srt_edge/sample.srt", 5, 1, 23.88, "utterance", False, 0),
    ("srt_edge/styles_colours.srt", 6, 1, 149.28, "utterance", False, 0),
    ("vtt_edge/captions_with_bom.vtt", 4, 1, 21.58, "utterance", False, 0),
    ("vtt_edge/comments.vtt", 3, 1, 150.0, "utterance", False, 0),
    ("vtt_edge/cue_tags.vtt", 3, 1, 21.5, "utterance", False, 0),
    ("vtt_edge/non_padded_timestamps.vtt", 3, 2, 3727.95, "utterance", False, 0),
    ("vtt_edge/metadata_headers.vtt", 2, 1, 11.89, "utterance", False, 0),
]

REFUSED = [
    # file, what the sentence names
    ("srt_edge/missing_timeframe.srt", 'line 6 makes no sense: "Caption text #2"'),
    ("srt_edge/invalid_format1.srt", 'line 1 makes no sense: "1"'),
    ("sbv/missing_timeframe.sbv", 'line 4 makes no sense: "Caption text #2"'),
    ("vtt_edge/empty.vtt", "is empty"),
    ("whisper/bonjour.txt", "names nobody"),
    ("zoom/meeting001_chat.txt", "chat of a meeting"),
    ("zoom/zoom_fcr_2026-05-12_007.chat.txt", "chat of a meeting"),
    ("zoom/meeting001_participants.csv", "no format that is known"),
    ("zoom/zoom_fcr_2026-05-12_007.changelog.tsv", "no format that is known"),
]


@pytest.mark.parametrize(("name", "utterances", "people", "seconds", "times", "observable", "words"), GOLDEN)
def test_every_file_reads_as_it_is(
    shared: Path, name: str, utterances: int, people: int, seconds: float | None, times: str, observable: bool, words: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TalkbalanceWarning)
        meeting = read(shared / "formats" / name)
    assert (len(meeting.utterances), len(meeting.speakers)) == (utterances, people)
    assert (meeting.duration, meeting.source.times, meeting.overlap_observable) == (seconds, times, observable)
    assert sum(len(utterance.words) for utterance in meeting.utterances) == words


@pytest.mark.parametrize(("name", "said"), REFUSED)
def test_what_is_no_transcript_is_refused_in_a_sentence(shared: Path, name: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=Path(name).name) as refused:
        read(shared / "formats" / name)
    assert said in str(refused.value)


def test_zoom_refuses_interruptions_with_its_reason(shared: Path) -> None:
    with pytest.raises(Unavailable, match=r"WebVTT \(Zoom\)"):
        interruptions(read(shared / "formats" / "zoom" / "meeting001_transcript.vtt"))


def test_whoever_only_listened_is_in_the_list_of_participants_or_in_the_chat(shared: Path) -> None:
    zoom = shared / "formats" / "zoom"
    listed = [zoom / "meeting001_participants.csv", zoom / "meeting001_chat.txt"]
    meeting = read(zoom / "meeting001_transcript.vtt", present=listed)
    spoke = {utterance.speaker for utterance in meeting.utterances}
    silent = [speaker.name for speaker in meeting.speakers if speaker.name not in spoke]
    assert silent == ["George Martin", "Yoko Ono", "Peter Best", "Eric Clapton", "Eric's iPad"]
    chatted = read(zoom / "zoom_acdt_2025-10-20_058.raw.vtt", present=[zoom / "zoom_acdt_2025-10-20_058.chat.txt"])
    assert len(chatted.speakers) == 30


def test_one_talk_in_two_formats_has_the_same_turns(shared: Path) -> None:
    one, other = (read(shared / "formats" / name) for name in ("tab_text/gap_group4.txt", "word_docx/gap_group4.docx"))
    assert one.utterances == other.utterances


def test_what_was_thrown_in_is_said_by_whoever_threw_it_in(shared: Path) -> None:
    counts = []
    for ending in ("html", "txt"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TalkbalanceWarning)
            meeting = read(shared / "formats" / "noscribe" / f"interview.{ending}")
        said = {name: " ".join(u.text for u in meeting.utterances if u.speaker == name) for name in ("S00", "S02")}
        counts.append({name: len(re.findall(r"\w+", words)) for name, words in said.items()})
    assert counts[0] == counts[1]
