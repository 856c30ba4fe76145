"""Who uses which version: reports are counted at once; of a version, a consumer and an hour the log has the first, and what came after it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

USAGE = "/v1/models/churn/versions/{}/usage"


@pytest.fixture
def server(herald):
    server = herald.start()
    server.post("/v1/models", {"name": "churn"})
    for _ in range(2):
        server.post("/v1/models/churn/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 2})
    return server


def events(server):
    return [event["data"] for event in server.every_event("type=usage.recorded")]


def test_the_log_has_the_first_report_at_once_and_the_others_when_the_server_stops(herald, server):
    """Whatever the time is: should the hour end meanwhile, some of the others are recorded then."""
    answer = server.request("POST", USAGE.format(2), {"consumer": "campaigns", "count": 10})
    assert answer.status_code == 201 and [event["count"] for event in events(server)] == [10]
    counts = [server.post(USAGE.format(2), {"consumer": "campaigns", "count": 5})["count"] for _ in range(3)]
    assert counts == [15, 20, 25]
    server.stop()
    server = herald.start()
    recorded = events(server)
    assert recorded[0]["count"] == 10 and sum(event["count"] for event in recorded) == 25
    assert {(event["version"], event["consumer"]) for event in recorded} == {(2, "campaigns")}
    assert server.get(USAGE.format(2))["items"][0]["count"] == 25


def test_the_log_has_what_was_reported_of_a_model_that_was_deleted(herald, server):
    """Whatever the time is, as above."""
    assert [server.post(USAGE.format(2), {"consumer": "campaigns", "count": count})["count"] for count in (5, 700, 80)] == [5, 705, 785]
    server.delete("/v1/models/churn")
    server.stop()
    server = herald.start()
    recorded = events(server)
    assert recorded[0]["count"] == 5 and sum(event["count"] for event in recorded) == 785
    assert {(event["model"], event["version"], event["consumer"]) for event in recorded} == {("churn", 2, "campaigns")}


def test_what_is_refused_counts_nothing(server):
    server.post(USAGE.format(2), {"consumer": "campaigns", "count": 10}, idempotency_key="mine")
    server.post("/v1/models", {"name": "another"}, idempotency_key="of-another-request")
    for key in ("mine", "of-another-request"):
        answer = server.request("POST", USAGE.format(2), {"consumer": "campaigns", "count": 1000}, idempotency_key=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-mismatch")
    server.post(USAGE.format(2), {"consumer": "campaigns", "count": 1})
    assert server.get(USAGE.format(2))["items"][0]["count"] == 11


def test_many_retries_at_once_count_once(server):
    server.post(USAGE.format(2), {"consumer": "campaigns"})
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda _: server.request("POST", USAGE.format(2), {"consumer": "campaigns"}, idempotency_key="once"), range(16)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert server.get(USAGE.format(2))["items"][0]["count"] == 2


def test_what_is_counted_outlives_a_crash(herald, server):
    server.post(USAGE.format(2), {"consumer": "campaigns", "count": 10})
    server.post(USAGE.format(2), {"consumer": "campaigns", "count": 5})
    server.kill()
    assert herald.start().get(USAGE.format(2))["items"][0]["count"] == 15


def test_a_retry_counts_once(server):
    for _ in range(3):
        server.post(USAGE.format(2), {"consumer": "campaigns"}, idempotency_key="first")
    server.post(USAGE.format(2), {"consumer": "campaigns"}, idempotency_key="second")
    server.post(USAGE.format(2), {"consumer": "campaigns"}, idempotency_key="second")
    assert server.get(USAGE.format(2))["items"][0]["count"] == 2


def test_who_uses_a_version_now_is_answered_and_since_when(server):
    server.post(USAGE.format(1), {"consumer": "batch"})
    server.post(USAGE.format("production"), {"consumer": "web"})
    server.post(USAGE.format(2), {"consumer": "campaigns", "alias": "production"})
    items = server.get(USAGE.format("v2"))["items"]
    assert [(item["consumer"], item["alias"], item["reference"]) for item in items] == [
        ("campaigns", "production", "churn:v2"), ("web", "production", "churn:v2")]
    everywhere = server.get("/v1/models/churn/usage")["items"]
    assert [(item["version"], item["consumer"]) for item in everywhere] == [(1, "batch"), (2, "campaigns"), (2, "web")]
    soon = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert server.get(f"/v1/models/churn/usage?since={soon}")["items"] == []
    assert len(server.get("/v1/models/churn/usage?since=2026-01-01T00:00:00Z")["items"]) == 3


def test_to_resolve_is_not_to_write(server):
    before = server.get("/v1")["sequence"]
    for _ in range(5):
        server.get("/v1/resolve?ref=churn:production")
        server.get("/v1/models/churn/versions/production")
    assert server.get("/v1")["sequence"] == before


def test_usage_is_recorded_and_listed_by_the_command_line(server):
    assert server.cli("usage", "record", "churn:production", "campaigns", "--count", 500).returncode == 0
    table = server.cli("usage", "list", "churn:v2").stdout.splitlines()
    assert table[0].split() == ["CONSUMER", "VERSION", "ALIAS", "TIMES", "FIRST", "LAST"]
    assert table[1].split()[:4] == ["campaigns", "churn:v2", "production", "500"]
    assert json.loads(server.cli("usage", "list", "churn", "--since", "2026-01-01T00:00:00Z", "-o", "json").stdout)[0]["count"] == 500
    assert server.cli("usage", "record", "churn:v9", "campaigns").returncode == 3


@pytest.mark.parametrize("version, body, status, field", [
    (2, {}, 422, "consumer"), (2, {"consumer": ""}, 422, "consumer"), (2, {"consumer": "a\nb"}, 422, "consumer"),
    (2, {"consumer": "a", "count": 0}, 422, "count"), (2, {"consumer": "a", "count": -1}, 422, "count"),
    (2, {"consumer": "a", "count": 10 ** 12}, 422, "count"), (2, {"consumer": "a", "count": "many"}, 422, "count"),
    (2, {"consumer": "a", "alias": "staging"}, 404, "alias"), (2, {"consumer": "a", "alias": "latest"}, 422, "alias"),
    (9, {"consumer": "a"}, 404, "version"), ("staging", {"consumer": "a"}, 404, "version"), (2, {"consumer": "a", "who": 1}, 422, "who"),
    (2, "{", 400, "body")])
def test_reports_that_make_no_sense_are_refused_and_count_nothing(server, version, body, status, field):
    headers = {"Content-Type": "application/json"} if isinstance(body, str) else None
    answer = server.request("POST", USAGE.format(version), body, headers=headers)
    assert answer.status_code == status and answer.json().get("field") == field, answer.text
    assert server.get("/v1/models/churn/usage")["items"] == []


def test_a_time_that_is_none_is_refused(server):
    answer = server.request("GET", "/v1/models/churn/usage?since=yesterday")
    assert (answer.status_code, answer.json()["field"]) == (422, "since")
