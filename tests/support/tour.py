"""A team's day over HTTP, that asks every route at least once: where the examples of /openapi.json come from, and what tests of
all routes begin with.

    with taken(herald) as (server, tour):
        tour.steps                 # what was asked, and what was answered
"""

import contextlib
import hashlib
import json
import threading
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from tests.support.receiver import Receiver, Reply

WEIGHTS = b"weights of the model\n" * 64
MATRIX = b'{"labels":["no","yes"],"counts":[[90,3],[5,40]]}'
DATA = hashlib.sha256(b"customers").hexdigest()
CARD = {"text": "# Churn\n\n## Intended use\n\nTo call those who may leave.\n"}
IN_MODELS, IN_ANY = "/v1/models", "/v1/registries/{registry}/models"


def digest_of(content):
    return hashlib.sha256(content).hexdigest()


@dataclass
class Step:
    method: str
    template: str                              # as /openapi.json has it
    path: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    body: object = None                        # JSON, or bytes
    headers: dict = field(default_factory=dict)
    token: str = None
    refused: bool = False
    answer: object = None                      # httpx's

    @property
    def target(self):
        path = self.template
        for name, value in self.path.items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        return path + ("?" + urlencode(self.query) if self.query else "")

    @property
    def media(self):
        return self.answer.headers.get("Content-Type", "").split(";")[0]

    @property
    def json(self):
        """Of an answer that is one; else None, as of a part of one."""
        return self.answer.json() if self.answer.status_code != 206 and self.media == "application/json" or self.media.endswith("+json") else None

    def content(self):
        return self.body if self.body is None or isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def all_headers(self):
        kind = {} if self.body is None else {"Content-Type": "application/octet-stream" if isinstance(self.body, bytes) else "application/json"}
        return {**kind, **({"Authorization": f"Bearer {self.token}"} if self.token else {}), **self.headers}


