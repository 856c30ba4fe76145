"""The topic holds what the log holds, each event once, in order, byte for byte, whatever fails."""

import json
import os
import random
import re
import shutil
import subprocess
import threading

import httpx
import pytest

from tests.support.ledger import Ledger, Writer

KILLS = int(os.environ.get("HERALD_ROUNDS", "20"))
FAIL_POINTS = ("kafka.before_progress", "kafka.before_commit", "kafka.after_commit")


@pytest.fixture
def kafka(broker, prefix):
    """The options of a server that publishes to this test's own topics."""
    return ["--kafka", broker.address, "--kafka-prefix", prefix]


def events_of(server):
    """The bytes of each event, as the log has them."""
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        last = client.get("/v1").json()["sequence"]
        for sequence in range(1, last + 1):
            answer = client.get(f"/v1/events/{sequence}")
            assert answer.status_code == 200, answer.text
            yield answer.content


def register(server, count, model="churn"):
    if not server.get(f"/v1/models?name={model}")["items"]:
        server.post("/v1/models", {"name": model})
    for _ in range(count):
        server.post(f"/v1/models/{model}/versions", {"source": "s3://models/churn"})


def expect_all(broker, prefix, server):
    """Consumes as many records as the log has events, then lets `herald kafka verify` find what is too much."""
    events = list(events_of(server))
    records = broker.consume(f"{prefix}.events", len(events))
    for sequence, (record, event) in enumerate(zip(records, events, strict=True), 1):
        assert record.value == event, f"event {sequence}"
        assert record.headers["ce_sequence"] == f"{sequence:020}"
    verify = server.cli("kafka", "verify", "--output", "json")
    assert verify.returncode == 0, verify.stdout + verify.stderr
    found = json.loads(verify.stdout)
    assert found["in_topic"] == found["in_log"] == found["compared"] == found["progress"] == len(events)
    return records


