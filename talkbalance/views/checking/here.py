"""The button "here was one": it knows at which second the player of the same page is."""

from collections.abc import Callable
from importlib import resources
from math import isfinite
from typing import Any

import anywidget
import traitlets


class Here(anywidget.AnyWidget):
    """The widget.

    Parameters
    ----------
    on_here
        Is told the second; it comes from the page.
    """

    _esm = (resources.files("talkbalance.views") / "static" / "here.js").read_text(encoding="utf-8")
    label = traitlets.Unicode("").tag(sync=True)

    def __init__(self, on_here: Callable[[float], None]) -> None:
        self._on_here = on_here
        super().__init__()
        self.on_msg(self._heard)

    def _heard(self, _: object, content: dict[str, Any], __: object) -> None:
        at = content.get("at")
        if isinstance(at, (int, float)) and isfinite(at) and at >= 0:
            self._on_here(float(at))
