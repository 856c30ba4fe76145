"""Whatever the API can do, the command line can: each route stands here with a command that sends it, or with why it has none."""

import http.server
import json
import re
import shlex
import subprocess
import threading
import urllib.parse

import pytest

from tests.support.server import BINARY, environment_with

MODEL, VERSION, ALIAS = "/v1/models/{model}", "/v1/models/{model}/versions/{version}", "/v1/models/{model}/aliases/{alias}"
PRINCIPAL, REGISTRY_ROLES = "/v1/principals/{principal}", "/v1/registries/{registry}/roles"
AUTOMATION, ARTIFACT = "/v1/automations/{automation}", "/v1/artifacts/{artifact}"

COMMANDS = {
    ("GET", "/readyz"): "status",
    ("GET", "/v1"): "status",
    ("GET", "/v1/log"): "log show",
    ("GET", "/v1/log/proof/{sequence}"): "log proof 7",
    ("GET", "/v1/kafka"): "kafka status",
    ("GET", "/v1/registries"): "registry list",
    ("POST", "/v1/registries"): "registry create data",
    ("GET", "/v1/registries/{registry}"): "registry show data",
    ("PATCH", "/v1/registries/{registry}"): "registry update data --description what",
    ("POST", "/v1/registries/{registry}/archive"): "registry archive data",
    ("POST", "/v1/registries/{registry}/restore"): "registry restore data",
    ("GET", "/v1/registries/{registry}/history"): "registry history data",
    ("PUT", "/v1/registries/{registry}/protected-aliases/{alias}"): "alias protect production",
    ("DELETE", "/v1/registries/{registry}/protected-aliases/{alias}"): "alias unprotect production",
    ("GET", "/v1/registries/{registry}/stages/{stage}"): "stage list staging",
    ("GET", "/v1/models"): "model list",
    ("POST", "/v1/models"): "model register churn",
    ("GET", MODEL): "model show churn",
    ("PATCH", MODEL): "model describe churn what",
    ("DELETE", MODEL): "model delete churn",
    ("POST", MODEL + "/rename"): "model rename churn attrition",
    ("PUT", MODEL + "/owner"): "model owner churn {id}",
    ("POST", MODEL + "/archive"): "model archive churn",
    ("POST", MODEL + "/restore"): "model restore churn",
    ("GET", MODEL + "/card"): "card show churn",
    ("PUT", MODEL + "/card"): "card set churn --text what",
    ("DELETE", MODEL + "/card"): "card remove churn",
    ("PATCH", MODEL + "/tags"): "model tag churn tier=1",
    ("GET", MODEL + "/history"): "model history churn",
    ("GET", MODEL + "/comments"): "comment list churn",
    ("POST", MODEL + "/comments"): "comment add churn what",
    ("GET", MODEL + "/versions"): "version list churn",
    ("POST", MODEL + "/versions"): "version register churn",
    ("GET", VERSION): "version show churn:v1",
    ("PATCH", VERSION): "version update churn:v1 --description what",
    ("DELETE", VERSION): "version delete churn:v1",
    ("POST", VERSION + "/restore"): "version restore churn:v1",
    ("POST", VERSION + "/transition"): "stage set churn:v1 staging",
    ("GET", VERSION + "/stages"): "stage history churn:v1",
    ("GET", VERSION + "/card"): "card show churn:v1",
    ("PUT", VERSION + "/card"): "card set churn:v1 --text what",
    ("DELETE", VERSION + "/card"): "card remove churn:v1",
    ("POST", "/v1/versions:change"): "version tag churn:v1 churn:v2 tier=1",
    ("PATCH", VERSION + "/tags"): "version tag churn:v1 tier=1",
    ("POST", "/v1/versions:register"): "version register -f versions.jsonl",
    ("POST", "/v1/models:change"): "model tag churn fraud tier=1",
    ("GET", VERSION + "/history"): "version history churn:v1",
    ("PATCH", MODEL + "/comments/{comment}"): "comment edit churn {id} what",
    ("DELETE", MODEL + "/comments/{comment}"): "comment remove churn {id}",
    ("GET", VERSION + "/comments"): "comment list churn:v1",
    ("POST", VERSION + "/comments"): "comment add churn:v1 what",
    ("PUT", VERSION + "/artifacts/{artifact}"): "version link churn:v1 {id}",
    ("DELETE", VERSION + "/artifacts/{artifact}"): "version unlink churn:v1 {id}",
    ("GET", "/v1/resolve"): "resolve churn:production",
    ("GET", MODEL + "/aliases"): "alias list churn",
    ("POST", MODEL + "/aliases:move"): "alias move churn production=2",
    ("POST", MODEL + "/aliases:swap"): "alias swap churn production candidate",
    ("POST", ALIAS + "/rollback"): "alias rollback churn production",
    ("GET", ALIAS + "/holders"): "alias holders churn production",
    ("GET", ALIAS): "alias show churn production",
    ("PUT", ALIAS): "alias set churn production 2",
    ("DELETE", ALIAS): "alias remove churn production",
    ("GET", ALIAS + "/history"): "alias history churn production",
    ("GET", "/v1/artifacts"): "artifact list",
    ("POST", "/v1/artifacts"): "artifact upload churn-1 weights.bin",
    ("GET", ARTIFACT): "artifact show {id}",
    ("DELETE", ARTIFACT): "artifact delete {id}",
    ("GET", ARTIFACT + "/versions"): "artifact versions {id}",
    ("GET", ARTIFACT + "/files"): "artifact files {id}",
    ("GET", ARTIFACT + "/manifest"): "artifact download {id}",
    ("GET", ARTIFACT + "/files/{path}"): "artifact download {id}",
    ("PUT", "/v1/blobs/{sha256}"): "blob put weights.bin",
    ("GET", "/v1/blobs/{sha256}"): "blob get {digest}",
    ("GET", "/v1/lineage"): "lineage show version:churn:v1",
    ("POST", "/v1/lineage"): "lineage record dataset:customers trained_on version:churn:v1",
    ("GET", "/v1/lineage/impact"): "lineage impact dataset:customers",
    ("GET", "/v1/runs"): "run list",
    ("GET", "/v1/runs/{run}"): "run show 8f3a",
    ("GET", MODEL + "/usage"): "usage list churn",
    ("GET", VERSION + "/usage"): "usage list churn:v1",
    ("POST", VERSION + "/usage"): "usage record churn:v1 mail",
    ("GET", MODEL + "/evaluations"): "evaluation list churn",
    ("GET", VERSION + "/evaluations"): "evaluation list churn:v1",
    ("POST", VERSION + "/evaluations"): "evaluation record churn:v1 --metric auc=0.9",
    ("GET", VERSION + "/evaluations/{evaluation}"): "evaluation show churn:v1 {id}",
    ("GET", VERSION + "/evaluations/{evaluation}/files/{file}"): "evaluation download churn:v1 {id}",
    ("GET", MODEL + "/compare"): "version compare churn:v1 v2",
    ("GET", "/v1/compare"): "diff churn:v1 fraud:v1",
    ("GET", "/v1/compare/evaluations"): "evaluation compare churn:v1 fraud:v1",
    ("GET", MODEL + "/compare/evaluations"): "evaluation compare churn:v1 v2",
    ("GET", "/v1/events"): "events list",
    ("GET", "/v1/events/stream"): "events follow --after 0 --limit 1 --timeout 5",
    ("GET", "/v1/events/export"): "events export",
    ("GET", "/v1/events/{sequence}"): "events show 7",
    ("GET", "/v1/schemas"): "schema list",
    ("GET", "/v1/schemas/envelope"): "schema show envelope",
    ("GET", "/v1/schemas/{type}"): "schema show alias.assigned",
    ("GET", "/v1/automations"): "automation list",
    ("POST", "/v1/automations"): "automation create -f definition.json",
    ("GET", AUTOMATION): "automation show tell",
    ("PUT", AUTOMATION): "automation update tell -f definition.json",
    ("DELETE", AUTOMATION): "automation delete tell",
    ("POST", AUTOMATION + "/enable"): "automation enable tell",
    ("POST", AUTOMATION + "/disable"): "automation disable tell",
    ("POST", AUTOMATION + "/test"): "automation test tell",
    ("GET", "/v1/deliveries"): "delivery list",
    ("GET", "/v1/deliveries/{delivery}"): "delivery show {id}",
    ("POST", "/v1/deliveries/{delivery}/replay"): "delivery replay {id}",
    ("GET", "/v1/search"): "search name:churn",
    ("POST", "/v1/claim"): "claim {url}/claim#0123",
    ("GET", "/v1/me"): "whoami",
    ("GET", "/v1/principals"): "user list",
    ("POST", "/v1/principals"): "user create ada",
    ("PATCH", "/v1/principals/{principal}"): "user update ada --full-name Ada",
    ("GET", PRINCIPAL): "user show ada",
    ("POST", PRINCIPAL + "/enable"): "user enable ada",
    ("POST", PRINCIPAL + "/disable"): "user disable ada",
    ("GET", PRINCIPAL + "/members"): "team members ml",
    ("PUT", PRINCIPAL + "/members/{member}"): "team add ml ada",
    ("DELETE", PRINCIPAL + "/members/{member}"): "team remove ml ada",
    ("GET", PRINCIPAL + "/roles"): "role list --of ada",
    ("GET", "/v1/roles"): "role list",
    ("PUT", "/v1/roles/{principal}"): "role grant ada member",
    ("DELETE", "/v1/roles/{principal}"): "role revoke ada",
    ("GET", REGISTRY_ROLES): "role list --registry data",
    ("PUT", REGISTRY_ROLES + "/{principal}"): "role grant ada member --registry data",
    ("DELETE", REGISTRY_ROLES + "/{principal}"): "role revoke ada --registry data",
    ("GET", MODEL + "/roles"): "role list --model churn",
    ("PUT", MODEL + "/roles/{principal}"): "role grant ada member --model churn",
    ("DELETE", MODEL + "/roles/{principal}"): "role revoke ada --model churn",
    ("GET", "/v1/access/explain"): "access explain",
    ("GET", "/v1/tokens"): "token list",
    ("POST", "/v1/tokens"): "token issue",
    ("DELETE", "/v1/tokens/{token}"): "token revoke {id}",
    ("POST", "/v1/erasures"): "erase ada",
    ("GET", "/v1/secrets"): "secret list",
    ("PUT", "/v1/secrets/{secret}"): "secret set deployer",
    ("DELETE", "/v1/secrets/{secret}"): "secret remove deployer",
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


ID, DIGEST = "01920000-0000-7000-8000-000000000001", "sha256:" + "0" * 64
# What commands look for in answers before they send more.
ANYTHING = {"id": ID, "name": "a", "url": "http://a", "sequence": 1, "status": "ready", "version": 1, "token": "herald_0", "complete": True,
            "files": [{"name": "a.txt", "digest": DIGEST, "bytes": 1}], "items": [{"path": "a.txt", "id": ID, "digest": DIGEST, "bytes": 1}]}


@pytest.fixture(scope="module")
def listener():
    """Notes each request, and answers it with anything."""
    seen, reasons, said = [], [], []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path, _, query = self.path.partition("?")
            seen.append((self.command, path))
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_json = sent and self.headers.get("Content-Type", "").startswith("application/json")
            body = json.loads(sent) if is_json else None
            in_body = body.get("reason") if isinstance(body, dict) else None
            said.append((self.command, path, urllib.parse.parse_qs(query).keys() | (body.keys() if isinstance(body, dict) else set())))
            reasons.append((self.command, path, in_body or urllib.parse.parse_qs(query).get("reason", [None])[0]))
            body = json.dumps(ANYTHING).encode() + b"\n"
            if path == "/v1/events/stream":
                body = b'id: 1\ndata: {"type":"herald.alias.assigned.v1","sequence":"1"}\n\n'
            self.send_response(404 if self.command == "HEAD" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.seen, server.reasons, server.said = seen, reasons, said
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()


def matches(path, template):
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template).replace(r"\{path\}", ".+"))
    return re.fullmatch(pattern, path) is not None


