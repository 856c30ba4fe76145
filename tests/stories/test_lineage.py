"""Links and lineage over HTTP and the command line: one artifact in many models, where things come from and what stands on
them, the page of a run."""

import hashlib
import json
from urllib.parse import quote

import pytest

DATA = "customers 2026/03 – ü"
RUN = "sweep/7 lr=0.1 #ü?&%"


def succeed(server, *words):
    result = server.cli(*words)
    assert result.returncode == 0, f"herald {' '.join(map(str, words))}: {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


def edge(server, upstream, relation, downstream):
    return server.post("/v1/lineage", {"upstream": upstream, "relation": relation, "downstream": downstream})


def names(graph):
    return [(node["kind"], node["name"], node["distance"]) for node in graph["nodes"]]


def artifact(server, name):
    content = name.encode()
    digest = hashlib.sha256(content).hexdigest()
    assert server.request("PUT", f"/v1/blobs/{digest}", content, headers={"Content-Type": "application/octet-stream"}).status_code < 300
    return server.post("/v1/artifacts", {"name": name, "kind": "model",
                                         "files": [{"path": "model.bin", "bytes": len(content), "digest": f"sha256:{digest}"}]})["id"]


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    """customers -> a run -> churn:v1 (production) -> fraud:v1 -> a deployment; weights in both models."""
    server = herald_of_the_module.start()
    server.weights = artifact(server, "weights")
    server.post("/v1/models", {"name": "churn"})
    server.post("/v1/models", {"name": "fraud"})
    server.post("/v1/models/churn/versions", {"run": {"id": RUN, "commit": "e83c516"}, "artifacts": [server.weights], "aliases": ["production"]})
    server.post("/v1/models/fraud/versions", {"artifacts": [server.weights]})
    edge(server, {"dataset": DATA}, "trained_on", {"run": RUN})
    edge(server, {"version": "churn:v1"}, "derived_from", {"version": "fraud:v1"})
    edge(server, {"version": "fraud:v1"}, "deployed_as", {"deployment": "eu-west/fraud"})
    return server


# ---- links ----


def test_an_artifact_says_in_which_models_it_is(server):
    page = server.get(f"/v1/artifacts/{server.weights}/versions")
    assert [(item["reference"], item["aliases"]) for item in page["items"]] == [("churn:v1", ["production"]), ("fraud:v1", [])]
    assert [version["reference"] for version in server.get(f"/v1/artifacts/{server.weights}")["versions"]] == ["churn:v1", "fraud:v1"]
    first = server.get(f"/v1/artifacts/{server.weights}/versions?limit=1")
    rest = server.get(f"/v1/artifacts/{server.weights}/versions?limit=1&cursor={first['next']}")
    assert [item["reference"] for item in first["items"] + rest["items"]] == ["churn:v1", "fraud:v1"]
    assert succeed(server, "artifact", "versions", server.weights, "-o", "id").split() == ["churn:v1", "fraud:v1"]


def test_a_version_says_which_artifacts_belong_to_it(server):
    for model in ("churn", "fraud"):
        assert [linked["id"] for linked in server.get(f"/v1/models/{model}/versions/1")["artifacts"]] == [server.weights]


def test_an_artifact_that_is_not_there_has_no_versions(server):
    answer = server.request("GET", "/v1/artifacts/01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10/versions")
    assert (answer.status_code, answer.json()["field"]) == (404, "artifact")
    assert server.request("GET", "/v1/artifacts/nonsense/versions").status_code == 422


def test_an_artifact_that_nothing_is_linked_to_is_deleted(server):
    answer = server.request("DELETE", f"/v1/artifacts/{server.weights}?reason=old")
    assert (answer.status_code, answer.json()["field"]) == (409, "artifact")
    loose = artifact(server, "loose")
    before = server.get("/v1")["sequence"]
    assert server.delete(f"/v1/artifacts/{loose}?reason=superseded") == {"removed": "loose"}
    event = next(server.every_event("type=artifact.deleted"))
    assert event["data"] == {"artifact_id": loose, "artifact": "loose", "reason": "superseded"} and int(event["sequence"]) == before + 1
    assert server.request("GET", f"/v1/artifacts/{loose}").status_code == 404
    assert loose not in [item["id"] for item in server.get("/v1/artifacts")["items"]]
    assert server.request("DELETE", f"/v1/artifacts/{loose}").status_code == 404
    other = artifact(server, "other")
    succeed(server, "artifact", "delete", other, "--reason", "superseded")
    assert server.cli("artifact", "show", other).returncode == 3


