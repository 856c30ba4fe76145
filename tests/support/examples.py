"""The examples of /openapi.json (api/examples/*.json), made of a tour's steps: what was asked and answered, with stand-ins for
what differs from run to run (ids, times, random digests, tokens, addresses), so that the same tour makes the same files."""

import datetime
import hashlib
import json
import re
from collections import defaultdict

from tests.support.server import REPO
from tests.support.tour import DATA, IN_ANY, MATRIX, WEIGHTS, digest_of

FOLDER = REPO / "api" / "examples"
BEGIN = datetime.datetime(2026, 11, 24, 5, 0, tzinfo=datetime.timezone.utc)
TOKEN = "herald_" + "0123456789abcdef" * 6
STAND_INS = {"held_seconds": 3600.25, "duration_ms": 31, "next": "bmV4dCBwYWdl"}
LEFT_OUT = {"due"}   # of a delivery: it is there until the attempt begins
UUID = r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
HEX = r"\b[0-9a-f]{64}\b"
TIME = r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def time_after(minutes):
    return (BEGIN + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class StandIns:
    def __init__(self, hook):
        self.hook, self.ids = hook, {}
        self.hashes = {known: known for known in (DATA, digest_of(MATRIX), digest_of(WEIGHTS))}

    def id(self, found):
        return self.ids.setdefault(found.group(), f"0199a1b2-3c4d-7e5f-8a9b-{len(self.ids) + 1:012x}")

    def hash(self, found):
        return self.hashes.setdefault(found.group(), hashlib.sha256(str(len(self.hashes)).encode()).hexdigest())

    def text(self, text):
        text = re.sub(r"herald_[0-9a-f]{96}", TOKEN, text)
        text = re.sub(r"^[0-9a-f]{32,}$", lambda found: found.group() if len(found.group()) == 64 else "0123456789abcdef" * 2, text)
        text = text.replace(self.hook, "https://deploy.example.com/hooks/herald")
        text = re.sub(r"http://127\.0\.0\.1:\d+", "https://deploy.example.com:443", text)
        text = re.sub(r"[\w.-]+/[0-9a-f]{16}\b", "herald.example.com/0123456789abcdef", text)
        text = re.sub(UUID, self.id, text)
        text = re.sub(HEX, self.hash, text)
        return re.sub(TIME, lambda found: found.group() if found.group().startswith("2027") else time_after(0), text)

    def of(self, value, name=None):
        if name in STAND_INS and not isinstance(value, dict):
            return STAND_INS[name]
        if isinstance(value, dict):
            made = {key: self.of(one, key) for key, one in value.items() if key not in LEFT_OUT}
            if isinstance(made.get("time"), str) and str(made.get("sequence", "")).isdigit():
                made["time"] = time_after(int(made["sequence"]))
            return made
        if isinstance(value, list):
            return [self.of(one) for one in value]
        return self.text(value) if isinstance(value, str) else value


def short(description):
    """/openapi.json as an example of itself."""
    return {**{name: description[name] for name in ("openapi", "info")}, "paths": {}}


def examples_of(tour, description):
    """{file: {line: example}}"""
    stand_ins, files, refusals = StandIns(tour.hook), defaultdict(dict), {}
    tags = {(method.upper(), path): operation["tags"][0] for path, methods in description["paths"].items()
            for method, operation in methods.items()}
    for step in tour.steps:
        answer, status = step.json, str(step.answer.status_code)
        if step.refused:
            refusals.setdefault(status, stand_ins.of({"answer": answer})["answer"])
            continue
        if step.template.startswith(IN_ANY):
            continue
        line = f"{step.method} {step.template}"
        example = files[tags[step.method, step.template]].setdefault(line, {})
        if step.path or step.query:
            example.setdefault("parameters", stand_ins.of({**step.path, **step.query}))
        if isinstance(step.body, dict):
            example.setdefault("request", stand_ins.of(step.body))
        if status == "206" and step.media == "application/json":
            answer = step.answer.text   # as it is: a part of a document is none
        if answer is not None and status not in example.get("answers", {}):
            answer = short(answer) if step.template == "/openapi.json" else answer
            example.setdefault("answers", {})[status] = stand_ins.of(answer)
    made = {tag: {line: example for line, example in lines.items() if example} for tag, lines in files.items()}
    return {**made, "refusals": {"refusals": refusals}}


def kept():
    return {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json") if path.stem != "rare-refusals"}


def keep(examples):
    for path in FOLDER.glob("*.json"):
        if path.stem != "rare-refusals":
            path.unlink()
    for name, lines in examples.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n")