def wait_for_log(herald, text, timeout=60):
    """The first line of the server's log in which `text` stands, as soon as it is written."""
    follow = subprocess.Popen(["tail", "--lines=+1", "--follow=name", "--retry", herald.log], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    watchdog = threading.Timer(timeout, follow.kill)
    watchdog.start()
    try:
        for line in follow.stdout:
            if text in line:
                return line
    finally:
        watchdog.cancel()
        follow.kill()
        follow.wait()
    raise AssertionError(f"{text!r} is not in the log:\n{herald.log.read_text()[-3000:]}")


def decide(herald, server):
    wait_for_log(herald, "publication has stopped for good")
    status = server.get("/v1/kafka")
    assert status["state"] == "stopped"
    return status["decide"]


def test_a_stock_consumer_reads_the_log_s_bytes_with_keys_and_headers(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 3)
    server.put("/v1/models/churn/aliases/production", {"version": 2})
    for record in expect_all(broker, prefix, server):
        event = json.loads(record.value)
        assert record.key == event["subject"]
        assert record.headers == {"content-type": "application/cloudevents+json; charset=UTF-8",
                                  **{f"ce_{name}": event[name] for name in ("specversion", "type", "source", "id", "time",
                                                                            "sequence", "subject")}}
    settings = broker.settings(f"{prefix}.events")
    assert (settings["cleanup.policy"], settings["retention.ms"]) == ("delete", "-1")
    assert broker.settings(f"{prefix}.progress")["cleanup.policy"] == "compact"
    assert server.cli("kafka", "status").returncode == 0
    server.stop()


@pytest.mark.timeout(0 if "HERALD_ROUNDS" in os.environ else 600)
def test_killed_twenty_times_while_writes_go_on_it_brings_each_event_once(broker, prefix, herald, kafka):
    seed = int(os.environ.get("HERALD_SEED", random.randrange(1 << 32)))
    print(f"HERALD_SEED={seed}")
    chance = random.Random(seed)
    ledger = Ledger()
    writers = [Writer(f"w{number}", ledger, "churn") for number in range(2)]
    for number in range(KILLS):
        # At a named place of the publisher, or at whatever it is doing after so many answers.
        at_a_place = number % 3 != 2
        environment = {"HERALD_FAIL_POINTS": f"{chance.choice(FAIL_POINTS)}=kill@{chance.randint(1, 4)}"} if at_a_place else {}
        server = herald.start(*kafka, environment=environment)
        if number == 0:
            server.request("POST", "/v1/models", {"name": "churn"})
        for writer in writers:
            writer.run_against(server.port)
        if not at_a_place:
            assert ledger.wait_for(len(ledger.acknowledged) + chance.randint(1, 400), timeout=60)
            server.kill()
        server.wait_until_gone()
        for writer in writers:
            writer.join()
        assert not ledger.refused, ledger.refused[:3]
    server = herald.start(*kafka)
    expect_all(broker, prefix, server)
    server.stop()


def test_a_topic_is_compared_with_the_log_while_writes_go_on(broker, prefix, herald, kafka):
    ledger = Ledger()
    server = herald.start(*kafka)
    server.request("POST", "/v1/models", {"name": "churn"})
    writers = [Writer(f"w{number}", ledger, "churn") for number in range(2)]
    for writer in writers:
        writer.run_against(server.port)
    broker.consume(f"{prefix}.events", 1)  # publication has begun
    for round_number in range(5):
        assert ledger.wait_for(len(ledger.acknowledged) + 100, timeout=60)
        verify = server.cli("kafka", "verify", "--output", "json")
        assert verify.returncode == 0, f"round {round_number}: {verify.stdout}{verify.stderr}"
        found = json.loads(verify.stdout)
        assert 0 < found["compared"] == found["progress"] <= min(found["in_log"], found["in_topic"])
    told = server.cli("kafka", "verify").stderr
    upto = int(re.search(r"up to event (\d+),", told)[1])
    waiting = re.search(r"(\d+) events? (?:is|are) not published yet", told)
    assert upto + int(waiting[1] if waiting else 0) <= server.get("/v1")["sequence"], told
    server.kill()
    for writer in writers:
        writer.join()
    assert not ledger.refused, ledger.refused[:3]


def test_writes_go_on_while_the_broker_is_away_and_are_published_when_it_is_back(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 5)
    broker.consume(f"{prefix}.events", server.get("/v1")["sequence"])
    broker.crash()
    try:
        register(server, 5)
        wait_for_log(herald, "events wait in the log")
        assert server.get("/v1/kafka")["lag"] == 5
    finally:
        broker.start()
    register(server, 5)
    expect_all(broker, prefix, server)
    assert server.get("/v1/kafka")["restarts"] > 0
    server.stop()


def test_it_stops_within_seconds_while_the_broker_hangs(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 1)
    broker.consume(f"{prefix}.events", server.get("/v1")["sequence"])
    with broker.frozen():
        register(server, 1)
        server.process.terminate()
        assert server.wait_until_gone(timeout=20) == 0
    server = herald.start(*kafka)
    expect_all(broker, prefix, server)
    server.stop()


def test_a_log_restored_from_an_older_backup_is_not_published(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 3)
    server.stop()
    shutil.copytree(herald.data, herald.folder / "backup")
    server = herald.start(*kafka)
    register(server, 3)
    expect_all(broker, prefix, server)
    published = server.get("/v1")["sequence"]
    server.stop()
    shutil.rmtree(herald.data)
    (herald.folder / "backup").rename(herald.data)

    server = herald.start(*kafka)
    message = decide(herald, server)
    assert f"holds events up to {published}, but this log ends at {published - 3}" in message
    assert "older backup" in message
    register(server, 1)  # the registry goes on
    status = server.cli("kafka", "status", "--output", "json")
    assert json.loads(status.stdout)["decide"] == message
    assert status.returncode == 1 and "publication has stopped" in status.stderr
    server.stop()


def test_events_that_wait_for_publication_are_no_difference(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 3)
    expect_all(broker, prefix, server)
    server.stop()
    server = herald.start()
    register(server, 2)
    verify = server.cli("kafka", "verify", *kafka)
    assert verify.returncode == 0, verify.stdout + verify.stderr
    assert "2 events are not published yet" in verify.stderr
    server.stop()


def test_a_topic_that_was_deleted_is_not_made_again(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 3)
    expect_all(broker, prefix, server)
    server.stop()
    broker.delete_topic(f"{prefix}.events")
    server = herald.start(*kafka)
    assert f"topic {prefix}.events is not there any more" in decide(herald, server)
    assert server.cli("kafka", "verify").returncode == 3
    server.stop()


def test_after_both_topics_are_deleted_all_is_published_anew(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 3)
    expect_all(broker, prefix, server)
    server.stop()
    broker.delete_topic(f"{prefix}.events")
    broker.delete_topic(f"{prefix}.progress")
    server = herald.start(*kafka)
    wait_for_log(herald, f"publishing to {prefix}.events at {broker.address} from event 1 on")
    expect_all(broker, prefix, server)
    server.stop()


UNLIMITED = {"retention.ms": "-1", "retention.bytes": "-1"}


@pytest.mark.parametrize(("topic", "partitions", "settings", "why"), [
    ("events", 1, {**UNLIMITED, "cleanup.policy": "compact"},
     "has cleanup.policy=compact, which would take events out of it; set cleanup.policy=delete and"),
    ("events", 3, {**UNLIMITED, "retention.ms": "86400000"},
     "has retention.ms=86400000, which would take events out of it; set retention.ms=-1 and"),
    ("events", 1, {**UNLIMITED, "retention.bytes": "1073741824"},
     "has retention.bytes=1073741824, which would take events out of it; set retention.bytes=-1 and"),
    ("events", 1, {"cleanup.policy": "compact,delete"}, "set cleanup.policy=delete, retention.ms=-1 and"),
    ("events", 1, {**UNLIMITED, "max.message.bytes": "65536"}, "has max.message.bytes=65536"),
    ("progress", 1, {"cleanup.policy": "delete"}, "would forget how far events are published"),
    ("progress", 2, {"cleanup.policy": "compact"}, "has 2 partitions and must have one"),
])
def test_topics_with_settings_that_lose_events_are_refused(broker, prefix, herald, kafka, topic, partitions, settings, why):
    broker.create_topic(f"{prefix}.{topic}", partitions, **settings)
    server = herald.start(*kafka)
    message = decide(herald, server)
    assert f"topic {prefix}.{topic}" in message and why in message
    server.stop()


def test_a_topic_with_a_broker_s_retention_is_left_as_it_is_until_it_is_set_right(broker, prefix, herald, kafka):
    topic = f"{prefix}.events"
    broker.create_topic(topic)
    server = herald.start(*kafka)
    register(server, 3)
    message = decide(herald, server)
    assert f"topic {topic} has retention.ms=604800000, which" in message and "set retention.ms=-1 and" in message
    status = server.cli("kafka", "status")
    assert status.returncode == 1 and message in status.stdout, status.stdout
    server.stop()
    assert broker.settings(topic)["retention.ms"] == "604800000"

    broker.set(topic, **{"retention.ms": "-1"})
    server = herald.start(*kafka)
    expect_all(broker, prefix, server)
    broker.set(topic, **{"retention.ms": "86400000"})
    verify = server.cli("kafka", "verify")
    assert verify.returncode == 1 and f"topic {topic} has retention.ms=86400000, which" in verify.stderr, verify.stderr
    assert "docs/kafka.md" in verify.stderr
    server.stop()


def test_how_far_it_is_is_not_told_before_the_topics_could_be_read(broker, prefix, herald, kafka):
    server = herald.start(*kafka)
    register(server, 3)
    recorded = server.get("/v1")["sequence"]
    broker.consume(f"{prefix}.events", recorded)
    server.stop()
    broker.crash()
    try:
        server = herald.start(*kafka)
        wait_for_log(herald, "events wait in the log")
        report = server.get("/v1/kafka")
        assert report["state"] == "waiting"
        assert "published" not in report and "lag" not in report
        metrics = server.request("GET", "/metrics").text
        assert "herald_kafka_publishing 0" in metrics
        assert "herald_kafka_lag" not in metrics and "herald_kafka_published_sequence" not in metrics
        status = server.cli("kafka", "status").stdout
        assert re.search(r"^lag +unknown", status, re.M) and re.search(r"^published +unknown", status, re.M), status
    finally:
        broker.start()
    wait_for_log(herald, f"from event {recorded + 1} on")
    report = server.get("/v1/kafka")
    assert (report["published"], report["lag"]) == (recorded, 0)
    metrics = server.request("GET", "/metrics").text
    assert "herald_kafka_lag 0\n" in metrics and f"herald_kafka_published_sequence {recorded}\n" in metrics
    assert re.search(r"^lag +0$", server.cli("kafka", "status").stdout, re.M)
    server.stop()


def test_the_topics_of_another_log_are_refused(broker, prefix, herald, kafka):
    server = herald.start(*kafka, "--origin", "a.example/log")
    register(server, 1)
    expect_all(broker, prefix, server)
    server.stop()
    shutil.rmtree(herald.data)
    server = herald.start(*kafka, "--origin", "b.example/log")
    assert "is the log a.example/log's, and this is the log b.example/log" in decide(herald, server)
    server.stop()


@pytest.mark.parametrize(("options", "why"), [
    (["--kafka-prefix", "team a"], "cannot begin the name of a Kafka topic"),
    (["--kafka-property", "acks=1"], "Herald sets it itself"),
    (["--kafka-property", "security.protocl=ssl"], "security.protocl"),
])
def test_what_cannot_work_is_refused_at_start(herald, options, why):
    ended = herald.run("serve", "--data", herald.data, "--listen", "127.0.0.1:0", "--kafka", "127.0.0.1:1", *options)
    assert ended.returncode in (1, 2)
    assert why in ended.stderr
