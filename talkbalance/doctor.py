"""What is installed and what would be used: the first question of every support."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from talkbalance.errors import TalkbalanceError
from talkbalance.i18n import text

PACKAGES = (
    ("av", True),
    ("faster-whisper", True),
    ("torch", True),
    ("kaldi-native-fbank", True),
    ("openai-whisper", False),
    ("transformers", False),
    ("jupyterlab", False),
    ("ipywidgets", False),
)
"""What hearing and pages stand on, and whether `analyze` needs it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination."""

    what: str
    found: str
    good: bool
    needed: bool = True


def examine() -> Iterator[Finding]:
    """Yield what was found: the machine, libraries, weights, and what is kept of voices."""
    yield Finding("talkbalance", version("talkbalance"), good=True)
    yield Finding("Python", f"{platform.python_version()} ({platform.system()} {platform.machine()})", good=True)
    yield Finding(text("doctor.cores"), str(os.cpu_count() or "?"), good=True)
    for package, needed in PACKAGES:
        try:
            yield Finding(package, version(package), good=True, needed=needed)
        except PackageNotFoundError:
            yield Finding(package, text("doctor.missing", package=package), good=False, needed=needed)
    yield from _weights()
    yield Finding(text("doctor.prints"), text("doctor.prints_where"), good=True)


def about(seconds: float) -> str:
    """Return how long something takes, as one says it.

    >>> [about(seconds) for seconds in (20, 70, 250, 9000)]
    ['less than a minute', 'about a minute', 'about 4 minutes', 'about 2 h 30 min']
    """
    minutes = round(seconds / 60)
    if seconds < 45:
        return text("doctor.seconds")
    if minutes < 2:
        return text("doctor.minute")
    if minutes < 90:
        return text("doctor.minutes", minutes=minutes)
    return text("doctor.hours", hours=minutes // 60, minutes=minutes % 60)


def _weights() -> Iterator[Finding]:
    from talkbalance.speech import weights

    try:
        voices = weights.voice_models()
        yield Finding("segmentation-3.0", voices.segmentation.name, good=True)
        yield Finding("CAM++", voices.embedding.name, good=True)
    except TalkbalanceError as error:
        yield Finding("segmentation-3.0, CAM++", str(error), good=False)
    try:
        folder = weights.whisper()
        yield Finding("whisper base", str(folder), good=True)
        free = shutil.disk_usage(folder).free / 1e9
        yield Finding(text("doctor.disk"), f"{free:.1f} GB", good=free > 1)
    except TalkbalanceError as error:
        yield Finding("whisper base", str(error), good=False)
