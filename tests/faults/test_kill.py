"""kill -9 at any moment: what was acknowledged is there once, in order; what was not is there once at most."""

import json
import os
import random
from collections import Counter

import pytest

from tests.support.ledger import Ledger, Writer

ROUNDS = int(os.environ.get("HERALD_ROUNDS", "200"))
WRITERS = 4
FAIL_POINTS = ("recorder.before_log_commit", "recorder.after_log_commit", "recorder.after_head_commit")


def tag_values(server, after):
    """(sequence, value) of each tag.set event recorded after a sequence, in order."""
    while True:
        page = server.get(f"/v1/events?after={after}&limit=1000")
        for event in page["items"]:
            after = int(event["sequence"])
            if event["type"] == "herald.tag.set.v1":
                yield after, event["data"]["to"]
        if "next" not in page:
            return


@pytest.mark.timeout(0 if "HERALD_ROUNDS" in os.environ else 600)
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(herald):
    seed = int(os.environ.get("HERALD_SEED", random.randrange(1 << 32)))
    print(f"HERALD_SEED={seed}")
    chance = random.Random(seed)
    ledger = Ledger()
    writers = [Writer(f"w{number}", ledger, "churn") for number in range(WRITERS)]
    recorded = {}  # value -> sequence, over all rounds
    last = 0

    for number in range(ROUNDS):
        environment = {}
        if number % 4 == 3:  # at a named place; else at whatever the server is doing after so many answers
            environment["HERALD_FAIL_POINTS"] = f"{chance.choice(FAIL_POINTS)}=kill@{chance.randint(2, 20)}"
        server = herald.start(environment=environment)
        if number == 0:
            server.post("/v1/models", {"name": "churn"})
        for sequence, value in tag_values(server, last):
            assert value not in recorded, f"{value} is recorded twice: {recorded[value]} and {sequence} (round {number})"
            recorded[value] = sequence
            last = sequence
        lost = [value for value, sequence in ledger.acknowledged.items() if recorded.get(value) != sequence]
        assert not lost, f"acknowledged and not there as acknowledged: {lost[:5]} (round {number})"
        for writer in writers:
            writer.run_against(server.port)
        if not environment:
            assert ledger.wait_for(len(ledger.acknowledged) + chance.randint(1, 40), timeout=30)
            server.kill()
        server.wait_until_gone()
        for writer in writers:
            writer.join()
        assert not ledger.refused, ledger.refused[:3]

    server = herald.start()
    values = Counter(value for _, value in tag_values(server, 0))
    assert {value: 1 for value in ledger.acknowledged}.items() <= values.items()
    assert max(values.values()) == 1
    sequences = [int(event["sequence"]) for event in every_event(server)]
    assert sequences == list(range(1, len(sequences) + 1)), "a gap, or out of order"
    server.stop()
    report = herald.fsck()
    assert report.returncode == 0, report.stdout + report.stderr


def every_event(server):
    path = "/v1/events?limit=1000"
    while True:
        page = server.get(path)
        yield from page["items"]
        if "next" not in page:
            return
        path = f"/v1/events?limit=1000&cursor={page['next']}"


def test_a_retry_after_a_crash_gets_the_first_answer(herald):
    """The commit was durable and the answer never left."""
    herald.start().stop()  # nothing but the request is recorded by the next one
    server = herald.start(environment={"HERALD_FAIL_POINTS": "recorder.after_log_commit=kill@1"})
    body = {"name": "churn"}
    with pytest.raises(Exception):
        server.post("/v1/models", body, idempotency_key="once")
    server.wait_until_gone()
    server = herald.start()
    answer = server.request("POST", "/v1/models", body, idempotency_key="once")
    assert answer.status_code == 201
    assert answer.headers["Herald-Idempotent-Replay"] == "true"
    events = [event for event in every_event(server) if event["type"] == "herald.model.registered.v1"]
    assert len(events) == 1
    assert json.loads(answer.text)["name"] == "churn"
