"""Nothing leaves the machine: the whole job runs where there is no network, and nothing even tries to reach one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from talkbalance import quiet
from talkbalance.speech.audio import open_recording
from tests import sounds

JOB = """
import json, os, sys
from pathlib import Path

tried = []
LOOPBACK = ("127.0.0.1", "::1", "localhost", "")

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            tried.append([event, repr(address)])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in (*LOOPBACK, None):
        tried.append([event, repr(arguments[0])])
    elif event == "urllib.Request":
        tried.append([event, repr(arguments[0])])

sys.addaudithook(watch)
from talkbalance.cli import main

recording, folder = sys.argv[1:]
meeting = f"{folder}/talk.meeting.json"
codes = [
    main(["analyze", recording, "--language", "de", "-o", folder, "--consent", "beide"]),
    main(["doctor"]),
    main(["measure", meeting, "--json"]),
    main(["report", meeting, "-o", f"{folder}/again.html", "--clips"]),
    main(["convert", meeting, f"{folder}/talk.vtt"]),
    main(["compare", meeting, meeting]),
    main(["forget", meeting, "--yes"]),
]
Path(folder, "watched.json").write_text(json.dumps({"codes": codes, "tried": tried}), encoding="utf-8")
"""

COUNTED = (
    "IpOutNoRoutes",
    "IpOutRequests",
    "TcpActiveOpens",
    "UdpOutDatagrams",
    "Ip6OutNoRoutes",
    "Ip6OutRequests",
    "Udp6OutDatagrams",
)
"""What a machine without a network counts when something tries to reach one; from /proc/net."""

KNOCK = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))"


def _alone() -> bool:
    return shutil.which("unshare") is not None and subprocess.run(["unshare", "-rn", "true"], check=False).returncode == 0


def _counted(command: list[str], environment: dict[str, str]) -> tuple[int, dict[str, int]]:
    """Run a command where there is no network; return its exit code, and what was counted meanwhile."""
    script = '"$@" >/dev/null 2>&1; code=$?; cat /proc/net/snmp; echo =; cat /proc/net/snmp6; exit $code'
    ended = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script, "-", *command], capture_output=True, text=True, check=False, env=environment
    )
    old, _, new = ended.stdout.partition("=\n")
    rows = old.splitlines()
    found = {
        f"{names.split(':')[0]}{name}": int(value)
        for names, values in zip(rows[::2], rows[1::2], strict=True)
        for name, value in zip(names.split()[1:], values.split()[1:], strict=True)
    }
    found |= {name: int(value) for name, value in map(str.split, new.splitlines())}
    return ended.returncode, {name: found[name] for name in COUNTED if found.get(name)}


@pytest.mark.models
def test_the_whole_job_reaches_for_no_address(samples: Path, tmp_path: Path) -> None:
    with open_recording(samples / "erstgespraech_de.mp3") as recording:
        talk = sounds.write(tmp_path / "talk.wav", recording.mix.read(0.0, 15.0))
    out = tmp_path / "out"
    environment = {**os.environ, "TALKBALANCE_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", JOB, str(talk), str(out)]
    if _alone():
        code, counted = _counted(command, environment)
        assert counted == {}
    else:
        code = subprocess.run(command, check=False, env=environment, capture_output=True).returncode
    assert code == 0
    watched = json.loads((out / "watched.json").read_text(encoding="utf-8"))
    assert watched == {"codes": [0] * 7, "tried": []}


@pytest.mark.skipif(not _alone(), reason="no network of its own can be had here")
def test_an_attempt_would_be_counted() -> None:
    assert _counted([sys.executable, "-c", KNOCK], {**os.environ})[1]


HEARS = "import os, talkbalance.speech.windows; print(*(os.environ.get(name) for name in {names!r}))"
COMMANDS = "import os; from talkbalance.cli import main; main(['formats']); print(*(os.environ.get(name) for name in {names!r}))"
HUB = "import talkbalance.pipeline; from huggingface_hub import constants; print(constants.HF_HUB_DISABLE_TELEMETRY)"


@pytest.mark.parametrize(("code", "said"), [(HEARS, "1 1 1"), (COMMANDS, "1 1 1"), (HUB, "True")])
def test_libraries_are_told_to_send_nothing(code: str, said: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in quiet.SWITCHES}
    command = [sys.executable, "-c", code.format(names=[*quiet.SWITCHES])]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert ended.stdout.splitlines()[-1] == said


def test_jupyter_asks_nobody_for_news() -> None:
    from talkbalance.views import local

    settings = json.loads((local.HERE / "labconfig" / "default_setting_overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}


def test_no_page_of_ours_names_a_place_to_load_from(samples: Path, tmp_path: Path) -> None:
    from talkbalance import read, report

    path = tmp_path / "r.html"
    report(read(samples / "erstgespraech_de.meeting.json"), path)
    content = path.read_text(encoding="utf-8")
    assert not [mark for mark in ('src="http', "src='http", "url(http", "@import", 'rel="stylesheet"') if mark in content]
