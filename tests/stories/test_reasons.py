"""Why something was changed: each change takes a reason, in its body or (DELETE, and tags, whose body is the tags) in the query, and
each event that it makes has it."""

import pytest

REFUSED = {"too long": "x" * 1001, "empty": ""}

# What comes into being says itself what it is.
MADE_ANEW = {("post", path) for path in [
    "/v1/claim", "/v1/principals", "/v1/tokens", "/v1/registries", "/v1/artifacts", "/v1/lineage", "/v1/automations",
    "/v1/automations/{automation}/test", "/v1/versions:register",
    *(models + rest for models in ("/v1/models", "/v1/registries/{registry}/models") for rest in (
        "", "/{model}/comments", "/{model}/versions/{version}/comments", "/{model}/versions/{version}/usage",
        "/{model}/versions/{version}/evaluations"))]}


def members_of_the_body(document, operation):
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema.get("properties", {})


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start("--allow-target", "127.0.0.0/8")
    code = server.claim_link().split("#")[1]
    server.as_root = {"Authorization": "Bearer " + server.post("/v1/claim", {"code": code, "name": "root"})["token"]}
    return server


def test_every_change_takes_a_reason_in_the_one_place_of_its_kind(server):
    document = server.get("/openapi.json")
    wrong = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if not isinstance(operation, dict) or not any(p.get("name") == "Idempotency-Key" for p in operation.get("parameters", [])):
                continue
            by_query = any(p.get("name") == "reason" for p in operation["parameters"])
            by_body = "reason" in members_of_the_body(document, operation)
            in_the_query = method == "delete" or path.endswith("/tags")
            if (method, path) in MADE_ANEW:
                in_place = not by_query
            else:
                in_place = (by_query, by_body) == (in_the_query, not in_the_query)
            if not in_place:
                wrong.append(f"{method} {path}: query {by_query}, body {by_body}")
    assert not wrong, "\n".join(wrong)


class Changes:
    """Makes changes, and notes which events had no reason."""

    def __init__(self, server):
        self.server, self.silent = server, []

    def does(self, method, path, body=None):
        answer = self.server.request(method, path, body, headers=self.server.as_root)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def explains(self, method, path, body=None):
        before = self.server.get("/v1", headers=self.server.as_root)["sequence"]
        if method == "DELETE" or path.endswith("/tags"):
            path += "?reason=why"
        else:
            body = {**(body or {}), "reason": "why"}
        self.does(method, path, body)
        events = self.server.get(f"/v1/events?after={before}", headers=self.server.as_root)["items"]
        events = [event for event in events if event["actorkind"] == "user"]
        reasons = [event["data"].get("reason") for event in events]
        if not reasons or set(reasons) != {"why"}:
            self.silent.append(f"{method} {path}: {[event['type'] for event in events]} {reasons}")


