"""The door with its lock, as people meet it: the link of the first start, profiles, roles, TLS, recovery, erasure."""

import json
import os
import signal
import socket
import ssl
import subprocess

import httpx
import pytest

from tests.support.server import BINARY, environment_with


class Person:
    """Somebody at a command line, with a file of profiles of their own."""

    def __init__(self, config):
        self.config = str(config)

    def run(self, *words, stdin="", **environment):
        return subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=60, input=stdin,
                              env=environment_with({"HERALD_PROFILES_FILE": self.config, **environment}))

    def does(self, *words, **more):
        done = self.run(*words, **more)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def sees(self, *words):
        return json.loads(self.does(*words, "--output", "json"))


@pytest.fixture
def person(tmp_path):
    return lambda name: Person(tmp_path / name / "config.toml")


@pytest.fixture
def root(herald, person):
    """The first administrator of a server that was just claimed."""
    server = herald.start()
    someone = person("root")
    someone.server = server
    someone.does("claim", server.claim_link(), "--name", "root")
    return someone


def token_of(root, name, *more):
    return root.sees("token", "issue", "--principal", name, *more)["token"]


def newcomer(root, person, name):
    root.does("user", "create", name)
    someone = person(name)
    someone.does("profile", "add", "work", root.server.url, stdin=token_of(root, name))
    return someone


def test_the_link_of_the_first_start_makes_the_administrator_and_shuts_the_door(herald, person):
    server = herald.start()
    link = server.claim_link()
    assert link.startswith(f"{server.url}/claim#")
    assert server.cli("model", "list").returncode == 0, "it stands open until then"
    root = person("root")
    said = root.does("claim", link, "--name", "ada")
    assert "herald_" in said
    assert os.stat(root.config).st_mode & 0o077 == 0
    assert root.sees("whoami")["principal"]["name"] == "ada"
    refused = server.cli("model", "list")
    assert refused.returncode != 0 and "token is needed" in refused.stderr
    again = person("another").run("claim", link)
    assert again.returncode != 0 and "has its administrator" in again.stderr


def test_a_server_that_has_its_administrator_prints_no_link(herald, root):
    root.server.stop()
    server = herald.start()
    server.process.send_signal(signal.SIGTERM)
    assert "claim" not in server.process.stdout.read()
    server.wait_until_gone()


def test_who_runs_the_server_makes_another_administrator_when_all_tokens_are_lost(herald, root, person):
    root.does("token", "revoke", root.sees("whoami")["token_id"])
    assert root.run("model", "list").returncode != 0
    root.server.stop()
    server = herald.start("--recover")
    second = person("second")
    second.does("claim", server.claim_link(), "--name", "second")
    assert second.sees("whoami")["role"] == "admin"


def test_people_services_and_teams_come_in_with_roles(root, person):
    root.does("model", "register", "churn")
    ada = newcomer(root, person, "ada")
    denied = ada.run("model", "tag", "churn", "tier=1")
    assert denied.returncode != 0 and "takes the role member" in denied.stderr
    root.does("team", "create", "ml")
    root.does("team", "add", "ml", "ada")
    root.does("role", "grant", "ml", "member", "--model", "churn")
    ada.does("model", "tag", "churn", "tier=1")
    assert [member["name"] for member in root.sees("team", "members", "ml")] == ["ada"]
    why = ada.sees("access", "explain", "--permission", "write", "--model", "churn")
    assert why["allowed"] and any("team \"ml\"" in reason for reason in why["because"])
    root.does("service", "create", "ci")
    ci = person("ci")
    ci.does("profile", "add", "work", root.server.url, stdin=token_of(root, "ci", "--at-most", "viewer"))
    assert ci.run("model", "tag", "churn", "tier=2").returncode != 0
    root.does("user", "disable", "ada", "--reason", "left")
    assert ada.run("model", "list").returncode != 0
    assert [event["data"]["reason"] for event in root.sees("events", "list", "--type", "principal.disabled")] == ["left"]


def test_tokens_are_shown_once_and_revoked_at_once(root, person):
    ada = newcomer(root, person, "ada")
    assert "herald_" not in ada.does("token", "list")
    token = ada.sees("token", "list")[0]
    ada.does("token", "revoke", token["id"])
    assert ada.run("whoami").returncode != 0


