"""A secret goes in and never comes out: not in an event, a log line, an answer, or what is kept of a delivery."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.support.receiver import Reply

VALUES = {
    "signing": "whsec_" + base64.b64encode(b"a-key-that-nobody-may-ever-see-32").decode(),
    "token": "Bearer 5f7c1e/the-token-nobody-may-see",
    "path": None,   # the rest of a URL that is itself the secret, as Slack's are
    "replaced": "0a9b8c-a-value-that-was-replaced",
}


@pytest.fixture
def values(receiver):
    return {**VALUES, "path": receiver.url("/services/T0/B0/XxSecretPartOfTheUrlxX")}


def spellings(value):
    """Of a value and of what must not be told of it: itself, and its parts that open the door."""
    part = value.split("/")[-1] if value.startswith("http") else value.split("_")[-1].removeprefix("Bearer ")
    for told in (value, part):
        yield from {told, told.replace("/", "\\/"), quote(told, safe=""), base64.b64encode(told.encode()).decode().rstrip("=")}


def test_no_event_log_line_or_answer_holds_a_value(herald, receiver, values):
    server = herald.start("--allow-target", "127.0.0.0/8", "--log-level", "trace")
    seen = []   # everything that anybody was told

    def ask(method, path, body=None):
        answer = server.request(method, path, body)
        seen.append(f"{method} {path}: {answer.headers}{answer.text}")
        return answer

    def herald_says(*words, **options):
        result = server.cli(*words, **options)
        seen.append(f"{words}: {result.stdout}{result.stderr}")
        return result

    ask("POST", "/v1/models", {"name": "churn"})
    ask("POST", "/v1/models/churn/versions", {})
    for name, value in values.items():
        assert ask("PUT", f"/v1/secrets/{name}", {"value": value}).status_code in (200, 201)
    assert herald_says("secret", "set", "replaced", stdin=values["replaced"] + "-again").returncode == 0
    # What is refused is not told either, whatever the reason.
    ask("PUT", "/v1/secrets/signing", {"value": values["signing"], "vaule": "x"})
    ask("PUT", "/v1/secrets/sign!ng", {"value": values["signing"]})
    ask("PUT", "/v1/secrets/signing", {"value": values["signing"] * 200})
    server.request("PUT", "/v1/secrets/signing", f'{{"value":"{values["signing"]}"', headers={"Content-Type": "application/json"})

    # Targets that fail, and repeat what they were sent.
    receiver.answer(Reply(500, json.dumps({"you sent": values["token"]}).replace("/", "\\/").encode()), path="/hook")
    receiver.answer_next(Reply(500, f"nothing is at {values['path']}".encode()), path="/services/T0/B0/XxSecretPartOfTheUrlxX")
    actions = [{"kind": "webhook", "url": receiver.url("/hook"), "signing_secret": "signing", "secret_headers": {"Authorization": "token"}},
               {"kind": "slack", "url_secret": "path"}]
    ask("POST", "/v1/automations", {"name": "tell", "on": ["alias.assigned"], "actions": actions, "retry_seconds": [1]})
    ask("PUT", "/v1/models/churn/aliases/production", {"version": 1})
    sent = receiver.wait_for(2, "/hook")
    assert sent[0].headers["authorization"] == values["token"], "the target gets it"
    server.wait_for_event("delivery.exhausted")
    server.wait_for_event("delivery.succeeded")

    for path in ("/v1/secrets", "/v1/automations", "/v1/automations/tell", "/v1/deliveries", "/v1/events?limit=1000", "/metrics", "/readyz"):
        assert ask("GET", path).status_code == 200, path
    for delivery in server.get("/v1/deliveries")["items"]:
        ask("GET", f"/v1/deliveries/{delivery['id']}")
        herald_says("delivery", "show", delivery["id"])
    for words in (("secret", "list"), ("secret", "list", "-o", "json"), ("automation", "show", "tell"), ("events", "list", "-o", "jsonl")):
        assert herald_says(*words).returncode == 0
    assert herald_says("secret", "remove", "replaced").returncode == 0
    server.stop()

    told = {"what was answered and printed": "\n".join(seen), "the server's log": herald.log.read_text()}
    told |= {f"the file {path.relative_to(herald.data)}": path.read_bytes().decode("latin-1")
             for path in herald.data.rglob("*") if path.is_file()}
    assert "the server's log" in told and len(told) > 5
    for value in [*values.values(), values["replaced"] + "-again"]:
        for spelling in spellings(value):
            holding = [where for where, text in told.items() if spelling in text]
            assert not holding, f"{spelling!r} is in {holding}"


def test_the_log_holds_no_credentials_of_callers_or_targets(herald, receiver):
    """Whatever a caller sends in Authorization, and the rest of a target's URL in the clear: it may be a token."""
    server = herald.start("--allow-target", "127.0.0.0/8", "--log-level", "trace")
    bearer, path, query = "bearer-token-4c9d", "path-token-51aa", "query-token-62bb"
    receiver.answer(Reply(500))
    url = receiver.url(f"/services/{path}?key={query}")
    server.post("/v1/automations", {"name": "tell", "on": ["model.registered"], "retry_seconds": [1],
                                    "actions": [{"kind": "webhook", "url": url}]})
    authorization = {"Authorization": f"Bearer {bearer}"}
    assert server.request("POST", "/v1/models", {"name": "churn"}, headers=authorization).status_code == 401
    assert server.request("GET", "/v1/nowhere", headers=authorization).status_code == 401
    server.post("/v1/models", {"name": "churn"})
    server.wait_for_event("delivery.exhausted")
    server.stop()
    log = herald.log.read_text()
    assert "POST /v1/models 201" in log, "it is at its most talkative"
    assert [token for token in (bearer, path, query) if token in log] == []


