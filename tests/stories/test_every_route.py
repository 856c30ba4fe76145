"""What schemathesis makes of /openapi.json, sent to all routes by each role: valid requests, about what there is and what there
is not, and requests that the description refuses. No 5xx; every answer has a status, media type, headers and body that are
described; what breaks the schema is refused in problem+json, and nothing is changed.

The examples are the same each time, so that a run says the same as the one before. `HERALD_FUZZ_SECONDS=600` (script/test-long) goes on
with fresh ones for so long, on a new server for each seed; `HERALD_SEED` begins with the one that a failure names."""

import contextlib
import itertools
import os
import secrets
import time
from collections import defaultdict

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (content_type_conformance, negative_data_rejection, response_headers_conformance,
                                               response_schema_conformance, status_code_conformance)

from tests.support.server import Herald
from tests.support.tour import IN_ANY, IN_MODELS, taken

FUZZ_SECONDS = int(os.environ.get("HERALD_FUZZ_SECONDS", 0))
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 2}   # requests for each route and role
ROLES = ["none", "restricted_viewer", "viewer", "member", "admin"]   # who can destroy most comes last
OF_HTTP_ITSELF = {405, 431}                          # are described by "default"
KNOWN = {                                            # values of parameters that are more than text
    "as_of": ["2026-01-01T00:00:00Z", "119", "120"], "min_sequence": [1, 7], "after": [0, 3], "before": [100], "since": ["2026-01-01T00:00:00Z"],
    "until": ["2026-01-01T00:00:00Z"], "ref": ["churn:production", "fraud/churn:v2"], "versions": ["1,2", "latest,production"], "with": ["production"],
    "q": ["name:ch* -archived", "metric.auc>0.9"], "sort": ["-created", "name"], "model": ["churn"], "version": ["churn:v3"],
    "dataset": ["customers-2026-03", "hold-out"], "run": ["train-1"], "type": ["alias.*"], "principal": ["me", "grace"], "registry": ["models", "fraud"],
    "stage": ["dev"], "name": ["churn"], "automation": ["tell-deployer"], "reason": ["cut over"]}
# Each comes after what it would take the ground from.
LAST = ["/archive", "/disable", "/restore", "/enable", "erasures", "patch /v1/principals/{principal}"]


@schemathesis.check
def refused_in_problem_json(_, response, case):
    """What schemathesis does not ask: that a status is described by itself, and a refusal is problem+json."""
    described = case.operation.definition.raw["responses"]
    if str(response.status_code) not in described and response.status_code not in OF_HTTP_ITSELF:
        raise AssertionError(f"{response.status_code} is not described")
    if response.status_code >= 400:
        kind = response.headers["content-type"][0]
        if kind != "application/problem+json" or response.json()["status"] != response.status_code:
            raise AssertionError(f"{response.status_code} as {kind}")


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance,
          refused_in_problem_json]
BROKEN = {GenerationMode.POSITIVE: CHECKS, GenerationMode.NEGATIVE: [*CHECKS, negative_data_rejection]}


EXAMPLES_OF_IT = hypothesis.settings(deadline=None, derandomize=True, database=None, phases=[hypothesis.Phase.generate],
                                     suppress_health_check=list(hypothesis.HealthCheck))