def test_a_token_is_in_no_file_of_the_server_and_in_no_log(herald, root, person):
    root.does("user", "create", "ada")
    secret = token_of(root, "ada")[39:]
    root.server.stop()
    for path in [*herald.data.rglob("*"), herald.log]:
        if path.is_file():
            content = path.read_bytes()
            assert secret.encode() not in content and bytes.fromhex(secret) not in content, path


def test_what_the_directory_says_is_changed_by_oneself_and_by_administrators(herald, root, person):
    ada = newcomer(root, person, "ada")
    bob = newcomer(root, person, "bob")
    ada.does("user", "update", "me", "--full-name", "Ada King", "--email", "ada@example.com", "--reason", "married")
    shown = ada.sees("user", "show", "ada")
    assert (shown["name"], shown["full_name"], shown["email"]) == ("ada", "Ada King", "ada@example.com")
    root.does("user", "update", "ada", "--email", "")
    shown = root.sees("user", "show", "ada")
    assert shown["full_name"] == "Ada King" and "email" not in shown
    refused = bob.run("user", "update", "ada", "--full-name", "Nobody")
    assert refused.returncode == 5 and "by itself" in refused.stderr
    events = root.sees("events", "list", "--type", "principal.described")
    assert [event["data"].get("reason") for event in events] == ["married", None]
    root.server.stop()
    for text in (b"Ada King", b"ada@example.com"):
        assert all(text not in path.read_bytes() for path in (herald.data / "log").rglob("*") if path.is_file())
    assert herald.fsck().returncode == 0


def test_an_erased_person_is_gone_and_the_log_still_verifies(herald, root, person):
    root.does("model", "register", "churn")
    root.does("user", "create", "lovelace", "--email", "ada@example.com")
    root.does("role", "grant", "lovelace", "member")
    ada = person("ada")
    ada.does("profile", "add", "work", root.server.url, stdin=token_of(root, "lovelace"))
    ada.does("comment", "add", "churn", "call me on 555-1234")
    size = root.sees("log", "show")["size"]
    root.does("erase", "lovelace", "--reason", "asked for it")
    principal = next(p for p in root.sees("events", "list", "--type", "erasure.performed"))["data"]["principal_id"]
    assert "555-1234" not in root.does("comment", "list", "churn")
    shown = root.sees("user", "show", principal)
    assert "name" not in shown and shown["enabled"] is False
    assert ada.run("model", "list").returncode != 0, "the token is revoked"
    assert root.sees("log", "show")["size"] > size
    root.server.stop()
    herald.start().stop()
    for text in (b"555-1234", b"lovelace", b"ada@example.com"):
        assert all(text not in path.read_bytes() for path in herald.data.rglob("*") if path.is_file()), text
    assert herald.fsck().returncode == 0


def test_an_erasure_that_a_crash_cut_off_is_out_of_the_files_after_the_next_start(herald, root):
    root.does("model", "register", "churn")
    root.does("comment", "add", "churn", "call me on 555-1234")
    root.does("user", "create", "lovelace", "--email", "ada@example.com")
    text = next(e for e in root.sees("events", "list", "--type", "comment.added"))["data"]["text"]["digest"]
    token = token_of(root, "root")
    root.server.stop()
    server = herald.start(environment={"HERALD_FAIL_POINTS": "work.before_carry_out=kill"})
    with pytest.raises(httpx.HTTPError):
        httpx.post(f"{server.url}/v1/erasures", headers={"Authorization": f"Bearer {token}"}, timeout=30,
                   json={"texts": [text], "principal": "lovelace"})
    server.wait_until_gone()
    assert b"555-1234" in (herald.data / "work" / "data.mdb").read_bytes(), "it died before anything was taken away"
    server = herald.start()
    erased = httpx.get(f"{server.url}/v1/events?type=erasure.performed", headers={"Authorization": f"Bearer {token}"}).json()
    assert len(erased["items"]) == 1, "and after it was recorded"
    for text in (b"555-1234", b"ada@example.com"):
        assert all(text not in path.read_bytes() for path in (herald.data / "work").iterdir() if path.is_file()), text
    server.stop()