# ---- lineage ----


def test_lineage_goes_up_through_what_versions_say_of_themselves(server):
    graph = server.get("/v1/lineage?version=fraud:latest&direction=upstream")
    assert names(graph) == [("version", "churn:v1", 1), ("artifact", "weights", 1), ("run", RUN, 2), ("dataset", DATA, 3)]
    relations = {(e["upstream"]["name"], e["relation"], e["downstream"]["name"]): "recorded" in e for e in graph["edges"]}
    assert relations == {("churn:v1", "derived_from", "fraud:v1"): True, ("weights", "linked", "fraud:v1"): False,
                         ("weights", "linked", "churn:v1"): False, (RUN, "produced", "churn:v1"): False, (DATA, "trained_on", RUN): True}
    assert not graph["truncated"]


def test_lineage_goes_down_to_any_depth(server):
    graph = server.get(f"/v1/lineage?dataset={quote(DATA)}&direction=downstream")
    assert names(graph) == [("run", RUN, 1), ("version", "churn:v1", 2), ("version", "fraud:v1", 3), ("deployment", "eu-west/fraud", 4)]
    near = server.get(f"/v1/lineage?dataset={quote(DATA)}&direction=downstream&depth=1")
    assert names(near) == [("run", RUN, 1)] and near["truncated"]


def test_lineage_is_shown_in_pages_of_one_moment(server):
    whole = server.get(f"/v1/lineage?dataset={quote(DATA)}&direction=downstream")
    first = server.get(f"/v1/lineage?dataset={quote(DATA)}&direction=downstream&limit=1")
    edge(server, {"dataset": DATA}, "used", {"run": "a later one"})
    pages = [first]
    while "next" in pages[-1]:
        pages.append(server.get(f"/v1/lineage?dataset={quote(DATA)}&direction=downstream&limit=1&cursor={pages[-1]['next']}"))
    assert [node for page in pages for node in page["nodes"]] == whole["nodes"]
    assert [e for page in pages for e in page["edges"]] == whole["edges"]


def test_lineage_of_the_past_is_that_of_then(server):
    before = server.get("/v1")["sequence"]
    edge(server, {"dataset": "fresh"}, "trained_on", {"version": "churn:v1"})
    graph = server.get(f"/v1/lineage?version=churn:v1&direction=upstream&as_of={before}")
    assert "fresh" not in [node["name"] for node in graph["nodes"]]


def test_an_edge_that_would_close_a_circle_is_refused_with_the_way_around(server):
    answer = server.request("POST", "/v1/lineage", {"upstream": {"version": "fraud:v1"}, "relation": "used", "downstream": {"run": "circle"}})
    assert answer.status_code == 201
    for relation, upstream, downstream in (("produced", {"run": "circle"}, {"version": "churn:v1"}),):
        answer = server.request("POST", "/v1/lineage", {"upstream": upstream, "relation": relation, "downstream": downstream})
        assert answer.status_code == 409
        assert '"churn:v1" -> "fraud:v1" -> "circle"' in answer.json()["detail"]


def test_what_versions_say_of_themselves_closes_no_circle(server):
    server.post("/v1/models", {"name": "own"})
    for run in ("own-1", None):
        server.post("/v1/models/own/versions", {"run": {"id": run}} if run else {})

    def refused(method, path, body, field="downstream"):
        answer = server.request(method, path, body)
        assert answer.status_code == 409 and "close a circle" in answer.json()["detail"] and answer.json().get("field") == field, answer.text

    def used(version, run):
        return {"upstream": {"version": version}, "relation": "used", "downstream": {"run": run}}

    refused("POST", "/v1/lineage", used("own:v1", "own-1"))
    server.post("/v1/lineage", used("own:v2", "own-2"))
    refused("PATCH", "/v1/models/own/versions/2", {"run": {"id": "own-2"}}, "run.id")
    report = artifact(server, "report of own")
    server.post("/v1/lineage", {"upstream": {"run": "own-2"}, "relation": "produced", "downstream": {"artifact": report}})
    refused("PUT", f"/v1/models/own/versions/2/artifacts/{report}", None, "artifact_id")
    server.put(f"/v1/models/own/versions/1/artifacts/{report}")
    refused("POST", "/v1/lineage", used("own:v1", "own-2"))


