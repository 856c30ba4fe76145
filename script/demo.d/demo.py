"""Herald's main job, once, on real input; what happened is shown and held against what must have happened.
script/demo starts it, and says more."""

import argparse
import base64
import json
import os
import shutil
import signal
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

import checks  # noqa: E402
import training  # noqa: E402
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition  # noqa: E402
from parts import kafka, server, wipe_kafka  # noqa: E402
from stage import CommandLine, Missing, bold, checked, faint, green, heading, red, require, say, show_output  # noqa: E402

from tests.support.receiver import Receiver, Reply  # noqa: E402

FOLDER = REPO / "build" / "demo"
BINARY = REPO / "build" / "release" / "herald"
MODEL = "tumour"
KAFKA_LIMIT_S = 60
CHANNELS = ("webhook", "slack", "teams")


@dataclass
class Demo:
    herald: CommandLine
    url: str
    brokers: str
    receiver: Receiver
    signing_secret: str


def main():
    parser = argparse.ArgumentParser(prog="script/demo")
    parser.add_argument("--no-stay", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)   # so that what was started is stopped then too
    began = time.monotonic()
    wipe_kafka(REPO, FOLDER / "kafka")   # of a demo that was killed
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        run(options.no_stay, began)
    except Missing as missing:
        say(f"\n   {red('✗')} {missing}")
        return 1
    except KeyboardInterrupt:
        say("\nstopped")
        return 130
    return 0


def run(no_stay, began):
    say(bold("Herald: two models, one promotion, and everybody who is to know of it"))
    heading(1, "Start", "a Kafka broker, a receiver that stands for Slack, Teams and a deployment, the server")
    with kafka(REPO, FOLDER / "kafka") as brokers, Receiver() as receiver:
        checked(f"Kafka at {brokers}")
        checked(f"receivers at {receiver.url()}")
        options = ["--kafka", brokers, "--allow-target", "127.0.0.1/32"]
        with server(BINARY, FOLDER, options) as url:
            checked(f"herald at {url}")
            secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
            demo = Demo(CommandLine(BINARY, url), url, brokers, receiver, secret)
            tell_whom(demo)
            first, better = train_and_register(demo)
            before = promote(demo, first, better)
            last = wait_for_deliveries(demo)
            look_back(demo, before)
            look_at_receivers(demo)
            look_at_deliveries(demo)
            look_at_lineage(demo)
            look_at_kafka(demo, last)
            say(f"\n   {green('All of it is there.')} {faint(f'{time.monotonic() - began:.0f} s')}")
            if not no_stay:
                stay(demo)


def tell_whom(demo):
    heading(2, "A model, and who is to know of it",
            "three automations; the signing secret is stored encrypted, and nobody can read it back")
    demo.herald("model", "register", MODEL, "--description", "Is this tumour malignant?", "--tag", "team=oncology", "-o", "id")
    secret = FOLDER / "signing-secret"
    secret.write_text(demo.signing_secret + "\n")
    demo.herald("secret", "set", "deployer", "--file", secret.relative_to(REPO), "-o", "id")
    definitions = {
        "webhook": {"kind": "webhook", "url": demo.receiver.url("/deploy"), "signing_secret": "deployer"},
        "slack": {"kind": "slack", "url": demo.receiver.url("/slack")},
        "teams": {"kind": "teams", "url": demo.receiver.url("/teams")},
    }
    for name, action in definitions.items():
        definition = {
            "name": f"tell-{name}",
            "on": ["alias.assigned"],
            "scope": {"model": MODEL},
            "conditions": [{"field": "data.alias", "op": "equals", "value": "production"}],
            "actions": [action],
            "retry_seconds": [1, 1, 2],
        }
        path = FOLDER / f"tell-{name}.json"
        path.write_text(json.dumps(definition, indent=2) + "\n")
        demo.herald("automation", "create", "-f", path.relative_to(REPO), "-o", "id")
    # The deployment is down at first: what is sent to it must come again.
    demo.receiver.answer_next(Reply(503, b"deploying something else"), path="/deploy")
    demo.receiver.answer(Reply(202, b""), path="/teams")


