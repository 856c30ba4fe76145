"""From an action to everybody who is to know of it, on the real server; and the server's own start and stop."""

import contextlib
import json
import signal
import socket
import subprocess

import pytest
import standardwebhooks

from tests.support.receiver import Reply
from tests.support.server import BINARY, environment_with

SIGNING_SECRET = "whsec_" + "aGVyYWxkIHN0b3JpZXMgaGF2ZSBhIHNlY3JldCBvZiAzMiBi"
LOOPBACK = ("--allow-target", "127.0.0.0/8")


def automation(name, action, **more):
    return {"name": name, "on": ["alias.assigned"], "scope": {"model": "churn"},
            "conditions": [{"field": "data.alias", "op": "equals", "value": "production"}],
            "actions": [action], "retry_seconds": [1, 1, 1], **more}


def register(server, versions=2):
    server.post("/v1/models", {"name": "churn"})
    for number in range(1, versions + 1):
        server.post("/v1/models/churn/versions", {"source": f"s3://models/churn/{number}"})


def move(server, version, **more):
    return server.put("/v1/models/churn/aliases/production", {"version": version, **more})


def test_a_move_reaches_webhook_slack_and_teams(herald, receiver):
    server = herald.start(*LOOPBACK)
    register(server)
    server.put("/v1/secrets/deployer", {"value": SIGNING_SECRET})
    for action in ({"kind": "webhook", "url": receiver.url("/hook"), "signing_secret": "deployer"},
                   {"kind": "slack", "url": receiver.url("/slack")},
                   {"kind": "teams", "url": receiver.url("/teams")}):
        server.post("/v1/automations", automation(action["kind"], action))
    server.post("/v1/models/churn/aliases:move", {"moves": [{"alias": "candidate", "to": 2}]})
    move(server, 1)
    moved = move(server, 2, expected=1, reason="better auc")

    [first, second] = receiver.wait_for(2, "/hook")
    event = standardwebhooks.Webhook(SIGNING_SECRET).verify(second.body, second.headers)
    recorded = server.get(f"/v1/events/{moved['assigned']['sequence']}")
    assert event == recorded and event["data"]["from"] == 1 and event["data"]["to"] == 2
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    assert "better auc" in receiver.wait_for(2, "/slack")[1].body.decode()
    card = receiver.wait_for(2, "/teams")[1].json()["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"

    for event in wait_for(server, "delivery.succeeded", 6):
        delivery = server.get(f"/v1/deliveries/{event['data']['delivery_id']}")
        assert delivery["state"] == "succeeded"
        assert [attempt["status"] for attempt in delivery["attempts"]] == [200]
    assert not any("candidate" in call.body.decode() for call in receiver.calls())


def test_what_failed_comes_again_under_the_same_id(herald, receiver):
    server = herald.start(*LOOPBACK)
    register(server)
    server.post("/v1/automations", automation("tell", {"kind": "webhook", "url": receiver.url("/hook")}))
    receiver.answer_next(Reply(drop=True), Reply(503))
    move(server, 1)
    calls = receiver.wait_for(3, "/hook")
    assert len({call.headers["webhook-id"] for call in calls}) == 1 and len({call.body for call in calls}) == 1
    [event] = wait_for(server, "delivery.succeeded", 1)
    assert event["data"]["attempts"] == 3
    [failing] = wait_for(server, "delivery.failing", 1)
    assert failing["data"]["delivery_id"] == event["data"]["delivery_id"]

    # Every attempt can be read, by API and by command line.
    delivery = event["data"]["delivery_id"]
    attempts = server.get(f"/v1/deliveries/{delivery}")["attempts"]
    assert [attempt["number"] for attempt in attempts] == [1, 2, 3]
    assert [attempt["status"] for attempt in attempts] == [0, 503, 200]
    shown = server.cli("delivery", "show", delivery)
    assert shown.returncode == 0, shown.stderr
    rows = [line.split() for line in shown.stdout.split("ATTEMPT")[1].splitlines()[1:]]
    assert [row[0] for row in rows] == ["1", "2", "3"] and "503" in rows[1] and "200" in rows[2]


def test_a_test_takes_the_same_road(herald, receiver):
    server = herald.start(*LOOPBACK)
    register(server)
    server.post("/v1/automations", automation("tell", {"kind": "slack", "url": receiver.url("/slack")}, enabled=False))
    move(server, 1)
    result = server.cli("automation", "test", "tell")
    assert result.returncode == 0, result.stderr
    receiver.wait_for(1, "/slack")
    wait_for(server, "delivery.succeeded", 1)
    shown = server.cli("delivery", "show", result.stdout.strip())
    assert shown.returncode == 0 and "succeeded" in shown.stdout and "127.0.0.1" in shown.stdout


def test_loopback_is_not_sent_to_unless_allowed(herald, receiver):
    server = herald.start()
    register(server)
    answer = server.request("POST", "/v1/automations", automation("tell", {"kind": "webhook", "url": receiver.url("/hook")}))
    assert answer.status_code == 422
    assert answer.json()["field"] == "actions[0].url"
    assert receiver.calls() == []


def test_the_stream_resumes_where_it_ended(herald):
    server = herald.start()
    register(server)
    with server.stream("after=0") as frames:
        seen = [next(frames) for _ in range(2)]
    assert [id for id, _, _ in seen] == ["1", "2"]
    with server.stream(headers={"Last-Event-ID": "2"}) as frames:
        id, _, data = next(frames)
    assert id == "3" and data == server.request("GET", "/v1/events/3").text


def test_a_restart_keeps_everything(herald):
    server = herald.start()
    register(server)
    server.post("/v1/models/churn/comments", {"text": "kept"})
    move(server, 1)
    before = {path: server.get(path) for path in ("/v1/models/churn", "/v1/models/churn/versions", "/v1/models/churn/comments",
                                                  "/v1/models/churn/aliases", "/v1/events?limit=1000", "/v1/log")}
    server.stop()
    again = herald.start()
    assert {path: again.get(path) for path in before} == before
    again.stop()
    assert herald.fsck().returncode == 0


def test_views_come_back_from_the_log(herald):
    server = herald.start()
    register(server)
    move(server, 1)
    sequence = move(server, 2)["assigned"]["sequence"]
    then = server.get(f"/v1/resolve?ref=churn:production&as_of={sequence - 1}")
    server.stop()
    rebuilt = herald.rebuild()
    assert rebuilt.returncode == 0 and str(sequence) in rebuilt.stdout, rebuilt.stderr
    assert herald.start().get(f"/v1/resolve?ref=churn:production&as_of={sequence - 1}") == then


def test_the_registry_models_is_there_from_the_start(herald):
    server = herald.start()
    [event] = server.every_event()
    assert (event["type"], event["actorkind"], event["data"]["registry"]) == ("herald.registry.created.v1", "system", "models")
    server.stop()
    assert len(list(herald.start().every_event())) == 1


# ---- start and stop ----


def test_a_second_process_on_the_folder_is_refused(herald):
    server = herald.start()
    second = herald.run("serve", "--data", herald.data, "--listen", "127.0.0.1:0")
    assert (second.returncode, second.stdout) == (1, "")
    assert str(server.process.pid) in second.stderr.splitlines()[-1]
    assert herald.fsck().returncode == 4
    assert server.get("/v1")["writable"] is True


def test_a_deleted_lock_lets_no_second_process_in(herald):
    server = herald.start()
    (herald.data / "lock").unlink()
    second = herald.run("serve", "--data", herald.data, "--listen", "127.0.0.1:0")
    assert (second.returncode, second.stdout) == (1, "")
    assert "is used by another process" in second.stderr.splitlines()[-1]
    assert server.get("/v1")["writable"] is True


@pytest.mark.parametrize("option, value", [
    ("--origin", "a b\nc <x>"), ("--origin", "x" * 66_000), ("--map-size", "-1"), ("--map-size", "8e"),
    ("--map-size", "99999999999999999999"), ("--rate-limit", "-1"), ("--disk-reserve", "-1"), ("--listen", "0.0.0.0"),
], ids=lambda value: ascii(value)[:24])
def test_a_mistaken_option_is_2_and_makes_no_folder(herald, option, value):
    result = herald.run("serve", "--data", herald.data, option, value)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"({option})" in result.stderr.splitlines()[0]
    assert not herald.data.exists() and not herald.data.with_name("data.key").exists()


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
def test_an_address_that_is_not_loopback_is_refused(herald, address):
    result = herald.run("serve", "--data", herald.data, "--listen", address)
    assert (result.returncode, result.stdout) == (1, "")
    assert "tokens would go to it in the clear" in result.stderr.splitlines()[-1]


def test_a_port_that_is_taken_is_said_in_one_line(herald, receiver):
    result = herald.run("serve", "--data", herald.data, "--listen", f"127.0.0.1:{receiver.port}")
    assert result.returncode == 1
    assert str(receiver.port) in result.stderr.splitlines()[-1]


def test_an_origin_is_for_ever(herald):
    server = herald.start("--origin", "models.example.com/log")
    assert server.get("/v1")["origin"] == "models.example.com/log"
    server.stop()
    other = herald.run("serve", "--data", herald.data, "--listen", "127.0.0.1:0", "--origin", "elsewhere")
    assert other.returncode == 1 and "models.example.com/log" in other.stderr.splitlines()[-1]
    assert herald.start().get("/v1")["origin"] == "models.example.com/log"


def test_options_come_from_a_file_and_the_environment(herald, tmp_path):
    config = tmp_path / "herald.toml"
    config.write_text('origin = "from.file/log"\nlog-format = "json"\nallow-target = ["127.0.0.0/8"]\n')
    server = herald.start("--config", config, environment={"HERALD_ORIGIN": "from.environment/log"})
    assert server.get("/v1")["origin"] == "from.environment/log"
    for line in herald.log.read_text().splitlines():
        assert {"time", "level", "message"} <= json.loads(line).keys()


@contextlib.contextmanager
def half_a_request(port, body):
    """A connection on which the head of a request and a part of its body have arrived; yields it and the rest."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                           b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert b"100" in connection.recv(4096)
        connection.sendall(body[:5])
        yield connection, body[5:]


def test_a_stop_lets_requests_finish(herald):
    server = herald.start()
    with half_a_request(server.port, json.dumps({"name": "churn"}).encode()) as (connection, rest):
        server.process.send_signal(signal.SIGTERM)
        wait_until_refused(server.port)
        connection.sendall(rest)
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 201"), answer
    assert server.wait_until_gone() == 0
    assert herald.start().get("/v1/models/churn")["name"] == "churn"


def test_a_second_signal_ends_it_at_once(herald):
    server = herald.start()
    with half_a_request(server.port, json.dumps({"name": "churn"}).encode()):
        server.process.send_signal(signal.SIGTERM)
        wait_until_refused(server.port)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait_until_gone() == 128 + signal.SIGTERM
    herald.start().stop()
    assert herald.fsck().returncode == 0


def test_a_stop_ends_streams(herald):
    server = herald.start()
    with server.stream("after=0") as frames:
        next(frames)
        server.stop()
        assert list(frames) == []


def test_a_hangup_changes_nothing(herald):
    server = herald.start()
    server.process.send_signal(signal.SIGHUP)
    register(server)
    server.stop()


def test_the_ready_line_and_the_link_are_all_there_is_on_standard_output(herald):
    process = subprocess.Popen([BINARY, "serve", "--data", herald.data, "--listen", "localhost:0"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env=environment_with({}))
    line = process.stdout.readline()
    process.terminate()
    why, link = process.stdout.read().splitlines()
    assert line.startswith("herald listens at http://") and process.wait(60) == 0
    assert "stands open" in why and link.strip().startswith(line.split()[-1] + "/claim#")


def wait_until_refused(port):
    """Until the server takes no new connections."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
                probe.recv(1)          # ends when the listening socket that took it is closed
        except OSError:
            return


def wait_for(server, event_type, count):
    found = []
    with server.stream(f"after=0&type={event_type}") as frames:
        for _, _, data in frames:
            found.append(json.loads(data))
            if len(found) == count:
                return found
    raise AssertionError(f"{len(found)} of {count} {event_type} came")
