"""What is kept of models and versions, one fact a test: over HTTP, from the request to what is shown, remembered and recorded."""

import hashlib
import re
from urllib.parse import quote

import pytest

from tests.support.server import REPO

CONCEPTS = (REPO / "docs" / "concepts.md").read_text()


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    return herald_of_the_module.start()


def given(server, name, versions=1, **facts):
    server.post("/v1/models", {"name": name, **facts})
    for _ in range(versions):
        server.post(f"/v1/models/{quote(name)}/versions", {})


def now(server):
    return server.get("/v1")["sequence"]


def refused(server, method, path, body=None):
    """Status, code and field of a refusal, which has recorded nothing."""
    before = now(server)
    answer = server.request(method, path, body)
    assert answer.status_code >= 400 and now(server) == before, answer.text
    return answer.status_code, answer.json()["code"], answer.json().get("field")


def upload(server, content):
    digest = hashlib.sha256(content).hexdigest()
    assert server.request("PUT", f"/v1/blobs/{digest}", content, headers={"Content-Type": "application/octet-stream"}).status_code < 300
    return f"sha256:{digest}"


# ---- the life of a model ----


def test_a_model_is_renamed_and_its_past_is_under_the_old_name(server):
    given(server, "before")
    identity, moment = server.get("/v1/models/before")["id"], now(server)
    assert server.post("/v1/models/before/rename", {"to": "behind"})["id"] == identity
    assert server.get("/v1/models/behind/versions/1")["reference"] == "behind:v1"
    assert server.request("GET", "/v1/models/before").status_code == 404
    assert server.get(f"/v1/models/before?as_of={moment}")["id"] == identity
    renamed = next(server.every_event(f"type=model.renamed&after={moment}"))["data"]
    assert {"before", "behind"} <= set(map(str, renamed.values()))


def test_a_model_is_archived_with_a_reason_and_restored_with_one(server):
    given(server, "shelf")
    server.post("/v1/models/shelf/archive", {"reason": "no longer sold"})
    assert "archived" in server.get("/v1/models/shelf")
    assert refused(server, "PATCH", "/v1/models/shelf/tags", {"a": "b"})[:2] == (409, "not-allowed-now")
    server.post("/v1/models/shelf/restore", {"reason": "sold again"})
    assert "archived" not in server.get("/v1/models/shelf")
    server.patch("/v1/models/shelf/tags", {"a": "b"})
    told = [event["data"].get("reason") for event in server.every_event("model=shelf") if re.search("archived|restored", event["type"])]
    assert told == ["no longer sold", "sold again"]


def test_a_deleted_model_is_a_tombstone_and_its_history_stays(server):
    given(server, "grave", versions=2)
    identity, moment = server.get("/v1/models/grave")["id"], now(server)
    server.delete("/v1/models/grave?reason=a+mistake")
    assert server.request("GET", "/v1/models/grave").status_code == 404
    assert [model["name"] for model in server.get("/v1/models?state=deleted&limit=1000")["items"] if model["id"] == identity] == ["grave"]
    assert server.get(f"/v1/models/grave/versions/2?as_of={moment}")["version"] == 2
    subject = next(event["subject"] for event in server.every_event(f"type=model.deleted&after={moment}"))
    types = [event["type"].split(".", 1)[1] for event in server.every_event(f"subject={subject}")]
    assert types[0] == "model.registered.v1" and types[-1] == "model.deleted.v1"


def test_the_number_of_a_deleted_version_is_never_given_again_and_its_history_stays(server):
    given(server, "counted", versions=2)
    moment = now(server)
    server.delete("/v1/models/counted/versions/2?reason=leaks+the+target")
    assert server.request("GET", "/v1/models/counted/versions/2").status_code == 404
    assert server.post("/v1/models/counted/versions", {})["version"] == 3
    assert server.get(f"/v1/models/counted/versions/2?as_of={moment}")["version"] == 2
    deleted = next(server.every_event(f"type=version.deleted&after={moment}"))
    assert (deleted["data"]["version"], deleted["data"]["reason"]) == (2, "leaks the target")
    assert server.post("/v1/models/counted/versions/2/restore")["version"] == 2


