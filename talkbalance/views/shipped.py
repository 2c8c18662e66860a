"""What comes with the package beside its code: the notebooks and the sample meetings."""

from pathlib import Path
from typing import Literal

HERE = Path(__file__).resolve().parent
PLACES = (HERE / "shipped_files", HERE.parents[1])
"""Where they lie: inside an installed package, or at the top of a checkout."""


def shipped(name: Literal["notebooks", "samples"]) -> Path:
    """Return the folder of the notebooks or of the sample meetings.

    >>> (shipped("samples") / "erstgespraech_de.meeting.json").is_file()
    True
    """
    return next(folder for place in PLACES if (folder := place / name).is_dir())
