"""What is measured: each a function of the seconds that a load may take, giving a Markdown section."""

import json
import re
import subprocess
from pathlib import Path

from mlflow_server import VERSION, MlflowServer
from server import Server, build_folder

REPO = Path(__file__).resolve().parents[2]
CONNECTIONS = (1, 16, 64, 256)
MODELS = 200


def log(seconds):
    """Durable appends to the log, beside raw writes to a file."""
    return section("Log", programs("log_bench", seconds))


def deliveries(seconds):
    """Signed webhook deliveries over loopback."""
    return section("Deliveries", programs("delivery_bench", seconds))


def recovery(seconds):
    """Head and views built anew from a log of a million events, and questions about the past on it."""
    rows = []
    for benchmark in benchmarks("recovery_bench", seconds):
        tail = [f"{benchmark[name] / 1000:.3f}" if name in benchmark else "" for name in ("p50_us", "p99_us")]
        whole = [f"{benchmark[name] / 1000:,.1f}" if benchmark["time_unit"] == "ms" else "" for name in ("real_time", "cpu_time")]
        rows.append([f"`{benchmark['name'].split('/iterations')[0]}`", *whole, f"{benchmark['items_per_second']:,.0f}", *tail])
    head = ["case", "whole s", "of the processors s", "events or questions a second", "p50 ms", "p99 ms"]
    return section("Recovery and the past", table(head, rows) + "\n\n`build/release/bench/recovery_bench`")


def search(seconds):
    """The first page of searches over 10,000 models and a million versions, and what their index costs."""
    rows, cost = [], ""
    for benchmark in benchmarks("search_bench", seconds):
        if "index_us" in benchmark:
            cost = (f"The index costs {benchmark['index_us']:.1f} µs, {benchmark['rows']:.1f} rows and {benchmark['bytes']:,.0f} bytes an event "
                    f"(of the first 200,000); the views of all take {benchmark['views_mb']:,.0f} MB.")
        else:
            times = [f"{benchmark[name]:.2f}" for name in ("cpu_p50_ms", "cpu_p99_ms", "p50_ms", "p99_ms", "cold_ms")]
            rows.append([f"`{benchmark['label']}`", *times, f"{benchmark['found']:.0f}{'+' if benchmark['more'] else ''}"])
    head = ["search", "of a processor ms", "of a processor p99 ms", "p50 ms", "p99 ms", "cold ms", "found"]
    about = "Cold: the first search after the files were dropped from memory. What a quiet machine takes is what is taken of a processor."
    return section("Search", f"{about}\n\n{table(head, rows)}\n\n{cost}\n\n`build/release/bench/search_bench`")


def events(seconds):
    """The first page of events by type, actor, correlation and subject in a log of a million."""
    rows = []
    for benchmark in benchmarks("events_bench", seconds):
        name = benchmark["name"].removeprefix("events/").split("/iterations")[0]
        times = [f"{benchmark[time] / 1000:.3f}" for time in ("p50_us", "p99_us")]
        rows.append([f"`{name}`", *times, f"{benchmark['found']:.0f}", f"{benchmark['looked_at']:,.0f}"])
    head = ["events", "p50 ms", "p99 ms", "found", "looked at"]
    return section("Events", table(head, rows) + "\n\n`build/release/bench/events_bench`")


def reads(seconds):
    """Point reads over HTTP: an alias, a reference, a model as it was."""
    rows = []
    with Server() as server:
        fill(server)
        for what, path in (("`GET /healthz`", "/healthz"),
                           ("`GET /v1/models/m1/aliases/production`", "/v1/models/m1/aliases/production"),
                           ("`GET /v1/resolve?ref=m1:production`", "/v1/resolve?ref=m1:production"),
                           ("`GET /v1/models/m1` as of sequence 10", "/v1/models/m1?as_of=10")):
            for connections in (1, 64):
                rows.append([what, connections, *wrk(server, path, connections, seconds)])
    return section("Reads over HTTP", table(["request", "connections", "req/s", "p50 ms", "p99 ms", "errors"], rows))


