"""Whatever the API can do, the command line can: each route stands here with its command, or with why it has none."""

import shlex

import pytest

MODEL, VERSION, ALIAS = "/v1/models/{model}", "/v1/models/{model}/versions/{version}", "/v1/models/{model}/aliases/{alias}"
PRINCIPAL, REGISTRY_ROLES = "/v1/principals/{principal}", "/v1/registries/{registry}/roles"
AUTOMATION, ARTIFACT = "/v1/automations/{automation}", "/v1/artifacts/{artifact}"

COMMANDS = {
    ("GET", "/readyz"): "status",
    ("GET", "/v1"): "status",
    ("GET", "/v1/log"): "log show",
    ("GET", "/v1/log/proof/{sequence}"): "log proof",
    ("GET", "/v1/kafka"): "kafka status",
    ("GET", "/v1/registries"): "registry list",
    ("POST", "/v1/registries"): "registry create",
    ("GET", "/v1/registries/{registry}"): "registry show",
    ("PATCH", "/v1/registries/{registry}"): "registry update",
    ("POST", "/v1/registries/{registry}/archive"): "registry archive",
    ("POST", "/v1/registries/{registry}/restore"): "registry restore",
    ("GET", "/v1/registries/{registry}/history"): "registry history",
    ("PUT", "/v1/registries/{registry}/protected-aliases/{alias}"): "alias protect",
    ("DELETE", "/v1/registries/{registry}/protected-aliases/{alias}"): "alias unprotect",
    ("GET", "/v1/registries/{registry}/stages/{stage}"): "stage list",
    ("GET", "/v1/models"): "model list",
    ("POST", "/v1/models"): "model register",
    ("GET", MODEL): "model show",
    ("PATCH", MODEL): "model describe",
    ("DELETE", MODEL): "model delete",
    ("POST", MODEL + "/rename"): "model rename",
    ("PUT", MODEL + "/owner"): "model owner",
    ("POST", MODEL + "/archive"): "model archive",
    ("POST", MODEL + "/restore"): "model restore",
    ("GET", MODEL + "/card"): "card show",
    ("PUT", MODEL + "/card"): "card set",
    ("DELETE", MODEL + "/card"): "card remove",
    ("PATCH", MODEL + "/tags"): "model tag",
    ("GET", MODEL + "/history"): "model history",
    ("GET", MODEL + "/comments"): "comment list",
    ("POST", MODEL + "/comments"): "comment add",
    ("GET", MODEL + "/versions"): "version list",
    ("POST", MODEL + "/versions"): "version register",
    ("GET", VERSION): "version show",
    ("PATCH", VERSION): "version update",
    ("DELETE", VERSION): "version delete",
    ("POST", VERSION + "/restore"): "version restore",
    ("POST", VERSION + "/transition"): "stage set",
    ("GET", VERSION + "/stages"): "stage history",
    ("GET", VERSION + "/card"): "card show",
    ("PUT", VERSION + "/card"): "card set",
    ("DELETE", VERSION + "/card"): "card remove",
    ("POST", "/v1/versions:change"): "version tag",
    ("PATCH", VERSION + "/tags"): "version tag",
    ("GET", VERSION + "/history"): "version history",
    ("GET", VERSION + "/comments"): "comment list",
    ("POST", VERSION + "/comments"): "comment add",
    ("PUT", VERSION + "/artifacts/{artifact}"): "version link",
    ("DELETE", VERSION + "/artifacts/{artifact}"): "version unlink",
    ("GET", "/v1/resolve"): "resolve",
    ("GET", MODEL + "/aliases"): "alias list",
    ("POST", MODEL + "/aliases:move"): "alias move",
    ("POST", MODEL + "/aliases:swap"): "alias swap",
    ("POST", ALIAS + "/rollback"): "alias rollback",
    ("GET", ALIAS + "/holders"): "alias holders",
    ("GET", ALIAS): "alias show",
    ("PUT", ALIAS): "alias set",
    ("DELETE", ALIAS): "alias remove",
    ("GET", ALIAS + "/history"): "alias history",
    ("GET", "/v1/artifacts"): "artifact list",
    ("POST", "/v1/artifacts"): "artifact upload",
    ("GET", ARTIFACT): "artifact show",
    ("DELETE", ARTIFACT): "artifact delete",
    ("GET", ARTIFACT + "/versions"): "artifact versions",
    ("GET", ARTIFACT + "/files"): "artifact download",
    ("GET", ARTIFACT + "/files/{path}"): "artifact download",
    ("PUT", "/v1/blobs/{sha256}"): "blob put",
    ("GET", "/v1/blobs/{sha256}"): "blob get",
    ("GET", "/v1/lineage"): "lineage show",
    ("POST", "/v1/lineage"): "lineage record",
    ("GET", "/v1/lineage/impact"): "lineage impact",
    ("GET", "/v1/runs/{run}"): "run show",
    ("GET", MODEL + "/usage"): "usage list",
    ("GET", VERSION + "/usage"): "usage list",
    ("POST", VERSION + "/usage"): "usage record",
    ("GET", MODEL + "/evaluations"): "evaluation list",
    ("GET", VERSION + "/evaluations"): "evaluation list",
    ("POST", VERSION + "/evaluations"): "evaluation record",
    ("GET", VERSION + "/evaluations/{evaluation}"): "evaluation show",
    ("GET", VERSION + "/evaluations/{evaluation}/files/{file}"): "evaluation download",
    ("GET", MODEL + "/compare"): "version compare",
    ("GET", MODEL + "/compare/evaluations"): "evaluation compare",
    ("GET", "/v1/events"): "events list",
    ("GET", "/v1/events/stream"): "events follow",
    ("GET", "/v1/events/export"): "events export",
    ("GET", "/v1/events/{sequence}"): "events show",
    ("GET", "/v1/schemas"): "schema list",
    ("GET", "/v1/schemas/envelope"): "schema show",
    ("GET", "/v1/schemas/{type}"): "schema show",
    ("GET", "/v1/automations"): "automation list",
    ("POST", "/v1/automations"): "automation create",
    ("GET", AUTOMATION): "automation show",
    ("PUT", AUTOMATION): "automation update",
    ("DELETE", AUTOMATION): "automation delete",
    ("POST", AUTOMATION + "/enable"): "automation enable",
    ("POST", AUTOMATION + "/disable"): "automation disable",
    ("POST", AUTOMATION + "/test"): "automation test",
    ("GET", "/v1/deliveries"): "delivery list",
    ("GET", "/v1/deliveries/{delivery}"): "delivery show",
    ("POST", "/v1/deliveries/{delivery}/replay"): "delivery replay",
    ("GET", "/v1/search"): "search",
    ("POST", "/v1/claim"): "claim",
    ("GET", "/v1/me"): "whoami",
    ("GET", "/v1/principals"): "user list",
    ("POST", "/v1/principals"): "user create",
    ("GET", PRINCIPAL): "user show",
    ("POST", PRINCIPAL + "/enable"): "user enable",
    ("POST", PRINCIPAL + "/disable"): "user disable",
    ("GET", PRINCIPAL + "/members"): "team members",
    ("PUT", PRINCIPAL + "/members/{member}"): "team add",
    ("DELETE", PRINCIPAL + "/members/{member}"): "team remove",
    ("GET", PRINCIPAL + "/roles"): "role list",
    ("GET", "/v1/roles"): "role list",
    ("PUT", "/v1/roles/{principal}"): "role grant",
    ("DELETE", "/v1/roles/{principal}"): "role revoke",
    ("GET", REGISTRY_ROLES): "role list",
    ("PUT", REGISTRY_ROLES + "/{principal}"): "role grant",
    ("DELETE", REGISTRY_ROLES + "/{principal}"): "role revoke",
    ("GET", MODEL + "/roles"): "role list",
    ("PUT", MODEL + "/roles/{principal}"): "role grant",
    ("DELETE", MODEL + "/roles/{principal}"): "role revoke",
    ("GET", "/v1/access/explain"): "access explain",
    ("GET", "/v1/tokens"): "token list",
    ("POST", "/v1/tokens"): "token issue",
    ("DELETE", "/v1/tokens/{token}"): "token revoke",
    ("POST", "/v1/erasures"): "erase",
    ("GET", "/v1/secrets"): "secret list",
    ("PUT", "/v1/secrets/{secret}"): "secret set",
    ("DELETE", "/v1/secrets/{secret}"): "secret remove",
}