def test_a_run_that_lineage_alone_names_has_a_page(server):
    edge(server, {"dataset": "raw"}, "used", {"run": "only-in-lineage"})
    page = server.get("/v1/runs/only-in-lineage")
    assert [item["node"]["name"] for item in page["used"]] == ["raw"] and page["versions"] == []


@pytest.mark.parametrize("query, field", [
    ("", "version"), ("run=a&dataset=b", "version"), ("version=churn", "version"), ("version=churn:v9", "version"), ("artifact=x", "artifact"),
    ("run=a&depth=0", "depth"), ("run=a&depth=100001", "depth"), ("run=a&limit=0", "limit"),
    ("run=a&limit=1001", "limit"), ("run=a&cursor=x", "cursor"), ("deployment=", "deployment")])
@pytest.mark.parametrize("path", ["/v1/lineage", "/v1/lineage/impact"])
def test_questions_that_make_no_sense_are_refused_with_the_field(server, path, query, field):
    answer = server.request("GET", f"{path}?{query}")
    assert 400 <= answer.status_code < 500 and answer.json()["field"] == field, answer.text


def test_a_direction_that_is_none_is_refused(server):
    answer = server.request("GET", "/v1/lineage?run=a&direction=sideways")
    assert (answer.status_code, answer.json()["field"]) == (422, "direction")


def test_edges_name_versions_by_their_number(server):
    answer = server.request("POST", "/v1/lineage", {"upstream": {"dataset": "d"}, "relation": "trained_on", "downstream": {"version": "churn:production"}})
    assert (answer.status_code, answer.json()["field"]) == (422, "downstream.version")


# ---- what stands on it ----


def test_what_stands_on_a_data_set_is_answered_with_aliases_and_stages(server):
    impact = server.get(f"/v1/lineage/impact?dataset={quote(DATA)}")
    told = [(item["kind"], item["name"], item["distance"], item.get("version", {}).get("aliases")) for item in impact["items"]]
    assert told == [("version", "churn:v1", 2, ["production"]), ("version", "fraud:v1", 3, []), ("deployment", "eu-west/fraud", 4, None)]
    assert not impact["truncated"]


def test_a_registered_data_set_is_what_a_model_is_trained_and_evaluated_on(herald):
    server = herald.start()
    succeed(server, "registry", "create", "data", "--kind", "dataset")
    succeed(server, "model", "register", "data/customers")
    for model in ("data/customers", "data/customers", "churn"):
        if model == "churn":
            succeed(server, "model", "register", "churn")
        succeed(server, "version", "register", model)
    succeed(server, "lineage", "record", "version:data/customers:v1", "trained_on", "version:churn:v1")
    succeed(server, "evaluation", "record", "churn:v1", "--dataset-version", "data/customers:v2", "--metric", "auc=0.9")
    for version in (1, 2):
        assert succeed(server, "lineage", "impact", f"version:data/customers:v{version}", "-o", "id") == "churn:v1\n"
        recorded = server.request("GET", "/v1/models/churn").headers["Herald-Sequence"]
        found = succeed(server, "search", f"dataset_version:data/customers:v{version}", "--kind", "versions", "-o", "id", "--min-sequence", recorded)
        assert found.split() == ["churn:v1"]
    assert "data/customers:v2" in succeed(server, "evaluation", "list", "churn", "--dataset-version", "data/customers:v2")
    assert succeed(server, "evaluation", "list", "churn", "--dataset", "data/customers:v2", "-o", "id") == "", "a data set of that name is another"
    assert "version:data/customers:v2" in succeed(server, "lineage", "show", "version:churn:v1")
    refused = server.cli("lineage", "record", "version:churn:v1", "trained_on", "run:x")
    assert refused.returncode == 2 and "is in a registry of models" in refused.stderr
    both = server.cli("evaluation", "record", "churn:v1", "--dataset", "a", "--dataset-version", "data/customers:v2", "--metric", "a=1")
    assert both.returncode == 2 and "one of --dataset, --dataset-version and --artifact" in both.stderr