class Tour:
    def __init__(self, send, wait, receiver):
        # send(step) does the request and gives the answer; wait(type, after) gives the event, when it is recorded.
        self.send, self.wait, self.receiver, self.hook = send, wait, receiver, receiver.url("/hooks/herald")
        self.token, self.registry, self.steps = None, None, []
        self.recorded, self.projected = 0, 0   # the last event that was recorded, and the last that the views are known to hold

    # ---- asking ----

    def asks(self, method, template, body=None, query=None, headers=None, as_="own", refused=False, **path):
        if template.startswith(IN_ANY):
            path = {"registry": self.registry, **path}
        step = Step(method, template, path, query or {}, body, headers or {}, self.token if as_ == "own" else as_, refused)
        step.answer = self.send(step)
        assert (step.answer.status_code >= 400) == refused, f"{method} {step.target}: {step.answer.status_code} {step.answer.text}"
        self.steps.append(step)
        if method != "GET":
            self.recorded = max(self.recorded, int(step.answer.headers.get("Herald-Sequence", 0)))
        return step.json

    def gets(self, template, query=None, **path):
        if self.projected < self.recorded:
            self.send(Step("GET", "/v1/registries", query={"min_sequence": self.recorded}, token=self.token))
            self.projected = self.recorded
        return self.asks("GET", template, query=query, **path)

    # ---- the day ----

    def opens(self, code):
        self.gets("/claim", as_=None)
        self.token = self.asks("POST", "/v1/claim", {"code": code, "name": "ada"}, as_=None)["token"]

    def works(self):
        self.looks_at_the_server()
        self.brings_people()
        self.makes_registries()
        self.stores_files()
        for self.models, self.registry in ((IN_MODELS, "models"), (IN_ANY, "fraud")):
            self.has_models()
        self.connects_automations()
        self.tells_lineage()
        self.asks_questions()
        self.follows_deliveries()
        self.cleans_up()

    def looks_at_the_server(self):
        for template in ("/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/v1", "/v1/kafka", "/v1/me"):
            self.gets(template)

    def brings_people(self):
        self.grace = self.asks("POST", "/v1/principals", {"name": "grace", "full_name": "Grace Hopper", "email": "grace@example.com"})["id"]
        self.asks("PATCH", "/v1/principals/{principal}", {"name": "Grace", "full_name": "Grace Brewster Hopper", "reason": "as on the passport"},
                  principal="grace")
        self.asks("POST", "/v1/principals", {"name": "edsger"})
        self.asks("POST", "/v1/principals", {"name": "trainer", "kind": "service"})
        self.asks("POST", "/v1/principals", {"name": "risk", "kind": "team"})
        self.asks("PUT", "/v1/principals/{principal}/members/{member}", {"reason": "joins the team"}, principal="risk", member="grace")
        self.gets("/v1/principals")
        self.gets("/v1/principals/{principal}", principal="grace")
        self.gets("/v1/principals/{principal}/members", principal="risk")
        self.asks("POST", "/v1/principals/{principal}/disable", {"reason": "on leave"}, principal="grace")
        self.asks("POST", "/v1/principals/{principal}/enable", {"reason": "back again"}, principal="grace")
        for _ in range(2):
            self.asks("PUT", "/v1/roles/{principal}", {"role": "member"}, principal="grace")
        self.asks("PUT", "/v1/roles/{principal}", {"role": "viewer", "reason": "trains every night"}, principal="trainer")
        self.gets("/v1/roles")
        self.gets("/v1/principals/{principal}/roles", principal="grace")
        self.gets("/v1/access/explain", {"principal": "grace", "permission": "write"})
        token = self.asks("POST", "/v1/tokens", {"principal": "trainer", "label": "nightly training", "expires": "2027-06-30T00:00:00Z", "at_most": "viewer"})
        self.gets("/v1/tokens", {"principal": "trainer"})
        self.asks("DELETE", "/v1/tokens/{token}", query={"reason": "the job has moved"}, token=token["id"])

    def makes_registries(self):
        stages = {"stages": ["dev", "staging", "live"],
                  "transitions": [{"to": "dev"}, {"from": "dev", "to": "staging"}, {"from": "staging", "to": "live"}, {"from": "live"}]}
        self.asks("POST", "/v1/registries", {"name": "fraud", "description": "Models of the fraud team", "stages": stages,
                                             "card_policy": {"sections": ["Intended use"], "aliases": ["production"]}})
        one = "/v1/registries/{registry}"
        self.asks("PATCH", one, {"description": "Models of the team that finds fraud", "card_policy": None, "reason": "the team was renamed"}, registry="fraud")
        self.asks("PATCH", one, {"stages": stages}, registry="models")
        self.asks("POST", "/v1/registries", {"name": "old", "kind": "dataset"})
        self.asks("POST", one + "/archive", {"reason": "moved to another server"}, registry="old")
        self.asks("POST", one + "/restore", {"reason": "moved back"}, registry="old")
        self.asks("PUT", one + "/protected-aliases/{alias}", {"reason": "it is what customers meet"}, registry="fraud", alias="champion")
        self.asks("DELETE", one + "/protected-aliases/{alias}", query={"reason": "it is no longer served"}, registry="fraud", alias="champion")
        self.asks("PUT", one + "/roles/{principal}", {"role": "admin"}, registry="fraud", principal="risk")
        self.asks("PUT", one + "/roles/{principal}", {"role": "member"}, registry="fraud", principal="risk")
        self.gets(one + "/roles", registry="fraud")
        self.asks("DELETE", one + "/roles/{principal}", query={"reason": "the audit is over"}, registry="fraud", principal="risk")
        self.gets("/v1/registries")
        self.gets(one, registry="fraud")
        self.gets(one + "/history", registry="fraud")

    def stores_files(self):
        for content in (WEIGHTS, WEIGHTS, MATRIX):
            self.asks("PUT", "/v1/blobs/{sha256}", content, sha256=digest_of(content))
        self.gets("/v1/blobs/{sha256}", sha256=digest_of(WEIGHTS))
        self.asks("GET", "/v1/blobs/{sha256}", headers={"Range": "bytes=0-9"}, sha256=digest_of(WEIGHTS))
        files = [{"path": "model.bin", "bytes": len(WEIGHTS), "digest": f"sha256:{digest_of(WEIGHTS)}"}]
        self.artifact = self.asks("POST", "/v1/artifacts", {"name": "churn-weights", "kind": "model", "files": files})["id"]
        self.gone = self.asks("POST", "/v1/artifacts", {"name": "customers", "kind": "dataset", "reference": "s3://data/customers.parquet",
                                                        "digest": f"sha256:{DATA}", "bytes": 1048576})["id"]
        self.gets("/v1/artifacts")
        self.gets("/v1/artifacts/{artifact}", artifact=self.artifact)
        self.gets("/v1/artifacts/{artifact}/files", artifact=self.artifact)
        self.gets("/v1/artifacts/{artifact}/manifest", artifact=self.artifact)
        self.asks("GET", "/v1/artifacts/{artifact}/manifest", headers={"Range": "bytes=0-8"}, artifact=self.artifact)
        self.gets("/v1/artifacts/{artifact}/files/{path}", artifact=self.artifact, path="model.bin")

    def connects_automations(self):
        for value in ("whsec_bm90IGEgc2VjcmV0LCBhbiBleGFtcGxl", "whsec_YW5vdGhlciBzZWNyZXQsIHNldCBhbmV3"):
            self.asks("PUT", "/v1/secrets/{secret}", {"value": value}, secret="deployer")
        self.asks("PUT", "/v1/secrets/{secret}", {"value": "no longer used"}, secret="old")
        self.gets("/v1/secrets")
        self.asks("DELETE", "/v1/secrets/{secret}", query={"reason": "no longer used"}, secret="old")
        definition = {"name": "tell-deployer", "on": ["alias.assigned"], "scope": {"model": "churn"},
                      "conditions": [{"field": "data.alias", "op": "equals", "value": "production"}],
                      "actions": [{"kind": "webhook", "url": self.hook, "signing_secret": "deployer"}]}
        one = "/v1/automations/{automation}"
        self.asks("POST", "/v1/automations", definition)
        self.asks("PUT", one, {**definition, "retry_seconds": [10, 60, 600], "reason": "the deployer restarts slowly"}, automation="tell-deployer")
        self.asks("POST", one + "/disable", {"reason": "the deployer is away"}, automation="tell-deployer")
        self.asks("POST", one + "/enable", {"reason": "it is back"}, automation="tell-deployer")
        self.gets("/v1/automations")
        self.gets(one, automation="tell-deployer")

    def has_models(self):
        models, one = self.models, self.models + "/{model}"
        churn = {"model": "churn"}
        self.asks("POST", models, {"name": "churn", "description": "Who will leave within a month", "tags": {"team": "risk"}, "owner": self.grace})
        self.asks("PATCH", one, {"description": "Who will leave within three months", "reason": "campaigns need time"}, **churn)
        self.asks("PATCH", one + "/tags", {"tier": "1", "team": None}, query={"reason": "it earns money"}, **churn)
        self.asks("PUT", one + "/owner", {"owner": self.grace, "reason": "she trained it"}, **churn)
        self.asks("POST", models, {"name": "draft"})
        self.asks("POST", one + "/rename", {"to": "draft 2", "reason": "there is another draft"}, model="draft")
        self.asks("POST", one + "/archive", {"reason": "nobody needs it"}, model="draft 2")
        self.asks("POST", one + "/restore", {"reason": "somebody does"}, model="draft 2")
        self.asks("DELETE", one, query={"reason": "registered by mistake"}, model="draft 2")
        self.asks("PUT", one + "/card", CARD, **churn)
        self.gets(one + "/card", **churn)
        self.asks("PUT", one + "/roles/{principal}", {"role": "admin"}, principal="risk", **churn)
        self.asks("PUT", one + "/roles/{principal}", {"role": "member"}, principal="risk", **churn)
        self.gets(one + "/roles", **churn)
        self.asks("DELETE", one + "/roles/{principal}", query={"reason": "the audit is over"}, principal="risk", **churn)
        self.has_versions(**churn)
        self.moves_aliases(**churn)
        self.evaluates(**churn)
        self.gets(models)
        self.gets(one, **churn)
        self.gets(one + "/history", {"limit": 2}, **churn)
        for template in ("/comments", "/usage", "/evaluations"):
            self.gets(one + template, **churn)

    def has_versions(self, **churn):
        versions, one = self.models + "/{model}/versions", self.models + "/{model}/versions/{version}"
        for n, auc in ((1, 0.91), (2, 0.92), (3, 0.93)):
            self.asks("POST", versions, {
                "source": f"s3://models/churn/{n}",
                "run": {"id": f"train-{n}", "commit": "e83c5163316f89bfbde7d9ab23ca2e25604af290", "framework": "sklearn", "parameters": {"depth": 6}},
                "metadata": {"trained_by": "nightly"}, "metrics": {"auc": auc}, "artifacts": [self.artifact] if n == 1 else []}, **churn)
        self.asks("PATCH", one, {"metrics": {"auc": 0.915}, "description": "trained on three months"}, version="1", **churn)
        self.asks("PATCH", one + "/tags", {"reviewed": "yes"}, query={"reason": "read by two"}, version="2", **churn)
        self.asks("PUT", one + "/card", CARD, version="2", **churn)
        self.gets(one + "/card", version="2", **churn)
        self.asks("DELETE", one + "/card", query={"reason": "it says what the model's says"}, version="2", **churn)
        for _ in range(2):
            self.asks("PUT", one + "/artifacts/{artifact}", {"reason": "the same weights"}, artifact=self.artifact, version="2", **churn)
        self.asks("DELETE", one + "/artifacts/{artifact}", query={"reason": "they are not"}, artifact=self.artifact, version="2", **churn)
        self.asks("POST", one + "/transition", {"stage": "dev", "expected": None, "reason": "passed the tests"}, version="1", **churn)
        self.gets(one + "/stages", version="1", **churn)
        self.asks("DELETE", one, query={"reason": "leaks the target"}, version="3", **churn)
        self.asks("POST", one + "/restore", {"reason": "it does not"}, version="3", **churn)
        self.asks("POST", self.models + "/{model}/comments", {"text": "ask Ann before moving production"}, **churn)
        comments = [self.asks("POST", one + "/comments", {"text": text}, version="2", **churn)["id"] for text in ("looks god", "looks bad")]
        self.asks("PATCH", self.models + "/{model}/comments/{comment}", {"text": "looks good"}, comment=comments[0], **churn)
        self.asks("DELETE", self.models + "/{model}/comments/{comment}", query={"reason": "said twice"}, comment=comments[1], **churn)
        self.gets(one + "/comments", version="2", **churn)
        for _ in range(2):
            self.asks("POST", one + "/usage", {"consumer": "campaigns", "count": 500}, version="2", **churn)
        self.gets(one + "/usage", version="2", **churn)
        self.gets(versions, {"limit": 2}, **churn)
        self.gets(one, version="2", **churn)
        self.gets(one + "/history", version="2", **churn)

    def moves_aliases(self, **churn):
        aliases = self.models + "/{model}/aliases"
        one = aliases + "/{alias}"
        self.asks("PUT", one, {"version": 1, "expected": None}, alias="production", **churn)
        self.asks("PUT", one, {"version": 2, "expected": 1, "reason": "better recall"}, alias="production", **churn)
        self.asks("PUT", one, {"version": 3}, alias="canary", **churn)
        self.asks("POST", aliases + ":move", {"moves": [{"alias": "canary", "to": 2, "expected": 3}, {"alias": "shadow", "to": 1}], "reason": "try both"}, **churn)
        self.asks("POST", aliases + ":move", {"moves": [{"alias": "canary", "to": 1}]}, **churn)
        self.asks("POST", aliases + ":swap", {"first": "production", "second": "canary", "expected_first": 2, "reason": "cut over"}, **churn)
        self.asks("POST", one + "/rollback", {"reason": "errors doubled"}, alias="production", **churn)
        self.asks("DELETE", one, query={"expected": 1, "reason": "done"}, alias="shadow", **churn)
        self.asks("POST", one + "/rollback", {"reason": "not done yet"}, alias="shadow", **churn)
        self.asks("DELETE", one, query={"reason": "done now"}, alias="shadow", **churn)
        self.gets(aliases, **churn)
        self.gets(one, alias="production", **churn)
        self.gets(one + "/holders", alias="production", **churn)
        self.gets(one + "/history", alias="production", **churn)

    def evaluates(self, **churn):
        evaluations = self.models + "/{model}/versions/{version}/evaluations"
        files = [{"name": "confusion", "kind": "confusion_matrix", "media_type": "application/json", "digest": f"sha256:{digest_of(MATRIX)}"}]
        for version, auc in (("1", 0.915), ("2", 0.925)):
            made = self.asks("POST", evaluations, {"name": "quality", "dataset": {"dataset": "hold-out"}, "run": "eval-7", "metrics": {"auc": auc},
                                                   "files": files}, version=version, **churn)
        at = {"version": "2", "evaluation": made["id"], **churn}
        self.gets(evaluations, version="2", **churn)
        self.gets(evaluations + "/{evaluation}", **at)
        self.gets(evaluations + "/{evaluation}/files/{file}", file="confusion", **at)
        self.gets(self.models + "/{model}/compare", {"versions": "1,2"}, **churn)
        self.gets(self.models + "/{model}/compare/evaluations", {"versions": "1,2"}, **churn)

    def tells_lineage(self):
        def edge(upstream, relation, downstream):
            return {"upstream": upstream, "relation": relation, "downstream": downstream}
        trained = edge({"dataset": "customers-2026-03"}, "trained_on", {"version": "churn:v3"})
        for body in (trained, trained, edge({"version": "churn:v3"}, "deployed_as", {"deployment": "eu-west"})):
            self.asks("POST", "/v1/lineage", body)
        self.gets("/v1/lineage", {"version": "churn:v3"})
        self.gets("/v1/lineage/impact", {"dataset": "customers-2026-03"})
        self.gets("/v1/runs", {"name": "train"})
        self.gets("/v1/runs/{run}", run="train-1")
        self.gets("/v1/artifacts/{artifact}/versions", artifact=self.artifact)

    def asks_questions(self):
        self.gets("/v1/resolve", {"ref": "churn:production"})
        for template in ("/v1/compare", "/v1/compare/evaluations"):
            self.gets(template, {"versions": "churn:v1,fraud/churn:v2"})
        self.gets("/v1/search", {"q": "name:ch* metric.auc>0.9", "kind": "versions", "limit": 1})
        self.gets("/v1/registries/{registry}/stages/{stage}", registry="models", stage="dev")
        self.gets("/v1/events", {"type": "alias.*", "limit": 2})
        self.gets("/v1/events/export", {"type": "alias.assigned"})
        self.gets("/v1/events/stream", {"after": 0, "before": 3})
        self.gets("/v1/events/{sequence}", sequence=2)
        self.gets("/v1/schemas")
        self.gets("/v1/schemas/envelope")
        self.gets("/v1/schemas/{type}", type="alias.assigned")
        self.gets("/v1/log")
        self.gets("/v1/log/proof/{sequence}", sequence=2)

    def follows_deliveries(self):
        self.asks("POST", "/v1/automations/{automation}/test", {}, automation="tell-deployer")
        first = self.wait("delivery.succeeded", after=0)
        delivery = self.gets("/v1/deliveries", {"automation": "tell-deployer"})["items"][0]["id"]
        self.gets("/v1/deliveries/{delivery}", delivery=delivery)
        held = threading.Event()
        self.receiver.answer_next(Reply(hold=held))
        self.asks("POST", "/v1/deliveries/{delivery}/replay", {"reason": "it was lost over there"}, delivery=delivery)
        held.set()
        self.wait("delivery.succeeded", after=int(first["sequence"]))

    def cleans_up(self):
        for models, self.registry in ((IN_MODELS, "models"), (IN_ANY, "fraud")):
            one = models + "/{model}"
            self.asks("POST", one + "/archive", {"reason": "no longer asked for"}, model="churn")
            self.asks("POST", one + "/restore", {"reason": "asked for again"}, model="churn")
            self.asks("DELETE", one + "/card", query={"reason": "it is out of date"}, model="churn")
        self.asks("POST", "/v1/versions:change", {"versions": ["churn:v1", "churn:v2"], "tags": {"tier": "1", "draft": None}, "reason": "after the review"})
        self.asks("POST", "/v1/versions:register", {"versions": [{"model": "uplift", "source": "s3://models/uplift/1", "create_model": True},
                                                                 {"model": "uplift", "source": "s3://models/uplift/2"}]})
        self.asks("POST", "/v1/models:change", {"models": ["churn", "uplift"], "tags": {"team": "risk"}, "reason": "one team has both"})
        self.asks("DELETE", "/v1/automations/{automation}", query={"reason": "the deployer asks for itself"}, automation="tell-deployer")
        self.asks("DELETE", "/v1/artifacts/{artifact}", query={"reason": "superseded"}, artifact=self.gone)
        self.asks("DELETE", "/v1/roles/{principal}", query={"reason": "it trains no more"}, principal="trainer")
        self.asks("DELETE", "/v1/principals/{principal}/members/{member}", query={"reason": "leaves the team"}, principal="risk", member="grace")
        self.asks("POST", "/v1/erasures", {"principal": "edsger", "reason": "asked for by himself"})
        self.puts_back()

    def puts_back(self):
        """So that whatever was read can be read again."""
        for models, self.registry in ((IN_MODELS, "models"), (IN_ANY, "fraud")):
            self.asks("PUT", models + "/{model}/card", CARD, model="churn")
        self.asks("PUT", "/v1/principals/{principal}/members/{member}", {"reason": "joins the team"}, principal="risk", member="grace")
        self.asks("PUT", "/v1/roles/{principal}", {"role": "viewer", "reason": "trains every night"}, principal="trainer")
        self.connects_automations()

    # ---- what is refused ----

    def is_refused(self):
        one, json_type = "/v1/models/{model}", {"Content-Type": "application/json"}
        self.asks("POST", "/v1/models", b'{"name":', headers=json_type, refused=True)
        self.asks("GET", "/v1/models", as_=None, refused=True)
        self.asks("GET", one, refused=True, model="nowhere")
        self.asks("POST", "/v1/models", {"name": "churn"}, refused=True)
        self.asks("POST", "/v1/models", {"name": "x" * (1 << 20)}, refused=True)
        self.asks("POST", "/v1/models", b"name: churn", headers={"Content-Type": "application/yaml"}, refused=True)
        self.asks("GET", "/v1/blobs/{sha256}", headers={"Range": "bytes=9000000-"}, refused=True, sha256=digest_of(WEIGHTS))
        self.asks("GET", "/v1/blobs/{sha256}", headers={"If-Match": '"0"'}, refused=True, sha256=digest_of(WEIGHTS))
        self.asks("POST", "/v1/models", {"name": "fraud", "nmae": "x"}, refused=True)
        self.asks("DELETE", "/v1/models", refused=True)
        token = self.asks("POST", "/v1/tokens", {"principal": "trainer"})["token"]
        self.asks("PATCH", one, {"description": None}, as_=token, refused=True, model="churn")


@contextlib.contextmanager
def taken(herald, *options):
    """(server, tour) of a new server, when the tour is over."""
    with Receiver() as receiver:
        server = herald.start("--allow-target", "127.0.0.0/8", *options)
        tour = Tour(lambda step: server.request(step.method, step.target, step.content(), headers=step.all_headers()),
                    lambda kind, after: server.wait_for_event(kind, after, headers={"Authorization": f"Bearer {tour.token}"}),
                    receiver)
        tour.opens(server.claim_link().split("#")[1])
        tour.works()
        tour.is_refused()
        yield server, tour
