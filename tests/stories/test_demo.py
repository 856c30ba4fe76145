"""script/demo, as whoever tries Herald first runs it. That it installs and builds first: tests/architecture/test_scripts.py."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.support.receiver import Call
from tests.support.server import REPO

sys.path.insert(0, str(REPO / "script" / "demo.d"))
import checks  # noqa: E402
import demo  # noqa: E402
import stage  # noqa: E402


@pytest.fixture(scope="module")
def shown():
    """What it says, from a run that ended well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HERALD_")}
    result = subprocess.run([REPO / "script" / "demo", "--no-stay", "--no-build"], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=400, env=environment)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]
    return result.stdout


@pytest.mark.timeout(420)
def test_the_demo_shows_the_main_job(shown):
    assert "All of it is there." in shown
    for fact in ("production was tumour:v1", "a good signature", "byte for byte", "leads to tumour:v2", "second attempt",
                 "artifact upload", "comment add", "lineage record", "alias set tumour candidate", "alias set tumour production",
                 "alias history tumour production", "569 tumours"):
        assert fact in shown, fact
    assert not os.path.exists(REPO / "build" / "demo" / "kafka" / "pid"), "the broker was left behind"


@pytest.mark.timeout(420)
def test_its_output_fits_a_terminal(shown):
    assert "\x1b" not in shown, "colours are for terminals"
    wide = [line for line in shown.splitlines() if len(line) > 140]
    assert not wide, "\n".join(wide)
    assert len(shown.splitlines()) < 250


def test_it_stays_until_it_is_told_to_stop_and_says_what_to_try(monkeypatch, capsys):
    awaited = []
    monkeypatch.setattr(demo.signal, "sigwait", lambda signals: awaited.append(signals))
    monkeypatch.setattr(demo.signal, "pthread_sigmask", lambda *_: None)
    demo.stay(demo.Demo(None, "http://127.0.0.1:8420", "127.0.0.1:9192", None, ""))
    said = capsys.readouterr().out
    assert awaited == [{signal.SIGINT, signal.SIGTERM}]
    for part in ("export HERALD_URL=http://127.0.0.1:8420", "127.0.0.1:9192", "events follow", "alias set tumour production 1", "curl"):
        assert part in said, part


# ---- it ends with an error when anything is missing ----


def test_what_is_missing_ends_it_with_an_error(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(demo, "FOLDER", tmp_path / "demo")
    monkeypatch.setattr(demo, "run", lambda *_: stage.require(False, "one of them needed a second attempt"))
    monkeypatch.setattr(sys, "argv", ["demo"])
    assert demo.main() == 1
    assert "one of them needed a second attempt" in capsys.readouterr().out.splitlines()[-1]


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
