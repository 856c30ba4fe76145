"""Every refusal says where, which rule and what to do; and lists give everything once, a page at a time."""

import json
import re
from urllib.parse import quote

import httpx
import pytest

from tests.support.errors_page import EXAMPLES, kept
from tests.support.paths import filled
from tests.support.refusals import ask, by_command_line, claimed, lack_of, post_as, provoked, raw, short_of
from tests.support.server import Herald

DAMAGED = {"unknown": b'{"no_such_field":1}', "not an object": b"[]", "twice": b'{"name":"a","name":"b"}', "not JSON": b"{", "number": b"7"}
LISTS_AT_LEAST = 20


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    found = herald_of_the_module.start()
    for name in ("churn", "fraud", "price"):
        found.post("/v1/models", {"name": name, "description": name})
    for auc in (0.5, 0.6, 0.7):
        found.post("/v1/models/churn/versions", {"metrics": {"auc": auc}})
        found.post("/v1/models/churn/comments", {"text": f"auc {auc}"})
    for alias in ("production", "staging", "canary"):
        found.put(f"/v1/models/churn/aliases/{alias}", {"version": 1})
    for name in ("data", "other"):
        found.post("/v1/registries", {"name": name})
    return found


@pytest.fixture(scope="module")
def operations(server):
    return [(method.upper(), path, operation) for path, methods in server.get("/openapi.json")["paths"].items()
            for method, operation in methods.items()]


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_refused_body_is_told_what_where_and_what_to_do(server, operations, damage):
    wrong, refused = [], 0
    for method, path, operation in operations:
        if "application/json" not in operation.get("requestBody", {}).get("content", {}):
            continue
        answer = server.request(method, filled(path), DAMAGED[damage], headers={"Content-Type": "application/json"})
        refused += answer.status_code >= 400
        if lack := short_of(answer):
            wrong.append(f"{method} {path}: {lack}")
    assert refused > 20 and not wrong, "\n".join(wrong)


def test_a_refused_parameter_is_told_what_where_and_what_to_do(server, operations):
    wrong = []
    for method, path, operation in operations:
        if "text/event-stream" in operation["responses"].get("200", {"content": {}})["content"]:
            continue
        asked = ["?no_such_parameter=1"] + [f"?{parameter['name']}=%00~&{parameter['name']}=2" for parameter in operation["parameters"]
                                            if parameter["in"] == "query"]
        for query in asked:
            answer = server.request(method, filled(path) + query)
            if answer.status_code < 400:
                wrong.append(f"{method} {path}{query}: taken")
            elif lack := short_of(answer):
                wrong.append(f"{method} {path}{query}: {lack}")
    assert not wrong, "\n".join(wrong)


WRONG_VALUES = {
    "string": (7, True, [], {}, "", "x" * 70_000, "\u0000", "\u001b[31m", "no such thing!"), "integer": ("x", -1, 1.5, 1e300, [], {}),
    "number": ("x", [], {}), "boolean": ("x", 1, []), "array": ("x", {}, [[]], [None], [7] * 2000), "object": ("x", [], {"": {}}, {"a": {"b": []}}),
}