def test_a_model_has_an_owner_until_it_has_another_or_none(server):
    given(server, "owned")
    ann, bob = (server.post("/v1/principals", {"name": name})["id"] for name in ("ann", "bob"))
    assert server.put("/v1/models/owned/owner", {"owner": ann})["owner"] == ann
    moment = now(server)
    assert server.put("/v1/models/owned/owner", {"owner": bob})["owner"] == bob
    assert server.get(f"/v1/models/owned?as_of={moment}")["owner"] == ann
    assert "owner" not in server.put("/v1/models/owned/owner", {"owner": None})
    assert refused(server, "PUT", "/v1/models/owned/owner", {"owner": "01890000-0000-7000-8000-000000000000"}) == (404, "not-found", "owner")


# ---- what is said of models and versions ----


def test_models_and_versions_have_tags_that_are_set_and_removed_one_by_one(server):
    given(server, "tagged", tags={"team": "risk", "tier": "1"})
    assert server.patch("/v1/models/tagged/tags", {"tier": "2", "team": None, "new": "x"})["tags"] == {"tier": "2", "new": "x"}
    assert server.patch("/v1/models/tagged/versions/1/tags", {"checked": "yes", "by": "ann"})["tags"] == {"checked": "yes", "by": "ann"}
    assert server.patch("/v1/models/tagged/versions/1/tags", {"by": None})["tags"] == {"checked": "yes"}
    assert server.get("/v1/models/tagged")["tags"] == {"tier": "2", "new": "x"}


def test_models_and_versions_have_descriptions_that_are_not_in_the_events(server):
    given(server, "described", versions=0, description="who leaves next month")
    server.post("/v1/models/described/versions", {"description": "with the March data"})
    assert server.get("/v1/models/described")["description"] == "who leaves next month"
    assert server.get("/v1/models/described/versions/1")["description"] == "with the March data"
    assert server.patch("/v1/models/described", {"description": "who leaves"})["description"] == "who leaves"
    assert server.patch("/v1/models/described/versions/1", {"description": "with the April data"})["description"] == "with the April data"
    assert "description" not in server.patch("/v1/models/described", {"description": None})
    recorded = server.request("GET", "/v1/events/export").text
    assert "with the March data" not in recorded and "who leaves next month" not in recorded


def test_metadata_are_any_json_and_their_history_is_kept(server):
    given(server, "free", versions=0)
    first = {"rows": 12, "ratio": 0.1, "ok": True, "none": None, "deep": {"list": [1, "zwei", {"drei": []}]}, "ключ": "значение"}
    assert server.post("/v1/models/free/versions", {"metadata": first})["metadata"] == first
    moment = now(server)
    server.patch("/v1/models/free/versions/1", {"metadata": {"rows": 13}})
    assert server.get("/v1/models/free/versions/1")["metadata"] == {"rows": 13}
    assert server.get(f"/v1/models/free/versions/1?as_of={moment}")["metadata"] == first
    change = server.get(f"/v1/models/free/versions/1/history?min_sequence={now(server)}")["items"][0]["data"]
    assert (change["from"]["metadata"], change["to"]["metadata"]) == (first, {"rows": 13})


@pytest.mark.parametrize("fact, value", [
    ("commit", "e83c5163316f89bfbde7d9ab23ca2e25604af290"), ("environment", "a lock file"), ("parameters", {"depth": 6, "eta": [0.1, {"min": None}]}),
    ("framework", "scikit-learn 1.7.2"), ("url", "https://ci.example.com/8f3a")])
