"""Words of one file, speakers of another: a recogniser's transcript without names and the RTTM of any diarizer."""

from dataclasses import replace
from pathlib import Path

from talkbalance.errors import Unavailable, UnreadableFile
from talkbalance.formats import read
from talkbalance.formats.format import overlapping
from talkbalance.meeting import Meeting, Speaker, tidy, times_of
from talkbalance.speech import attribution
from talkbalance.speech.backend import Span


def attribute(meeting: Meeting, spans: str | Path) -> Meeting:
    """Return a meeting whose words are given to whoever speaks at their time in another file.

    ```
    words    guten Tag  und gern       a CTM, a Whisper JSON: no speakers
    S1       |########        |        an RTTM, or any other file that says who spoke when
    S2       |        ########|
    ->       S1: guten Tag     S2: und gern
    ```

    Parameters
    ----------
    meeting
        With times per word; who was said to speak does not count.
    spans
        The file; where it holds several recordings, the one with the meeting's title is taken.

    Returns
    -------
    Meeting
        One utterance per span, with the words in it, as `speech.attribution` gives them. Overlaps can be seen where the spans
        overlap.

    Raises
    ------
    Unavailable
        Where the words have no times.
    UnreadableFile
        Where the file cannot be read.
    """
    if meeting.source.times != "word":
        raise Unavailable("annotations.no_word_times")
    voices = _voices(Path(spans), meeting.title)
    words = sorted((word for utterance in meeting.utterances for word in utterance.words), key=lambda word: word.start)
    heard = [Span(*times_of(utterance), utterance.speaker, utterance.confidence) for utterance in voices.utterances]
    utterances = tidy(attribution.attribute(words, heard)).utterances
    names = dict.fromkeys([speaker.name for speaker in voices.speakers] + [utterance.speaker for utterance in utterances])
    source = replace(
        meeting.source,
        format=f"{meeting.source.format} + {voices.source.format}",
        overlap_observable=overlapping(voices.utterances),
        models=tuple(dict.fromkeys((*meeting.source.models, *voices.source.models))),
    )
    return replace(
        meeting,
        speakers=tuple(Speaker(name) for name in names),
        utterances=utterances,
        duration=max(meeting.length, voices.length),
        source=source,
        left_out=(),
    )


def _voices(path: Path, title: str) -> Meeting:
    try:
        return read(path)
    except UnreadableFile as error:
        if error.key != "formats.several":
            raise
        return read(path, recording=title)
