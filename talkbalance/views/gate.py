"""The gate in front of a page: only whoever holds its link comes in, and only from this machine.

```
browser ── /?token=… ──> gate ── cookie, and on to the page ──> every further request with that cookie ──> page
stranger, another host or origin ──> gate ── 403
```

Everything behind it is refused without the cookie: pages, scripts, sounds and the kernel's channel alike. The token stands in the
first address only; what is sent on has none, so that it is in no history and no referrer. The address a browser is started with can
be read by others on the machine, in the list of programs: its token is another one, good for one visit.
"""

import secrets
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPMessageDelegate, HTTPServerRequest, ResponseStartLine
from tornado.routing import Router

from talkbalance.i18n import language, text
from talkbalance.views.local import ADDRESS

NAMES = (ADDRESS, "localhost")


class Gate(Router):
    """The gate.

    Parameters
    ----------
    behind
        What is served to whom the gate lets in.
    port
        Where both are served.

    Attributes
    ----------
    url, once
        The addresses that let in: again and again, and a single time.
    """

    def __init__(self, behind: Router, port: int) -> None:
        self.token, self._ticket = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._behind = behind
        self._hosts = {f"{name}:{port}" for name in NAMES}
        self._name, self._secret = f"talkbalance-{port}", secrets.token_urlsafe(24)
        self._texts = {name: text(f"app.{name}") for name in ("refused", "opening", "no_script")}  # requests know no language
        self._language = language()
        self.url, self.once = (f"http://{ADDRESS}:{port}/?token={token}" for token in (self.token, self._ticket))

    def find_handler(self, request: HTTPServerRequest, **_: object) -> HTTPMessageDelegate | None:
        """Return what answers a request: the page, the way to it, or a refusal."""
        if not self._local(request):
            return self._refusal(request)
        given = request.cookies.get(self._name)
        if given is not None and secrets.compare_digest(given.value.encode(), self._secret.encode()):
            return self._behind.find_handler(request)
        if request.method == "GET" and request.path == "/" and self._invited(request.arguments.get("token", [b""])[-1]):
            return self._welcome(request)
        return self._refusal(request)

    def _invited(self, token: bytes) -> bool:
        """Whether a token is the page's, or the one for a single visit, which is spent by that."""
        if self._ticket and secrets.compare_digest(token, self._ticket.encode()):
            self._ticket = ""
            return True
        return secrets.compare_digest(token, self.token.encode())

    def _local(self, request: HTTPServerRequest) -> bool:
        """Whether a request names this page, and comes from it where it says from where it comes."""
        origin = request.headers.get("Origin")
        ours = origin is None or (urlsplit(origin).scheme == "http" and urlsplit(origin).netloc in self._hosts)
        return ours and request.host in self._hosts

    def _welcome(self, request: HTTPServerRequest) -> HTTPMessageDelegate:
        cookie = f"{self._name}={self._secret}; HttpOnly; SameSite=Lax; Path=/"
        return self._answer(request, HTTPStatus.OK, "opening", {"Set-Cookie": cookie})

    def _refusal(self, request: HTTPServerRequest) -> HTTPMessageDelegate:
        return self._answer(request, HTTPStatus.FORBIDDEN, "refused", {})

    def _answer(self, request: HTTPServerRequest, status: HTTPStatus, what: str, extra: dict[str, str]) -> HTTPMessageDelegate:
        template = _templates().get_template("gate.html.j2")
        html = template.render(language=self._language, opens=status is HTTPStatus.OK, said=self._texts[what], **self._texts)
        body = html.encode()
        headers = HTTPHeaders({"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **SEALED, **extra})
        connection = cast("HTTPConnection", request.connection)  # a request that is being answered has one
        return _Answer(connection, status, headers, b"" if request.method == "HEAD" else body)


SEALED = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
"""Headers of every answer: nothing of it is kept, nothing of it is told."""


class _Answer(HTTPMessageDelegate):
    """A page of our own, sent when the request is read; what came with the request is not looked at."""

    def __init__(self, connection: HTTPConnection, status: HTTPStatus, headers: HTTPHeaders, body: bytes) -> None:
        self._connection, self._headers, self._body = connection, headers, body
        self._line = ResponseStartLine("HTTP/1.1", status.value, status.phrase)

    def finish(self) -> None:
        self._connection.write_headers(self._line, self._headers, self._body)
        self._connection.finish()


def _templates() -> Environment:
    return Environment(loader=PackageLoader("talkbalance.views"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
