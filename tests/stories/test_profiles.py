"""Profiles of the command line: servers by name, their tokens, and the file that holds them."""

import http.server
import json
import os
import re
import stat
import subprocess
import threading

import pytest

from tests.support.server import BINARY, environment_with
from tests.support.terminal import Terminal


@pytest.fixture
def config(tmp_path):
    return tmp_path / "below" / "config.toml"


@pytest.fixture
def herald_cli(config):
    def run(*words, stdin="", **environment):
        return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, input=stdin,
                              env=environment_with({"HERALD_PROFILES_FILE": str(config), **environment}))
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


def test_a_profile_keeps_the_certificates_that_it_trusts(herald_cli, config, tmp_path):
    certificate = tmp_path / "lab ca.pem"
    certificate.write_text("as good as any: nobody is asked")
    kept = herald_cli("profile", "add", "lab", "https://127.0.0.1:9", "--no-token", "--ca-file", str(certificate), "-o", "json")
    assert json.loads(kept.stdout)["ca_file"] == str(certificate)
    assert f'ca_file = "{certificate}"' in config.read_text()
    assert json.loads(herald_cli("profile", "list", "-o", "json").stdout)[0]["ca_file"] == str(certificate), "and reads it again"
    other = herald_cli("profile", "add", "open", "http://127.0.0.1:8420", "--no-token", "-o", "json")
    assert "ca_file" not in json.loads(other.stdout), "what one profile trusts is no other's"
    refused = herald_cli("profile", "add", "gone", "https://127.0.0.1:9", "--no-token", "--ca-file", "nowhere.pem")
    assert refused.returncode == 3 and "there is no file nowhere.pem (--ca-file)" in refused.stderr


def test_a_token_goes_to_its_own_server_alone(herald_cli, listener):
    herald_cli("profile", "add", "elsewhere", "http://127.0.0.1:9", stdin="token")
    assert herald_cli("--url", listener.url, "model", "list").returncode == 0
    assert listener.seen == [None]


def test_a_server_is_the_same_however_it_is_named(herald_cli, listener):
    """Who named it by HERALD_URL before it had a profile is not locked out by having one."""
    herald_cli("profile", "add", "work", listener.url, stdin="token")
    assert herald_cli("model", "list", HERALD_URL=listener.url).returncode == 0
    assert herald_cli("--url", listener.url + "/", "model", "list").returncode == 0
    assert listener.seen == ["Bearer token"] * 2


def test_which_of_two_tokens_opens_a_server_is_not_guessed(herald_cli, listener):
    herald_cli("profile", "add", "elsewhere", "http://127.0.0.1:9", stdin="other")
    herald_cli("profile", "add", "a", listener.url, stdin="token-a")
    herald_cli("--url", listener.url, "model", "list")
    herald_cli("profile", "add", "b", listener.url, stdin="token-b")
    herald_cli("--url", listener.url, "model", "list")
    herald_cli("profile", "use", "b")
    herald_cli("--url", listener.url, "model", "list")
    assert listener.seen == ["Bearer token-a", None, "Bearer token-b"]


def test_a_profile_that_is_named_gives_its_token_to_no_other_server(herald_cli, listener):
    herald_cli("profile", "add", "work", listener.url, stdin="token")
    herald_cli("profile", "add", "elsewhere", "http://127.0.0.1:9", stdin="other")
    herald_cli("--url", listener.url, "--profile", "elsewhere", "model", "list")
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
        ["open", "http://127.0.0.1:9", "false", "false", "-"], ["work", listener.url, "true", "true", "-"]]
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


# ---- a token in place of another, at a real server ----


@pytest.fixture
def claimed(herald, herald_cli):
    server = herald.start()
    assert herald_cli("claim", server.claim_link(), "--name", "root").returncode == 0
    return server


def token_in(config):
    return re.search(r'token = "(.+)"', config.read_text()).group(1)


def test_ones_own_token_is_rotated_and_the_profile_has_the_new_one(claimed, herald_cli, config):
    before = token_in(config)
    done = herald_cli("token", "rotate")
    assert done.returncode == 0, done.stderr
    after = token_in(config)
    assert after != before and after in done.stdout and "profile local has the new one" in done.stderr
    assert herald_cli("whoami").returncode == 0
    assert herald_cli("whoami", HERALD_TOKEN=before).returncode == 5
    assert herald_cli("events", "list", "--type", "token.revoked", "-o", "jsonl").stdout.count('"reason":"rotated"') == 1


