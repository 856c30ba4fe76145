"""The README's first five minutes, line by line as they stand there: what stays in its terminal is stopped where the page says
so. Only where the server listens, where it keeps its data and which broker is meant are this test's own; and it is built
already: that the scripts install and build what they run is tests/architecture/test_scripts.py."""

import json
import os
import re
import signal
import subprocess

import httpx
import pytest

from tests.support.kafka import free_port
from tests.support.server import BINARY, REPO, environment_with
from tests.support.workbench import Workbench

PAGE = (REPO / "README.md").read_text().split("## First five minutes")[1]
# What is said before a block, since the one before it, and the block.
PARTS = re.findall(r"(.*?)```(?:json)?\n(.*?)```", PAGE, re.S)
SERVER, FIRST, WITH_KAFKA, DEFINITION, WEBHOOK = PARTS


def commands(part):
    lines = [line.split("  #")[0].strip() for line in part[1].splitlines()]
    return [line for line in lines if line]


class Terminal:
    """One in which `script/server` runs, with the options that the page gives it."""

    def __init__(self, command, folder, environment, log):
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL,
                                             stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
        said = self._process.stdout.readline()
        assert said == f"herald listens at http://{environment['HERALD_LISTEN']}\n", f"{command}: {said!r}\n{log.read_text()[-4000:]}"

    def ctrl_c(self):
        os.killpg(self._process.pid, signal.SIGINT)
        assert self._process.wait(60) == 0
        self._process.stdout.close()

    def close(self):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class FiveMinutes:
    """Two terminals: the server's, and the one of `run`."""

    def __init__(self, herald, folder):
        self.folder, self._log = folder, herald.log
        (folder / "bin").mkdir()
        (folder / "bin" / "herald").symlink_to(BINARY)
        address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{address}"
        self._environment = environment_with({"HERALD_LISTEN": address, "HERALD_DATA": str(herald.data), "HERALD_KAFKA_PREFIX": "readme"})
        self.server = None
        self._checkout = folder / "checkout"
        self._checkout.mkdir()
        built = Workbench(self._checkout)
        for name in ("script/bootstrap", "bin/cmake"):
            built.stand_in(name)
        self._environment["PATH"] = f"{self._checkout}/bin:{self._environment['PATH']}"
        (self._checkout / "build" / "release").mkdir(parents=True)
        (self._checkout / "build" / "release" / "herald").symlink_to(BINARY)

    def serve(self, command):
        self.server = Terminal(command, self._checkout, self._environment, self._log)

    def run(self, command):
        environment = environment_with({"HERALD_URL": self.url})
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={**environment, "PATH": f"{self.folder}/bin:{environment['PATH']}"})

    def succeeds(self, command):
        result = self.run(command)
        assert result.returncode == 0, f"{command}: {result.stderr}"
        return result.stdout

    def get(self, path):
        return httpx.get(self.url + path, timeout=30, trust_env=False).raise_for_status().json()


@pytest.fixture(scope="module")
def minutes(herald_of_the_module, tmp_path_factory):
    five = FiveMinutes(herald_of_the_module, tmp_path_factory.mktemp("readme"))
    try:
        command, = commands(SERVER)
        five.serve(command)
        yield five
    finally:
        if five.server:
            five.server.close()


@pytest.mark.timeout(240)
def test_the_first_commands_do_what_they_say(minutes):
    assert "stays in its terminal" in SERVER[0] and "In another terminal" in FIRST[0]
    export, *rest = commands(FIRST)
    assert export == 'export PATH="$PWD/build/release:$PATH"'
    printed = {}
    for command in rest:
        if "events follow" in command:
            command += " --after 0 --limit 3"   # what would be watched until Ctrl-C
        printed[command] = minutes.succeeds(command)
    told = {words: next(output for command, output in printed.items() if words in command) for words in (
        "resolve churn:production", "--as-of", "alias history", "events follow")}
    assert "churn:v2" in told["resolve churn:production"] and "s3://models/churn/2" in told["resolve churn:production"]
    assert "churn:v1" in told["--as-of"] and "churn:v2" not in told["--as-of"]
    assert "first release" in told["alias history"] and "better auc" in told["alias history"]
    assert len(told["events follow"].splitlines()) == 3
    assert all(len(line) <= 120 for output in printed.values() for line in output.splitlines())


def test_the_move_would_have_been_refused(minutes):
    result = minutes.run("herald alias set churn production 2 --expected 1")
    assert result.returncode == 4 and "churn" in result.stderr


def test_the_same_over_http(minutes):
    path = re.search(r"`curl localhost:8420(/\S+)`", PAGE).group(1)
    assert minutes.get(path)["version"] == 2


@pytest.mark.timeout(240)
def test_stopped_and_started_beside_a_broker_it_publishes_what_was_recorded(minutes, broker):
    assert "stop the server (Ctrl-C)" in WITH_KAFKA[0]
    minutes.server.ctrl_c()
    start_kafka, serve = commands(WITH_KAFKA)
    assert start_kafka == "script/kafka start"   # tests/stories/test_scripts.py
    minutes.serve(serve.replace("127.0.0.1:9092", broker.address))
    last = json.loads(minutes.succeeds("herald events list --newest-first --limit 1 -o jsonl"))["sequence"]
    published = broker.consume("readme.events", int(last))
    assert published[-1].headers["ce_sequence"] == last


def test_the_webhook_is_made_as_the_readme_says(minutes):
    assert "in the other terminal" in WEBHOOK[0]
    definition = json.loads(DEFINITION[1])
    assert f"`{definition['name']}.json`" in DEFINITION[0]
    (minutes.folder / f"{definition['name']}.json").write_text(DEFINITION[1])
    for command in commands(WEBHOOK):
        minutes.succeeds(command)
    assert minutes.get("/v1/automations/tell-deployer")["enabled"] is True


def test_everything_that_the_readme_calls_is_there():
    called = set(re.findall(r"\bscript/[\w-]+", (REPO / "README.md").read_text()))
    assert called and all((REPO / name).exists() for name in called)
