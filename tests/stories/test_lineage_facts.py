"""Links, lineage and usage, one fact a test: each relation both ways, a walk of any length, circles through each relation."""

import hashlib
import json
from urllib.parse import quote

import pytest

RELATIONS = {
    "used": ({"dataset": "rows"}, {"run": "train"}),
    "produced": ({"run": "train"}, {"version": "churn:v1"}),
    "derived_from": ({"version": "base:v1"}, {"version": "churn:v1"}),
    "trained_on": ({"dataset": "rows"}, {"version": "churn:v1"}),
    "evaluated_on": ({"dataset": "hold-out"}, {"version": "churn:v1"}),
    "deployed_as": ({"version": "churn:v1"}, {"deployment": "eu-west"}),
}


@pytest.fixture
def server(herald):
    server = herald.start()
    for model in ("base", "churn"):
        server.post("/v1/models", {"name": model})
        server.post(f"/v1/models/{model}/versions", {})
    return server


def edge(server, upstream, relation, downstream):
    return server.request("POST", "/v1/lineage", {"upstream": upstream, "relation": relation, "downstream": downstream})


def reached(server, node, direction):
    (kind, name), = node.items()
    graph = server.get(f"/v1/lineage?{kind}={quote(name)}&direction={direction}")
    return [found["name"] for found in graph["nodes"]], graph


@pytest.mark.parametrize("relation", RELATIONS)
def test_each_relation_is_recorded_once_and_followed_upward_and_downward(server, relation):
    upstream, downstream = RELATIONS[relation]
    (up_kind, up), (down_kind, down) = *upstream.items(), *downstream.items()
    assert edge(server, upstream, relation, downstream).status_code == 201
    assert edge(server, upstream, relation, downstream).status_code == 200, "it is known"
    for node, direction, other in ((downstream, "upstream", up), (upstream, "downstream", down)):
        names, graph = reached(server, node, direction)
        assert names == [other]
        assert [(e["upstream"]["name"], e["relation"], e["downstream"]["name"]) for e in graph["edges"]] == [(up, relation, down)]
    assert reached(server, downstream, "downstream")[0] == reached(server, upstream, "upstream")[0] == []
    assert server.cli("lineage", "show", f"{down_kind}:{down}", "-o", "id").stdout.split() == [f"{up_kind}:{up}", relation, f"{down_kind}:{down}"]
    event = next(server.every_event("type=lineage.recorded"))["data"]
    assert event["relation"] == relation


def test_a_walk_goes_to_any_depth(server):
    length, last = 40, {"dataset": "begin"}
    for n in range(length):
        made = server.post("/v1/artifacts", {"name": f"file-{n}", "kind": "dataset", "reference": f"s3://x/{n}",
                                             "digest": "sha256:" + hashlib.sha256(str(n).encode()).hexdigest()})["id"]
        assert edge(server, last, "used", {"run": f"run-{n}"}).status_code == 201
        last = {"artifact": made}
        assert edge(server, {"run": f"run-{n}"}, "produced", last).status_code == 201
    steps = ["begin", *(name for n in range(length) for name in (f"run-{n}", f"file-{n}"))]
    for direction, at, expected in (("downstream", {"dataset": "begin"}, steps[1:]), ("upstream", last, steps[-2::-1])):
        seen, graph = reached(server, at, direction)
        assert seen == expected and not graph["truncated"]
    deep = server.get("/v1/lineage?dataset=begin&direction=downstream&depth=79")
    assert [node["name"] for node in deep["nodes"]] == steps[1:80] and deep["truncated"], "and as deep as one asks"


@pytest.mark.parametrize("relation, upstream, downstream", [
    ("derived_from", {"version": "churn:v1"}, {"version": "base:v1"}),
    ("derived_from", {"version": "churn:v1"}, {"version": "churn:v1"}),
    ("used", {"version": "churn:v1"}, {"run": "train"})])
def test_an_edge_that_would_close_a_circle_is_refused_and_records_nothing(server, relation, upstream, downstream):
    assert edge(server, {"version": "base:v1"}, "derived_from", {"version": "churn:v1"}).status_code == 201
    assert edge(server, {"run": "train"}, "produced", {"version": "base:v1"}).status_code == 201
    before = server.get("/v1")["sequence"]
    answer = edge(server, upstream, relation, downstream)
    assert answer.status_code in (409, 422) and 'churn:v1' in answer.json()["detail"], answer.text
    assert server.get("/v1")["sequence"] == before


def test_one_artifact_is_in_many_models_and_asked_for_from_both_ends(server):
    made = server.post("/v1/artifacts", {"name": "weights", "kind": "model", "reference": "s3://x/w",
                                         "digest": "sha256:" + hashlib.sha256(b"w").hexdigest()})["id"]
    for model in ("base", "churn"):
        server.put(f"/v1/models/{model}/versions/1/artifacts/{made}")
        assert [linked["id"] for linked in server.get(f"/v1/models/{model}/versions/1")["artifacts"]] == [made]
        assert made in server.cli("version", "show", f"{model}:v1", "-o", "json").stdout
    assert [item["reference"] for item in server.get(f"/v1/artifacts/{made}/versions")["items"]] == ["base:v1", "churn:v1"]
    server.delete(f"/v1/models/base/versions/1/artifacts/{made}")
    assert server.cli("artifact", "versions", made, "-o", "id").stdout.split() == ["churn:v1"]


def test_what_stands_on_a_data_set_has_its_stage(server):
    server.patch("/v1/registries/models", {"stages": {"stages": ["staging"]}})
    server.post("/v1/models/churn/versions/1/transition", {"stage": "staging"})
    edge(server, {"dataset": "rows"}, "trained_on", {"version": "churn:v1"})
    edge(server, {"dataset": "others"}, "trained_on", {"version": "base:v1"})
    stands, = server.get("/v1/lineage/impact?dataset=rows")["items"]
    assert (stands["name"], stands["version"]["stage"]) == ("churn:v1", "staging")
    assert json.loads(server.cli("lineage", "impact", "dataset:rows", "-o", "json").stdout)


def test_who_uses_v7_now(server):
    for _ in range(6):
        server.post("/v1/models/churn/versions", {})
    moment = "2026-01-01T00:00:00Z"
    for consumer, version in (("web", 7), ("batch", 6)):
        assert server.cli("usage", "record", f"churn:v{version}", consumer).returncode == 0
    assert [item["consumer"] for item in server.get(f"/v1/models/churn/versions/7/usage?since={moment}")["items"]] == ["web"]
    assert server.cli("usage", "list", "churn:v7", "--since", moment).stdout.splitlines()[1].split()[:2] == ["web", "churn:v7"]
