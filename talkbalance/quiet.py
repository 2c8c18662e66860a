"""Libraries that report home of their own accord are told not to, before they are loaded.

Importing talkbalance alone changes nothing. Whoever starts a command, or loads what hears, has called this by then.
"""

import os
import sys

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime reports sessions and models to its maker, from 1.29 on under Linux too
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, under faster-whisper and transformers
    "DO_NOT_TRACK": "1",  # whoever heeds the convention
}


def be_quiet() -> None:
    """Switch off what libraries send unasked, for this process and those it starts."""
    os.environ.update(SWITCHES)
    if (loaded := sys.modules.get("onnxruntime")) is not None:  # by somebody else, before us
        loaded.disable_telemetry_events()
