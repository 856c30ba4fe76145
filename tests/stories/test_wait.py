"""`herald wait`: until an alias points, a version is ready, a delivery is done, the views are there; and how it ends otherwise."""

import json
import subprocess

import pytest

from tests.support.server import BINARY, environment_with


@pytest.fixture
def server(herald):
    server = herald.start("--allow-target", "127.0.0.1")
    server.post("/v1/models", {"name": "churn"})
    for _ in range(2):
        server.post("/v1/models/churn/versions", {})
    return server


class Waiting:
    """A `herald wait` that has looked once and now waits for events."""

    def __init__(self, server, *words):
        self.process = subprocess.Popen([BINARY, "wait", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=environment_with({"HERALD_URL": server.url}))
        said = self.process.stderr.readline()
        assert said.startswith("waiting for "), said

    def end(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def point(server, alias, version):
    server.put(f"/v1/models/churn/aliases/{alias}", {"version": version})


def test_it_waits_until_an_alias_points_at_a_version(server):
    waiting = Waiting(server, "alias", "churn", "production", "v2")
    point(server, "production", 1)
    point(server, "candidate", 2)
    assert waiting.process.poll() is None
    point(server, "production", 2)
    code, out, err = waiting.end()
    assert code == 0 and "churn:v2" in out, err


def test_what_holds_already_is_not_waited_for(server):
    point(server, "production", 2)
    assert server.cli("wait", "alias", "churn", "production", 2, "-o", "id").stdout == "churn:v2\n"
    assert server.cli("wait", "alias", "churn", "production", "-o", "id").stdout == "churn:v2\n"
    assert server.cli("wait", "version", "churn:v1", "-o", "id").stdout == "churn:v1\n"


def test_it_waits_until_an_alias_is_gone(server):
    point(server, "production", 2)
    waiting = Waiting(server, "alias", "churn", "production", "none")
    server.delete("/v1/models/churn/aliases/production")
    code, out, err = waiting.end()
    assert (code, out) == (0, "churn:production is gone\n")


def test_it_waits_for_a_version_that_is_not_registered_yet(server):
    waiting = Waiting(server, "version", "churn:v3")
    server.post("/v1/models/churn/versions", {"status": "pending"})
    assert waiting.process.poll() is None
    server.patch("/v1/models/churn/versions/3", {"status": "ready"})
    code, out, _ = waiting.end()
    assert code == 0 and "churn:v3" in out


def test_a_version_that_failed_ends_it(server):
    server.post("/v1/models/churn/versions", {"status": "pending"})
    waiting = Waiting(server, "version", "churn:v3")
    server.patch("/v1/models/churn/versions/3", {"status": "failed"})
    code, _, err = waiting.end()
    assert code == 4 and "churn:v3 failed" in err
    assert server.cli("wait", "version", "churn:v3", "--status", "failed").returncode == 0


def test_the_time_is_over_with_124(server):
    ended = server.cli("wait", "alias", "churn", "production", 1, "--timeout", 1)
    assert ended.returncode == 124 and "churn:production to point at v1" in ended.stderr
    assert server.cli("wait", "version", "churn:v9", "--timeout", 0).returncode == 124


def test_what_is_not_there_is_told_at_once(server):
    assert server.cli("wait", "alias", "chrun", "production").returncode == 3
    assert server.cli("wait", "version", "chrun:v1").returncode == 3
    assert server.cli("wait", "delivery", "01920000-0000-7000-8000-000000000000").returncode == 3
    assert server.cli("wait", "alias", "churn", "production", "third").returncode == 2
    assert server.cli("wait", "version", "churn:production").returncode == 2


def test_a_server_that_is_not_there_is_told_at_once():
    ended = subprocess.run([BINARY, "--url", "http://127.0.0.1:9", "wait", "alias", "churn", "production", "--timeout", "60"],
                           capture_output=True, text=True, timeout=60, env=environment_with({}))
    assert ended.returncode == 1 and "no server answers" in ended.stderr


def test_it_outlives_a_restart_of_the_server(herald):
    server = herald.start()
    port = server.port
    server.post("/v1/models", {"name": "churn"})
    waiting = Waiting(server, "version", "churn:v1", "--timeout", 60)
    server.kill()
    again = herald.start("--listen", f"127.0.0.1:{port}")
    again.post("/v1/models/churn/versions", {})
    code, out, err = waiting.end()
    assert code == 0 and "churn:v1" in out, err


def test_it_waits_until_a_delivery_is_done(server, receiver):
    server.post("/v1/automations", {"name": "tell", "on": ["alias.assigned"], "actions": [{"kind": "webhook", "url": receiver.url()}]})
    point(server, "production", 1)
    delivery = server.cli("automation", "test", "tell", "-o", "id").stdout.strip()
    ended = server.cli("wait", "delivery", delivery, "--timeout", 30)
    assert ended.returncode == 0 and "succeeded" in ended.stdout, ended.stderr


def test_it_waits_until_the_views_hold_an_event(server):
    newest = server.get("/v1")["sequence"]
    assert server.cli("wait", "views", "-o", "id").stdout == f"{newest}\n"
    waiting = Waiting(server, "views", newest + 2, "-o", "table")
    point(server, "production", 1)
    assert waiting.process.poll() is None
    point(server, "production", 2)
    code, out, _ = waiting.end()
    assert (code, out) == (0, f"the views hold event {newest + 2}\n")
    assert json.loads(server.cli("wait", "views", 1, "-o", "json").stdout) == {"sequence": 1}


# ---- tails and histories ----


def test_the_tail_of_the_events_is_the_newest_in_their_order(server):
    newest = server.get("/v1")["sequence"]
    assert server.cli("events", "tail", "-n", 2, "-o", "id").stdout.split() == [str(newest - 1), str(newest)]
    registered = server.get("/v1/models/churn")["created"]["sequence"]
    assert server.cli("events", "tail", "--type", "model.*", "-o", "id").stdout.split() == [str(registered)]
    assert server.cli("events", "tail", "-n", 2000).returncode == 2


def test_a_tail_that_follows_goes_on_with_what_comes(server):
    newest = server.get("/v1")["sequence"]
    with subprocess.Popen([BINARY, "events", "tail", "--follow", "-n", "1", "-o", "id"], stdout=subprocess.PIPE, text=True,
                          env=environment_with({"HERALD_URL": server.url})) as following:
        assert following.stdout.readline() == f"{newest}\n"
        point(server, "production", 1)
        assert following.stdout.readline() == f"{newest + 1}\n"
        following.kill()


def test_a_history_is_of_whatever_is_named(server):
    point(server, "production", 1)
    point(server, "production", 2)
    assert server.cli("history", "churn", "-o", "json").stdout == server.cli("model", "history", "churn", "-o", "json").stdout
    assert server.cli("history", "churn:v1", "-o", "json").stdout == server.cli("version", "history", "churn:v1", "-o", "json").stdout
    moves = json.loads(server.cli("history", "churn:production", "-o", "json").stdout)
    assert [move["to"] for move in moves] == [2, 1]
    assert server.cli("history", "nothing").returncode == 3