# ---- TLS ----


def certificate(folder, name):
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def trusting(cert):
    return ssl.create_default_context(cafile=str(cert))


def test_a_certificate_is_served_and_read_anew_without_a_restart(herald, tmp_path):
    cert, key = certificate(tmp_path, "first")
    server = herald.start("--tls-cert", cert, "--tls-key", key)
    first = trusting(cert)
    assert httpx.get(server.url + "/healthz", verify=first, trust_env=False).status_code == 200
    newer, its_key = certificate(tmp_path, "second")
    cert.write_bytes(newer.read_bytes())
    key.write_bytes(its_key.read_bytes())
    server.process.send_signal(signal.SIGHUP)
    second = trusting(newer)
    herald.wait_for_log("was read anew")
    assert httpx.get(server.url + "/healthz", verify=second, trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url + "/healthz", verify=first, trust_env=False)
    cert.write_text("no certificate")
    server.process.send_signal(signal.SIGHUP)
    herald.wait_for_log("the certificate stays as it was")
    assert httpx.get(server.url + "/healthz", verify=second, trust_env=False).status_code == 200
    server.stop()


def test_who_sends_more_than_is_allowed_over_tls_reads_why(herald, tmp_path):
    """The refusal comes in the middle of the body, of which more is on its way."""
    cert, key = certificate(tmp_path, "cert")
    server = herald.start("--tls-cert", cert, "--tls-key", key)
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    for _ in range(20):
        with trusting(cert).wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=30),
                                        server_hostname="127.0.0.1") as caller:
            caller.sendall(b"POST /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                           b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(24):   # one and a half times what is allowed
                caller.sendall(piece)
            caller.sendall(b"0\r\n\r\n")
            answer = b"".join(iter(lambda: caller.recv(65536), b""))
            assert answer.startswith(b"HTTP/1.1 413 ") and b"too-large" in answer


def test_a_public_address_needs_a_certificate_and_opens_nothing_but_the_link(herald, tmp_path, person):
    refused = herald.run("serve", "--data", herald.data, "--listen", "0.0.0.0:0")
    assert refused.returncode != 0 and "--tls-cert" in refused.stderr
    cert, key = certificate(tmp_path, "public")
    server = herald.start("--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key)
    trusted = trusting(cert)

    def status(method, path, **more):
        return httpx.request(method, server.url + path, verify=trusted, trust_env=False, **more).status_code

    assert status("GET", "/v1/models") == status("GET", "/v1/events") == status("GET", "/metrics") == status("GET", "/") == status("GET", "/openapi.json") == 401
    assert status("GET", "/claim") == 200
    link = server.claim_link().replace("0.0.0.0", "127.0.0.1")
    root = person("root")
    root.does("claim", link, "--name", "root", "--ca-file", str(cert))
    assert json.loads(root.does("whoami", "--output", "json", "--ca-file", str(cert)))["role"] == "admin"
    assert json.loads(root.does("whoami", "--output", "json"))["role"] == "admin", "the profile keeps what is trusted, too"
    assert json.loads(root.does("profile", "list", "--output", "json"))[0]["ca_file"] == str(cert)
    root.does("token", "rotate")
    assert json.loads(root.does("whoami", "--output", "json"))["role"] == "admin", "so it does when its token is another"
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url + "/healthz", trust_env=False)


@pytest.mark.parametrize("swap", ["cert", "key", "mismatch", "missing"])
def test_a_certificate_that_cannot_be_used_is_refused_at_the_start(herald, tmp_path, swap):
    cert, key = certificate(tmp_path, "one")
    _, other = certificate(tmp_path, "two")
    given = {"cert": (key, key), "key": (cert, cert), "mismatch": (cert, other), "missing": (tmp_path / "none", key)}[swap]
    refused = herald.run("serve", "--data", herald.data, "--tls-cert", given[0], "--tls-key", given[1])
    assert refused.returncode == 2 and "cannot be used as --tls-" in refused.stderr
    assert not herald.data.exists()
