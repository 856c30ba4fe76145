"""The form of answers over a real connection: compression, conditions, members, limits, other origins, and what may change."""

import re

import httpx
import pytest

from tests.support.paths import filled
from tests.support.server import REPO

CHANGES = re.search(r"\*\*What may change\.\*\*(.*?)\n\n", (REPO / "docs" / "http.md").read_text(), re.S).group(1)


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    server.post("/v1/models", {"name": "churn", "description": "who leaves"})
    for _ in range(20):
        server.post("/v1/models/churn/versions", {"metadata": {"framework": "sklearn"}})
    return server


def test_what_is_large_is_compressed_for_who_takes_it(server):
    path = "/v1/models/churn/versions"
    plain = server.request("GET", path, headers={"Accept-Encoding": "identity"})
    with httpx.stream("GET", server.url + path, headers={"Accept-Encoding": "gzip"}, trust_env=False) as packed:
        sent = b"".join(packed.iter_raw())
        assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert len(sent) < len(plain.content) and server.get(path, headers={"Accept-Encoding": "gzip"}) == plain.json()


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/churn", "/v1/models/churn/versions", "/v1/models/churn/versions/1", "/v1/registries/models",
                                  "/v1/events?limit=5", "/v1/search?q=churn", "/v1/models/churn/compare?versions=1,2", "/v1/schemas",
                                  "/v1/schemas/envelope", "/v1/schemas/alias.assigned"])
def test_what_was_read_is_not_sent_again_until_it_changes(server, path):
    etag = server.request("GET", path).headers["ETag"]
    again = server.request("GET", path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert server.request("GET", path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_change_has_another_etag(server):
    etag = server.request("GET", "/v1/models/churn").headers["ETag"]
    server.patch("/v1/models/churn/tags", {"tier": etag[-6:-1].replace('"', "")})
    assert server.request("GET", "/v1/models/churn", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/models/churn", "/v1/models/churn/versions/1", "/v1/models", "/v1/models/churn/versions"])
def test_the_members_that_are_wanted_come_alone(server, path):
    answer = server.get(f"{path}?fields=id,created" if path.endswith(("churn", "models")) else f"{path}?fields=version,created")
    for item in answer.get("items", [answer]):
        assert len(item) == 2 and "created" in item
    refused = server.request("GET", f"{path}?fields=nothing")
    assert (refused.status_code, refused.json()["field"]) == (422, "fields")


@pytest.mark.parametrize("path, member", [("/v1/search?q=churn", "name"), ("/v1/events?limit=3", "type"), ("/v1/registries?limit=1", "name")])
def test_members_are_chosen_of_lists_of_all_kinds(server, path, member):
    items = server.get(f"{path}&fields={member}&min_sequence={server.get('/v1')['sequence']}")["items"]
    assert items and all(set(item) == {member} for item in items)


def test_how_often_one_may_ask_is_told_and_held(herald):
    server = herald.start("--rate-limit", "5")
    made = server.post("/v1/claim", {"code": server.claim_link().split("#")[1], "name": "root"})
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {made['token']}"}, trust_env=False) as client:
        answers = [client.get("/v1/models") for _ in range(8)]
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=5;w=10'
    left = [int(re.search(r"r=(\d+)", answer.headers["RateLimit"]).group(1)) for answer in answers]
    assert left[:6] == [4, 3, 2, 1, 0, 0] and [answer.status_code for answer in answers[:6]] == [200] * 5 + [429]
    assert int(answers[5].headers["Retry-After"]) >= 1 and answers[5].json()["code"] == "rate-limited"


def test_pages_of_other_origins_get_no_leave_to_ask(server):
    foreign = {"Origin": "https://example.com"}
    with httpx.Client(base_url=server.url, headers=foreign, trust_env=False) as page:
        for path, operations in server.get("/openapi.json")["paths"].items():
            path = filled(path)
            answers = [page.options(path, headers={"Access-Control-Request-Method": "GET"}), *([page.get(path)] if "get" in operations else [])]
            assert {answer.status_code for answer in answers[1:]} <= {403} and answers[0].status_code >= 400, path
            allowed = [name for answer in answers for name in answer.headers if name.lower().startswith("access-control-")]
            assert not allowed, f"{path}: {allowed}"


def test_how_routes_go_is_written_down_and_kept_to(server):
    for word in ("deprecated", "Deprecation", "Sunset", "changelog", "12 months"):
        assert word in CHANGES
    going = [f"{method.upper()} {path}" for path, operations in server.get("/openapi.json")["paths"].items()
             for method, operation in operations.items() if operation.get("deprecated")]
    assert ("Nothing is deprecated today" in CHANGES) == (not going)
    changelog = (REPO / "CHANGELOG.md").read_text()
    assert not [route for route in going if route not in changelog]
