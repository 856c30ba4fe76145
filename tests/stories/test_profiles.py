"""Profiles of the command line: servers by name, their tokens, and the file that holds them."""

import http.server
import os
import stat
import subprocess
import threading

import pytest

from tests.support.server import BINARY, environment_with


@pytest.fixture
def config(tmp_path):
    return tmp_path / "below" / "config.toml"


@pytest.fixture
def herald_cli(config):
    def run(*words, stdin="", **environment):
        return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, input=stdin,
                              env=environment_with({"HERALD_CONFIG": str(config), **environment}))
    return run


@pytest.fixture
def listener():
    """A server that notes the Authorization of each request and answers an empty list."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Authorization"])
            body = b'{"items":[]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.seen = seen
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()


def test_the_first_profile_is_asked_with_its_token(herald_cli, config, listener):
    added = herald_cli("profile", "add", "work", listener.url, stdin="herald_secret\n")
    assert added.returncode == 0, added.stderr
    assert "herald_secret" not in added.stdout + added.stderr
    assert stat.S_IMODE(os.stat(config).st_mode) == 0o600
    assert herald_cli("model", "list").returncode == 0
    assert listener.seen == ["Bearer herald_secret"]


def test_a_profile_is_chosen_by_option_variable_or_use(herald_cli, listener):
    herald_cli("profile", "add", "a", listener.url, stdin="token-a")
    herald_cli("profile", "add", "b", listener.url, stdin="token-b")
    assert herald_cli("--profile", "b", "model", "list").returncode == 0
    assert herald_cli("model", "list", HERALD_PROFILE="b").returncode == 0
    assert herald_cli("profile", "use", "b", "-o", "id").stdout == "b\n"
    assert herald_cli("model", "list").returncode == 0
    assert listener.seen == ["Bearer token-b"] * 3


def test_a_token_goes_to_its_own_server_alone(herald_cli, listener):
    herald_cli("profile", "add", "elsewhere", "http://127.0.0.1:9", stdin="token")
    assert herald_cli("--url", listener.url, "model", "list").returncode == 0
    assert listener.seen == [None]


def test_a_token_of_the_environment_goes_before_the_profiles(herald_cli, listener):
    herald_cli("profile", "add", "work", listener.url, stdin="token")
    assert herald_cli("model", "list", HERALD_TOKEN="other").returncode == 0
    assert listener.seen == ["Bearer other"]


def test_a_token_never_goes_in_the_clear_to_another_machine(herald_cli):
    refused = herald_cli("--url", "http://registry.example.com", "model", "list", HERALD_TOKEN="t0ken")
    assert refused.returncode == 5
    assert "in the clear" in refused.stderr and "t0ken" not in refused.stderr


def test_a_file_that_others_may_read_is_refused(herald_cli, config, listener):
    herald_cli("profile", "add", "work", listener.url, stdin="token")
    config.chmod(0o640)
    refused = herald_cli("model", "list")
    assert refused.returncode == 5
    assert f"chmod 600 {config}" in refused.stderr
    assert listener.seen == []


def test_profiles_are_listed_without_their_tokens_and_forgotten(herald_cli, config, listener):
    herald_cli("profile", "add", "work", listener.url, stdin="token")
    herald_cli("profile", "add", "open", "http://127.0.0.1:9", "--no-token")
    listed = herald_cli("profile", "list")
    assert "token" not in listed.stdout
    assert [line.split() for line in listed.stdout.splitlines()[1:]] == [
        ["open", "http://127.0.0.1:9", "false", "false"], ["work", listener.url, "true", "true"]]
    assert herald_cli("profile", "remove", "work").returncode == 0
    assert "token" not in config.read_text()
    assert herald_cli("profile", "use", "work").returncode == 3


@pytest.mark.parametrize("name", ["", "a b", "current", "a.b", "ü"])
def test_bad_names_are_refused(herald_cli, config, name):
    assert herald_cli("profile", "add", name, "http://127.0.0.1:9", "--no-token").returncode == 2
    assert not config.exists()


def test_an_unknown_profile_is_not_found_and_those_that_are_there_are_named(herald_cli, listener):
    herald_cli("profile", "add", "work", listener.url, stdin="token")
    refused = herald_cli("--profile", "wrok", "model", "list")
    assert refused.returncode == 3 and "work" in refused.stderr


@pytest.mark.parametrize("token", ["", 'a"b', "a\\b", "two\nlines", "ü"])
def test_a_token_that_is_none_is_refused_and_not_shown(herald_cli, config, token):
    refused = herald_cli("profile", "add", "work", "http://127.0.0.1:9", stdin=token)
    assert refused.returncode == 2 and "a token has" in refused.stderr
    assert not token or token not in refused.stderr
    assert not config.exists()
