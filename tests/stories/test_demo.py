"""script/demo, as whoever tries Herald first runs it. That it installs and builds first: tests/architecture/test_scripts.py."""

import contextlib
import fcntl
import json
import os
import re
import subprocess
import sys
import termios

import httpx
import pytest

from tests.support.receiver import Call
from tests.support.server import REPO, environment_with

sys.path.insert(0, str(REPO / "script" / "demo.d"))
import checks  # noqa: E402
import demo  # noqa: E402
import stage  # noqa: E402

BROKER_PID = REPO / "build" / "demo" / "kafka" / "pid"


@pytest.fixture(scope="module")
def shown():
    """What it says, from a run that ended well."""
    result = subprocess.run([REPO / "script" / "demo", "--no-stay", "--no-build"], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=400, env=environment_with({}))
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]
    return result.stdout


@pytest.mark.timeout(420)
def test_the_demo_shows_the_main_job(shown):
    assert "All of it is there." in shown
    for fact in ("production was tumour:v1", "a good signature", "byte for byte", "leads to tumour:v2", "second attempt",
                 "artifact upload", "comment add", "lineage record", "alias set tumour candidate", "alias set tumour production",
                 "alias history tumour production", "569 tumours"):
        assert fact in shown, fact
    assert not BROKER_PID.exists(), "the broker was left behind"


@pytest.mark.timeout(420)
def test_its_output_fits_a_terminal(shown):
    assert "\x1b" not in shown, "colours are for terminals"
    wide = [line for line in shown.splitlines() if len(line) > 140]
    assert not wide, "\n".join(wide)
    assert len(shown.splitlines()) < 250


class OnATerminal:
    """A program with a terminal of its own, in which a person reads and presses keys."""

    def __init__(self, *command):
        self._person, terminal = os.openpty()
        self._said = b""
        self._process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment_with({}),
                                         start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(terminal)

    def read_until(self, words):
        """All that it has said so far, without colours, as soon as `words` are in it."""
        with contextlib.suppress(OSError):   # it has ended
            while words not in self._text():
                self._said += os.read(self._person, 65536)
        assert words in self._text(), self._text()[-6000:]
        return self._text()

    def ctrl_c(self):
        os.write(self._person, b"\x03")
        return self._process.wait(120)

    def close(self):
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(120)
        os.close(self._person)

    def _text(self):
        return re.sub(r"\x1b\[\d+m", "", self._said.decode(errors="replace")).replace("\r\n", "\n")


@pytest.mark.timeout(420)
def test_on_a_terminal_it_stays_until_ctrl_c_and_says_what_to_try():
    with contextlib.closing(OnATerminal(REPO / "script" / "demo", "--no-build")) as terminal:
        said = terminal.read_until("curl http")
        assert "All of it is there." in said
        said = terminal.read_until("/v1/models/tumour\n")
        url = re.search(r"The server stays up at (http://127\.0\.0\.1:\d+), with Kafka at 127\.0\.0\.1:\d+\. Ctrl-C stops both", said).group(1)
        assert httpx.get(url + "/healthz", trust_env=False).status_code == 200
        to_try = said.split("in another terminal:")[1].replace("events follow --after 0", "events follow --after 0 --limit 1")
        tried = subprocess.run(["bash", "-e", "-c", to_try], cwd=REPO, capture_output=True, text=True, timeout=60,
                               env=environment_with({"NO_PROXY": "127.0.0.1"}))
        assert tried.returncode == 0 and '"name":"tumour"' in tried.stdout, tried.stdout + tried.stderr
        assert terminal.ctrl_c() == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/healthz", trust_env=False)
    assert not BROKER_PID.exists(), "the broker was left behind"


# ---- it ends with an error when anything is missing ----


RUN_WITH_ANOTHER_BINARY = """
import sys
from pathlib import Path
sys.path.insert(0, "script/demo.d")
import demo
demo.BINARY = Path(sys.argv.pop())
sys.exit(demo.main())
"""


@pytest.mark.timeout(420)
def test_what_is_missing_ends_it_with_an_error(tmp_path):
    """The whole job, with a `herald` that says nothing and does nothing when it is to record lineage."""
    forgetful = tmp_path / "herald"
    forgetful.write_text(f'#!/bin/sh\n[ "$1 $2" = "lineage record" ] && exit\nexec {demo.BINARY} "$@"\n')
    forgetful.chmod(0o755)
    result = subprocess.run(["flock", "build/demo.lock", sys.executable, "-c", RUN_WITH_ANOTHER_BINARY, "--no-stay", forgetful], cwd=REPO,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400, env=environment_with({}))
    assert result.returncode == 1, result.stdout[-6000:] + result.stderr[-3000:]
    assert result.stdout.splitlines()[-1].strip() == "✗ breast-cancer-wisconsin leads to tumour:v2"
    url = re.search(r"herald at (http://\S+)", result.stdout).group(1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/healthz", trust_env=False)
    assert not BROKER_PID.exists(), "the broker was left behind"


def test_a_command_that_fails_ends_it(tmp_path):
    failing = tmp_path / "herald"
    failing.write_text("#!/bin/sh\nexit 3\n")
    failing.chmod(0o755)
    herald = stage.CommandLine(failing, "http://127.0.0.1:1")
    with pytest.raises(stage.Missing, match="herald model list ended with exit code 3"):
        herald("model", "list")
    with pytest.raises(stage.Missing, match="instead of 4"):
        herald.refused("alias", "set", exit_code=4)


JSON = {"content-type": "application/json"}
SECRET = "whsec_" + "aGVyYWxkIHN0b3JpZXMgaGF2ZSBhIHNlY3JldCBvZiAzMiBi"
CARD = {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": {
    "type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "moved"}]}}]}
SLACK = {"text": "moved", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "moved"}}]}


def call(body, headers=JSON):
    return Call("POST", "/", headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_what_the_services_document_is_accepted():
    assert checks.slack(call(SLACK)) == checks.teams(call(CARD)) == "moved"


@pytest.mark.parametrize("check, wrong", [
    (checks.slack, call(SLACK, {"content-type": "text/plain"})),
    (checks.slack, call({**SLACK, "text": ""})),
    (checks.slack, call({**SLACK, "blocks": []})),
    (checks.slack, call({**SLACK, "username": "herald"})),
    (checks.slack, call({**SLACK, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]})),
    (checks.teams, call({**CARD, "type": "MessageCard"})),
    (checks.teams, call({**CARD, "attachments": []})),
    (checks.teams, call({**CARD, "padding": "x" * 28 * 1024})),
])
def test_a_message_that_a_service_would_not_take_is_found(check, wrong):
    with pytest.raises(stage.Missing):
        check(wrong)


def test_a_webhook_without_a_good_signature_is_found():
    headers = {**JSON, "webhook-id": "1", "webhook-timestamp": "1700000000", "webhook-signature": "v1,AAAA"}
    with pytest.raises(Exception, match="(?i)signature|timestamp"):
        checks.webhook(call({"a": 1}, headers), SECRET)