class Asking:
    """A server with all that a team has after a day, and a token of each role."""

    def __init__(self, server, tour):
        self.server, self.tour = server, tour
        self.tokens = {"admin": tour.token, "none": None}
        for role in ROLES[1:-1]:
            name = role.replace("_", "-")
            tour.asks("POST", "/v1/principals", {"name": name})
            tour.asks("PUT", "/v1/roles/{principal}", {"role": role}, principal=name)
            self.tokens[role] = tour.asks("POST", "/v1/tokens", {"principal": name})["token"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.answers = defaultdict(lambda: defaultdict(int))   # role -> (operation, status) -> how often

    def headers(self, role):
        token = self.tokens[role]
        return {"Authorization": f"Bearer {token}"} if token else {}


@pytest.fixture(scope="module")
def asking(herald_of_the_module):
    with taken(herald_of_the_module) as (server, tour):
        yield Asking(server, tour)


def in_models(template):
    return IN_MODELS + template[len(IN_ANY):] if template.startswith(IN_ANY) else template


def among(values, schema):
    """One of the values, or else what the schema has."""
    return {"anyOf": [{"enum": values}, schema]} if values else schema


def with_what_there_is(description, tour, mode):
    """The description with what there is as values of its parameters, and with what was sent among its bodies, so that not all is
    refused as not found or as nonsense. A request that is to be refused may also have all else that the schema has."""
    there, sent = defaultdict(list), defaultdict(list)
    for step in tour.steps:
        if step.refused:
            continue
        for name, value in step.path.items():
            if str(value) not in there[name] and (step.method == "GET" or name in ("token", "member", "secret")):
                there[name].append(str(value))
        if isinstance(step.body, dict) and step.body not in sent[step.method, in_models(step.template)]:
            sent[step.method, in_models(step.template)].append(step.body)
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if mode.is_positive:
                operation["parameters"] = [parameter for parameter in operation["parameters"] if parameter["name"] != "cursor"]
            for parameter in operation["parameters"]:
                parameter.pop("example", None)
                name, schema = parameter["name"], parameter["schema"]
                if parameter["in"] == "path":
                    parameter["schema"] = {"enum": [*there[name], "no-such-thing"]} if there[name] else schema
                elif parameter["in"] == "query" and name in KNOWN:
                    parameter["schema"] = {"enum": KNOWN[name]} if mode.is_positive else among(KNOWN[name], schema)
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                content.pop("examples", None)
                content["schema"] = among(sent[method.upper(), in_models(path)], content["schema"])
    return description


def order(operation):
    late = next((n + 1 for n, word in enumerate(LAST) if f"{operation.method} {operation.path}".endswith(word)), 0)
    return (operation.method != "get") + (operation.method == "delete" or late > 0), late, operation.path


def ends(operation):
    return operation.path != "/v1/events/stream"


def to_each_role(asking, label, checks, wrong):
    """Sends a case by each, and notes what is not as it should be."""
    def is_sent(case):
        for role in ROLES:
            try:
                answer = case.call_and_validate(base_url=asking.server.url, session=asking.session, headers=asking.headers(role), checks=checks)
                asking.answers[role][label, answer.status_code] += 1
            except BaseException as error:  # a group of failures is no Exception
                if isinstance(error, (KeyboardInterrupt, SystemExit)):
                    raise
                wrong[label] |= {f"{role}: {part}"[:1500] for part in getattr(error, "exceptions", [error])}
    return is_sent


def asked_of_all(asking, mode, seed=None):
    """What was wrong. Without a seed the examples are the same each time."""
    description = with_what_there_is(asking.server.get("/openapi.json"), asking.tour, mode)
    operations = [result.ok() for result in schemathesis.openapi.from_dict(description).get_all_operations()]
    assert len(operations) > 150
    wrong = defaultdict(set)
    for operation in sorted(filter(ends, operations), key=order):
        is_sent = to_each_role(asking, operation.label, BROKEN[mode], wrong)
        asks = hypothesis.given(case=operation.as_strategy(generation_mode=mode))(is_sent)
        if seed is not None:
            asks = hypothesis.seed(seed)(asks)
        settings = hypothesis.settings(EXAMPLES_OF_IT, max_examples=EXAMPLES[mode], derandomize=seed is None)
        with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # nothing that this route takes can be broken
            settings(asks)()
    return "\n\n".join(f"{label}: " + "\n".join(sorted(why)) for label, why in wrong.items())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_to_each_role_is_as_described(asking, mode):
    wrong = asked_of_all(asking, mode)
    assert not wrong, wrong


def test_much_of_it_is_answered_and_not_refused(asking):
    """By what the tests above have sent."""
    done = {role: {label for (label, status) in answers if status < 300} for role, answers in asking.answers.items()}
    asked = {role: {label for (label, _) in answers} for role, answers in asking.answers.items()}
    assert len(done["none"]) <= 5
    assert len(done["admin"]) > 0.6 * len(asked["admin"]), asked["admin"] - done["admin"]
    assert len(done["viewer"]) > 0.3 * len(asked["viewer"])


if FUZZ_SECONDS:
    @pytest.mark.timeout(0)
    def test_fresh_examples_find_nothing_else(tmp_path):
        """Until the time is over."""
        ends = time.monotonic() + FUZZ_SECONDS
        for seed in itertools.count(int(os.environ.get("HERALD_SEED") or secrets.randbits(32))):
            again = f"to see it again: HERALD_SEED={seed}"
            print(again, flush=True)
            herald = Herald(tmp_path / str(seed))
            with contextlib.closing(herald), taken(herald) as (server, tour):
                asking = Asking(server, tour)
                wrong = "".join(asked_of_all(asking, mode, seed) for mode in GenerationMode)
            assert not wrong, f"{again}\n{wrong}"
            if time.monotonic() >= ends:
                break
