"""A piece of a page that is made in Python: it shows HTML, and says what was clicked.

One small widget for everything that is no player and no slider: tiles, charts, lists. What is clickable carries its act as JSON
(`act` writes the attribute); clicks, and Enter or Space on what has the focus, come back to Python. Whoever makes the HTML escapes
what people said and what they are called.
"""

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

import anywidget
import traitlets

from talkbalance.views.acts import act

__all__ = ["Act", "Pane", "act"]

Act = Mapping[str, Any]
"""What was asked for, as the page sends it: untrusted."""

_STATIC = resources.files("talkbalance.views") / "static"


class Pane(anywidget.AnyWidget):
    """The widget.

    Focus and scroll positions stay where they are when the HTML changes; parts that should keep theirs carry `data-keep`.

    Parameters
    ----------
    html
        What is shown; its text is escaped.
    on_act
        Called with every act.
    """

    _esm = _STATIC.joinpath("pane.js").read_text(encoding="utf-8")
    _css = _STATIC.joinpath("pane.css").read_text(encoding="utf-8")
    html = traitlets.Unicode("").tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    """Said to who does not see the page."""
    reveal = traitlets.Int(0).tag(sync=True)
    """Counts how often the page was asked to bring this piece into view."""

    def __init__(self, html: str = "", *, on_act: Callable[[Act], None] | None = None) -> None:
        self._on_act = on_act
        super().__init__(html=html)
        self.on_msg(self._heard)

    def bring(self) -> None:
        """Bring this piece into view."""
        self.reveal += 1

    def _heard(self, _: object, content: object, __: object) -> None:
        if self._on_act is not None and isinstance(content, Mapping) and isinstance(content.get("act"), Mapping):
            self._on_act(content["act"])
