"""Each way to choose events takes what the events themselves say, listed, exported and followed; streams beat and catch up."""

import json
import socket
from urllib.parse import quote

import httpx
import pytest


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    for name in ("churn", "fraud"):
        server.post("/v1/models", {"name": name})
        server.post(f"/v1/models/{name}/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 1, "reason": "Better recall"})
    server.put("/v1/models/fraud/aliases/production", {"version": 1, "reason": "first"})
    server.post("/v1/models/churn/aliases:move", {"moves": [{"alias": "a", "to": 1}, {"alias": "b", "to": 1}]})
    server.all = [json.loads(line) for line in server.request("GET", "/v1/events/export").text.splitlines()]
    return server


def number(event):
    return int(event["sequence"])


CHOICES = {
    "type": lambda all: ("alias.assigned", lambda e: e["type"] == "herald.alias.assigned.v1"),
    "type by wildcard": lambda all: ("*.registered", lambda e: e["type"] in ("herald.model.registered.v1", "herald.version.registered.v1")),
    "subject": lambda all: (all[1]["subject"], lambda e: e["subject"] == all[1]["subject"]),
    "actor": lambda all: ("anonymous", lambda e: e["actorid"] == "anonymous"),
    "correlation": lambda all: (all[-1]["correlationid"], lambda e: e["correlationid"] == all[-1]["correlationid"]),
    "reason": lambda all: ("RECALL", lambda e: "recall" in e["data"].get("reason", "").lower()),
    "since": lambda all: (all[4]["time"], lambda e: e["time"] >= all[4]["time"]),
    "until": lambda all: (all[4]["time"], lambda e: e["time"] <= all[4]["time"]),
    "after": lambda all: (number(all[4]), lambda e: number(e) > number(all[4])),
    "before": lambda all: (number(all[4]), lambda e: number(e) < number(all[4])),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_chosen_is_what_the_events_say(server, choice):
    value, fits = CHOICES[choice](server.all)
    name, expected = choice.split()[0], [event["id"] for event in server.all if fits(event)]
    assert 0 < len(expected) < len(server.all)
    query = f"{name}={quote(str(value))}"
    assert [event["id"] for event in server.every_event(query)] == expected
    assert [json.loads(line)["id"] for line in server.request("GET", f"/v1/events/export?{query}").text.splitlines()] == expected
    listed = server.cli("events", "list", "--all", f"--{name}", value, "-o", "jsonl")
    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == expected, listed.stderr
    if name not in ("after", "since"):
        query += "&after=0"
    with server.stream(query) as frames:
        assert [json.loads(data)["id"] for _, (_, _, data) in zip(expected, frames)] == expected


def test_an_export_is_newline_delimited_json_of_every_event(server):
    answer = server.request("GET", "/v1/events/export")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [number(event) for event in server.all] == list(range(1, len(server.all) + 1)) and answer.text.endswith("}\n")


def test_a_stream_is_server_sent_events_with_heartbeats(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(b"GET /v1/events/stream?after=0&type=comment.added HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b": heartbeat\n" not in received:
            part = connection.recv(4096)
            assert part, received
            received += part
    assert b"content-type: text/event-stream" in received.lower() and b"event: " not in received


def test_a_long_catch_up_takes_every_event_from_the_log(herald):
    server = herald.start()
    server.post("/v1/models", {"name": "churn"})
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for n in range(1500):
            assert client.patch("/v1/models/churn/tags", json={"n": str(n), "long": f"{n:01000}"}).status_code == 200
    last = server.get("/v1")["sequence"]
    assert last > 3000
    with server.stream("after=0") as frames:
        assert [int(id) for _, (id, _, _) in zip(range(last), frames)] == list(range(1, last + 1))
