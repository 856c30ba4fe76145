"""What schemathesis makes of /openapi.json, sent to all routes by each role: no 5xx, and every answer is one that is described."""

import os

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

EXAMPLES = int(os.environ.get("HERALD_ROUNDS", 2))   # requests for each route and role
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ["admin", "member", "viewer", "restricted_viewer", "none"]
THERE = {"registry": "models", "model": "churn", "version": "1", "alias": "production", "stage": "production"}


class Asking:
    """A server with a model, and a token of each role."""

    def __init__(self, server):
        self.server = server
        self.tokens = {}
        code = server.claim_link().split("#")[1]
        self.tokens["admin"] = self.sends("POST", "/v1/claim", {"code": code, "name": "root"}, token=None)["token"]
        self.sends("POST", "/v1/models", {"name": "churn"})
        for n in range(3):
            self.sends("POST", "/v1/models", {"name": f"other-{n}"})
            self.sends("POST", "/v1/models/churn/versions", {"metrics": {"auc": 0.5 + n / 10}})
        self.sends("PUT", "/v1/models/churn/aliases/production", {"version": 1})

    def headers(self, token):
        return {"Authorization": f"Bearer {token}"} if token else {}

    def sends(self, method, path, body=None, token="admin"):
        answer = self.server.request(method, path, body, headers=self.headers(self.tokens.get(token)))
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def token_of(self, role):
        if role == "none":
            return None
        if role not in self.tokens:
            name = role.replace("_", "-")
            self.sends("POST", "/v1/principals", {"name": name, "kind": "user"})
            self.sends("PUT", f"/v1/roles/{name}", {"role": role})
            self.tokens[role] = self.sends("POST", "/v1/tokens", {"principal": name})["token"]
        return self.tokens[role]


@pytest.fixture(scope="module")
def asking(herald_of_the_module):
    return Asking(herald_of_the_module.start())


@pytest.fixture(scope="module")
def description(asking):
    """With what there is as one of the values of each path parameter, so that not all is refused as not found."""
    found = asking.server.get("/openapi.json")
    for operations in found["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in THERE:
                    parameter["schema"] = {"enum": [THERE[parameter["name"]], "no-such-thing"]}
    return found


def ends(operation):
    return "text/event-stream" not in operation.definition.raw["responses"]["200"]["content"]


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_to_each_role_is_as_described(asking, description, role):
    headers = asking.headers(asking.token_of(role))
    operations = [result.ok() for result in schemathesis.openapi.from_dict(description).get_all_operations()]
    assert len(operations) > 80
    wrong = {}
    for operation in filter(ends, operations):
        @hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
                             phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck))
        @hypothesis.given(case=operation.as_strategy())
        def holds(case):
            case.call_and_validate(base_url=asking.server.url, headers=headers, checks=CHECKS)

        try:
            holds()
        except BaseException as error:  # a group of failures is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            said = [str(part) for part in getattr(error, "exceptions", [error])]
            wrong[operation.label] = "\n".join(said)[:1500]
    assert not wrong, "\n\n".join(f"{label}: {why}" for label, why in wrong.items())
