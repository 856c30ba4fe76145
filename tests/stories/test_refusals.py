"""Every refusal says what, where and what to do; and lists give everything once, a page at a time."""

import re
from urllib.parse import quote

import pytest

THERE = {"registry": "models", "model": "churn", "version": "1", "alias": "production", "stage": "production"}
NAMES_A_FIELD = {"invalid-value", "missing-field", "unknown-field", "duplicate-field"}
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


def filled(path):
    return re.sub(r"\{(\w+)\}", lambda name: THERE.get(name.group(1), "no-such-thing"), path)


def short_of(answer):
    """What a refusal lacks."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code < 400:
        return None
    problem = answer.json()
    if answer.headers["Content-Type"] != "application/problem+json" or not problem["code"]:
        return "no code"
    if len(problem["detail"].split()) < 3:
        return f"no sentence: {problem['detail']}"
    of_the_whole_body = problem["detail"].startswith("the document ")
    if problem["code"] in NAMES_A_FIELD and not problem.get("field") and not of_the_whole_body:
        return f"no field: {problem['code']}: {problem['detail']}"
    return None


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
        if "text/event-stream" in operation["responses"]["200"]["content"]:
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
