"""Where voice prints of a store lie, if somebody asked for them: in a folder of their own, a file a meeting, without a name in it.

```
STORE/voices/3f/3f…e1.92f29b94.voices        JSON: when each voice speaks, and what it sounds like to the network 92f29b94…
```

They are biometric data. Nothing is written here unless a batch is told to; only their owner can read the folder; deleting a meeting
removes its file, and `Prints.forget` removes all. No table, no meeting file and no export holds any of it.
"""

import json
import re
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from talkbalance.corpus.places import below, get, is_here, listed, put, remove, there
from talkbalance.errors import TalkbalanceWarning
from talkbalance.meeting import Meeting
from talkbalance.speech.voice_prints import MODEL, SIZE, VoicePrint, voice_prints

_ENDING = f".{MODEL[:8]}.voices"
_DIGITS = 2
_IDENTITY = re.compile(r"[0-9a-f]{16}")


class Prints:
    """The voice prints of a store.

    Parameters
    ----------
    store
        Its folder.
    """

    def __init__(self, store: Path) -> None:
        self.folder = store / "voices"

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and there(self.file(identity))

    def __iter__(self) -> Iterator[str]:
        """Yield the meetings whose voices this release's network has heard."""
        names = (file.name.removesuffix(_ENDING) for file in below(self.folder) if file.name.endswith(_ENDING))
        return (name for name in names if _IDENTITY.fullmatch(name))

    def file(self, identity: str) -> Path:
        """Return where the voices of a meeting lie."""
        return self.folder / identity[:_DIGITS] / f"{identity}{_ENDING}"

    def of(self, identity: str) -> tuple[VoicePrint, ...]:
        """Return the voices of a meeting; none where there are none."""
        try:
            document = json.loads(get(self.file(identity)))
            found = tuple(_voice(voice, document["model"]) for voice in document["voices"])
        except (OSError, ValueError, KeyError, TypeError):  # removed meanwhile, or spoiled
            return ()
        return found

    def keep(self, identity: str, voices: Sequence[VoicePrint]) -> None:
        """Keep the voices of a meeting, and nothing that was kept of it before."""
        self.remove(identity)
        if is_here(self.folder):
            self.folder.mkdir(mode=0o700, exist_ok=True)
        document = {
            "model": MODEL,
            "voices": [
                {
                    "seconds": voice.seconds,
                    "stretches": [[round(start * 1000), round(end * 1000)] for start, end in voice.stretches],
                    "numbers": [round(float(number), 5) for number in voice.numbers],
                }
                for voice in voices
            ],
        }
        put(self.file(identity), json.dumps(document).encode())

    def left(self, identity: str) -> tuple[Path, ...]:
        """Return every file there is of a meeting's voices, those of other networks and of stopped writers too."""
        if not _IDENTITY.fullmatch(identity):  # it may come from files of anybody
            return ()
        return tuple(file for file in listed(self.folder / identity[:_DIGITS]) if identity in file.name)

    def remove(self, identity: str) -> None:
        """Remove the voices of a meeting."""
        for file in self.left(identity):
            remove(file)

    def forget(self) -> None:
        """Remove the voices of all meetings."""
        for file in below(self.folder):
            remove(file)
        if is_here(self.folder) and self.folder.is_dir():
            shutil.rmtree(self.folder)


def _voice(kept: Mapping[str, Any], model: str) -> VoicePrint:
    numbers = np.array(kept["numbers"], np.float32)
    length = float(np.linalg.norm(numbers))
    if numbers.shape != (SIZE,) or not 0.9 < length < 1.1:
        raise ValueError(numbers.shape)
    stretches = tuple((start / 1000, end / 1000) for start, end in kept["stretches"])
    return VoicePrint(numbers / length, float(kept["seconds"]), stretches, model)


def hear(prints: Prints, meeting: Meeting, recording: Path | None) -> None:
    """Hear and keep the voices of a meeting; where its recording is not there any more, note that there are none.

    Parameters
    ----------
    meeting
        As it was heard; `details.id` says under which identity its voices are kept.
    recording
        The sound it was heard from.

    Raises
    ------
    UnusableSound
        Where the recording cannot be decoded.
    MissingModel
        Where the weights are missing.
    """
    found: tuple[VoicePrint, ...] = ()
    if recording is not None and recording.is_file():
        from talkbalance.speech.audio import open_recording

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TalkbalanceWarning)  # was said when it was heard
            with open_recording(recording) as sound:
                found = voice_prints(meeting, sound.mix)
    prints.keep(meeting.details.id, found)