def test_anothers_token_is_rotated_into_one_that_opens_the_same(claimed, herald_cli, config):
    herald_cli("service", "create", "ci")
    herald_cli("model", "register", "churn")
    herald_cli("role", "grant", "ci", "member", "--model", "churn")
    issued = json.loads(herald_cli("token", "issue", "--principal", "ci", "--label", "builds", "--at-most", "viewer", "--model", "churn",
                                   "--expires", "90d", "-o", "json").stdout)
    refused = herald_cli("token", "rotate", issued["id"], "--principal", "ci")
    assert refused.returncode == 2 and "--expires" in refused.stderr, "an end is never lost silently"
    mine = token_in(config)
    new = json.loads(herald_cli("token", "rotate", issued["id"], "--principal", "ci", "--expires", "90d", "--keep", "-o", "json").stdout)
    assert {key: new[key] for key in ("principal", "label", "at_most", "on")} == {key: issued[key] for key in ("principal", "label", "at_most", "on")}
    assert token_in(config) == mine
    for token in (issued["token"], new["token"]):
        assert herald_cli("model", "show", "churn", HERALD_TOKEN=token).returncode == 0
    last = json.loads(herald_cli("token", "rotate", new["id"], "--principal", "ci", "--expires", "2099-01-01", "-o", "json").stdout)
    assert last["expires"] == "2099-01-01T00:00:00.000Z"
    assert herald_cli("model", "show", "churn", HERALD_TOKEN=new["token"]).returncode == 5


def test_a_token_that_is_not_there_or_is_revoked_is_not_rotated(claimed, herald_cli):
    assert herald_cli("token", "rotate", "01920000-0000-7000-8000-000000000001").returncode == 3
    issued = json.loads(herald_cli("token", "issue", "-o", "json").stdout)["id"]
    herald_cli("token", "revoke", issued)
    again = herald_cli("token", "rotate", issued)
    assert again.returncode == 4 and "revoked already" in again.stderr


# ---- people by their names ----


def test_people_are_shown_by_name_and_asked_for_by_name(claimed, herald_cli):
    herald_cli("model", "register", "churn")
    assert " by root (event " in herald_cli("model", "show", "churn").stdout
    listed = herald_cli("events", "list", "--type", "model.registered")
    assert [line.split()[4:6] for line in listed.stdout.splitlines()[1:]] == [["model.registered", "root"]], listed.stdout
    assert "root" in herald_cli("events", "tail", "-n", "1").stdout
    for who in ("root", json.loads(herald_cli("whoami", "-o", "json").stdout)["actor"]):
        found = herald_cli("events", "list", "--actor", who, "--type", "model.registered", "-o", "id")
        assert len(found.stdout.split()) == 1
    nobody = herald_cli("events", "list", "--actor", "rooot")
    assert nobody.returncode == 3 and "rooot" in nobody.stderr
    recorded = json.loads(herald_cli("model", "show", "churn", "-o", "json").stdout)
    assert re.fullmatch(r"[0-9a-f-]{36}", recorded["created"]["actor"]), "for programs: what is recorded"


def test_owners_are_named_and_shown_by_name(claimed, herald_cli):
    ada = json.loads(herald_cli("user", "create", "ada", "-o", "json").stdout)["id"]
    herald_cli("model", "register", "churn", "--owner", "ada")
    assert json.loads(herald_cli("model", "show", "churn", "--json").stdout)["owner"] == ada
    assert re.search(r"^owner +ada$", herald_cli("model", "show", "churn").stdout, re.M)
    assert herald_cli("apply", "-f", "-", "--dry-run", stdin="model: churn\nowner: ada\n").returncode == 0
    applied = herald_cli("apply", "-f", "-", "--yes", stdin="model: churn\nowner: root\n")
    assert applied.returncode == 0 and herald_cli("model", "owner", "churn", ada).returncode == 0
    shown = herald_cli("apply", "-f", "-", "--dry-run", stdin="model: churn\nowner: root\n").stdout
    assert "    ~ owner: ada → root" in shown.splitlines(), "a difference is read by people"
    past = herald_cli("history", "churn").stdout
    assert "churn: root -> ada" in past and ada not in past
    for refused in (herald_cli("model", "register", "fraud", "--owner", "nobody"),
                    herald_cli("apply", "-f", "-", "--yes", stdin="model: churn\nowner: nobody\n")):
        assert refused.returncode == 3 and "nobody" in refused.stderr


def test_an_id_stays_what_other_commands_take(claimed, herald_cli):
    me = json.loads(herald_cli("whoami", "-o", "json").stdout)["actor"]
    herald_cli("user", "create", "ada")
    assert re.search(rf"^root .* {me}$", herald_cli("user", "list").stdout, re.M)
    assert " by root (event " in herald_cli("user", "show", "ada").stdout


def test_an_event_shows_subject_and_data_as_they_are_recorded(claimed, herald_cli):
    ada = json.loads(herald_cli("user", "create", "ada", "-o", "json").stdout)["id"]
    made = herald_cli("events", "list", "--type", "principal.created", "-o", "id").stdout.split()[-1]
    shown = herald_cli("events", "show", made).stdout
    assert re.search(r"^what +user ada$", shown, re.M) and re.search(r"^actor +root$", shown, re.M)
    subject = re.search(r"^subject +(\S+)$", shown, re.M).group(1)
    assert subject == f"principals/{ada}" and f'"principal_id":"{ada}"' in shown
    assert made in herald_cli("events", "list", "--subject", subject, "-o", "id").stdout.split(), "so that it can be asked for"


