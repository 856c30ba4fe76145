"""Search over HTTP and by command line: what is found, how it is paged, what is refused and where."""

import json
import re
import shlex
from urllib.parse import quote

import pytest

from tests.support.server import REPO

PAGE = (REPO / "docs" / "search.md").read_text()


def find(server, q="", **parameters):
    """The page of a search that holds all that was recorded before."""
    parameters = {"q": q, "min_sequence": server.get("/v1")["sequence"], **parameters}
    return server.get("/v1/search?" + "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items()))


def names(server, q="", **parameters):
    return sorted(item.get("reference") or item["name"] for item in find(server, q, **parameters)["items"])


def refused(server, q="", **parameters):
    parameters = {"q": q, **parameters}
    answer = server.request("GET", "/v1/search?" + "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items()))
    return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    """Three models, four versions, a run of two of them, an artifact."""
    server = herald_of_the_module.start()
    for name, tags in (("churn", {"team": "growth"}), ("fraud-cards", {"team": "risk", "tier": "1"}), ("fraud loans", {"team": "risk"})):
        server.post("/v1/models", {"name": name, "tags": tags})
    for model, auc, framework, run in (("churn", 0.7, "sklearn", "r-1"), ("churn", 0.95, "torch", "r-2"),
                                       ("fraud-cards", 0.92, "sklearn", "r-2"), ("fraud%20loans", 0.6, "torch", "r-3")):
        server.post(f"/v1/models/{model}/versions", {"metrics": {"auc": auc}, "metadata": {"framework": framework}, "run": {"id": run}})
    server.put("/v1/models/churn/aliases/production", {"version": 1})
    server.put("/v1/models/fraud-cards/aliases/production", {"version": 1})
    return server


def test_models_are_found_by_what_they_say(server):
    assert names(server) == ["churn", "fraud loans", "fraud-cards"]
    assert names(server, "AUD") == ["fraud loans", "fraud-cards"]
    assert names(server, "name:fraud* tag:tier=1") == ["fraud-cards"]
    assert names(server, 'name:"fraud loans"') == ["fraud loans"]
    assert names(server, "tag:team=risk -alias:production") == ["fraud loans"]
    assert names(server, "metric.auc>0.9 meta.framework:sklearn -archived created>2020-01-01") == ["fraud-cards"]
    assert find(server, "name:churn")["items"] == [server.get("/v1/models/churn")]


def test_versions_runs_and_artifacts_are_found(server):
    assert names(server, "metric.auc>=0.92", kind="versions") == ["churn:v2", "fraud-cards:v1"]
    assert find(server, "model:churn alias:production", kind="versions")["items"] == [server.get("/v1/models/churn/versions/1")]
    runs = find(server, "metric.auc>0.5", kind="runs", sort="-name")["items"]
    assert [run["id"] for run in runs] == ["r-3", "r-2", "r-1"] and runs[0]["reference"] == "fraud loans:v1"
    assert find(server, "", kind="artifacts")["items"] == []
    assert find(server, "", kind="evaluations")["items"] == []


def test_sorted_up_and_down(server):
    found = find(server, "", kind="versions", sort="-metric.auc")["items"]
    assert [version["metrics"]["auc"] for version in found] == [0.95, 0.92, 0.7, 0.6]
    assert [model["name"] for model in find(server, "", sort="name")["items"]] == ["churn", "fraud loans", "fraud-cards"]


def test_pages_go_on_while_others_write_and_cursors_belong_to_their_search(server):
    seen, page = [], find(server, "registry:models", kind="versions", sort="created", limit=1)
    while True:
        seen += [version["reference"] for version in page["items"]]
        if "next" not in page:
            break
        server.patch("/v1/models/churn/versions/1/tags", {"page": str(len(seen))})
        cursor = page["next"]
        page = find(server, "registry:models", kind="versions", sort="created", limit=1, cursor=cursor)
    assert seen == ["churn:v1", "churn:v2", "fraud-cards:v1", "fraud loans:v1"]
    for other in ({"q": "registry:models -archived", "kind": "versions", "sort": "created"}, {"q": "registry:models", "kind": "models", "sort": "created"},
                  {"q": "registry:models", "kind": "versions"}):
        status, problem = refused(server, cursor=cursor, **other)
        assert (status, problem["field"]) == (422, "cursor")


@pytest.mark.parametrize("q, position, length", [
    ("name:fraud* tier=1 metric.auc>high", 12, 4), ("metric.auc>high", 11, 4), ("created>soon", 8, 4), ('name:"fraud', 5, 6), ("fr*ud", 0, 5),
    ("a OR b", 2, 2), ("tag:", 0, 4), ("ü tier:1", 3, 4), ("- a", 0, 1), ("archived:yes", 0, 12)])
def test_a_mistake_is_refused_with_its_place(server, q, position, length):
    status, problem = refused(server, q)
    assert (status, problem["code"], problem["field"]) == (422, "invalid-value", "q")
    assert (problem["position"], problem["length"]) == (position, length), problem["detail"]


def test_a_field_that_the_kind_does_not_have_is_refused_with_its_place(server):
    status, problem = refused(server, "name:x status:ready", kind="artifacts")
    assert (status, problem["field"], problem["position"], problem["length"]) == (422, "q", 7, 12)


def test_what_is_too_much_is_refused(server):
    assert refused(server, "a " * 33)[0] == 422 and refused(server, "a " * 33)[1]["code"] == "too-many"
    assert refused(server, "a" * 4097)[0] == 413
    for parameters, field in (({"kind": "people"}, "kind"), ({"sort": "colour"}, "sort"), ({"kind": "artifacts", "sort": "changed"}, "sort"),
                              ({"limit": 0}, "limit"), ({"cursor": "abc"}, "cursor"), ({"as_of": "then"}, "as_of"), ({"colour": "red"}, "colour")):
        status, problem = refused(server, **parameters)
        assert (status, problem["field"]) == (422, field)


def test_the_past_is_searched_by_name_alias_and_tags(herald):
    server = herald.start()
    server.post("/v1/models", {"name": "churn"})
    server.post("/v1/models/churn/versions", {})
    server.post("/v1/models/churn/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 1})
    server.patch("/v1/models/churn/tags", {"tier": "1"})
    server.patch("/v1/models/churn/versions/2/tags", {"good": "yes"})
    then = server.get("/v1")["sequence"]
    server.put("/v1/models/churn/aliases/production", {"version": 2})
    server.patch("/v1/models/churn/tags", {"tier": "2"})
    server.patch("/v1/models/churn/versions/2/tags", {"good": None})
    for q, kind, before, now in (("name:churn", "models", ["churn"], ["churn"]), ("alias:production", "versions", ["churn:v1"], ["churn:v2"]),
                                 ("tag:tier=1", "models", ["churn"], []), ("tag:tier=2", "models", [], ["churn"]),
                                 ("tag:good=yes", "versions", ["churn:v2"], [])):
        assert names(server, q, kind=kind, as_of=then) == before, q
        assert names(server, q, kind=kind) == now, q
    assert names(server, as_of=1) == []
    moment = next(event["time"] for event in server.every_event() if int(event["sequence"]) == then)
    page = find(server, "alias:production", kind="versions", as_of=moment)
    assert page["items"][0] == server.get(f"/v1/models/churn/versions/{page['items'][0]['version']}?as_of={moment}")


# ---- the command line ----


def test_the_command_shows_what_is_found(server):
    sequence = server.get("/v1")["sequence"]
    assert server.cli("search", "name:fraud* tag:tier=1", "-o", "id").stdout.split() == ["fraud-cards"]
    shown = server.cli("search", "metric.auc>0.5", "--kind", "versions", "--sort=-metric.auc", "--min-sequence", sequence)
    assert re.findall(r"\S+:v\d", shown.stdout) == ["churn:v2", "fraud-cards:v1", "churn:v1", "loans:v1"]
    found = json.loads(server.cli("search", "model:churn", "--kind", "versions", "--all", "-o", "json").stdout)
    assert {version["reference"] for version in found} == {"churn:v1", "churn:v2"}
    assert "churn" not in server.cli("search", "--as-of", "1").stdout
    assert "churn" in server.cli("search", " -archived churn").stdout


def test_the_command_points_at_the_mistake(server):
    mistake = server.cli("search", "fräud tier=1 metric.auc>high")
    assert mistake.returncode == 2 and not mistake.stdout
    first, sentence, marks, advice = mistake.stderr.rstrip("\n").split("\n")
    assert first.startswith("herald: ") and first.endswith("(q)") and 'no field "tier"' in first
    assert sentence == "  fräud tier=1 metric.auc>high" and marks == "        ^^^^" and advice.startswith("try: ")


def examples():
    return re.findall(r"^    herald search (.*)$", PAGE, re.M)


@pytest.mark.parametrize("example", examples())
def test_the_examples_of_the_page_are_understood(server, example):
    answer = server.cli("search", *shlex.split(example, comments=True))
    assert answer.returncode == 0, answer.stderr


def test_every_field_of_the_page_is_one_of_the_kind(server):
    rows = re.findall(r"^\| `(models|versions|artifacts|evaluations)` \| (.*) \|$", PAGE, re.M)
    assert len(rows) == 4
    values = {"metric": "metric.auc>0", "meta": "meta.a:b", "created": "created>2020-01-01", "changed": "changed>2020-01-01", "archived": "archived"}
    for kind, text in rows:
        for field in re.findall(r"`(\w+)`", text):
            find(server, values.get(field, f"{field}:x"), kind=kind)
