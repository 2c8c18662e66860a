"""Sounds that are made, or cut from recordings, while something is measured."""

from dataclasses import dataclass

from talkbalance.speech.backend import RATE, Samples


@dataclass(frozen=True)
class Clip:
    """A sound in memory."""

    samples: Samples

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / RATE

    def read(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Return a piece of it."""
        return self.samples[round(start * RATE) : None if end is None else round(end * RATE)].copy()
