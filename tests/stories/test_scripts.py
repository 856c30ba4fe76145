"""script/kafka and script/server as a person runs them."""

import os
import re
import signal
import socket
import subprocess

import httpx
import pytest

from tests.support.kafka import free_port
from tests.support.server import REPO, environment_with


class KafkaScript:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()

    def __call__(self, command, *options):
        return subprocess.run([REPO / "script" / "kafka", command, "--port", str(self.port), "--dir", self.folder, *options],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)


@pytest.fixture
def kafka(tmp_path):
    script = KafkaScript(tmp_path / "kafka")
    yield script
    script("wipe")


def listening_addresses(pid):
    """Of a process, as the kernel has them in hexadecimal: those on which anybody could call it."""
    sockets = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd") if os.path.islink(entry.path)}
    rows = [line.split() for name in ("tcp", "tcp6") for line in open(f"/proc/{pid}/net/{name}").readlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


@pytest.mark.timeout(240)
def test_kafka_is_started_on_loopback_stopped_and_wiped(kafka):
    started = kafka("start")
    assert started.returncode == 0, started.stderr
    assert started.stdout == f"127.0.0.1:{kafka.port}\n" and "starting Kafka 4." in started.stderr
    status = dict(line.split(" ", 1) for line in kafka("status").stdout.splitlines())
    assert (status["answers"], status["dir"]) == ("yes", str(kafka.folder))
    loopback = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
    listening = listening_addresses(status["pid"])
    assert listening and listening <= loopback

    again = kafka("start")
    assert again.returncode == 0 and again.stdout == started.stdout
    assert kafka("stop").returncode == 0
    assert (kafka("status").returncode, kafka("status").stdout) == (3, "not running\n")
    assert (kafka.folder / "data" / "meta.properties").exists(), "a stop keeps what it holds"
    assert kafka("wipe").returncode == 0 and not kafka.folder.exists()


@pytest.mark.timeout(240)
def test_kafka_that_cannot_start_says_why(kafka):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", kafka.port))
        taken.listen()
        result = kafka("start")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "kafka: Kafka did not start"
    assert "broker.log" in result.stderr and re.search(r"[Aa]ddress already in use|Failed to bind|BindException", result.stderr)


@pytest.mark.timeout(180)
def test_the_server_needs_no_kafka_and_no_configuration(tmp_path):
    """Only where it keeps its data and its port are given, to be in nobody's way."""
    process = subprocess.Popen([REPO / "script" / "server", "--data", tmp_path / "data", "--listen", "127.0.0.1:0"], text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment_with({}),
                               start_new_session=True)
    try:
        url = re.match(r"herald listens at (http://127\.0\.0\.1:\d+)$", process.stdout.readline()).group(1)
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert client.post("/v1/models", json={"name": "churn"}).status_code == 201
            assert client.get("/readyz").status_code == 200
            assert client.get("/v1/kafka").json()["configured"] is False
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.stdout.close()
    assert process.wait(60) == 0