def test_a_run_says(server, fact, value):
    if not any(model["name"] == "ran" for model in server.get("/v1/models?limit=1000")["items"]):
        given(server, "ran", versions=0)
    if fact == "environment":
        value = upload(server, b"scikit-learn==1.7.2\n")
    version = server.post("/v1/models/ran/versions", {"run": {"id": f"run-{fact}", fact: value}})["version"]
    assert server.get(f"/v1/models/ran/versions/{version}")["run"] == {"id": f"run-{fact}", fact: value}
    assert server.get(f"/v1/runs/run-{fact}")["facts"][fact] == value
    assert refused(server, "POST", "/v1/models/ran/versions", {"run": {"id": "x", fact: 7}})[2] == f"run.{fact}"


def test_the_lock_of_an_environment_comes_back_by_its_digest(server):
    given(server, "locked", versions=0)
    digest = upload(server, b"numpy==2.3\n")
    run = server.post("/v1/models/locked/versions", {"run": {"id": "lock", "environment": digest}})["run"]
    assert server.request("GET", f"/v1/blobs/{run['environment'].removeprefix('sha256:')}").content == b"numpy==2.3\n"


def test_a_version_is_pending_then_ready_or_failed(server):
    given(server, "states", versions=0)
    for end in ("ready", "failed"):
        version = server.post("/v1/models/states/versions", {"status": "pending"})["version"]
        path = f"/v1/models/states/versions/{version}"
        assert server.get(path)["status"] == "pending"
        assert server.request("GET", "/v1/models/states/versions/latest").json().get("version") != version
        assert server.patch(path, {"status": end, "reason": "as it came out"})["status"] == end
    assert server.get("/v1/models/states/versions/latest")["version"] == 1
    assert refused(server, "POST", "/v1/models/states/versions", {"status": "done"})[2] == "status"
    assert refused(server, "PATCH", "/v1/models/states/versions/1", {"status": "pending"})[0] == 409
    assert [event["data"]["reason"] for event in server.every_event("type=version.status-changed&model=states")] == ["as it came out"] * 2


def test_what_is_not_said_of_a_version_is_ready(server):
    given(server, "plain")
    assert server.get("/v1/models/plain/versions/1")["status"] == "ready"


# ---- cards ----


def test_a_section_that_the_policy_asks_for_keeps_a_version_from_an_alias_and_from_a_stage(server):
    server.post("/v1/registries", {"name": "policy", "stages": {"stages": ["live"]},
                                   "card_policy": {"sections": ["Intended use"], "aliases": ["production"], "stages": ["live"]}})
    models = "/v1/registries/policy/models"
    server.post(models, {"name": "churn"})
    server.post(f"{models}/churn/versions", {"card": "# Limits\n\nIntended use: none.\n"})
    assert refused(server, "PUT", f"{models}/churn/aliases/production", {"version": 1})[:2] == (409, "not-allowed-now")
    assert refused(server, "POST", f"{models}/churn/aliases:move", {"moves": [{"alias": "production", "to": 1}]})[0] == 409
    assert refused(server, "POST", f"{models}/churn/versions", {"aliases": ["production"]})[0] == 409
    assert refused(server, "POST", f"{models}/churn/versions/1/transition", {"stage": "live"})[0] == 409
    server.put(f"{models}/churn/aliases/candidate", {"version": 1})
    assert refused(server, "POST", f"{models}/churn/aliases:swap", {"first": "candidate", "second": "production"})[0] in (404, 409)
    server.put(f"{models}/churn/versions/1/card", {"text": "# Limits\n\n## Intended use\n\nto call people\n"})
    assert server.put(f"{models}/churn/aliases/production", {"version": 1})["version"] == 1
    assert server.post(f"{models}/churn/versions/1/transition", {"stage": "live"})["stage"] == "live"


