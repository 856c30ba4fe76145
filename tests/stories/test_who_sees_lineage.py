"""Lineage on a locked server: a team works in a restricted registry beside others, and nobody else learns of it, by reading or
by guessing; what is shared joins up for who sees both sides."""

import hashlib

import pytest

OCTETS = {"Content-Type": "application/octet-stream"}


class Caller:
    def __init__(self, server, token):
        self.server, self.token = server, token

    def ask(self, method, path, body=None, **headers):
        return self.server.request(method, path, body, headers={"Authorization": f"Bearer {self.token}", **headers})

    def does(self, method, path, body=None, **headers):
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text else None

    def get(self, path):
        return self.does("GET", path)

    def records(self, upstream, relation, downstream):
        return self.ask("POST", "/v1/lineage", {"upstream": upstream, "relation": relation, "downstream": downstream})

    def makes_artifact(self, name):
        content = name.encode()
        digest = hashlib.sha256(content).hexdigest()
        self.does("PUT", f"/v1/blobs/{digest}", content, **OCTETS)
        return self.does("POST", "/v1/artifacts", {"name": name, "kind": "model", "files": [
            {"path": "w.bin", "bytes": len(content), "digest": f"sha256:{digest}"}]})["id"]


@pytest.fixture
def people(herald):
    """root; mes, a member of the restricted registry `secret`; mia, a member of `models`; out, with no role."""
    server = herald.start()
    code = server.claim_link().split("#")[1]
    root = Caller(server, server.post("/v1/claim", {"code": code, "name": "root"})["token"])
    root.does("POST", "/v1/registries", {"name": "secret", "visibility": "restricted"})
    root.does("POST", "/v1/registries/secret/models", {"name": "alpha"})
    root.does("POST", "/v1/models", {"name": "base"})
    root.does("POST", "/v1/models/base/versions", {})
    people = {"root": root}
    for name, place in (("mes", "/v1/registries/secret"), ("mia", "/v1/registries/models"), ("out", None)):
        root.does("POST", "/v1/principals", {"name": name})
        if place:
            root.does("PUT", f"{place}/roles/{name}", {"role": "member"})
        people[name] = Caller(server, root.does("POST", "/v1/tokens", {"principal": name})["token"])
    return people


@pytest.fixture
def secret_work(people):
    """data set -> run -> secret/alpha:v1 (with weights), which stands on base:v1 and is deployed."""
    mes = people["mes"]
    weights, notes = mes.makes_artifact("secret-weights"), mes.makes_artifact("secret-notes")
    mes.does("POST", "/v1/registries/secret/models/alpha/versions", {"run": {"id": "secret-run"}, "artifacts": [weights]})
    for edge in (({"dataset": "acquire-acme"}, "used", {"run": "secret-run"}),
                 ({"artifact": notes}, "used", {"run": "secret-run"}),
                 ({"version": "base:v1"}, "derived_from", {"version": "secret/alpha:v1"}),
                 ({"version": "secret/alpha:v1"}, "deployed_as", {"deployment": "eu/secret"})):
        assert mes.records(*edge).status_code == 201, edge
    return {"weights": weights, "notes": notes}


STARTS = ("run=secret-run", "dataset=acquire-acme", "deployment=eu/secret", "version=base:v1")


@pytest.mark.parametrize("who", ["out", "mia"])
def test_others_learn_nothing_of_it_by_walks_events_or_guesses(people, secret_work, who):
    other = people[who]
    for start in STARTS:
        for path in ("/v1/lineage?", "/v1/lineage/impact?"):
            seen = other.get(path + start)
            assert not seen.get("nodes") and not seen.get("edges") and not seen.get("items"), (path, start, seen)
            assert seen["truncated"] is False and "hidden" not in seen
    assert other.ask("GET", "/v1/runs/secret-run").status_code == 404
    assert other.get("/v1/runs?name=secret")["items"] == []
    for artifact in secret_work.values():
        for path in (f"/v1/artifacts/{artifact}", f"/v1/artifacts/{artifact}/versions", f"/v1/lineage?artifact={artifact}"):
            assert other.ask("GET", path).status_code == 404, path
    events = other.ask("GET", "/v1/events?limit=1000").text
    for word in ("secret", "acme", *secret_work.values()):
        assert word not in events, word