def train_and_register(demo):
    heading(3, "Train two models", "on scikit-learn's breast cancer data: 569 tumours, 30 measures each")
    data = training.save_data(FOLDER / "data-set")
    first, better = training.train(FOLDER / "models")
    for model in (first, better):
        say(f"   {model.name:<10}" + "  ".join(f"{name} {value:.4f}" for name, value in model.metrics.items()))
    require(better.metrics["auc"] > first.metrics["auc"], f"{better.name} is the better one")

    heading(4, "Upload and register", "files by their SHA-256; a version with run, metrics, metadata and where it comes from")
    herald = demo.herald
    data_artifact = herald("artifact", "upload", training.DATA_SET, data.relative_to(REPO), "--kind", "dataset", "-o", "id")
    for number, model in enumerate((first, better), start=1):
        register(herald, number, model, data_artifact)
    herald("version", "list", MODEL)
    herald("comment", "add", f"{MODEL}:v2", "Recall on malignant is what counts here, and it is higher.", "-o", "id")
    return first, better


def register(herald, number, model, data_artifact):
    artifact = herald("artifact", "upload", f"{MODEL}-{model.name}", model.folder.relative_to(REPO), "-o", "id")
    run = f"train-{model.name}"
    metrics = [word for name, value in model.metrics.items() for word in ("--metric", f"{name}={value}")]
    reference = herald("version", "register", MODEL, "--artifact", artifact, "--run", run, *metrics,
                       "--metadata", f"@{model.folder.relative_to(REPO)}/training.json", "-o", "id")
    if reference != f"{MODEL}:v{number}":
        raise Missing(f"{reference} is not {MODEL}:v{number}")
    for edge in ((f"artifact:{data_artifact}", "used", f"run:{run}"),
                 (f"run:{run}", "produced", f"version:{reference}"),
                 (f"dataset:{training.DATA_SET}", "trained_on", f"version:{reference}")):
        herald("lineage", "record", *edge, "-o", "id", show=False)


def promote(demo, first, better):
    """Returns the number of the last event at which production was the first model."""
    heading(5, "Promote", "aliases move by compare and set: nobody overwrites what they have not seen")
    herald = demo.herald
    herald("alias", "set", MODEL, "candidate", 1, "-o", "id")
    herald("alias", "set", MODEL, "production", 1, "--expected", "none", "--reason", "first release")
    before = json.loads(herald.quietly("status", "-o", "json"))["server"]["sequence"]
    herald("alias", "set", MODEL, "candidate", 2, "-o", "id")
    gain = better.metrics["auc"] - first.metrics["auc"]
    herald("alias", "set", MODEL, "production", 2, "--expected", 1, "--reason", f"auc +{gain:.3f}")
    herald.refused("alias", "set", MODEL, "production", 1, "--expected", 1, exit_code=4)
    checked("the late one, who thought it was still v1, is refused")
    return before


def wait_for_deliveries(demo):
    """Two moves of production, three automations. Returns the number of the last event."""
    heading(6, "Wait until everybody was told", "by following the events; the webhook's first attempt met a 503 and is repeated")
    count = 2 * len(CHANNELS)
    demo.herald("events", "follow", "--after", 0, "--type", "delivery.succeeded", "--limit", count, "--timeout", 60)
    newest = json.loads(demo.herald.quietly("events", "list", "--newest-first", "--limit", 1, "-o", "jsonl"))
    return int(newest["sequence"])


def look_back(demo, before):
    heading(7, "What was, and what is")
    demo.herald("alias", "history", MODEL, "production")
    then = demo.herald("resolve", f"{MODEL}:production", "--as-of", before, "-o", "id")
    now = demo.herald("resolve", f"{MODEL}:production", "-o", "id")
    require((then, now) == (f"{MODEL}:v1", f"{MODEL}:v2"), f"production was {then} at event {before}, and is {now}")