def writes(seconds):
    """Writes over HTTP, each durable before its answer: a tag of a model set to a new value."""
    rows = []
    with Server() as server:
        fill(server)
        for connections in CONNECTIONS:
            before = server.get("/v1")["sequence"]
            figures = wrk(server, "/v1/models/m1/tags", connections, seconds, script="write.lua")
            events = server.get("/v1")["sequence"] - before
            rows.append([connections, *figures, events])
    return section("Writes over HTTP", table(["connections", "req/s", "p50 ms", "p99 ms", "errors", "events recorded"], rows))


def mlflow(seconds):
    """The same two requests of an MLflow server and of Herald, in one run."""
    rows = []
    with MlflowServer() as rival, Server() as server:
        fill(server)
        rival.post("registered-models/create", {"name": "m1"})
        rival.post("model-versions/create", {"name": "m1", "source": "s3://models/1"})
        rival.post("registered-models/alias", {"name": "m1", "alias": "production", "version": "1"})
        for what, theirs, their_script, ours, our_script in (
                ("read an alias", "/api/2.0/mlflow/registered-models/alias?name=m1&alias=production", None,
                 "/v1/models/m1/aliases/production", None),
                ("set a tag", "/", "write_mlflow.lua", "/", "write.lua")):
            for connections in (1, 16):
                them = wrk(rival, theirs, connections, seconds, their_script)
                us = wrk(server, ours, connections, seconds, our_script)
                rows.append([what, connections, them[0], them[1], us[0], us[1], f"{number(us[0]) / number(them[0]):,.0f}"])
    head = ["request", "connections", "MLflow req/s", "p50 ms", "Herald req/s", "p50 ms", "times as many"]
    return section(f"Beside MLflow {VERSION} (SQLite)", table(head, rows))


ALL = {function.__name__: function for function in (log, recovery, search, events, writes, reads, deliveries, mlflow)}


# ---- helpers ----------------------------------------------------------------------------------


def section(title, body):
    return f"## {title}\n\n{body}\n"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def benchmarks(name, seconds):
    """What a program of bench/ that uses Google Benchmark measures."""
    out = subprocess.run([build_folder() / "bench" / name, "--benchmark_format=json", f"--benchmark_min_time={max(seconds / 5, 0.5)}"],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)["benchmarks"]


def programs(name, seconds):
    rows = []
    for benchmark in benchmarks(name, seconds):
        per_second = benchmark.get("items_per_second")
        rows.append([f"`{benchmark['name']}`", f"{benchmark['real_time']:,.1f} {benchmark['time_unit']}",
                     f"{per_second:,.0f}" if per_second else "",
                     f"{benchmark['of_raw']:.2f}" if "of_raw" in benchmark else ""])
    return table(["case", "time", "per second", "of raw writes"], rows) + f"\n\n`build/release/bench/{name}`"


def fill(server):
    for number in range(1, MODELS + 1):
        server.post(f"/v1/models/m{number}/versions", {
            "create_model": True, "source": f"s3://models/{number}", "metadata": {"framework": "sklearn"},
            "metrics": {"auc": 0.9}, "aliases": ["production"]})


def wrk(server, path, connections, seconds, script=None):
    """Requests a second, p50 and p99 in ms, answers that were not 2xx."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency"]
    if script:
        command += ["--script", str(Path(__file__).parent / script)]
    out = subprocess.run([*command, server.url + path], check=True, capture_output=True, text=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    sockets = re.search(r"Socket errors: (.*)", out)
    errors = (bad.group(1) if bad else "0") + (f" ({sockets.group(1)})" if sockets else "")
    return f"{rate:,.0f}", f"{latency(out, 50):.2f}", f"{latency(out, 99):.2f}", errors


def number(text):
    return float(text.replace(",", ""))


def latency(out, percent):
    number, unit = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s)\s*$", out, re.M).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
