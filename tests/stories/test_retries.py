"""Every route that records, asked again under its Idempotency-Key when all else has moved on: the first answer comes back."""

import hashlib

import pytest

SHOWN_ONCE = {"token"}          # what nobody keeps


class Told:
    """What was asked under a key, and what came of it."""

    def __init__(self, server):
        self.server = server
        self.asked = []
        code = server.claim_link().split("#")[1]
        self.token = None
        self.token = self.says("POST", "/v1/claim", {"code": code, "name": "root"})["token"]

    def request(self, key, method, path, body):
        headers = {"Idempotency-Key": key}
        if path != "/v1/claim":
            headers["Authorization"] = f"Bearer {self.token}"
        return self.server.request(method, path, body, headers=headers)

    def says(self, method, path, body=None):
        key = f"key-{len(self.asked)}"
        answer = self.request(key, method, path, body)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        self.asked.append((key, method, path, body, answer))
        return answer.json()

    def says_once(self, method, path, body=None):
        """Under no key: an erasure takes away what its answer showed."""
        answer = self.server.request(method, path, body, headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def uploads(self, content):
        digest = hashlib.sha256(content).hexdigest()
        answer = self.server.request("PUT", f"/v1/blobs/{digest}", content,
                                     headers={"Content-Type": "application/octet-stream", "Authorization": f"Bearer {self.token}"})
        assert answer.status_code < 300
        return {"path": "w.bin", "bytes": len(content), "digest": f"sha256:{digest}"}


@pytest.fixture(scope="module")
def told(herald_of_the_module):
    t = Told(herald_of_the_module.start("--allow-target", "127.0.0.0/8"))
    # people
    ann = t.says("POST", "/v1/principals", {"name": "ann"})["id"]
    t.says("PATCH", "/v1/principals/ann", {"full_name": "Ann of Rooms"})
    t.says("POST", "/v1/principals", {"name": "team", "kind": "team"})
    t.says("PUT", "/v1/principals/team/members/ann")
    t.says("DELETE", "/v1/principals/team/members/ann")
    t.says("POST", "/v1/principals/ann/disable", {"reason": "away"})
    t.says("POST", "/v1/principals/ann/enable")
    token = t.says("POST", "/v1/tokens", {"principal": "ann"})["id"]
    t.says("DELETE", f"/v1/tokens/{token}")
    t.says_once("POST", "/v1/principals", {"name": "gone"})
    t.says("POST", "/v1/erasures", {"principal": "gone", "reason": "asked for it"})
    # registries
    t.says("POST", "/v1/registries", {"name": "team", "stages": {"stages": ["staging", "production"], "transitions": []}})
    t.says("PATCH", "/v1/registries/team", {"description": "what the team has"})
    t.says("PUT", "/v1/registries/team/protected-aliases/gold")
    t.says("DELETE", "/v1/registries/team/protected-aliases/gold")
    for place in ["", "/registries/team", "/registries/team/models/churn"]:
        if place.endswith("churn"):
            t.says("POST", "/v1/registries/team/models", {"name": "churn"})
        t.says("PUT", f"/v1{place}/roles/ann", {"role": "viewer"})
        t.says("DELETE", f"/v1{place}/roles/ann")
    t.says("POST", "/v1/registries/team/archive", {"reason": "over"})
    t.says("POST", "/v1/registries/team/restore")
    # models and versions
    t.says("POST", "/v1/models", {"name": "churn", "description": "leaving"})
    t.says("PATCH", "/v1/models/churn", {"description": "who leaves"})
    t.says("PATCH", "/v1/models/churn/tags", {"tier": "1"})
    t.says("PUT", "/v1/models/churn/card", {"text": "# Churn\n"})
    t.says("DELETE", "/v1/models/churn/card")
    t.says("PUT", "/v1/models/churn/owner", {"owner": ann})
    comment = t.says("POST", "/v1/models/churn/comments", {"text": "good"})["id"]
    t.says("PATCH", f"/v1/models/churn/comments/{comment}", {"text": "better"})
    t.says("DELETE", f"/v1/models/churn/comments/{comment}")
    t.says_once("POST", "/v1/models/churn/comments", {"text": "call me"})
    told = t.server.get("/v1/events?type=comment.added&limit=1000", headers={"Authorization": f"Bearer {t.token}"})["items"]
    t.says("POST", "/v1/erasures", {"texts": [max(told, key=lambda event: event["sequence"])["data"]["text"]["digest"]]})
    t.says("PUT", "/v1/models/churn/roles/ann", {"role": "member"})
    t.says("DELETE", "/v1/models/churn/roles/ann")
    t.says("POST", "/v1/models/churn/archive")
    t.says("POST", "/v1/models/churn/restore")
    v = "/v1/models/churn/versions"
    for n in range(3):
        t.says("POST", v, {"metrics": {"auc": n / 10}})
    t.says("PATCH", f"{v}/1", {"description": "first"})
    t.says("PATCH", f"{v}/1/tags", {"a": "b"})
    t.says("PUT", f"{v}/1/card", {"text": "# One\n"})
    t.says("DELETE", f"{v}/1/card")
    t.says("POST", f"{v}/1/comments", {"text": "well"})
    t.says("PATCH", "/v1/registries/models", {"stages": {"stages": ["staging"], "transitions": [{"to": "staging"}]}})
    t.says("POST", f"{v}/1/transition", {"stage": "staging"})
    t.says("POST", f"{v}/1/usage", {"consumer": "shop", "count": 3})
    t.says("POST", f"{v}/1/evaluations", {"name": "nightly", "metrics": {"auc": 0.5}})
    artifact = t.says("POST", "/v1/artifacts", {"name": "w", "kind": "model", "files": [t.uploads(b"weights")]})["id"]
    t.says("PUT", f"{v}/1/artifacts/{artifact}")
    t.says("DELETE", f"{v}/1/artifacts/{artifact}")
    t.says("DELETE", f"/v1/artifacts/{artifact}")
    t.says("POST", "/v1/lineage", {"upstream": {"dataset": "customers"}, "relation": "trained_on", "downstream": {"version": "churn:v1"}})
    t.says("PUT", "/v1/models/churn/aliases/production", {"version": 1})
    t.says("PUT", "/v1/models/churn/aliases/production", {"version": 2})
    t.says("PUT", "/v1/models/churn/aliases/challenger", {"version": 3})
    t.says("POST", "/v1/models/churn/aliases:swap", {"first": "production", "second": "challenger"})
    t.says("POST", "/v1/models/churn/aliases/production/rollback")
    t.says("POST", "/v1/models/churn/aliases:move", {"moves": [{"alias": "shadow", "to": 1}]})
    t.says("DELETE", "/v1/models/churn/aliases/shadow")
    t.says("POST", "/v1/versions:change", {"versions": ["churn:v1", "churn:v2"], "tags": {"x": "y"}})
    t.says("POST", "/v1/versions:register", {"versions": [{"model": "churn"}, {"model": "uplift", "create_model": True}, {"model": "churn"}]})
    t.says("POST", "/v1/models:change", {"models": ["churn", "uplift"], "tags": {"z": "1"}})
    t.says("DELETE", f"{v}/1")
    t.says("POST", f"{v}/1/restore")
    # automations
    t.says("PUT", "/v1/secrets/hook", {"value": "s3cret-s3cret-s3cret"})
    automation = {"name": "tell", "on": ["alias.assigned"], "actions": [{"kind": "webhook", "url": "http://127.0.0.1:9/x"}]}
    t.says("POST", "/v1/automations", automation)
    t.says("PUT", "/v1/automations/tell", automation | {"max_per_minute": 7})
    t.says("POST", "/v1/automations/tell/disable")
    t.says("POST", "/v1/automations/tell/enable")
    t.says("POST", "/v1/automations/tell/test", {})
    t.says("DELETE", "/v1/automations/tell")
    t.says("DELETE", "/v1/secrets/hook")
    # the end of things
    t.says("POST", "/v1/models/churn/rename", {"to": "leavers"})
    t.says("POST", "/v1/models", {"name": "churn"})
    t.says("DELETE", "/v1/models/churn")
    return t


def shown(answer):
    return {name: value for name, value in answer.items() if name not in SHOWN_ONCE}


def test_a_retry_gets_the_first_answer_wherever_things_are_now(told):
    wrong = []
    for key, method, path, body, first in told.asked:
        again = told.request(key, method, path, body)
        if (again.status_code, shown(again.json())) != (first.status_code, shown(first.json())):
            wrong.append(f"{method} {path}: first {first.status_code} {first.text}\nthen {again.status_code} {again.text}")
        assert again.headers.get("Herald-Idempotent-Replay") == "true", f"{method} {path}"
    assert not wrong, "\n".join(wrong)


def recorded(told):
    """Who did what; what deliveries came to is not of the requests."""
    events = told.server.get("/v1/events?limit=1000", headers={"Authorization": f"Bearer {told.token}"})["items"]
    return [event["id"] for event in events if event["actorkind"] not in ("system", "automation")]


def test_retries_record_nothing(told):
    before = recorded(told)
    for key, method, path, body, _ in told.asked:
        told.request(key, method, path, body)
    assert recorded(told) == before


def test_another_request_under_the_key_is_refused_and_changes_nothing(told):
    before = recorded(told)
    for key, method, path, body, _ in told.asked:
        if path == "/v1/claim":  # by nobody: a key of another caller's
            continue
        other = told.request(key, "POST", "/v1/models", {"name": f"by-{key}"})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch"), f"{key} of {method} {path}: {other.text}"
    assert recorded(told) == before


# What other tests retry: a delivery has to fail first.
ELSEWHERE = {("post", "/v1/deliveries/{delivery}/replay")}


def test_every_route_that_records_was_asked(told):
    document = told.server.get("/openapi.json")
    patterns = {(method, path) for path, operations in document["paths"].items() for method, operation in operations.items()
                if any(p.get("name") == "Idempotency-Key" for p in operation.get("parameters", []))}
    asked = set()
    for _, method, path, _, _ in told.asked:
        parts = path.split("/")
        matches = [p for m, p in patterns if m == method.lower() and len(p.split("/")) == len(parts)
                   and all(want.startswith("{") or want == got or ("{" in want and want.split("}")[1] and got.endswith(want.split("}")[1]))
                           for want, got in zip(p.split("/"), parts))]
        # the most exact: the fewest names in braces
        asked.add((method.lower(), min(matches, key=lambda p: p.count("{"))))
    in_registries = {(m, p) for m, p in patterns if p.startswith("/v1/registries/{registry}/models/{model}")}
    assert patterns - asked - ELSEWHERE - in_registries == set()