def look_at_receivers(demo):
    heading(8, "What Slack, Teams and the deployment got", "each call held against what its service documents")
    slack = [checks.slack(call) for call in demo.receiver.wait_for(2, "/slack")]
    require(any("v2" in text and MODEL in text for text in slack), f"Slack: {slack[-1]!r}")
    teams = [checks.teams(call) for call in demo.receiver.wait_for(2, "/teams")]
    require(any("v2" in text and MODEL in text for text in teams), f"Teams: {teams[-1]!r}")
    calls = demo.receiver.wait_for(3, "/deploy")
    payloads = [checks.webhook(call, demo.signing_secret) for call in calls]
    require(any(payload["data"]["to"] == 2 for payload in payloads), f"webhook: {len(calls)} calls, each with a good signature")
    ids = [call.headers["webhook-id"] for call in calls]
    require(len(set(ids)) == 2, "the repeated one came under the same webhook-id")


def look_at_deliveries(demo):
    heading(9, "The deliveries, attempt by attempt")
    demo.herald("delivery", "list")
    deliveries = [json.loads(line) for line in demo.herald.quietly("delivery", "list", "-o", "jsonl").splitlines()]
    if len(deliveries) != 2 * len(CHANNELS) or any(delivery["state"] != "succeeded" for delivery in deliveries):
        raise Missing("six deliveries should have succeeded")
    repeated = None
    for delivery in deliveries:
        shown = json.loads(demo.herald.quietly("delivery", "show", delivery["id"], "-o", "json"))
        if len(shown["attempts"]) > 1:
            repeated = delivery["id"]
    require(repeated, "one of them needed a second attempt")
    demo.herald("delivery", "show", repeated)


def look_at_lineage(demo):
    heading(10, "From the data set to production")
    demo.herald("lineage", "show", f"version:{MODEL}:production", "--direction", "upstream")
    answer = json.loads(demo.herald.quietly("lineage", "show", f"dataset:{training.DATA_SET}", "--direction", "downstream", "-o", "json"))
    reached = {node["name"] for node in answer["nodes"]}
    require(f"{MODEL}:v2" in reached, f"{training.DATA_SET} leads to {MODEL}:v2")


def look_at_kafka(demo, last):
    heading(11, "The same events from Kafka", "read by a stock consumer (confluent-kafka, read_committed); where a transaction ends, an offset holds no event")
    messages = consume(demo.brokers, last)
    for message in messages[-5:]:
        headers = dict(message.headers())
        show_output(f"offset {message.offset():>4}  {headers['ce_type'].decode():<32} {len(message.value()):>5} bytes")
    for expected, message in enumerate(messages, start=1):
        if message.value() != event_bytes(demo.url, expected):
            raise Missing(f"message {expected} of the topic is not event {expected} of the log, byte for byte")
    require(len(messages) == last, f"{last} events in the log, {len(messages)} in the topic: the same, byte for byte, in order")
    demo.herald("kafka", "verify")


def consume(brokers, last):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "demo", "isolation.level": "read_committed",
                         "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition("herald.events", 0, OFFSET_BEGINNING)])
    messages = []
    deadline = time.monotonic() + KAFKA_LIMIT_S
    try:
        while len(messages) < last:
            left = deadline - time.monotonic()
            message = consumer.poll(left) if left > 0 else None
            if message is None:
                raise Missing(f"only {len(messages)} of {last} events came from Kafka within {KAFKA_LIMIT_S} s")
            if message.error() and message.error().code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                continue  # not made yet
            if message.error():
                raise Missing(f"Kafka says: {message.error()}")
            messages.append(message)
    finally:
        consumer.close()
    return messages


def event_bytes(url, sequence):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/v1/events/{sequence}", timeout=30) as answer:
        return answer.read()


def stay(demo):
    awaited = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    herald = "build/release/herald"
    say(f"""
{bold(f'The server stays up at {demo.url}')}, with Kafka at {demo.brokers}. Ctrl-C stops both. Try, in another terminal:

   export HERALD_URL={demo.url}
   {herald} events follow --after 0
   {herald} model history {MODEL}
   {herald} alias set {MODEL} production 1 --reason "roll back"     {faint('# tells all three again')}
   {herald} automation test tell-slack
   {herald} --help
   curl {demo.url}/v1/models/{MODEL}
""")
    signal.sigwait(awaited)
    say("\nstopping")


if __name__ == "__main__":
    sys.exit(main())