@pytest.fixture(scope="module")
def asked(server):
    """Many requests over one connection."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        yield client


def schema_of(description, schema):
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def kinds_of(schema):
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    for part in schema.get("anyOf", []) + schema.get("oneOf", []):
        kinds += kinds_of(part)
    return kinds or ["string"]


def wrong_bodies(description, operation):
    """One field wrong at a time, whatever else is needed being there."""
    body = schema_of(description, operation["requestBody"]["content"]["application/json"]["schema"])
    fields = {name: schema_of(description, field) for name, field in body.get("properties", {}).items()}
    samples = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    needed = {name: samples.get(kinds_of(fields[name])[0], "x") for name in body.get("required", [])}
    for name, field in fields.items():
        for kind in kinds_of(field):
            for value in WRONG_VALUES.get(kind, ()):
                yield {**needed, name: value}


def collect(wrong, refused, what, answer):
    lack = short_of(answer)
    if lack:
        wrong.append(f"{what}: {lack}")
    if answer.status_code >= 400:
        refused.append(answer)


def test_every_field_that_is_wrong_is_told_what_where_and_what_to_do(server, asked, operations):
    description = server.get("/openapi.json")
    wrong, refused = [], []
    for method, path, operation in operations:
        if "application/json" not in operation.get("requestBody", {}).get("content", {}) or path.endswith(("/erasures", "/archive")):
            continue
        for body in wrong_bodies(description, operation):
            collect(wrong, refused, f"{method} {path} {json.dumps(body)[:120]}", asked.request(method, filled(path), json=body))
    assert len(refused) > 500 and not wrong, "\n".join(wrong)


PATH_VALUES = ("no-such-thing", "%00", "%ff", "%", "..%2f..%2fetc", "x" * 300, "%20", "v0", "99999999999999999999", "%1b%5b31m",
               "00000000-0000-7000-8000-000000000000")


def test_a_wrong_path_is_told_what_where_and_what_to_do(asked, operations):
    wrong, refused = [], []
    for method, path, operation in operations:
        for name in re.findall(r"\{(\w+)\}", path):
            for value in PATH_VALUES:
                target = filled(path.replace("{" + name + "}", value))
                body = {"json": {"reason": "x"}} if "application/json" in operation.get("requestBody", {}).get("content", {}) else {}
                collect(wrong, refused, f"{method} {target[:120]}", asked.request(method, target, **body))
    assert len(refused) > 1_000 and not wrong, "\n".join(wrong)
    assert len({answer.json()["field"] for answer in refused}) > 15, "each part of a path by its name"


def test_a_wrong_method_or_path_is_told_what_where_and_what_to_do(asked, operations):
    wrong, refused = [], []
    paths = {path for _, path, _ in operations}
    for path in sorted(paths) + ["/v2", "/v1/nothing", "/v1/models/churn/nothing", "//", "/v1/models/"]:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
            if (method, path) not in {(known, at) for known, at, _ in operations}:
                collect(wrong, refused, f"{method} {path}", asked.request(method, filled(path)))
    assert not wrong, "\n".join(wrong)
    assert {"method-not-allowed", "not-found"} == {answer.json()["code"] for answer in refused}


HEADERS = (
    {"Idempotency-Key": ""}, {"Idempotency-Key": "a b"}, {"Idempotency-Key": "x" * 256}, {"If-Match": '"x"'}, {"If-None-Match": "*"},
    {"If-Unmodified-Since": "Tue, 24 Nov 2026 05:02:00 GMT"}, {"Content-Encoding": "gzip"}, {"Content-Range": "bytes 0-1/2"},
    {"Content-Type": "text/plain"}, {"Content-Type": "application/json; charset=latin-1"}, {"Origin": "null"}, {"Origin": "https://example.com"},
    {"Host": "herald.example.com"}, {"Host": ""}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer herald_00"},
    {"Authorization": f"Bearer herald_{'0' * 96}"}, {"Authorization": "Bearer"}, {"X-Long": "x" * 20_000},
)


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)) + "-" + next(iter(headers.values()))[:20])
def test_a_wrong_header_is_told_what_where_and_what_to_do(server, headers):
    answer = server.request("POST", "/v1/models/churn/comments", {"text": "x"}, headers=headers)
    assert answer.status_code >= 400, answer.text
    assert not short_of(answer)


RAW = {
    "no host": "GET / HTTP/1.1\nConnection: close\n\n",
    "two hosts": "GET / HTTP/1.1\nHost: localhost\nHost: localhost\n\n",
    "no HTTP": "HELLO\n\n",
    "no version": "GET /\n\n",
    "a target without a slash": "GET v1 HTTP/1.1\nHost: localhost\n\n",
    "two lengths": "POST /v1/models HTTP/1.1\nHost: localhost\nContent-Length: 2\nContent-Length: 3\n\n{}",
    "a length that is no number": "POST /v1/models HTTP/1.1\nHost: localhost\nContent-Length: two\n\n{}",
    "length and chunks": "POST /v1/models HTTP/1.1\nHost: localhost\nContent-Length: 2\nTransfer-Encoding: chunked\n\n0\n\n",
    "another coding": "POST /v1/models HTTP/1.1\nHost: localhost\nTransfer-Encoding: gzip\n\n",
    "a chunk that is no chunk": "POST /v1/models HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked\n\nzz\n",
    "a body cut off": "POST /v1/models HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 20\n\n{",
    "a body where none is taken": "GET /v1/models HTTP/1.1\nHost: localhost\nContent-Length: 2\n\n{}",
    "no length": "POST /v1/models HTTP/1.1\nHost: localhost\n\n",
    "two tokens": "GET / HTTP/1.1\nHost: localhost\nAuthorization: Bearer a\nAuthorization: Bearer b\n\n",
    "a NUL in the path": "GET /v1/%00 HTTP/1.1\nHost: localhost\n\n",
    "half of a percent": "GET /v1/models?name=%4 HTTP/1.1\nHost: localhost\n\n",
}


@pytest.mark.parametrize("sent", RAW)
def test_what_is_no_good_HTTP_is_told_what_where_and_what_to_do(server, sent):
    problem = raw(server, RAW[sent])
    assert 400 <= problem["status"] < 500 and not lack_of(problem)


# What is read well and cannot be done: state, expectation, grammar, reserved names. Each is refused with what it is of.
STATES = {
    "a name that is taken": ("POST", "/v1/models", {"name": "churn"}, "already-exists", "name"),
    "an alias that is elsewhere": ("PUT", "/v1/models/churn/aliases/production", {"version": 2, "expected": 3}, "expected-mismatch", "expected"),
    "an alias to no version": ("PUT", "/v1/models/churn/aliases/production", {"version": 99}, "not-found", "version"),
    "a reserved alias": ("PUT", "/v1/models/churn/aliases/latest", {"version": 1}, "invalid-value", "alias"),
    "an alias like a version": ("PUT", "/v1/models/churn/aliases/v7", {"version": 1}, "invalid-value", "alias"),
    "an alias of digits": ("PUT", "/v1/models/churn/aliases/7", {"version": 1}, "invalid-value", "alias"),
    "a version of an archived model": ("POST", "/v1/models/past/versions", {}, "not-allowed-now", "model"),
    "a deletion under an alias": ("DELETE", "/v1/models/churn/versions/1", None, "not-allowed-now", "remove_aliases"),
    "a number that is not the next": ("POST", "/v1/models/churn/versions", {"number": 77}, "expected-mismatch", "number"),
    "a change of what may move": ("PATCH", "/v1/models/churn/versions/production", {"description": "x"}, "invalid-value", "version"),
    "a stage where none is laid out": ("POST", "/v1/models/churn/versions/1/transition", {"stage": "production"}, "not-allowed-now", "stage"),
    "a stage that is none": ("POST", "/v1/registries/staged/models/price/versions/1/transition", {"stage": "live"}, "invalid-value", "stage"),
    "a transition that is none": ("POST", "/v1/registries/staged/models/price/versions/1/transition", {"stage": "production"}, "not-allowed-now", "stage"),
    "a principal of no name": ("POST", "/v1/principals", {"name": "me"}, "invalid-value", "name"),
    "a token where nobody is": ("POST", "/v1/tokens", {}, "missing-field", "principal"),
    "an owner who is nobody": ("PUT", "/v1/models/churn/owner", {"owner": "00000000-0000-7000-8000-000000000000"}, "not-found", "owner"),
    "an artifact of no blob": ("POST", "/v1/artifacts", {"name": "x", "kind": "model", "files": [{"path": "x", "bytes": 1, "digest": "sha256:" + "0" * 64}]},
                               "not-found", "files[0].digest"),
    "a circle of one": ("POST", "/v1/lineage", {"upstream": {"version": "churn:v1"}, "relation": "derived_from", "downstream": {"version": "churn:v1"}},
                        "invalid-value", "downstream"),
    "a circle": ("POST", "/v1/lineage", {"upstream": {"version": "churn:v3"}, "relation": "derived_from", "downstream": {"version": "churn:v2"}},
                 "not-allowed-now", "downstream"),
    "a time to come": ("GET", "/v1/models?as_of=999999", None, "invalid-value", "as_of"),
    "a cursor of another list": ("GET", "/v1/models?cursor=abc", None, "invalid-value", "cursor"),
    "a page too large": ("GET", "/v1/models?limit=1001", None, "invalid-value", "limit"),
    "a claim of what needs none": ("POST", "/v1/claim", {"code": "0" * 32}, "denied", "code"),
}


@pytest.fixture(scope="module")
def states(server):
    server.post("/v1/models", {"name": "past"})
    server.post("/v1/models/past/archive")
    server.post("/v1/registries", {"name": "staged", "stages": {"stages": ["staging", "production"],
                                                                "transitions": [{"from": None, "to": "staging"}, {"from": "staging", "to": "production"}]}})
    server.post("/v1/registries/staged/models", {"name": "price"})
    server.post("/v1/registries/staged/models/price/versions", {})
    server.post("/v1/lineage", {"upstream": {"version": "churn:v2"}, "relation": "derived_from", "downstream": {"version": "churn:v3"}})
    return server


@pytest.mark.parametrize("what", STATES)
def test_what_cannot_be_done_is_told_what_where_and_what_to_do(states, what):
    method, path, body, code, field = STATES[what]
    answer = ask(states, method, path, body)
    assert answer.status_code >= 400, answer.text
    assert not short_of(answer)
    assert (answer.json()["code"], answer.json()["field"]) == (code, field), answer.text


SEARCHES = ("name:", "nmae:x", "metric.auc>", "metric.auc>x", "created>yesterday", "tag:", '"open', "-", "a" * 5000, " ".join(["a"] * 40),
            "stage>x", "archived:maybe", "meta.:x", "owner:", "kind:x", "()", "version>x", "alias:prod!", ":x", "name:a:b>")


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search[:20])
def test_a_search_that_cannot_be_read_is_told_what_where_and_what_to_do(server, search):
    answer = server.request("GET", f"/v1/search?q={quote(search)}")
    assert not short_of(answer)
    if answer.status_code == 200:
        assert search in ("()", "stage>x", "name:a:b>", "kind:x", "owner:", ":x", "alias:prod!", "-", "version>x"), "taken"


def test_who_may_not_is_told_what_where_and_what_to_do(tmp_path, operations):
    herald = Herald(tmp_path / "locked")
    server = herald.start()
    root = claimed(server)
    for path, body in (("/v1/models", {"name": "churn"}), ("/v1/models/churn/versions", {"aliases": ["production"]}), ("/v1/principals", {"name": "ada"})):
        post_as(server, root, path, body)
    tokens = {"a viewer": post_as(server, root, "/v1/tokens", {"principal": "ada"})["token"],
              "a token of one model": post_as(server, root, "/v1/tokens", {"principal": "root", "model": "churn", "at_most": "viewer"})["token"],
              "nobody": "herald_" + "0" * 96}
    wrong, refused = [], []
    for who, token in tokens.items():
        for method, path, operation in operations:
            if "text/event-stream" in operation["responses"].get("200", {"content": {}})["content"]:
                continue
            body = {} if "requestBody" in operation else None
            collect(wrong, refused, f"{who}: {method} {path}", ask(server, method, filled(path), body, Authorization=f"Bearer {token}"))
    herald.close()
    assert not wrong, "\n".join(wrong)
    codes = [answer.json()["code"] for answer in refused]
    assert codes.count("denied") > 100 and codes.count("unauthenticated") > 100


def test_the_examples_of_the_page_are_what_a_server_says(tmp_path):
    servers = [Herald(tmp_path / name) for name in ("open", "locked", "hasty")]
    found = provoked(*servers)
    for server in servers:
        server.close()
    assert {cause: problem["code"] for cause, problem in found.items()} == {cause: cause.replace("_", "-") for cause in found}
    assert not any(map(lack_of, found.values()))
    examples = json.loads(EXAMPLES.read_text())
    del examples["rate_limited"], found["rate_limited"]  # it says for how long
    assert examples == {cause: kept(problem) for cause, problem in found.items()}, "build/venv/bin/python -m tests.support.errors_page"


CLI_MISTAKES = {
    "a command": (("modle", "list"), "model"), "a command of a group": (("model", "lsit"), "list"), "an option": (("model", "list", "--nmae", "x"), "--name"),
    "a word that is missing": (("model", "register"), "MODEL"), "a value": (("model", "list", "-o", "tabel"), "table"),
    "a number": (("model", "list", "--limit", "many"), "many"), "a model": (("model", "show", "chrun"), "herald model list"),
    "an alias": (("alias", "show", "churn", "prodution"), "herald alias list"), "a rule": (("alias", "set", "churn", "prod!", "1"), "alias"),
    "a state": (("version", "delete", "churn:v1"), "move it first"), "a tag": (("model", "tag", "churn", "team"), "NAME=VALUE"),
    "a server's option": (("serve", "--dta", "x"), "--data"), "a principal": (("user", "show", "nobody"), "herald user list"),
}


@pytest.mark.parametrize("mistake", CLI_MISTAKES)
def test_the_command_line_says_what_where_and_what_to_do(server, mistake):
    words, named = CLI_MISTAKES[mistake]
    done = by_command_line(server, *words)
    sentence, advice = done.stderr.splitlines()
    assert done.returncode in (2, 3, 4) and not done.stdout
    assert sentence.startswith("herald: ") and advice.startswith("try: ") and len(advice.split()) > 2
    assert named in done.stderr


def test_every_list_gives_everything_once_a_page_at_a_time(server, operations):
    walked, longer_than_a_page, wrong = 0, 0, []
    for method, path, operation in operations:
        names = {parameter["name"]: parameter for parameter in operation["parameters"] if parameter["in"] == "query"}
        if method != "GET" or not {"limit", "cursor"} <= set(names) or any(names[name]["required"] for name in names):
            continue
        whole = server.request("GET", filled(path) + "?limit=1000")
        if whole.status_code != 200 or "next" in whole.json():
            continue
        items, page = [], server.get(filled(path) + "?limit=1")
        while True:
            assert len(page["items"]) <= 1, path
            items += page["items"]
            if "next" not in page or len(items) > 1000:
                break
            page = server.get(f"{filled(path)}?limit=1&cursor={quote(page['next'])}")
        walked += 1
        longer_than_a_page += len(items) > 1
        at_once = whole.json()["items"]
        if path.endswith("/holders"):  # how long the present one has held grows from page to page
            items, at_once = ([item["version"] for item in found] for found in (items, at_once))
        if items != at_once:
            wrong.append(f"{path}: {len(items)} one by one, {len(at_once)} at once")
    assert not wrong, "\n".join(wrong)
    assert walked >= LISTS_AT_LEAST and longer_than_a_page >= 5
