"""What /openapi.json says is OpenAPI 3.1, and what the server does."""

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    return herald_of_the_module.start()


@pytest.fixture(scope="module")
def description(server):
    return server.get("/openapi.json")


def test_it_is_openapi(description):
    OpenAPIV31SpecValidator(description).validate()


def test_every_operation_says_what_it_is(description):
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["tags"] and operation["operationId"], f"{method} {path}"
            assert operation["x-herald-permission"] and operation["x-herald-scope"], f"{method} {path}"


def held_against(description, path, body, method="get", status="200"):
    resource = Resource.from_contents(description, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", resource)
    schema = {"$ref": f"urn:api#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}/responses/{status}/content/application~1json/schema"}
    jsonschema.Draft202012Validator(schema, registry=registry).validate(body)


def test_answers_are_as_described(server, description):
    made = server.post("/v1/models", {"name": "described", "description": "a model", "tags": {"a": "b"}})
    held_against(description, "/v1/models", made, "post", "201")
    version = server.post("/v1/models/described/versions", {"metrics": {"auc": 0.9}, "aliases": ["production"]})
    held_against(description, "/v1/models/{model}/versions", version, "post", "201")
    for path in ("/", "/healthz", "/readyz", "/v1", "/v1/log", "/v1/kafka", "/v1/models", "/v1/registries", "/v1/events", "/v1/schemas",
                 "/v1/artifacts", "/v1/automations", "/v1/deliveries", "/v1/secrets"):
        held_against(description, path, server.get(path))
    for path in ("/v1/models/{model}", "/v1/models/{model}/versions", "/v1/models/{model}/aliases", "/v1/models/{model}/history",
                 "/v1/models/{model}/comments"):
        held_against(description, path, server.get(path.replace("{model}", "described")))


def test_refusals_are_as_described(server, description):
    answer = server.request("GET", "/v1/models/nowhere")
    problem = answer.json()
    schema = description["components"]["schemas"]["Problem"]
    jsonschema.Draft202012Validator(schema).validate(problem)
    assert answer.headers["Content-Type"] == "application/problem+json" and problem["status"] == answer.status_code == 404


def test_what_must_be_given_is_required(server, description):
    body = description["components"]["schemas"]["ModelRequest"]
    assert body["required"] == ["name"]
    assert server.request("POST", "/v1/models", {}).json()["code"] == "missing-field"