def test_a_guessed_name_is_answered_as_one_that_nobody_took(people, secret_work):
    out = people["out"]
    for kind, name in (("run", "secret-run"), ("dataset", "acquire-acme"), ("deployment", "eu/secret")):
        hidden, nowhere = (out.ask("GET", f"/v1/lineage?{kind}={word}") for word in (name, "nowhere"))
        assert hidden.status_code == nowhere.status_code == 200
        assert hidden.text.replace(name, "nowhere") == nowhere.text


def test_nobody_joins_a_run_or_a_deployment_that_is_hidden_from_them(people, secret_work):
    mia = people["mia"]
    for edge in (({"version": "base:v1"}, "used", {"run": "secret-run"}),
                 ({"run": "secret-run"}, "produced", {"version": "base:v1"}),
                 ({"version": "base:v1"}, "deployed_as", {"deployment": "eu/secret"})):
        assert mia.records(*edge).status_code == 403, edge
    assert mia.ask("POST", "/v1/models/base/versions", {"run": {"id": "secret-run"}}).status_code == 403
    assert mia.ask("PATCH", "/v1/models/base/versions/1", {"run": {"id": "secret-run"}}).status_code == 403
    assert mia.ask("POST", "/v1/models/base/versions/1/evaluations", {"run": "secret-run", "metrics": {"auc": 1}}).status_code == 403
    assert mia.records({"artifact": secret_work["notes"]}, "trained_on", {"version": "base:v1"}).status_code == 404


def test_the_name_of_a_data_set_is_free_and_joins_up_for_who_sees_both_sides(people, secret_work):
    mia, mes = people["mia"], people["mes"]
    assert mia.records({"dataset": "acquire-acme"}, "trained_on", {"version": "base:v1"}).status_code == 201
    assert [node["name"] for node in mia.get("/v1/lineage?dataset=acquire-acme")["nodes"]] == ["base:v1"]
    assert {node["name"] for node in mes.get("/v1/lineage?dataset=acquire-acme")["nodes"]} == \
        {"base:v1", "secret-run", "secret/alpha:v1", "eu/secret"}


def test_the_team_sees_all_of_it(people, secret_work):
    mes = people["mes"]
    run = mes.get("/v1/runs/secret-run")
    assert {used["node"]["name"] for used in run["used"]} == {"secret-notes", "acquire-acme"}
    assert [item["name"] for item in mes.get("/v1/lineage/impact?version=base:v1")["items"]] == ["secret/alpha:v1", "eu/secret"]


def test_a_deleted_version_says_so(people, secret_work):
    mes = people["mes"]
    mes.does("DELETE", "/v1/registries/secret/models/alpha/versions/1")
    node = next(n for n in mes.get("/v1/lineage?version=base:v1")["nodes"] if n["kind"] == "version")
    assert (node["name"], node["deleted"]) == ("secret/alpha:v1", True)
    assert [item["kind"] for item in mes.get("/v1/lineage/impact?version=base:v1")["items"]] == ["deployment"]


def test_a_model_is_renamed_by_who_sees_which_names_are_taken(people):
    root = people["root"]
    root.does("POST", "/v1/registries/secret/models", {"name": "hidden-one"})
    root.does("POST", "/v1/principals", {"name": "one"})
    root.does("PUT", "/v1/registries/secret/models/alpha/roles/one", {"role": "member"})
    one = Caller(root.server, root.does("POST", "/v1/tokens", {"principal": "one"})["token"])
    answers = [one.ask("POST", "/v1/registries/secret/models/alpha/rename", {"to": name}) for name in ("hidden-one", "free")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
