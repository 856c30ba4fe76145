"""Aliases and stages, one fact a test: what was expected, moves together, back, reasons, the past."""

import json

import pytest


@pytest.fixture
def server(herald):
    server = herald.start()
    server.post("/v1/models", {"name": "churn"})
    for _ in range(3):
        server.post("/v1/models/churn/versions", {})
    return server


ALIAS = "/v1/models/churn/aliases/{}"


def point(server, alias, version, **more):
    return server.put(ALIAS.format(alias), {"version": version, **more})


def now(server):
    return server.get("/v1")["sequence"]


def refused(server, method, path, body=None):
    before = now(server)
    answer = server.request(method, path, body)
    assert now(server) == before
    return answer.status_code, answer.json()["code"]


def test_a_move_names_what_it_expects_and_is_refused_where_it_finds_something_else(server):
    assert refused(server, "PUT", ALIAS.format("production"), {"version": 2, "expected": 1}) == (409, "expected-mismatch")
    point(server, "production", 1, expected=None)
    assert refused(server, "PUT", ALIAS.format("production"), {"version": 2, "expected": None}) == (409, "expected-mismatch")
    assert refused(server, "PUT", ALIAS.format("production"), {"version": 2, "expected": 3}) == (409, "expected-mismatch")
    assert point(server, "production", 2, expected=1)["previous"] == 1
    assert refused(server, "DELETE", ALIAS.format("production") + "?expected=1") == (409, "expected-mismatch")
    assert server.cli("alias", "set", "churn", "production", "3", "--expected", "1").returncode == 4
    assert server.get(ALIAS.format("production"))["version"] == 2


def test_aliases_of_a_group_move_together_or_not_at_all(server):
    point(server, "production", 1)
    point(server, "candidate", 2)
    moves = [{"alias": "production", "to": 2, "expected": 1}, {"alias": "candidate", "to": None, "expected": 2}, {"alias": "previous", "to": 1}]
    wrong = [*moves[:2], {"alias": "previous", "to": 1, "expected": 3}]
    assert refused(server, "POST", "/v1/models/churn/aliases:move", {"moves": wrong}) == (409, "expected-mismatch")
    before = now(server)
    server.post("/v1/models/churn/aliases:move", {"moves": moves, "reason": "release"})
    assert server.get("/v1/models/churn")["aliases"] == {"previous": 1, "production": 2}
    events = list(server.every_event(f"after={before}"))
    assert len(events) == 3 and len({event["correlationid"] for event in events}) == 1
    assert {event["data"]["reason"] for event in events} == {"release"}


def test_two_aliases_are_swapped_in_one_change(server):
    point(server, "blue", 1)
    point(server, "green", 2)
    before = now(server)
    server.post("/v1/models/churn/aliases:swap", {"first": "blue", "second": "green", "reason": "cut over"})
    assert server.get("/v1/models/churn")["aliases"] == {"blue": 2, "green": 1}
    first, second = server.every_event(f"after={before}")
    assert first["correlationid"] == second["correlationid"]


def test_one_command_takes_an_alias_back_to_its_holder_before(server):
    for version in (1, 3):
        point(server, "production", version)
    assert server.cli("alias", "rollback", "churn", "production", "--reason", "errors doubled").returncode == 0
    assert server.get(ALIAS.format("production"))["version"] == 1
    last = list(server.every_event("type=alias.assigned"))[-1]["data"]
    assert (last["from"], last["to"], last["reason"]) == (3, 1, "errors doubled")


@pytest.mark.parametrize("method, path, body", [
    ("PUT", ALIAS.format("other"), {"version": 1, "reason": "why"}),
    ("DELETE", ALIAS.format("blue") + "?reason=why", None),
    ("POST", "/v1/models/churn/versions", {"aliases": ["blue"], "reason": "why"}),
    ("POST", "/v1/models/churn/aliases:move", {"moves": [{"alias": "blue", "to": 3}], "reason": "why"}),
    ("POST", "/v1/models/churn/aliases:swap", {"first": "blue", "second": "green", "reason": "why"}),
    ("POST", ALIAS.format("blue") + "/rollback", {"reason": "why"}),
    ("POST", "/v1/versions:change", {"versions": ["churn:v3"], "alias": "blue", "reason": "why"}),
    ("POST", "/v1/versions:change", {"versions": ["churn:v3"], "stage": "live", "reason": "why"}),
    ("POST", "/v1/models/churn/versions/1/transition", {"stage": "live", "reason": "why"})])
