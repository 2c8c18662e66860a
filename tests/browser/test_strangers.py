"""The served pages to whoever is not meant: no link, another host, another origin, paths that lead elsewhere."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import psutil
import pytest

from tests.browser.servers import Served

CLOSED = (400, 403, 404, 405)
SECRET = "what nobody else may read"
UP = (
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "..%5csecret.txt",
    "..\\secret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "....//secret.txt",
    "./.././secret.txt",
    "secret.txt%00.ipynb",
    "..%00/secret.txt",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "file:///etc/passwd",
    "../../../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
)
"""Ways out of a folder."""
DOORS = (
    "/",
    "/lab",
    "/tree",
    "/notebooks/x.ipynb",
    "/edit/x",
    "/files/x",
    "/view/x",
    "/nbconvert/html/x.ipynb",
    "/terminals/1",
    "/terminals/websocket/1",
    "/api/contents",
    "/api/contents/notebooks",
    "/api/kernels",
    "/api/kernelspecs",
    "/api/sessions",
    "/api/terminals",
    "/api/config/notebook",
    "/api/status",
    "/api/me",
    "/api/events/subscribe",
    "/lab/api/settings",
    "/lab/api/workspaces",
    "/metrics",
    "/voila/render/app.ipynb",
    "/voila/files/app.ipynb",
    "/voila/static/voila.js",
    "/voila/templates/talkbalance/static/x",
)
"""Where Jupyter and Voilà answer."""
SOCKETS = ("/api/kernels/00000000-0000-0000-0000-000000000000/channels", "/terminals/websocket/1", "/api/events/subscribe")


def ask(server: Served, path: str, *, method: str = "GET", **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
    """Ask as a program would, with the path as it is: status, content, headers."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(errors="replace"), answer.headers
    connection.close()
    return found


def upgrade(server: Served, path: str, **headers: str) -> int:
    """Ask for a socket, and return the status: 101 lets in."""
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    place = urlsplit(server.url)
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in ({"Host": place.netloc} | wanted | headers).items())]
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=20) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(line.recv(4096).split()[1])


@pytest.fixture(params=["voila", "lab"])
def server(request: pytest.FixtureRequest) -> Served:
    """Return the app, then JupyterLab."""
    found: Served = request.getfixturevalue(request.param)
    (found.folder.parent / "secret.txt").write_text(SECRET)
    return found


@pytest.fixture
def cookie(server: Served) -> str:
    """Return what the link is exchanged for."""
    _, _, headers = ask(server, server.url.removeprefix(server.origin))
    given = headers.get_all("Set-Cookie") or []
    assert all("SameSite=Lax" in one for one in given if not one.startswith("_xsrf"))
    return "; ".join(one.partition(";")[0] for one in given)


def kernel(lab: Served) -> str:
    """Start a kernel as whoever has the token may, and return its id."""
    token = urlsplit(lab.url).query.removeprefix("token=")
    status, said, _ = ask(lab, "/api/kernels", method="POST", Authorization=f"token {token}", Content_Length="0")
    assert status == 201
    return str(json.loads(said)["id"])


def refused(status: int, headers: http.client.HTTPMessage) -> bool:
    """Whether somebody was sent away, or to where a token is asked for."""
    place = str(headers.get("Location", ""))
    return status in CLOSED or (status == 302 and place.startswith(("/login?", "/lab")))


def doors(server: Served) -> tuple[str, ...]:
    """Return where to knock; JupyterLab gives everybody the scripts that pages are made of, and nothing else."""
    return tuple(path for path in DOORS if "/lab" not in server.url or "/static/" not in path)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_without_the_link_no_door_opens(server: Served, method: str) -> None:
    for path in doors(server):
        for brought in ("", "?token=wrong", "?token="):
            status, said, headers = ask(server, path + brought, method=method)
            assert refused(status, headers) or (method == "OPTIONS" and not said), (path, status)


