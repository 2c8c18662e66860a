"""Answers from a recorded answer: a transcriber and a diarizer that need no model, for tests and demonstrations."""

from collections.abc import Sequence
from dataclasses import dataclass

from talkbalance.meeting import Word
from talkbalance.speech.backend import Progress, Sound, Span, Transcript, silent


@dataclass(frozen=True)
class ReplayTranscriber:
    """Gives back a transcript that was recorded before."""

    words: Sequence[Word]
    language: str = "de"
    name: str = "replay"

    def transcribe(
        self, sound: Sound, *, language: str | None = None, vocabulary: str = "", progress: Progress = silent
    ) -> Transcript:
        """Return the recorded words that lie inside the sound."""
        del vocabulary
        progress(sound.duration)
        inside = tuple(word for word in self.words if word.end <= sound.duration)
        return Transcript(inside, language or self.language)


@dataclass(frozen=True)
class ReplayDiarizer:
    """Gives back spans that were recorded before."""

    spans: Sequence[Span]
    name: str = "replay"

    def diarize(self, sound: Sound, *, speakers: int | None = None, progress: Progress = silent) -> tuple[Span, ...]:
        """Return the recorded spans that lie inside the sound."""
        del speakers
        progress(sound.duration)
        return tuple(span for span in self.spans if span.end <= sound.duration)
