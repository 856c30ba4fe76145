"""What a refusal must say, and one of each kind as a server says it.

`short_of(answer)` is what an answer lacks of field, rule and fix. `provoked(herald, locked)` provokes one refusal of each
cause that a caller can bring about, for docs/errors.md (tests/support/errors_page.py) and its test; what takes a slow, full or
stopping server is brought about by api/rare_refusals_test.cc.
"""

import hashlib
import json
import re
import socket
import subprocess

from tests.support.server import BINARY, environment_with

# A rule is said by one of these words; which fits depends on what is refused.
RULE = re.compile(r"\b(must|only|at most|no more|may|can|cannot|not|no|none|needed?|needs|allowed|required|expected|takes|twice|once|already|ends?|"
                  r"has|have|lies|beyond|archived|numbered|missing|name|recorded with|comes|one of|before|nothing|neither|known|alone|empty)\b")
VAGUE = re.compile(r"^(error|invalid|bad request|not found|forbidden|conflict)\b", re.I)


def short_of(answer):
    """What a refusal lacks; None where it lacks nothing, and of what is no refusal."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text}"
    if answer.status_code < 400:
        return None
    if answer.headers["Content-Type"] != "application/problem+json":
        return f"no problem: {answer.text}"
    return lack_of(answer.json())


def lack_of(problem):
    said = f"{problem.get('code')}: {problem.get('field')}: {problem.get('detail')} | {problem.get('fix')}"
    if not problem.get("code"):
        return f"no code: {said}"
    if not problem.get("field"):
        return f"no field: {said}"
    detail, fix = problem.get("detail", ""), problem.get("fix", "")
    if len(detail.split()) < 3 or VAGUE.match(detail) or not RULE.search(detail):
        return f"no rule: {said}"
    if len(fix.split()) < 2 or not fix.endswith(".") or "{}" in fix or not fix[0].isupper():
        return f"no fix: {said}"
    return None


def ask(server, method, path, body=None, **headers):
    return server.request(method, path, body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def raw(server, head, body=b""):
    """What a client sends that httpx would not; the problem of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while slice_ := connection.recv(65536):
            answer += slice_
    return json.loads(answer.partition(b"\r\n\r\n")[2])


NOTHING = hashlib.sha256(b"").hexdigest()
# cause -> what brings it about on a server that stands open and holds `churn` with one version and the alias `production`
OPEN = {
    "malformed": lambda s: ask(s, "POST", "/v1/models", b'{"name":"churn"', Content_Type="application/json"),
    "invalid_value": lambda s: ask(s, "PUT", "/v1/models/churn/aliases/prod!", {"version": 1}),
    "missing_field": lambda s: ask(s, "POST", "/v1/models", {}),
    "unknown_field": lambda s: ask(s, "POST", "/v1/models", {"name": "fraud", "nmae": "x"}),
    "duplicate_field": lambda s: ask(s, "POST", "/v1/models", b'{"name":"a","name":"b"}', Content_Type="application/json"),
    "too_large": lambda s: ask(s, "POST", "/v1/models/churn/comments", {"text": "x" * 65_537}),
    "too_many": lambda s: ask(s, "POST", "/v1/models", {"name": "fraud", "tags": {f"tag{i}": "x" for i in range(65)}}),
    "not_found": lambda s: ask(s, "GET", "/v1/models/chrun"),
    "already_exists": lambda s: ask(s, "POST", "/v1/models", {"name": "churn"}),
    "expected_mismatch": lambda s: ask(s, "PUT", "/v1/models/churn/aliases/production", {"version": 1, "expected": 2}),
    "not_allowed_now": lambda s: ask(s, "POST", "/v1/models/past/versions", {}),
    "idempotency_mismatch": lambda s: ask(s, "POST", "/v1/models", {"name": "other"}, Idempotency_Key="first-of-churn"),
    "foreign_origin": lambda s: ask(s, "GET", "/v1/models", Origin="https://example.com"),
    "method_not_allowed": lambda s: ask(s, "DELETE", "/v1/models"),
    "unsupported_media": lambda s: ask(s, "POST", "/v1/models", b"name: churn", Content_Type="application/yaml"),
    "range_not_satisfiable": lambda s: ask(s, "GET", f"/v1/blobs/{s.blob}", Range="bytes=100-"),
    "digest_mismatch": lambda s: ask(s, "PUT", f"/v1/blobs/{NOTHING}", b"other bytes"),
}
# The same for one that asks for tokens: of `s.reader`, who may read alone, and `s.hasty`, who has asked too often.
LOCKED = {
    "unauthenticated": lambda s: ask(s, "GET", "/v1/models"),
    "denied": lambda s: ask(s, "POST", "/v1/models/churn/comments", {"text": "mine"}, Authorization=f"Bearer {s.reader}"),
}


def provoked(herald, locked_herald, hasty_herald):
    """cause -> the problem that a server answered."""
    server = herald.start()
    server.post("/v1/models", {"name": "churn"}, idempotency_key="first-of-churn")
    server.post("/v1/models/churn/versions", {"aliases": ["production"]})
    server.post("/v1/models", {"name": "past"})
    server.post("/v1/models/past/archive")
    server.blob = hashlib.sha256(b"ten bytes.").hexdigest()
    assert ask(server, "PUT", f"/v1/blobs/{server.blob}", b"ten bytes.").status_code == 201
    found = {cause: bring_about(server).json() for cause, bring_about in OPEN.items()}
    found["length_required"] = raw(server, "POST /v1/models HTTP/1.1\nHost: localhost\nConnection: close\n\n")
    locked = locked_herald.start()
    root = claimed(locked)
    post_as(locked, root, "/v1/models", {"name": "churn"})
    post_as(locked, root, "/v1/principals", {"name": "reader"})
    locked.reader = post_as(locked, root, "/v1/tokens", {"principal": "reader"})["token"]
    found |= {cause: bring_about(locked).json() for cause, bring_about in LOCKED.items()}
    hasty = hasty_herald.start("--rate-limit", "1")
    token = claimed(hasty)
    for _ in range(2):  # the second is one too many
        answer = ask(hasty, "GET", "/v1/models", Authorization=f"Bearer {token}")
    found["rate_limited"] = answer.json()
    return found


def claimed(server):
    """The token of the first administrator."""
    code = server.claim_link().partition("#")[2]
    answer = ask(server, "POST", "/v1/claim", {"code": code, "name": "root"})
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


def post_as(server, token, path, body):
    return server.post(path, body, headers={"Authorization": f"Bearer {token}"})


def by_command_line(server, *words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, input="",
                          env=environment_with({"HERALD_URL": server.url}))