def test_each_change_of_an_alias_or_a_stage_is_recorded_with_its_reason(server, method, path, body):
    server.patch("/v1/registries/models", {"stages": {"stages": ["live"]}})
    for alias, version in (("blue", 3), ("blue", 1), ("green", 2)):
        point(server, alias, version)
    before = now(server)
    assert server.request(method, path, body).status_code < 300
    events = list(server.every_event(f"after={before}"))
    assert events and {event["data"]["reason"] for event in events} == {"why"}
    assert [e["id"] for e in server.every_event(f"after={before}&reason=why")] == [e["id"] for e in events]


def test_an_alias_tells_its_history_its_past_and_its_holders(server):
    sequences = []
    for version in (1, 3, 2):
        point(server, "production", version, reason=f"to v{version}")
        sequences.append(now(server))
    moves = server.get(ALIAS.format("production") + f"/history?min_sequence={now(server)}")["items"]
    assert [(move.get("from"), move["to"], move["reason"]) for move in moves] == [(3, 2, "to v2"), (1, 3, "to v3"), (None, 1, "to v1")]
    for sequence, version in zip(sequences, (1, 3, 2)):
        assert server.get(ALIAS.format("production") + f"?as_of={sequence}")["version"] == version
        assert server.get(f"/v1/resolve?ref=churn:production&as_of={sequence}")["version"] == version
    assert server.request("GET", ALIAS.format("production") + f"?as_of={sequences[0] - 1}").status_code == 404
    time = next(event["time"] for event in server.every_event("type=alias.assigned"))
    assert server.get(ALIAS.format("production") + f"?as_of={time}")["version"] in (1, 3, 2)
    holders = server.get(ALIAS.format("production") + "/holders")["items"]
    assert [holder["version"] for holder in holders] == [2, 3, 1]
    assert [holder["since"]["sequence"] for holder in holders] == sequences[::-1]
    assert all(holder["held_seconds"] >= 0 for holder in holders)
    assert json.loads(server.cli("alias", "holders", "churn", "production", "-o", "json").stdout)[1]["version"] == 3


# ---- stages ----


@pytest.fixture
def staged(server):
    server.patch("/v1/registries/models", {"stages": {"stages": ["dev", "live"], "transitions": [{"to": "dev"}, {"from": "dev", "to": "live"}]}})
    server.post("/v1/registries", {"name": "other", "stages": {"stages": ["test"]}})
    server.post("/v1/registries/other/models", {"name": "fraud"})
    server.post("/v1/registries/other/models/fraud/versions", {})
    return server


def into(server, stage, models="/v1/models", model="churn", **more):
    return server.request("POST", f"{models}/{model}/versions/1/transition", {"stage": stage, **more})


def test_each_registry_has_stages_of_its_own(staged):
    assert into(staged, "dev").status_code == 200
    assert into(staged, "test").status_code == 422, "of the other registry"
    assert into(staged, "test", "/v1/registries/other/models", "fraud").status_code == 200
    assert into(staged, "dev", "/v1/registries/other/models", "fraud").status_code == 422


@pytest.mark.parametrize("way, wrong", [([], "live"), (["dev"], None), (["dev", "live"], "dev"), (["dev", "live"], None)])
def test_versions_go_where_a_transition_leads_and_nowhere_else(staged, way, wrong):
    for stage in way:
        assert into(staged, stage).status_code == 200
    assert refused(staged, "POST", "/v1/models/churn/versions/1/transition", {"stage": wrong}) == (409, "not-allowed-now")
    assert staged.get("/v1/models/churn/versions/1").get("stage") == (way[-1] if way else None)


def test_a_stage_tells_its_history_and_its_past(staged):
    into(staged, "dev", reason="new")
    moment = now(staged)
    into(staged, "live", reason="passed")
    steps = staged.get(f"/v1/models/churn/versions/1/stages?min_sequence={now(staged)}")["items"]
    assert [(step.get("from"), step["to"], step["reason"]) for step in steps] == [("dev", "live", "passed"), (None, "dev", "new")]
    assert staged.get(f"/v1/models/churn/versions/1?as_of={moment}")["stage"] == "dev"
    assert [v["version"] for v in staged.get(f"/v1/registries/models/stages/dev?as_of={moment}")["items"]] == [1]
    assert staged.get("/v1/registries/models/stages/dev")["items"] == []