def test_single_texts_are_erased_by_their_digests(claimed, herald_cli):
    herald_cli("model", "register", "churn")
    herald_cli("comment", "add", "churn", "call me: 555-1234")
    said = json.loads(herald_cli("events", "list", "--type", "comment.added", "-o", "json").stdout)[0]
    digest = next(part for part in re.findall(r"sha256:[0-9a-f]{64}", json.dumps(said)))
    for words, wrong in ((("erase",), "WHO"), (("erase", "--text", "555"), "--text")):
        refused = herald_cli(*words)
        assert refused.returncode == 2 and wrong in refused.stderr
    erased = herald_cli("erase", "--text", digest, "--reason", "a telephone number")
    assert (erased.returncode, erased.stdout) == (0, "erased: 1 text\n"), erased.stderr
    assert "555-1234" not in herald_cli("comment", "list", "churn").stdout
    assert herald_cli("user", "show", "root").returncode == 0
    assert herald_cli("erase", "--text", digest).returncode == 3


def test_a_person_at_a_terminal_is_asked_before_somebody_is_erased(claimed, herald_cli, config):
    herald_cli("user", "create", "ada")
    environment = environment_with({"HERALD_PROFILES_FILE": str(config), "TERM": "dumb"})
    for answer, said in (("\n", "not erased"), ("y\n", "erased: the entry of ada and 0 texts")):
        with Terminal([BINARY, "erase", "ada"], environment) as terminal:
            terminal.wait_for(r"erase ada and all texts that ada wrote, for ever\? \[y/N\] ")
            assert herald_cli("user", "show", "ada").returncode == 0, "nothing is done before the answer"
            terminal.type(answer)
            assert said in terminal.to_its_end()
    assert herald_cli("user", "show", "ada").returncode == 3


def test_days_and_spans_are_times(claimed, herald_cli):
    herald_cli("model", "register", "churn")
    every = herald_cli("events", "list", "-o", "id").stdout
    for words in (["--since", "1d"], ["--since", "2020-01-01"], ["--until", "2099-12-31"], ["--since", "1h", "--until", "2099-12-31"]):
        assert herald_cli("events", "list", *words, "-o", "id").stdout == every
    assert herald_cli("events", "list", "--until", "1d", "-o", "id").stdout == ""
    assert herald_cli("model", "show", "churn", "--as-of", "1d").returncode == 3
    wrong = herald_cli("events", "list", "--since", "yesterday")
    assert wrong.returncode == 2 and "RFC 3339" in wrong.stderr


def test_the_file_of_the_profiles_and_that_of_the_server_are_not_taken_for_each_other(herald_cli, config, listener, tmp_path):
    assert herald_cli("profile", "add", "work", listener.url, stdin="herald_secret\n").returncode == 0
    # as it was once done: the server's variable
    old = herald_cli("model", "list", HERALD_PROFILES_FILE="", HERALD_CONFIG=str(config))
    assert old.returncode == 2 and f"{config} holds profiles" in old.stderr and "name it in HERALD_PROFILES_FILE" in old.stderr
    assert not listener.seen
    # the server is given the profiles
    for words, environment in ((("serve", "--config", str(config)), {}), (("serve",), {"HERALD_CONFIG": str(config)})):
        served = herald_cli(*words, **environment)
        assert served.returncode == 2 and "holds profiles of the command line" in served.stderr
        assert "HERALD_PROFILES_FILE names it" in served.stderr and "herald_secret" not in served.stderr
    # and the command line the server's options, which others may read
    options = tmp_path / "herald.toml"
    options.write_text('data = "/var/lib/herald"\nlisten = "127.0.0.1:8420"\n')
    asked = herald_cli("model", "list", HERALD_PROFILES_FILE=str(options))
    assert asked.returncode == 2 and f"{options} holds options of a server" in asked.stderr
    assert options.read_text().startswith("data = ")
    # each in its place
    assert herald_cli("model", "list", HERALD_CONFIG=str(options)).returncode == 0
    assert listener.seen == ["Bearer herald_secret"]


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "id"])
def test_the_token_of_a_claim_is_shown_where_it_cannot_be_kept(herald, herald_cli, tmp_path, output):
    server = herald.start()
    (tmp_path / "file").write_text("no folder")
    claimed = herald_cli("claim", server.claim_link(), "-o", output, HERALD_PROFILES_FILE=str(tmp_path / "file" / "config.toml"))
    assert claimed.returncode == 1, claimed.stderr
    token = re.search("herald_[0-9a-f]{96}", claimed.stdout)[0]
    assert server.get("/v1/me", headers={"Authorization": f"Bearer {token}"})["role"] == "admin"
