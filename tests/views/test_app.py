"""The page of `talkbalance app` and the folder of `talkbalance lab`: who gets in, and what they are told."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPMessageDelegate, HTTPServerRequest, RequestStartLine
from tornado.routing import Router

from talkbalance.cli import main
from talkbalance.i18n import set_language
from talkbalance.views import app, lab, local, serving
from talkbalance.views.gate import Gate
from talkbalance.views.review import Review

PORT = 8123


class Inside(HTTPMessageDelegate):
    """What lies behind the gate."""


class Behind(Router):
    """A page that answers everything."""

    def find_handler(self, request: HTTPServerRequest, **_: object) -> HTTPMessageDelegate:
        assert request.path
        return Inside()


class Wire(HTTPConnection):
    """Keeps what is answered."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 0, HTTPHeaders(), b""

    def write_headers(self, start_line: object, headers: HTTPHeaders, chunk: bytes | None = None) -> None:  # type: ignore[override]
        self.status, self.headers, self.body = start_line.code, headers, chunk or b""  # type: ignore[attr-defined]

    def finish(self) -> None:
        """Nothing more to send."""


@pytest.fixture
def door() -> Gate:
    return Gate(Behind(), PORT)


def ask(door: Gate, path: str = "/", *, method: str = "GET", **headers: str) -> Wire | None:
    """Return what the gate answers, or None where it lets in."""
    wire = Wire()
    given = HTTPHeaders({"Host": f"127.0.0.1:{PORT}", **{name.replace("_", "-"): value for name, value in headers.items()}})
    request = HTTPServerRequest(headers=given, start_line=RequestStartLine(method, path, "HTTP/1.1"), connection=wire)
    found = door.find_handler(request)
    assert found is not None
    if isinstance(found, Inside):
        return None
    found.finish()
    return wire


@pytest.fixture
def cookie(door: Gate) -> str:
    welcome = ask(door, f"/?token={door.token}")
    assert welcome is not None
    return welcome.headers["Set-Cookie"].partition(";")[0]


def test_the_link_opens_the_page_and_leaves_no_token_behind(door: Gate) -> None:
    welcome = ask(door, f"/?token={door.token}")
    assert welcome is not None
    assert welcome.status == 200
    assert door.token not in welcome.body.decode()
    assert {"HttpOnly", "SameSite=Lax"} <= set(welcome.headers["Set-Cookie"].split("; "))
    assert welcome.headers["Referrer-Policy"] == "no-referrer"
    assert door.url == f"http://127.0.0.1:{PORT}/?token={door.token}"


STRANGE = ("/", "/?token=", "/?token=wrong", "/?token=ä", "/voila/static/voila.js", "/api/kernels/a-b-c-d-e/channels")


@pytest.mark.parametrize("path", STRANGE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_stranger_sees_nothing(door: Gate, path: str, method: str) -> None:
    refused = ask(door, path, method=method)
    assert refused is not None
    assert refused.status == 403
    assert "Set-Cookie" not in refused.headers
    assert (b"talkbalance app" in refused.body) == (method != "HEAD")


def test_the_address_a_browser_is_started_with_lets_in_once(door: Gate) -> None:
    path = "/" + door.once.rpartition("/")[2]
    answers = [ask(door, path, Host=f"evil.example:{PORT}"), ask(door, path), ask(door, path)]
    assert [answer.status for answer in answers if answer is not None] == [403, 200, 403]


def test_a_token_is_for_the_first_address_only(door: Gate) -> None:
    for path, method in ((f"/voila/static/voila.js?token={door.token}", "GET"), (f"/?token={door.token}", "POST")):
        refused = ask(door, path, method=method)
        assert refused is not None
        assert refused.status == 403


def test_the_cookie_opens_everything(door: Gate, cookie: str) -> None:
    for path in ("/?theme=dark", "/voila/static/voila.js", "/api/kernels/a-b-c-d-e/channels"):
        assert ask(door, path, Cookie=cookie) is None
        assert ask(door, path, Cookie=cookie, Host=f"localhost:{PORT}", Origin=f"http://localhost:{PORT}") is None
        assert ask(door, path, Cookie=cookie[:-1]) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": f"evil.example:{PORT}"},
        {"Host": "127.0.0.1"},
        {"Host": f"127.0.0.1:{PORT}.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": "null"},
    ],
)
def test_another_host_or_origin_is_refused_with_cookie_and_token(door: Gate, cookie: str, headers: dict[str, str]) -> None:
    for path in ("/", f"/?token={door.token}"):
        refused = ask(door, path, Cookie=cookie, **headers)
        assert refused is not None
        assert refused.status == 403
        assert "Set-Cookie" not in refused.headers