def test_what_the_policy_asked_for_stays_as_long_as_the_version_stands_there(server):
    server.post("/v1/registries", {"name": "kept", "stages": {"stages": ["live"]},
                                   "card_policy": {"sections": ["Limits"], "aliases": ["production"], "stages": ["live"]}})
    models = "/v1/registries/kept/models"
    server.post(models, {"name": "churn", "card": "# Limits\n\nnone known\n"})
    server.post(f"{models}/churn/versions", {"card": "# Limits\n"})
    production, card = f"{models}/churn/aliases/production", f"{models}/churn/versions/1/card"
    assert refused(server, "PUT", production, {"version": 1})[0] == 409, "a heading with nothing behind it"
    server.delete(card)
    server.put(production, {"version": 1})
    assert refused(server, "DELETE", f"{models}/churn/card")[:2] == (409, "not-allowed-now")
    assert refused(server, "PUT", f"{models}/churn/card", {"text": "# Limits\n\n<!-- later -->\n"})[0] == 409
    server.put(card, {"text": "# Limits\n\nin June\n"})
    server.delete(f"{models}/churn/card")
    assert refused(server, "DELETE", card)[0] == 409


def test_a_rollback_is_let_through_a_policy_that_came_later_and_says_so(server):
    server.post("/v1/registries", {"name": "later"})
    models = "/v1/registries/later/models"
    server.post(models, {"name": "churn"})
    for version in (1, 2, 3):
        server.post(f"{models}/churn/versions", {})
        server.put(f"{models}/churn/aliases/production", {"version": version})
    server.patch("/v1/registries/later", {"card_policy": {"sections": ["Limits"], "aliases": ["production"]}})
    server.delete(f"{models}/churn/versions/2")
    back = server.post(f"{models}/churn/aliases/production/rollback", {"reason": "errors doubled"})
    assert (back["version"], back["rollback"]) == (1, {"passed_over": [2], "lacking": ["Limits"]})
    assert list(server.every_event("type=alias.assigned"))[-1]["data"]["rollback"] == back["rollback"]
    assert refused(server, "POST", f"{models}/churn/aliases/production/rollback", {})[:2] == (409, "not-allowed-now")
    server.delete(f"{models}/churn/aliases/production")
    assert server.post(f"{models}/churn/aliases/production/rollback", {"expected": None})["version"] == 1


# ---- many at once ----


@pytest.mark.parametrize("change, shown", [
    ({"tags": {"tier": "1"}}, lambda version: version["tags"] == {"tier": "1"}),
    ({"stage": "dev"}, lambda version: version["stage"] == "dev"),
    ({"alias": "champion"}, lambda version: version["aliases"] == ["champion"])])
def test_many_versions_are_changed_at_once_or_none(server, change, shown):
    registry = f"bulk-{next(iter(change))}"
    server.post("/v1/registries", {"name": registry, "stages": {"stages": ["dev"]}})
    models = f"/v1/registries/{registry}/models"
    for name in ("one", "two"):
        server.post(models, {"name": name})
        server.post(f"{models}/{name}/versions", {})
    references = [f"{registry}/one:v1", f"{registry}/two:v1"]
    assert refused(server, "POST", "/v1/versions:change", {"versions": [references[0], f"{registry}/two:v9"], **change})[2] == "versions[1]"
    before = now(server)
    assert server.post("/v1/versions:change", {"versions": references, **change}) == {"versions": 2, "events": 2}
    assert all(shown(server.get(f"{models}/{name}/versions/1")) for name in ("one", "two"))
    assert len({event["correlationid"] for event in server.every_event(f"after={before}")}) == 1


# ---- names ----


@pytest.mark.parametrize("name", ["churn.v2.final", "churn-eu-west", "my model", "Abwanderung für März", "离职预测", "モデル"])
def test_a_name_with_dots_dashes_spaces_or_any_letters_is_taken_and_found(server, name):
    given(server, name)
    assert server.get(f"/v1/models/{quote(name)}")["name"] == name
    assert server.get(f"/v1/resolve?ref={quote(name)}:v1")["reference"] == f"{name}:v1"
    assert name in [model["name"] for model in server.get(f"/v1/models?name={quote(name)}")["items"]]


def stated(kind):
    """The row of the page about names."""
    return re.search(rf"^\| {kind} \| (.*) \|$", CONCEPTS, re.M).group(1)


