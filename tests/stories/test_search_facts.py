"""Each word of the search language alone and all together, over HTTP and by command line; every kind; the past of each."""

import json
from urllib.parse import quote

import pytest

MODELS = "/v1/models"


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    """"fraud cards" fulfils every word; each other model or version misses some."""
    server = herald_of_the_module.start()
    link = server.claim_link()
    claimed = server.post("/v1/claim", {"code": link.split("#")[1], "name": "root"})
    bearer = {"Authorization": f"Bearer {claimed['token']}"}
    server.bearer, server.token = bearer, claimed["token"]
    server.me = server.get("/v1/me", headers=bearer)["principal"]["id"]

    def send(method, path, body=None):
        return getattr(server, method)(path, body, headers=bearer)

    server.send = send
    send("patch", "/v1/registries/models", {"stages": {"stages": ["staging", "live"]}})
    send("post", MODELS, {"name": "fraud cards", "tags": {"tier": "1"}, "owner": server.me})
    send("post", MODELS, {"name": "churn", "tags": {"tier": "2"}})
    send("post", MODELS, {"name": "gone"})
    for model, auc, framework in (("fraud%20cards", 0.95, "sklearn"), ("churn", 0.5, "torch"), ("gone", 0.1, "none")):
        send("post", f"{MODELS}/{model}/versions", {"metrics": {"auc": auc}, "metadata": {"framework": framework}, "run": {"id": f"run of {model}"}})
    send("put", f"{MODELS}/fraud%20cards/aliases/production", {"version": 1})
    send("put", f"{MODELS}/churn/aliases/candidate", {"version": 1})
    send("post", f"{MODELS}/fraud%20cards/versions/1/transition", {"stage": "staging"})
    send("post", f"{MODELS}/churn/versions/1/transition", {"stage": "live"})
    send("post", f"{MODELS}/gone/archive")
    for name, digest in (("rows of March", "1"), ("weights", "2")):
        send("post", "/v1/artifacts", {"name": name, "kind": "dataset", "reference": "s3://x", "digest": "sha256:" + digest * 64})
    for model, dataset, auc in (("fraud%20cards", "hold-out", 0.9), ("churn", "fresh", 0.4)):
        send("post", f"{MODELS}/{model}/versions/1/evaluations", {"dataset": {"dataset": dataset}, "metrics": {"auc": auc}, "name": "quality"})
    return server


def sequence(server):
    return server.get("/v1", headers=server.bearer)["sequence"]


def find(server, q, kind="models", **more):
    query = {"q": q, "kind": kind, "min_sequence": sequence(server), **more}
    return server.get("/v1/search?" + "&".join(f"{name}={quote(str(value))}" for name, value in query.items()), headers=server.bearer)


def names(server, q, kind="models", **more):
    return sorted(item.get("name") or item.get("reference") or item["id"] for item in find(server, q, kind, **more)["items"])


EXAMPLE = "name:fraud* tag:tier=1 alias:production stage:staging owner:me metric.auc>0.9 meta.framework:sklearn created>2026-01-01 -archived"


@pytest.mark.parametrize("word", [*EXAMPLE.split(), 'name:"fraud cards"', '"ud ca"', EXAMPLE])
def test_each_word_finds_the_model_that_says_so_over_http_and_by_command_line(server, word):
    found = names(server, word)
    assert "fraud cards" in found
    if not word.startswith("created"):  # all of them were
        assert "gone" not in found
    if word not in ("-archived", "created>2026-01-01"):
        assert "churn" not in found
    by_command = server.cli("search", "-o", "id", "--min-sequence", sequence(server), "--", *([word] if '"' in word else word.split()),
                            environment={"HERALD_TOKEN": server.token})
    assert sorted(by_command.stdout.splitlines()) == found, by_command.stderr


def test_created_is_a_bound_in_both_directions(server):
    assert names(server, "created<2026-01-01") == [] and names(server, "created>2999-01-01") == []


def test_what_is_archived_is_found_where_it_is_asked_for(server):
    assert names(server, "archived") == ["gone"]


@pytest.mark.parametrize("kind, q, found", [
    ("models", "name:churn", "churn"), ("versions", "model:churn", "churn:v1"), ("artifacts", "March", "rows of March"),
    ("runs", "metric.auc<0.7 model:churn", "run of churn"), ("evaluations", "dataset:fresh metric.auc<0.5", "churn:v1")])
def test_every_kind_is_searched(server, kind, q, found):
    item, = find(server, q, kind)["items"]
    assert found in (item.get("name"), item.get("reference"), item.get("id"))
    assert len(find(server, "", kind)["items"]) > 1
    shown = server.cli("search", "--kind", kind, "-o", "json", "--", *q.split(), environment={"HERALD_TOKEN": server.token})
    assert [found in line for line in json.dumps(json.loads(shown.stdout)).splitlines()] == [True], shown.stderr


@pytest.mark.parametrize("sort, kind, first, last", [
    ("name", "models", "churn", "gone"), ("-name", "models", "gone", "churn"), ("created", "models", "fraud cards", "gone"),
    ("metric.auc", "versions", "gone:v1", "fraud cards:v1"), ("-metric.auc", "versions", "fraud cards:v1", "gone:v1")])
def test_what_is_found_is_sorted(server, sort, kind, first, last):
    items = [item.get("reference") or item["name"] for item in find(server, "", kind, sort=sort)["items"]]
    assert (items[0], items[-1]) == (first, last)


@pytest.mark.parametrize("change, q, kind, was", [
    (("post", f"{MODELS}/past/rename", {"to": "present"}), "name:past", "models", "past"),
    (("put", f"{MODELS}/past/aliases/production", {"version": 2}), "alias:production model:past", "versions", "past:v1"),
    (("post", f"{MODELS}/past/versions/1/transition", {"stage": "live"}), "stage:staging model:past", "versions", "past:v1"),
    (("patch", f"{MODELS}/past/tags", {"age": "new"}), "tag:age=old", "models", "past"),
    (("patch", f"{MODELS}/past/versions/1/tags", {"age": "new"}), "tag:age=old", "versions", "past:v1")])
def test_the_past_is_searched_as_it_was(herald, change, q, kind, was):
    server = herald.start()
    server.bearer = {}
    server.patch("/v1/registries/models", {"stages": {"stages": ["staging", "live"]}})
    server.post(MODELS, {"name": "past", "tags": {"age": "old"}})
    for _ in range(2):
        server.post(f"{MODELS}/past/versions", {})
    server.patch(f"{MODELS}/past/versions/1/tags", {"age": "old"})
    server.put(f"{MODELS}/past/aliases/production", {"version": 1})
    server.post(f"{MODELS}/past/versions/1/transition", {"stage": "staging"})
    then = sequence(server)
    method, path, body = change
    getattr(server, method)(path, body)
    assert was not in names(server, q, kind)
    assert names(server, q, kind, as_of=then) == [was]
    assert server.cli("search", "--kind", kind, "--as-of", then, "-o", "id", *q.split()).stdout.splitlines() == [was]
