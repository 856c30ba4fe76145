"""What /openapi.json says is OpenAPI 3.1, and what the server does: bodies, examples, headers, conditions, compression."""

import os

import httpx
import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support import examples
from tests.support.tour import Step, taken

JSON = {"application/json", "application/problem+json", "application/cloudevents+json", "application/schema+json"}
OF_HTTP_ITSELF = {"date", "content-length", "content-type", "connection", "transfer-encoding"}
LEAST_COMPRESSED = 1024


@pytest.fixture(scope="module")
def tour(herald_of_the_module):
    with taken(herald_of_the_module) as (server, tour):
        tour.server = server
        yield tour


@pytest.fixture(scope="module")
def description(tour):
    return tour.server.get("/openapi.json")


@pytest.fixture(scope="module")
def holds(description):
    """holds(schema, value): raises where the value does not fit."""
    def validate(schema, value):
        jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(value)
    return validate


def operations(description):
    return [(method.upper(), path, operation) for path, methods in description["paths"].items() for method, operation in methods.items()]


def resolved(description, thing):
    while "$ref" in thing:
        found = description
        for name in thing["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        thing = found
    return thing


def answer_to(description, step):
    """How the answer to a step is described."""
    methods = description["paths"][step.template]
    operation = methods.get(step.method.lower())
    answers = operation["responses"] if operation else {"default": next(iter(methods.values()))["responses"]["default"]}  # 405
    return resolved(description, answers.get(str(step.answer.status_code), answers["default"]))


def bodies(description):
    """(where, media, content) of each body of a request and of each answer."""
    for method, path, operation in operations(description):
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{method} {path}, request", media, content
        for status, answer in operation["responses"].items():
            for media, content in resolved(description, answer).get("content", {}).items():
                yield f"{method} {path}, {status}", media, content


def test_it_is_openapi(description):
    OpenAPIV31SpecValidator(description).validate()


def test_every_operation_says_what_it_is(description):
    for method, path, operation in operations(description):
        assert operation["summary"] and operation["tags"] and operation["operationId"], f"{method} {path}"
        assert operation["x-herald-permission"] and operation["x-herald-scope"], f"{method} {path}"


# ---- examples ----


def test_every_request_and_every_answer_in_json_has_an_example(description):
    without = [where for where, media, content in bodies(description)
               if media in JSON and not content.get("examples")]
    assert not without, "\n".join(without)


def test_every_example_fits_its_schema(description, holds):
    looked_at = 0
    for where, _, content in bodies(description):
        for example in content.get("examples", {}).values():
            try:
                holds(content["schema"], resolved(description, example)["value"])
            except jsonschema.ValidationError as wrong:
                raise AssertionError(f"{where}: {wrong.message}") from wrong
            looked_at += 1
    for method, path, operation in operations(description):
        for parameter in operation["parameters"]:
            if "example" in parameter and parameter["name"] not in ("versions", "ref"):
                holds(parameter["schema"], parameter["example"])
    assert looked_at > 300


def test_the_examples_are_what_the_server_answers(tour, description):
    """`HERALD_WRITE_EXAMPLES=1` makes the files anew."""
    made = examples.examples_of(tour, description)
    if os.environ.get("HERALD_WRITE_EXAMPLES"):
        examples.keep(made)
    kept = examples.kept()
    assert made.keys() == kept.keys()
    for name, lines in made.items():
        assert lines == kept[name], f"api/examples/{name}.json is not what the server answers: HERALD_WRITE_EXAMPLES=1 makes it anew"


# ---- answers ----


def test_the_tour_asks_every_route_and_each_success_is_answered(tour, description):
    seen = {(step.method, step.template, str(step.answer.status_code)) for step in tour.steps}
    missing = [f"{method} {path}: {status}" for method, path, operation in operations(description) for status in operation["responses"]
               if status in ("200", "201") and (method, path, status) not in seen]
    assert not missing, "\n".join(missing)
    undescribed = [f"{method} {path}: {status}" for method, path, status in seen
                   if status not in description["paths"][path].get(method.lower(), {"responses": [status]})["responses"]]
    assert not undescribed, "\n".join(undescribed)


def answered(tour, refused):
    return [step for step in tour.steps if step.refused == refused]


def test_answers_are_as_described(tour, description, holds):
    for step in answered(tour, refused=False):
        content = answer_to(description, step)["content"]
        where = f"{step.method} {step.target}"
        assert step.media in content or "*/*" in content, where
        if step.json is not None and step.media in content:
            schema = content[step.media]["schema"]
            holds(schema["anyOf"][0] if "anyOf" in schema else schema, step.json)  # whole: nobody asked for `fields`


def test_refusals_are_as_described(tour, description, holds):
    for step in answered(tour, refused=True):
        problem = step.json
        assert step.media == "application/problem+json" and problem["status"] == step.answer.status_code, step.target
        assert step.media in answer_to(description, step)["content"], step.target
        holds({"$ref": "#/components/schemas/Problem"}, problem)


def differs(description, step):
    """What of an answer's headers is not as described."""
    described = {name.lower(): resolved(description, header) for name, header in answer_to(description, step).get("headers", {}).items()}
    sent = {name.lower() for name in step.answer.headers} - OF_HTTP_ITSELF
    where = f"{step.method} {step.target}: {step.answer.status_code}"
    yield from (f"{where}: {name} is not described" for name in sent - described.keys())
    yield from (f"{where}: {name} does not come" for name, header in described.items() if header["required"] and name not in sent)
    for name in sent & described.keys():
        schema = described[name]["schema"]
        value = int(step.answer.headers[name]) if schema.get("type") == "integer" else step.answer.headers[name]
        if not jsonschema.Draft202012Validator(schema).is_valid(value):
            yield f"{where}: {name}: {value}"


def again(tour, step, method=None, **headers):
    """The same step once more."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    other = Step(method or step.method, step.template, step.path, step.query, step.body, {**step.headers, **headers}, step.token)
    other.answer = tour.send(other)
    return other


def is_stream(step):
    return step.media == "text/event-stream"


def reads(tour):
    return [step for step in tour.steps if step.method == "GET" and step.answer.status_code == 200 and not is_stream(step)]


def test_every_header_of_an_answer_is_described(tour, description):
    steps = list(tour.steps)
    for step in reads(tour):
        if "ETag" in step.answer.headers:
            steps.append(again(tour, step, If_None_Match=again(tour, step).answer.headers["ETag"]))
        steps.append(again(tour, step, Accept_Encoding="identity"))
    tag = next(step for step in tour.steps if step.template == "/v1/models/{model}/tags")
    steps += [again(tour, tag, Idempotency_Key="twice"), again(tour, tag, Idempotency_Key="twice")]
    wrong = sorted({line for step in steps for line in differs(description, step)})
    assert not wrong, "\n".join(wrong)
    statuses = {step.answer.status_code for step in steps}
    assert statuses >= {200, 201, 206, 304, 400, 401, 403, 404, 405, 409, 413, 415, 416, 422}
    seen = {name.lower() for step in steps for name in step.answer.headers}
    unseen = {name for name in description["components"]["headers"] if name.lower() not in seen}
    assert unseen == {"Retry-After"}, "described, and never sent (Retry-After comes with 429, which the next test sees)"


def test_the_headers_of_a_limit_are_described(herald, description):
    server = herald.start("--rate-limit", "2")
    token = server.request("POST", "/v1/claim", {"code": server.claim_link().split("#")[1], "name": "ada"}).json()["token"]
    step = Step("GET", "/v1/models", token=token)
    answers = []
    for _ in range(3):
        step.answer = server.request("GET", "/v1/models", headers=step.all_headers())
        answers.append(step.answer)
        assert not list(differs(description, step))
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) >= 1 and "r=0" in answers[2].headers["RateLimit"]


# ---- conditions, compression, other origins ----


def test_whatever_is_read_as_json_or_content_can_be_asked_for_again_by_its_etag(tour):
    asked = 0
    for step in reads(tour):
        if step.media not in JSON and "Accept-Ranges" not in step.answer.headers:
            continue
        first = again(tour, step).answer
        second = again(tour, step, If_None_Match=f'"other", {first.headers["ETag"]}').answer
        if second.headers["ETag"] == first.headers["ETag"]:     # what tells the time is never the same
            assert (second.status_code, second.content) == (304, b""), step.target
            asked += 1
            assert second.headers.get("Herald-Sequence") == first.headers.get("Herald-Sequence"), step.target
            assert second.headers.get("Vary") == first.headers.get("Vary"), step.target
        assert again(tour, step, If_None_Match='"other"').answer.status_code == 200, step.target
    assert asked > 70


def test_what_is_large_is_sent_as_gzip_to_who_takes_it(tour):
    compressed = 0
    for step in reads(tour):
        plain, packed = (again(tour, step, Accept_Encoding=coding).answer for coding in ("identity", "gzip"))
        assert "Content-Encoding" not in plain.headers, step.target
        takes = "Accept-Ranges" not in plain.headers and step.media != "application/x-ndjson" and len(plain.content) >= LEAST_COMPRESSED
        assert (packed.headers.get("Content-Encoding") == "gzip") == takes, step.target
        if takes and plain.headers.get("ETag") == packed.headers.get("ETag") and step.template != "/metrics":
            assert packed.content == plain.content and int(packed.headers["Content-Length"]) < len(plain.content), step.target
            compressed += 1
    assert compressed > 20


def test_head_answers_as_get_does_without_a_body(tour):
    for step in reads(tour):
        got, asked = again(tour, step).answer, again(tour, step, "HEAD").answer
        assert (asked.status_code, asked.content) == (200, b""), step.target
        assert asked.headers.keys() == got.headers.keys(), step.target


def test_no_page_of_another_origin_is_let_in(tour):
    """CORS is off: nothing is allowed, nothing is answered before a request."""
    for step in tour.steps:
        assert not [name for name in step.answer.headers if name.lower().startswith("access-control-")], step.target
    for step in reads(tour):
        refused = again(tour, step, Origin="https://elsewhere.example.com").answer
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign-origin"), step.target
        asked = again(tour, step, "OPTIONS", Origin="https://elsewhere.example.com", Access_Control_Request_Method="GET").answer
        assert asked.status_code in (403, 405) and not [name for name in asked.headers if name.lower().startswith("access-control-")]


# ---- fields ----


def test_reads_give_the_members_that_were_asked_for(tour, description, holds):
    asked = 0
    for method, path, operation in operations(description):
        parameter = next((one for one in operation["parameters"] if one["name"] == "fields"), None)
        assert bool(parameter) == (method == "GET" and "application/json" in operation["responses"]["200"]["content"] and "security" not in operation
                                   and "206" not in operation["responses"]), f"{method} {path}"
        if not parameter:
            continue
        step = next(step for step in reads(tour) if step.template == path)
        names = parameter["schema"]["items"]["enum"]
        whole = again(tour, step).json
        for some in ({names[0]}, set(names[:2]), {names[-1]}):
            answer = Step("GET", path, step.path, {**step.query, "fields": ",".join(sorted(some))}, None, step.headers, step.token)
            answer.answer = tour.send(answer)
            is_list = "items" in whole and "items" not in names
            for part, full in zip(*[(body["items"] if is_list else [body]) for body in (answer.json, whole)]):
                assert part.keys() == some & full.keys(), answer.target
            holds(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json)
            asked += 1
        refused = Step("GET", path, step.path, {**step.query, "fields": "no_such_member"}, None, step.headers, step.token)
        refused.answer = tour.send(refused)
        assert refused.answer.status_code == 422 and refused.json["field"] == "fields", refused.target
    assert asked > 150


def test_what_must_be_given_is_required(tour, description):
    body = description["components"]["schemas"]["ModelRequest"]
    assert body["required"] == ["name"] and body["additionalProperties"] is False
    answer = httpx.post(tour.server.url + "/v1/models", json={}, headers={"Authorization": f"Bearer {tour.token}"}, trust_env=False)
    assert answer.json()["code"] == "missing-field"