def run(listener, folder, words):
    (folder / "weights.bin").write_bytes(b"weights")
    (folder / "definition.json").write_text("{}")
    (folder / "table.csv").write_text("a,b\n")
    (folder / "versions.jsonl").write_text('{"model": "churn"}\n')
    environment = environment_with({"HERALD_URL": listener.url, "HERALD_PROFILES_FILE": str(folder / "config.toml"), "HERALD_OUTPUT": "json"})
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, cwd=folder, input="value", env=environment)


@pytest.mark.parametrize("route, command", COMMANDS.items(), ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_the_command_sends_the_route(listener, tmp_path, route, command):
    words = shlex.split(command.format(id=ID, digest=DIGEST, url=listener.url))
    listener.seen.clear()
    result = run(listener, tmp_path, words)
    method, template = route
    assert any(sent == method and matches(path, template) for sent, path in listener.seen), f"{listener.seen}\n{result.stderr}"
    if result.returncode == 0 and words[:2] != ["blob", "get"]:   # which gives the bytes of the content themselves
        json.loads(result.stdout)


def takes_a_reason(document, operation):
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    in_query = any(parameter.get("name") == "reason" for parameter in operation.get("parameters", []))
    return (in_query or "reason" in named.get("properties", {})) and any(p.get("name") == "Idempotency-Key" for p in operation["parameters"])


def test_a_reason_is_sent_by_every_command_whose_route_takes_one(server, listener, tmp_path):
    document = server.get("/openapi.json")
    routes = {(method.upper(), in_the_default_registry(path)) for path, methods in document["paths"].items()
              for method, operation in methods.items() if isinstance(operation, dict) and takes_a_reason(document, operation)}
    assert len(routes) > 30
    silent = []
    for method, template in sorted(routes):
        listener.reasons.clear()
        command = COMMANDS[method, template].format(id=ID, digest=DIGEST, url=listener.url)
        result = run(listener, tmp_path, [*shlex.split(command), "--reason", "asked by the auditors"])
        if not any(sent == method and matches(path, template) and reason == "asked by the auditors" for sent, path, reason in listener.reasons):
            silent.append(f"{command}: {listener.reasons} {result.stderr}")
    assert not silent, "\n".join(silent)


# For whatever a route takes besides what COMMANDS says already: command lines that say all of it.
CHOSEN = "--type a --subject s --model churn --actor me --correlation {id} --since 2026-01-01 --until 2026-01-02 --before 9"
STARTS = ["version:churn:v1", "artifact:{id}", "run:8f3a", "dataset:customers", "deployment:shop"]
OF_REGISTRY = "--visibility restricted --description d --stage live --card-section Use"
IN_FULL = {
    ("POST", "/v1/registries"): [f"registry create data --kind dataset {OF_REGISTRY}"],
    ("PATCH", "/v1/registries/{registry}"): [f"registry update data {OF_REGISTRY}"],
    ("GET", "/v1/models"): ["model list --name chu --state all"],
    ("POST", "/v1/models"): ["model register churn --description d --tag a=b --owner me --card c"],
    ("GET", MODEL + "/versions"): ["version list churn --stage live --state all"],
    ("POST", MODEL + "/versions"): [
        "version register churn --source s3://b/1 --digest {digest} --run r --metadata {{}} --metric a=1 --status ready --description d --tag a=b "
        "--artifact {id} --alias x --number 3 --create-model --card c"],
    ("PATCH", VERSION): ["version update churn:v1 --run r --metadata {{}} --metric a=1 --status ready --description d --expected-changed 5"],
    ("DELETE", VERSION): ["version delete churn:v1 --remove-aliases"],
    ("POST", VERSION + "/transition"): ["stage set churn:v1 live --expected dev"],
    ("POST", "/v1/versions:change"): [
        "version tag churn:v1 churn:v2 a=b", "stage set churn:v1 churn:v2 live --expected dev", "alias assign champion churn:v1 fraud:v1",
        "version delete churn:v1 churn:v2 --remove-aliases", "version restore churn:v1 churn:v2"],
    ("POST", "/v1/models:change"): ["model tag churn fraud a=b", "model owner churn fraud me", "model archive churn fraud",
                                    "model restore churn fraud", "model delete churn fraud"],
    ("PUT", ALIAS): ["alias set churn production 2 --expected 1"],
    ("DELETE", ALIAS): ["alias remove churn production --expected 1"],
    ("POST", MODEL + "/aliases:swap"): ["alias swap churn blue green --expected blue=1 --expected green=2"],
    ("POST", ALIAS + "/rollback"): ["alias rollback churn production --expected 1"],
    ("POST", "/v1/artifacts"): ["artifact upload churn-1 weights.bin", "artifact reference churn-1 s3://b/1 --digest {digest} --bytes 5"],
    ("POST", VERSION + "/usage"): ["usage record churn:v1 mail --alias production --count 5"],
    ("GET", MODEL + "/usage"): ["usage list churn --since 2026-01-01"],
    ("GET", VERSION + "/usage"): ["usage list churn:v1 --since 2026-01-01"],
    ("GET", MODEL + "/evaluations"): ["evaluation list churn --name n --dataset d", "evaluation list churn --dataset-version data/x:v1"],
    ("GET", VERSION + "/evaluations"): ["evaluation list churn:v1 --name n --dataset d", "evaluation list churn:v1 --dataset-version data/x:v1"],
    ("POST", VERSION + "/evaluations"): ["evaluation record churn:v1 --name n --dataset d --run r --metric a=1 --table table.csv"],
    ("GET", MODEL + "/compare"): ["diff churn:v1 v2 --with production --all --aspect metric"],
    ("GET", "/v1/compare"): ["version compare churn:v1 fraud:v1 --with production --all --aspect metric"],
    ("GET", MODEL + "/compare/evaluations"): ["evaluation compare churn:v1 v2 --with production --all"],
    ("GET", "/v1/compare/evaluations"): ["evaluation compare churn:v1 fraud:v1 --with production --all"],
    ("GET", "/v1/lineage"): [f"lineage show {start} --direction upstream --depth 3" for start in STARTS],
    ("GET", "/v1/runs"): ["run list --name 8f"],
    ("GET", "/v1/lineage/impact"): [f"lineage impact {start} --depth 3" for start in STARTS],
    ("GET", "/v1/events"): [f"events list {CHOSEN} --after 3 --newest-first"],
    ("GET", "/v1/events/export"): [f"events export {CHOSEN} --after 3"],
    ("GET", "/v1/events/stream"): [f"events follow {CHOSEN} --limit 1 --timeout 5"],
    ("GET", "/v1/search"): ["search name:churn --kind versions --sort name"],
    ("GET", "/v1/deliveries"): ["delivery list --automation tell --state failing"],
    ("POST", AUTOMATION + "/test"): ["automation test tell --event 7"],
    ("POST", "/v1/principals"): ["user create ada --full-name Ada --email ada@example.com"],
    ("PATCH", "/v1/principals/{principal}"): ["user update ada --name a2 --full-name Ada --email ada@example.com"],
    ("GET", "/v1/tokens"): ["token list --principal ada"],
    ("POST", "/v1/tokens"): ["token issue --principal ci --label l --expires 2027-01-01 --at-most viewer --model churn"],
    ("GET", "/v1/access/explain"): ["access explain --principal ada --permission write --model churn"],
    ("POST", "/v1/erasures"): ["erase ada --text {digest}"],
}
EVERYWHERE = {"reason": "--reason why", "as_of": "--as-of 5"}
# Commands turn the pages themselves; --min-sequence is taken by all, and members of JSON are chosen by --fields where there are many.
TURNED = {"limit", "cursor", "min_sequence", "fields"}
IN_A_FILE = {("POST", "/v1/automations"), ("PUT", AUTOMATION)}   # the definition, as it stands there
IN_A_HEADER = {(("GET", "/v1/events/stream"), "after")}          # Last-Event-ID


def taken_by(document, operation):
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    query = {parameter["name"] for parameter in operation.get("parameters", []) if parameter.get("in") == "query"}
    return query, set(named.get("properties", {}))


def test_whatever_a_route_takes_can_be_said_by_command(server, listener, tmp_path):
    document = server.get("/openapi.json")
    missing = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            route = (method.upper(), in_the_default_registry(path))
            if route not in COMMANDS or path != route[1]:
                continue
            query, body = taken_by(document, operation)
            takes = (query | (body if route not in IN_A_FILE else body & {"reason"})) - TURNED
            takes -= {name for name in takes if (route, name) in IN_A_HEADER}
            listener.said.clear()
            for command in IN_FULL.get(route, [COMMANDS[route]]):
                more = [option for name, option in EVERYWHERE.items() if name in takes and option.split()[0] not in command]
                run(listener, tmp_path, shlex.split(" ".join([command.format(id=ID, digest=DIGEST, url=listener.url), *more])))
            said = set().union(*(names for sent, where, names in listener.said if sent == route[0] and matches(where, path)))
            missing += [f"{' '.join(route)}: {name}" for name in sorted(takes - said)]
    assert not missing, "no command says:\n" + "\n".join(missing)


def test_any_command_waits_for_what_another_program_wrote(listener, tmp_path):
    listener.said.clear()
    assert run(listener, tmp_path, ["model", "show", "churn", "--min-sequence", "7"]).returncode == 0
    (_, first, asked), (_, then, _) = listener.said
    assert (first, "min_sequence" in asked, then) == ("/v1/models", True, "/v1/models/churn")
    refused = run(listener, tmp_path, ["model", "show", "churn", "--min-sequence", "seven"])
    assert refused.returncode == 2 and '"seven" is no whole number' in refused.stderr


def help_of(server, command):
    words = [word for word in shlex.split(command) if not word.startswith("-")]
    return server.cli(*words[:2 if server.cli(words[0], "--help").stdout.count("COMMAND [options]") else 1], "--help").stdout


def test_what_can_be_asked_of_the_past_can_be_asked_of_it_by_command(server):
    paths = server.get("/openapi.json")["paths"]
    asked = {(method.upper(), in_the_default_registry(path)) for path, methods in paths.items() for method, operation in methods.items()
             if isinstance(operation, dict) and any(parameter.get("name") == "as_of" for parameter in operation.get("parameters", []))}
    assert asked
    missing = sorted({COMMANDS[route] for route in asked if "--as-of" not in help_of(server, COMMANDS[route])})
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