def test_every_event_of_a_change_has_its_reason(server):
    c = Changes(server)
    c.does("POST", "/v1/principals", {"name": "ann"})
    c.does("POST", "/v1/principals", {"name": "ml", "kind": "team"})
    c.explains("PATCH", "/v1/principals/ann", {"full_name": "Ann of Rooms"})
    for method in ("PUT", "DELETE"):
        c.explains(method, "/v1/principals/ml/members/ann")
    c.explains("POST", "/v1/principals/ann/disable")
    c.explains("POST", "/v1/principals/ann/enable")
    token = c.does("POST", "/v1/tokens", {"principal": "ann"}).json()["id"]
    c.explains("DELETE", f"/v1/tokens/{token}")
    c.explains("PATCH", "/v1/registries/models", {"stages": {"stages": ["live"]}})
    for method in ("PUT", "DELETE"):
        c.explains(method, "/v1/registries/models/protected-aliases/gold")
    c.does("POST", "/v1/registries", {"name": "old"})
    c.explains("POST", "/v1/registries/old/archive")
    c.explains("POST", "/v1/registries/old/restore")
    model = "/v1/models/churn"
    c.does("POST", "/v1/models", {"name": "churn"})
    for place in ("/v1", "/v1/registries/models", model):
        c.explains("PUT", f"{place}/roles/ann", {"role": "viewer"})
        c.explains("DELETE", f"{place}/roles/ann")
    c.explains("PATCH", model, {"description": "who leaves"})
    c.explains("PATCH", model + "/tags", {"tier": "1"})
    c.explains("PATCH", model + "/tags", {"tier": None})
    c.explains("PUT", model + "/owner", {"owner": "ann"})
    c.explains("POST", model + "/archive")
    c.explains("POST", model + "/restore")
    comment = c.does("POST", model + "/comments", {"text": "god"}).json()["id"]
    c.explains("PATCH", f"{model}/comments/{comment}", {"text": "good"})
    c.explains("DELETE", f"{model}/comments/{comment}")
    version = model + "/versions/1"
    c.explains("POST", model + "/versions", {"aliases": ["production"], "tags": {"a": "b"}, "status": "pending"})
    c.explains("PATCH", version, {"metrics": {"auc": 0.9}, "status": "ready"})
    c.explains("PATCH", version + "/tags", {"a": "c"})
    for path in (model, version):
        c.explains("PUT", path + "/card", {"text": "# Use\n"})
        c.explains("DELETE", path + "/card")
    artifact = c.does("POST", "/v1/artifacts", {"name": "w", "kind": "model", "reference": "s3://a/w", "bytes": 1,
                                           "digest": "sha256:" + "0" * 64}).json()["id"]
    for method in ("PUT", "DELETE"):
        c.explains(method, f"{version}/artifacts/{artifact}")
    c.explains("DELETE", f"/v1/artifacts/{artifact}")
    c.explains("POST", version + "/transition", {"stage": "live"})
    c.explains("POST", "/v1/versions:change", {"versions": ["churn:v1"], "tags": {"b": "1"}})
    c.explains("POST", "/v1/models:change", {"models": ["churn"], "tags": {"b": "1"}})
    c.explains("POST", "/v1/models:change", {"models": ["churn"], "owner": None})
    c.explains("PUT", model + "/aliases/blue", {"version": 1})
    c.explains("DELETE", model + "/aliases/blue")
    c.explains("POST", model + "/rename", {"to": "leavers"})
    c.explains("PUT", "/v1/secrets/hook", {"value": "s3cret-s3cret-s3cret"})
    c.explains("DELETE", "/v1/secrets/hook")
    automation = {"name": "tell", "on": ["secret.set"], "actions": [{"kind": "webhook", "url": "http://127.0.0.1:9/x"}]}
    c.does("POST", "/v1/automations", automation)
    c.explains("PUT", "/v1/automations/tell", {**automation, "max_per_minute": 7})
    c.explains("POST", "/v1/automations/tell/disable")
    c.explains("POST", "/v1/automations/tell/enable")
    c.explains("DELETE", "/v1/automations/tell")
    c.explains("DELETE", "/v1/models/leavers")
    assert not c.silent, "\n".join(c.silent)


@pytest.mark.parametrize("reason", REFUSED.values(), ids=REFUSED)
def test_a_reason_that_breaks_its_rule_is_refused_with_its_name_and_changes_nothing(server, reason):
    before = server.get("/v1", headers=server.as_root)["sequence"]
    for method, path, body in [("PUT", "/v1/roles/root", {"role": "admin", "reason": reason}),
                               ("PUT", "/v1/registries/models/protected-aliases/gold", {"reason": reason}),
                               ("DELETE", f"/v1/registries/models/protected-aliases/gold?reason={reason}", None),
                               ("DELETE", f"/v1/roles/root?reason={reason}", None)]:
        answer = server.request(method, path, body, headers=server.as_root)
        assert (answer.status_code, answer.json()["field"]) == (422, "reason"), f"{method} {path}: {answer.text}"
    assert server.get("/v1", headers=server.as_root)["sequence"] == before


def test_a_token_is_revoked_without_a_body(server):
    token = server.post("/v1/tokens", {"label": "laptop"}, headers=server.as_root)["id"]
    answer = server.request("DELETE", f"/v1/tokens/{token}", {"reason": "lost"}, headers=server.as_root)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
