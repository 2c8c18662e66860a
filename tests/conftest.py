"""What every test stands on: data beside the checkout where there are any, and patience on a busy machine."""

from pathlib import Path

import pytest
from hypothesis import settings

from talkbalance import i18n

settings.register_profile("talkbalance", deadline=None, max_examples=60)
settings.load_profile("talkbalance")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of labelled recordings and transcripts, or skip where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not there: labelled recordings and transcripts stand beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of the sample meetings."""
    return ROOT / "samples"


@pytest.fixture(autouse=True)
def _english() -> None:
    i18n.set_language("en")
