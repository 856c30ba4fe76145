"""Taking events along: the export, by HTTP and by command line, is the log byte for byte, chosen by any filter."""

import json


def test_the_export_is_the_log_and_goes_on_behind_its_last_line(herald):
    server = herald.start()
    for name in ("churn", "fraud"):
        server.post("/v1/models", {"name": name})
        server.post(f"/v1/models/{name}/versions", {})
    listed = server.cli("events", "list", "--all", "-o", "jsonl").stdout
    first = server.cli("events", "export")
    assert first.returncode == 0 and first.stdout == listed
    assert server.request("GET", "/v1/events/export").text == listed
    last = int(json.loads(listed.splitlines()[-1])["sequence"])
    server.put("/v1/models/churn/aliases/production", {"version": 1, "reason": "Better recall"})
    rest = server.cli("events", "export", "--after", last)
    assert [json.loads(line)["type"] for line in rest.stdout.splitlines()] == ["herald.alias.assigned.v1"]


def test_events_are_chosen_by_the_text_of_their_reason(herald):
    server = herald.start()
    server.post("/v1/models", {"name": "churn"})
    server.post("/v1/models/churn/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 1, "reason": "Better recall"})
    server.put("/v1/models/churn/aliases/canary", {"version": 1, "reason": "try it"})
    for command in (("events", "list", "--reason", "RECALL", "-o", "jsonl"), ("events", "export", "--reason", "recall"),
                    ("events", "follow", "--after", "0", "--reason", "recall", "--limit", "1", "-o", "jsonl")):
        shown = server.cli(*command)
        assert [json.loads(line)["data"]["alias"] for line in shown.stdout.splitlines()] == ["production"], command
    mistake = server.cli("events", "export", "--type", "nothing.ever")
    assert mistake.returncode != 0 and "no event type fits" in mistake.stderr and not mistake.stdout