def test_another_host_is_refused_whatever_it_brings(server: Served, cookie: str) -> None:
    """A page of another host that had its name point to this machine is sent away (DNS rebinding)."""
    port = urlsplit(server.url).port
    for host in (
        f"evil.example:{port}",
        "evil.example",
        f"127.0.0.1.evil.example:{port}",
        f"192.0.2.1:{port}",
        f"[::ffff:c000:201]:{port}",
    ):
        for path in doors(server)[1:]:
            status, said, _ = ask(server, path, Host=host, Cookie=cookie)
            assert status in CLOSED, (host, path, status)
            assert "kernel" not in said


def test_no_socket_opens_without_the_link_or_to_another_origin(server: Served, cookie: str) -> None:
    paths = list(SOCKETS)
    if "/lab" in server.url:
        paths.append(f"/api/kernels/{kernel(server)}/channels")
        assert upgrade(server, paths[-1], Cookie=cookie, Origin=server.origin) == 101
    for path in paths:
        assert upgrade(server, path) in CLOSED
        assert upgrade(server, path, Origin=server.origin) in CLOSED
        for origin in ("http://evil.example", "null", server.origin.replace("http", "https"), "http://127.0.0.1:1", "file://"):
            assert upgrade(server, path, Cookie=cookie, Origin=origin) in (*CLOSED, 302) or _same_host(server, origin), (
                path,
                origin,
            )
        assert upgrade(server, path, Cookie=cookie, Origin=server.origin, Host="evil.example") in CLOSED


def _same_host(server: Served, origin: str) -> bool:
    """Jupyter compares host and port, not whether they were asked for by TLS: nobody else can serve that address."""
    return urlsplit(origin).netloc == urlsplit(server.origin).netloc and "/lab" in server.url


def test_another_origin_starts_and_reads_nothing(server: Served, cookie: str) -> None:
    before = len(psutil.Process(server.pid).children())
    for path in doors(server)[7:]:
        for method in ("GET", "POST", "PUT", "DELETE"):
            status, _, headers = ask(server, path, method=method, Cookie=cookie, Origin="http://evil.example")
            assert "Access-Control-Allow-Origin" not in headers
            assert status in CLOSED or method == "GET" or status == 302, (method, path, status)
    assert len(psutil.Process(server.pid).children()) <= before


BASES: tuple[str, ...] = (
    "/",
    "/files/",
    "/static/",
    "/view/",
    "/edit/",
    "/nbconvert/html/",
    "/api/contents/",
    "/lab/tree/",
    "/voila/files/",
)
BASES = (*BASES, "/voila/static/", "/voila/render/", "/voila/templates/talkbalance/static/")


def test_no_path_leads_out_of_the_folder(server: Served, cookie: str) -> None:
    """Nor does any of them without the link, and none into the folder of the app."""
    (server.folder / "beside.txt").write_text(SECRET)
    inside = ("beside.txt", "%62eside.txt") if "/lab" not in server.url else ()
    for base in BASES:
        for path in (*UP, *inside):
            for headers in ({}, {"Cookie": cookie}):
                _, said, _ = ask(server, base + path, **headers)
                assert SECRET not in said, base + path
                assert "root:" not in said, base + path


def test_no_link_on_the_disk_leads_out_of_the_folder_of_the_app(voila: Served) -> None:
    """The app serves nothing of a disk; JupyterLab is a workplace: who has its token can open a terminal, and follow links."""
    link = voila.folder / "link.txt"
    link.unlink(missing_ok=True)
    link.symlink_to(voila.folder.parent / "secret.txt")
    (voila.folder.parent / "secret.txt").write_text(SECRET)
    _, _, headers = ask(voila, voila.url.removeprefix(voila.origin))
    cookie = str(headers["Set-Cookie"]).partition(";")[0]
    for base in BASES:
        _, said, _ = ask(voila, f"{base}link.txt", Cookie=cookie)
        assert SECRET not in said
