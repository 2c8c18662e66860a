"""The page of `talkbalance app`, served by Voilà: behind the gate, on this machine, and with no more than it needs."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila

from talkbalance.i18n import language, text
from talkbalance.views.gate import SEALED, Gate
from talkbalance.views.local import ADDRESS, HERE, loud

EXTENSIONS = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget")
"""What of JupyterLab the page needs: others would only be loaded."""
ALONE = 600
"""Seconds after which a kernel nobody is connected to is ended; when its tab is closed, it is ended at once."""
LOOKED_AFTER = 30

Ready = Callable[[str, str], None]
"""Called once the page is there, with its address, and with one that lets in a single time, for starting a browser."""


class Kernels(AsyncMappingKernelManager):
    """Kernels that print nothing into the user's terminal."""

    async def _async_start_kernel(self, **settings: Any) -> str:  # noqa: ANN401 -- passed on
        if loud():
            return await super()._async_start_kernel(**settings)
        with Path(os.devnull).open("wb") as nowhere:
            return await super()._async_start_kernel(stdout=nowhere, stderr=nowhere, **settings)

    start_kernel = _async_start_kernel  # type: ignore[assignment]


class Served(Voila):  # type: ignore[misc]  # it has no types
    """Voilà with our gate in front of everything it serves."""

    door: socket.socket
    ready: Ready

    def listen(self) -> None:
        """Serve until the user, or the system, ends it."""
        self.port = self.door.getsockname()[1]
        gate = Gate(self.app, self.port)
        server = HTTPServer(gate)
        server.add_socket(self.door)
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.ready, gate.url, gate.once)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            pass
        finally:
            server.stop()
            self.stop()


def run(door: socket.socket, home: Path, ready: Ready) -> None:
    """Serve the page at an open socket until it is ended.

    Parameters
    ----------
    home
        A private folder for what servers and kernels tell one another.
    """
    if not loud():
        logging.getLogger().addHandler(logging.NullHandler())  # what libraries say would end up in the terminal
    served = Served(config=_settings(home, door.getsockname()[1]))
    served.door, served.ready = door, ready
    served.initialize([str(HERE / "app.ipynb")])
    if hasattr(signal, "SIGHUP"):  # the terminal was closed
        signal.signal(signal.SIGHUP, served._handle_signal_stop)
    served.start()


def _settings(home: Path, port: int) -> Config:
    headers = {**SEALED, "Content-Security-Policy": _policy(port)}
    return Config(
        Voila={
            "config_file_paths": [],  # the page is the same whatever the user set for notebooks
            "open_browser": False,
            "log_level": "DEBUG" if loud() else "CRITICAL",
            "token": "",  # the gate asks
            "connection_dir_root": str(home),
            "tornado_settings": {
                "headers": headers,
                "disable_check_xsrf": True,  # the gate admits requests of the page only
                "log_function": lambda _: None,
            },
        },
        VoilaConfiguration={
            "template": "talkbalance",
            "allow_template_override": "NO",
            "file_allowlist": [],
            "file_denylist": [".*"],
            "extension_allowlist": list(EXTENSIONS),
            "multi_kernel_manager_class": "talkbalance.views.serving.Kernels",
            "resources": {"talkbalance": {name: text(f"app.{name}") for name in ("opening", "claim")}},
        },
        HTMLExporter={"language_code": language()},
        MappingKernelManager={"cull_idle_timeout": ALONE, "cull_interval": LOOKED_AFTER, "cull_connected": False},
    )


def _policy(port: int) -> str:
    """Return what a browser may load for the page: what this server gives it, whatever a library would like to fetch."""
    own = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",  # widgets are modules made on the page, schemas functions
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": f"'self' ws://{ADDRESS}:{port} ws://localhost:{port} blob: data:",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        "base-uri": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in own.items())
