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
    ("a OR b", 2, 2), ("tag:", 0, 4), ("ü tier:1", 3, 4), ("- a", 0, 1), ("archived:yes", 0, 12), ("metric.auc!=1", 10, 2), ("tag:tier>1", 0, 10),
    ("metric.auc>1e400", 11, 5), ("metric.auc>NaN", 11, 3), ("created>2026-01-01T00:00:00", 8, 19), ("status:done", 7, 4), ("a AND", 2, 3), ("(a)", 0, 3),
    ("--a", 0, 3), ("churn:v1", 0, 5), ("☃ ☃:1", 4, 3)])
def test_a_mistake_is_refused_with_its_place(server, q, position, length):
    status, problem = refused(server, q)
    assert (status, problem["code"], problem["field"]) == (422, "invalid-value", "q")
    assert (problem["position"], problem["length"]) == (position, length), problem["detail"]


ODD = ['"', '"\\"', 'name:""', 'tag:""=x', 'metric."":1', "*", "-*", "**", "^fraud.*$", "[a-z]+", "\\", "%", "☃", "name:☃*", "a\x01b", "\t \n", "-" * 50, "*" * 50,
       '"' * 51, "(" * 50, ":", "=", "<", "metric.auc>=", "metric.auc>>1", "metric.auc<1e-400", "metric.auc<-1e400", "metric.auc>0x1p3", "meta.x:1e999",
       "created>9999-12-31T23:59:59+14:00", "created<0001-01-01", "created:2026-11-28T25:00:00Z", "-archived -name:* -tag:x -alias:* -stage:*", "AND", "a AND AND b",
       "metric." + "x" * 900 + ">1", "tag:" + "x" * 900 + "=1 tag:tier=1", "meta." + "x" * 900 + ":1 registry:models", "name:" + "é" * 900 + "*", "alias:" + "y" * 900 + " name:a*",
       "a " * 32, "-x " * 40, "é" * 2048, "é" * 2049, "\N{ZERO WIDTH JOINER}", "latest:yes", "latest"]


@pytest.mark.parametrize("q", ODD)
def test_odd_sentences_are_answered_or_refused_with_a_place_within_them(server, q):
    for kind in ("models", "versions", "artifacts", "runs", "evaluations"):
        for more in ({}, {"sort": "-created"}, {"as_of": 5}):
            answer = server.request("GET", "/v1/search?" + "&".join(f"{name}={quote(str(value))}" for name, value in {"q": q, "kind": kind, **more}.items()))
            assert answer.status_code in (200, 413, 422), answer.text
            if answer.status_code != 200:
                problem = answer.json()
                assert problem["field"] == "q" and problem["length"] > 0 and problem["position"] + problem["length"] <= len(q.encode()), problem


def test_what_is_no_text_is_refused(server):
    for q in ("%FF", "a%00b", "%C3", "%ED%A0%80"):
        assert server.request("GET", f"/v1/search?q={q}").status_code == 400


def test_a_cursor_that_was_tampered_with_is_refused(server):
    cursor = find(server, "", kind="versions", limit=1)["next"]
    for place in range(0, len(cursor), 7):
        other = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1:]
        status, problem = refused(server, "", kind="versions", limit=1, cursor=other)
        assert (status, problem["field"]) == (422, "cursor"), place
    assert refused(server, "", kind="versions", limit=1, cursor=cursor[:-4])[0] == 422


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


def test_the_past_is_searched_by_name_alias_stage_and_tags(herald):
    server = herald.start()
    server.patch("/v1/registries/models", {"stages": {"stages": ["dev", "live"]}})
    server.post("/v1/models", {"name": "churn"})
    server.post("/v1/models/churn/versions", {})
    server.post("/v1/models/churn/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 1})
    server.patch("/v1/models/churn/tags", {"tier": "1"})
    server.patch("/v1/models/churn/versions/2/tags", {"good": "yes"})
    server.post("/v1/models/churn/versions/1/transition", {"stage": "dev"})
    then = server.get("/v1")["sequence"]
    server.post("/v1/models/churn/versions/1/transition", {"stage": "live"})
    server.put("/v1/models/churn/aliases/production", {"version": 2})
    server.patch("/v1/models/churn/tags", {"tier": "2"})
    server.patch("/v1/models/churn/versions/2/tags", {"good": None})
    for q, kind, before, now in (("name:churn", "models", ["churn"], ["churn"]), ("alias:production", "versions", ["churn:v1"], ["churn:v2"]),
                                 ("tag:tier=1", "models", ["churn"], []), ("tag:tier=2", "models", [], ["churn"]),
                                 ("tag:good=yes", "versions", ["churn:v2"], []), ("stage:dev", "versions", ["churn:v1"], []),
                                 ("stage:live", "versions", [], ["churn:v1"]), ("stage:dev", "models", ["churn"], []), ("stage:live", "models", [], ["churn"])):
        assert names(server, q, kind=kind, as_of=then) == before, q
        assert names(server, q, kind=kind) == now, q
    server.post("/v1/models/churn/rename", {"to": "leavers"})
    assert names(server, "name:churn", as_of=then) == ["churn"] and names(server, "name:churn") == []
    assert names(server, "name:leavers", as_of=then) == [] and names(server, "name:leavers") == ["leavers"]
    server.delete("/v1/models/leavers")
    assert names(server, "churn", as_of=then) == ["churn"] and names(server) == []
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


@pytest.mark.parametrize("q, marks", [('☃ "open', "    ^^^^^"), ("日本 a:1", "       ^"), ("a\nb tier:1", None)])
def test_the_command_points_within_what_it_shows(server, q, marks):
    mistake = server.cli("search", q)
    assert mistake.returncode == 2
    _, sentence, below, *_ = mistake.stderr.rstrip("\n").split("\n")
    if marks:
        assert (sentence, below) == ("  " + q, marks)


@pytest.mark.parametrize("example", examples())
def test_the_examples_of_the_page_are_understood(server, example):
    answer = server.cli("search", *shlex.split(example, comments=True))
    assert answer.returncode == 0, answer.stderr


def test_every_field_of_the_page_is_one_of_the_kind(server):
    rows = re.findall(r"^\| `(models|versions|artifacts|evaluations)` \| (.*) \|$", PAGE, re.M)
    assert len(rows) == 4
    values = {"status": "status:ready", "owner": "owner:me", "metric": "metric.auc>0", "meta": "meta.a:b", "created": "created>2020-01-01", "changed": "changed>2020-01-01", "archived": "archived"}
    for kind, text in rows:
        for field in re.findall(r"`(\w+)`", text):
            if field == "dataset_version":   # is known, and this one is not there
                refused = server.request("GET", f"/v1/search?kind={kind}&q=dataset_version:nowhere/x")
                assert (refused.status_code, refused.json()["field"]) == (404, "q")
            else:
                find(server, values.get(field, f"{field}:x"), kind=kind)
