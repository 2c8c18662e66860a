"""Importing loads nothing heavy."""

import subprocess
import sys

HEAVY = (
    *("torch", "whisper", "transformers", "faster_whisper", "ipywidgets", "matplotlib", "scipy", "av", "jinja2"),
    *("distributed", "duckdb"),
)


def test_import_loads_no_model_no_widget_no_picture() -> None:
    code = f"import sys, talkbalance; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    code = "import talkbalance as tb; print([n for n in tb.__all__ if not callable(getattr(tb, n))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