def test_what_stands_on_it_comes_in_pages(server):
    first = server.get(f"/v1/lineage/impact?dataset={quote(DATA)}&limit=2")
    rest = server.get(f"/v1/lineage/impact?dataset={quote(DATA)}&limit=2&cursor={first['next']}")
    assert [item["name"] for item in first["items"] + rest["items"]] == ["churn:v1", "fraud:v1", "eu-west/fraud"]


def test_what_stands_on_it_is_shown_by_the_command_line(server):
    assert succeed(server, "lineage", "impact", f"dataset:{DATA}", "-o", "id").splitlines() == ["churn:v1", "fraud:v1", "eu-west/fraud"]
    table = succeed(server, "lineage", "impact", f"dataset:{DATA}")
    assert table.splitlines()[0].split() == ["WHAT", "NAME", "STATUS", "STAGE", "ALIASES", "STEPS"] and "production" in table


def test_lineage_is_shown_by_the_command_line_over_all_pages(server):
    lines = succeed(server, "lineage", "show", f"dataset:{DATA}", "--direction", "downstream", "--all", "-o", "id").splitlines()
    assert "version:fraud:v1 deployed_as deployment:eu-west/fraud" in lines


# ---- runs ----


def test_a_run_has_a_page(server):
    server.post("/v1/models/churn/versions/1/evaluations", {"run": RUN, "dataset": {"dataset": "hold-out"}, "metrics": {"auc": 0.9}})
    edge(server, {"run": RUN}, "produced", {"artifact": artifact(server, "report")})
    run = server.get(f"/v1/runs/{quote(RUN, safe='')}")
    assert run["id"] == RUN and run["facts"]["commit"] == "e83c516"
    assert [version["reference"] for version in run["versions"]] == ["churn:v1"]
    assert [(item["relation"], item["node"]["name"]) for item in run["used"]] == [("trained_on", DATA)]
    assert [item["node"]["name"] for item in run["produced"]] == ["report"]
    assert [(item["reference"], item["metrics"]) for item in run["evaluations"]] == [("churn:v1", {"auc": 0.9})]
    assert "next" not in run


LISTS = ("used", "produced", "versions", "evaluations")


def every_page_of_a_run(server, run, limit):
    pages = [server.get(f"/v1/runs/{run}?limit={limit}")]
    while "next" in pages[-1]:
        pages.append(server.get(f"/v1/runs/{run}?limit={limit}&cursor={pages[-1]['next']}"))
    return pages


