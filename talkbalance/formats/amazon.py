"""AWS Transcribe: batch results and Call Analytics, and the reports of its Post Call Analytics sample.

Call Analytics hears each side on its own channel, so that its overlaps are real; a batch result puts everybody in a row unless
channels were identified.

References
----------
Amazon Web Services. Amazon Transcribe developer guide: data input and output; call analytics output.
"""

from collections.abc import Iterator

from talkbalance.formats.assemble import joined, span, word
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import Growing, Values, chance, channels, first, has, named, seconds, spoken
from talkbalance.meeting import Utterance, Word

_TITLE = "AWS Transcribe"


def _claims(file: File) -> bool:
    value = file.json
    batch = has(value, "results") and has(value["results"], "items", "transcripts")
    calls = has(value, "Transcript") and has(first(value["Transcript"]), "BeginOffsetMillis", "ParticipantRole")
    return batch or calls or has(value, "SpeechSegments", "ConversationAnalytics")


def _read(file: File) -> Found:
    value = file.json
    if "results" in value:
        return _batch(file, value["results"])
    if "Transcript" in value:
        return _calls(file, value)
    return _report(file, value)


def _batch(file: File, results: Values) -> Found:
    language = results.get("language_code")
    if parts := (results.get("channel_labels") or {}).get("channels"):
        streams = [_words(part["items"], named(part["channel_label"])) for part in parts]
        return spoken(file, channels(streams), service=_TITLE, apart=len(streams) > 1, language=language)
    whose = {
        item["start_time"]: named(item["speaker_label"])
        for segment in (results.get("speaker_labels") or {}).get("segments", ())
        for item in segment.get("items", ())
    }
    heard = _words(results["items"], None)
    labelled = [(whose.get(f"{at}", speaker), said) for at, speaker, said in _timed(results["items"], heard)]
    return spoken(file, joined(labelled), service=_TITLE, language=language)


def _timed(items: list[Values], heard: list[tuple[str, Word]]) -> Iterator[tuple[str, str, Word]]:
    """Yield each word with its start as it is written, which is how labels of speakers refer to it."""
    starts = [item["start_time"] for item in items if item["type"] == "pronunciation"]
    for at, (speaker, said) in zip(starts, heard, strict=True):
        yield at, speaker, said


def _words(items: list[Values], label: str | None) -> list[tuple[str, Word]]:
    """Return the words of a list of items; newer results name the speaker at each item."""
    words: list[Growing] = []
    for item in items:
        best = item["alternatives"][0]
        if item["type"] == "pronunciation":
            who, sure = label or named(item.get("speaker_label")), chance(best.get("confidence"))
            words.append(Growing(who, seconds(item["start_time"]), seconds(item["end_time"]), [best["content"]], sure))
        elif words:
            words[-1].parts.append(best["content"])
    return [growing.pair for growing in words]


def _calls(file: File, value: Values) -> Found:
    roles = [named(entry["ParticipantRole"]) for entry in value.get("Participants", ())]
    length = (value.get("ConversationCharacteristics") or {}).get("TotalConversationDurationMillis")
    return spoken(
        file,
        (_call_span(entry) for entry in value["Transcript"]),
        service=_TITLE,
        apart=True,
        speakers=roles,
        language=value.get("LanguageCode"),
        duration=None if length is None else length / 1000,
    )


def _call_span(entry: Values) -> Utterance | None:
    start, end = entry["BeginOffsetMillis"] / 1000, entry["EndOffsetMillis"] / 1000
    words = [
        word(item["BeginOffsetMillis"] / 1000, item["EndOffsetMillis"] / 1000, item["Content"], chance(item.get("Confidence")))
        for item in entry.get("Items", ())
        if item["Type"] == "pronunciation"
    ]
    return span(start, end, named(entry["ParticipantRole"]), entry["Content"], words)


def _report(file: File, value: Values) -> Found:
    about = value["ConversationAnalytics"]
    names = {entry["Speaker"]: named(entry.get("DisplayText") or entry["Speaker"]) for entry in about.get("SpeakerLabels", ())}
    jobs = [job.get("TranscribeJobInfo") or {} for job in about.get("SourceInformation", ())]
    return spoken(
        file,
        (_report_span(entry, names) for entry in value["SpeechSegments"]),
        service=_TITLE,
        apart=any(job.get("ChannelIdentification") for job in jobs),
        speakers=names.values(),
        language=about.get("LanguageCode"),
        duration=None if about.get("Duration") is None else seconds(about["Duration"]),
    )


def _report_span(entry: Values, names: dict[str, str]) -> Utterance | None:
    words = [
        word(seconds(item["StartTime"]), seconds(item["EndTime"]), item["Text"], chance(item.get("Confidence")))
        for item in entry.get("WordConfidence", ())
    ]
    speaker = names.get(entry["SegmentSpeaker"], named(entry["SegmentSpeaker"]))
    said = " ".join(str(entry["DisplayText"]).split())
    return span(seconds(entry["SegmentStartTime"]), seconds(entry["SegmentEndTime"]), speaker, said, words)


FORMAT = Format(
    _TITLE,
    (".json",),
    _claims,
    _read,
    holds=("speakers", "text", "starts", "ends", "overlaps", "words", "silent", "duration", "origin"),
)
