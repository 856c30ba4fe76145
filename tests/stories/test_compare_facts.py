"""Cards held against each other; what evaluations keep of each kind; evaluations of several versions and of an alias."""

import hashlib
import json

import pytest

VERSIONS = "/v1/models/churn/versions"


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    server.post("/v1/models", {"name": "churn"})
    for card, auc in (("# Use\n\nloans\n", 0.5), ("# Use\n\nloans and leases\n", 0.75), ("# Use\n\nloans\n", 0.625)):
        version = server.post(VERSIONS, {"card": card})["version"]
        server.post(f"{VERSIONS}/{version}/evaluations", {"name": "quality", "dataset": {"dataset": "hold-out"}, "metrics": {"auc": auc}})
    server.put("/v1/models/churn/aliases/production", {"version": 1})
    return server


def test_cards_are_compared_by_the_lines_that_differ(server):
    card = next(row for row in server.get("/v1/models/churn/compare?versions=1,2")["rows"] if row["name"] == "card")
    changed = [line for line in card["diff"][1].splitlines() if line[0] in "+-"]
    assert changed == ["-loans", "+loans and leases"]
    assert "card" not in [row["name"] for row in server.get("/v1/models/churn/compare?versions=1,3")["rows"]], "they are the same"
    shown = server.cli("diff", "churn:v1", "churn:v2").stdout.splitlines()
    assert "-loans" in shown and "+loans and leases" in shown


KINDS = {
    "confusion matrix": ("confusion_matrix", "application/json", b'{"labels":["no","yes"],"counts":[[90,3],[5,40]]}'),
    "table as JSON": ("table", "application/json", b'{"columns":["id","score"],"rows":[[1,0.4]]}'),
    "table as CSV": ("table", "text/csv", b"id,score\n1,0.4\n"),
    "picture": ("media", "image/png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00"
                b"\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"),
    "page": ("media", "text/html", b"<!doctype html><title>fairness</title><h1>fairness</h1>"),
}


@pytest.mark.parametrize("what", KINDS)
def test_an_evaluation_keeps_a(server, what):
    kind, media_type, content = KINDS[what]
    digest = hashlib.sha256(content).hexdigest()
    file = {"name": "result", "kind": kind, "media_type": media_type, "digest": f"sha256:{digest}"}
    missing = server.request("POST", f"{VERSIONS}/3/evaluations", {"files": [file]})
    assert (missing.status_code, missing.json()["field"]) == (404, "files[0].digest"), "its blob is not there yet"
    assert server.request("PUT", f"/v1/blobs/{digest}", content, headers={"Content-Type": "application/octet-stream"}).status_code == 201
    made = server.post(f"{VERSIONS}/3/evaluations", {"files": [file]})
    assert made["files"] == [{**file, "bytes": len(content)}]
    answer = server.request("GET", f"{VERSIONS}/3/evaluations/{made['id']}/files/result")
    assert (answer.content, answer.headers["Content-Type"].split(";")[0]) == (content, media_type)
    assert server.request("GET", f"/v1/blobs/{digest}").content == content


def test_an_evaluation_is_of_a_version_on_a_data_set_by_a_run_with_metrics(server):
    made = server.post(f"{VERSIONS}/3/evaluations", {"run": "eval-7", "dataset": {"dataset": "fresh"}, "metrics": {"auc": 0.5, "f1": -1e-9, "n": 3}})
    assert (made["reference"], made["run"], made["dataset"]["name"]) == ("churn:v3", "eval-7", "fresh")
    assert made["metrics"] == {"auc": 0.5, "f1": -1e-9, "n": 3}
    assert [item["id"] for item in server.get("/v1/runs/eval-7")["evaluations"]] == [made["id"]]
    edges = server.get("/v1/lineage?version=churn:v3&direction=upstream")["edges"]
    assert ("fresh", "evaluated_on") in [(edge["upstream"]["name"], edge["relation"]) for edge in edges]


def test_evaluations_are_compared_across_versions(server):
    rows = server.get("/v1/models/churn/compare/evaluations?versions=3,1,2")["rows"]
    assert next(row["values"] for row in rows if row["name"] == "auc" and "hold-out" in row["group"]) == [0.625, 0.5, 0.75]


def test_evaluations_are_compared_with_whoever_holds_the_alias(server):
    def held(version):
        server.put("/v1/models/churn/aliases/champion", {"version": version})
        compared = server.get("/v1/models/churn/compare/evaluations?versions=3&with=champion")
        return compared["versions"][0]["version"], next(row["values"] for row in compared["rows"] if row["name"] == "auc" and "hold-out" in row["group"])

    assert held(1) == (1, [0.5, 0.625])
    assert held(2) == (2, [0.75, 0.625])
    shown = json.loads(server.cli("evaluation", "compare", "churn:v3", "--with", "champion", "-o", "json").stdout)
    assert [version["version"] for version in shown["versions"]] == [2, 3]