def test_two_pages_have_two_tokens_and_two_cookies(door: Gate, cookie: str) -> None:
    assert Gate(Behind(), PORT).token != door.token
    assert ask(Gate(Behind(), PORT), Cookie=cookie) is not None


def test_the_page_may_load_nothing_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in serving._policy(PORT).split("; "))
    assert rules["default-src"] == "'self'"
    elsewhere = [source for sources in rules.values() for source in sources.split() if "//" in source]
    assert elsewhere == [f"ws://127.0.0.1:{PORT}", f"ws://localhost:{PORT}"]


def test_nothing_on_the_disk_is_served(tmp_path: Path) -> None:
    settings = serving._settings(tmp_path, PORT).VoilaConfiguration
    assert (settings.file_allowlist, settings.file_denylist) == ([], [".*"])


def test_server_and_kernel_leave_the_users_settings_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", "elsewhere")
    told = app._environment(tmp_path, tmp_path / "dropped", Path("call.vtt"))
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert tmp_path in Path(told[name]).parents
    assert told["JUPYTER_PATH"].endswith("elsewhere")
    assert told[app.FILE] == str(Path("call.vtt").resolve())
    assert told[app.LANGUAGE] == "en"
    assert app._environment(tmp_path, tmp_path, None)[app.FILE] == ""


def test_the_kernel_shows_what_it_was_told(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(app.FILE, str(samples / "first_meeting_en.meeting.json"))
    monkeypatch.setenv(app.LANGUAGE, "de")
    shown = app.page()
    assert isinstance(shown, Review)
    assert shown.meeting is not None
    assert shown.meeting.title.startswith("First meeting")
    assert shown.spoken == "de"


def test_without_a_file_it_asks_for_one_and_one_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = app.page()
    assert isinstance(shown, Review)
    assert shown.meeting is None
    assert "drop a file here" in shown.message.value
    broken = tmp_path / "broken.meeting.json"
    broken.write_text("{")
    monkeypatch.setenv(app.FILE, str(broken))
    assert "broken.meeting.json" in app.page().message.value


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as one:
        one.bind((local.ADDRESS, 0))
        one.listen()
        yield one.getsockname()[1]


@pytest.mark.parametrize("command", ["app", "lab"])
def test_a_port_that_is_taken_is_one_sentence(command: str, taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = [str(tmp_path)] if command == "lab" else []
    assert main([command, *folder, "--port", str(taken), "--no-browser", "--ui", "en"]) == 1
    assert capsys.readouterr().err.startswith(f"talkbalance: Port {taken} is taken")
    assert main([command, *folder, "--port", "99999", "--no-browser", "--ui", "en"]) == 1
    assert "between 1024 and 65535" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("command", "extra"), [("app", "talkbalance[app]"), ("lab", "talkbalance[notebook]")])
def test_what_is_not_installed_is_one_sentence(
    command: str, extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(f"talkbalance.views.{command}.find_spec", lambda _: None)
    assert main([command, "--no-browser"]) == 1
    assert extra in capsys.readouterr().err


def test_a_file_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "none.mp4", "--no-browser", "--ui", "en"]) == 1
    assert capsys.readouterr().err == "talkbalance: none.mp4 does not exist, or is not a file.\n"


def test_notebooks_and_samples_are_put_where_they_are_missing(tmp_path: Path) -> None:
    own = tmp_path / "notebooks" / "review_a_meeting.ipynb"
    own.parent.mkdir()
    own.write_text("mine")
    put = lab.put_into(tmp_path)
    assert own.read_text() == "mine"
    assert tmp_path / "samples" / "erstgespraech_de.mp3" in put
    assert tmp_path / "samples" / "first_meeting_en.tracks" / "Mark.ogg" in put
    assert not list(tmp_path.rglob("*.py"))
    assert lab.put_into(tmp_path) == []


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["lab", str(file), "--no-browser", "--ui", "en"]) == 1
    assert "cannot be written to" in capsys.readouterr().err


def test_the_lab_is_served_here_and_asks_no_network(tmp_path: Path) -> None:
    given = lab._arguments(tmp_path, PORT, "secret", browser=False)
    assert {"--ServerApp.ip=127.0.0.1", "--LabApp.news_url=None", "--IdentityProvider.token=secret"} <= set(given)
    defaults = (local.HERE / "labconfig" / "default_setting_overrides.json").read_text(encoding="utf-8")
    assert '"fetchNews": "false"' in defaults


def test_the_refusal_is_in_the_language_of_whoever_started_it() -> None:
    set_language("de")
    door = Gate(Behind(), PORT)
    set_language("en")
    refused = ask(door)
    assert refused is not None
    assert b'lang="de"' in refused.body
    assert "öffnet sich nur" in refused.body.decode()