def test_all_that_a_run_made_and_used_comes_in_pages(server):
    server.post("/v1/models", {"name": "sweep"})
    for _ in range(4):
        server.post("/v1/models/sweep/versions", {"run": {"id": "wide", "name": "a wide sweep"}})
    for number in range(3):
        edge(server, {"dataset": f"part-{number}"}, "used", {"run": "wide"})
        server.post("/v1/models/sweep/versions/1/evaluations", {"run": "wide", "metrics": {"auc": number}})
    edge(server, {"run": "wide"}, "produced", {"version": "sweep:v1"})
    server.request("DELETE", "/v1/models/sweep/versions/4")
    whole = server.get("/v1/runs/wide")
    assert [len(whole[name]) for name in LISTS] == [3, 1, 3, 3] and whole["facts"]["name"] == "a wide sweep"
    assert whole["produced"][0]["node"]["name"] == "sweep:v4" and whole["produced"][0]["node"]["deleted"] is True
    for limit in (1, 2, 4):
        pages = every_page_of_a_run(server, "wide", limit)
        assert len(pages) == -(-10 // limit)
        for name in LISTS:
            assert [item for page in pages for item in page[name]] == whole[name]
        assert ["facts" in page for page in pages] == [True] + [False] * (len(pages) - 1)
    shown = json.loads(succeed(server, "run", "show", "wide", "-o", "json"))
    assert shown == whole
    assert server.request("GET", f"/v1/runs/wide?cursor={server.get('/v1/runs?limit=1')['next']}").status_code == 422
    assert server.request("GET", "/v1/runs/wide?limit=0").status_code == 422


def test_runs_are_listed_whoever_names_them(server):
    server.post("/v1/models", {"name": "listed"})
    server.post("/v1/models/listed/versions", {"run": {"id": "listed-1", "name": "by a version"}})
    server.post("/v1/models/listed/versions/1/evaluations", {"run": "listed-2", "metrics": {"auc": 1}})
    edge(server, {"dataset": "raw"}, "used", {"run": "listed-3"})
    runs = server.get("/v1/runs?name=listed-")["items"]
    assert [(run["id"], run.get("facts", {}).get("name")) for run in runs] == [("listed-1", "by a version"), ("listed-2", None), ("listed-3", None)]
    assert [run["id"] for run in server.get("/v1/runs?name=by a version".replace(" ", "%20"))["items"]] == ["listed-1"]
    assert RUN in [run["id"] for run in server.get("/v1/runs?limit=1000")["items"]]
    assert succeed(server, "run", "list", "--name", "listed-", "-o", "id").split() == ["listed-1", "listed-2", "listed-3"]
    assert succeed(server, "run", "list", "--name", "listed-").splitlines()[0].split() == ["RUN", "NAME", "COMMIT", "FRAMEWORK", "URL"]
    assert server.request("GET", "/v1/runs?cursor=x").status_code == 422


def test_runs_of_the_past_are_those_of_then(server):
    before = server.get("/v1")["sequence"]
    edge(server, {"dataset": "raw"}, "used", {"run": "yet-to-come"})
    assert server.get(f"/v1/runs?name=yet-to-come&as_of={before}")["items"] == []
    assert [run["id"] for run in server.get("/v1/runs?name=yet-to-come")["items"]] == ["yet-to-come"]


def test_each_edge_comes_on_one_page_of_a_walk(server):
    for number in range(5):
        edge(server, {"dataset": "dense"}, "used", {"run": f"dense-{number}"})
    seen, cursor = [], ""
    while True:
        page = server.get(f"/v1/lineage?dataset=dense&limit=2{cursor}")
        seen += [(item["upstream"]["name"], item["downstream"]["name"]) for item in page["edges"]]
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == [("dense", f"dense-{n}") for n in range(5)] and not page["truncated"]


def test_an_archived_model_takes_no_lineage(server):
    for name in ("shelved", "live"):
        server.post("/v1/models", {"name": name})
        server.post(f"/v1/models/{name}/versions", {})
    server.post("/v1/models/shelved/archive")
    for up, down, field in (("shelved", "live", "upstream"), ("live", "shelved", "downstream")):
        answer = server.request("POST", "/v1/lineage", {"upstream": {"version": f"{up}:v1"}, "relation": "derived_from",
                                                        "downstream": {"version": f"{down}:v1"}})
        assert (answer.status_code, answer.json()["field"]) == (409, f"{field}.version"), answer.text
        assert "restore it first" in answer.json()["detail"]


def test_a_run_that_nobody_named_has_no_page(server):
    answer = server.request("GET", "/v1/runs/nobody-ran-it")
    assert (answer.status_code, answer.json()["field"]) == (404, "run")
    assert server.request("GET", "/v1/runs/%01").status_code == 422


def test_the_page_of_a_run_is_shown_by_the_command_line(server):
    shown = succeed(server, "run", "show", RUN)
    assert RUN in shown and "churn:v1" in shown and DATA in shown
    assert json.loads(succeed(server, "run", "show", RUN, "-o", "json"))["id"] == RUN
    assert server.cli("run", "show", "nobody-ran-it").returncode == 3


def test_a_run_of_the_past_is_that_of_then(server):
    before = server.get("/v1")["sequence"]
    server.post("/v1/models/fraud/versions", {"run": {"id": "late"}})
    assert server.request("GET", f"/v1/runs/late?as_of={before}").status_code == 404
    assert [version["reference"] for version in server.get("/v1/runs/late")["versions"]] == ["fraud:v2"]
