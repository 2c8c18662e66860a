"""What every page served on this machine shares: its address, its socket, and what Jupyter finds of ours."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talkbalance.errors import InvalidParameter

ADDRESS = "127.0.0.1"
"""Where pages are served: this machine, never its network."""
PORTS = 1 << 16
HERE = Path(__file__).resolve().parent / "jupyter"
"""Where the page's notebook, Voilà's template and our defaults for JupyterLab lie."""


@contextmanager
def door(port: int | None) -> Iterator[socket.socket]:
    """Yield the socket a page is served at: at a port of this machine, or wherever there is room.

    Raises
    ------
    InvalidParameter
        Where the port is taken, or cannot be had.
    """
    from tornado.netutil import bind_sockets

    if port is not None and not 0 < port < PORTS:
        raise InvalidParameter("app.no_port", port=port)
    try:
        (found,) = bind_sockets(port or 0, ADDRESS)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise InvalidParameter("app.port_taken" if taken else "app.no_port", port=port) from None
    with found:
        yield found


def loud() -> bool:
    """Whether somebody wants to know what goes on behind a page."""
    return bool(os.environ.get("TALKBALANCE_DEBUG"))
