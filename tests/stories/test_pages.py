"""Lists give everything once, a page at a time; and what can grow is a list."""

import pytest

from tests.support.tour import Step, taken

# What has items and no pages, and why.
WHOLE = {
    "/openapi.json": "one document",
    "/v1/schemas": "the types of events that there are",
    "/v1/artifacts/{artifact}/manifest": "one document, whose digest is the artifact's; a Range gives a part",
    "/v1/deliveries/{delivery}": "the newest attempts that fit on a page, then it says `truncated`",
    "/v1/artifacts/{artifact}": "1,000 versions at most, then it says `truncated`",
    "/v1/models/{model}/versions/{version}": "as many artifacts as a version may have",
    "/v1/models/{model}/versions/{version}/evaluations/{evaluation}": "as many files as an evaluation may have",
    "/v1/automations/{automation}": "as many actions and conditions as an automation may have",
}
LISTS_OF_A_RUN = ("used", "produced", "versions", "evaluations")  # that share a page
GROWS_AS_TIME_GOES_ON = {"held_seconds"}


@pytest.fixture(scope="module")
def tour(herald_of_the_module):
    with taken(herald_of_the_module) as (server, tour):
        tour.server = server
        for template in ("/v1/models", "/v1/registries/{registry}/models"):
            tour.registry = "fraud"
            for name in ("price", "risk"):
                tour.asks("POST", template, {"name": name})
            tour.asks("PUT", template + "/{model}/roles/{principal}", {"role": "viewer"}, model="churn", principal="trainer")
            tour.asks("PUT", template + "/{model}/roles/{principal}", {"role": "viewer"}, model="churn", principal="risk")
            for consumer in ("letters", "calls"):
                tour.asks("POST", template + "/{model}/versions/{version}/usage", {"consumer": consumer}, model="churn", version="2")
        yield tour


@pytest.fixture(scope="module")
def reads(tour):
    """[(template, operation, the step that asked it first)], of all that is read as JSON."""
    first = {step.template: step for step in reversed(tour.steps) if step.method == "GET"}
    return [(template, methods["get"], first[template]) for template, methods in tour.server.get("/openapi.json")["paths"].items()
            if "get" in methods and "application/json" in methods["get"]["responses"]["200"]["content"]]


def parameters(operation):
    return {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}


def asked(tour, step, **query):
    query = {name: value for name, value in {**step.query, **query}.items() if value is not None}
    other = Step("GET", step.template, step.path, query, None, {}, step.token)
    answer = tour.send(other)
    assert answer.status_code == 200, f"{other.target}: {answer.text}"
    return answer.json()


def listed(page):
    if "used" in page:
        return [item for name in LISTS_OF_A_RUN for item in page[name]]
    return page[next(list_ for list_ in ("items", "nodes", "rows") if list_ in page)]


def without_time(items):
    return [{name: value for name, value in item.items() if name not in GROWS_AS_TIME_GOES_ON} for item in items]


def test_every_list_gives_everything_once_a_page_at_a_time(tour, reads):
    walked, longer_than_a_page, wrong = 0, 0, []
    for template, operation, step in reads:
        if not {"limit", "cursor"} <= parameters(operation):
            continue
        whole = asked(tour, step, limit=1000)
        assert "next" not in whole, template
        items, page = [], asked(tour, step, limit=1)
        while True:
            assert len(listed(page)) <= 1, template
            items += listed(page)
            if "next" not in page or len(items) > 1000:
                break
            page = asked(tour, step, limit=1, cursor=page["next"])
        walked += 1
        longer_than_a_page += len(items) > 1
        if without_time(items) != without_time(listed(whole)):
            wrong.append(f"{template}: {len(items)} one by one, {len(listed(whole))} at once")
    assert not wrong, "\n".join(wrong)
    assert walked >= 45 and longer_than_a_page >= 30, (walked, longer_than_a_page)


def test_a_cursor_goes_on_with_the_question_that_gave_it_alone(tour, reads):
    other_questions = {"name": "zzz", "as_of": str(tour.recorded), "state": "all", "type": "model.*"}
    refused = set()
    for template, operation, step in reads:
        known = parameters(operation)
        if not {"limit", "cursor"} <= known or "next" not in (page := asked(tour, step, limit=1)):
            continue
        for name in known & set(other_questions) - set(step.query):
            query = {**step.query, "cursor": page["next"], name: other_questions[name]}
            answer = tour.send(Step("GET", step.template, step.path, query, None, {}, step.token))
            assert answer.status_code == 422 and answer.json()["field"] in ("cursor", name), f"{template}?{name}: {answer.text}"
            refused |= {name} if answer.json()["field"] == "cursor" else set()
    assert {"name", "as_of", "state"} <= refused


def test_whatever_can_grow_is_given_in_pages(reads):
    whole = set()
    for template, operation, step in reads:
        body = step.json
        has_objects = isinstance(body, list) or any(isinstance(value, list) and value and isinstance(value[0], dict) for value in body.values())
        if has_objects and not {"limit", "cursor"} <= parameters(operation):
            whole.add(template.replace("/v1/registries/{registry}/models", "/v1/models"))
    assert whole <= set(WHOLE), "neither in pages nor bounded: " + ", ".join(whole - set(WHOLE))
    assert {"/v1/schemas", "/v1/deliveries/{delivery}", "/v1/automations/{automation}"} <= whole