def test_the_rule_of_names_is_stated_and_enforced(server):
    rule = stated("model")
    for character in re.findall(r"`([^`])`", rule):
        assert refused(server, "POST", "/v1/models", {"name": f"a{character}b"}) == (422, "invalid-value", "name")
    for character, words in (("\t", "control characters"), ("\u200b", "invisible characters"), ("\u202e", "marks of direction")):
        assert words in rule
        assert refused(server, "POST", "/v1/models", {"name": f"a{character}b"})[2] == "name"
    assert "space at either end" in rule
    assert refused(server, "POST", "/v1/models", {"name": " a"})[2] == refused(server, "POST", "/v1/models", {"name": "a "})[2] == "name"
    longest = int(re.match(r"1 to (\d+) bytes", rule).group(1))
    assert refused(server, "POST", "/v1/models", {"name": "x" * (longest + 1)})[2] == "name"
    server.post("/v1/models", {"name": "x" * longest})


def test_reserved_aliases_are_stated_and_enforced(server):
    given(server, "reserved")
    sentence = re.search(r"\*\*Reserved aliases\.\*\*.*?the others: (.*)", CONCEPTS, re.S).group(1)
    reserved, free = (re.findall(r"`([^`]+)`", part) for part in sentence.replace("`v` followed", "").split("are refused."))
    assert reserved == ["latest", "v3", "3", "0042"] and free == ["v3.1", "v3-rc", "Latest"]
    for name in reserved:
        assert refused(server, "PUT", f"/v1/models/reserved/aliases/{name}", {"version": 1}) == (422, "invalid-value", "alias")
        assert refused(server, "POST", "/v1/models/reserved/versions", {"aliases": [name]})[2] == "aliases[0]"
        assert refused(server, "POST", "/v1/versions:change", {"versions": ["reserved:v1"], "alias": name})[2] == "alias"
    for name in free:
        server.put(f"/v1/models/reserved/aliases/{name}", {"version": 1})
    assert "not `latest`, not `v` and digits, not digits alone" in stated("alias")


# ---- registries ----


@pytest.mark.parametrize("kind", ["model", "dataset"])
def test_a_registry_is_created_described_and_restricted(server, kind):
    name = f"team-{kind}"
    made = server.post("/v1/registries", {"name": name, "kind": kind})
    assert (made["kind"], made["visibility"]) == (kind, "organization")
    assert server.patch(f"/v1/registries/{name}", {"description": "of the team"})["description"] == "of the team"
    assert server.patch(f"/v1/registries/{name}", {"visibility": "restricted"})["visibility"] == "restricted"
    server.post(f"/v1/registries/{name}/models", {"name": "first"})
    assert server.post(f"/v1/registries/{name}/models/first/versions", {})["reference"] == f"{name}/first:v1"
    assert next(r for r in server.get("/v1/registries?limit=1000")["items"] if r["name"] == name)["kind"] == kind


# ---- references ----


def test_a_reference_artifact_is_a_uri_with_a_digest_and_no_bytes(server):
    given(server, "referring")
    digest = "sha256:" + hashlib.sha256(b"elsewhere").hexdigest()
    made = server.post("/v1/artifacts", {"name": "customers", "kind": "dataset", "reference": "s3://data/customers.parquet", "digest": digest})
    assert (made["reference"], made["digest"]) == ("s3://data/customers.parquet", digest)
    server.put(f"/v1/models/referring/versions/1/artifacts/{made['id']}")
    assert [linked["digest"] for linked in server.get("/v1/models/referring/versions/1")["artifacts"]] == [digest]
    assert server.request("GET", f"/v1/blobs/{digest.removeprefix('sha256:')}").status_code == 404
    assert server.request("GET", f"/v1/artifacts/{made['id']}/files").status_code == 404
    assert refused(server, "POST", "/v1/artifacts", {"name": "x", "kind": "dataset", "reference": "s3://x/y"})[2] == "digest"
