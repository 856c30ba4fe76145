"""Every filter of events by command line: listed, exported and followed, they are the same ones as over HTTP."""

import itertools
import json
from urllib.parse import quote

import pytest


@pytest.fixture(scope="module")
def server(herald_of_the_module):
    server = herald_of_the_module.start()
    for name in ("churn", "fraud"):
        server.post("/v1/models", {"name": name})
        server.post(f"/v1/models/{name}/versions", {})
    server.put("/v1/models/churn/aliases/production", {"version": 1, "reason": "Better recall"})
    server.patch("/v1/models/fraud/tags", {"tier": "1"})
    return server


def filters(server):
    moved = server.get("/v1/events?type=alias.assigned")["items"][0]
    return [("type", "version.*"), ("type", "alias.assigned,tag.set"), ("model", "churn"), ("subject", moved["subject"]),
            ("actor", "system"), ("actor", "anonymous"), ("correlation", moved["correlationid"]), ("reason", "RECALL")]


def spans(server):
    events = list(server.every_event())
    return [("since", events[-2]["time"]), ("until", events[-2]["time"]), ("after", 3), ("before", 4)]


def over_http(server, name, value):
    return [event["id"] for event in server.every_event(f"{name}={quote(str(value))}")]


def ids(lines):
    return [json.loads(line)["id"] for line in lines.splitlines()]


def test_a_filter_takes_the_same_events_wherever_it_stands(server):
    everything = len(list(server.every_event()))
    for name, value in filters(server):
        chosen = over_http(server, name, value)
        assert 0 < len(chosen) < everything, (name, value)
        option = (f"--{name}", value)
        assert ids(server.cli("events", "list", "--all", *option, "-o", "jsonl").stdout) == chosen, (name, value)
        assert ids(server.cli("events", "export", *option).stdout) == chosen, (name, value)
        followed = server.cli("events", "follow", "--after", 0, "--limit", len(chosen), "--timeout", 20, *option, "-o", "jsonl")
        assert ids(followed.stdout) == chosen, (name, value)


def test_a_span_takes_the_same_events_listed_and_exported(server):
    for name, value in spans(server):
        chosen = over_http(server, name, value)
        assert chosen, (name, value)
        assert ids(server.cli("events", "list", "--all", f"--{name}", value, "-o", "jsonl").stdout) == chosen, (name, value)
        assert ids(server.cli("events", "export", f"--{name}", value).stdout) == chosen, (name, value)


def test_what_is_followed_begins_and_ends_where_it_is_told_to(server):
    for name, value in spans(server):
        chosen = over_http(server, name, value)
        has_an_end = name in ("until", "before")
        bounds = ("--after", 0) if has_an_end else ("--limit", len(chosen))
        followed = server.cli("events", "follow", f"--{name}", value, *bounds, "--timeout", 20, "-o", "jsonl")
        assert (followed.returncode, ids(followed.stdout)) == (0, chosen), (name, value, followed.stderr)
    nothing = server.cli("events", "follow", "--after", 0, "--before", 4, "--model", "fraud", "--timeout", 20, "-o", "jsonl")
    assert (nothing.returncode, nothing.stdout) == (0, ""), "the end is seen where nothing in front of it is chosen, too"


def test_filters_hold_together(server):
    chosen = [event["id"] for event in server.every_event("type=version.*&model=fraud")]
    assert ids(server.cli("events", "export", "--type", "version.*", "--model", "fraud").stdout) == chosen and len(chosen) == 1
    newest = server.cli("events", "list", "--model", "churn", "--newest-first", "--limit", 1, "-o", "jsonl").stdout
    assert json.loads(newest)["type"] == "herald.alias.assigned.v1"


def choices(server):
    """Parameter and value, and what an event says that it lets pass."""
    moved = server.get("/v1/events?type=alias.assigned")["items"][0]
    churn, time = moved["subject"], moved["time"]
    return [("type", "alias.*", lambda e: e["type"].startswith("herald.alias.")),
            ("type", "*.registered,tag.set", lambda e: e["type"].endswith(".registered.v1") or e["type"] == "herald.tag.set.v1"),
            ("type", "*", lambda e: True),
            ("type", "comment.*", lambda e: False),
            ("model", "churn", lambda e: e["subject"] == churn or e["subject"].startswith(churn + "/")),
            ("subject", churn, lambda e: e["subject"] == churn),
            ("actor", "anonymous", lambda e: e["actorid"] == "anonymous"),
            ("actor", "system", lambda e: e["actorid"] == "system"),
            ("correlation", moved["correlationid"], lambda e: e["correlationid"] == moved["correlationid"]),
            ("reason", "recall", lambda e: "recall" in e["data"].get("reason", "").lower()),
            ("since", time, lambda e: e["time"] >= time),
            ("until", time, lambda e: e["time"] <= time)]


def one_by_one(server, query):
    """The ids, on pages of one."""
    page = server.get(f"/v1/events?{query}&limit=1")
    while True:
        yield from (event["id"] for event in page["items"])
        if "next" not in page:
            return
        page = server.get(f"/v1/events?{query}&limit=1&cursor={quote(page['next'])}")


def test_any_two_filters_take_what_the_events_say_in_both_orders(server):
    everything = list(server.every_event())
    for (name, value, fits), (other, other_value, also_fits) in itertools.combinations(choices(server), 2):
        if name == other:
            continue
        expected = [event["id"] for event in everything if fits(event) and also_fits(event)]
        query = f"{name}={quote(value)}&{other}={quote(other_value)}"
        assert [event["id"] for event in server.every_event(query)] == expected, query
        assert list(one_by_one(server, query)) == expected, query
        assert [event["id"] for event in server.every_event(query + "&order=desc")] == expected[::-1], query
        assert ids(server.request("GET", f"/v1/events/export?{query}").text) == expected, query


def test_a_mistake_in_a_filter_names_it(server):
    for option, value in (("--type", "nothing.ever"), ("--model", "nope"), ("--correlation", "x"), ("--since", "yesterday"), ("--after", "-1")):
        for command in ("list", "export"):
            mistake = server.cli("events", command, f"{option}={value}")
            assert mistake.returncode in (2, 3) and not mistake.stdout, (command, option)
            assert option.strip("-") in mistake.stderr, mistake.stderr