WITHOUT = {
    ("GET", "/claim"): "the page of a link; herald claim takes the link itself",
    ("GET", "/"): "a greeting for browsers",
    ("GET", "/healthz"): "for whatever restarts the process; people ask for the status",
    ("GET", "/metrics"): "for Prometheus",
    ("GET", "/openapi.json"): "for generators of clients",
}


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    return herald_of_the_module.start()


def in_the_default_registry(path):
    return path.replace("/v1/registries/{registry}/models", "/v1/models")


def test_every_route_has_a_command_or_a_reason(server):
    routes = {(method.upper(), in_the_default_registry(path))
              for path, methods in server.get("/openapi.json")["paths"].items()
              for method in methods if method in ("get", "post", "put", "patch", "delete")}
    assert routes == COMMANDS.keys() | WITHOUT.keys()


@pytest.mark.parametrize("command", sorted(set(COMMANDS.values())))
def test_the_command_is_there(server, command):
    result = server.cli(*shlex.split(command), "--help")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split()[0] != "Herald,", "the help of the whole program: there is no such command"


def test_what_can_be_asked_of_the_past_can_be_asked_of_it_by_command(server):
    paths = server.get("/openapi.json")["paths"]
    asked = {(method.upper(), in_the_default_registry(path)) for path, methods in paths.items() for method, operation in methods.items()
             if isinstance(operation, dict) and any(parameter.get("name") == "as_of" for parameter in operation.get("parameters", []))}
    assert asked
    missing = sorted({COMMANDS[route] for route in asked if "--as-of" not in server.cli(*shlex.split(COMMANDS[route]), "--help").stdout})
    assert not missing, "without --as-of: " + ", ".join(missing)


def test_the_log_and_its_proofs_are_shown(server):
    log = server.get("/v1/log")
    assert log["root"] in server.cli("log", "show").stdout
    proof = server.cli("log", "proof", "1")
    assert proof.returncode == 0 and server.get("/v1/log/proof/1")["leaf"] in proof.stdout
    assert server.cli("log", "proof", "99999").returncode == 3


def test_schemas_are_listed_and_shown(server):
    assert "alias.assigned" in server.cli("schema", "list").stdout
    assert '"type": "object"' in server.cli("schema", "show", "alias.assigned").stdout
    assert '"type": "object"' in server.cli("schema", "show", "envelope").stdout
    assert server.cli("schema", "show", "nothing.happened").returncode == 3