@pytest.mark.parametrize("action, repeated", [
    ({"kind": "slack", "url_secret": "hidden"}, "ofsmalllettersalone"),
    ({"kind": "webhook", "url_secret": "hidden"}, '{"args":{"sig":"abcdef/GHIJKLMNOP+qrstuv"}}'),
    ({"kind": "webhook", "url": None, "secret_headers": {"Authorization": "basic"}}, "deployuser:hunter2secretpw"),
    ({"kind": "webhook", "url": None, "secret_headers": {"X-Key": "short"}}, '{"wrong":"pw12345"}'),
])
def test_what_a_target_repeats_in_words_of_its_own_is_not_kept(herald, receiver, action, repeated):
    server = herald.start("--allow-target", "127.0.0.0/8")
    path = "/ofsmalllettersalone" if action["kind"] == "slack" else "/hook?sig=abcdef%2FGHIJKLMNOP%2Bqrstuv"
    server.put("/v1/secrets/hidden", {"value": receiver.url(path)})
    server.put("/v1/secrets/basic", {"value": "Basic " + base64.b64encode(b"deployuser:hunter2secretpw").decode()})
    server.put("/v1/secrets/short", {"value": "pw12345"})
    if "url" in action:
        action = {**action, "url": receiver.url("/hook")}
    receiver.answer(Reply(404, repeated.encode()))
    server.post("/v1/automations", {"name": "tell", "on": ["model.registered"], "actions": [action], "retry_seconds": [1]})
    server.post("/v1/models", {"name": "churn"})
    server.wait_for_event("delivery.exhausted")
    [delivery] = server.get("/v1/deliveries")["items"]
    told = server.request("GET", f"/v1/deliveries/{delivery['id']}").text + server.request("GET", "/v1/events?limit=1000").text
    assert "404" in told and ("[redacted]" in told or "[withheld" in told)
    for secret in ("ofsmalllettersalone", "GHIJKLMNOP", "hunter2secretpw", "pw12345"):
        assert secret not in told


def test_the_host_of_a_secret_url_is_a_secret_too(herald):
    server = herald.start()
    server.put("/v1/secrets/hidden", {"value": "http://k3yp4rt.invalid/x"})
    server.post("/v1/automations", {"name": "tell", "on": ["model.registered"], "retry_seconds": [1],
                                    "actions": [{"kind": "webhook", "url_secret": "hidden"}]})
    server.post("/v1/models", {"name": "churn"})
    server.wait_for_event("delivery.exhausted")
    [delivery] = server.get("/v1/deliveries")["items"]
    detail = server.request("GET", f"/v1/deliveries/{delivery['id']}").text
    assert "[redacted]" in detail
    assert "k3yp4rt" not in detail + server.request("GET", "/v1/events?limit=1000").text
    server.stop()
    assert "k3yp4rt" not in herald.log.read_text()
