"""talkbalance: did the agency really listen? Speaking-time balance, interruptions and questions of a recorded meeting.

```python
import talkbalance as tb

meeting = tb.transcribe("erstgespraech.mp4", language="de", sides={"agency": ["S1=Eva"], "client": ["S2=Herr Baum"]})
tb.summary(meeting)
```

Everything runs on this machine. Importing loads no model, no widget and no picture; what needs one loads it when called.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from talkbalance.comparison import compare
from talkbalance.corrections import correct
from talkbalance.errors import (
    ImpossibleCorrection,
    InvalidMeeting,
    InvalidParameter,
    MissingModel,
    TalkbalanceError,
    TalkbalanceWarning,
    Unavailable,
    UnknownSide,
    UnreadableFile,
    UnusableSound,
)
from talkbalance.formats import read, write
from talkbalance.meeting import Details, Meeting, Prosody, Source, Speaker, Utterance, Word
from talkbalance.metrics.interruptions import interruptions
from talkbalance.metrics.listening import backchannels
from talkbalance.metrics.questions import questions
from talkbalance.metrics.ratio import Ratio
from talkbalance.metrics.speaking import speaking_time
from talkbalance.metrics.turntaking import responses, transitions, turns
from talkbalance.metrics.uptake import markers, uptake
from talkbalance.review_queue import review_queue
from talkbalance.summary import summary

if TYPE_CHECKING:
    from talkbalance.attaching import attach
    from talkbalance.corpus.store import open_store
    from talkbalance.corpus.voices import same_voices
    from talkbalance.formats.names import names_in, with_names, write_names
    from talkbalance.formats.uem import within
    from talkbalance.pipeline import transcribe
    from talkbalance.pseudonyms import pseudonymised
    from talkbalance.speakers import attribute
    from talkbalance.views.explain import explain
    from talkbalance.views.explorer import explore
    from talkbalance.views.figures import timeline
    from talkbalance.views.report import report

_HEAVY = {
    "attach": "attaching",
    "attribute": "speakers",
    "explain": "views.explain",
    "explore": "views.explorer",
    "names_in": "formats.names",
    "open_store": "corpus.store",
    "pseudonymised": "pseudonyms",
    "report": "views.report",
    "same_voices": "corpus.voices",
    "timeline": "views.figures",
    "transcribe": "pipeline",
    "with_names": "formats.names",
    "within": "formats.uem",
    "write_names": "formats.names",
}
"""Public names whose module loads a model, a template or a picture, or that few need: looked up on first use."""

__all__ = [
    "Details",
    "ImpossibleCorrection",
    "InvalidMeeting",
    "InvalidParameter",
    "Meeting",
    "MissingModel",
    "Prosody",
    "Ratio",
    "Source",
    "Speaker",
    "TalkbalanceError",
    "TalkbalanceWarning",
    "Unavailable",
    "UnknownSide",
    "UnreadableFile",
    "UnusableSound",
    "Utterance",
    "Word",
    "attach",
    "attribute",
    "backchannels",
    "compare",
    "correct",
    "explain",
    "explore",
    "interruptions",
    "markers",
    "names_in",
    "open_store",
    "pseudonymised",
    "questions",
    "read",
    "report",
    "responses",
    "review_queue",
    "same_voices",
    "speaking_time",
    "summary",
    "timeline",
    "transcribe",
    "transitions",
    "turns",
    "uptake",
    "with_names",
    "within",
    "write",
    "write_names",
]


def __getattr__(name: str) -> object:
    if name not in _HEAVY:
        raise AttributeError(f"module 'talkbalance' has no attribute '{name}'")
    value: object = getattr(import_module(f"talkbalance.{_HEAVY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
